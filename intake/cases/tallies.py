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

from intake.cases.columns import Column, Flags, Names, Numbers, Seconds, blocks, integers
from intake.cases.pressure import NONE, Contacts
from intake.cases.tables import cases, messages, outbox
from intake.errors import IntakeError

By = Literal["week", "month"]

MOST_STRETCHES = 520
"""Ten years of weeks: what a table or a chart can show."""
QUARTER = 900
"""Seconds. No zone's offset from UTC has been anything but whole quarters of an hour since 1972."""
VOICEMAIL = "voicemail"
"""A case's channel."""
_MACHINE = ""
"""In the place of a channel: a message without a case."""
_WITHOUT = " without: "
"""Between the channel of a message that got no acknowledgement and the reason."""
_NEVER = 0
"""In the place of an instant that has not come: 1970."""
_DAY = 86_400_000
_JULIAN_1970 = 210_866_760_000_000
"""Milliseconds in a day, and from the beginning of the Julian day numbers, by which SQLite reckons, until 1970."""


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
        if not len(seconds):
            return
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
    quarters: dict[tuple[dt.date, int], Contacts] = field(default_factory=dict)
    """(date, minute of the day at which a quarter of an hour begins) → people's messages."""
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
    _acknowledgements(connection, period, places, found)
    return found


def received() -> Column:
    """When a message came in."""
    return sa.func.coalesce(messages.c.internal_date, messages.c.recorded_at, type_=messages.c.internal_date.type)


class _Places:
    """Where a quarter of an hour lies by the office's clock; worked out when it is first asked for."""

    def __init__(self, period: Period) -> None:
        self._period = period
        self._first = int(period.begin.timestamp()) // QUARTER
        self.count = int(period.end.timestamp()) // QUARTER - self._first
        """Quarters in the period."""
        self._days = np.full(self.count, -1, np.int64)
        self._minutes = np.zeros(self.count, np.int64)
        lengths = [(stretch.last - stretch.first).days + 1 for stretch in period.stretches]
        self._stretches = np.repeat(np.arange(len(lengths)), lengths)

    def hold(self, instants: Numbers) -> Flags:
        """Whether each instant lies in the period."""
        quarters = instants // (QUARTER * 1000) - self._first
        return (quarters >= 0) & (quarters < self.count)

    def of(self, instants: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of each instant the number of its quarter in the period, of its stretch, and its hour."""
        quarters = instants // (QUARTER * 1000) - self._first
        for number in np.unique(quarters[self._days[quarters] < 0]).tolist():
            local = dt.datetime.fromtimestamp((self._first + number) * QUARTER, self._period.zone)
            self._days[number] = local.toordinal() - self._period.first.toordinal()
            self._minutes[number] = local.hour * 60 + local.minute
        return quarters, self._stretches[self._days[quarters]], self._minutes[quarters] // 60

    def local(self, quarter: int) -> tuple[dt.date, int]:
        """The date of a quarter that was asked for, and the minute of that day at which it begins."""
        return self._period.first + dt.timedelta(days=int(self._days[quarter])), int(self._minutes[quarter])


def _messages(connection: Connection, period: Period, places: _Places, into: Tallies) -> None:
    queues, languages, kinds = into.queues, Names(), Names()
    written, called = np.zeros(places.count, np.int64), np.zeros(places.count, np.int64)
    channel = sa.func.coalesce(cases.c.channel, _MACHINE)
    for instants, queue_names, codes, kind_names in blocks(
        connection,
        messages.c.id,
        messages.outerjoin(cases, cases.c.id == messages.c.case_id),
        period.holds(received()),
        _milliseconds(connection, received()),
        messages.c.queue,
        messages.c.language,
        sa.case((messages.c.reply, channel), else_=channel + _WITHOUT + messages.c.reason),
    ):
        quarter, stretch, hour = places.of(integers(instants))
        queue, language, kind = queues.numbers(queue_names), languages.numbers(codes), kinds.numbers(kind_names)
        person = kinds.where(lambda name: not name.startswith(_WITHOUT) and name != _MACHINE)[kind]
        voicemail = kinds.where(lambda name: name.partition(_WITHOUT)[0] == VOICEMAIL)[kind]
        for (q, k), count in _counted(queue, kind):
            channel_name, _, reason = kinds[k].partition(_WITHOUT)
            into.kinds[queues[q], channel_name] += count
            if reason:
                into.suppressed[reason] += count
        for (n, q), count in _counted(language[person], queue[person]):
            into.languages[languages[n], queues[q]] += count
        for (q, h), count in _counted(queue[person], hour[person]):
            into.hours[queues[q], h] += count
        for (s, q), count in _counted(stretch, queue):
            into.stretches[period.stretches[s].name, queues[q]] += count
        for (s, k), count in _counted(stretch, kind):
            channel_name, _, reason = kinds[k].partition(_WITHOUT)
            into.stretch_kinds[period.stretches[s].name][channel_name, bool(reason)] += count
        written += np.bincount(quarter[person & ~voicemail], minlength=places.count)
        called += np.bincount(quarter[voicemail], minlength=places.count)
    for number in np.flatnonzero(written + called).tolist():
        contacts = Contacts(int(written[number]), int(called[number]))
        # Where an hour comes twice, the same minute does, too.
        into.quarters[places.local(number)] = into.quarters.get(places.local(number), NONE) + contacts


def _cases(connection: Connection, period: Period, places: _Places, into: Tallies) -> None:
    """What was opened, and what was answered, which may be one and the same."""
    queues, languages = into.queues, Names()
    since = sa.func.coalesce(cases.c.waiting_since, cases.c.opened_at, type_=cases.c.opened_at.type)
    for opens, answers, sinces, queue_names, codes in blocks(
        connection,
        cases.c.id,
        cases,
        period.holds(cases.c.opened_at) | period.holds(cases.c.answered_at),
        _milliseconds(connection, cases.c.opened_at),
        sa.func.coalesce(_milliseconds(connection, cases.c.answered_at), _NEVER),
        _milliseconds(connection, since),
        cases.c.queue,
        cases.c.language,
    ):
        queue, language = queues.numbers(queue_names), languages.numbers(codes)
        at = integers(opens)
        new = places.hold(at)
        _, stretch, _ = places.of(at[new])
        for (q, n), count in _counted(queue[new], language[new]):
            into.opened[queues[q], languages[n]] += count
        for (s,), count in _counted(stretch):
            into.stretch_cases[period.stretches[s].name] += count
        at = integers(answers)
        done = places.hold(at)
        _, stretch, _ = places.of(at[done])
        into.answered.add(_seconds(integers(sinces)[done], at[done]), queue[done], stretch)


def _acknowledgements(connection: Connection, period: Period, places: _Places, into: Tallies) -> None:
    sent = (outbox.c.kind == "acknowledgement") & outbox.c.sent_at.is_not(None)
    for instants, ends, queue_names in blocks(
        connection,
        outbox.c.id,
        outbox.join(messages, messages.c.id == outbox.c.source_id),
        period.holds(received()) & sent,
        _milliseconds(connection, received()),
        _milliseconds(connection, outbox.c.sent_at),
        messages.c.queue,
    ):
        at = integers(instants)
        _, stretch, _ = places.of(at)
        into.acknowledged.add(_seconds(at, integers(ends)), into.queues.numbers(queue_names), stretch)


def _seconds(since: Numbers, until: Numbers) -> Seconds:
    """How long; never negative, though a mail server's clock may be ahead of ours."""
    waited: Seconds = np.maximum(until - since, 0) / 1000
    return waited


def _counted(*codes: Numbers) -> Iterator[tuple[list[int], int]]:
    """How often each combination occurs."""
    if not len(codes[0]):
        return
    shape = [int(code.max()) + 1 for code in codes]
    counts = np.bincount(np.ravel_multi_index(codes, shape))
    found = np.flatnonzero(counts)
    yield from zip(np.transpose(np.unravel_index(found, shape)).tolist(), counts[found].tolist(), strict=True)


def _milliseconds(connection: Connection, instant: Column) -> Column:
    """Since 1970, as a whole number."""
    if connection.dialect.name == "sqlite":  # days with fractions, right to a hundredth of a millisecond
        days = sa.func.julianday(instant, type_=sa.Float())
        return sa.cast(days * _DAY + 0.5, sa.BigInteger) - _JULIAN_1970
    return sa.cast(sa.extract("epoch", instant) * 1000, sa.BigInteger)
