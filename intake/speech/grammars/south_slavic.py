# SPDX-License-Identifier: GPL-3.0-or-later
"""Serbian, Croatian and Bosnian in Latin letters: three standards whose number words differ little.

Days of the month are ordinal, hours are counted ("osam časova", "osam sati"), minutes follow after "i".
"""

from typing import ClassVar

from intake.speech.grammar import DateForm, Moment, TimeForm, forms, table
from intake.speech.grammars.slavic import Ordinals, Slavic, agreeing, chosen, numbered
from intake.speech.numerals import Numerals, slavic

_SMALL = (
    "nula", "jedan", "dva", "tri", "četiri", "pet", "šest", "sedam", "osam", "devet",
    "deset", "jedanaest", "dvanaest", "trinaest", "četrnaest", "petnaest", "šesnaest", "sedamnaest", "osamnaest",
    "devetnaest",
)  # fmt: skip
_TENS = ("dvadeset", "trideset", "četrdeset", "pedeset", "šezdeset", "sedamdeset", "osamdeset", "devedeset")
_STEMS = {
    **numbered(
        "prv", "drug", "treć", "četvrt", "pet", "šest", "sedm", "osm", "devet", "deset",
        "jedanaest", "dvanaest", "trinaest", "četrnaest", "petnaest", "šesnaest", "sedamnaest", "osamnaest",
        "devetnaest", "dvadeset",
    ),
    **numbered("trideset", "četrdeset", "pedeset", "šezdeset", "sedamdeset", "osamdeset", "devedeset", "stot",
               begin=30, step=10),
}  # fmt: skip
_SOFT = {3: {"masculine": "i", "genitive": "eg", "year": "e"}}
_ENDINGS = {"masculine": "i", "genitive": "og", "year": "e"}


class _SouthSlavic(Slavic):
    hours: ClassVar[tuple[str, str, str]]
    minutes: ClassVar[tuple[str, str, str]]
    minute_ones: ClassVar[tuple[str, str]]

    year_form, year_word = "year", "godine"
    from_word, until_word = "od", "do"
    to, ampersand = " do ", "i"
    minus, plus = "minus", "plus"
    percent = "{n} posto"
    section = "paragraf {n}"
    euro = forms(one="evro", few="evra", other="evra")
    cent = forms(one="cent", few="centa", other="centi")
    and_cents = " i "
    weekday_short = ("pon.", "uto.", "sre.", "čet.", "pet.", "sub.", "ned.")
    ordinal_marks = r"\.(?=\s?(?:sprat|kat|dan|put|mesec|mjesec|razred)\w{0,2}(?!\w))"

    def month(self, n: int, form: DateForm) -> str:
        return self.name_of_month(n) if form == "plain" else self.months_in_dates[n - 1]

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        words = f"{self.numerals.words(hour)} {chosen(hour, slavic, self.hours)}"
        if form in ("from", "until") and slavic(hour) == 0:
            words = f"{agreeing(self.numerals, hour, ('jednog', ''))} {self.hours[1]}"
        if minute:
            words += f" i {agreeing(self.numerals, minute, self.minute_ones)} {chosen(minute, slavic, self.minutes)}"
        return {"plain": "", "at": "u ", "from": "od ", "until": "do "}[form] + words


_SR = Numerals(
    small=_SMALL,
    tens=_TENS,
    hundreds=("sto", "dvesta", "trista", "četiristo", "petsto", "šeststo", "sedamsto", "osamsto", "devetsto"),
    thousands=("hiljada", "hiljade", "hiljada"),
    millions=("milion", "miliona", "miliona"),
    plural=slavic,
    one_thousand="hiljadu",
    thousand_ones=("jedna", "dve"),
)
_BS = Numerals(
    small=_SMALL,
    tens=_TENS,
    hundreds=("sto", "dvjesto", "tristo", "četiristo", "petsto", "šeststo", "sedamsto", "osamsto", "devetsto"),
    thousands=("hiljada", "hiljade", "hiljada"),
    millions=("milion", "miliona", "miliona"),
    plural=slavic,
    one_thousand="hiljadu",
    thousand_ones=("jedna", "dvije"),
)
_HR = Numerals(
    small=_SMALL,
    tens=_TENS,
    hundreds=("sto", "dvjesto", "tristo", "četiristo", "petsto", "šesto", "sedamsto", "osamsto", "devetsto"),
    thousands=("tisuća", "tisuće", "tisuća"),
    millions=("milijun", "milijuna", "milijuna"),
    plural=slavic,
    one_thousand="tisuću",
    thousand_ones=("jedna", "dvije"),
)
_GENITIVE_MONTHS = (
    "januara", "februara", "marta", "aprila", "maja", "juna",
    "jula", "avgusta", "septembra", "oktobra", "novembra", "decembra",
)  # fmt: skip


class Serbian(_SouthSlavic):
    """Serbian in Latin letters, ekavian."""

    code = "sr"
    numerals = _SR
    ordinals = Ordinals({**_STEMS, 1000: "hiljadit", 2000: "dvehiljadit"}, _ENDINGS, _SOFT, _SR.words)
    months_in_dates = _GENITIVE_MONTHS
    hours = ("čas", "časa", "časova")
    minutes = ("minut", "minuta", "minuta")
    minute_ones = ("jedan", "dva")
    on_weekdays = ("u ponedeljak", "u utorak", "u sredu", "u četvrtak", "u petak", "u subotu", "u nedelju")
    weekday_range = (
        ("od ponedeljka", "od utorka", "od srede", "od četvrtka", "od petka", "od subote", "od nedelje"),
        ("do ponedeljka", "do utorka", "do srede", "do četvrtka", "do petka", "do subote", "do nedelje"),
    )
    point = "zapeta"
    dot, slash, hyphen, at_sign = "tačka", "kosa crta", "crtica", "et"
    percent = "{n} odsto"
    laws = table(
        {
            "AufenthG": "Zakona o boravku",
            "AsylG": "Zakona o azilu",
            "StAG": "Zakona o državljanstvu",
        }
    )
    abbreviations = table(
        {
            "npr.": "na primer",
            "itd.": "i tako dalje",
            "tj.": "to jest",
            "tzv.": "takozvani",
            "br.": "broj",
            "tel.": "telefon",
            "ul.": "ulica",
            "min.": "minuta",
            "god.": "godine",
            "dr": "doktor",
            "čl. 1": "član",
            "st. 1": "stav",
        }
    )
    clock_words = ("h", "časova", "časa", "čas", "sati")


class Croatian(_SouthSlavic):
    """Standard Croatian; its months have names of their own."""

    code = "hr"
    numerals = _HR
    ordinals = Ordinals({**_STEMS, 1000: "tisućit", 2000: "dvijetisućit"}, _ENDINGS, _SOFT, _HR.words)
    months_in_dates = (
        "siječnja", "veljače", "ožujka", "travnja", "svibnja", "lipnja",
        "srpnja", "kolovoza", "rujna", "listopada", "studenoga", "prosinca",
    )  # fmt: skip
    hours = ("sat", "sata", "sati")
    minutes = ("minuta", "minute", "minuta")
    minute_ones = ("jedna", "dvije")
    on_weekdays = ("u ponedjeljak", "u utorak", "u srijedu", "u četvrtak", "u petak", "u subotu", "u nedjelju")
    weekday_range = (
        ("od ponedjeljka", "od utorka", "od srijede", "od četvrtka", "od petka", "od subote", "od nedjelje"),
        ("do ponedjeljka", "do utorka", "do srijede", "do četvrtka", "do petka", "do subote", "do nedjelje"),
    )
    point = "zarez"
    dot, slash, hyphen, at_sign = "točka", "kosa crta", "crtica", "at"
    euro = forms(one="euro", few="eura", other="eura")
    weekday_short = ("pon.", "uto.", "sri.", "čet.", "pet.", "sub.", "ned.")
    clock_words = ("h", "sati", "sata", "sat")


class Bosnian(_SouthSlavic):
    """Standard Bosnian."""

    code = "bs"
    numerals = _BS
    ordinals = Ordinals({**_STEMS, 1000: "hiljadit", 2000: "dvijehiljadit"}, _ENDINGS, _SOFT, _BS.words)
    months_in_dates = (*_GENITIVE_MONTHS[:7], "augusta", *_GENITIVE_MONTHS[8:])
    hours = ("sat", "sata", "sati")
    minutes = ("minuta", "minute", "minuta")
    minute_ones = ("jedna", "dvije")
    on_weekdays = ("u ponedjeljak", "u utorak", "u srijedu", "u četvrtak", "u petak", "u subotu", "u nedjelju")
    weekday_range = Croatian.weekday_range
    point = "zarez"
    dot, slash, hyphen, at_sign = "tačka", "kosa crta", "crtica", "et"
    euro = forms(one="euro", few="eura", other="eura")
    weekday_short = Croatian.weekday_short
    clock_words = ("h", "sati", "sata", "sat")
