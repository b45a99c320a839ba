# SPDX-License-Identifier: GPL-3.0-or-later
"""At no minute does a caller hear something false, whatever the calendar, the clocks and the service do.

A year is simulated: the service publishes every midnight or is dead, and a telephone system walks through the generated
dialplan by its own clock. What may be heard is worked out here, by hand, from the week table, the public holidays of
Baden-Württemberg and the closures; nothing of the program's own calendar is used for it.
"""

import datetime as dt
from collections.abc import Iterator
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from intake.announcements import plan as planning
from intake.announcements.facts import Facts
from intake.announcements.forms import Segment
from intake.announcements.layout import slot_name
from intake.announcements.plan import Plan
from intake.announcements.prompts import Prompt
from intake.config import Configuration, PhoneSystem
from intake.office import Calendar
from tests.paper_line import CURRENT, Line, resolve

BERLIN = ZoneInfo("Europe/Berlin")
NEUTRAL = "see our website"
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2027, 2, 28)
WEEK = {0: ((8, 0), (12, 0), (13, 30), (15, 30)), 1: ((8, 0), (12, 0)), 3: ((8, 0), (12, 0), (14, 0), (18, 0))}
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = {
    dt.date(2026, 4, 3), dt.date(2026, 4, 6), dt.date(2026, 5, 1), dt.date(2026, 5, 14), dt.date(2026, 5, 25),
    dt.date(2026, 6, 4), dt.date(2026, 10, 3), dt.date(2026, 11, 1), dt.date(2026, 12, 25), dt.date(2026, 12, 26),
    dt.date(2027, 1, 1), dt.date(2027, 1, 6),
}  # fmt: skip
CLOSURES = ((dt.date(2026, 7, 20), dt.date(2026, 7, 24)), (dt.date(2026, 12, 24), dt.date(2026, 12, 31)))


SYSTEMS: tuple[PhoneSystem, ...] = ("asterisk", "freeswitch")


def configuration(*, days_ahead: int = 14, **office: object) -> Configuration:
    hours = {
        NAMES[day]: tuple(f"{b[0]:02}:{b[1]:02}-{e[0]:02}:{e[1]:02}" for b, e in zip(t[::2], t[1::2], strict=True))
        for day, t in WEEK.items()
    }
    about = {
        "name": "Amt", "address": "Platz 1", "phone": "1", "email": "amt@musterstadt.example", "website": "w",
        "appointment_url": "a", "privacy_url": "p", "hours": hours,
        "closures": tuple({"first": first, "last": last} for first, last in CLOSURES),
    }  # fmt: skip
    folders = {"general": "Allgemein", "system": "System", "suspicious": "Prüfen"}
    return Configuration.model_validate(
        {
            "office": about | office,
            "announcements": {
                "languages": ("de",),
                "menu": ("de",),
                "more": (),
                "fallback": ("de",),
                "days_ahead": days_ahead,
                "targets": SYSTEMS,
            },
            "queues": {name: {"folder": folder} for name, folder in folders.items()},
        }
    )


class Words:
    """Texts that say in a few words what the real ones say in sentences."""

    def __init__(self, *languages: str) -> None:
        self._languages = languages or ("de",)

    def usable(self, *, drafts: bool) -> tuple[str, ...]:
        return self._languages

    def problems(self) -> tuple[str, ...]:
        return ()

    def render(self, name: str, language: str, facts: Facts) -> Prompt:
        said = self._said(name, facts)
        return Prompt(name, language, (Segment(language, said),), said)

    def _said(self, name: str, facts: Facts) -> str:
        if name == "neutral":
            return NEUTRAL
        if name == "today" and facts.today is not None:
            today = facts.today
            if today.closes:
                again = f", again from {today.opens:%H:%M}" if today.opens else ""
                return f"open until {today.closes:%H:%M}{again}"
            if today.opens:
                return f"closed, opens today at {today.opens:%H:%M}"
            when = f"{today.next_opening:%Y-%m-%d %H:%M}" if today.next_opening else "unknown"
            return f"closed, next opening {when}"
        if name == "hours-week":
            return f"week, closed on {sorted((d.first.isoformat(), d.last.isoformat()) for d in facts.closed)}"
        if name == "holiday":
            return f"holiday today: {facts.holiday_today}, ahead: {[d.isoformat() for d in facts.holidays]}"
        if name == "closure" and facts.closure is not None:
            return f"closure until {facts.closure.closure.last.isoformat()}"
        return name


@cache
def hours_of(date: dt.date) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    """When the office is open on a date, as instants."""
    if date in HOLIDAYS or any(first <= date <= last for first, last in CLOSURES):
        return ()
    times = [dt.datetime.combine(date, dt.time(*t), BERLIN) for t in WEEK.get(date.weekday(), ())]
    return tuple(zip(times[::2], times[1::2], strict=True))


def truth(at: dt.datetime) -> str:
    """What the announcement about today has to say at an instant, worked out from the tables above."""
    now = at.astimezone(BERLIN)
    for number, (begin, end) in enumerate(hours_of(now.date())):
        later = hours_of(now.date())[number + 1 :]
        if at < begin:
            return f"closed, opens today at {begin:%H:%M}"
        if at < end:
            return f"open until {end:%H:%M}" + (f", again from {later[0][0]:%H:%M}" if later else "")
    days = (now.date() + dt.timedelta(days=n) for n in range(1, 61))
    opening = next(hours_of(day)[0][0] for day in days if hours_of(day))
    return f"closed, next opening {opening:%Y-%m-%d %H:%M}"


def truth_of_holidays(at: dt.datetime) -> str | None:
    """What has to be said of public holidays; None if there are none to tell."""
    today = at.astimezone(BERLIN).date()
    ahead = [today + dt.timedelta(days=n) for n in range(7)]
    told = [day for day in ahead if day in HOLIDAYS and day.weekday() in WEEK and not _in_closure(day)]
    if not told:
        return None
    after = told[0] + dt.timedelta(days=1)
    while not hours_of(after):
        after += dt.timedelta(days=1)
    later = [day.isoformat() for day in told if today < day < after]
    return f"holiday today: {today in told}, ahead: {later}"


def _in_closure(day: dt.date) -> bool:
    return any(first <= day <= last for first, last in CLOSURES)


@pytest.fixture(scope="module")
def office() -> Configuration:
    return configuration()


@pytest.fixture(autouse=True)
def _remember_facts(monkeypatch: pytest.MonkeyPatch, office: Configuration) -> None:
    """The facts of an instant do not depend on the day on which they are worked out: once is enough for a year."""
    facts_at, next_change = planning.facts_at, planning.next_change
    known: dict[object, object] = {}

    def remembered(function, key, *arguments, **options):  # type: ignore[no-untyped-def]
        if key not in known:
            known[key] = function(*arguments, **options)
        return known[key]

    monkeypatch.setattr(
        planning, "facts_at", lambda c, cal, at, **o: remembered(facts_at, ("facts", id(cal), at), c, cal, at, **o)
    )
    monkeypatch.setattr(
        planning, "next_change", lambda cal, at: remembered(next_change, ("next", id(cal), at), cal, at)
    )


def published(office: Configuration, calendar: Calendar, day: dt.date) -> Line:
    """What the service publishes at the beginning of a day."""
    return Line(office, plan(office, calendar, day))


def plan(office: Configuration, calendar: Calendar, day: dt.date) -> Plan:
    midnight = dt.datetime.combine(day, dt.time(0, 0, 20), BERLIN)
    return planning.make(office, calendar, Words(), midnight)  # type: ignore[arg-type]


def minutes_of(day: dt.date) -> Iterator[dt.datetime]:
    """Every minute of a day of 23, 24 or 25 hours, UTC."""
    minute = dt.datetime.combine(day, dt.time(0), BERLIN).astimezone(dt.UTC)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), BERLIN).astimezone(dt.UTC)
    while minute < end:
        yield minute
        minute += dt.timedelta(minutes=1)


def days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += dt.timedelta(days=1)


def said(line: Line, at: dt.datetime, name: str) -> str | None:
    """What the dialplan's lookup finds: the words, or None where the neutral announcement or nothing is played."""
    path = f"{CURRENT}/at/{slot_name(at)}/{name}/de"
    return line.words(path) if resolve(line.layout, f"{path}.wav") in line.layout.sounds else None


STOPPED = {dt.date(2026, 4, 3) + dt.timedelta(days=n) for n in range(3)}
"""The service is dead over Easter, from Good Friday on."""


def test_through_a_year_no_minute_says_anything_false() -> None:
    office = configuration(days_ahead=3)  # no more than the service is dead for
    calendar = Calendar(office.office)
    line = published(office, calendar, FIRST)
    for day in days(FIRST, LAST):
        if day not in STOPPED:
            line = published(office, calendar, day)
        words: dict[str, str | None] = {}
        for minute in minutes_of(day):
            slot = slot_name(minute)
            if slot not in words:
                words[slot] = said(line, minute, "today")
            assert words[slot] == truth(minute), minute
        noon = dt.datetime.combine(day, dt.time(12), BERLIN)
        assert said(line, noon, "holiday") == truth_of_holidays(noon), day


CHANGES = ("2026-03-29", "2026-10-25", "2026-04-02", "2026-04-03", "2026-12-23", "2026-12-24", "2026-07-24")
"""The two nights in which the clocks change; a holiday and its eve; a closure's eve, first and last day."""


@pytest.mark.parametrize("date", CHANGES)
def test_the_dialplan_plays_what_is_true_by_the_clock_of_the_telephone_system(office: Configuration, date: str) -> None:
    day = dt.date.fromisoformat(date)
    line = published(office, Calendar(office.office), day - dt.timedelta(days=2))
    for system in SYSTEMS:
        for minute in list(minutes_of(day))[::7]:
            heard = line.heard(minute, system=system)
            assert heard[0] == "greeting"
            assert heard[1] == truth(minute)
            assert (truth_of_holidays(minute) or "") in (*heard[2:3], ""), heard
            assert heard[-2:] == ["main-menu", "goodbye"]


def test_a_dead_service_makes_the_line_vague_but_never_false(office: Configuration) -> None:
    line = published(office, Calendar(office.office), dt.date(2026, 4, 1))
    for day in days(dt.date(2026, 4, 1), dt.date(2027, 4, 20)):
        noon = dt.datetime.combine(day, dt.time(12), BERLIN)
        known = day <= dt.date(2026, 4, 15)
        expected = [
            *([truth(noon)] if known else [NEUTRAL]),
            *([truth_of_holidays(noon)] if known and truth_of_holidays(noon) else []),
            "main-menu",
        ]
        for system in SYSTEMS:
            # The first key asks for the hours of the week; then the menu comes again.
            *heard, week, again, goodbye = line.heard(noon, ["1"], system=system)
            assert heard[1:] == expected, (day, system)
            assert (week == NEUTRAL) == (not known)
            assert (again, goodbye) == ("main-menu", "goodbye")


def test_before_the_first_day_of_a_version_nothing_dated_is_said(office: Configuration) -> None:
    line = published(office, Calendar(office.office), dt.date(2026, 4, 15))
    for system in SYSTEMS:
        assert line.heard(dt.datetime(2026, 4, 14, 23, 59, tzinfo=BERLIN), system=system)[1] == NEUTRAL
        assert line.heard(dt.datetime(2026, 4, 15, 0, 0, tzinfo=BERLIN), system=system)[1] != NEUTRAL


def test_a_change_at_an_odd_minute_is_never_announced_early_or_late() -> None:
    office = configuration(hours={"wed": ("08:03-11:57",)})
    line = published(office, Calendar(office.office), dt.date(2026, 4, 8))
    expected = {
        "07:59": "closed, opens today at 08:03",
        "08:00": NEUTRAL,
        "08:04": NEUTRAL,
        "08:05": "open until 11:57",
    }
    for time, words in expected.items():
        at = dt.datetime.combine(dt.date(2026, 4, 8), dt.time.fromisoformat(time), BERLIN)
        assert {line.heard(at, system=system)[1] for system in SYSTEMS} == {words}, time


def test_the_same_words_come_out_whether_facts_are_grouped_or_not(office: Configuration) -> None:
    calendar = Calendar(office.office)
    for day in (dt.date(2026, 4, 1), dt.date(2026, 12, 20)):
        for dated in plan(office, calendar, day).dated:
            for name, prompt in dated.prompts["de"].items():
                assert prompt == Words().render(name, "de", dated.interval.facts)
