# SPDX-License-Identifier: GPL-3.0-or-later
"""The word lists of ``words.toml``: frequent words per language, greetings. Read once.

A word that n languages share counts 1/n for each (Serbian, Croatian and Bosnian count as one); written without
its diacritics it counts a little less. Only words of these lists may be shown as evidence: they are ours, not the
person's. ``romanised.toml`` holds words of other scripts in Latin letters; ``romanised.py`` compares them by sound.
"""

import functools
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BCMS = frozenset({"sr", "hr", "bs"})
"""Serbian, Croatian, Bosnian: any of them is understood by all who write one of them."""

_FOLDER = Path(__file__).parent


@functools.cache
def lists() -> dict[str, Any]:
    """The tables of ``words.toml`` as they stand there; not to be changed."""
    return tomllib.loads((_FOLDER / "words.toml").read_text("utf-8"))


@functools.cache
def romanised_lists() -> dict[str, str]:
    """The words of ``romanised.toml`` as they stand there; not to be changed."""
    words: dict[str, str] = tomllib.loads((_FOLDER / "romanised.toml").read_text("utf-8"))["words"]
    return words


@functools.cache
def greetings() -> frozenset[str]:
    """Words that a greeting is made of, in all languages, case folded."""
    return frozenset(lists()["greetings"]["words"].casefold().split())


def plain_spelling(text: str) -> str:
    """``text`` without case and diacritics."""
    text = text.casefold()
    if text.isascii():
        return text
    return unicodedata.normalize("NFD", text).translate(_folding())


LAST_PLANE = 0x20000
"""No mark that combines lies here or beyond: these planes are for ideographs."""


@functools.cache
def _folding() -> dict[int, str | None]:
    marks = (point for point in range(LAST_PLANE) if unicodedata.combining(chr(point)))
    return {**dict.fromkeys(marks), ord("ı"): "i", ord("ł"): "l", ord("đ"): "d"}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``words.toml``, indexed: word → languages; the same without diacritics; words that say nothing."""

    exact: dict[str, frozenset[str]]
    folded: dict[str, frozenset[str]]
    neutral: frozenset[str]

    def languages(self, token: str, plain: str) -> tuple[frozenset[str], float]:
        """The languages that have ``token`` (``plain``: the same without diacritics), and how loudly that counts."""
        codes = self.exact.get(token)
        return (codes, 1.0) if codes else (self.folded.get(plain, frozenset()), 0.7)


@functools.cache
def lexicon() -> Lexicon:
    """The word lists, indexed."""
    table = lists()
    exact: dict[str, set[str]] = {}
    folded: dict[str, set[str]] = {}
    for code, words in table["words"].items():
        for word in unicodedata.normalize("NFC", words).casefold().split():
            exact.setdefault(word, set()).add(code)
            plain = plain_spelling(word)
            if plain != word:
                folded.setdefault(plain, set()).add(code)
    return Lexicon(
        exact={word: frozenset(codes) for word, codes in exact.items()},
        folded={word: frozenset(codes) for word, codes in folded.items()},
        neutral=frozenset(table["neutral"]["words"].casefold().split()),
    )
