# SPDX-License-Identifier: GPL-3.0-or-later
"""Which message found in a folder is which recorded one; what the ledger is asked and remembers for it."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from intake.cases import corrections, retention
from intake.cases.case import Place
from intake.cases.corrections import Find, Known, Move, match
from intake.cases.ledger import Ledger
from intake.cases.tables import cases, messages
from intake.cases.tables import corrections as table
from intake.config import Retention
from tests.books import entry

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
FOLDERS = ("Termine", "Familiennachzug", "Allgemein")


def known(number: int, **changes: object) -> Known:
    usual = Known(number, number, "appointments", "Termine", 7, number, False, f"<{number}@example.net>", 1000, NOW)
    return replace(usual, **changes)  # type: ignore[arg-type]


def find(one: Known, uid: int, folder: str = "Familiennachzug", **changes: object) -> Find:
    usual = Find(folder, 8, uid, one.message_id, one.size, one.internal_date or NOW)
    return replace(usual, **changes)  # type: ignore[arg-type]


ONE, TWO = known(1), known(2, message_id="<1@example.net>")
BARE = known(3, message_id="")


@pytest.mark.parametrize(
    ("found", "recorded", "standing", "moved", "copied"),
    [
        pytest.param([find(ONE, 5)], [ONE], {1}, [], [(1, 5)], id="the original stands: a copy"),
        pytest.param([find(ONE, 5)], [ONE], set(), [(1, 5)], [], id="the original is gone: a move"),
        pytest.param([find(ONE, 5, size=1001)], [ONE], set(), [], [], id="another size: another message"),
        pytest.param([find(ONE, 5, internal_date=NOW.replace(hour=1))], [ONE], set(), [(1, 5)], [], id="appended anew"),
        pytest.param([find(BARE, 5, internal_date=NOW.replace(hour=1))], [BARE], set(), [], [], id="no ID, other date"),
        pytest.param([find(BARE, 5)], [BARE], set(), [(3, 5)], [], id="no ID, same date"),
        pytest.param([find(ONE, 5), find(ONE, 6)], [ONE], set(), [(1, 5)], [(1, 6)], id="two clients, two copies"),
        pytest.param([find(ONE, 5)], [ONE, TWO], {1}, [(2, 5)], [], id="came twice, one of them moved"),
        pytest.param([find(ONE, 5), find(ONE, 6)], [ONE, TWO], set(), [(2, 5), (1, 6)], [], id="twice, both moved"),
        pytest.param([find(ONE, 1, "Termine", uidvalidity=7)], [ONE], {1}, [], [], id="the ledger has it there"),
        pytest.param(
            [find(ONE, 5), find(ONE, 6, "Termine")], [replace(ONE, uid=None)], set(), [(1, 6)], [(1, 5)],
            id="a server that tells no UIDs: filed where it should be, and copied",
        ),
        pytest.param([find(ONE, 5)], [replace(ONE, unfiled=True, folder="Familiennachzug")], set(), [(1, 5)], [],
                     id="a clerk put it where it would have been filed"),
    ],
)  # fmt: skip
def test_what_was_moved_and_what_was_copied(
    found: list[Find], recorded: list[Known], standing: set[int], moved: list[tuple[int, int]],
    copied: list[tuple[int, int]],
) -> None:  # fmt: skip
    def told(moves: list[Move]) -> list[tuple[int, int]]:
        return [(move.known.id, move.find.uid) for move in moves]

    moves, copies = match(found, recorded, standing)
    assert (told(moves), told(copies)) == (moved, copied)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.booleans()), max_size=8),
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.sampled_from(FOLDERS)), max_size=8),
)
def test_nothing_is_moved_twice_and_what_stands_stays(
    recorded: list[tuple[int, int, bool]], found: list[tuple[int, int, str]]
) -> None:
    known_ones = [
        known(number, message_id=f"<{name}@example.net>", size=size)
        for number, (name, size, _stands) in enumerate(recorded)
    ]
    standing = {number for number, (_name, _size, stands) in enumerate(recorded) if stands}
    finds = [
        Find(folder, 8, uid, f"<{name}@example.net>", size, NOW)
        for uid, (name, size, folder) in enumerate(found, start=100)
    ]
    moves, copies = match(finds, known_ones, standing)
    ids = [move.known.id for move in moves]
    assert len(ids) == len(set(ids))
    assert not standing & set(ids)
    places = [(move.find.folder, move.find.uid) for move in [*moves, *copies]]
    assert len(places) == len(set(places))
    assert all(move.known.is_like(move.find) for move in [*moves, *copies])
    # What is left over has no recorded message like it that could still be moved.
    for copy in copies:
        assert {k.id for k in known_ones if k.is_like(copy.find)} <= standing | set(ids)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def corrected(connection: sa.Connection, secret: bytes, *, case: bool) -> None:
    """A message that was corrected, of a person or of a machine."""
    with entry(connection, secret, NOW) as register:
        opened = register.open_case(
            prefix="AB", channel="email", mailbox="office", queue="family", language="de",
            sender="samira@example.net", subject="",
        ) if case else None  # fmt: skip
        number = register.message(
            Place("office", 7, int(case), NOW, 1000, backlog=False), case=opened, message_id="<1@example.net>",
            reply=case, reason="eligible", language="de", confidence="sure", queue="family", evidence=[],
            folder="Familiennachzug",
        )  # fmt: skip
    moved = [Move(known(number, case_id=opened.id if opened else None), find(ONE, 5))]
    corrections.record(connection, "office", moved, {"Familiennachzug": "family"}, {}, [], NOW)


def test_a_correction_stays_as_long_as_its_message(ledger: Ledger) -> None:
    def rows(connection: sa.Connection) -> tuple[int, ...]:
        return tuple(len(connection.execute(sa.select(t)).all()) for t in (table, messages, cases))

    for case in (True, False):
        asyncio.run(ledger.write(corrected, ledger.secret, case=case))
    terms = Retention()
    asyncio.run(retention.run(ledger, terms, NOW + dt.timedelta(days=terms.person_days + 1)))
    assert asyncio.run(ledger.read(rows)) == (2, 2, 1)
    asyncio.run(retention.run(ledger, terms, NOW + dt.timedelta(days=terms.figures_days + 1)))
    assert asyncio.run(ledger.read(rows)) == (0, 0, 0)


def test_messages_are_looked_for_by_their_size(ledger: Ledger) -> None:
    def plan(connection: sa.Connection) -> str:
        wanted = {"sizes": list(range(500)), "message_ids": [f"<{n}@example.net>" for n in range(500)]}
        text = str(corrections.LIKE.params(**wanted).compile(connection, compile_kwargs={"literal_binds": True}))
        return " ".join(row.detail for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))

    assert "messages_size" in asyncio.run(ledger.read(plan))
