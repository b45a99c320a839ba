# SPDX-License-Identifier: GPL-3.0-or-later
"""When people write and call, against the hours in which the office is open: should it open longer on Thursdays?

Counted are people's messages, voicemails among them, by quarters of an hour of the office's clock; a quarter is open if
it begins within the opening hours of that date, so holidays and closures are closed. For the question itself only days
with the usual hours count: a holiday says nothing about Thursdays.

For each weekday that has hours, the hours next to them (the one before the doors open, the one after they close, and
both ends of a break) are compared with a usual opening hour of the same weekday, and the busiest of them is reported.
Chance is allowed for: two counts differ clearly if they are more than three standard deviations apart (for counts, the
square root of their sum); not two, because the busiest of several hours on each of five days is bound to look busy.
Below :data:`ENOUGH` contacts nothing is said.

What it cannot know: people who stood at a closed door, and callers who left no message. Those who were answered at once
on the telephone are not counted either.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeVar

from intake.office import DAY_END, Calendar, Span

ENOUGH = 20
"""Contacts; with fewer, chance decides which hour is busier."""
DEVIATIONS = 3
ALIKE = 0.2
"""What differs by less than this part is no clear difference, however many there are."""
_HOUR = 60
_DAY = 24 * 60

Verdict = Literal["busier", "as-busy", "quieter", "too-few"]
"""How the hour next to the opening hours compares with a usual opening hour of that weekday: clearly more, no clear
difference, clearly fewer, or not to be said."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """What came in a quarter of an hour, an hour or a day."""

    written: int = 0
    called: int = 0

    @property
    def all(self) -> int:
        """Both ways."""
        return self.written + self.called

    def __add__(self, other: "Contacts") -> "Contacts":
        return Contacts(self.written + other.written, self.called + other.called)


NONE = Contacts()


@dataclass(frozen=True, slots=True)
class Edge:
    """The busiest hour next to the opening hours of a weekday. ``end`` 00:00 is midnight at the day's end."""

    weekday: int
    """Monday is 0."""
    begin: dt.time
    end: dt.time
    contacts: Contacts
    days: int
    """On how many days of that weekday, holidays and closures left out."""
    usual: float
    """What as much time within the opening hours of these days had."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Pressure:
    """Contacts by the hour, and what they say about the opening hours."""

    hours: Mapping[tuple[int, int], Contacts]
    """(weekday, hour) → contacts; Monday is 0."""
    outside: Contacts
    """While the office was closed."""
    closed_days: Contacts
    """Of these, on days without any opening hours."""
    edges: tuple[Edge, ...]

    @property
    def all(self) -> Contacts:
        """In the whole period."""
        return sum(self.hours.values(), NONE)


def weigh(quarters: Mapping[tuple[dt.date, int], Contacts], calendar: Calendar) -> Pressure:
    """``quarters``: (date, minute of the day at which a quarter of an hour begins) → what came in it."""
    # Two years have 70,000 quarters of an hour, but few kinds of day.
    kinds: dict[tuple[int, tuple[Span, ...]], dict[int, list[int]]] = {}
    days: dict[dt.date, dict[int, list[int]]] = {}
    for (date, minute), contacts in quarters.items():
        day = days.get(date)
        if day is None:
            day = days[date] = kinds.setdefault((date.weekday(), calendar.day(date).spans), {})
        both = day.setdefault(minute, [0, 0])
        both[0] += contacts.written
        both[1] += contacts.called
    hours: dict[tuple[int, int], Contacts] = {}
    usual: dict[int, dict[int, Contacts]] = {weekday: {} for weekday in range(7)}
    outside = closed_days = NONE
    for (weekday, spans), sums in kinds.items():
        found = {minute: Contacts(*both) for minute, both in sums.items()}
        opened = [_minutes(span) for span in spans]
        for minute, contacts in found.items():
            _add(hours, (weekday, minute // 60), contacts)
            if not any(begin <= minute < end for begin, end in opened):
                outside += contacts
        if not spans:
            closed_days += sum(found.values(), NONE)
        if spans == calendar.week[weekday]:
            usual[weekday] = found
    counted = _days_with_usual_hours(calendar, days)
    edges = (
        _edge(weekday, [_minutes(span) for span in calendar.week[weekday]], usual[weekday], counted[weekday])
        for weekday in range(7)
        if calendar.week[weekday] and counted[weekday]
    )
    return Pressure(dict(sorted(hours.items())), outside, closed_days, tuple(edge for edge in edges if edge))


K = TypeVar("K")


def _add(into: dict[K, Contacts], key: K, contacts: Contacts) -> None:
    into[key] = into.get(key, NONE) + contacts


def _minutes(span: Span) -> tuple[int, int]:
    begin, end = span
    return begin.hour * 60 + begin.minute, _DAY if end == DAY_END else end.hour * 60 + end.minute


def _days_with_usual_hours(calendar: Calendar, seen: Collection[dt.date]) -> Counter[int]:
    """Between the first and the last day on which anything came: before, the service may not have run."""
    counted: Counter[int] = Counter()
    first, last = min(seen, default=dt.date.max), max(seen, default=dt.date.min)
    for number in range((last - first).days + 1):
        date = first + dt.timedelta(days=number)
        if calendar.day(date).spans == calendar.week[date.weekday()]:
            counted[date.weekday()] += 1
    return counted


def _edge(weekday: int, opened: list[tuple[int, int]], minutes: Mapping[int, Contacts], days: int) -> Edge | None:
    """The busiest hour next to the opening hours; ``None`` where they leave none."""

    def came(begin: int, end: int) -> Contacts:
        return sum((contacts for minute, contacts in minutes.items() if begin <= minute < end), NONE)

    found = max(_next_to(opened), key=lambda one: (came(*one).all, -one[0]), default=None)
    if found is None:
        return None
    begin, end = found
    contacts = came(begin, end)
    within = sum(came(*span).all for span in opened)
    usual = within * (end - begin) / sum(end - begin for begin, end in opened)
    return Edge(weekday, _time(begin), _time(end), contacts, days, round(usual, 1), _verdict(contacts.all, usual))


def _next_to(opened: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The hour before and after each span, as far as nothing else is open then; what is less than an hour, too."""
    for number, (begin, end) in enumerate(opened):
        before = max(begin - _HOUR, opened[number - 1][1] if number else 0)
        after = min(end + _HOUR, opened[number + 1][0] if number + 1 < len(opened) else _DAY)
        if before < begin:
            yield before, begin
        if end < after:
            yield end, after


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60 % 24, minute % 60)


def _verdict(contacts: int, usual: float) -> Verdict:
    if contacts < ENOUGH and usual < ENOUGH:
        return "too-few"
    if abs(contacts - usual) <= max(DEVIATIONS * sqrt(contacts + usual), ALIKE * usual):
        return "as-busy"
    return "busier" if contacts > usual else "quieter"
