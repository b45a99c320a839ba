# SPDX-License-Identifier: GPL-3.0-or-later
"""A real SMTP server on a free loopback port that keeps what it gets and misbehaves on request.

Blocking sockets in threads, a few dozen lines of RFC 5321: so that it can hang up at an exact byte, which is
what the tests are about, and so that it does not share an event loop with what it tests.

    with SmtpSink() as sink:
        sink.script.recipients["old@example.org"] = "550 5.1.1 no such mailbox"
        ...
        sink.wait_for(1)[0].sender == ""
"""

import base64
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

EXTENSIONS = ("8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "SIZE 10240000")
Moment = Literal["connect", "mail", "rcpt", "data", "text", "dot"]
"""Before the greeting; on MAIL, RCPT, DATA; within the text before its final dot; after the final dot."""


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that was accepted (250 to the final dot), or that was complete when the connection was cut."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    """Dots undoubled, without the final dot."""
    mail_options: tuple[str, ...]
    rcpt_options: tuple[str, ...]
    user: str
    tls: bool
    connection: int
    """Number of the connection, from 1."""
    answered: bool = True


@dataclass(slots=True)
class Script:
    """What the sink does instead of agreeing; may be changed at any time."""

    recipients: dict[str, str] = field(default_factory=dict)
    """Recipient → reply to RCPT."""
    greeting: str = "220 sink.example ESMTP"
    mail: str = ""
    """The reply to every MAIL, if not empty."""
    null_sender: str = ""
    """The reply to ``MAIL FROM:<>``, if not empty."""
    data: str = ""
    """The reply to DATA, if not empty."""
    accepted: str = "250 2.0.0 taken"
    """The reply to the final dot."""
    hang_up: dict[Moment, int] = field(default_factory=dict)
    """Moment → how many times to cut the connection there."""
    silence: dict[Moment, int] = field(default_factory=dict)
    """Moment → how many times to say and read nothing there until :meth:`SmtpSink.stop`."""


class SmtpSink:
    """See the module. ``certificate``: offers STARTTLS, or TLS from the first byte if ``implicit_tls``.

    ``token_holds``: whether a token (first) lets a user (second) in; then logins with a token are offered.
    """

    def __init__(
        self,
        *,
        certificate: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        token_holds: Callable[[str, str], bool] | None = None,
        token_mechanisms: tuple[str, ...] = ("XOAUTH2", "OAUTHBEARER"),
        extensions: tuple[str, ...] = EXTENSIONS,
        port: int = 0,
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.script = Script()
        self.connections = 0
        self.commands: list[str] = []
        """Every command line but those of AUTH, in order, over all connections."""
        self._certificate = certificate
        self._implicit_tls = implicit_tls
        self._users = dict(users or {})
        self._token_holds = token_holds
        self._token_mechanisms = token_mechanisms if token_holds else ()
        self._generation = 0
        self.logins: list[tuple[str, str, bool]] = []
        """Mechanism, user and success of each login with a token."""
        self._extensions = extensions
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._leaving = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listens; after :meth:`stop`, on the same port as before."""
        self._leaving.clear()
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Stops listening and cuts every connection."""
        if self._listener is not None:
            # shutdown wakes a blocked accept(); close alone does not
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._leaving.set()
        self.hang_up()

    def hang_up(self) -> None:
        """Cuts every open connection, as a relay does with idle ones."""
        with self._changed:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @property
    def messages(self) -> list[Received]:
        """What was received until now."""
        with self._changed:
            return list(self._received)

    def wait_for(self, count: int, *, seconds: float = 60) -> list[Received]:
        """The mails received, once there are at least ``count``. AssertionError if that takes too long."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self._received) >= count, seconds)
            assert arrived, f"{len(self._received)} of {count} mails arrived within {seconds} s"
            return list(self._received)

    def forget_logins(self) -> None:
        """Every open connection has to sign in again, as with a server that looks at a token's end."""
        with self._changed:
            self._generation += 1

    def wait_until_idle(self, *, seconds: float = 60) -> None:
        """Returns once no connection is open. AssertionError if that takes too long."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._open, seconds), "a connection stays open"

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._changed:
                self.connections += 1
                number = self.connections
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        session = _Session(self, connection, number)
        try:
            with contextlib.suppress(OSError, _Leave):
                session.run()
        finally:
            with self._changed:
                self._open.discard(connection)
                self._changed.notify_all()
            with contextlib.suppress(OSError):
                session.socket.close()
            with contextlib.suppress(OSError):
                connection.close()

    def _keep(self, mail: Received) -> None:
        with self._changed:
            self._received.append(mail)
            self._changed.notify_all()

    def _due(self, table: dict[Moment, int], moment: Moment) -> bool:
        with self._changed:
            if table.get(moment, 0) <= 0:
                return False
            table[moment] -= 1
            return True


class _Leave(Exception):
    """The dialogue is over."""


class _Session:
    """One connection's dialogue."""

    def __init__(self, sink: SmtpSink, connection: socket.socket, number: int) -> None:
        self.sink = sink
        self.socket = connection
        self.number = number
        self.tls = False
        self.user = ""
        self.sender: str | None = None
        self.mail_options: tuple[str, ...] = ()
        self.recipients: list[str] = []
        self.rcpt_options: tuple[str, ...] = ()
        self.buffer = b""
        self.generation = sink._generation

    def run(self) -> None:
        if self.sink._implicit_tls:
            self._encrypt()
        self._misbehave("connect")
        self._say(self.sink.script.greeting)
        while True:
            line = self._line().decode("utf-8", "replace")
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb != "AUTH":
                self.sink.commands.append(line)
            handler = getattr(self, f"_do_{verb.lower()}", None)
            if handler is None:
                self._say("502 5.5.1 not implemented")
            else:
                handler(rest)

    # commands

    def _do_ehlo(self, rest: str) -> None:
        offers = list(self.sink._extensions)
        if self.sink._certificate is not None and not self.tls:
            offers.append("STARTTLS")
        methods = (*(("PLAIN", "LOGIN") if self.sink._users else ()), *self.sink._token_mechanisms)
        if methods:
            offers.append(f"AUTH {' '.join(methods)}")
        lines = ["sink.example", *offers]
        for line in lines[:-1]:
            self._say(f"250-{line}")
        self._say(f"250 {lines[-1]}")

    def _do_helo(self, rest: str) -> None:
        self._say("250 sink.example")

    def _do_noop(self, rest: str) -> None:
        self._say("250 2.0.0 ok")

    def _do_rset(self, rest: str) -> None:
        self._forget()
        self._say("250 2.0.0 ok")

    def _do_quit(self, rest: str) -> None:
        self._say("221 2.0.0 bye")
        raise _Leave

    def _do_starttls(self, rest: str) -> None:
        if self.sink._certificate is None or self.tls:
            self._say("502 5.5.1 not offered")
            return
        self._say("220 2.0.0 go ahead")
        self._encrypt()

    def _do_auth(self, rest: str) -> None:
        method, _, initial = rest.partition(" ")
        if method.upper() in self.sink._token_mechanisms:
            self._with_token(method.upper(), initial)
            return
        if method.upper() != "PLAIN":
            self._say("504 5.5.4 only PLAIN")
            return
        _, user, password = base64.b64decode(initial).decode().split("\0")
        if self.sink._users.get(user) != password:
            self._say(f"535 5.7.8 authentication failed for {user}")
            return
        self.user = user
        self._say("235 2.7.0 signed in")

    def _with_token(self, method: str, initial: str) -> None:
        fields = base64.b64decode(initial).decode().split("\1")
        user = fields[0].removeprefix("user=").removeprefix("n,a=").rstrip(",")
        token = next(f for f in fields if f.startswith("auth=Bearer ")).removeprefix("auth=Bearer ")
        assert self.sink._token_holds is not None
        good = self.sink._token_holds(token, user)
        self.sink.logins.append((method, user, good))
        if good:
            self.user = user
            self._say("235 2.7.0 signed in")
            return
        self._say("334 eyJzdGF0dXMiOiI0MDEifQ==")
        answer = self._line()
        assert answer == (b"AQ==" if method == "OAUTHBEARER" else b""), answer
        self._say(f"535 5.7.8 {token} is not good")

    def _do_mail(self, rest: str) -> None:
        self._misbehave("mail")
        script = self.sink.script
        path, self.mail_options = _path(rest, "FROM:")
        signed_in = self.user and self.generation == self.sink._generation
        if (self.sink._users or self.sink._token_holds) and not signed_in:
            self._say("530 5.7.0 sign in first")
        elif script.mail:
            self._say(script.mail)
        elif not path and script.null_sender:
            self._say(script.null_sender)
        else:
            self.sender = path
            self._say("250 2.1.0 ok")

    def _do_rcpt(self, rest: str) -> None:
        self._misbehave("rcpt")
        path, self.rcpt_options = _path(rest, "TO:")
        if self.sender is None:
            self._say("503 5.5.1 MAIL first")
        elif path in self.sink.script.recipients:
            self._say(self.sink.script.recipients[path])
        else:
            self.recipients.append(path)
            self._say("250 2.1.5 ok")

    def _do_data(self, rest: str) -> None:
        self._misbehave("data")
        script = self.sink.script
        if script.data:
            self._say(script.data)
            return
        if not self.recipients or self.sender is None:
            self._say("503 5.5.1 RCPT first")
            return
        self._say("354 end with a dot")
        if script.hang_up.get("text") or script.silence.get("text"):
            self._fill()
            self._misbehave("text")
        mail = Received(
            self.sender,
            tuple(self.recipients),
            self._text(),
            self.mail_options,
            self.rcpt_options,
            self.user,
            self.tls,
            self.number,
            answered=not (script.hang_up.get("dot") or script.silence.get("dot")),
        )
        if not mail.answered or script.accepted.startswith("2"):
            self.sink._keep(mail)
        self._misbehave("dot")
        self._forget()
        self._say(script.accepted)

    # wire

    def _forget(self) -> None:
        self.sender, self.recipients = None, []

    def _say(self, text: str) -> None:
        self.socket.sendall(text.encode() + b"\r\n")

    def _fill(self) -> None:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise _Leave
        self.buffer += chunk

    def _line(self) -> bytes:
        """The next line; only CRLF ends one, so that a lone CR or LF is seen as what it is."""
        while b"\r\n" not in self.buffer:
            self._fill()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def _text(self) -> bytes:
        """The mail up to its final dot, dots undoubled. Found at once, for a benchmark should not measure the sink."""
        text, seen = b"\r\n" + self.buffer, 0
        while (end := text.find(b"\r\n.\r\n", seen)) < 0:
            seen = max(0, len(text) - 4)
            self.buffer = b""
            self._fill()
            text += self.buffer
        self.buffer = text[end + 5 :]
        return text[: end + 2].replace(b"\r\n.", b"\r\n").removeprefix(b"\r\n")

    def _encrypt(self) -> None:
        assert self.sink._certificate is not None
        self.socket = self.sink._certificate.wrap_socket(self.socket, server_side=True)
        self.tls = True

    def _misbehave(self, moment: Moment) -> None:
        script = self.sink.script
        if self.sink._due(script.hang_up, moment):
            # a reset, not an orderly end: what a crashing relay or a dropped NAT entry looks like
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _Leave
        if self.sink._due(script.silence, moment):
            # reads nothing more, so that the other side's text gets stuck as well
            self.sink._leaving.wait()
            raise _Leave


def _path(rest: str, keyword: str) -> tuple[str, tuple[str, ...]]:
    """The address between angle brackets, and the parameters after it."""
    assert rest.upper().startswith(keyword + "<"), rest
    path, _, options = rest[len(keyword) + 1 :].partition(">")
    return path, tuple(options.split())
