# SPDX-License-Identifier: GPL-3.0-or-later
"""Amharic and Tigrinya: the hours are counted from sunrise, as everybody does who speaks these languages.

Eight o'clock is "two o'clock in the morning". With the part of the day there is no doubt, and that is why it is always
said: counted from sunrise the mornings have the hours 12 and 1 to 5, on a European clock 6 to 11; no hour of a morning,
an afternoon or an evening belongs to both.

Tigrinya month names are also those of the Ethiopian calendar, where the same words mean a day about a week later:
the date says that it is of the European calendar. Amharic has names of its own for the European months.
"""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms
from intake.speech.numerals import Numerals

_AM_ONES = ("ዜሮ", "አንድ", "ሁለት", "ሦስት", "አራት", "አምስት", "ስድስት", "ሰባት", "ስምንት", "ዘጠኝ")
_AM = Numerals(
    small=(*_AM_ONES, "አሥር", *(f"አሥራ {one}" for one in _AM_ONES[1:])),
    tens=("ሃያ", "ሠላሳ", "አርባ", "ሃምሳ", "ስልሳ", "ሰባ", "ሰማንያ", "ዘጠና"),
    hundreds=tuple(f"{one} መቶ" for one in _AM_ONES[1:]),
    thousands=("ሺህ",),
    millions=("ሚሊዮን",),
)

_TI_ONES = ("ዜሮ", "ሓደ", "ክልተ", "ሰለስተ", "ኣርባዕተ", "ሓሙሽተ", "ሽዱሽተ", "ሸውዓተ", "ሸሞንተ", "ትሽዓተ")
_TI_TENS = ("ዕስራ", "ሰላሳ", "ኣርብዓ", "ሓምሳ", "ሱሳ", "ሰብዓ", "ሰማንያ", "ተስዓ")


def _from_sunrise(hour: int) -> int:
    return (hour - 6) % 12 or 12


class Amharic(Grammar):
    """Standard Amharic."""

    code = "am"
    comma = "፣ "
    to, ampersand = " እስከ ", "እና"
    point, minus, plus = "ነጥብ", "ሲቀነስ", "ፕላስ"
    dot, slash, hyphen, at_sign = "ነጥብ", "ስላሽ", "ሰረዝ", "አት"
    percent = "{n} በመቶ"
    section = "አንቀጽ {n}"
    euro = forms(other="ዩሮ")
    cent = forms(other="ሳንቲም")
    and_cents = " ከ"

    def cardinal(self, n: int) -> str:
        return _AM.words(n)

    def ordinal(self, n: int) -> str:
        words = self.cardinal(n)
        endings = {"ዜሮ": "ዜሮኛ", "ት": "ተኛ", "ድ": "ደኛ", "ኝ": "ነኛ", "ር": "ረኛ", "ህ": "ኛ"}
        for end, ordinal in endings.items():
            if words.endswith(end):
                return words.removesuffix(end) + ordinal
        return f"{words}ኛ"

    def weekdays(self, first: int, last: int) -> str:
        return f"ከ{self.name_of_day(first)} እስከ {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.name_of_month(day.month)} {self.cardinal(day.day)}{' ቀን' if form == 'on' else ''}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"ከ{date}" if form == "from" else f"እስከ {date}"
        return f"{self.name_of_day(day.weekday())}፣ {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        part = "ጠዋቱ" if 6 <= hour < 12 else "ቀኑ" if 12 <= hour < 18 else "ምሽቱ" if 18 <= hour < 22 else "ሌሊቱ"
        words = f"{part} {self.cardinal(_from_sunrise(hour))} ሰዓት"
        if minute:
            words += " ተኩል" if minute == 30 else f" ከ{self.cardinal(minute)} ደቂቃ"
        return f"እስከ {words}" if form == "until" else f"ከ{words}{' ላይ' if form == 'at' else ''}"


class Tigrinya(Grammar):
    """Tigrinya as in Eritrea and Tigray."""

    code = "ti"
    comma = "፣ "
    to, ampersand = " ክሳብ ", "ን"
    point, minus, plus = "ነጥቢ", "ምንካይ", "ፕላስ"
    dot, slash, hyphen, at_sign = "ነጥቢ", "ስላሽ", "ጭረት", "ኣት"
    percent = "{n} ካብ ሚእቲ"
    section = "ዓንቀጽ {n}"
    euro = forms(other="ዩሮ")
    cent = forms(other="ሳንቲም")

    def cardinal(self, n: int) -> str:
        return _listed(_tigrinya_parts(n))

    def ordinal(self, n: int) -> str:
        return "ቀዳማይ" if n == 1 else f"መበል {self.cardinal(n)}"

    def weekday(self, n: int, form: DateForm) -> str:
        return f"ብ{self.name_of_day(n)}" if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"ካብ {self.name_of_day(first)} ክሳብ {self.name_of_day(last)}"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        return self._in_calendar(self._bare(day, form, year))

    def date_range(self, first: dt.date, last: dt.date, year: bool) -> str:
        begin = self._bare(first, "from", year and first.year != last.year)
        return self._in_calendar(f"{begin} {self._bare(last, 'until', year)}")

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        parts = _tigrinya_parts(_from_sunrise(hour))
        if minute == 30:
            words = _listed((*parts, "ፈረቓ"))
        elif minute:
            words = f"{_listed((*parts, *_tigrinya_parts(minute)))} ደቒቕ"
        else:
            words = _listed(parts)
        before = {"plain": "", "at": "ኣብ ", "from": "ካብ ", "until": "ክሳብ "}[form]
        return f"{before}ሰዓት {words} {_tigrinya_part_of_day(hour)}"

    def _bare(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.cardinal(day.day)} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form in ("from", "until"):
            return f"{'ካብ' if form == 'from' else 'ክሳብ'} {date}"
        return f"{self.weekday(day.weekday(), form)}፣ ዕለት {date}"

    @staticmethod
    def _in_calendar(date: str) -> str:
        return f"{date}፣ ብኣቆጻጽራ ኤውሮጳ"


def _tigrinya_part_of_day(hour: int) -> str:
    """Noon is the sixth hour from sunrise; "the sixth after noon" would be heard as six in the evening."""
    if hour == 12:
        return "ፍርቂ መዓልቲ"
    return "ንጉሆ" if 6 <= hour < 12 else "ድሕሪ ቀትሪ" if 12 < hour < 18 else "ምሸት" if 18 <= hour < 22 else "ለይቲ"


def _tigrinya_parts(n: int) -> tuple[str, ...]:
    """The parts of a number, each of which takes "and" if there are several: ዕስራን ኣርባዕተን."""
    parts: list[str] = []
    for size, name in ((1_000_000, "ሚልዮን"), (1000, "ሽሕ"), (100, "ሚእቲ")):
        many, n = divmod(n, size)
        if many:
            parts.append(name if many == 1 else f"{_listed(_tigrinya_parts(many))} {name}")
    if n >= 20:
        parts.append(_TI_TENS[n // 10 - 2])
        n %= 10
    if n >= 10:
        parts.append("ዓሰርተ" if n == 10 else f"ዓሰርተ {_TI_ONES[n - 10]}")
    elif n or not parts:
        parts.append(_TI_ONES[n])
    return tuple(parts)


def _listed(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else " ".join(f"{part}ን" for part in parts)
