# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon that kills itself with SIGKILL at an exact moment.

A *moment* is the point just before or just after a ledger transaction, an SMTP command, the text of a mail, its
final dot, an IMAP command, or a change of the private spool. They are numbered in the order in which they happen;
``kill_at`` names one.
Messages and calls arrive at moments, too, so that arriving and dying are interleaved in the same way each time.

Run as ``python -m tests.servers.mortal``: one JSON object a line on stdin is one run in a forked child (the
modules and language profiles are loaded once); one line on stdout tells how it ended. Reading messages happens in
the daemon's own process here, which saves a start of the worker process in each run and touches no moment.
"""

import asyncio
import datetime as dt
import functools
import gc
import imaplib
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

import intake.daemon as service
from intake import config
from intake.cases.clock import system_clock
from intake.cases.ledger import Ledger
from intake.cases.spool import PrivateSpool
from intake.cases.tables import messages, outbox
from intake.config import Settings
from intake.mail.assessment import warm_up
from intake.mail.marks import _accepted
from intake.office import Calendar
from intake.servers.imap import Connection
from intake.servers.smtp import Sender
from intake.triage.routing import Rules
from intake.voicemail import transcription
from tests.servers import hearing
from tests.servers.dovecot import PASSWORD
from tests.servers.office import EXAMPLE
from tests.telephone import Asterisk


class Clockwork:
    """Counts the moments, delivers at some of them, and kills at one. Every label is written down before."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._count = 0
        self._times: Counter[str] = Counter()
        self._labels = Path(job["labels"]).open("a")  # noqa: SIM115 - closed by the end of the process
        self._one_at_a_time = threading.Lock()  # files are written in threads

    def moment(self, label: str) -> None:
        """One moment has come."""
        with self._one_at_a_time:
            self._labels.write(label + "\n")
            self._labels.flush()
            for file in self._job["deliver"].get(str(self._count), []):
                self._deliver(Path(file))
            self._times[label] += 1
            for call in self._job.get("calls", {}).get(f"{label} {self._times[label]}", []):
                self._call(call)
            if self._count == self._job["kill_at"]:
                os.kill(os.getpid(), signal.SIGKILL)
            self._count += 1

    def _call(self, call: str) -> None:
        verb, _, what = call.partition(" ")
        pbx = Asterisk(Path(self._job["spool"]))
        if verb == "leave":
            pbx.leave(what, at=system_clock())
        else:
            pbx.delete(int(what))
        with Path(self._job["called"]).open("a") as done:
            done.write(call + "\n")

    def _deliver(self, file: Path) -> None:
        client = imaplib.IMAP4("127.0.0.1", self._job["imap_port"])
        client.login(self._job["user"], PASSWORD)
        client.append("INBOX", None, None, file.read_bytes())
        client.logout()
        file.rename(file.with_suffix(".delivered"))

    def around(self, method: Callable[..., Awaitable[Any]], name: Callable[..., str]) -> Callable[..., Awaitable[Any]]:
        """The method with a moment before and one after it."""

        @functools.wraps(method)
        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            label = name(*args, **kwargs)
            self.moment(f"before {label}")
            result = await method(*args, **kwargs)
            self.moment(f"after {label}")
            return result

        return wrapped

    def around_file(self, method: Callable[..., Any], name: str) -> Callable[..., Any]:
        """A method that changes files, with a moment before and one after it."""

        @functools.wraps(method)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.moment(f"before {name}")
            result = method(*args, **kwargs)
            self.moment(f"after {name}")
            return result

        return wrapped


class InProcess:
    """Reads messages without a worker process."""

    def __init__(self, readers: Any, **_options: Any) -> None:
        self._readers = readers

    async def start(self) -> None:
        """Nothing to start."""

    async def assess(self, mailbox: str, messages: Any) -> Any:
        """As :meth:`Worker.assess`."""
        return [self._readers[mailbox].assess(raw, internal_date) for raw, internal_date in messages]

    def close(self) -> None:
        """Nothing to close."""


def _settled(connection: sa.Connection) -> int:
    """How many messages are recorded, if all that is to be done about them is done; else -1."""
    states = connection.execute(sa.select(messages.c.filing)).scalars().all()
    waiting = connection.execute(
        sa.select(outbox.c.id).where((outbox.c.state == "queued") | outbox.c.copy.in_(["pending", "appending"]))
    ).first()
    return -1 if waiting or any(s not in ("filed", "gone") for s in states) else len(states)


async def _live(job: dict[str, Any]) -> None:
    clockwork = Clockwork(job)
    ledgers: list[Ledger] = []
    opened = Ledger.open

    def remember(*args: Any, **kwargs: Any) -> Ledger:
        ledgers.append(opened(*args, **kwargs))
        return ledgers[0]

    Ledger.open = remember  # type: ignore[method-assign, assignment]
    Ledger.write = clockwork.around(  # type: ignore[method-assign]
        Ledger.write,
        lambda _self, work, *args, **_k: f"ledger {work.__name__}{f' {len(args[0])}' if work is _accepted else ''}",
    )
    Connection._command = clockwork.around(  # type: ignore[method-assign]
        Connection._command, lambda _self, name, *_a, **_k: f"imap {name}"
    )
    Sender._reply = clockwork.around(  # type: ignore[method-assign]
        Sender._reply, lambda _self, _dialogue, command: f"smtp {command.split()[0].decode()}"
    )
    Sender._write = clockwork.around(Sender._write, lambda *_a: "smtp text")  # type: ignore[method-assign]
    Sender._final_dot = clockwork.around(Sender._final_dot, lambda *_a: "smtp dot")  # type: ignore[method-assign]
    service.Worker = InProcess  # type: ignore[misc, assignment]
    if "spool" in job:
        hearing.install()
        transcription.WAITS = (dt.timedelta(),)  # type: ignore[assignment]
        transcription.LOOK_SECONDS = 0.2
        for name in ("keep", "keep_message", "forget"):
            method = getattr(PrivateSpool, name)
            setattr(PrivateSpool, name, clockwork.around_file(method, f"spool {name}"))
    daemon = service.Daemon(
        config.load(Path(job["config"])),
        environment=os.environ,
        now=system_clock,
        random=Random(job["seed"]),
    )

    async def stop_when_settled() -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if ledgers and await ledgers[0].read(_settled) >= job["expect"]:
                break
            await asyncio.sleep(0.02)
        daemon.stop()

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(stop_when_settled())
        await daemon.run()
        watching.cancel()


def _load_once() -> None:
    """Load texts, rules and patterns before forking: each run would load the same, and no moment lies in that."""
    office = Settings(config.parse(EXAMPLE.read_text("utf-8"), None).configuration, None)
    texts, rules = service.load_texts(office), Rules.shipped(office.configuration.queues)
    service.load_texts = lambda _settings: texts
    Rules.shipped = lambda _queues: rules  # type: ignore[method-assign, assignment]
    Calendar(office.configuration.office).is_open(system_clock())
    rules.warm_up()
    warm_up()
    gc.freeze()  # or each fork copies all of it to look for garbage


def main() -> None:
    """Serve jobs until stdin ends."""
    _load_once()
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                sys.stdout = sys.stderr
                asyncio.run(_live(job))
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps(os.waitstatus_to_exitcode(status)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
