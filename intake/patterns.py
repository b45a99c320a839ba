# SPDX-License-Identifier: GPL-3.0-or-later
"""Large patterns over strangers' texts, in bounded time.

The tables of phrases and wordings in many languages are alternations of hundreds of branches. Python's ``re`` tries
every branch at every position: measured on a 2 KB mail, 19 ms for the tables of eligibility alone. RE2 looks at each
character once, whatever the pattern: 0.2 ms. It has no backtracking; but it makes its states as texts need them, and a
table of many phrases with gaps needs new ones for every new text. What is searched for hundreds of phrases therefore
goes through a lookout first (:mod:`intake.mail.eligibility.lookout`).

RE2 has neither look-around nor Unicode ``\\b`` and ``\\w``. So a pattern stays what it is for ``re``, and RE2 gets a
wider form of it, made by leaving out the assertions and widening the classes: where the wider form finds nothing, the
pattern itself cannot match; only where it does, ``re`` has the word. A test holds both against each other.
"""

import re
from collections.abc import Iterable
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

    The tables together take a second to compile, which no command should pay that reads no message; and most phrases of
    a table are never met, so ``re`` compiles a pattern only where RE2 has found its wider form.
    """

    __slots__ = ("_exact", "_wide", "flags", "pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags
        self._exact: re.Pattern[str] | None = None
        self._wide: Any = None

    def __reduce__(self) -> tuple[type["Pattern"], tuple[str, int]]:
        return Pattern, (self.pattern, self.flags)

    def compile(self) -> None:
        """Compile now, for both. Raises what both raise for a faulty pattern."""
        self._wide, self._exact = self._widened(), re.compile(self.pattern, self.flags)

    def search(self, text: str) -> re.Match[str] | None:
        """As :meth:`re.Pattern.search`."""
        return self._compiled().search(text) if self._widened().search(text.encode()) else None

    def match(self, text: str) -> re.Match[str] | None:
        """As :meth:`re.Pattern.match`."""
        return self._compiled().match(text) if self._widened().match(text.encode()) else None

    def findall(self, text: str) -> list[str]:
        """All that is found, whole; unlike :meth:`re.Pattern.findall`, groups do not matter."""
        if not self._widened().search(text.encode()):
            return []
        return [found.group() for found in self._compiled().finditer(text)]

    def sub(self, replacement: str, text: str) -> str:
        """As :meth:`re.Pattern.sub`."""
        return self._compiled().sub(replacement, text) if self._widened().search(text.encode()) else text

    def _compiled(self) -> re.Pattern[str]:
        if self._exact is None:
            self._exact = re.compile(self.pattern, self.flags)
        return self._exact

    def _widened(self) -> Any:
        if self._wide is None:
            options = re2.Options()
            options.max_mem = MAX_MEMORY
            options.log_errors = False
            options.case_sensitive = not self.flags & re.IGNORECASE
            multiline = "(?m)" if self.flags & re.MULTILINE else ""
            dots = "(?s)" if self.flags & re.DOTALL else ""
            self._wide = re2.compile(f"{multiline}{dots}{widened(self.pattern)}", options)
        return self._wide


def compile_all(patterns: Iterable[Pattern]) -> None:
    """Compile all of ``patterns`` now."""
    for pattern in patterns:
        pattern.compile()
