# SPDX-License-Identifier: GPL-3.0-or-later
"""Hungarian: everything is an ending. Dates count with "-dika" ("huszonnegyedikén"), times with "óra" and "perc"."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import by_library

_ONES = ("", "egyedik", "kettedik", "harmadik", "negyedik", "ötödik", "hatodik", "hetedik", "nyolcadik", "kilencedik")
_TENTHS = ("tizedik", "huszadik", "harmincadik", "negyvenedik", "ötvenedik", "hatvanadik", "hetvenedik", "nyolcvanadik",
           "kilencvenedik")  # fmt: skip
_BEFORE_ONES = ("tizen", "huszon", "harminc", "negyven", "ötven", "hatvan", "hetven", "nyolcvan", "kilencven")
_BACK = frozenset("aáoóuú")


class Hungarian(Grammar):
    """Standard Hungarian."""

    code = "hu"
    on_weekdays = ("hétfőn", "kedden", "szerdán", "csütörtökön", "pénteken", "szombaton", "vasárnap")
    weekday_range = (
        ("hétfőtől", "keddtől", "szerdától", "csütörtöktől", "péntektől", "szombattól", "vasárnaptól"),
        ("hétfőig", "keddig", "szerdáig", "csütörtökig", "péntekig", "szombatig", "vasárnapig"),
    )
    to, ampersand = " vagy ", "és"
    point, minus, plus = "egész", "mínusz", "plusz"
    dot, slash, hyphen, at_sign = "pont", "perjel", "kötőjel", "kukac"
    percent = "{n} százalék"
    section = "paragrafus {n}"
    euro = forms(other="euró")
    cent = forms(other="cent")
    clock_words = ("óra", "órától", "óráig")

    def cardinal(self, n: int) -> str:
        words = by_library("hu")(n)
        # The library has the form before a noun after a hundred: "százkét".
        return words.removesuffix("két") + "kettő" if words.endswith("két") else words

    def counting(self, n: int) -> str:
        words = self.cardinal(n)
        return words.removesuffix("kettő") + "két" if words.endswith("kettő") else words

    def ordinal(self, n: int) -> str:
        if n <= 2:
            return ("első", "második")[n - 1]
        if n >= 100:
            return f"{self.cardinal(n)} számú"
        ten, one = divmod(n, 10)
        if not one:
            return _TENTHS[ten - 1]
        return (_BEFORE_ONES[ten - 1] if ten else "") + _ONES[one]

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        number = "elsej" if day.day == 1 else self.ordinal(day.day)
        back = next(c for c in reversed(number.removesuffix("ik")) if c in "aáeéiíoóöőuúüű") in _BACK
        short, long = ("a", "á") if back and day.day != 1 else ("e", "é")
        ending = {
            "plain": short,
            "on": f"{long}n",
            "bare": f"{long}n",
            "from": f"{long}t{'ó' if long == 'á' else 'ő'}l",
            "until": f"{long}ig",
        }[form]
        date = f"{self.name_of_month(day.month)} {number}{ending}"
        if year:
            date = f"{self.cardinal(day.year)} {date}"
        if form == "bare":
            return date
        return date if form in ("from", "until") else f"{date}, {self.weekday(day.weekday(), form)}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"{self.counting(hour)} óra"
        if minute:
            ending = {"plain": "", "at": "kor", "from": "től", "until": "ig"}[form]
            return f"{words} {self.counting(minute)} perc{ending}"
        return words.removesuffix("a") + {"plain": "a", "at": "akor", "from": "ától", "until": "áig"}[form]
