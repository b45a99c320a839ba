# SPDX-License-Identifier: GPL-3.0-or-later
"""Greek: the clock of twelve hours with the part of the day; hours and days of the month are feminine."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import Numerals

_ONES = ("μηδέν", "ένα", "δύο", "τρία", "τέσσερα", "πέντε", "έξι", "επτά", "οκτώ", "εννέα")
_FEMININE = {1: "μία", 3: "τρεις", 4: "τέσσερις"}
NUMERALS = Numerals(
    small=(
        *_ONES, "δέκα", "έντεκα", "δώδεκα", "δεκατρία", "δεκατέσσερα", "δεκαπέντε", "δεκαέξι", "δεκαεπτά", "δεκαοκτώ",
        "δεκαεννέα",
    ),
    tens=("είκοσι", "τριάντα", "σαράντα", "πενήντα", "εξήντα", "εβδομήντα", "ογδόντα", "ενενήντα"),
    hundreds=("εκατό", "διακόσια", "τριακόσια", "τετρακόσια", "πεντακόσια", "εξακόσια", "επτακόσια", "οκτακόσια",
              "εννιακόσια"),
    thousands=("χιλιάδες",),
    millions=("εκατομμύριο", "εκατομμύρια"),
    one_thousand="χίλια",
)  # fmt: skip
_ORDINALS = (
    "", "πρώτος", "δεύτερος", "τρίτος", "τέταρτος", "πέμπτος", "έκτος", "έβδομος", "όγδοος", "ένατος", "δέκατος",
    "ενδέκατος", "δωδέκατος",
)  # fmt: skip
_TENTHS = ("δέκατος", "εικοστός", "τριακοστός", "τεσσαρακοστός", "πεντηκοστός", "εξηκοστός", "εβδομηκοστός",
           "ογδοηκοστός", "ενενηκοστός")  # fmt: skip


def _feminine(n: int) -> str:
    if n in (13, 14):
        return "δεκα" + _FEMININE[n - 10]
    words, last = NUMERALS.words(n), n % 10
    if last in _FEMININE and n != 11:
        return words.removesuffix(_ONES[last]) + _FEMININE[last]
    return words


def _part_of_day(hour: int) -> str:
    if hour in (0, 24) or hour >= 20:
        return "το βράδυ"
    if hour < 12:
        return "το πρωί" if hour >= 5 else "τη νύχτα"
    return "το μεσημέρι" if hour < 15 else "το απόγευμα"


class Greek(Grammar):
    """Standard Modern Greek."""

    code = "el"
    to, ampersand = " έως ", "και"
    point, minus, plus = "κόμμα", "μείον", "συν"
    dot, slash, hyphen, at_sign = "τελεία", "κάθετος", "παύλα", "παπάκι"
    percent = "{n} τοις εκατό"
    section = "παράγραφος {n}"
    euro = forms(other="ευρώ")
    cent = forms(one="λεπτό", other="λεπτά")
    and_cents = " και "
    weekday_short = ("Δευ", "Τρί", "Τετ", "Πέμ", "Παρ", "Σάβ", "Κυρ")

    def cardinal(self, n: int) -> str:
        thousand = n // 1000 % 1000
        words = NUMERALS.words(n)
        # Thousands are feminine: "τρεις χιλιάδες".
        return words.replace(f"{NUMERALS.words(thousand)} χιλιάδες", f"{_feminine(thousand)} χιλιάδες")

    def ordinal(self, n: int) -> str:
        if n <= 12:
            return _ORDINALS[n]
        if n >= 100:
            return f"αριθμός {self.cardinal(n)}"
        ten, one = divmod(n, 10)
        return f"{_TENTHS[ten - 1]} {_ORDINALS[one]}".strip()

    def weekday(self, n: int, form: DateForm) -> str:
        article = "το" if n == 5 else "την"
        return f"{article} {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"από {self.name_of_day(first)} έως {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        number = "πρώτη" if day.day == 1 else _feminine(day.day)
        date = f"{number} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'από' if form == 'from' else 'έως'} {'την' if day.day == 1 else 'τις'} {date}"
        return f"{self.weekday(day.weekday(), form)}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        one = at[0] % 12 == 1
        before = {
            "plain": "",
            "at": "στη " if one else "στις ",
            "from": "από τη " if one else "από τις ",
            "until": "έως τη " if one else "έως τις ",
        }[form]
        return before + self._said(at)

    @staticmethod
    def _said(at: Moment) -> str:
        hour, minute = at
        words = _feminine(hour % 12 or 12)
        if minute:
            words += " και " + {15: "τέταρτο", 30: "μισή"}.get(minute, NUMERALS.words(minute))
        return f"{words} {_part_of_day(hour)}"
