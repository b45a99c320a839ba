# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Slavic grammars share: ordinal numbers as a stem with an ending, and numbers that agree with a noun."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from intake.speech.numerals import Numerals

Endings = Mapping[str, str]
"""Name of a form → ending."""


@dataclass(frozen=True, slots=True)
class Ordinals:
    """Ordinal numbers, of which only the last part is inflected (in Polish the tens as well)."""

    stems: Mapping[int, str]
    """1–20, 30 … 90, 100 … 900, 1,000 and what else is one word."""
    endings: Endings
    soft: Mapping[int, Endings]
    """Numbers with endings of their own."""
    cardinal: Callable[[int], str]
    tens_too: bool = False

    def words(self, n: int, form: str) -> str:
        """``n`` ≥ 1 in the named form; a number without a stem as a cardinal."""
        last = self._last_part(n)
        if last is None:
            return self.cardinal(n)
        word = self._inflected(last, form)
        rest = n - last
        if not rest:
            return word
        if self.tens_too and last < 10 and rest % 100:
            return f"{self.words(rest, form)} {word}"
        return self.cardinal(n).removesuffix(self.cardinal(last)) + word

    def _last_part(self, n: int) -> int | None:
        if n in self.stems:
            return n
        for part in (n % 100, n % 10, n % 1000):
            if part and part in self.stems:
                return part
        return None

    def _inflected(self, n: int, form: str) -> str:
        return self.stems[n] + self.soft.get(n, self.endings)[form]


def numbered(*words: str, begin: int = 1, step: int = 1) -> dict[int, str]:
    """Words for ``begin``, ``begin + step`` …"""
    return {begin + n * step: word for n, word in enumerate(words)}


def agreeing(numerals: Numerals, n: int, ones: tuple[str, str]) -> str:
    """``n`` in words, its last "one" or "two" replaced by the forms that agree with a noun."""
    words, last = numerals.words(n), n % 10
    if last not in (1, 2) or n % 100 in (11, 12):
        return words
    return words[: len(words) - len(numerals.small[last])] + ones[last - 1]


def chosen(n: int, plural: Callable[[int], int], nouns: tuple[str, ...]) -> str:
    """The form of a noun after ``n``."""
    return nouns[min(plural(n), len(nouns) - 1)]
