# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that listens: ``python -m intake.listening.worker MEMORY``, see ``intake.children``.

It holds one model from the first request until its end: what a recogniser has taken it hardly gives back, so its
parent replaces the process for another model.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from intake.audio import MASTER_RATE
from intake.audio.sound import FULL_SCALE_16, Samples
from intake.children.child import Unanswerable, serve
from intake.listening.models import VOSK

Hearing = Callable[[Samples, str, bool, str], Mapping[str, Any]]
"""Samples at 16 kHz, their language, whether the words are wanted with their times, and words that may come → text
and words."""

_CHUNK = 4000
"""Samples that Vosk is given at a time."""

_LOOP = 2.4
"""Whisper's own sign that it says the same again and again, as it does where it understands little: text that gzip
makes so many times shorter. It is then asked again, without expected words, which can bring it about, and at last with
a penalty for repetition: not at once, because callers do say their number twice."""
_STRICTER = 1.2


def _answer(request: Mapping[str, Any], payload: bytes) -> tuple[Mapping[str, Any], bytes]:
    samples = np.frombuffer(payload, np.float32)
    load = _vosk if request["engine"] == VOSK else _whisper
    try:
        hearing = load(request["path"], request["threads"])
    except MemoryError:
        raise
    except Exception:
        raise Unanswerable("the model cannot be loaded: it is damaged or incomplete; unpack it again") from None
    if request["task"] == "identify":
        return {"languages": _identified(request["path"], request["threads"], samples), "memory": _memory()}, b""
    heard = hearing(samples, request["language"], request["times"], request["expected"])
    return {**heard, "memory": _memory()}, b""


@lru_cache(maxsize=1)
def _vosk(path: str, _threads: int) -> Hearing:
    import json

    from vosk import KaldiRecognizer, Model, SetLogLevel

    SetLogLevel(-1)
    model = Model(path)

    def hear(samples: Samples, _language: str, times: bool, _expected: str) -> Mapping[str, Any]:
        recogniser = KaldiRecognizer(model, MASTER_RATE)
        recogniser.SetWords(True)
        pcm = np.clip(np.rint(samples * FULL_SCALE_16), -FULL_SCALE_16, FULL_SCALE_16 - 1).astype("<i2")
        results = []
        for begin in range(0, len(pcm), _CHUNK):
            if recogniser.AcceptWaveform(pcm[begin : begin + _CHUNK].tobytes()):
                results.append(json.loads(recogniser.Result()))
        results.append(json.loads(recogniser.FinalResult()))
        words = [
            (word["word"], word["start"], word["end"], word["conf"])
            for result in results
            for word in result.get("result", [])
        ]
        return {"text": " ".join(word for word, *_ in words), "words": words if times else []}

    return hear


@lru_cache(maxsize=1)
def _whisper_model(path: str, threads: int) -> Any:
    from faster_whisper import WhisperModel

    class Model(WhisperModel):  # type: ignore[misc]
        """Encodes the same stretch of sound only once: to tell its language, to listen, and to listen again."""

        remembered: tuple[bytes, Any] = (b"", None)

        def encode(self, features: Samples) -> Any:
            digest = hashlib.blake2b(features.tobytes()).digest()
            if digest != self.remembered[0]:
                self.remembered = digest, super().encode(features)
            return self.remembered[1]

    return Model(path, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)


def _whisper(path: str, threads: int) -> Hearing:
    model = _whisper_model(path, threads)

    def hear(samples: Samples, language: str, times: bool, expected: str) -> Mapping[str, Any]:
        if not _speech_in(samples):
            return {"text": "", "words": []}
        found: list[Any] = []
        for hint, penalty in dict.fromkeys(((expected, 1.0), ("", 1.0), ("", _STRICTER))):
            # One temperature and no text before: the same sound gives the same text, and a mistake does not go on.
            segments, _ = model.transcribe(
                samples, language=language, beam_size=5, temperature=0.0, condition_on_previous_text=False,
                word_timestamps=times, repetition_penalty=penalty, hotwords=hint or None,
            )  # fmt: skip
            found = list(segments)
            if all(segment.compression_ratio <= _LOOP for segment in found):
                break
        words = [
            (word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for segment in found
            for word in segment.words or []
        ]
        return {"text": "".join(segment.text for segment in found).strip(), "words": words}

    return hear


def _identified(path: str, threads: int, samples: Samples) -> list[tuple[str, float]]:
    if not _speech_in(samples):
        return []
    model = _whisper_model(path, threads)
    # Without the frame at the end, which listening leaves out, too: then it is the same stretch of sound.
    features = model.feature_extractor(samples[: model.feature_extractor.n_samples])[..., :-1]
    _, _, all_languages = model.detect_language(features=features)
    return [(code, float(probability)) for code, probability in all_languages]


def _speech_in(samples: Samples) -> bool:
    """Whether there is speech at all: in noise, Whisper hears what it has read under films.

    Not for cutting: of a synthetic voice over a telephone line the detector takes half for noise (measured).
    """
    from faster_whisper.vad import get_speech_timestamps

    return bool(get_speech_timestamps(samples))


def _memory() -> int:
    """Bytes of this process that are in memory, proc(5)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    serve(_answer)
