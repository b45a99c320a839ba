# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading messages in a process of its own, so that no message can stop the service.

Parsing and judging work on what strangers wrote. The worker has a time limit for each message and a memory limit
for itself; a message that exceeds either, or kills the worker, is reported as :class:`AssessmentFailed`, the worker
is replaced, and the next message goes on. The caller counts the failures and quarantines (see ``watcher.py``).
The worker ends by itself when its parent does: the pipe closes.
"""

import asyncio
import datetime as dt
import multiprocessing
import resource
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from intake.errors import IntakeError
from intake.mail.assessment import Assessment, Reader
from intake.triage.language import warm_up

MEMORY_LIMIT = 1024 * 1024 * 1024
"""Address space of the worker, in bytes; about a quarter of it is used on ordinary mail."""

START_SECONDS = 60.0


class AssessmentFailed(IntakeError):
    """One message could not be read within its limits."""


def _serve(pipe: Connection, readers: Mapping[str, Reader]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    warm_up()
    pipe.send("ready")
    while True:
        try:
            mailbox, raw, internal_date = pipe.recv()
        except EOFError:
            return
        try:
            answer: Assessment | str = readers[mailbox].assess(raw, internal_date)
        except Exception as error:  # whatever a message did, it is this message's failure
            answer = type(error).__name__
        pipe.send(answer)


class Worker:
    """The worker process. ``seconds`` is the time limit for one message."""

    def __init__(self, readers: Mapping[str, Reader], *, seconds: float) -> None:
        self._readers = dict(readers)
        self._seconds = seconds
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")

    async def assess(self, mailbox: str, raw: bytes, internal_date: dt.datetime | None) -> Assessment:
        """One message's assessment. Raises :class:`AssessmentFailed`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._ask, mailbox, raw, internal_date)

    def _start(self) -> Connection:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._readers), daemon=True, name="intake-worker")
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        if not ours.poll(START_SECONDS):
            self._kill()
            raise AssessmentFailed(f"the worker process did not start within {START_SECONDS:.0f} s")
        ours.recv()
        return ours

    def _ask(self, mailbox: str, raw: bytes, internal_date: dt.datetime | None) -> Assessment:
        try:
            pipe = self._pipe or self._start()
            pipe.send((mailbox, raw, internal_date))
            if not pipe.poll(self._seconds):
                self._kill()
                raise AssessmentFailed(f"reading took longer than {self._seconds:g} s")
            answer = pipe.recv()
        except (EOFError, OSError):
            self._kill()
            raise AssessmentFailed("reading needed too much memory or ended the worker process") from None
        if isinstance(answer, Assessment):
            return answer
        raise AssessmentFailed(f"reading failed with {answer}")

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
