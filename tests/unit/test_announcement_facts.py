# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true for a caller at an instant, and when that changes."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.announcements.facts import ClosedDays, Facts, Menu, Today, facts_at, next_change
from intake.config import Closure, Configuration
from intake.office import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = {
    "mon": ("08:00-12:00", "13:30-15:30"),
    "tue": ("08:00-12:00",),
    "wed": ("08:00-12:00",),
    "thu": ("08:00-12:00", "14:00-18:00"),
    "fri": ("08:00-12:00",),
}
TURN_OF_THE_YEAR = Closure(first=dt.date(2026, 12, 24), last=dt.date(2027, 1, 1), reason={"de": "Jahreswechsel"})


def configuration(**changes: object) -> Configuration:
    office: dict[str, object] = {
        "name": "Ausländerbehörde Musterstadt",
        "address": "Rathausplatz 1, 79999 Musterstadt",
        "phone": "+49 7999 123-0",
        "email": "auslaenderbehoerde@musterstadt.example",
        "website": "https://www.musterstadt.example",
        "appointment_url": "https://termine.musterstadt.example",
        "privacy_url": "https://www.musterstadt.example/datenschutz",
        "hours": WEEK,
        "closures": (TURN_OF_THE_YEAR,),
    }
    folders = {"general": "Allgemein", "asylum": "Asyl", "system": "System", "suspicious": "Prüfen"}
    return Configuration.model_validate(
        {"office": office | changes, "queues": {name: {"folder": folder} for name, folder in folders.items()}}
    )


CONFIGURATION = configuration()
CALENDAR = Calendar(CONFIGURATION.office)


def at(text: str, zone: dt.tzinfo = BERLIN) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def facts(text: str) -> Facts:
    return facts_at(CONFIGURATION, CALENDAR, at(text))


@pytest.mark.parametrize(
    ("instant", "today"),
    [
        ("2026-11-23 00:00", Today(None, dt.time(8), True, None)),
        ("2026-11-23 08:00", Today(dt.time(12), dt.time(13, 30), True, None)),
        ("2026-11-23 12:00", Today(None, dt.time(13, 30), True, None)),
        ("2026-11-23 13:30", Today(dt.time(15, 30), None, True, at("2026-11-24 08:00"))),
        ("2026-11-23 15:30", Today(None, None, True, at("2026-11-24 08:00"))),
        ("2026-11-27 12:00", Today(None, None, True, at("2026-11-30 08:00"))),
        ("2026-11-28 10:00", Today(None, None, False, at("2026-11-30 08:00"))),
        ("2026-12-23 12:00", Today(None, None, True, at("2027-01-04 08:00"))),
        ("2026-12-28 10:00", Today(None, None, False, at("2027-01-04 08:00"))),
        ("2027-01-06 10:00", Today(None, None, False, at("2027-01-07 08:00"))),
    ],
)
def test_the_day_is_told_as_it_is_at_the_instant(instant: str, today: Today) -> None:
    assert facts(instant).today == today


def test_nothing_is_promised_where_no_opening_is_known() -> None:
    shut = configuration(hours={})
    told = facts_at(shut, Calendar(shut.office), at("2026-11-23 10:00"))
    assert told.today == Today(None, None, False, None)


def test_the_facts_of_a_day_are_those_of_the_office_clock_wherever_the_caller_of_the_function_is() -> None:
    assert facts_at(CONFIGURATION, CALENDAR, at("2026-11-22 23:30", dt.UTC)) == facts("2026-11-23 00:30")


def test_the_week_names_the_closed_days_that_touch_it() -> None:
    assert facts("2026-12-17 10:00").closed == ()
    assert facts("2026-12-18 10:00").closed == (ClosedDays(dt.date(2026, 12, 24), dt.date(2027, 1, 1)),)
    assert facts("2027-01-01 10:00").closed == (
        ClosedDays(dt.date(2026, 12, 24), dt.date(2027, 1, 1)),
        ClosedDays(dt.date(2027, 1, 6), dt.date(2027, 1, 6)),
    )


def test_a_public_holiday_is_announced_a_week_ahead_and_on_the_day() -> None:
    before, eve, day = facts("2026-05-07 10:00"), facts("2026-05-13 10:00"), facts("2026-05-14 10:00")
    ascension = dt.date(2026, 5, 14)
    assert (before.holidays, before.holiday_today) == ((), False)
    assert (eve.holidays, eve.holiday_today, eve.after_holiday) == ((ascension,), False, at("2026-05-15 08:00"))
    assert (day.holidays, day.holiday_today, day.after_holiday) == ((), True, at("2026-05-15 08:00"))


def test_after_good_friday_the_office_opens_on_tuesday() -> None:
    told = facts("2026-04-02 10:00")
    assert told.holidays == (dt.date(2026, 4, 3), dt.date(2026, 4, 6))
    assert told.after_holiday == at("2026-04-07 08:00")


def test_of_two_holidays_with_open_days_between_the_first_is_told_first() -> None:
    open_at_new_year = configuration(closures=())
    calendar = Calendar(open_at_new_year.office)
    told = facts_at(open_at_new_year, calendar, at("2026-12-31 10:00"))
    assert (told.holidays, told.after_holiday) == ((dt.date(2027, 1, 1),), at("2027-01-04 08:00"))
    assert [days.first for days in told.closed] == [dt.date(2027, 1, 1), dt.date(2027, 1, 6)]
    assert facts_at(open_at_new_year, calendar, at("2027-01-02 10:00")).holidays == (dt.date(2027, 1, 6),)


def test_a_holiday_on_a_day_without_hours_is_not_announced() -> None:
    assert facts("2026-10-03 10:00").holiday_today is False


def test_a_closure_is_announced_two_weeks_ahead_until_its_last_day() -> None:
    assert facts("2026-12-09 10:00").closure is None
    for day in ("2026-12-10", "2026-12-24", "2027-01-01"):
        ahead = facts(f"{day} 10:00").closure
        assert ahead is not None
        assert (ahead.closure, ahead.reopening) == (TURN_OF_THE_YEAR, at("2027-01-04 08:00"))
    assert facts("2027-01-02 10:00").closure is None


@pytest.mark.parametrize(
    ("instant", "change"),
    [
        ("2026-11-23 00:00", "2026-11-23 08:00"),
        ("2026-11-23 07:59:59", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-23 12:00"),
        ("2026-11-23 12:00", "2026-11-23 13:30"),
        ("2026-11-23 15:30", "2026-11-24 00:00"),
        ("2026-12-24 10:00", "2026-12-25 00:00"),
        ("2026-12-31 23:59:59", "2027-01-01 00:00"),
        ("2026-03-28 20:00", "2026-03-29 00:00"),
        ("2026-03-29 00:30", "2026-03-30 00:00"),
        ("2026-10-25 00:30", "2026-10-26 00:00"),
    ],
)
def test_facts_change_at_opening_closing_and_midnight(instant: str, change: str) -> None:
    assert next_change(CALENDAR, at(instant)) == at(change)


def test_the_day_with_25_hours_ends_25_hours_later() -> None:
    begin = at("2026-10-25 00:00")
    assert next_change(CALENDAR, begin) - begin.astimezone(dt.UTC) == dt.timedelta(hours=25)


def test_a_day_without_midnight_begins_when_its_clock_begins() -> None:
    santiago = ZoneInfo("America/Santiago")
    calendar = Calendar(configuration(timezone="America/Santiago").office)
    change = next_change(calendar, at("2026-09-05 20:00", santiago))
    assert change.astimezone(dt.UTC) == dt.datetime(2026, 9, 6, 4, tzinfo=dt.UTC)
    assert calendar.local(change).date() == dt.date(2026, 9, 6)


def test_an_office_open_over_midnight_changes_at_midnight_and_when_it_closes() -> None:
    night = configuration(hours={"mon": ("20:00-24:00",), "tue": ("00:00-02:00",)})
    calendar = Calendar(night.office)
    assert next_change(calendar, at("2026-11-23 21:00")) == at("2026-11-24 00:00")
    told = facts_at(night, calendar, at("2026-11-23 21:00")).today
    assert told is not None
    assert told.closes == dt.time(2)
    assert next_change(calendar, at("2026-11-24 00:00")) == at("2026-11-24 02:00")


INSTANTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: at("2026-01-01 00:00") + dt.timedelta(minutes=n))


@settings(max_examples=300, deadline=None)
@given(INSTANTS, st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_next_change(instant: dt.datetime, part: float) -> None:
    instant = instant.astimezone(dt.UTC)
    change = next_change(CALENDAR, instant)
    assert instant < change <= instant + dt.timedelta(hours=25)
    between = min(instant + (change - instant) * part, change - dt.timedelta(microseconds=1))
    assert facts_at(CONFIGURATION, CALENDAR, between) == facts_at(CONFIGURATION, CALENDAR, instant)


@pytest.mark.parametrize("first", ["2026-03-27", "2026-04-01", "2026-10-23", "2026-12-21"])
def test_walking_from_change_to_change_says_at_every_quarter_hour_what_is_true(first: str) -> None:
    begin = at(f"{first} 00:00").astimezone(dt.UTC)
    end = begin + dt.timedelta(days=6)
    told, change = facts_at(CONFIGURATION, CALENDAR, begin), next_change(CALENDAR, begin)
    for n in range(int((end - begin) / dt.timedelta(minutes=15))):
        now = begin + dt.timedelta(minutes=15) * n
        if now >= change:
            told, change = facts_at(CONFIGURATION, CALENDAR, change), next_change(CALENDAR, change)
        assert told == facts_at(CONFIGURATION, CALENDAR, now), now


@settings(max_examples=50, deadline=None)
@given(INSTANTS, INSTANTS)
def test_undated_facts_are_the_same_at_all_times(one: dt.datetime, other: dt.datetime) -> None:
    first, second = (facts_at(CONFIGURATION, CALENDAR, instant).undated() for instant in (one, other))
    assert first == second


def test_a_naive_instant_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="time zone"):
        facts_at(CONFIGURATION, CALENDAR, dt.datetime(2026, 11, 23, 10))  # noqa: DTZ001


def test_no_caller_is_put_through_to_the_queues_of_machines() -> None:
    assert list(facts("2026-11-23 10:00").queues) == ["general", "asylum"]


def test_the_office_chooses_its_menu_and_how_long_recordings_are_kept() -> None:
    menu = Menu(("de", "fr"), ())
    told = facts_at(CONFIGURATION, CALENDAR, at("2026-11-23 10:00"), menu=menu, recording_days=30)
    assert (told.menu, told.recording_days) == (menu, 30)
    assert facts("2026-11-23 10:00").recording_days == CONFIGURATION.retention.person_days
