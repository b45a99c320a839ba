# SPDX-License-Identifier: GPL-3.0-or-later
"""The pulse: what the ledger says about whether the service works, in one look.

For ``intake health``, the metrics, the status line of systemd and the notices alike, so that they never
disagree. It holds counts, instants and mailbox names; nothing of a person.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import recordings
from intake.cases.case import NoticeText
from intake.cases.ledger import get_meta
from intake.cases.notices import close_notice, raise_notice
from intake.cases.tables import holds, mailboxes, messages, notices, outbox
from intake.config import Configuration

HEALTH_SECONDS = 30.0
"""How often the daemon takes it, and notes that it is alive."""
UNFILED = ("pending", "copying", "copied")
RECORDING_OLD = dt.timedelta(hours=2)
"""Voicemail that waits longer than this is a notice: fifty messages of a minute take an hour on a small machine."""
OUTBOX_OLD = dt.timedelta(hours=1)
"""Mail that waits longer than this is a notice: a relay that greylists takes minutes, not an hour."""


@dataclass(frozen=True, slots=True)
class MailboxPulse:
    """One mailbox. ``to_be_filed``: messages recorded and not in their folder yet."""

    name: str
    started_at: dt.datetime | None
    fetched_at: dt.datetime | None
    problem: str | None
    to_be_filed: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """The whole service. ``outbox``: state → mails not sent; ``notices``: cause → open ones; ``holds``: their kinds."""

    alive_at: dt.datetime | None
    mailboxes: tuple[MailboxPulse, ...]
    outbox: Mapping[str, int]
    oldest_waiting: dt.datetime | None
    notices: Mapping[str, int]
    holds: tuple[str, ...]
    recordings: int = 0
    """Voicemail that is not in its folder yet."""
    oldest_recording: dt.datetime | None = None


def take(connection: Connection, names: Iterable[str]) -> Pulse:
    """The pulse of the mailboxes of these names, and of what they share."""
    rows = {row.name: row for row in connection.execute(sa.select(mailboxes))}
    waiting = _counts(connection, messages.c.mailbox, messages.c.filing.in_(UNFILED))
    boxes = []
    for name in names:
        row = rows.get(name)
        boxes.append(
            MailboxPulse(
                name,
                row.started_at if row is not None else None,
                row.fetched_at if row is not None else None,
                row.problem if row is not None else None,
                waiting.get(name, 0),
            )
        )
    alive = get_meta(connection, "alive_at")
    spoken, oldest = recordings.waiting(connection)
    return Pulse(
        alive_at=dt.datetime.fromisoformat(alive) if alive else None,
        mailboxes=tuple(boxes),
        outbox=_counts(connection, outbox.c.state, outbox.c.state.in_(["queued", "held"])),
        oldest_waiting=connection.execute(
            sa.select(sa.func.min(outbox.c.created_at)).where(outbox.c.state == "queued")
        ).scalar(),
        notices=_counts(connection, notices.c.cause, notices.c.closed_at.is_(None)),
        holds=tuple(connection.execute(sa.select(holds.c.kind).order_by(holds.c.since)).scalars()),
        recordings=spoken,
        oldest_recording=oldest,
    )


def alarm(
    connection: Connection, found: Pulse, configuration: Configuration, started: dt.datetime, now: dt.datetime
) -> None:
    """Open or close the notices about what does not move.

    Time counts from the daemon's own start (``started``) at the earliest: what was not fetched while nothing ran is
    being fetched now. A mailbox that could not be reached even once is no exception.
    """
    limit = dt.timedelta(minutes=configuration.service.nothing_fetched_minutes)
    zone = ZoneInfo(configuration.office.timezone)
    for box in found.mailboxes:
        if now - max(box.fetched_at or started, started) > limit:
            last = (box.fetched_at or box.started_at or started).astimezone(zone)
            notice = NoticeText(
                "nothing-fetched",
                box.name,
                f"Aus dem Postfach „{box.name}“ wurde seit {last:%d.%m.%Y %H:%M} Uhr nichts mehr abgeholt.",
                f"nothing was fetched from mailbox {box.name} since {last:%Y-%m-%d %H:%M}; "
                "see its problem in: intake status",
            )
            raise_notice(connection, notice, now)
        else:
            close_notice(connection, "nothing-fetched", box.name, now)
    if found.oldest_waiting is not None and now - found.oldest_waiting > OUTBOX_OLD:
        notice = NoticeText(
            "outbox-old",
            "outbox",
            "Bestätigungen warten seit über einer Stunde auf den Versand. "
            "Bitte den Mailserver für ausgehende Post prüfen.",
            "acknowledgements have been waiting for more than an hour; check the relay",
        )
        raise_notice(connection, notice, now)
    else:
        close_notice(connection, "outbox-old", None, now)
    if found.oldest_recording is not None and now - found.oldest_recording > RECORDING_OLD:
        notice = NoticeText(
            "voicemail-old",
            "voicemail",
            f"{found.recordings} Sprachnachrichten liegen noch nicht in ihrem Ordner; die älteste wartet seit über "
            "zwei Stunden.",
            f"{found.recordings} recordings are waiting, the oldest for more than two hours; see: intake status",
        )
        raise_notice(connection, notice, now)
    else:
        close_notice(connection, "voicemail-old", None, now)


def sentence(found: Pulse, now: dt.datetime) -> str:
    """The pulse in one line, for ``systemctl status``."""
    reached = sum(1 for box in found.mailboxes if box.fetched_at is not None and not box.problem)
    fetched = [box.fetched_at for box in found.mailboxes if box.fetched_at is not None]
    parts = [f"{reached} of {len(found.mailboxes)} mailboxes reached"]
    if fetched:
        parts.append(f"last fetch {max((now - max(fetched)).total_seconds(), 0):.0f} s ago")
    parts.append(f"{sum(found.outbox.values())} mails waiting")
    if found.recordings:
        parts.append(f"{found.recordings} recordings waiting")
    parts.append(f"{sum(found.notices.values())} notices open")
    if found.holds:
        parts.append("acknowledging is HELD")
    return ", ".join(parts)


def _counts(connection: Connection, key: sa.Column[str], where: sa.ColumnElement[bool]) -> dict[str, int]:
    query = sa.select(key, sa.func.count()).where(where).group_by(key)
    return {row[0]: row[1] for row in connection.execute(query)}
