# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings through the whole of what understands them: real decoder, real recognisers, real rules.

A small fixed sample of callers' messages over a line with noise; ``python -m tests.voicemail_score`` has all of them in
every condition. And what callers and machines leave besides: silence, noise, tones, music, broken files.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from intake.audio import TELEPHONE_RATE, Sound, decode, join, silence, wav
from intake.audio.mp3 import mp3
from intake.voicemail.listener import Listener
from intake.voicemail.values import KnownCaller, Recording, Understood
from tests.models import vosk_korean, whisper_base
from tests.sounds import align, babble, mixed, noise, tone
from tests.voice_line import NOISE_20
from tests.voicemail_score import LEFT_AT, judge, listener, messages, speak

pytestmark = pytest.mark.integration

SAMPLE = ("meine zwei Kinder", "cancel my appointment", "nationalité allemande", "robaron la mochila")
"""A few words of each message of the sample."""

DTMF = join([mixed(tone(770, 0.2, 8000, amplitude=0.3), tone(1336, 0.2, 8000, amplitude=0.3))] * 12, 0.15)


def music(seconds: float) -> Sound:
    """Chords, as while somebody waits."""
    chords = ((262, 330, 392), (294, 370, 440), (247, 311, 370), (220, 277, 330))
    bars = [mixed(*(tone(pitch, 0.5, 8000, amplitude=0.15) for pitch in chord)) for chord in chords]
    return join(bars * round(seconds / 2))


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    (folder / "whisper-base").symlink_to(whisper_base())
    return folder


def recording(file: Path, language: str = "") -> Recording:
    return Recording("main", file.name, file, LEFT_AT, "", "", language)


def understood(models: Path, files: Sequence[Path], language: str = "", *, listen: bool = True) -> list[Understood]:
    async def main(ears: Listener) -> list[Understood]:
        try:
            return [await ears.understand(recording(file, language), KnownCaller(), listen=listen) for file in files]
        finally:
            await ears.close()

    return asyncio.run(main(listener(models)))


def test_callers_are_understood_over_a_noisy_line(whisper: Path, tmp_path: Path) -> None:
    wanted = [(n, one) for n, one in enumerate(messages()) if any(words in one.text for words in SAMPLE)]
    assert len(wanted) == len(SAMPLE)

    async def main(ears: Listener) -> None:
        try:
            found = await judge(ears, await speak(wanted), NOISE_20, tmp_path)
        finally:
            await ears.close()
        for one in found:
            assert one.right_language, one.understood.evidence
            assert one.right_queue, one.transcript
            assert one.wer < 0.5, one.transcript
            assert one.understood.confidence == "sure"
            assert one.understood.reasons
            sound = decode(one.understood.sound, name=one.understood.sound_name).sound
            assert sound.seconds == pytest.approx(one.understood.seconds, abs=0.1)

    asyncio.run(main(listener(whisper)))


def test_what_is_no_speech_is_marked_and_has_no_transcript(whisper: Path, tmp_path: Path) -> None:
    sounds = {
        "silence": silence(4, TELEPHONE_RATE), "noise": noise(6, 8000), "keys": DTMF, "music": music(8),
        "hum": tone(50, 4, 8000, amplitude=0.05),
    }  # fmt: skip
    for name, sound in sounds.items():
        (tmp_path / f"{name}.wav").write_bytes(wav(sound))
    files = [tmp_path / f"{name}.wav" for name in sounds]
    for name, found in zip(sounds, understood(whisper, files), strict=True):
        assert (found.state, found.pieces) == ("nothing-heard", ()), (name, found.pieces)
        assert found.queue == "general"
        assert found.problem
        assert decode(found.sound, name=found.sound_name).sound.seconds == pytest.approx(sounds[name].seconds, abs=0.2)


def test_whatever_a_file_is_staff_get_it(tmp_path: Path) -> None:
    whole = wav(babble(3, 8000))
    files = {
        "empty.wav": b"", "text.wav": b"Good morning", "cut.wav": whole[: len(whole) // 2], "mp3.wav": mp3(babble(3)),
        "header.wav": whole[:44],
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    empty, text, cut, mislabelled, header = understood(tmp_path / "no models", [tmp_path / name for name in files])
    assert (empty.state, empty.sound, empty.seconds) == ("unreadable", b"", None)
    assert (text.state, text.sound, text.sound_type) == ("unreadable", b"Good morning", "application/octet-stream")
    assert header.state == "unreadable"
    assert cut.state == "no-model"
    assert "beschädigt" in cut.problem
    assert mislabelled.state == "no-model"
    assert mislabelled.seconds == pytest.approx(3, abs=0.1)
    assert all(one.queue == "general" and one.problem and one.language == "und" for one in (empty, text, cut, header))


def test_without_a_model_the_language_is_what_was_chosen_and_the_sound_is_there(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(wav(babble(2, 8000)))
    (found,) = understood(tmp_path / "no models", [file], "ti")
    assert (found.state, found.language, found.confidence) == ("no-model", "ti", "sure")
    assert "kein Spracherkenner" in found.problem
    assert align(babble(2, 8000), decode(found.sound, name=found.sound_name).sound).snr > 15
    assert found.sound == mp3(decode(file).sound)


def test_a_recording_that_cannot_be_heard_is_filed_without_a_transcript(whisper: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(wav(babble(2, 8000)))
    (found,) = understood(whisper, [file], listen=False)
    assert (found.state, found.pieces) == ("failed", ())
    assert found.sound


def test_vosk_goes_the_whole_way(tmp_path: Path) -> None:
    """With the one model that is a package, Korean, under a German name: the way is shown, not how well it hears.

    It is also what a model under a wrong name does, which is why ``intake check`` reads its README.
    """
    model = tmp_path / "vosk-model-small-de-0.15"
    model.mkdir()
    for part in vosk_korean().iterdir():
        if part.name != "README":
            (model / part.name).symlink_to(part)
    file = tmp_path / "a.wav"
    (spoken,) = asyncio.run(speak([(n, one) for n, one in enumerate(messages()) if SAMPLE[0] in one.text]))
    file.write_bytes(wav(Sound(spoken[2].samples[: 3 * spoken[2].rate], spoken[2].rate)))
    (found,) = understood(tmp_path, [file])
    assert any("\uac00" <= c <= "\ud7a3" for piece in found.pieces for c in piece.text)
    assert (found.language, found.confidence, found.queue) == ("de", "unsure", "general")
    assert found.evidence == ("tried: German",)


@pytest.mark.skipif("INTAKE_LONG_VOICEMAIL" not in os.environ, reason="takes minutes; make measure runs it")
def test_a_recording_of_hours_costs_no_more_than_one_of_twenty_minutes(whisper: Path, tmp_path: Path) -> None:
    bomb, talk = tmp_path / "bomb.amr", tmp_path / "talk.wav"
    bomb.write_bytes(b"#!AMR\n" + (b"\x04" + bytes(12)) * 3_000_000)
    talk.write_bytes(wav(Sound.of(np.tile(babble(60, 8000).samples, 21), 8000)))
    hours, minutes = understood(whisper, [bomb, talk], "de")
    for found in (hours, minutes):
        assert found.seconds == pytest.approx(20 * 60, abs=1)
        assert "die ersten 20 Minuten" in found.problem
        assert len(found.sound) < 5_000_000
