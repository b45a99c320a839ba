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
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from intake.cases import keys, reference
from intake.cases.case import Case, Known, Place
from intake.cases.ledger import RESUMED, get_meta, held, put_meta
from intake.cases.tables import AnyRow, attempts, blocks, cases, mailboxes, messages, outbox, seen, texts, threads

SAME_TEXT = dt.timedelta(hours=24)
USUAL_HOUR_DAYS = 28
MAX_THREAD_IDS = 100


# Statements are built once: for SQLAlchemy, building one costs more than SQLite needs to run it.
_CASE_BY_ID = sa.select(cases).where(cases.c.id == sa.bindparam("id"))
_CASE_BY_REFERENCE = sa.select(cases).where(cases.c.reference == sa.bindparam("reference"))
_SEEN = sa.select(seen).where(seen.c.key.in_(sa.bindparam("keys", expanding=True))).limit(1)
_SAME_TEXT = (
    sa.select(cases)
    .join(texts, texts.c.case_id == cases.c.id)
    .where(texts.c.key == sa.bindparam("key"), texts.c.at > sa.bindparam("since"))
)
_THREADS = sa.select(threads).where(threads.c.key.in_(sa.bindparam("keys", expanding=True)))


def _sent_since(which: sa.ColumnElement[bool], since: str) -> sa.ScalarSelect[int]:
    sent = (which, outbox.c.kind == "acknowledgement", outbox.c.created_at > sa.bindparam(since))
    return sa.select(sa.func.count()).select_from(outbox).where(*sent).scalar_subquery()


_COUNTS = sa.select(
    _sent_since(outbox.c.recipient_key == sa.bindparam("sender_key"), "day").label("sender"),
    _sent_since(outbox.c.domain_key == sa.bindparam("domain_key"), "hour").label("domain"),
    _sent_since(outbox.c.mailbox == sa.bindparam("mailbox"), "storm").label("mailbox"),
    sa.select(cases.c.language)
    .where(cases.c.sender_key == sa.bindparam("sender_key"))
    .order_by(cases.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("language"),
    sa.exists(
        sa.select(blocks.c.key).where(blocks.c.key == sa.bindparam("sender_key"), blocks.c.until > sa.bindparam("now"))
    ).label("blocked"),
)
_UPDATE_TEXT = (
    texts.update()
    .where(texts.c.key == sa.bindparam("wanted"))
    .values(case_id=sa.bindparam("case"), at=sa.bindparam("now"))
)
_INSERT_TEXT = texts.insert()
_INSERT_CASE = cases.insert()
_INSERT_MESSAGE = messages.insert()


def _insert_new(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose keys are not there yet."""
    connection.execute(_INSERT_NEW[connection.dialect.name, table.name], rows)


_INSERT_NEW = {
    (dialect.dialect.name, table.name): dialect.insert(table).on_conflict_do_nothing()
    for dialect in (sqlite, postgresql)
    for table in (seen, threads)
}


def _case(row: AnyRow | None) -> Case | None:
    if row is None:
        return None
    return Case(
        row.id, row.reference, row.mailbox, row.queue, row.language, row.state,
        row.sender_key, row.opened_at, row.acknowledged_at,
    )  # fmt: skip


def case_by_reference(connection: Connection, wanted: str) -> Case | None:
    """The case with this reference (in its normal form)."""
    return _case(connection.execute(_CASE_BY_REFERENCE, {"reference": wanted}).first())


def case_of_thread(connection: Connection, secret: bytes, message_ids: Iterable[str]) -> tuple[Case | None, str | None]:
    """The case that one of these Message-IDs belongs to, and who wrote that message; the last one named wins."""
    wanted = [keys.thread(secret, m) for m in message_ids if m][-MAX_THREAD_IDS:]
    if not wanted:
        return None, None
    known = {row.key: row for row in connection.execute(_THREADS, {"keys": wanted})}
    for key in reversed(wanted):
        if key in known:
            row = connection.execute(_CASE_BY_ID, {"id": known[key].case_id}).first()
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
    before = connection.execute(_SEEN, {"keys": question.identities}).first()
    seen_case = case_by_reference(connection, before.reference) if before and before.reference else None
    same = None
    if question.text_key:
        same = connection.execute(_SAME_TEXT, {"key": question.text_key, "since": now - SAME_TEXT}).first()
    own = foreign = None
    for wanted in question.references:
        case = case_by_reference(connection, wanted)
        if case is not None and case.sender_key == sender_key:
            own = own or case
        elif case is not None:
            foreign = foreign or case
    threaded, nearest = case_of_thread(connection, secret, question.message_ids)
    counts = connection.execute(
        _COUNTS,
        {
            "sender_key": sender_key, "domain_key": keys.domain(secret, question.sender), "mailbox": question.mailbox,
            "now": now, "storm": _storm_since(connection, now), "hour": now - dt.timedelta(hours=1),
            "day": now - dt.timedelta(hours=24),
        },
    ).one()  # fmt: skip
    return Known(
        seen=before is not None,
        seen_case=seen_case,
        same_text=_case(same),
        threaded=threaded,
        answers_clerk=nearest == "clerk",
        referenced=own,
        foreign=foreign,
        sender_count_24h=counts.sender,
        domain_count_1h=counts.domain,
        mailbox_count_1h=counts.mailbox,
        usual_hour=_usual_hour(connection, question.mailbox, now),
        hold=held(connection, question.mailbox),
        blocked=counts.blocked,
        language_before=counts.language,
    )


def _storm_since(connection: Connection, now: dt.datetime) -> dt.datetime:
    """From when acknowledgements count towards the breaker: an hour ago, or since a person looked and resumed."""
    resumed = get_meta(connection, RESUMED)
    hour_ago = now - dt.timedelta(hours=1)
    return max(hour_ago, dt.datetime.fromisoformat(resumed)) if resumed else hour_ago


def _usual_hour(connection: Connection, mailbox: str, now: dt.datetime) -> float:
    """Mean over the hours with any acknowledgement, counted anew once an hour.

    The last hour itself does not count, it may be the storm.
    """
    this_hour = f"{now.astimezone(dt.UTC):%Y-%m-%dT%H}"
    known_for, _, known = (get_meta(connection, f"usual hour {mailbox}") or "").partition(" ")
    if known_for != this_hour:
        known = repr(_count_usual_hour(connection, mailbox, now))
        put_meta(connection, f"usual hour {mailbox}", f"{this_hour} {known}")
    return float(known)


def _count_usual_hour(connection: Connection, mailbox: str, now: dt.datetime) -> float:
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
    sender_key = keys.sender(secret, sender) if sender else None
    values = {
        "reference": new, "channel": channel, "mailbox": mailbox, "queue": queue, "language": language,
        "state": "open", "sender": sender or None, "sender_key": sender_key,
        "subject": subject or None, "opened_at": now, "updated_at": now, "waiting_since": now,
    }  # fmt: skip
    number = _inserted(connection.execute(_INSERT_CASE, values))
    return Case(number, new, mailbox, queue, language, "open", sender_key, now, None)


def _inserted(result: sa.CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    if key is None:
        raise AssertionError("an inserted row has a key")
    return int(key[0])


def touch_case(connection: Connection, case: Case, now: dt.datetime, *, reopen: bool) -> None:
    """Something happened in a case; with ``reopen`` a person wrote again, so that it waits for an answer."""
    values: dict[str, Any] = {"updated_at": now}
    if reopen:
        # Whoever writes again before an answer came has been waiting since the first time.
        waiting = cases.c.waiting_since
        since = sa.case((cases.c.state == "open", waiting), else_=sa.literal(now, waiting.type))
        values |= {"state": "open", "answered_at": None, "waiting_since": since}
    connection.execute(cases.update().where(cases.c.id == case.id).values(**values))


def insert_message(connection: Connection, place: Place, *, case: Case | None, now: dt.datetime, **columns: Any) -> int:
    """Record a message at its place; the caller names the decision's columns. Returns the row's id."""
    values = {
        "case_id": case.id if case else None, "mailbox": place.mailbox, "uidvalidity": place.uidvalidity,
        "uid": place.uid, "internal_date": place.internal_date, "size": place.size, "recorded_at": now,
        "filing": "pending", **columns,
    }  # fmt: skip
    return _inserted(connection.execute(_INSERT_MESSAGE, values))


def remember(connection: Connection, identities: Iterable[str], case: Case | None, now: dt.datetime) -> None:
    """Remember that a message was recorded."""
    reference_of = case.reference if case else None
    _insert_new(connection, seen, [{"key": key, "reference": reference_of, "at": now} for key in identities])


def remember_text(connection: Connection, key: str, case: Case, now: dt.datetime) -> None:
    """Remember what was said, for the 24 hours in which saying it again joins the first case."""
    row = {"key": key, "case_id": case.id, "at": now}
    if connection.execute(_UPDATE_TEXT, {"wanted": key, "case": case.id, "now": now}).rowcount == 0:
        connection.execute(_INSERT_TEXT, row)


def remember_thread(
    connection: Connection, secret: bytes, message_id: str, case_id: int, kind: str, now: dt.datetime
) -> None:
    """Remember that a Message-ID belongs to a case; the first case that used it keeps it."""
    row = {"key": keys.thread(secret, message_id), "kind": kind, "case_id": case_id, "at": now}
    _insert_new(connection, threads, [row])


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
