# SPDX-License-Identifier: GPL-3.0-or-later
"""The example office, installed into a folder: its configuration, the real daemon as a process, and its ledger.

The daemon is the one that an office runs, started with the same command; only the servers in its configuration
are the demo's. What it decided is read from its ledger, on a connection of our own that never writes.
"""

import asyncio
import contextlib
import re
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Database

from intake import config
from intake.cases.ledger import Ledger
from intake.cases.tables import cases, mailboxes, messages, outbox
from intake.config import Settings
from intake.demo import announcements
from intake.demo.server import HOST, SENT
from intake.errors import IntakeError, LedgerError

EXAMPLE = Path(config.__file__).parent / "example" / "intake.toml"
MAILBOX = "poststelle"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.1
"""Between two looks at the ledger."""


@dataclass(frozen=True, slots=True)
class Mail:
    """An acknowledgement in the ledger's outbox."""

    message_id: str
    state: str
    copy: str


@dataclass(frozen=True, slots=True)
class Record:
    """What the ledger says of one message; ``reference`` is empty where it has no case."""

    uid: int
    reply: bool
    reason: str
    language: str
    queue: str
    filing: str
    reference: str
    mails: tuple[Mail, ...]

    @property
    def settled(self) -> bool:
        """Filed, and every acknowledgement sent and filed, too, or given up."""
        mailed = all(m.state != "queued" and m.copy not in ("waiting", "pending", "appending") for m in self.mails)
        return mailed and self.filing not in ("pending", "copying", "copied")


class Installation:
    """One office in a folder. ``user`` and ``password``: of its account on the demo's server."""

    def __init__(self, folder: Path, *, imap_port: int, smtp_port: int, user: str, password: str) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        (folder / "password").touch(mode=0o600)
        (folder / "password").write_text(password, "utf-8")
        self.config = folder / "intake.toml"
        self.config.write_text(_configuration(imap_port, smtp_port, user), "utf-8")
        self.settings: Settings = config.load(self.config)
        self._process: asyncio.subprocess.Process | None = None
        self._ledger: Ledger | None = None

    @property
    def folders(self) -> dict[str, str]:
        """Each queue's folder."""
        return {name: queue.folder for name, queue in self.settings.configuration.queues.items()}

    async def start(self) -> None:
        """Run the daemon, and wait until it has looked into the mailbox. Raises :class:`IntakeError`."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "intake", "run", "--config", str(self.config),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while not await self._serving():
                    self.check()
                    await asyncio.sleep(LOOK_SECONDS)
                return
        raise IntakeError(f"the service did not begin to serve within {START_SECONDS:.0f} seconds; see {self._log}")

    async def _serving(self) -> bool:
        if self._ledger is None:
            # Opening it may wait for the daemon, which is just making it: not on the event loop.
            with contextlib.suppress(LedgerError):
                self._ledger = await asyncio.to_thread(
                    Ledger.open, self.settings.ledger_url, self.settings.data, create=False
                )
        return self._ledger is not None and await self._ledger.read(_fetched)

    def check(self) -> None:
        """Raises :class:`IntakeError` if the daemon is no longer running."""
        if self._process is None or self._process.returncode is not None:
            lines = self._log.read_text("utf-8", "replace").splitlines() if self._log.exists() else []
            raise IntakeError("\n".join([f"the service ended by itself; see {self._log}", *lines[-3:]]))

    async def records(self) -> dict[int, Record]:
        """What the ledger says of every message, by its UID in INBOX."""
        if self._ledger is None:
            raise AssertionError("the daemon was not started")
        return await self._ledger.read(_records)

    async def stop(self) -> None:
        """End the daemon as systemd would, with SIGTERM; kill it if it does not end."""
        process, self._process = self._process, None
        if self._ledger is not None:
            await asyncio.to_thread(self._ledger.close)
            self._ledger = None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def _log(self) -> Path:
        return self._folder / "service.log"


def _fetched(connection: Database) -> bool:
    query = sa.select(mailboxes.c.fetched_at).where(mailboxes.c.name == MAILBOX)
    return connection.execute(query).scalar() is not None


def _records(connection: Database) -> dict[int, Record]:
    mails: dict[int, list[Mail]] = {}
    for row in connection.execute(sa.select(outbox).order_by(outbox.c.id)):
        mails.setdefault(row.source_id, []).append(Mail(row.mail_id, row.state, row.copy))
    query = sa.select(messages, cases.c.reference).outerjoin(cases, cases.c.id == messages.c.case_id)
    return {
        row.uid: Record(
            row.uid, row.reply, row.reason, row.language, row.queue, row.filing,
            row.reference or "", tuple(mails.get(row.id, ())),
        )
        for row in connection.execute(query.order_by(messages.c.id))
    }  # fmt: skip


def addresses() -> tuple[str, ...]:
    """The example office's own addresses, the one of its mailbox first."""
    mailbox = config.load(EXAMPLE).configuration.mailboxes[MAILBOX]
    return (mailbox.address, *mailbox.aliases)


def _configuration(imap_port: int, smtp_port: int, user: str) -> str:
    """The built-in example's configuration with the demo's servers in it."""
    first, *aliases = addresses()
    tables = re.split(r"(?m)^(?=\[+[a-z])", EXAMPLE.read_text("utf-8"))
    example = "".join(table for table in tables if re.match(r"\[+(office|trust|queues)\b", table))
    return f"""# Made by the demo: the built-in example office with the servers of this run.
[service]
data = "data"
filing_mailbox = "{MAILBOX}"
sweep_seconds = 5

[mailboxes.{MAILBOX}]
address = "{first}"
aliases = [{", ".join(f'"{a}"' for a in aliases)}]
host = "{HOST}"
port = {imap_port}
security = "none"
user = "{user}"
password_file = "password"
sent_folder = "{SENT}"

[smtp]
host = "{HOST}"
port = {smtp_port}
security = "none"

{announcements.TABLE}
{example}"""
