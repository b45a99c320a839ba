# SPDX-License-Identifier: GPL-3.0-or-later
"""Values: what the ledger knows, as the deciding functions see it. No function here touches a database."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """The durable record of one concern. ``state``: ``open``, ``answered`` or ``closed``."""

    id: int
    reference: str
    mailbox: str
    queue: str
    language: str
    state: str
    sender_key: str | None
    opened_at: dt.datetime
    acknowledged_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: mailbox, UIDVALIDITY and UID of its folder, and what the server says of it.

    ``backlog``: it lay there before the service's first start. ``internal_date``: aware. ``size``: octets.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    internal_date: dt.datetime | None
    size: int
    backlog: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows about one message and its sender; the default is a fresh ledger."""

    seen: bool = False
    """The same message was recorded before (perhaps in another mailbox)."""
    seen_case: Case | None = None
    same_text: Case | None = None
    """The same sender said the same within the last 24 hours."""
    threaded: Case | None = None
    """In-Reply-To or References name a message of this case."""
    answers_clerk: bool = False
    """The nearest known message that it points at was written by a clerk."""
    referenced: Case | None = None
    """Subject or body carry the reference of this case, and its sender is this sender."""
    foreign: Case | None = None
    """Subject or body carry the reference of this case, which belongs to another sender."""
    sender_count_24h: int = 0
    domain_count_1h: int = 0
    mailbox_count_1h: int = 0
    usual_hour: float = 0.0
    """Acknowledgements in a usual hour of this mailbox: the mean over the hours with any, of the last 28 days."""
    hold: str | None = None
    """The kind of hold on this mailbox's acknowledgements."""
    blocked: bool = False
    """The target was refused or bounced for good."""
    language_before: str | None = None
    """The language of this sender's latest case."""


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a person must see: a stable cause, what it is about (never an address), one sentence in each language."""

    cause: str
    subject: str
    german: str
    english: str
