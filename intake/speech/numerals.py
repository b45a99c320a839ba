# SPDX-License-Identifier: GPL-3.0-or-later
"""Cardinal numbers in words, put together from the words of one language.

Most languages build a number the same way: words for the small numbers, for the tens and for the hundreds, a word for
a thousand and a million that may agree with what stands before it, and something between the parts. That is one
table, :class:`Numerals`. ``num2words`` is used for the eight languages where it says what a person says
(:func:`by_library`); elsewhere it lacks the language, the gender or the case, or, in 0.5.14, writes a Turkish number as
one word and does not come back from an Amharic one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from num2words import num2words

LARGEST = 999_999_999
"""Beyond it a number is said digit by digit: nobody says such a number on the telephone of an office."""

Plural = Callable[[int], int]
"""A number → the index of the noun's form that agrees with it."""


def one_or_more(n: int) -> int:
    """0 for one, else 1."""
    return 0 if n == 1 else 1


def slavic(n: int) -> int:
    """0 for 1, 21, 31 …; 1 for 2–4, 22–24 …; 2 for the rest (Russian, Ukrainian, Serbian)."""
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2


def polish(n: int) -> int:
    """As :func:`slavic`, but 21 and 31 count as many."""
    return 0 if n == 1 else 2 if n % 10 == 1 else slavic(n)


@dataclass(frozen=True, slots=True)
class Numerals:
    """The number words of one language, up to :data:`LARGEST`."""

    small: tuple[str, ...]
    """From 0 to 19 at least, to 99 where the language does not compose."""
    tens: tuple[str, ...]
    """20, 30 … 90; empty if ``small`` goes to 99."""
    hundreds: tuple[str, ...]
    """100, 200 … 900."""
    thousands: tuple[str, ...]
    """Forms of the word for a thousand, chosen by ``plural``."""
    millions: tuple[str, ...]
    plural: Plural = one_or_more
    one_thousand: str = ""
    """1,000 as a whole where the word for one is not said: "bin"."""
    one_million: str = ""
    thousand_ones: tuple[str, str] | None = None
    """Words for one and two before a thousand, where they agree with it: "одна", "две"."""
    between_tens: str = " "
    between_hundreds: str = " "
    between_thousands: str = " "
    before_last: str = ""
    """Joins the last part if that part is one word: Bulgarian "сто и двадесет"."""

    def words(self, n: int) -> str:
        """``n`` in words, 0 ≤ n ≤ :data:`LARGEST`."""
        parts: list[str] = []
        million, rest = divmod(n, 1_000_000)
        thousand, rest = divmod(rest, 1000)
        if million:
            alone = million == 1 and self.one_million
            form = self.millions[min(self.plural(million), len(self.millions) - 1)]
            parts.append(self.one_million if alone else f"{self._below_thousand(million)} {form}")
        if thousand:
            parts.append(self._thousand(thousand))
        if rest or not parts:
            parts.append(self._below_thousand(rest))
        if self.before_last and len(parts) > 1 and rest and self._is_one_word(rest):
            return self.between_thousands.join(parts[:-1]) + self.before_last + parts[-1]
        return self.between_thousands.join(parts)

    def _thousand(self, n: int) -> str:
        if n == 1 and self.one_thousand:
            return self.one_thousand
        words = self._below_thousand(n)
        ones = n % 10
        if self.thousand_ones and ones in (1, 2) and n % 100 not in (11, 12):
            words = words[: len(words) - len(self.small[ones])] + self.thousand_ones[ones - 1]
        return f"{words} {self.thousands[min(self.plural(n), len(self.thousands) - 1)]}"

    def _below_thousand(self, n: int) -> str:
        hundred, rest = divmod(n, 100)
        if not hundred:
            return self._below_hundred(rest)
        words = self.hundreds[hundred - 1]
        if not rest:
            return words
        between = self.before_last if self.before_last and self._is_one_word(rest) else self.between_hundreds
        return words + between + self._below_hundred(rest)

    def _below_hundred(self, n: int) -> str:
        if n < len(self.small):
            return self.small[n]
        ten, one = divmod(n, 10)
        return self.tens[ten - 2] + (self.between_tens + self.small[one] if one else "")

    def _is_one_word(self, n: int) -> bool:
        return n < len(self.small) or (n < 100 and n % 10 == 0) or (n < 1000 and n % 100 == 0)


def by_library(language: str) -> Callable[[int], str]:
    """The words of ``num2words``, without the commas that it sets in long numbers."""

    @lru_cache(maxsize=1024)
    def words(n: int) -> str:
        return str(num2words(n, lang=language)).replace(",", "")

    return words
