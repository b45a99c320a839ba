# SPDX-License-Identifier: GPL-3.0-or-later
"""Marking mails as sent: at most one in doubt per connection, and many marks in one transaction."""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import LedgerError
from intake.mail.marks import Marks

NOW = dt.datetime(2026, 11, 18, 9, 0, tzinfo=dt.UTC)


def mail(number: int, copy: str = "waiting") -> Any:
    """A row of the outbox."""
    return SimpleNamespace(id=number, copy=copy)


class Disk:
    """A ledger that notes what it is to write, and takes as many turns of the loop as it is told."""

    def __init__(self, turns: Callable[[], int] = lambda: 1) -> None:
        self.transactions: list[list[int]] = []
        self.durable: set[int] = set()
        self.full = False
        self._turns = turns

    async def write(self, _work: object, rows: Sequence[int], _times: object, _uncopied: object) -> None:
        for _ in range(self._turns()):
            await asyncio.sleep(0)
        if self.full:
            raise LedgerError("the disk is full")
        self.transactions.append(list(rows))
        self.durable |= set(rows)


def marks_on(disk: Disk) -> tuple[Marks, list[int]]:
    """Marks, and the mails that they told of."""
    noted: list[int] = []
    return Marks(disk, lambda some: noted.extend(row.id for row, _at in some)), noted  # type: ignore[arg-type]


def test_mails_that_are_at_their_dots_together_are_marked_together() -> None:
    async def act() -> tuple[Disk, list[int]]:
        disk = Disk()
        marks, noted = marks_on(disk)
        for number in (1, 2, 3, 4):
            await marks.before_dot(mail(number), None)
        for number in (1, 2, 3, 4):
            marks.ended(mail(number), NOW)
            await asyncio.sleep(0)
        await marks.durable(1)
        return disk, noted

    disk, noted = asyncio.run(act())
    assert disk.transactions == [[1, 2, 3, 4]]
    assert noted == [1, 2, 3, 4]


def test_a_mail_that_stays_at_its_dot_holds_up_no_other_mark() -> None:
    async def act() -> Disk:
        disk = Disk()
        marks, _ = marks_on(disk)
        await marks.before_dot(mail(1), None)
        await marks.before_dot(mail(2), None)
        marks.ended(mail(2), NOW)
        await marks.durable(2)
        return disk

    assert asyncio.run(act()).transactions == [[2]]


def test_the_next_dot_waits_for_the_last_mark_of_its_connection_and_for_no_other() -> None:
    async def act() -> list[str]:
        disk, said = Disk(), []
        marks, _ = marks_on(disk)
        await marks.before_dot(mail(1), None)
        marks.ended(mail(1), NOW)
        await marks.before_dot(mail(9), None)
        said.append(f"9 ends, durable: {sorted(disk.durable)}")
        marks.ended(mail(9), None)
        await marks.before_dot(mail(2), 1)
        said.append(f"2 ends, durable: {sorted(disk.durable)}")
        return said

    assert asyncio.run(act()) == ["9 ends, durable: []", "2 ends, durable: [1]"]


def test_what_the_relay_did_not_accept_is_not_marked() -> None:
    async def act() -> Disk:
        disk = Disk()
        marks, _ = marks_on(disk)
        await marks.before_dot(mail(1), None)
        marks.ended(mail(1), None)
        marks.ended(mail(2), None)  # it never came to its dot
        await marks.flush()
        return disk

    assert asyncio.run(act()).transactions == []


def test_a_mark_that_cannot_be_written_is_told_and_is_written_later() -> None:
    async def act() -> tuple[Disk, list[int]]:
        disk = Disk()
        disk.full = True
        marks, noted = marks_on(disk)
        await marks.before_dot(mail(1), None)
        marks.ended(mail(1), NOW)
        with pytest.raises(LedgerError):
            await marks.before_dot(mail(2), 1)
        with pytest.raises(LedgerError):
            await marks.flush()
        disk.full = False
        await marks.flush()
        return disk, noted

    disk, noted = asyncio.run(act())
    assert disk.transactions == [[1]]
    assert noted == [1]


@given(seed=st.integers(0, 2**32), connections=st.integers(1, 6), mails=st.integers(0, 40))
@settings(deadline=None, max_examples=60)
def test_however_relay_and_disk_dawdle_each_connection_has_at_most_one_mail_in_doubt(
    seed: int, connections: int, mails: int
) -> None:
    random = Random(seed)

    async def act() -> tuple[Disk, set[int], list[int]]:
        disk = Disk(lambda: random.randrange(6))
        marks, noted = marks_on(disk)
        rows = iter(range(mails))
        ended: set[int] = set()
        accepted: set[int] = set()

        async def send() -> None:
            last: int | None = None
            for number in rows:
                for _ in range(random.randrange(4)):
                    await asyncio.sleep(0)
                await marks.before_dot(mail(number), last)
                ended.add(number)
                assert len(ended - disk.durable) <= connections
                for _ in range(random.randrange(6)):
                    await asyncio.sleep(0)
                taken = random.random() < 0.9
                if taken:
                    accepted.add(number)
                    last = number
                else:
                    ended.discard(number)
                marks.ended(mail(number), NOW if taken else None)
            await marks.durable(last)

        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(send())
        return disk, accepted, noted

    disk, accepted, noted = asyncio.run(act())
    assert disk.durable == accepted
    assert sorted(noted) == sorted(accepted)
