# SPDX-License-Identifier: GPL-3.0-or-later
"""Free text as an office types it, its figures and short forms put into words; words are left alone.

The text is read once, from left to right, by the pattern of its language (:mod:`intake.speech.patterns`). What looks
like a date or a time and cannot be one ("31.2.", "25:70") is read as numbers.

A form is chosen by the word before it: after "um" the time comes in the form that goes with "um", without saying "um"
twice; German dates and ordinals take the ending that an article or a preposition asks for.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol

from intake.speech.grammar import Grammar, Moment
from intake.speech.grammars import GRAMMARS
from intake.speech.patterns import BEFORE_FIGURE, DASH, DATE, TIME, months_of, pattern_of

_LEAP_YEAR = 2000
"""Stands for the year of a date without one; it has a 29 February."""

_NEAR = 40
"""Characters in which the word before or after is looked for."""

_GERMAN_LAWS = GRAMMARS["de"].laws
_LAST_WORD = re.compile(r"([^\W\d_]+)[\s,]*\Z")
_FIRST_WORD = re.compile(r"\s*([^\W\d_]+)")
_HALF_DAY = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s?([aApP])")
_SECTION = re.compile(r"§{1,2}\s?(\d+)(?:\s?([a-z])(?!\w))?(?:\s(\S+))?")

Reading = Callable[[str, str, str], str | None]
"""What was found, the word before it and the word after it → its words; ``None`` if it is not what it looks like."""


class Values(Protocol):
    """What free text needs of a speaker."""

    def number(self, n: int | Decimal) -> str: ...
    def telephone(self, number: str) -> str: ...
    def money(self, amount: Decimal, currency: str = "EUR") -> str: ...
    def website(self, url: str) -> str: ...


class Reader:
    """Reads free text of one language."""

    __slots__ = ("_abbreviations", "_days", "_grammar", "_months", "_readings", "_values")

    def __init__(self, grammar: Grammar, values: Values) -> None:
        self._grammar, self._values = grammar, values
        short = dict(enumerate(grammar.weekday_short))
        self._days = {grammar.name_of_day(n).casefold(): n for n in range(7)}
        self._days |= {day.casefold().removesuffix("."): n for n, day in short.items()}
        self._months = {name.casefold(): n % 12 + 1 for n, name in enumerate(months_of(grammar))}
        self._abbreviations = {_key(short): words for short, words in grammar.abbreviations.items()}
        self._readings: Mapping[str, Reading] = MappingProxyType(
            {
                "website": lambda text, *_: values.website(text),
                "dates": self._dates,
                "date": self._date,
                "month": self._month,
                "telephone": lambda text, *_: values.telephone(text),
                "half_days": self._half_days,
                "half_day": self._half_day,
                "hours": self._hours,
                "clock": self._clock,
                "weekdays": self._weekdays,
                "weekday": lambda text, *_: grammar.name_of_day(self._day(text)),
                "section": self._section,
                "law": lambda text, *_: grammar.laws.get(text, _GERMAN_LAWS[text]),
                "euro": lambda text, *_: values.money(_amount(re.sub(r"[^\d.,]", "", text))),
                "percent": self._percent,
                "abbreviation": lambda text, *_: self._abbreviations[_key(text)],
                "street": lambda *_: "straße",
                "emergency": lambda text, *_: values.telephone(text),
                "postcode": lambda text, *_: values.telephone(text),
                "ordinal": self._ordinal,
                "range": self._range,
                "thousands": lambda text, *_: values.number(int(re.sub(r"\D", "", text))),
                "decimal": lambda text, *_: values.number(Decimal(text.replace(",", "."))),
                "number": self._number,
                "sign": lambda text, *_: f" {grammar.ampersand} " if "&" in text else grammar.comma,
            }
        )

    def read(self, text: str) -> str:
        """``text`` in words. Linear in its length, which the caller bounds."""
        said: list[str] = []
        end = 0
        for match in pattern_of(self._grammar.code).finditer(text):
            found, name = match[0], match.lastgroup or ""
            before = _LAST_WORD.search(text[max(0, match.start() - _NEAR) : match.start()])
            after = _FIRST_WORD.match(text[match.end() : match.end() + _NEAR])
            words = self._readings[name](found, before[1] if before else "", after[1] if after else "")
            said.append(text[end : match.start()])
            said.append(self._apart(text, match, self._as_numbers(found) if words is None else words))
            end = match.end()
        return "".join((*said, text[end:]))

    @staticmethod
    def _apart(text: str, match: re.Match[str], words: str) -> str:
        """With a space where a figure or a sign would now run together with the word beside it."""
        start, end = match.span()
        if start and text[start - 1].isalnum() and words[:1].isalnum() and not text[start].isalpha():
            words = f" {words}"
        return f"{words} " if text[end : end + 1].isalnum() and words[-1:].isalnum() else words

    # -- dates ---------------------------------------------------------------------------------------------------------

    def _dates(self, text: str, before: str, after: str) -> str | None:
        parts = re.fullmatch(rf"({DATE}){DASH}({DATE})", text)
        first, last = (_date(part) for part in parts.groups()) if parts else (None, None)
        if first is None or last is None:
            return None
        begin = _without(self._grammar.date(first[0], "from", first[1]), before)
        return f"{begin} {self._grammar.date(last[0], 'until', last[1])}"

    def _date(self, text: str, before: str, after: str) -> str | None:
        found = _date(text)
        return None if found is None else self._dated(*found, before)

    def _month(self, text: str, before: str, after: str) -> str | None:
        numbers = re.findall(r"\d+", text)
        name = next(name for name in sorted(self._months, key=len, reverse=True) if name in text.casefold())
        year = int(numbers[1]) if len(numbers) > 1 else None
        day = _valid(year or _LEAP_YEAR, self._months[name], int(numbers[0]))
        return None if day is None else self._dated(day, year is not None, before)

    def _dated(self, day: dt.date, year: bool, before: str) -> str:
        for said in (self._grammar.date(day, "from", year), self._grammar.date(day, "until", year)):
            if _begins(said, before):
                return _without(said, before)
        return self._grammar.date_in_text(day, year, before)

    # -- times and weekdays --------------------------------------------------------------------------------------------

    def _hours(self, text: str, before: str, after: str) -> str | None:
        return self._timed_range([_time(part) for part in re.findall(TIME, text)], before)

    def _half_days(self, text: str, before: str, after: str) -> str | None:
        return self._timed_range([_half(*found.groups()) for found in _HALF_DAY.finditer(text)], before)

    def _timed_range(self, times: list[Moment | None], before: str) -> str | None:
        begin, end = times
        if begin is None or end is None:
            return None
        return _without(self._grammar.clock_range(begin, end), before)

    def _clock(self, text: str, before: str, after: str) -> str | None:
        found = re.search(TIME, text)
        return self._timed(_time(found[0]) if found else None, before)

    def _half_day(self, text: str, before: str, after: str) -> str | None:
        found = _HALF_DAY.search(text)
        return self._timed(_half(*found.groups()) if found else None, before)

    def _timed(self, at: Moment | None, before: str) -> str | None:
        if at is None:
            return None
        grammar = self._grammar
        for said in (grammar.clock(at, "at"), grammar.clock(at, "from"), grammar.clock(at, "until")):
            if _begins(said, before):
                return _without(said, before)
        return grammar.clock(at, "plain")

    def _weekdays(self, text: str, before: str, after: str) -> str | None:
        first, last = re.split(DASH, text, maxsplit=1)
        return _without(self._grammar.weekdays(self._day(first), self._day(last)), before)

    def _day(self, text: str) -> int:
        return self._days[text.casefold().strip().removesuffix(".")]

    # -- numbers -------------------------------------------------------------------------------------------------------

    def _section(self, text: str, before: str, after: str) -> str | None:
        found = _SECTION.fullmatch(text)
        if found is None:
            return None
        number = self._grammar.cardinal(int(found[1])) + (f" {found[2]}" if found[2] else "")
        law = found[3]
        if law and law not in self._grammar.laws:
            return f"{self._grammar.law_section(number, None)} {_GERMAN_LAWS[law]}"
        return self._grammar.law_section(number, law)

    def _percent(self, text: str, before: str, after: str) -> str | None:
        figures = Decimal(text.replace("%", "").strip().replace(",", "."))
        return self._grammar.percent.format(n=self._values.number(figures))

    def _ordinal(self, text: str, before: str, after: str) -> str | None:
        found = re.match(r"\d+", text)
        n = int(found[0]) if found else 0
        return self._grammar.ordinal_in_text(n, before, after) if n else None

    def _range(self, text: str, before: str, after: str) -> str | None:
        first, last = (int(part) for part in re.split(DASH, text, maxsplit=1))
        if first >= last:
            return None
        return f"{self._values.number(first)}{self._grammar.to}{self._values.number(last)}"

    def _number(self, text: str, before: str, after: str) -> str | None:
        if len(text) > 9 or (len(text) > 1 and text[0] == "0"):
            return self._values.telephone(text)
        n = int(text)
        if len(text) == 4 and 1900 <= n < 2100:
            return self._grammar.year(n)
        return self._grammar.before_noun(n, after) if len(after) > 1 else self._values.number(n)

    def _as_numbers(self, text: str) -> str:
        """The figures of a date or a time that does not exist, one after the other."""
        return re.sub(r"\d+", lambda found: self._values.number(int(found[0])), re.sub(r"[.:/-](?=\d)", " ", text))


def _begins(said: str, before: str) -> bool:
    return bool(before) and said.casefold().startswith(f"{before.casefold()} ")


def _without(said: str, before: str) -> str:
    """Without the first word, if it was said already."""
    return said.split(" ", 1)[1] if _begins(said, before) else said


def _date(text: str) -> tuple[dt.date, bool] | None:
    """The date and whether it names its year."""
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    if "-" in text:
        numbers.reverse()
    day, month, *rest = numbers
    year = rest[0] if rest else None
    if year is not None and year < 100:
        year += 2000
    found = _valid(year or _LEAP_YEAR, month, day)
    return None if found is None else (found, year is not None)


def _valid(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _time(text: str) -> Moment | None:
    hour, _, minute = re.sub("[.h]", ":", text).partition(":")
    at = int(hour), int(minute or 0)
    return at if (at[0] < 24 and at[1] < 60) or at == (24, 0) else None


def _half(hour: str, minute: str | None, half: str) -> Moment | None:
    if not 1 <= int(hour) <= 12 or int(minute or 0) > 59:
        return None
    return int(hour) % 12 + (12 if half in "pP" else 0), int(minute or 0)


def _amount(figures: str) -> Decimal:
    """ "1.234,50" and "1,234.50": the last sign before one or two digits is the decimal point."""
    decimal = re.search(r"[.,](\d{1,2})$", figures)
    whole = figures[: decimal.start()] if decimal else figures
    return Decimal(re.sub(r"\D", "", whole) + (f".{decimal[1]}" if decimal else ""))


def _key(short: str) -> str:
    return re.sub(r"\s", "", short.removesuffix(BEFORE_FIGURE))
