# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound as a value: one channel of samples and their rate.

Everything between an engine that speaks and a file that a telephone system plays is a function from sound to
sound. Whole sounds only: a prompt has seconds, not hours, so it is filtered, resampled and measured in one piece,
and no seam between pieces can be heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from intake.errors import AudioError

Samples = npt.NDArray[np.float32]
"""Shape (n,), full scale is −1…1."""

MASTER_RATE = 16_000
"""Samples a second of what is kept: wideband telephony, ITU-T G.722."""

TELEPHONE_RATE = 8_000
"""Samples a second of an ordinary call, ITU-T G.711."""

FULL_SCALE_16 = 32_768
"""What 1.0 is in 16-bit samples; 1.0 itself does not fit, the loudest is 32767."""

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono sound. AudioError unless ``samples`` is one row of finite float32 and ``rate`` is above zero."""

    samples: Samples
    """float32, full scale −1…1; cannot be written to."""
    rate: int
    """Samples a second."""

    def __post_init__(self) -> None:
        samples = self.samples
        if self.rate <= 0 or samples.ndim != 1 or samples.dtype != np.float32:
            raise AudioError(f"a sound is one row of float32, not {samples.dtype} {samples.shape} at {self.rate} Hz")
        if not np.isfinite(samples).all():
            raise AudioError("the sound has samples that are not numbers")
        if samples.flags.writeable:
            samples = samples.view()
            samples.flags.writeable = False
            object.__setattr__(self, "samples", samples)

    @classmethod
    def of(cls, samples: npt.ArrayLike, rate: int) -> "Sound":
        """From any row of numbers with full scale −1…1."""
        return cls(np.asarray(samples, dtype=np.float32), rate)

    @classmethod
    def of_pcm16(cls, data: bytes | npt.NDArray[np.int16], rate: int) -> "Sound":
        """From 16-bit samples; bytes are little-endian, and half a sample at their end is left out."""
        if isinstance(data, bytes):
            data = np.frombuffer(data, "<i2", count=len(data) // 2)
        return cls(data.astype(np.float32) / np.float32(FULL_SCALE_16), rate)

    def pcm16(self) -> npt.NDArray[np.int16]:
        """The nearest 16-bit samples, little-endian; what is beyond full scale is clipped."""
        scaled = np.rint(self.samples.astype(np.float64) * FULL_SCALE_16)
        return np.clip(scaled, -FULL_SCALE_16, FULL_SCALE_16 - 1).astype("<i2")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def peak(self) -> float:
        """The largest magnitude of a sample; 0 for an empty sound."""
        return float(np.abs(self.samples).max(initial=0))


def silence(seconds: float, rate: int) -> Sound:
    """Nothing to hear, to the nearest sample."""
    return Sound(np.zeros(round(seconds * rate), np.float32), rate)


def join(parts: Sequence[Sound], pauses: Sequence[float] | float = 0.0) -> Sound:
    """The parts one after another, at the highest of their rates.

    ``pauses``: seconds of silence between two parts, one for all or one for each gap. AudioError without parts.
    """
    if not parts:
        raise AudioError("there is nothing to join")
    gaps = [pauses] * (len(parts) - 1) if isinstance(pauses, int | float) else list(pauses)
    if len(gaps) != len(parts) - 1:
        raise AudioError(
            f"{len(parts)} parts have {len(parts) - 1} gaps between them, but {len(gaps)} pauses are given"
        )
    rate = max(part.rate for part in parts)
    pieces = [resample(parts[0], rate).samples]
    for gap, part in zip(gaps, parts[1:], strict=True):
        pieces += [silence(gap, rate).samples, resample(part, rate).samples]
    return Sound(np.concatenate(pieces), rate)


def resample(sound: Sound, rate: int) -> Sound:
    """The same sound at another rate; soxr's best quality on the whole sound (Asterisk resamples far worse)."""
    if rate == sound.rate:
        return sound
    made: npt.NDArray[Any] = soxr.resample(sound.samples, sound.rate, rate, quality="VHQ")
    return Sound(np.ascontiguousarray(made, np.float32), rate)


def convolve(samples: npt.NDArray[np.floating[Any]], kernel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """``samples`` filtered by a finite impulse response from their first sample on: as long as ``samples``.

    In float64, by overlap-add, so that the memory it takes does not depend on the length of the kernel.
    """
    whole = 1 << (len(samples) + len(kernel)).bit_length()
    block = min(max(_BLOCK, 1 << (2 * len(kernel)).bit_length()), whole)
    step = block - len(kernel) + 1
    spectrum = np.fft.rfft(kernel, block)
    result = np.zeros(len(samples) + len(kernel) - 1)
    for start in range(0, len(samples), step):
        piece = np.fft.irfft(np.fft.rfft(samples[start : start + step], block) * spectrum, block)
        end = min(start + block, len(result))
        result[start:end] += piece[: end - start]
    return result[: len(samples)]
