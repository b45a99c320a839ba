# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and replies of SMTP over a connection that stands already, several commands at a time (RFC 2920).

aiosmtplib opens the connection, agrees on TLS and signs in. Its protocol takes one reply for one command, and a mail
then costs five journeys to the relay and back. Here they are two where the relay offers PIPELINING: the envelope, and
the end of the mail.

What the relay says although nothing was asked is dropped: it must never be taken for the reply to a later command.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

MAX_LINE = 2_000
"""Octets in a line of a reply; RFC 5321 4.5.3.1.5 allows 512."""
MAX_UNREAD = 64 * 1024
"""Octets of replies that nobody has taken yet."""

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?")


class Reply(NamedTuple):
    """A reply: its code, and the texts of its lines."""

    code: int
    text: str


class Garbled(Exception):
    """What came is no reply of SMTP; its text is not repeated, for it often holds an address."""


class Dialogue(asyncio.Protocol):
    """The protocol of a transport that is handed over after the login: ``transport.set_protocol``."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._replies: deque[Reply] = deque()
        self.awaited = 0
        """Replies that were asked for and not taken yet."""
        self._garbled = False
        self._lost = False
        self._paused = False
        self._changed: asyncio.Future[None] | None = None
        # Not high=0: asyncio's TLS transport pauses at 0 >= 0 and never resumes.
        transport.set_write_buffer_limits(high=1, low=0)

    # -- asking

    @property
    def is_open(self) -> bool:
        """Whether something can still be asked."""
        return not self._lost and not self._transport.is_closing()

    def ask(self, *commands: bytes) -> None:
        """Send commands without their line ends; each gets one :meth:`reply`. ConnectionError if the line is cut."""
        if any(b"\r" in command or b"\n" in command for command in commands):
            raise ValueError("a command is one line")
        self.awaited += len(commands)
        self._write(b"".join(command + b"\r\n" for command in commands))

    async def reply(self, seconds: float) -> Reply:
        """The next reply. TimeoutError, ConnectionError or :class:`Garbled` if there is none."""
        if not self._replies:  # most are there already: a limit costs more than taking one
            async with asyncio.timeout(seconds):
                await self._until(lambda: bool(self._replies))
        self.awaited -= 1
        return self._replies.popleft()

    async def send(self, data: bytes, seconds: float) -> None:
        """Send data and wait until the network has all of it. TimeoutError, ConnectionError."""
        self._write(data)
        if self._paused:
            async with asyncio.timeout(seconds):
                await self._until(lambda: not self._paused)

    def _write(self, data: bytes) -> None:
        if not self.is_open:
            raise ConnectionResetError("the connection is closed")
        self._transport.write(data)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            if self._garbled:
                raise Garbled
            if self._lost:
                raise ConnectionResetError("the connection was cut")
            self._changed = asyncio.get_running_loop().create_future()
            await self._changed

    # -- what the transport tells

    def data_received(self, data: bytes) -> None:
        """Lines of replies."""
        if not self._expected:
            return
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        for line in lines:
            self._line(bytes(line.rstrip(b"\r")))
        self._buffer = rest
        if not self._expected:
            self._buffer.clear()
            self._lines = []
        self._garbled |= len(rest) > MAX_LINE or sum(map(len, self._lines)) > MAX_UNREAD
        self._wake()

    def _line(self, line: bytes) -> None:
        if not self._expected:
            return
        found = _LINE.fullmatch(line) if len(line) <= MAX_LINE else None
        if found is None:
            self._garbled = True
            return
        code, more, text = found.groups(b"")
        self._lines.append(text.decode("utf-8", "replace").strip())
        if more != b"-":
            self._replies.append(Reply(int(code), "\n".join(self._lines)))
            self._lines = []

    @property
    def _expected(self) -> int:
        return self.awaited - len(self._replies)

    def pause_writing(self) -> None:
        """The network is slower than we are."""
        self._paused = True

    def resume_writing(self) -> None:
        """The network has all of it."""
        self._paused = False
        self._wake()

    def eof_received(self) -> bool:
        """The relay says no more; the transport closes."""
        self._cut()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is cut."""
        self._cut()

    def _cut(self) -> None:
        self._lost = True
        self._wake()

    def _wake(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
