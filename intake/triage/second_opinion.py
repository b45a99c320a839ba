# SPDX-License-Identifier: GPL-3.0-or-later
"""langdetect, made deterministic: a second opinion on a language, which confirms or casts doubt and never decides.

It draws at random, so it is seeded; every call has a detector and a random source of its own, so that threads do not
disturb one another; its profiles are loaded in a fixed order, once, at the first use. It raises on scripts that it
does not know: then it has no opinion. Its probabilities are not used (0.9999 for wrong answers).
"""

import functools
import threading
from pathlib import Path
from typing import Any

from intake.triage.scripts import MAX_CHARACTERS
from intake.triage.text import ENOUGH_LETTERS, letters

SEED = 0
"""langdetect draws at random; with this seed every detector draws the same."""

NEVER_SEEN = frozenset({"ku", "ckb", "ti", "am", "ps", "ka", "hy"})
"""Languages of the office that it has no profile of, and takes for others."""

_LOADING = threading.Lock()

_RENAMED = {"zh-cn": "zh", "zh-tw": "zh"}


def second_opinion(text: str) -> str:
    """langdetect's answer: a code of ours, another code for another language, or empty if it has none."""
    from langdetect.lang_detect_exception import LangDetectException

    if letters(text) < ENOUGH_LETTERS:
        return ""
    detector = _factory().create()
    text = text[:MAX_CHARACTERS]
    detector.append(text.lower() if text.isupper() else text)  # it passes over words in capitals
    try:
        answer = str(detector.detect())
    except LangDetectException:
        return ""
    return "" if answer == "unknown" else _RENAMED.get(answer, answer)


def _factory() -> Any:
    with _LOADING:
        return _load_factory()


@functools.cache
def _load_factory() -> Any:
    """langdetect with its profiles in a fixed order: the order in which a folder is listed must not decide."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.set_seed(SEED)
    files = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if path.is_file() and path.name[0] != ".")
    factory.load_json_profile([path.read_text("utf-8") for path in files])
    return factory
