# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading messages in a process of its own, so that no message can stop the service.

Parsing and judging work on what strangers wrote. The worker has a time limit for each message and a memory limit
for itself; a message that exceeds either, or kills the worker, is reported as :class:`AssessmentFailed`, the worker
is replaced, and the next message goes on. The caller counts the failures and quarantines (see ``watcher.py``).
The worker ends by itself when its parent does: the pipe closes.
"""

import asyncio
import datetime as dt
import gc
import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from intake.errors import IntakeError
from intake.mail.assessment import Assessment, Reader
from intake.triage.language import LanguageGuess, detect

MEMORY_LIMIT = 1024 * 1024 * 1024
"""Address space of the worker, in bytes; about a quarter of it is used on ordinary mail."""

START_SECONDS = 180.0
"""It takes two seconds of processor time, which a machine with much else to do gives to a patient command last."""

AHEAD = 32 * 1024
"""Octets of messages that lie in the pipe at most; a pipe of Linux holds more than 200 KiB."""

Unread = tuple[bytes, dt.datetime | None]
"""A message's bytes and its INTERNALDATE."""


class AssessmentFailed(IntakeError):
    """One message could not be read within its limits."""


class WorkerUnavailable(IntakeError):
    """No message can be read at the moment, and none is to blame."""


class _Timed:
    """The language detector, and how many seconds it took the last time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, *args: Any, **kwargs: Any) -> LanguageGuess:
        start = time.perf_counter()
        try:
            return detect(*args, **kwargs)
        finally:
            self.seconds = time.perf_counter() - start


def _unmeasured(_detector: float, _decision: float) -> None:
    """Nobody wants to know."""


def _serve(pipe: Connection, readers: Mapping[str, Reader]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    gc.disable()
    for reader in readers.values():
        reader.warm_up()
    gc.freeze()  # what was loaded stays: nobody need look through it for what is no longer needed
    gc.enable()
    detector = _Timed()
    pipe.send("ready")
    while True:
        try:
            mailbox, raw, internal_date = pipe.recv()
        except EOFError:
            return
        start = time.perf_counter()
        try:
            answer: Assessment | str = readers[mailbox].assess(raw, internal_date, detector=detector)
        except Exception as error:  # whatever a message did, it is this message's failure
            answer = type(error).__name__
        pipe.send((answer, detector.seconds, time.perf_counter() - start))


class Worker:
    """The worker process. ``seconds`` is the time limit for one message.

    ``measured`` is told of each message how many seconds its language and the whole decision took; it is called in
    a thread.
    """

    def __init__(
        self, readers: Mapping[str, Reader], *, seconds: float, measured: Callable[[float, float], None] = _unmeasured
    ) -> None:
        self._readers = dict(readers)
        self._seconds = seconds
        self._measured = measured
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")

    async def start(self) -> None:
        """Start the process now instead of at the first message. Raises :class:`WorkerUnavailable`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._started)

    async def assess(self, mailbox: str, messages: Sequence[Unread]) -> list[Assessment | AssessmentFailed]:
        """What each message says, in order, or why it could not be read. Raises :class:`WorkerUnavailable`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._ask, mailbox, messages)

    def _started(self) -> Connection:
        return self._pipe or self._start()

    def _start(self) -> Connection:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._readers), daemon=True, name="intake-worker")
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        try:
            if not ours.poll(START_SECONDS):
                raise EOFError
            ours.recv()
        except (EOFError, OSError):
            self._kill()
            raise WorkerUnavailable(
                f"the process that reads messages did not start within {START_SECONDS:.0f} seconds or ended at once; "
                "look for lack of memory in the system's log, and for what else keeps this machine busy"
            ) from None
        return ours

    def _ask(self, mailbox: str, messages: Sequence[Unread]) -> list[Assessment | AssessmentFailed]:
        answers: list[Assessment | AssessmentFailed] = []
        sizes = [len(raw) for raw, _ in messages]
        sent = 0
        while len(answers) < len(messages):
            pipe = self._started()
            try:
                # Some ahead, so that the worker never waits for us; but no more than the pipe can hold, for a send that
                # blocks has no time limit. To a worker that has nothing to do any size can be sent: it reads.
                while sent < len(messages) and (sent == len(answers) or sum(sizes[len(answers) : sent + 1]) <= AHEAD):
                    pipe.send((mailbox, *messages[sent]))
                    sent += 1
                answers.append(self._answer(pipe))
            except (EOFError, OSError):
                answers.append(AssessmentFailed("reading needed too much memory or ended the worker process"))
                self._kill()
            if self._pipe is None:
                sent = len(answers)  # what the old process had not answered goes to the new one
        return answers

    def _answer(self, pipe: Connection) -> Assessment | AssessmentFailed:
        if not pipe.poll(self._seconds):
            self._kill()
            return AssessmentFailed(f"reading took longer than {self._seconds:g} s")
        answer, detector, whole = pipe.recv()
        if isinstance(answer, Assessment):
            self._measured(detector, whole)
            return answer
        return AssessmentFailed(f"reading failed with {answer}")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    async def replace_readers(self, readers: Mapping[str, Reader]) -> None:
        """Read with other rules from now on; a message being read is finished first."""

        def swap() -> None:
            self._kill()
            self._readers = dict(readers)

        await asyncio.get_running_loop().run_in_executor(self._thread, swap)

    def close(self) -> None:
        """End the worker; a message being read is finished first."""
        self._thread.submit(self._kill).result()
        self._thread.shutdown()
