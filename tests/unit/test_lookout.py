# SPDX-License-Identifier: GPL-3.0-or-later
"""A lookout over a text finds what each of its patterns would have found by itself."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.mail.eligibility import phrases, signals
from intake.mail.eligibility.lookout import Lookout, alternatives
from intake.patterns import Pattern

TABLES = [
    getattr(table, name)
    for table in (phrases.NOTES, phrases.BOUNCES, phrases.NOTIFICATIONS)
    for name in table.__slots__
] + [found for found in vars(signals).values() if isinstance(found, Pattern) and not found.flags]
SMALL = [
    Pattern(source)
    for source in (
        r"ab|a|abc", r"(?:foo|fo+)\b.{0,5}bar", r"x?y", r"[?!]z", r"(?:cat|)dog", r"^ ?start", r"a{0,2}b{2}", r"[^a]q",
        r"(?<!n)one|(?=t)two", r"k+l", r"\bw(?:o|a)?rd", r"(?:ab)+(?:cd)*", r"\.\d|e[-.]f", r"(?:(?:m|n)o|p)r",
    )
]  # fmt: skip
LOOKOUT = Lookout([*TABLES, *SMALL])
EXACT = [(pattern, re.compile(pattern.pattern)) for pattern in (*TABLES, *SMALL)]
CLUES = sorted({clue for pattern in TABLES for _, clues in alternatives(pattern.pattern) for clue in clues})
WORDS = (
    "ab abc foo fooo bar y xy z? !z cat dog start bb q one none two kl kkl word wrd abab cd .5 e-f mor nor pr ich bin "
    "nicht im buro bis 20. november i am out of the office until monday automatische antwort urgent? 550 5.1.1 user "
    "unknown unsubscribe here thank you for your message @ . ? 12"
)
pieces = st.sampled_from([*WORDS.split(), *CLUES, " ", "\n"])
texts = st.lists(pieces, max_size=14).map(" ".join) | st.lists(pieces, max_size=8).map("".join) | st.text(max_size=40)


def _seen(found: re.Match[str] | None) -> tuple[tuple[int, int], str] | None:
    return (found.span(), found[0]) if found else None


@given(texts)
@example("ich bin bis 20. november nicht im buro, in dringenden fallen wenden sie sich an meine kollegin")
def test_it_finds_the_same_place_and_the_same_words(text: str) -> None:
    seen = LOOKOUT.over(text)
    for pattern, exact in EXACT:
        assert _seen(seen.search(pattern)) == _seen(exact.search(text)), pattern.pattern
        assert _seen(seen.match(pattern)) == _seen(exact.match(text)), pattern.pattern
        assert seen.may(pattern) or not exact.search(" " + text), pattern.pattern


@given(texts, st.integers(0, 30), st.integers(0, 60))
def test_a_part_is_searched_as_if_it_was_the_whole(text: str, start: int, end: int) -> None:
    part = LOOKOUT.over(text).part(start, end)
    for pattern, exact in EXACT:
        assert _seen(part.search(pattern)) == _seen(exact.search(text[start:end])), pattern.pattern


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("foo bar|baz", [("foo bar", {"foo bar"}), ("baz", {"baz"})]),
        ("(?:foo|bar)", [("foo", {"foo"}), ("bar", {"bar"})]),
        (r"(?:im|in) (?:urlaub|dienst)", [(r"(?:im|in) (?:urlaub|dienst)", {"urlaub", "dienst"})]),
        (r"colou?r", [("colou?r", {"colo"})]),
        (r"\d+ ?%", [(r"\d+ ?%", {"%"})]),
        (r"\w+(?:x|)", [(r"\w+(?:x|)", set())]),
        (r"(?!foo).{3}", [(r"(?!foo).{3}", set())]),
    ],
)
def test_clues_are_what_must_stand_there(source: str, expected: list[tuple[str, set[str]]]) -> None:
    assert [(part, set(clues)) for part, clues in alternatives(source)] == expected


@pytest.mark.parametrize("source", [r"(a)\1", r"(?P<name>a)", r"\u0430", r"(?i)a"])
def test_what_might_be_misread_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="no clues"):
        alternatives(source)


def test_patterns_that_do_not_tell_upper_from_lower_case_are_refused() -> None:
    with pytest.raises(ValueError, match="without flags"):
        Lookout([Pattern("a", re.IGNORECASE)])


def test_a_lookout_for_nothing_sees_nothing() -> None:
    assert Lookout([]).over("text").search(Pattern("text")) is None
