# SPDX-License-Identifier: GPL-3.0-or-later
"""Armenian (Eastern): the clock of 24 hours ("ժամը ութն անց երեսուն րոպե"), endings on the last number."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import Numerals

_ONES = ("զրո", "մեկ", "երկու", "երեք", "չորս", "հինգ", "վեց", "յոթ", "ութ", "ինը")
NUMERALS = Numerals(
    small=(*_ONES, "տասը", *(f"տասն{one}" if one != "երկու" else "տասներկու" for one in _ONES[1:])),
    tens=("քսան", "երեսուն", "քառասուն", "հիսուն", "վաթսուն", "յոթանասուն", "ութսուն", "իննսուն"),
    hundreds=("հարյուր", *(f"{one} հարյուր" for one in _ONES[2:])),
    thousands=("հազար",),
    millions=("միլիոն",),
    one_thousand="հազար",
    between_tens="",
)
_ORDINALS = ("", "առաջին", "երկրորդ", "երրորդ", "չորրորդ")


def _with(words: str, ending: str) -> str:
    """A number with a case ending: "ութին", "երկուսին", "ինին"."""
    if words.endswith("երկու"):
        words += "ս"
    return (words if words.endswith("զրո") else words.removesuffix("ը")) + ending


class Armenian(Grammar):
    """Standard Eastern Armenian."""

    code = "hy"
    to, ampersand = " մինչև ", "և"
    point, minus, plus = "ամբողջ", "մինուս", "պլյուս"
    dot, slash, hyphen, at_sign = "կետ", "թեք գիծ", "գծիկ", "շնիկ"
    percent = "{n} տոկոս"
    section = "պարագրաֆ {n}"
    euro = forms(other="եվրո")
    cent = forms(other="ցենտ")
    clock_words = ("ժամը",)

    def cardinal(self, n: int) -> str:
        return NUMERALS.words(n)

    def ordinal(self, n: int) -> str:
        if n <= 4:
            return _ORDINALS[n]
        words = self.cardinal(n)
        return f"{words.removesuffix('ը')}{'ն' if words.endswith(('ինը', 'տասը')) else ''}երորդ"

    def weekday(self, n: int, form: DateForm) -> str:
        return f"{self.name_of_day(n)} օրը" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"{self.name_of_day(first)}ից մինչև {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        number = self.cardinal(day.day)
        ending = {"plain": "", "on": "ին", "bare": "ին", "from": "ից", "until": "ը"}[form]
        date = f"{self.name_of_month(day.month)} {_with(number, ending) if ending else number}"
        if year:
            date = f"{self.cardinal(day.year)} թվականի {date}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return date if form == "from" else f"մինչև {date}"
        return f"{date}, {self.weekday(day.weekday(), form)}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = self.cardinal(hour)
        if minute:
            ending = {"plain": "", "at": "ին", "from": "ից", "until": "ն"}[form]
            said = f"ժամը {_with(words, 'ն')} անց {self.cardinal(minute)} րոպե{ending}"
        else:
            said = f"ժամը {_with(words, {'plain': 'ը', 'at': 'ին', 'from': 'ից', 'until': 'ը'}[form])}"
        return f"մինչև {said}" if form == "until" else said
