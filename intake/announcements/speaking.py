# SPDX-License-Identifier: GPL-3.0-or-later
"""From prompts to finished sounds: only what is not there yet is spoken.

The key of a sound is made of everything that could change it: the words as the lexicon respells them, the voices with
their versions, or the recording's digest, and the program that masters. So an unchanged sentence is never spoken
twice, in no language and on no day, and another engine, lexicon or mastering makes exactly what it touches anew.

Voices speak and sounds are finished in worker processes, as many as there are processors. What goes wrong with one
prompt is a sentence with language and prompt, and stops nothing else.
"""

import asyncio
import hashlib
import importlib.metadata
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Protocol

from intake import audio
from intake.announcements.lexicon import Lexicon
from intake.announcements.prompts import Prompt, longest
from intake.announcements.recordings import Recording, Recordings
from intake.announcements.store import Heard, Made, Store
from intake.audio import Sound, read
from intake.children import Child, ChildLost
from intake.errors import AnnouncementError, AudioError, ListeningError, VoiceError
from intake.languages import LANGUAGES
from intake.listening import Recogniser, compare
from intake.voices import Voice
from intake.voices.pool import Voices

_WORKER = "intake.announcements.worker"
_MEMORY = 2_000_000_000
_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "268435456"}
"""In bytes: glibc keeps what was freed. By itself it gives long rows of samples back to the kernel, which then clears
the pages of the next one: 50 page faults for each second of sound, a twentieth of the time."""
_PATIENCE = 180.0
_MASTERING = ("checks", "decoder", "formats", "level", "mastering", "riff", "sound")
"""The modules whose code decides what a finished sound is."""
_PACKAGES = ("g722", "soxr")


@dataclass(frozen=True, slots=True)
class Job:
    """One sound to be made, and who says it."""

    prompt: Prompt
    voices: tuple[Voice, ...]
    spoken: tuple[str, ...]
    """What each voice is given, respelt."""
    recording: Recording | None = None

    @property
    def key(self) -> str:
        """The digest of everything that makes this sound."""
        said = [(voice.id, voice.version, words) for voice, words in zip(self.voices, self.spoken, strict=True)]
        made_of = [_program(), said, self.recording.digest if self.recording else ""]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:32]

    @property
    def named(self) -> str:
        """How a sentence about it begins: with the file that a person has to record again, if it is one."""
        return f"{self.recording.path}: {_named(self.prompt)}" if self.recording else _named(self.prompt)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one prompt."""

    prompt: Prompt
    made: Made | None
    """None if it cannot be played; then :attr:`problem` says why."""
    problem: str = ""
    reused: bool = False


class Speaker(Protocol):
    """What makes the sound of a job."""

    async def make(self, job: Job) -> Made:
        """Speak, finish and keep it. VoiceError or AudioError, in words."""
        ...


class Studio:
    """The voices, and the workers that finish what they say. Use it as an async context manager."""

    def __init__(self, voices: Voices, store: Store, *, processes: int | None = None) -> None:
        self._voices = voices
        self._store = store
        count = processes or len(os.sched_getaffinity(0))
        self._free: asyncio.Queue[Child] = asyncio.Queue()
        self._workers = [Child(_WORKER, memory=_MEMORY, environment=_ALLOCATOR) for _ in range(count)]
        for worker in self._workers:
            self._free.put_nowait(worker)

    async def make(self, job: Job) -> Made:
        """Speak, finish and keep it. VoiceError or AudioError, in words."""
        sounds: list[Sound] = []
        if job.recording is None:
            for voice, words in zip(job.voices, job.spoken, strict=True):
                sounds.append(await self._voices.say(voice, words))
        request = {
            "library": str(self._store.library.absolute()),
            "key": job.key,
            "path": str(job.recording.path.absolute()) if job.recording else "",
            "pieces": [(len(sound.samples), sound.rate) for sound in sounds],
            "voices": [voice.id for voice in job.voices],
            "spoken": job.spoken,
        }
        samples = b"".join(sound.pcm16().tobytes() for sound in sounds)
        worker = await self._free.get()
        try:
            reply, _ = await worker.ask(request, samples, patience=_PATIENCE)
        except ChildLost as lost:
            raise AudioError(f"the sound could not be finished: {lost}") from None
        finally:
            self._free.put_nowait(worker)
        if "error" in reply:
            raise AudioError(reply["error"])
        if "refused" in reply:
            raise AnnouncementError(reply["refused"])
        return self._store.take(job.key)

    async def __aenter__(self) -> "Studio":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            await worker.end()


Progress = Callable[[Outcome, int], None]
"""Told of each outcome, and of how many there will be."""


def silent(outcome: Outcome, total: int) -> None:
    """Nobody wants to know."""


async def speak(
    prompts: Sequence[Prompt],
    speaker: Speaker,
    store: Store,
    voices: Voices,
    lexicon: Lexicon,
    recordings: Recordings,
    progress: Progress = silent,
) -> tuple[dict[Prompt, Outcome], tuple[str, ...]]:
    """Every prompt's outcome, and sentences about recordings that are not played.

    AnnouncementError if what was made cannot be kept.
    """
    outcomes: dict[Prompt, Outcome] = {}
    remarks = list(recordings.strangers(prompts))
    waiting: dict[str, list[Job]] = {}
    total = len(set(prompts))

    def done(outcome: Outcome) -> None:
        outcomes[outcome.prompt] = outcome
        progress(outcome, total)

    for prompt in dict.fromkeys(prompts):
        recording, remark = recordings.find(prompt)
        remarks += [remark] if remark else []
        try:
            job = Job(prompt, (), (), recording) if recording else _cast(prompt, voices, lexicon)
        except VoiceError as error:
            done(Outcome(prompt, None, str(error)))
            continue
        made = store.get(job.key)
        if made is None:
            waiting.setdefault(job.key, []).append(job)
        else:
            done(_judged(job, made, reused=True))

    async def make(jobs: list[Job]) -> None:
        async with limit:
            try:
                made = await speaker.make(jobs[0])
            except (VoiceError, AudioError) as error:
                for job in jobs:
                    done(Outcome(job.prompt, None, f"{job.named}: {error}"))
            else:
                for number, job in enumerate(jobs):
                    done(_judged(job, made, reused=number > 0))

    limit = asyncio.Semaphore(2 * len(os.sched_getaffinity(0)))
    try:
        async with asyncio.TaskGroup() as group:
            for jobs in waiting.values():
                group.create_task(make(jobs))
    except ExceptionGroup as errors:
        if refused := errors.subgroup(AnnouncementError):
            raise refused.exceptions[0] from None
        raise
    return outcomes, tuple(remarks)


async def listen(
    outcomes: Iterable[Outcome], store: Store, recogniser: Recogniser
) -> tuple[dict[Prompt, Outcome], tuple[str, ...]]:
    """The same outcomes with what a recogniser heard, where it was not asked before; and what it complains of.

    A prompt with words of another language is left out: no recogniser can tell in which of them to listen.
    """
    heard: dict[Prompt, Outcome] = {}
    problems: dict[str, None] = {}
    # A model stays in memory while the sounds of its language come one after another.
    for outcome in sorted(outcomes, key=lambda one: one.prompt.language):
        prompt, made = outcome.prompt, outcome.made
        heard[prompt] = outcome
        if made is None or made.heard is not None or not audible(prompt) or prompt.language not in recogniser.languages:
            continue
        sound = read(await asyncio.to_thread(store.file(made.key, "wav16").read_bytes), "wav16")
        try:
            found = await recogniser.hear(sound, prompt.language, times=False)
        except ListeningError as error:
            problems[str(error)] = None
            continue
        rates = compare(prompt.segments[0].text, found.text, prompt.language)
        made = store.heard(made.key, Heard(found.text, found.model, round(rates.wer, 4), round(rates.cer, 4)))
        heard[prompt] = Outcome(prompt, made, outcome.problem, outcome.reused)
    return heard, tuple(problems)


def audible(prompt: Prompt) -> bool:
    """Whether a recogniser can check it: all its words are of its own language."""
    return {part.language for part in prompt.segments} == {prompt.language} and len(prompt.segments) == 1


def _cast(prompt: Prompt, voices: Voices, lexicon: Lexicon) -> Job:
    """Who says what. VoiceError if a language has no voice."""
    chosen: list[Voice] = []
    for segment in prompt.segments:
        order = voices.order(segment.language)
        if not order:
            raise VoiceError(
                f"{_named(prompt)}: nothing here speaks {LANGUAGES[segment.language].name}; "
                "record it, or install a voice, see: intake voices"
            )
        chosen.append(order[0])
    spoken = tuple(lexicon.respelt(part, voice.engine) for part, voice in zip(prompt.segments, chosen, strict=True))
    return Job(prompt, tuple(chosen), spoken)


def _judged(job: Job, made: Made, *, reused: bool) -> Outcome:
    """Whether what was made may go on the line."""
    prompt = job.prompt
    if made.findings:
        return Outcome(prompt, None, f"{job.named}: {made.findings[0]}", reused)
    if made.seconds > longest(prompt.id):
        return Outcome(
            prompt, None,
            f"{job.named}: it lasts {made.seconds:.0f} s, the limit is {longest(prompt.id):g} s; shorten the text",
            reused,
        )  # fmt: skip
    return Outcome(prompt, made, "", reused)


def _named(prompt: Prompt) -> str:
    return f"language {prompt.language}, announcement {prompt.id}"


@lru_cache(maxsize=1)
def _program() -> str:
    """The digest of the code that finishes sounds."""
    digest = hashlib.sha256()
    folder = Path(audio.__file__).parent
    for path in (*(folder / f"{name}.py" for name in _MASTERING), Path(__file__).with_name("worker.py")):
        digest.update(path.read_bytes())
    for package in _PACKAGES:
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()
