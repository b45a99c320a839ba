# SPDX-License-Identifier: GPL-3.0-or-later
"""A telephone number in the groups in which it is said.

Groups are those that the office wrote, cut to at most three digits: who writes down what he hears keeps two or three
in mind. "(0)" after a country code is not said: it is not dialled there.
"""

import re
from collections.abc import Iterator

MAX_DIGITS = 40

_TRUNK = re.compile(r"(?<=\d)\s*\(0\)")
_RUN = re.compile(r"\d+")


def groups(number: str) -> tuple[str, ...]:
    """ "+49 7999 123-0" → ("49", "79", "99", "123", "0")."""
    written = _TRUNK.sub(" ", number[:200])
    digits = _RUN.findall(written)
    return tuple(group for run in digits for group in _cut(run[:MAX_DIGITS]))[:MAX_DIGITS]


def _cut(run: str) -> Iterator[str]:
    """Groups of three and two, the longer ones first; four digits are two and two."""
    count = -(-len(run) // 3)
    start = 0
    for n in range(count):
        length = -(-(len(run) - start) // (count - n))
        yield run[start : start + length]
        start += length
