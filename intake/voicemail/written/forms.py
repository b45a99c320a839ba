# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said for numbers and days in one language, turned round: words → what they mean.

:mod:`intake.speech` knows how a language says a number and a date, for every language of the office. Here these words
are made once for all numbers that a caller may say, so no second grammar has to be kept. Words are compared without
the blanks between them, because recognisers differ in where they set them ("ein und zwanzig", "einundzwanzig"). What
callers say besides stands in ``forms.toml``; a language without a section there has its plain numbers.
"""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from intake.languages import LANGUAGES
from intake.speech import LARGEST, Speaker
from intake.voicemail.written.tokens import Token, fused, together

MOST_WORDS = 9
"""Tokens of one number or day: "mille neuf cent quatre vingt dix neuf" has eight."""

_BELOW = 2_100
"""Every number to here is known as a whole: the years of living people are among them."""
_THOUSANDS = range(1, 1_000)
_LEAP_YEAR = 2028
_FILE = Path(__file__).with_name("forms.toml")

Template = tuple[tuple[str, ...], str]
"""Words of a pattern, compared as tokens are, with ``{h}`` and the like among them; and what is written for them."""


@dataclass(frozen=True, slots=True)
class Forms:
    """One language."""

    below: Mapping[str, int]
    thousands: Mapping[str, int]
    alone: frozenset[str]
    """Numbers that are another word where they stand alone."""
    days: Mapping[str, int]
    """Days of a month that are said otherwise than their number."""
    months: frozenset[str]
    links: frozenset[str]
    day: str
    first: str
    numeric_months: bool
    patterns: tuple[Template, ...]
    strokes: Mapping[str, str]
    double: frozenset[str]
    figures: Mapping[str, str]
    letters: Mapping[str, str]

    def number(self, key: str) -> int | None:
        """What the words of ``key`` mean, if they are one number."""
        if (found := self.below.get(key)) is not None:
            return found
        if (thousands := self.thousands.get(key)) is not None:
            return thousands
        for cut in range(3, len(key) - 2):
            if (thousands := self.thousands.get(key[:cut])) and 0 < (rest := self.below.get(key[cut:], 0)) < 1000:
                return thousands + rest
        return None

    def number_at(self, tokens: Sequence[Token], at: int, most: int = LARGEST) -> tuple[int, int] | None:
        """The longest number up to ``most`` that begins at ``at``, and how many tokens it takes."""
        for count in _widths(tokens, at):
            here = tokens[at : at + count]
            value = self.number("".join(token.key for token in here))
            if value is not None and value <= most and together(here):
                return value, count
        return None

    def day_at(self, tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
        """The same for the day of a month that is no plain number ("einunddreißigsten")."""
        for count in _widths(tokens, at):
            here = tokens[at : at + count]
            value = self.days.get("".join(token.key for token in here))
            if value is not None and together(here):
                return value, count
        return None

    def day_written(self, day: int) -> str:
        """How a day stands before or after its month."""
        if day == 1 and self.first:
            return self.first
        if self.day.endswith("th") and day % 10 in (1, 2, 3) and day not in (11, 12, 13):
            return f"{day}{('st', 'nd', 'rd')[day % 10 - 1]}"
        return self.day.format(n=day)


def _widths(tokens: Sequence[Token], at: int) -> Iterable[int]:
    return range(min(MOST_WORDS, len(tokens) - at), 0, -1)


@cache
def forms(language: str) -> Forms:
    """The forms of a language of the office; KeyError for any other. A tenth of a second, once."""
    speaker = Speaker.of(LANGUAGES[language].code)
    told = _told().get(language, {})
    instead: list[tuple[str, str]] = [(one, other) for one, other in told.get("instead", ())]
    said = {n: speaker.number(n) for n in range(_BELOW)}
    below: dict[str, int] = {}
    for n, words in (*said.items(), *_years(said, told)):
        for form in _variants(words, instead):
            below.setdefault(fused(form), n)
    thousands = {fused(form): 1000 * n for n in _THOUSANDS for form in _variants(speaker.number(1000 * n), instead)}
    months, days = _calendar(speaker, told)
    return Forms(
        below=below,
        thousands=thousands,
        alone=frozenset(fused(word) for word in told.get("alone", ())),
        days={key: day for key, day in days.items() if key not in below},
        months=months,
        links=frozenset(fused(word) for word in told.get("links", ())),
        day=told.get("day", "{n}"),
        first=told.get("first", ""),
        numeric_months=told.get("numeric_months", False),
        patterns=tuple((_pattern(said_so), written) for said_so, written in told.get("patterns", ())),
        strokes={fused(word): sign for word, sign in told.get("strokes", ())},
        double=frozenset(fused(word) for word in told.get("double", ())),
        figures={fused(word): figure for word, figure in told.get("figures", {}).items()},
        letters={
            fused(name): letter.upper() for letter, names in told.get("letters", {}).items() for name in names.split()
        },
    )


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def _variants(words: str, instead: Sequence[tuple[str, str]]) -> set[str]:
    """The words, with each replacement by itself and with all of them."""
    forms, everything = {words}, words
    for one, other in instead:
        forms.add(words.replace(one, other))
        everything = everything.replace(one, other)
    return forms | {everything}


def _years(said: Mapping[int, str], told: Mapping[str, Any]) -> Iterable[tuple[int, str]]:
    """ "neunzehnhundertneunundneunzig", "twenty twenty-six"."""
    if hundreds := told.get("hundreds"):
        for n in range(1100, 2000):
            rest = f" {said[n % 100]}" if n % 100 else ""
            yield n, f"{said[n // 100]} {hundreds}{rest}"
    if told.get("years"):
        for n in (*range(1910, 2000), *range(2010, 2100)):
            yield n, f"{said[n // 100]} {said[n % 100]}"


def _calendar(speaker: Speaker, told: Mapping[str, Any]) -> tuple[frozenset[str], dict[str, int]]:
    """The months as they stand in dates, and the days of a month in the forms that a date has."""
    links = {fused(word) for word in told.get("links", ())}
    dates = [dt.date(_LEAP_YEAR, month, 1) for month in range(1, 13)]
    months = frozenset(fused(speaker.date(date, form="bare").split()[-1]) for date in dates)
    days: dict[str, int] = {}
    for day in range(1, 32):
        said = speaker.date(dt.date(_LEAP_YEAR, 1, day), form="bare").replace("-", " ").split()[:-1]
        words = [word for word in said if fused(word) not in links]
        form = " ".join(words)
        days[fused(form)] = day
        for one, other in told.get("endings", ()):
            if form.endswith(one):
                days.setdefault(fused(form.removesuffix(one) + other), day)
    return months, days


def _pattern(said: str) -> tuple[str, ...]:
    return tuple(word if word.startswith("{") else fused(word) for word in said.split())
