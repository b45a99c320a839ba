# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephone numbers: whichever way a line gives a caller's number, the caller is the same person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.voicemail import numbers


@pytest.mark.parametrize(
    ("given_as", "known_as"),
    [
        ("0761 4711", "tel:+497614711"),
        ("+49 (0)761-4711", "tel:+497614711"),
        ("0049 761 4711", "tel:+497614711"),
        ("<0761/4711>", "tel:+497614711"),
        ("sip:+497614711@trunk.example;user=phone", "tel:+497614711"),
        ("tel:+49-761-4711", "tel:+497614711"),
        ("49761123456", "tel:+49761123456"),
        ("+380441234567", "tel:+380441234567"),
        ("00380441234567", "tel:+380441234567"),
        ("23", "tel:23"),
        ("**620", "tel:620"),
    ],
)
def test_a_number_identifies_its_caller_in_every_way_of_writing_it(given_as: str, known_as: str) -> None:
    assert numbers.address(given_as, "DE") == known_as


@pytest.mark.parametrize(
    "word", ["", "anonymous", "Unbekannt", "unknown", "asterisk", "  ", "+", "0761 4711 oder 0761 4712"]
)
def test_what_is_no_number_identifies_nobody(word: str) -> None:
    assert numbers.address(word, "DE") == ""


def test_a_number_is_shown_as_people_of_the_country_write_it() -> None:
    assert numbers.shown("+497614711", "DE") == "0761 4711"
    assert numbers.shown("+380441234567", "DE") == "+380 44 123 4567"
    assert numbers.shown("23", "DE") == "23"


@given(st.text(max_size=200))
def test_any_text_is_a_number_or_is_not(text: str) -> None:
    address = numbers.address(text, "DE")
    assert address == "" or address.removeprefix("tel:").removeprefix("+").isdecimal()
