# SPDX-License-Identifier: GPL-3.0-or-later
"""Where, in a message, someone else's words begin: quotations, forwards, signatures.

* A line with a quotation mark (``>``, RFC 3676 4.5) is someone else's.
* A line that announces a quotation ("Am … schrieb …:") has a date, and a word for writing or an address and a time:
  so it is known in languages that no table has. Mail programs break it into up to three lines.
* A block of headers ("Von: … Gesendet: … An: …") has three known labels, or three lines with any label, one of them
  with a date and a time.
* A ruler ("----- Ursprüngliche Nachricht -----") has known words, or dashes on both sides and headers below.
* ``-- `` alone on a line begins a signature (RFC 3676 4.3).

The words are in ``wrapping.toml``.
"""

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_LINE = 2_000
"""Characters of one line that are looked at."""

MAX_ANNOUNCEMENT = 300
"""Characters of a line that announces a quotation, put together again."""

_QUOTED = re.compile(r"\s{0,8}(?:>|&gt;|»\s|\|\s)")
_MARKS = re.compile(r"(?:\s{0,8}(?:>|&gt;|\|))+ ?")
_SIGNATURE = re.compile(r"(?:--|–|—|__) ?$|_{5,}\s*$")
_DATED = re.compile(
    r"\d{1,4}[./\-年]\s?\d{1,2}|\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|[\w.+-]@[\w-]|[٠-٩۰-۹]{2,4}", re.IGNORECASE
)
_ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.\w")
_YEAR = re.compile(r"(?<!\d)(?:\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2})(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)")
_COLON = re.compile(r"[:：፦]\s*$|[:：]\s{2,}|\s-{4,}\s*$|է[.։]\s*$")
_LABEL = re.compile(r"\s*[*_]{0,2}([^\W\d_][^:：*<>@\d]{0,22}?)\s?[*_]{0,2}\s?[:：][*_]{0,2}(?:\s|$)")
_RULER = re.compile(r"\s*[-_=*]{2,}\s*([^-_=*\s][^\n]{2,60}?)\s*[-_=*]{2,}\s*$")
_MARGINS = " \t-_=*:"
_ENDS = frozenset(":：፦-.։")
_SIGNS = (":", "：", "፦", "----", "է")
"""One stands in whatever ``_COLON`` finds."""
_RULING = frozenset("-_=*:： ")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the person's words end (a line number), and whether what follows may be a forward."""

    line: int
    forward: bool


def is_quoted(line: str) -> bool:
    """Whether ``line`` bears a quotation mark."""
    return _QUOTED.match(line) is not None


def without_marks(line: str) -> str:
    """``line`` without its quotation marks."""
    return _MARKS.sub("", line, count=1) if _QUOTED.match(line) else line


def find_cut(lines: list[str], announced: dict[int, int]) -> Cut:
    """The first line that belongs to someone else until the end; ``announced`` is of :func:`announcements`."""
    written = False
    for number, whole in enumerate(lines):
        line = whole[:MAX_LINE].rstrip()
        if not line or is_quoted(line):
            continue
        if line[-1] in _RULING and _is_ruler(lines, number):
            return Cut(number, True)
        if (":" in line or "：" in line) and is_block(lines, number):
            return Cut(number, True)
        if number in announced and not marked_follows(lines, number + announced[number]):
            return Cut(number, False)
        if written and _SIGNATURE.match(line):
            return Cut(number, False)
        written = written or any(c.isalpha() for c in line)
    return Cut(len(lines), False)


def is_wrapping(lines: list[str], number: int) -> bool:
    """Whether this line is one of a forward's rulers or headers, to be left out where the forward counts."""
    line = lines[number][:MAX_LINE]
    return bool(_label(line) in _labels()) or _is_ruler(lines, number)


def announcements(lines: list[str]) -> dict[int, int]:
    """The lines where announcements of quotations begin, and how many lines each takes (1 to 3: programs wrap them)."""
    found: dict[int, int] = {}
    for number, whole in enumerate(lines):
        line = whole[:MAX_LINE].rstrip()
        if not line or not (line[-1] in _ENDS or ":  " in line):
            continue
        if not any(sign in line for sign in _SIGNS) or is_quoted(line):
            continue
        end = _COLON.search(line)
        if end is None or end.start() > MAX_ANNOUNCEMENT:
            continue
        joined = line[: end.end()].strip()
        for start in (number, number - 1, number - 2):
            if start < number:
                before = lines[start][:MAX_LINE].strip() if start >= 0 else ""
                if not before or is_quoted(before) or len(before) + len(joined) > MAX_ANNOUNCEMENT:
                    break
                joined = f"{before} {joined}"
            if _announces(joined, lines, number):
                found[start] = number - start + 1
                break
    return found


def _announces(said: str, lines: list[str], number: int) -> bool:
    """Whether ``said``, which ends in line ``number``, announces a quotation."""
    wrote = _wrote().search(said)
    if _DATED.search(said) and (wrote or (_ADDRESS.search(said) and _YEAR.search(said) and _TIME.search(said))):
        return True
    return bool(wrote or _quoting().match(said)) and marked_follows(lines, number + 1)


def marked_follows(lines: list[str], start: int) -> bool:
    """Whether the next line that is not empty bears a quotation mark."""
    return next((is_quoted(line) for line in lines[start : start + 6] if line.strip()), False)


def is_block(lines: list[str], number: int) -> bool:
    """Whether a block of a quoted message's headers begins here."""
    label = _label(lines[number][:MAX_LINE])
    if not label:
        return False
    following = [line[:MAX_LINE] for line in lines[number : number + 12] if line.strip()][:6]
    known = sum(_label(line) in _labels() for line in following)
    if label in _labels() and known >= 3:
        return True
    together = [line for line in (line[:MAX_LINE] for line in lines[number : number + 5]) if _label(line)]
    dated = any(_YEAR.search(line) and _TIME.search(line) for line in together)
    return len(together) >= 3 and dated and bool(_label(lines[number + 1]) and _label(lines[number + 2]))


def _is_ruler(lines: list[str], number: int) -> bool:
    line = lines[number][:MAX_LINE]
    if not line or line[0].isalpha():
        named = line.strip(_MARGINS).casefold() in _rulers()[1] if len(line) < 80 else False
        return named and line.rstrip()[-1:] in (":", "：")
    found = _RULER.match(line)
    if not found:
        return False
    words = found.group(1).strip(_MARGINS).casefold()
    if any(words.startswith(ruler) for known in _rulers() for ruler in known):
        return True
    below = next((at for at in range(number + 1, min(number + 4, len(lines))) if lines[at].strip()), None)
    return below is not None and (is_block(lines, below) or bool(_wrote().search(words + ":")))


def _label(line: str) -> str:
    found = _LABEL.match(line)
    return found.group(1).strip().casefold() if found else ""


@functools.cache
def tables() -> dict[str, Any]:
    """``wrapping.toml`` as it stands there; not to be changed."""
    return tomllib.loads(Path(__file__).with_name("wrapping.toml").read_text("utf-8"))


@functools.cache
def _labels() -> frozenset[str]:
    table = tables()["labels"]
    return frozenset(label.casefold() for label in (*table["from"], *table["other"]))


@functools.cache
def _rulers() -> tuple[frozenset[str], frozenset[str]]:
    table = tables()["rulers"]
    return frozenset(table["original"]), frozenset(table["forward"])


@functools.cache
def _wrote() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(tables()["wrote"]["words"], key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)[^\n]{{0,120}}(?:[:：፦]|-{{4}}|է[.։])", re.IGNORECASE)


@functools.cache
def _quoting() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in tables()["quoting"]["words"]), re.IGNORECASE)
