# SPDX-License-Identifier: GPL-3.0-or-later
"""A telephone line between a caller and the answering machine: what it leaves of a voice, the same in every run.

What the microphone and the line of a telephone let through (300 to 3,400 Hz, ITU-T P.48) of the voice and of the noise
of the room, as loud against the speech as the condition says; at 8 kHz in A-law; and for a bad connection by internet,
packets of 20 ms that never came, some of them several in a row, each replaced by silence.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from intake.audio import TELEPHONE_RATE, Sound, active_level, alaw, read, resample
from intake.audio.sound import convolve

LEVEL = -26.0
"""dBov of active speech: ITU-T P.830 tests telephone speech at it."""

_SENT = (
    (100, -45.8), (125, -36.1), (160, -25.6), (200, -19.2), (250, -14.3), (315, -11.3), (400, -8.4), (500, -6.9),
    (630, -6.3), (800, -6.1), (1000, -4.9), (1250, -3.7), (1600, -2.3), (2000, -0.6), (2500, 0.3), (3150, -1.8),
    (3400, -6.0), (4000, -37.2),
)  # fmt: skip
"""Hertz and decibels: the sending end of ITU-T P.48, an intermediate reference telephone."""
_TAPS = 401
_LONG = 4096
_HOTH = 0.81
"""Power of the frequency by which Hoth's amplitudes fall."""
_PACKET = 0.02
_RUN = 2.0
"""Packets that are lost in a row, on average."""
_SILENCE = 0.4
"""Seconds before and after the speech in which only the line is heard."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How good a line is."""

    name: str
    snr: float | None
    """Decibels of active speech over noise; None for no noise."""
    lost: float = 0.0
    """The part of the packets that never came."""


CLEAN = Condition("clean", None)
NOISE_20 = Condition("noise 20 dB", 20.0)
NOISE_10 = Condition("noise 10 dB", 10.0)
LOSS = Condition("noise 20 dB, 5 % lost", 20.0, 0.05)
CONDITIONS = (CLEAN, NOISE_20, NOISE_10, LOSS)


def line(sound: Sound, condition: Condition = CLEAN, *, seed: int = 1) -> Sound:
    """What arrives of ``sound``, at 8 kHz."""
    chance = np.random.default_rng(seed)
    narrow = resample(sound, TELEPHONE_RATE)
    padded = np.pad(narrow.samples.astype(np.float64), round(_SILENCE * TELEPHONE_RATE))
    voice = _in_band(padded)
    level = active_level(Sound(voice.astype(np.float32), TELEPHONE_RATE)).dbov
    voice *= 10 ** ((LEVEL - level) / 20)
    if condition.snr is not None:
        hiss = _in_band(_room(chance, len(voice)))
        voice += hiss * (10 ** ((LEVEL - condition.snr) / 20) / np.sqrt(np.mean(hiss**2)))
    coded = read(alaw(Sound(voice.astype(np.float32), TELEPHONE_RATE)), "alaw")
    return _lossy(coded, condition.lost, chance) if condition.lost else coded


def _in_band(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    half = _TAPS // 2
    return convolve(np.pad(samples, (0, half)), _band())[half:]


@cache
def _band() -> npt.NDArray[np.float64]:
    """A filter of linear phase: what a telephone sends of a voice."""
    frequencies = np.fft.rfftfreq(_LONG, 1 / TELEPHONE_RATE)
    decibels = np.interp(np.log(np.maximum(frequencies, 1)), np.log([f for f, _ in _SENT]), [d for _, d in _SENT])
    kernel: npt.NDArray[np.float64] = np.roll(np.fft.irfft(10 ** (decibels / 20)), _TAPS // 2)[:_TAPS]
    return kernel * np.hamming(_TAPS)


def _room(chance: np.random.Generator, length: int) -> npt.NDArray[np.float64]:
    """Noise of a room after Hoth, with which telephones are tested (ITU-T P.800 annex A): 16 dB a decade."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** _HOTH
    spectrum[0] = 0
    return np.fft.irfft(spectrum, length)


def _lossy(sound: Sound, lost: float, chance: np.random.Generator) -> Sound:
    """Gilbert's model: a line is good or bad, and stays so for a while."""
    size = round(_PACKET * sound.rate)
    samples = sound.samples.copy()
    leave = 1 / _RUN
    enter = leave * lost / (1 - lost)
    bad = False
    for begin in range(0, len(samples), size):
        bad = chance.random() < (1 - leave if bad else enter)
        if bad:
            samples[begin : begin + size] = 0
    return Sound(samples, sound.rate)
