# SPDX-License-Identifier: GPL-3.0-or-later
"""Somali: ones before tens ("afar iyo labaatan").

It has no synthesiser; its words are there for the sheet that a person reads out. The hours are those of the European
clock with the part of the day, as in Somali broadcasts.
"""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import Numerals

_ONES = ("eber", "kow", "laba", "saddex", "afar", "shan", "lix", "toddoba", "siddeed", "sagaal")
_TENS = ("toban", "labaatan", "soddon", "afartan", "konton", "lixdan", "toddobaatan", "siddeetan", "sagaashan")
NUMERALS = Numerals(
    small=(*_ONES, *(f"{one} iyo {ten}" if n else ten for ten in _TENS for n, one in enumerate(_ONES))),
    tens=(),
    hundreds=("boqol", *(f"{one} boqol" for one in _ONES[2:])),
    thousands=("kun",),
    millions=("milyan",),
    one_thousand="kun",
    between_hundreds=" iyo ",
    between_thousands=" iyo ",
)


class Somali(Grammar):
    """Standard Somali."""

    code = "so"
    to, ampersand = " ilaa ", "iyo"
    point, minus, plus = "jajab", "laga jaray", "lagu daray"
    dot, slash, hyphen, at_sign = "dhibic", "jiitin", "xariiq", "at"
    percent = "boqolkiiba {n}"
    section = "qodobka {n}"
    euro = forms(other="yuuro")
    cent = forms(other="senti")
    and_cents = " iyo "

    def cardinal(self, n: int) -> str:
        return NUMERALS.words(n)

    def counting(self, n: int) -> str:
        return "hal" if n == 1 else self.cardinal(n)

    def ordinal(self, n: int) -> str:
        words = self.cardinal(n)
        return f"{words}aad" if words[-1] not in "a" else f"{words}ad"

    def weekday(self, n: int, form: DateForm) -> str:
        return f"maalinta {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"laga bilaabo {self.name_of_day(first)} ilaa {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.cardinal(day.day)} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'laga bilaabo' if form == 'from' else 'ilaa'} {date}"
        return f"{self.weekday(day.weekday(), form)}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"saacadda {self.counting(hour % 12 or 12)}"
        if minute:
            words += f" iyo {self.cardinal(minute)} daqiiqo"
        before = {"plain": "", "at": "", "from": "laga bilaabo ", "until": "ilaa "}[form]
        return f"{before}{words} {_part_of_day(hour)}"


def _part_of_day(hour: int) -> str:
    if hour in (0, 24) or hour < 4 or hour >= 19:
        return "habeennimo"
    if hour < 12:
        return "subaxnimo"
    return "duhurnimo" if hour == 12 else "galabnimo"
