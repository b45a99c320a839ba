# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger's tables.

What identifies a person stands in few columns (``cases.sender``, ``cases.subject``, ``messages.message_id``,
``messages.evidence``, ``outbox.recipient``, ``mails.raw``) so that :mod:`intake.cases.retention` can empty them;
everything that must be remembered longer than a person may be known is a keyed hash (:mod:`intake.cases.keys`).
Instants are stored in UTC.
"""

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, stored in UTC; SQLite keeps it as naive UTC text, PostgreSQL as timestamptz.

    A message brings about fifteen, most of them the same: the instant at which its block is recorded. So SQLite's text
    of the last ones is remembered, which takes a tenth of the time.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Any) -> Callable[[dt.datetime | None], Any]:
        """Naive instants are a programming error: refuse them."""
        return _as_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], dt.datetime | None]:
        """Always aware, always UTC."""
        return _from_text if dialect.name == "sqlite" else _in_utc


def _in_utc(value: dt.datetime | None) -> dt.datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("the ledger takes aware instants only")
    return value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)


@lru_cache(maxsize=256)
def _as_text(value: dt.datetime | None) -> str | None:
    utc = _in_utc(value)
    return None if utc is None else utc.isoformat(" ", "microseconds").removesuffix("+00:00")


def _from_text(value: str | None) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)


AnyRow: TypeAlias = sa.Row[*tuple[Any, ...]]
"""A row whose columns the reader names."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("uidvalidity", Integer),
    Column("first_uid", Integer, nullable=False, default=1),
    Column("backlog_below_uid", Integer, nullable=False, default=1),
    Column("started_at", Instant),
    Column("fetched_at", Instant),
    Column("problem", Text),
    Column("sent_uidvalidity", Integer),
    Column("sent_uidnext", Integer),
)
"""``first_uid``: messages below it are left alone (``first_start = "leave"``); ``backlog_below_uid``: messages
below it lay there before the first start and are never acknowledged (rule 19)."""

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sender", Text),
    Column("sender_key", Text, index=True),
    Column("subject", Text),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("acknowledged_at", Instant),
    Column("waiting_since", Instant),
    Column("answered_at", Instant),
    Column("closed_at", Instant),
    Index("cases_state", "state", "queue"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("mailbox", Text, nullable=False),
    Column("uidvalidity", Integer, nullable=False),
    Column("uid", Integer, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("sender_key", Text, index=True),
    Column("size", Integer, nullable=False),
    Column("internal_date", Instant),
    Column("recorded_at", Instant, nullable=False),
    Column("reply", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("evidence", sa.JSON, nullable=False),
    Column("folder", Text, nullable=False),
    Column("filing", Text, nullable=False),
    Column("filing_attempts", Integer, nullable=False, default=0),
    Column("filing_after", Instant),
    Column("target_uidvalidity", Integer),
    Column("target_uid", Integer),
    sa.UniqueConstraint("mailbox", "uidvalidity", "uid"),
    Index("messages_filing", "filing", "mailbox", "uidvalidity"),
    Index("messages_target", "mailbox", "folder", "target_uid"),
    Index("messages_size", "size"),
)
"""One message at one place, and what was decided about it; machine mail has no case, so ``sender_key`` is what leads to
its sender where one is to be forgotten. ``filing``: ``pending``,
``copying`` and ``copied`` (the fallback without MOVE), ``filed``, ``gone`` (a clerk was faster). A voicemail is a
message, too, at UIDVALIDITY 0 (which no folder has) of the filing mailbox: see :mod:`intake.cases.recordings`."""

seen = Table(
    "seen",
    metadata,
    Column("key", Text, primary_key=True),
    Column("reference", Text),
    Column("at", Instant, nullable=False),
)
"""Every message ever recorded, by its identity keys; kept longer than anything else. ``reference``: of its case."""

texts = Table(
    "texts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

"""Message-IDs of a case. ``kind``: ``person``, ``acknowledgement`` or ``clerk``, by who wrote the message."""

folders = Table(
    "folders",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uidvalidity", Integer, nullable=False),
    Column("uidnext", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
)
"""Up to where each queue folder was looked through for what staff moved there, and how many messages it held then."""

copies = Table(
    "copies",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uidvalidity", Integer, primary_key=True),
    Column("uid", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Messages that were copied into a queue folder while the original lay in ``source``: a move once that is gone."""

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("message_id", ForeignKey("messages.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False, index=True),
    Column("from_queue", Text, nullable=False),
    Column("to_queue", Text, nullable=False),
)
"""What staff moved from one queue's folder to another's, when it was noticed; never who did. What was taken for machine
mail has no case."""

recordings = Table(
    "recordings",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("caller", Text),
    Column("mailbox", Text),
    Column("language_chosen", Text),
    Column("file", Text, nullable=False),
    Column("seconds", sa.Float),
    Column("transcript", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Instant),
    Column("problem", Text),
)
"""What belongs to a message that was spoken. ``source``: the configured spool or sender it came from; ``name``: what it
is called there; ``caller``: number as given, empty if withheld; ``mailbox``: of the telephone system; ``file``: in the
private spool, empty once the message is filed; ``transcript``: how it was understood, see
:mod:`intake.voicemail.values`, never its words; ``problem``: why it could not be listened to the last time."""

attempts = Table(
    "attempts",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("uidvalidity", Integer, primary_key=True),
    Column("uid", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("source_id", ForeignKey("messages.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("mail_id", Text, nullable=False, unique=True),
    Column("envelope_sender", Text, nullable=False),
    Column("recipient", Text),
    Column("recipient_key", Text, nullable=False),
    Column("domain_key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("problem", Text),
    Column("copy", Text, nullable=False),
    Column("copy_after", Instant),
    Index("outbox_due", "state", "due_at"),
    Index("outbox_copy", "mailbox", "copy"),
    Index("outbox_recipient", "recipient_key", "created_at"),
    Index("outbox_domain", "domain_key", "created_at"),
    Index("outbox_mailbox", "mailbox", "created_at"),
)
"""``kind``: ``acknowledgement``, or to the queue's own address ``notification`` of a new case, or ``reminder`` of those
that wait too long, which goes out as one of the case that waits longest. ``state``: ``held``,
``queued``, ``sent``, ``failed``, ``dropped``. ``copy``: ``none``, ``waiting`` (not sent yet), ``pending``,
``appending``, ``done``."""

mails = Table(
    "mails",
    metadata,
    Column("outbox_id", ForeignKey("outbox.id"), primary_key=True),
    Column("raw", LargeBinary, nullable=False),
)
"""The mails of the outbox, to the byte, until they are sent and copied. Apart from it, because SQLite writes a whole
row again for each change of state."""

blocks = Table(
    "blocks",
    metadata,
    Column("key", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("mailbox", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("sentence", Text, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cause", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("german", Text, nullable=False),
    Column("english", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("posted_at", Instant),
    Index("notices_open", "cause", "subject", "closed_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
