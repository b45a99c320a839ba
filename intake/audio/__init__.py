# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound as a value, and everything that is done to it between an engine and a telephone line.

No engine and no library of prompts is known here. ``sound`` is the value, ``level`` and ``mastering`` make it fit
for a line, ``formats`` are the bytes of it, ``checks`` measures such bytes against the bars, and ``decoding`` reads
what people and telephone systems send.
"""

from intake.audio.checks import BARS, RECORDED_BARS, Finding, Limits, Measured, check, check_all, measure
from intake.audio.decoding import DECODING_LIMITS, Decoded, DecodingLimits, decode
from intake.audio.formats import KINDS, Format, alaw, g722, publish, read, read_wav, ulaw, wav
from intake.audio.level import Level, active_level
from intake.audio.mastering import master, telephone
from intake.audio.sound import MASTER_RATE, TELEPHONE_RATE, Sound, join, resample, silence

__all__ = [
    "BARS",
    "DECODING_LIMITS",
    "KINDS",
    "MASTER_RATE",
    "RECORDED_BARS",
    "TELEPHONE_RATE",
    "Decoded",
    "DecodingLimits",
    "Finding",
    "Format",
    "Level",
    "Limits",
    "Measured",
    "Sound",
    "active_level",
    "alaw",
    "check",
    "check_all",
    "decode",
    "g722",
    "join",
    "master",
    "measure",
    "publish",
    "read",
    "read_wav",
    "resample",
    "silence",
    "telephone",
    "ulaw",
    "wav",
]
