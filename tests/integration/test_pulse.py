# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms about what does not move, on a real SQLite file and on a real PostgreSQL; every instant is given."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import config
from intake.cases import notices, pulse, records
from intake.cases.case import Place
from intake.cases.ledger import Ledger, hold
from intake.cases.pulse import Pulse
from intake.cases.tables import outbox
from tests.books import entry
from tests.servers.office import EXAMPLE
from tests.servers.postgresql import PostgreSQL

pytestmark = pytest.mark.integration

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
CONFIGURATION = config.parse(EXAMPLE.read_text("utf-8"), None).configuration
MAILBOX = next(iter(CONFIGURATION.mailboxes))
"""The example's one mailbox; nothing fetched for 15 minutes is an alarm."""


def after(minutes: float) -> dt.datetime:
    return START + dt.timedelta(minutes=minutes)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "sqlite":
        opened = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}", tmp_path / "data")
        yield opened
        opened.close()
    else:
        with PostgreSQL() as server:
            opened = Ledger.open(server.database("pulse"), tmp_path / "data")
            yield opened
            opened.close()


def look(ledger: Ledger, minutes: float) -> list[notices.Notice]:
    """What the daemon that started at ``START`` does every half minute; the notices that are open then."""

    def work(connection: sa.Connection) -> list[notices.Notice]:
        found = pulse.take(connection, CONFIGURATION.mailboxes)
        pulse.alarm(connection, found, CONFIGURATION, START, after(minutes))
        return notices.open_notices(connection)

    return asyncio.run(ledger.write(work))


def fetched(ledger: Ledger, minutes: float) -> None:
    asyncio.run(ledger.write(records.update_mailbox, MAILBOX, fetched_at=after(minutes), started_at=after(-9999)))


def queue(ledger: Ledger, minutes: float, state: str = "queued") -> None:
    """A mail in the outbox since then."""

    def work(connection: sa.Connection) -> None:
        with entry(connection, ledger.secret, after(minutes)) as register:
            case = register.open_case(
                prefix="AB", channel="email", mailbox=MAILBOX, queue="general", language="de", sender="", subject="",
            )  # fmt: skip
            source = register.message(
                Place(MAILBOX, 1, int(minutes) + 5000, None, 1, backlog=False), case=case,
                message_id="", reply=True, reason="eligible", language="de", confidence="sure", queue="general",
                evidence=[], folder="Allgemein",
            )  # fmt: skip
        connection.execute(
            outbox.insert().values(
                case_id=case.id, source_id=source, kind="acknowledgement", mailbox=MAILBOX, mail_id=f"<{minutes}>",
                envelope_sender="", recipient_key="", domain_key="", state=state, due_at=after(minutes),
                created_at=after(minutes), copy="none",
            )
        )  # fmt: skip

    asyncio.run(ledger.write(work))


def test_nothing_fetched_for_a_quarter_of_an_hour_is_an_alarm_that_ends_with_the_next_fetch(ledger: Ledger) -> None:
    fetched(ledger, 10)
    assert look(ledger, 25) == []
    [alarm] = look(ledger, 25.5)
    assert (alarm.cause, alarm.subject, alarm.count) == ("nothing-fetched", MAILBOX, 1)
    assert "seit 02.03.2026 10:10 Uhr" in alarm.german  # the office's clock, which is an hour ahead of UTC
    [again] = look(ledger, 26)
    assert (again.id, again.count, again.opened_at) == (alarm.id, 2, after(25.5))
    fetched(ledger, 26.5)
    assert look(ledger, 27) == []


def test_a_mailbox_that_was_never_reached_is_an_alarm_too(ledger: Ledger) -> None:
    assert look(ledger, 15) == []
    assert [a.cause for a in look(ledger, 15.5)] == ["nothing-fetched"]
    asyncio.run(ledger.write(records.update_mailbox, MAILBOX, problem="refused"))
    assert [a.cause for a in look(ledger, 16)] == ["nothing-fetched"]


def test_a_weekend_without_the_service_is_no_alarm_when_it_starts_again(ledger: Ledger) -> None:
    fetched(ledger, -3 * 24 * 60)
    assert look(ledger, 0.5) == []
    [alarm] = look(ledger, 16)
    assert "seit 27.02.2026 10:00 Uhr" in alarm.german


def test_mail_that_waits_for_an_hour_is_an_alarm_and_held_mail_is_not(ledger: Ledger) -> None:
    fetched(ledger, 100)
    queue(ledger, 0, "held")
    queue(ledger, 1, "sent")
    assert look(ledger, 100) == []
    queue(ledger, 40)
    queue(ledger, 60)
    assert look(ledger, 100) == []
    [alarm] = look(ledger, 100.5)
    assert (alarm.cause, alarm.subject) == ("outbox-old", "outbox")
    asyncio.run(ledger.write(lambda c: c.execute(outbox.update().values(state="sent")) and None))
    assert look(ledger, 101) == []


def test_the_pulse_tells_counts_and_instants(ledger: Ledger) -> None:
    fetched(ledger, 1)
    queue(ledger, 2)
    queue(ledger, 3)
    queue(ledger, 4, "held")
    queue(ledger, 5, "sent")
    asyncio.run(ledger.write(hold, "breaker", MAILBOX, after(6), "held"))
    found: Pulse = asyncio.run(ledger.read(pulse.take, [MAILBOX, "other"]))
    first, other = found.mailboxes
    assert (first.fetched_at, first.to_be_filed, first.problem) == (after(1), 4, None)
    assert (other.name, other.fetched_at, other.to_be_filed) == ("other", None, 0)
    assert found.outbox == {"queued": 2, "held": 1}
    assert found.oldest_waiting == after(2)
    assert found.holds == ("breaker",)
    assert found.notices == {}
    assert pulse.sentence(found, after(2)) == (
        "1 of 2 mailboxes reached, last fetch 60 s ago, 3 mails waiting, 0 notices open, acknowledging is HELD"
    )
