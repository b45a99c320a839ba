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
from numpy.lib.stride_tricks import sliding_window_view

from intake.errors import AudioError

Samples = npt.NDArray[np.float32]
"""Shape (n,), full scale is −1…1."""

MASTER_RATE = 16_000
"""Samples a second of what is kept: wideband telephony, ITU-T G.722."""

TELEPHONE_RATE = 8_000
"""Samples a second of an ordinary call, ITU-T G.711."""

FULL_SCALE_16 = 32_768
"""What 1.0 is in 16-bit samples; 1.0 itself does not fit, the loudest is 32767."""

_BLOCK = 1 << 13


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
        scaled = self.samples * np.float32(FULL_SCALE_16)  # exact: it is a power of two
        np.rint(scaled, out=scaled)
        return np.clip(scaled, -FULL_SCALE_16, FULL_SCALE_16 - 1, out=scaled).astype("<i2")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def peak(self) -> float:
        """The largest magnitude of a sample; 0 for an empty sound."""
        return max(float(self.samples.max(initial=0)), -float(self.samples.min(initial=0)))


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

    In float64, in overlapping blocks, so that the memory it takes does not depend on the length of the kernel. (numpy's
    transforms of float32 take four times as long.)
    """
    before = len(kernel) - 1
    block = max(_BLOCK, 1 << (2 * len(kernel)).bit_length())
    step = block - before
    blocks = max(-(-len(samples) // step), 1)
    padded = np.zeros(blocks * step + before)
    padded[before : before + len(samples)] = samples
    spectra = np.fft.rfft(sliding_window_view(padded, block)[::step], axis=1)
    # The beginning of each block is wrong: its end goes round into it.
    filtered = np.fft.irfft(spectra * np.fft.rfft(kernel, block), block, axis=1)[:, before:]
    return filtered.reshape(-1)[: len(samples)]


def frame_powers(samples: Samples, frame: int) -> Samples:
    """The mean square of each ``frame`` samples; what is missing of the last is silence."""
    whole = len(samples) // frame
    frames, rest = samples[: whole * frame].reshape(whole, frame), samples[whole * frame :]
    powers = np.empty(whole + (len(rest) > 0), np.float32)
    np.einsum("ij,ij->i", frames, frames, out=powers[:whole])
    powers[whole:] = np.einsum("i,i->", rest, rest)
    powers /= frame
    return powers


def sliding_maximum(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """The largest of every ``width`` neighbours, by windows of doubled width; ``width - 1`` fewer than ``values``."""
    span = 1
    while 2 * span <= width:
        values = np.maximum(values[:-span], values[span:])
        span *= 2
    rest = width - span
    return np.maximum(values[:-rest], values[rest:]) if rest else values
