# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what people recorded and what telephone systems send: WAV (PCM, A-law, µ-law, GSM), MP3, Ogg, Opus, AMR, GSM.

Whoever calls can send any bytes, so they are opened in a process of their own (``decoder.py``) with limits to its
memory and its time; it ends with the file. A file that is damaged or too long still gives what can be heard of it, and
says so. Blocks for as long as that takes, a second or two: call it in a thread.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from intake.audio.sound import Sound
from intake.errors import AudioError


@dataclass(frozen=True, slots=True)
class DecodingLimits:
    """What a recording may cost."""

    bytes: int = 50_000_000
    """Twenty minutes of WAV at 16 kHz are 38 million."""
    seconds: int = 20 * 60
    """Of sound; what is longer is cut there."""
    patience: float = 120.0
    """Seconds until the decoder is ended."""


DECODING_LIMITS = DecodingLimits()


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What could be heard of a recording."""

    sound: Sound
    """At 16 kHz, or at the recording's own rate if that is less."""
    container: str
    """FFmpeg's name (``wav``, ``ogg``, ``mp3``, ``amr``, ``gsm``); empty for raw A-law, µ-law and G.722."""
    codec: str
    """FFmpeg's name (``pcm_alaw``, ``opus``)."""
    recorded_rate: int
    """Samples a second in the file."""
    damaged: bool
    """Something is missing of it or could not be decoded."""
    cut: bool
    """It is longer than the limit."""
    clipped: int
    """Samples at full scale, in the file."""


def decode(source: Path | bytes, *, name: str = "", limits: DecodingLimits = DECODING_LIMITS) -> Decoded:
    """The sound in a recording.

    ``name``: what the file is called, if ``source`` is bytes; only its suffix counts, and only for raw formats.
    AudioError if nothing can be heard of it, with the reason in words; it does not name the file.
    """
    data = _bytes(source, limits.bytes)
    suffix = Path(name).suffix.lower() if isinstance(source, bytes) else source.suffix.lower()
    command = [sys.executable, "-I", "-m", "intake.audio.decoder", str(limits.seconds), suffix]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the suffix is no option to it
            command, input=data, capture_output=True, timeout=limits.patience, env={"OPENBLAS_NUM_THREADS": "1"}
        )
    except subprocess.TimeoutExpired as error:
        raise AudioError(f"it was not decoded within {limits.patience:g} s") from error
    line, _, samples = done.stdout.partition(b"\n")
    if done.returncode or not line:
        raise AudioError("it cannot be decoded: the decoder broke down over it")
    head: dict[str, Any] = json.loads(line)
    if "error" in head:
        raise AudioError(head["error"])
    sound = Sound(np.frombuffer(samples, np.float32), head.pop("rate"))
    return Decoded(sound, **head)


def _bytes(source: Path | bytes, most: int) -> bytes:
    if isinstance(source, bytes):
        data = source
    else:
        try:
            with source.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise AudioError(f"it cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise AudioError(f"it is larger than {most / 1e6:g} MB")
    if not data:
        raise AudioError("the file is empty")
    return data
