# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recogniser wrote although nobody said it is taken out before anybody reads it.

Recognisers are made to find words, and in noise, music or silence they find some. Taken out is:

* what is no word: "[Musik]", "♪";
* what stands where nothing is to be heard: a caller's words are louder than the pauses between them;
* what Whisper has read under films (``phantoms.toml``);
* what is said again and again without a stop, but for its first time, and that is marked unsure;
* everything, if next to nothing remains for the length of the sound, or if the recogniser is sure of nothing.

This errs on the side of the caller: one clear sentence is enough to be kept, and the sound is there to be played.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from intake.audio import Sound
from intake.voicemail.written.tokens import Token, fused

FAINTER = 30.0
"""Decibels below the loudest speech: what lies there is no word of the same caller."""
SURE_OF_NOTHING = 0.35
"""Confidence that the better half of the words must reach, of a recogniser that is sure of anything."""
SURE = 0.7
"""Confidence from which a few words are enough."""
SECONDS_A_WORD = 8.0
"""People leave more than a word in so many seconds; hardly any word in long noise is none."""
REPEATED = 4
"""Times that the same words may follow each other, and …"""
LONGEST_PHRASE = 8
"""… how many words those may be."""

_FRAME = 0.02
_MARGIN = 0.15
"""Seconds that a recogniser's times may be wrong by."""
_FILE = Path(__file__).with_name("phantoms.toml")
_NO_WORD = re.compile(r"^[\[(*♪♫].*[\])*♪♫]$|^[^\w]+$")


def spoken(tokens: Sequence[Token], sound: Sound) -> tuple[Token, ...]:
    """The tokens that somebody said."""
    found = _without_phrases([token for token in tokens if not _NO_WORD.match(token.text)])
    found = _without_repetition(_audible(found, sound))
    if not found:
        return ()
    confidence = sorted(token.confidence for token in found)
    better_half = confidence[len(confidence) // 2 :]
    if float(np.mean(better_half)) < SURE_OF_NOTHING:
        return ()
    sure = sum(token.confidence >= SURE for token in found)
    if sure < 2 and len(found) * SECONDS_A_WORD < sound.seconds:
        return ()
    return tuple(found)


def _audible(tokens: Sequence[Token], sound: Sound) -> list[Token]:
    """Those during which something is to be heard."""
    frame = max(1, round(_FRAME * sound.rate))
    frames = sound.samples[: len(sound.samples) // frame * frame].reshape(-1, frame)
    if not len(frames) or not tokens:
        return []
    level = 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-12)
    threshold = float(np.quantile(level, 0.95)) - FAINTER

    def heard(token: Token) -> bool:
        begin = max(0, int((token.begin - _MARGIN) / _FRAME))
        here = level[begin : max(begin + 1, int((token.end + _MARGIN) / _FRAME))]
        return len(here) > 0 and float(here.max()) >= threshold

    return [token for token in tokens if heard(token)]


def _without_phrases(tokens: list[Token]) -> list[Token]:
    """Without the sentences that are phrases from films."""
    kept: list[Token] = []
    sentence: list[Token] = []
    for number, token in enumerate(tokens):
        sentence.append(token)
        if token.ends_sentence or number == len(tokens) - 1:
            if not _is_phrase("".join(t.key for t in sentence)):
                kept += sentence
            sentence = []
    return kept


def _is_phrase(key: str) -> bool:
    exact, beginnings = _phrases()
    return key in exact or key.startswith(beginnings)


@cache
def _phrases() -> tuple[frozenset[str], tuple[str, ...]]:
    phrases = tomllib.loads(_FILE.read_text("utf-8"))["phrases"]
    exact = frozenset(fused(phrase) for phrase in phrases if not phrase.endswith("*"))
    return exact, tuple(fused(phrase) for phrase in phrases if phrase.endswith("*"))


def _without_repetition(tokens: list[Token]) -> list[Token]:
    """Words that follow each other again and again stand once, marked as unsure."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        for length in range(1, LONGEST_PHRASE + 1):
            times = _times(tokens, at, length)
            figures = all(token.key.isdecimal() for token in tokens[at : at + length])
            if times >= REPEATED + (2 if figures else 0):
                kept += [replace(token, confidence=0.0) for token in tokens[at : at + length]]
                at += times * length
                break
        else:
            kept.append(tokens[at])
            at += 1
    return kept


def _times(tokens: Sequence[Token], at: int, length: int) -> int:
    first = [token.key for token in tokens[at : at + length]]
    times = 1
    while len(first) == length and [t.key for t in tokens[at + times * length : at + (times + 1) * length]] == first:
        times += 1
    return times
