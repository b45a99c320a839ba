# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of what was spoken was heard: word and character error rate (jiwer).

Both texts are brought to the same form first, so that spelling does not count as mishearing: numbers in words (a
recogniser writes "8:30 Uhr" where "acht Uhr dreißig" was said), small letters, no punctuation, no vowel signs that may
or may not be written, one form of letters that look alike, Serbian in Latin letters. Characters are compared without
the spaces between words: whether "Service Point" is one word cannot be heard. Languages that write without spaces have
each character for a word.
"""

import re
import unicodedata
from dataclasses import dataclass

import jiwer

from intake.languages import LANGUAGES
from intake.speech import Speaker


@dataclass(frozen=True, slots=True)
class Rates:
    """Errors (wrong, missing, added) as a part of what was spoken: 0 is perfect, 1 or more is nothing in common."""

    wer: float
    """Of the words."""
    cer: float
    """Of the characters, without spaces."""


def compare(spoken: str, heard: str, language: str) -> Rates:
    """The error rates of ``heard`` against ``spoken``, both in ``language``; any text of either is fine."""
    reference, hypothesis = normalised(spoken, language), normalised(heard, language)
    if not reference:
        rate = 1.0 if hypothesis else 0.0
        return Rates(rate, rate)
    return Rates(
        float(jiwer.wer(reference, hypothesis)),
        float(jiwer.cer(reference.replace(" ", ""), hypothesis.replace(" ", ""))),
    )


def normalised(text: str, language: str) -> str:
    """The text as it is compared: words in small letters with single spaces."""
    if language in LANGUAGES:
        text = Speaker.of(language).text(text)
    text = unicodedata.normalize("NFKC", text.casefold())
    text = "".join(_SAME.get(c, c) for c in text if c not in _UNWRITTEN)
    if language in _CYRILLIC_TOO:
        text = "".join(_LATIN.get(c, c) for c in text)
    text = "".join(c if _counts(c) else " " for c in text.replace("'", "").replace("’", ""))
    if language in _NO_SPACES:
        text = " ".join(c for c in text if c != " ")
    return re.sub(r"\s+", " ", text).strip()


def _counts(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


_UNWRITTEN = frozenset("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0640\u200c\u200d\u0301\u0300")
"""Arabic vowel signs and the stretching line, zero-width joiners, and stress marks."""

_SAME = {
    "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ё": "е",
    "ς": "σ", "և": "եւ", "ά": "α", "έ": "ε", "ή": "η", "ί": "ι", "ό": "ο", "ύ": "υ", "ώ": "ω",
}  # fmt: skip
"""Letters that are one to the ear and are typed in either form."""

_NO_SPACES = frozenset({"zh"})

_CYRILLIC_TOO = frozenset({"sr", "bs", "hr"})
_LATIN = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)) | {
    "љ": "lj", "њ": "nj", "џ": "dž"
}  # fmt: skip
