# SPDX-License-Identifier: GPL-3.0-or-later
"""A filled stencil is to the byte what laying out and encoding the same values would give; memory forgets in time."""

import base64
import binascii
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake.mail.acknowledgement.rfc5322 import unstructured
from intake.mail.acknowledgement.stencil import Details, Memory, Same, Stencil, laid_out, received_gap, reference_gap
from intake.mail.acknowledgement.wrapping import LINE_WIDTH, wrap

REFERENCE = "AB-7K3M9QX"
ARRIVAL = {"de": "Dienstag, 3. November 2026, 10:30 Uhr", "ar": "الثلاثاء، 3 نوفمبر 2026، 10:30"}
DETAILS = Details(REFERENCE, ARRIVAL)

WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from(". =\t\u2068\u2069ä你（）"),
    max_size=120,
)
LINES = st.lists(WORDS | st.sampled_from([".", " ", "", "=", "x" * 76 + " ", "Grüße " * 20]), max_size=12)


def encoded(subtype: str, text: str) -> bytes:
    """A text part encoded whole, in the shorter of both ways."""
    octets = text.encode("utf-8")
    quoted = binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")
    letters = base64.encodebytes(octets.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n")
    name, body = ("base64", letters) if len(letters) < len(quoted) else ("quoted-printable", quoted)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    return head.encode() + body


@settings(deadline=None)
@given(LINES, WORDS, LINES, st.booleans())
@example(["."], ".", ["."], True)
@example([], "", [], False)
def test_encoding_line_by_line_gives_the_bytes_of_encoding_the_whole(
    before: list[str], around: str, after: list[str], ended: bool
) -> None:
    def text(reference: str) -> str:
        return "\n".join([*before, f"{around}{reference}{around}", *after]) + "\n" * ended

    stencil = Stencil.cut("plain", text(reference_gap(len(REFERENCE))))
    assert stencil.part(DETAILS) == encoded("plain", text(REFERENCE))


@settings(deadline=None)
@given(st.sampled_from(sorted(ARRIVAL)), WORDS, WORDS)
def test_a_paragraph_with_the_time_of_arrival_is_wrapped_when_it_is_filled(code: str, before: str, after: str) -> None:
    def paragraph(arrival: str) -> str:
        return laid_out(code, f"{before}: \u2068{arrival}\u2069{after}")

    assert DETAILS.fill(paragraph(received_gap(code))) == paragraph(ARRIVAL[code])


@settings(deadline=None)
@given(WORDS, WORDS)
def test_a_gap_for_the_reference_breaks_lines_where_the_reference_would(before: str, after: str) -> None:
    def paragraph(reference: str) -> str:
        return laid_out("ar", f"{before} \u2068{reference}\u2069{after}")

    assert DETAILS.fill(paragraph(reference_gap(len(REFERENCE)))) == paragraph(REFERENCE)


def test_what_fills_a_gap_in_html_is_escaped() -> None:
    details = Details("<A&B>", {"de": "<b>heute</b>"}).escaped()
    assert details.fill(f"{reference_gap(11)} {received_gap('de')}").endswith(" &lt;b&gt;heute&lt;/b&gt;")
    assert details.reference == "&lt;A&amp;B&gt;"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_wrapping_loses_no_character_but_spaces(text: str) -> None:
    assert "".join(wrap(text).split()) == "".join(text.split())


@pytest.mark.parametrize("letter", ["a", "ä", "ж", "ա", "მ", "ሀ", "你", "ب", "\u00ad", "\u0301"])
def test_a_line_has_at_most_seventy_six_columns_in_every_script(letter: str) -> None:
    columns = {"你": 2, "\u00ad": 0, "\u0301": 0}.get(letter, 1)
    lines = wrap(" ".join(["x" + letter * 6] * 60)).split("\n")
    assert {len(line.split()) for line in lines[:-1]} == {(LINE_WIDTH + 1) // (2 + 6 * columns)} or columns == 2
    assert max(sum(columns if c == letter else 1 for c in line) for line in lines) <= LINE_WIDTH


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_encoded_words_are_short_and_never_cut_a_character(text: str) -> None:
    value = unstructured(text)
    shown = "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in text)
    if value == shown:
        return
    words = value.split("\r\n ")
    assert max(map(len, words)) <= 75
    assert "".join(base64.b64decode(word[10:-2]).decode("utf-8") for word in words) == shown


def test_memory_makes_a_value_once_and_forgets_the_longest_unused() -> None:
    made: list[str] = []

    def make(value: str) -> Any:
        return lambda: made.append(value) or value

    memory: Memory[str] = Memory(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert memory.recall(key, make(key)) == key
    assert made == ["a", "b", "c", "b"]
    assert len(memory) == 2


def test_a_thing_in_a_key_equals_only_itself() -> None:
    one, other = ["equal"], ["equal"]
    assert Same(one) == Same(one)
    assert hash(Same(one)) == hash(Same(one))
    assert Same(one) != Same(other)
    assert Same(one) != one
