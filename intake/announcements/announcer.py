# SPDX-License-Identifier: GPL-3.0-or-later
"""From the configuration to the line: build, listen, publish, approve, go back. The command line and the daemon use it.

One after another: the plan (what must be sayable for the next days), the sounds that are missing, what a recogniser
makes of them, which languages may go on the line, and a new version of the library, which is checked before ``current``
names it. Whatever fails before that leaves the line as it is; and what is on the line stops by itself to say anything
about a day that it was not made for.
"""

import asyncio
import contextlib
import datetime as dt
import json
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from intake import __version__, resources
from intake.announcements import combined, flat, layout, plan, speaking
from intake.announcements.approval import NEEDED, Approval, Standing, edition, standing
from intake.announcements.layout import Choice, Layout
from intake.announcements.lexicon import Lexicon
from intake.announcements.library import CURRENT, Library
from intake.announcements.plan import Plan
from intake.announcements.prompts import Prompt, PromptTexts
from intake.announcements.recordings import Recordings
from intake.announcements.speaking import Outcome, Progress, Speaker, Studio
from intake.announcements.store import Store, put_in_place
from intake.config import Settings
from intake.errors import AnnouncementError
from intake.listening import ListeningLimits, Recogniser
from intake.office import Calendar
from intake.voices.pool import Voices

_APPROVALS = "approvals.json"
_UPLOAD_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Built:
    """What there is now, and where each language stands."""

    plan: Plan
    outcomes: Mapping[Prompt, Outcome]
    standings: Mapping[str, Standing]
    remarks: tuple[str, ...]
    """Sentences about texts, recordings, voices and recognisers."""
    combined: Prompt | None = None
    """All languages of the menu that are on the line in one announcement, where upload sets are wanted."""

    @property
    def missing(self) -> tuple[Outcome, ...]:
        """What could not be made."""
        return tuple(outcome for outcome in self.outcomes.values() if outcome.made is None)

    @property
    def spoken(self) -> tuple[Outcome, ...]:
        """What was made just now."""
        return tuple(one for one in self.outcomes.values() if one.made is not None and not one.reused)


@dataclass(frozen=True, slots=True)
class Published:
    """A version that is on the line."""

    version: int
    layout: Layout
    choice: Choice


class Announcer:
    """The announcements of one office; :meth:`open` holds the library's lock, so there is one at a time."""

    def __init__(self, settings: Settings, voices: Voices, speaker: Speaker, library: Library, store: Store) -> None:
        self._settings = settings
        self._voices = voices
        self._speaker = speaker
        self.library = library
        self.store = store
        beside = settings.file.parent if settings.file else None
        self._prompts = resources.search_path("voice_prompts", beside)
        self._templates = resources.search_path("templates", beside)
        own = beside / "voice_prompts" / "recordings" if beside else None
        self._recordings = Recordings(own if own is not None and own.is_dir() else None)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator["Announcer"]:
        """With the voices and workers of this machine. AnnouncementError if another process is at it."""
        wanted = settings.configuration.voices
        library = Library(settings.library.absolute())
        store = Store(library.folder)
        piper = settings.folder / wanted.piper if wanted.piper else None
        with library.lock():
            async with (
                Voices(piper=piper, order=wanted.order, processes=wanted.processes) as voices,
                Studio(voices, store, processes=wanted.processes) as studio,
            ):
                yield cls(settings, voices, studio, library, store)

    async def build(
        self, now: dt.datetime, *, progress: Progress = speaking.silent, languages: Sequence[str] = ()
    ) -> Built:
        """Speak what is missing for the days from ``now`` on, and listen to it where a recogniser can."""
        configuration = self._settings.configuration
        texts, lexicon = await asyncio.to_thread(self._texts)
        calendar = Calendar(configuration.office)
        planned = await asyncio.to_thread(plan.make, configuration, calendar, texts, now, languages=languages)
        outcomes, remarks = await speaking.speak(
            planned.prompts, self._speaker, self.store, self._voices, lexicon, self._recordings, progress
        )
        heard, problems = await self._listened(outcomes)
        approvals = self.approvals()
        standings = {}
        for code in planned.languages:
            mine = [planned.always[code], *(dated.prompts[code] for dated in planned.dated)]
            prompts = dict.fromkeys(prompt for group in mine for prompt in group.values())
            standings[code] = standing(
                code,
                edition(texts.source(code), planned.always[code].values(), heard),
                [heard[prompt] for prompt in prompts],
                approvals,
                asks=configuration.announcements.approval,
                approved_by=configuration.announcements.approved_by,
                now=now,
            )
        everything = (*planned.problems, *lexicon.problems, *self._voices.problems, *remarks, *problems)
        built = Built(planned, heard, standings, tuple(dict.fromkeys(everything)))
        if not configuration.announcements.upload_sets:
            return built
        return await self._combined(built, texts, lexicon)

    def publish(self, built: Built, now: dt.datetime) -> Published:
        """Put it on the line. AnnouncementError if that cannot be; then the line stays as it is."""
        configuration = self._settings.configuration.announcements
        choice = Choice(built.standings, configuration.fallback)
        self._refuse_drafts(built)
        laid = layout.lay_out(built.plan, built.outcomes, choice, configuration, self.library.folder / CURRENT)
        laid.texts["manifest.json"] = layout.manifest(laid, built.plan, choice, made_at=now, program=__version__)
        if configuration.upload_sets:
            at = now if configuration.upload else None
            laid.archives |= flat.archives(built.plan, built.outcomes, choice, self.store, at, built.combined)
        version = self.library.publish(laid, self.store)
        if configuration.upload:
            _upload(configuration.upload, self.library.path(version) / flat.FOLDER)
        self.library.prune(configuration.versions)
        self.store.sweep(now.timestamp())
        return Published(version, laid, choice)

    def approve(self, built: Built, language: str, name: str, now: dt.datetime) -> Standing:
        """Note that a person has listened to a language and lets it go on the line. AnnouncementError if it cannot."""
        found = built.standings.get(language)
        if found is None:
            raise AnnouncementError(
                f"there are no announcements in {language}; there are: {', '.join(built.standings)}"
            )
        for outcome in built.missing:
            if outcome.prompt.language == language and outcome.prompt.id in NEEDED:
                raise AnnouncementError(f"there is nothing to approve yet: {outcome.problem}")
        approval = Approval(name, now)
        everyone = {**self.approvals(), found.edition: approval}
        told = {
            code: {"language": language, "name": one.name, "at": one.at.isoformat()} for code, one in everyone.items()
        }
        path = self.library.folder / _APPROVALS
        put_in_place(self.library.folder, path, json.dumps(told, ensure_ascii=False, indent=1).encode())
        return replace(found, own=True, reason=f"approved by {name}", approved=approval)

    def approvals(self) -> dict[str, Approval]:
        """Edition → who approved it. AnnouncementError if the file cannot be read."""
        path = self.library.folder / _APPROVALS
        try:
            told = json.loads(path.read_bytes())
            return {code: Approval(one["name"], dt.datetime.fromisoformat(one["at"])) for code, one in told.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError):
            raise AnnouncementError(f"{path}: cannot be read; restore it, or remove it and approve again") from None

    def _texts(self) -> tuple[PromptTexts, Lexicon]:
        return PromptTexts.load(self._prompts, self._templates), Lexicon.load(self._prompts)

    async def _listened(self, outcomes: Mapping[Prompt, Outcome]) -> tuple[Mapping[Prompt, Outcome], tuple[str, ...]]:
        wanted = self._settings.configuration.listening
        if wanted.models is None:
            return outcomes, ()
        limits = ListeningLimits(memory=wanted.memory_mb * 1_000_000)
        async with Recogniser(self._settings.folder / wanted.models, limits=limits) as recogniser:
            heard, problems = await speaking.listen(outcomes.values(), self.store, recogniser)
            return heard, (*recogniser.problems, *problems)

    async def _combined(self, built: Built, texts: PromptTexts, lexicon: Lexicon) -> Built:
        """With the combined announcement that tells most of those that are short enough."""
        facts = built.plan.dated[0].interval.facts
        own = [code for code in facts.menu.first if code in built.standings and built.standings[code].own]
        for prompt in combined.candidates(texts, facts, own):
            spoken, _ = await speaking.speak(
                [prompt], self._speaker, self.store, self._voices, lexicon, self._recordings
            )
            if spoken[prompt].made is not None:
                return replace(built, outcomes={**built.outcomes, **spoken}, combined=prompt)
        return replace(built, remarks=(*built.remarks, "the combined announcement cannot be made of this menu"))

    def _refuse_drafts(self, built: Built) -> None:
        """Where a person approves, a changed text waits for it, and the line stays as it was."""
        if self._settings.configuration.announcements.approval != "person":
            return
        on_line = languages_on_line(self.library)
        waiting = [one for one in built.standings.values() if not one.own and on_line.get(one.language)]
        if waiting:
            raise AnnouncementError("\n".join(f"{one.language}: {one.reason}" for one in waiting))


def _upload(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run([*command, str(folder)], capture_output=True, timeout=_UPLOAD_SECONDS, check=False)  # noqa: S603 - the administrator's own command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AnnouncementError(f"announcements.upload: {command[0]} could not be run: {error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-300:]
        raise AnnouncementError(f"announcements.upload: {command[0]} failed with {done.returncode}: {said}")


def languages_on_line(library: Library) -> dict[str, bool]:
    """Language → whether callers hear its own announcements now."""
    found = read_manifest(library, library.current)
    return {code: bool(one["own"]) for code, one in found["languages"].items()} if found else {}


def read_manifest(library: Library, version: int | None) -> dict[str, Any] | None:
    """The manifest of a version; None if there is none. AnnouncementError if it cannot be read."""
    if version is None:
        return None
    path: Path = library.path(version) / "manifest.json"
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise AnnouncementError(f"{path}: cannot be read; publish again") from None
    return told
