# SPDX-License-Identifier: GPL-3.0-or-later
"""The message that staff find in the queue folder: who called, what was said, why it lies here, and the sound.

In German, as text and as HTML, readable on a telephone and by a screen reader, without colours of its own (so that a
dark screen stays dark), without anything to be fetched. What the recogniser is not sure of stands in brackets with a
question mark, in the text as in the HTML: no colour tells it. Words that were put into figures stand below as they
were said. A transcript is a stranger's text: it is escaped, isolated in its own direction (UAX #9), and no link in it
is made clickable. The same recording gives the same bytes, so that a retry after a crash appends the same message.
"""

import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from intake.cases import staff_mail
from intake.config import Office
from intake.languages import LANGUAGES, UNDETERMINED
from intake.office import Calendar
from intake.voicemail import numbers
from intake.voicemail.values import Piece, Recording, Understood
from intake.wording import instant, language_name

NOTE = "Automatisch verschriftet; kann Fehler enthalten. Was unsicher verstanden wurde, steht so: [Wort?]"
WITHHELD = "Rufnummer unterdrückt oder unbekannt"
MOST_ORIGINALS = 30
"""Stretches that are repeated as they were said."""

_CONFIDENCE = {"sure": "sicher", "likely": "wahrscheinlich", "unsure": "unsicher"}
_ISOLATES = {"rtl": "\u2067", "ltr": "\u2066"}
_POP = "\u2069"
_AFTER = " \n.,;:!?…"
"""What stands after a word and is no part of it."""

Rows = Sequence[tuple[str, str]]


def compose(
    recording: Recording,
    understood: Understood,
    *,
    office: Office,
    reference: str,
    folder: str,
    address: str,
    message_id: str,
    loop_token: str,
    number: str,
    joined: bool,
    named: str,
) -> bytes:
    """The finished message: RFC 5322 with CRLF.

    ``number``: the caller's in E.164, or empty; ``joined``: the case was known before, and the caller named it;
    ``named``: another's case that the caller named, or empty; ``address``: of the filing mailbox.
    """
    calendar = Calendar(office)
    shown = numbers.shown(number, office.country) if number else recording.caller
    language = _language(understood.language)
    length = _length(understood.seconds)
    facts = [
        ("Vorgang", f"{reference} ({'schon bekannt; im Anruf genannt' if joined else 'neu'})"),
        ("Eingang", instant("de", calendar.local(recording.left_at))),
        ("Sprache", f"{language} ({_CONFIDENCE.get(understood.confidence, understood.confidence)})"),
        ("Länge", f"{length} Minuten" if length else "unbekannt"),
        ("Ordner", folder),
    ]
    if recording.mailbox:
        facts.append(("Anrufbeantworter", recording.mailbox))
    remarks = [understood.problem] if understood.problem else []
    if named:
        remarks.append(f"Im Anruf wurde der Vorgang {named} genannt. Er gehört zu einer anderen Rufnummer.")
    if understood.sound:
        remarks.append("Die Aufnahme hängt an.")
    else:
        remarks.append("Die Aufnahme hängt nicht an; sie liegt an der Telefonanlage.")

    mail = staff_mail.begin(
        name=f"Sprachnachricht {shown or WITHHELD}",
        address=address,
        recipient=address,
        subject=f"Sprachnachricht {reference}, {language}, {f'{length} min' if length else 'ohne Ton'}",
        at=calendar.local(recording.left_at),
        message_id=message_id,
        loop_token=loop_token,
    )
    mail.set_content(_text(understood, facts, shown, number, remarks, office.name), cte="quoted-printable")
    html = _html(understood, facts, shown, number, remarks, office.name)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if understood.sound:
        kind, _, subtype = understood.sound_type.partition("/")
        mail.add_attachment(understood.sound, maintype=kind, subtype=subtype, filename=understood.sound_name)
    mail["Content-Language"] = "de"
    for level, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        seed = hashlib.sha256(f"{level}{message_id}".encode("utf-8", "replace")).hexdigest()
        part.set_boundary(f"=_{seed[:40]}")
    return mail.as_bytes()


def _text(understood: Understood, facts: Rows, shown: str, number: str, remarks: Sequence[str], office: str) -> str:
    width = max(len(name) for name, _ in facts) + 2
    lines = [f"{'Anrufer:':{width}} {shown or WITHHELD}{f' <tel:{number}>' if number else ''}"]
    lines += [f"{name + ':':{width}} {value}" for name, value in facts]
    lines += ["", *remarks]
    if understood.pieces:
        lines += ["", "Was gesagt wurde", NOTE, ""]
        direction = _direction(understood.language)
        said = _marked(understood.pieces, direction)
        lines += [f"{_ISOLATES[direction]}{line}{_POP}" for line in said.split("\n")]
    if originals := _originals(understood.pieces):
        lines += ["", "So gesprochen", *(f"{written}: {said}" for written, said in originals)]
    lines += ["", "Warum hier", *(f"- {reason}" for reason in understood.reasons), "", _footer(office), ""]
    return "\n".join(lines)


def _html(understood: Understood, facts: Rows, shown: str, number: str, remarks: Sequence[str], office: str) -> str:
    caller = f'<a href="tel:{escape(number)}">{escape(shown)}</a>' if number else escape(shown or WITHHELD)
    rows = [("Anrufer", caller), *((name, escape(value)) for name, value in facts)]
    body = [_TABLE.format("".join(_ROW.format(name, value) for name, value in rows))]
    body += [_PARAGRAPH.format(escape(remark)) for remark in remarks]
    if understood.pieces:
        body.append(_HEADING.format("Was gesagt wurde"))
        body.append(_TRANSCRIPT.format(_tag(understood.language), _direction(understood.language),
                                       _marked_html(understood.pieces)))  # fmt: skip
        body.append(_SMALL.format(escape(NOTE)))
    if originals := _originals(understood.pieces):
        body.append(_HEADING.format("So gesprochen"))
        body.append(_TABLE.format("".join(_SAID.format(_piece_html(one), escape(said)) for one, said in originals)))
    body.append(_HEADING.format("Warum hier"))
    body.append(_LIST.format("".join(f"<li>{escape(reason)}</li>" for reason in understood.reasons)))
    body.append(_SMALL.format(escape(_footer(office))))
    return _PAGE.format("\n".join(body))


def _marked(pieces: Sequence[Piece], direction: str) -> str:
    """The transcript with brackets around what is unsure; figures keep their order between words from right to left."""
    said = ""
    for unsure, several in _stretches(pieces):
        words = "".join(
            f"{_ISOLATES['ltr']}{text}{_POP}{rest}" if direction == "rtl" and _has_figures(text) else text + rest
            for text, rest in several
        )
        rest = several[-1][1]
        said += f"[{words.removesuffix(rest)}?]{rest}" if unsure else words
    return said


def _marked_html(pieces: Sequence[Piece]) -> str:
    said = ""
    for unsure, several in _stretches(pieces):
        words = "".join(_piece_html(text) + _lines(rest) for text, rest in several)
        rest = _lines(several[-1][1])
        said += _UNSURE.format(words.removesuffix(rest)) + rest if unsure else words
    return said


def _piece_html(text: str) -> str:
    return _FIGURES.format(escape(text)) if _has_figures(text) else _lines(text)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def _stretches(pieces: Sequence[Piece]) -> Iterator[tuple[bool, list[tuple[str, str]]]]:
    """Neighbours that are unsure, or not, together: of each its words, and the punctuation and blanks after them."""
    for unsure, several in groupby(pieces, key=lambda piece: piece.unsure):
        yield unsure, [(words := piece.text.rstrip(_AFTER), piece.text[len(words) :]) for piece in several]


def _has_figures(text: str) -> bool:
    return any(character.isdecimal() for character in text)


def _originals(pieces: Sequence[Piece]) -> list[tuple[str, str]]:
    said = [
        (piece.text.strip().rstrip(".,;:!?"), piece.original.rstrip(".,;:!?")) for piece in pieces if piece.original
    ]
    return list(dict.fromkeys(said))[:MOST_ORIGINALS]


def _language(code: str) -> str:
    return "Sprache nicht erkannt" if code == UNDETERMINED else language_name("de", code)


def _direction(code: str) -> str:
    return LANGUAGES[code].direction if code in LANGUAGES else "ltr"


def _tag(code: str) -> str:
    return code if code in LANGUAGES else "und"


def _length(seconds: float | None) -> str:
    """ "1:05"; empty where there is no sound."""
    return "" if seconds is None else f"{round(seconds) // 60}:{round(seconds) % 60:02}"


def _footer(office: str) -> str:
    return f"Diese Nachricht kommt vom Eingangsdienst ({office}). Wer angerufen hat, bekommt keine Antwort von selbst."


_PAGE = """<!DOCTYPE html>
<html lang="de" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sprachnachricht</title>
</head>
<body style="margin:0;padding:16px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;\
font-size:16px;line-height:1.5;overflow-wrap:anywhere">
<div style="max-width:40em">
{}
</div>
</body>
</html>
"""
_TABLE = '<table style="margin:0 0 16px;border-collapse:collapse;font-size:16px;line-height:1.5">\n{}</table>'
_ROW = """<tr><th scope="row" style="text-align:start;vertical-align:top;font-weight:normal;padding:0 16px 0 0;\
overflow-wrap:normal">{}</th><td style="vertical-align:top;padding:0"><strong>{}</strong></td></tr>
"""
_SAID = """<tr><th scope="row" style="text-align:start;vertical-align:top;font-weight:normal;padding:0 16px 0 0">\
{}</th>\
<td style="vertical-align:top;padding:0"><bdi>{}</bdi></td></tr>
"""
_FIGURES = '<bdi dir="ltr" style="white-space:nowrap">{}</bdi>'
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_HEADING = '<h2 style="font-size:16px;margin:24px 0 8px">{}</h2>'
_TRANSCRIPT = """<blockquote lang="{}" dir="{}" style="margin:0 0 16px;padding:0;\
padding-inline-start:12px;border-inline-start:3px solid #888888;font-size:18px">{}</blockquote>"""
_UNSURE = '[<span style="text-decoration:underline dotted">{}</span>?]'
_SMALL = '<p style="margin:0 0 16px;font-size:14px">{}</p>'
_LIST = '<ul style="margin:0 0 16px;padding:0 0 0 20px">{}</ul>'
