# SPDX-License-Identifier: GPL-3.0-or-later
"""What the classifier sees of a message: keyed hashes of its words, of pairs of words, and of pieces of words.

No word is kept. Each is hashed with a key that is made from the ledger's secret, to 64 bits: whoever has a list of such
hashes and not the ledger cannot look anything up in it, not even by trying every name there is. What holds digits
(file numbers, dates, telephone numbers) is not looked at.

Training and prediction both call :func:`hashes`, so that they see the same.
"""

import hashlib
import hmac
import itertools
import re
from collections.abc import Iterator

from intake.triage.routing.spelling import fold

MAX_SUBJECT = 200
MAX_CHARACTERS = 4_000
"""Characters that are looked at: what a person wants is said by then, and a message costs some milliseconds at most."""

MAX_WORD = 40
"""Letters of a word; what is longer is no word."""

PIECES = (3, 4, 5)
"""Lengths of the pieces of words, which also end and begin with the space around it. They find a word again where it is
declined, joined to another or misspelt (measured: without them 41 % of our mails are told apart, with them 64 %)."""

_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u109f\u1780-\u17ff])+")  # vowel signs of Indic letters are no \w


def key(secret: bytes) -> bytes:
    """The key of the hashes, from the ledger's secret."""
    return hmac.new(secret, b"classifier", hashlib.sha256).digest()


def hashed(key: bytes, kind: str, text: str) -> int:
    """64 bits that stand for ``text``; ``kind`` keeps a word apart from an equal piece of another."""
    said = f"{kind}{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=8, key=key).digest(), "little")


def hashes(key: bytes, subject: str, own_words: str) -> list[int]:
    """What stands in a message, each once, ascending. Any text is an answer, never an error."""
    found: set[tuple[str, str]] = set()
    for text in (subject[:MAX_SUBJECT], own_words[:MAX_CHARACTERS]):
        found.update(_grams([word[:MAX_WORD] for word in _WORD.findall(fold(text))]))
    return sorted({hashed(key, kind, text) for kind, text in found})


def _grams(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in set(words):
        yield "word ", word
        padded = f" {word} "
        for length in PIECES:
            for start in range(len(padded) - length + 1):
                yield "piece ", padded[start : start + length]
    for one, other in itertools.pairwise(words):
        yield "pair ", f"{one} {other}"
