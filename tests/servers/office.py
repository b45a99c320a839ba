# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole service as an administrator runs it: a configuration in a folder, ``intake run`` as a process.

The mail servers are the test's; this only writes ``intake.toml`` for them, starts and stops the daemon, and
runs other commands beside it. Both are real processes, but their modules are loaded only once: see
:mod:`tests.servers.nursery`.
"""

import datetime as dt
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, compat32
from email.utils import format_datetime, make_msgid
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.servers import nursery
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import SmtpSink

TEXT = (
    "Guten Tag,\n\nmeine Aufenthaltserlaubnis läuft bald ab. Ich möchte sie bitte verlängern.\n\n"
    "Mit freundlichen Grüßen\nSamira\n"
)
PATIENCE = 120.0
"""Seconds until a test gives up waiting. Nothing is decided by it: what is waited for comes in a few."""
EXAMPLE = Path(__file__).resolve().parents[2] / "intake" / "example" / "intake.toml"
CLOCK = """
import datetime, pathlib, time
import intake.cases.clock
def _now(file=pathlib.Path(__file__).with_name("clock")):
    at, since, speed = file.read_text().split()
    return datetime.datetime.fromisoformat(at) + datetime.timedelta(seconds=(time.time() - float(since)) * float(speed))
intake.cases.clock.system_clock = _now
"""
"""Another clock for the daemon and the commands; see :meth:`Office.set_clock`."""
QUICK = {"sweep_seconds": 1, "outbox_seconds": 1, "renew_idle_seconds": 20}
"""Periods for tests: nothing is decided by them, but nobody likes to wait."""


def message(
    sender: str = "samira@example.net",
    to: str = "office@office.example",
    subject: str = "Verlängerung meiner Aufenthaltserlaubnis",
    text: str = TEXT,
    **headers: str,
) -> bytes:
    """A person's message; a header named with underscores (``In_Reply_To``) is added, an empty one left out."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="example.net"))
    mail["Date"] = headers.pop("Date", None) or format_datetime(dt.datetime.now(dt.UTC))
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def toml(value: Any) -> str:
    """A value as TOML writes it; nested tables inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return str(value)


def office_tables() -> str:
    """The tables [office], [trust] and [queues] of the built-in example, as they stand in the file."""
    text = EXAMPLE.read_text("utf-8")
    parts = re.split(r"(?m)^(?=\[+[a-z])", text)
    return "".join(p for p in parts if re.match(r"\[+(office|queues)", p))


def until(condition: Callable[[], bool], what: str) -> None:
    """Poll with the patience that a daemon and its worker process need on a busy machine."""
    wait_until(condition, what, PATIENCE)


def id_of(raw: bytes) -> str:
    """The Message-ID of a mail; empty if it has none."""
    return str(BytesParser(policy=compat32).parsebytes(raw, headersonly=True).get("Message-ID", "")).strip()


class Office:
    """One installation.

    ``mailboxes``: name → IMAP user, or → that mailbox's own keys; each has the address ``NAME@office.example``.
    ``tables``: more of the configuration, as it stands in the file.
    ``patches``: Python that the daemon and its worker run first, for what no configuration can bring about
    (a message that needs 5 GB) and for periods of minutes.
    ``clock``: what this machine's clock shows at first, to the daemon and to every command; else it is the real one.
    ``forked``: the daemon is a fork of the nursery; not so where its memory or its start is measured.
    """

    def __init__(
        self,
        folder: Path,
        dovecot: Dovecot,
        relay_port: int,
        mailboxes: Mapping[str, str | Mapping[str, Any]],
        *,
        service: Mapping[str, Any] | None = None,
        mailbox: Mapping[str, Any] | None = None,
        limits: Mapping[str, Any] | None = None,
        trust: Mapping[str, Any] | None = None,
        smtp: Mapping[str, Any] | None = None,
        sign_in: Mapping[str, Mapping[str, Any]] | None = None,
        imap_port: int | None = None,
        tables: str = "",
        patches: str = "",
        clock: dt.datetime | None = None,
        forked: bool = True,
    ) -> None:
        self.folder = folder
        self._forked = forked
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "intake.toml"
        (folder / "password").write_text(PASSWORD)
        lines = ["[service]", *(f"{k} = {toml(v)}" for k, v in ({**QUICK, **(service or {})}).items())]
        for name, own in mailboxes.items():
            values = {
                "address": f"{name}@office.example", "host": dovecot.host, "port": imap_port or dovecot.port,
                "security": "none", "password_file": "password", "timeout_seconds": 5,
                **(mailbox or {}), **({"user": own} if isinstance(own, str) else own),
            }  # fmt: skip
            if "sign_in" in values:
                del values["password_file"]
            lines += [f"[mailboxes.{name}]", *(f"{k} = {toml(v)}" for k, v in values.items())]
        relay = {"host": "127.0.0.1", "port": relay_port, "security": "none", "timeout_seconds": 5, **(smtp or {})}
        lines += ["[smtp]", *(f"{k} = {toml(v)}" for k, v in relay.items())]
        for name, keys in (sign_in or {}).items():
            lines += [f"[sign_in.{name}]", *(f"{k} = {toml(v)}" for k, v in keys.items())]
        lines += ["[limits]", *(f"{k} = {toml(v)}" for k, v in (limits or {}).items())]
        lines += ["[trust]", *(f"{k} = {toml(v)}" for k, v in (trust or {}).items())]
        self.config.write_text("\n".join(lines) + f"\n{tables}\n" + office_tables(), "utf-8")
        self._process: nursery.Nursling | subprocess.Popen[bytes] | None = None
        self._program = self._commands = ["-m", "intake"]
        if clock is not None:
            self.set_clock(clock)
            self._program = self._commands = self._patched("clocked", CLOCK)
        if patches:
            self.patch(patches)

    def _patched(self, name: str, patches: str) -> list[str]:
        # The worker process imports this file too, under another name: so the patches hold there as well.
        program = self.folder / f"{name}.py"
        start = "from intake.cli import main\nif __name__ == '__main__':\n    main()\n"
        program.write_text(f"{patches}\n{start}", "utf-8")
        return [str(program)]

    def patch(self, patches: str) -> None:
        """Let the next start of the daemon run with other patches."""
        clock = CLOCK if (self.folder / "clock").exists() else ""
        self._program = self._patched("patched", f"{clock}\n{patches}")

    def set_clock(self, at: dt.datetime, *, stands: bool = False) -> None:
        """From now on the clock shows ``at``, and goes on from there, or stands still."""
        new = self.folder / "clock.new"
        new.write_text(f"{at.isoformat()} {time.time()} {0 if stands else 1}")
        new.replace(self.folder / "clock")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.stop()
        else:
            self.kill()
            print(self.log()[-6000:])  # noqa: T201 - shown by pytest where a test failed

    def start(self) -> None:
        """Start ``intake run``; returns once every mailbox was fetched for the first time in this run."""
        before = self._fetched()
        self.start_process()

        def ready() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, f"the daemon ended at once:\n{self.log()}"
            return len({n for n, at in self._fetched().items() if at and at != before.get(n)}) > 0

        wait_until(ready, f"the daemon serves\n{self.log()}", PATIENCE)

    def start_process(self) -> None:
        """Start ``intake run`` without waiting for anything."""
        with (self.folder / "log").open("ab") as log:
            arguments = [*self._program, "run", "--config", str(self.config)]
            if self._forked:
                self._process = nursery.start(arguments, log.fileno(), log.fileno())
            else:
                self._process = subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log)

    def _fetched(self) -> dict[str, str]:
        return dict(self.query("SELECT name, fetched_at FROM mailboxes"))

    def stop(self) -> None:
        """SIGTERM; it must end by itself with 0."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, self.log()

    def kill(self) -> None:
        """SIGKILL."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(10)

    def is_running(self) -> bool:
        """Whether the daemon has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def reload(self) -> None:
        """SIGHUP."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    @property
    def pid(self) -> int:
        """Of the daemon."""
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """Everything the daemon wrote."""
        path = self.folder / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another ``intake`` command on this installation."""
        program = [*self._commands, *arguments, "--config", str(self.config)]
        return nursery.run(program, PATIENCE, {**os.environ, "NO_COLOR": "1"})

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the SQLite ledger; none where there is no ledger yet."""
        path = self.folder / "data" / "ledger.sqlite3"
        if not path.exists():
            return []
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def decisions(self, raw: bytes) -> list[tuple[str, str, str, str]]:
        """Of each recorded copy of a mail, by its Message-ID: mailbox, reason, folder, filing."""
        return [
            (str(mailbox), str(reason), str(folder), str(filing))
            for mailbox, reason, folder, filing in self.query(
                "SELECT mailbox, reason, folder, filing FROM messages WHERE message_id = ? ORDER BY id", id_of(raw)
            )
        ]

    def reference(self, raw: bytes) -> str:
        """The reference of the case that a mail belongs to; empty if it has none."""
        rows = self.query(
            "SELECT reference FROM cases JOIN messages ON case_id = cases.id WHERE message_id = ?", id_of(raw)
        )
        return str(rows[0][0]) if rows else ""

    def wait_settled(self, *mails: bytes, seconds: float = PATIENCE) -> None:
        """Until each of the mails is recorded and filed, and the acknowledgements in their cases are settled."""

        def settled(raw: bytes) -> bool:
            waiting = self.query(
                "SELECT 1 FROM outbox JOIN messages ON source_id = messages.id WHERE message_id = ?"
                " AND (state = 'queued' OR copy IN ('pending', 'appending'))",
                id_of(raw),
            )
            rows = self.decisions(raw)
            return bool(rows) and all(row[3] in ("filed", "gone") for row in rows) and not waiting

        for raw in mails:
            wait_until(partial(settled, raw), f"{id_of(raw)} is settled", seconds)

    def status(self) -> dict[str, Any]:
        """What ``intake status --json`` says."""
        done = self.command("status", "--json")
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def causes(self) -> set[str]:
        """The causes of the open notices."""
        return {str(row[0]) for row in self.query("SELECT cause FROM notices WHERE closed_at IS NULL")}

    def wait_recorded(self, count: int) -> None:
        """Until the ledger knows ``count`` messages, all of them filed and every acknowledgement settled."""

        def settled() -> bool:
            rows = self.query("SELECT filing FROM messages")
            waiting = self.query("SELECT 1 FROM outbox WHERE state = 'queued' OR copy IN ('pending', 'appending')")
            return len(rows) >= count and all(r[0] in ("filed", "gone") for r in rows) and not waiting

        wait_until(settled, f"{count} messages are recorded, filed, and acknowledged", PATIENCE)


def sent_to(sink: SmtpSink, address: str) -> list[bytes]:
    """What the relay received for one address."""
    return [mail.raw for mail in sink.messages if address in mail.recipients]
