# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's mail server: one IMAP account and one SMTP port, in memory, on the loopback interface only.

What comes in by SMTP for the office's address lies in the account's INBOX, pushed to whoever waits there in IDLE;
what is for anybody else is outgoing mail and goes nowhere: it is handed to ``on_outgoing``. The server does to a
message what a mail server does at the last hop: Return-Path on top (RFC 5321 section 4.4), and a Received line
directly below the Authentication-Results that the message came with, where a server that writes both puts it
(RFC 8601 section 4.1 lets nothing below the topmost Received of a trusted server count as its results).

The account is pymap's in-memory one, the SMTP side is aiosmtpd. Ports are chosen by the kernel, the password is
made for each run.
"""

import asyncio
import datetime as dt
import functools
from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

HOST = "127.0.0.1"
NAME = "mail.musterstadt.example"
"""How the server calls itself in greetings and Received lines."""
SENT = "Sent"
"""The account's folder for what staff send."""
SIZE_LIMIT = 40 * 1024 * 1024
RECEIVED_ID = r"with ESMTP id (demo\d+) for"
"""Where the topmost Received line names the identifier that the server gave the message."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail for somebody else than the office, as it was handed over: envelope and octets."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class MailServer:
    """The running server; made by :meth:`start`, ended by :meth:`close`."""

    def __init__(
        self,
        inbox: MailboxData,
        addresses: Iterable[str],
        now: Callable[[], dt.datetime],
        on_outgoing: Callable[[Outgoing], None],
    ) -> None:
        self._inbox = inbox
        self._addresses = frozenset(address.lower() for address in addresses)
        self._now = now
        self._on_outgoing = on_outgoing
        self._servers: list[asyncio.Server] = []
        self._taken = 0

    @classmethod
    async def start(
        cls,
        user: str,
        password: str,
        addresses: Iterable[str],
        *,
        now: Callable[[], dt.datetime],
        on_outgoing: Callable[[Outgoing], None],
    ) -> Self:
        """Listen on two free ports. ``addresses``: whose mail is put into the account; ``now``: aware instants."""
        config = _Config(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=HOST, port=0, tls_enabled=False, hash_context=Cleartext(), reject_dnsbl=False,
            demo_data=False, demo_user=user, demo_password=password,
        )  # fmt: skip
        config.apply_context()
        login = Login(config)
        login.users_dict[user] = UserMetadata(config, user, password=password)
        folders = MailboxSet()
        await folders.add_mailbox(SENT)
        config.set_cache[user] = (folders, FilterSet())
        server = cls(await folders.get_mailbox("INBOX"), addresses, now, on_outgoing)
        imap = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
        smtp = functools.partial(
            SMTP, server, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, hostname=NAME, ident="demo",
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        server._servers.append(await asyncio.start_server(imap, HOST, 0))
        server._servers.append(await asyncio.get_running_loop().create_server(smtp, HOST, 0))
        return server

    @property
    def imap_port(self) -> int:
        """Where the account can be read."""
        return int(self._servers[0].sockets[0].getsockname()[1])

    @property
    def smtp_port(self) -> int:
        """Where mail is taken, incoming and outgoing."""
        return int(self._servers[1].sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no longer. Connections that are still open end with the event loop."""
        for server in self._servers:
            server.close()

    # The name is aiosmtpd's.
    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one mail: into the account, or as outgoing. For what :func:`place` finds in the reply, see there."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        sender = (
            (envelope.mail_from or "").removeprefix("<").removesuffix(">")
        )  # aiosmtpd keeps the null sender as "<>"
        ours = [address for address in envelope.rcpt_tos if address.lower() in self._addresses]
        others = tuple(address for address in envelope.rcpt_tos if address.lower() not in self._addresses)
        if others:
            self._on_outgoing(Outgoing(sender, others, raw))
        if not ours:
            return "250 2.0.0 taken"
        now = self._now()
        self._taken += 1
        name = f"demo{self._taken}"
        trace = f"from {session.host_name or HOST} by {NAME}\r\n with ESMTP id {name} for <{ours[0]}>"
        stamped = delivered(raw, sender, trace, now)
        message = await self._inbox.append(AppendMessage(stamped, now, frozenset()), recent=True)
        return f"250 2.0.0 {name} lies in INBOX as {message.uid}"


class _Config(Config):
    """pymap's settings, without a look into the DNS for the machine's own name."""

    @property
    def greeting(self) -> bytes:
        """The text of the first line."""
        return b"ready"


def place(reply: bytes) -> tuple[str, int]:
    """The identifier and the UID in INBOX that the server told when it took a message for the account."""
    words = reply.decode("ascii", "replace").split()
    return words[1], int(words[-1])


def delivered(raw: bytes, sender: str, trace: str, at: dt.datetime) -> bytes:
    """The message as the last hop leaves it: Return-Path on top, Received below its Authentication-Results."""
    top, rest = _split_results(raw)
    received = f"Received: {trace}; {format_datetime(at)}\r\n"
    return f"Return-Path: <{sender}>\r\n".encode() + top + received.encode() + rest


def _split_results(raw: bytes) -> tuple[bytes, bytes]:
    """The Authentication-Results fields that a message begins with, and everything after them."""
    end = 0
    while raw[end:].lower().startswith(b"authentication-results:"):
        end = _field_end(raw, end)
    return raw[:end], raw[end:]


def _field_end(raw: bytes, start: int) -> int:
    """Where the header field ends that begins at ``start``, its folded lines included."""
    end = start
    while True:
        newline = raw.find(b"\n", end)
        if newline < 0:
            return len(raw)
        end = newline + 1
        if raw[end : end + 1] not in (b" ", b"\t"):
            return end
