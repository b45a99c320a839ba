# SPDX-License-Identifier: GPL-3.0-or-later
"""German: dates in the case that the sentence needs, the clock of 24 hours, "zwei" and never "zwo"."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table
from intake.speech.numerals import by_library

_COUNTED = {
    "Stock": "er", "Stockwerk": "es", "Etage": "e", "Obergeschoss": "es", "Untergeschoss": "es", "OG": "es", "UG": "es",
    "Tag": "er", "Mal": "es", "Person": "e", "Kind": "es", "Termin": "er", "Schritt": "er", "Klasse": "e",
    "Lebensjahr": "es", "Quartal": "es", "Halbjahr": "es", "Woche": "e", "Monat": "er", "Jahr": "es", "Januar": "er",
    "Februar": "er", "März": "er", "April": "er", "Mai": "er", "Juni": "er", "Juli": "er", "August": "er",
    "September": "er", "Oktober": "er", "November": "er", "Dezember": "er",
}  # fmt: skip
"""Nouns that follow an ordinal number → its ending where no article stands before it."""

_OBLIQUE = frozenset(
    ("am", "im", "zum", "vom", "beim", "dem", "den", "des", "ab", "bis", "seit", "nach", "vor", "zur", "einem", "einen")
)
_ARTICLES = frozenset(("der", "die", "das"))
_FEMININE = ("e", "ung", "heit", "keit", "ion", "schaft", "tät", "person")

_STEMS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}


class German(Grammar):
    """Hochdeutsch, as on the announcements of a German office."""

    code = "de"
    to, ampersand = " bis ", "und"
    point, minus, plus = "Komma", "minus", "plus"
    dot, slash, hyphen, at_sign = "Punkt", "Schrägstrich", "Bindestrich", "at"
    percent = "{n} Prozent"
    section = "Paragraf {n}"
    euro = forms(other="Euro")
    cent = forms(other="Cent")
    laws = table(
        {
            "AufenthG": "Aufenthaltsgesetz",
            "AufenthV": "Aufenthaltsverordnung",
            "BeschV": "Beschäftigungsverordnung",
            "AsylG": "Asylgesetz",
            "StAG": "Staatsangehörigkeitsgesetz",
            "FreizügG/EU": "Freizügigkeitsgesetz E U",
            "BGB": "Bürgerliches Gesetzbuch",
            "GG": "Grundgesetz",
        }
    )
    abbreviations = table(
        {
            "z. B.": "zum Beispiel",
            "u. a.": "unter anderem",
            "d. h.": "das heißt",
            "i. d. R.": "in der Regel",
            "usw.": "und so weiter",
            "bzw.": "beziehungsweise",
            "ca.": "circa",
            "inkl.": "inklusive",
            "ggf.": "gegebenenfalls",
            "evtl.": "eventuell",
            "max.": "maximal",
            "mind.": "mindestens",
            "Nr.": "Nummer",
            "Tel.": "Telefon",
            "Str.": "Straße",
            "Abs.": "Absatz",
            "Abt.": "Abteilung",
            "Hbf.": "Hauptbahnhof",
            "Std.": "Stunden",
            "Min.": "Minuten",
            "St.": "Sankt",
            "Dr.": "Doktor",
            "Jan.": "Januar",
            "Feb.": "Februar",
            "Aug.": "August",
            "Sept.": "September",
            "Okt.": "Oktober",
            "Nov.": "November",
            "Dez.": "Dezember",
            "EG": "Erdgeschoss",
            "OG": "Obergeschoss",
            "UG": "Untergeschoss",
        }
    )
    weekday_short = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
    clock_words = ("Uhr", "h")
    ordinal_marks = rf"\.(?=\s?(?:{'|'.join(_COUNTED)})(?!\w))"

    def cardinal(self, n: int) -> str:
        return by_library("de")(n)

    def counting(self, n: int) -> str:
        words = self.cardinal(n)
        return words.removesuffix("s") if n % 100 == 1 else words

    def before_noun(self, n: int, noun: str) -> str:
        if n != 1 or not noun[0].isupper():
            return self.cardinal(n)
        return "eine" if noun.casefold().endswith(_FEMININE) else "ein"

    def ordinal_in_text(self, n: int, before: str, noun: str) -> str:
        before = before.casefold()
        ending = "en" if before in _OBLIQUE else "e" if before in _ARTICLES else _COUNTED.get(noun, "e")
        return self._stem(n) + ending

    def date_in_text(self, day: dt.date, year: bool, before: str) -> str:
        if before.casefold() in _OBLIQUE:
            return self.date(day, "bare", year)
        ending = "e" if before.casefold() in _ARTICLES else "er"
        date = f"{self._stem(day.day)}{ending} {self.name_of_month(day.month)}"
        return f"{date} {self.year(day.year)}" if year else date

    def ordinal(self, n: int) -> str:
        return self._stem(n) + "e"

    def oblique_ordinal(self, n: int) -> str:
        """After an article in any case but the nominative: "im ersten"."""
        return self._stem(n) + "en"

    def year(self, n: int) -> str:
        if not 1100 <= n < 2000:
            return self.cardinal(n)
        century, rest = divmod(n, 100)
        return f"{self.cardinal(century)}hundert{self.cardinal(rest) if rest else ''}"

    def weekday(self, n: int, form: DateForm) -> str:
        return f"am {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        weekday, month = self.name_of_day(day.weekday()), self.name_of_month(day.month)
        date = f"{self.oblique_ordinal(day.day)} {month}"
        said = {
            "plain": f"{weekday}, der {self.ordinal(day.day)} {month}",
            "on": f"am {weekday}, dem {date}",
            "bare": date,
            "from": f"vom {date}",
            "until": f"bis zum {date}",
        }[form]
        return f"{said} {self.year(day.year)}" if year else said

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"{self.counting(hour)} Uhr"
        if minute:
            words += f" {self.cardinal(minute)}"
        return {"plain": "", "at": "um ", "from": "von ", "until": "bis "}[form] + words

    def _stem(self, n: int) -> str:
        rest = n % 100
        if rest in _STEMS:
            return (self.cardinal(n - rest) if n > rest else "") + _STEMS[rest]
        return self.cardinal(n) + ("t" if 0 < rest < 20 else "st")
