# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulgarian and Macedonian: no cases, so that prepositions do all the work; "и" before the last part of a number."""

from typing import ClassVar

from intake.speech.grammar import Moment, TimeForm, forms
from intake.speech.grammars.slavic import Ordinals, Slavic, agreeing, numbered
from intake.speech.numerals import Numerals


class _BalkanSlavic(Slavic):
    hours: ClassVar[tuple[str, str]]
    minutes: ClassVar[tuple[str, str]]
    minute_ones: ClassVar[tuple[str, str]]
    at_word: ClassVar[str]

    day_form = "masculine"
    year_form, year_word = "year", "година"
    on_word, until_word = "на ", "до"
    to, ampersand = " до ", "и"
    minus, plus = "минус", "плус"
    section = "параграф {n}"
    euro = forms(other="евро")

    def weekdays(self, first: int, last: int) -> str:
        return f"{self.from_word} {self.name_of_day(first)} до {self.name_of_day(last)}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"{self.cardinal(hour)} {self.hours[hour != 1]}"
        if minute:
            words += f" и {agreeing(self.numerals, minute, self.minute_ones)} {self.minutes[minute != 1]}"
        before = {"plain": "", "at": f"{self.at_word} ", "from": f"{self.from_word} ", "until": "до "}[form]
        return before + words


_BG = Numerals(
    small=(
        "нула", "един", "два", "три", "четири", "пет", "шест", "седем", "осем", "девет",
        "десет", "единадесет", "дванадесет", "тринадесет", "четиринадесет", "петнадесет", "шестнадесет", "седемнадесет",
        "осемнадесет", "деветнадесет",
    ),
    tens=("двадесет", "тридесет", "четиридесет", "петдесет", "шестдесет", "седемдесет", "осемдесет", "деветдесет"),
    hundreds=("сто", "двеста", "триста", "четиристотин", "петстотин", "шестстотин", "седемстотин", "осемстотин",
              "деветстотин"),
    thousands=("хиляда", "хиляди"),
    millions=("милион", "милиона"),
    one_thousand="хиляда",
    thousand_ones=("една", "две"),
    between_tens=" и ",
    before_last=" и ",
)  # fmt: skip

_MK = Numerals(
    small=(
        "нула", "еден", "два", "три", "четири", "пет", "шест", "седум", "осум", "девет",
        "десет", "единаесет", "дванаесет", "тринаесет", "четиринаесет", "петнаесет", "шеснаесет", "седумнаесет",
        "осумнаесет", "деветнаесет",
    ),
    tens=("дваесет", "триесет", "четириесет", "педесет", "шеесет", "седумдесет", "осумдесет", "деведесет"),
    hundreds=("сто", "двесте", "триста", "четиристотини", "петстотини", "шестотини", "седумстотини", "осумстотини",
              "деветстотини"),
    thousands=("илјада", "илјади"),
    millions=("милион", "милиони"),
    one_thousand="илјада",
    thousand_ones=("една", "две"),
    between_tens=" и ",
    before_last=" и ",
)  # fmt: skip


class Bulgarian(_BalkanSlavic):
    """Standard Bulgarian."""

    code = "bg"
    numerals = _BG
    ordinals = Ordinals(
        stems={
            **numbered(
                "първ", "втор", "трет", "четвърт", "пет", "шест", "седм", "осм", "девет", "десет", "единадесет",
                "дванадесет", "тринадесет", "четиринадесет", "петнадесет", "шестнадесет", "седемнадесет",
                "осемнадесет", "деветнадесет", "двадесет",
            ),
            **numbered(*_BG.tens[1:], "стот", begin=30, step=10),
            1000: "хилядн", 2000: "двехилядн",
        },
        endings={"masculine": "и", "year": "а"},
        soft={},
        cardinal=_BG.words,
    )  # fmt: skip
    hours = ("час", "часа")
    minutes = ("минута", "минути")
    minute_ones = ("една", "две")
    from_word, at_word = "от", "в"
    on_weekdays = ("в понеделник", "във вторник", "в сряда", "в четвъртък", "в петък", "в събота", "в неделя")
    point = "запетая"
    dot, slash, hyphen, at_sign = "точка", "наклонена черта", "тире", "кльомба"
    percent = "{n} процента"
    plus = "плюс"
    cent = forms(one="цент", other="цента")
    and_cents = " и "
    clock_words = ("ч.", "часа", "час")


class Macedonian(_BalkanSlavic):
    """Standard Macedonian."""

    code = "mk"
    numerals = _MK
    ordinals = Ordinals(
        stems={
            **numbered(
                "прв", "втор", "трет", "четврт", "петт", "шест", "седм", "осм", "деветт", "десетт", "единаесетт",
                "дванаесетт", "тринаесетт", "четиринаесетт", "петнаесетт", "шеснаесетт", "седумнаесетт",
                "осумнаесетт", "деветнаесетт", "дваесетт",
            ),
            **numbered(*(f"{ten}т" for ten in _MK.tens[1:]), "стот", begin=30, step=10),
            1000: "илјадит", 2000: "двеилјадит",
        },
        endings={"masculine": "и", "year": "а"},
        soft={},
        cardinal=_MK.words,
    )  # fmt: skip
    hours = ("часот", "часот")
    minutes = ("минута", "минути")
    minute_ones = ("една", "две")
    from_word, at_word = "од", "во"
    on_weekdays = ("во понеделник", "во вторник", "во среда", "во четврток", "во петок", "во сабота", "во недела")
    point = "запирка"
    dot, slash, hyphen, at_sign = "точка", "коса црта", "цртичка", "ет"
    percent = "{n} отсто"
    cent = forms(one="цент", other="центи")
    and_cents = " и "
    clock_words = ("ч.", "часот")
