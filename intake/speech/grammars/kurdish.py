# SPDX-License-Identifier: GPL-3.0-or-later
"""Kurdish: Kurmanji in Latin letters and Sorani in Arabic ones, two languages with a common way of counting.

Sorani has no synthesiser; its words are there for the sheet that a person reads out.
"""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import Numerals

_KU = Numerals(
    small=(
        "sifir", "yek", "du", "sê", "çar", "pênc", "şeş", "heft", "heşt", "neh", "deh",
        "yazdeh", "dwanzdeh", "sêzdeh", "çardeh", "pazdeh", "şazdeh", "hevdeh", "hejdeh", "nozdeh",
    ),
    tens=("bîst", "sî", "çil", "pêncî", "şêst", "heftê", "heştê", "nod"),
    hundreds=("sed", "dused", "sêsed", "çarsed", "pêncsed", "şeşsed", "heftsed", "heştsed", "nehsed"),
    thousands=("hezar",),
    millions=("milyon",),
    one_thousand="hezar",
    between_tens=" û ",
    between_hundreds=" û ",
    between_thousands=" û ",
)  # fmt: skip

_CKB = Numerals(
    small=(
        "سفر", "یەک", "دوو", "سێ", "چوار", "پێنج", "شەش", "حەوت", "هەشت", "نۆ", "دە",
        "یازدە", "دوازدە", "سێزدە", "چواردە", "پازدە", "شازدە", "حەڤدە", "هەژدە", "نۆزدە",
    ),
    tens=("بیست", "سی", "چل", "پەنجا", "شەست", "حەفتا", "هەشتا", "نەوەد"),
    hundreds=("سەد", "دووسەد", "سێسەد", "چوارسەد", "پێنجسەد", "شەشسەد", "حەوتسەد", "هەشتسەد", "نۆسەد"),
    thousands=("هەزار",),
    millions=("ملیۆن",),
    one_thousand="هەزار",
    between_tens=" و ",
    between_hundreds=" و ",
    between_thousands=" و ",
)  # fmt: skip


def _after_vowel(words: str, ending: str) -> str:
    return words + ("y" if words[-1] in "aeiouêîû" else "") + ending


class Kurmanji(Grammar):
    """Kurmanji; the clock of 24 hours."""

    code = "ku"
    on_weekdays = ("duşemê", "sêşemê", "çarşemê", "pêncşemê", "înê", "şemiyê", "yekşemê")
    weekday_range = (tuple(f"ji {day}" for day in on_weekdays), tuple(f"heta {day}" for day in on_weekdays))
    weekday_names = ("duşem", "sêşem", "çarşem", "pêncşem", "în", "şemî", "yekşem")
    to, ampersand = " heta ", "û"
    point, minus, plus = "bêhnok", "kêm", "zêde"
    dot, slash, hyphen, at_sign = "xal", "xêza xwar", "xêzik", "et"
    percent = "ji sedî {n}"
    section = "paragrafa {n}"
    euro = forms(other="euro")
    cent = forms(other="sent")
    and_cents = " û "

    def cardinal(self, n: int) -> str:
        return _KU.words(n)

    def ordinal(self, n: int) -> str:
        return _after_vowel(self.cardinal(n), "em")

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{_after_vowel(self.cardinal(day.day), 'ê')} {self.name_of_month(day.month)}"
        date += f"a {_after_vowel(self.cardinal(day.year), 'an')}" if year else "ê"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'ji' if form == 'from' else 'heta'} {date}"
        weekday = self.weekday(day.weekday(), form)
        return f"{weekday}, di {date} de" if form == "on" else f"{weekday}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = self.cardinal(hour)
        if minute:
            words += f" û {self.cardinal(minute)} deqîqe"
        if form == "plain":
            return f"saet {words}"
        words = "yekê" if at == (1, 0) else "duduyan" if at == (2, 0) else _after_vowel(words, "an")
        if form == "at":
            return f"di saet {words} de"
        return f"{'ji' if form == 'from' else 'heta'} saet {words}"


class Sorani(Grammar):
    """Sorani; the clock of twelve hours with the part of the day."""

    code = "ckb"
    comma = "، "
    month_names = (
        "کانوونی دووەم", "شوبات", "ئازار", "نیسان", "ئایار", "حوزەیران",
        "تەممووز", "ئاب", "ئەیلوول", "تشرینی یەکەم", "تشرینی دووەم", "کانوونی یەکەم",
    )  # fmt: skip
    weekday_names = ("دووشەممە", "سێشەممە", "چوارشەممە", "پێنجشەممە", "هەینی", "شەممە", "یەکشەممە")
    to, ampersand = " تا ", "و"
    point, minus, plus = "پۆینت", "کەم", "کۆ"
    dot, slash, hyphen, at_sign = "خاڵ", "هێڵی لار", "هێڵ", "ئەت"
    percent = "لە سەدا {n}"
    section = "ماددەی {n}"
    euro = forms(other="یۆرۆ")
    cent = forms(other="سەنت")
    and_cents = " و "

    def cardinal(self, n: int) -> str:
        return _CKB.words(n)

    def ordinal(self, n: int) -> str:
        words = self.cardinal(n)
        return f"{words}یەم" if words[-1] in "ێیۆا" else f"{words}م" if words[-1] == "ە" else f"{words}ەم"

    def weekday(self, n: int, form: DateForm) -> str:
        return f"ڕۆژی {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"لە {self.name_of_day(first)} تا {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.cardinal(day.day)}ی {self.name_of_month(day.month)}"
        if year:
            date += f"ی {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'لە' if form == 'from' else 'تا'} {date}"
        return f"{self.weekday(day.weekday(), form)}، {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = self.cardinal(hour % 12 or 12)
        if minute:
            words += f" و {self.cardinal(minute)} خولەک"
        before = {"plain": "", "at": "لە ", "from": "لە ", "until": "تا "}[form]
        return f"{before}کاتژمێر {words}ی {_part_of_day(hour)}"


def _part_of_day(hour: int) -> str:
    if hour in (0, 24) or hour < 4 or hour >= 20:
        return "شەو"
    if hour < 12:
        return "بەیانی"
    return "نیوەڕۆ" if hour == 12 else "دوای نیوەڕۆ" if hour < 17 else "ئێوارە"
