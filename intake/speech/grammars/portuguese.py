# SPDX-License-Identifier: GPL-3.0-or-later
"""Portuguese: the clock of 24 hours, hours and minutes with their nouns."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import by_library

_ORDINALS = ("", "primeiro", "segundo", "terceiro", "quarto", "quinto", "sexto", "sétimo", "oitavo", "nono")
_TENTHS = ("décimo", "vigésimo", "trigésimo", "quadragésimo", "quinquagésimo", "sexagésimo", "septuagésimo",
           "octogésimo", "nonagésimo")  # fmt: skip
_FEMININE = {1: "uma", 2: "duas", 21: "vinte e uma", 22: "vinte e duas"}


class Portuguese(Grammar):
    """European Portuguese that a Brazilian understands."""

    code = "pt"
    to, ampersand = " a ", "e"
    point, minus, plus = "vírgula", "menos", "mais"
    dot, slash, hyphen, at_sign = "ponto", "barra", "hífen", "arroba"
    percent = "{n} por cento"
    section = "parágrafo {n}"
    euro = forms(one="euro", other="euros")
    cent = forms(one="cêntimo", other="cêntimos")
    and_cents = " e "
    weekday_short = ("seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom.")
    ordinal_marks = r"\.?[ºª]"
    clock_words = ("horas", "hora", "h")

    def cardinal(self, n: int) -> str:
        return by_library("pt")(n)

    def ordinal(self, n: int) -> str:
        if n >= 100:
            return f"número {self.cardinal(n)}"
        ten, one = divmod(n, 10)
        return f"{_TENTHS[ten - 1] if ten else ''} {_ORDINALS[one]}".strip()

    def weekday(self, n: int, form: DateForm) -> str:
        before = "no" if n >= 5 else "na"
        return f"{before} {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"de {self.name_of_day(first)} a {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.cardinal(day.day)} de {self.name_of_month(day.month)}"
        if year:
            date += f" de {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'de' if form == 'from' else 'até'} {date}"
        return f"{self.weekday(day.weekday(), form)}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        one = at[0] == 1
        before = {
            "plain": "",
            "at": "à " if one else "às ",
            "from": "da " if one else "das ",
            "until": "até à " if one else "até às ",
        }[form]
        return before + self._said(at)

    def clock_range(self, begin: Moment, end: Moment) -> str:
        return f"{self.clock(begin, 'from')} {self.clock(end, 'at')}"

    def _said(self, at: Moment) -> str:
        hour, minute = at
        words = f"{_FEMININE.get(hour, self.cardinal(hour))} {'hora' if hour == 1 else 'horas'}"
        if minute:
            words += f" e {self.cardinal(minute)} {'minuto' if minute == 1 else 'minutos'}"
        return words
