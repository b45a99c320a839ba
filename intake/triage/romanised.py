# SPDX-License-Identifier: GPL-3.0-or-later
"""Languages of other scripts in Latin letters: "salam, mumkin maw3id", "zdravstvuyte, nuzhen termin".

No detector was trained on them (on such texts the best one is right for 54 %), and no two people spell alike. So:

* **Words by sound.** ``romanised.toml`` holds words as people type them; words of alphabets (Cyrillic, Greek, Georgian,
  Armenian) are spelt from ``words.toml`` in the usual ways. Both are kept by a key of how they sound: "shukran" and
  "choukran", "efharisto" and "efxaristo", "maw3id" and "mawid" are the same word.
* **The shape of words.** Where the words are strangers, their letters in twos, threes and fours are held against those
  of all these words, and of the words of the languages that are written in Latin letters.
"""

import functools
import itertools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from intake.languages import LANGUAGES
from intake.triage.arrays import single_threaded
from intake.triage.scripts import script_of
from intake.triage.words import lists, plain_spelling, romanised_lists

HINDUSTANI = frozenset({"hi", "ur"})
"""Hindi and Urdu in Latin letters are one language but for their courtesies."""

SMOOTHING = 0.3
"""Added to every count of letters, so that what was never seen is merely unlikely."""

MAX_LETTERS = 160
"""Letters of a text whose shape is looked at."""

# What people type for a letter of another alphabet: at most three usual ways.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    **{c: (v,) for c, v in zip("абвгдезиклмнопрстуф", "abvgdeziklmnoprstuf", strict=True)},
    "г": ("g", "h"), "ґ": ("g",), "х": ("h", "kh"), "ж": ("zh", "j", "z"), "ц": ("ts", "c"), "ч": ("ch",), "ш": ("sh",),
    "щ": ("shch", "sht", "sh"), "ъ": ("a", "u", ""), "ь": ("",), "ы": ("y",), "э": ("e",), "ё": ("e", "yo"),
    "ю": ("yu", "iu"), "я": ("ya", "ia", "a"), "й": ("y", "i", "j"), "і": ("i",), "ї": ("yi", "i"), "є": ("ye", "e"),
    "ѓ": ("gj", "g"), "ќ": ("kj", "k"), "љ": ("lj",), "њ": ("nj",), "џ": ("dzh", "dj"), "ј": ("j", "i"), "ѕ": ("dz",),
    "α": ("a",), "β": ("v", "b"), "γ": ("g", "y"), "δ": ("d",), "ε": ("e",), "ζ": ("z",), "η": ("i", "h"),
    "θ": ("th",), "ι": ("i",), "κ": ("k",), "λ": ("l",), "μ": ("m",), "ν": ("n",), "ξ": ("ks", "x"), "ο": ("o",),
    "π": ("p",), "ρ": ("r",), "σ": ("s",), "ς": ("s",), "τ": ("t",), "υ": ("i", "u"), "φ": ("f",), "χ": ("h", "x"),
    "ψ": ("ps",), "ω": ("o", "w"),
    **{c: (v,) for c, v in zip("აბგდევზთიკლმნოპრსტუფქყჰ", "abgdevztiklmnoprstupkkh", strict=True)},
    "ჟ": ("zh",), "ღ": ("gh", "g"), "შ": ("sh",), "ჩ": ("ch",), "ც": ("ts", "c"), "ძ": ("dz",), "წ": ("ts",),
    "ჭ": ("ch",), "ხ": ("kh", "x"), "ჯ": ("j",),
    **{c: (v,) for c, v in zip("աբգդեզէըթիլկհմյնոպջռսվտրւփքօֆ", "abgdezeetilkhmynopjrsvtrvpkof", strict=True)},
    "ժ": ("zh",), "խ": ("kh", "x"), "ծ": ("ts", "c"), "ձ": ("dz",), "ղ": ("gh", "x"), "ճ": ("ch",), "շ": ("sh",),
    "չ": ("ch",), "ց": ("ts", "c"), "և": ("ev",),
}  # fmt: skip
_TOGETHER = (("ου", "u"), ("ού", "u"), ("αι", "e"), ("ει", "i"), ("οι", "i"), ("μπ", "b"), ("ντ", "d"), ("ու", "u"))
"""Two letters that are one sound; the usual other way is letter by letter."""

_MAX_SPELLINGS = 6

_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("sht", "s"), ("tch", "s"), ("sh", "s"), ("ch", "s"), ("zh", "j"), ("kh", "h"),
    ("gh", "g"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("ts", "s"), ("tz", "s"), ("ks", "x"), ("ou", "u"),
    ("oo", "u"), ("ee", "i"), ("ei", "i"), ("ey", "i"), ("ai", "e"), ("ay", "e"), ("x", "h"), ("q", "k"), ("c", "k"),
    ("w", "u"), ("y", "i"), ("3", ""), ("2", ""), ("7", "h"), ("5", "h"), ("9", "k"), ("8", "t"), ("6", "t"),
    ("4", "s"), ("'", ""), ("`", ""), ("-", ""),
)  # fmt: skip
_SOUND_OF = dict(_SOUNDS)
_SOUND = re.compile("|".join(re.escape(spelt) for spelt, _ in _SOUNDS))
_TWICE = re.compile(r"(.)\1+")
_VOWELS = str.maketrans("eo", "iu")


@dataclass(frozen=True, slots=True)
class _Romanised:
    """The words by sound, and how likely each piece of a word is in each language."""

    by_sound: dict[str, frozenset[str]]
    classes: tuple[str, ...]
    pieces: dict[str, int]
    likelihood: Any
    """A numpy array of logarithms: a row for each piece, a column for each class; the last row is for pieces never
    seen."""


def sound(token: str) -> str:
    """How ``token`` (in Latin letters, without diacritics) sounds, roughly."""
    heard = _SOUND.sub(lambda found: _SOUND_OF[found.group()], token)
    return _TWICE.sub(r"\1", heard.translate(_VOWELS))


@functools.lru_cache(maxsize=8192)
def languages_by_sound(plain: str) -> frozenset[str]:
    """The languages that have a word which sounds like ``plain``."""
    return _load().by_sound.get(sound(plain), frozenset())


def shape(tokens: Iterable[str]) -> dict[str, float]:
    """How well the shapes of words fit each language that is or may be in Latin letters: at most 0 for the best.

    ``tokens`` are without diacritics. Comparable between texts as :func:`intake.triage.identifier.fit` is.
    """
    model = _load()
    unseen = len(model.pieces)
    rows: list[int] = []
    seen = 0
    for token in tokens:
        rows += [model.pieces.get(piece, unseen) for piece in _pieces(token)]
        seen += len(token)
        if seen > MAX_LETTERS:
            break
    if not rows:
        return {}
    sums = model.likelihood[rows].sum(axis=0) / math.sqrt(len(rows))
    top = float(sums.max())
    return {code: float(total) - top for code, total in zip(model.classes, sums, strict=True)}


def spellings(word: str) -> list[str]:
    """The usual ways to write ``word`` (of an alphabet) in Latin letters."""
    ways = [_spelt(word)]
    joined = word
    for pair, latin in _TOGETHER:
        joined = joined.replace(pair, latin)
    if joined != word:
        ways.insert(0, _spelt(joined))
    return list(dict.fromkeys(way for group in ways for way in group))[:_MAX_SPELLINGS]


def warm_up() -> None:
    """Make the index and the table now."""
    _load()


def _spelt(word: str) -> list[str]:
    choices = [_SPELLINGS.get(c, (c if c.isascii() else "",)) for c in word]
    return ["".join(way) for way in itertools.islice(itertools.product(*choices), _MAX_SPELLINGS)]


def _words_by_code() -> dict[str, list[str]]:
    table = {code: words.split() for code, words in romanised_lists().items()}
    shared = table.pop("hindustani")
    for code in HINDUSTANI:
        table[code] = [*table[code], *shared]
    for code, words in lists()["words"].items():
        if code in LANGUAGES and LANGUAGES[code].script in ("Cyrl", "Grek", "Geor", "Armn"):
            own = [plain_spelling(word) for word in words.casefold().split() if not word.isascii()]
            table.setdefault(code, []).extend(way for word in own for way in spellings(word))
    return table


def _pieces(token: str) -> list[str]:
    padded = f" {token} "
    return [padded[at : at + size] for size in (2, 3, 4) for at in range(len(padded) - size + 1)]


@functools.cache
def _load() -> _Romanised:
    romanised = _words_by_code()
    by_sound: dict[str, set[str]] = {}
    for code, words in romanised.items():
        for word in words:
            by_sound.setdefault(sound(word), set()).add(code)
    latin = {
        code: [plain_spelling(word) for word in words.split() if script_of(word[-1]) == "Latn"]
        for code, words in lists()["words"].items()
        if code not in LANGUAGES or LANGUAGES[code].script == "Latn"
    }
    classes = {**latin, **{f"{code}*": words for code, words in romanised.items()}}
    seen: dict[str, int] = {}
    np = single_threaded()
    rows = [
        np.array([seen.setdefault(piece, len(seen)) for word in dict.fromkeys(words) for piece in _pieces(word)])
        for words in classes.values()
    ]
    names = sorted(seen)
    counts = np.stack([np.bincount(row, minlength=len(seen) + 1) for row in rows], axis=1)
    table = counts[[*(seen[name] for name in names), len(seen)]].astype(np.float32) + np.float32(SMOOTHING)
    likelihood = np.log(table / table.sum(axis=0))
    pieces = {piece: row for row, piece in enumerate(names)}
    return _Romanised(
        {key: frozenset(found) for key, found in by_sound.items() if len(key) > 1}, tuple(classes), pieces, likelihood
    )
