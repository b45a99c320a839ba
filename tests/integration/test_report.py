# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake report``: a month of mail, every figure of which was computed by hand, on SQLite and on PostgreSQL.

March 2026 in Berlin: it begins on a Sunday, and the clocks change on Sunday the 29th at two in the morning.
"""

import asyncio
import base64
import csv
import datetime as dt
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from intake import config
from intake.cases import records, report
from intake.cases.ledger import Ledger
from intake.cases.masking import Hidden
from intake.cases.pressure import Contacts, Edge
from intake.cases.report import QueueFigures, Report, StretchFigures
from intake.cases.tables import cases, corrections, messages, outbox
from intake.cases.tallies import By, Spread
from intake.config import Settings
from intake.office import Calendar
from intake.report import letter, sheet
from tests.books import open_case, touch
from tests.servers.chromium import Chromium
from tests.servers.dovecot import Dovecot
from tests.servers.office import EXAMPLE, Office, message, until
from tests.servers.postgresql import PostgreSQL
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

CALENDAR = Calendar(config.load(EXAMPLE).configuration.office)
BERLIN = CALENDAR.zone
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
        self, queue: str, language: str, opened: str, *, answered: str = "", since: str = "", closed: str = "",
        channel: str = "email",
    ) -> int:  # fmt: skip
        """A case; ``since``: when the person began to wait for the answer, if not at the beginning."""
        self._uid += 1
        result = self._connection.execute(
            cases.insert().values(
                reference=f"AB-{self._uid}", channel=channel, mailbox="main", queue=queue, language=language,
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
    ) -> int:  # fmt: skip
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
        return int(key[0])

    def moved(self, message: int, when: str, old: str, new: str) -> None:
        """A correction."""
        self._connection.execute(
            corrections.insert().values(message_id=message, at=at(when), from_queue=old, to_queue=new)
        )


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
    # Somebody called on Thursday in the midday break and was called back: for the ledger nobody ever answered.
    call = month.case("general", "tr", "2026-03-05T13:10:00", channel="voicemail")
    spoken = month.message(call, "general", "tr", "2026-03-05T13:10:00", "voicemail")
    month.message(None, "system", "de", "2026-03-06T12:00:00", "null-return-path")
    # Five students on a Thursday just after six, answered after one to five days, and taken from the wrong folder.
    for number in range(1, 6):
        wrote = f"2026-03-12T18:0{number}:00"
        student = month.case("work-study", "en", wrote, answered=f"2026-03-{12 + number}T18:0{number}:00")
        message = month.message(student, "work-study", "en", wrote, accepted_after=number)
        month.moved(message, "2026-03-12T20:00:00", "general", "work-study")
    # A slip of the hand that was undone is no correction, and what is moved in April is none of March.
    month.moved(spoken, "2026-03-31T10:00:00", "general", "family")
    month.moved(spoken, "2026-03-31T10:01:00", "family", "general")
    month.moved(spoken, "2026-04-01T00:00:00", "general", "family")
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
DAY = 86400.0


def edge(weekday: int, begin: int, contacts: Contacts, days: int, usual: float) -> Edge:
    return Edge(weekday, dt.time(begin), dt.time(begin + 1), contacts, days, usual, "too-few")


BY_HAND: dict[str, Any] = {
    "messages": 14,
    "people": 13,
    "voicemails": 1,
    "cases": 12,
    "open": 5,
    "oldest": at("2026-03-05T13:10:00"),
    "unanswered": 1,
    "corrections": 5,
    # 1, 2, 3, 4, 5, 10, 20, 30, 40: the fifth of them; two tenths of the way from 30 to 40.
    "acknowledged": Spread(9, 5.0, 32.0),
    # In days: 1, 1, 1, 2, 2, 3, 4, 5.
    "answered": Spread(8, 2 * DAY, 371520.0),
    # Fewer than five are the times of a few persons: counted, not told.
    "queues": {
        "family": QueueFigures(2, 0, 2, 2, at("2026-03-29T01:30:00"), 0, Spread(1), NOTHING),
        "general": QueueFigures(1, 1, 1, 2, at("2026-03-05T13:10:00"), 0, NOTHING, Spread(1)),
        "residence-permit": QueueFigures(4, 0, 3, 0, None, 0, Spread(3), Spread(2)),
        "suspicious": QueueFigures(1, 0, 1, 1, at("2026-03-16T10:15:00"), 0, NOTHING, NOTHING),
        "system": QueueFigures(1, 0, 0, 0, None, 0, NOTHING, NOTHING),
        "ukraine": QueueFigures(0, 0, 0, 0, None, 1, NOTHING, NOTHING),
        "work-study": QueueFigures(5, 0, 5, 0, None, 0, Spread(5, 3.0, 4.6), Spread(5, 3 * DAY, 397440.0)),
    },
    "languages": {"en": (5, 5), "tr": (4, 3), "ar": (1, 1), "de": (1, 1), "uk": (1, 1), "und": (1, 1)},
    "suppressed": {"follow-up": 1, "null-return-path": 1, "sender-cap": 1, "unreadable": 1, "voicemail": 1},
}
WEEKS = {
    "2026-W09": StretchFigures(0, 0, 0, 0, 0, NOTHING, NOTHING),
    # Answered on the 3rd and the 4th.
    "2026-W10": StretchFigures(5, 4, 1, 3, 3, Spread(2, 15.0, 19.0), Spread(2, 1.5 * DAY, 164160.0)),
    # Answered on the 10th, and from Friday the 13th to Sunday the 15th; the other two students in the week after.
    "2026-W11": StretchFigures(5, 5, 0, 5, 0, Spread(5, 3.0, 4.6), Spread(4, 1.5 * DAY, 233280.0)),
    "2026-W12": StretchFigures(1, 1, 0, 1, 1, NOTHING, Spread(2, 4.5 * DAY, 423360.0)),
    "2026-W13": StretchFigures(2, 2, 0, 2, 1, Spread(1, 30.0, 30.0), NOTHING),
    "2026-W14": StretchFigures(1, 1, 0, 1, 0, Spread(1, 40.0, 40.0), NOTHING),
}
HOURS = {
    (0, 8): Contacts(2), (0, 10): Contacts(1), (1, 23): Contacts(1), (2, 7): Contacts(1), (3, 13): Contacts(0, 1),
    (3, 18): Contacts(5), (6, 1): Contacts(1), (6, 3): Contacts(1),
}  # fmt: skip
EDGES = (
    edge(0, 7, Contacts(), 5, 0.5),  # three messages in six open hours
    edge(1, 7, Contacts(), 5, 0.0),
    edge(2, 7, Contacts(1), 4, 0.0),
    edge(3, 18, Contacts(5), 4, 0.0),
    edge(4, 7, Contacts(), 4, 0.0),
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


def made(ledger: Ledger, first: dt.date, last: dt.date, calendar: Calendar = CALENDAR, by: By = "week") -> Report:
    return asyncio.run(ledger.read(report.make, first, last, calendar, by))


def test_the_month_is_as_computed_by_hand_and_so_are_its_days_and_an_empty_year(ledger: Ledger) -> None:
    found = made(ledger, *MARCH)
    assert {name: getattr(found, name) for name in BY_HAND} == BY_HAND
    assert [*found.languages][:2] == ["en", "tr"]
    assert {stretch.name: one for stretch, one in found.stretches.items()} == WEEKS
    assert [stretch.last for stretch in found.stretches][:2] == [dt.date(2026, 3, 1), dt.date(2026, 3, 8)]
    assert found.pressure.hours == HOURS
    assert (found.pressure.outside, found.pressure.closed_days) == (Contacts(9, 1), Contacts(2, 0))
    assert found.pressure.edges == EDGES

    # The sums are known, so that the five students have to cover those who wrote alone.
    assert found.by_stretch_and_queue["2026-W14", "family"] is Hidden.SMALL
    assert found.by_language_and_queue["ar", "family"] is Hidden.SMALL
    assert found.by_language_and_queue["en", "work-study"] is Hidden.COVER
    assert found.by_queue_and_hour["general", 13] is Hidden.SMALL
    assert found.corrected == {("general", "work-study"): 5}

    months = made(ledger, *MARCH, by="month").stretches
    assert [(stretch.name, one.messages, one.answered.count) for stretch, one in months.items()] == [("2026-03", 14, 8)]

    monday = made(ledger, dt.date(2026, 3, 2), dt.date(2026, 3, 2))
    assert (monday.messages, monday.cases, monday.open) == (2, 2, 5)
    assert monday.pressure.hours == {(0, 8): Contacts(2)}
    assert monday.acknowledged == Spread(2, 15.0, 19.0)
    assert monday.answered == NOTHING

    april = made(ledger, dt.date(2026, 4, 1), dt.date(2026, 4, 30))
    assert (found.unanswered, april.unanswered, april.corrections) == (1, 0, 1)
    assert april.acknowledged == Spread(1, 0.0, 0.0)
    # The case opened in the changing night was answered in April: four days and four and a half hours on any clock.
    assert april.answered == Spread(1, 4 * DAY + 4.5 * 3600, 4 * DAY + 4.5 * 3600)

    # Over the turn of the year: the Monday of week 1 is the 29th of December, and the answer of New Year's Eve counts.
    turn = made(ledger, dt.date(2025, 12, 28), dt.date(2026, 1, 2))
    assert {stretch.name: (one.cases, one.answered.count) for stretch, one in turn.stretches.items()} == {
        "2025-W52": (0, 0), "2026-W01": (2, 1),
    }  # fmt: skip

    nothing = made(ledger, dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    assert (nothing.messages, nothing.acknowledged, nothing.pressure.hours, nothing.suppressed) == (0, NOTHING, {}, {})

    # Three quarters of an hour off: a clock that whole hours would get wrong.
    elsewhere = config.load(EXAMPLE).configuration.office.model_copy(update={"timezone": "Asia/Kathmandu"})
    assert made(ledger, *MARCH, Calendar(elsewhere)).pressure.hours[0, 12] == Contacts(1)


def test_the_command_shows_the_same_figures_in_every_form_and_the_weekly_mail(dovecot: Dovecot, tmp_path: Path) -> None:
    office = Office(tmp_path, dovecot, 9, {"main": "nobody"})
    opened = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}", tmp_path / "data")
    asyncio.run(opened.write(fill))
    opened.close()
    period = ("--from", "2026-03-01", "--to", "2026-03-31")

    done = office.command("report", *period, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (found["messages"], found["messages_of_people"], found["cases"], found["open_cases"]) == (14, 13, 12, 5)
    assert found["time_to_acknowledgement"] == {"count": 9, "median_seconds": 5.0, "p90_seconds": 32.0}
    assert found["queues"]["work-study"]["time_to_answer"]["median_seconds"] == 259200.0
    assert found["queues"]["residence-permit"]["time_to_answer"] == {
        "count": 2, "median_seconds": None, "p90_seconds": None,
    }  # fmt: skip
    assert (found["closed_without_answer"], found["queues"]["ukraine"]["closed_without_answer"]) == (1, 1)
    assert found["languages"]["tr"] == {"messages_of_people": 4, "cases": 3}
    assert found["weekdays"] == {"mon": 3, "tue": 1, "wed": 1, "thu": 6, "fri": 0, "sat": 0, "sun": 2}
    assert {"weekday": "thu", "hour": 13, "messages_of_people": 1, "voicemails": 1} in found["hours"]
    assert found["suppressed"] == BY_HAND["suppressed"]
    assert [one["messages"] for one in found["stretches"]] == [0, 5, 5, 1, 2, 1]
    assert found["languages_by_queue"]["ar"]["family"] is None
    assert found["corrections_by_queue"] == {"general": {"work-study": 5}}
    assert found["opening_hours"]["outside"] == {"messages_of_people": 10, "voicemails": 1}

    raw = subprocess.run(
        [sys.executable, "-m", "intake", "report", *period, "--csv", "--config", str(office.config)],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    # Byte for byte, as a German spreadsheet wants it.
    assert raw.stdout.startswith(b"\xef\xbb\xbfsection;key;of;measure;value\r\nperiod;;;from;2026-03-01\r\n")
    assert raw.stdout.count(b"\n") == raw.stdout.count(b"\r\n") > 100
    assert raw.stdout.endswith(b"\r\n")
    rows = [*csv.DictReader(io.StringIO(raw.stdout.decode("utf-8-sig"), newline=""), delimiter=";", strict=True)]
    values = {(r["section"], r["key"], r["of"], r["measure"]): r["value"] for r in rows}
    assert len(values) == len(rows)
    assert values["total", "", "", "messages"] == "14"
    assert values["queue", "work-study", "", "time_to_acknowledgement_p90_seconds"] == "4,6"
    assert values["queue", "system", "", "time_to_answer_median_seconds"] == ""
    assert values["hour", "mon", "8", "messages_of_people"] == "2"
    assert values["suppressed", "null-return-path", "", "messages"] == "1"
    assert values["week", "2026-W10", "", "time_to_answer_median_seconds"] == "129600"
    assert values["language and queue", "ar", "family", "messages_of_people"] == "<5"
    assert all(None not in row and None not in row.values() for row in rows)

    done = office.command("report", *period)
    text = " ".join(done.stdout.split())
    assert (
        "2026-03-01 to 2026-03-31: 14 messages (13 of people), 12 new cases; 5 cases are open now, the oldest since "
        "2026-03-05; closed without an answer: 1; voicemails: 1; corrections: 5"
    ) in text
    assert "work-study 5 5 0 0 3 / 5 s 3.0 / 4.6 days" in text
    assert "tr 4 3" in text
    assert "08:00 2 2" in text
    assert "77% of all came while the office was closed" in text
    assert "Thursday, 18:00 to 19:00: 5 messages on 4 Thursdays; usual while open: 0. Those are too few" in text
    assert "null-return-path 1" in text

    # The mail that would have been sent after the 15th, a Sunday: about the week of the students.
    done = office.command("report", "--to", "2026-03-16", "--mail", str(tmp_path / "weekly.eml"))
    assert done.returncode == 0, done.stderr
    mail = BytesParser(policy=policy.default).parsebytes((tmp_path / "weekly.eml").read_bytes())
    assert mail["Subject"] == "Kennzahlen der Woche 11/2026 (9. März 2026 bis 15. März 2026)"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "image/png",
    ]  # fmt: skip
    said = next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/plain")
    assert "Nachrichten von Menschen: 5; 4" in said
    assert "Arbeit und Studium: 5; 0; –; 2,0 Tage" not in said
    assert "Allgemein → Arbeit und Studium: 5" in said
    assert "samira" not in said


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
        (("--to", "9999-12-31"), 1, "9999-12-31: no mail can be of that day; correct --from and --to"),
        (("--csv", "--json"), 2, "choose one"),
        (("--mail", "x.eml", "--json"), 2, "choose one"),
    ],
)
def test_a_wrong_period_or_form_is_told_in_one_sentence(
    arguments: tuple[str, ...], code: int, said: str, dovecot: Dovecot, tmp_path: Path
) -> None:
    done = Office(tmp_path, dovecot, 9, {"main": "nobody"}).command("report", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


SUNDAY, TUESDAY = at("2026-03-15T20:00"), at("2026-03-17T09:00")
OFTEN = """
import datetime as dt
import intake.daemon, intake.report.weekly
intake.daemon.WEEKLY_SECONDS = intake.daemon.HEALTH_SECONDS = 0.5
intake.report.weekly.RETRY = dt.timedelta(seconds=1)
"""
LEAD, DEPUTY = "leitung@musterstadt.example", "vertretung@musterstadt.example"


def test_the_lead_gets_the_figures_once_a_week_whatever_the_relay_does_and_whatever_is_restarted(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    with SmtpSink() as sink:
        office = Office(tmp_path, dovecot, sink.port, {"office": user}, clock=SUNDAY, patches=OFTEN)
        with office.config.open("a", encoding="utf-8") as file:
            file.write(f'[report]\nweekly_to = ["{LEAD}", "{DEPUTY}"]\n')
        with office:
            until(lambda: bool(office.query("SELECT 1 FROM meta WHERE key = 'weekly_report'")), "it has been looked")
            assert sink.messages == []
            # The machine slept over Monday, and on Tuesday the relay refuses one of the two.
            sink.script.recipients[DEPUTY] = "451 4.3.0 not now"
            office.set_clock(TUESDAY)
            until(lambda: "weekly-report" in office.causes(), "the failure is seen")
            sink.script.recipients.clear()
            until(lambda: "weekly-report" not in office.causes(), "the failure is over")
        with office:
            dovecot.deliver(user, message())
            office.wait_recorded(1)

        mails = [mail for mail in sink.messages if b"Kennzahlen" in mail.raw]
        assert sorted(mail.recipients for mail in mails) == [(LEAD,), (DEPUTY,)]
        assert {mail.sender for mail in mails} == {""}
        read = [BytesParser(policy=policy.default).parsebytes(mail.raw) for mail in mails]
        assert len({mail["Message-ID"] for mail in read}) == 1
        assert read[0]["From"].addresses[0].addr_spec == "office@office.example"
        assert read[0]["Auto-Submitted"] == "auto-generated"
        assert read[0]["Subject"].startswith("Kennzahlen der Woche 11/2026")
        pages = [part.get_content() for part in read[0].walk() if part.get_content_type() == "text/html"]
        pictures = {part["Content-ID"].strip("<>") for part in read[0].walk() if part["Content-ID"]}
        assert set(re.findall(r'src="cid:([^"]+)"', pages[0])) == pictures
        assert len(pictures) == 2
        log = office.log()
        assert LEAD not in log
        assert DEPUTY not in log


LAID_OUT = """(() => ({
  overflow: document.documentElement.scrollWidth - innerWidth,
  loaded: performance.getEntriesByType("resource").filter(e => !e.name.startsWith("data:")).length,
  pictures: [...document.images].map(image => [image.complete, image.naturalWidth, image.clientWidth]),
  smallest: Math.min(...[...document.querySelectorAll("td, th, p, li")]
    .map(e => parseFloat(getComputedStyle(e).fontSize))),
  broken: [...document.querySelectorAll("td[align=right]")].filter(e => e.clientHeight > 75).length,
}))()"""


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
def test_the_weekly_mail_fits_a_desk_and_a_telephone(ledger: Ledger) -> None:
    settings = Settings(config.load(EXAMPLE).configuration, None)
    found = asyncio.run(ledger.read(letter.make, settings, dt.date(2026, 3, 9)))
    page = found.html
    for picture in found.pictures:
        page = page.replace(f"cid:{picture.cid}", f"data:image/png;base64,{base64.b64encode(picture.png).decode()}")
    with Chromium() as browser:
        for width in (1280, 375, 320):
            browser.show(page, width)
            laid = browser.evaluate(LAID_OUT)
            assert laid["overflow"] <= 0, width
            assert laid["loaded"] == 0
            assert laid["smallest"] >= 13
            assert laid["broken"] == 0
            shown = min(480, width - 32)
            assert laid["pictures"] == [[True, 960, shown], [True, 960, shown]]


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_spreadsheet_reads_the_csv_and_writes_the_same_again(ledger: Ledger, tmp_path: Path) -> None:
    """As a German LibreOffice reads it: semicolons, UTF-8, a decimal comma; numbers are numbers."""
    text = sheet.as_csv(made(ledger, *MARCH))
    (tmp_path / "report.csv").write_text(text, "utf-8", newline="")
    german = "59,34,76,1,,1031,false,{0}"
    for step, form, reading, writing in (
        ("report.csv", "ods", german.format("false"), ""),
        ("report.ods", "csv", "", f":Text - txt - csv (StarCalc):{german.format('true')}"),
    ):
        subprocess.run(
            [
                "soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
                *([f"--infilter=Text - txt - csv (StarCalc):{reading}"] if reading else []),
                "--convert-to", f"{form}{writing}", "--outdir", str(tmp_path / form), str(tmp_path / step),
            ],
            check=True, capture_output=True, timeout=300, env={**os.environ, "LC_ALL": "de_DE.UTF-8"},
        )  # fmt: skip
        shutil.copy(tmp_path / form / f"report.{form}", tmp_path / f"report.{form}")
    again = (tmp_path / "csv" / "report.csv").read_text("utf-8-sig")
    assert [*csv.reader(io.StringIO(again), delimiter=";")] == [
        *csv.reader(io.StringIO(text.removeprefix(sheet.BYTE_ORDER_MARK)), delimiter=";")
    ]
    cells = zipfile.ZipFile(tmp_path / "report.ods").read("content.xml").decode()
    assert 'office:value-type="float" office:value="4.6"' in cells
