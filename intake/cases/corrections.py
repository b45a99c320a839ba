# SPDX-License-Identifier: GPL-3.0-or-later
"""Corrections: what staff moved from one queue's folder to another's, as the ledger knows it.

A message found in a queue folder is one that lay elsewhere if size and Message-ID are the same; where it has no
Message-ID, size and INTERNALDATE (which MOVE and COPY preserve, and a client that appends the message anew does not).
It was moved if it is gone from where the ledger has it, or marked ``\\Deleted`` there, which is how a client moves
that knows no MOVE. While the original lies where it was, it is a copy, and is looked at again when the original may
have gone.

Every move is a row, also the one back: ``intake case`` tells what happened. In figures a message counts once in a
period, from where it lay first to where it lay last, and not at all if that is the same: a slip of the hand that was
undone says nothing about the rules. Where the queue stays the same (a folder made anew, or called otherwise), the
ledger only learns the new place. A move changes the case's queue, so that what the person writes next goes there; it
is no event of the person's, so that it does not lengthen how long the person is known.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.tables import AnyRow, cases, copies, corrections, folders, messages

COPY_DAYS = 7
"""How long a copy is remembered: who deletes the original later than that has not moved a message."""
_ASKED_AT_ONCE = 500
"""Values in one IN list."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a queue folder was looked through, and how many messages it held then."""

    uidvalidity: int
    uidnext: int
    messages: int


@dataclass(frozen=True, slots=True)
class Find:
    """A message in a queue folder that the service did not put there. ``internal_date``: aware."""

    folder: str
    uidvalidity: int
    uid: int
    message_id: str
    size: int
    internal_date: dt.datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A recorded message that a find may be: where the ledger has it, and by what it is known again."""

    id: int
    case_id: int | None
    queue: str
    folder: str
    uidvalidity: int | None
    uid: int | None
    """Where it lies: in its queue folder or, ``unfiled``, still in the folder that is watched; ``None``: nowhere."""
    unfiled: bool
    message_id: str
    size: int
    internal_date: dt.datetime | None

    def is_like(self, find: Find) -> bool:
        """Whether the two are the same message."""
        same = (self.message_id, self.size) == (find.message_id, find.size)
        return same and (bool(find.message_id) or self.internal_date == find.internal_date)


@dataclass(frozen=True, slots=True)
class Move:
    """A recorded message that lies somewhere else now."""

    known: Known
    find: Find


@dataclass(frozen=True, slots=True)
class Copy:
    """A find whose original still lay in ``source``: a queue folder, or empty for the folder that is watched."""

    folder: str
    uidvalidity: int
    uid: int
    source: str
    at: dt.datetime


def match(finds: Iterable[Find], known: Sequence[Known], standing: Collection[int]) -> tuple[list[Move], list[Move]]:
    """Which finds are messages that were moved, and which are copies of messages that stand where they were.

    ``standing``: ids of those that do. Each message is moved once, and each find is one message. Two messages may be
    alike, a mail that came twice; the one of the same folder, the same date, recorded last is the likeliest.
    """
    alike: dict[tuple[int, str], list[Known]] = {}
    for one in known:
        alike.setdefault((one.size, one.message_id), []).append(one)
    moved: list[Move] = []
    places = {(k.folder, k.uidvalidity, k.uid) for k in known if not k.unfiled}
    taken, left = set(standing), [f for f in finds if (f.folder, f.uidvalidity, f.uid) not in places]
    # Those that lie in the folder that the ledger names come first: only their UID was not known.
    for at_home in (True, False):
        rest = []
        for find in left:
            free = [
                k for k in alike.get((find.size, find.message_id), ())
                if k.id not in taken and k.is_like(find) and (k.folder == find.folder or not at_home)
            ]  # fmt: skip
            if free:
                best = max(free, key=lambda k: (k.internal_date == find.internal_date, k.id))
                taken.add(best.id)
                moved.append(Move(best, find))
            else:
                rest.append(find)
        left = rest
    originals = ((next((k for k in alike.get((f.size, f.message_id), ()) if k.is_like(f)), None), f) for f in left)
    return moved, [Move(original, find) for original, find in originals if original is not None]


# -- what is known


def marks(connection: Connection, mailbox: str) -> dict[str, Mark]:
    """Queue folder → up to where it was looked through."""
    rows = connection.execute(sa.select(folders).where(folders.c.mailbox == mailbox))
    return {row.folder: Mark(row.uidvalidity, row.uidnext, row.messages) for row in rows}


def filed_from(connection: Connection, mailbox: str, folder: str, mark: Mark) -> set[int]:
    """UIDs in a folder, from a mark on, of messages that the ledger has there."""
    query = sa.select(messages.c.target_uid).where(
        messages.c.mailbox == mailbox,
        messages.c.folder == folder,
        messages.c.target_uid >= mark.uidnext,
        messages.c.target_uidvalidity == mark.uidvalidity,
    )
    return {uid for uid in connection.execute(query).scalars() if uid is not None}


def remembered_copies(connection: Connection, mailbox: str, now: dt.datetime) -> list[Copy]:
    """The copies that may become moves yet."""
    due = (copies.c.mailbox == mailbox) & (copies.c.at > now - dt.timedelta(days=COPY_DAYS))
    rows = connection.execute(sa.select(copies).where(due).order_by(copies.c.folder, copies.c.uid))
    return [Copy(row.folder, row.uidvalidity, row.uid, row.source, row.at) for row in rows]


LIKE = (
    sa.select(messages)
    .where(
        messages.c.size.in_(sa.bindparam("sizes", expanding=True)),
        messages.c.message_id.in_(sa.bindparam("message_ids", expanding=True)),
    )
    .order_by(messages.c.id.desc())
    .limit(10 * _ASKED_AT_ONCE)
)
"""Recorded messages like some others, the latest first: a flood of equal mails is not read to its end. Asked for the
mailbox, too, SQLite would begin with all that it ever had."""


def known(connection: Connection, mailbox: str, finds: Sequence[Find]) -> list[Known]:
    """The recorded messages of this mailbox that these may be, in order."""
    found: dict[int, Known] = {}
    for start in range(0, len(finds), _ASKED_AT_ONCE):
        some = finds[start : start + _ASKED_AT_ONCE]
        wanted = {"sizes": sorted({f.size for f in some}), "message_ids": sorted({f.message_id for f in some})}
        for row in connection.execute(LIKE, wanted):
            one = _known(row) if row.mailbox == mailbox else None
            if one is not None:
                found[one.id] = one
    return [found[number] for number in sorted(found)]


def _known(row: AnyRow) -> Known | None:
    """``None`` for a message that is being filed: nobody can have moved it from where it is not yet."""
    place: tuple[int | None, int | None]
    if row.filing == "pending":
        place = row.uidvalidity, row.uid
    elif row.filing == "filed":
        place = row.target_uidvalidity, row.target_uid
    elif row.filing == "gone":
        place = None, None
    else:
        return None
    return Known(
        row.id, row.case_id, row.queue, row.folder, *place, row.filing == "pending",
        row.message_id, row.size, row.internal_date,
    )  # fmt: skip


# -- what is written


_MOVED = (
    messages.update()
    .where(messages.c.id == sa.bindparam("row"))
    .values(
        queue=sa.bindparam("to"),
        folder=sa.bindparam("place"),
        target_uidvalidity=sa.bindparam("validity"),
        target_uid=sa.bindparam("target"),
        filing="filed",
    )
)
_CASE_MOVED = cases.update().where(cases.c.id == sa.bindparam("row")).values(queue=sa.bindparam("to"))


def record(
    connection: Connection,
    mailbox: str,
    moved: Sequence[Move],
    queues: Mapping[str, str],
    looked: Mapping[str, Mark],
    again: Iterable[Copy],
    now: dt.datetime,
) -> int:
    """Note where messages lie now, up to where folders were looked through, and the copies to look at ``again``.

    ``queues``: folder → queue. Returns how many messages lie in another queue.
    """
    _note_looked(connection, mailbox, looked, again)
    if not moved:
        return 0
    places = [
        {
            "row": m.known.id, "to": queues[m.find.folder], "place": m.find.folder, "validity": m.find.uidvalidity,
            "target": m.find.uid,
        }
        for m in moved
    ]  # fmt: skip
    connection.execute(_MOVED, places)
    corrected = [(m.known, queues[m.find.folder]) for m in moved if m.known.queue != queues[m.find.folder]]
    if corrected:
        rows = [
            {"case_id": one.case_id, "message_id": one.id, "at": now, "from_queue": one.queue, "to_queue": to}
            for one, to in corrected
        ]
        connection.execute(corrections.insert(), rows)
    of_cases = {one.case_id: to for one, to in corrected if one.case_id is not None}
    if of_cases:
        connection.execute(_CASE_MOVED, [{"row": case, "to": to} for case, to in of_cases.items()])
    return len(corrected)


def _note_looked(connection: Connection, mailbox: str, looked: Mapping[str, Mark], again: Iterable[Copy]) -> None:
    if looked:
        connection.execute(folders.delete().where(folders.c.mailbox == mailbox, folders.c.folder.in_(list(looked))))
        marks = [{"mailbox": mailbox, "folder": folder, **asdict(mark)} for folder, mark in looked.items()]
        connection.execute(folders.insert(), marks)
    connection.execute(copies.delete().where(copies.c.mailbox == mailbox))
    rows = [{"mailbox": mailbox, **asdict(copy)} for copy in again]
    if rows:
        connection.execute(copies.insert(), rows)


# -- what is told


@dataclass(frozen=True, slots=True)
class Correction:
    """One message that staff moved: when it was noticed, and between which queues."""

    at: dt.datetime
    from_queue: str
    to_queue: str


def of_case(connection: Connection, case_id: int) -> list[Correction]:
    """What was corrected in a case, in order."""
    rows = connection.execute(sa.select(corrections).where(corrections.c.case_id == case_id).order_by(corrections.c.id))
    return [Correction(row.at, row.from_queue, row.to_queue) for row in rows]


def between(connection: Connection, begin: dt.datetime, end: dt.datetime) -> Counter[tuple[str, str]]:
    """(From queue, to queue) → messages that staff moved in the period (aware, ``end`` excluded), each counted once."""
    ends = (
        sa.select(sa.func.min(corrections.c.id).label("first"), sa.func.max(corrections.c.id).label("last"))
        .where(corrections.c.at >= begin, corrections.c.at < end)
        .group_by(corrections.c.message_id)
        .subquery()
    )
    first, last = corrections.alias(), corrections.alias()
    query: sa.Select[Any] = (
        sa.select(first.c.from_queue, last.c.to_queue, sa.func.count())
        .select_from(ends)
        .join(first, first.c.id == ends.c.first)
        .join(last, last.c.id == ends.c.last)
        .where(first.c.from_queue != last.c.to_queue)
        .group_by(first.c.from_queue, last.c.to_queue)
    )
    return Counter({(origin, target): count for origin, target, count in connection.execute(query)})
