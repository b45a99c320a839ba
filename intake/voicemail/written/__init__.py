# SPDX-License-Identifier: GPL-3.0-or-later
"""What staff read of what was said: figures for number words, dates, times, telephone numbers, references, papers.

A caller says "null eins sieben eins", a clerk dials 0171. So words are put into the form in which the office writes
them: numbers in figures, the ordinal of a date, a time with hours and minutes, a telephone number in one piece, a file
number, a case reference spelled letter by letter, the name of a paper in one word. Nothing is added that was not said:
every stretch keeps the words that it stands for, a reference counts only with its right check character, and what fits
nothing stays as it was heard.

One pass from left to right; at each token the first of :data:`_READERS` that knows it takes as many tokens as it needs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from intake.languages import LANGUAGES
from intake.voicemail.written import calendar, digits, papers, references
from intake.voicemail.written.forms import Forms, forms
from intake.voicemail.written.tokens import Token, said, tokens
from intake.voicemail.written.values import Context, Found, Kind

__all__ = ["Kind", "Written", "tokens", "write"]

_PLAIN = "en"
"""Whose forms are taken where a language has none of its own: ``und``."""


@dataclass(frozen=True, slots=True)
class Written:
    """A stretch of the transcript as staff read it."""

    text: str
    original: str
    """The words that it stands for; empty if they are the text itself."""
    kind: Kind
    confidence: float
    """Of its least sure word, 0…1."""
    begin: float
    end: float
    """Seconds."""


_READERS: tuple[Callable[[Sequence[Token], int, Context], Found | None], ...] = (
    references.read,
    calendar.read_pattern,
    digits.read_run,
    calendar.read_day,
    papers.read,
    digits.read_number,
)


def write(heard: Sequence[Token], language: str, *, prefix: str, country: str) -> tuple[Written, ...]:
    """The transcript of what was heard in ``language`` (any code).

    ``prefix``: of case references; ``country``: ISO 3166, of telephone numbers without a country.
    """
    known: Forms = forms(language if language in LANGUAGES else _PLAIN)
    context = Context(known, prefix, country)
    written: list[Written] = []
    at = 0
    while at < len(heard):
        found = next((one for reader in _READERS if (one := reader(heard, at, context))), None)
        count = found.count if found else 1
        here = heard[at : at + count]
        original = said(here)
        text = f"{found.text}{_tail(found.text, here[-1])}" if found else original
        written.append(
            Written(
                text,
                original if text != original else "",
                found.kind if found else "word",
                min(token.confidence for token in here),
                here[0].begin,
                here[-1].end,
            )
        )
        at += count
    return tuple(written)


def _tail(text: str, last: Token) -> str:
    """The punctuation after a stretch; "14." has its dot already."""
    return last.tail.removeprefix(".") if text.endswith(".") else last.tail
