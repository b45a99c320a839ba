# SPDX-License-Identifier: GPL-3.0-or-later
"""One recogniser for all models: a single child process, which holds a single model.

A model takes half a gigabyte and creeps upwards, so the child is replaced for another model, after so many sounds,
and when it has grown beyond a limit. Sounds wait for their turn; of those that wait, the ones for the model in memory
go first, but no more than a few in a row, so that nobody waits for ever. Waiting is the back-pressure: whoever has
many recordings asks with one after another, and :attr:`Recogniser.backlog` shows what has come together.

What cannot be heard is no error: silence gives an empty text, and no model is asked about it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from intake.audio import MASTER_RATE, Sound, active_level, resample, silence
from intake.children import Child, ChildLost
from intake.errors import ListeningError
from intake.listening.models import WHISPER, Model, find, languages


@dataclass(frozen=True, slots=True)
class ListeningLimits:
    """What listening may cost."""

    seconds: float = 20 * 60
    """Of one sound; a longer one is refused."""
    memory: int = 1_200_000_000
    """Bytes in memory after which the child is replaced."""
    address_space: int = 6_000_000_000
    """Bytes of address space that it may have at all; models are mapped into it."""
    sounds: int = 200
    """After so many it is replaced, whatever its size."""
    patience: float = 60.0
    """Seconds for loading a model and answering, …"""
    patience_for_each: float = 4.0
    """… and so many more for each second of sound."""
    in_a_row: int = 10
    """Sounds for one model while others wait."""


LISTENING_LIMITS = ListeningLimits()

FAINTEST = -60.0
"""dBov; what is fainter than this is silence."""

_WORKER = "intake.listening.worker"


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was heard: seconds from the beginning, and how sure the recogniser is of it, 0…1."""

    text: str
    begin: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard; the text is empty if nothing was."""

    text: str
    language: str
    words: tuple[Word, ...]
    model: str
    """The id of the model; empty if none was asked."""


class Recogniser:
    """What can be heard here. The child starts with the first sound and ends with ``close`` or ``async with``."""

    def __init__(self, folder: Path | None, *, limits: ListeningLimits = LISTENING_LIMITS) -> None:
        """``folder``: where the office has unpacked its models, each in a folder of its own."""
        self.models, self.problems = find(folder)
        self.languages = languages(self.models)
        self._limits = limits
        self._threads = len(os.sched_getaffinity(0))
        self._child = Child(
            _WORKER, memory=limits.address_space, threads=self._threads, environment={"HF_HUB_OFFLINE": "1"}
        )
        self._loaded = ""
        """The id of the model in the child."""
        self._turns = Turns(limits.in_a_row)

    @property
    def backlog(self) -> int:
        """How many sounds are being heard or wait for it."""
        return self._turns.count

    @property
    def identifies(self) -> bool:
        """Whether a model here can tell languages."""
        return any(model.engine == WHISPER and len(model.languages) > 1 for model in self.models)

    def model(self, language: str) -> Model:
        """The model for a language: its own (Vosk) before one for many. ListeningError if there is none."""
        for model in self.models:
            if language in model.languages:
                return model
        raise ListeningError(f"no model here knows the language {language}; see: intake voices")

    async def hear(self, sound: Sound, language: str | None = None, *, times: bool = True, expected: str = "") -> Heard:
        """Decode freely: which words are in the sound. Without a language it is identified first.

        ``times=False`` leaves :attr:`Heard.words` empty, which saves Whisper a third of its work. ``expected``: words
        that may come and are rare elsewhere, with commas; Whisper takes them as a hint, Vosk cannot.
        ListeningError naming the model's folder and what to do, or if the sound is too long.
        """
        self._check_length(sound)
        if active_level(sound).dbov < FAINTEST:
            return Heard("", language or "", (), "")
        if language is None:
            likely = await self.identify(sound)
            language = likely[0][0] if likely else ""
            if not language:
                return Heard("", "", (), "")
        model = self.model(language)
        reply = await self._ask(model, "hear", sound, language, times=times, expected=expected)
        return Heard(reply["text"], language, tuple(Word(*word) for word in reply["words"]), model.id)

    async def identify(self, sound: Sound, among: Collection[str] = ()) -> tuple[tuple[str, float], ...]:
        """Languages and their probabilities, the likeliest first; nothing for silence.

        ``among``: only these count, and their probabilities add up to 1; by default all that a model here knows.
        ListeningError if no model here can tell languages.
        """
        self._check_length(sound)
        model = next((m for m in self.models if m.engine == WHISPER and len(m.languages) > 1), None)
        if model is None:
            raise ListeningError("no model here can tell languages; install a Whisper model, see: intake voices")
        if active_level(sound).dbov < FAINTEST:
            return ()
        reply = await self._ask(model, "identify", sound, "")
        known = set(among) or self.languages
        found = [(code, probability) for code, probability in reply["languages"] if code in known]
        whole = sum(probability for _, probability in found)
        return tuple(sorted(((c, p / whole) for c, p in found), key=lambda x: -x[1])) if whole else ()

    async def trial(self) -> tuple[str, ...]:
        """Load each model and let it hear a second of silence: a sentence for each that cannot be used."""
        found = list(self.problems)
        for model in self.models:
            try:
                await self._ask(model, "hear", silence(1.0, MASTER_RATE), model.languages[0])
            except ListeningError as error:
                found.append(str(error))
        return tuple(found)

    async def close(self) -> None:
        """End the child; a later sound starts a new one."""
        self._loaded = ""
        await self._child.end()

    async def __aenter__(self) -> "Recogniser":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _check_length(self, sound: Sound) -> None:
        if sound.seconds > self._limits.seconds:
            raise ListeningError(
                f"the recording lasts {sound.seconds:.0f} s; at most {self._limits.seconds:.0f} s are listened to"
            )

    async def _ask(
        self, model: Model, task: str, sound: Sound, language: str, *, times: bool = True, expected: str = ""
    ) -> Any:
        async with self._turns.of(model.id):
            model.check()
            # Small models refuse 8 kHz, and soxr does it better than they would.
            wide = await asyncio.to_thread(resample, sound, MASTER_RATE)
            if self._loaded != model.id:
                await self.close()
            request = {
                "engine": model.engine, "path": str(model.path.absolute()), "task": task, "language": language,
                "times": times, "expected": expected, "threads": self._threads,
            }  # fmt: skip
            patience = self._limits.patience + self._limits.patience_for_each * sound.seconds
            try:
                reply, _ = await self._child.ask(request, wide.samples.tobytes(), patience=patience)
            except ChildLost as lost:
                self._loaded = ""
                raise ListeningError(f"{model.path}: the recogniser was lost: {lost}") from None
            self._loaded = model.id
            if "error" in reply:
                await self.close()
                raise ListeningError(f"{model.path}: {reply['error']}")
            if reply["memory"] > self._limits.memory or self._child.asked >= self._limits.sounds:
                await self.close()
            return reply


class Turns:
    """One at a time; those who want what the last one had go first, a few in a row."""

    def __init__(self, in_a_row: int) -> None:
        self._in_a_row = in_a_row
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._busy = False
        self._last = ""
        self._row = 0

    @property
    def count(self) -> int:
        return len(self._waiting) + self._busy

    @asynccontextmanager
    async def of(self, want: str) -> AsyncIterator[None]:
        await self._wait(want)
        try:
            self._row = self._row + 1 if want == self._last else 1
            self._last = want
            yield
        finally:
            self._next()

    async def _wait(self, want: str) -> None:
        if not self._busy:
            self._busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        entry = (want, turn)
        self._waiting.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:
                self._next()
            raise

    def _next(self) -> None:
        if not self._waiting:
            self._busy = False
            return
        wants: Sequence[str] = [want for want, _ in self._waiting]
        index = wants.index(self._last) if self._last in wants and self._row < self._in_a_row else 0
        _, turn = self._waiting.pop(index)
        turn.set_result(None)
