# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake voicemail``: what would be understood of a recording, and where it would be filed, without filing it.

Files are heard one after another by one recogniser, as the daemon does it; nothing is written and nothing is kept.
"""

import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from intake import config
from intake.cli.explain import builtin
from intake.config import Settings
from intake.daemon import load_rules
from intake.errors import ConfigurationError, ListeningError
from intake.languages import LANGUAGES
from intake.voicemail import numbers
from intake.voicemail.listener import Listener
from intake.voicemail.values import KnownCaller, Recording, Understood

Echo = Callable[[str], None]


async def understand(
    files: Sequence[str],
    config_file: Path | None,
    *,
    models: Path | None,
    language: str,
    caller: str,
    as_json: bool,
    echo: Echo,
) -> bool:
    """Print what is understood of each file; false if one could not be read or heard.

    ``config_file``: none for the built-in example office; ``models``: instead of the configured folder; ``language``:
    as if chosen in the menu. Raises ConfigurationError for a language that the office does not have.
    """
    if language and language not in LANGUAGES:
        raise ConfigurationError(f"--language: {language} is none of the languages {', '.join(LANGUAGES)}")
    settings = _settings(config_file, models)
    listener = Listener(settings, load_rules(settings))
    for problem in listener.problems:
        _complain(problem)
    fine = True
    try:
        for name in files:
            try:
                recording = _recording(Path(name), caller, language)
                understood = await listener.understand(recording, KnownCaller())
            except (OSError, ListeningError) as error:
                _complain(f"{name}: {error.strerror if isinstance(error, OSError) else error}")
                fine = False
                continue
            echo(_as_json(name, understood) if as_json else _as_text(name, recording, understood, settings))
    finally:
        await listener.close()
    return fine


def _recording(file: Path, caller: str, language: str) -> Recording:
    left_at = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
    return Recording("", file.name, file, left_at, numbers.given(caller), "", language)


def _settings(config_file: Path | None, models: Path | None) -> Settings:
    settings = config.load(config_file) if config_file else builtin()
    if models is None:
        return settings
    listening = settings.configuration.listening.model_copy(update={"models": models.absolute()})
    return Settings(settings.configuration.model_copy(update={"listening": listening}), settings.file)


def _as_json(name: str, understood: Understood) -> str:
    told: dict[str, Any] = {
        "file": name,
        "state": understood.state,
        "language": understood.language,
        "confidence": understood.confidence,
        "queue": understood.queue,
        "seconds": None if understood.seconds is None else round(understood.seconds, 2),
        "transcript": "".join(piece.text for piece in understood.pieces),
        "pieces": [
            {"text": piece.text, "unsure": piece.unsure, "original": piece.original} for piece in understood.pieces
        ],
        "references": list(understood.references),
        "evidence": list(understood.evidence),
        "problem": understood.problem,
    }
    return json.dumps(told, ensure_ascii=False)


def _as_text(name: str, recording: Recording, understood: Understood, settings: Settings) -> str:
    configuration = settings.configuration
    country = configuration.voicemail.default_country if configuration.voicemail else configuration.office.country
    known = numbers.normalised(recording.caller, country)
    known_language = LANGUAGES.get(understood.language)
    language = known_language.name if known_language else "language not known"
    folder = configuration.queues[understood.queue].folder
    length = "no sound" if understood.seconds is None else f"{understood.seconds:.0f} s"
    lines = [
        f"{name}: {understood.state}, {length}",
        f"  caller      {numbers.shown(known, country) if known else recording.caller or 'not given'}",
        f"  language    {language} ({understood.confidence})",
        f"  queue       {understood.queue} (folder {folder})",
        *(f"  because     {reason}" for reason in understood.evidence),
        *(f"  names case  {reference}" for reference in understood.references),
        *((f"  problem     {understood.problem}",) if understood.problem else ()),
    ]
    said = "".join(f"[{piece.text.rstrip()}?] " if piece.unsure else piece.text for piece in understood.pieces)
    lines += [f"  | {line.rstrip()}" for line in said.split("\n") if line.strip()]
    return "\n".join(lines)


def _complain(sentence: str) -> None:
    print(f"intake: {sentence}", file=sys.stderr)  # noqa: T201 - the command's own output
