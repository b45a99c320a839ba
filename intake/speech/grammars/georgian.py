# SPDX-License-Identifier: GPL-3.0-or-later
"""Georgian: counting by twenties; a number before a noun in an oblique case loses its final "ი"."""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms

_SMALL = (
    "ნული", "ერთი", "ორი", "სამი", "ოთხი", "ხუთი", "ექვსი", "შვიდი", "რვა", "ცხრა", "ათი",
    "თერთმეტი", "თორმეტი", "ცამეტი", "თოთხმეტი", "თხუთმეტი", "თექვსმეტი", "ჩვიდმეტი", "თვრამეტი", "ცხრამეტი",
)  # fmt: skip
_TWENTIES = ("", "ოც", "ორმოც", "სამოც", "ოთხმოც")
_HUNDREDS = ("", "ასი", "ორასი", "სამასი", "ოთხასი", "ხუთასი", "ექვსასი", "შვიდასი", "რვაასი", "ცხრაასი")
_MONTH_STEMS = (
    "იანვრ", "თებერვლ", "მარტ", "აპრილ", "მაის", "ივნის", "ივლის", "აგვისტო", "სექტემბრ", "ოქტომბრ", "ნოემბრ",
    "დეკემბრ",
)  # fmt: skip


def _stem(word: str) -> str:
    return word.removesuffix("ი")


def _below_hundred(n: int) -> str:
    if n < 20:
        return _SMALL[n]
    twenty, rest = divmod(n, 20)
    return f"{_TWENTIES[twenty]}და{_SMALL[rest]}" if rest else f"{_TWENTIES[twenty]}ი"


def _below_thousand(n: int) -> str:
    hundred, rest = divmod(n, 100)
    if not hundred:
        return _below_hundred(rest)
    return f"{_stem(_HUNDREDS[hundred])} {_below_hundred(rest)}" if rest else _HUNDREDS[hundred]


class Georgian(Grammar):
    """Standard Georgian; the clock of 24 hours."""

    code = "ka"
    on_weekdays = ("ორშაბათს", "სამშაბათს", "ოთხშაბათს", "ხუთშაბათს", "პარასკევს", "შაბათს", "კვირას")
    weekday_range = (
        ("ორშაბათიდან", "სამშაბათიდან", "ოთხშაბათიდან", "ხუთშაბათიდან", "პარასკევიდან", "შაბათიდან", "კვირიდან"),
        tuple(f"{day} ჩათვლით" for day in (
            "ორშაბათის", "სამშაბათის", "ოთხშაბათის", "ხუთშაბათის", "პარასკევის", "შაბათის", "კვირის",
        )),
    )  # fmt: skip
    to, ampersand = " ან ", "და"
    point, minus, plus = "მთელი", "მინუს", "პლუს"
    dot, slash, hyphen, at_sign = "წერტილი", "დახრილი ხაზი", "ტირე", "ეთ"
    percent = "{n} პროცენტი"
    section = "პარაგრაფი {n}"
    euro = forms(other="ევრო")
    cent = forms(other="ცენტი")
    and_cents = " და "

    def cardinal(self, n: int) -> str:
        if not n:
            return _SMALL[0]
        million, rest = divmod(n, 1_000_000)
        thousand, rest = divmod(rest, 1000)
        parts = [f"{_below_thousand(million)} მილიონი"] if million else []
        if thousand:
            parts.append("ათასი" if thousand == 1 else f"{_below_thousand(thousand)} ათასი")
        if rest:
            parts.append(_below_thousand(rest))
        return " ".join([*(_stem(part) for part in parts[:-1]), parts[-1]])

    def ordinal(self, n: int) -> str:
        if n == 1:
            return "პირველი"
        before, joint, last = self.cardinal(n).rpartition("და" if n % 100 > 20 and n % 20 else " ")
        return f"{before}{joint}მე{last[:-1]}ე"

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        number = "პირველი" if day.day == 1 else self.cardinal(day.day)
        name, stem = self.name_of_month(day.month), _MONTH_STEMS[day.month - 1]
        august = stem == "აგვისტო"
        if form == "plain":
            date = f"{number} {name}"
        elif form in ("on", "bare"):
            date = f"{_stem(number)} {name.removesuffix('ი')}ს"
        elif form == "from":
            date = f"{number} {stem}{'დან' if august else 'იდან'}"
        else:
            date = f"{number} {stem}{'ს' if august else 'ის'} ჩათვლით"
        if year:
            date = f"{self.cardinal(day.year)} წლის {date}"
        if form == "bare":
            return date
        return date if form in ("from", "until") else f"{self.weekday(day.weekday(), form)}, {date}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = self.cardinal(at[0]), self.cardinal(at[1])
        if form in ("plain", "from"):
            words = f"{hour} საათი" + (f" და {minute} წუთი" if at[1] else "")
            return words if form == "plain" else f"{words}დან"
        ending = "ზე" if form == "at" else "ამდე"
        if at[1]:
            return f"{_stem(hour)} საათსა და {_stem(minute)} წუთ{ending}"
        return f"{_stem(hour)} საათ{ending}"
