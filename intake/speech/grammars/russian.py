# SPDX-License-Identifier: GPL-3.0-or-later
"""Russian: the clock of 24 hours with "часов" and "минут", as railways and offices announce it, in the right case."""

from intake.speech.grammar import Moment, TimeForm, forms, table
from intake.speech.grammars.slavic import EastSlavic, Ordinals, chosen, numbered
from intake.speech.numerals import Numerals, slavic

NUMERALS = Numerals(
    small=(
        "ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять",
        "десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать",
        "восемнадцать", "девятнадцать",
    ),
    tens=("двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"),
    hundreds=("сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"),
    thousands=("тысяча", "тысячи", "тысяч"),
    millions=("миллион", "миллиона", "миллионов"),
    plural=slavic,
    one_thousand="тысяча",
    thousand_ones=("одна", "две"),
)  # fmt: skip

_GENITIVE = Numerals(
    small=(
        "ноля", "одного", "двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти",
        "десяти", "одиннадцати", "двенадцати", "тринадцати", "четырнадцати", "пятнадцати", "шестнадцати", "семнадцати",
        "восемнадцати", "девятнадцати",
    ),
    tens=("двадцати", "тридцати", "сорока", "пятидесяти"),
    hundreds=(),
    thousands=(),
    millions=(),
)  # fmt: skip

_ORDINALS = Ordinals(
    stems={
        **numbered(
            "перв", "втор", "трет", "четвёрт", "пят", "шест", "седьм", "восьм", "девят", "десят",
            "одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат",
            "восемнадцат", "девятнадцат", "двадцат",
        ),
        **numbered("тридцат", "сороков", "пятидесят", "шестидесят", "семидесят", "восьмидесят", "девяност", "сот",
                   begin=30, step=10),
        **numbered("двухсот", "трёхсот", "четырёхсот", "пятисот", "шестисот", "семисот", "восьмисот", "девятисот",
                   "тысячн", begin=200, step=100),
        2000: "двухтысячн",
    },
    endings={"masculine": "ый", "neuter": "ое", "genitive": "ого"},
    soft={
        3: {"masculine": "ий", "neuter": "ье", "genitive": "ьего"},
        **{n: {"masculine": "ой", "neuter": "ое", "genitive": "ого"} for n in (2, 6, 7, 8, 40)},
    },
    cardinal=NUMERALS.words,
)  # fmt: skip


class Russian(EastSlavic):
    """Standard Russian."""

    code = "ru"
    numerals, genitive, ordinals = NUMERALS, _GENITIVE, _ORDINALS
    minutes, one_and_two = ("минута", "минуты", "минут"), ("одна", "две")
    one_minute_at = ("одну", "минуту")
    genitive_minutes, genitive_one_and_two = ("минуты", "минут"), ("одной", "двух")
    year_word, from_word = "года", "с"
    on_weekdays = ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье")
    weekday_range = (
        ("с понедельника", "со вторника", "со среды", "с четверга", "с пятницы", "с субботы", "с воскресенья"),
        ("по понедельник", "по вторник", "по среду", "по четверг", "по пятницу", "по субботу", "по воскресенье"),
    )
    to, ampersand = " до ", "и"
    point, minus, plus = "запятая", "минус", "плюс"
    dot, slash, hyphen, at_sign = "точка", "слэш", "дефис", "собака"
    percent = "{n} процентов"
    section = "параграф {n}"
    euro = forms(other="евро")
    cent = forms(one="цент", few="цента", many="центов", other="цента")
    laws = table(
        {
            "AufenthG": "Закона о пребывании",
            "AsylG": "Закона об убежище",
            "StAG": "Закона о гражданстве",
        }
    )
    abbreviations = table(
        {
            "т. е.": "то есть",
            "и т. д.": "и так далее",
            "и др.": "и другие",
            "т. д.": "так далее",
            "напр.": "например",
            "тел.": "телефон",
            "ул.": "улица",
            "каб.": "кабинет",
            "эт.": "этаж",
            "мин.": "минут",
            "руб.": "рублей",
            "№": "номер",
        }
    )
    weekday_short = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
    ordinal_marks = r"-(?:й|ый|ий|ой|го|ого|м|ом|е|я|му)(?!\w)"
    clock_words = ("ч.", "часов", "часа", "час")

    def since(self, word: str) -> str:
        return "со" if word.startswith("вт") else self.from_word

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        if form in ("from", "until"):
            words = f"{_GENITIVE.words(hour)} {'часа' if slavic(hour) == 0 else 'часов'}"
        else:
            words = f"{NUMERALS.words(hour)} {chosen(hour, slavic, ('час', 'часа', 'часов'))}"
        words += self.said_minutes(minute, form)
        return {"plain": "", "at": "в ", "from": "с ", "until": "до "}[form] + words
