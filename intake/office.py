# SPDX-License-Identifier: GPL-3.0-or-later
"""The office calendar: is it open now, when does it open next, which days are different.

Pure: every question brings its instant or date, nothing here looks at a clock. The answer comes from the
week table, less public holidays (package ``holidays``, by country and federal state) and less closures.
The ServicePoint has hours of its own and shares the office's holidays and closures.

Spans are wall-clock times in the office's time zone and are turned into instants one by one, so that a day
of 23 or 25 hours needs no special case: a span that begins or ends in the repeated hour begins with its
first pass and ends with its second.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from intake.config import WEEKDAYS, Closure, Hours, Office
from intake.errors import ConfigurationError

HORIZON_DAYS = 60
"""How far ahead the next opening is looked for."""

LONGEST_CLOSURE_DAYS = 366
"""A longer closure is a mistyped year."""

DAY_END = dt.time(0)
"""As the end of a span: midnight at the end of that day, written 24:00."""

Span = tuple[dt.time, dt.time]
"""Begin and end of a span of one day, in wall-clock time; :data:`DAY_END` as its end means 24:00."""

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One date as it will be. Both span tables are empty on a public holiday and during a closure."""

    date: dt.date
    spans: tuple[Span, ...]
    service_spans: tuple[Span, ...]
    holiday: str | None
    """The public holiday's name in the language of the country."""
    closure: Closure | None


@dataclass(frozen=True, slots=True)
class OpenState:
    """Open or closed at one instant; instants are in the office's time zone."""

    open: bool
    until: dt.datetime | None
    """When it closes, if it is open."""
    next_opening: dt.datetime | None
    """When it opens the next time after that; ``None`` if not within :data:`HORIZON_DAYS`."""


@lru_cache(maxsize=64)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[dt.date, str]:
    """Date → name of each public holiday. Raises :class:`ConfigurationError` for an unknown place."""
    import holidays  # knows every country; commands that ask for no date need not wait for it

    try:
        place = holidays.country_holidays(country, subdiv=subdivision or None)
        # Without a language the names would follow the environment: another name in another shell.
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, language=place.default_language
        )
    except NotImplementedError:
        name = f"{country}-{subdivision}" if subdivision else country
        raise ConfigurationError(
            f'office: no public holidays are known for "{name}"; write country as in "DE" and subdivision as in "BW"'
        ) from None
    return MappingProxyType(dict(sorted(found.items())))


def _spans(texts: tuple[str, ...]) -> tuple[Span, ...]:
    """The spans in order, overlapping and touching ones joined."""
    minutes = sorted((_minutes(text[:5]), _minutes(text[6:])) for text in texts)
    joined: list[tuple[int, int]] = []
    for begin, end in minutes:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple((_time(begin), _time(end)) for begin, end in joined)


def _minutes(text: str) -> int:
    return min(int(text[:2]) * 60 + int(text[3:]), 24 * 60)


def _time(minutes: int) -> dt.time:
    return dt.time(minutes // 60 % 24, minutes % 60)


def _week(hours: Hours) -> tuple[tuple[Span, ...], ...]:
    return tuple(_spans(hours.get(day, ())) for day in WEEKDAYS)  # type: ignore[call-overload]


class Calendar:
    """The calendar of one office. Every instant must be aware; a naive one raises :class:`ValueError`."""

    def __init__(self, office: Office) -> None:
        self.zone = ZoneInfo(office.timezone)
        self._place = (office.country, office.subdivision)
        self._closures = tuple(sorted(office.closures, key=lambda c: (c.first, c.last)))
        for closure in self._closures:
            if (closure.last - closure.first).days >= LONGEST_CLOSURE_DAYS:
                raise ConfigurationError(
                    f"office.closures: the closure from {closure.first} to {closure.last} lasts longer than "
                    f"{LONGEST_CLOSURE_DAYS} days; correct the year"
                )
        self.week = _week(office.hours)
        """Spans of Monday to Sunday, holidays and closures left aside."""
        self.service_week = _week(office.service_point.hours)
        """The same for the ServicePoint."""
        public_holidays(*self._place, 2026)  # an unknown place is told at the start, whatever the year

    def local(self, instant: dt.datetime) -> dt.datetime:
        """The instant in the office's time zone."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return instant.astimezone(self.zone)

    def day(self, date: dt.date) -> Day:
        """What is true of one date."""
        holiday = public_holidays(*self._place, date.year).get(date)
        closure = next((c for c in self._closures if c.first <= date <= c.last), None)
        if holiday is not None or closure is not None:
            return Day(date, (), (), holiday, closure)
        weekday = date.weekday()
        return Day(date, self.week[weekday], self.service_week[weekday], None, None)

    def is_open(self, instant: dt.datetime, *, service: bool = False) -> bool:
        """Open at this instant? A span includes its begin and excludes its end."""
        return self.state(instant, service=service).open

    def state(self, instant: dt.datetime, *, service: bool = False) -> OpenState:
        """Open until when, or closed until when; of the ServicePoint if ``service``."""
        now = self.local(instant).astimezone(dt.UTC)
        until: dt.datetime | None = None
        for begin, end in self._intervals(self.local(instant).date(), service):
            if end <= now:
                continue
            if begin > now:
                return OpenState(until is not None, until, begin.astimezone(self.zone))
            until = end.astimezone(self.zone)
        return OpenState(until is not None, until, None)

    def next_opening(self, instant: dt.datetime, *, service: bool = False) -> dt.datetime | None:
        """The first opening later than ``instant``; ``None`` if there is none within :data:`HORIZON_DAYS`."""
        return self.state(instant, service=service).next_opening

    def closures_ahead(self, instant: dt.datetime, days: int) -> tuple[Closure, ...]:
        """Closures that touch today or one of the following ``days``, the earliest first."""
        today = self.local(instant).date()
        last = today + dt.timedelta(days=days)
        return tuple(c for c in self._closures if c.first <= last and c.last >= today)

    def holidays_ahead(self, instant: dt.datetime, days: int) -> tuple[Day, ...]:
        """Public holidays today or on one of the following ``days`` that fall on a day with hours.

        One on a day that is closed anyway, or inside a closure, changes nothing for visitors: left out.
        """
        today = self.local(instant).date()
        ahead = (self.day(today + dt.timedelta(days=n)) for n in range(days + 1))
        return tuple(
            day
            for day in ahead
            if day.holiday is not None
            and day.closure is None
            and (self.week[day.date.weekday()] or self.service_week[day.date.weekday()])
        )

    def is_working_day(self, date: dt.date) -> bool:
        """Monday to Friday, no public holiday, no closure: staff work, whether or not the doors are open."""
        day = self.day(date)
        return date.weekday() < 5 and day.holiday is None and day.closure is None

    def working_days_from(self, date: dt.date, n: int) -> dt.date:
        """The ``n``-th working day after ``date``, which itself does not count.

        For 0: ``date``, or the next working day if it is none.
        """
        while not self.is_working_day(date) and n == 0:
            date += _ONE_DAY
        while n > 0:
            date += _ONE_DAY
            n -= self.is_working_day(date)
        return date

    def _intervals(self, today: dt.date, service: bool) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Open intervals in UTC from the day before ``today``, in order, joined where one meets the next."""
        held: tuple[dt.datetime, dt.datetime] | None = None
        for n in range(-1, HORIZON_DAYS + 1):
            day = self.day(today + dt.timedelta(days=n))
            for span in day.service_spans if service else day.spans:
                begin, end = self._instants(day.date, span)
                if end <= begin:
                    continue
                if held is not None and begin <= held[1]:
                    held = (held[0], max(end, held[1]))
                    continue
                if held is not None:
                    yield held
                held = (begin, end)
        if held is not None:
            yield held

    def _instants(self, date: dt.date, span: Span) -> tuple[dt.datetime, dt.datetime]:
        begin, end = span
        end_date = date + _ONE_DAY if end == DAY_END else date
        ends = (dt.datetime.combine(end_date, end.replace(fold=fold), self.zone) for fold in (0, 1))
        return (
            dt.datetime.combine(date, begin, self.zone).astimezone(dt.UTC),
            max(instant.astimezone(dt.UTC) for instant in ends),
        )
