# SPDX-License-Identifier: GPL-3.0-or-later
"""English (British dates): the clock of twelve hours with the part of the day in words, "a.m." being letters."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table
from intake.speech.numerals import by_library

_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def _part_of_day(hour: int) -> str:
    if hour < 12:
        return "in the morning"
    return "in the afternoon" if hour < 18 else "in the evening" if hour < 22 else "at night"


class English(Grammar):
    """Plain English for many who learned it as a second or third language."""

    code = "en"
    to, ampersand = " to ", "and"
    point, minus, plus = "point", "minus", "plus"
    dot, slash, hyphen, at_sign = "dot", "slash", "dash", "at"
    percent = "{n} percent"
    section = "section {n}"
    euro = forms(one="euro", other="euros")
    cent = forms(one="cent", other="cents")
    and_cents = " and "
    laws = table(
        {
            "AufenthG": "of the Residence Act",
            "AufenthV": "of the Residence Ordinance",
            "BeschV": "of the Employment Ordinance",
            "AsylG": "of the Asylum Act",
            "StAG": "of the Nationality Act",
            "BGB": "of the Civil Code",
            "GG": "of the Basic Law",
        }
    )
    abbreviations = table(
        {
            "e.g.": "for example",
            "i.e.": "that is",
            "etc.": "and so on",
            "approx.": "approximately",
            "No. 1": "number",
            "no. 1": "number",
            "Tel.": "telephone",
            "St.": "Saint",
            "Dr.": "Doctor",
            "Mr.": "Mister",
            "Mrs.": "Missis",
            "Str.": "Straße",
            "incl.": "including",
            "max.": "at most",
            "min.": "minutes",
        }
    )
    weekday_short = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    clock_words = ("o'clock",)
    ordinal_marks = r"(?:st|nd|rd|th)(?!\w)"

    def cardinal(self, n: int) -> str:
        return by_library("en")(n)

    def date_in_text(self, day: dt.date, year: bool, before: str) -> str:
        date = self.date(day, "bare", year)
        return date.removeprefix("the ") if before.casefold() == "the" else date

    def ordinal(self, n: int) -> str:
        words = self.cardinal(n)
        start = max(words.rfind(" "), words.rfind("-")) + 1
        last = words[start:]
        if last in _ORDINALS:
            return words[:start] + _ORDINALS[last]
        return words[:-1] + "ieth" if words.endswith("y") else words + "th"

    def year(self, n: int) -> str:
        century, rest = divmod(n, 100)
        if not 1100 <= n < 2100 or 2000 <= n < 2010:
            return self.cardinal(n)
        if not rest:
            return f"{self.cardinal(century)} hundred"
        return f"{self.cardinal(century)} {'oh ' if rest < 10 else ''}{self.cardinal(rest)}"

    def weekday(self, n: int, form: DateForm) -> str:
        return f"on {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"the {self.ordinal(day.day)} of {self.name_of_month(day.month)}"
        if year:
            date += f", {self.year(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'from' if form == 'from' else 'to'} {date}"
        return f"{self.weekday(day.weekday(), 'on' if form == 'on' else 'plain')}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        return {"plain": "", "at": "at ", "from": "from ", "until": "until "}[form] + self._said(at, part=True)

    def clock_range(self, begin: Moment, end: Moment) -> str:
        same = _part_of_day(begin[0]) == _part_of_day(end[0]) and not self._has_a_name(begin) and begin < end
        return f"from {self._said(begin, part=not same)} to {self._said(end, part=True)}"

    @staticmethod
    def _has_a_name(at: Moment) -> bool:
        return at in ((0, 0), (12, 0), (24, 0))

    def _said(self, at: Moment, *, part: bool) -> str:
        hour, minute = at
        if self._has_a_name(at):
            return "twelve noon" if hour == 12 else "midnight"
        words = self.cardinal(hour % 12 or 12)
        if minute:
            words += f" {'oh ' if minute < 10 else ''}{self.cardinal(minute)}"
        return f"{words} {_part_of_day(hour)}" if part else words
