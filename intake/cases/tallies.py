# SPDX-License-Identifier: GPL-3.0-or-later
"""What the key figures are made of: everything that happened in a period, counted in one pass over each table.

:mod:`intake.cases.report` says what each figure means; here is how the rows are counted. A row is looked at once, its
names become numbers, and numpy adds up. What is kept are counts; of each measured time, the time itself with its queue
and its week, 12 bytes; and until the acknowledgements are counted, of each message its number, when it came, its queue
and its week, 20 bytes: to look them up here is quicker than to join the tables.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.columns import Column, Flags, Names, Numbers, Seconds, blocks, instants, integers, readable
from intake.cases.pressure import Contacts
from intake.cases.tables import cases, messages, outbox
from intake.errors import IntakeError

By = Literal["week", "month"]

MOST_STRETCHES = 520
"""Ten years of weeks: what a table or a chart can show."""
QUARTER = 900
"""Seconds. No zone's offset from UTC has been anything but whole quarters of an hour since 1972."""
_USUAL_DAY = 24 * 3600 // QUARTER
"""Quarters in a day on which the clocks do not change."""
_SECOND = 1_000_000
"""In microseconds, in which instants are reckoned here."""
VOICEMAIL = "voicemail"
"""A case's channel."""
_MACHINE = ""
"""In the place of a channel: a message without a case."""
_WITHOUT = " without: "
"""Between the channel of a message that got no acknowledgement and the reason."""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""From which instants are counted; in the place of one that has not come."""

_Whole: TypeAlias = npt.NDArray[np.integer[Any]]
_Small: TypeAlias = npt.NDArray[np.int16]
"""Numbers of queues and of stretches: neither are many, and small ones are put in order several times as fast."""


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
    _queues: list[_Small] = field(default_factory=list)
    _stretches: list[_Small] = field(default_factory=list)

    def add(self, since: Numbers, until: Numbers, queues: _Whole, stretches: _Whole) -> None:
        """A block of them; none is negative, though a mail server's clock may be ahead of ours."""
        if not len(since):
            return
        self._seconds.append(np.maximum(until - since, 0) / _SECOND)
        self._queues.append(queues.astype(np.int16))
        self._stretches.append(stretches.astype(np.int16))

    def all(self) -> Spread:
        """Of all together."""
        return spread(np.concatenate(self._seconds)) if self._seconds else Spread()

    def by_queue(self, names: Names) -> dict[str, Spread]:
        """Of each queue."""
        return {names[number]: found for number, found in self._by(self._queues).items()}

    def by_stretch(self, stretches: Sequence[Stretch]) -> dict[Stretch, Spread]:
        """Of each week or month."""
        return {stretches[number]: found for number, found in self._by(self._stretches).items()}

    def _by(self, keys: list[_Small]) -> dict[int, Spread]:
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
    waiting: dict[str, tuple[int, dt.datetime]] = field(default_factory=dict)
    """Queue → cases that wait for an answer now, whenever opened, and since when the one that waits longest."""
    queues: Names = field(default_factory=Names)
    acknowledged: Times = field(default_factory=Times)
    answered: Times = field(default_factory=Times)


def tally(connection: Connection, period: Period) -> Tallies:
    """Count everything that happened in the period."""
    found, places = Tallies(), _Places(period)
    counted = _messages(connection, period, places, found)
    _acknowledgements(connection, counted, found)
    _cases(connection, period, places, found)
    return found


def received() -> Column:
    """When a message came in."""
    return sa.func.coalesce(messages.c.internal_date, messages.c.recorded_at, type_=messages.c.internal_date.type)


class _Places:
    """Where each quarter of an hour of the period lies by the office's clock."""

    def __init__(self, period: Period) -> None:
        days = [period.first + dt.timedelta(days=number) for number in range((period.last - period.first).days + 2)]
        begins = [int(dt.datetime.combine(day, dt.time(), period.zone).timestamp()) // QUARTER for day in days]
        lengths = np.diff(begins)
        self._first = begins[0]
        self.count = begins[-1] - begins[0]
        """Quarters in the period."""
        self._days = np.repeat(np.arange(len(lengths)), lengths)
        self._minutes = (
            (np.arange(self.count) - np.repeat(np.array(begins[:-1]) - self._first, lengths)) * QUARTER // 60
        )
        for number in np.flatnonzero(lengths[self._days] != _USUAL_DAY).tolist():  # the clocks change
            local = dt.datetime.fromtimestamp((self._first + number) * QUARTER, period.zone)
            self._minutes[number] = local.hour * 60 + local.minute
        self._hours = self._minutes // 60
        parts = [(stretch.last - stretch.first).days + 1 for stretch in period.stretches]
        self._stretches = np.repeat(np.arange(len(parts)), parts)[self._days]
        self._period = period

    def hold(self, at: Numbers) -> Flags:
        """Whether each instant lies in the period."""
        quarters = at // (QUARTER * _SECOND) - self._first
        return (quarters >= 0) & (quarters < self.count)

    def of(self, at: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of each instant the number of its quarter in the period, of its stretch, and its hour."""
        quarters = at // (QUARTER * _SECOND) - self._first
        return quarters, self._stretches[quarters], self._hours[quarters]

    def local(self, quarters: Numbers) -> Iterator[tuple[dt.date, int]]:
        """The date of each, and the minute of that day at which it begins."""
        for day, minute in zip(self._days[quarters].tolist(), self._minutes[quarters].tolist(), strict=True):
            yield self._period.first + dt.timedelta(days=day), minute


_NO_MESSAGES = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int16), np.zeros(0, np.int16))


class _Received:
    """What is to be known of each message where its acknowledgement is met."""

    def __init__(self) -> None:
        self._blocks: list[tuple[Numbers, Numbers, _Small, _Small]] = []

    def add(self, ids: Numbers, at: Numbers, queues: Numbers, stretches: Numbers) -> None:
        """A block of messages, whose numbers are larger than those before; within it they come in any order."""
        order = np.argsort(ids, kind="stable")
        parts = ids[order], at[order], queues[order].astype(np.int16), stretches[order].astype(np.int16)
        self._blocks.append(parts)

    def columns(self) -> tuple[Numbers, Numbers, _Small, _Small]:
        """Of all together: their numbers, which rise; when they came; their queues and stretches."""
        ids, at, queues, stretches = zip(_NO_MESSAGES, *self._blocks, strict=True)
        return np.concatenate(ids), np.concatenate(at), np.concatenate(queues), np.concatenate(stretches)


def _messages(connection: Connection, period: Period, places: _Places, into: Tallies) -> _Received:
    queues, languages, kinds = into.queues, Names(), Names()
    written, called = np.zeros(places.count, np.int64), np.zeros(places.count, np.int64)
    channel = sa.func.coalesce(cases.c.channel, _MACHINE)
    counted = _Received()
    for numbers, arrivals, queue_names, codes, kind_names in blocks(
        connection,
        messages.c.id,
        messages.outerjoin(cases, cases.c.id == messages.c.case_id),
        period.holds(received()),
        sa.cast(messages.c.id, sa.Text),
        readable(connection, received()),
        messages.c.queue,
        messages.c.language,
        sa.case((messages.c.reply, channel), else_=channel + _WITHOUT + messages.c.reason),
    ):
        at = instants(arrivals)
        quarter, stretch, hour = places.of(at)
        queue, language, kind = queues.numbers(queue_names), languages.numbers(codes), kinds.numbers(kind_names)
        counted.add(integers(numbers), at, queue, stretch)
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
    some = np.flatnonzero(written + called)
    for where, wrote, phoned in zip(places.local(some), written[some].tolist(), called[some].tolist(), strict=True):
        contacts = Contacts(wrote, phoned)
        # Where an hour comes twice, the same minute does, too.
        into.quarters[where] = into.quarters[where] + contacts if where in into.quarters else contacts
    return counted


def _cases(connection: Connection, period: Period, places: _Places, into: Tallies) -> None:
    """What was opened, what was answered, and what waits now, which may be one and the same."""
    queues, languages = into.queues, Names()
    waiting = cases.c.state == "open"
    since = sa.func.coalesce(cases.c.waiting_since, cases.c.opened_at, type_=cases.c.opened_at.type)
    answered = sa.func.coalesce(cases.c.answered_at, _EPOCH, type_=cases.c.answered_at.type)
    for opens, answers, sinces, states, queue_names, codes in blocks(
        connection,
        cases.c.id,
        cases,
        period.holds(cases.c.opened_at) | period.holds(cases.c.answered_at) | waiting,
        readable(connection, cases.c.opened_at),
        readable(connection, answered),
        readable(connection, since),
        sa.case((waiting, "1"), else_="0"),
        cases.c.queue,
        cases.c.language,
    ):
        queue, language = queues.numbers(queue_names), languages.numbers(codes)
        at = instants(opens)
        new = places.hold(at)
        _, stretch, _ = places.of(at[new])
        for (q, n), count in _counted(queue[new], language[new]):
            into.opened[queues[q], languages[n]] += count
        for (s,), count in _counted(stretch):
            into.stretch_cases[period.stretches[s].name] += count
        at = instants(answers)
        done = places.hold(at)
        _, stretch, _ = places.of(at[done])
        begins = instants(sinces)
        into.answered.add(begins[done], at[done], queue[done], stretch)
        still = integers(states) > 0
        for (q,), count in _counted(queue[still]):
            oldest = _EPOCH + dt.timedelta(microseconds=int(begins[still & (queue == q)].min()))
            before, first = into.waiting.get(queues[q], (0, oldest))
            into.waiting[queues[q]] = before + count, min(first, oldest)


def _acknowledgements(connection: Connection, counted: _Received, into: Tallies) -> None:
    """Of the messages that were counted."""
    ids, received_at, queues, stretches = counted.columns()
    if not len(ids):
        return
    sent = (outbox.c.kind == "acknowledgement") & outbox.c.sent_at.is_not(None)
    for sources, ends in blocks(
        connection,
        outbox.c.id,
        outbox,
        sent & outbox.c.source_id.between(int(ids[0]), int(ids[-1])),
        sa.cast(outbox.c.source_id, sa.Text),
        readable(connection, outbox.c.sent_at),
    ):
        source = integers(sources)
        place = np.searchsorted(ids, source)
        known = ids[place] == source
        place = place[known]
        into.acknowledged.add(received_at[place], instants(ends)[known], queues[place], stretches[place])


def _counted(*codes: Numbers) -> Iterator[tuple[list[int], int]]:
    """How often each combination occurs."""
    if not len(codes[0]):
        return
    shape = [int(code.max()) + 1 for code in codes]
    counts = np.bincount(np.ravel_multi_index(codes, shape))
    found = np.flatnonzero(counts)
    yield from zip(np.transpose(np.unravel_index(found, shape)).tolist(), counts[found].tolist(), strict=True)
