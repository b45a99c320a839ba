# SPDX-License-Identifier: GPL-3.0-or-later
"""The voices of this machine, and the worker processes in which they speak, one for each processor.

What an engine does wrong is an error for that text alone: a crash, a hang, memory without end, silence, or much more
or much less sound than the text has letters for. The worker is replaced; the others do not notice.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from intake.audio import Sound
from intake.children import Child, ChildLost
from intake.errors import VoiceError
from intake.voices import catalogue
from intake.voices.catalogue import Offer
from intake.voices.voice import MAX_CHARACTERS, Voice, pieces


@dataclass(frozen=True, slots=True)
class VoiceLimits:
    """What one text may cost."""

    patience: float = 60.0
    """Seconds until a worker is ended; the slowest voice here takes a tenth of that for the longest text."""
    memory: int = 2_000_000_000
    """Bytes of address space of a worker; with the largest Piper voice it takes about half of that."""
    texts: int = 200
    """After so many a worker is replaced, whatever it may have piled up."""


VOICE_LIMITS = VoiceLimits()

_WORKER = "intake.voices.worker"

_SHORTEST, _LONGEST = 0.015, 0.8
"""Seconds of sound for each letter, from a slip of the tongue to Chinese said slowly."""
_ANYWAY = 2.0
"""Seconds that may always be more: the silence around a single word."""
_SILENT = 0.003
"""Full scale is 1; no voice is that faint."""


class Voices:
    """What can be said here. Workers start when the first text comes, and end with ``close`` or ``async with``."""

    def __init__(
        self,
        *,
        piper: Path | None = None,
        order: Mapping[str, Sequence[str]] | None = None,
        processes: int | None = None,
        limits: VoiceLimits = VOICE_LIMITS,
    ) -> None:
        """``piper``: the folder of Piper voices. ``order``: language → ids of voices, the best first.

        ``processes``: how many texts are spoken at once; by default as many as there are processors.
        """
        self._catalogue = catalogue.look(piper, order or {})
        self._limits = limits
        self._free = asyncio.Semaphore(processes or len(os.sched_getaffinity(0)))
        self._idle: list[tuple[str, Child]] = []
        """The voice that a worker spoke with last, and the worker: it has that voice's model in memory."""

    def installed(self) -> tuple[Voice, ...]:
        """Every voice of this machine."""
        return self._catalogue.voices

    def available(self) -> tuple[Offer, ...]:
        """What could be installed for the languages, and where an office gets it."""
        return catalogue.OFFERS

    def order(self, language: str) -> tuple[Voice, ...]:
        """The voices for a language, the best first; none if nothing here can speak it."""
        return self._catalogue.order(language)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the voices or their order, a sentence each."""
        return self._catalogue.problems

    async def say(self, voice: Voice, text: str) -> Sound:
        """The text in this voice, as the engine says it, at the engine's rate; ``[[…]]`` are phonemes (see ``pieces``).

        The same text and voice give the same samples. VoiceError naming the voice and what happened.
        """
        letters = _letters(text)
        if len(text) > MAX_CHARACTERS:
            raise VoiceError(
                f"voice {voice.id}: the text has {len(text)} characters; at most {MAX_CHARACTERS} are said"
            )
        if not letters:
            raise VoiceError(f"voice {voice.id}: there is nothing to say in the text")
        async with self._free:
            sound = await self._ask(voice, text)
        if problem := implausible(sound, letters):
            raise VoiceError(f"voice {voice.id}: {problem}")
        return sound

    async def close(self) -> None:
        """End the workers; a later text starts new ones."""
        idle, self._idle = self._idle, []
        for _, worker in idle:
            await worker.end()

    async def __aenter__(self) -> "Voices":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask(self, voice: Voice, text: str) -> Sound:
        worker = self._worker(voice)
        request = {
            "engine": voice.engine, "name": voice.name, "text": text,
            "model": None if voice.model is None else str(voice.model.absolute()),
        }  # fmt: skip
        try:
            reply, samples = await worker.ask(request, patience=self._limits.patience)
        except ChildLost as lost:
            raise VoiceError(f"voice {voice.id}: {lost}") from None
        if worker.asked < self._limits.texts:
            self._idle.append((voice.id, worker))
        else:
            await worker.end()
        if "error" in reply:
            raise VoiceError(f"voice {voice.id}: {reply['error']}")
        return Sound.of_pcm16(samples, reply["rate"])

    def _worker(self, voice: Voice) -> Child:
        """An idle worker, rather one that has the voice's model in memory, or a new one."""
        if not self._idle:
            return Child(_WORKER, memory=self._limits.memory)
        fits = (i for i, (last, _) in enumerate(self._idle) if last == voice.id)
        return self._idle.pop(next(fits, -1))[1]


def _letters(text: str) -> int:
    return sum(c.isalnum() for words, _ in pieces(text) for c in words)


def implausible(sound: Sound, letters: int) -> str:
    """What is wrong with what an engine made of so many letters; empty if nothing is."""
    if not len(sound.samples):
        return "it said nothing: it cannot read this text"
    if sound.peak < _SILENT:
        return f"it gave {sound.seconds:.1f} s of silence"
    if not _SHORTEST * letters <= sound.seconds <= _LONGEST * letters + _ANYWAY:
        return f"it gave {sound.seconds:.1f} s of sound for {letters} letters, which cannot be right"
    return ""
