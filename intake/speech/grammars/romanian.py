# SPDX-License-Identifier: GPL-3.0-or-later
"""Romanian: the clock of 24 hours; "de" between a number from twenty upwards and its noun."""

import datetime as dt
from collections.abc import Mapping

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table
from intake.speech.numerals import by_library


def _feminine(words: str) -> str:
    """With "două" for "doi", as hours and minutes need it."""
    if words.endswith("doisprezece"):
        return words.removesuffix("doisprezece") + "douăsprezece"
    return words.removesuffix("doi") + "două" if words.endswith("doi") else words


def _takes_de(n: int) -> bool:
    return n % 100 >= 20 or (n >= 100 and n % 100 == 0)


class Romanian(Grammar):
    """Standard Romanian."""

    code = "ro"
    to, ampersand = " până la ", "și"
    point, minus, plus = "virgulă", "minus", "plus"
    dot, slash, hyphen, at_sign = "punct", "bară oblică", "cratimă", "arond"
    percent = "{n} la sută"
    section = "paragraful {n}"
    euro = forms(other="euro")
    cent = forms(one="cent", other="cenți")
    and_cents = " și "
    laws = table(
        {
            "AufenthG": "din Legea privind șederea",
            "AsylG": "din Legea azilului",
            "StAG": "din Legea cetățeniei",
        }
    )
    abbreviations = table(
        {
            "de ex.": "de exemplu",
            "ex.": "exemplu",
            "etc.": "etcetera",
            "aprox.": "aproximativ",
            "nr.": "numărul",
            "Nr.": "numărul",
            "tel.": "telefon",
            "Tel.": "telefon",
            "str.": "strada",
            "Str.": "strada",
            "bd.": "bulevardul",
            "et. 1": "etajul",
            "dr.": "doctor",
            "dl.": "domnul",
            "dna.": "doamna",
            "min.": "minute",
            "max.": "maximum",
            "art.": "articolul",
            "alin.": "alineatul",
        }
    )
    weekday_short = ("lun.", "mar.", "mie.", "joi", "vin.", "sâm.", "dum.")
    clock_words = ("ora", "orele", "h")

    def cardinal(self, n: int) -> str:
        return by_library("ro")(n)

    def counting(self, n: int) -> str:
        return "un" if n == 1 else self.cardinal(n)

    def counted(self, n: int, nouns: Mapping[str, str]) -> str:
        noun = nouns.get("one", nouns["other"]) if n == 1 else nouns["other"]
        return f"{self.counting(n)} {'de ' if _takes_de(n) else ''}{noun}"

    def ordinal(self, n: int) -> str:
        if n == 1:
            return "primul"
        words = self.cardinal(n)
        return f"al {words}{'u' if words.endswith('opt') else ''}lea"

    def weekdays(self, first: int, last: int) -> str:
        return f"de {self.name_of_day(first)} până {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{'întâi' if day.day == 1 else self.cardinal(day.day)} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'de la' if form == 'from' else 'până la'} {date}"
        return f"{self.weekday(day.weekday(), form)}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"ora {_feminine(self.cardinal(hour))}"
        if minute:
            noun = "minut" if minute == 1 else "minute"
            words += f" și {_feminine(self.counting(minute))} {'de ' if _takes_de(minute) else ''}{noun}"
        return {"plain": "", "at": "la ", "from": "de la ", "until": "până la "}[form] + words
