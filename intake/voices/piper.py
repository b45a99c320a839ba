# SPDX-License-Identifier: GPL-3.0-or-later
"""Piper: neural voices that an office gets for itself and puts into a folder, for the languages it wants them for.

A voice is two files, ``de_DE-thorsten-medium.onnx`` and the same with ``.json`` behind it, anywhere in the folder.
Its licence is read from the MODEL_CARD beside it; each voice has its own. If a ``SHA256SUMS`` lies beside it (as
``sha256sum *.onnx* > SHA256SUMS`` writes it), a file that does not fit is not used. The digest is part of the voice's
version, so another file under the same name is another voice to the library of prompts.

Said with ``noise_scale`` and ``noise_w_scale`` zero and one thread: the same text gives the same samples on every
machine. Without ``normalize_audio``, which would bring each sentence to full scale by itself.
"""

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from intake.children.child import Unanswerable
from intake.languages import LANGUAGES
from intake.voices.voice import Voice, pieces

ENGINE = "piper"
PACKAGE = "piper-tts"

_SENTENCE_PAUSE = 0.2
"""Seconds between two sentences, which Piper says one by one."""
_SUMS = "SHA256SUMS"
_CARD = "MODEL_CARD"
_MOST_FILES = 500
_LARGEST_TEXT_FILE = 1_000_000


def installed(folder: Path | None) -> tuple[tuple[Voice, ...], tuple[str, ...]]:
    """The voices in a folder, in the order of their names, and a sentence for each that cannot be used."""
    if folder is None:
        return (), ()
    if not folder.is_dir():
        return (), (
            f"{folder}: there is no such folder for Piper voices; make it, or remove it from the configuration",
        )
    try:
        version = importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return (), (f"{folder}: Piper voices need the package {PACKAGE}; install it",)
    voices: list[Voice] = []
    problems: list[str] = []
    for model in sorted(_models(folder), key=lambda path: path.name):
        try:
            if voice := _voice(model, version):
                voices.append(voice)
        except (OSError, ValueError) as error:
            problems.append(f"{model}: {error}; get this voice again, both files of it")
    return tuple(voices), tuple(problems)


def _models(folder: Path) -> Iterator[Path]:
    for count, path in enumerate(folder.rglob("*.onnx")):
        if count == _MOST_FILES:
            return
        yield path


def _voice(model: Path, version: str) -> Voice | None:
    """The voice, or None if it is of a language that the office does not have. ValueError if it cannot be used."""
    language = re.split(r"[_-]", model.stem)[0].lower()
    if language not in LANGUAGES:
        return None
    described = model.with_name(model.name + ".json")
    if not described.is_file():
        raise ValueError(f"{described.name} is missing beside it")
    try:
        kind = json.loads(_text(described)).get("phoneme_type", "espeak")
    except (ValueError, AttributeError):
        raise ValueError(f"{described.name} cannot be read") from None
    if kind not in ("espeak", "text"):
        raise ValueError(f"it needs a dictionary ({kind}) that would have to be downloaded, so it cannot be used")
    digests = {path.name: _digest(path, path.stat().st_mtime_ns) for path in (model, described)}
    for name, expected in _sums(model.parent).items():
        if digests.get(name, expected) != expected:
            raise ValueError(f"{name} does not have the checksum that {_SUMS} says")
    return Voice(
        f"{ENGINE}:{model.stem}", ENGINE, language, model, _licence(model), f"{version}, {digests[model.name][:16]}"
    )


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sums(folder: Path) -> dict[str, str]:
    path = folder / _SUMS
    lines = _text(path).splitlines() if path.is_file() else []
    found = (re.fullmatch(r"([0-9a-f]{64}) [ *](?:\./)?(.+)", line.strip()) for line in lines)
    return {line[2]: line[1] for line in found if line}


def _licence(model: Path) -> str:
    for card in (model.with_name(f"{model.stem}.{_CARD}"), model.with_name(_CARD)):
        if card.is_file():
            said = re.findall(r"^\W*licen[cs]e\W*:\s*(.+)$", _text(card), re.IGNORECASE | re.MULTILINE)
            return "; ".join(dict.fromkeys(text.strip()[:200] for text in said)) or "not stated in its MODEL_CARD"
    return "not stated: it has no MODEL_CARD"


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LARGEST_TEXT_FILE).decode("utf-8", "replace")


def speak(name: str, model: str | None, text: str) -> tuple[bytes, int]:
    """16-bit samples and their rate. Only in a worker process."""
    import numpy as np
    from piper import SynthesisConfig

    voice = _loaded(str(model))
    marked = " ".join(f"[[{words}]]" if phonemes else words for words, phonemes in pieces(text))
    settings = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0, normalize_audio=False)
    rate = int(voice.config.sample_rate)
    sentences = [chunk.audio_int16_array for chunk in voice.synthesize(marked, settings)]
    pause = np.zeros(round(_SENTENCE_PAUSE * rate), np.int16)
    parts = [part for sentence in sentences for part in (sentence, pause)][:-1]
    return (np.concatenate(parts).tobytes() if parts else b""), rate


@lru_cache(maxsize=1)
def _loaded(model: str) -> Any:
    """The one model that this process holds."""
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        described = json.loads(Path(model + ".json").read_text("utf-8"))
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return PiperVoice(session=session, config=PiperConfig.from_dict(described))
    except MemoryError:
        raise
    except Exception:
        raise Unanswerable(f"{model} cannot be loaded: it is damaged or incomplete; get this voice again") from None
