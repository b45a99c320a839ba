# SPDX-License-Identifier: GPL-3.0-or-later
"""Ogg Opus (RFC 7845), for pages that hold their sound in themselves: a tenth of the size of a WAV.

No telephone system is given it. Not among the names of the package: encoding loads FFmpeg, which nothing else needs.
"""

import io

import av

from intake.audio.sound import Sound

_BITS_PER_SECOND = 14_000
"""Enough to tell whether a voice says the right words in the right way."""


def opus(sound: Sound) -> bytes:
    """The sound as a file; 8, 12, 16, 24 or 48 kHz."""
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=sound.rate)
        stream.bit_rate = _BITS_PER_SECOND
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(sound.pcm16().reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = sound.rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return out.getvalue()
