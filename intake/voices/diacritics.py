# SPDX-License-Identifier: GPL-3.0-or-later
"""Short vowels for languages that do not write them, before an engine guesses them.

Arabic: libtashkeel's model, which travels in the package ``piper-tts`` (Piper uses it for its own Arabic voices).
For Persian, Urdu and Pashto no library does it; engines take the vowels from their dictionaries or guess.
"""

import importlib.metadata
import importlib.util
from functools import lru_cache
from typing import Any

PACKAGE = "piper-tts"

UNWRITTEN = ("ar", "fa", "ur")
"""Languages with a voice whose short vowels are not written."""


def version(language: str) -> str:
    """The program that adds the vowels of a language; empty if none does."""
    if language != "ar":
        return ""
    try:
        return f"{PACKAGE} {importlib.metadata.version(PACKAGE)}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def added(language: str, text: str) -> str:
    """The text with vowels. Only in a worker process: it loads a model of 5 MB."""
    return str(_model().diacritize(text)) if version(language) else text


@lru_cache(maxsize=1)
def _model() -> Any:
    from piper.tashkeel import TashkeelDiacritizer

    return TashkeelDiacritizer()
