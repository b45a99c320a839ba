# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file that anybody may have recorded to the words that were said in it.

The file is decoded in a process of its own with limits (:mod:`intake.audio.decoding`), the language is chosen
(``language_choice``), a recogniser listens, and what nobody said is taken out (``phantoms``). Whatever the file is,
there is a result that says so: silence, noise, music, tones, nothing in it, damaged, too long, no sound at all.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.audio import Decoded, active_level, decode
from intake.errors import AudioError
from intake.languages import UNDETERMINED
from intake.listening import Recogniser
from intake.listening.recogniser import FAINTEST
from intake.triage.language import Confidence
from intake.voicemail.language_choice import Choice, Likely, choose
from intake.voicemail.phantoms import spoken
from intake.voicemail.values import State
from intake.voicemail.words import office_words
from intake.voicemail.written import tokens
from intake.voicemail.written.tokens import Token

UNSURE = 0.5
"""Confidence below which a word is marked: of the words that are wrong, most lie there (docs/voicemail.md)."""
MUCH = 0.4
"""The part of unsure words from which a transcript is only partly one."""
CLEARER = 1.3
"""Of two languages that were tried, one must be heard so many times as surely as the other to be likely."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard in a file."""

    state: State
    decoded: Decoded | None
    """``None`` where no sound could be had."""
    language: str
    confidence: Confidence
    english: str
    german: str
    """Why this language."""
    tokens: tuple[Token, ...]
    problem: str
    """German, for staff; empty if nothing is wrong."""


async def hear(
    file: Path, recogniser: Recogniser, *, chosen: str, before: str, usual: Sequence[str], listen: bool
) -> Hearing:
    """``chosen``, ``before`` and ``usual`` languages: see :func:`choose`. Without ``listen`` only the sound is had.

    ListeningError if the recogniser breaks down; that a language has no model is a result.
    """
    unheard = choose(chosen=chosen, before=before, likely=(), usual=())
    try:
        decoded = await asyncio.to_thread(decode, file)
    except AudioError as error:
        problem = await asyncio.to_thread(_unreadable, file)
        return _without_words("unreadable", None, unheard, f"no sound: {error}", problem)
    if active_level(decoded.sound).dbov < FAINTEST:
        still = "Es ist nichts zu hören: Die Aufnahme ist still."
        return _without_words("nothing-heard", decoded, unheard, "silence", still)
    if not listen:
        failed = "Der Spracherkenner kam mit dieser Aufnahme nicht zurecht; bitte anhören."
        return _without_words("failed", decoded, unheard, "the recogniser broke down", failed)
    likely: Likely = await recogniser.identify(decoded.sound) if recogniser.identifies else ()
    known = recogniser.languages
    choice = choose(chosen=chosen, before=before, likely=likely, usual=[code for code in usual if code in known])
    tried = [code for code in choice.languages if code in known]
    if not tried:
        return _without_words("no-model", decoded, choice, "no recogniser", _NO_MODEL if known else _NO_RECOGNISER)
    return await _heard(decoded, recogniser, choice, tried)


async def _heard(decoded: Decoded, recogniser: Recogniser, choice: Choice, tried: Sequence[str]) -> Hearing:
    found: list[tuple[float, str, tuple[Token, ...]]] = []
    for code in tried:
        heard = await recogniser.hear(decoded.sound, code, expected=office_words(code))
        said = spoken(tokens(heard), decoded.sound)
        found.append((math.fsum(token.confidence for token in said), code, said))
    found.sort(key=lambda one: -one[0])
    total, code, said = found[0]
    if not said:
        nobody = "Es ist keine Sprache zu erkennen, nur Geräusche, Töne oder Musik."
        return _without_words("nothing-heard", decoded, choice, "no speech", nobody)
    confidence, english, german = choice.confidence, choice.english, choice.german
    if len(found) > 1 and total >= CLEARER * found[1][0]:
        confidence, english, german = "likely", f"{english}; heard best: {code}", f"{german}; am besten verstanden"
    unsure = sum(token.confidence < UNSURE for token in said) / len(said)
    problem = _damage(decoded)
    if unsure > MUCH:
        problem = f"{problem} Vieles ist schlecht zu verstehen; bitte anhören.".strip()
    state: State = "partly" if problem else "heard"
    return Hearing(state, decoded, code, confidence, english, german, said, problem)


def _without_words(state: State, decoded: Decoded | None, choice: Choice, why: str, problem: str) -> Hearing:
    """Nothing was understood: the language is what is known without it, if it is. ``why``: in English."""
    known = choice.confidence != "unsure"
    problem = f"{problem} {_damage(decoded)}".strip() if decoded else problem
    code = choice.code if known else UNDETERMINED
    english = f"{choice.english}; {why}"
    return Hearing(state, decoded, code, choice.confidence, english, choice.german, (), problem)


_NO_RECOGNISER = "Hier ist kein Spracherkenner eingerichtet; bitte anhören."
_NO_MODEL = "Für diese Sprache ist hier kein Spracherkenner eingerichtet; bitte anhören."


def _unreadable(file: Path) -> str:
    if file.is_file() and not file.stat().st_size:
        return "Die Tondatei ist leer."
    return "Die Tondatei lässt sich nicht abspielen; sie hängt so an, wie sie kam."


def _damage(decoded: Decoded) -> str:
    if decoded.cut:
        minutes = round(decoded.sound.seconds / 60)
        return (
            f"Die Aufnahme ist zu lang; hier sind die ersten {minutes} Minuten. Das Ganze liegt an der Telefonanlage."
        )
    return "Die Tondatei ist beschädigt; ein Teil fehlt." if decoded.damaged else ""
