# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers say becomes what staff write; what fits nothing stays as it was heard."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.languages import LANGUAGES
from intake.listening import Heard, Word
from intake.voicemail.written import Written, tokens, write

TABLE = tomllib.loads((Path(__file__).parents[1] / "data" / "voicemail" / "written.toml").read_text("utf-8"))
CASES = [(language, said, written) for language, forms in TABLE.items() for said, written in forms.items()]
WITH_MANY = ("de", "en", "fr", "es", "it")


def heard(text: str, language: str = "de", *, confidence: float = 0.9) -> Heard:
    """As a recogniser gives it, a word every half second."""
    return Heard(
        text,
        language,
        tuple(Word(word, n / 2, n / 2 + 0.4, confidence) for n, word in enumerate(text.split())),
        "test",
    )


def transcript(text: str, language: str) -> tuple[Written, ...]:
    return write(tokens(heard(text, language)), language, prefix="AB", country="DE")


@pytest.mark.parametrize(("language", "said", "written"), CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_what_is_said_is_written_as_staff_write_it(language: str, said: str, written: str) -> None:
    pieces = transcript(said, language)
    assert " ".join(piece.text for piece in pieces) == written
    assert " ".join(piece.original or piece.text for piece in pieces) == said


def test_there_are_tables_for_the_languages_that_callers_speak() -> None:
    assert all(len(TABLE[language]) >= 15 for language in WITH_MANY)
    assert all(len(TABLE[language]) >= 7 for language in ("tr", "ru", "uk", "pl"))


def test_a_stretch_is_as_unsure_as_its_least_sure_word_and_knows_its_time() -> None:
    words = (
        Word("Nummer", 0, 0.4, 0.9), Word("null", 1, 1.2, 0.9), Word("sieben", 1.3, 1.5, 0.3),
        Word("vier", 1.6, 1.8, 0.8),
    )  # fmt: skip
    _, number = write(tokens(Heard("Nummer null sieben vier", "de", words, "")), "de", prefix="AB", country="DE")
    assert (number.text, number.confidence, number.begin, number.end) == ("074", 0.3, 1, 1.8)
    assert number.kind == "number"


def test_a_long_pause_ends_a_number() -> None:
    words = (Word("acht", 0, 0.3, 0.9), Word("neun", 0.4, 0.7, 0.9), Word("null", 9, 9.2, 0.9))
    pieces = write(tokens(Heard("acht neun null", "de", words, "")), "de", prefix="AB", country="DE")
    assert [piece.text for piece in pieces] == ["8", "9", "0"]


def test_words_that_a_recogniser_cut_without_a_blank_are_one() -> None:
    words = (Word("J", 0, 0.1, 0.9), Word("'ai", 0.1, 0.3, 0.4), Word("0171", 1, 2, 0.9), Word("-3920012", 2, 3, 0.8))
    found = tokens(Heard("J'ai 0171-3920012", "fr", words, ""))
    assert [(token.text, token.confidence) for token in found] == [("J'ai", 0.4), ("0171-3920012", 0.8)]


def test_another_country_reads_its_own_numbers() -> None:
    said = tokens(heard("zéro un quarante-deux trente-quatre cinquante-six soixante-dix-huit", "fr"))
    (number,) = write(said, "fr", prefix="AB", country="FR")
    assert number.text == "01 42 34 56 78"


def test_every_language_of_the_office_and_any_other_can_be_written() -> None:
    for language in (*LANGUAGES, "und", "xx"):
        assert [piece.text for piece in transcript("Hallo 0171 3920012", language)] == ["Hallo", "0171 3920012"]


WORDS = [word for _, said, _ in CASES for word in said.split()]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["de", "en", "fr", "es", "it", "ru"]),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=25),
)
def test_any_words_are_written_and_every_word_is_kept(language: str, words: list[str]) -> None:
    text = " ".join(" ".join(words).split())
    pieces = transcript(text, language)
    assert " ".join(piece.original or piece.text for piece in pieces) == " ".join(text.split())
    assert [piece.begin for piece in pieces] == sorted(piece.begin for piece in pieces)


@given(
    st.lists(
        st.sampled_from(["eins", "zwei", "null", "A", "B", "strich", "Anton", "Berta", "W", "Q", "X", "4"]), max_size=40
    )
)
@settings(max_examples=60, deadline=None)
def test_long_spelling_ends(words: list[str]) -> None:
    assert transcript(" ".join(words), "de") or not words
