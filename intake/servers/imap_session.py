# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in to an IMAP server, and the one way in which commands go there.

One command at a time, under one lock. The time limit is on silence: a large answer may take longer as
long as it keeps coming, :data:`PATIENCE` times the limit at most. After a time-out, a cancellation or
an answer that is no IMAP the connection is dropped, because nobody can know what the server still does.

Every failure is one sentence with host, port and remedy, and never holds the password.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from intake.errors import MailboxError, MailboxRefused
from intake.servers import imap_syntax as syntax
from intake.servers.imap_protocol import Broken, Command, Protocol, shown
from intake.servers.imap_syntax import Argument

PATIENCE = 10
"""How many times the account's time-out a command may take in all, if the server keeps sending."""
GOODBYE_SECONDS = 5.0
"""How long a server may take to answer LOGOUT: a daemon that stops does not wait for it."""

_PASSING = (b"UNAVAILABLE", b"INUSE", b"SERVERBUG", b"LIMIT", b"EXPUNGEISSUED")
"""Response codes (RFC 5530) of a NO that may be a yes next time."""
_REMEDIES = {
    b"AUTHENTICATIONFAILED": "check user and password",
    b"AUTHORIZATIONFAILED": "check user and password",
    b"EXPIRED": "renew the password",
    b"PRIVACYREQUIRED": 'set security = "tls"',
    b"NONEXISTENT": "create the folder or correct its name",
    b"TRYCREATE": "create the folder or correct its name",
    b"CANNOT": "correct the name of the folder",
    b"NOPERM": "give the account the right to do it",
    b"OVERQUOTA": "make room in the account or raise its quota",
}


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach an account and sign in; ``timeout`` is seconds without a word from the server."""

    host: str
    port: int
    security: Literal["tls", "none"]
    user: str
    password: str = field(repr=False)
    ca_file: Path | None = None
    timeout: float = 30.0


class Session:
    """One signed-in connection. Made by :meth:`open`."""

    def __init__(self, account: Account, protocol: Protocol) -> None:
        self.account = account
        self.capabilities: frozenset[str] = frozenset()
        self._protocol = protocol
        self._lock = asyncio.Lock()
        self._where = f"{account.host}:{account.port}"

    @classmethod
    async def open(cls, account: Account) -> Self:
        """Connects and signs in.

        Raises :class:`MailboxRefused` if the login is refused, :class:`MailboxError` if the server
        cannot be reached, does not speak IMAP or shows a certificate that cannot be trusted.
        """
        loop = asyncio.get_running_loop()
        protocol = Protocol(loop)
        session = cls(account, protocol)
        try:
            context = _tls(account) if account.security == "tls" else None
            async with asyncio.timeout(account.timeout):
                await loop.create_connection(lambda: protocol, account.host, account.port, ssl=context)
                greeting = await protocol.greeting
            await session._sign_in(greeting)
        except (OSError, UnicodeError, Broken) as error:
            session.drop()
            raise MailboxError(f"{session._where} {_network(error, account)}") from None
        except BaseException:
            session.drop()
            raise
        return session

    async def _sign_in(self, greeting: bytes) -> None:
        """LOGIN, with quoted strings or UTF-8 literals, then what the server can do for this account."""
        account = self.account
        start = greeting[:10].upper()
        if not start.startswith((b"* OK", b"* PREAUTH")):
            raise MailboxError(f"{self._where} turned the connection away ({shown(greeting)}); it is tried again later")
        if start.startswith(b"* OK"):
            arguments = (syntax.string(account.user), syntax.string(account.password))
            reply = await self._command("LOGIN", *arguments, doing=f"the login for {account.user}")
            self.capabilities = _capabilities(reply)
        if not self.capabilities:
            self.capabilities = _capabilities(await self._command("CAPABILITY", doing="to say what it can do"))

    @property
    def closed(self) -> bool:
        """Whether the connection is of no further use."""
        return self._protocol.broken is not None

    @property
    def received(self) -> int:
        """Octets received so far, after TLS."""
        return self._protocol.received

    def drop(self) -> None:
        """Closes at once, without a word; whoever waits gets a :class:`MailboxError`."""
        self._protocol.end("the connection was closed here")

    async def logout(self) -> None:
        """Says goodbye and closes; never raises but when cancelled."""
        if not self.closed:
            with contextlib.suppress(MailboxError, TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await self._command("LOGOUT", doing="to say goodbye")
        self.drop()

    async def _command(
        self,
        name: str,
        *arguments: Argument,
        doing: str,
        during: Callable[[], Awaitable[None]] | None = None,
        tolerate: bytes = b"",
    ) -> Command:
        """Sends one command and waits for its end. ``doing`` completes the sentence "it refused …".

        ``during`` runs between the server's go-ahead and our DONE (IDLE); no time limit holds then.
        A NO with the response code ``tolerate`` counts as OK.
        """
        async with self._lock:
            command = await self._exchange(name, arguments, during)
        result, text = command.result
        if result == "OK" or (result == "NO" and tolerate and syntax.response_code(text, tolerate) is not None):
            return command
        said = shown(text).replace(self.account.password or "\0", "…")
        if result == "BAD":
            self._protocol.end("the server did not understand")
            # Some servers repeat the line that they did not understand.
            said = "" if name == "LOGIN" else f" ({said})"
            raise MailboxError(f"{self._where} did not understand {name}{said}; the connection was dropped")
        if any(syntax.response_code(text, code) is not None for code in _PASSING):
            raise MailboxError(f"{self._where} refused {doing} for now ({said}); it is tried again later")
        remedies = (r for code, r in _REMEDIES.items() if syntax.response_code(text, code) is not None)
        default = "check user and password" if name == "LOGIN" else "check the account's folders and rights"
        raise MailboxRefused(f"{self._where} refused {doing} ({said}); {next(remedies, default)}")

    async def _exchange(
        self, name: str, arguments: tuple[Argument, ...], during: Callable[[], Awaitable[None]] | None
    ) -> Command:
        """One command from its first octet to its tagged answer, within the time limits."""
        loop, protocol, timeout = asyncio.get_running_loop(), self._protocol, self.account.timeout
        try:
            async with asyncio.timeout(timeout) as deadline:
                last = loop.time() + timeout * PATIENCE
                protocol.on_data = lambda: deadline.reschedule(min(loop.time() + timeout, last))
                command = protocol.begin(name, arguments)
                if during is not None:
                    await command.started.wait()
                    if not command.done:
                        protocol.on_data = None
                        deadline.reschedule(None)
                        await during()
                        deadline.reschedule(loop.time() + timeout)
                        if not command.done:
                            protocol.write(b"DONE\r\n")
                await command.wait()
        except TimeoutError:
            protocol.end("it did not answer in time")
            raise MailboxError(
                f"{self._where} did not answer {name} within {timeout:g} seconds; the connection was dropped; "
                "if this happens often, raise timeout_seconds"
            ) from None
        except Broken as broken:
            raise MailboxError(f"{self._where}: {broken}, during {name}; it is opened again") from None
        except BaseException:
            protocol.end("a command was given up half-way")
            raise
        finally:
            protocol.on_data = None
        return command


def _tls(account: Account) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)
    except OSError:
        raise MailboxError(
            f"{account.host}:{account.port}: ca_file {account.ca_file} cannot be read as certificates in PEM; "
            "correct it"
        ) from None


def _network(error: Exception, account: Account) -> str:
    """Why a connection could not be opened, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        remedies = {
            9: "shows a certificate that is not valid yet; check the clocks of both machines",
            10: "shows a certificate that has expired; renew it on the server",
            62: "shows a certificate for another name; write the certificate's name as host",
            64: "shows a certificate for another address; write the certificate's name as host",
        }
        untrusted = f"shows a certificate that cannot be trusted ({error.verify_message}); name its issuer's"
        return remedies.get(error.verify_code, f"{untrusted} certificate with ca_file")
    if isinstance(error, ssl.SSLError):
        return 'does not speak TLS on this port; use the port for security = "tls", usually 993'
    if isinstance(error, TimeoutError):
        return f"did not answer within {account.timeout:g} seconds; check host, port, security and firewall"
    if isinstance(error, socket.gaierror | UnicodeError):
        return "cannot be found; check the spelling of host, and the name server"
    if isinstance(error, ConnectionRefusedError):
        return "refused the connection; check host and port, and that the IMAP server runs"
    if isinstance(error, Broken):
        return f"closed the connection before its greeting ({error}); check port and security"
    return f"cannot be reached ({getattr(error, 'strerror', None) or error}); check host and network"


def _capabilities(command: Command) -> frozenset[str]:
    """From a CAPABILITY response or code, upper case; empty if there is neither."""
    for response in command.untagged:
        if response[0].upper().startswith(b"* CAPABILITY "):
            return frozenset(response[0][13:].decode("ascii", "replace").upper().split())
    words = syntax.response_code(command.result[1], b"CAPABILITY")
    return frozenset(word.decode("ascii", "replace").upper() for word in words or ())
