# SPDX-License-Identifier: GPL-3.0-or-later
"""Should the office open longer on Thursdays? What contacts say about the opening hours, and when they say nothing."""

import datetime as dt

import pytest

from intake.cases.pressure import Contacts, Edge, Pressure, Verdict, weigh
from intake.config import Closure, Office
from intake.office import Calendar
from intake.report.sentences import about_edge, share_outside


def calendar(closures: tuple[Closure, ...] = (), **hours: tuple[str, ...]) -> Calendar:
    return Calendar(
        Office(
            name="Amt", address="Platz 1", phone="+49 7999 1", email="amt@example.org", website="https://example.org",
            appointment_url="https://example.org/t", privacy_url="https://example.org/d", hours=hours,  # type: ignore[arg-type]
            closures=closures,
        )
    )  # fmt: skip


THURSDAYS = calendar(thu=("08:00-12:00", "14:00-18:00"))


def quarters(*found: tuple[str, int, int]) -> dict[tuple[dt.date, int], Contacts]:
    """When by the office's clock, how many wrote, how many called."""
    instants = [(dt.datetime.fromisoformat(when), Contacts(wrote, called)) for when, wrote, called in found]
    return {(when.date(), when.hour * 60 + when.minute): contacts for when, contacts in instants}


def thursday(found: Pressure) -> Edge:
    assert len(found.edges) == 1
    return found.edges[0]


@pytest.mark.parametrize(
    ("after_six", "verdict"), [(0, "quieter"), (40, "quieter"), (60, "as-busy"), (100, "as-busy"), (180, "busier")]
)
def test_the_hour_after_closing_is_compared_with_a_usual_opening_hour(after_six: int, verdict: Verdict) -> None:
    found = weigh(
        quarters(("2026-03-05T09:00", 320, 0), ("2026-03-05T15:00", 320, 0), ("2026-03-05T18:45", after_six, 0)),
        THURSDAYS,
    )
    edge = thursday(found)
    # 640 in eight hours are 80 in one.
    assert (edge.usual, edge.verdict, edge.days) == (80.0, verdict, 1)
    if after_six:
        assert (edge.begin, edge.end, edge.contacts) == (dt.time(18), dt.time(19), Contacts(after_six))


def test_the_busiest_of_early_midday_and_late_is_named_and_calls_count() -> None:
    found = weigh(
        quarters(
            ("2026-03-05T07:15", 5, 0), ("2026-03-05T12:30", 11, 9), ("2026-03-05T18:00", 12, 0),
            ("2026-03-05T19:00", 99, 0),
        ),
        THURSDAYS,
    )  # fmt: skip
    edge = thursday(found)
    assert (edge.begin, edge.end, edge.contacts) == (dt.time(12), dt.time(13), Contacts(11, 9))
    assert found.outside == Contacts(127, 9)
    assert found.closed_days == Contacts()


def test_a_quarter_belongs_to_the_hours_in_which_it_begins_and_a_short_break_is_looked_at_whole() -> None:
    office = calendar(mon=("08:00-12:00", "12:30-15:30"))
    found = weigh(
        quarters(("2026-03-02T12:15", 30, 0), ("2026-03-02T15:15", 1, 0), ("2026-03-02T15:30", 2, 0)),
        office,
    )
    assert found.outside == Contacts(32)
    assert (found.edges[0].begin, found.edges[0].end) == (dt.time(12), dt.time(12, 30))


def test_holidays_and_closures_are_closed_and_say_nothing_about_thursdays() -> None:
    """The 4th of June 2026 is Corpus Christi, the 11th is closed; only the 18th is a Thursday as usual."""
    office = calendar((Closure(first=dt.date(2026, 6, 11), last=dt.date(2026, 6, 11)),), thu=("08:00-12:00",))
    found = weigh(
        quarters(
            ("2026-06-04T09:00", 50, 0), ("2026-06-11T12:00", 50, 0), ("2026-06-18T12:00", 25, 0),
            ("2026-06-18T09:00", 40, 0),
        ),
        office,
    )  # fmt: skip
    assert (found.outside, found.closed_days) == (Contacts(125), Contacts(100))
    edge = thursday(found)
    assert (edge.contacts, edge.days, edge.usual, edge.verdict) == (Contacts(25), 1, 10.0, "as-busy")


def test_hours_until_midnight_leave_nothing_after_them_and_hours_all_day_leave_nothing_at_all() -> None:
    late, always = calendar(fri=("20:00-24:00",)), calendar(fri=("00:00-24:00",))
    found = quarters(("2026-03-06T23:45", 30, 0))
    assert weigh(found, late).edges[0].begin == dt.time(19)
    assert weigh(found, late).outside == Contacts()
    assert weigh(found, always).edges == ()


def test_nothing_came_and_nothing_is_said() -> None:
    assert weigh({}, THURSDAYS) == Pressure({}, Contacts(), Contacts(), ())
    assert share_outside(weigh({}, THURSDAYS), "de") == ""


@pytest.mark.parametrize(
    ("edge", "german", "english"),
    [
        (
            Edge(3, dt.time(18), dt.time(19), Contacts(1180, 54), 13, 410.0, "busier"),
            "Donnerstag, 18:00 bis 19:00 Uhr: 1.234 Nachrichten an 13 Donnerstagen (davon 54 Anrufe); während der "
            "Öffnungszeit üblich: 410. Das ist deutlich mehr: Hier zu öffnen ist eine Überlegung wert.",
            "Thursday, 18:00 to 19:00: 1,234 messages on 13 Thursdays (54 of them calls); usual while open: 410. That "
            "is clearly more: opening then is worth considering.",
        ),
        (
            Edge(2, dt.time(23), dt.time(0), Contacts(3), 1, 0.0, "too-few"),
            "Mittwoch, 23:00 bis 24:00 Uhr: 3 Nachrichten an einem Mittwoch; während der Öffnungszeit üblich: 0. "
            "Das sind zu wenige, um etwas daraus zu schließen.",
            "Wednesday, 23:00 to 24:00: 3 messages on one Wednesday; usual while open: 0. Those are too few to say "
            "anything.",
        ),
    ],
)  # fmt: skip
def test_what_an_hour_says_is_one_plain_sentence_and_a_judgement(edge: Edge, german: str, english: str) -> None:
    assert about_edge(edge, "de") == german
    assert about_edge(edge, "en") == english
