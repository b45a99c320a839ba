# SPDX-License-Identifier: GPL-3.0-or-later
"""In which line of a TOML file a key stands, so that a mistake can be shown to the person who made it.

``tomllib`` does not say; this looks for table headers and keys at the beginning of lines, which is how people write
rule files. For a key inside an inline table the line of that table is near enough.
"""

import re

_HEADER = re.compile(r"\s*\[(\[)?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w.-]+))\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^".'\s]+))\s*(?:\.|$)""")


class Lines:
    """The lines of one file, by the path of what stands in them."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._at: dict[tuple[str | int, ...], int] = {}
        table: tuple[str | int, ...] = ()
        counts: dict[str, int] = {}
        for number, line in enumerate(self._lines, 1):
            if header := _HEADER.match(line):
                name = header.group(2)
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

    def find(self, path: tuple[str | int, ...], term: str = "") -> int:
        """The line of ``path``, or of the nearest table around it; of ``term`` from there on, where one is given."""
        while path and path not in self._at:
            path = path[:-1]
        start = self._at.get(path, 1)
        if term:
            for number in range(start, len(self._lines) + 1):
                if term in " ".join(self._lines[number - 1].split()):
                    return number
        return start
