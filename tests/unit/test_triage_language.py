# SPDX-License-Identifier: GPL-3.0-or-later
"""The language to answer in, how sure that is, and what it may never do: answer in a wrong third language."""

import base64
import json
import os
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.languages import LANGUAGES, UNDETERMINED
from intake.triage import LanguageGuess, detect, own_words
from intake.triage.requested import requested
from intake.triage.romanised import sound, spellings
from intake.triage.words import lists, plain_spelling, romanised_lists
from tests.triage_language_score import KINDS, Guessed, guessed, kind
from tests.triage_score import SERBO_CROATIAN, samples

DEVELOPMENT = ("dev_a.toml", "dev_b.toml")


def found_in(*names: str) -> list[Guessed]:
    return guessed(sample for name in names for sample in samples(name))


def accuracy(found: list[Guessed]) -> float:
    """Averaged over languages, so that rare ones count as much as German."""
    rights: dict[str, list[bool]] = {}
    for one in found:
        rights.setdefault(one.sample.language, []).append(one.right)
    return sum(sum(each) / len(each) for each in rights.values()) / len(rights)


@pytest.fixture(scope="module")
def found() -> dict[str, list[Guessed]]:
    """Every text of our sets by kind, with the language that is found."""
    everything = found_in(
        "mails.toml", "hard.toml", "held_out.toml", "language_short.toml", "language_romanised.toml", *DEVELOPMENT
    )
    return {name: [one for one in everything if kind(one.sample) == name] for name in KINDS}


def test_the_sets_have_every_language(found: dict[str, list[Guessed]]) -> None:
    assert {one.sample.language for one in found["mail"]} == {*LANGUAGES, UNDETERMINED}
    assert {one.sample.language for one in found["short"]} == {*LANGUAGES, UNDETERMINED}
    assert len(found["mail"]) >= 600


@pytest.mark.parametrize(
    ("texts", "right", "costly", "unsure"),
    [("mail", 0.97, 0.01, 0.10), ("short", 0.92, 0.01, 0.25), ("romanised", 0.80, 0.02, 0.25)],
)
def test_people_are_answered_in_their_language(
    found: dict[str, list[Guessed]], texts: str, right: float, costly: float, unsure: float
) -> None:
    ours = found[texts]
    assert accuracy(ours) >= right
    assert sum(one.costly for one in ours) / len(ours) <= costly
    assert sum(one.guess.confidence == "unsure" for one in ours) / len(ours) <= unsure


@pytest.mark.parametrize("name", ["language_short.toml", "language_romanised.toml"])
def test_texts_that_nothing_was_tuned_on_fare_nearly_as_well(name: str) -> None:
    aside = [one for one in found_in(name) if one.sample.part.endswith("/aside")]
    assert len(aside) >= 50
    assert accuracy(aside) >= 0.80


def test_no_language_is_left_behind(found: dict[str, list[Guessed]]) -> None:
    for code in LANGUAGES:
        ours = [one for one in found["mail"] if one.sample.language == code]
        assert sum(one.right for one in ours) / len(ours) >= 0.9, code


def test_sure_is_right(found: dict[str, list[Guessed]]) -> None:
    sure = [one for one in found["mail"] if one.guess.confidence == "sure"]
    assert len(sure) >= 500
    assert sum(one.right for one in sure) / len(sure) >= 0.995


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ich will antrag stellen. please answer in English", "en"),
        ("I am learning: bitte auf Deutsch antworten!", "de"),
        ("Hello, when do you open? Please reply in Turkish.", "tr"),
        ("Guten Tag, wann haben Sie offen? Bitte auf Französisch antworten.", "fr"),
        ("Добрий день, прошу відповісти українською. Thank you", "uk"),
        ("Ich verstehe wenig. Bitte antworten Sie mir, wenn möglich, auf Rumänisch, mein Deutsch ist nicht gut.", "ro"),
        ("Prośba: proszę o odpowiedź po polsku, bo po niemiecku nie wszystko rozumiem", "pl"),
        ("Merci de me répondre en anglais", "en"),
        ("Por favor responda en inglés", "en"),
        ("Per favore rispondetemi in italiano", "it"),
        ("lütfen Türkçe cevap verin", "tr"),
        ("Lütfen Almanca cevap yazın, öğreniyorum", "de"),
        ("الرجاء الرد باللغة العربية", "ar"),
        ("الرجاء الرد بالإنجليزية", "en"),
        ("لطفا به فارسی جواب دهید", "fa"),
        ("ju lutem përgjigjuni në shqip", "sq"),
        ("odgovorite mi na srpskom, molim", "sr"),
        ("vă rog răspundeți în română", "ro"),
        ("ответьте пожалуйста на английском", "en"),
        ("μπορείτε να απαντήσετε στα αγγλικά;", "en"),
        ("请用英文回复", "en"),
        ("Em nhờ anh chị, xin trả lời bằng tiếng Việt", "vi"),
        ("ji kerema xwe bi kurdî bersivê bidin", "ku"),
        ("Fadlan iigu soo jawaab af-Soomaali", "so"),
        ("በአማርኛ መልሱልኝ", "am"),
        ("English please", "en"),
        ("I only speak French", "fr"),
        ("Ich spreche kein Deutsch, nur Arabisch", "ar"),
    ],
)
def test_who_asks_for_a_language_gets_it(text: str, code: str) -> None:
    guess = detect(text)
    assert (guess.code, guess.confidence) == (code, "sure")


@pytest.mark.parametrize(
    "text",
    [
        "Please do not answer in German, I do not understand it",
        "bitte nicht auf Deutsch antworten",
        "I wait for an answer from the German embassy",
        "Bitte sagen Sie mir, wo der Deutschkurs ist",
        "I live in the Turkish quarter, please answer",
        "Do I need a translation into German please",
        "Ich bin in Englisch geprüft worden",
    ],
)
def test_a_language_that_is_only_mentioned_is_not_asked_for(text: str) -> None:
    assert requested(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("salam alaykum mumkin maw3id bukra shukran", "ar"),
        ("Salem, choukran, bghit maw3id 3afak", "ar"),
        ("zdravstvuyte, mne nuzhno prodlit vid na zhitelstvo", "ru"),
        ("zdrawstwujte mne nujno prodlit kartu spasibo", "ru"),
        ("dobryi den, meni potribno prodovzhyty dozvil", "uk"),
        ("kalimera thelw na kleisw ena rantevou gia thn adeia mou", "el"),
        ("salam vaght mikham baraye tamdide eghamatam", "fa"),
    ],
)
def test_other_scripts_in_latin_letters_are_known_by_their_sound(text: str, code: str) -> None:
    assert detect(text).code == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shukran", "choukran"),
        ("efharisto", "efxaristo"),
        ("maw3id", "mawid"),
        ("spasibo", "spaseebo"),
        ("7atta", "hatta"),
    ],
)
def test_spellings_of_one_word_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("word", "spelt"), [("жена", "zhena"), ("хочу", "khochu"), ("έχω", "ehw"), ("ещё", "eshche")])
def test_alphabets_are_spelt_as_people_type_them(word: str, spelt: str) -> None:
    assert spelt in spellings(plain_spelling(word))


@pytest.mark.parametrize("text", ["Ahmad Karimi", "Nguyen", "Mehmet Y."])
def test_a_name_names_no_third_language(text: str) -> None:
    assert detect(text).code in ("de", "en", UNDETERMINED)


@pytest.mark.parametrize("text", ["", " \n", "😀", "12345", "?!", "https://example.org/de/antrag", "a"])
def test_nothing_to_go_by_is_said_to_be_so(text: str) -> None:
    guess = detect(text)
    assert (guess.code, guess.confidence) == (UNDETERMINED, "unsure")


def test_the_subject_speaks_only_where_the_body_says_nothing() -> None:
    assert detect("", subject="Re: AW: oturum iznimi uzatmak istiyorum").code == "tr"
    assert detect("Доброго дня, маю питання про дозвіл", subject="Frage zum Aufenthaltstitel").code == "uk"
    assert detect("", subject="Bonjour, je voudrais une réponse").confidence == "likely"


def test_an_earlier_case_tips_the_scales_where_words_hardly_do() -> None:
    assert detect("salam, termin", hints=("fa",)).code == "fa"
    assert detect("salam, termin", hints=("ar",)).code == "ar"
    assert detect("Bonjour, je voudrais renouveler mon titre de séjour", hints=("ar",)).code == "fr"


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


def test_another_process_and_another_order_get_the_same_answer() -> None:
    texts = [sample.text for sample in samples("hard.toml")]
    here = [detect(own_words(text)) for text in texts]
    program = (
        "import sys, json; from intake.triage import detect, own_words; "
        "print(json.dumps([[g.code, g.confidence, g.evidence, g.script] "
        "for g in (detect(own_words(t)) for t in json.load(sys.stdin))]))"
    )
    backwards = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(texts[::-1]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    there = [LanguageGuess(c, s, tuple(e), script) for c, s, e, script in json.loads(backwards.stdout)]
    assert there[::-1] == here


def test_the_word_lists_name_only_known_languages() -> None:
    assert set(lists()["words"]) == {*LANGUAGES, UNDETERMINED} - {"zh"}  # Chinese is known by its script
    assert set(romanised_lists()) <= {*LANGUAGES, "hindustani"}


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=400), st.text(max_size=80), st.lists(st.text(max_size=8), max_size=3))
def test_any_text_has_an_answer(text: str, subject: str, hints: list[str]) -> None:
    guess = detect(text, subject=subject, hints=tuple(hints))
    assert guess.code in {*LANGUAGES, UNDETERMINED}
    assert guess == detect(text, subject=subject, hints=tuple(hints))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(bytes(range(256)) * 40).decode(),
        "\x00\x01\x02" * 500,
        "\ud800 \udfff lone surrogates",
        "👍🏽" * 300,
        "%PDF-1.7 " + "\ufffd" * 900,
        "3" * 4000 + "a",
        "a3" * 2000,
        "'" * 4000,
    ],
)
def test_garbage_has_an_answer(text: str) -> None:
    assert detect(own_words(text)).code in {*LANGUAGES, UNDETERMINED}


@pytest.mark.parametrize("piece", ["a", "ы ", "é", "\u0301", "ህ", "我", "ich bin ", "🏴\u200d", "aA1@"])
def test_two_megabytes_have_an_answer(piece: str) -> None:
    assert detect(piece * (2_000_000 // len(piece))).code in {*LANGUAGES, UNDETERMINED}
