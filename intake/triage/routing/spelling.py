# SPDX-License-Identifier: GPL-3.0-or-later
"""How words are compared: without case and accents, cut into sentences, and romanised where a script can be.

Folding is the same for terms and texts, so a term may be written as its language writes it. Romanised spellings
are made from the table for the scripts that write their vowels; for Arabic, Hebrew-like and Indic scripts, where people
spell by ear, the vocabulary lists the usual forms itself.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARACTERS = 16_000
"""Characters of a text that are looked at: what a person wants is said long before."""

MAX_SENTENCES = 60
"""Sentences of one message that are told apart; the last one holds the rest."""

_COMBINING = re.compile(
    "["
    + "".join(chr(c) for c in (*range(0x0300, 0x3100), *range(0xA000, 0xAC00)) if unicodedata.combining(chr(c)))
    + "]+"
)
_FOLD = str.maketrans({
    "ı": "i", "ł": "l", "đ": "d", "ø": "o", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ə": "e",
    "ی": "ي", "ى": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ھ": "ه", "ە": "ه", "ہ": "ه",
    "ሐ": "ሀ", "ኀ": "ሀ", "ሠ": "ሰ", "ዐ": "አ", "ኣ": "አ", "ፀ": "ጸ",
    "\u200c": None, "\u200d": None, "ـ": None, "_": " ", "'": " ", "’": " ", "ʼ": None, "՞": None, "՛": None, "՜": None,
})  # fmt: skip
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_SEPARATORS = re.compile(r"[-.]")
_UMLAUT = re.compile("[äöüÄÖÜ]")
_ASKED = "\x01"
_QUESTION = re.compile(r"[?？؟፧]+|;(?=\s*$)", re.MULTILINE)
_END = re.compile(r"[.!…]+(?=\s)|[。！۔።፨।\r\v\f\u2028\u2029]")
_NO_WORD = re.compile(r"[^\w\u0900-\u109f\u1780-\u17ff\n\x01]+")  # vowel signs of Indic and Thai letters are no \w

_LATIN = str.maketrans({
    # Cyrillic of all the office's languages; where languages differ, the way most people write on a telephone
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ye", "ж": "zh", "з": "z", "и": "i",
    "і": "i", "ї": "yi", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
    "э": "e", "ю": "yu", "я": "ya", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz",
    "ѕ": "dz",
    # Greek
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "i", "φ": "f",
    "χ": "h", "ψ": "ps", "ω": "o",
    # Georgian
    "ა": "a", "ბ": "b", "გ": "g", "დ": "d", "ე": "e", "ვ": "v", "ზ": "z", "თ": "t", "ი": "i", "კ": "k", "ლ": "l",
    "მ": "m", "ნ": "n", "ო": "o", "პ": "p", "ჟ": "zh", "რ": "r", "ს": "s", "ტ": "t", "უ": "u", "ფ": "p", "ქ": "k",
    "ღ": "gh", "ყ": "k", "შ": "sh", "ჩ": "ch", "ც": "ts", "ძ": "dz", "წ": "ts", "ჭ": "ch", "ხ": "kh",
    "ჯ": "j", "ჰ": "h",
    # Armenian
    "ա": "a", "բ": "b", "գ": "g", "դ": "d", "ե": "e", "զ": "z", "է": "e", "ը": "y", "թ": "t", "ժ": "zh", "ի": "i",
    "լ": "l", "խ": "kh", "ծ": "ts", "կ": "k", "հ": "h", "ձ": "dz", "ղ": "gh", "ճ": "ch", "մ": "m", "յ": "y", "ն": "n",
    "շ": "sh", "ո": "o", "չ": "ch", "պ": "p", "ջ": "j", "ռ": "r", "ս": "s", "վ": "v", "տ": "t", "ր": "r", "ց": "ts",
    "ւ": "u", "փ": "p", "ք": "k", "օ": "o", "ֆ": "f", "և": "ev",
})  # fmt: skip
_CYRILLIC = str.maketrans(dict(zip("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш", strict=True)))
_DIGRAPHS = (("ου", "u"), ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("ει", "i"), ("οι", "i"), ("αι", "e"))


def fold(text: str) -> str:
    """``text`` as it is compared: case, diacritics and variants of letters taken away."""
    if text.isascii():
        return text.lower().replace("'", " ").replace("_", " ")
    decomposed = unicodedata.normalize("NFD", text.casefold())  # not NFKD, which can make one letter into eighteen
    return _COMBINING.sub("", decomposed).translate(_FOLD)


def spellings(term: str) -> tuple[str, ...]:
    """The folded spellings of a term: ``ü`` is also found as ``ue``."""
    plain = " ".join(_SEPARATORS.sub(" ", fold(term)).split())
    if term.isascii() or not _UMLAUT.search(term):
        return (plain,)
    return plain, " ".join(_SEPARATORS.sub(" ", fold(term.lower().translate(_UMLAUTS))).split())


def romanised(folded: str) -> str | None:
    """How people write a folded Cyrillic, Greek, Georgian or Armenian term in Latin letters; ``None`` for others."""
    if folded.isascii():
        return None
    text = folded
    if "\u0370" <= text.lstrip("*")[:1] <= "\u03ff":
        for pair, latin in _DIGRAPHS:
            text = text.replace(pair, latin)
    latin_text = text.translate(_LATIN)
    return latin_text if latin_text.isascii() else None


def cyrillic(term: str) -> str:
    """A Serbian term in Cyrillic; the two alphabets stand for each other letter by letter."""
    lower = unicodedata.normalize("NFC", term).lower()
    return lower.replace("lj", "љ").replace("nj", "њ").replace("dž", "џ").translate(_CYRILLIC)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its words, each with a space on both sides, and whether it is written as a question."""

    words: str
    asks: bool


def sentences(text: str) -> list[Sentence]:
    """The sentences of ``text`` that have words; at most :data:`MAX_SENTENCES`."""
    marked = _END.sub("\n", _QUESTION.sub(f"{_ASKED}\n", fold(text[:MAX_CHARACTERS].replace(_ASKED, " "))))
    lines = [line.strip(" ") for line in _NO_WORD.sub(" ", marked).split("\n")]
    found = [line for line in lines if line.strip(f"{_ASKED} ")]
    if len(found) > MAX_SENTENCES:
        found[MAX_SENTENCES - 1 :] = [" ".join(found[MAX_SENTENCES - 1 :])]
    return [
        Sentence(f" {' '.join(line.replace(_ASKED, ' ').split())} " if _ASKED in line else f" {line} ", _ASKED in line)
        for line in found
    ]
