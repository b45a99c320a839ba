# SPDX-License-Identifier: GPL-3.0-or-later
"""How loud the speech in a sound is: ITU-T P.56 (12/2011), method B, the active speech level.

An ordinary mean of the power would fall with every pause. Method B measures the power of the whole and divides it
by the part of the time in which somebody speaks. That time is found with an envelope: the rectified signal through
two equal first-order filters with a time constant of 30 ms. A moment is active at a threshold if the envelope has
reached it then or within the 200 ms before (the hangover, which bridges the gaps within words). This is counted
for thresholds at half powers of full scale. The lower the threshold, the more time counts as active and the lower
the level comes out; the threshold that lies 15.9 dB (the margin) below the level it leads to is the right one, and
it is found by interpolation, in decibels, between the two thresholds around it.

The envelope moves slowly, so it is computed once a millisecond, from the mean of the rectified signal over that
millisecond; against the recursion over every sample that is at most a hundredth of a decibel on speech.

Levels are dBov as in ITU-T G.100.1: 0 dBov is a square wave at full scale, so a sine at full scale is −3.01 dBov.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from intake.audio.sound import Sound, frame_powers, sliding_maximum

TIME_CONSTANT = 0.03
"""Seconds; of each of the two filters."""

HANGOVER = 0.2
"""Seconds that a moment stays active after the envelope has fallen below the threshold."""

MARGIN = 15.9
"""Decibels between the level and the threshold that belongs to it."""

NOTHING = -100.0
"""The level, in dBov, of a sound with nothing in it."""

_THRESHOLDS = tuple(range(-15, 0))
"""Powers of two, from the lowest that 16 bits can show to half of full scale."""

_STEP = 0.001
"""Seconds between two values of the envelope."""

_STRETCH = 4096
"""Values of the envelope; e^−137 of the first is left at the end, at the lowest rate e^−228."""


@dataclass(frozen=True, slots=True)
class Level:
    """What P.56 says of a sound."""

    dbov: float
    """The active speech level; :data:`NOTHING` where there is none."""
    activity: float
    """The part of the time that is speech, 0…1."""
    mean_dbov: float
    """The level of the whole, pauses included."""


def active_level(sound: Sound) -> Level:
    """The active speech level of ``sound``, at any rate from 600 Hz on."""
    samples, step = sound.samples, max(round(_STEP * sound.rate), 1)
    power = float(frame_powers(samples, step).sum(dtype=np.float64)) * step / len(samples) if len(samples) else 0.0
    if power <= 10 ** (NOTHING / 10):
        return Level(NOTHING, 0.0, NOTHING)
    mean = 10 * math.log10(power)
    magnitudes = np.zeros(-(-len(samples) // step) * step, np.float32)
    np.abs(samples, out=magnitudes[: len(samples)])
    # numpy's own mean takes five times as long on rows as short as these.
    rectified = np.einsum("ij->i", magnitudes.reshape(-1, step)) / np.float32(step)
    envelope = rectified.astype(np.float64)
    for _ in range(2):
        envelope = _smoothed(envelope, sound.rate / step)

    below: tuple[float, float] | None = None
    for exponent, count in _active(envelope, math.ceil(HANGOVER * sound.rate / step)):
        if count == 0:
            break
        here = (mean - 10 * math.log10(count / len(envelope)), 20 * math.log10(2.0**exponent))
        if here[0] - here[1] <= MARGIN:
            level = here[0] if below is None else _interpolated(below, here)
            return Level(level, 10 ** ((mean - level) / 10), mean)
        below = here
    # The envelope never came near enough to a threshold: a click, or something fainter than 16 bits.
    return Level(NOTHING, 0.0, mean)


def _smoothed(values: npt.NDArray[np.float64], rate: float) -> npt.NDArray[np.float64]:
    """One of the two filters: y[n] = g·y[n−1] + (1 − g)·x[n].

    As a sum of what was divided by gⁿ, in stretches within which that is a number. Nothing is negative, so nothing of
    the precision is lost.
    """
    decay = math.exp(-1 / (TIME_CONSTANT * rate))
    growth = _growth(decay)
    smoothed = np.empty_like(values)
    last = 0.0
    for begin in range(0, len(values), _STRETCH):
        part = values[begin : begin + _STRETCH]
        there = smoothed[begin : begin + _STRETCH]
        np.cumsum(part * growth[: len(part)], out=there)
        there *= 1 - decay
        there += last
        there /= growth[: len(part)]
        last = float(there[-1])
    return smoothed


@lru_cache(maxsize=8)
def _growth(decay: float) -> npt.NDArray[np.float64]:
    return decay ** -np.arange(1.0, _STRETCH + 1)


def _active(envelope: npt.NDArray[np.float64], hangover: int) -> list[tuple[int, int]]:
    """Each threshold, from the lowest on, as a power of two, and how many values of the envelope are active at it."""
    lowest, highest = _THRESHOLDS[0], _THRESHOLDS[-1]
    reached = sliding_maximum(np.concatenate([np.zeros(hangover), envelope]), hangover + 1)
    # 2^p is reached by what is m·2^e with 0.5 ≤ m < 1 and e > p; zero has no such e.
    exponents = np.frexp(np.clip(reached, 2.0 ** (lowest - 1), 2.0**highest))[1]
    counts = np.bincount(exponents - lowest, minlength=len(_THRESHOLDS) + 1)
    above = np.cumsum(counts[::-1])[::-1][1:]
    return list(zip(_THRESHOLDS, above.tolist(), strict=True))


def _interpolated(below: tuple[float, float], above: tuple[float, float]) -> float:
    """The level between two (level, threshold) pairs where the threshold lies the margin below it."""
    excess, lack = below[0] - below[1] - MARGIN, above[0] - above[1] - MARGIN
    return below[0] + (above[0] - below[0]) * excess / (excess - lack)
