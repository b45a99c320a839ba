# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that opens what strangers recorded: ``python -m intake.audio.decoder SECONDS SUFFIX``.

It reads a file from standard input and writes a line of JSON and then the samples (float32, mono, at most 16 kHz).
FFmpeg's decoders, through PyAV, do the work. Before they see a byte, the process takes away from itself what they
do not need: more than a GiB of address space, more than a minute of processor time, files to write to. The kind of
file is told from its first bytes, never from its name, and only that one demuxer and the few codecs of telephones
are let near it: FFmpeg's own guess would open playlists and fetch what they name. Sound is decoded piece by piece
and cut at the limit, so that a file that unpacks to days costs no more than one that lasts 20 minutes.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import soxr

from intake.audio.formats import Format, read
from intake.audio.riff import parse
from intake.audio.sound import FULL_SCALE_16, MASTER_RATE, Samples
from intake.errors import AudioError

ADDRESS_SPACE = 1024 * 1024 * 1024
PROCESSOR_SECONDS = 60
OPEN_FILES = 64

CODECS = (
    "adpcm_ima_wav", "adpcm_ms", "amrnb", "amrwb", "gsm", "gsm_ms", "libopus", "mp3", "mp3float", "opus",
    "pcm_alaw", "pcm_f32le", "pcm_f64le", "pcm_mulaw", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_u8", "vorbis",
)  # fmt: skip
"""FFmpeg's names of what telephones, PBX and dictation programs write."""

RAW: dict[str, Format] = {
    ".al": "alaw", ".alaw": "alaw", ".g711a": "alaw", ".ul": "ulaw", ".ulaw": "ulaw", ".g711u": "ulaw", ".g722": "g722",
}  # fmt: skip
"""What has no first bytes to tell it by; here alone the name decides."""

RATES = range(4_000, 192_001)
MOST_CHANNELS = 8
MOST_ERRORS = 100
"""Packets that cannot be decoded, before the rest is given up."""

BEYOND = 2.0
"""Floating-point recordings may exceed full scale by this; what is louder, or no number, is damage."""

_UNKNOWN_SIZE = 0x7FFF0000
"""A WAV that was written to a pipe claims this or more, or nothing."""
_SHORTER = 0.5
"""Seconds that may be missing of what a file says it lasts."""

Chunk = npt.NDArray[np.float32]
"""Shape (channels, n)."""


def limit_this_process() -> None:
    """What is taken away cannot be taken back."""
    for what, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def container_of(data: bytes, suffix: str) -> str:
    """FFmpeg's name of the demuxer for ``data``; empty for what is raw. AudioError for anything else."""
    if not data:
        raise AudioError("the file is empty")
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"OggS":
        return "ogg"
    if data.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "amr"
    # An MPEG frame: eleven bits of sync and a layer that is not 0, which would be AAC.
    if data[:3] == b"ID3" or (data[:1] == b"\xff" and len(data) > 1 and data[1] >= 0xE0 and data[1] & 0x06):
        return "mp3"
    if suffix in RAW:
        return ""
    # Full-rate GSM: 33 bytes for each 20 ms, each with the signature 1101 in front.
    if len(data) >= 33 and all(byte >> 4 == 0xD for byte in data[: 33 * 50 : 33]):
        return "gsm"
    raise AudioError("it is no recording in WAV, MP3, Ogg, Opus, AMR or GSM")


class Recording:
    """One file, decoded up to ``seconds``. AudioError if nothing can be heard of it."""

    def __init__(self, data: bytes, suffix: str, seconds: int) -> None:
        self.container = container_of(data, suffix)
        self.codec = RAW.get(suffix, "")
        self.rate = 0
        self.clipped = 0
        self.damaged = _cut_off(data, self.container)
        self.cut = False
        self._errors = 0
        self._seconds = seconds
        self.samples, self.sound_rate = self._mono(self._chunks(data) if self.container else self._raw(data, suffix))

    def _raw(self, data: bytes, suffix: str) -> Iterator[Chunk]:
        sound = read(data, RAW[suffix])
        self.rate = sound.rate
        yield sound.samples[None, :]

    def _mono(self, chunks: Iterator[Chunk]) -> tuple[Samples, int]:
        """One channel, at 16 kHz or what less the file has."""
        pieces: list[Samples] = []
        resampler: Any = None
        taken = 0
        for chunk in chunks:
            left = self._seconds * self.rate - taken
            self.cut = chunk.shape[1] > left
            chunk = chunk[:, :left]
            taken += chunk.shape[1]
            self.clipped += int(np.count_nonzero(np.abs(chunk).max(axis=0, initial=0) >= 1 - 1 / FULL_SCALE_16))
            mono: Samples = chunk.mean(axis=0)
            if self.rate > MASTER_RATE:
                resampler = resampler or soxr.ResampleStream(self.rate, MASTER_RATE, 1, quality="VHQ")
                mono = resampler.resample_chunk(mono)
            pieces.append(mono)
            if self.cut:
                break
        if resampler:
            pieces.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
        samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        if not len(samples):
            raise AudioError("there is no sound in it")
        return samples, min(self.rate, MASTER_RATE)

    def _chunks(self, data: bytes) -> Iterator[Chunk]:
        options = {"codec_whitelist": ",".join(CODECS), "format_whitelist": self.container, "protocol_whitelist": ""}
        try:
            file = io.BytesIO(data)
            with av.open(file, format=self.container, options=options, metadata_errors="replace") as opened:
                if not opened.streams.audio:
                    raise AudioError("there is no sound in it")
                yield from self._decoded(opened, opened.streams.audio[0])
        except av.FFmpegError as error:
            if not self.rate:
                raise AudioError(f"it cannot be decoded: {error.strerror}") from error
            self.damaged = True

    def _decoded(self, opened: Any, stream: Any) -> Iterator[Chunk]:
        context = stream.codec_context
        if context is None or context.name not in CODECS:
            raise AudioError(
                f"it is encoded as {context.name if context else 'nothing known'}, which no telephone writes"
            )
        context.thread_count = 1
        self.codec = context.name
        taken = 0
        for packet in opened.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self.damaged = True
                self._errors += 1
                if self._errors > MOST_ERRORS:
                    return
                continue
            for frame in frames:
                self._expect(frame.sample_rate, frame.layout.nb_channels)
                taken += frame.samples
                yield _chunk(frame)
        claimed = stream.duration * stream.time_base if stream.duration else 0
        self.damaged |= self.rate > 0 and claimed - taken / self.rate > _SHORTER

    def _expect(self, rate: int, channels: int) -> None:
        if rate not in RATES or not 1 <= channels <= MOST_CHANNELS:
            raise AudioError(f"it has {channels} channels and {rate} samples a second, as no recording has")
        if self.rate and rate != self.rate:
            raise AudioError(f"it changes from {self.rate} to {rate} samples a second")
        self.rate = rate


def _chunk(frame: Any) -> Chunk:
    """A frame's samples with full scale −1…1, one row for each channel."""
    samples: npt.NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    if samples.dtype.kind == "f":
        scaled = np.nan_to_num(np.clip(samples, -BEYOND, BEYOND))
    elif samples.dtype == np.uint8:
        scaled = (samples.astype(np.float32) - 128) / 128
    else:
        scaled = samples / float(1 << (8 * samples.itemsize - 1))
    made: Chunk = scaled.astype(np.float32)
    return made


def _cut_off(data: bytes, container: str) -> bool:
    """Whether the end is missing; FFmpeg takes what is there for all there was."""
    if container == "wav":
        wave = parse(data)
        return len(wave.data) < wave.claimed < _UNKNOWN_SIZE
    if container == "ogg":
        # RFC 3533 section 6: the last page has the flag "end of stream", and its table says how long it is.
        last = data[data.rfind(b"OggS") :]
        table = last[27 : 27 + last[26]] if len(last) > 26 else b""
        return len(last) < 27 or not last[5] & 4 or len(last) < 27 + last[26] + sum(table)
    return False


def main() -> None:
    """Answers on standard output: what the file is and its samples, or the error in words."""
    seconds, suffix = int(sys.argv[1]), sys.argv[2]
    limit_this_process()
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        it = Recording(data, suffix, seconds)
    except AudioError as error:
        out.write(json.dumps({"error": str(error)}).encode() + b"\n")
        return
    except MemoryError:
        out.write(json.dumps({"error": "it takes more memory than any recording should"}).encode() + b"\n")
        return
    head = {
        "container": it.container, "codec": it.codec, "recorded_rate": it.rate, "rate": it.sound_rate,
        "damaged": it.damaged, "cut": it.cut, "clipped": it.clipped,
    }  # fmt: skip
    out.write(json.dumps(head).encode() + b"\n")
    out.write(it.samples.tobytes())


if __name__ == "__main__":
    main()
