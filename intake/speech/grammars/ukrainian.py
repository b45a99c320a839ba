# SPDX-License-Identifier: GPL-3.0-or-later
"""Ukrainian: hours are ordinal ("о восьмій годині"), days of the month too, both in the case they need."""

from intake.speech.grammar import Moment, TimeForm, forms, table
from intake.speech.grammars.slavic import EastSlavic, Ordinals, numbered
from intake.speech.numerals import Numerals, slavic

NUMERALS = Numerals(
    small=(
        "нуль", "один", "два", "три", "чотири", "п’ять", "шість", "сім", "вісім", "дев’ять",
        "десять", "одинадцять", "дванадцять", "тринадцять", "чотирнадцять", "п’ятнадцять", "шістнадцять", "сімнадцять",
        "вісімнадцять", "дев’ятнадцять",
    ),
    tens=("двадцять", "тридцять", "сорок", "п’ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев’яносто"),
    hundreds=("сто", "двісті", "триста", "чотириста", "п’ятсот", "шістсот", "сімсот", "вісімсот", "дев’ятсот"),
    thousands=("тисяча", "тисячі", "тисяч"),
    millions=("мільйон", "мільйони", "мільйонів"),
    plural=slavic,
    one_thousand="тисяча",
    thousand_ones=("одна", "дві"),
)  # fmt: skip

_GENITIVE = Numerals(
    small=(
        "нуля", "одного", "двох", "трьох", "чотирьох", "п’яти", "шести", "семи", "восьми", "дев’яти",
        "десяти", "одинадцяти", "дванадцяти", "тринадцяти", "чотирнадцяти", "п’ятнадцяти", "шістнадцяти", "сімнадцяти",
        "вісімнадцяти", "дев’ятнадцяти",
    ),
    tens=("двадцяти", "тридцяти", "сорока", "п’ятдесяти"),
    hundreds=(),
    thousands=(),
    millions=(),
)  # fmt: skip

_ORDINALS = Ordinals(
    stems={
        **numbered(
            "перш", "друг", "трет", "четверт", "п’ят", "шост", "сьом", "восьм", "дев’ят", "десят",
            "одинадцят", "дванадцят", "тринадцят", "чотирнадцят", "п’ятнадцят", "шістнадцят", "сімнадцят",
            "вісімнадцят", "дев’ятнадцят", "двадцят",
        ),
        **numbered("тридцят", "сороков", "п’ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев’яност", "сот",
                   begin=30, step=10),
        **numbered("двохсот", "трьохсот", "чотирьохсот", "п’ятисот", "шестисот", "семисот", "восьмисот", "дев’ятисот",
                   "тисячн", begin=200, step=100),
        0: "нульов",
        2000: "двотисячн",
    },
    endings={
        "masculine": "ий", "neuter": "е", "genitive": "ого", "hour": "а", "hour genitive": "ої", "hour locative": "ій",
    },
    soft={
        3: {
            "masculine": "ій", "neuter": "є", "genitive": "ього",
            "hour": "я", "hour genitive": "ьої", "hour locative": "ій",
        },
    },
    cardinal=NUMERALS.words,
)  # fmt: skip


class Ukrainian(EastSlavic):
    """Standard Ukrainian."""

    code = "uk"
    numerals, genitive, ordinals = NUMERALS, _GENITIVE, _ORDINALS
    minutes, one_and_two = ("хвилина", "хвилини", "хвилин"), ("одна", "дві")
    one_minute_at = ("одну", "хвилину")
    genitive_minutes, genitive_one_and_two = ("хвилини", "хвилин"), ("однієї", "двох")
    year_word, from_word = "року", "з"
    weekday_names = ("понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота", "неділя")
    on_weekdays = ("у понеділок", "у вівторок", "у середу", "у четвер", "у п’ятницю", "у суботу", "у неділю")
    weekday_range = (
        ("з понеділка", "з вівторка", "із середи", "з четверга", "з п’ятниці", "із суботи", "з неділі"),
        ("по понеділок", "по вівторок", "по середу", "по четвер", "по п’ятницю", "по суботу", "по неділю"),
    )
    to, ampersand = " до ", "і"
    point, minus, plus = "кома", "мінус", "плюс"
    dot, slash, hyphen, at_sign = "крапка", "слеш", "дефіс", "равлик"
    percent = "{n} відсотків"
    section = "параграф {n}"
    euro = forms(other="євро")
    cent = forms(one="цент", few="центи", many="центів", other="цента")
    laws = table(
        {
            "AufenthG": "Закону про перебування",
            "AsylG": "Закону про притулок",
            "StAG": "Закону про громадянство",
        }
    )
    abbreviations = table(
        {
            "т. зв.": "так званий",
            "і т. д.": "і так далі",
            "та ін.": "та інше",
            "напр.": "наприклад",
            "тел.": "телефон",
            "вул.": "вулиця",
            "каб.": "кабінет",
            "пов.": "поверх",
            "хв.": "хвилин",
            "№": "номер",
        }
    )
    weekday_short = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Нд")
    ordinal_marks = r"-(?:й|ий|го|ого|му|м|е|а|ша)(?!\w)"
    clock_words = ("год.", "година", "години", "годин")

    def since(self, word: str) -> str:
        return "із" if word[0] in "сшщчз" else self.from_word

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        if form in ("from", "until"):
            number = _ORDINALS.words(hour, "hour genitive")
            words = f"{self.since(number) if form == 'from' else 'до'} {number} години"
        elif form == "at":
            number = _ORDINALS.words(hour, "hour locative")
            words = f"{'об' if number[0] == 'о' else 'о'} {number} годині"
        else:
            words = f"{_ORDINALS.words(hour, 'hour')} година"
        return words + self.said_minutes(minute, form)
