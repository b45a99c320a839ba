# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes that read messages: a fork server that has loaded everything, and its forks.

Rules, words and language models take two seconds of processor time and most of the memory. The fork server loads them
once and never sees a message, so no message can harm it. A reading process is a fork of it: it is there at once, also
after a message has killed the one before, and shares what was loaded.

All of them end by themselves when the service does: their pipes close. All have the same limit of memory.
"""

import contextlib
import gc
import multiprocessing
import os
import resource
import select
import signal
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any

from intake.errors import IntakeError
from intake.mail.assessment import Assessment, Reader
from intake.triage.language import LanguageGuess, detect

MEMORY_LIMIT = 1024 * 1024 * 1024
"""Address space of each process, in bytes; about a quarter of it is used on ordinary mail."""

START_SECONDS = 180.0
"""It takes two seconds of processor time, which a machine with much else to do gives to a patient command last."""


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


def _serve(control: Connection, readers: Mapping[str, Reader]) -> None:
    """The fork server: load, then fork for each pipe that comes, until the service ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the service waits for the forks, not we
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    gc.disable()
    for reader in readers.values():
        reader.warm_up()
    gc.freeze()  # what was loaded stays: nobody need look through it, which would also copy it into each fork
    gc.enable()
    control.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            descriptor = recv_handle(control)
            if os.fork() == 0:
                control.close()
                try:
                    _read(Connection(descriptor), readers)
                finally:
                    os._exit(0)  # whatever happened: nothing of the fork server's is to be tidied up here
            os.close(descriptor)


def _read(pipe: Connection, readers: Mapping[str, Reader]) -> None:
    """A reading process: answer one message after the other, until the service closes the pipe."""
    detector = _Timed()
    pipe.send(os.getpid())
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            mailbox, raw, internal_date = pipe.recv()
            start = time.perf_counter()
            try:
                answer: Assessment | str = readers[mailbox].assess(raw, internal_date, detector=detector)
            except Exception as error:  # whatever a message did, it is this message's failure
                answer = type(error).__name__
            pipe.send((answer, detector.seconds, time.perf_counter() - start))


class ReadingProcess:
    """The service's hold on one reading process: the pipe to it, and how to end it."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        if not pipe.poll(START_SECONDS):
            raise EOFError
        # By its descriptor, for a number may be another process's by the time that it is used.
        self._process = os.pidfd_open(pipe.recv())

    def kill(self) -> None:
        """End it, whatever it is doing; returns when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        select.select([self._process], [], [])
        os.close(self._process)
        self.pipe.close()


class ForkServer:
    """The service's hold on the fork server; not to be used by two threads at once."""

    def __init__(self, readers: Mapping[str, Reader]) -> None:
        self._readers = dict(readers)
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._control: Connection | None = None

    def fork(self) -> ReadingProcess:
        """A new reading process. Raises :class:`WorkerUnavailable`."""
        for _ in range(2):  # it may have been killed since, as any process may where memory is short
            ours, theirs = self._context.Pipe()
            try:
                with theirs:
                    send_handle(self._started(), theirs.fileno(), None)
                return ReadingProcess(ours)
            except (EOFError, OSError):
                ours.close()
                self.close()
        raise WorkerUnavailable(
            f"the process that reads messages did not start within {START_SECONDS:.0f} seconds or ended at once; "
            "look for lack of memory in the system's log, and for what else keeps this machine busy"
        )

    def _started(self) -> Connection:
        if self._control is None:
            self._control, theirs = self._context.Pipe()
            with theirs:
                self._process = self._context.Process(
                    target=_serve, args=(theirs, self._readers), daemon=True, name="intake-worker"
                )
                self._process.start()
            if not self._control.poll(START_SECONDS):
                raise EOFError
            self._control.recv()
        return self._control

    def close(self) -> None:
        """End it; its forks are not touched."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._control is not None:
            self._control.close()
        self._process = self._control = None
