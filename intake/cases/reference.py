# SPDX-License-Identifier: GPL-3.0-or-later
"""Case references: ``AB-`` and seven Crockford base32 symbols, the last of them a check character.

The check character makes the weighted sum of all seven symbols zero in the field of 32 elements,
GF(2)[x] / (x⁵ + x² + 1), with the weights 4⁶ … 4⁰ (4 generates the field's multiplicative group). Every
weight differs from zero, so every single wrong symbol is detected; neighbouring weights differ, so
every swap of neighbours is detected; and the check character is one of the same 32 symbols, which a
sum modulo 37 (Crockford's own) is not. References are random, never sequential: nobody can guess another
person's, or learn from their own how many cases the office has.

People type what they read: lower case, ``o`` for 0, ``i`` or ``l`` for 1, spaces, another dash. All of these
are recognised. ``U`` is not in the alphabet.
"""

import re
from random import Random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_TYPED = str.maketrans("OIL", "011")
_MAX_CANDIDATES = 200


def _times_4(value: int) -> int:
    """Multiply by 4 in GF(32): shift twice, reducing by x⁵ + x² + 1 each time."""
    for _ in range(2):
        value <<= 1
        if value & 32:
            value ^= 0b100101
    return value


def _sum(symbols: str) -> int:
    total = 0
    for symbol in symbols:
        total = _times_4(total) ^ _VALUE[symbol]
    return total


def check_character(symbols: str) -> str:
    """The seventh symbol for six symbols of the alphabet."""
    return ALPHABET[_times_4(_sum(symbols))]


def is_valid(symbols: str) -> bool:
    """Whether seven symbols (upper case, no prefix) carry the right check character."""
    return len(symbols) == LENGTH and all(s in _VALUE for s in symbols) and _sum(symbols) == 0


def new(prefix: str, random: Random) -> str:
    """A random reference such as ``AB-7K3M9QX``. ``random`` should be a ``SystemRandom`` outside tests."""
    symbols = "".join(random.choice(ALPHABET) for _ in range(LENGTH - 1))
    return f"{prefix}-{symbols}{check_character(symbols)}"


def normalise(prefix: str, typed: str) -> str | None:
    """What a person typed as one reference (with or without the prefix), or ``None`` if it is none."""
    symbols = re.sub(r"[^0-9A-Za-z]", "", typed).upper()
    if len(symbols) == LENGTH + len(prefix) and symbols.startswith(prefix):
        symbols = symbols[len(prefix) :]
    symbols = symbols.translate(_TYPED)
    return f"{prefix}-{symbols}" if is_valid(symbols) else None


def find(prefix: str, text: str) -> tuple[str, ...]:
    """All references in ``text``, each once, in order; only the first 200 places that look like one are tried."""
    dash = r"[\s\-\u2010-\u2015\u2212._:#/\u2066-\u2069\u200e\u200f]{0,4}"
    pattern = re.compile(rf"(?<![0-9A-Za-z]){prefix}{dash}((?:[0-9A-TV-Z][ \-]?){{6}}[0-9A-TV-Z])(?![0-9A-Za-z])", re.I)
    found: dict[str, None] = {}
    for count, match in enumerate(pattern.finditer(text)):
        if count >= _MAX_CANDIDATES:
            break
        reference = normalise(prefix, match.group(1))
        if reference:
            found[reference] = None
    return tuple(found)
