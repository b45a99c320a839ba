# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that listens: ``python -m intake.listening.worker MEMORY``, see ``intake.children``.

It holds one model from the first request until its end: what a recogniser has taken it hardly gives back, so its
parent replaces the process for another model.
"""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from intake.audio import MASTER_RATE
from intake.audio.sound import FULL_SCALE_16, Samples
from intake.children.child import Unanswerable, serve
from intake.listening.models import VOSK

if TYPE_CHECKING:
    from intake.listening.whisper import Whisper

Hearing = Callable[[Samples, str, bool, str], Mapping[str, Any]]
"""Samples at 16 kHz, their language, whether the words are wanted with their times, and words that may come → text
and words."""

_CHUNK = 4000
"""Samples that Vosk is given at a time."""


def _answer(request: Mapping[str, Any], payload: bytes) -> tuple[Mapping[str, Any], bytes]:
    samples = np.frombuffer(payload, np.float32)
    model = request["path"], request["threads"]
    try:
        hear = _vosk(*model) if request["engine"] == VOSK else _whisper(*model).hear
    except MemoryError:
        raise
    except Exception:
        raise Unanswerable("the model cannot be loaded: it is damaged or incomplete; unpack it again") from None
    if request["task"] == "identify":
        return {"languages": _whisper(*model).identify(samples), "memory": _memory()}, b""
    heard = hear(samples, request["language"], request["times"], request["expected"])
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
def _whisper(path: str, threads: int) -> "Whisper":
    from intake.listening.whisper import Whisper

    return Whisper(path, threads)


def _memory() -> int:
    """Bytes of this process that are in memory, proc(5)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    serve(_answer)
