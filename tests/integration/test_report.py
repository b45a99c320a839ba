# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake report``: a month of mail, every figure of which was computed by hand, on SQLite and on PostgreSQL.

March 2026 in Berlin: it begins on a Sunday, and the clocks change on Sunday the 29th at two in the morning.
"""

import asyncio
import csv
import datetime as dt
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.engine import Connection

from intake.cases import records, report
from intake.cases.ledger import Ledger
from intake.cases.report import QueueFigures, Report, Spread
from intake.cases.tables import cases, messages, outbox
from tests.books import open_case, touch
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office
from tests.servers.postgresql import PostgreSQL

pytestmark = pytest.mark.integration

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))


def at(text: str) -> dt.datetime:
    """An instant of Berlin's clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


class Month:
    """Writes rows as the service would have."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._uid = 0

    def case(
        self, queue: str, language: str, opened: str, *, answered: str = "", since: str = "", closed: str = ""
    ) -> int:
        """A case; ``since``: when the person began to wait for the answer, if not at the beginning."""
        self._uid += 1
        result = self._connection.execute(
            cases.insert().values(
                reference=f"AB-{self._uid}", channel="email", mailbox="main", queue=queue, language=language,
                state="closed" if closed else "answered" if answered else "open",
                opened_at=at(opened), updated_at=at(opened),
                waiting_since=at(since or opened), answered_at=at(answered) if answered else None,
                closed_at=at(closed) if closed else None,
            )
        )  # fmt: skip
        key = result.inserted_primary_key
        assert key is not None
        return int(key[0])

    def message(
        self, case: int | None, queue: str, language: str, received: str, reason: str = "eligible",
        *, accepted_after: float | None = None, recorded: str = "",
    ) -> None:  # fmt: skip
        """A message; with ``accepted_after`` seconds its acknowledgement was accepted, by INTERNALDATE's clock."""
        self._uid += 1
        result = self._connection.execute(
            messages.insert().values(
                case_id=case, mailbox="main", uidvalidity=1, uid=self._uid, message_id="", size=1,
                internal_date=at(received) if received else None, recorded_at=at(recorded or received),
                reply=reason == "eligible", reason=reason, language=language, confidence="sure", queue=queue,
                evidence=[], folder=queue, filing="filed",
            )
        )  # fmt: skip
        key = result.inserted_primary_key
        assert key is not None
        for kind in ("acknowledgement", "notification") if accepted_after is not None else ():
            # A note to the team goes out much later, and must not count.
            seconds = accepted_after if kind == "acknowledgement" else 100_000
            self._connection.execute(
                outbox.insert().values(
                    case_id=case, source_id=key[0], kind=kind, mailbox="main", mail_id=f"<{self._uid}.{kind}>",
                    envelope_sender="", recipient_key="", domain_key="", state="sent", due_at=at(received),
                    created_at=at(received), sent_at=at(received) + dt.timedelta(seconds=seconds or 0), copy="done",
                )
            )  # fmt: skip


def fill(connection: Connection) -> None:
    """The month, with something on either side of it."""
    month = Month(connection)
    permit, family = "residence-permit", "family"
    # The last second of February; the person wrote again on 9 March, after an answer, and waited a day from then.
    before = month.case("general", "fr", "2026-02-28T23:59:59", since="2026-03-09T09:00", answered="2026-03-10T09:00")
    month.message(before, "general", "fr", "2026-02-28T23:59:59", accepted_after=5)
    # Monday 2 March, both ends of the hour from eight; answered after two days and after one.
    first = month.case(permit, "tr", "2026-03-02T08:00:00", answered="2026-03-04T08:00:00")
    month.message(first, permit, "tr", "2026-03-02T08:00:00", accepted_after=10)
    second = month.case(permit, "tr", "2026-03-02T08:59:59", answered="2026-03-03T08:59:59")
    month.message(second, permit, "tr", "2026-03-02T08:59:59", accepted_after=20)
    month.message(first, permit, "tr", "2026-03-04T07:00:00", "follow-up")
    month.message(None, "system", "de", "2026-03-06T12:00:00", "null-return-path")
    unread = month.case("suspicious", "und", "2026-03-16T10:15:00")
    month.message(unread, "suspicious", "und", "", "unreadable", recorded="2026-03-16T10:15:00")
    # The night in which two becomes three; the second of these is answered in April.
    night = month.case(family, "ar", "2026-03-29T01:30:00")
    month.message(night, family, "ar", "2026-03-29T01:30:00", "sender-cap")
    dawn = month.case(permit, "de", "2026-03-29T03:30:00", answered="2026-04-02T08:00:00")
    month.message(dawn, permit, "de", "2026-03-29T03:30:00", accepted_after=30)
    # Two of last year that retention closed on the last day; one of them had its answer, and neither counts in May.
    month.case("ukraine", "fa", "2025-12-31T10:00:00", closed="2026-03-31T02:40:00")
    month.case("ukraine", "fa", "2025-12-31T11:00:00", answered="2025-12-31T12:00:00", closed="2026-03-31T02:40:00")
    # The last second of March and the first of April; a mail server's clock that is ahead makes no negative time.
    last = month.case(family, "uk", "2026-03-31T23:59:59")
    month.message(last, family, "uk", "2026-03-31T23:59:59", accepted_after=40)
    after = month.case("general", "en", "2026-04-01T00:00:00")
    month.message(after, "general", "en", "2026-04-01T00:00:00", accepted_after=-3)


NOTHING = Spread()
BY_HAND = Report(
    first=MARCH[0],
    last=MARCH[1],
    messages=8,
    people=7,
    cases=6,
    open=4,
    unanswered=1,
    # 10, 20, 30, 40: the middle of 20 and 30; seven tenths of the way from 30 to 40.
    acknowledged=Spread(4, 25.0, 37.0),
    # A day, a day, two days.
    answered=Spread(3, 86400.0, 155520.0),
    queues={
        "family": QueueFigures(2, 2, 2, 0, Spread(1, 40.0, 40.0), NOTHING),
        "general": QueueFigures(0, 0, 1, 0, NOTHING, Spread(1, 86400.0, 86400.0)),
        "residence-permit": QueueFigures(4, 3, 0, 0, Spread(3, 20.0, 28.0), Spread(2, 129600.0, 164160.0)),
        "suspicious": QueueFigures(1, 1, 1, 0, NOTHING, NOTHING),
        "system": QueueFigures(1, 0, 0, 0, NOTHING, NOTHING),
        "ukraine": QueueFigures(0, 0, 0, 1, NOTHING, NOTHING),
    },
    languages={"tr": (3, 2), "ar": (1, 1), "de": (1, 1), "uk": (1, 1), "und": (1, 1)},
    hours={(0, 8): 2, (0, 10): 1, (1, 23): 1, (2, 7): 1, (6, 1): 1, (6, 3): 1},
    suppressed={"follow-up": 1, "null-return-path": 1, "sender-cap": 1, "unreadable": 1},
)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger that holds the month."""
    if request.param == "sqlite":
        opened = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}", tmp_path / "data")
        asyncio.run(opened.write(fill))
        yield opened
        opened.close()
    else:
        with PostgreSQL() as server:
            opened = Ledger.open(server.database("report"), tmp_path / "data")
            asyncio.run(opened.write(fill))
            yield opened
            opened.close()


def made(ledger: Ledger, first: dt.date, last: dt.date, zone: ZoneInfo = BERLIN) -> Report:
    return asyncio.run(ledger.read(report.make, first, last, zone))


def test_the_month_is_as_computed_by_hand_and_so_are_its_days_and_an_empty_year(ledger: Ledger) -> None:
    found = made(ledger, *MARCH)
    assert found == BY_HAND
    assert next(iter(found.languages)) == "tr"

    monday = made(ledger, dt.date(2026, 3, 2), dt.date(2026, 3, 2))
    assert (monday.messages, monday.cases, monday.open) == (2, 2, 4)
    assert monday.hours == {(0, 8): 2}
    assert monday.acknowledged == Spread(2, 15.0, 19.0)
    assert monday.answered == NOTHING

    april = made(ledger, dt.date(2026, 4, 1), dt.date(2026, 4, 30))
    assert (found.unanswered, april.unanswered) == (1, 0)
    assert april.acknowledged == Spread(1, 0.0, 0.0)
    # The case opened in the changing night was answered in April: four days and four and a half hours on any clock.
    assert april.answered == Spread(1, 4 * 86400 + 4.5 * 3600, 4 * 86400 + 4.5 * 3600)

    nothing = made(ledger, dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    assert (nothing.messages, nothing.acknowledged, nothing.hours, nothing.suppressed) == (0, NOTHING, {}, {})

    # Three quarters of an hour off: a clock that whole hours would get wrong.
    assert made(ledger, *MARCH, ZoneInfo("Asia/Kathmandu")).hours[0, 12] == 1


def test_the_command_shows_the_same_figures_as_json_as_csv_and_as_a_table(dovecot: Dovecot, tmp_path: Path) -> None:
    office = Office(tmp_path, dovecot, 9, {"main": "nobody"})
    opened = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}", tmp_path / "data")
    asyncio.run(opened.write(fill))
    opened.close()
    period = ("--from", "2026-03-01", "--to", "2026-03-31")

    done = office.command("report", *period, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (found["messages"], found["messages_of_people"], found["cases"], found["open_cases"]) == (8, 7, 6, 4)
    assert found["time_to_acknowledgement"] == {"count": 4, "median_seconds": 25.0, "p90_seconds": 37.0}
    assert found["queues"]["residence-permit"]["time_to_answer"]["median_seconds"] == 129600.0
    assert (found["closed_without_answer"], found["queues"]["ukraine"]["closed_without_answer"]) == (1, 1)
    assert found["queues"]["system"]["time_to_answer"] == {"count": 0, "median_seconds": None, "p90_seconds": None}
    assert found["languages"]["tr"] == {"messages_of_people": 3, "cases": 2}
    assert found["weekdays"] == {"mon": 3, "tue": 1, "wed": 1, "thu": 0, "fri": 0, "sat": 0, "sun": 2}
    assert {"weekday": "sun", "hour": 3, "messages_of_people": 1} in found["hours"]
    assert found["suppressed"] == dict(BY_HAND.suppressed)

    done = office.command("report", *period, "--csv")
    # Read as a program reads it, byte for byte: every line ends with CRLF (RFC 4180).
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline=""), strict=True))
    values = {(r["section"], r["key"], r["hour"], r["measure"]): r["value"] for r in rows}
    assert len(values) == len(rows)
    assert values["total", "", "", "messages"] == "8"
    assert values["total", "", "", "time_to_acknowledgement_p90_seconds"] == "37.0"
    assert values["queue", "system", "", "time_to_answer_median_seconds"] == ""
    assert values["hour", "mon", "8", "messages_of_people"] == "2"
    assert values["suppressed", "null-return-path", "", "messages"] == "1"
    assert all(None not in row and None not in row.values() for row in rows)

    done = office.command("report", *period)
    text = " ".join(done.stdout.split())
    assert "2026-03-01 to 2026-03-31: 8 messages (7 of people), 6 new cases; 4 cases are open now" in text
    assert "; closed without an answer: 1" in text
    assert "residence-permit 4 3 0 0 20 s / 28 s 36 h / 46 h" in text
    assert "tr 3 2" in text
    assert "08:00 2 2" in text
    assert "null-return-path 1" in text


def test_waiting_begins_with_the_first_message_that_nobody_answered_yet(ledger: Ledger) -> None:
    def story(connection: Connection) -> None:
        secret = ledger.secret
        case = open_case(connection, secret, at("2026-05-01T08:00"), mailbox="main", queue="asylum", language="en")
        touch(connection, secret, case, at("2026-05-02T08:00"), reopen=True)  # an impatient reminder
        records.answered(connection, case.id, at("2026-05-03T08:00"))

    def later(connection: Connection) -> None:
        found = connection.execute(cases.select().where(cases.c.queue == "asylum")).one()
        case = records.case_by_reference(connection, found.reference)
        assert case is not None
        touch(connection, ledger.secret, case, at("2026-06-01T08:00"), reopen=True)
        case = records.case_by_reference(connection, found.reference)
        assert case is not None
        touch(connection, ledger.secret, case, at("2026-06-01T09:00"), reopen=True)
        records.answered(connection, case.id, at("2026-06-01T20:00"))

    asyncio.run(ledger.write(story))
    assert made(ledger, dt.date(2026, 5, 3), dt.date(2026, 5, 3)).answered == Spread(1, 2 * 86400.0, 2 * 86400.0)
    asyncio.run(ledger.write(later))
    assert made(ledger, dt.date(2026, 6, 1), dt.date(2026, 6, 1)).answered == Spread(1, 12 * 3600.0, 12 * 3600.0)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--from", "2026-03-31", "--to", "2026-03-01"), 1, "cannot end (2026-03-01) before it begins (2026-03-31)"),
        (("--from", "yesterday"), 2, "yesterday"),
        (("--csv", "--json"), 2, "choose one"),
    ],
)
def test_a_wrong_period_or_form_is_told_in_one_sentence(
    arguments: tuple[str, ...], code: int, said: str, dovecot: Dovecot, tmp_path: Path
) -> None:
    done = Office(tmp_path, dovecot, 9, {"main": "nobody"}).command("report", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_csv_ends_every_line_with_crlf(dovecot: Dovecot, tmp_path: Path) -> None:
    office = Office(tmp_path, dovecot, 9, {"main": "nobody"})
    Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}", tmp_path / "data").close()
    done = subprocess.run(
        [sys.executable, "-m", "intake", "report", "--csv", "--config", str(office.config)],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(b"section,key,hour,measure,value\r\nperiod,,,from,20")
    assert done.stdout.count(b"\n") == done.stdout.count(b"\r\n") > 5
    assert done.stdout.endswith(b"\r\n")
