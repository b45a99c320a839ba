# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast is a backlog drained, side by side with Dovecot's own Sieve?

``python -m benchmarks.drain [MESSAGES]`` (2,000 of 3 KB unless told). In one run, on one machine:

* **Sieve**: the messages are delivered by LMTP over 4 and over 16 connections; a script files them by subject
  (fileinto) and answers each (vacation) through an SMTP sink.
* **Intake**: the same messages lie in an INBOX; the daemon fetches, decides, records a case, acknowledges through
  the same kind of sink, moves, and files a copy; once with the copy and once without.

Both sides are durable (Dovecot: ``mail_fsync = always``; the ledger: ``synchronous = FULL``). Printed are messages
per second, their ratio to Sieve with 4 connections, and the CPU seconds of the service (daemon and worker) and of
Dovecot. Absolute numbers depend on the machine; the ratio is what to compare.
"""

import itertools
import multiprocessing
import os
import shutil
import smtplib
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import SmtpSink

TICKS = os.sysconf("SC_CLK_TCK")
PADDING = "Ich habe alle Unterlagen beisammen und kann jederzeit vorbeikommen.\n" * 30
SUBJECTS = (
    ("Meine Aufenthaltserlaubnis", "meine Aufenthaltserlaubnis läuft im Januar ab. Ich möchte sie verlängern."),
    ("Termin verschieben", "ich kann am Dienstag nicht kommen und möchte meinen Termin bitte verschieben."),
    ("Einbürgerung", "ich lebe seit neun Jahren hier und möchte den Antrag auf Einbürgerung stellen."),
    ("Blue Card", "I start a new job in March and need to change the employer on my EU Blue Card."),
)  # fmt: skip
SIEVE = """
require ["fileinto", "mailbox", "vacation"];
if header :contains "subject" "Aufenthalt" { fileinto :create "Aufenthaltstitel"; }
elsif header :contains "subject" "Termin" { fileinto :create "Termine"; }
elsif header :contains "subject" "Einb" { fileinto :create "Einbuergerung"; }
else { fileinto :create "Arbeit"; }
vacation :days 1 :addresses ["office@office.example"] :subject "Ihre Nachricht ist angekommen" "TEXT";
"""


def messages(count: int) -> list[bytes]:
    """``count`` messages of about 3 KB from as many people at as many domains."""
    made = []
    for number, (subject, text) in zip(range(count), itertools.cycle(SUBJECTS), strict=False):
        made.append(
            message(
                f"person{number}@p{number}.example.net",
                subject=subject,
                text=f"Guten Tag,\n\n{text}\n\n{PADDING}\nMit freundlichen Grüßen\nPerson {number}\n",
                Message_ID=f"<{number}@example.net>",
            )
        )
    return made


def _sink(pipe: Connection) -> None:
    with SmtpSink() as sink:
        pipe.send(sink.port)
        while True:
            wanted = pipe.recv()
            if wanted is None:
                return
            pipe.send(len(sink.messages))


class Sink:
    """An SMTP sink in a process of its own, so that neither side shares an interpreter with it."""

    def __enter__(self) -> "Sink":
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_sink, args=(theirs,), daemon=True)
        self._process.start()
        self.port: int = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join(10)

    def count(self) -> int:
        """Mails accepted so far."""
        self._pipe.send("count")
        return int(self._pipe.recv())


def _cpu(match: Callable[[str], bool]) -> float:
    """CPU seconds of all live processes whose command line matches, and of their ended children."""
    total = 0
    for entry in Path("/proc").iterdir():
        try:
            if match((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                total += sum(int(f) for f in fields[11:15])
        except (OSError, IndexError, ValueError):
            continue
    return total / TICKS


def _is_dovecot(line: str) -> bool:
    return "dovecot" in line and "python" not in line


def sieve(mails: list[bytes], connections: int) -> tuple[float, float]:
    """Messages per second through LMTP and Sieve, and Dovecot's CPU seconds."""
    with Sink() as sink, Dovecot(fsync="always", submission_port=sink.port) as dovecot:
        user = "office@office.example"
        dovecot.sieve(user, SIEVE.replace("TEXT", PADDING[:1500].replace('"', "'")))
        queue = iter(mails)
        lock = threading.Lock()

        def deliver() -> None:
            with smtplib.LMTP(dovecot.host, dovecot.lmtp_port, local_hostname="mail.example.org") as lmtp:
                while True:
                    with lock:
                        raw = next(queue, None)
                    if raw is None:
                        return
                    sender = raw.split(b"\r\n", 1)[0].removeprefix(b"From: ").decode()
                    lmtp.sendmail(sender, [user], raw)

        before = _cpu(_is_dovecot)
        start = time.perf_counter()
        threads = [threading.Thread(target=deliver) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: sink.count() >= len(mails), "Sieve has answered all", 600)
        took = time.perf_counter() - start
        return len(mails) / took, _cpu(_is_dovecot) - before


def intake(mails: list[bytes], *, copy: bool) -> tuple[float, float, float]:
    """Messages per second through the daemon, its CPU seconds, and Dovecot's."""
    folder = Path(tempfile.mkdtemp(prefix="drain-"))
    try:
        with Sink() as sink, Dovecot(fsync="always") as dovecot:
            user = "office@office.example"
            limits = {"per_domain_per_hour": 10_000, "breaker_per_hour": 1_000_000}
            office = Office(
                folder, dovecot, sink.port, {"office": user}, limits=limits, mailbox={"file_copy": copy},
                service={"sweep_seconds": 60, "outbox_seconds": 15},
            )  # fmt: skip
            office.start()
            office.stop()
            dovecot.deliver(user, *mails)
            before = _cpu(_is_dovecot)
            start = time.perf_counter()
            office.start_process()
            ledger = folder / "data" / "ledger.sqlite3"

            def served() -> bool:
                return "serving" in office.log()[position:]

            position = len(office.log())
            wait_until(served, "the daemon serves", 60)
            start = time.perf_counter()

            def drained() -> bool:
                with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=30) as connection:
                    sent = connection.execute(
                        "SELECT count(*) FROM outbox WHERE state = 'sent' AND copy IN ('done', 'none')"
                    ).fetchone()[0]
                    filed = connection.execute("SELECT count(*) FROM messages WHERE filing = 'filed'").fetchone()[0]
                connection.close()
                time.sleep(0.1)  # reading the ledger competes with the daemon
                return bool(sent >= len(mails) and filed >= len(mails))

            wait_until(drained, "the daemon has drained the mailbox", 900)
            took = time.perf_counter() - start
            own = _cpu(lambda line: f"{office.config}" in line or "multiprocessing.spawn" in line)
            imap = _cpu(_is_dovecot) - before
            office.stop()
            return len(mails) / took, own, imap
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run all and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    mails = messages(count)
    print(f"{count} messages of {len(mails[0])} octets, {os.cpu_count()} cores")
    print(f"{'':28}{'messages/s':>12}{'ratio':>8}{'own CPU s':>11}{'Dovecot CPU s':>15}")
    base, cpu = sieve(mails, 4)
    print(f"{'Sieve, 4 connections':28}{base:12.0f}{1:8.2f}{'':11}{cpu:15.1f}")
    rate, cpu = sieve(mails, 16)
    print(f"{'Sieve, 16 connections':28}{rate:12.0f}{rate / base:8.2f}{'':11}{cpu:15.1f}")
    for copy, name in ((True, "Intake"), (False, "Intake, no filed copy")):
        rate, own, cpu = intake(mails, copy=copy)
        print(f"{name:28}{rate:12.0f}{rate / base:8.2f}{own:11.1f}{cpu:15.1f}")


if __name__ == "__main__":
    main()
