# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages made to break a mail program, delivered together with an ordinary one, through the running daemon.

None of them may stop the ordinary one, and none may cost the machine more memory than a small virtual machine has.
"""

from collections.abc import Callable, Iterator
from email.utils import make_msgid
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message, sent_to
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

MEGABYTE = 1024 * 1024
PEAK = 400 * MEGABYTE
"""Of the daemon and of its worker, each: about twice what is measured, far below a small machine's memory."""
TEXT = "Guten Tag,\r\n\r\nich möchte meine Aufenthaltserlaubnis verlängern.\r\n"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


def written(*lines: str, body: str | bytes = TEXT, sender: str = "<mallory@example.net>") -> bytes:
    """A message to the office with some header lines as they are."""
    head = [
        f"From: {sender}", f"Message-ID: {make_msgid(domain='example.net')}", "Date: Wed, 4 Mar 2026 09:30:00 +0100",
        "MIME-Version: 1.0", *lines,
    ]  # fmt: skip
    octets = body if isinstance(body, bytes) else body.encode()
    return "\r\n".join(head).encode() + b"\r\n\r\n" + octets


def large_attachment() -> bytes:
    """A text, and 50 MB beside it."""
    line = b"QUJD" * 19 + b"\r\n"
    body = (
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT.encode() + b"\r\n--b\r\n"
        b"Content-Type: application/pdf; name=scan.pdf\r\nContent-Disposition: attachment; filename=scan.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + line * (50 * MEGABYTE // len(line)) + b"--b--\r\n"
    )
    return written(
        "To: office@office.example", "Subject: Ein Scan", 'Content-Type: multipart/mixed; boundary="b"', body=body,
        sender="<large@example.net>",
    )  # fmt: skip


def large_text() -> bytes:
    """A text of 50 MB."""
    return written(
        "To: office@office.example", "Subject: Ein langer Brief", "Content-Type: text/plain; charset=utf-8",
        body=TEXT.encode() * (50 * MEGABYTE // len(TEXT.encode())), sender="<long@example.net>",
    )  # fmt: skip


def nested(levels: int) -> bytes:
    """Parts in parts in parts."""
    opening = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1, levels))
    return written(
        "To: office@office.example", "Subject: Verschachtelt", 'Content-Type: multipart/mixed; boundary="b0"',
        body=f"--b0\r\n{opening}Content-Type: text/plain\r\n\r\n{TEXT}",
    )  # fmt: skip


def many_recipients() -> bytes:
    """10,000 of them, the office the first."""
    others = ",\r\n ".join(f"Person {n} <p{n}@example.org>" for n in range(10_000))
    return written(f"To: office@office.example,\r\n {others}", "Subject: An alle", sender="<everybody@example.net>")


def unbalanced() -> bytes:
    """Parentheses, quotation marks and braces that open and never close, wherever a server repeats them."""
    return written(
        'To: office@office.example, "(((" <office@office.example>',
        'Subject: ((( \\"{12} ) * 1 FETCH (UID 1',
        'In-Reply-To: <((("{3}@example.net>',
        'Content-Type: multipart/mixed; boundary="b"; x="((("',
        body='--b\r\nContent-Type: text/plain; name="((( {9}"\r\n\r\n' + TEXT + "\r\n--b\r\n"
        'Content-Type: application/pdf; name="a(((.pdf"\r\n'
        'Content-Disposition: attachment; filename=")))\\" {5}\\\\"\r\n\r\nx\r\n--b--\r\n',
        sender='"Samira (((" <unbalanced@example.net> (((',
    )


def peak(pid: int) -> int:
    """The most memory that a process ever had, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} has no VmHWM")


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    found = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return found + [one for child in found for one in descendants(child)]


def test_hostile_messages_are_filed_beside_an_ordinary_one_that_is_acknowledged(
    dovecot: Dovecot,
    sink: SmtpSink,
    user: str,
    tmp_path: Path,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    ordinary = message(sender="samira@example.net")
    hostile = {
        "large attachment": large_attachment(),
        "large text": large_text(),
        "nested": nested(100),
        "many recipients": many_recipients(),
        "unbalanced": unbalanced(),
        "no message at all": b"\1\xff" * 1_000 + b"\r\n\r\n",
    }
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, *hostile.values(), ordinary)
        named = [raw for name, raw in hostile.items() if name != "no message at all"]
        office.wait_settled(ordinary, *named, seconds=180)
        office.wait_recorded(len(hostile) + 1)

        assert len(sent_to(sink, "samira@example.net")) == 1
        assert [reason for _, reason, _, _ in office.decisions(ordinary)] == ["eligible"]
        # Who wrote too much, to too many, or strangely is still a person.
        for name, address in (
            ("large attachment", "large@example.net"),
            ("large text", "long@example.net"),
            ("many recipients", "everybody@example.net"),
            ("unbalanced", "unbalanced@example.net"),
        ):
            assert [reason for _, reason, _, _ in office.decisions(hostile[name])] == ["eligible"], name
            assert len(sent_to(sink, address)) == 1, name
        assert "quarantine" not in office.causes()
        assert dovecot.stored(user) == []
        filed = sorted(raw for messages in dovecot.folders(user).values() for raw in messages)
        for raw in hostile.values():
            assert raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") in filed, "a message was changed or lost"

        peaks = {"daemon": peak(office.pid)} | {f"child {pid}": peak(pid) for pid in descendants(office.pid)}
        record_testsuite_property("peak memory in MB", {name: size // MEGABYTE for name, size in peaks.items()})
        assert len(peaks) >= 3, "the daemon, the fork server, and a process that reads"
        assert max(peaks.values()) < PEAK, peaks
