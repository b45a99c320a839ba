# SPDX-License-Identifier: GPL-3.0-or-later
"""How Whisper is used: what it is asked about a caller's message, and how often. With the real model, in this process.

What it understands is measured by ``python -m tests.voicemail_score``.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from intake.audio import Sound, join, resample
from intake.audio.sound import Samples
from tests.models import whisper_base
from tests.voice_line import NOISE_20, line
from tests.voicemail_score import messages, speak

pytestmark = pytest.mark.integration
whisper = pytest.importorskip("intake.listening.whisper")
faster_whisper = pytest.importorskip("faster_whisper")

HINT = "Termin, Aufenthaltserlaubnis"


@pytest.fixture(scope="module")
def message() -> Sound:
    """A caller over a line with noise, at 16 kHz."""
    [(_, _, said)] = asyncio.run(speak([(n, one) for n, one in enumerate(messages()) if "meine zwei" in one.text]))
    return resample(line(said, NOISE_20, seed=1), 16_000)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[Samples]:
    """What the encoder is given, each time: a column for 10 ms."""
    given: list[Samples] = []
    original: Callable[..., Any] = faster_whisper.WhisperModel.encode

    def encode(self: Any, features: Samples) -> Any:
        given.append(features)
        return original(self, features)

    monkeypatch.setattr(faster_whisper.WhisperModel, "encode", encode)
    return given


@pytest.fixture
def ears(encoded: list[Samples]) -> Any:
    return whisper.Whisper(str(whisper_base()), 2)


def lengths(encoded: list[Samples]) -> list[int]:
    return [features.shape[-1] for features in encoded]


def test_a_stretch_is_encoded_once_for_its_language_and_its_words_and_no_longer_than_it_is(
    encoded: list[Samples], ears: Any, message: Sound
) -> None:
    assert ears.identify(message.samples)[0][0] == "de"
    assert ears.hear(message.samples, "de", True, HINT)["words"]
    first, *rest = lengths(encoded)
    assert first == message.samples.size // 160 + 500, "five seconds are added to it"
    assert all(frames < first for frames in rest), "what follows is the rest after the last word"


def test_of_a_long_message_the_first_half_minute_is_encoded_once_too(
    encoded: list[Samples], ears: Any, message: Sound
) -> None:
    long = join([message] * 4, 0.5).samples
    ears.identify(long)
    assert lengths(encoded) == [3000]
    ears.hear(long, "de", False, "")
    assert len(encoded) > 1
    assert len({features.tobytes() for features in encoded}) == len(encoded)


def test_what_it_repeats_is_listened_to_again_without_the_expected_words_and_then_more_strictly(
    monkeypatch: pytest.MonkeyPatch, encoded: list[Samples], ears: Any, message: Sound
) -> None:
    asked: list[tuple[bool, float]] = []
    original: Callable[..., Any] = faster_whisper.WhisperModel.generate_with_fallback

    def repeat_twice(self: Any, output: Any, prompt: list[int], tokenizer: Any, options: Any) -> Any:
        asked.append((len(prompt) > 4, options.repetition_penalty))
        result, likelihood, temperature, ratio = original(self, output, prompt, tokenizer, options)
        return result, likelihood, temperature, 3.0 if len(asked) < 3 else ratio

    monkeypatch.setattr(faster_whisper.WhisperModel, "generate_with_fallback", repeat_twice)
    assert ears.hear(message.samples, "de", True, HINT)["text"]
    assert asked[:3] == [(True, 1.0), (False, 1.0), (False, 1.2)]
    assert len({features.tobytes() for features in encoded}) == len(encoded), "nothing is encoded again"


def test_another_sound_is_another_answer(ears: Any, message: Sound) -> None:
    first = ears.hear(message.samples, "de", False, "")["text"]
    half = ears.hear(message.samples[: message.samples.size // 2], "de", False, "")["text"]
    assert len(half) < len(first)
    assert ears.hear(np.zeros(16_000, np.float32), "de", False, "") == {"text": "", "words": []}
    assert ears.identify(np.zeros(16_000, np.float32)) == []
    assert ears.hear(message.samples, "de", False, "")["text"] == first
