# SPDX-License-Identifier: GPL-3.0-or-later
"""Notices: what a person must see.

One cause about one thing is one row, opened when it begins and closed when it is over, however often it
happens in between. It is shown by ``intake status``, logged once when it opens and once when it ends, and put as
a short German mail into the queue folder ``suspicious`` of the filing mailbox, at most one a cause a day. It says
what happened and what to do, and never quotes a person's text or address.
"""

import datetime as dt
import logging
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import keys, staff_mail
from intake.cases.case import NoticeText
from intake.cases.tables import AnyRow, notices

log = logging.getLogger(__name__)

ONCE_A_DAY = dt.timedelta(hours=24)
EVENTS = ("undeliverable", "foreign-reference", "quarantine", "notification", "recording-lost")
"""Causes that happen and are not over at any time: their notices close by themselves after a week."""
EVENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Notice:
    """One open notice."""

    id: int
    cause: str
    subject: str
    german: str
    english: str
    count: int
    opened_at: dt.datetime
    last_at: dt.datetime


def raise_notice(connection: Connection, text: NoticeText, now: dt.datetime) -> None:
    """Open a notice, or count it again where it is open already."""
    where = (notices.c.cause == text.cause) & (notices.c.subject == text.subject) & notices.c.closed_at.is_(None)
    changed = connection.execute(
        notices.update()
        .where(where)
        .values(count=notices.c["count"] + 1, last_at=now, german=text.german, english=text.english)
    ).rowcount
    if not changed:
        connection.execute(
            notices.insert().values(
                cause=text.cause, subject=text.subject, german=text.german, english=text.english,
                count=1, opened_at=now, last_at=now,
            )
        )  # fmt: skip
        log.warning("notice opened: %s (%s)", text.cause, text.english)


def close_notice(connection: Connection, cause: str, subject: str | None, now: dt.datetime) -> None:
    """What a notice was about is over (``subject`` ``None``: all of that cause)."""
    where = (notices.c.cause == cause) & notices.c.closed_at.is_(None)
    if subject is not None:
        where &= notices.c.subject == subject
    if connection.execute(notices.update().where(where).values(closed_at=now)).rowcount:
        log.info("notice closed: %s", cause)


def close_events(connection: Connection, now: dt.datetime) -> None:
    """Close what happened more than a week ago; by then somebody has seen it, in the mailbox if not here."""
    connection.execute(
        notices.update()
        .where(
            notices.c.cause.in_(EVENTS),
            notices.c.closed_at.is_(None),
            notices.c.last_at < now - dt.timedelta(days=EVENT_DAYS),
        )
        .values(closed_at=now)
    )


def open_notices(connection: Connection) -> list[Notice]:
    """All open notices, oldest first."""
    rows = connection.execute(sa.select(notices).where(notices.c.closed_at.is_(None)).order_by(notices.c.opened_at))
    return [_notice(row) for row in rows]


def to_post(connection: Connection, now: dt.datetime) -> list[Notice]:
    """The notices to put into the mailbox now: open, not posted yet, and none of that cause posted within a day."""
    recent = sa.select(notices.c.cause).where(notices.c.posted_at > now - ONCE_A_DAY)
    rows = connection.execute(
        sa.select(notices)
        .where(notices.c.posted_at.is_(None), notices.c.closed_at.is_(None), notices.c.cause.not_in(recent))
        .order_by(notices.c.opened_at)
    )
    first_of_cause: dict[str, Notice] = {}
    for row in rows:
        first_of_cause.setdefault(row.cause, _notice(row))
    return list(first_of_cause.values())


def posted(connection: Connection, notice_id: int, now: dt.datetime) -> None:
    """Note that a notice lies in the mailbox."""
    connection.execute(notices.update().where(notices.c.id == notice_id).values(posted_at=now))


def mail(notice: Notice, *, secret: bytes, office: str, address: str, now: dt.datetime) -> bytes:
    """The notice as a mail for staff, in German."""
    mail = staff_mail.begin(
        address=address,
        recipient=address,
        subject=f"Hinweis des Eingangsdienstes: {notice.german[:90]}",
        at=now,
        message_id=keys.message_id(secret, address, "notice", str(notice.id), notice.cause),
        loop_token=keys.loop_token(secret),
    )
    mail.set_content(
        f"{notice.german}\n\n"
        f"Seit: {notice.opened_at.astimezone(now.tzinfo):%d.%m.%Y %H:%M}\n"
        f"Wie oft bisher: {notice.count}\n\n"
        "Alle offenen Hinweise zeigt der Befehl: intake status\n"
        f"Dieser Hinweis kommt vom Eingangsdienst ({office}), höchstens einmal am Tag je Ursache.\n",
        cte="quoted-printable",
    )
    return mail.as_bytes()


def _notice(row: AnyRow) -> Notice:
    return Notice(
        row.id, row.cause, row.subject, row.german, row.english, row._mapping["count"], row.opened_at, row.last_at
    )
