# SPDX-License-Identifier: GPL-3.0-or-later
"""Chinese (Mandarin): the clock of twelve hours with the part of the day; years digit by digit; no spaces."""

import datetime as dt
from collections.abc import Mapping

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")


def _below_ten_thousand(n: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = n // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + ("两" if digit == 2 and place == 3 else _DIGITS[digit])
            words += _PLACES[place]
        gap = digit == 0
    return words


def _part_of_day(hour: int) -> str:
    if hour in (0, 24) or hour >= 18:
        return "晚上"
    if hour < 6:
        return "凌晨"
    return "上午" if hour < 12 else "中午" if hour == 12 else "下午"


class Chinese(Grammar):
    """Mandarin in simplified characters."""

    code = "zh"
    comma = "，"
    between_digits = ""
    to, ampersand = "到", "和"
    point, minus, plus = "点", "负", "加"
    dot, slash, hyphen, at_sign = "点", "斜杠", "横线", "艾特"
    percent = "百分之{n}"
    section = "第{n}条"
    euro = forms(other="欧元")
    cent = forms(other="欧分")
    and_cents = ""
    clock_words = ("点",)

    def cardinal(self, n: int) -> str:
        if n < 20:
            return _DIGITS[n] if n < 10 else "十" + (_DIGITS[n - 10] if n > 10 else "")
        hundred_million, rest = divmod(n, 100_000_000)
        ten_thousand, ones = divmod(rest, 10_000)
        words = f"{_below_ten_thousand(hundred_million)}亿" if hundred_million else ""
        if ten_thousand:
            words += (
                "零" if words and ten_thousand < 1000 else ""
            ) + f"{'两' if ten_thousand == 2 else _below_ten_thousand(ten_thousand)}万"
        if ones:
            words += ("零" if words and (ones < 1000 or not ten_thousand) else "") + _below_ten_thousand(ones)
        return words

    def counting(self, n: int) -> str:
        return "两" if n == 2 else self.cardinal(n)

    def counted(self, n: int, nouns: Mapping[str, str]) -> str:
        return f"{self.counting(n)}{nouns['other']}"

    def ordinal(self, n: int) -> str:
        return f"第{self.cardinal(n)}"

    def decimals(self, digits: str) -> str:
        return "".join(_DIGITS[int(d)] for d in digits)

    def weekdays(self, first: int, last: int) -> str:
        return f"{self.name_of_day(first)}到{self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.cardinal(day.month)}月{self.cardinal(day.day)}日"
        if year:
            date = "".join(_DIGITS[int(d)] for d in str(day.year)) + f"年{date}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'从' if form == 'from' else '到'}{date}"
        return f"{date}{self.name_of_day(day.weekday())}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"{_part_of_day(hour)}{self.counting(hour % 12 or 12)}点"
        if minute:
            words += f"{'零' if minute < 10 else ''}{self.cardinal(minute)}分"
        return {"plain": "", "at": "", "from": "从", "until": "到"}[form] + words

    def clock_range(self, begin: Moment, end: Moment) -> str:
        return f"{self.clock(begin, 'from')}{self.clock(end, 'until')}"

    def date_range(self, first: dt.date, last: dt.date, year: bool) -> str:
        return f"{self.date(first, 'from', year and first.year != last.year)}{self.date(last, 'until', year)}"
