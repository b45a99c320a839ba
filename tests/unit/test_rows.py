# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that go straight to the driver are the rows that SQLAlchemy itself would have written."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from intake.cases.ledger import Ledger
from intake.cases.records import insert_new
from intake.cases.rows import Many
from intake.cases.tables import messages, outbox, seen

AT = dt.datetime(2026, 3, 5, 9, 30, 1, 250_000, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def message(number: int, **columns: Any) -> dict[str, Any]:
    """A message; every second one has nothing that may be missing."""
    row = {
        "id": number, "mailbox": "office", "uidvalidity": 7, "uid": number, "message_id": f"<{number}@example.net>",
        "size": 3000, "recorded_at": AT, "reply": bool(number % 2), "reason": "eligible", "language": "de",
        "confidence": "sure", "queue": "general", "evidence": ["ä", {"b": None}], "folder": "Allgemein",
        "filing": "pending",
    }  # fmt: skip
    return row | ({"internal_date": AT, "sender_key": "k"} if number % 2 else {}) | columns


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3", tmp_path)


def test_whole_rows_are_written_with_the_defaults_of_what_they_leave_out(ledger: Ledger) -> None:
    many = Many.insertion(messages)

    def work(connection: sa.Connection) -> tuple[list[Any], list[Any]]:
        rows = [message(number) for number in range(1, 5)]
        many.execute(connection, rows)
        mine = list(connection.execute(sa.select(messages).order_by(messages.c.id)).all())
        raw = list(connection.exec_driver_sql("SELECT * FROM messages ORDER BY id").all())
        connection.execute(messages.delete())
        for row in rows:
            connection.execute(messages.insert(), row)
        assert connection.execute(sa.select(messages).order_by(messages.c.id)).all() == mine
        return raw, list(connection.exec_driver_sql("SELECT * FROM messages ORDER BY id").all())

    ours, theirs = ledger._transact(work, write=True)
    assert ours == theirs
    assert len(ours) == 4
    ledger.close()


def test_a_statement_keeps_its_own_values_and_its_conflicts(ledger: Ledger) -> None:
    new = Many.insertion(seen, lambda dialect: insert_new(dialect, seen))
    attempted = Many(
        lambda _dialect: (
            outbox.update().where(outbox.c.id == sa.bindparam("row")).values(
                attempts=outbox.c.attempts + 1, problem="full", due_at=sa.bindparam("due")
            )
        ),
        ("row", "due"),
    )  # fmt: skip
    row = {
        "id": 1, "case_id": 1, "source_id": 1, "kind": "acknowledgement", "mailbox": "office", "mail_id": "<1>",
        "envelope_sender": "", "recipient_key": "k", "domain_key": "d", "state": "queued", "due_at": AT,
        "created_at": AT, "copy": "none",
    }  # fmt: skip

    def work(connection: sa.Connection) -> tuple[list[Any], Any]:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        new.execute(connection, [{"key": "a", "reference": "first", "at": AT}])
        new.execute(connection, [{"key": "a", "reference": "second", "at": AT}, {"key": "b", "at": AT}])
        new.execute(connection, [])
        Many.insertion(outbox).execute(connection, [row])
        attempted.execute(connection, [{"row": 1, "due": AT + dt.timedelta(hours=1)}, {"row": 2, "due": AT}])
        found = connection.execute(sa.select(outbox.c.attempts, outbox.c.problem, outbox.c.due_at)).one()
        connection.execute(outbox.delete())
        return list(connection.execute(sa.select(seen.c.key, seen.c.reference).order_by(seen.c.key)).all()), found

    known, found = ledger._transact(work, write=True)
    assert known == [("a", "first"), ("b", None)]
    assert tuple(found) == (1, "full", AT + dt.timedelta(hours=1))
    ledger.close()


def test_a_naive_instant_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="aware"):
        ledger._transact(
            lambda c: Many.insertion(messages).execute(c, [message(1, recorded_at=AT.replace(tzinfo=None))]),
            write=True,
        )
    ledger.close()
