# SPDX-License-Identifier: GPL-3.0-or-later
"""Key figures: what came in, in which language, when, and how long people waited. Never per clerk.

What is counted. *Messages* are counted on the day on which the mailbox received them (INTERNALDATE). By language,
weekday and hour only people's messages count, that is those that belong to a case: machine mail says nothing about
opening hours. By queue all count, so that the queue for machine mail shows its own. *Cases* are counted on the day on
which they were opened; open cases are those that wait for an answer now, whenever they were opened. *Time to
acknowledgement*: from INTERNALDATE until the relay accepted the acknowledgement. *Time to answer*: from the moment
since which the person has been waiting (the case's opening, or the first message after an earlier answer) until staff
answered, for answers given in the period. *Closed without an answer*: cases that retention closed in the period and
nobody had answered.

Days, weekdays and hours are those of the office's clock. The database knows UTC, so it counts by quarter of an hour,
which every time zone in use keeps whole, and the quarters are put into local hours here: exact on the days when
the clocks change, too. Everything else is added up by the database, on SQLite and PostgreSQL alike.

Median and 90th percentile interpolate between neighbours (as ``percentile_cont`` and spreadsheets do).
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.tables import cases, messages, outbox

QUARTER = 900
"""Seconds. No zone's offset from UTC has been anything but whole quarters of an hour since 1972."""

Number = sa.ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds; ``None`` where nothing was measured."""

    count: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue. ``messages``: all that were filed there; ``open``: cases that wait for an answer now;
    ``unanswered``: cases closed without an answer."""

    messages: int
    cases: int
    open: int
    unanswered: int
    acknowledged: Spread
    answered: Spread


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a period of whole days, both ends included; ``hours``: (weekday, hour) → messages, Monday is 0."""

    first: dt.date
    last: dt.date
    messages: int
    people: int
    """Messages that belong to a case."""
    cases: int
    open: int
    unanswered: int
    acknowledged: Spread
    answered: Spread
    queues: Mapping[str, QueueFigures]
    languages: Mapping[str, tuple[int, int]]
    """Language → people's messages, cases."""
    hours: Mapping[tuple[int, int], int]
    suppressed: Mapping[str, int]
    """Reason → messages that got no acknowledgement."""


def make(connection: Connection, first: dt.date, last: dt.date, zone: ZoneInfo) -> Report:
    """The figures from the beginning of ``first`` to the end of ``last``, both in ``zone``."""
    begin = dt.datetime.combine(first, dt.time(), zone).astimezone(dt.UTC)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
    received = sa.func.coalesce(messages.c.internal_date, messages.c.recorded_at, type_=messages.c.internal_date.type)
    here = (received >= begin) & (received < end)
    people = here & messages.c.case_id.is_not(None)
    opened = (cases.c.opened_at >= begin) & (cases.c.opened_at < end)

    by_queue = _counts(connection, messages.c.queue, here)
    cases_by_queue = _counts(connection, cases.c.queue, opened)
    open_by_queue = _counts(connection, cases.c.queue, cases.c.state == "open")
    closed = (cases.c.closed_at >= begin) & (cases.c.closed_at < end) & (cases.c.state == "closed")
    unanswered_by_queue = _counts(connection, cases.c.queue, closed & cases.c.answered_at.is_(None))
    acknowledged = _spreads(
        connection,
        messages.c.queue,
        _seconds(connection, received, outbox.c.sent_at),
        messages.join(outbox, outbox.c.source_id == messages.c.id),
        here & (outbox.c.kind == "acknowledgement") & outbox.c.sent_at.is_not(None),
    )
    since = sa.func.coalesce(cases.c.waiting_since, cases.c.opened_at, type_=cases.c.opened_at.type)
    answered = _spreads(
        connection,
        cases.c.queue,
        _seconds(connection, since, cases.c.answered_at),
        cases,
        (cases.c.answered_at >= begin) & (cases.c.answered_at < end),
    )
    languages = _counts(connection, messages.c.language, people)
    cases_by_language = _counts(connection, cases.c.language, opened)
    queues = sorted(
        {*by_queue, *cases_by_queue, *open_by_queue, *unanswered_by_queue, *(q for q in answered if q is not None)}
    )
    return Report(
        first=first,
        last=last,
        messages=sum(by_queue.values()),
        people=sum(languages.values()),
        cases=sum(cases_by_queue.values()),
        open=sum(open_by_queue.values()),
        unanswered=sum(unanswered_by_queue.values()),
        acknowledged=acknowledged.get(None, Spread()),
        answered=answered.get(None, Spread()),
        queues={
            queue: QueueFigures(
                by_queue.get(queue, 0),
                cases_by_queue.get(queue, 0),
                open_by_queue.get(queue, 0),
                unanswered_by_queue.get(queue, 0),
                acknowledged.get(queue, Spread()),
                answered.get(queue, Spread()),
            )
            for queue in queues
        },
        languages={
            code: (languages.get(code, 0), cases_by_language.get(code, 0))
            for code in sorted({*languages, *cases_by_language}, key=lambda c: (-languages.get(c, 0), c))
        },
        hours=_hours(connection, received, people, zone),
        suppressed=dict(
            sorted(
                _counts(connection, messages.c.reason, here & messages.c.reply.is_(False)).items(),
                key=lambda item: (-item[1], item[0]),
            )
        ),
    )


def _counts(connection: Connection, key: sa.Column[str], where: Number) -> dict[str, int]:
    query = sa.select(key, sa.func.count()).where(where).group_by(key)
    return {row[0]: row[1] for row in connection.execute(query)}


def _epoch(connection: Connection, instant: Number) -> Number:
    """Seconds since 1970, with fractions; SQLite's are right to a hundredth of a millisecond."""
    if connection.dialect.name == "sqlite":
        return (sa.func.julianday(instant) - 2440587.5) * 86400.0
    return sa.extract("epoch", instant)


def _seconds(connection: Connection, since: Number, until: Number) -> Number:
    """How long, rounded to milliseconds; never negative, though a mail server's clock may be ahead of ours."""
    exact = sa.cast(_epoch(connection, until) - _epoch(connection, since), sa.Numeric)
    seconds = sa.cast(sa.func.round(exact, 3), sa.Float)
    return sa.case((seconds > 0, seconds), else_=0.0)


def _hours(connection: Connection, received: Number, where: Number, zone: ZoneInfo) -> dict[tuple[int, int], int]:
    if connection.dialect.name == "sqlite":  # whole seconds: a quarter must not begin a hair too early
        quarter: Number = sa.cast(sa.func.strftime("%s", received), sa.Integer) // QUARTER
    else:
        quarter = sa.cast(sa.func.floor(_epoch(connection, received) / QUARTER), sa.BigInteger)
    found: Counter[tuple[int, int]] = Counter()
    for number, count in connection.execute(sa.select(quarter, sa.func.count()).where(where).group_by(quarter)):
        local = dt.datetime.fromtimestamp(number * QUARTER, zone)
        found[local.weekday(), local.hour] += count
    return dict(sorted(found.items()))


def _spreads(
    connection: Connection, key: Number, seconds: Number, source: sa.FromClause, where: Number
) -> dict[str | None, Spread]:
    """Of each key, and of all together (key ``None``)."""
    one = sa.select(key.label("key"), seconds.label("seconds")).select_from(source).where(where).cte("one")
    found: dict[str | None, Spread] = {}
    for column in (one.c.key, sa.null()):
        ordered = sa.select(
            column.label("key"),
            one.c.seconds,
            sa.func.row_number().over(partition_by=column, order_by=one.c.seconds).label("place"),
            sa.func.count().over(partition_by=column).label("total"),
        ).cte("ordered")
        # The neighbours of both percentiles: at most four rows of each key leave the database.
        half, nine = (ordered.c.total - 1) * 5, (ordered.c.total - 1) * 9
        wanted = [n // 10 + offset for n in (half, nine) for offset in (1, 2)]
        rows = connection.execute(
            sa.select(ordered).where(ordered.c.place.in_(wanted)).order_by(ordered.c.key, ordered.c.place)
        )
        by_key: dict[str | None, list[Any]] = {}
        for row in rows:
            by_key.setdefault(row.key, []).append(row)
        found |= {name: _spread(group) for name, group in by_key.items()}
    return found


def _spread(rows: Sequence[Any]) -> Spread:
    total = rows[0].total
    at = {row.place: float(row.seconds) for row in rows}

    def quantile(tenths: int) -> float:
        whole, part = divmod((total - 1) * tenths, 10)
        low = at[whole + 1]
        return round(low + (at[whole + 2] - low) * part / 10, 3) if part else low

    return Spread(total, quantile(5), quantile(9))
