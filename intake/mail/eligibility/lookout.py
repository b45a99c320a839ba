# SPDX-License-Identifier: GPL-3.0-or-later
"""Hundreds of phrases looked for in one text by one look at each of its letters.

The tables of rule 20 are alternations of a thousand phrases in forty languages, with gaps in them. RE2 follows every
gap that a text has opened at once: the more unlike texts are, the more states it meets that it has not met before.
Measured on mails of 3 KB of which no two are alike, one table took 10 ms of a message's 15; on the same mail again and
again it took a hundredth of that.

A phrase hardly ever occurs, so most work is to see that it does not. Every phrase has **clues**: pieces of plain text,
at least one of which stands in whatever it matches. An Aho–Corasick automaton finds all clues of all phrases in one
pass over the text, and only the phrases with a clue in it are tried, each by itself. What is found is what the whole
alternation would have found: the first place, and of the phrases there the first of the table. A test holds both
against each other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import ahocorasick

from intake.patterns import Pattern

Clues = frozenset[str]
"""At least one stands in every match; empty where nothing is known."""

NO_CLUES: Final[Clues] = frozenset()

PLENTY: Final = 6
"""Letters of a clue beyond which more make it hardly rarer."""

CHOICES: Final = 8
"""Signs of a class in brackets that are taken as clues one by one."""

_PIECE = re.compile(
    r"\\[uUxN0-9]|\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|\(\?(?::|=|!|<=|<!)|\(\?|[(|)]|\{\d*,?\d*\}\??|[*+?]\??|.", re.DOTALL
)
_UNREAD = frozenset(("(?", *("\\" + sign for sign in "uUxN0123456789")))
_AROUND = frozenset(("(?=", "(?!", "(?<=", "(?<!"))
_BORDERS = frozenset((r"\b", r"\B", r"\Z", r"\A", "^", "$"))
_REPEATS = re.compile(r"([*?]|\{0?,|\{0\})|[+{]")
"""Of what may be missing, and of what is there at least once."""


class _Reader:
    """Reads one pattern's source into its alternatives, each with its clues."""

    def __init__(self, source: str) -> None:
        self._pieces = _PIECE.findall(source)
        if not _UNREAD.isdisjoint(self._pieces):
            raise ValueError("escapes by number, flags, back references and named groups have no clues")
        self._at = 0

    def alternatives(self) -> list[tuple[str, Clues]]:
        """The source and the clues of each; of a pattern that is one group, those of the group."""
        if self._pieces[:1] == ["(?:"]:
            self._at = 1
            found = self._alternatives()
            if self._at == len(self._pieces) - 1:
                return found
            self._at = 0
        return self._alternatives()

    def _alternatives(self) -> list[tuple[str, Clues]]:
        """Up to the end of the group, or of everything."""
        found = []
        while True:
            start = self._at
            clues = self._sequence()
            found.append(("".join(self._pieces[start : self._at]), clues))
            if self._piece() != "|":
                return found
            self._at += 1

    def _sequence(self) -> Clues:
        """The best clues of what stands side by side."""
        best, run = NO_CLUES, ""
        while (piece := self._piece()) not in ("", "|", ")"):
            self._at += 1
            plain, clues = "", NO_CLUES
            if piece in _BORDERS:
                continue
            if piece in _AROUND or piece in ("(", "(?:"):
                inner = self._group()
                clues = NO_CLUES if piece in _AROUND else inner
            elif piece[0] == "[" and len(piece) > 1:
                clues = _choices(piece)
            elif piece[0] == "\\":
                plain = "" if piece[1].isalnum() else piece[1]
            elif piece != ".":
                plain = piece
            repeated = _REPEATS.match(self._piece())
            if repeated:
                self._at += 1
                if repeated[1]:
                    plain, clues = "", NO_CLUES
            if plain and not repeated:
                run += plain
                continue
            best = max(best, _clue(run + plain), clues, key=_worth)
            run = ""
        return max(best, _clue(run), key=_worth)

    def _group(self) -> Clues:
        """The clues of a group that was just opened, and to its end."""
        inner = [clues for _, clues in self._alternatives()]
        self._at += 1
        return frozenset().union(*inner) if all(inner) else NO_CLUES

    def _piece(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""


def _clue(run: str) -> Clues:
    """Without spaces around it, so that it is also found where the text begins or ends with it."""
    return frozenset((run.strip(),)) if run.strip() else NO_CLUES


def _choices(piece: str) -> Clues:
    signs = piece[1:-1]
    plain = not signs.startswith("^") and not set(signs) & set("\\- ") and len(signs) <= CHOICES
    return frozenset(signs) if plain else NO_CLUES


def _worth(clues: Clues) -> tuple[int, int]:
    """How rarely clues are seen for nothing: by the shortest, and by how many there are."""
    if not clues:
        return 0, 0
    return min(_rarity(clue) for clue in clues), -len(clues)


def _rarity(clue: str) -> int:
    if len(clue) == 1:
        return 0 if clue in ".,-:" else 1 if clue.isalpha() and clue < "\u2e80" else 3
    return min(sum(3 if c > "\u2e80" else c != " " for c in clue), PLENTY)


def alternatives(source: str) -> list[tuple[str, Clues]]:
    """The alternatives that ``source`` consists of, in order, and the clues of each.

    Knows what the tables use; raises :class:`ValueError` for anything else that it might misread.
    """
    return _Reader(source).alternatives()


@dataclass(frozen=True, slots=True)
class Seen:
    """A text, and the phrases that may stand in it."""

    text: str
    phrases: dict[Pattern, dict[int, Pattern]]
    """By the pattern that they are of and their place in it."""

    def search(self, pattern: Pattern) -> re.Match[str] | None:
        """What ``pattern.search(text)`` finds; ``pattern`` is one of the :class:`Lookout`'s."""
        best: re.Match[str] | None = None
        for phrase in self._of(pattern):
            found = phrase.search(self.text)
            if found and (best is None or found.start() < best.start()):
                best = found
        return best

    def match(self, pattern: Pattern) -> re.Match[str] | None:
        """What ``pattern.match(text)`` finds."""
        return next((found for phrase in self._of(pattern) if (found := phrase.match(self.text))), None)

    def may(self, pattern: Pattern) -> bool:
        """Whether ``pattern`` may be found in the text, or in it with a space before it."""
        return pattern in self.phrases

    def part(self, start: int, end: int) -> "Seen":
        """A part of the text, as if it was the whole."""
        return replace(self, text=self.text[start:end])

    def _of(self, pattern: Pattern) -> list[Pattern]:
        found = self.phrases.get(pattern)
        return [found[place] for place in sorted(found)] if found else []


class Lookout:
    """Keeps a lookout for patterns; made once, and used for any number of texts."""

    __slots__ = ("_always", "_automaton")

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        """``patterns`` tell upper from lower case. Raises :class:`ValueError` for one whose clues cannot be told."""
        found: dict[str, list[tuple[Pattern, int, Pattern]]] = {}
        self._always: list[tuple[Pattern, int, Pattern]] = []
        for pattern in patterns:
            if pattern.flags:
                raise ValueError("only patterns without flags have clues")
            for place, (source, clues) in enumerate(alternatives(pattern.pattern)):
                phrase = (pattern, place, Pattern(source))
                for clue in clues:
                    found.setdefault(clue, []).append(phrase)
                if not clues:
                    self._always.append(phrase)
        self._automaton: Any = ahocorasick.Automaton()
        for clue, phrases in found.items():
            self._automaton.add_word(clue, tuple(phrases))
        self._automaton.make_automaton()

    def over(self, text: str) -> Seen:
        """``text`` with the phrases that may stand in it."""
        seen: dict[Pattern, dict[int, Pattern]] = {}
        clues = {id(phrases): phrases for _, phrases in self._automaton.iter(text)} if self._automaton else {}
        for phrases in (self._always, *clues.values()):
            for pattern, place, phrase in phrases:
                seen.setdefault(pattern, {})[place] = phrase
        return Seen(text, seen)
