# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service tells systemd, by one datagram at a time (sd_notify(3)). Transport, no policy.

systemd names its socket in ``NOTIFY_SOCKET``. Without that variable the service runs under no supervisor, or under
another one, and everything here does nothing. A notification that cannot be delivered is dropped: the socket belongs to
systemd, and whoever does not hear from us in time acts by its own rules.
"""

import contextlib
import socket
import time
from collections.abc import Mapping

STATUS_LIMIT = 500
"""Characters of a status line; ``systemctl status`` shows one line."""


class Notifier:
    """Speaks to the socket that ``environment`` names, if it names one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        # An @ stands for the zero byte of Linux's abstract names; only those two forms are defined here.
        self._address = "\0" + name[1:] if name.startswith("@") else name if name.startswith("/") else ""
        self._socket: socket.socket | None = None
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    def _send(self, *lines: str) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)

    def ready(self) -> None:
        """The start, or a reload, is complete."""
        self._send("READY=1")

    def reloading(self) -> None:
        """The configuration is being read again; :meth:`ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The service has begun to end."""
        self._send("STOPPING=1")

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
