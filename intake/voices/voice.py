# SPDX-License-Identifier: GPL-3.0-or-later
"""A voice as a value, and the marks that a text may hold for it."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

MAX_CHARACTERS = 2_000
"""Of one text: the longest announcement, 80 s, has some 1,300."""

_PHONEMES = re.compile(r"\[\[([^\[\]]{1,200})\]\]")


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one engine: what it is, and by which words it is named in ``intake.toml``."""

    id: str
    """``engine:name``: ``pico:de-DE``, ``espeak:uk``, ``piper:tr_TR-dfki-medium``."""
    engine: str
    language: str
    """A code of the office's languages."""
    model: Path | None
    """The file or folder that belongs to this voice alone; None if it comes with its engine."""
    licence: str
    version: str
    """Of engine, model and settings: what is said with another version may sound different."""

    @property
    def name(self) -> str:
        """What the engine calls it."""
        return self.id.partition(":")[2]


def pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut at its phonemes: (words, False) and (phonemes, True), in order, nothing empty.

    ``[[…]]`` are phonemes in the engine's own alphabet: eSpeak NG's mnemonics, X-SAMPA for Pico, IPA for Piper. All
    other signs with a meaning to one of the engines are taken out of the words, and so is what cannot be said.
    """
    found: list[tuple[str, bool]] = []
    for index, part in enumerate(_PHONEMES.split(text)):
        phonemes = index % 2 == 1
        clean = part.strip() if phonemes else _words(part)
        if clean.strip():
            found.append((clean, phonemes))
    return found


def _words(text: str) -> str:
    text = "".join(" " if c in "<>[]{}|\\^~`" or _unspeakable(c) else c for c in text)
    return re.sub(r"\s+", " ", text)


def _unspeakable(character: str) -> bool:
    # Zero-width joiners are spelling in Persian and in Indian scripts.
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in "\u200c\u200d"
