# SPDX-License-Identifier: GPL-3.0-or-later
"""The published bytes: as the recommendations have them, as FFmpeg reads them, and the same every time."""

import contextlib
import wave
from collections.abc import Callable
from io import BytesIO
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.audio import alaw, decode, g722, master, publish, read, read_wav, resample, telephone, ulaw, wav
from intake.audio.formats import G722_DELAY, KINDS, Format
from intake.audio.opus import opus
from intake.audio.riff import parse
from intake.audio.sound import Sound
from intake.errors import AudioError
from tests.sounds import babble, snr, tone

EVERY_SAMPLE = Sound.of_pcm16(np.arange(-32768, 32768).astype("<i2"), 8000)
EVERY_CODE = bytes(range(256))
HEADS = (b"", b"RIFF\0\0\0\0WAVE", wav(Sound.of([], 8000))[:-8], wav(Sound.of([], 8000))[:-4])
"""Beginnings of a WAV file: nothing, before its chunks, after its format, before the size of its data."""
RAW = [(alaw, "alaw", "pcm_alaw"), (ulaw, "ulaw", "pcm_mulaw")]


def by_ffmpeg(data: bytes, codec: str, rate: int) -> npt.NDArray[np.int16]:
    """What another implementation hears in raw bytes."""
    context: Any = av.CodecContext.create(codec, "r")
    context.sample_rate, context.layout = rate, "mono"
    return np.concatenate([frame.to_ndarray().ravel() for frame in context.decode(av.Packet(data))])


def test_a_wav_is_the_plainest_there_is() -> None:
    data = wav(tone(440, 0.5, 8000))
    assert data[:44] == (
        b"RIFF\x64\x1f\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
        b"\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x40\x1f\x00\x00"
    )
    assert len(data) == 44 + 8000
    with wave.open(BytesIO(data)) as opened:
        assert opened.getparams()[:4] == (1, 2, 8000, 4000)


def test_a_wav_is_read_as_it_was_written() -> None:
    assert (read_wav(wav(EVERY_SAMPLE)).pcm16() == EVERY_SAMPLE.pcm16()).all()


@pytest.mark.parametrize("form", ["alaw", "ulaw"])
def test_each_code_of_g711_is_what_ffmpeg_hears(form: Format) -> None:
    codec = {"alaw": "pcm_alaw", "ulaw": "pcm_mulaw"}[form]
    assert (read(EVERY_CODE, form).pcm16() == by_ffmpeg(EVERY_CODE, codec, 8000)).all()


@pytest.mark.parametrize(
    ("form", "code", "sample"),
    [
        ("alaw", 0xD5, 8), ("alaw", 0x55, -8), ("alaw", 0xAA, 32256), ("alaw", 0x2A, -32256),
        ("ulaw", 0xFF, 0), ("ulaw", 0x7F, 0), ("ulaw", 0x80, 32124), ("ulaw", 0x00, -32124),
    ],
)  # fmt: skip
def test_the_ends_of_the_scales_are_those_of_g711(form: Format, code: int, sample: int) -> None:
    assert read(bytes([code]), form).pcm16().tolist() == [sample]


@pytest.mark.parametrize(("encode", "form", "codec"), RAW, ids=["A-law", "µ-law"])
def test_each_sample_gets_the_nearest_code(encode: Callable[[Sound], bytes], form: Format, codec: str) -> None:
    samples = EVERY_SAMPLE.pcm16().astype(int)
    levels = read(EVERY_CODE, form).pcm16().astype(int)
    error = np.abs(read(encode(EVERY_SAMPLE), form).pcm16() - samples)
    assert (error == np.abs(samples[:, None] - levels[None, :]).min(axis=1)).all()


@pytest.mark.parametrize(("encode", "form", "codec"), RAW, ids=["A-law", "µ-law"])
def test_speech_at_its_level_survives_g711(encode: Callable[[Sound], bytes], form: Format, codec: str) -> None:
    sound = telephone(master(babble(5)))
    assert snr(sound.samples, read(encode(sound), form).samples) > 35


def test_g722_is_what_ffmpeg_hears() -> None:
    data = g722(master(babble(3)))
    assert (read(data, "g722").pcm16() == by_ffmpeg(data, "g722", 16_000)).all()


@pytest.mark.parametrize("frequency", [300, 1000, 2000, 3400])
def test_g722_keeps_the_telephone_band_and_comes_late_by_its_filters(frequency: int) -> None:
    sound = tone(frequency, 1, amplitude=0.1)
    heard = read(g722(sound), "g722").samples
    assert len(heard) == len(sound.samples)
    assert snr(sound.samples[1000:-1000], heard[1000 + G722_DELAY :][: len(heard) - 2000]) > 24


def test_g722_is_wideband() -> None:
    sound = tone(6000, 1, amplitude=0.1)
    heard = read(g722(sound), "g722").samples[1000:]
    assert float(np.mean(heard**2)) == pytest.approx(0.005, rel=0.1)


def test_sound_at_another_rate_is_no_call() -> None:
    for encode, rate in ((alaw, 16_000), (ulaw, 16_000), (g722, 8000)):
        with pytest.raises(AudioError, match=f"not {rate}"):
            encode(tone(440, 0.1, rate))


def test_all_formats_are_published_together_and_last_as_long() -> None:
    wide = master(babble(3))
    files = publish(wide)
    assert set(files) == set(KINDS)
    for form, data in files.items():
        assert read(data, form).seconds == pytest.approx(wide.seconds, abs=0.001)
        payload = len(parse(data).data) if form.startswith("wav") else len(data)
        assert payload / KINDS[form].bytes_per_second == pytest.approx(wide.seconds, abs=0.001)


def test_the_same_sound_gives_the_same_bytes() -> None:
    assert publish(master(babble(3))) == publish(master(babble(3)))


def test_other_wav_files_are_refused_by_name() -> None:
    plain = bytearray(wav(tone(440, 0.1, 8000)))
    for at, value, said in ((20, 3, "floating point"), (20, 6, "A-law"), (22, 2, "2 channels"), (34, 8, "8 bit")):
        other = plain.copy()
        other[at] = value
        with pytest.raises(AudioError, match=said):
            read_wav(bytes(other))


def test_for_a_page_a_sound_becomes_a_tenth_of_its_size_and_keeps_its_length() -> None:
    sound = babble(6.0)
    page = opus(sound)
    heard = decode(page, name="goodbye.ogg")
    assert (heard.container, heard.codec, heard.damaged) == ("ogg", "opus", False)
    assert heard.sound.seconds == pytest.approx(sound.seconds, abs=0.1)
    assert len(page) < len(wav(sound)) / 10


@given(st.binary(max_size=300))
def test_any_bytes_are_a_wav_or_an_audio_error(data: bytes) -> None:
    for head in HEADS:
        with contextlib.suppress(AudioError):
            found = parse(head + data)
            assert len(found.data) <= min(found.claimed, len(data))


@given(st.binary(max_size=2000), st.sampled_from(["alaw", "ulaw", "g722"]))
def test_any_bytes_are_sound_in_a_raw_format(data: bytes, form: Format) -> None:
    sound = read(data, form)
    assert len(sound.samples) == len(data) * (2 if form == "g722" else 1)
    assert resample(sound, 16_000).peak < 1.5
