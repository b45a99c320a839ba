# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes that telephone systems play: plain WAV, A-law, µ-law and G.722, and how to read them again.

A WAV here is RIFF with a 16-byte ``fmt`` chunk (``WAVE_FORMAT_PCM``), 16 bit, mono, and nothing else: a caller of
Asterisk hears total silence from any other kind. A-law, µ-law and G.722 are raw, one after another the bytes of
ITU-T G.711 and G.722 (64 kbit/s); innovaphone calls the first two ``.g711a`` and ``.g711u``. The same sound gives the
same bytes: no date, no name of a program.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from G722 import G722

from intake.audio.mastering import telephone
from intake.audio.riff import PCM, parse, write
from intake.audio.sound import MASTER_RATE, TELEPHONE_RATE, Sound
from intake.errors import AudioError

Format = Literal["wav", "wav16", "alaw", "ulaw", "g722"]
"""``wav`` is for the line, 8 kHz; ``wav16`` is the master and what some PBX take, 16 kHz."""

Law = Literal["alaw", "ulaw"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a format is."""

    rate: int
    """Samples a second of the sound in it."""
    bytes_per_second: int
    title: str
    """As people say it."""


KINDS: Final[dict[Format, Kind]] = {
    "wav": Kind(TELEPHONE_RATE, 16_000, "WAV, 8 kHz"),
    "wav16": Kind(MASTER_RATE, 32_000, "WAV, 16 kHz"),
    "alaw": Kind(TELEPHONE_RATE, 8_000, "A-law"),
    "ulaw": Kind(TELEPHONE_RATE, 8_000, "µ-law"),
    "g722": Kind(MASTER_RATE, 8_000, "G.722"),
}
"""Every format; a prompt is always published in all that its target takes, because a PBX picks by the call's codec."""

G722_DELAY = 22
"""Samples at 16 kHz by which what G.722 gives back is late: its two filter banks (measured)."""

_G722_BIT_RATE = 64_000


def publish(wide: Sound) -> dict[Format, bytes]:
    """A master in every format."""
    narrow = telephone(wide)
    return {"wav": wav(narrow), "wav16": wav(wide), "alaw": alaw(narrow), "ulaw": ulaw(narrow), "g722": g722(wide)}


def read(data: bytes, form: Format) -> Sound:
    """The sound in a file of ``form``. AudioError if a WAV is not of the kind that :func:`wav` writes."""
    match form:
        case "alaw":
            return Sound.of_pcm16(_decoded("alaw")[np.frombuffer(data, np.uint8)], TELEPHONE_RATE)
        case "ulaw":
            return Sound.of_pcm16(_decoded("ulaw")[np.frombuffer(data, np.uint8)], TELEPHONE_RATE)
        case "g722":
            return Sound.of_pcm16(np.asarray(G722(MASTER_RATE, _G722_BIT_RATE).decode(data), np.int16), MASTER_RATE)
        case _:
            return read_wav(data)


def wav(sound: Sound) -> bytes:
    """A plain PCM file at the sound's own rate."""
    return write(sound.pcm16().tobytes(), sound.rate)


def read_wav(data: bytes) -> Sound:
    """A plain PCM file, 16 bit, mono, at any rate. AudioError for any other; ``decoding.py`` reads what people send."""
    wave = parse(data)
    if (wave.tag, wave.channels, wave.bits) != (PCM, 1, 16):
        raise AudioError(
            f"it is not plain PCM, 16 bit, mono, but {wave.encoding}, {wave.bits} bit, {wave.channels} channels"
        )
    return Sound.of_pcm16(wave.data, wave.rate)


def alaw(sound: Sound) -> bytes:
    """Raw A-law of a sound at 8 kHz."""
    return _companded(sound, "alaw")


def ulaw(sound: Sound) -> bytes:
    """Raw µ-law of a sound at 8 kHz."""
    return _companded(sound, "ulaw")


def g722(sound: Sound) -> bytes:
    """Raw G.722 of a sound at 16 kHz: a byte for two samples; an odd last sample is left out."""
    _expect(sound, MASTER_RATE)
    samples = sound.pcm16()
    return bytes(G722(MASTER_RATE, _G722_BIT_RATE).encode(samples[: len(samples) // 2 * 2]))


def _expect(sound: Sound, rate: int) -> None:
    if sound.rate != rate:
        raise AudioError(f"this format takes {rate} samples a second, not {sound.rate}")


def _companded(sound: Sound, law: Law) -> bytes:
    _expect(sound, TELEPHONE_RATE)
    return _encoded(law)[sound.pcm16().view(np.uint16)].tobytes()


@lru_cache(maxsize=2)
def _decoded(law: Law) -> npt.NDArray[np.int16]:
    """The 16-bit sample of each of the 256 codes, by the formulae of G.711 tables 1a and 2a."""
    code = np.arange(256) ^ (0x55 if law == "alaw" else 0xFF)
    segment, step = code >> 4 & 7, code & 15
    if law == "alaw":
        size = np.where(segment == 0, (2 * step + 1) << 3, (2 * step + 33) << 3 << np.maximum(segment - 1, 0))
        sign = np.where(code & 0x80, 1, -1)
    else:
        size = (((2 * step + 33) << segment) - 33) << 2
        sign = np.where(code & 0x80, -1, 1)
    return (sign * size).astype(np.int16)


@lru_cache(maxsize=2)
def _encoded(law: Law) -> npt.NDArray[np.uint8]:
    """For each sample modulo 2¹⁶, the code whose sample is nearest: the least noise that G.711 allows."""
    values = _decoded(law).astype(np.int64)
    order = np.argsort(values, kind="stable")
    limits = (values[order][:-1] + values[order][1:]) / 2
    samples = np.arange(1 << 16, dtype=np.uint16).view(np.int16)
    return order[np.searchsorted(limits, samples)].astype(np.uint8)
