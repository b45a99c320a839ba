# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cases staff are reminded of, when, and what the notice says."""

import asyncio
import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from intake import config, resources
from intake.cases import reminders
from intake.cases.case import Place
from intake.cases.ledger import Ledger
from intake.cases.notices import open_notices
from intake.cases.reminders import Late, Reminder, TeamMail
from intake.cases.tables import blocks, cases
from intake.config import Settings
from intake.errors import DeliveryRefused
from intake.mail.acknowledgement import Texts
from intake.mail.outbox import Outbox
from intake.mail.reception import Desk
from intake.mail.reminders import compose, is_time
from intake.metrics import Metrics
from intake.office import Calendar
from tests.books import entry, open_case
from tests.servers.office import EXAMPLE

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.date(2026, 3, 23)
TEXTS = Texts.load(resources.search_path("templates", None))


def settings(tables: str = "") -> Settings:
    return config.parse(EXAMPLE.read_text("utf-8") + tables, None)


CALENDAR = Calendar(settings().configuration.office)


def desk(tables: str = "") -> Desk:
    configuration = settings(tables).configuration
    return Desk(configuration, TEXTS, Calendar(configuration.office), bytes(32), Random(1))


@given(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.integers(1, 30), st.integers(0, 90))
def test_late_is_what_the_acknowledgement_had_promised_for_an_earlier_day(
    today: dt.date, working_days: int, age: int
) -> None:
    since = today - dt.timedelta(days=age)
    promised = CALENDAR.working_days_from(since, working_days)
    assert (since < reminders.late_before(CALENDAR, today, working_days)) == (promised < today)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def at(day: int, hour: int = 12) -> dt.datetime:
    """In March 2026."""
    return dt.datetime(2026, 3, day, hour, tzinfo=BERLIN)


def case(ledger: Ledger, opened: dt.datetime, **columns: Any) -> str:
    """A case, with some columns as they became later."""

    def work(connection: sa.Connection) -> str:
        new = open_case(connection, ledger.secret, opened, queue="appointments")
        if columns:
            connection.execute(cases.update().where(cases.c.id == new.id).values(**columns))
        return new.reference

    return asyncio.run(ledger.write(work))


def late(ledger: Ledger, today: dt.date = MONDAY, named: int = 25) -> Reminder | None:
    return asyncio.run(ledger.read(reminders.late, CALENDAR, "office", "appointments", 5, today, named))


def test_what_waits_longest_comes_first_with_the_working_days_it_waits_too_long(ledger: Ledger) -> None:
    friday = case(ledger, at(13, 23))
    case(ledger, at(16))  # Monday: five working days end on Monday the 23rd, which is not over
    thursday = case(ledger, at(12))
    case(ledger, at(2), state="answered")
    case(ledger, at(2), state="closed")
    case(ledger, at(2), queue="family")
    case(ledger, at(2), mailbox="other")
    case(ledger, at(2), waiting_since=at(20))
    again = case(ledger, at(2), waiting_since=at(9))
    assert late(ledger) == Reminder(
        "appointments",
        (
            Late(again, dt.date(2026, 3, 9), 5), Late(thursday, dt.date(2026, 3, 12), 2),
            Late(friday, dt.date(2026, 3, 13), 1),
        ),
        3,
    )  # fmt: skip
    assert late(ledger, dt.date(2026, 3, 13)) is None


def test_a_long_list_is_cut_and_counted(ledger: Ledger) -> None:
    for _ in range(4):
        case(ledger, at(2))
    reminder = late(ledger, named=3)
    assert reminder is not None
    assert (len(reminder.late), reminder.total) == (3, 4)


def test_a_folder_has_one_reminder_a_day(ledger: Ledger) -> None:
    case(ledger, at(2))
    reminder = late(ledger)
    assert reminder is not None
    asyncio.run(ledger.write(reminders.posted, ledger.secret, "office", reminder, None, at(23), MONDAY))
    assert late(ledger) is None
    assert late(ledger, MONDAY + dt.timedelta(days=1)) is not None


@pytest.mark.parametrize(
    ("tables", "now", "wanted"),
    [
        pytest.param("", at(23), False, id="off unless switched on"),
        pytest.param("daily = true", at(23, 7), True, id="at the hour"),
        pytest.param("daily = true", at(23, 6), False, id="not before"),
        pytest.param("daily = true", at(23, 22), True, id="later where nothing ran in the morning"),
        pytest.param("daily = true", at(22), False, id="not on a Sunday"),
        pytest.param("daily = true", dt.datetime(2026, 4, 3, 12, tzinfo=BERLIN), False, id="not on Good Friday"),
        pytest.param("daily = true", dt.datetime(2026, 12, 28, 12, tzinfo=BERLIN), False, id="not in a closure"),
        pytest.param('daily = true\nat = "06:00"', at(23, 6), True, id="the office's hour"),
        pytest.param("daily = true", dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC), True, id="in summer, too"),
    ],
)
def test_when_reminders_come(tables: str, now: dt.datetime, wanted: bool) -> None:
    assert is_time(desk(f"\n[reminders]\n{tables}\n"), now) is wanted


def test_the_notice_counts_what_it_does_not_name_and_a_folders_name_is_only_text() -> None:
    odd = desk().configuration.queues["appointments"].model_copy(update={"folder": "Termine <&> {rows}"})
    reminder = Reminder("appointments", (Late("AB-7K3M9QX", dt.date(2026, 3, 2), 10),), 38)
    raw = compose(desk(), "poststelle", odd, reminder, recipient="team@musterstadt.example",
                  message_id="<1@musterstadt.example>", now=at(23))  # fmt: skip
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Subject"] == "38 Vorgänge warten länger als üblich"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, page = (str(part.get_content()) for part in mail.iter_parts())  # type: ignore[attr-defined]
    assert "warten 38 Vorgänge länger auf eine Antwort als die 5 Arbeitstage" in text
    for body in (text, page):
        assert "und 37 weitere" in body
        assert "AB-7K3M9QX" in body
    assert "Ordner „Termine <&> {rows}“" in text
    assert "Ordner „Termine &lt;&amp;&gt; {rows}“" in page
    assert '<html lang="de">' in page


class Refusal:
    """A relay that knows nobody."""

    async def send(self, raw: bytes, **_: object) -> None:
        raise DeliveryRefused("no such address", status="5.1.1")


def test_a_team_that_cannot_be_reached_is_a_mistake_of_the_configuration_and_blocks_nobody(ledger: Ledger) -> None:
    def waiting(connection: sa.Connection) -> None:
        with entry(connection, ledger.secret, at(2)) as register:
            one = register.open_case(
                prefix="AB", channel="email", mailbox="office", queue="appointments", language="de",
                sender="samira@example.net", subject="",
            )  # fmt: skip
            register.message(
                Place("office", 7, 1, at(2), 512, backlog=False), case=one, message_id="<1@example.net>", reply=True,
                reason="eligible", language="de", confidence="sure", queue="appointments", evidence=[],
                folder="Termine",
            )  # fmt: skip

    async def story() -> None:
        await ledger.write(waiting)
        reminder = await ledger.read(reminders.late, CALENDAR, "office", "appointments", 5, MONDAY, 25)
        assert reminder is not None
        mail = TeamMail("<r@musterstadt.example>", "team@musterstadt.example", b"Subject: x\r\n\r\n")
        await ledger.write(reminders.posted, ledger.secret, "office", reminder, mail, at(23), MONDAY)
        outbox = Outbox(
            ledger, [Refusal()], settings().configuration, now=lambda: at(23), random=Random(1),
            sent=lambda mailbox: None, metrics=Metrics(),
        )  # fmt: skip
        await outbox.drain()
        [notice] = await ledger.read(open_notices)
        assert notice.cause == "notification"
        assert notice.german.startswith("Die Erinnerung an überfällige Vorgänge wie " + reminder.late[0].reference)
        assert await ledger.read(lambda c: c.execute(sa.select(blocks)).all()) == []

    asyncio.run(story())


def test_mail_to_nobody_is_a_mistake_that_is_named() -> None:
    with pytest.raises(config.ConfigurationError, match=r"reminders\.mail: no queue has an address .*add notify"):
        settings("\n[reminders]\nmail = true\n")
    with pytest.raises(config.ConfigurationError, match=r'reminders\.at: expected a time of day such as "07:30"'):
        settings('\n[reminders]\nat = "7 Uhr"\n')
