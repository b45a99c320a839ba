# SPDX-License-Identifier: GPL-3.0-or-later
"""Which language a caller speaks, and what nobody said: decided without a recogniser."""

import numpy as np
import pytest

from intake.audio import Sound, join, silence
from intake.cli.explain import builtin
from intake.daemon import load_rules
from intake.triage.routing import Evidence, Routing
from intake.voicemail.language_choice import Choice, choose
from intake.voicemail.listener import Listener, as_sentences, pieces
from intake.voicemail.phantoms import spoken
from intake.voicemail.words import office_words
from intake.voicemail.written import Written
from intake.voicemail.written.tokens import Token
from tests.sounds import babble, noise

GERMAN = (("de", 0.98), ("en", 0.01))
TURKISH = (("tr", 0.97), ("de", 0.001))
UNCLEAR = (("uk", 0.4), ("ru", 0.38), ("pl", 0.1))


@pytest.mark.parametrize(
    ("chosen", "before", "likely", "languages", "confidence", "told"),
    [
        ("tr", "de", TURKISH, ("tr",), "sure", "im Sprachmenü gewählt"),
        ("tr", "", (), ("tr",), "sure", "im Sprachmenü gewählt"),
        ("", "de", GERMAN, ("de",), "likely", "wie im letzten Vorgang"),
        ("", "ku", (), ("ku",), "likely", "wie im letzten Vorgang"),
        ("de", "", TURKISH, ("tr",), "likely", "obwohl Deutsch: im Sprachmenü gewählt"),
        ("fr", "", UNCLEAR, ("fr",), "sure", "im Sprachmenü gewählt"),
        ("", "", GERMAN, ("de",), "sure", "so gehört (98 %)"),
        ("", "", (("es", 0.6), ("it", 0.3)), ("es",), "likely", "so gehört (60 %)"),
        ("", "", UNCLEAR, ("uk", "ru"), "unsure", "versucht: Ukrainisch und Russisch"),
        ("", "", (), ("de", "en"), "unsure", "versucht: Deutsch und Englisch"),
        ("xx", "", GERMAN, ("de",), "sure", "so gehört"),
    ],
)
def test_the_language_is_what_was_chosen_then_known_then_heard(
    chosen: str,
    before: str,
    likely: tuple[tuple[str, float], ...],
    languages: tuple[str, ...],
    confidence: str,
    told: str,
) -> None:
    choice = choose(chosen=chosen, before=before, likely=likely, usual=("de", "en", "uk"))
    assert (choice.languages, choice.confidence) == (languages, confidence)
    assert told in choice.german
    assert choice.code == languages[0]


def test_without_anything_to_go_by_no_language_is_named() -> None:
    choice = choose(chosen="", before="", likely=(), usual=())
    assert choice == Choice((), "unsure", "nothing tells the language", "Sprache: nicht erkannt")
    assert choice.code == "und"


def test_where_a_caller_pauses_a_line_ends() -> None:
    heard = [
        Written(word, "", "word", 0.9, begin, begin + 0.3) for word, begin in (("Ja,", 0), ("gut.", 0.4), ("Und", 2))
    ]
    assert [piece.text for piece in pieces(heard)] == ["Ja, ", "gut.\n", "Und"]
    assert as_sentences(heard) == "Ja, gut.\nUnd"


SPEECH = babble(10, 8000)


def said(text: str, confidence: float = 0.9, *, begin: float = 0.0, step: float = 0.4) -> list[Token]:
    return [Token(word, confidence, begin + n * step, begin + n * step + 0.3) for n, word in enumerate(text.split())]


def kept(tokens: list[Token], sound: Sound = SPEECH) -> str:
    return " ".join(token.text for token in spoken(tokens, sound))


def test_what_a_caller_says_is_kept() -> None:
    text = "Guten Tag, ich brauche einen Termin. Vielen Dank und auf Wiederhören."
    assert kept(said(text)) == text


@pytest.mark.parametrize(
    "phantom",
    [
        "Untertitelung des Senders, 2020", "Vielen Dank fürs Zuschauen!", "Thanks for watching!", "[Musik]", "♪ ♪ ♪",
        "Sous-titres réalisés para la communauté", "Продолжение следует...", "Altyazı M.K.",
    ],
)  # fmt: skip
def test_what_stands_under_films_is_taken_out(phantom: str) -> None:
    assert kept(said(phantom)) == ""
    assert kept(said(f"Ich brauche einen Termin. {phantom}")) == "Ich brauche einen Termin."


def test_what_is_said_again_and_again_stands_once_and_unsure() -> None:
    found = spoken(said("Ich komme morgen. " + "Vielen Dank. " * 12, step=0.25), SPEECH)
    assert [token.text for token in found] == ["Ich", "komme", "morgen.", "Vielen", "Dank."]
    assert [token.confidence for token in found] == [0.9, 0.9, 0.9, 0.0, 0.0]


def test_a_number_said_twice_stays() -> None:
    number = "null eins sieben eins drei neun zwei null null eins zwei"
    assert kept(said(f"{number} {number}", step=0.3)) == f"{number} {number}"


def test_words_in_silence_are_taken_out() -> None:
    sound = join([babble(4, 8000), silence(6, 8000)])
    assert kept(said("Hallo hier ist") + said("noch etwas", begin=6), sound) == "Hallo hier ist"
    assert kept(said("Hallo"), Sound(np.zeros(0, np.float32), 8000)) == ""


def test_a_recogniser_that_is_sure_of_nothing_has_heard_nothing() -> None:
    assert kept(said("dem der das so ja", 0.2)) == ""
    assert kept(said("dem der das so ja", 0.2) + said("Termin", 0.95, begin=3)) != ""


def test_a_word_or_two_in_long_noise_are_nothing() -> None:
    long = noise(40, 8000)
    assert kept(said("the uh", 0.5), long) == ""
    assert kept(said("Bitte zurückrufen", 0.9), long) == "Bitte zurückrufen"


def test_there_are_office_words_for_the_languages_that_are_heard_most() -> None:
    assert all("Duldung" in office_words(code) for code in ("de", "en", "uk", "tr", "ar", "ru", "fr", "es", "it", "sq"))
    assert len(office_words("de")) > len(office_words("sq"))


def test_the_reasons_name_the_folder_that_they_speak_for_and_why_it_is_another() -> None:
    settings = builtin()
    ears = Listener(settings, load_rules(settings))
    evidence = (Evidence("Karte", "text", "residence-permit", 1.0, 1),)
    english, german = ears._reasons(Routing("general", evidence, decision="too little"))
    assert english == ['"Karte" in the first sentence → residence-permit', "not clear enough → general"]
    assert german == ['"Karte" im ersten Satz → Aufenthaltstitel', "nicht eindeutig, deshalb Allgemein"]
