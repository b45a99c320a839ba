# SPDX-License-Identifier: GPL-3.0-or-later
"""The container of a WAV file: RIFF chunks, Microsoft's ``WAVEFORMATEX`` and ``WAVEFORMATEXTENSIBLE``.

Reads what is there and judges nothing: which kinds may be published is for ``checks.py`` to say. Nothing in the
file is believed: sizes beyond its end are kept as what it claims, next to what it has.
"""

import struct
from dataclasses import dataclass

from intake.errors import AudioError

PCM = 1
FLOAT = 3
A_LAW = 6
MU_LAW = 7
EXTENSIBLE = 0xFFFE

NAMES = {PCM: "PCM", FLOAT: "floating point", A_LAW: "A-law", MU_LAW: "µ-law", 49: "GSM 6.10", EXTENSIBLE: "EXTENSIBLE"}
"""``wFormatTag`` in words."""

_MOST_CHUNKS = 100


@dataclass(frozen=True, slots=True)
class Wave:
    """What the header of a WAV file says, and its samples as they are."""

    tag: int
    """``wFormatTag``."""
    channels: int
    rate: int
    bits: int
    data: bytes
    """What is there of the ``data`` chunk."""
    claimed: int
    """How many bytes its header says that the ``data`` chunk has."""

    @property
    def encoding(self) -> str:
        """The tag in words."""
        return NAMES.get(self.tag, f"format {self.tag}")


def parse(data: bytes) -> Wave:
    """AudioError if it is no WAV file at all, or has no samples in it."""
    if not data:
        raise AudioError("the file is empty")
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise AudioError("it is not a WAV file")
    fields: tuple[int, int, int, int] | None = None
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            break
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8
        if name == b"fmt ":
            if size < 16 or at + 16 > len(data):
                raise AudioError("its format chunk is cut off")
            tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at)
            fields = tag, channels, rate, bits
        elif name == b"data":
            if fields is None:
                raise AudioError("its samples come before their format")
            tag, channels, rate, bits = fields
            return Wave(tag, channels, rate, bits, data[at : at + size], size)
        at += size + size % 2
    raise AudioError("it has no samples: its data chunk is missing")


def write(samples: bytes, rate: int) -> bytes:
    """A plain PCM file, 16 bit, mono: the 44 bytes of header that every PBX reads, and the samples."""
    header = struct.pack("<IHHIIHH", 16, PCM, 1, rate, 2 * rate, 2, 16)
    size = len(samples)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + header + b"data" + struct.pack("<I", size) + samples
