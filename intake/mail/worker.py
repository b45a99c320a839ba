# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading messages in processes of their own, so that no message can stop the service.

Parsing and judging work on what strangers wrote. A reading process has a time limit for each message and a memory limit
for itself; a message that exceeds either, or kills the process, is reported as :class:`AssessmentFailed`, the process
is replaced, and the next message goes on. The caller counts the failures and quarantines (see ``watcher.py``).

Ordinary mail is read by one process. In a backlog, where blocks of messages wait, a second one reads beside it:
deciding takes more processor time than everything else together.
"""

import asyncio
import datetime as dt
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TypeVar

from intake.errors import IntakeError
from intake.mail.assessment import Assessment, Reader
from intake.mail.reading import ForkServer, ReadingProcess

SIDE_BY_SIDE = 2
"""Reading processes at the most. A third has nothing to do: no more blocks are fetched ahead."""

AHEAD = 32 * 1024
"""Octets of messages that lie in the pipe at most; a pipe of Linux holds more than 200 KiB."""

Unread = tuple[bytes, dt.datetime | None]
"""A message's bytes and its INTERNALDATE."""


class AssessmentFailed(IntakeError):
    """One message could not be read within its limits."""


_T = TypeVar("_T")


def _unmeasured(_detector: float, _decision: float) -> None:
    """Nobody wants to know."""


class Worker:
    """Reads messages. ``seconds`` is the time limit for one message.

    ``measured`` is told of each message how many seconds its language and the whole decision took; it is called in
    threads.
    """

    def __init__(
        self, readers: Mapping[str, Reader], *, seconds: float, measured: Callable[[float, float], None] = _unmeasured
    ) -> None:
        self._seconds = seconds
        self._measured = measured
        self._server = ForkServer(readers)
        self._forking = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=SIDE_BY_SIDE, thread_name_prefix="worker")
        self._idle: queue.LifoQueue[_Slot] = queue.LifoQueue()
        """As many as threads. The last that worked works again, so that a second process is only there where needed."""
        for _ in range(SIDE_BY_SIDE):
            self._idle.put(_Slot())

    async def start(self) -> None:
        """Start reading now instead of at the first message. Raises :class:`WorkerUnavailable`."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._with_slot, self._pipe)

    async def assess(self, mailbox: str, messages: Sequence[Unread]) -> list[Assessment | AssessmentFailed]:
        """What each message says, in order, or why it could not be read. Raises :class:`WorkerUnavailable`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, self._with_slot, lambda slot: self._ask(slot, mailbox, messages)
        )

    def _with_slot(self, use: "Callable[[_Slot], _T]") -> _T:
        slot = self._idle.get()
        try:
            if slot.server is not self._server:
                slot.kill()  # it reads by other rules
            return use(slot)
        finally:
            self._idle.put(slot)

    def _pipe(self, slot: "_Slot") -> Connection:
        if slot.process is None:
            with self._forking:
                slot.server, slot.process = self._server, self._server.fork()
        return slot.process.pipe

    def _ask(self, slot: "_Slot", mailbox: str, messages: Sequence[Unread]) -> list[Assessment | AssessmentFailed]:
        answers: list[Assessment | AssessmentFailed] = []
        sizes = [len(raw) for raw, _ in messages]
        sent = 0
        while len(answers) < len(messages):
            pipe = self._pipe(slot)
            try:
                # Some ahead, so that the process never waits for us; but no more than the pipe can hold, for a send
                # that blocks has no time limit. To a process that has nothing to do any size can be sent: it reads.
                while sent < len(messages) and (sent == len(answers) or sum(sizes[len(answers) : sent + 1]) <= AHEAD):
                    pipe.send((mailbox, *messages[sent]))
                    sent += 1
                answers.append(self._answer(slot, pipe))
            except (EOFError, OSError):
                answers.append(AssessmentFailed("reading needed too much memory or ended the worker process"))
                slot.kill()
            if slot.process is None:
                sent = len(answers)  # what the old process had not answered goes to the new one
        return answers

    def _answer(self, slot: "_Slot", pipe: Connection) -> Assessment | AssessmentFailed:
        if not pipe.poll(self._seconds):
            slot.kill()
            return AssessmentFailed(f"reading took longer than {self._seconds:g} s")
        answer, detector, whole = pipe.recv()
        if isinstance(answer, Assessment):
            self._measured(detector, whole)
            return answer
        return AssessmentFailed(f"reading failed with {answer}")

    async def replace_readers(self, readers: Mapping[str, Reader]) -> None:
        """Read with other rules from now on; what is being read is finished with the old ones."""

        def swap() -> None:
            with self._forking:
                old, self._server = self._server, ForkServer(readers)
                old.close()

        await asyncio.to_thread(swap)

    def close(self) -> None:
        """End all processes; what is being read is finished first."""
        self._threads.shutdown()
        while not self._idle.empty():
            self._idle.get().kill()
        self._server.close()


class _Slot:
    """Room for one reading process, and the server that it is a fork of."""

    def __init__(self) -> None:
        self.server: ForkServer | None = None
        self.process: ReadingProcess | None = None

    def kill(self) -> None:
        """End its process, if there is one."""
        if self.process is not None:
            self.process.kill()
        self.process = None
