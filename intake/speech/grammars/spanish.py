# SPDX-License-Identifier: GPL-3.0-or-later
"""Spanish: the clock of twelve hours with the part of the day, as offices in Spain and Latin America announce it."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table
from intake.speech.numerals import by_library

_ORDINALS = (
    "", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno", "décimo",
    "undécimo", "duodécimo", "decimotercero", "decimocuarto", "decimoquinto", "decimosexto", "decimoséptimo",
    "decimoctavo", "decimonoveno",
)  # fmt: skip
_TENTHS = ("vigésimo", "trigésimo", "cuadragésimo", "quincuagésimo", "sexagésimo", "septuagésimo", "octogésimo",
           "nonagésimo")  # fmt: skip


def _part_of_day(hour: int) -> str:
    if hour in (0, 24) or hour >= 21:
        return "de la noche"
    if hour < 6:
        return "de la madrugada"
    return "de la mañana" if hour < 12 else "del mediodía" if hour == 12 else "de la tarde"


class Spanish(Grammar):
    """Standard Spanish."""

    code = "es"
    to, ampersand = " a ", "y"
    point, minus, plus = "coma", "menos", "más"
    dot, slash, hyphen, at_sign = "punto", "barra", "guion", "arroba"
    percent = "{n} por ciento"
    section = "artículo {n}"
    euro = forms(one="euro", other="euros")
    cent = forms(one="céntimo", other="céntimos")
    and_cents = " con "
    laws = table(
        {
            "AufenthG": "de la Ley de Residencia",
            "AsylG": "de la Ley de Asilo",
            "StAG": "de la Ley de Nacionalidad",
        }
    )
    abbreviations = table(
        {
            "p. ej.": "por ejemplo",
            "etc.": "etcétera",
            "aprox.": "aproximadamente",
            "n.º": "número",
            "núm.": "número",
            "tel.": "teléfono",
            "Tel.": "teléfono",
            "avda.": "avenida",
            "Avda.": "Avenida",
            "pza.": "plaza",
            "Sr.": "señor",
            "Sra.": "señora",
            "Dr.": "doctor",
            "máx.": "máximo",
            "mín.": "mínimo",
            "min.": "minutos",
            "art.": "artículo",
        }
    )
    weekday_short = ("lun.", "mar.", "mié.", "jue.", "vie.", "sáb.", "dom.")
    ordinal_marks = r"\.?(?:[ºª]|er(?!\w))"
    clock_words = ("horas", "hora", "h")

    def cardinal(self, n: int) -> str:
        return by_library("es")(n).replace("veintiuno mil", "veintiún mil").replace("uno mil", "un mil")

    def counting(self, n: int) -> str:
        words = self.cardinal(n)
        return (
            words.removesuffix("veintiuno") + "veintiún"
            if words.endswith("veintiuno")
            else (words.removesuffix("o") if words.endswith("uno") else words)
        )

    def ordinal(self, n: int) -> str:
        if n < 20:
            return _ORDINALS[n]
        if n >= 100:
            return f"número {self.cardinal(n)}"
        ten, one = divmod(n, 10)
        return f"{_TENTHS[ten - 2]} {_ORDINALS[one]}".strip()

    def ordinal_in_text(self, n: int, before: str, noun: str) -> str:
        words = self.ordinal(n)
        if before.casefold() in ("la", "una"):
            return words[:-1] + "a"
        return words[:-1] if noun and words.endswith(("primero", "tercero")) else words

    def weekday(self, n: int, form: DateForm) -> str:
        return f"el {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"de {self.name_of_day(first)} a {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.cardinal(day.day)} de {self.name_of_month(day.month)}"
        if year:
            date += f" de {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'del' if form == 'from' else 'al'} {date}"
        return f"{self.weekday(day.weekday(), form)}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        before = {"plain": "", "at": "a ", "from": "de ", "until": "hasta "}[form]
        return f"{before}{self._said(at)} {_part_of_day(at[0])}"

    def clock_range(self, begin: Moment, end: Moment) -> str:
        parts = _part_of_day(begin[0]), _part_of_day(end[0])
        first = f" {parts[0]}" if parts[0] != parts[1] or begin >= end else ""
        return f"de {self._said(begin)}{first} a {self._said(end)} {parts[1]}"

    def _said(self, at: Moment) -> str:
        hour, minute = at
        hour = hour % 12 or 12
        words = "la una" if hour == 1 else f"las {self.cardinal(hour)}"
        if minute:
            words += " y " + {15: "cuarto", 30: "media"}.get(minute, self.cardinal(minute))
        return words
