# SPDX-License-Identifier: GPL-3.0-or-later
"""What was heard as a row of tokens: what stands between two blanks, with its time and its confidence.

A recogniser gives words, and one of them (Whisper) gives "0171" and "-392" or "J" and "'ai" as two. The blanks of its
text say what belongs together, so the words are laid along the text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from intake.listening import Heard, Word
from intake.triage.routing.spelling import fold

SENTENCE_END = re.compile(r"[.!?…。؟]+[\"”’»)]*$")
_PUNCTUATION = re.compile(r"^[^\w§+]+|[^\w%€]+$")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Token:
    """One stretch without a blank."""

    text: str
    confidence: float
    """Of its least sure word, 0…1."""
    begin: float
    end: float
    """Seconds."""

    @cached_property
    def core(self) -> str:
        """Without the punctuation around it."""
        return _PUNCTUATION.sub("", self.text)

    @cached_property
    def key(self) -> str:
        """As it is compared: letters and digits alone, without case and accents."""
        return fused(self.core)

    @cached_property
    def tail(self) -> str:
        """The punctuation after it."""
        return self.text[self.text.rindex(self.core) + len(self.core) :] if self.core else self.text

    @property
    def ends_sentence(self) -> bool:
        """Whether a sentence ends with it; the dot of "14." may be one, too."""
        return SENTENCE_END.search(self.text) is not None


def fused(text: str) -> str:
    """A text without blanks, signs, case and accents: "vingt et un" → "vingtetun"."""
    return _NOT_WORD.sub("", fold(text))


def tokens(heard: Heard) -> tuple[Token, ...]:
    """The tokens of what was heard."""
    chunks: list[list[Word]] = []
    at = 0
    for word in heard.words:
        if not word.text:
            continue
        begin = heard.text.find(word.text, at)
        joined = begin == at and at > 0
        at = begin + len(word.text) if begin >= 0 else at
        if joined and chunks:
            chunks[-1].append(word)
        else:
            chunks.append([word])
    return tuple(
        Token("".join(w.text for w in chunk), min(w.confidence for w in chunk), chunk[0].begin, chunk[-1].end)
        for chunk in chunks
    )


def together(several: Sequence[Token]) -> bool:
    """Whether nothing stands between tokens: no comma, no end of a sentence."""
    return not any(token.tail for token in several[:-1])


def said(several: Iterable[Token]) -> str:
    """Tokens as a text."""
    return " ".join(token.text for token in several)
