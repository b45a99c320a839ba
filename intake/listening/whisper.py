# SPDX-License-Identifier: GPL-3.0-or-later
"""Whisper as it listens here: no more is computed than a caller's message needs.

Whisper reads 30 seconds at a time, and what is shorter is filled up to that: of a message of 12 seconds that is most of
the work. CTranslate2 reads less, too, so a stretch is filled up by five seconds only. Reading then costs a third, and
fewer words are wrong, because Whisper repeats itself less; filled up by one second it repeats itself more
(docs/voicemail.md has the figures). The same sound is asked about twice, for its language and for its words: what was
found out is kept.

Where Whisper says the same again and again, as it does where it understands little, that stretch is listened to again,
without expected words, which can bring it about, and at last with a penalty for repetition: not at once, because
callers do say their number twice.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.vad import get_speech_timestamps

from intake.audio.sound import Samples

_FILLED_UP = 500
"""Frames of 10 ms."""
_LOOP = 2.4
"""Whisper's own sign that it repeats itself: text that gzip makes so many times shorter."""
_STRICTER = 1.2

T = TypeVar("T")


class Whisper:
    """One model in memory; sounds are samples at 16 kHz."""

    def __init__(self, path: str, threads: int) -> None:
        self._model = _Model(path, threads)
        self._speech_in = _Remembered(_has_speech)

    def hear(self, samples: Samples, language: str, times: bool, expected: str) -> Mapping[str, Any]:
        """The text and, with ``times``, its words: text, begin, end and probability of each."""
        if not self._speech_in(samples):
            return {"text": "", "words": []}
        # One temperature and no text before: the same sound gives the same text, and a mistake does not go on.
        segments, _ = self._model.transcribe(
            samples, language=language, beam_size=5, temperature=0.0, condition_on_previous_text=False,
            word_timestamps=times, hotwords=expected or None,
        )  # fmt: skip
        found = list(segments)
        words = [
            (word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for segment in found
            for word in segment.words or []
        ]
        return {"text": "".join(segment.text for segment in found).strip(), "words": words}

    def identify(self, samples: Samples) -> list[tuple[str, float]]:
        """Languages and their probabilities, of the first 30 seconds; nothing where nobody speaks."""
        if not self._speech_in(samples):
            return []
        # Without the frame at the end, which listening leaves out, too: then it is the same stretch of sound.
        _, _, languages = self._model.detect_language(features=self._model.feature_extractor(samples)[..., :-1])
        return [(code, float(probability)) for code, probability in languages]


class _Remembered(Generic[T]):
    """Work on samples or features whose latest result is kept."""

    def __init__(self, work: Callable[[Samples], T]) -> None:
        self._work = work
        self._last: tuple[bytes, T] | None = None

    def __call__(self, given: Samples) -> T:
        digest = hashlib.blake2b(given.tobytes()).digest()
        if self._last is None or self._last[0] != digest:
            self._last = digest, self._work(given)
        return self._last[1]


class _Features(FeatureExtractor):  # type: ignore[misc]
    """Keeps the features of the latest sound."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._remembered = _Remembered(super().__call__)

    def __call__(self, waveform: Samples, **_same_for_all: Any) -> Any:
        return self._remembered(waveform)


class _Model(WhisperModel):  # type: ignore[misc]
    """Reads what there is and not 30 seconds, the same only once, and listens again where it repeats itself."""

    def __init__(self, path: str, threads: int) -> None:
        super().__init__(path, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
        self.feature_extractor = _Features(**self.feat_kwargs)
        self._encoded = _Remembered(super().encode)

    def encode(self, features: Samples) -> Any:
        used = np.flatnonzero(features.any(axis=0))
        end = int(used[-1]) + 1 if len(used) else 0
        return self._encoded(np.ascontiguousarray(features[:, : end + _FILLED_UP]))

    def generate_with_fallback(self, encoded: Any, prompt: Sequence[int], tokenizer: Any, options: Any) -> Any:
        bare = self.get_prompt(tokenizer, [], without_timestamps=options.without_timestamps)
        for begin, penalty in ((prompt, 1.0), (bare, 1.0), (bare, _STRICTER)):
            found = super().generate_with_fallback(
                encoded, begin, tokenizer, replace(options, repetition_penalty=penalty)
            )
            if found[3] <= _LOOP:  # what gzip makes of it
                break
        return found


def _has_speech(samples: Samples) -> bool:
    """Whether there is speech at all: in noise, Whisper hears what it has read under films.

    Not for cutting: of a synthetic voice over a telephone line the detector takes half for noise (measured).
    """
    return bool(get_speech_timestamps(samples))
