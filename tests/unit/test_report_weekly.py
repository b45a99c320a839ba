# SPDX-License-Identifier: GPL-3.0-or-later
"""The weekly report: due when the office's clock says so, once for each address, made good for after a pause."""

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intake import config
from intake.cases import notices
from intake.cases.ledger import Ledger
from intake.config import Settings, WeeklyReport
from intake.errors import DeliveryDeferred
from intake.office import Calendar
from intake.report.weekly import RETRY, ReportError, Weekly, week_due
from tests.servers.office import EXAMPLE

BERLIN = ZoneInfo("Europe/Berlin")
LEAD, DEPUTY = "leitung@musterstadt.example", "vertretung@musterstadt.example"
CONFIGURATION = config.load(EXAMPLE).configuration


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(dt.UTC)


def settings(*recipients: str) -> Settings:
    wanted = WeeklyReport(weekly_to=recipients, weekly_on="mon", weekly_at="07:00")
    return Settings(CONFIGURATION.model_copy(update={"report": wanted}), None)


class Bench:
    """A weekly report whose clock, making and relay are the test's."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.now = berlin("2026-03-11T12:00")
        self.made: list[dt.date] = []
        self.sent: list[str] = []
        self.broken: set[str] = set()
        """Addresses that the relay does not take now, or "making"."""
        self.weekly = self.start(LEAD)

    def start(self, *recipients: str) -> Weekly:
        """As after a restart."""
        self.weekly = Weekly(settings(*recipients), self.ledger, lambda: self.now, lambda: self, self._make)
        return self.weekly

    async def _make(self, _settings: Settings, monday: dt.date, _at: dt.datetime, _to: Sequence[str]) -> bytes:
        if "making" in self.broken:
            raise ReportError("a template is broken")
        self.made.append(monday)
        return b""

    async def send(self, _raw: bytes, *, sender: str, recipient: str) -> None:
        assert sender == ""
        if recipient in self.broken:
            raise DeliveryDeferred("the relay is away")
        self.sent.append(recipient)

    async def close(self) -> None:
        """Nothing to close."""

    def look(self, when: str | dt.datetime) -> list[str]:
        """Look at this time; whom it was sent to."""
        self.now = berlin(when) if isinstance(when, str) else when
        self.sent.clear()
        asyncio.run(self.weekly.look())
        return [*self.sent]

    def causes(self) -> list[str]:
        return [notice.cause for notice in asyncio.run(self.ledger.read(notices.open_notices))]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield Bench(ledger)
    ledger.close()


@pytest.mark.parametrize(
    ("on", "now", "monday"),
    [
        ("mon", "2026-03-09T06:59", "2026-02-23"),
        ("mon", "2026-03-09T07:00", "2026-03-02"),
        ("mon", "2026-03-15T23:59", "2026-03-02"),
        ("fri", "2026-03-13T07:00", "2026-03-02"),
        ("fri", "2026-03-12T23:59", "2026-02-23"),
        ("sun", "2026-03-15T12:00", "2026-03-02"),
        # The night in which two becomes three, and the turn of a year.
        ("sun", "2026-03-29T06:59", "2026-03-09"),
        ("sun", "2026-03-29T07:00", "2026-03-16"),
        ("mon", "2026-01-01T00:00", "2025-12-22"),
    ],
)
def test_it_is_about_the_last_week_that_was_over_when_it_was_due(on: str, now: str, monday: str) -> None:
    wanted = WeeklyReport.model_validate({"weekly_to": (LEAD,), "weekly_on": on})
    assert week_due(wanted, Calendar(CONFIGURATION.office), berlin(now)) == dt.date.fromisoformat(monday)


def test_it_is_sent_once_a_week_and_never_for_the_time_before_it_was_wanted(bench: Bench) -> None:
    assert bench.look("2026-03-11T12:00") == []
    assert bench.look("2026-03-16T06:59") == []
    assert bench.look("2026-03-16T07:00") == [LEAD]
    assert bench.look("2026-03-16T07:01") == []
    bench.start(LEAD)
    assert bench.look("2026-03-22T23:59") == []
    # Whoever is added in between waits for the next one.
    bench.start(LEAD, DEPUTY)
    assert bench.look("2026-03-22T23:59") == []
    assert bench.look("2026-03-23T07:00") == [LEAD, DEPUTY]
    assert bench.made == [dt.date(2026, 3, 9), dt.date(2026, 3, 16)]


def test_after_a_pause_of_weeks_the_last_one_is_made_good_for(bench: Bench) -> None:
    bench.look("2026-03-11T12:00")
    bench.start(LEAD)
    assert bench.look("2026-04-09T18:00") == [LEAD]
    assert bench.look("2026-04-09T18:01") == []
    assert bench.made == [dt.date(2026, 3, 30)]


def test_a_clock_that_is_set_back_sends_nothing_again(bench: Bench) -> None:
    bench.look("2026-03-11T12:00")
    assert bench.look("2026-03-16T07:00") == [LEAD]
    assert bench.look("2026-03-10T07:00") == []
    assert bench.look("2026-03-16T08:00") == []


@pytest.mark.parametrize("broken", [DEPUTY, "making"])
def test_a_failure_is_a_notice_and_is_tried_again_for_who_has_nothing_yet(bench: Bench, broken: str) -> None:
    bench.start(LEAD, DEPUTY)
    bench.look("2026-03-11T12:00")
    bench.broken = {broken}
    first = bench.look("2026-03-16T07:00")
    assert first == ([LEAD] if broken == DEPUTY else [])
    assert bench.causes() == ["weekly-report"]
    bench.broken.clear()
    assert bench.look(berlin("2026-03-16T07:00") + RETRY - dt.timedelta(seconds=1)) == []
    rest = bench.look(berlin("2026-03-16T07:00") + RETRY)
    assert sorted([*first, *rest]) == [LEAD, DEPUTY]
    assert bench.causes() == []
    assert bench.look("2026-03-20T12:00") == []


def test_a_corrected_configuration_is_tried_at_once(bench: Bench) -> None:
    bench.look("2026-03-11T12:00")
    bench.broken = {LEAD}
    bench.look("2026-03-16T07:00")
    bench.weekly.reload(settings(DEPUTY))
    assert bench.look("2026-03-16T07:01") == [DEPUTY]
    assert bench.causes() == []


def test_without_an_address_nothing_is_made(bench: Bench) -> None:
    bench.start()
    bench.look("2026-03-11T12:00")
    assert bench.look("2026-03-16T07:00") == []
    assert bench.made == []
