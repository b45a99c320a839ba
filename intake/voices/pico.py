# SPDX-License-Identifier: GPL-3.0-or-later
"""SVOX Pico, through the package ``ttspico``: small, clear voices for five languages at 16 kHz (Apache-2.0).

A fresh engine for each text: then the same text gives the same samples (measured; an engine that has spoken before
does not). Text is marked up with tags like ``<phoneme ph="…"/>``, so nothing of a text may look like one. Pico reads
UTF-8 with the letters of its language; other scripts it skips in silence.
"""

import importlib.metadata
import sys
from functools import lru_cache
from pathlib import Path

from intake.children.child import Unanswerable
from intake.voices.voice import Voice, pieces

ENGINE = "pico"
PACKAGE = "ttspico"
LICENCE = "Apache-2.0"
RATE = 16_000

VOICES = {"de-DE": "de", "en-GB": "en", "en-US": "en", "fr-FR": "fr", "es-ES": "es", "it-IT": "it"}
"""Pico's name → language, the first of a language before the others."""


def installed() -> tuple[Voice, ...]:
    """The voices whose files are here; nothing is loaded for it."""
    folder = _folder()
    if folder is None:
        return ()
    version = importlib.metadata.version(PACKAGE)
    return tuple(
        Voice(f"{ENGINE}:{name}", ENGINE, language, None, LICENCE, version)
        for name, language in VOICES.items()
        if list(folder.glob(f"{name}_*_sg.bin")) and (folder / f"{name}_ta.bin").is_file()
    )


def speak(name: str, model: str | None, text: str) -> tuple[bytes, int]:
    """16-bit samples and their rate. Only in a worker process."""
    from ttspico import TtsEngine

    marked = " ".join(
        f'<phoneme ph="{words.replace(chr(34), chr(39))}"/>' if phonemes else words for words, phonemes in pieces(text)
    )
    folder = _folder()
    try:
        said = TtsEngine(name, lang_dir=str(folder)).speak(marked)
    except RuntimeError:
        raise Unanswerable(f"the files of {name} in {folder} cannot be read; install {PACKAGE} again") from None
    return said or b"", RATE


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    """Where the package has put its voices: beside itself, or at the root of the environment."""
    try:
        module = importlib.metadata.distribution(PACKAGE).locate_file("ttspico.py")
    except importlib.metadata.PackageNotFoundError:
        return None
    for folder in (Path(str(module)).parent / "languages", Path(sys.prefix) / "languages"):
        if folder.is_dir():
            return folder
    return None
