# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that an office has put into its folder, as they are unpacked, and what is wrong with them.

A Vosk model is for one language, which its folder's name tells (``vosk-model-small-de-0.15``); a Whisper model in
CTranslate2's form is for many. Everything that can be told without loading is told here, because what loads a model
has hard manners: Vosk downloads one or ends the process where a path is wrong, and says "Failed to create a model"
for anything else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from babel import Locale

from intake.errors import ListeningError
from intake.languages import LANGUAGES

VOSK = "vosk"
WHISPER = "whisper"

VOSK_SOURCE = "alphacephei.com/vosk/models"
VOSK_LANGUAGES = ("de", "en", "uk", "tr", "ar", "ru", "fa", "pl", "it", "fr", "es", "pt", "hi", "zh", "vi")
"""Of the office's languages, those that there is a model for."""
WHISPER_SOURCE = "the faster-whisper project (github.com/SYSTRAN/faster-whisper), a model in CTranslate2's form"
WHISPER_LANGUAGES = tuple(code for code in LANGUAGES if code not in ("ku", "ckb", "ti"))

_TAGS = {"cn": "zh", "ua": "uk", "vn": "vi"}
"""Where the names of Vosk's models have a country for a language."""
_NAME = re.compile(r"vosk-model-(?:small-|big-|spk-)?([a-z]{2,3})(?:[-_.]|$)")

_VOSK_FILES = (
    ("am/final.mdl", "final.mdl"),
    ("conf/mfcc.conf", "mfcc.conf"),
    ("graph/HCLG.fst", "graph/HCLr.fst", "HCLG.fst", "HCLr.fst"),
    ("graph/phones/word_boundary.int", "word_boundary.int"),
)
"""Of each line one must be there; the second form is that of older models."""
_LOOK_AHEAD = (("graph/HCLr.fst", "graph/Gr.fst"), ("HCLr.fst", "Gr.fst"))
"""A graph in two parts needs both."""
_WHISPER_FILES = (("model.bin",), ("config.json",), ("tokenizer.json",), ("vocabulary.txt", "vocabulary.json"))


@dataclass(frozen=True, slots=True)
class Model:
    """One model: its engine, the languages it knows, and its folder."""

    engine: str
    languages: tuple[str, ...]
    path: Path

    @property
    def id(self) -> str:
        """``vosk:vosk-model-small-de-0.15``."""
        return f"{self.engine}:{self.path.name}"

    def check(self) -> None:
        """ListeningError, naming the folder and the remedy, if it cannot be what it is taken for."""
        if not self.path.is_dir():
            raise ListeningError(f"{self.path}: there is no such folder; unpack the model there again")
        wanted = _VOSK_FILES if self.engine == VOSK else _WHISPER_FILES
        for names in wanted:
            if not any(_has(self.path, name) for name in names):
                raise ListeningError(
                    f"{self.path}: {names[0]} is missing or empty, so this is no whole model; unpack it again"
                )
        if self.engine == VOSK:
            for first, second in _LOOK_AHEAD:
                if _has(self.path, first) and not _has(self.path, second):
                    raise ListeningError(f"{self.path}: {second} is missing or empty; unpack the model again")
            self._check_language()

    def _check_language(self) -> None:
        """A Vosk model says in its README what it is, and cannot be asked otherwise."""
        readme = self.path / "README"
        said = readme.read_bytes()[:4096].decode("utf-8", "replace") if readme.is_file() else ""
        names = Locale("en").languages
        told = {code for code, name in names.items() if len(code) < 4 and re.search(rf"\b{re.escape(name)}\b", said)}
        if told and not told.intersection(self.languages):
            raise ListeningError(
                f"{self.path}: its README says {', '.join(sorted(names[code] for code in told))}, but its name says "
                f"{names.get(self.languages[0], self.languages[0])}; give the folder the name that it came with"
            )


def find(folder: Path | None) -> tuple[tuple[Model, ...], tuple[str, ...]]:
    """The models in a folder, Vosk's first, and a sentence for each folder in it that cannot be used."""
    if folder is None:
        return (), ()
    if not folder.is_dir():
        return (), (
            f"{folder}: there is no such folder for recognisers' models; make it, or remove it from the configuration",
        )
    models: list[Model] = []
    problems: list[str] = []
    for path in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        model = _recognised(path)
        if model is None:
            problems.append(
                f"{path}: it is neither a Vosk model with its own name (such as vosk-model-small-de-0.15) nor a "
                "Whisper model with a model.bin; move it away or unpack it again"
            )
            continue
        try:
            model.check()
        except ListeningError as error:
            problems.append(str(error))
        else:
            models.append(model)
    return tuple(sorted(models, key=lambda model: (model.engine != VOSK, model.path.name))), tuple(problems)


def _recognised(path: Path) -> Model | None:
    if name := _NAME.match(path.name):
        return Model(VOSK, (_TAGS.get(name[1], name[1]),), path)
    if (path / "model.bin").exists():
        return Model(WHISPER, ("en",) if path.name.endswith(".en") else WHISPER_LANGUAGES, path)
    return None


def _has(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and path.stat().st_size > 0


def languages(models: Iterable[Model]) -> frozenset[str]:
    """Every language that one of the models knows."""
    return frozenset(code for model in models for code in model.languages)
