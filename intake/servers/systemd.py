# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service tells systemd, by one datagram at a time (sd_notify(3)). Transport, no policy.

systemd names its socket in ``NOTIFY_SOCKET``. Without that variable the service runs under no supervisor, or under
another one, and everything here does nothing.

Nothing here waits. A socket holds a few datagrams (``net.unix.max_dgram_qlen``: 10 unless told) until the other side
reads them. While it is full, a sign of life or a status is dropped, because the next one says more; what the service
says once (ready, reloading, stopping) is kept and goes first as soon as there is room. Else systemd would end a
start that had succeeded.
"""

import socket
import time
from collections import deque
from collections.abc import Mapping

KEPT = 20
"""Notifications that wait for room at most."""
STATUS_LIMIT = 500
"""Characters of a status line; ``systemctl status`` shows one line."""


class Notifier:
    """Speaks to the socket that ``environment`` names, if it names one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        # An @ stands for the zero byte of Linux's abstract names; only those two forms are defined here.
        self._address = "\0" + name[1:] if name.startswith("@") else name if name.startswith("/") else ""
        self._socket: socket.socket | None = None
        self._kept: deque[bytes] = deque(maxlen=KEPT)
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    def _send(self, *lines: str) -> bool:
        """Whether it was delivered, after all that was kept."""
        if self._socket is None:
            return True
        try:
            while self._kept:
                self._socket.sendto(self._kept[0], self._address)
                self._kept.popleft()
            self._socket.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)
        except OSError:
            return False
        return True

    def _say(self, *lines: str) -> None:
        """Deliver it now, or as soon as there is room."""
        if not self._send(*lines):
            self._kept.append("\n".join(lines).encode("utf-8", "replace"))

    def ready(self) -> None:
        """The start, or a reload, is complete."""
        self._say("READY=1")

    def reloading(self) -> None:
        """The configuration is being read again; :meth:`ready` ends it."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The service has begun to end."""
        self._say("STOPPING=1")

    def watchdog(self) -> None:
        """The service is alive; systemd restarts it when this does not come for ``WatchdogSec``."""
        self._send("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """One line for ``systemctl status``."""
        self._send("STATUS=" + " ".join(sentence.split())[:STATUS_LIMIT])

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
