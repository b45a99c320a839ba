# SPDX-License-Identifier: GPL-3.0-or-later
"""The message that staff find for a recording."""

import datetime as dt
import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from intake.cli.explain import builtin
from intake.message import parse
from intake.voicemail.staff_message import NOTE, WITHHELD, compose
from intake.voicemail.values import Piece, Recording, Understood

RECORDING = Recording(
    "main", "default/100/INBOX/msg0000.wav", Path("x.wav"), dt.datetime(2026, 11, 3, 8, 30, tzinfo=dt.UTC),
    "0171 3920012", "100@default", "",
)  # fmt: skip
PIECES = (
    Piece("Guten ", False), Piece("Tag, ", False), Piece("Frau ", False), Piece("Wilmar.\n", True),
    Piece("Meine ", False), Piece("Nummer ", False), Piece("ist ", False),
    Piece("0171 3920012.", False, "null eins sieben eins drei neun zwei null null eins zwei."),
)  # fmt: skip
UNDERSTOOD = Understood(
    state="heard", language="de", confidence="sure", queue="appointments", evidence=("heard: German (99%)",),
    reasons=("Deutsch: so gehört (99 %)", '"Termin + verschieb" im dritten Satz → Termine'), references=(),
    seconds=65.4, pieces=PIECES, problem="", sound=bytes(range(256)) * 40, sound_name="Sprachnachricht.mp3",
    sound_type="audio/mpeg",
)  # fmt: skip


def message(understood: Understood = UNDERSTOOD, recording: Recording = RECORDING, **changes: Any) -> EmailMessage:
    mail = email.message_from_bytes(raw(understood, recording, **changes), policy=default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def raw(understood: Understood = UNDERSTOOD, recording: Recording = RECORDING, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "office": builtin().configuration.office, "reference": "AB-7K3M9QX", "folder": "Termine",
        "address": "post@example.org", "message_id": "<intake.1@example.org>", "loop_token": "token",
        "number": "+491713920012", "joined": False, "named": "",
    }  # fmt: skip
    return compose(recording, understood, **{**values, **changes})


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_the_list_of_a_mail_program_tells_who_called_in_which_language_for_how_long() -> None:
    mail = message()
    assert mail["Subject"] == "Sprachnachricht AB-7K3M9QX, Deutsch, 1:05 min"
    assert mail["From"] == "Sprachnachricht 0171 3920012 <post@example.org>"
    assert mail["Date"] == "Tue, 03 Nov 2026 09:30:00 +0100"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (mail["Message-ID"], mail["X-Loop"]) == ("<intake.1@example.org>", "token")


def test_the_number_can_be_dialled_from_text_and_html() -> None:
    mail = message()
    assert "0171 3920012 <tel:+491713920012>" in text(mail)
    assert '<a href="tel:+491713920012">0171 3920012</a>' in html(mail)


def test_a_withheld_number_is_said_to_be() -> None:
    mail = message(recording=replace(RECORDING, caller=""), number="")
    assert WITHHELD in text(mail)
    assert WITHHELD in html(mail)
    assert "tel:" not in html(mail)


def test_an_extension_is_shown_as_it_was_given() -> None:
    mail = message(recording=replace(RECORDING, caller="217"), number="")
    assert "217" in text(mail)
    assert "tel:" not in html(mail)


def test_unsure_words_are_marked_without_colour_and_figures_keep_their_words() -> None:
    mail = message()
    assert "Guten Tag, Frau [Wilmar?]." in text(mail)
    assert '[<span style="text-decoration:underline dotted">Wilmar</span>?].' in html(mail)
    assert "0171 3920012: null eins sieben eins drei neun zwei null null eins zwei" in text(mail)
    assert "null eins sieben eins" in html(mail)
    assert NOTE in text(mail)
    assert "#" not in html(mail).replace("#888888", "")


def test_the_reasons_and_the_sound_are_there() -> None:
    mail = message()
    assert all(reason in text(mail) for reason in UNDERSTOOD.reasons)
    (sound,) = mail.iter_attachments()
    assert (sound.get_content_type(), sound.get_filename()) == ("audio/mpeg", "Sprachnachricht.mp3")
    assert sound.get_content() == UNDERSTOOD.sound


def test_the_same_recording_gives_the_same_bytes_and_our_own_parser_reads_them() -> None:
    assert raw() == raw()
    assert raw() != raw(message_id="<intake.2@example.org>")
    assert all(len(line) <= 998 and line.endswith(b"\r") for line in raw().split(b"\n")[:-1])
    assert parse(raw()).defects == ()


ARABIC = "مرحبا أحتاج إلى موعد"


def test_a_transcript_from_right_to_left_is_isolated() -> None:
    pieces = (Piece(f"{ARABIC}\n", False), Piece("0171 3920012", True))
    mail = message(replace(UNDERSTOOD, language="ar", pieces=pieces))
    assert f"\u2067{ARABIC}\u2069" in text(mail)
    assert '<blockquote lang="ar" dir="rtl"' in html(mail)
    assert mail["Subject"] == "Sprachnachricht AB-7K3M9QX, Arabisch, 1:05 min"


def test_figures_keep_their_order_between_words_from_right_to_left() -> None:
    pieces = (Piece("رقمي ", False), Piece("0171 3920012. ", True), Piece("شكرا", True))
    mail = message(replace(UNDERSTOOD, language="ar", pieces=pieces))
    assert "\u2067رقمي [\u20660171 3920012\u2069. شكرا?]\u2069" in text(mail)
    assert '<bdi dir="ltr" style="white-space:nowrap">0171 3920012</bdi>. شكرا</span>?]' in html(mail)


def test_whatever_was_said_or_sent_is_only_text() -> None:
    evil = '<script>alert("x")</script> & <a href="http://example.org">'
    bad = replace(UNDERSTOOD, pieces=(Piece(evil, True, evil),), reasons=(evil,), problem=evil)
    mail = message(bad, replace(RECORDING, caller='"<b>', mailbox=evil), number="", folder=evil)
    assert "<script" not in html(mail)
    assert "<b>" not in html(mail)
    assert html(mail).count("<a ") == 0


@pytest.mark.parametrize(
    ("changes", "arguments", "sentence"),
    [
        (
            {"problem": "Die Tondatei ist leer.", "sound": b"", "seconds": None, "pieces": ()},
            {},
            "Die Tondatei ist leer.",
        ),
        ({"sound": b""}, {}, "sie liegt an der Telefonanlage"),
        ({}, {"joined": True}, "schon bekannt; im Anruf genannt"),
        ({}, {"named": "AB-GP1XF39"}, "Im Anruf wurde der Vorgang AB-GP1XF39 genannt."),
        ({"language": "und"}, {}, "Sprache nicht erkannt"),
        ({"confidence": "unsure"}, {}, "(unsicher)"),
    ],
)
def test_what_staff_must_know_is_said(changes: dict[str, Any], arguments: dict[str, Any], sentence: str) -> None:
    mail = message(replace(UNDERSTOOD, **changes), **arguments)
    assert sentence in text(mail)
    assert sentence in html(mail)


def test_without_words_there_is_no_empty_transcript_and_without_sound_no_attachment() -> None:
    mail = message(replace(UNDERSTOOD, pieces=(), sound=b"", seconds=None))
    assert "Was gesagt wurde" not in text(mail) + html(mail)
    assert list(mail.iter_attachments()) == []
    assert mail["Subject"] == "Sprachnachricht AB-7K3M9QX, Deutsch, ohne Ton"
