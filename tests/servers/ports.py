# SPDX-License-Identifier: GPL-3.0-or-later
"""Free ports on the loopback interface, and waiting for a server to listen there."""

import socket
import time
from collections.abc import Callable


def free_ports(count: int) -> list[int]:
    """``count`` different ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def greeting(port: int) -> bytes:
    """What a server on ``port`` says first; empty if nobody is there yet."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
            return sock.recv(200)
    except OSError:
        return b""


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Polls ``condition``; fails with ``what`` after ``seconds``."""
    begin = time.monotonic()
    while not condition():
        waited = time.monotonic() - begin
        if waited > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        # Asking costs what is waited for its time: the longer it has taken, the less it matters to know at once.
        time.sleep(min(max(waited / 20, 0.02), 0.2))
