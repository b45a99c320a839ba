# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain text in lines of at most 76 columns (RFC 5322 2.1.1 recommends 78), in every script of the office.

Ideographs take two columns and may be parted anywhere but before a closing or after an opening mark; marks and
isolates take none. A URL stands on a line of its own and is never broken, nor is an isolated value (UAX #9,
U+2068…U+2069). Only right-to-left text keeps its isolates: elsewhere they change nothing, and some mail programs
show them as boxes.
"""

import re
import unicodedata

from intake.languages import language

LINE_WIDTH = 76
"""Columns of the plain text: below the 78 that RFC 5322 2.1.1 recommends."""

_FSI, _PDI = "\u2068", "\u2069"
_URL = re.compile(r"https?://\S+\Z")
_TOKEN = re.compile(rf"[^ {_FSI}]*{_FSI}[^{_PDI}]*{_PDI}[^ ]*|[^ ]+")
_IDEOGRAPHIC = re.compile(
    rf"[（《「]*(?:{_FSI}[^{_PDI}]*{_PDI}|[\u0021-\u024f]+|[^（《「])(?:(?![（《「{_FSI}])[^\w])*|[（《「]+\Z"
)
_IDEOGRAPH = re.compile(r"[\u3000-\u9fff]")
_ONE_EACH = re.compile(
    r"[ -\u00ac\u00ae-\u02ff\u0386\u0388-\u038a\u038e-\u03a1\u03a3-\u0482\u0561-\u0586\u060c\u0621-\u064a\u0671-\u06d3"
    r"\u10d0-\u10fa\u1200-\u1248]*\Z"
)
"""Latin, Greek, Cyrillic, Armenian, Arabic, Georgian and Ethiopic letters: one column each, nothing to look up."""
_SPACES = re.compile(r"[ \t\r\n]+")


def collapse(text: str) -> str:
    """Runs of spaces and line breaks become one space; no-break spaces stay."""
    return _SPACES.sub(" ", text).strip()


def without_isolates(text: str) -> str:
    """The text as it stands where nothing runs from right to left."""
    return text.replace(_FSI, "").replace(_PDI, "")


def oriented(code: str, text: str) -> str:
    """The text with isolates if the language ``code`` runs from right to left, else without them."""
    return text if language(code).direction == "rtl" else without_isolates(text)


def wrap(text: str) -> str:
    """Lines of at most 76 columns; each URL on its own line, never broken, nor is an isolated value."""
    lines: list[str] = []
    line, width = "", 0
    for token in _TOKEN.findall(collapse(text)):
        if _URL.match(token):
            lines += [line, token]
            line, width = "", 0
            continue
        for n, piece in enumerate(_pieces(token)):
            glue = " " if line and not n else ""
            columns = _columns(piece)
            if line and width + len(glue) + columns > LINE_WIDTH:
                lines.append(line)
                line, width, glue = "", 0, ""
            line, width = line + glue + piece, width + len(glue) + columns
    return "\n".join(line for line in [*lines, line] if line)


def _columns(text: str) -> int:
    """Columns on a terminal-like display: ideographs take two, marks and isolates none."""
    text = without_isolates(text)
    if _ONE_EACH.match(text):
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.category(c) in {"Mn", "Cf"} else 1
        for c in text
    )


def _pieces(token: str) -> list[str]:
    """A token as it may be broken: between ideographs, never before closing or after opening punctuation."""
    return _IDEOGRAPHIC.findall(token) if _IDEOGRAPH.search(token) else [token]
