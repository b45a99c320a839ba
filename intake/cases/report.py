# SPDX-License-Identifier: GPL-3.0-or-later
"""Key figures: what came in, in which language, when, and how long people waited. Never per clerk.

What is counted. *Messages* are counted on the day on which the mailbox received them (INTERNALDATE); what was spoken is
a message, too. By language, weekday and hour only people's messages count, that is those that belong to a case: machine
mail says nothing about opening hours. By queue all count, so that the queue for machine mail shows its own. A message
is a *voicemail* if its case began with one. *Cases* are counted on the day on which they were opened; open cases are
those that wait for an answer now, whenever they were opened; the *oldest* of them by the moment since which the person
has been waiting. *Time to acknowledgement*: from INTERNALDATE until the relay accepted the acknowledgement. *Time to
answer*: from the moment since which the person has been waiting (the case's opening, or the first message after an
earlier answer) until staff answered, for answers given in the period. Who was called back, or answered from an account
that is not watched, has no answer here. *Closed without an answer*: cases that retention closed in the period and
nobody had answered. *Corrections*: messages that staff moved from one queue to another in the period.

Days, weekdays and hours are those of the office's clock. The database knows UTC, so it gives the quarter of an hour,
which every time zone in use keeps whole, and the quarters are put into local hours here: exact on the days when
the clocks change, too. Weeks are those of ISO 8601: the first days of January may belong to week 53 of last year.

Median and 90th percentile interpolate between neighbours (as ``percentile_cont`` and spreadsheets do). For a queue they
are given from five on: with fewer they are about persons. Tables of two properties are masked (:mod:`.masking`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import corrections
from intake.cases.columns import Column
from intake.cases.masking import Count, is_small, masked
from intake.cases.pressure import Pressure, weigh
from intake.cases.tables import cases
from intake.cases.tallies import VOICEMAIL, By, Period, Spread, Stretch, Tallies, tally
from intake.office import Calendar


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue. ``messages``: all that were filed there; ``open``: cases that wait for an answer now; ``oldest``:
    since when the one that waits longest; ``unanswered``: cases closed without an answer."""

    messages: int
    voicemails: int
    cases: int
    open: int
    oldest: dt.datetime | None
    unanswered: int
    acknowledged: Spread
    answered: Spread


@dataclass(frozen=True, slots=True)
class StretchFigures:
    """The whole office in one stretch. ``suppressed``: messages without an acknowledgement."""

    messages: int
    people: int
    voicemails: int
    cases: int
    suppressed: int
    acknowledged: Spread
    answered: Spread


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a period of whole days, both ends included."""

    first: dt.date
    last: dt.date
    by: By
    messages: int
    people: int
    """Messages that belong to a case."""
    voicemails: int
    """Of these, spoken ones."""
    cases: int
    open: int
    oldest: dt.datetime | None
    unanswered: int
    acknowledged: Spread
    answered: Spread
    queues: Mapping[str, QueueFigures]
    languages: Mapping[str, tuple[int, int]]
    """Language → people's messages, cases."""
    suppressed: Mapping[str, int]
    """Reason → messages that got no acknowledgement."""
    stretches: Mapping[Stretch, StretchFigures]
    pressure: Pressure
    """When people wrote and called."""
    corrections: int
    by_stretch_and_queue: Mapping[tuple[str, str], Count]
    """(name of the stretch, queue) → messages."""
    by_language_and_queue: Mapping[tuple[str, str], Count]
    """People's messages."""
    by_queue_and_hour: Mapping[tuple[str, int], Count]
    """People's messages."""
    corrected: Mapping[tuple[str, str], Count]
    """(from queue, to queue) → corrections."""


def make(connection: Connection, first: dt.date, last: dt.date, calendar: Calendar, by: By = "week") -> Report:
    """The figures from the beginning of ``first`` to the end of ``last``, by the office's clock.

    Raises :class:`IntakeError` for a period of more weeks or months than a report shows.
    """
    period = Period.of(first, last, calendar.zone, by)
    found = tally(connection, period)
    queues = _queues(connection, period, found)
    moved = corrections.between(connection, period.begin, period.end)
    kinds = found.kinds.items()
    people = sum(found.languages.values())
    return Report(
        first=first,
        last=last,
        by=by,
        messages=sum(found.kinds.values()),
        people=people,
        voicemails=sum(count for (_, channel), count in kinds if channel == VOICEMAIL),
        cases=sum(found.opened.values()),
        open=sum(queue.open for queue in queues.values()),
        oldest=min((queue.oldest for queue in queues.values() if queue.oldest), default=None),
        unanswered=sum(queue.unanswered for queue in queues.values()),
        acknowledged=found.acknowledged.all(),
        answered=found.answered.all(),
        queues=queues,
        languages=_languages(found),
        suppressed=dict(sorted(found.suppressed.items(), key=lambda item: (-item[1], item[0]))),
        stretches=_stretches(period, found),
        pressure=weigh(found.quarters, calendar),
        corrections=sum(moved.values()),
        by_stretch_and_queue=masked(found.stretches),
        by_language_and_queue=masked(found.languages),
        by_queue_and_hour=masked(found.hours),
        corrected=masked(moved),
    )


def _queues(connection: Connection, period: Period, found: Tallies) -> dict[str, QueueFigures]:
    closed = period.holds(cases.c.closed_at) & (cases.c.state == "closed") & cases.c.answered_at.is_(None)
    unanswered = _counts(connection, cases.c.queue, closed)
    acknowledged, answered = found.acknowledged.by_queue(found.queues), found.answered.by_queue(found.queues)
    names = {queue for queue, _ in (*found.kinds, *found.opened)}
    return {
        name: QueueFigures(
            messages=_sum(found.kinds, 0, name),
            voicemails=found.kinds[name, VOICEMAIL],
            cases=_sum(found.opened, 0, name),
            open=found.waiting.get(name, (0, None))[0],
            oldest=found.waiting.get(name, (0, None))[1],
            unanswered=unanswered.get(name, 0),
            acknowledged=_of_several(acknowledged.get(name, Spread())),
            answered=_of_several(answered.get(name, Spread())),
        )
        for name in sorted({*names, *found.waiting, *unanswered, *answered})
    }


def _of_several(found: Spread) -> Spread:
    """Without the times where they would be those of a few persons."""
    return Spread(found.count) if is_small(found.count) else found


def _languages(found: Tallies) -> dict[str, tuple[int, int]]:
    codes = {code for code, _ in found.languages} | {code for _, code in found.opened}
    counts = {code: (_sum(found.languages, 0, code), _sum(found.opened, 1, code)) for code in codes}
    return dict(sorted(counts.items(), key=lambda item: (-item[1][0], item[0])))


def _stretches(period: Period, found: Tallies) -> dict[Stretch, StretchFigures]:
    acknowledged = found.acknowledged.by_stretch(period.stretches)
    answered = found.answered.by_stretch(period.stretches)
    made = {}
    for stretch in period.stretches:
        kinds = found.stretch_kinds[stretch.name]
        made[stretch] = StretchFigures(
            messages=sum(kinds.values()),
            people=sum(count for (channel, _), count in kinds.items() if channel),
            voicemails=sum(count for (channel, _), count in kinds.items() if channel == VOICEMAIL),
            cases=found.stretch_cases[stretch.name],
            suppressed=sum(count for (_, suppressed), count in kinds.items() if suppressed),
            acknowledged=acknowledged.get(stretch, Spread()),
            answered=answered.get(stretch, Spread()),
        )
    return made


def _sum(table: Mapping[tuple[str, str], int], place: int, name: str) -> int:
    """Of a line of a table."""
    return sum(count for key, count in table.items() if key[place] == name)


def _counts(connection: Connection, key: sa.Column[str], where: Column) -> dict[str, int]:
    query = sa.select(key, sa.func.count()).where(where).group_by(key)
    return {row[0]: row[1] for row in connection.execute(query)}
