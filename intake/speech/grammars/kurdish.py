# SPDX-License-Identifier: GPL-3.0-or-later
"""Kurdish: Kurmanji in Latin letters and Sorani in Arabic ones, two languages with a common way of counting.

Sorani has no synthesiser; its words are there for the sheet that a person reads out.
"""

import datetime as dt

from intake.speech.grammar import Moment, TimeForm, forms
from intake.speech.grammars.iranic import Iranic
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


class Kurmanji(Iranic):
    """Kurmanji; the clock of 24 hours."""

    code = "ku"
    numerals = _KU
    from_frame, until_frame, on_date_frame = "ji {}", "heta {}", "di {} de"
    on_weekdays = ("duşemê", "sêşemê", "çarşemê", "pêncşemê", "înê", "şemiyê", "yekşemê")
    weekday_names = ("duşem", "sêşem", "çarşem", "pêncşem", "în", "şemî", "yekşem")
    to, ampersand = " heta ", "û"
    point, minus, plus = "bêhnok", "kêm", "zêde"
    dot, slash, hyphen, at_sign = "xal", "xêza xwar", "xêzik", "et"
    percent = "ji sedî {n}"
    section = "paragrafa {n}"
    euro = forms(other="euro")
    cent = forms(other="sent")
    and_cents = " û "

    def ordinal(self, n: int) -> str:
        return _after_vowel(self.cardinal(n), "em")

    def framed_day(self, n: int) -> str:
        return self.on_weekdays[n]

    def bare_date(self, day: dt.date, year: bool) -> str:
        date = f"{_after_vowel(self.cardinal(day.day), 'ê')} {self.name_of_month(day.month)}"
        return date + (f"a {_after_vowel(self.cardinal(day.year), 'an')}" if year else "ê")

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


class Sorani(Iranic):
    """Sorani; the clock of twelve hours with the part of the day."""

    code = "ckb"
    numerals = _CKB
    from_frame, until_frame, on_frame = "لە {}", "تا {}", "ڕۆژی {}"
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

    def ordinal(self, n: int) -> str:
        words = self.cardinal(n)
        return f"{words}یەم" if words[-1] in "ێیۆا" else f"{words}م" if words[-1] == "ە" else f"{words}ەم"

    def bare_date(self, day: dt.date, year: bool) -> str:
        date = f"{self.cardinal(day.day)}ی {self.name_of_month(day.month)}"
        return f"{date}ی {self.cardinal(day.year)}" if year else date

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
