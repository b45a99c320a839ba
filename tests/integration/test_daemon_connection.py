# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that break in every way while the daemon waits in IDLE, and a server that comes and goes.

The sweep is set to ten minutes in all of these, so that only IDLE, its renewal, or a new session can have found
a message.
"""

import contextlib
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message, until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

NO_SWEEP = {"sweep_seconds": 600, "outbox_seconds": 600}
RETRY_QUICKLY = "import intake.mail.watcher as w\nw.LONGEST_PAUSE = 0.5"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


class Line:
    """A line to a port, in threads: connections can be reset, or go dead while new ones work."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._dead: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.carried = 0
        """Connections that were ever made."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Reset every connection, as a firewall does."""
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def swallow(self) -> None:
        """The connections of now carry nothing any more, and nobody is told."""
        with self._lock:
            self._dead.update(self._open)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target), timeout=20)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._open += [client, server]
                self.carried += 1
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                with self._lock:
                    dead = source in self._dead
                if not dead:
                    target.sendall(data)
        with self._lock:
            dead = source in self._dead
        if not dead:
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)


def test_new_mail_is_pushed_and_a_connection_that_is_cut_or_goes_dead_is_replaced(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    pushed, after_cut, after_silence = (message(f"{n}@person.example") for n in ("pushed", "cut", "silent"))
    with Line(dovecot.port) as line:
        office = Office(
            tmp_path, dovecot, sink.port, {"office": user}, imap_port=line.port, patches=RETRY_QUICKLY,
            service={**NO_SWEEP, "renew_idle_seconds": 300},
        )  # fmt: skip
        with office:
            dovecot.deliver(user, pushed)
            office.wait_settled(pushed)
            line.cut()
            until(lambda: line.carried == 2, "there is a second connection")
            dovecot.deliver(user, after_cut)
            office.wait_settled(after_cut)
            until(lambda: "mailbox" not in office.causes(), "its notice is closed")

            office.stop()
            text = office.config.read_text("utf-8").replace("renew_idle_seconds = 300", "renew_idle_seconds = 1")
            office.config.write_text(text.replace("timeout_seconds = 5", "timeout_seconds = 2"), "utf-8")
            office.start()
            before = line.carried
            line.swallow()
            dovecot.deliver(user, after_silence)
            office.wait_settled(after_silence)
            assert line.carried > before
        assert [mail.recipients[0].partition("@")[0] for mail in sink.messages] == ["pushed", "cut", "silent"]


def test_a_server_that_is_restarted_or_killed_and_a_folder_that_is_renamed_are_found_again(
    user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    mails = [message(f"{n}@person.example") for n in range(5)]
    look_often = "import intake.daemon as d\nd.STAFF_SECONDS = 1.0\n" + RETRY_QUICKLY
    with Dovecot() as server:
        with server.client(user) as client:
            client.create_folder("Eingang")
        office = Office(
            tmp_path, server, sink.port, {"office": user}, mailbox={"folder": "Eingang"}, patches=look_often,
            service={**NO_SWEEP, "renew_idle_seconds": 300},
        )  # fmt: skip
        with office:
            server.deliver(user, mails[0], folder="Eingang")
            office.wait_settled(mails[0])
            for how, raw in ((signal.SIGTERM, mails[1]), (signal.SIGKILL, mails[2])):
                server.stop(how)
                until(lambda: "mailbox" in office.causes(), "the outage is seen")
                server.start()
                server.deliver(user, raw, folder="Eingang")
                office.wait_settled(raw)
                until(lambda: "mailbox" not in office.causes(), "the end of the outage is seen")

            with server.client(user) as client:
                client.rename_folder("Eingang", "Eingang alt")
            # First the server may say goodbye; then, over a new connection, the folder is missing.
            until(lambda: "Eingang" in (office.status()["mailboxes"][0]["problem"] or ""), "the folder is missing")
            assert "mailbox" in office.causes()
            with server.client(user) as client:
                client.create_folder("Eingang")
            server.deliver(user, mails[3], folder="Eingang")
            office.wait_settled(mails[3])
            with server.client(user) as client:  # renamed and made anew at once: a session would not notice by itself
                client.rename_folder("Eingang", "Eingang älter")
                client.create_folder("Eingang")
            server.deliver(user, mails[4], folder="Eingang")
            office.wait_settled(mails[4])
            assert [mail.recipients[0] for mail in sink.messages] == [f"{n}@person.example" for n in range(5)]
            assert server.stored(user, "Eingang") == []
