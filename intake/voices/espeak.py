# SPDX-License-Identifier: GPL-3.0-or-later
"""eSpeak NG, through its C interface: a voice for nearly every language, plain but understandable (GPL-3.0-or-later).

The library of the package ``espeakng-loader`` (1.52, with Tigrinya), or else Debian's ``libespeak-ng1`` (1.51).

Its synthesis carries state from one text to the next, which even ``espeak_Terminate`` does not clear: the same text
comes out different (measured). So the library is made ready once and each text is said in a fork of that: 1 to 2 ms,
and the same text always gives the same samples. The fork calls the library, writes to a pipe and ends, no more.

155 words a minute instead of the usual 175: a caller hears an announcement once, over a telephone. Of Arabic, short
vowels are not written, and without them it guesses; ``diacritics`` puts them in.
"""

import ctypes
import ctypes.util
import importlib.metadata
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from intake.children.child import Unanswerable, die_with_parent
from intake.languages import LANGUAGES
from intake.voices import diacritics
from intake.voices.voice import Voice, pieces

ENGINE = "espeak"
PACKAGE = "espeakng-loader"
LICENCE = "GPL-3.0-or-later"

WORDS_A_MINUTE = 155

VOICES = {code: code for code in LANGUAGES if code not in ("ckb", "ps", "so")} | {"zh": "cmn"}
"""Language → eSpeak's name. There is none for Sorani, Pashto and Somali."""

# speak_lib.h
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_RATE = 1
_BY_CHARACTER = 1
_UTF8 = 0x0001
_PHONEMES = 0x0100
_FAILED = 1

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def installed() -> tuple[Voice, ...]:
    """The voices whose data are here; nothing is loaded for it."""
    found = _library()
    if found is None:
        return ()
    _, data, version = found
    there = {path.name for path in (data / "lang").rglob("*") if path.is_file()}
    return tuple(
        Voice(f"{ENGINE}:{name}", ENGINE, language, None, LICENCE, _version(version, language))
        for language, name in VOICES.items()
        if name in there
    )


def _version(version: str, language: str) -> str:
    vowels = diacritics.version(language)
    return f"{version}, {WORDS_A_MINUTE} words a minute" + (f", vowels by {vowels}" if vowels else "")


def speak(name: str, model: str | None, text: str) -> tuple[bytes, int]:
    """16-bit samples and their rate. Only in a worker process, which this ends if the engine crashes."""
    library, rate = _ready()
    language = name.partition("+")[0]
    marked = " ".join(
        f"[[{words}]]" if phonemes else diacritics.added(language, words) for words, phonemes in pieces(text)
    )
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reading)
            _say(library, name, marked, writing)
        finally:
            os._exit(_FAILED)  # whatever happened: this is not the process that answers requests
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    if status:
        raise Unanswerable(f"the engine has no voice {name}")
    return said, rate


def _say(library: Any, name: str, text: str, pipe: int) -> None:
    """Say it into the pipe and end the process; returns if there is no such voice."""
    die_with_parent()
    said = bytearray()

    def collect(samples: Any, count: int, _events: int | None) -> int:
        if samples and count:
            said.extend(ctypes.string_at(samples, count * 2))
        return 0

    callback = _CALLBACK(collect)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(name.encode()):
        return
    library.espeak_SetParameter(_RATE, WORDS_A_MINUTE, 0)
    data = text.encode() + b"\0"
    library.espeak_Synth(data, len(data), 0, _BY_CHARACTER, 0, _UTF8 | _PHONEMES, None, None)
    with os.fdopen(pipe, "wb") as out:
        out.write(said)
    os._exit(0)


@lru_cache(maxsize=1)
def _ready() -> tuple[Any, int]:
    """The library before its first word, and the rate of its samples."""
    found = _library()
    if found is None:
        raise Unanswerable(f"eSpeak NG is not installed; install {PACKAGE} or Debian's libespeak-ng1")
    path, data, _ = found
    library = ctypes.CDLL(path)
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), _DO_NOT_EXIT)
    if rate <= 0:
        raise Unanswerable(f"eSpeak NG cannot use its data in {data}; install {PACKAGE} again")
    # The files of all voices are read for the first voice that is asked for by name: here once, not in every fork.
    library.espeak_ListVoices(None)
    return library, rate


@lru_cache(maxsize=1)
def _library() -> tuple[str, Path, str] | None:
    """The library, the folder of its data, and its version."""
    try:
        package = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return _debian()
    folder = Path(str(package.locate_file("espeakng_loader")))
    library = next(iter(sorted(folder.glob("libespeak-ng.so.*.*"))), None)
    if library is None:
        return _debian()
    return str(library), folder / "espeak-ng-data", library.name.partition(".so.")[2]


def _debian() -> tuple[str, Path, str] | None:
    triplet = getattr(sys.implementation, "_multiarch", "")
    folder = Path("/usr/lib") / triplet
    library = next(iter(sorted(folder.glob("libespeak-ng.so.*.*.*"))), None)
    if library is None:
        return None
    return str(library), folder / "espeak-ng-data", library.name.partition(".so.1.")[2]
