# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings in the ledger: from the private spool to the queue folder.

A recording is a message that was spoken (tables ``messages`` and ``recordings``), and goes one way:

* ``spooled``: recorded and durable, waiting to be listened to;
* ``composed``: understood, its message for staff lies in the private spool;
* ``appending``: perhaps in the queue folder already, so it is looked up there by its Message-ID first;
* ``filed``: there, and its private copy is deleted; or ``gone``: its person was forgotten before, or the copy is lost.

An attempt to listen is counted before it is made, so that a recording that kills the service counts, too.
"""

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.tables import AnyRow, cases, messages, recordings
from intake.languages import UNDETERMINED

WAITING = ("spooled", "composed", "appending")

_WHOLE = (
    sa.select(
        messages, recordings.c.source, recordings.c.name, recordings.c.caller, recordings.c.file,
        recordings.c.mailbox.label("extension"), recordings.c.language_chosen, recordings.c.attempts, cases.c.reference,
    )
    .join(recordings, recordings.c.message_id == messages.c.id)
    .join(cases, cases.c.id == messages.c.case_id)
)  # fmt: skip
"""A recording with its message and the reference of its case; ``extension``: the telephone system's own mailbox."""


def insert(connection: Connection, message: int, **columns: object) -> None:
    """Add what belongs to a message because it was spoken; nobody has listened to it yet."""
    connection.execute(
        recordings.insert().values(message_id=message, transcript="not-yet", attempts=0, seconds=None, **columns)
    )


def waiting(connection: Connection) -> tuple[int, dt.datetime | None]:
    """How many are not in their folder yet, and since when the oldest waits."""
    query = sa.select(sa.func.count(), sa.func.min(messages.c.recorded_at)).where(messages.c.filing.in_(WAITING))
    count, oldest = connection.execute(query).one()
    return count, oldest


def files(connection: Connection) -> set[str]:
    """The private copies that are needed."""
    return set(connection.execute(sa.select(recordings.c.file).where(recordings.c.file != "")).scalars())


def next_due(connection: Connection, now: dt.datetime) -> AnyRow | None:
    """The oldest recording that nobody has listened to and that may be tried now."""
    due = recordings.c.due_at.is_(None) | (recordings.c.due_at <= now)
    return connection.execute(
        _WHOLE.where(messages.c.filing == "spooled", due).order_by(messages.c.id).limit(1)
    ).first()


def count_attempt(connection: Connection, message: int, attempts: int, due: dt.datetime | None) -> None:
    """Note how often it was tried to listen, and when it may be tried again."""
    connection.execute(
        recordings.update().where(recordings.c.message_id == message).values(attempts=attempts, due_at=due)
    )


def note_problem(connection: Connection, message: int, problem: str) -> None:
    """Why it could not be listened to."""
    connection.execute(recordings.update().where(recordings.c.message_id == message).values(problem=problem))


def language_before(connection: Connection, caller: str | None, case: int) -> str:
    """The language of a caller's latest case before this one; empty if none is known. ``caller``: the keyed hash."""
    query = (
        sa.select(cases.c.language)
        .where(cases.c.sender_key == caller, cases.c.id < case, cases.c.language != UNDETERMINED)
        .order_by(cases.c.id.desc())
        .limit(1)
    )
    return (connection.execute(query).scalar() or "") if caller else ""


def rehome(connection: Connection, mailboxes: Collection[str], filing_mailbox: str) -> None:
    """Recordings that wait for a mailbox that is not watched any more go to the present one."""
    connection.execute(
        messages.update()
        .where(messages.c.filing.in_(["spooled", "composed"]), messages.c.mailbox.not_in(mailboxes))
        .values(mailbox=filing_mailbox)
    )


# -- filing


def unfiled(connection: Connection, mailbox: str, state: str, now: dt.datetime | None) -> Sequence[AnyRow]:
    """What is ``composed`` or ``appending``, oldest first; with ``now``, only what is due."""
    query = _WHOLE.where(messages.c.filing == state, messages.c.mailbox == mailbox)
    if now is not None:
        query = query.where(messages.c.filing_after.is_(None) | (messages.c.filing_after <= now))
    return connection.execute(query.order_by(messages.c.id)).all()


def move_on(connection: Connection, message: int, before: str, after: str) -> bool:
    """From one state to the next; false if it is not in that state any more (its person was forgotten)."""
    changed = messages.update().where(messages.c.id == message, messages.c.filing == before).values(filing=after)
    return connection.execute(changed).rowcount == 1


def refused(connection: Connection, message: int, attempts: int, due: dt.datetime) -> None:
    """Its folder refused it, so nothing was put there: again at ``due``."""
    connection.execute(
        messages.update()
        .where(messages.c.id == message, messages.c.filing == "appending")
        .values(filing="composed", filing_attempts=attempts, filing_after=due)
    )


def filed(connection: Connection, message: int, folder: str, uidvalidity: int, uid: int | None) -> None:
    """It lies in a queue folder: its private copy is not needed any more. ``uid`` where the server tells it."""
    _end(
        connection,
        message,
        filing="filed",
        folder=folder,
        target_uidvalidity=uidvalidity if uid else None,
        target_uid=uid,
    )


def gone(connection: Connection, message: int) -> None:
    """Its private copy is lost, and with it the message for staff."""
    _end(connection, message, filing="gone")


def _end(connection: Connection, message: int, **how: object) -> None:
    connection.execute(messages.update().where(messages.c.id == message).values(**how))
    connection.execute(recordings.update().where(recordings.c.message_id == message).values(file="", due_at=None))


# -- forgetting


def erase(connection: Connection, wanted: Collection[int]) -> set[str]:
    """Whatever leads to the callers of these messages; returns the private copies that are to be deleted.

    What is not in its folder yet never will be: the recording itself stays where it came from.
    """
    mine = recordings.c.message_id.in_(wanted)
    names = set(connection.execute(sa.select(recordings.c.file).where(mine, recordings.c.file != "")).scalars())
    connection.execute(recordings.update().where(mine).values(caller=None, name="", file="", problem=None))
    connection.execute(
        messages.update().where(messages.c.id.in_(wanted), messages.c.filing.in_(WAITING)).values(filing="gone")
    )
    return names
