# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemail that a telephone system sends by e-mail: which part is the recording, and who called. Pure.

FRITZ!Box, STARFACE, 3CX, the Telekom's SprachBox and Asterisk write their mails in their own words, in German or
English, and offices change these. So the caller's number is looked for where it stands in all of them: after words
such as "Nachricht von" or "message from" in the subject or a sentence, or in a line with a label such as "Rufnummer:".
Digits elsewhere (dates, lengths, the number that was called) are nobody's number. Nothing found is a number withheld.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.message import Message

MOST_LINES = 60
MOST_LINE = 300
"""Characters of a line that are looked at."""

_SUFFIX = re.compile(r"\.(?:wav|wave|wav49|mp3|ogg|oga|opus|amr|awb|gsm|al|alaw|ul|ulaw|g722|m4a|3gp)$", re.IGNORECASE)
_PHRASE = re.compile(
    r"\b(?:nachricht|sprachnachricht|anruf|voicemail|voice\s?mail|message|call)\b.{0,60}?\b(?:von|from)\b\s*:?\s*(.*)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\W{0,5}(?:ruf-?nummer(?: des anrufers)?|anrufer(?:in|nummer)?|telefon-?nummer|absender|nummer|von|"
    r"caller(?:[ -]?(?:id|number))?|calling number|phone(?: number)?|number|from)\s*[:=]\s*(.*)",
    re.IGNORECASE,
)
_ANGLED = re.compile(r"\b(?:von|from)\b[^<]{0,60}(<\+?[\d ()/.-]{3,30}>)", re.IGNORECASE)
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b")
_NUMBER = re.compile(r"(?<![\w.])\+?\(?\d[\d ()/.\u2010-\u2013-]{1,30}\d(?!\w)")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The recording in a mail."""

    leaf: int
    """Which of the parts that are no multipart, counted from 0."""
    kind: str
    """Its content type."""
    filename: str
    caller: str
    """The number as the mail has it; empty if it is withheld, or nothing was found."""


def spoken(message: Message) -> Spoken | None:
    """The first part that is sound; ``None`` if there is none."""
    leaves = [part for part in message.parts if not part.content_type.startswith("multipart/")]
    for number, part in enumerate(leaves):
        unnamed = part.content_type in ("application/octet-stream", "application/x-unknown-content-type")
        if part.content_type.startswith("audio/") or (unnamed and _SUFFIX.search(part.filename)):
            return Spoken(number, part.content_type, part.filename, caller(message.subject, message.text))
    return None


def caller(subject: str, text: str) -> str:
    """The number of who called, as it stands there; empty if it is withheld or not told."""
    lines = [subject, *text.splitlines()[:MOST_LINES]]
    return next((number for rest in _after_words(lines) if (number := _number(rest))), "")


def _after_words(lines: list[str]) -> Iterator[str]:
    for line in lines:
        line = line[:MOST_LINE]
        for found in (_LABEL.match(line), _PHRASE.search(line), _ANGLED.search(line)):
            if found:
                yield found[1]


def _number(rest: str) -> str:
    found = _NUMBER.search(_DATE.sub("|", rest))
    return found[0].strip() if found and sum(c.isdecimal() for c in found[0]) > 2 else ""
