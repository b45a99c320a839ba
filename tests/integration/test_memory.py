# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that watches hundreds of mailboxes stays small, and so does one that files large attachments."""

import asyncio
import base64
import gc
import os
import re
import ssl
import tracemalloc
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from intake.servers import imap_tls
from intake.servers.imap import Account, Connection
from tests.servers.certificates import write_certificate
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.office import Office
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

CONNECTIONS = 40
KIBIBYTE = 1024


def account(dovecot: Dovecot, user: str) -> Account:
    return Account("localhost", dovecot.tls_port, "tls", user, PASSWORD, dovecot.ca_file)


async def memory_of_a_connection(dovecot: Dovecot, user: str) -> float:
    """Octets that Python keeps for each further connection that waits; OpenSSL's own are not among them."""
    async with AsyncExitStack() as opened:

        async def open_and_wait() -> None:
            connection = await Connection.open(account(dovecot, user))
            opened.callback(connection.drop)
            await connection.select("INBOX")
            await connection.search()
            await connection.idle(0.001, asyncio.Event())

        await open_and_wait()  # what is needed once
        gc.collect()
        tracemalloc.start()
        try:
            for _ in range(CONNECTIONS):
                await open_and_wait()
            gc.collect()
            return tracemalloc.get_traced_memory()[0] / CONNECTIONS
        finally:
            tracemalloc.stop()


def test_a_tls_connection_that_waits_takes_little(dovecot: Dovecot, user: str) -> None:
    assert asyncio.run(memory_of_a_connection(dovecot, user)) < 64 * KIBIBYTE


def test_it_is_the_buffers_size_that_keeps_a_connection_small(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_tls, "BUFFER", 256 * KIBIBYTE)
    assert asyncio.run(memory_of_a_connection(dovecot, user)) > 256 * KIBIBYTE


def test_connections_that_trust_the_same_certificates_share_what_that_takes(tmp_path: Path) -> None:
    file, _ = write_certificate(tmp_path)
    first = imap_tls.context(file, 0.0)
    assert imap_tls.context(file, 10.0) is first
    assert imap_tls.context(None, 10.0) is not first
    assert first.verify_mode is ssl.CERT_REQUIRED


def test_renewed_certificates_are_trusted_from_the_next_connection_on(tmp_path: Path) -> None:
    file, _ = write_certificate(tmp_path)
    first = imap_tls.context(file, 0.0)
    write_certificate(tmp_path, names=("mail.example.org",))
    os.utime(file, ns=(1, 1))
    renewed = imap_tls.context(file, 0.0)
    assert renewed.get_ca_certs()[0]["subject"] != first.get_ca_certs()[0]["subject"]
    assert imap_tls.context(None, 0.0) is not imap_tls.context(None, imap_tls.FRESH_SECONDS)


# -- attachments

SIZE = 8_000_000
MAILS = 8


def with_attachment(number: int) -> bytes:
    line = base64.b64encode(bytes(range(57))) + b"\r\n"
    head = (
        f"From: person{number}@p{number}.example.net\r\nTo: office@office.example\r\nSubject: Unterlagen\r\n"
        f"Message-ID: <{number}@example.net>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\n'
        "Guten Tag, anbei meine Unterlagen. Ich brauche eine neue Aufenthaltserlaubnis.\r\n--cut\r\n"
        "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=scan.pdf\r\n\r\n"
    )
    return head.encode() + line * (SIZE // len(line)) + b"--cut--\r\n"


def highest(pid: int) -> int:
    """The most memory that a process ever had, in octets."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found.group(1)) * KIBIBYTE


def test_attachments_are_filed_without_passing_through_the_service(tmp_path: Path, user: str) -> None:
    with SmtpSink() as sink, Dovecot() as dovecot:
        with Office(tmp_path, dovecot, sink.port, {"office": user}, forked=False) as office:
            before = highest(office.pid)
            dovecot.deliver(user, *(with_attachment(n) for n in range(MAILS)))
            office.wait_recorded(MAILS)
            assert highest(office.pid) - before < 3 * SIZE, "not even a few of them were held at once"
        assert len(sink.messages) == MAILS

        def sent_to_the_service() -> list[int]:
            log = (dovecot.folder / "log").read_text("utf-8", "replace")
            return [int(octets) for octets in re.findall(r"Logged out in=\d+ out=(\d+)", log)]

        wait_until(lambda: len(sent_to_the_service()) > 0, "Dovecot has told what it sent")
        assert max(sent_to_the_service()) < 20_000 * MAILS
