# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that jumps: ahead, it deletes nothing; back, nothing is left in the future. And when retention is due."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from intake.cases import clock, forgotten, keys, ledger, notices, records, retention
from intake.cases.case import Place
from intake.cases.forgotten import Forgotten
from intake.cases.ledger import Ledger
from intake.cases.register import Question, Register
from intake.cases.tables import Instant, blocks, cases, messages, metadata, outbox
from intake.config import Retention
from tests.books import entry

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SAMIRA = "samira@example.net"


def days(number: float) -> dt.timedelta:
    return dt.timedelta(days=number)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def write(books: Ledger, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return asyncio.run(books.write(work, *args, **kwargs))


def look(books: Ledger, *instants: dt.datetime) -> list[bool]:
    return [write(books, clock.look, instant) for instant in instants]


def causes(books: Ledger) -> list[str]:
    return [notice.cause for notice in asyncio.run(books.read(notices.open_notices))]


def concern(books: Ledger, at: dt.datetime) -> None:
    """A case as one message makes it, with a mail that the relay put off for half an hour."""

    def work(connection: sa.Connection) -> None:
        with entry(connection, books.secret, at) as register:
            case = register.open_case(
                prefix="AB", channel="email", mailbox="office", queue="family", language="tr", sender=SAMIRA,
                subject="Frage",
            )  # fmt: skip
            source = register.message(
                Place("office", 7, case.id, NOW, 1000, backlog=False), case=case, message_id="<1@x>",
                sender_key=keys.sender(books.secret, SAMIRA), reply=True, reason="eligible", language="tr",
                confidence="sure", queue="family", evidence=[], folder="F",
            )  # fmt: skip
            register.remember_text(f"text{case.id}", case)
        connection.execute(outbox.insert().values(
            case_id=case.id, source_id=source, kind="acknowledgement", mailbox="office", mail_id=f"<{case.id}@o>",
            envelope_sender="", recipient=SAMIRA, recipient_key=keys.sender(books.secret, SAMIRA), domain_key="d",
            state="queued", due_at=at + dt.timedelta(minutes=30), created_at=at, copy="waiting",
        ))  # fmt: skip

    write(books, work)


@pytest.mark.parametrize(
    ("pulses", "believed"),
    [
        ([0, 0.0003, 0.0006], True),
        ([0, 3], True),
        ([0, 7], True),
        ([0, 7.001], False),
        ([0, 3652], False),
        ([0, 3652, 3652.5, 3654.9], False),
        ([0, 3652, 3652.5, 3655], True),
        ([0, 3652, 3652.5, 3660, 3662], False),
        ([0, 3652, 0.01], True),
        ([0, 3652, 3651], True),
        ([0, -3652], True),
    ],
)
def test_a_clock_is_believed_while_it_goes_on_from_where_it_was(
    books: Ledger, pulses: list[float], believed: bool
) -> None:
    seen = look(books, *(NOW + days(pulse) for pulse in pulses))
    assert seen[-1] is believed
    assert causes(books) == ([] if believed else ["clock"])


def test_what_is_past_its_end_by_a_doubtful_clock_stays_until_an_administrator_confirms_it(books: Ledger) -> None:
    look(books, NOW)
    concern(books, NOW)
    later = NOW + days(3652)
    assert not write(books, retention.is_due, later, at_start=True)
    assert not asyncio.run(books.read(clock.believed, later))
    assert write(books, clock.confirm, later)
    assert causes(books) == []
    assert write(books, retention.is_due, later, at_start=False)
    assert not write(books, clock.confirm, later)


def test_after_the_clock_was_set_back_nothing_is_noted_in_the_future(books: Ledger) -> None:
    concern(books, NOW)
    ahead = NOW + days(3652)
    look(books, NOW, ahead)
    concern(books, ahead)
    write(books, records.block, "later", "5.1.1", ahead, 30)
    write(books, ledger.resume, ahead, oldest=NOW, discard=False)
    back = NOW + dt.timedelta(hours=2)
    assert look(books, back) == [True]

    def future(connection: sa.Connection) -> set[str]:
        return {
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.c
            if isinstance(column.type, Instant) and connection.execute(sa.select(column).where(column > back)).first()
        }

    assert asyncio.run(books.read(future)) == {"blocks.until"}
    ends = asyncio.run(books.read(lambda c: c.execute(sa.select(blocks.c.until)).scalar()))
    assert ends == back + days(30)
    received = asyncio.run(books.read(lambda c: c.execute(sa.select(messages.c.internal_date)).scalars().all()))
    assert received == [NOW, NOW]
    opened = asyncio.run(books.read(lambda c: c.execute(sa.select(cases.c.opened_at)).scalars().all()))
    assert opened == [NOW, back]
    # The caps count what was sent, and no longer than they should.
    question = Question("office", SAMIRA, (), (), ("new",), "text2")
    later = back + days(2)
    known = write(books, lambda c: Register(c, books.secret, Random(1), [question], later).known(question))
    assert (known.sender_count_24h, known.mailbox_count_1h, known.same_text) == (0, 0, None)


def test_a_slip_of_a_minute_changes_nothing(books: Ledger) -> None:
    look(books, NOW)
    concern(books, NOW)
    look(books, NOW - dt.timedelta(minutes=1))
    opened = asyncio.run(books.read(lambda c: c.execute(sa.select(cases.c.opened_at)).scalar()))
    assert opened == NOW


def test_who_was_forgotten_while_the_clock_was_ahead_is_not_forgotten_for_years_to_come(
    books: Ledger, tmp_path: Path
) -> None:
    forgotten.merge(tmp_path, [Forgotten(keys.sender(books.secret, SAMIRA), NOW + days(3652))])
    asyncio.run(retention.daily(books, tmp_path, Retention(), NOW))
    concern(books, NOW + days(1))
    asyncio.run(retention.daily(books, tmp_path, Retention(), NOW + days(2)))
    senders = asyncio.run(books.read(lambda c: c.execute(sa.select(cases.c.sender)).scalars().all()))
    assert senders == [SAMIRA]


@pytest.mark.parametrize(
    ("ran", "now", "due"),
    [
        (None, "2026-03-02T09:00", True),
        ("2026-03-02T00:10", "2026-03-02T01:39", False),
        ("2026-03-02T00:10", "2026-03-02T01:40", True),
        ("2026-03-02T01:41", "2026-03-02T23:59", False),
        ("2026-03-02T01:41", "2026-03-03T01:40", True),
        ("2026-03-02T12:00", "2026-03-03T01:39", False),
        # Berlin changes its clock that night; the ledger's does not.
        ("2026-03-28T01:45", "2026-03-29T01:40", True),
        ("2026-03-09T01:45", "2026-03-02T09:00", True),
    ],
)
def test_retention_is_due_once_a_night(books: Ledger, tmp_path: Path, ran: str | None, now: str, due: bool) -> None:
    def at(text: str) -> dt.datetime:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)

    if ran is not None:
        asyncio.run(retention.daily(books, tmp_path, Retention(), at(ran)))
    assert write(books, retention.is_due, at(now), at_start=False) is due
    assert write(books, retention.is_due, at(now), at_start=True)
