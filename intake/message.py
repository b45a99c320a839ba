# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes → message: an immutable value that every later decision reads; never raises on any input."""

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: display name (decoded, one line) and addr-spec (domain lower case); never empty."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Header:
    """One header field as it came, in order: name as written, value unfolded and decoded to text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf or container of the MIME tree; ``content_type`` and parameter names are lower case."""

    content_type: str
    parameters: tuple[tuple[str, str], ...] = ()
    attachment: bool = False
    filename: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """One recipient that a bounce reports as failed (RFC 3464 2.3): address and enhanced status code."""

    recipient: str
    status: str


@dataclass(frozen=True, slots=True)
class Message:
    """One incoming e-mail, parsed; read-only."""

    headers: tuple[Header, ...] = ()
    from_: tuple[Address, ...] = ()
    from_is_group: bool = False
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    recipients: tuple[str, ...] = ()
    """Addresses (lower case) in To, Cc, Bcc, Resent-To, Resent-Cc, Resent-Bcc; at most 1,000."""
    return_path: str | None = None
    """``None``: no Return-Path; ``""``: the null path ``<>`` (or ``<MAILER-DAEMON>``); else an address."""
    subject: str = ""
    """Decoded, one line, control characters removed, at most 500 characters."""
    message_id: str = ""
    """With angle brackets, or empty."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: dt.datetime | None = None
    """Aware, or ``None``."""
    parts: tuple[Part, ...] = ()
    text: str = ""
    """All readable text: text/plain parts, or HTML converted where there is no plain text; at most 64 Ki characters."""
    from_html: bool = False
    delivery_failures: tuple[DeliveryFailure, ...] = ()
    defects: tuple[str, ...] = field(default=())
    """What was wrong with the bytes, in words; empty for a sound message."""

    def all(self, name: str) -> tuple[str, ...]:
        """Every instance of a header, case-insensitively, top to bottom."""
        wanted = name.lower()
        return tuple(h.value for h in self.headers if h.name.lower() == wanted)


def parse(raw: bytes) -> Message:
    """The message in ``raw``: RFC 5322 bytes, perhaps broken, perhaps with the bodies of attachments left out."""
    raise NotImplementedError
