# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemail that a telephone system sends by e-mail: which part is the recording, and who called. Pure.

FRITZ!Box, STARFACE, 3CX, the Telekom's SprachBox, Asterisk and FreeSWITCH write their mails in their own words, in
German or English, and offices change these. So the caller's number is looked for where it stands in all of them: after
words such as "Nachricht von" or "message from" in the subject or a sentence, and after a label such as "Rufnummer",
which in a table of HTML stands in a line of its own. Digits elsewhere (dates, lengths, the number that was called) are
nobody's number. Nothing found is a number withheld.

The forms that are known from their makers' sources and from mails that others have published are a table in the tests
(``tests/unit/test_telephone_mail.py``): 3CX writes a number twice with a dash between, Asterisk breaks the line before
"in mailbox 100 from …" and names Ogg ``application/ogg``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from intake.message import Message

MOST_LINES = 60
MOST_LINE = 300
"""Characters of a line that are looked at."""

_SUFFIX = re.compile(r"\.(?:wav|wave|wav49|mp3|ogg|oga|opus|amr|awb|gsm|al|alaw|ul|ulaw|g722|m4a|3gp)$", re.IGNORECASE)
_PHRASE = re.compile(
    r"\b(?:nachricht|sprachnachricht|anruf|voicemail|voice\s?mail|message|call|mailbox)\b.{0,60}?"
    r"\b(?:von|from)\b\s*:?\s*(.*)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\W{0,5}(?:ruf-?nummer(?: des anrufers)?|anrufer(?:in|nummer)?|telefon-?nummer|absender|nummer|von|"
    r"caller(?:[ -]?(?:id|number))?|calling number|phone(?: number)?|number|from)(?:\s*(?:[:=|]|\t| {2})\s*(.*)|)",
    re.IGNORECASE,
)
"""A whole line; without its group the value stands in the next one."""
_ANGLED = re.compile(r"\b(?:von|from)\b[^<]{0,60}(<\+?[\d ()/.-]{3,30}>)", re.IGNORECASE)
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b")
_NO_MORE = re.compile(r"[\s,;](?:(?i:on|at|to|for|für)|am|um|an|in|auf|bei)\s")
"""Begins when it was, or who was called."""
_BRACKETED = re.compile(r"<(\+?[\d ()/.-]{3,30})>")
_NUMBER = re.compile(r"(?<![\w.])\+?\(?\d[\d ()/.\u2010-\u2013-]{1,30}\d(?!\w)")
_DASH = re.compile(r"\s+[\u2010-\u2013-]\s+")
_LONGEST_AREA = 6
"""Digits of an area code with its 0, the most that may stand before a dash with blanks around it."""


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
        kind = part.content_type
        if kind.startswith("audio/") or (kind.startswith("application/") and _SUFFIX.search(part.filename)):
            return Spoken(number, part.content_type, part.filename, caller(message.subject, message.text))
    return None


def caller(subject: str, text: str) -> str:
    """The number of who called, as it stands there; empty if it is withheld or not told."""
    lines = [line.strip()[:MOST_LINE] for line in (subject, *text.splitlines()[:MOST_LINES])]
    return next((number for rest in _after_words([line for line in lines if line]) if (number := _number(rest))), "")


def _after_words(lines: list[str]) -> Iterator[str]:
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if label := _LABEL.fullmatch(line):
            yield following if label[1] is None else label[1]
        for found in (_PHRASE.search(line), _ANGLED.search(line)):
            if found:
                yield found[1]


def _number(rest: str) -> str:
    rest = _NO_MORE.split(_DATE.sub("|", rest), maxsplit=1)[0]
    if bracketed := _BRACKETED.search(rest):
        rest = bracketed[1]
    numbers = (_one(found[0].strip()) for found in _NUMBER.finditer(rest))
    return next((number for number in numbers if _digits(number) > 2), "")


def _one(number: str) -> str:
    """Without what stands behind a dash and belongs to no number: the same again, or a length."""
    first, *others = _DASH.split(number)
    whole = _digits(first) > _LONGEST_AREA or first in others
    return first if whole else number


def _digits(number: str) -> int:
    return sum(c.isdecimal() for c in number)
