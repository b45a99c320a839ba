# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings as people and telephone systems send them, through the real decoders in their real process.

The encoders are FFmpeg's, and for GSM the Debian library that baresip brings.
"""

import ctypes
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.audio import DecodingLimits, Sound, alaw, decode, g722, join, resample, telephone, ulaw, wav
from intake.audio.decoder import Recording, container_of
from intake.audio.mastering import master
from intake.errors import AudioError
from tests.sounds import align, babble, snr

pytestmark = pytest.mark.integration

WIDE = master(babble(3))
NARROW = telephone(WIDE)


def by_ffmpeg(container: str, codec: str, sound: Sound, *, layout: str = "mono", rate: int = 0) -> bytes:
    """``sound`` as FFmpeg writes it."""
    file = BytesIO()
    with av.open(file, "w", format=container) as opened:
        stream: Any = opened.add_stream(codec, rate=rate or sound.rate, options={"strict": "experimental"})
        stream.layout = layout
        samples = sound.pcm16().repeat(2 if layout == "stereo" else 1)
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout=layout)
        frame.sample_rate = sound.rate
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=stream.rate)
        queue: Any = av.AudioFifo()
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            queue.write(piece)
        while piece := queue.read(stream.codec_context.frame_size or 1024, partial=True):
            opened.mux(stream.encode(piece))
        opened.mux(stream.encode(None))
    return file.getvalue()


def by_gsm(sound: Sound, *, wav49: bool) -> bytes:
    """Full-rate GSM; ``wav49``: as Asterisk's ``WAV`` files have it, two frames in 65 bytes."""
    library = ctypes.CDLL("libgsm.so.1")
    library.gsm_create.restype = ctypes.c_void_p
    state = ctypes.c_void_p(library.gsm_create())
    flag = ctypes.c_int(1)
    if wav49:
        library.gsm_option(state, 4, ctypes.byref(flag))
    samples, made = sound.pcm16(), bytearray()
    for number, at in enumerate(range(0, len(samples) // 320 * 320, 160)):
        frame = ctypes.create_string_buffer(33)
        library.gsm_encode(state, samples[at : at + 160].tobytes(), frame)
        made += frame.raw[: 32 + number % 2] if wav49 else frame.raw
    library.gsm_destroy(state)
    if not wav49:
        return bytes(made)
    form = struct.pack("<HHIIHHHH", 49, 1, 8000, 1625, 65, 0, 2, 320)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(made)) + made
    return b"RIFF" + struct.pack("<I", len(body)) + body


RECORDINGS: dict[str, tuple[bytes, str, str, float]] = {
    "wav, 8 kHz": (wav(NARROW), "wav", "pcm_s16le", 75),
    "wav, 16 kHz": (wav(WIDE), "wav", "pcm_s16le", 75),
    "wav, 22.05 kHz": (wav(resample(WIDE, 22_050)), "wav", "pcm_s16le", 30),
    "wav, 48 kHz, 24 bit": (by_ffmpeg("wav", "pcm_s24le", WIDE, rate=48_000), "wav", "pcm_s24le", 30),
    "wav, 8 bit": (by_ffmpeg("wav", "pcm_u8", NARROW), "wav", "pcm_u8", 20),
    "wav, floating point, stereo": (by_ffmpeg("wav", "pcm_f32le", WIDE, layout="stereo"), "wav", "pcm_f32le", 75),
    "wav, A-law": (by_ffmpeg("wav", "pcm_alaw", NARROW), "wav", "pcm_alaw", 35),
    "wav, µ-law": (by_ffmpeg("wav", "pcm_mulaw", NARROW), "wav", "pcm_mulaw", 35),
    "wav, GSM": (by_gsm(NARROW, wav49=True), "wav", "gsm_ms", 5),
    "wav, ADPCM": (by_ffmpeg("wav", "adpcm_ima_wav", NARROW), "wav", "adpcm_ima_wav", 15),
    "gsm": (by_gsm(NARROW, wav49=False), "gsm", "gsm", 5),
    "mp3": (by_ffmpeg("mp3", "libmp3lame", WIDE), "mp3", "mp3float", 15),
    "opus": (by_ffmpeg("ogg", "libopus", WIDE, rate=48_000), "ogg", "opus", 5),
    "vorbis, stereo": (by_ffmpeg("ogg", "vorbis", WIDE, layout="stereo"), "ogg", "vorbis", 5),
    "amr": (by_ffmpeg("amr", "libopencore_amrnb", NARROW), "amr", "amrnb", 3),
}
"""Kind → the file, its container and codec, and how near it comes to what was said, in decibels."""


@pytest.mark.parametrize(("data", "container", "codec", "nearness"), RECORDINGS.values(), ids=RECORDINGS.keys())
def test_a_recording_says_what_was_said(data: bytes, container: str, codec: str, nearness: float) -> None:
    heard = decode(data)
    assert (heard.container, heard.codec) == (container, codec)
    assert (heard.damaged, heard.cut, heard.clipped) == (False, False, 0)
    assert heard.sound.rate == min(heard.recorded_rate, 16_000)
    found = align(WIDE if heard.sound.rate == 16_000 else NARROW, heard.sound)
    assert found.snr > nearness
    assert found.gain == pytest.approx(0, abs=2.5)
    assert found.present > 0.97
    assert abs(found.delay) < 0.1
    assert heard.sound.seconds == pytest.approx(NARROW.seconds, abs=0.15)


@pytest.mark.parametrize(
    ("data", "name", "sound"),
    [(alaw(NARROW), "a.alaw", NARROW), (ulaw(NARROW), "A.G711U", NARROW), (g722(WIDE), "a.g722", WIDE)],
    ids=["A-law", "µ-law", "G.722"],
)
def test_what_has_no_mark_is_told_by_its_name(data: bytes, name: str, sound: Sound, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    heard = decode(tmp_path / name)
    assert align(sound, heard.sound).snr > 20
    with pytest.raises(AudioError, match="no recording"):
        decode(data)


def test_a_wrong_name_is_no_harm(tmp_path: Path) -> None:
    mislabelled = tmp_path / "voice.wav"
    mislabelled.write_bytes(RECORDINGS["mp3"][0])
    assert decode(mislabelled).container == "mp3"


@pytest.mark.parametrize("kind", ["wav, 8 kHz", "wav, GSM", "mp3", "opus", "amr"])
def test_what_is_cut_short_is_heard_up_to_there_and_marked(kind: str) -> None:
    data = RECORDINGS[kind][0]
    heard = decode(data[: len(data) // 2 + 5])
    assert heard.damaged
    assert 0.8 < heard.sound.seconds < 2.2


def test_samples_at_full_scale_are_counted() -> None:
    loud = Sound.of(NARROW.samples * 30, 8000)
    assert decode(wav(loud)).clipped == (abs(loud.pcm16().astype(int)) >= 32_767).sum() > 100


BOMB = b"#!AMR\n" + (b"\x04" + bytes(12)) * 3_000_000
"""39 MB that last 16 hours."""


def test_a_bomb_is_cut_at_the_limit() -> None:
    heard = decode(BOMB, limits=DecodingLimits(seconds=60))
    assert heard.cut
    assert heard.sound.seconds == 60


def test_what_is_longer_than_the_limit_is_cut_there() -> None:
    heard = decode(wav(join([NARROW] * 3)), limits=DecodingLimits(seconds=5))
    assert heard.cut
    assert heard.sound.seconds == 5
    assert not heard.damaged
    assert snr(NARROW.samples, heard.sound.samples) > 75


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"Good morning, this is a text.", "no recording"),
        (PLAYLIST, "no recording"),
        (b"ffconcat version 1.0\nfile '/etc/hostname'\n", "no recording"),
        (b"\x1aE\xdf\xa3" + bytes(400), "no recording"),
        (wav(Sound.of([], 8000)), "no sound"),
        (wav(NARROW)[:30], "format chunk is cut off"),
        (b"#!AMR\n", "no sound"),
        (b"OggS" + bytes(200), "cannot be decoded"),
        (b"ID3\4\0\0\0\0\0\0" + bytes(500), "decoded|no sound"),
        (wav(Sound.of(NARROW.samples, 300_000)), "300000 samples a second"),
        (b"RIFF\0\0\0\0AVI " + bytes(100), "no recording"),
    ],
)
def test_what_cannot_be_heard_is_an_error_that_says_why(data: bytes, said: str) -> None:
    with pytest.raises(AudioError, match=said):
        decode(data, name="voice.wav")


def test_a_codec_that_no_telephone_has_is_not_opened() -> None:
    data = bytearray(wav(NARROW))
    data[20:22] = (0x0161).to_bytes(2, "little")  # Windows Media Audio
    with pytest.raises(AudioError, match=r"decoded|no telephone"):
        decode(bytes(data))


def test_a_file_that_is_not_there_or_too_large_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="cannot be read: No such file"):
        decode(tmp_path / "none.wav")
    with pytest.raises(AudioError, match=r"larger than 0\.01 MB"):
        decode(wav(NARROW), limits=DecodingLimits(bytes=10_000))


def test_a_decoder_that_hangs_is_ended() -> None:
    with pytest.raises(AudioError, match="not decoded within"):
        decode(BOMB, limits=DecodingLimits(patience=0.01))


@settings(max_examples=200)
@given(st.sampled_from(list(RECORDINGS)), st.lists(st.tuples(st.integers(0, 5999), st.binary(min_size=1, max_size=8))))
def test_damage_anywhere_gives_sound_or_an_audio_error(kind: str, changes: list[tuple[int, bytes]]) -> None:
    broken = bytearray(RECORDINGS[kind][0][:6000])
    for at, what in changes:
        broken[at : at + len(what)] = what
    try:
        heard = Recording(bytes(broken), "", 60)
    except AudioError as error:
        said = str(error)
    else:
        said = heard.container
        assert len(heard.samples) <= 60 * 16_000
    assert said


@given(st.binary(max_size=200), st.sampled_from(["", ".wav", ".alaw", ".gsm"]))
def test_any_bytes_have_a_container_or_none(data: bytes, suffix: str) -> None:
    try:
        found = container_of(data, suffix)
    except AudioError:
        found = "none"
    assert found in {"", "none", "wav", "ogg", "amr", "mp3", "gsm"}
