# SPDX-License-Identifier: GPL-3.0-or-later
"""The office calendar: open now, open next, and the days that are different."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.config import WEEKDAYS, Closure, Office, ServicePoint
from intake.errors import ConfigurationError
from intake.office import DAY_END, HORIZON_DAYS, Calendar, public_holidays

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = {
    "mon": ("08:00-12:00", "13:30-15:30"),
    "tue": ("08:00-12:00",),
    "wed": ("08:00-12:00",),
    "thu": ("08:00-12:00", "14:00-18:00"),
    "fri": ("08:00-12:00",),
}
TURN_OF_THE_YEAR = Closure(first=dt.date(2026, 12, 24), last=dt.date(2027, 1, 1), reason={"de": "Jahreswechsel"})


def calendar(**changes: object) -> Calendar:
    values: dict[str, object] = {
        "name": "Ausländerbehörde Musterstadt",
        "address": "Rathausplatz 1, 79999 Musterstadt",
        "phone": "+49 7999 123-0",
        "email": "auslaenderbehoerde@musterstadt.example",
        "website": "https://www.musterstadt.example",
        "appointment_url": "https://termine.musterstadt.example",
        "privacy_url": "https://www.musterstadt.example/datenschutz",
        "hours": WEEK,
        "service_point": ServicePoint(hours={"mon": ("08:00-12:00",), "thu": ("14:00-17:30",)}),
    }
    return Calendar(Office.model_validate(values | changes))


def at(text: str, zone: dt.tzinfo = BERLIN) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def utc(text: str) -> dt.datetime:
    return at(text, dt.UTC)


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-11-23 07:59:59", False),
        ("2026-11-23 08:00", True),
        ("2026-11-23 11:59:59", True),
        ("2026-11-23 12:00", False),
        ("2026-11-23 13:30", True),
        ("2026-11-23 15:30", False),
        ("2026-11-24 13:45", False),
        ("2026-11-28 09:00", False),
        ("2026-11-29 09:00", False),
    ],
)
def test_a_span_includes_its_begin_and_excludes_its_end(instant: str, is_open: bool) -> None:
    assert calendar().is_open(at(instant)) is is_open


@pytest.mark.parametrize(
    ("date", "name"),
    [
        ("2026-01-06", "Heilige Drei Könige"),
        ("2026-04-03", "Karfreitag"),
        ("2026-05-01", "Erster Mai"),
        ("2026-06-04", "Fronleichnam"),
        ("2027-05-27", "Fronleichnam"),
        ("2026-11-01", "Allerheiligen"),
        ("2027-11-01", "Allerheiligen"),
        ("2026-12-26", "Zweiter Weihnachtstag"),
    ],
)
def test_baden_wuerttemberg_has_its_holidays(date: str, name: str) -> None:
    day = calendar().day(dt.date.fromisoformat(date))
    assert day.holiday == name
    assert day.spans == day.service_spans == ()


@pytest.mark.parametrize("date", ["2026-08-15", "2026-10-31", "2026-11-18", "2026-03-08"])
def test_a_holiday_of_another_state_is_a_working_day(date: str) -> None:
    assert calendar().day(dt.date.fromisoformat(date)).holiday is None


def test_another_state_has_other_holidays() -> None:
    berlin = calendar(subdivision="BE")
    assert berlin.day(dt.date(2027, 3, 8)).holiday == "Frauentag"
    assert berlin.is_open(at("2026-06-04 09:00"))
    assert not calendar().is_open(at("2026-06-04 09:00"))


@pytest.mark.parametrize("place", [{"country": "XX"}, {"subdivision": "ZZ"}])
def test_a_place_without_known_holidays_is_told_at_the_start(place: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="no public holidays are known"):
        calendar(**place)


def test_the_names_of_holidays_do_not_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "uk")
    public_holidays.cache_clear()
    assert calendar().day(dt.date(2026, 6, 4)).holiday == "Fronleichnam"


def test_holidays_are_counted_once_a_year_and_cannot_be_changed() -> None:
    found = public_holidays("DE", "BW", 2026)
    assert found is public_holidays("DE", "BW", 2026)
    assert len(found) == 12
    with pytest.raises(TypeError):
        found[dt.date(2026, 7, 1)] = "mine"  # type: ignore[index]


@pytest.mark.parametrize("date", ["2026-12-24", "2026-12-27", "2026-12-31", "2027-01-01"])
def test_both_ends_of_a_closure_and_the_weekend_inside_are_closed(date: str) -> None:
    day = calendar(closures=(TURN_OF_THE_YEAR,)).day(dt.date.fromisoformat(date))
    assert day.closure == TURN_OF_THE_YEAR
    assert day.spans == day.service_spans == ()


def test_the_days_beside_a_closure_are_as_always() -> None:
    closed = calendar(closures=(TURN_OF_THE_YEAR,))
    assert closed.day(dt.date(2026, 12, 23)).spans == ((dt.time(8), dt.time(12)),)
    assert closed.is_open(at("2027-01-04 08:00"))


def test_a_closure_longer_than_a_year_is_a_mistyped_year() -> None:
    wrong = Closure(first=dt.date(2026, 12, 24), last=dt.date(2028, 1, 1))
    with pytest.raises(ConfigurationError, match="correct the year"):
        calendar(closures=(wrong,))


@pytest.mark.parametrize(
    ("instant", "until", "opens"),
    [
        ("2026-11-23 09:00", "2026-11-23 12:00", "2026-11-23 13:30"),
        ("2026-11-23 12:30", None, "2026-11-23 13:30"),
        ("2026-11-27 12:00", None, "2026-11-30 08:00"),
        ("2026-12-23 10:00", "2026-12-23 12:00", "2027-01-04 08:00"),
        ("2027-01-05 13:00", None, "2027-01-07 08:00"),
        ("2026-04-02 18:00", None, "2026-04-07 08:00"),
    ],
)
def test_the_state_says_until_when_and_when_again(instant: str, until: str | None, opens: str) -> None:
    state = calendar(closures=(TURN_OF_THE_YEAR,)).state(at(instant))
    assert state.open is (until is not None)
    assert state.until == (at(until) if until else None)
    assert state.next_opening == at(opens)


def test_the_service_point_has_hours_of_its_own() -> None:
    office = calendar()
    assert office.is_open(at("2026-11-24 09:00"))
    assert not office.is_open(at("2026-11-24 09:00"), service=True)
    assert office.next_opening(at("2026-11-24 09:00"), service=True) == at("2026-11-26 14:00")


@pytest.mark.parametrize("hours", [{}, {"mon": ()}])
def test_an_office_that_never_opens_has_no_next_opening(hours: dict[str, tuple[str, ...]]) -> None:
    state = calendar(hours=hours).state(at("2026-11-23 09:00"))
    assert (state.open, state.until, state.next_opening) == (False, None, None)


def test_an_opening_is_looked_for_sixty_days_ahead() -> None:
    first = dt.date(2027, 3, 1)
    long = Closure(first=first, last=first + dt.timedelta(days=200))
    office = calendar(closures=(long,))
    reopened = first + dt.timedelta(days=203)  # 200 days later is a Friday
    assert reopened.weekday() == 0
    noon = dt.datetime.combine(reopened, dt.time(12), BERLIN)
    assert office.next_opening(noon - dt.timedelta(days=HORIZON_DAYS + 1)) is None
    opening = office.next_opening(noon - dt.timedelta(days=HORIZON_DAYS))
    assert opening == dt.datetime.combine(reopened, dt.time(8), BERLIN)


def test_midnight_is_the_end_of_a_day_and_the_beginning_of_the_next() -> None:
    office = calendar(hours={"mon": ("20:00-24:00",), "tue": ("00:00-02:00",)})
    assert office.week[0] == ((dt.time(20), DAY_END),)
    assert office.is_open(at("2026-11-23 23:59:59"))
    assert office.is_open(at("2026-11-24 00:00"))
    assert office.state(at("2026-11-23 21:00")).until == at("2026-11-24 02:00")
    assert office.state(at("2026-11-24 01:00")).until == at("2026-11-24 02:00")


def test_spans_are_ordered_and_those_that_meet_are_one() -> None:
    office = calendar(hours={"mon": ("13:00-15:00", "08:00-10:00", "09:00-12:00", "15:00-16:00")})
    assert office.week[0] == ((dt.time(8), dt.time(12)), (dt.time(13), dt.time(16)))


EVERY_DAY = dict.fromkeys(WEEKDAYS, ("01:30-04:00",))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2027-03-28 00:30", "2027-03-28 02:00"),  # 23 hours: 01:30 CET to 04:00 CEST
        ("2026-10-24 23:30", "2026-10-25 03:00"),  # 25 hours: 01:30 CEST to 04:00 CET
    ],
)
def test_a_day_with_another_number_of_hours_closes_by_the_wall_clock(now: str, until: str) -> None:
    assert calendar(hours=EVERY_DAY).state(utc(now)).until == utc(until)


@pytest.mark.parametrize(
    ("span", "begin", "end"),
    [
        ("02:15-02:45", "2026-10-25 00:15", "2026-10-25 01:45"),
        ("01:00-02:30", "2026-10-24 23:00", "2026-10-25 01:30"),
        ("02:30-05:00", "2026-10-25 00:30", "2026-10-25 04:00"),
    ],
)
def test_a_span_in_the_repeated_hour_lasts_through_both_passes(span: str, begin: str, end: str) -> None:
    office = calendar(hours={"sun": (span,)})
    opens = office.next_opening(utc("2026-10-24 20:00"))
    closes = office.state(utc(begin)).until
    # in UTC: Python never finds an ambiguous local time equal to one of another zone (PEP 495)
    assert [i and i.astimezone(dt.UTC) for i in (opens, closes)] == [utc(begin), utc(end)]


@pytest.mark.parametrize(
    ("before", "after"),
    [("2027-03-26 13:00", "2027-03-30 08:00"), ("2026-10-23 13:00", "2026-10-26 08:00")],
)
def test_the_next_opening_after_a_change_of_clocks_is_at_eight(before: str, after: str) -> None:
    opening = calendar().next_opening(at(before))
    assert opening == at(after)
    assert opening is not None
    assert (opening.hour, opening.tzinfo) == (8, BERLIN)


def test_an_instant_of_any_zone_is_the_same_instant() -> None:
    assert calendar().is_open(utc("2026-11-23 07:00"))
    assert not calendar().is_open(utc("2026-11-23 06:59"))
    assert calendar().is_open(at("2026-11-23 16:30", ZoneInfo("Asia/Tokyo")))


def test_an_instant_without_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar().is_open(dt.datetime(2026, 11, 23, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("instant", "days", "found"),
    [
        ("2026-12-10 09:00", 14, 1),
        ("2026-12-10 09:00", 13, 0),
        ("2026-12-30 09:00", 0, 1),
        ("2027-01-01 23:59", 30, 1),
        ("2027-01-02 00:00", 30, 0),
    ],
)
def test_closures_are_announced_until_they_are_over(instant: str, days: int, found: int) -> None:
    assert len(calendar(closures=(TURN_OF_THE_YEAR,)).closures_ahead(at(instant), days)) == found


def test_closures_come_in_order() -> None:
    earlier = Closure(first=dt.date(2026, 12, 1), last=dt.date(2026, 12, 1))
    office = calendar(closures=(TURN_OF_THE_YEAR, earlier))
    assert office.closures_ahead(at("2026-11-20 09:00"), 60) == (earlier, TURN_OF_THE_YEAR)


def test_holidays_are_announced_where_they_change_something() -> None:
    office = calendar(closures=(TURN_OF_THE_YEAR,))
    ahead = office.holidays_ahead(at("2026-10-25 09:00"), 75)
    # 1 November 2026 is a Sunday; Christmas and New Year lie in the closure
    assert [day.date.isoformat() for day in ahead] == ["2027-01-06"]


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-22", 0, "2026-11-23"),
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-12-23", 1, "2027-01-04"),
        ("2026-12-22", 4, "2027-01-07"),
        ("2026-04-02", 1, "2026-04-07"),
    ],
)
def test_working_days_skip_weekends_holidays_and_closures(start: str, n: int, expected: str) -> None:
    office = calendar(closures=(TURN_OF_THE_YEAR,))
    assert office.working_days_from(dt.date.fromisoformat(start), n) == dt.date.fromisoformat(expected)


@st.composite
def spans(draw: st.DrawFn) -> str:
    begin, end = sorted(draw(st.lists(st.integers(0, 24 * 60), min_size=2, max_size=2, unique=True)))
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


weeks = st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(spans(), min_size=1, max_size=3).map(tuple), max_size=7)
instants = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2028, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=dt.UTC, microsecond=0)
)
closures = st.tuples(st.dates(dt.date(2026, 1, 1), dt.date(2028, 1, 1)), st.integers(0, 80)).map(
    lambda c: Closure(first=c[0], last=c[0] + dt.timedelta(days=c[1]))
)


@settings(max_examples=150, deadline=None)
@given(weeks, st.lists(closures, max_size=2).map(tuple), instants, st.integers(0, 999))
def test_from_now_to_the_next_opening_the_state_is_what_was_said(
    hours: dict[str, tuple[str, ...]], shut: tuple[Closure, ...], now: dt.datetime, where: int
) -> None:
    office = calendar(hours=hours, closures=shut)
    state = office.state(now)
    second = dt.timedelta(seconds=1)
    closes = now
    if state.open:
        assert state.until is not None
        assert state.until > now
        assert office.is_open(now + (state.until - now) * where // 1000)
        assert not office.is_open(state.until)
        closes = state.until
    opens = state.next_opening
    if opens is not None:
        assert opens > now
        assert office.is_open(opens)
        assert not office.is_open(opens - second)
        assert not office.is_open(closes + (opens - closes) * where // 1000)
    else:
        assert not office.is_open(closes + dt.timedelta(days=HORIZON_DAYS - 1) * where // 1000)
