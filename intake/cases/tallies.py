# SPDX-License-Identifier: GPL-3.0-or-later
"""What the key figures are made of: everything that happened in a period, counted in one pass over each table.

:mod:`intake.cases.report` says what each figure means; here is how the rows are counted. A row is looked at once, its
names become numbers, and numpy adds up. What is kept are counts and, of each measured time, the time itself with its
queue and its week: 24 bytes for each.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.columns import Column, Names, Numbers, Seconds, blocks, integers
from intake.cases.pressure import QUARTER, Contacts
from intake.cases.tables import cases, messages, outbox
from intake.errors import IntakeError

By = Literal["week", "month"]

MOST_STRETCHES = 520
"""Ten years of weeks: what a table or a chart can show."""
VOICEMAIL = "voicemail"
"""A case's channel."""
_MACHINE = ""
"""In the place of a channel: a message without a case."""
_STRIDE = 1 << 20
"""Above the number of any name, hour or stretch, so that three of them fit into one number."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A week (``2026-W10``) or a month (``2026-03``), or as much of it as lies in the period."""

    name: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the office's clock, both ends included, and the stretches it is shown in."""

    first: dt.date
    last: dt.date
    zone: ZoneInfo
    stretches: tuple[Stretch, ...]

    @classmethod
    def of(cls, first: dt.date, last: dt.date, zone: ZoneInfo, by: By) -> "Period":
        """Raises :class:`IntakeError` for more than :data:`MOST_STRETCHES` weeks or months."""
        found: list[Stretch] = []
        begin = first
        while begin <= last:
            if len(found) == MOST_STRETCHES:
                raise IntakeError(
                    f"a report shows {MOST_STRETCHES} {by}s at most; choose a shorter period with --from and --to"
                )
            year, week, weekday = begin.isocalendar()
            if by == "week":
                name, end = f"{year}-W{week:02d}", begin + dt.timedelta(days=7 - weekday)
            else:
                name = f"{begin:%Y-%m}"
                end = (begin.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
            found.append(Stretch(name, begin, min(end, last)))
            begin = end + dt.timedelta(days=1)
        return cls(first, last, zone, tuple(found))

    @property
    def begin(self) -> dt.datetime:
        """The first instant."""
        return dt.datetime.combine(self.first, dt.time(), self.zone).astimezone(dt.UTC)

    @property
    def end(self) -> dt.datetime:
        """The first instant after it."""
        return dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time(), self.zone).astimezone(dt.UTC)

    def holds(self, instant: Column) -> Column:
        """Whether an instant of the database lies in it."""
        return (instant >= self.begin) & (instant < self.end)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds; ``None`` where nothing was measured, or too little to be shown."""

    count: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(slots=True)
class Times:
    """How long each took, with its queue and its stretch."""

    _seconds: list[Seconds] = field(default_factory=list)
    _queues: list[Numbers] = field(default_factory=list)
    _stretches: list[Numbers] = field(default_factory=list)

    def add(self, seconds: Seconds, queues: Numbers, stretches: Numbers) -> None:
        """A block of them."""
        self._seconds.append(seconds)
        self._queues.append(queues)
        self._stretches.append(stretches)

    def all(self) -> Spread:
        """Of all together."""
        return spread(np.concatenate(self._seconds)) if self._seconds else Spread()

    def by_queue(self, names: Names) -> dict[str, Spread]:
        """Of each queue."""
        return {names[number]: found for number, found in self._by(self._queues).items()}

    def by_stretch(self, stretches: Sequence[Stretch]) -> dict[Stretch, Spread]:
        """Of each week or month."""
        return {stretches[number]: found for number, found in self._by(self._stretches).items()}

    def _by(self, keys: list[Numbers]) -> dict[int, Spread]:
        if not keys:
            return {}
        key, seconds = np.concatenate(keys), np.concatenate(self._seconds)
        order = np.argsort(key, kind="stable")
        numbers, begins = np.unique(key[order], return_index=True)
        return {
            int(number): spread(part)
            for number, part in zip(numbers, np.split(seconds[order], begins[1:]), strict=True)
        }


def spread(seconds: Seconds) -> Spread:
    """Of at least one."""
    median, p90 = np.percentile(seconds, [50, 90])
    return Spread(len(seconds), round(float(median), 3), round(float(p90), 3))


@dataclass(slots=True)
class Tallies:
    """The counts of a period; all keys are names but where something else is said."""

    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(queue, channel of its case or nothing) → messages."""
    suppressed: Counter[str] = field(default_factory=Counter)
    """Reason → messages that got no acknowledgement."""
    languages: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(language, queue) → people's messages."""
    hours: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(queue, hour of the office's clock) → people's messages."""
    stretches: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(name of the stretch, queue) → messages."""
    stretch_kinds: defaultdict[str, Counter[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(Counter))
    """Name of the stretch → (channel of its case or nothing, whether it was suppressed) → messages."""
    quarters: dict[int, Contacts] = field(default_factory=dict)
    """Number of the quarter of an hour since 1970 → people's messages."""
    opened: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(queue, language) → cases."""
    stretch_cases: Counter[str] = field(default_factory=Counter)
    """Name of the stretch → cases opened."""
    queues: Names = field(default_factory=Names)
    acknowledged: Times = field(default_factory=Times)
    answered: Times = field(default_factory=Times)


def tally(connection: Connection, period: Period) -> Tallies:
    """Count everything that happened in the period."""
    found, places = Tallies(), _Places(period)
    _messages(connection, period, places, found)
    _cases(connection, period, places, found)
    _times(connection, period, places, found)
    return found


def received() -> Column:
    """When a message came in."""
    return sa.func.coalesce(messages.c.internal_date, messages.c.recorded_at, type_=messages.c.internal_date.type)


class _Places(dict[int, int]):
    """Quarter of an hour → its stretch × 24 + its hour, by the office's clock; worked out when first asked for."""

    def __init__(self, period: Period) -> None:
        self._zone = period.zone
        self._stretches = {
            date: number
            for number, stretch in enumerate(period.stretches)
            for date in range(stretch.first.toordinal(), stretch.last.toordinal() + 1)
        }

    def __missing__(self, quarter: int) -> int:
        local = dt.datetime.fromtimestamp(quarter * QUARTER, self._zone)
        place = self[quarter] = self._stretches[local.toordinal()] * 24 + local.hour
        return place

    def of(self, quarters: Numbers) -> tuple[Numbers, Numbers]:
        """The stretches and the hours of a block."""
        places = np.fromiter(map(self.__getitem__, quarters.tolist()), np.int64, len(quarters))
        return places // 24, places % 24


def _messages(connection: Connection, period: Period, places: _Places, into: Tallies) -> None:
    queues, languages, channels, reasons = into.queues, Names(), Names(), Names()
    first, end = (int(instant.timestamp()) // QUARTER for instant in (period.begin, period.end))
    written, called = np.zeros(end - first, np.int64), np.zeros(end - first, np.int64)
    for instants, *texts in blocks(
        connection,
        messages.c.id,
        messages.outerjoin(cases, cases.c.id == messages.c.case_id),
        period.holds(received()),
        _epoch(connection, received()),
        messages.c.queue,
        messages.c.language,
        sa.func.coalesce(cases.c.channel, _MACHINE),
        sa.case((messages.c.reply, ""), else_=messages.c.reason),
    ):
        quarters = integers(instants) // QUARTER
        queue, language, channel, reason = (
            names.numbers(text) for names, text in zip((queues, languages, channels, reasons), texts, strict=True)
        )
        stretch, hour = places.of(quarters)
        suppressed = reasons.are_not("")[reason]
        person = channels.are_not(_MACHINE)[channel]
        for (q, c), count in _counted(queue, channel):
            into.kinds[queues[q], channels[c]] += count
        for (r,), count in _counted(reason[suppressed]):
            into.suppressed[reasons[r]] += count
        for (n, q), count in _counted(language[person], queue[person]):
            into.languages[languages[n], queues[q]] += count
        for (q, h), count in _counted(queue[person], hour[person]):
            into.hours[queues[q], h] += count
        for (s, q), count in _counted(stretch, queue):
            into.stretches[period.stretches[s].name, queues[q]] += count
        for (s, c, no), count in _counted(stretch, channel, suppressed.astype(np.int64)):
            into.stretch_kinds[period.stretches[s].name][channels[c], bool(no)] += count
        voicemail = ~channels.are_not(VOICEMAIL)[channel]
        written += np.bincount(quarters[person & ~voicemail] - first, minlength=len(written))
        called += np.bincount(quarters[voicemail] - first, minlength=len(called))
    for number in np.flatnonzero(written + called).tolist():
        into.quarters[first + number] = Contacts(int(written[number]), int(called[number]))


def _cases(connection: Connection, period: Period, places: _Places, into: Tallies) -> None:
    languages = Names()
    for instants, queues, codes in blocks(
        connection, cases.c.id, cases, period.holds(cases.c.opened_at),
        _epoch(connection, cases.c.opened_at), cases.c.queue, cases.c.language,
    ):  # fmt: skip
        stretch, _ = places.of(integers(instants) // QUARTER)
        for (q, n), count in _counted(into.queues.numbers(queues), languages.numbers(codes)):
            into.opened[into.queues[q], languages[n]] += count
        for (s,), count in _counted(stretch):
            into.stretch_cases[period.stretches[s].name] += count


def _times(connection: Connection, period: Period, places: _Places, into: Tallies) -> None:
    """Both kinds of waiting: until the relay accepted the acknowledgement, and until staff answered."""
    since = sa.func.coalesce(cases.c.waiting_since, cases.c.opened_at, type_=cases.c.opened_at.type)
    sent = (outbox.c.kind == "acknowledgement") & outbox.c.sent_at.is_not(None)
    for times, blocks_of in (
        (
            into.acknowledged,
            blocks(
                connection, outbox.c.id, outbox.join(messages, messages.c.id == outbox.c.source_id),
                period.holds(received()) & sent,
                _epoch(connection, received()), messages.c.queue, _waited(connection, received(), outbox.c.sent_at),
            ),
        ),
        (
            into.answered,
            blocks(
                connection, cases.c.id, cases, period.holds(cases.c.answered_at),
                _epoch(connection, cases.c.answered_at), cases.c.queue, _waited(connection, since, cases.c.answered_at),
            ),
        ),
    ):  # fmt: skip
        for instants, queues, waited in blocks_of:
            stretch, _ = places.of(integers(instants) // QUARTER)
            times.add(np.maximum(integers(waited), 0) / 1000, into.queues.numbers(queues), stretch)


def _counted(*codes: Numbers) -> Iterator[tuple[tuple[int, ...], int]]:
    """How often each combination occurs."""
    combined = codes[0]
    for code in codes[1:]:
        combined = combined * _STRIDE + code
    found, counts = np.unique(combined, return_counts=True)
    for number, count in zip(found.tolist(), counts.tolist(), strict=True):
        parts: tuple[int, ...] = ()
        for _ in codes[1:]:
            number, part = divmod(number, _STRIDE)
            parts = (part, *parts)
        yield (number, *parts), count


def _epoch(connection: Connection, instant: Column) -> Column:
    """Whole seconds since 1970."""
    if connection.dialect.name == "sqlite":
        return sa.func.strftime("%s", instant)
    return sa.cast(sa.func.floor(sa.extract("epoch", instant)), sa.BigInteger)


def _waited(connection: Connection, since: Column, until: Column) -> Column:
    """Milliseconds; below zero where a mail server's clock is ahead of ours."""
    if connection.dialect.name == "sqlite":  # days with fractions, right to a hundredth of a millisecond
        exact: Column = (sa.func.julianday(until) - sa.func.julianday(since)) * 86_400_000.0
    else:
        exact = (sa.extract("epoch", until) - sa.extract("epoch", since)) * 1000
    return sa.cast(sa.func.round(exact), sa.BigInteger)
