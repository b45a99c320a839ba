# SPDX-License-Identifier: GPL-3.0-or-later
"""Persian (understood by speakers of Dari) and Pashto: the clock of twelve hours with the part of the day.

Pashto has no synthesiser; its words are there for the sheet that a person reads out.
"""

import datetime as dt

from intake.speech.grammar import Moment, TimeForm, forms
from intake.speech.grammars.iranic import Iranic
from intake.speech.numerals import Numerals

_FA = Numerals(
    small=(
        "صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده",
        "یازده", "دوازده", "سیزده", "چهارده", "پانزده", "شانزده", "هفده", "هجده", "نوزده",
    ),
    tens=("بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"),
    hundreds=("صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد"),
    thousands=("هزار",),
    millions=("میلیون",),
    one_thousand="هزار",
    between_tens=" و ",
    between_hundreds=" و ",
    between_thousands=" و ",
)  # fmt: skip

_PS_ONES = ("صفر", "یو", "دوه", "درې", "څلور", "پنځه", "شپږ", "اووه", "اته", "نهه")
_PS_TENS = ("دېرش", "څلوېښت", "پنځوس", "شپېته", "اویا", "اتیا", "نوي")
_PS = Numerals(
    small=(
        *_PS_ONES,
        "لس", "یوولس", "دولس", "دیارلس", "څوارلس", "پنځلس", "شپاړس", "اوولس", "اتلس", "نولس",
        "شل", "یوویشت", "دوه ویشت", "درویشت", "څلېرویشت", "پنځه ویشت", "شپږویشت", "اووه ویشت", "اته ویشت", "نهه ویشت",
        *(f"{one} {ten}" if n else ten for ten in _PS_TENS for n, one in enumerate(_PS_ONES)),
    ),
    tens=(),
    hundreds=("سل", *(f"{one} سوه" for one in _PS_ONES[2:])),
    thousands=("زر", "زره"),
    millions=("میلیون", "میلیونه"),
    one_thousand="زر",
    between_hundreds=" او ",
    between_thousands=" او ",
)  # fmt: skip


class Persian(Iranic):
    """Standard Persian."""

    code = "fa"
    numerals = _FA
    from_frame, until_frame, on_frame = "از {}", "تا {}", "روز {}"
    comma = "، "
    month_names = (
        "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
    )  # fmt: skip
    to, ampersand = " تا ", "و"
    point, minus, plus = "ممیز", "منفی", "به‌علاوه"
    dot, slash, hyphen, at_sign = "نقطه", "اسلش", "خط تیره", "ات‌ساین"
    percent = "{n} درصد"
    section = "ماده {n}"
    euro = forms(other="یورو")
    cent = forms(other="سنت")
    and_cents = " و "
    clock_words = ("ساعت",)

    def ordinal(self, n: int) -> str:
        words = self.cardinal(n)
        if words.endswith("سه"):
            return f"{words.removesuffix('سه')}سوم"
        return f"{words}‌ام" if words.endswith("سی") else f"{words}م"

    def bare_date(self, day: dt.date, year: bool) -> str:
        date = f"{self.ordinal(day.day)} {self.name_of_month(day.month)}"
        return f"{date} سال {self.cardinal(day.year)}" if year else date

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = self.cardinal(hour % 12 or 12)
        if minute:
            words += f" و {self.cardinal(minute)} دقیقه"
        part = _part_of_day(hour, "صبح", "ظهر", "بعد از ظهر", "شب")
        before = {"plain": "", "at": "در ", "from": "از ", "until": "تا "}[form]
        return f"{before}ساعت {words} {part}"


class Pashto(Iranic):
    """Pashto of Afghanistan."""

    code = "ps"
    numerals = _PS
    from_frame, until_frame, on_frame = "له {} څخه", "تر {} پورې", "د {} په ورځ"
    from_date_frame = "{} نېټې څخه"
    comma = "، "
    weekday_names = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
    month_names = (
        "جنوري", "فبروري", "مارچ", "اپریل", "مې", "جون", "جولای", "اګست", "سپتمبر", "اکتوبر", "نومبر", "ډسمبر",
    )  # fmt: skip
    to, ampersand = " تر ", "او"
    point, minus, plus = "اعشاریه", "منفي", "جمع"
    dot, slash, hyphen, at_sign = "ټکی", "سلش", "کرښه", "اټ"
    percent = "په سلو کې {n}"
    section = "{n} ماده"
    euro = forms(other="یورو")
    cent = forms(other="سنټ")
    and_cents = " او "

    def ordinal(self, n: int) -> str:
        return "لومړی" if n == 1 else f"{self.cardinal(n)}م"

    def bare_date(self, day: dt.date, year: bool) -> str:
        date = f"د {self.name_of_month(day.month)} {'لومړۍ' if day.day == 1 else f'{self.cardinal(day.day)}مه'}"
        return f"د {self.cardinal(day.year)} کال {date}" if year else date

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        part = _part_of_day(hour, "سهار", "غرمې", "ماسپښین", "شپې")
        ending = "ې" if form == "plain" else "و"
        words = f"{self.cardinal(hour % 12 or 12)} بج{ending}"
        if minute:
            words += f" او {self.cardinal(minute)} دقیق{ending}"
        frame = {"plain": "{}", "at": "په {}", "from": "له {} څخه", "until": "تر {} پورې"}[form]
        return f"د {part} {frame.format(words)}"


def _part_of_day(hour: int, morning: str, noon: str, afternoon: str, night: str) -> str:
    if hour in (0, 24) or hour < 4 or hour >= 19:
        return night
    if hour < 12:
        return morning
    return noon if hour == 12 else afternoon
