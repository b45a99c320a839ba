# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast is a backlog drained, side by side with Dovecot's own Sieve?

``python -m benchmarks.drain [MESSAGES]`` (2,000 of 3 KB unless told). In one run, on one machine:

* **Sieve**: the messages are delivered by LMTP over 4 and over 16 connections; a script files them by subject
  (fileinto) and answers each (vacation) through an SMTP sink (Postfix's smtp-sink).
* **Intake**: a running daemon finds the same messages in its INBOX, where one command moved them all at once; it
  fetches, decides, records a case, acknowledges through the same kind of sink, moves, and files a copy; once with the
  copy and once without. (Dovecot runs before its clock starts, too. What a start costs is printed by itself.)

Both sides are durable (Dovecot: ``mail_fsync = always``; the ledger: ``synchronous = FULL``). Printed are messages
per second, their ratio to Sieve with 4 connections, the CPU milliseconds that a message costs the service (daemon and
worker) and Dovecot, and how the daemon's stages share the time. Absolute numbers depend on the machine; the ratio is
what to compare.

Stages overlap: while one block is recorded and filed, the next is fetched and read, and mails are sent. So their
times are shares of the sum over all stages, each from the start of a call to its end, waiting for servers included.
"""

import itertools
import json
import os
import re
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message
from tests.servers.ports import free_ports, greeting, wait_until

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


class Sink:
    """Postfix's own SMTP sink: in C, so that it takes as little as can be from the two that are measured."""

    def __enter__(self) -> "Sink":
        self.port = free_ports(1)[0]
        self._said = tempfile.TemporaryFile()
        command = ["/usr/sbin/smtp-sink", "-c", *(("-u", "nobody") if os.getuid() == 0 else ())]
        self._process = subprocess.Popen([*command, f"127.0.0.1:{self.port}", "256"], stdout=self._said)
        wait_until(lambda: bool(greeting(self.port)), "the sink listens")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._said.close()

    def wait_for(self, count: int) -> None:
        """Returns once so many were accepted."""
        wait_until(lambda: self.count() >= count, f"{count} mails were accepted", 600)

    def count(self) -> int:
        """Mails accepted so far."""
        size = self._said.seek(0, os.SEEK_END)
        found = re.findall(rb"mesg=(\d+)", os.pread(self._said.fileno(), 200, max(size - 200, 0)))
        return int(found[-1]) if found else 0


def _cpu(of: str | int) -> float:
    """CPU seconds of a process, or of those live ones with this in their command lines; with all that they started."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    matching: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(entry.name)
        parents[number], spent[number] = int(fields[1]), sum(int(f) for f in fields[11:15])
        if number == of if isinstance(of, int) else of in line:
            matching.add(number)
    while more := {number for number, parent in parents.items() if parent in matching} - matching:
        matching |= more
    return sum(spent[number] for number in matching) / TICKS


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

        before = _cpu(str(dovecot.folder))
        start = time.perf_counter()
        threads = [threading.Thread(target=deliver) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sink.wait_for(len(mails))
        took = time.perf_counter() - start
        return len(mails) / took, _cpu(str(dovecot.folder)) - before


BACKLOG = "Backlog"
STAGES = {
    "fetch": ("intake.mail.watcher", "Watcher._fetch"),
    "decide": ("intake.mail.worker", "Worker.assess"),
    "record": ("intake.mail.watcher", "Watcher._record"),
    "file": ("intake.cases.filing", "Filing.file"),
    "send": ("intake.servers.smtp", "Sender.send"),
    "mark sent": ("intake.mail.marks", "Marks._write"),
    "file copies": ("intake.cases.filing", "Filing.append_copies"),
}
"""What is timed within the daemon."""
STOPWATCH = """
import atexit, functools, importlib, json, time
SECONDS = {}
def timed(stage, method):
    @functools.wraps(method)
    async def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return await method(*args, **kwargs)
        finally:
            SECONDS[stage] = SECONDS.get(stage, 0.0) + time.perf_counter() - start
    return wrapper
if __name__ == "__main__":
    for stage, (module, name) in %r.items():
        owner, _, method = name.partition(".")
        owner = getattr(importlib.import_module(module), owner)
        setattr(owner, method, timed(stage, getattr(owner, method)))
    atexit.register(lambda: open(%r, "w").write(json.dumps(SECONDS)))
"""


def intake(mails: list[bytes], *, copy: bool) -> tuple[float, float, float, dict[str, float]]:
    """Messages per second through the daemon, its CPU seconds, Dovecot's, and the seconds of each stage.

    The stage without a name is the start: from nothing to the first acknowledgement.
    """
    folder = Path(tempfile.mkdtemp(prefix="drain-"))
    try:
        with Sink() as sink, Dovecot(fsync="always") as dovecot:
            user = "office@office.example"
            limits = {"per_domain_per_hour": 10_000, "breaker_per_hour": 1_000_000}
            stages = folder / "stages.json"
            office = Office(
                folder, dovecot, sink.port, {"office": user}, limits=limits, mailbox={"file_copy": copy},
                service={"sweep_seconds": 60, "outbox_seconds": 15}, patches=STOPWATCH % (STAGES, str(stages)),
                forked=False,
            )  # fmt: skip
            begun = time.perf_counter()
            office.start()
            dovecot.deliver(user, message("first@first.example.net"))
            sink.wait_for(1)
            ready = time.perf_counter() - begun
            with dovecot.client(user) as client:
                client.create_folder(BACKLOG)
            dovecot.deliver(user, *mails, folder=BACKLOG)
            before, started = _cpu(str(dovecot.folder)), _cpu(office.pid)
            start = time.perf_counter()
            with dovecot.client(user) as client:
                client.select_folder(BACKLOG)
                client.move("1:*", "INBOX")
            ledger = folder / "data" / "ledger.sqlite3"

            def drained() -> bool:
                with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=30) as connection:
                    sent = connection.execute(
                        "SELECT count(*) FROM outbox WHERE state = 'sent' AND copy IN ('done', 'none')"
                    ).fetchone()[0]
                    filed = connection.execute("SELECT count(*) FROM messages WHERE filing = 'filed'").fetchone()[0]
                connection.close()
                time.sleep(0.1)  # reading the ledger competes with the daemon
                return bool(sent > len(mails) and filed > len(mails))

            wait_until(drained, "the daemon has drained the mailbox", 900)
            took = time.perf_counter() - start
            own, imap = _cpu(office.pid) - started, _cpu(str(dovecot.folder)) - before
            office.stop()
            return len(mails) / took, own, imap, json.loads(stages.read_text()) | {"": ready}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run all and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    mails = messages(count)
    print(f"{count} messages of {len(mails[0])} octets, {os.cpu_count()} cores")
    print(f"{'':28}{'messages/s':>12}{'ratio':>8}{'own CPU ms':>12}{'Dovecot CPU ms':>16}")
    base, cpu = sieve(mails, 4)
    print(f"{'Sieve, 4 connections':28}{base:12.0f}{1:8.2f}{'':12}{cpu / count * 1000:16.2f}")
    rate, cpu = sieve(mails, 16)
    print(f"{'Sieve, 16 connections':28}{rate:12.0f}{rate / base:8.2f}{'':12}{cpu / count * 1000:16.2f}")
    for copy, name in ((True, "Intake"), (False, "Intake, no filed copy")):
        rate, own, cpu, stages = intake(mails, copy=copy)
        own, cpu = own / count * 1000, cpu / count * 1000
        print(f"{name:28}{rate:12.0f}{rate / base:8.2f}{own:12.2f}{cpu:16.2f}")
        ready = stages.pop("")
        total = sum(stages.values())
        shares = ", ".join(f"{stage} {stages[stage] / total:.0%}" for stage in STAGES if stage in stages)
        print(f"  {shares}")
        print(f"  from the start to the first acknowledgement: {ready:.1f} s")


if __name__ == "__main__":
    main()
