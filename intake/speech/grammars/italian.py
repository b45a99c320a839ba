# SPDX-License-Identifier: GPL-3.0-or-later
"""Italian: the clock of 24 hours with the articles it needs ("dalle otto alle dodici e trenta", "all'una")."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table
from intake.speech.numerals import by_library

_ORDINALS = ("", "primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono", "decimo")


class Italian(Grammar):
    """Standard Italian."""

    code = "it"
    to, ampersand = " a ", "e"
    point, minus, plus = "virgola", "meno", "più"
    dot, slash, hyphen, at_sign = "punto", "barra", "trattino", "chiocciola"
    percent = "{n} per cento"
    section = "paragrafo {n}"
    euro = forms(other="euro")
    cent = forms(one="centesimo", other="centesimi")
    and_cents = " e "
    laws = table(
        {
            "AufenthG": "della legge sul soggiorno",
            "AsylG": "della legge sull'asilo",
            "StAG": "della legge sulla cittadinanza",
        }
    )
    abbreviations = table(
        {
            "p. es.": "per esempio",
            "ad es.": "ad esempio",
            "ecc.": "eccetera",
            "ca.": "circa",
            "n. 1": "numero",
            "nr.": "numero",
            "tel.": "telefono",
            "Tel.": "telefono",
            "sig.": "signor",
            "sig.ra": "signora",
            "dott.": "dottor",
            "max.": "massimo",
            "min.": "minuti",
            "art.": "articolo",
            "P.zza": "Piazza",
            "V.le": "Viale",
        }
    )
    weekday_short = ("lun.", "mar.", "mer.", "gio.", "ven.", "sab.", "dom.")
    ordinal_marks = r"[º°ª]"
    clock_words = ("ore", "h")

    def cardinal(self, n: int) -> str:
        return by_library("it")(n)

    def counting(self, n: int) -> str:
        words = self.cardinal(n)
        return words.removesuffix("o") if n % 10 == 1 and n % 100 != 11 else words

    def ordinal(self, n: int) -> str:
        if n <= 10:
            return _ORDINALS[n]
        words = self.cardinal(n)
        if words.endswith("tré"):
            return f"{words[:-1]}eesimo"
        return f"{words}esimo" if words.endswith("sei") else f"{words[:-1]}esimo"

    def ordinal_in_text(self, n: int, before: str, noun: str) -> str:
        return self.ordinal(n)[:-1] + "a" if before.casefold() in ("la", "una") else self.ordinal(n)

    def weekdays(self, first: int, last: int) -> str:
        begin, end = ("dalla" if first == 6 else "dal"), ("alla" if last == 6 else "al")
        return f"{begin} {self.name_of_day(first)} {end} {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{'primo' if day.day == 1 else self.cardinal(day.day)} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            article = "dal" if form == "from" else "al"
            return f"{article}l'{date}" if day.day in (8, 11) else f"{article} {date}"
        return f"{self.weekday(day.weekday(), form)} {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        return self._said(at, {"plain": "l", "at": "al", "from": "dal", "until": "fino al"}[form])

    def clock_range(self, begin: Moment, end: Moment) -> str:
        return f"{self._said(begin, 'dal')} {self._said(end, 'al')}"

    def _said(self, at: Moment, article: str) -> str:
        hour, minute = at
        if at in ((0, 0), (24, 0)):
            return f"{article.removesuffix('l')} mezzanotte".strip()
        words = "l'una" if hour == 1 else f"le {self.cardinal(hour)}"
        if minute:
            words += f" e {self.cardinal(minute)}"
        return article.removesuffix("l") + ("l" if article != "l" else "") + words
