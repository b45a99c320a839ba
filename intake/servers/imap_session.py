# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in to an IMAP server, and the one way in which commands go there.

One command at a time, under one lock. The time limit is on silence: a large answer may take longer as
long as it keeps coming, :data:`PATIENCE` times the limit at most. After a time-out, a cancellation or
an answer that is no IMAP the connection is dropped, because nobody can know what the server still does.

Every failure is one sentence with host, port and remedy, and never holds the password or a token.

With a token (``Account.sign_in``): it is there before the connection is opened, so that a source that gives none costs
the server nothing. If the server refuses it, one other token is asked for and tried, once.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from intake.errors import MailboxError, MailboxRefused, SignInError, SignInRefused
from intake.servers import imap_syntax as syntax
from intake.servers import imap_tls
from intake.servers.imap_protocol import Broken, Command, Protocol, shown
from intake.servers.imap_syntax import Argument
from intake.servers.sasl import Tokens, answer_to_challenge, choose, first_message

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
    """How to reach an account and sign in; ``timeout`` is seconds without a word from the server.

    With ``sign_in``, tokens from there stand for the password, and ``user`` is the mailbox that is opened.
    """

    host: str
    port: int
    security: Literal["tls", "none"]
    user: str
    password: str = field(repr=False)
    ca_file: Path | None = None
    timeout: float = 30.0
    sign_in: Tokens | None = None


class Session:
    """One signed-in connection. Made by :meth:`open`."""

    def __init__(self, account: Account, protocol: Protocol) -> None:
        self.account = account
        self.capabilities: frozenset[str] = frozenset()
        self._protocol = protocol
        self._lock = asyncio.Lock()
        self._where = f"{account.host}:{account.port}"
        self._hidden = [account.password] if account.password else []
        if "@" in account.user:
            self._hidden.append(account.user)  # an address: errors go into the log

    @classmethod
    async def open(cls, account: Account, door: asyncio.Semaphore | None = None) -> Self:
        """Connects and signs in; ``door`` lets in so many at a time.

        Raises :class:`MailboxRefused` if the login is refused, :class:`MailboxError` if the server
        cannot be reached, does not speak IMAP or shows a certificate that cannot be trusted.
        """
        loop = asyncio.get_running_loop()
        protocol = Protocol(loop)
        session = cls(account, protocol)
        token = await session._token()
        try:
            context = _tls(account, loop.time()) if account.security == "tls" else None
            async with door or contextlib.nullcontext():
                async with asyncio.timeout(account.timeout):
                    await loop.create_connection(lambda: protocol, account.host, account.port, ssl=context)
                    greeting = await protocol.greeting
                await session._sign_in(greeting, token)
        except (OSError, UnicodeError, Broken) as error:
            session.drop()
            raise MailboxError(f"{session._where} {_network(error, account)}") from None
        except BaseException:
            session.drop()
            raise
        return session

    async def _token(self, refused: str = "") -> str:
        sign_in = self.account.sign_in
        if sign_in is None:
            return ""
        try:
            return await sign_in.token(refused)
        except SignInRefused as error:
            raise MailboxRefused(f"{self._where}: {error}") from None
        except SignInError as error:
            raise MailboxError(f"{self._where}: {error}") from None

    async def _sign_in(self, greeting: bytes, token: str) -> None:
        """LOGIN, with quoted strings or UTF-8 literals, or a token; then what the server can do for this account."""
        account = self.account
        start = greeting[:10].upper()
        if not start.startswith((b"* OK", b"* PREAUTH")):
            raise MailboxError(f"{self._where} turned the connection away ({shown(greeting)}); it is tried again later")
        if start.startswith(b"* OK") and account.sign_in is not None:
            self.capabilities = _capabilities(await self._with_token(greeting, token))
        elif start.startswith(b"* OK"):
            arguments = (syntax.string(account.user), syntax.string(account.password))
            reply = await self._command("LOGIN", *arguments, doing=f"the login{self._whose()}")
            self.capabilities = _capabilities(reply)
        if not self.capabilities:
            self.capabilities = _capabilities(await self._command("CAPABILITY", doing="to say what it can do"))

    def _whose(self) -> str:
        """Whose login it is, unless the name is an address: errors go into the log."""
        return "" if "@" in self.account.user else f" for {self.account.user}"

    async def _with_token(self, greeting: bytes, token: str) -> Command:
        offered = _words(syntax.response_code(greeting, b"CAPABILITY"))
        if not offered:
            offered = _capabilities(await self._command("CAPABILITY", doing="to say what it can do"))
        mechanism = choose([name.removeprefix("AUTH=") for name in offered if name.startswith("AUTH=")])
        if not mechanism:
            raise MailboxRefused(
                f"{self._where} offers neither OAUTHBEARER nor XOAUTH2; switch one on there, or use a password "
                "instead of sign_in"
            )
        try:
            return await self._authenticate(mechanism, token, at_once="SASL-IR" in offered)
        except MailboxRefused:
            other = await self._token(token)
            if other == token:
                raise
            return await self._authenticate(mechanism, other, at_once="SASL-IR" in offered)

    async def _authenticate(self, mechanism: str, token: str, *, at_once: bool) -> Command:
        """AUTHENTICATE (RFC 9051 section 6.2.2), ``at_once`` with the first message in it (RFC 4959)."""
        account = self.account
        first = first_message(mechanism, user=account.user, token=token, host=account.host, port=account.port)
        self._hidden += [token, first.decode("ascii")]
        answers = [answer_to_challenge(mechanism) + b"\r\n", b"*\r\n"]  # after that, no more: the dialogue is given up
        return await self._command(
            "AUTHENTICATE",
            mechanism.encode("ascii"),
            *((first,) if at_once else ()),
            doing=f"the login with a token{self._whose()}",
            answers=answers if at_once else [first + b"\r\n", *answers],
        )

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
        answers: Sequence[bytes] = (),
    ) -> Command:
        """Sends one command and waits for its end. ``doing`` completes the sentence "it refused …".

        ``during`` runs between the server's go-ahead and our DONE (IDLE); no time limit holds then.
        A NO with the response code ``tolerate`` counts as OK. ``answers``: see :meth:`Protocol.begin`.
        """
        async with self._lock:
            command = await self._exchange(name, arguments, during, answers)
        result, text = command.result
        if result == "OK" or (result == "NO" and tolerate and syntax.response_code(text, tolerate) is not None):
            return command
        said = shown(text)
        for secret in self._hidden:
            said = said.replace(secret, "…")
        if result == "BAD":
            self._protocol.end("the server did not understand")
            # Some servers repeat the line that they did not understand.
            said = "" if name in ("LOGIN", "AUTHENTICATE") else f" ({said})"
            raise MailboxError(f"{self._where} did not understand {name}{said}; the connection was dropped")
        if any(syntax.response_code(text, code) is not None for code in _PASSING):
            raise MailboxError(f"{self._where} refused {doing} for now ({said}); it is tried again later")
        raise MailboxRefused(f"{self._where} refused {doing} ({said}); {self._remedy(name, text)}")

    def _remedy(self, name: str, text: bytes) -> str:
        if name == "AUTHENTICATE" and self.account.sign_in is not None:
            return f"check user, and that sign_in.{self.account.sign_in.name} may open this mailbox"
        remedies = (r for code, r in _REMEDIES.items() if syntax.response_code(text, code) is not None)
        default = "check user and password" if name == "LOGIN" else "check the account's folders and rights"
        return next(remedies, default)

    async def _exchange(
        self,
        name: str,
        arguments: tuple[Argument, ...],
        during: Callable[[], Awaitable[None]] | None,
        answers: Sequence[bytes],
    ) -> Command:
        """One command from its first octet to its tagged answer, within the time limits."""
        loop, protocol, timeout = asyncio.get_running_loop(), self._protocol, self.account.timeout
        try:
            async with asyncio.timeout(timeout) as deadline:
                last = loop.time() + timeout * PATIENCE
                protocol.on_data = lambda: deadline.reschedule(min(loop.time() + timeout, last))
                command = protocol.begin(name, arguments, answers)
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


def _tls(account: Account, now: float) -> ssl.SSLContext:
    imap_tls.slim_connections()
    try:
        return imap_tls.context(account.ca_file, now)
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
    return _words(syntax.response_code(command.result[1], b"CAPABILITY"))


def _words(code: Sequence[bytes] | None) -> frozenset[str]:
    return frozenset(word.decode("ascii", "replace").upper() for word in code or ())
