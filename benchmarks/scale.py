# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a message cost more when the ledger knows 200,000 cases than when it knows 1,000?

``python -m benchmarks.scale [CASES] [ROUNDS]`` (200,000 cases and 5 rounds unless told). Two daemons run at once, each
with its own ledger and mailbox on one Dovecot: one ledger holds 1,000 cases, the other that many, with all that belongs
to them, as two years of work leave them. By turns each drains 300 messages that are put into its INBOX in one move;
what is counted is the CPU time of the daemon and its worker from then until all are acknowledged and filed. Then both
are left alone, because what is done from time to time must not grow out of hand either.
"""

import datetime as dt
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from benchmarks.attachments import worker_of
from benchmarks.drain import messages
from benchmarks.idle import cpu
from intake.cases import reference, tables
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import SmtpSink

FEW = 1_000
BATCH = 300
IDLE_SECONDS = 120.0
"""In which the daemon looks once at what staff did, twice for what its mailbox did not push."""
DAYS = 720
FOLDERS = ("Termine", "Aufenthaltstitel", "Arbeit und Studium", "Familiennachzug", "Einbürgerung", "Allgemein")


def known(
    names: Sequence[str], first: int, total: int, uidvalidity: int, now: dt.datetime, random: Random
) -> dict[sa.Table, list[dict[str, Any]]]:
    """The rows of the cases of these names, which are number ``first`` and following of ``total``.

    They are spread over two years, the oldest first. Most are answered. Those past the retention have no person in
    them any more.
    """
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        table: [] for table in (tables.cases, tables.messages, tables.seen, tables.threads, tables.outbox)
    }
    for number, name in enumerate(names, first):
        at = now - dt.timedelta(days=DAYS * (1 - number / total)) - dt.timedelta(hours=2)
        erased = now - at > dt.timedelta(days=85)
        waits = not erased and random.random() < 0.3
        answered = None if waits else at + dt.timedelta(days=3)
        sender = f"{random.getrandbits(128) % (total // 3 + 1):032x}"
        queue, folder = "general", FOLDERS[number % len(FOLDERS)]
        rows[tables.cases].append(
            {
                "id": number, "reference": name, "channel": "email", "mailbox": "office", "queue": queue,
                "language": "de", "state": "open" if waits else "closed" if erased else "answered",
                "sender": None if erased else f"person{number}@p{number}.example.org",
                "sender_key": None if erased else sender, "subject": None if erased else "Anfrage",
                "opened_at": at, "updated_at": answered or at, "acknowledged_at": at,
                "waiting_since": at, "answered_at": answered, "closed_at": at if erased else None,
            }
        )  # fmt: skip
        rows[tables.messages].append(
            {
                "id": number, "case_id": number, "mailbox": "office", "uidvalidity": uidvalidity, "uid": number,
                "message_id": "" if erased else f"<{number}@example.org>", "sender_key": None if erased else sender,
                "size": 3000, "internal_date": at, "recorded_at": at, "reply": True, "reason": "person",
                "language": "de", "confidence": "sure", "queue": queue, "evidence": [] if erased else ["person"],
                "folder": folder,
                "filing": "filed", "filing_attempts": 0, "target_uidvalidity": 1, "target_uid": number,
            }
        )  # fmt: skip
        for _ in range(2):
            key = f"{random.getrandbits(128):032x}"
            rows[tables.seen].append({"key": key, "reference": name, "at": at})
        for kind in () if erased else ("person", "acknowledgement"):
            key = f"{random.getrandbits(128):032x}"
            rows[tables.threads].append({"key": key, "kind": kind, "case_id": number, "at": at})
        rows[tables.outbox].append(
            {
                "id": number, "case_id": number, "source_id": number, "kind": "acknowledgement", "mailbox": "office",
                "mail_id": f"<{random.getrandbits(128):032x}@office.example>", "envelope_sender": "",
                "recipient": None, "recipient_key": "" if erased else sender,
                "domain_key": "" if erased else f"{random.getrandbits(128):032x}",
                "state": "sent", "attempts": 1, "due_at": at, "created_at": at, "sent_at": at,
                "copy": "done",
            }
        )  # fmt: skip
    return rows


def fill(ledger: Path, total: int) -> None:
    """Put ``total`` cases into a ledger that the daemon has made and left, as if all had come through this INBOX."""
    now, random, step = dt.datetime.now(dt.UTC), Random(total), 5_000
    names: dict[str, None] = {}  # in order, each once
    while len(names) < total:
        names[reference.new("AB", random)] = None
    engine = sa.create_engine(f"sqlite:///{ledger}")
    with engine.begin() as connection:
        uidvalidity = connection.execute(sa.select(tables.mailboxes.c.uidvalidity)).scalar_one()
        for done in range(0, total, step):
            for table, rows in known(
                list(names)[done : done + step], done + 1, total, uidvalidity, now, random
            ).items():
                if rows:
                    connection.execute(table.insert(), rows)
    engine.dispose()


class Installation:
    """One daemon with a ledger of ``cases`` cases."""

    def __init__(self, folder: Path, dovecot: Dovecot, relay_port: int, cases: int) -> None:
        self.user = f"office{cases}@office.example"
        self._dovecot = dovecot
        self._before = cases
        self._drained = 0
        limits = {"per_domain_per_hour": 100_000, "breaker_per_hour": 1_000_000}
        self.office = Office(
            folder, dovecot, relay_port, {"office": self.user}, limits=limits,
            service={"sweep_seconds": 60, "outbox_seconds": 15}, forked=False,
        )  # fmt: skip
        with self.office:
            pass
        fill(folder / "data" / "ledger.sqlite3", cases)
        dovecot.doveadm("mailbox", "update", "-u", self.user, "--min-next-uid", str(cases + 1), "INBOX")
        self._tidying = len(self.office.log())

    def has_tidied(self) -> bool:
        """Whether the daemon has done what it does once a day, and at each start."""
        return '"retention: ' in self.office.log()[self._tidying :]

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far: the daemon's, and its worker's."""
        return cpu(self.office.pid), cpu(worker_of(self.office.pid))

    def drain(self, mails: list[bytes]) -> tuple[float, float]:
        """CPU seconds of the daemon and of its worker for these mails."""
        with self._dovecot.client(self.user) as client:
            if not client.folder_exists("Stage"):
                client.create_folder("Stage")
            for raw in mails:
                client.append("Stage", raw)
            client.select_folder("Stage")
            daemon, worker = self.cpu()
            client.move(client.search(), "INBOX")
        self._drained += len(mails)

        def drained() -> bool:
            time.sleep(0.3)  # reading the ledger competes with the daemon
            sent = self.office.query(
                "SELECT count(*) FROM outbox WHERE id > ? AND state = 'sent' AND copy = 'done'", self._before
            )
            filed = self.office.query("SELECT count(*) FROM messages WHERE id > ? AND filing = 'filed'", self._before)
            return sent == filed == [(self._drained,)]

        wait_until(drained, "all are acknowledged and filed", 300)
        after_daemon, after_worker = self.cpu()
        return after_daemon - daemon, after_worker - worker


def main() -> None:
    """Run it and print a table."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    mails = messages(BATCH * (rounds + 1) * 2)
    took: dict[int, list[tuple[float, float]]] = {FEW: [], many: []}
    try:
        with SmtpSink() as sink, Dovecot() as dovecot:
            few, more = (Installation(folder / str(n), dovecot, sink.port, n) for n in (FEW, many))
            with few.office, more.office:
                for one in (few, more):
                    wait_until(one.has_tidied, "the retention of the start is over", 600)
                for number in range(rounds + 1):
                    for which, cases in enumerate((FEW, many)):
                        start = BATCH * (2 * number + which)
                        figures = (few, more)[which].drain(mails[start : start + BATCH])
                        if number:  # the first round wakes what sleeps
                            took[cases].append(figures)
                before = few.cpu()[0], more.cpu()[0]
                time.sleep(IDLE_SECONDS)
                idle = few.cpu()[0] - before[0], more.cpu()[0] - before[1]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'cases in the ledger':>20}{'daemon ms/message':>20}{'with worker':>14}{'idle CPU ms/minute':>21}")
    figures = []
    for (cases, measured), quiet in zip(took.items(), idle, strict=True):
        daemon = statistics.median(d for d, _ in measured) / BATCH * 1000
        whole = statistics.median(d + w for d, w in measured) / BATCH * 1000
        figures.append((daemon, whole))
        print(f"{cases:20}{daemon:20.2f}{whole:14.2f}{quiet / IDLE_SECONDS * 60_000:21.0f}")
    (daemon, whole), (more_daemon, more_whole) = figures
    print(f"{'ratio':>20}{more_daemon / daemon:20.2f}{more_whole / whole:14.2f}")


if __name__ == "__main__":
    main()
