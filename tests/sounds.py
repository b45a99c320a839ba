# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds that tests make themselves, and how far a sound that came over a line is from the one that was sent.

``babble`` is no language, but has what measuring instruments take for speech: a voice with harmonics and formants that
change, syllables, pauses, and hissing in between. It is the same in every run.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.audio import Sound, resample

Row = npt.NDArray[np.float64]

_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
_FORMANT_WIDTH = 120


def babble(seconds: float, rate: int = 16_000, *, seed: int = 1) -> Sound:
    """Syllables of 120 to 250 ms, some with a hiss before them, with a pause after every few; peaks at 0.5."""
    chance = np.random.default_rng(seed)
    pieces: list[Row] = []
    length = 0
    while length < seconds * rate:
        piece = _syllable(chance, rate)
        if chance.random() < 0.3:
            piece = np.concatenate([_hiss(chance, rate), piece])
        if chance.random() < 0.25:
            piece = np.concatenate([piece, np.zeros(round(chance.uniform(0.1, 0.4) * rate))])
        pieces.append(piece)
        length += len(piece)
    row = np.concatenate(pieces)[: round(seconds * rate)]
    return Sound.of(row * (0.5 / np.abs(row).max()), rate)


def tone(frequency: float, seconds: float, rate: int = 16_000, *, amplitude: float = 0.5) -> Sound:
    """A sine."""
    return Sound.of(amplitude * np.sin(2 * math.pi * frequency * np.arange(round(seconds * rate)) / rate), rate)


def noise(seconds: float, rate: int = 16_000, *, rms: float = 0.05, seed: int = 1) -> Sound:
    """White noise."""
    return Sound.of(rms * np.random.default_rng(seed).standard_normal(round(seconds * rate)), rate)


def mixed(*sounds: Sound) -> Sound:
    """All at once; they have one rate and one length."""
    return Sound.of(np.sum([sound.samples for sound in sounds], axis=0), sounds[0].rate)


def snr(signal: npt.ArrayLike, copy: npt.ArrayLike) -> float:
    """Signal to error, in decibels, over what both have."""
    one, other = np.asarray(signal, np.float64), np.asarray(copy, np.float64)
    length = min(len(one), len(other))
    error = one[:length] - other[:length]
    return 10 * math.log10(float(np.sum(one[:length] ** 2)) / max(float(np.sum(error**2)), 1e-20))


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a sound lies in another one."""

    delay: float
    """Seconds by which it comes later there."""
    gain: float
    """Decibels by which it is louder there."""
    snr: float
    """Decibels between it, at that gain, and what is not it in the place where it lies."""
    present: float
    """The part of it that is there, 0…1."""


def align(sent: Sound, heard: Sound) -> Alignment:
    """Finds ``sent`` in ``heard`` by cross-correlation; both are brought to the lower of their rates."""
    rate = min(sent.rate, heard.rate)
    one, other = (resample(sound, rate).samples.astype(np.float64) for sound in (sent, heard))
    size = 1 << (len(one) + len(other)).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(one, size)), size)
    delay = int(np.argmax(correlation))
    delay -= size if delay > size // 2 else 0
    begin, end = max(delay, 0), min(delay + len(one), len(other))
    place, whole = other[begin:end], one[begin - delay : end - delay]
    gain = float(np.dot(place, whole) / np.dot(whole, whole))
    return Alignment(delay / rate, 20 * math.log10(max(gain, 1e-6)), snr(gain * whole, place), len(whole) / len(one))


def _syllable(chance: np.random.Generator, rate: int) -> Row:
    time = np.arange(round(chance.uniform(0.12, 0.25) * rate)) / rate
    pitch = chance.uniform(110, 160) * (1 - 0.3 * time)
    phase = 2 * math.pi * np.cumsum(pitch) / rate
    formants = _VOWELS[chance.integers(len(_VOWELS))]
    row = np.zeros(len(time))
    for harmonic in range(1, int(min(3800, 0.45 * rate) / 160)):
        frequency = harmonic * 135
        weight = sum(0.5**n / (1 + ((frequency - f) / _FORMANT_WIDTH) ** 2) for n, f in enumerate(formants))
        row += weight * np.sin(harmonic * phase)
    return row * np.sin(math.pi * np.arange(len(time)) / len(time)) ** 0.7


def _hiss(chance: np.random.Generator, rate: int) -> Row:
    row = np.diff(chance.standard_normal(round(0.08 * rate) + 1))
    return 0.15 * row * np.sin(math.pi * np.arange(len(row)) / len(row))
