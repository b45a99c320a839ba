# SPDX-License-Identifier: GPL-3.0-or-later
"""Albanian: the clock of 24 hours ("ora tetë e tridhjetë minuta"), "e" between all parts of a number."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import Numerals

_ONES = ("zero", "një", "dy", "tre", "katër", "pesë", "gjashtë", "shtatë", "tetë", "nëntë")
NUMERALS = Numerals(
    small=(*_ONES, "dhjetë", *(f"{one}mbëdhjetë" for one in _ONES[1:])),
    tens=(
        "njëzet", "tridhjetë", "dyzet", "pesëdhjetë", "gjashtëdhjetë", "shtatëdhjetë", "tetëdhjetë", "nëntëdhjetë",
    ),
    hundreds=tuple(f"{one}qind" for one in _ONES[1:]),
    thousands=("mijë",),
    millions=("milion", "milionë"),
    between_tens=" e ",
    between_hundreds=" e ",
    between_thousands=" e ",
)  # fmt: skip
_ORDINALS = ("", "i pari", "i dyti", "i treti", "i katërti", "i pesti")


class Albanian(Grammar):
    """Standard Albanian, as in Albania, Kosovo and North Macedonia."""

    code = "sq"
    on_weekdays = ("të hënën", "të martën", "të mërkurën", "të enjten", "të premten", "të shtunën", "të dielën")
    weekday_range = (
        ("nga e hëna", "nga e marta", "nga e mërkura", "nga e enjtja", "nga e premtja", "nga e shtuna", "nga e diela"),
        tuple(f"deri {day}" for day in on_weekdays),
    )
    to, ampersand = " deri ", "dhe"
    point, minus, plus = "presje", "minus", "plus"
    dot, slash, hyphen, at_sign = "pikë", "vizë e pjerrët", "vizë", "et"
    percent = "{n} për qind"
    section = "paragrafi {n}"
    euro = forms(other="euro")
    cent = forms(other="cent")
    and_cents = " e "
    clock_words = ("ora", "orës", "orën")

    def cardinal(self, n: int) -> str:
        return NUMERALS.words(n)

    def ordinal(self, n: int) -> str:
        if n <= 5:
            return _ORDINALS[n]
        words = self.cardinal(n).replace(" e ", "e")
        if words.endswith(("një", "dy", "tre", "katër")):
            return f"i {words}ti"
        return f"i {words.removesuffix('ë')}i"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        month = self.name_of_month(day.month)
        date = f"{self.cardinal(day.day)} {month}{'i' if form == 'from' and not year else ''}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'nga' if form == 'from' else 'deri më'} {date}"
        return f"{self.weekday(day.weekday(), form)}, {'më ' if form == 'on' else ''}{date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = self.cardinal(hour)
        if minute:
            words += f" e {self.cardinal(minute)} {'minutë' if minute == 1 else 'minuta'}"
        return {"plain": "ora ", "at": "në orën ", "from": "nga ora ", "until": "deri në orën "}[form] + words
