# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's own words are found in what mail programs put around them."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.triage import detect, first_paragraph, own_words
from intake.triage.text import MAX_CHARACTERS

_DATA = Path(__file__).resolve().parents[1] / "data" / "triage" / "wrapped.toml"
WRAPPED = tomllib.loads(_DATA.read_text("utf-8"))["mail"]


@pytest.mark.parametrize("mail", WRAPPED, ids=[mail["name"] for mail in WRAPPED])
def test_own_words_remain_and_the_wrapping_goes(mail: dict[str, str]) -> None:
    own = own_words(mail["text"])
    assert mail["own"] in own
    assert mail["not"] not in own


@pytest.mark.parametrize("mail", WRAPPED, ids=[mail["name"] for mail in WRAPPED])
def test_a_wrapped_mail_is_answered_in_the_persons_language(mail: dict[str, str]) -> None:
    assert detect(own_words(mail["text"])).code == mail["language"]


OWN = {
    "tr": "Merhaba, belgeleri ne zaman getirmem gerekiyor?",
    "uk": "Дякую за відповідь, я прийду завтра.",
    "en": "Thank you, I will bring the papers next week.",
    "ar": "شكرا لكم، متى يجب أن أحضر الأوراق؟",
    "so": "Waan ku mahadsan tihiin, waraaqaha berri ayaan keenayaa.",
    "de": "Danke, das Formular schicke ich Ihnen morgen per Post.",
    "fa": "ممنون از پاسخ شما، فردا مدارک را می\u200cآورم.",
}
OTHER = (
    "Sehr geehrte Frau Beispiel,\nIhr Antrag liegt uns vor. Bitte senden Sie die fehlenden Unterlagen.\n"
    "Mit freundlichen Grüßen\nAmt Musterstadt"
)
_WRAPPERS = tomllib.loads(_DATA.with_name("wrappers.toml").read_text("utf-8"))


@pytest.mark.parametrize(("program", "wrapper"), [*_WRAPPERS["tuned"].items(), *_WRAPPERS["aside"].items()])
def test_what_a_mail_program_adds_is_not_the_persons(program: str, wrapper: str) -> None:
    quoted = "\n".join(f"> {line}" for line in OTHER.split("\n"))
    for code, words in OWN.items():
        own = own_words(wrapper.replace("{own}", words).replace("{other}", OTHER).replace("{quoted}", quoted))
        assert words in own, program
        assert not any(theirs in own for theirs in ("Unterlagen", "Antrag", "Montag")), program
        assert detect(own).code == code, program


@pytest.mark.parametrize(
    "announcement",
    [
        "Am 03.08.2026 um 10:12 schrieb Amt Musterstadt:",
        "On Mon, 3 Aug 2026 at 10:12, Office <office@example.org> wrote:",
        "Le lun. 3 août 2026 à 10:12, Bureau <office@example.org> a écrit :",
        "El lun, 3 ago 2026 a las 10:12, Oficina escribió:",
        "Il giorno lun 3 ago 2026 alle ore 10:12 Ufficio ha scritto:",
        "Em seg., 3 de ago. de 2026 às 10:12, Office escreveu:",
        "пн, 3 авг. 2026 г. в 10:12, Office <office@example.org>:\nпн, 3 авг. 2026 10:12 Office написал(а):",
        "пн, 3 серп. 2026 р. о 10:12 Office <office@example.org> пише:",
        "Office <office@example.org>, 3 Ağu 2026 Pzt, 10:12 tarihinde şunu yazdı:",
        "Office <office@example.org> 于2026年8月3日周一 10:12写道：",
        "pon., 3 sie 2026 o 10:12 Office <office@example.org> napisał(a):",
        "În lun., 3 aug. 2026 la 10:12, Office a scris:",
        "Office <office@example.org> ezt írta (időpont: 2026. aug. 3., H, 10:12):",
        "Στις Δευ 3 Αυγ 2026 στις 10:12 π.μ., ο χρήστης Office έγραψε:",
        "-----Ursprüngliche Nachricht-----",
        "-----Original Message-----",
        "Von: Amt <amt@example.org>\nGesendet: Montag, 3. August 2026\nAn: Ana <ana@example.org>\nBetreff: Ihr Antrag",
        "From: Office\nSent: Monday\nTo: Ana\nSubject: Your application",
        "Gönderen: Amt\nTarih: 3 Ağustos 2026\nKime: Ana\nKonu: Ihr Antrag",
        "Від: Amt\nНадіслано: 3 серпня 2026\nКому: Ana\nТема: Antrag",
        "De : Amt <amt@example.org>\nEnvoyé : lundi 3 août 2026\nÀ : Ana\nObjet : Antrag",
    ],
)
def test_everything_after_an_announced_quotation_is_someone_elses(announcement: str) -> None:
    own = own_words(f"My own sentence.\n\n{announcement}\n\nIhr Antrag liegt uns vor.")
    assert own.startswith("My own sentence.")
    assert "Antrag liegt" not in own


@pytest.mark.parametrize(
    "footer",
    [
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Get Outlook for iOS<https://example.org/o>",
        "Envoyé de mon iPhone",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "iPhone'umdan gönderildi",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Trimis de pe iPhone-ul meu",
        "Wysłane z iPhone'a",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.",
        "أرسلت من الـ iPhone",
        "发自我的 iPhone",
        "Virenfrei. www.example.org",
        "Diese E-Mail enthält vertrauliche Informationen.",
    ],
)
def test_footers_of_programs_are_not_the_persons_words(footer: str) -> None:
    assert own_words(f"Bonjour, une question.\n\n{footer}") == "Bonjour, une question."


def test_a_sentence_about_a_telephone_is_kept() -> None:
    text = (
        "Den Brief habe ich gestern mit dem Handy fotografiert und die Unterlagen"
        " dann per Post an Sie verschickt, wie besprochen."
    )
    assert own_words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Name: Ana Beispiel\nGeburtsdatum: 1.2.1990\nE-Mail: ana@example.org\n\nIch möchte einen Termin.",
        "Meine Fragen am 3.8.2026:\n1. Was kostet es?\n2. Wie lange dauert es?",
        "Ich komme am 3.8.2026 um 10:30 Uhr. Ist das recht?",
        "Bitte beachten:\nich bin erst um 10:30 da.",
        "--- Wichtig ---\nIch ziehe um.",
    ],
)
def test_what_only_looks_like_wrapping_is_kept(text: str) -> None:
    assert own_words(text) == text


def test_a_line_that_only_looks_like_a_header_is_kept() -> None:
    text = "Von: Stuttgart nach Ulm bin ich umgezogen.\nWas muss ich tun?"
    assert own_words(text) == text


def test_a_reply_without_own_words_has_none() -> None:
    assert own_words("> Sehr geehrte Frau Kowal,\n> bitte kommen Sie.\n") == ""


def test_invisible_and_direction_marks_go_but_persian_joins_stay() -> None:
    assert own_words("\u202bمی\u200cخواهم\u202c \ufeffx\u200b\u00ad") == "می\u200cخواهم x"


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("Sehr geehrte Damen und Herren,\n\nI would like to ask something.\n\nMore.", "I would like to ask something."),
        ("Hello,\n\nok\n\nplease send me the form", "ok\nplease send me the form"),
        ("Hallo", "Hallo"),
        ("Hello Mr Weber,\nwhen do you open today?", "when do you open today?"),
        ("Hello I need help with it\n\nMaximilian Mustermann", "Hello I need help with it"),
        ("谢谢你们", "谢谢你们"),
        ("", ""),
    ],
)
def test_the_first_paragraph_goes_on_until_it_says_something(own: str, expected: str) -> None:
    assert first_paragraph(own) == expected


@given(st.text(max_size=3000))
def test_any_text_has_own_words_of_bounded_length(text: str) -> None:
    own = own_words(text)
    assert len(own) <= 3 * len(text)
    assert len(first_paragraph(own)) <= len(own)


_PIECES = [
    "> ",
    "\n",
    "\n\n",
    "-- \n",
    "On 1.1.2026 wrote:",
    "Von: a\n",
    "An: b\n",
    "Betreff: c\n",
    "Text",
    " ",
    "--",
    "_____",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=60))
def test_taking_own_words_twice_changes_nothing_that_was_marked(pieces: list[str]) -> None:
    assert not any(line.startswith(">") for line in own_words("".join(pieces)).split("\n"))


@pytest.mark.parametrize(
    "piece", ["--\n", "> > ", "\n", "Von: a\n", "a", "\u200d", "On 1.1.2026\n", "[^.]diese e-mail "]
)
def test_two_megabytes_are_read_only_as_far_as_useful(piece: str) -> None:
    assert len(own_words(piece * (2_000_000 // len(piece)))) <= MAX_CHARACTERS


def test_a_form_of_labels_alone_is_what_the_person_wrote() -> None:
    assert "Anliegen: Einbürgerung" in own_words(
        "Name: Ana Roa\nDatum: 12.11.2026\nUhrzeit: 10:30\nAnliegen: Einbürgerung"
    )
