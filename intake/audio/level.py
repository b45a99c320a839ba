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

from intake.audio.sound import Sound, convolve

TIME_CONSTANT = 0.03
"""Seconds; of each of the two filters."""

HANGOVER = 0.2
"""Seconds that a moment stays active after the envelope has fallen below the threshold."""

MARGIN = 15.9
"""Decibels between the level and the threshold that belongs to it."""

NOTHING = -100.0
"""The level, in dBov, of a sound with nothing in it."""

_THRESHOLDS = tuple(2.0**-power for power in range(15, 0, -1))
"""From the lowest that 16 bits can show to half of full scale."""

_STEP = 0.001
"""Seconds between two values of the envelope."""

_MEMORY = 24
"""Time constants after which the filters have forgotten: what is left is below 10⁻⁹."""


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
    samples = sound.samples.astype(np.float64)
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    if power <= 10 ** (NOTHING / 10):
        return Level(NOTHING, 0.0, NOTHING)
    mean = 10 * math.log10(power)
    step = max(round(_STEP * sound.rate), 1)
    rectified = np.pad(np.abs(samples), (0, -len(samples) % step)).reshape(-1, step).mean(axis=1)
    envelope = convolve(rectified, _envelope_filter(sound.rate / step))
    hangover = math.ceil(HANGOVER * sound.rate / step)

    below: tuple[float, float] | None = None
    for threshold in _THRESHOLDS:
        active = _active(envelope, threshold, hangover)
        if active == 0:
            break
        here = (mean - 10 * math.log10(active / len(envelope)), 20 * math.log10(threshold))
        if here[0] - here[1] <= MARGIN:
            level = here[0] if below is None else _interpolated(below, here)
            return Level(level, 10 ** ((mean - level) / 10), mean)
        below = here
    # The envelope never came near enough to a threshold: a click, or something fainter than 16 bits.
    return Level(NOTHING, 0.0, mean)


@lru_cache(maxsize=8)
def _envelope_filter(rate: float) -> npt.NDArray[np.float64]:
    """The impulse response of the two filters one after another, (1 − g)²·(k + 1)·gᵏ, up to where it is nothing."""
    decay = math.exp(-1 / (TIME_CONSTANT * rate))
    index = np.arange(math.ceil(_MEMORY * TIME_CONSTANT * rate))
    return (1 - decay) ** 2 * (index + 1) * decay**index


def _active(envelope: npt.NDArray[np.float64], threshold: float, hangover: int) -> int:
    """How many values of the envelope are active at a threshold."""
    reached = np.flatnonzero(envelope >= threshold)
    until_next = np.diff(reached, append=len(envelope))
    return int(np.minimum(until_next, hangover + 1).sum())


def _interpolated(below: tuple[float, float], above: tuple[float, float]) -> float:
    """The level between two (level, threshold) pairs where the threshold lies the margin below it."""
    excess, lack = below[0] - below[1] - MARGIN, above[0] - above[1] - MARGIN
    return below[0] + (above[0] - below[0]) * excess / (excess - lack)
