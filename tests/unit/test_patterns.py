# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns over strangers' texts find exactly what ``re`` finds."""

import pickle
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.mail.eligibility import phrases
from intake.patterns import Pattern, widened
from intake.triage import footers, text

TABLES: list[tuple[str, int]] = [
    (found.pattern, 0)
    for table in (phrases.NOTES, phrases.BOUNCES, phrases.NOTIFICATIONS)
    for name in table.__slots__
    if hasattr(found := getattr(table, name), "pattern")
] + [
    (footers.DISCLAIMER.pattern, re.IGNORECASE),
    (footers.devices().pattern, re.IGNORECASE),
    (footers.sent().pattern, re.IGNORECASE),
    (text.INVISIBLE.pattern, 0),
    (text.LONE_JOINER.pattern, 0),
    (text.CONTROL.pattern, 0),
]
SMALL = [
    r"\bкот\b", r"(?<!a)b+(?!c)", r"^\s*(?:von|від)\s?[:：]", r"[\w.+-]@[\w-]", r"a\Z", r"[^\W\d_]{3}", r"\d{2}[)(\]]x",
    r"\u0430|\xe9", r"[]a]+z", r"x(?=[)(]y)[)(]",
]  # fmt: skip
BOTH = [
    (re.compile(source, flags), Pattern(source, flags))
    for source, flags in [*((s, 0) for s in SMALL), *((s, re.IGNORECASE) for s in SMALL), *TABLES]
]
WORDS = (
    "кот\u00a0 котик \u2003 b bc ab von : від: a@b c] )( )(y 12)x ١٢ é а a abc ]]z von\u3000： wrote: schrieb AA¹ ²½ _ "
    "gesendet unsubscribe Unzustellbar"
)
pieces = st.sampled_from([*WORDS.split(" "), " ", "\n", "out of office", "automatische Antwort", "Sent: x"])
texts = st.lists(pieces, max_size=12).map("".join) | st.text(max_size=60)


@given(texts)
@example("vom Büro. кот")
def test_the_wider_form_never_misses_what_the_pattern_finds(text: str) -> None:
    for exact, fast in BOTH:
        assert _spans(exact.search(text)) == _spans(fast.search(text)), exact.pattern
        assert _spans(exact.match(text)) == _spans(fast.match(text)), exact.pattern


def _spans(found: re.Match[str] | None) -> tuple[int, int] | None:
    return found.span() if found else None


def test_there_are_large_tables_to_test() -> None:
    assert len(TABLES) >= 18
    assert sum(len(source) for source, _ in TABLES) > 30_000


@pytest.mark.parametrize("source", [r"(a)\1", r"(?P<name>a)"])
def test_what_cannot_be_widened_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="cannot be widened"):
        widened(source)


def test_a_pattern_travels_to_the_worker_process() -> None:
    sent = pickle.loads(pickle.dumps(Pattern("ab", re.IGNORECASE)))
    assert sent.search("xAB")
