# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true for a caller at one instant, and when that changes next.

The facts come from the same office calendar as those of the e-mails, so that the telephone never says anything else
than a mail. They are pure: every question brings its instant. The instant asked for is not among them, so facts stay
equal as long as nothing changes, and an announcement made from them is true from that instant until
:func:`next_change`.

They change when a day begins (today, the closed days ahead) and when the office opens or closes. Midnight and opening
are instants, found in the office's time zone one by one, so that a day of 23 or 25 hours needs no special case.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from intake.config import Closure, Configuration, Office, Queue
from intake.office import Calendar, Span

WEEK_DAYS_AHEAD = 6
"""With the hours of the week, and of holidays, today and the six days after it are told."""

CLOSURE_DAYS_AHEAD = 14
"""A closure is announced this many days ahead, as in the e-mails."""

SILENT_QUEUES = frozenset({"system", "suspicious"})
"""Queues that no caller is ever put through to."""


@dataclass(frozen=True, slots=True)
class Menu:
    """The languages a caller can choose from: at most four and, behind "more languages", at most five others."""

    first: tuple[str, ...] = ("de", "en", "uk", "tr")
    more: tuple[str, ...] = ("ar", "ru", "sq", "sr", "fa")


@dataclass(frozen=True, slots=True)
class Today:
    """The office at one instant of a day; times and instants are in the office's time zone."""

    closes: dt.time | None
    """When it closes, if it is open now."""
    opens: dt.time | None
    """When it opens later on the same day: in the morning, after a break."""
    has_hours: bool
    """Whether the day has hours at all."""
    next_opening: dt.datetime | None
    """When it opens on another day; ``None`` while it opens today, or if no opening is known."""


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days without hours although the week table has some; both ends included, often the same day."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class ClosureAhead:
    """A closure now or soon, and when the office opens after it."""

    closure: Closure
    reopening: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a prompt may tell. Facts that compare equal give the same words."""

    office: Office
    queues: Mapping[str, Queue]
    """The queues of people's concerns, in the order of the configuration."""
    menu: Menu
    recording_days: int
    """After how many days at the latest a caller's recording is deleted."""
    week: tuple[tuple[Span, ...], ...]
    """The usual hours of Monday to Sunday."""
    service_week: tuple[tuple[Span, ...], ...]
    today: Today | None = None
    """``None`` where nothing dated may be said."""
    closed: tuple[ClosedDays, ...] = ()
    """Public holidays and closures of the week that begins today."""
    holiday_today: bool = False
    holidays: tuple[dt.date, ...] = ()
    """Public holidays on the six days after today that change the usual hours, up to :attr:`after_holiday`."""
    after_holiday: dt.datetime | None = None
    """When the office opens after today's public holiday, or after the first one ahead."""
    closure: ClosureAhead | None = None

    def undated(self) -> "Facts":
        """What stays true whatever the day: for systems that nobody updates."""
        return replace(self, today=None, closed=(), holiday_today=False, holidays=(), after_holiday=None, closure=None)


def facts_at(
    configuration: Configuration,
    calendar: Calendar,
    at: dt.datetime,
    *,
    menu: Menu | None = None,
    recording_days: int | None = None,
) -> Facts:
    """The facts at an aware instant; they hold until :func:`next_change`.

    ``recording_days`` is what callers are promised; without it, what holds for people's data everywhere
    (``retention.person_days``).
    """
    today = calendar.local(at).date()
    ahead = calendar.holidays_ahead(at, WEEK_DAYS_AHEAD)
    closures = calendar.closures_ahead(at, CLOSURE_DAYS_AHEAD)
    holidays = tuple(day.date for day in ahead)
    after_holiday = _opening_after(calendar, holidays[0]) if holidays else None
    closed = [
        *(ClosedDays(c.first, c.last) for c in calendar.closures_ahead(at, WEEK_DAYS_AHEAD)),
        *(ClosedDays(date, date) for date in holidays),
    ]
    return Facts(
        office=configuration.office,
        queues={name: queue for name, queue in configuration.queues.items() if name not in SILENT_QUEUES},
        menu=menu or Menu(),
        recording_days=recording_days or configuration.retention.person_days,
        week=calendar.week,
        service_week=calendar.service_week,
        today=_today(calendar, at),
        closed=tuple(sorted(closed, key=lambda days: (days.first, days.last))),
        holiday_today=today in holidays,
        holidays=tuple(
            date for date in holidays if date > today and (after_holiday is None or date < after_holiday.date())
        ),
        after_holiday=after_holiday,
        closure=ClosureAhead(closures[0], _opening_after(calendar, closures[0].last)) if closures else None,
    )


def next_change(calendar: Calendar, at: dt.datetime) -> dt.datetime:
    """The first instant after ``at`` from which other facts hold; at the latest the next midnight of the office."""
    state = calendar.state(at)
    tomorrow = calendar.local(at).date() + dt.timedelta(days=1)
    instants = (state.until, state.next_opening, _midnight(calendar, tomorrow))
    return calendar.local(min(instant.astimezone(dt.UTC) for instant in instants if instant is not None))


def _today(calendar: Calendar, at: dt.datetime) -> Today:
    today, state = calendar.local(at).date(), calendar.state(at)
    upcoming = state.next_opening
    later = upcoming is not None and upcoming.date() == today
    return Today(
        closes=state.until.time() if state.until else None,
        opens=upcoming.time() if upcoming and later else None,
        has_hours=bool(calendar.day(today).spans),
        next_opening=None if later else upcoming,
    )


def _midnight(calendar: Calendar, date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(0), calendar.zone)


def _opening_after(calendar: Calendar, date: dt.date) -> dt.datetime | None:
    """The first opening later than this day."""
    day_after = _midnight(calendar, date + dt.timedelta(days=1))
    return day_after if calendar.is_open(day_after) else calendar.next_opening(day_after)
