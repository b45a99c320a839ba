# SPDX-License-Identifier: GPL-3.0-or-later
"""Case references: what the check character finds, and what people may type."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.cases import reference
from intake.cases.reference import ALPHABET

references = st.text(alphabet=ALPHABET, min_size=6, max_size=6).map(lambda s: s + reference.check_character(s))


def test_every_single_wrong_symbol_is_detected() -> None:
    random = Random(1)
    for _ in range(60):
        symbols = reference.new("AB", random)[3:]
        for position in range(7):
            for wrong in ALPHABET:
                if wrong != symbols[position]:
                    assert not reference.is_valid(symbols[:position] + wrong + symbols[position + 1 :])


def test_every_swap_of_neighbours_is_detected_whatever_the_neighbours_are() -> None:
    for position in range(6):
        for first in ALPHABET:
            for second in ALPHABET:
                if first == second:
                    continue
                six = list("7K3M9Q")
                if position < 5:
                    six[position : position + 2] = first, second
                    symbols = "".join(six) + reference.check_character("".join(six))
                    swapped = symbols[:position] + second + first + symbols[position + 2 :]
                    assert not reference.is_valid(swapped)
                else:
                    six[5] = first
                    symbols = "".join(six) + reference.check_character("".join(six))
                    if symbols[5] != symbols[6]:
                        assert not reference.is_valid(symbols[:5] + symbols[6] + symbols[5])


@pytest.mark.parametrize(
    "typed",
    [
        "AB-7K3M9QX",
        "ab-7k3m9qx",
        "AB 7K3M9QX",
        "AB7K3M9QX",
        "AB–7K3M9QX",
        "ab - 7k3m 9qx",
        "AB:7K3 M9Q X",
        "Aktenzeichen: AB-7K3M9QX.",
        "\u2068AB-7K3M9QX\u2069",
        "Re: Ihre Nachricht (AB-7K3M9QX), danke",
    ],
)
def test_a_reference_is_recognised_however_it_is_typed(typed: str) -> None:
    assert reference.find("AB", typed) == ("AB-7K3M9QX",)


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    plain = next(r for seed in range(200) if "0" in (r := reference.new("AB", Random(seed))) and "1" in r)
    assert reference.find("AB", plain.replace("0", "o").replace("1", "l")) == (plain,)
    assert reference.normalise("AB", plain.replace("0", "O").replace("1", "I")) == plain


@pytest.mark.parametrize(
    "text",
    ["", "AB-", "ab morgen Montag", "AB-7K3M9QZ", "XAB-7K3M9QX", "AB-7K3M9QX7", "AB-7U3M9QX"],
)
def test_what_is_no_reference_is_not_found(text: str) -> None:
    assert reference.find("AB", text) == ()


@given(references, references)
def test_several_references_are_found_in_order_each_once(first: str, second: str) -> None:
    text = f"AB-{first} und ab {second.lower()} und noch einmal AB-{first}"
    assert reference.find("AB", text) == tuple(dict.fromkeys((f"AB-{first}", f"AB-{second}")))


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for found in reference.find("AB", text):
        assert reference.is_valid(found[3:])


def test_references_are_random_and_not_sequential() -> None:
    random = Random(2)
    made = {reference.new("AB", random) for _ in range(2000)}
    assert len(made) == 2000
    assert len({r[3] for r in made}) == 32
