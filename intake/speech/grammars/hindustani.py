# SPDX-License-Identifier: GPL-3.0-or-later
"""Hindi and Urdu: one grammar in two scripts, a word of its own for each number up to a hundred.

The clock has twelve hours with the part of the day; half and quarter hours have words ("साढ़े आठ", "डेढ़").
"""

import datetime as dt
from typing import ClassVar

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms


class _Hindustani(Grammar):
    small: ClassVar[tuple[str, ...]]
    hundred: ClassVar[str]
    large: ClassVar[tuple[tuple[int, str], ...]]
    """Ten million, a hundred thousand, a thousand."""
    ordinals: ClassVar[tuple[str, ...]]
    ordinal_ending: ClassVar[str]
    on_word: ClassVar[str]
    from_word: ClassVar[str]
    until_word: ClassVar[str]
    upon: ClassVar[str]
    o_clock: ClassVar[str]
    past: ClassVar[str]
    minute: ClassVar[str]
    half_past: ClassVar[str]
    half_past_one: ClassVar[str]
    half_past_two: ClassVar[str]
    quarter_past: ClassVar[str]
    quarter_to: ClassVar[str]
    parts_of_day: ClassVar[tuple[str, str, str, str]]
    first_day: ClassVar[str]

    def cardinal(self, n: int) -> str:
        if n < 100:
            return self.small[n]
        for size, name in (*self.large, (100, self.hundred)):
            if n >= size:
                many, rest = divmod(n, size)
                return f"{self.cardinal(many)} {name}{f' {self.cardinal(rest)}' if rest else ''}"
        raise AssertionError(n)

    def ordinal(self, n: int) -> str:
        if n < len(self.ordinals):
            return self.ordinals[n]
        return self.cardinal(n) + self.ordinal_ending

    def weekday(self, n: int, form: DateForm) -> str:
        return f"{self.name_of_day(n)} {self.on_word}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"{self.name_of_day(first)} {self.from_word} {self.name_of_day(last)} {self.until_word}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.first_day if day.day == 1 else self.cardinal(day.day)} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{date} {self.from_word if form == 'from' else self.until_word}"
        after = f" {self.on_word}" if form == "on" else ""
        return f"{self.name_of_day(day.weekday())}{self.comma}{date}{after}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"{self._part_of_day(hour)} {self._said(hour % 12 or 12, minute)}"
        if form == "at":
            return f"{words} {self.upon}" if words.endswith(self.minute) else words
        return words + {"plain": "", "from": f" {self.from_word}", "until": f" {self.until_word}"}[form]

    def _said(self, hour: int, minute: int) -> str:
        if minute == 30 and hour <= 2:
            return f"{self.half_past_one if hour == 1 else self.half_past_two} {self.o_clock}"
        if minute == 45:
            return f"{self.quarter_to} {self.cardinal(hour % 12 + 1)} {self.o_clock}"
        if minute not in (0, 15, 30):
            return f"{self.cardinal(hour)} {self.past} {self.cardinal(minute)} {self.minute}"
        before = {0: "", 15: f"{self.quarter_past} ", 30: f"{self.half_past} "}[minute]
        return f"{before}{self.cardinal(hour)} {self.o_clock}"

    def _part_of_day(self, hour: int) -> str:
        morning, noon, evening, night = self.parts_of_day
        if hour in (0, 24) or hour < 4 or hour >= 20:
            return night
        return morning if hour < 12 else noon if hour < 16 else evening


class Hindi(_Hindustani):
    """Standard Hindi."""

    code = "hi"
    small = (
        "शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ",
        "दस", "ग्यारह", "बारह", "तेरह", "चौदह", "पंद्रह", "सोलह", "सत्रह", "अठारह", "उन्नीस",
        "बीस", "इक्कीस", "बाईस", "तेईस", "चौबीस", "पच्चीस", "छब्बीस", "सत्ताईस", "अट्ठाईस", "उनतीस",
        "तीस", "इकतीस", "बत्तीस", "तैंतीस", "चौंतीस", "पैंतीस", "छत्तीस", "सैंतीस", "अड़तीस", "उनतालीस",
        "चालीस", "इकतालीस", "बयालीस", "तैंतालीस", "चवालीस", "पैंतालीस", "छियालीस", "सैंतालीस", "अड़तालीस", "उनचास",
        "पचास", "इक्यावन", "बावन", "तिरपन", "चौवन", "पचपन", "छप्पन", "सत्तावन", "अट्ठावन", "उनसठ",
        "साठ", "इकसठ", "बासठ", "तिरसठ", "चौंसठ", "पैंसठ", "छियासठ", "सड़सठ", "अड़सठ", "उनहत्तर",
        "सत्तर", "इकहत्तर", "बहत्तर", "तिहत्तर", "चौहत्तर", "पचहत्तर", "छिहत्तर", "सतहत्तर", "अठहत्तर", "उन्यासी",
        "अस्सी", "इक्यासी", "बयासी", "तिरासी", "चौरासी", "पचासी", "छियासी", "सत्तासी", "अट्ठासी", "नवासी",
        "नब्बे", "इक्यानवे", "बानवे", "तिरानवे", "चौरानवे", "पचानवे", "छियानवे", "सत्तानवे", "अट्ठानवे", "निन्यानवे",
    )  # fmt: skip
    hundred = "सौ"
    large = ((10_000_000, "करोड़"), (100_000, "लाख"), (1000, "हज़ार"))
    ordinals = ("", "पहला", "दूसरा", "तीसरा", "चौथा", "पाँचवाँ", "छठा")
    ordinal_ending = "वाँ"
    first_day = "एक"
    on_word, from_word, until_word, upon = "को", "से", "तक", "पर"
    o_clock, past, minute = "बजे", "बजकर", "मिनट"
    half_past, half_past_one, half_past_two = "साढ़े", "डेढ़", "ढाई"
    quarter_past, quarter_to = "सवा", "पौने"
    parts_of_day = ("सुबह", "दोपहर", "शाम", "रात")
    to, ampersand = " से ", "और"
    point, minus, plus = "दशमलव", "ऋण", "प्लस"
    dot, slash, hyphen, at_sign = "डॉट", "स्लैश", "डैश", "ऐट"
    percent = "{n} प्रतिशत"
    section = "धारा {n}"
    euro = forms(other="यूरो")
    cent = forms(other="सेंट")
    clock_words = ("बजे",)


class Urdu(_Hindustani):
    """Standard Urdu."""

    code = "ur"
    comma = "، "
    small = (
        "صفر", "ایک", "دو", "تین", "چار", "پانچ", "چھ", "سات", "آٹھ", "نو",
        "دس", "گیارہ", "بارہ", "تیرہ", "چودہ", "پندرہ", "سولہ", "سترہ", "اٹھارہ", "انیس",
        "بیس", "اکیس", "بائیس", "تئیس", "چوبیس", "پچیس", "چھبیس", "ستائیس", "اٹھائیس", "انتیس",
        "تیس", "اکتیس", "بتیس", "تینتیس", "چونتیس", "پینتیس", "چھتیس", "سینتیس", "اڑتیس", "انتالیس",
        "چالیس", "اکتالیس", "بیالیس", "تینتالیس", "چوالیس", "پینتالیس", "چھیالیس", "سینتالیس", "اڑتالیس", "انچاس",
        "پچاس", "اکیاون", "باون", "ترپن", "چون", "پچپن", "چھپن", "ستاون", "اٹھاون", "انسٹھ",
        "ساٹھ", "اکسٹھ", "باسٹھ", "ترسٹھ", "چونسٹھ", "پینسٹھ", "چھیاسٹھ", "سڑسٹھ", "اڑسٹھ", "انہتر",
        "ستر", "اکہتر", "بہتر", "تہتر", "چوہتر", "پچہتر", "چھہتر", "ستتر", "اٹھہتر", "اناسی",
        "اسی", "اکیاسی", "بیاسی", "تراسی", "چوراسی", "پچاسی", "چھیاسی", "ستاسی", "اٹھاسی", "نواسی",
        "نوے", "اکانوے", "بانوے", "ترانوے", "چورانوے", "پچانوے", "چھیانوے", "ستانوے", "اٹھانوے", "ننانوے",
    )  # fmt: skip
    hundred = "سو"
    large = ((10_000_000, "کروڑ"), (100_000, "لاکھ"), (1000, "ہزار"))
    ordinals = ("", "پہلا", "دوسرا", "تیسرا", "چوتھا", "پانچواں", "چھٹا")
    ordinal_ending = "واں"
    first_day = "یکم"
    on_word, from_word, until_word, upon = "کو", "سے", "تک", "پر"
    o_clock, past, minute = "بجے", "بج کر", "منٹ"
    half_past, half_past_one, half_past_two = "ساڑھے", "ڈیڑھ", "ڈھائی"
    quarter_past, quarter_to = "سوا", "پونے"
    parts_of_day = ("صبح", "دوپہر", "شام", "رات")
    to, ampersand = " سے ", "اور"
    point, minus, plus = "اعشاریہ", "منفی", "پلس"
    dot, slash, hyphen, at_sign = "ڈاٹ", "سلیش", "ڈیش", "ایٹ"
    percent = "{n} فیصد"
    section = "دفعہ {n}"
    euro = forms(other="یورو")
    cent = forms(other="سینٹ")
    clock_words = ("بجے",)
