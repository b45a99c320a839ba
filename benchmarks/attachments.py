# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory does it take to drain a mailbox full of large attachments?

``python -m benchmarks.attachments [MESSAGES] [MEGABYTES]`` (500 with 20 MB unless told; that needs some 14 GB of disk
for a few minutes). Each message has two lines of text and an attachment of that size, base64 on the wire as in any
mail. They lie in the INBOX of a real Dovecot when the daemon starts, and the clock runs until all are acknowledged
and filed. Printed are the highest memory of the daemon and of its worker process (``VmHWM``), and how many octets
Dovecot sent to the daemon in all, by its own log.
"""

import base64
import re
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.idle import memory
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.office import Office
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import SmtpSink

USER = "office@office.example"
MEGABYTE = 1_000_000
LINE = base64.b64encode(bytes(range(57))) + b"\r\n"


def message(number: int) -> tuple[bytes, bytes]:
    """What stands before the attachment's own lines, and after them."""
    head = (
        f"From: person{number}@p{number}.example.net\r\nTo: office@office.example\r\n"
        f"Subject: Meine Unterlagen\r\nMessage-ID: <{number}@example.net>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="cut"\r\n\r\n'
        "--cut\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Guten Tag, anbei die Unterlagen zu meiner Aufenthaltserlaubnis.\r\nIch möchte sie verlängern.\r\n"
        "--cut\r\nContent-Type: application/pdf; name=Unterlagen.pdf\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=Unterlagen.pdf\r\n\r\n"
    )
    return head.encode(), b"--cut--\r\n"


def fill(dovecot: Dovecot, count: int, megabytes: int) -> int:
    """Put the messages into the INBOX by APPEND; returns the octets of each. The attachment exists once in memory."""
    attachment = LINE * (megabytes * MEGABYTE // 57)
    with socket.create_connection((dovecot.host, dovecot.port)) as connection, connection.makefile("rb") as answers:
        answers.readline()

        def command(*chunks: bytes) -> None:
            for chunk in (b"a ", *chunks, b"\r\n"):
                connection.sendall(chunk)
            while not (line := answers.readline()).startswith(b"a "):
                assert line, "Dovecot closed the connection"
            assert line.startswith(b"a OK"), line

        size = 0
        command(b"LOGIN ", USER.encode(), b" ", PASSWORD.encode())
        for number in range(count):
            head, tail = message(number)
            size = len(head) + len(attachment) + len(tail)
            command(b"APPEND INBOX {%d+}\r\n" % size, head, attachment, tail)
    return size


def worker_of(pid: int) -> int:
    """The process id of a daemon's worker, once it is there."""

    def spawned() -> list[int]:
        children = [c for f in Path(f"/proc/{pid}/task").glob("*/children") for c in f.read_text().split()]
        return [int(c) for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]

    wait_until(lambda: len(spawned()) == 1, "the daemon has a worker")
    return spawned()[0]


def highest(pid: int) -> dict[str, int]:
    """The highest memory so far of a daemon and of its worker."""
    return {"daemon": memory(pid, "VmHWM"), "worker": memory(worker_of(pid), "VmHWM")}


def sent(dovecot: Dovecot) -> int:
    """Octets that Dovecot sent in all sessions that have ended."""
    text = (dovecot.folder / "log").read_text("utf-8", "replace")
    return sum(int(n) for n in re.findall(r"imap\(.*Logged out in=\d+ out=(\d+)", text))


def drain(office: Office, count: int) -> tuple[float, dict[str, int]]:
    """Seconds until all messages are acknowledged and filed, and the highest memory."""

    def drained() -> bool:
        memory(office.pid, "VmRSS")  # that it still runs
        time.sleep(0.2)  # reading the ledger competes with the daemon
        answered = office.query("SELECT count(*) FROM outbox WHERE state = 'sent' AND copy = 'done'")
        filed = office.query("SELECT count(*) FROM messages WHERE filing = 'filed'")
        return answered == filed == [(count,)]

    start = time.monotonic()
    with office:
        wait_until(drained, "the mailbox is drained", 1800)
        return time.monotonic() - start, highest(office.pid)


def main() -> None:
    """Run it and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    folder = Path(tempfile.mkdtemp(prefix="attachments-"))
    try:
        with SmtpSink() as sink, Dovecot() as dovecot:
            office = Office(
                folder, dovecot, sink.port, {"office": USER}, mailbox={"timeout_seconds": 300},
                limits={"per_domain_per_hour": 10_000, "breaker_per_hour": 1_000_000}, forked=False,
            )  # fmt: skip
            with office:
                before = highest(office.pid)
            size = fill(dovecot, count, megabytes)
            wait_until(lambda: sent(dovecot) > 0, "Dovecot has told what it sent")
            told = sent(dovecot)
            took, after = drain(office, count)
            wait_until(lambda: sent(dovecot) > told, "Dovecot has told what it sent")
            fetched = sent(dovecot) - told
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{count} messages of {size / MEGABYTE:.1f} MB, drained in {took:.0f} s")
    for name in ("daemon", "worker"):
        print(f"{name}: {after[name] / MEGABYTE:.0f} MB at the highest ({before[name] / MEGABYTE:.0f} MB without mail)")
    print(f"together: {sum(after.values()) / MEGABYTE:.0f} MB")
    print(f"sent by Dovecot: {fetched} octets, {fetched / count:.0f} for each message")


if __name__ == "__main__":
    main()
