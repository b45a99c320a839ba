# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger remembers of messages and cases: looking up, and writing down.

Each function takes an open connection and runs inside the caller's transaction
(:meth:`intake.cases.ledger.Ledger.write`), so that a message, its case, the decision and the outbox row become
durable together or not at all.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import keys, reference
from intake.cases.case import Case, Known, Place
from intake.cases.ledger import held
from intake.cases.tables import AnyRow, attempts, blocks, cases, mailboxes, messages, outbox, seen, texts, threads

SAME_TEXT = dt.timedelta(hours=24)
USUAL_HOUR_DAYS = 28
MAX_THREAD_IDS = 100


def _case(row: AnyRow | None) -> Case | None:
    if row is None:
        return None
    return Case(
        row.id, row.reference, row.mailbox, row.queue, row.language, row.state,
        row.sender_key, row.opened_at, row.acknowledged_at,
    )  # fmt: skip


def case_by_reference(connection: Connection, wanted: str) -> Case | None:
    """The case with this reference (in its normal form)."""
    return _case(connection.execute(sa.select(cases).where(cases.c.reference == wanted)).first())


def case_of_thread(connection: Connection, secret: bytes, message_ids: Iterable[str]) -> tuple[Case | None, str | None]:
    """The case that one of these Message-IDs belongs to, and who wrote that message; the last one named wins."""
    wanted = [keys.thread(secret, m) for m in message_ids if m][-MAX_THREAD_IDS:]
    if not wanted:
        return None, None
    known = {row.key: row for row in connection.execute(sa.select(threads).where(threads.c.key.in_(wanted)))}
    for key in reversed(wanted):
        if key in known:
            row = connection.execute(sa.select(cases).where(cases.c.id == known[key].case_id)).first()
            return _case(row), known[key].kind
    return None, None


@dataclass(frozen=True, slots=True)
class Question:
    """By what to look a message up: everything :func:`look_up` needs, in clear only what is hashed at once."""

    mailbox: str
    sender: str
    message_ids: tuple[str, ...]
    """References and In-Reply-To, nearest last."""
    references: tuple[str, ...]
    """Case references found in subject and body."""
    identities: tuple[str, ...]
    text_key: str | None


def look_up(connection: Connection, secret: bytes, question: Question, now: dt.datetime) -> Known:
    """Everything known that could change what is done about a message."""
    sender_key = keys.sender(secret, question.sender) if question.sender else ""
    before = connection.execute(sa.select(seen).where(seen.c.key.in_(question.identities))).first()
    seen_case = case_by_reference(connection, before.reference) if before and before.reference else None
    same = None
    if question.text_key:
        same = connection.execute(
            sa.select(cases)
            .join(texts, texts.c.case_id == cases.c.id)
            .where(texts.c.key == question.text_key, texts.c.at > now - SAME_TEXT)
        ).first()
    own = foreign = None
    for wanted in question.references:
        case = case_by_reference(connection, wanted)
        if case is not None and case.sender_key == sender_key:
            own = own or case
        elif case is not None:
            foreign = foreign or case
    threaded, nearest = case_of_thread(connection, secret, question.message_ids)
    language = connection.execute(
        sa.select(cases.c.language).where(cases.c.sender_key == sender_key).order_by(cases.c.id.desc()).limit(1)
    ).scalar()
    return Known(
        seen=before is not None,
        seen_case=seen_case,
        same_text=_case(same),
        threaded=threaded,
        answers_clerk=nearest == "clerk",
        referenced=own,
        foreign=foreign,
        sender_count_24h=_sent_since(connection, outbox.c.recipient_key == sender_key, now - dt.timedelta(hours=24)),
        domain_count_1h=_sent_since(
            connection, outbox.c.domain_key == keys.domain(secret, question.sender), now - dt.timedelta(hours=1)
        ),
        mailbox_count_1h=_sent_since(connection, outbox.c.mailbox == question.mailbox, now - dt.timedelta(hours=1)),
        usual_hour=_usual_hour(connection, question.mailbox, now),
        hold=held(connection, question.mailbox),
        blocked=is_blocked(connection, sender_key, now),
        language_before=language,
    )


def _sent_since(connection: Connection, which: sa.ColumnElement[bool], since: dt.datetime) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(outbox)
        .where(which, outbox.c.kind == "acknowledgement", outbox.c.created_at > since)
    )
    return connection.execute(query).scalar_one()


def _usual_hour(connection: Connection, mailbox: str, now: dt.datetime) -> float:
    """Mean over the hours with any acknowledgement; the last hour itself does not count, it may be the storm."""
    hour = (
        sa.func.strftime("%Y%m%d%H", outbox.c.created_at)
        if connection.dialect.name == "sqlite"
        else sa.func.date_trunc("hour", outbox.c.created_at)
    )
    count, hours = connection.execute(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(hour))).where(
            outbox.c.mailbox == mailbox,
            outbox.c.kind == "acknowledgement",
            outbox.c.created_at > now - dt.timedelta(days=USUAL_HOUR_DAYS),
            outbox.c.created_at <= now - dt.timedelta(hours=1),
        )
    ).one()
    return count / hours if hours else 0.0


def open_case(
    connection: Connection,
    secret: bytes,
    random: Random,
    *,
    prefix: str,
    channel: str,
    mailbox: str,
    queue: str,
    language: str,
    sender: str,
    subject: str,
    now: dt.datetime,
) -> Case:
    """A new case with a reference that no other case has."""
    while True:
        new = reference.new(prefix, random)
        if case_by_reference(connection, new) is None:
            break
    connection.execute(
        cases.insert().values(
            reference=new, channel=channel, mailbox=mailbox, queue=queue, language=language, state="open",
            sender=sender or None, sender_key=keys.sender(secret, sender) if sender else None,
            subject=subject or None, opened_at=now, updated_at=now,
        )
    )  # fmt: skip
    case = case_by_reference(connection, new)
    if case is None:
        raise AssertionError("a row just inserted is there")
    return case


def touch_case(connection: Connection, case: Case, now: dt.datetime, *, reopen: bool) -> None:
    """Something happened in a case; with ``reopen`` a person wrote again, so that it waits for an answer."""
    values: dict[str, Any] = {"updated_at": now}
    if reopen:
        values |= {"state": "open", "answered_at": None}
    connection.execute(cases.update().where(cases.c.id == case.id).values(**values))


def insert_message(connection: Connection, place: Place, *, case: Case | None, now: dt.datetime, **columns: Any) -> int:
    """Record a message at its place; the caller names the decision's columns. Returns the row's id."""
    result = connection.execute(
        messages.insert().values(
            case_id=case.id if case else None, mailbox=place.mailbox, uidvalidity=place.uidvalidity, uid=place.uid,
            internal_date=place.internal_date, size=place.size, recorded_at=now, filing="pending", **columns,
        )
    )  # fmt: skip
    key = result.inserted_primary_key
    if key is None:
        raise AssertionError("an inserted row has a key")
    return int(key[0])


def remember(connection: Connection, identities: Iterable[str], case: Case | None, now: dt.datetime) -> None:
    """Remember that a message was recorded."""
    for key in identities:
        if connection.execute(sa.select(seen.c.key).where(seen.c.key == key)).first() is None:
            connection.execute(seen.insert().values(key=key, reference=case.reference if case else None, at=now))


def remember_text(connection: Connection, key: str, case: Case, now: dt.datetime) -> None:
    """Remember what was said, for the 24 hours in which saying it again joins the first case."""
    connection.execute(texts.delete().where(texts.c.key == key))
    connection.execute(texts.insert().values(key=key, case_id=case.id, at=now))


def remember_thread(
    connection: Connection, secret: bytes, message_id: str, case_id: int, kind: str, now: dt.datetime
) -> None:
    """Remember that a Message-ID belongs to a case; the first case that used it keeps it."""
    key = keys.thread(secret, message_id)
    if connection.execute(sa.select(threads.c.key).where(threads.c.key == key)).first() is None:
        connection.execute(threads.insert().values(key=key, kind=kind, case_id=case_id, at=now))


def answered(connection: Connection, case_id: int, at: dt.datetime) -> bool:
    """Note that staff answered a case; only the first answer after the person's last message counts."""
    changed = connection.execute(
        cases.update()
        .where(cases.c.id == case_id, cases.c.answered_at.is_(None))
        .values(state="answered", answered_at=at, updated_at=at)
    ).rowcount
    return changed > 0


def block(connection: Connection, key: str, status: str, now: dt.datetime, days: int) -> None:
    """Send nothing to an address any more for ``days`` days."""
    connection.execute(blocks.delete().where(blocks.c.key == key))
    connection.execute(blocks.insert().values(key=key, status=status, at=now, until=now + dt.timedelta(days=days)))


def is_blocked(connection: Connection, key: str, now: dt.datetime) -> bool:
    """Whether an address is blocked now."""
    query = sa.select(blocks.c.key).where(blocks.c.key == key, blocks.c.until > now)
    return connection.execute(query).first() is not None


def known_uids(connection: Connection, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    """Which of these UIDs are recorded."""
    found: set[int] = set()
    for start in range(0, len(uids), 500):
        query = sa.select(messages.c.uid).where(
            messages.c.mailbox == mailbox,
            messages.c.uidvalidity == uidvalidity,
            messages.c.uid.in_(uids[start : start + 500]),
        )
        found |= set(connection.execute(query).scalars())
    return found


def failed_attempt(connection: Connection, mailbox: str, uidvalidity: int, uid: int) -> int:
    """Count a failure to read one message; returns how many there were."""
    where = (attempts.c.mailbox == mailbox) & (attempts.c.uidvalidity == uidvalidity) & (attempts.c.uid == uid)
    count = (connection.execute(sa.select(attempts.c["count"]).where(where)).scalar() or 0) + 1
    if count == 1:
        connection.execute(attempts.insert().values(mailbox=mailbox, uidvalidity=uidvalidity, uid=uid, count=1))
    else:
        connection.execute(attempts.update().where(where).values(count=count))
    return count


def mailbox_row(connection: Connection, name: str) -> AnyRow | None:
    """What is known about a mailbox."""
    return connection.execute(sa.select(mailboxes).where(mailboxes.c.name == name)).first()


def update_mailbox(connection: Connection, name: str, /, **columns: Any) -> None:
    """Set columns of a mailbox, adding its row where it is new."""
    if connection.execute(mailboxes.update().where(mailboxes.c.name == name).values(**columns)).rowcount == 0:
        connection.execute(mailboxes.insert().values(name=name, **columns))


def open_targets(connection: Connection, mailbox: str, folders: Collection[str]) -> dict[str, int]:
    """For each queue folder, the lowest UID of a filed message of a case that still waits for an answer."""
    query = (
        sa.select(messages.c.folder, sa.func.min(messages.c.target_uid))
        .join(cases, cases.c.id == messages.c.case_id)
        .where(
            messages.c.mailbox == mailbox,
            messages.c.folder.in_(folders),
            messages.c.target_uid.is_not(None),
            cases.c.state == "open",
        )
        .group_by(messages.c.folder)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def answered_targets(
    connection: Connection, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int], now: dt.datetime
) -> int:
    """Mark the cases answered whose latest message, filed in this folder, carries ``\\Answered``; returns how many."""
    count = 0
    later = messages.alias()
    latest = sa.select(sa.func.max(later.c.id)).where(later.c.case_id == cases.c.id).correlate(cases).scalar_subquery()
    for start in range(0, len(uids), 500):
        query = (
            sa.select(messages.c.case_id)
            .join(cases, cases.c.id == messages.c.case_id)
            .where(
                messages.c.mailbox == mailbox,
                messages.c.folder == folder,
                messages.c.target_uidvalidity == uidvalidity,
                messages.c.target_uid.in_(uids[start : start + 500]),
                messages.c.id == latest,
                cases.c.state == "open",
            )
        )
        for case_id in connection.execute(query).scalars().all():
            count += answered(connection, case_id, now)
    return count
