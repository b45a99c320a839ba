# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake check``, the telephone's part: texts, voices, recognisers, and whether the telephone system can read it all.

Voices and models are loaded only where the office names its own; what comes with the packages is tested with them.
"""

import os
import stat
from pathlib import Path
from typing import Protocol

from intake import resources
from intake.cases.clock import system_clock
from intake.config import Settings
from intake.errors import ConfigurationError
from intake.languages import LANGUAGES
from intake.office import Calendar


class Report(Protocol):
    """Where findings go, one sentence each."""

    def ok(self, text: str) -> None: ...
    def warning(self, text: str) -> None: ...
    def problem(self, error: object) -> None: ...


def announcements(settings: Settings, report: Report) -> None:
    """The texts that callers hear, with what is true on the days ahead; who speaks them, and where they go.

    Not where the office has no telephone line for them: then no word of them stands in its configuration.
    """
    own_texts = settings.file is not None and (settings.file.parent / "voice_prompts").is_dir()
    if not (settings.configuration.announcements.model_fields_set or settings.library.is_dir() or own_texts):
        return
    from intake.announcements import plan  # Babel's names of days and numbers; ``intake run`` does without
    from intake.announcements.lexicon import Lexicon
    from intake.announcements.prompts import PromptTexts

    try:
        calendar = Calendar(settings.configuration.office)
    except ConfigurationError:
        return  # told already
    folders = resources.search_path("voice_prompts", settings.file.parent if settings.file else None)
    templates = resources.search_path("templates", settings.file.parent if settings.file else None)
    texts, lexicon = PromptTexts.load(folders, templates), Lexicon.load(folders)
    planned = plan.make(settings.configuration, calendar, texts, system_clock())
    problems = (*planned.problems, *lexicon.problems)
    for problem in problems:
        report.problem(problem)
    if not problems:
        report.ok(f"announcements in {len(planned.languages)} languages")
    _voices(settings, planned.languages, report)
    if settings.configuration.announcements.automatic or settings.library.is_dir():
        _library(settings, report)


def _voices(settings: Settings, languages: tuple[str, ...], report: Report) -> None:
    from intake.voices import catalogue

    wanted = settings.configuration
    piper = settings.folder / wanted.voices.piper if wanted.voices.piper else None
    speaking = catalogue.look(piper, wanted.voices.order)
    for problem in speaking.problems:
        report.problem(problem)
    silent = [code for code in languages if not speaking.order(code)]
    if silent:
        names = ", ".join(LANGUAGES[code].name for code in silent)
        report.warning(
            f"announcements: nothing here speaks {names}: record them, or callers hear the fallback language"
        )
    if wanted.listening.models is None and not wanted.announcements.approved_by:
        report.warning(
            f"{settings.file}: listening.models: nothing here listens to the announcements, so each language waits for "
            "a person: intake announce approve LANGUAGE --name NAME"
        )


def _library(settings: Settings, report: Report) -> None:
    """Whether it can be written here, and read by a telephone system, which is another user."""
    folder = settings.library.absolute()
    where = f"{settings.file}: announcements.library"
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        report.problem(f"{where}: {there} cannot be written to; give the service's user the right to write there")
        return
    closed = [path for path in (there, *there.parents) if not _open_to_others(path)]
    if settings.configuration.announcements.targets and closed:
        report.warning(
            f"{where}: {closed[-1]} is closed to other users, so a telephone system may not read what is published; "
            "name a folder that it can read, such as /var/lib/asterisk/sounds/intake"
        )
        return
    report.ok(f"prompt library in {folder}")


def _open_to_others(folder: Path) -> bool:
    """Whether every user, or another group that the service belongs to, may go through it."""
    found = folder.stat()
    shared = found.st_gid in os.getgroups() and found.st_gid != os.getgid() and found.st_mode & stat.S_IXGRP
    return bool(found.st_mode & stat.S_IXOTH or shared)


async def speech(settings: Settings, report: Report) -> None:
    """The office's own voices and models, where it names any; each model is loaded."""
    voices, listening = settings.configuration.voices, settings.configuration.listening
    if voices.piper is None and not voices.order and listening.models is None:
        return
    from intake.listening import Recogniser
    from intake.voices import catalogue

    speaking = catalogue.look(settings.folder / voices.piper if voices.piper else None, voices.order)
    async with Recogniser(settings.folder / listening.models if listening.models else None) as recogniser:
        problems = await recogniser.trial()
    for problem in problems:
        report.problem(problem)
    if not problems and not speaking.problems:
        own = sum(voice.model is not None for voice in speaking.voices)
        report.ok(f"voices of your own: {own}; recognisers' models: {len(recogniser.models)}")
