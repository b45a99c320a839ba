# SPDX-License-Identifier: GPL-3.0-or-later
"""The language to answer in, how sure that is, and what it may never do: answer in a wrong third language."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.languages import LANGUAGES, UNDETERMINED
from intake.triage import LanguageGuess, detect
from intake.triage.words import lists
from tests.triage_score import SERBO_CROATIAN, Judged, judge, macro, share


@pytest.fixture(scope="module")
def mails() -> list[Judged]:
    return judge("mails.toml")


@pytest.fixture(scope="module")
def hard() -> list[Judged]:
    return judge("hard.toml")


def test_the_set_has_every_language(mails: list[Judged]) -> None:
    assert {j.language for j in mails} == {*LANGUAGES, UNDETERMINED}
    assert len(mails) >= 150


@pytest.fixture(scope="module")
def held_out() -> list[Judged]:
    return judge("held_out.toml")


def test_mails_that_nothing_was_tuned_on_are_answered_in_their_language(held_out: list[Judged]) -> None:
    assert macro(held_out) >= 0.95


def test_ordinary_mails_are_answered_in_their_language(mails: list[Judged]) -> None:
    assert macro(mails) >= 0.97


def test_hard_mails_are_mostly_answered_in_their_language(hard: list[Judged]) -> None:
    assert macro(hard) >= 0.90


@pytest.mark.parametrize("name", ["mails", "hard", "held_out"])
def test_hardly_anybody_is_answered_in_a_wrong_third_language(name: str, request: pytest.FixtureRequest) -> None:
    judged: list[Judged] = request.getfixturevalue(name)
    assert share(sum(j.wrong_third for j in judged), judged) <= 0.01


def test_sure_is_right(mails: list[Judged], hard: list[Judged], held_out: list[Judged]) -> None:
    sure = [j for j in mails + hard + held_out if j.guess.confidence == "sure"]
    assert len(sure) >= 150
    assert all(j.right_language for j in sure)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ich will antrag stellen. please answer in English", "en"),
        ("I am learning: bitte auf Deutsch antworten!", "de"),
        ("Hello, when do you open? Please reply in Turkish.", "tr"),
        ("Guten Tag, wann haben Sie offen? Bitte auf Französisch antworten.", "fr"),
        ("Добрий день, прошу відповісти українською. Thank you", "uk"),
    ],
)
def test_who_asks_for_a_language_gets_it(text: str, code: str) -> None:
    guess = detect(text)
    assert (guess.code, guess.confidence) == (code, "sure")


@pytest.mark.parametrize("text", ["", " \n", "😀", "12345", "?!", "https://example.org/de/antrag", "a"])
def test_nothing_to_go_by_is_said_to_be_so(text: str) -> None:
    guess = detect(text)
    assert (guess.code, guess.confidence) == (UNDETERMINED, "unsure")


def test_the_subject_speaks_only_where_the_body_says_nothing() -> None:
    assert detect("", subject="Re: AW: oturum iznimi uzatmak istiyorum").code == "tr"
    assert detect("Доброго дня, маю питання про дозвіл", subject="Frage zum Aufenthaltstitel").code == "uk"
    assert detect("", subject="Bonjour, je voudrais une réponse").confidence == "likely"


def test_hints_are_a_last_resort_and_never_more_than_unsure_alone() -> None:
    assert detect("", hints=("tr-TR", "xx")) == LanguageGuess("tr", "unsure", ("no words; header or history",), "")
    assert detect("Ich brauche bitte einen Termin", hints=("tr",)).code == "de"


def test_cyrillic_serbian_is_told_by_its_script() -> None:
    guess = detect("Поштовани, шта ми је потребно за боравак?")
    assert (guess.code, guess.script) == ("sr", "Cyrl")


@pytest.mark.parametrize(
    "text", ["Mogu li dobiti termin sljedeće sedmice?", "Kada mogu doći kod vas, hvala", "Gdje se predaje zahtjev?"]
)
def test_serbian_croatian_and_bosnian_are_one_to_the_confidence(text: str) -> None:
    guess = detect(text)
    assert guess.code in SERBO_CROATIAN
    assert guess.confidence != "unsure"


@pytest.mark.parametrize(
    "text",
    [
        "Jag skulle vilja veta när ni har öppet i morgon.",
        "Ik wil graag een afspraak maken, kunt u mij helpen?",
        "Ninahitaji kibali cha kuishi, naomba msaada.",
        "ฉันต้องการนัดหมาย",
        "もしもし、予約をお願いします。",
        "예약하고 싶습니다.",
        "Men yashash uchun ruxsatnoma olmoqchiman, iltimos yordam bering.",
        "Я хацеў бы даведацца, калі ласка, пра дазвол",
    ],
)
def test_a_language_without_texts_is_another_language_or_unsure(text: str) -> None:
    guess = detect(text)
    assert guess.code == UNDETERMINED or guess.confidence == "unsure"


def test_german_office_words_do_not_make_a_mail_german() -> None:
    assert detect("mon Aufenthaltstitel est fini, Fiktionsbescheinigung svp").code == "fr"


def test_evidence_shows_no_word_that_is_not_ours() -> None:
    guess = detect("Guten Tag, ich heiße Zinaida Quarkowitsch und möchte einen Termin für meinen Umzugsprozess.")
    assert "quark" not in " ".join(guess.evidence).lower()
    assert guess.evidence


def test_every_thread_gets_the_same_answer() -> None:
    texts = [
        "Bonjour, je voudrais venir demain",
        "pls call me",
        "kad radite",
        "randevu lutfen",
        "quando abrem vocês",
    ] * 4
    expected = [detect(text) for text in texts]
    answers: list[list[LanguageGuess]] = []
    threads = [threading.Thread(target=lambda: answers.append([detect(t) for t in texts])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_the_word_lists_name_only_known_languages() -> None:
    tables = lists()
    for table in ("words", "romanised", "endings", "requests"):
        assert set(tables[table]) <= {*LANGUAGES, UNDETERMINED}


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=400), st.text(max_size=80), st.lists(st.text(max_size=8), max_size=3))
def test_any_text_has_an_answer(text: str, subject: str, hints: list[str]) -> None:
    guess = detect(text, subject=subject, hints=tuple(hints))
    assert guess.code in {*LANGUAGES, UNDETERMINED}
    assert guess == detect(text, subject=subject, hints=tuple(hints))


@pytest.mark.parametrize("piece", ["a", "ы ", "é", "\u0301", "ህ", "我", "ich bin ", "🏴\u200d", "aA1@"])
def test_two_megabytes_have_an_answer(piece: str) -> None:
    assert detect(piece * (2_000_000 // len(piece))).code in {*LANGUAGES, UNDETERMINED}
