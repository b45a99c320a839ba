# SPDX-License-Identifier: GPL-3.0-or-later
"""French: the clock of 24 hours ("huit heures trente"), the first of a month as "premier"."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table
from intake.speech.numerals import by_library


class French(Grammar):
    """Standard French."""

    code = "fr"
    to, ampersand = " à ", "et"
    point, minus, plus = "virgule", "moins", "plus"
    dot, slash, hyphen, at_sign = "point", "barre oblique", "tiret", "arobase"
    percent = "{n} pour cent"
    section = "paragraphe {n}"
    euro = forms(one="euro", other="euros")
    cent = forms(one="centime", other="centimes")
    and_cents = " et "
    laws = table(
        {
            "AufenthG": "de la loi sur le séjour",
            "AsylG": "de la loi sur l'asile",
            "StAG": "de la loi sur la nationalité",
        }
    )
    abbreviations = table(
        {
            "p. ex.": "par exemple",
            "c.-à-d.": "c'est-à-dire",
            "etc.": "et cetera",
            "env.": "environ",
            "n°": "numéro",
            "N°": "numéro",
            "tél.": "téléphone",
            "Tél.": "téléphone",
            "av.": "avenue",
            "bd": "boulevard",
            "St.": "Saint",
            "Dr": "docteur",
            "M.": "monsieur",
            "Mme": "madame",
            "max.": "maximum",
            "min.": "minutes",
            "art.": "article",
            "al. 1": "alinéa",
            "RDC": "rez-de-chaussée",
        }
    )
    weekday_short = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
    ordinal_marks = r"(?:er|re|e|ère|ème|ième)(?!\w)"
    clock_words = ("heures", "heure", "h")

    def cardinal(self, n: int) -> str:
        return by_library("fr")(n)

    def ordinal(self, n: int) -> str:
        if n == 1:
            return "premier"
        words = self.cardinal(n).removesuffix("s") if n % 100 == 80 or n % 100 == 0 else self.cardinal(n)
        if words.endswith("cinq"):
            return f"{words}uième"
        return f"{words[:-1]}vième" if words.endswith("neuf") else f"{words.removesuffix('e')}ième"

    def ordinal_in_text(self, n: int, before: str, noun: str) -> str:
        feminine = before.casefold() in ("la", "une") or noun.casefold() == "fois"
        return "première" if n == 1 and feminine else self.ordinal(n)

    def weekday(self, n: int, form: DateForm) -> str:
        return f"le {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"du {self.name_of_day(first)} au {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{'premier' if day.day == 1 else self.cardinal(day.day)} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'du' if form == 'from' else 'au'} {date}"
        return f"{self.weekday(day.weekday(), form)} {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        return {"plain": "", "at": "à ", "from": "de ", "until": "jusqu'à "}[form] + self._said(at)

    def clock_range(self, begin: Moment, end: Moment) -> str:
        return f"de {self._said(begin)} à {self._said(end)}"

    def _said(self, at: Moment) -> str:
        hour, minute = at
        words = self.cardinal(hour) + ("e" if hour in (1, 21) else "")
        words += " heure" if hour < 2 else " heures"
        if minute:
            words += f" {self.cardinal(minute)}{'e' if minute % 10 == 1 and minute != 11 else ''}"
        return words
