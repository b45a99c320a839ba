# SPDX-License-Identifier: GPL-3.0-or-later
"""The one relay: hands a finished mail over by SMTP, and says exactly what became of it.

Transport without policy; the only file that knows aiosmtplib, which opens the connection and signs in; the mails then
go over it by :mod:`intake.servers.smtp_dialogue`. What the caller must be able to tell apart:

* *refused* (5xx about this mail or this recipient): final;
* *deferred* (4xx, network, time-out): the relay has not taken the mail, so it may be offered again;
* *unknown*: the connection was lost after the final dot and before the reply (RFC 5321 4.5.3.2.6, RFC 1047).
  The relay may have the mail. This moment is kept as short as it can be: the whole text is handed to the
  network first, and only then the final dot, so that a cut during the text is a plain deferral.

What is the administrator's to repair (login, certificate, STARTTLS, a relay that refuses our sender) is
deferred, never refused: no acknowledgement is lost, and no person's address is blamed, for a setting that can
be corrected.

An address goes onto the wire byte for byte as given, or not at all: no parser of display names or comments
stands between (RFC 5321 4.1.2), and whatever could end a command or a path is refused. A reply of the relay
often repeats the recipient's address, so its text never enters an error: only code and enhanced status do.
"""

import asyncio
import contextlib
import logging
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

import aiosmtplib

from intake.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown, SignInError
from intake.servers.sasl import Tokens, answer_to_challenge, choose, first_message
from intake.servers.smtp_dialogue import Dialogue, Garbled, Reply

IDLE_SECONDS = 60.0
"""A connection idle for longer is closed instead of used again; Postfix hangs up after 300 s."""

FINAL_REPLY_SECONDS = 600.0
"""RFC 5321 4.5.3.2.6: a relay may scan for ten minutes after the final dot; impatience duplicates."""

MAX_ADDRESS = 320
"""64 + 1 + 255 characters: RFC 5321 4.5.3.1."""

_QUIT_SECONDS = 5.0
_AUTH_NEEDED = frozenset({530, 534, 535, 538})
_LINE_END = re.compile(rb"\r\n?|\n")
_STATUS = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Relay:
    """How to reach the relay. ``timeout``: seconds for one reply; ``helo``: our name, else the host's."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout: float = 30.0
    helo: str | None = None
    max_messages: int = 50
    final_timeout: float = FINAL_REPLY_SECONDS
    """Seconds to wait for the reply to the final dot."""
    sign_in: Tokens | None = None
    """Where tokens come from that stand for the password."""

    @property
    def name(self) -> str:
        """``host:port``, as errors name it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Probe:
    """What the relay can do: delivery status notifications, UTF-8 addresses, the empty sender ``<>``."""

    dsn: bool
    smtputf8: bool
    null_sender: bool


def address_is_safe(address: str) -> bool:
    """True if ``address`` can stand between angle brackets in a command and means one mailbox there."""
    local, at, domain = address.rpartition("@")
    return (
        bool(local and at and domain)
        and len(address) <= MAX_ADDRESS
        and address.isprintable()
        and not any(c in " <>" for c in address)
    )


def wire_format(raw: bytes) -> bytes:
    """``raw`` as it goes onto the wire before the final dot: CRLF only, dots doubled (RFC 5321 4.5.2).

    A lone CR or LF would be a line end to one server and not to the next, which is how a second mail is
    smuggled inside a first; after this there are none.
    """
    text = raw
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):  # ours are right already
        text = _LINE_END.sub(b"\r\n", raw)
    if not text.endswith(b"\r\n"):
        text += b"\r\n"
    return b".." + text[1:].replace(b"\n.", b"\n..") if text.startswith(b".") else text.replace(b"\n.", b"\n..")


def enhanced_status(code: int, text: str) -> str | None:
    """The enhanced status code (RFC 3463) at the beginning of a reply, if it is of the reply's own class."""
    match = _STATUS.match(text)
    return match.group(0) if match and match.group(1) == str(code // 100) else None


async def _at_once() -> None:
    """Nothing to wait for."""


class Sender:
    """Sends through one relay, one mail at a time, over a connection that is used again while it is fresh.

    ``clock`` gives seconds that only grow; it decides nothing but whether an idle connection is used again.
    """

    def __init__(self, relay: Relay, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._relay = relay
        self._clock = clock
        self._lock = asyncio.Lock()
        self._smtp: aiosmtplib.SMTP | None = None
        self._dialogue: Dialogue | None = None
        self._sent = 0
        self._last_used = 0.0

    async def send(
        self, raw: bytes, *, sender: str, recipient: str, before_end: Callable[[], Awaitable[None]] = _at_once
    ) -> None:
        """Hands ``raw`` (RFC 5322) to the relay for one recipient; ``sender`` "" is the null sender ``<>``.

        ``before_end`` is awaited before the final dot; if it raises, the mail was not handed over.

        Returns once the relay has answered the final dot with 250. Raises :class:`DeliveryRefused`,
        :class:`DeliveryDeferred` or :class:`DeliveryUnknown`; no message names the recipient. If the caller
        is cancelled the connection is dropped at once.
        """
        if not address_is_safe(recipient):
            raise DeliveryRefused("the recipient is not an address that can be sent to", status="5.1.3")
        if sender and not address_is_safe(sender):
            raise DeliveryRefused("the sender is not an address that can be sent from", status="5.1.7")
        if b"\0" in raw:
            raise DeliveryRefused("the mail contains a NUL byte, which SMTP forbids", status="5.6.0")
        text = wire_format(raw)
        async with self._lock:
            try:
                reused = await self._fresh_or_connect()
                try:
                    await self._transaction(text, sender, recipient, before_end)
                except _ConnectionLost:
                    if not reused:
                        raise
                    # The relay had closed the idle connection; it took nothing, so once more on a new one.
                    self._drop()
                    await self._connect()
                    await self._transaction(text, sender, recipient, before_end)
            except (DeliveryRefused, _Reply):
                await self._reset()
                raise
            except BaseException:
                self._drop()
                raise
            self._last_used = self._clock()

    async def probe(self, *, own_address: str) -> Probe:
        """What the relay can do, tried without sending: ``MAIL FROM:<>``, ``RCPT TO`` our address, ``RSET``.

        Raises :class:`DeliveryDeferred` where it cannot be reached, refuses the login, or puts us off.
        """
        if not address_is_safe(own_address):
            raise DeliveryRefused("our own address is not an address that can be sent to", status="5.1.3")
        async with self._lock:
            try:
                await self._fresh_or_connect()
                smtp, _ = self._connected()
                dsn, utf8 = smtp.supports_extension("dsn"), smtp.supports_extension("smtputf8")
                accepted = await self._accepts_null_sender(own_address, utf8)
            except BaseException:
                self._drop()
                raise
            await self._reset()
            self._last_used = self._clock()
            return Probe(dsn=dsn, smtputf8=utf8, null_sender=accepted)

    async def close(self) -> None:
        """Says QUIT and closes the connection, if there is one; never raises for a relay that is gone."""
        async with self._lock:
            await self._quit()

    # ── connection ──────────────────────────────────────────────────────────────────────────────

    def _connected(self) -> tuple[aiosmtplib.SMTP, Dialogue]:
        if self._smtp is None or self._dialogue is None or not self._dialogue.is_open:
            raise _ConnectionLost(f"the relay {self._relay.name} closed the connection; the mail is tried again")
        return self._smtp, self._dialogue

    async def _fresh_or_connect(self) -> bool:
        """A usable connection. True if it is one that was used before."""
        if self._dialogue is not None:
            stale = self._clock() - self._last_used >= IDLE_SECONDS
            if self._dialogue.is_open and not stale and self._sent < self._relay.max_messages:
                return True
            await self._quit()
        await self._connect()
        return False

    async def _connect(self) -> None:
        relay = self._relay
        # Before the connection: a source that gives no token costs the relay nothing.
        token = await self._token()
        context = None if relay.security == "none" else await self._tls_context()
        step = "connecting"
        try:
            smtp = aiosmtplib.SMTP(
                hostname=relay.host,
                port=relay.port,
                local_hostname=relay.helo,
                timeout=relay.timeout,
                use_tls=relay.security == "tls",
                start_tls=False,
                tls_context=context,
            )
            self._smtp, self._sent = smtp, 0
            # Each reply has its own limit; this one bounds the host-name lookup as well.
            async with asyncio.timeout(relay.timeout * 6):
                await smtp.connect()
                await smtp.ehlo()
                if relay.security == "starttls":
                    if not smtp.supports_extension("starttls"):
                        raise DeliveryDeferred(
                            f"the relay {relay.name} does not offer STARTTLS; "
                            'set smtp.security = "tls" with port 465, or switch STARTTLS on at the relay'
                        )
                    await smtp.starttls()
                    await smtp.ehlo()
                if relay.user:
                    step = "signing in"
                    if relay.sign_in is None:
                        await self._sign_in(smtp)
                    else:
                        await self._sign_in_with_token(smtp, token)
            if not isinstance(smtp.transport, asyncio.Transport):
                raise aiosmtplib.SMTPServerDisconnected("Connection lost")
            self._dialogue = Dialogue(smtp.transport)
            smtp.transport.set_protocol(self._dialogue)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            self._drop()
            raise DeliveryDeferred(self._connection_problem(error, step)) from None

    async def _tls_context(self) -> ssl.SSLContext:
        # Built anew for each connection: a renewed CA file counts without a restart. Reading it may block.
        ca_file = self._relay.ca_file
        try:
            return await asyncio.to_thread(ssl.create_default_context, cafile=ca_file and str(ca_file))
        except OSError as error:
            reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
            raise DeliveryDeferred(f"smtp.ca_file {ca_file} cannot be used ({reason}); correct it") from None

    async def _sign_in(self, smtp: aiosmtplib.SMTP) -> None:
        """One attempt with one method: three with a wrong password are three steps towards a lock-out."""
        relay = self._relay
        methods = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
        for name, method in methods.items():
            if name in smtp.server_auth_methods:
                await method(relay.user, relay.password)
                return
        raise DeliveryDeferred(
            f"the relay {relay.name} offers no sign-in with a password; "
            "remove smtp.user if none is needed, or switch AUTH PLAIN on at the relay"
        )

    async def _token(self, refused: str = "") -> str:
        relay = self._relay
        if relay.sign_in is None:
            return ""
        try:
            return await relay.sign_in.token(refused)
        except SignInError as error:
            raise DeliveryDeferred(f"the relay {relay.name}: {error}") from None

    async def _sign_in_with_token(self, smtp: aiosmtplib.SMTP, token: str) -> None:
        """With the best mechanism offered; if the token is refused, once more with another one, if there is one."""
        mechanism = choose(smtp.server_auth_methods)
        if not mechanism:
            raise DeliveryDeferred(
                f"the relay {self._relay.name} offers neither OAUTHBEARER nor XOAUTH2; switch one on there, "
                "or use a password instead of smtp.sign_in"
            )
        reply = await self._authenticate(smtp, mechanism, token)
        if reply.code // 100 == 5:
            other = await self._token(token)
            if other != token:
                reply = await self._authenticate(smtp, mechanism, other)
        if reply.code != 235:
            raise aiosmtplib.SMTPAuthenticationError(reply.code, "")

    async def _authenticate(self, smtp: aiosmtplib.SMTP, mechanism: str, token: str) -> aiosmtplib.SMTPResponse:
        """AUTH (RFC 4954) to its end: a refusal comes after a challenge that must be answered."""
        relay = self._relay
        first = first_message(mechanism, user=relay.user, token=token, host=relay.host, port=relay.port)
        reply = await smtp.execute_command(b"AUTH", mechanism.encode("ascii"), first)
        if reply.code == 334:
            reply = await smtp.execute_command(answer_to_challenge(mechanism))
        return reply

    def _connection_problem(self, error: BaseException, step: str) -> str:
        """One sentence for the administrator: which relay, what happened, what to do."""
        name = self._relay.name
        chain = [error]
        while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 8:
            chain.append(cause)
        for link in chain:
            if isinstance(link, ssl.SSLCertVerificationError):
                why = link.verify_message.rstrip(".")
                return (
                    f"the certificate of the relay {name} is not accepted ({why}); renew it, "
                    "write smtp.host as the certificate names it, or give its issuer in smtp.ca_file"
                )
        for link in chain:
            if isinstance(link, ssl.SSLError):
                return (
                    f"the relay {name} does not speak TLS as expected; check smtp.port and smtp.security "
                    '(465 goes with "tls", 587 with "starttls")'
                )
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            if 400 <= error.code < 500:
                return f"the relay {name} cannot check the login now ({error.code}); the mail is tried again"
            if self._relay.sign_in is not None:
                may = f"that sign_in.{self._relay.sign_in.name} may send for it"
                return f"the relay {name} refused the login with a token ({error.code}); check smtp.user, and {may}"
            return f"the relay {name} refused the login ({error.code}); check smtp.user and its password"
        if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
            return f"the relay {name} turned the connection away ({error.code}); allow this host at the relay"
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return f"what answers at {name} is no mail relay; check smtp.host and smtp.port"
        if any(isinstance(link, TimeoutError) for link in chain):
            return f"the relay {name} did not answer in time while {step}; check smtp.host, smtp.port and the firewall"
        if isinstance(error, ValueError):
            return f"the name or login for the relay {name} holds characters that cannot be sent; correct [smtp]"
        return f"the relay {name} cannot be reached; check smtp.host, smtp.port, smtp.security and that it is running"

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = self._dialogue = None

    async def _quit(self) -> None:
        try:
            if self._dialogue is not None and self._dialogue.is_open:
                with contextlib.suppress(OSError, Garbled):
                    self._dialogue.ask(b"QUIT")
                    await self._dialogue.reply(min(_QUIT_SECONDS, self._relay.timeout))
        finally:
            self._drop()

    async def _reset(self) -> None:
        """Back to the state before MAIL, so that the connection can be used again; else it is dropped."""
        if self._dialogue is None:
            return
        try:
            self._dialogue.ask(b"RSET")
            healthy = (await self._dialogue.reply(self._relay.timeout)).code == 250
        except (Garbled, OSError):
            healthy = False
        except BaseException:
            self._drop()
            raise
        if healthy:
            self._last_used = self._clock()
        else:
            self._drop()

    # ── transaction ─────────────────────────────────────────────────────────────────────────────

    async def _transaction(
        self, text: bytes, sender: str, recipient: str, before_end: Callable[[], Awaitable[None]]
    ) -> None:
        smtp, dialogue = self._connected()
        self._sent += 1
        mail_options, recipient = self._options(smtp, text, sender, recipient)
        rcpt_options = []
        if smtp.supports_extension("dsn"):
            rcpt_options = [b"NOTIFY=FAILURE" if sender else b"NOTIFY=NEVER"]
        commands = [
            b" ".join((b"MAIL", f"FROM:<{sender}>".encode(), *mail_options)),
            b" ".join((b"RCPT", f"TO:<{recipient}>".encode(), *rcpt_options)),
            b"DATA",
        ]
        together = smtp.supports_extension("pipelining")
        if together:
            self._ask(dialogue, *commands)
        try:
            for command, judge in zip(commands, (self._judge_mail, self._judge_rcpt, self._judge_data), strict=True):
                if not together:
                    self._ask(dialogue, command)
                judge(*await self._reply(dialogue, command), sender)
        except (DeliveryRefused, _Reply):
            while dialogue.awaited:
                # DATA was asked for already: a relay that took it waits for a text, which it does not get.
                if (await self._reply(dialogue, b"DATA"))[0] == 354:
                    self._drop()
                    break
            raise
        await self._write(dialogue, text)
        await before_end()
        code, status = await self._final_dot(dialogue)
        if code // 100 != 2:
            self._raise_reply(code, status, "the mail")

    def _judge_mail(self, code: int, status: str | None, sender: str) -> None:
        if code // 100 != 2:
            self._sender_refused(code, status, sender)

    def _judge_rcpt(self, code: int, status: str | None, _sender: str) -> None:
        if code // 100 != 2:
            self._raise_reply(code, status, "the recipient")

    def _judge_data(self, code: int, status: str | None, _sender: str) -> None:
        if code != 354:
            self._raise_reply(code, status, "the mail")

    def _options(self, smtp: aiosmtplib.SMTP, text: bytes, sender: str, recipient: str) -> tuple[list[bytes], str]:
        """MAIL's parameters, and the recipient as the relay can take it (RFC 6152, 6531, 1870)."""
        options: list[bytes] = []
        utf8_offered = smtp.supports_extension("smtputf8")
        if not utf8_offered and not recipient.isascii():
            recipient = _with_ascii_domain(recipient)
        headers = text.partition(b"\r\n\r\n")[0]
        if not (sender.isascii() and recipient.isascii() and headers.isascii()):
            if not utf8_offered:
                raise DeliveryRefused(
                    f"the address needs SMTPUTF8, which the relay {self._relay.name} does not offer",
                    status="5.6.7",
                )
            options.append(b"SMTPUTF8")
        if not text.isascii():
            if not smtp.supports_extension("8bitmime"):
                raise DeliveryRefused(
                    f"the mail has 8-bit text, which the relay {self._relay.name} does not take",
                    status="5.6.3",
                )
            options.append(b"BODY=8BITMIME")
        if smtp.supports_extension("size"):
            options.append(b"SIZE=%d" % len(text))
        return options, recipient

    def _ask(self, dialogue: Dialogue, *commands: bytes) -> None:
        try:
            dialogue.ask(*commands)
        except OSError:
            raise self._broken_off() from None

    async def _reply(self, dialogue: Dialogue, command: bytes) -> tuple[int, str | None]:
        """Code and enhanced status of the next reply. Raises :class:`DeliveryDeferred` if none comes."""
        try:
            reply = await dialogue.reply(self._relay.timeout)
        except TimeoutError:
            raise DeliveryDeferred(
                f"the relay {self._relay.name} did not answer in time; the mail is tried again"
            ) from None
        except OSError:
            raise self._broken_off() from None
        except Garbled:
            raise DeliveryDeferred(
                f"the relay {self._relay.name} gave an answer that is not SMTP; the mail is tried again"
            ) from None
        _log.debug("relay answered %s with %d %s", command[:4].decode(), reply.code, reply.text)
        if reply.code == 421:
            raise _ConnectionLost(
                f"the relay {self._relay.name} is closing its connections (421); the mail is tried again"
            )
        return _judged(reply)

    def _broken_off(self) -> "_ConnectionLost":
        return _ConnectionLost(
            f"the relay {self._relay.name} broke off before it had the mail; the mail is tried again"
        )

    async def _write(self, dialogue: Dialogue, text: bytes) -> None:
        """The text without the final dot, and wait until the network has all of it.

        The dot is not written before that, so whatever breaks here happened before it.
        """
        try:
            await dialogue.send(text, self._relay.timeout)
        except TimeoutError:
            raise DeliveryDeferred(
                f"the relay {self._relay.name} stopped taking the mail before its end; it is tried again"
            ) from None
        except (OSError, Garbled):
            raise self._broken_off() from None

    async def _final_dot(self, dialogue: Dialogue) -> tuple[int, str | None]:
        """Sends the final dot. Once it is written, anything but a reply is :class:`DeliveryUnknown`."""
        self._ask(dialogue, b".")
        try:
            reply = await dialogue.reply(self._relay.final_timeout)
        except (OSError, Garbled):
            raise DeliveryUnknown(
                f"the relay {self._relay.name} broke off after the end of the mail, so it may have it; "
                "the same mail is sent again with the same Message-ID"
            ) from None
        _log.debug("relay answered the mail with %d %s", reply.code, reply.text)
        return _judged(reply)

    async def _accepts_null_sender(self, own_address: str, utf8: bool) -> bool:
        options = [] if own_address.isascii() or not utf8 else [b"SMTPUTF8"]
        path = own_address if utf8 else _with_ascii_domain(own_address)
        _, dialogue = self._connected()
        for words in ((b"MAIL", b"FROM:<>", *options), (b"RCPT", f"TO:<{path}>".encode())):
            self._ask(dialogue, b" ".join(words))
            code, status = await self._reply(dialogue, words[0])
            if code // 100 == 4 or code in _AUTH_NEEDED:
                self._raise_reply(code, status, "the empty sender")
            if code // 100 != 2:
                return False
        return True

    def _sender_refused(self, code: int, status: str | None, sender: str) -> NoReturn:
        """5xx to MAIL: about this mail only where the relay says so (size, content); else a setting."""
        about_mail = code == 552 or (status or "").startswith(("5.2.3", "5.3.4", "5.6."))
        if code // 100 != 5 or about_mail or code in _AUTH_NEEDED:
            self._raise_reply(code, status, "the mail")
        whose = "the address in smtp.bounce_address" if sender else "the empty sender"
        remedy = "allow it at the relay or change that address" if sender else "allow it or set smtp.bounce_address"
        raise _Reply(f"the relay {self._relay.name} refuses {whose} ({_shown(code, status)}); {remedy}")

    def _raise_reply(self, code: int, status: str | None, what: str) -> NoReturn:
        shown, name = _shown(code, status), self._relay.name
        if code in _AUTH_NEEDED and self._relay.sign_in is not None:
            raise _ConnectionLost(f"the relay {name} wants a new login ({shown}); the mail is tried again")
        if code in _AUTH_NEEDED:
            raise _Reply(
                f"the relay {name} wants a login or encryption first ({shown}); set smtp.user and smtp.security"
            )
        if code // 100 == 5:
            raise DeliveryRefused(
                f"the relay {name} refused {what} for good ({shown}); it is not tried again", status=status
            )
        if code // 100 == 4:
            raise _Reply(f"the relay {name} put off {what} for now ({shown}); the mail is tried again")
        raise DeliveryDeferred(f"the relay {name} gave an answer out of place ({shown}); the mail is tried again")


class _ConnectionLost(DeliveryDeferred):
    """Lost before the final dot: on a connection that had been idle, worth one new one at once."""


class _Reply(DeliveryDeferred):
    """The relay answered in an orderly way: the connection can be used again after RSET."""


def _judged(reply: Reply) -> tuple[int, str | None]:
    return reply.code, enhanced_status(reply.code, reply.text)


def _shown(code: int, status: str | None) -> str:
    return f"{code} {status}" if status else str(code)


def _with_ascii_domain(address: str) -> str:
    """The address with its domain as A-labels, or unchanged where that might mean another domain.

    The codec is IDNA 2003, which turns ``ß`` into ``ss``: another domain, another recipient. Hence the check.
    """
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        same = ascii_domain.encode("ascii").decode("idna") == domain.lower()
    except UnicodeError:
        return address
    return f"{local}@{ascii_domain}" if same else address
