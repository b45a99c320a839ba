# SPDX-License-Identifier: GPL-3.0-or-later
"""Large patterns over strangers' texts, in bounded time.

The tables of phrases and wordings in many languages are alternations of hundreds of branches. Python's ``re`` tries
every branch at every position: measured on a 2 KB mail, 19 ms for the tables of eligibility alone. RE2 looks at each
character once, whatever the pattern: 0.2 ms, and no text can make it slower (it has no backtracking).

RE2 has neither look-around nor Unicode ``\\b`` and ``\\w``. So a pattern stays what it is for ``re``, and RE2 gets a
wider form of it, made by leaving out the assertions and widening the classes: where the wider form finds nothing, the
pattern itself cannot match; only where it does, ``re`` has the word. A test holds both against each other.
"""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, Final

import re2

MAX_MEMORY: Final = 16 * 1024 * 1024
"""Octets that one pattern may use for its automaton, in RE2; beyond, RE2 forgets states and makes them again."""

_WIDE = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}", "s": r"\s\pZ\x{0b}\x{1c}-\x{1f}\x{85}"}
_NARROW = {"w": r"\pL\p{Nd}_", "d": r"\p{Nd}", "s": r"\s"}
"""The same inside a negated class, where less is wider."""
_NEGATED = {"W": r"[^\pL\p{Nd}_]", "D": r"[^\p{Nd}]", "S": r"[^\s]"}
_ANYTHING = "(?s:.)"
_LOOK = ("(?=", "(?!", "(?<=", "(?<!")


def _group_end(pattern: str, start: int) -> int:
    """The position after the group that opens at ``start``."""
    depth, position = 0, start
    while position < len(pattern):
        if pattern[position] == "[":
            position = _class_end(pattern, position)
            continue
        if pattern[position] == "\\":
            position += 1
        elif pattern[position] == "(":
            depth += 1
        elif pattern[position] == ")":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    raise ValueError("unbalanced group")


def _class_end(pattern: str, start: int) -> int:
    """The position after the class that opens at ``start``."""
    position = start + 1
    if pattern[position : position + 1] == "^":
        position += 1
    if pattern[position : position + 1] == "]":
        position += 1
    while pattern[position] != "]":
        position += 2 if pattern[position] == "\\" else 1
    return position + 1


def _escape(pattern: str, position: int, classes: dict[str, str]) -> tuple[str, int]:
    """What stands for the escape at ``position``, and the position after it."""
    escaped = pattern[position + 1]
    if escaped in "uU":
        end = position + (6 if escaped == "u" else 10)
        return rf"\x{{{pattern[position + 2 : end]}}}", end
    return classes.get(escaped, "\\" + escaped), position + 2


def _widened_class(source: str) -> str:
    if re.search(r"\\[WDS]", source):
        return _ANYTHING
    classes = _NARROW if source.startswith("[^") else _WIDE
    result, position = [], 0
    while position < len(source):
        if source[position] == "\\":
            piece, position = _escape(source, position, classes)
        else:
            # Python knows no classes such as [:alpha:], RE2 does.
            piece = "\\[" if source[position] == "[" and position else source[position]
            position += 1
        result.append(piece)
    return "".join(result)


def widened(pattern: str) -> str:
    """A pattern for RE2 that finds something wherever ``pattern`` does (and perhaps elsewhere).

    Knows what the tables use: classes, groups, counts, ``\\b``, look-around without a count of its own. Raises
    :class:`ValueError` for a back reference or a named group.
    """
    outside = {name: f"[{inner}]" for name, inner in _WIDE.items()} | _NEGATED | {"b": "", "B": "", "Z": r"\z"}
    result: list[str] = []
    position = 0
    while position < len(pattern):
        if pattern.startswith("(?P", position) or re.match(r"\\[1-9]", pattern[position : position + 2]):
            raise ValueError("named groups and back references cannot be widened")
        if pattern.startswith(_LOOK, position):
            position = _group_end(pattern, position)
            continue
        if pattern[position] == "[":
            end = _class_end(pattern, position)
            piece = _widened_class(pattern[position:end])
        elif pattern[position] == "\\":
            piece, end = _escape(pattern, position, outside)
        else:
            piece, end = pattern[position], position + 1
        result.append(piece)
        position = end
    return "".join(result)


class Pattern:
    """A pattern with the methods of :class:`re.Pattern` that the tables need; compiled when it is first used.

    The tables together take a second to compile, which no command should pay that reads no message.
    """

    __slots__ = ("_compiled", "_flags", "pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags
        self._compiled: tuple[re.Pattern[str], Any] | None = None

    def __reduce__(self) -> tuple[type["Pattern"], tuple[str, int]]:
        return Pattern, (self.pattern, self._flags)

    def compile(self) -> tuple[re.Pattern[str], Any]:
        """The pattern for ``re``, and its wider form for RE2. Raises what both raise for a faulty pattern."""
        if self._compiled is None:
            options = re2.Options()
            options.max_mem = MAX_MEMORY
            options.log_errors = False
            options.case_sensitive = not self._flags & re.IGNORECASE
            multiline = "(?m)" if self._flags & re.MULTILINE else ""
            dots = "(?s)" if self._flags & re.DOTALL else ""
            wide = re2.compile(f"{multiline}{dots}{widened(self.pattern)}", options)
            self._compiled = re.compile(self.pattern, self._flags), wide
        return self._compiled

    def search(self, text: str) -> re.Match[str] | None:
        """As :meth:`re.Pattern.search`."""
        exact, wide = self._compiled or self.compile()
        return exact.search(text) if wide.search(text.encode()) else None

    def match(self, text: str) -> re.Match[str] | None:
        """As :meth:`re.Pattern.match`."""
        exact, wide = self._compiled or self.compile()
        return exact.match(text) if wide.match(text.encode()) else None

    def findall(self, text: str) -> list[str]:
        """All that is found, whole; unlike :meth:`re.Pattern.findall`, groups do not matter."""
        exact, wide = self._compiled or self.compile()
        return [found.group() for found in exact.finditer(text)] if wide.search(text.encode()) else []

    def sub(self, replacement: str, text: str) -> str:
        """As :meth:`re.Pattern.sub`."""
        exact, wide = self._compiled or self.compile()
        return exact.sub(replacement, text) if wide.search(text.encode()) else text


def compile_all(things: Iterable[object]) -> None:
    """Compile now every pattern among ``things``, or in the slots of one of them, or in a tuple."""
    for thing in things:
        if isinstance(thing, Pattern):
            thing.compile()
        elif isinstance(thing, tuple):
            compile_all(thing)
        elif is_dataclass(thing) and not isinstance(thing, type):
            compile_all(getattr(thing, field.name) for field in fields(thing))
