# SPDX-License-Identifier: GPL-3.0-or-later
"""Marking mails as sent: each connection has at most one mail in doubt, and many marks share one transaction.

A mail is in doubt from its final dot until its mark is durable. A connection writes its next final dot only when the
mark of its last mail is durable, and offers the next envelope and text meanwhile: until its dot the relay has nothing.

The disk takes some milliseconds for a transaction, whether it holds one mark or ten. So the marks of all connections
are written together once no mail is at its dot; then all connections are free at the same moment, their next dots go
out side by side, and their next marks meet again. (A mark begun at once, with four connections: 1.1 to 1.9 marks in a
transaction. Together: 3.9.) A relay that takes its time over one mail holds up nobody: after
:data:`GATHER_SECONDS` the marks that are there are written.

Marks that could not be written (a full disk) stay, and are written before anything else is sent.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Database

from intake.cases.ledger import Ledger
from intake.cases.rows import Many
from intake.cases.tables import AnyRow, mails, outbox

GATHER_SECONDS = 0.02
"""How long a mark waits for others whose mails are at their dots."""

Accepted: TypeAlias = tuple[AnyRow, dt.datetime]
"""A row of the outbox, and when the relay accepted its mail."""


class Marks:
    """The marks of one outbox. ``noted`` is told of mails whose marks have just become durable; it must not raise."""

    def __init__(self, ledger: Ledger, noted: Callable[[Sequence[Accepted]], None]) -> None:
        self._ledger = ledger
        self._noted = noted
        self._waiting: dict[int, Accepted] = {}
        self._at_dot: set[int] = set()
        self._gathered = asyncio.Event()
        """No mail is at its dot, as far as the mark that is written next may wait for one."""
        self._gathered.set()
        self._writing: asyncio.Task[None] | None = None

    async def before_dot(self, row: AnyRow, last: int | None) -> None:
        """A mail is about to be ended; returns once the mark of its connection's ``last`` one is durable."""
        await self.durable(last)
        self._at_dot.add(row.id)
        self._gathered.clear()

    def ended(self, row: AnyRow, accepted: dt.datetime | None) -> None:
        """The relay accepted a mail then, or did not; or it never came to its dot."""
        self._at_dot.discard(row.id)
        if accepted is not None:
            self._waiting[row.id] = (row, accepted)
        if not self._at_dot:
            self._gathered.set()
        if self._waiting and self._writing is None:
            self._begin()

    async def durable(self, row: int | None) -> None:
        """Returns once the mark of a mail that was accepted is durable. Raises :class:`LedgerError`."""
        while row in self._waiting:
            await asyncio.shield(self._writing or self._begin())

    async def flush(self) -> None:
        """Write what waits. Raises :class:`LedgerError`."""
        for row in list(self._waiting):
            await self.durable(row)

    def _begin(self) -> asyncio.Task[None]:
        self._writing = asyncio.create_task(self._write())
        return self._writing

    async def _write(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHER_SECONDS):
                await self._gathered.wait()
        marks = list(self._waiting.values())
        try:
            await self._ledger.write(
                _accepted,
                [row.id for row, _at in marks],
                [at for _row, at in marks],
                [row.id for row, _at in marks if row.copy == "none"],
            )
        finally:
            self._writing = None
        for row, _at in marks:
            del self._waiting[row.id]
        self._noted(marks)
        if self._waiting:
            # What came too late meets the next mails of those connections that are free now.
            self._gathered.clear()
            self._begin()


def _accepted(connection: Database, rows: Sequence[int], times: Sequence[dt.datetime], uncopied: Sequence[int]) -> None:
    """These mails are sent. The text of a mail is deleted once it was sent, where no copy is filed."""
    _SENT.execute(connection, [{"row": row, "now": now} for row, now in zip(rows, times, strict=True)])
    if uncopied:
        connection.execute(_DROP_TEXTS, {"rows": uncopied})


_SENT = Many(
    lambda _dialect: (
        outbox.update()
        .where(outbox.c.id == sa.bindparam("row"))
        .values(
            state="sent",
            sent_at=sa.bindparam("now"),
            attempts=outbox.c.attempts + 1,
            problem=None,
            copy=sa.case((outbox.c.copy == "waiting", "pending"), else_="none"),
        )
    ),
    ("row", "now"),
)
_DROP_TEXTS = mails.delete().where(mails.c.outbox_id.in_(sa.bindparam("rows", expanding=True)))
