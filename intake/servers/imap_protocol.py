# SPDX-License-Identifier: GPL-3.0-or-later
"""One IMAP connection on the wire: the only file that knows aioimaplib.

aioimaplib 2.0.3 gives the asyncio protocol, the tags and the command objects. Its reading of
responses is replaced: it recurses once a line (about 1,000 lines in one chunk hang it), removes
``* `` inside lines, counts parentheses in what strangers wrote, drops EXISTS outside IDLE, and its
``connection_lost`` wakes nobody. Here responses come from :class:`~intake.servers.imap_syntax.Framer`,
there is at most one command at a time, and whatever goes wrong wakes its waiter with an error.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence

from aioimaplib import aioimaplib

from intake.servers.imap_syntax import Argument, Framer, Literal, Response, SyntaxProblem

MAX_REPLY = 64 * 1024 * 1024
"""Octets that one command may bring: 200 headers of 64 KiB are 13 MiB."""
MAX_RESPONSES = 100_000
"""Responses that one command may bring, EXPUNGE and EXISTS not counted."""

# Its DEBUG log holds message text and passwords.
logging.getLogger("aioimaplib").setLevel(logging.WARNING)

_COUNT = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE|RECENT)$", re.I)
_FETCH = re.compile(rb"\* \d{1,10} FETCH ", re.I)


def shown(text: bytes) -> str:
    """What a server said, fit for a sentence: one line, at most 200 characters."""
    printable = (c if c.isprintable() else " " for c in text[:800].decode("utf-8", "replace"))
    return " ".join("".join(printable).split())[:200]


class Broken(Exception):
    """The connection is of no further use; the text says why."""


class Command(aioimaplib.Command):  # type: ignore[misc]
    """A command in flight: octets still to be sent, and what came back."""

    def __init__(self, name: str, tag: str, chunks: Sequence[bytes], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name, tag, loop=loop)
        self.chunks = list(chunks)
        self.started = asyncio.Event()
        self.size = 0

    @property
    def untagged(self) -> list[Response]:
        """The responses kept for this command, in order, without its tagged one."""
        return [line for line in self._resp_lines if isinstance(line, tuple)]

    @property
    def result(self) -> tuple[str, bytes]:
        """``OK``, ``NO`` or ``BAD``, and the text after it."""
        return str(self._resp_result), bytes(self._resp_lines[-1])

    @property
    def done(self) -> bool:
        """Answered or failed."""
        return bool(self._event.is_set())

    def fail(self, error: Exception) -> None:
        """Wakes the waiter with ``error``."""
        self._exception = error
        self.started.set()
        self._event.set()


class Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]
    """The client's side of one connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.pending_sync_command: Command | None = None
        self.greeting: asyncio.Future[bytes] = loop.create_future()
        self.exists = 0
        self.grown = False
        """A message arrived since the flag was last cleared."""
        self.news = asyncio.Event()
        """Set by whatever a watcher may want to look at: new, changed or removed messages, the end."""
        self.on_data: Callable[[], None] | None = None
        self.broken: Broken | None = None
        self.received = 0
        self._framer = Framer()
        self._goodbye = ""

    def data_received(self, data: bytes) -> None:
        """Takes octets from the transport."""
        if self.broken is not None:
            return
        self.received += len(data)
        if self.on_data is not None:
            self.on_data()
        try:
            command = self.pending_sync_command
            if command is not None:
                command.size += len(data)
                if command.size > MAX_REPLY:
                    raise SyntaxProblem(f"more than {MAX_REPLY} octets for one command")
            for response in self._framer.feed(data):
                self._take(response)
        except SyntaxProblem as problem:
            self.end(f"it sent {problem}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the transport: everyone who waits is woken."""
        self.end(f"the server said goodbye: {self._goodbye}" if self._goodbye else "the connection was lost")

    def end(self, reason: str) -> None:
        """Closes at once, without ceremony. The first reason stays."""
        if self.broken is None:
            self.broken = Broken(reason)
        self.news.set()
        if not self.greeting.done():
            self.greeting.set_exception(self.broken)
            self.greeting.exception()  # nobody may be waiting: no "never retrieved" in the log
        command, self.pending_sync_command = self.pending_sync_command, None
        if command is not None:
            command.fail(self.broken)
        if self.transport is not None:
            self.transport.abort()

    def begin(self, name: str, arguments: Sequence[Argument], answers: Sequence[bytes] = ()) -> Command:
        """Sends a command up to its first literal. The caller sees to it that it is the only one.

        ``answers``: lines, with their ends, for the server's further go-aheads, one each.
        """
        if self.broken is not None:
            raise self.broken
        tag = self.new_tag()
        chunks = [bytearray(f"{tag} {name}".encode("ascii"))]
        for argument in arguments:
            chunks[-1] += b" "
            if isinstance(argument, Literal) and argument.at_once:
                chunks[-1] += b"{%d+}\r\n" % len(argument.octets) + argument.octets
            elif isinstance(argument, Literal):
                chunks[-1] += b"{%d}\r\n" % len(argument.octets)
                chunks.append(bytearray(argument.octets))
            else:
                chunks[-1] += argument
        chunks[-1] += b"\r\n"
        command = Command(name, tag, [*(bytes(c) for c in chunks[1:]), *answers], self.loop)
        self.pending_sync_command = command
        self.transport.write(bytes(chunks[0]))
        return command

    def write(self, octets: bytes) -> None:
        """Sends octets that belong to the command in flight."""
        self.transport.write(octets)

    def _take(self, response: Response) -> None:
        line = response[0]
        if not self.greeting.done():
            self.greeting.set_result(line)
        elif line.startswith(b"* "):
            self._untagged(response)
        elif line.startswith(b"+"):
            self._continue()
        else:
            self._finish(line)

    def _untagged(self, response: Response) -> None:
        count = _COUNT.match(response[0])
        if count:
            kind, value = count.group(2).upper(), int(count.group(1))
            if kind == b"EXISTS":
                self.grown = self.grown or value > self.exists
                self.exists = value
            elif kind == b"EXPUNGE":
                self.exists = max(0, self.exists - 1)
            if kind != b"RECENT":
                self.news.set()
            return
        if _FETCH.match(response[0]):
            self.news.set()
        elif response[0][:6].upper() == b"* BYE ":
            self._goodbye = shown(response[0][6:])
        command = self.pending_sync_command
        if command is None:
            return
        if len(command.response.lines) >= MAX_RESPONSES:
            raise SyntaxProblem(f"more than {MAX_RESPONSES} responses to one command")
        command.append_to_resp(response)

    def _continue(self) -> None:
        command = self.pending_sync_command
        if command is None:
            raise SyntaxProblem("a go-ahead that nobody asked for")
        if command.chunks:
            self.transport.write(command.chunks.pop(0))
        else:
            command.started.set()

    def _finish(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        status, _, text = rest.partition(b" ")
        command = self.pending_sync_command
        if command is None or tag != command.tag.encode() or status.upper() not in (b"OK", b"NO", b"BAD"):
            raise SyntaxProblem("an answer to a command that was not sent")
        self.pending_sync_command = None
        command.close(text, status.upper().decode())
        command.started.set()
