# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in a text's two forms: in words as a voice says them, and in figures as the preview shows them.

A text names the filter: ``{{ closes | time }}`` is "zwölf Uhr" to the ear and "12:00 Uhr" to the eye. Both forms come
from the one sentence around it, so they cannot drift apart. Words of another language keep a mark of their language,
and :func:`segments` cuts the finished text there: each piece is spoken by a voice of its own language.

Names that an office gives (its own, a team's, an address) are spoken in the language they are given in. An address on
the web is spoken in German where the script is not Latin: no letters would be left to say it with.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from babel import Locale
from babel.lists import format_list

from intake import wording
from intake.languages import language
from intake.office import Span
from intake.speech import Speaker

_POSTAL = re.compile(r"(?P<street>.+?), *(?P<postcode>\d{5}) (?P<town>[^,]+)")
_MARKED = re.compile(r"\x02([a-z]{2,3})\x03([^\x04]*)\x04")
_LINE_BREAK = re.compile(r"\s*\n\s*")
_BRACKETS = re.compile(r"\s*[(（]([^()（）]*)[)）]")
_LETTER = re.compile(r"\w")
_JOINTS = {"ckb": " و ", "ti": "፣ ", "zh": "，"}
"""Where CLDR's "and" does not fit: Sorani has none, in Tigrinya it is an ending, in Chinese it joins nouns only."""
_CASED_SCRIPTS = frozenset({"Latn", "Cyrl", "Grek", "Armn"})
_MONDAY = dt.date(2024, 1, 1)
EXACTLY = "exactly_"
"""A form of a noun that holds for one number alone, and has it in it."""
_CLOSING_MARKS = ".,;:!?…،؛؟۔।።፣፤፦։՝՞՛·。，、；：！？"


@dataclass(frozen=True, slots=True)
class Segment:
    """Words for one voice: no figures, no abbreviations, one language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """Words that an office gave, in the language it gave them in."""

    text: str
    language: str


class Days(Protocol):
    """Days in a row; both ends included."""

    @property
    def first(self) -> dt.date: ...
    @property
    def last(self) -> dt.date: ...


@dataclass(frozen=True, slots=True)
class Weekdays:
    """A run of weekdays, Monday = 0; both ends included, often the same day."""

    first: int
    last: int


class Form(Protocol):
    """How the filters of a text turn values into words of one language."""

    def number(self, n: int) -> str: ...
    def counted(self, n: int, **nouns: str) -> str: ...
    def date(self, day: dt.date) -> str: ...
    def on_date(self, day: dt.date) -> str: ...
    def on_dates(self, days: Days) -> str: ...
    def weekdays(self, days: Weekdays) -> str: ...
    def time(self, at: dt.time) -> str: ...
    def at_time(self, at: dt.time) -> str: ...
    def times(self, spans: Sequence[Span]) -> str: ...
    def telephone(self, number: str) -> str: ...
    def website(self, url: str) -> str: ...
    def address(self, text: str) -> str: ...
    def name(self, name: Name) -> str: ...
    def in_language(self, words: str, code: str) -> str: ...


class Spoken:
    """Values in words, as a person says them on the telephone."""

    __slots__ = ("_code", "_speaker")

    def __init__(self, code: str) -> None:
        self._code = code
        self._speaker = Speaker.of(code)

    def number(self, n: int) -> str:
        """A number; also a key of the telephone."""
        return self._speaker.number(n)

    def counted(self, n: int, **nouns: str) -> str:
        """A number with the noun that agrees with it; ``nouns`` by CLDR plural category, ``other`` at least.

        ``exactly_1="einem Tag"`` are all the words for that number, where it bends with the noun.
        """
        whole = nouns.get(f"{EXACTLY}{n}")
        return whole or self._speaker.counting(n) + _space(self._code) + _noun(self._code, n, nouns)

    def date(self, day: dt.date) -> str:
        """A date as the answer to "which day?"."""
        return self._speaker.date(day)

    def on_date(self, day: dt.date) -> str:
        """A date as the answer to "when?"."""
        return self._speaker.date(day, form="on")

    def on_dates(self, days: Days) -> str:
        """From the first day until the last; a single day as in :meth:`on_date`."""
        return self._speaker.date_range(days.first, days.last)

    def weekdays(self, days: Weekdays) -> str:
        """One weekday, or a run of them."""
        return self._speaker.weekdays(days.first, days.last)

    def time(self, at: dt.time) -> str:
        """A time of day."""
        return self._speaker.time(at)

    def at_time(self, at: dt.time) -> str:
        """A time of day as the answer to "when?", with the preposition that belongs to it."""
        return self._speaker.time(at, form="at")

    def times(self, spans: Sequence[Span]) -> str:
        """The hours of one day, from … to …."""
        return _listed(self._code, [self._speaker.time_range(begin, end) for begin, end in spans])

    def telephone(self, number: str) -> str:
        """A telephone number, digit by digit, with pauses."""
        return self._speaker.telephone(number)

    def website(self, url: str) -> str:
        """An address on the web, with "dot" and "slash"."""
        if language(self._code).script == "Latn":
            return self._speaker.website(url)
        return self.in_language(Speaker.of("de").website(url), "de")

    def address(self, text: str) -> str:
        """Where something is, in German as on the signs."""
        german, postal = Speaker.of("de"), _POSTAL.fullmatch(text)
        said = german.address(**postal.groupdict()) if postal else german.text(text)
        return self.in_language(said, "de")

    def name(self, name: Name) -> str:
        """What an office or a team is called."""
        return self.in_language(Speaker.of(name.language).text(_BRACKETS.sub(r", \1", name.text)), name.language)

    def in_language(self, words: str, code: str) -> str:
        """Words of another language, marked for a voice of that language."""
        return words if code == self._code else f"\x02{code}\x03{words}\x04"


class Written:
    """Values in figures, as a person reads them."""

    __slots__ = ("_code",)

    def __init__(self, code: str) -> None:
        self._code = code

    def number(self, n: int) -> str:
        """A number in figures."""
        return str(n)

    def counted(self, n: int, **nouns: str) -> str:
        """A number in figures with its noun."""
        return f"{n} {_noun(self._code, n, nouns)}"

    def date(self, day: dt.date) -> str:
        """Weekday and date."""
        return wording.date(self._code, day)

    on_date = date

    def on_dates(self, days: Days) -> str:
        """The first and the last day."""
        return wording.date_range(self._code, days.first, days.last)

    def weekdays(self, days: Weekdays) -> str:
        """One weekday, or the first and the last of a run."""
        names = [wording.weekday(self._code, _MONDAY + dt.timedelta(n)) for n in (days.first, days.last)]
        return names[0] if days.first == days.last else " – ".join(names)

    def time(self, at: dt.time) -> str:
        """A time on the 24-hour clock."""
        return wording.time_of_day(self._code, at)

    at_time = time

    def times(self, spans: Sequence[Span]) -> str:
        """The hours of one day."""
        return wording.hours(self._code, tuple(spans))

    def telephone(self, number: str) -> str:
        """A telephone number as the office writes it."""
        return number

    def website(self, url: str) -> str:
        """An address on the web without its scheme."""
        parts = urlsplit(url)
        return f"{parts.netloc}{parts.path}".rstrip("/") if parts.netloc else url

    def address(self, text: str) -> str:
        """Where something is."""
        return text

    def name(self, name: Name) -> str:
        """What an office or a team is called."""
        return name.text

    def in_language(self, words: str, code: str) -> str:
        """Words of another language."""
        return words


FILTERS = tuple(name for name in vars(Form) if not name.startswith("_"))
"""The filters that a text may use."""


def sentences(code: str, text: str) -> str:
    """A rendered block as sentences: one space for a line break or a run of spaces, a capital at the beginning.

    No space for a line break in Chinese, which has none between words; no capital in scripts without. The full stop of
    a value that ends in one ("2026.") is also that of the sentence.
    """
    text = re.sub(r"[ \t]+", " ", _LINE_BREAK.sub(_space(code), text.strip())).replace("..", ".")
    first = "İ" if code == "tr" and text.startswith("i") else text[:1].upper()
    return first + text[1:] if language(code).script in _CASED_SCRIPTS else text


def segments(code: str, text: str) -> tuple[Segment, ...]:
    """A finished spoken text cut where the language changes. A piece without a letter joins the one before it."""
    pieces: list[Segment] = []
    end = 0
    for mark in _MARKED.finditer(text):
        _add(pieces, code, text[end : mark.start()])
        _add(pieces, mark[1], mark[2])
        end = mark.end()
    _add(pieces, code, text[end:])
    return tuple(pieces)


def merged(pieces: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours of one language as one segment."""
    runs: list[Segment] = []
    for piece in pieces:
        if runs and runs[-1].language == piece.language:
            runs[-1] = Segment(piece.language, runs[-1].text + _space(piece.language) + piece.text)
        else:
            runs.append(piece)
    return tuple(runs)


def _add(pieces: list[Segment], code: str, text: str) -> None:
    words = text.strip()
    if pieces and pieces[-1].language != code:
        marks = words[: len(words) - len(words.lstrip(_CLOSING_MARKS))]
        if marks:
            pieces[-1] = Segment(pieces[-1].language, pieces[-1].text + ("." if marks[0] in ".。।።۔։" else ","))
        words = words[len(marks) :].strip()
    if _LETTER.search(words):
        pieces.append(Segment(code, words))


def _space(code: str) -> str:
    return "" if language(code).script == "Hans" else " "


def _noun(code: str, n: int, nouns: dict[str, str]) -> str:
    return nouns.get(Locale.parse(language(code).locale).plural_form(n), nouns["other"])


def _listed(code: str, items: list[str]) -> str:
    """With "and" before the last, as CLDR has it for most languages."""
    return _JOINTS[code].join(items) if code in _JOINTS else format_list(items, locale=language(code).locale)
