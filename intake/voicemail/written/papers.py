# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of papers as the office writes them.

Recognisers cut long German words ("Fiktions Bescheinigung") or hear a letter wrong ("Fiktionbescheinigung"), also in
the middle of another language. A name that is there but for its blanks is written in one word; one that is there but
for a letter or two as well, if it is long enough that nothing else comes near. Short names are left alone.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from intake.voicemail.written.tokens import Token, fused, together
from intake.voicemail.written.values import Context, Found

_FILE = Path(__file__).with_name("papers.toml")
_MOST_TOKENS = 3
_LONG = 12
"""Letters from which a wrong one is forgiven, …"""
_VERY_LONG = 18
"""… and from which two are."""
_ENDINGS = ("", "s", "en")


def read(tokens: Sequence[Token], at: int, context: Context) -> Found | None:
    """A paper whose name begins with the token at ``at``, if it is not written so already."""
    widths = range(1, min(_MOST_TOKENS, len(tokens) - at) + 1)
    for known in (_names().get, _near):
        for count in widths:
            here = tokens[at : at + count]
            key = "".join(token.key for token in here)
            name = known(key) if len(key) >= _LONG and together(here) else None
            if name == " ".join(token.core for token in here):
                return None
            if name:
                return Found(name, count, "paper")
    return None


def _near(key: str) -> str | None:
    allowed = 2 if len(key) >= _VERY_LONG else 1
    for other, name in _names().items():
        if abs(len(other) - len(key)) <= allowed and other[0] == key[0] and _distance(key, other, allowed) <= allowed:
            return name
    return None


def _distance(one: str, other: str, most: int) -> int:
    """Letters wrong, missing or added; beyond ``most`` any larger number."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
        if min(row) > most:
            return most + 1
    return row[-1]


@cache
def _names() -> Mapping[str, str]:
    """Every form of every name, by its key."""
    names = tomllib.loads(_FILE.read_text("utf-8"))["papers"].split(", ")
    return {fused(name + ending): name + ending for name in names for ending in _ENDINGS}
