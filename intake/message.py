# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes → message: an immutable value that every later decision reads; never raises on any input.

Everything here was written by a stranger, so the reader is our own: small, not recursive where the stranger
chooses the depth, and linear in the size of the input. The ``email`` package of the standard library descends
once per nested comment and per nested multipart, and is quadratic on some address lists; a mail made for that
would stop a mailbox. Each limit is a constant in ``parsing/limits.py``. What exceeds it is left out and named in
:attr:`Message.defects`; nothing is refused here.

What is decoded, and how, each reader in :mod:`intake.parsing` says for itself. Attachments may be missing from
the bytes: the daemon never fetches them.
"""

import datetime as dt
from dataclasses import dataclass, field

from intake.parsing.addresses import Address, addresses_in, return_path_of
from intake.parsing.headers import date_of, decoded, header_text, identifiers_of, one_line, split, values_of
from intake.parsing.limits import MAX_ADDRESSES, MAX_BODY_BYTES, MAX_SUBJECT
from intake.parsing.mime import DeliveryFailure, Part, Reader, joined

__all__ = ["Address", "DeliveryFailure", "Header", "Message", "Part", "parse"]


@dataclass(frozen=True, slots=True)
class Header:
    """One header field as it came, in order: name as written, value unfolded and decoded to text."""

    name: str
    value: str


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
    """All readable text: text/plain parts, or HTML converted where there is no plain text; at most 64 Ki
    characters.

    A quotation marked as such in HTML has ``> `` before each of its lines, as in plain text.
    """
    from_html: bool = False
    delivery_failures: tuple[DeliveryFailure, ...] = ()
    defects: tuple[str, ...] = field(default=())
    """What was wrong with the bytes, in words; empty for a sound message."""

    def all(self, name: str) -> tuple[str, ...]:
        """Every instance of a header, case-insensitively, top to bottom."""
        wanted = name.lower()
        return tuple(h.value for h in self.headers if h.name.lower() == wanted)


def parse(raw: bytes) -> Message:
    """The message in ``raw``: RFC 5322 bytes, perhaps broken, perhaps without the bodies of attachments.

    Raises nothing, whatever the bytes; takes at most about a second.
    """
    defects: dict[str, None] = {}
    fields, body, envelope = split(raw, defects)
    if len(body) > MAX_BODY_BYTES:
        body = body[:MAX_BODY_BYTES]
        defects["the body is longer than what is read"] = None
    reader = Reader(defects)
    texts = reader.read(fields, body, 0, "text/plain")
    text, from_html = joined(texts)

    from_: list[Address] = []
    group = False
    for value in values_of(fields, "from"):
        addresses, is_group = addresses_in(value)
        group = group or is_group
        from_ += [a for a in addresses if a not in from_]
    recipients: dict[str, None] = {}
    for name in ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"):
        for value in values_of(fields, name):
            for address in addresses_in(value)[0]:
                if "@" in address.address and len(recipients) < MAX_ADDRESSES:
                    recipients[address.address.lower()] = None
    senders = [a for value in values_of(fields, "sender") for a in addresses_in(value)[0]]
    identifiers = identifiers_of(fields, "message-id")
    return Message(
        headers=tuple(Header(name, header_text(name, value)) for name, value in fields),
        from_=tuple(from_),
        from_is_group=group,
        sender=senders[0] if senders else None,
        reply_to=tuple(a for value in values_of(fields, "reply-to") for a in addresses_in(value)[0])[:MAX_ADDRESSES],
        recipients=tuple(recipients),
        return_path=return_path_of(fields, envelope),
        subject=one_line(" ".join(decoded(v) for v in values_of(fields, "subject")[:1]))[:MAX_SUBJECT].strip(),
        message_id=identifiers[0] if identifiers else "",
        in_reply_to=identifiers_of(fields, "in-reply-to"),
        references=identifiers_of(fields, "references"),
        date=date_of(fields),
        parts=tuple(reader.parts),
        text=text,
        from_html=from_html,
        delivery_failures=tuple(reader.failures),
        defects=tuple(defects),
    )
