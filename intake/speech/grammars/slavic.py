# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Slavic grammars share: ordinal numbers as a stem with an ending, numbers that agree with a noun, dates.

A date is an ordinal number, the month and perhaps the year; what differs is the case of each, and the prepositions.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from intake.speech.grammar import DateForm, Grammar, TimeForm
from intake.speech.numerals import Numerals, slavic

Endings = Mapping[str, str]
"""Name of a form → ending."""


@dataclass(frozen=True, slots=True)
class Ordinals:
    """Ordinal numbers, of which only the last part is inflected (in Polish the tens as well)."""

    stems: Mapping[int, str]
    """1–20, 30 … 90, 100 … 900, 1,000 and what else is one word."""
    endings: Endings
    soft: Mapping[int, Endings]
    """Numbers with endings of their own."""
    cardinal: Callable[[int], str]
    tens_too: bool = False

    def words(self, n: int, form: str) -> str:
        """``n`` ≥ 1 in the named form; a number without a stem as a cardinal."""
        last = self._last_part(n)
        if last is None:
            return self.cardinal(n)
        word = self._inflected(last, form)
        rest = n - last
        if not rest:
            return word
        if self.tens_too and last < 10 and rest % 100:
            return f"{self.words(rest, form)} {word}"
        return self.cardinal(n).removesuffix(self.cardinal(last)) + word

    def _last_part(self, n: int) -> int | None:
        if n in self.stems:
            return n
        for part in (n % 100, n % 10, n % 1000):
            if part and part in self.stems:
                return part
        return None

    def _inflected(self, n: int, form: str) -> str:
        return self.stems[n] + self.soft.get(n, self.endings)[form]


def numbered(*words: str, begin: int = 1, step: int = 1) -> dict[int, str]:
    """Words for ``begin``, ``begin + step`` …"""
    return {begin + n * step: word for n, word in enumerate(words)}


def agreeing(numerals: Numerals, n: int, ones: tuple[str, str]) -> str:
    """``n`` in words, its last "one" or "two" replaced by the forms that agree with a noun."""
    words, last = numerals.words(n), n % 10
    if last not in (1, 2) or n % 100 in (11, 12):
        return words
    return words[: len(words) - len(numerals.small[last])] + ones[last - 1]


def chosen(n: int, plural: Callable[[int], int], nouns: tuple[str, ...]) -> str:
    """The form of a noun after ``n``."""
    return nouns[min(plural(n), len(nouns) - 1)]


class Slavic(Grammar):
    """Numbers and dates of all of them."""

    numerals: ClassVar[Numerals]
    ordinals: ClassVar[Ordinals]
    day_form: ClassVar[str] = "genitive"
    """The form of the day's number in a sentence, …"""
    named_day_form: ClassVar[str] = "masculine"
    """… and where it is named alone: …"""
    named_alone: ClassVar[tuple[DateForm, ...]] = ("plain",)
    """… in these forms of a date."""
    year_form: ClassVar[str] = "genitive"
    year_word: ClassVar[str]
    on_word: ClassVar[str] = ""
    """After the weekday, as the answer to "when?"."""
    from_word: ClassVar[str]
    until_word: ClassVar[str]

    def cardinal(self, n: int) -> str:
        return self.numerals.words(n)

    def ordinal(self, n: int) -> str:
        return self.ordinals.words(n, "masculine")

    def since(self, word: str) -> str:
        """The preposition "from" before a word."""
        return self.from_word

    def month(self, n: int, form: DateForm) -> str:
        """January = 1, in the case that the form of the date needs."""
        return self.name_of_month(n)

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        number = self.ordinals.words(day.day, self.named_day_form if form in self.named_alone else self.day_form)
        date = f"{number} {self.month(day.month, form)}"
        if year:
            date += f" {self.ordinals.words(day.year, self.year_form)} {self.year_word}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{self.since(number) if form == 'from' else self.until_word} {date}"
        return f"{self.weekday(day.weekday(), form)}, {self.on_word if form == 'on' else ''}{date}"


class EastSlavic(Slavic):
    """Russian and Ukrainian: on the 24-hour clock, minutes are counted and agree, whatever the hour does."""

    named_day_form = "neuter"
    named_alone = ("plain", "until")
    until_word = "по"
    genitive: ClassVar[Numerals]
    """Small numbers in the genitive."""
    minutes: ClassVar[tuple[str, str, str]]
    """One, two, five of them."""
    one_and_two: ClassVar[tuple[str, str]]
    """As they agree with minutes."""
    one_minute_at: ClassVar[tuple[str, str]]
    """"One" and "minute" in the accusative, as the answer to "when?"."""
    genitive_one_and_two: ClassVar[tuple[str, str]]
    genitive_minutes: ClassVar[tuple[str, str]]
    """One and several of them, from … and until …"""

    def said_minutes(self, minute: int, form: TimeForm) -> str:
        """Behind the hour: so many minutes; nothing at the full hour."""
        if not minute:
            return ""
        if form in ("from", "until"):
            noun = self.genitive_minutes[slavic(minute) != 0]
            return f" {agreeing(self.genitive, minute, self.genitive_one_and_two)} {noun}"
        (one, two), (first, *others) = self.one_and_two, self.minutes
        if form == "at":
            one, first = self.one_minute_at
        return f" {agreeing(self.numerals, minute, (one, two))} {chosen(minute, slavic, (first, *others))}"
