# SPDX-License-Identifier: GPL-3.0-or-later
"""Which language somebody asks to be answered in: "please answer in English", "bitte auf Deutsch", "I speak only Dari".

A request is a sentence that has a language's name in the form "in …" together with a word that asks for an answer or
a favour, or a name together with "only" and a word for speaking. Where its clause has a "not", nothing is asked
for: "please do not write in German", "I can't answer in English". Names and words are in ``requests.toml``, compared
without case and diacritics.
"""

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake.triage.words import plain_spelling

MAX_CHARACTERS = 2_000
"""Characters of a message in which requests are looked for."""

SHORT = 4
"""A sentence of so many words needs no "in": "English please"."""

_SENTENCE = re.compile(r"[.!?\n;।。！？؟።]+")
_COMMAS = ",،，፣("
_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+")
_FILE = Path(__file__).with_name("requests.toml")


@dataclass(frozen=True, slots=True)
class _Requests:
    """The patterns of ``requests.toml``, and the language of each name."""

    first_words: frozenset[str]
    """A sentence without one of these names no language: most sentences."""
    wanted: re.Pattern[str]
    """"in", "auf" … and a name."""
    bare: re.Pattern[str]
    asking: re.Pattern[str]
    only: re.Pattern[str]
    speaking: re.Pattern[str]
    never: re.Pattern[str]
    codes: dict[str, str]

    def name_in(self, sentence: str) -> str:
        """The name of the language that ``sentence`` asks for, or nothing."""
        found: list[re.Match[str]] = []
        if self.asking.search(sentence):
            pattern = self.bare if len(sentence.split()) <= SHORT else self.wanted
            found += pattern.finditer(sentence)
        if self.only.search(sentence) and self.speaking.search(sentence):
            found += self.bare.finditer(sentence)
        return next((name.group("name") for name in found if not self.never.search(_clause(sentence, name))), "")


def requested(text: str) -> tuple[str, str] | None:
    """The language asked for in ``text``, and the name in our list that says so; None where nothing is asked for."""
    table = _load()
    text = text[:MAX_CHARACTERS].casefold()
    if table.first_words.isdisjoint(_WORD.findall(text)):
        return None
    for sentence in _SENTENCE.split(_plain(text)):
        name = table.name_in(" ".join(sentence.split()))
        if name:
            return table.codes[name], name
    return None


def warm_up() -> None:
    """Compile the patterns now."""
    _load()


@functools.cache
def _load() -> _Requests:
    table: dict[str, Any] = tomllib.loads(_FILE.read_text("utf-8"))
    codes: dict[str, str] = {}
    alone: list[str] = []
    spelt: list[str] = []
    for code, names in table["names"].items():
        for entry in names.casefold().split():
            spelt.append(entry.removeprefix("="))
            name = _plain(spelt[-1])
            codes.setdefault(name, code)
            if entry.startswith("="):
                alone.append(name)
    words = {
        part: _any_of([_plain(word) for word in table[part]["words"].split()]) for part in table if part != "names"
    }
    # Chinese has no spaces: its characters are borders of words.
    start, end = r"(?<![^\W\u4e00-\u9fff])", r"(?![^\W\u4e00-\u9fff])"
    name = f"(?P<name>{_any_of(list(codes))}){end}"
    return _Requests(
        first_words=frozenset(word for name in (*codes, *spelt) for word in _WORD.findall(name)[:1]),
        wanted=re.compile(
            rf"{start}(?:(?:{words['before']})(?:\s+(?:{words['before']}))?\s+|(?={_any_of(alone)})){name}"
        ),
        bare=re.compile(rf"{start}{name}"),
        asking=re.compile(rf"{start}(?:{words['asking']})"),
        only=re.compile(rf"{start}(?:{words['only']}){end}"),
        speaking=re.compile(rf"{start}(?:{words['speaking']})"),
        never=re.compile(rf"{start}(?:{words['never']}){end}"),
        codes=codes,
    )


def _clause(sentence: str, found: re.Match[str]) -> str:
    """The part of ``sentence``, between commas, that holds what was found."""
    start = max(sentence.rfind(comma, 0, found.start()) for comma in _COMMAS) + 1
    ends = [end for comma in _COMMAS if (end := sentence.find(comma, found.end())) >= 0]
    return sentence[start : min(ends, default=len(sentence))]


def _plain(entry: str) -> str:
    return plain_spelling(entry).replace("-", " ")


def _any_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))
