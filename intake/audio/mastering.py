# SPDX-License-Identifier: GPL-3.0-or-later
"""From what an engine or a person said to what a telephone line carries well.

In this order, always on the whole sound:

1. to 16 kHz, the rate of the master (soxr VHQ);
2. high-pass at 80 Hz with linear phase: no hum and no offset (raw eSpeak NG has one at −58 dBFS), and a voice has
   nothing below;
3. the active speech level to −22 dBov (RFC 7874 section 4 lets −16…−28 be heard alike; prompts differ less);
4. trimmed to 100 ms before the first and 150 ms after the last speech, where what is below −44 dBov is silence;
   a click or a burst of static that stands alone before or after the speech, as some engines leave it after
   punctuation, is no speech and is cut off;
5. a look-ahead limiter to −2 dBFS: a decibel under the bar, for what A-law and G.722 add to a peak;
6. 5 ms fades, so that no cut clicks.

Steps 3 to 5 are done again at 8 kHz, because fricatives have much of their power above 4 kHz: each published
file then has the level itself, and not only the master that it was made of.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from intake.audio.level import active_level
from intake.audio.sound import (
    MASTER_RATE,
    TELEPHONE_RATE,
    Samples,
    Sound,
    convolve,
    frame_powers,
    resample,
    sliding_maximum,
)
from intake.errors import AudioError

LEVEL = -22.0
"""dBov; the active speech level of everything that is published."""

CEILING = -2.0
"""dBFS; no sample is louder."""

SILENCE = -44.0
"""dBov; 10 ms that are fainter are silence."""

LEADING_SILENCE = 0.1
TRAILING_SILENCE = 0.15
FADE = 0.005
"""Seconds each."""

FAINTEST = -55.0
"""dBov; what is fainter is not brought up, because its noise would be."""

_HIGH_PASS = 80
_HIGH_PASS_TAPS = 2047
"""At 16 kHz with a Blackman window: whole from 102 Hz on, 74 dB down at 50 Hz."""

_FRAME = 0.01
_APART = 0.15
"""Seconds of silence that separate a click from the speech; the closure of a final t or k is shorter."""
_CLICK = 0.06
"""Seconds; what stands alone and is shorter is a click, no word."""

_LOOK_AHEAD = 0.01
_LEVEL_TOLERANCE = 0.1
_LEVEL_ROUNDS = 4


def master(sound: Sound) -> Sound:
    """The master of a prompt: 16 kHz, at the level, trimmed, limited and faded (see the module).

    AudioError if there is nothing in it that could be speech.
    """
    wide = _high_pass(resample(sound, MASTER_RATE))
    level = active_level(wide).dbov
    if level < FAINTEST:
        raise AudioError(f"it has no speech in it: its level is {level:.0f} dBov, and {FAINTEST:.0f} is the least")
    gain = 10 ** ((LEVEL - level) / 20)
    return _finished(_trimmed(Sound(wide.samples * np.float32(gain), MASTER_RATE)))


def telephone(wide: Sound) -> Sound:
    """A master at 8 kHz, at the level and trimmed again: a final s has nothing left below 4 kHz."""
    return _finished(_trimmed(resample(wide, TELEPHONE_RATE)))


def _finished(sound: Sound) -> Sound:
    """At the level and under the ceiling. What the limiter takes from the level is given back."""
    for _ in range(_LEVEL_ROUNDS):
        level = active_level(sound).dbov
        if abs(LEVEL - level) < _LEVEL_TOLERANCE and sound.peak <= 10 ** (CEILING / 20):
            break
        sound = _limited(Sound(sound.samples * np.float32(10 ** ((LEVEL - level) / 20)), sound.rate))
    return sound


def _high_pass(sound: Sound) -> Sound:
    delay = (_HIGH_PASS_TAPS - 1) // 2
    centred = np.zeros(len(sound.samples) + delay)
    if len(sound.samples):
        np.subtract(sound.samples, sound.samples.mean(dtype=np.float64), out=centred[:-delay])
    # The filter is symmetric, so its output is late by half its length; what rings out before and after is nothing.
    return Sound(convolve(centred, _high_pass_filter())[delay:].astype(np.float32), sound.rate)


@lru_cache(maxsize=1)
def _high_pass_filter() -> npt.NDArray[np.float64]:
    """One minus a low-pass whose response at 0 Hz is exactly one."""
    middle = (_HIGH_PASS_TAPS - 1) // 2
    low = np.sinc(2 * _HIGH_PASS / MASTER_RATE * (np.arange(_HIGH_PASS_TAPS) - middle)) * np.blackman(_HIGH_PASS_TAPS)
    kernel: npt.NDArray[np.float64] = -low / low.sum()
    kernel[middle] += 1
    return kernel


def _trimmed(sound: Sound) -> Sound:
    """Speech with its silences; ``sound`` is at the level. AudioError if there is none."""
    samples, rate = sound.samples, sound.rate
    frame = round(_FRAME * rate)
    islands = _islands(samples, frame)
    before, after = 0, len(samples)
    while len(islands) > 1 and _stands_alone(islands[0], islands[1], islands[0]):
        before = islands.pop(0)[1] * frame
    while len(islands) > 1 and _stands_alone(islands[-2], islands[-1], islands[-1]):
        after = islands.pop()[0] * frame
    if not islands:
        raise AudioError("it has no speech in it that would be heard at its level")
    begin = islands[0][0] * frame - round(LEADING_SILENCE * rate)
    end = islands[-1][1] * frame + round(TRAILING_SILENCE * rate)
    kept_from, kept_to = max(begin, before), min(end, after)
    kept = samples[kept_from:kept_to] * _fades(kept_to - kept_from, rate)
    return Sound(np.pad(kept, (kept_from - begin, end - kept_to)), rate)


def _islands(samples: Samples, frame: int) -> list[tuple[int, int]]:
    """The stretches, in frames, that are louder than silence."""
    loud = frame_powers(samples, frame) >= 10 ** (SILENCE / 10)
    edges = np.flatnonzero(np.diff(loud, prepend=False, append=False))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _stands_alone(left: tuple[int, int], right: tuple[int, int], click: tuple[int, int]) -> bool:
    apart = (right[0] - left[1]) * _FRAME >= _APART
    return apart and (click[1] - click[0]) * _FRAME < _CLICK


def _fades(length: int, rate: int) -> Samples:
    """A gain for each sample: raised cosines at both ends."""
    fade = min(round(FADE * rate), length // 2)
    rise = (0.5 - 0.5 * np.cos(math.pi * np.arange(fade) / max(fade, 1))).astype(np.float32)
    return np.concatenate([rise, np.ones(length - 2 * fade, np.float32), rise[::-1]])


def _limited(sound: Sound) -> Sound:
    """Under the ceiling without clipping.

    The gain that the loudest sample in a window around each needs, and the mean of that under a window of the same
    width: smooth, and never above what any sample needs.
    """
    ceiling = 10 ** (CEILING / 20)
    if sound.peak <= ceiling:
        return sound
    half = round(_LOOK_AHEAD * sound.rate)
    magnitudes = np.maximum(np.abs(sound.samples.astype(np.float64)), ceiling)
    loudest = sliding_maximum(np.pad(magnitudes, 2 * half, constant_values=ceiling), 2 * half + 1)
    window = np.hanning(2 * half + 3)[1:-1]
    gain = np.convolve(ceiling / loudest, window / window.sum(), mode="valid")
    return Sound((sound.samples * gain).astype(np.float32), sound.rate)
