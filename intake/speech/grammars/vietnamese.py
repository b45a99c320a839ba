# SPDX-License-Identifier: GPL-3.0-or-later
"""Vietnamese: the clock of twelve hours with the part of the day; "mốt", "lăm" and "không trăm" where they belong."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _below_hundred(n: int) -> str:
    ten, one = divmod(n, 10)
    if not ten:
        return _DIGITS[one]
    words = "mười" if ten == 1 else f"{_DIGITS[ten]} mươi"
    if not one:
        return words
    return f"{words} {'lăm' if one == 5 else 'mốt' if one == 1 and ten > 1 else _DIGITS[one]}"


def _below_thousand(n: int, *, full: bool) -> str:
    hundred, rest = divmod(n, 100)
    if not hundred and not full:
        return _below_hundred(rest)
    words = f"{_DIGITS[hundred]} trăm"
    if not rest:
        return words
    return f"{words} {'lẻ ' if rest < 10 else ''}{_below_hundred(rest)}"


def _part_of_day(hour: int) -> str:
    if hour in (0, 24) or hour < 4 or hour >= 22:
        return "đêm"
    if hour < 12:
        return "sáng"
    return "trưa" if hour == 12 else "chiều" if hour < 18 else "tối"


class Vietnamese(Grammar):
    """Standard Vietnamese."""

    code = "vi"
    weekday_names = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
    to, ampersand = " đến ", "và"
    point, minus, plus = "phẩy", "âm", "cộng"
    dot, slash, hyphen, at_sign = "chấm", "gạch chéo", "gạch ngang", "a còng"
    percent = "{n} phần trăm"
    section = "điều {n}"
    euro = forms(other="ơ rô")
    cent = forms(other="xu")
    clock_words = ("giờ",)

    def cardinal(self, n: int) -> str:
        parts: list[str] = []
        for size, name in ((1_000_000, " triệu"), (1000, " nghìn"), (1, "")):
            group = n // size % 1000
            if group or (not parts and size == 1):
                parts.append(_below_thousand(group, full=bool(parts)) + name)
        return " ".join(parts)

    def ordinal(self, n: int) -> str:
        return f"thứ {({1: 'nhất', 4: 'tư'}).get(n) or self.cardinal(n)}"

    def weekday(self, n: int, form: DateForm) -> str:
        return f"vào {self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"từ {self.name_of_day(first)} đến {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"ngày {self.cardinal(day.day)} tháng {'tư' if day.month == 4 else self.cardinal(day.month)}"
        if year:
            date += f" năm {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'từ' if form == 'from' else 'đến'} {date}"
        return f"{self.weekday(day.weekday(), form)}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        before = {"plain": "", "at": "lúc ", "from": "từ ", "until": "đến "}[form]
        return f"{before}{self._said(at)} {_part_of_day(at[0])}"

    def clock_range(self, begin: Moment, end: Moment) -> str:
        parts = _part_of_day(begin[0]), _part_of_day(end[0])
        first = f" {parts[0]}" if parts[0] != parts[1] or begin >= end else ""
        return f"từ {self._said(begin)}{first} đến {self._said(end)} {parts[1]}"

    def _said(self, at: Moment) -> str:
        hour, minute = at
        words = f"{self.cardinal(hour % 12 or 12)} giờ"
        return f"{words} {self.cardinal(minute)} phút" if minute else words
