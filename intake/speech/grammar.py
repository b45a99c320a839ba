# SPDX-License-Identifier: GPL-3.0-or-later
"""What a language must know to speak, and what it need not say again because most languages do it alike.

A :class:`Grammar` gets values that were checked and bounded by :class:`~intake.speech.Speaker` and answers with words.
Prepositions belong to the answer, because in most languages they decide its endings: ``at`` eight o'clock is "um acht
Uhr", "о восьмій годині", "saat sekizde". So a time and a date have several forms:

* ``plain``: as in a list;
* ``at`` (of a time), ``on`` (of a date): the answer to "when?";
* ``bare`` (of a date): without the weekday, as after a preposition;
* ``from`` and ``until``: the two halves of a range, each of which may also stand alone.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Literal

from babel import Locale
from babel.numbers import get_currency_name

from intake.languages import language

TimeForm = Literal["plain", "at", "from", "until"]
DateForm = Literal["plain", "on", "bare", "from", "until"]
DayForm = Literal["plain", "on"]

Moment = tuple[int, int]
"""Hour and minute; the hour 24 is the end of a day."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Grammar(ABC):
    """The spoken forms of one language. Values with a sound default may be left as they are."""

    code: ClassVar[str]
    weekday_names: ClassVar[tuple[str, ...]] = ()
    """Monday to Sunday; empty: those of CLDR."""
    on_weekdays: ClassVar[tuple[str, ...]] = ()
    """"On Monday" to "on Sunday"; empty: the bare names."""
    weekday_range: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]] = ((), ())
    """"From Monday" …, "to Monday" …; empty: the bare names."""
    month_names: ClassVar[tuple[str, ...]] = ()
    """January to December as in a date; empty: those of CLDR."""
    months_in_dates: ClassVar[tuple[str, ...]] = ()
    """Their names in a case of their own, where a date needs one."""
    comma: ClassVar[str] = ", "
    to: ClassVar[str] = " – "
    """Between two numbers, two weekdays: " bis "."""
    point: ClassVar[str]
    """In a decimal number: "Komma"."""
    minus: ClassVar[str]
    plus: ClassVar[str]
    """Before the code of a country."""
    dot: ClassVar[str]
    """In an address on the web."""
    slash: ClassVar[str]
    hyphen: ClassVar[str]
    at_sign: ClassVar[str]
    percent: ClassVar[str]
    """"{n} Prozent"."""
    section: ClassVar[str]
    """Of a law, "{n}" its number: "Paragraf {n}"."""
    euro: ClassVar[Mapping[str, str]]
    """CLDR plural category → the word; ``other`` always."""
    cent: ClassVar[Mapping[str, str]]
    and_cents: ClassVar[str] = " "
    """Between euros and cents."""
    laws: ClassVar[Mapping[str, str]] = NOTHING
    """Short title → the law's name, as it stands after a section."""
    abbreviations: ClassVar[Mapping[str, str]] = NOTHING
    """Short form, with its dots → words; with " 1" behind it only before a figure."""
    weekday_short: ClassVar[Sequence[str]] = ()
    """Monday to Sunday as on a door: "Mo"."""
    clock_words: ClassVar[tuple[str, ...]] = ()
    """What stands after, or before, the figures of a time and is part of it: "Uhr"."""
    ordinal_marks: ClassVar[str] = ""
    """A pattern of what makes a figure an ordinal number: a dot before certain nouns, "er", "º"."""
    ampersand: ClassVar[str] = "+"
    """Between two names: "&"."""
    between_digits: ClassVar[str] = " "

    # -- numbers -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def cardinal(self, n: int) -> str:
        """0 ≤ n ≤ ``LARGEST`` as in counting."""

    def counting(self, n: int) -> str:
        """A number before a masculine noun: "ein", not "eins"."""
        return self.cardinal(n)

    def ordinal(self, n: int) -> str:
        """n ≥ 1 in the form of a list, masculine."""
        return self.cardinal(n)

    def year(self, n: int) -> str:
        """The number of a year, alone."""
        return self.cardinal(n)

    def decimals(self, digits: str) -> str:
        """What stands after the decimal point."""
        if digits[0] == "0" or len(digits) > 2:
            return " ".join(self.cardinal(int(d)) for d in digits)
        return self.cardinal(int(digits))

    # -- in free text ------------------------------------------------------------------------------------------------

    def before_noun(self, n: int, noun: str) -> str:
        """A number in front of a word."""
        return self.counting(n)

    def ordinal_in_text(self, n: int, before: str, noun: str) -> str:
        """An ordinal number between two words."""
        return self.ordinal(n)

    def date_in_text(self, day: dt.date, year: bool, before: str) -> str:
        """A date without its weekday, after a word (or none)."""
        return self.date(day, "bare", year)

    # -- days --------------------------------------------------------------------------------------------------------

    def name_of_day(self, n: int) -> str:
        """Monday = 0."""
        return (self.weekday_names or _cldr(self.code)[0])[n]

    def name_of_month(self, n: int) -> str:
        """January = 1, as it stands in a date."""
        return (self.month_names or _cldr(self.code)[1])[n - 1]

    def weekday(self, n: int, form: DateForm) -> str:
        """Monday = 0."""
        return self.on_weekdays[n] if form == "on" and self.on_weekdays else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        """Both included."""
        begin, end = self.weekday_range
        names = self.weekday_names or _cldr(self.code)[0]
        return f"{(begin or names)[first]}{self.to if not begin else ' '}{(end or names)[last]}"

    @abstractmethod
    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        """With its weekday if ``plain`` or ``on``, without otherwise."""

    def date_range(self, first: dt.date, last: dt.date, year: bool) -> str:
        """Both included."""
        return f"{self.date(first, 'from', year and first.year != last.year)} {self.date(last, 'until', year)}"

    # -- times -------------------------------------------------------------------------------------------------------

    @abstractmethod
    def clock(self, at: Moment, form: TimeForm) -> str:
        """One time of day."""

    def clock_range(self, begin: Moment, end: Moment) -> str:
        """From … to …"""
        return f"{self.clock(begin, 'from')} {self.clock(end, 'until')}"

    # -- money, places -----------------------------------------------------------------------------------------------

    def counted(self, n: int, nouns: Mapping[str, str]) -> str:
        """A number and the form of the noun that agrees with it (CLDR plural rules)."""
        return f"{self.counting(n)} {nouns.get(_locale(self.code).plural_form(n), nouns['other'])}"

    def money(self, whole: int, cents: int, currency: str) -> str:
        """An amount, not negative."""
        if currency != "EUR":
            amount = self.counting(whole) + (f" {self.point} {self.decimals(f'{cents:02}')}" if cents else "")
            return f"{amount} {get_currency_name(currency, whole, _locale(self.code))}"
        if whole and cents:
            return self.counted(whole, self.euro) + self.and_cents + self.counted(cents, self.cent)
        return self.counted(cents, self.cent) if cents else self.counted(whole, self.euro)

    def law_section(self, number: str, law: str | None) -> str:
        """A section of a law, its number in words already; ``law`` is a key of :attr:`laws`."""
        return self.section.format(n=number) + (f" {self.laws[law]}" if law else "")


def forms(**words: str) -> Mapping[str, str]:
    """The forms of a noun by CLDR plural category; ``other`` always."""
    return MappingProxyType(words)


def table(words: dict[str, str]) -> Mapping[str, str]:
    """Short form → words."""
    return MappingProxyType(words)


def _locale(code: str) -> Locale:
    return Locale.parse(language(code).locale)


def _cldr(code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    locale = _locale(code)
    days, months = locale.days["format"]["wide"], locale.months["format"]["wide"]
    return tuple(days[n] for n in range(7)), tuple(months[n] for n in range(1, 13))
