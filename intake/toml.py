# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML that people write: read with mistakes in plain words, and with the line in which each key stands.

``tomllib`` keeps no lines. :class:`Lines` looks for table headers and keys at the beginning of lines, which is how
people write such files. For a key inside an inline table the line of that table is near enough, and for a key that is
missing the line of the table that lacks it.
"""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

LOOKED_AT = 300
"""Characters of a line in which a header or a key is looked for."""

_HEADER = re.compile(r"\s*\[(\[)?([^\]]+)\]")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w.-]+))\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^".'\s]+))\s*(?:\.|$)""")


class NotToml(ValueError):
    """What is wrong with a text that is no TOML; ``line`` is where, as far as it is known."""

    def __init__(self, said: str, line: int) -> None:
        super().__init__(said)
        self.line = line


def loads(text: str) -> dict[str, Any]:
    """The tables in ``text``. Raises :class:`NotToml`."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise NotToml("lists or tables are nested too deeply", 1) from None
    except ValueError as error:  # besides TOML's own errors, a number with thousands of digits
        said = str(error).replace("Cannot overwrite a value", "a key stands there a second time")
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", said)
        line = int(place[1] or len(text.splitlines())) if place else 1
        raise NotToml(said.replace("(at line", "(line"), line) from None


class Lines:
    """The lines of one file, by the path of what stands in them."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._at: dict[tuple[str | int, ...], int] = {}
        table: tuple[str | int, ...] = ()
        counts: dict[str, int] = {}
        for number, whole in enumerate(self._lines, 1):
            line = whole[:LOOKED_AT]
            if header := _HEADER.match(line):
                name = header.group(2).strip()
                table = tuple("".join(m) for m in _PART.findall(name))
                if header.group(1):
                    counts[name] = counts.get(name, -1) + 1
                    table = (*table, counts[name])
                for end in range(1, len(table) + 1):
                    self._at.setdefault(table[:end], number)
            elif key := _KEY.match(line):
                name = key.group(1) or key.group(2) or ""
                parts = (name,) if name else tuple(key.group(3).split("."))
                for end in range(1, len(parts) + 1):
                    self._at.setdefault((*table, *parts[:end]), number)

    def __contains__(self, path: object) -> bool:
        return path in self._at

    def find(self, path: Sequence[str | int], term: str = "") -> int:
        """The line of ``path``, or of the nearest table around it; of ``term`` from there on, where one is given."""
        wanted = tuple(path)
        while wanted and wanted not in self._at:
            wanted = wanted[:-1]
        start = self._at.get(wanted, 1)
        if term:
            for number in range(start, len(self._lines) + 1):
                if term in " ".join(self._lines[number - 1].split()):
                    return number
        return start
