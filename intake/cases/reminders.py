# SPDX-License-Identifier: GPL-3.0-or-later
"""Reminders: which cases of a queue have waited longer than the office told the people.

An acknowledgement names a range of working days in which an answer usually comes. A case is late from the day after
the last of them: the working days are counted from the day since which the person has been waiting, which itself does
not count, by the office calendar. Cases that are answered or closed are not late, nor are those of a queue that names
no range. What waits longest comes first, and a list names so many at most; the rest is counted.

A reminder says reference, day and how many working days too long; nothing of the person, and nothing of who works on
it. Each queue folder gets one a day at most. Its marker in the ledger is written together with the mail to the team,
where that is wanted.
"""

import datetime as dt
from dataclasses import dataclass
from random import Random

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.ledger import get_meta, put_meta
from intake.cases.register import Question, Register
from intake.cases.tables import cases, messages
from intake.office import Calendar


@dataclass(frozen=True, slots=True)
class Late:
    """One case that waits too long. ``over``: working days beyond the expected ones, today among them."""

    reference: str
    since: dt.date
    over: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is late in one queue of one mailbox. ``late``: those that are named; ``total``: all of them."""

    queue: str
    late: tuple[Late, ...]
    total: int


def late_before(calendar: Calendar, today: dt.date, working_days: int) -> dt.date:
    """The first day whose cases are not late yet on ``today``: the ``working_days``-th working day before it."""
    day = today
    while working_days > 0:
        day -= dt.timedelta(days=1)
        working_days -= calendar.is_working_day(day)
    return day


def late(
    connection: Connection, calendar: Calendar, mailbox: str, queue: str, working_days: int, today: dt.date, named: int
) -> Reminder | None:
    """What is late in a queue on a day; ``None`` if nothing is, or this folder had its reminder that day."""
    if get_meta(connection, _marker(mailbox, queue)) == today.isoformat():
        return None
    limit = dt.datetime.combine(late_before(calendar, today, working_days), dt.time(), calendar.zone)
    since = sa.func.coalesce(cases.c.waiting_since, cases.c.opened_at, type_=cases.c.opened_at.type)
    waiting = (cases.c.state == "open") & (cases.c.queue == queue) & (cases.c.mailbox == mailbox) & (since < limit)
    query = sa.select(cases.c.id, cases.c.reference, since.label("since")).where(waiting)
    rows = connection.execute(query.order_by(since, cases.c.id).limit(named)).all()
    if not rows:
        return None
    total = connection.execute(sa.select(sa.func.count()).select_from(cases).where(waiting)).scalar_one()
    days = [calendar.local(row.since).date() for row in rows]
    named_cases = tuple(
        Late(row.reference, day, _working_days_after(calendar, day, today) - working_days)
        for row, day in zip(rows, days, strict=True)
    )
    return Reminder(queue, named_cases, total)


def _working_days_after(calendar: Calendar, day: dt.date, until: dt.date) -> int:
    """Working days after ``day``, ``until`` among them."""
    return sum(calendar.is_working_day(day + dt.timedelta(days=n)) for n in range(1, (until - day).days + 1))


@dataclass(frozen=True, slots=True)
class TeamMail:
    """The reminder as a mail to a queue's own address."""

    mail_id: str
    recipient: str
    raw: bytes


def posted(
    connection: Connection, secret: bytes, mailbox: str, reminder: Reminder, mail: TeamMail | None, now: dt.datetime,
    today: dt.date,
) -> None:  # fmt: skip
    """Note that a folder has its reminder of a day, and queue the mail to the team.

    The mail goes out as one of the case that waits longest: an outgoing mail belongs to a case and ends with it. Where
    that case was deleted since, nothing is noted, and the next round makes the list anew.
    """
    if mail is not None:
        oldest = reminder.late[0].reference
        question = Question(mailbox, "", (), (oldest,), (), None)
        register = Register(connection, secret, Random(0), [question], now)  # noqa: S311 - nothing is drawn
        case = register.case(oldest)
        if case is None:
            return
        source = connection.execute(sa.select(sa.func.min(messages.c.id)).where(messages.c.case_id == case.id))
        register.enqueue(
            case, source.scalar_one(), kind="reminder", mailbox=mailbox, mail_id=mail.mail_id, raw=mail.raw,
            envelope_sender="", recipient=mail.recipient, state="queued", copy="none",
        )  # fmt: skip
        register.write()
    put_meta(connection, _marker(mailbox, reminder.queue), today.isoformat())


def _marker(mailbox: str, queue: str) -> str:
    return f"reminded {mailbox} {queue}"
