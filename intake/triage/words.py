# SPDX-License-Identifier: GPL-3.0-or-later
"""The word lists of ``words.toml``: frequent words per language, greetings, requests for a language. Read once.

A word that n languages share counts 1/n for each (Serbian, Croatian and Bosnian count as one); written without
its diacritics it counts a little less, and so does a romanised word. Only words of these lists may be shown
as evidence: they are ours, not the person's.
"""

import functools
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake.triage.scripts import script_of

BCMS = frozenset({"sr", "hr", "bs"})
"""Serbian, Croatian, Bosnian: any of them is understood by all who write one of them."""

_FILE = Path(__file__).with_name("words.toml")


@functools.cache
def lists() -> dict[str, Any]:
    """The tables of ``words.toml`` as they stand there; not to be changed."""
    return tomllib.loads(_FILE.read_text("utf-8"))


@functools.cache
def greetings() -> frozenset[str]:
    """Words that a greeting is made of, in all languages, case folded."""
    return frozenset(lists()["greetings"]["words"].casefold().split())


def plain_spelling(text: str) -> str:
    """``text`` without case and diacritics."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return (
        "".join(c for c in decomposed if not unicodedata.combining(c))
        .replace("ı", "i")
        .replace("ł", "l")
        .replace("đ", "d")
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``words.toml``, indexed: word → languages; the same without diacritics; romanised words; requests."""

    exact: dict[str, frozenset[str]]
    folded: dict[str, frozenset[str]]
    romanised: dict[str, frozenset[str]]
    endings: dict[str, tuple[tuple[str, str], ...]]
    neutral: frozenset[str]
    requests: tuple[tuple[str, str], ...]

    def holds(self, token: str) -> bool:
        """Whether ``token`` is one of our own words, so that it may be shown as evidence."""
        return token in self.exact or plain_spelling(token) in self.folded or plain_spelling(token) in self.romanised

    def weights(self, token: str, script: str) -> list[tuple[str, float]]:
        """The languages that ``token`` speaks for, and how loudly: shared words, guessed spellings whisper."""
        plain = plain_spelling(token) if script == "Latn" else token
        romanised = self.romanised.get(plain, frozenset()) if script == "Latn" else frozenset()
        codes = self.exact.get(token, frozenset())
        loudness = 1.0
        if not codes and script == "Latn":
            codes, loudness = self.folded.get(plain, frozenset()), 0.7
        if codes or romanised:
            crowd = _crowd(codes | romanised)
            spoken = [(code, loudness / crowd) for code in sorted(codes)]
            return spoken + [(code, 0.8 / crowd) for code in sorted(romanised - codes)]
        matching = [
            code
            for code, ending in self.endings.get(script, ())
            if token.endswith(ending) and len(token) > len(ending) + 1
        ]
        return [(code, 0.3 / len(matching)) for code in sorted(set(matching))]


def _crowd(codes: frozenset[str]) -> int:
    """How many languages share a word, Serbian, Croatian and Bosnian counted once."""
    return max(1, len(codes) - max(0, len(codes & BCMS) - 1))


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
    romanised: dict[str, set[str]] = {}
    for code, words in table["romanised"].items():
        for word in words.split():
            romanised.setdefault(plain_spelling(word), set()).add(code)
    endings: dict[str, list[tuple[str, str]]] = {}
    for code, words in table["endings"].items():
        for ending in words.split():
            endings.setdefault(script_of(ending[-1]), []).append((code, unicodedata.normalize("NFC", ending)))
    requests = [
        (" ".join(plain_spelling(phrase).split()), code)
        for code, phrases in table["requests"].items()
        for phrase in phrases
    ]
    return Lexicon(
        exact={word: frozenset(codes) for word, codes in exact.items()},
        folded={word: frozenset(codes) for word, codes in folded.items()},
        romanised={word: frozenset(codes) for word, codes in romanised.items()},
        endings={script: tuple(pairs) for script, pairs in endings.items()},
        neutral=frozenset(table["neutral"]["words"].casefold().split()),
        requests=tuple(sorted(requests, key=lambda item: -len(item[0]))),
    )
