# SPDX-License-Identifier: GPL-3.0-or-later
"""Polish: hours are ordinal ("o godzinie ósmej trzydzieści"), the date stands in the genitive."""

from intake.speech.grammar import Moment, TimeForm, forms, table
from intake.speech.grammars.slavic import Ordinals, Slavic, numbered
from intake.speech.numerals import Numerals, polish

NUMERALS = Numerals(
    small=(
        "zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć",
        "dziesięć", "jedenaście", "dwanaście", "trzynaście", "czternaście", "piętnaście", "szesnaście", "siedemnaście",
        "osiemnaście", "dziewiętnaście",
    ),
    tens=(
        "dwadzieścia", "trzydzieści", "czterdzieści", "pięćdziesiąt",
        "sześćdziesiąt", "siedemdziesiąt", "osiemdziesiąt", "dziewięćdziesiąt",
    ),
    hundreds=("sto", "dwieście", "trzysta", "czterysta", "pięćset", "sześćset", "siedemset", "osiemset", "dziewięćset"),
    thousands=("tysiąc", "tysiące", "tysięcy"),
    millions=("milion", "miliony", "milionów"),
    plural=polish,
    one_thousand="tysiąc",
)  # fmt: skip

_ORDINALS = Ordinals(
    stems={
        **numbered(
            "pierwsz", "drug", "trzec", "czwart", "piąt", "szóst", "siódm", "ósm", "dziewiąt", "dziesiąt",
            "jedenast", "dwunast", "trzynast", "czternast", "piętnast", "szesnast", "siedemnast", "osiemnast",
            "dziewiętnast", "dwudziest",
        ),
        **numbered("trzydziest", "czterdziest", "pięćdziesiąt", "sześćdziesiąt", "siedemdziesiąt", "osiemdziesiąt",
                   "dziewięćdziesiąt", "setn", begin=30, step=10),
        **numbered("dwusetn", "trzechsetn", "czterechsetn", "pięćsetn", "sześćsetn", "siedemsetn", "osiemsetn",
                   "dziewięćsetn", "tysięczn", begin=200, step=100),
        0: "zerow",
        2000: "dwutysięczn",
    },
    endings={"masculine": "y", "genitive": "ego", "hour": "a", "hour genitive": "ej"},
    soft={
        2: {"masculine": "i", "genitive": "iego", "hour": "a", "hour genitive": "iej"},
        3: {"masculine": "i", "genitive": "iego", "hour": "ia", "hour genitive": "iej"},
    },
    cardinal=NUMERALS.words,
    tens_too=True,
)  # fmt: skip


class Polish(Slavic):
    """Standard Polish."""

    code = "pl"
    numerals, ordinals = NUMERALS, _ORDINALS
    year_word, from_word, until_word = "roku", "od", "do"
    on_weekdays = ("w poniedziałek", "we wtorek", "w środę", "w czwartek", "w piątek", "w sobotę", "w niedzielę")
    weekday_range = (
        ("od poniedziałku", "od wtorku", "od środy", "od czwartku", "od piątku", "od soboty", "od niedzieli"),
        ("do poniedziałku", "do wtorku", "do środy", "do czwartku", "do piątku", "do soboty", "do niedzieli"),
    )
    to, ampersand = " do ", "i"
    point, minus, plus = "przecinek", "minus", "plus"
    dot, slash, hyphen, at_sign = "kropka", "ukośnik", "myślnik", "małpa"
    percent = "{n} procent"
    section = "paragraf {n}"
    euro = forms(other="euro")
    cent = forms(one="cent", few="centy", many="centów", other="centa")
    laws = table(
        {
            "AufenthG": "ustawy o pobycie",
            "AsylG": "ustawy o azylu",
            "StAG": "ustawy o obywatelstwie",
        }
    )
    abbreviations = table(
        {
            "np.": "na przykład",
            "m.in.": "między innymi",
            "tzn.": "to znaczy",
            "itd.": "i tak dalej",
            "itp.": "i tym podobne",
            "ok. 1": "około",
            "tel.": "telefon",
            "nr": "numer",
            "ul.": "ulica",
            "pok.": "pokój",
            "godz.": "godzina",
            "min.": "minut",
            "św.": "święty",
            "dr": "doktor",
            "art.": "artykuł",
            "ust.": "ustęp",
        }
    )
    weekday_short = ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.")
    ordinal_marks = r"\.(?=\s?(?:piętr|stopni|dzień|tydzień|miesiąc|rok|klas)\w{0,3})"
    clock_words = ("godz.", "godzina", "godzinie", "godziny")

    def ordinal_in_text(self, n: int, before: str, noun: str) -> str:
        neuter, case = noun.startswith("piętr"), "genitive"
        if neuter and noun.endswith("o"):
            return self.ordinal(n)[:-1] + ("ie" if n in (2, 3) else "e")
        return _ORDINALS.words(n, case if neuter and noun.endswith("a") else "masculine")

    def clock(self, at: Moment, form: TimeForm) -> str:
        hour, minute = at
        if form == "plain":
            words = f"godzina {_ORDINALS.words(hour, 'hour')}"
        else:
            before = {"at": "o godzinie", "from": "od godziny", "until": "do godziny"}[form]
            words = f"{before} {_ORDINALS.words(hour, 'hour genitive')}"
        if minute:
            words += f" {'zero ' if minute < 10 else ''}{self.cardinal(minute)}"
        return words
