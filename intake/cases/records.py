# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger remembers of messages and cases: looking up, and writing down.

Each function takes an open connection and runs inside the caller's transaction
(:meth:`intake.cases.ledger.Ledger.write`), so that a message, its case, the decision and the outbox row become
durable together or not at all.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import keys
from intake.cases.case import Case
from intake.cases.tables import AnyRow, attempts, blocks, cases, mailboxes, messages, threads

MAX_THREAD_IDS = 100


# Statements are built once: for SQLAlchemy, building one costs more than SQLite needs to run it.
_CASE_BY_ID = sa.select(cases).where(cases.c.id == sa.bindparam("id"))
_CASE_BY_REFERENCE = sa.select(cases).where(cases.c.reference == sa.bindparam("reference"))
_THREADS = sa.select(threads).where(threads.c.key.in_(sa.bindparam("keys", expanding=True)))


def insertion(dialect: str, table: sa.Table) -> Any:
    """An INSERT that can say what to do about rows that are there already; only the dialect in use is loaded."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


@cache
def insert_new(dialect: str, table: sa.Table) -> sa.Insert:
    """Insert the rows whose keys are not there yet."""
    statement: sa.Insert = insertion(dialect, table).on_conflict_do_nothing()
    return statement


def as_case(row: AnyRow) -> Case:
    """A row of the table ``cases`` as a value."""
    return Case(
        row.id, row.reference, row.mailbox, row.queue, row.language, row.state,
        row.sender_key, row.opened_at, row.acknowledged_at,
    )  # fmt: skip


def case_by_reference(connection: Connection, wanted: str) -> Case | None:
    """The case with this reference (in its normal form)."""
    row = connection.execute(_CASE_BY_REFERENCE, {"reference": wanted}).first()
    return None if row is None else as_case(row)


def case_of_thread(connection: Connection, secret: bytes, message_ids: Iterable[str]) -> tuple[Case | None, str | None]:
    """The case that one of these Message-IDs belongs to, and who wrote that message; the last one named wins."""
    wanted = [keys.thread(secret, m) for m in message_ids if m][-MAX_THREAD_IDS:]
    if not wanted:
        return None, None
    known = {row.key: row for row in connection.execute(_THREADS, {"keys": wanted})}
    for key in reversed(wanted):
        if key in known:
            return as_case(connection.execute(_CASE_BY_ID, {"id": known[key].case_id}).one()), known[key].kind
    return None, None


def remember_thread(
    connection: Connection, secret: bytes, message_id: str, case_id: int, kind: str, now: dt.datetime
) -> None:
    """Remember that a Message-ID belongs to a case; the first case that used it keeps it."""
    row = {"key": keys.thread(secret, message_id), "kind": kind, "case_id": case_id, "at": now}
    connection.execute(insert_new(connection.dialect.name, threads), row)


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
    # The open cases are few. Asked for mailbox and folder, SQLite would begin with all that was ever filed there.
    query = (
        sa.select(messages.c.mailbox, messages.c.folder, sa.func.min(messages.c.target_uid))
        .join(cases, cases.c.id == messages.c.case_id)
        .where(cases.c.state == "open", messages.c.target_uid.is_not(None))
        .group_by(messages.c.mailbox, messages.c.folder)
    )
    rows = connection.execute(query)
    return {folder: uid for name, folder, uid in rows if name == mailbox and folder in folders}


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
