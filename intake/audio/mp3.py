# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording as MP3, for people: what every mail program and telephone plays, and small enough to be mailed.

WAV plays everywhere, too, but twenty minutes of it are 19 MB, 26 MB in a mail, and many servers refuse that. MP3 at
16 kHz (MPEG-2 layer III) and 32 kbit/s is 4.8 MB and loses nothing of a voice that came over a telephone. It is made
by libmp3lame in PyAV. The same sound and the same encoder give the same bytes.
"""

from io import BytesIO
from typing import Any

import av

from intake.audio.sound import MASTER_RATE, Sound, resample

BIT_RATE = 32_000
_FRAME = 576
"""Samples of one frame of MPEG-2 layer III."""


def mp3(sound: Sound) -> bytes:
    """The bytes of a file. Blocks for about a hundredth of the sound's length: call it in a thread."""
    samples = resample(sound, MASTER_RATE).pcm16()
    file = BytesIO()
    with av.open(file, "w", format="mp3", options={"write_id3v1": "0", "id3v2_version": "0"}) as opened:
        stream: Any = opened.add_stream("libmp3lame", rate=MASTER_RATE)
        stream.layout = "mono"
        stream.format = "s16p"
        stream.bit_rate = BIT_RATE
        for begin in range(0, len(samples), _FRAME):
            frame = av.AudioFrame.from_ndarray(samples[None, begin : begin + _FRAME], format="s16p", layout="mono")
            frame.sample_rate = MASTER_RATE
            opened.mux(stream.encode(frame))
        opened.mux(stream.encode(None))
    return file.getvalue()
