# SPDX-License-Identifier: GPL-3.0-or-later
"""What figures and short forms look like in free text: one pattern per language, its alternatives named.

They stand in order of certainty: an address on the web before a date, a date before a time, a time before a decimal
number, a number by itself last. Every repetition is bounded, so that reading takes time linear in the text.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from intake.languages import language
from intake.speech.grammar import Grammar
from intake.speech.grammars import GRAMMARS

DASH = r"\s?[-‐‑–—]\s?"
DATE = r"\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{4}|\d{2})?(?!\d)|\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}/\d{1,2}/\d{4}(?!\d)"
TIME = r"\d{1,2}(?:[:.h]\d{2})?"
AMOUNT = r"\d{1,3}(?:[.\s']\d{3})+(?:,\d{1,2})?|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"

BEFORE_FIGURE = " 1"
"""Ends an abbreviation that is one only before a figure: "no." may also end a sentence."""

_HALF_DAY = r"\d{1,2}(?:[:.]\d{2})?\s?[aApP]\.?[mM](?:\.|(?!\w))"
_NO_FIGURE_BEFORE = r"(?<![\d.,:])"
_NO_FIGURE_AFTER = r"(?![\d:])"
_PATH = r"[^\s<>,;]{0,200}(?<![.!?)])"
_DOMAINS = "de|eu|com|org|net|info|example|gov|int"
_SHORT_NUMBERS = "110|112|115|116|116117"
_OF_THE_YEAR = r"года?|г\.|року|р\.|roku|r\.|godine"


@lru_cache(maxsize=64)
def pattern_of(code: str) -> re.Pattern[str]:
    """The pattern of one language; its groups are named as in :data:`_ORDER`."""
    grammar = GRAMMARS[code]
    rules = (*_everywhere(grammar), *_days(grammar), *_times(grammar), *_legal(), *_short_forms(grammar), *_NUMBERS)
    order = {name: n for n, name in enumerate(_ORDER)}
    return re.compile("|".join(f"(?P<{name}>{rule})" for name, rule in sorted(rules, key=lambda rule: order[rule[0]])))


_ORDER = (
    "website", "dates", "date", "month", "telephone", "half_days", "half_day", "hours", "clock", "weekdays", "weekday",
    "section", "law", "euro", "percent", "abbreviation", "street", "emergency", "postcode", "ordinal", "range",
    "thousands", "decimal", "number", "sign",
)  # fmt: skip

_NUMBERS = (
    ("euro", rf"(?:{AMOUNT})\s?(?:€|EUR(?!\w)|(?i:euros?)(?!\w))|(?:€|(?<!\w)EUR)\s?(?:{AMOUNT})"),
    ("percent", r"\d{1,9}(?:[.,]\d{1,4})?\s?%|%\s?\d{1,9}(?:[.,]\d{1,4})?"),
    ("range", rf"(?<![\w.,])\d{{1,6}}{DASH}\d{{1,6}}(?!\w)"),
    ("thousands", r"(?<![\w.,])\d{1,3}(?:[.\u00a0\u202f']\d{3}){1,3}(?!\d)"),
    ("decimal", r"(?<![\w.,])\d{1,9}[.,]\d{1,6}(?!\d)"),
    ("number", r"\d{1,60}"),
    ("sign", r"(?<=\w)\s?[/&]\s?(?=\w)"),
)


def months_of(grammar: Grammar) -> tuple[str, ...]:
    """January to December, perhaps twice, in other cases; none where the names are numbers or more than one word."""
    names = (*(grammar.name_of_month(n) for n in range(1, 13)), *grammar.months_in_dates)
    script = language(grammar.code).script
    return () if script in ("Hans", "Ethi") or any(" " in name for name in names) else names


def any_of(words: Iterable[str]) -> str:
    """An alternation, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _everywhere(grammar: Grammar) -> Iterator[tuple[str, str]]:
    yield (
        "website",
        rf"https?://{_PATH}|www\.{_PATH}|[\w.+-]{{1,60}}@[\w-]{{1,60}}(?:\.[\w-]{{1,60}}){{1,5}}"
        rf"|\b[a-z0-9-]{{1,60}}(?:\.[a-z0-9-]{{1,60}}){{0,4}}\.(?:{_DOMAINS})\b(?:/{_PATH})?",
    )
    yield (
        "telephone",
        r"(?<![\w+])(?:\+\d[\d\s()/-]{5,30}\d|0\d{1,5}[\s/-]{1,3}\d[\d\s/-]{1,20}\d|0\d{6,14})(?!\w)",
    )
    yield "emergency", rf"(?<!\w)(?:{_SHORT_NUMBERS})(?=\s*(?:[.,;:!?)]|$))"
    yield "postcode", r"(?<!\w)\d{5}(?=\s+[^\W\d_a-zà-öø-ÿ])"
    yield "street", r"(?<=[^\W\d_])str\.(?=\s|,|$)"
    if grammar.ordinal_marks:
        yield "ordinal", rf"(?<![\w.,])\d{{1,3}}\s?(?:{grammar.ordinal_marks})"


def _days(grammar: Grammar) -> Iterator[tuple[str, str]]:
    yield "dates", rf"(?<![\d.])(?:{DATE}){DASH}(?:{DATE})"
    yield "date", rf"(?<![\d.])(?:{DATE})"
    if months := months_of(grammar):
        yield (
            "month",
            rf"(?<![\d.,])\d{{1,2}}(?:\.|er|st|nd|rd|th)?\s(?:de\s|of\s)?(?i:{any_of(months)})(?!\w)"
            rf"(?:\s(?:de\s)?\d{{4}}(?!\d)(?:\.?\s(?:{_OF_THE_YEAR})(?!\w))?)?",
        )
    short = [day.removesuffix(".") for day in grammar.weekday_short]
    day = any_of((*(grammar.name_of_day(n) for n in range(7)), *short))
    yield "weekdays", rf"(?<!\w)(?i:{day})\.?{DASH}(?i:{day})(?!\w)\.?"
    dotted = any(day.endswith(".") for day in grammar.weekday_short)
    if short:
        # Short forms are words as well ("So", "mer."): only where hours or another weekday follow, or after "Mo" a dot.
        names = any_of(short)
        strict = rf"\.(?=\s?[:,–-]|,?\s?\d|\s[^\W\d_]{{1,3}}\s(?:\d|(?:{names})(?!\w)))"
        loose = rf"\.|(?=:|,?\s\d|(?:,|\s[^\W\d_]{{1,3}})\s(?:{names})(?!\w))"
        yield "weekday", rf"(?<!\w)(?:{names})(?:{strict if dotted else loose})"


def _times(grammar: Grammar) -> Iterator[tuple[str, str]]:
    to = rf"(?:{DASH}|{re.escape(grammar.to)})"
    yield "half_days", rf"{_NO_FIGURE_BEFORE}{_HALF_DAY}{to}{_HALF_DAY}"
    yield "half_day", rf"{_NO_FIGURE_BEFORE}{_HALF_DAY}"
    figures = r"\d{1,2}:\d{2}"
    if not grammar.clock_words:
        yield "hours", rf"{_NO_FIGURE_BEFORE}{figures}{DASH}{figures}{_NO_FIGURE_AFTER}"
        yield "clock", rf"{_NO_FIGURE_BEFORE}{figures}{_NO_FIGURE_AFTER}"
        return
    word = any_of(grammar.clock_words)
    behind, perhaps = rf"\s?(?:{word})(?!\w)", rf"(?:\s?(?:{word})(?!\w))?"
    before = rf"(?<!\w)(?i:{word})\s"
    yield (
        "hours",
        rf"{_NO_FIGURE_BEFORE}(?:{figures}{perhaps}{to}{figures}{perhaps}"
        rf"|{TIME}{perhaps}{to}{TIME}{behind}|{before}{TIME}{to}{TIME}){_NO_FIGURE_AFTER}",
    )
    yield (
        "clock",
        rf"{_NO_FIGURE_BEFORE}(?:{figures}{perhaps}|\d{{1,2}}h\d{{2}}|{TIME}{behind}|{before}{TIME}){_NO_FIGURE_AFTER}",
    )


def _legal() -> Iterator[tuple[str, str]]:
    law = rf"(?:{any_of(GRAMMARS['de'].laws)})(?!\w)"
    yield "section", rf"§{{1,2}}\s?\d{{1,4}}(?:\s?[a-z](?!\w))?(?:\s{law})?"
    yield "law", rf"(?<!\w){law}"


def _short_forms(grammar: Grammar) -> Iterator[tuple[str, str]]:
    if grammar.abbreviations:
        forms = sorted(grammar.abbreviations, key=len, reverse=True)
        yield "abbreviation", rf"(?<![\w.])(?:{'|'.join(map(_abbreviation, forms))})"


def _abbreviation(short: str) -> str:
    """With or without its spaces; "No. 1" stands for "No." before a figure; without a dot it is a whole word."""
    if short.endswith(BEFORE_FIGURE):
        return re.escape(short.removesuffix(BEFORE_FIGURE)) + r"(?=\s?\d)"
    return re.escape(short).replace(r"\ ", r"\s?") + ("" if short.endswith(".") else r"(?!\w)")
