# SPDX-License-Identifier: GPL-3.0-or-later
"""Arabic as it is read out: the clock of twelve hours, hours as ordinal numbers, with the part of the day.

After a preposition, and in the adverbial use of a time or a date, numbers stand in the oblique case ("عشرين"), which
is also what every dialect says; only a number or a date by itself has the nominative ("عشرون"). Numbers are those that
count masculine nouns (with ة), as in reading out figures; minutes, being feminine, have theirs.
"""

import datetime as dt
from collections.abc import Mapping

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table

_SMALL = (
    "صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة",
    "أحد عشر", "اثنا عشر", "ثلاثة عشر", "أربعة عشر", "خمسة عشر", "ستة عشر", "سبعة عشر", "ثمانية عشر", "تسعة عشر",
)  # fmt: skip
_TENS = ("عشر", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع")
_HUNDREDS = ("مئة", "مئتان", "ثلاثمئة", "أربعمئة", "خمسمئة", "ستمئة", "سبعمئة", "ثمانمئة", "تسعمئة")
_OBLIQUE = {"اثنان": "اثنين", "اثنا عشر": "اثني عشر", "مئتان": "مئتين"}
_MINUTES = ("", "", "", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر")
_MINUTE_ONES = ("", "إحدى", "اثنتين", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع")
_HOURS = (
    "الثانية عشرة", "الواحدة", "الثانية", "الثالثة", "الرابعة", "الخامسة",
    "السادسة", "السابعة", "الثامنة", "التاسعة", "العاشرة", "الحادية عشرة",
)  # fmt: skip
_ORDINALS = (
    "", "الأول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع", "العاشر",
    "الحادي عشر", "الثاني عشر", "الثالث عشر", "الرابع عشر", "الخامس عشر", "السادس عشر", "السابع عشر", "الثامن عشر",
    "التاسع عشر",
)  # fmt: skip


def _tens(n: int, oblique: bool) -> str:
    return _TENS[n - 2] + ("ين" if oblique else "ون")


def _below_thousand(n: int, oblique: bool) -> str:
    hundred, rest = divmod(n, 100)
    parts = [_HUNDREDS[hundred - 1]] if hundred else []
    if 0 < rest < 20:
        parts.append(_SMALL[rest])
    elif rest:
        ten, one = divmod(rest, 10)
        parts += [*((_SMALL[one],) if one else ()), _tens(ten, oblique)]
    return " و".join(_OBLIQUE.get(part, part) if oblique else part for part in parts)


def _multiplied(n: int, forms: tuple[str, str, str, str, str], oblique: bool) -> str:
    one, two, two_oblique, few, many = forms
    if n <= 2:
        return one if n == 1 else two_oblique if oblique else two
    noun = few if 3 <= n % 100 <= 10 else one if n % 100 in (0, 1, 2) else many
    return f"{_below_thousand(n, oblique)} {noun}"


_THOUSANDS = ("ألف", "ألفان", "ألفين", "آلاف", "ألفًا")
_MILLIONS = ("مليون", "مليونان", "مليونين", "ملايين", "مليونًا")


def _number(n: int, *, oblique: bool = False) -> str:
    if not n:
        return _SMALL[0]
    million, rest = divmod(n, 1_000_000)
    thousand, rest = divmod(rest, 1000)
    parts = [_multiplied(million, _MILLIONS, oblique)] if million else []
    if thousand:
        parts.append(_multiplied(thousand, _THOUSANDS, oblique))
    if rest:
        parts.append(_below_thousand(rest, oblique))
    return " و".join(parts)


def _minutes(n: int) -> str:
    if n <= 2:
        return "دقيقة واحدة" if n == 1 else "دقيقتين"
    if n <= 10:
        return f"{_MINUTES[n]} دقائق"
    if n < 20:
        ones = {11: "إحدى", 12: "اثنتي", 18: "ثماني"}.get(n, _MINUTES[n - 10])
        return f"{ones} عشرة دقيقة"
    ten, one = divmod(n, 10)
    return f"{_MINUTE_ONES[one]} و{_tens(ten, True)} دقيقة" if one else f"{_tens(ten, True)} دقيقة"


def _part_of_day(hour: int) -> str:
    if hour in (0, 24) or hour < 4 or hour >= 22:
        return "ليلًا"
    if hour < 12:
        return "صباحًا"
    return "ظهرًا" if hour == 12 else "بعد الظهر" if hour < 18 else "مساءً"


class Arabic(Grammar):
    """Modern Standard Arabic."""

    code = "ar"
    comma = "، "
    to, ampersand = " إلى ", "و"
    point, minus, plus = "فاصلة", "ناقص", "زائد"
    dot, slash, hyphen, at_sign = "نقطة", "شرطة مائلة", "شرطة", "آت"
    percent = "{n} بالمئة"
    section = "المادة {n}"
    euro = forms(other="يورو")
    cent = forms(few="سنتات", many="سنتًا", other="سنت")
    and_cents = " و"
    laws = table({"AufenthG": "من قانون الإقامة", "AsylG": "من قانون اللجوء", "StAG": "من قانون الجنسية"})
    abbreviations = table(
        {
            "إلخ": "إلى آخره",
            "د.": "دكتور",
            "هـ.": "هاتف",
            "ص.ب": "صندوق بريد",
            "ق.": "دقيقة",
            "ش.": "شارع",
        }
    )
    clock_words = ("الساعة",)

    def cardinal(self, n: int) -> str:
        return _number(n)

    def counted(self, n: int, nouns: Mapping[str, str]) -> str:
        if n == 1:
            return f"{nouns['other']} واحد"
        if n == 2:
            return f"{nouns['other']}ان" if nouns is self.cent else f"اثنان {nouns['other']}"
        return super().counted(n, nouns)

    def ordinal(self, n: int) -> str:
        return self._ordinal(n, oblique=False)

    def weekday(self, n: int, form: DateForm) -> str:
        return f"يوم {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"من {self.name_of_day(first)} إلى {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self._ordinal(day.day, oblique=form != 'plain')} من {self.name_of_month(day.month)}"
        if year:
            date += f" عام {_number(day.year, oblique=True)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'من' if form == 'from' else 'حتى'} {date}"
        return f"{self.weekday(day.weekday(), form)}، {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        before = {"plain": "", "at": "في ", "from": "من ", "until": "حتى "}[form]
        return f"{before}{'' if at == (24, 0) else 'الساعة '}{self._said(at)}"

    def clock_range(self, begin: Moment, end: Moment) -> str:
        return f"{self.clock(begin, 'from')} حتى {self._said(end)}"

    def _said(self, at: Moment) -> str:
        hour, minute = at
        if at == (24, 0):
            return "منتصف الليل"
        words = _HOURS[hour % 12]
        if minute:
            words += " و" + {15: "الربع", 30: "النصف"}.get(minute, _minutes(minute))
        return f"{words} {_part_of_day(hour)}"

    def _ordinal(self, n: int, *, oblique: bool) -> str:
        if n < 20:
            return _ORDINALS[n]
        if n >= 100:
            return f"رقم {_number(n)}"
        ten, one = divmod(n, 10)
        ones = "الحادي" if one == 1 else _ORDINALS[one]
        return f"{ones} وال{_tens(ten, oblique)}" if one else f"ال{_tens(ten, oblique)}"
