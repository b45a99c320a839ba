# SPDX-License-Identifier: GPL-3.0-or-later
"""What a text says about its language: words, letters, the statistical detector and the shape of words, added up.

* Words (``words.toml``): one for each, shared among the languages that have it; in Latin letters also by sound, for
  languages of other scripts (``romanised.py``).
* Letters that of the languages of a script only some use (``scripts.py``).
* The statistical detector (``identifier.py``), where it knows the script's languages: what fits worse than its
  best counts against a language, to :data:`MOST_AGAINST` at most, so that it cannot outvote many words.
* The shape of words, in Latin letters: above all for romanised text, which the statistical detector has never seen.

What each is worth was measured on the project's own texts (``docs/triage.md`` has the table).
"""

import functools
import re
from collections import Counter
from dataclasses import dataclass

from intake.languages import LANGUAGES, UNDETERMINED
from intake.triage import identifier, romanised
from intake.triage.scripts import letter_evidence
from intake.triage.words import BCMS, lexicon, plain_spelling

MAX_TOKENS = 50
"""Words that are looked at."""

PLENTY = 5.0
"""From so much said by the words of one language that is written in Latin letters, no shapes are asked: they could not
outvote it."""

SHARES = {"words": 2.0, "letters": 1.0, "identifier": 0.75, "sound": 2.0, "shape": 0.7}
"""How loudly each kind of evidence speaks. A quarter more or less of any of them changes hardly an answer; the
ablation in ``docs/triage.md`` sets one after the other to nought."""

MOST_AGAINST = 5.0
"""The most that the statistical detector or the shape of words can hold against a language."""

STRANGER = 1.5
"""Held against "another language", which is rare."""

LATIN_LETTERS = 2.0
"""Held against a language of another script in Latin letters, which is rare as well."""

NATIVE_SHAPE = 0.5
"""How much the shape of words counts for languages that are written in Latin letters: less, they have a detector."""

_ORDER = {code: place for place, code in enumerate([*LANGUAGES, UNDETERMINED])}
"""Of two languages with the same sum, the one that more people need."""

_LETTER = r"(?:[^\W\d_]|[\u0900-\u0dff])"  # vowel signs of the Indic scripts are no \w
_TOKEN = re.compile(rf"(?:{_LETTER}|[2-9](?={_LETTER})|(?<=[A-Za-z])[2-9])+(?:[\u200c\u200d’'ʼ`´-]{_LETTER}+)*")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sums for each language, the best first, and what they rest on."""

    sums: tuple[tuple[str, float], ...]
    known: tuple[str, ...]
    """At most six recognised words of the best language: ours, so they may be shown."""
    worded: float
    """What words alone say for the best language: 1 is a word that no other language has."""
    tokens: int
    lettered: bool
    """Letters, not only words, speak for the best language."""
    romanised: bool
    """The best language is one of another script."""
    fitting: bool
    """The statistical detector finds the best language most fitting."""

    @property
    def best(self) -> str:
        return self.sums[0][0] if self.sums else UNDETERMINED

    @property
    def lead(self) -> float:
        """How far the best is ahead of the next language that a reader of the best one would not understand."""
        if not self.sums:
            return 0.0
        kin = BCMS if self.best in BCMS else {self.best}
        rival = next((total for code, total in self.sums if code not in kin), None)
        return MOST_AGAINST if rival is None else self.sums[0][1] - rival


def tokens(text: str) -> list[str]:
    """The words of ``text``, case folded, without those that stand in mails of every language."""
    neutral = lexicon().neutral
    found = (token.casefold().replace("’", "'").replace("ʼ", "'") for token in _TOKEN.findall(text)[:MAX_TOKENS])
    return [token for token in found if token not in neutral]


def gather(text: str, script: str) -> Evidence:
    """What ``text``, which is mostly in ``script``, says about its language. Never raises."""
    said = tokens(text)
    counts = Counter(said)
    plain = {token: plain_spelling(token) for token in counts} if script == "Latn" else {}
    worded, known = _words(counts, plain, script)
    lettered: dict[str, float] = {}
    for code, weight in letter_evidence(" ".join(counts), script):
        lettered[code] = lettered.get(code, 0.0) + weight
    fits = identifier.fit(" ".join(said)) if script != "Ethi" else {}
    if script == "Arab" and "ku" in fits:
        fits["ckb"] = max(fits["ckb"], fits.pop("ku"))
    native = _native(script)
    plain_words = any(total >= PLENTY for code, total in worded.items() if code in native)
    shapes = romanised.shape(plain.values()) if script == "Latn" and not plain_words else {}
    candidates = native & {*fits, *worded, *lettered, UNDETERMINED}
    sums: dict[str, float] = {}
    for code in candidates:
        against = max(fits.get(code, -MOST_AGAINST), -MOST_AGAINST) if fits else 0.0
        sums[code] = (
            SHARES["words"] * worded.get(code, 0.0)
            + SHARES["letters"] * lettered.get(code, 0.0)
            + SHARES["identifier"] * against
            + SHARES["shape"] * NATIVE_SHAPE * max(shapes.get(code, 0.0), -MOST_AGAINST)
            - (STRANGER if code == UNDETERMINED else 0.0)
        )
    from_elsewhere = {name.removesuffix("*") for name in shapes if name.endswith("*")}
    for code in from_elsewhere:
        sums[code] = (
            SHARES["sound"] * worded.get(code, 0.0)
            + SHARES["shape"] * max(shapes[f"{code}*"], -MOST_AGAINST)
            - LATIN_LETTERS
        )
    ranked = sorted(sums.items(), key=lambda item: (-item[1], _ORDER[item[0]]))
    best = ranked[0][0] if ranked else UNDETERMINED
    return Evidence(
        sums=tuple(ranked),
        known=tuple(known.get(best, ())[:6]),
        worded=worded.get(best, 0.0),
        tokens=len(said),
        lettered=lettered.get(best, 0.0) > 0,
        romanised=best in from_elsewhere,
        fitting=fits.get(best, -1.0) == 0.0,
    )


def _words(counts: Counter[str], plain: dict[str, str], script: str) -> tuple[dict[str, float], dict[str, list[str]]]:
    """What words say for each language, and which words of our lists were recognised."""
    listed, native = lexicon(), _native(script)
    sums: dict[str, float] = {}
    known: dict[str, list[str]] = {}
    for token, times in counts.items():
        codes, loudness = listed.languages(token, plain.get(token, token))
        codes &= native
        heard = romanised.languages_by_sound(plain[token]) if plain else frozenset()
        crowd = _crowd(codes | heard)
        for code in codes:
            sums[code] = sums.get(code, 0.0) + loudness / crowd * min(times, 2)
            known.setdefault(code, []).append(token)
        for code in heard - codes:
            sums[code] = sums.get(code, 0.0) + 0.8 / crowd * min(times, 2)
            known.setdefault(code, []).append(token)
    return sums, known


def _crowd(codes: frozenset[str]) -> int:
    """How many languages share a word; Serbian, Croatian and Bosnian counted once, and Hindi and Urdu."""
    return max(1, len(codes) - max(0, len(codes & BCMS) - 1) - max(0, len(codes & romanised.HINDUSTANI) - 1))


@functools.cache
def _native(script: str) -> frozenset[str]:
    """The languages that are written in ``script``; another language may be."""
    own = {code for code, language in LANGUAGES.items() if language.script == script}
    return frozenset({UNDETERMINED, *own, *(("sr",) if script == "Cyrl" else ())})
