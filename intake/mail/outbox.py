# SPDX-License-Identifier: GPL-3.0-or-later
"""The outbox: a durable queue of outgoing mail inside the ledger, and the policy of retry.

A row is written in the transaction that opens its case. It is handed to the one relay, and marked sent when the
relay has accepted it. Nothing is marked before: if the connection is lost after the final dot, or the machine
dies before the mark is durable, the same bytes with the same Message-ID are sent again, so that a receiver can
drop the copy. Several connections send side by side, each with at most one mail in doubt (:mod:`intake.mail.marks`).

Not now (4xx, network): again after 30 s, then twice as long each time up to 30 minutes, with some jitter, for 24
hours (``smtp.max_age_hours``); then it is final. When several mails in a row fail, the relay is left alone for this
round: it is the relay, not the mail. Never (5xx): final at once. A final failure is a notice; a permanent 5.1.x
(no such address) also blocks the address. 5.7.x and a full mailbox do not.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Database

from intake.cases import records
from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger, current_holds
from intake.cases.notices import close_notice, raise_notice
from intake.cases.tables import AnyRow, cases, mails, messages, outbox
from intake.config import Configuration
from intake.errors import DeliveryDeferred, DeliveryRefused, IntakeError
from intake.mail.marks import Accepted, Marks
from intake.mail.reception import undeliverable
from intake.metrics import Metrics

log = logging.getLogger(__name__)

BATCH = 200
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(minutes=30)
GIVE_UP_ROUND_AFTER = 3
"""Failures in a row after which the relay is left alone until the next round."""


class Transport(Protocol):
    """What the outbox needs of :class:`intake.servers.smtp.Sender`."""

    async def send(self, raw: bytes, *, sender: str, recipient: str, before_end: Callable[[], Awaitable[None]]) -> None:
        """Hand one mail to the relay, its end after ``before_end``; raises DeliveryDeferred or DeliveryRefused."""


class Outbox:
    """Drains the queue. ``sent`` is called with the mailbox's name after mails of it were accepted.

    ``steps`` grows with every drain and every mail: what stands still hangs.
    """

    def __init__(
        self,
        ledger: Ledger,
        transports: Sequence[Transport],
        configuration: Configuration,
        *,
        now: Callable[[], dt.datetime],
        random: Random,
        sent: Callable[[str], None],
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._transports = transports
        self._marks = Marks(ledger, self._accepted)
        self._configuration = configuration
        self._now = now
        self._random = random
        self._sent = sent
        self._metrics = metrics
        self._may_be_noticed = True  # a notice of an earlier run, perhaps
        self.steps = 0
        self.wake = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Drain whenever woken, until ``stop``; what is being sent is finished first."""
        while not stop.is_set():
            self.wake.clear()
            try:
                while not stop.is_set() and await self.drain():
                    pass
            except* IntakeError as errors:
                # The ledger refused, say because the disk is full. Nothing is sent while nothing can be marked.
                log.error("the outbox rests until the next attempt: %s", errors.exceptions[0])
            if not stop.is_set():
                await self.wake.wait()

    async def drain(self) -> bool:
        """Try what is due now, at most a batch of it. True if it pays to look again at once."""
        await self._marks.flush()
        rows = await self._ledger.read(_due, self._now())
        self.steps += 1
        round_ = _Round(iter(rows))
        async with asyncio.TaskGroup() as group:
            for transport in self._transports[: len(rows)]:
                group.create_task(self._send_some(transport, round_))
        if round_.accepted:
            if self._may_be_noticed:
                await self._ledger.write(close_notice, "relay", None, self._now())
                self._may_be_noticed = False
        elif round_.failures:
            notice = NoticeText(
                "relay",
                "relay",
                "Bestätigungen können zurzeit nicht verschickt werden; es wird weiter versucht. "
                "Bitte den Mailserver für ausgehende Post prüfen.",
                f"acknowledgements cannot be sent at the moment and are tried again: {round_.problem}",
            )
            self._may_be_noticed = True
            await self._ledger.write(raise_notice, notice, self._now())
        return len(rows) == BATCH and round_.accepted > 0

    async def _send_some(self, transport: Transport, round_: "_Round") -> None:
        """One connection's share of a round."""
        last: int | None = None
        try:
            for row in round_.rows:
                self.steps += 1
                before_end = partial(self._marks.before_dot, row, last)
                accepted: dt.datetime | None = None
                try:
                    await transport.send(
                        row.raw, sender=row.envelope_sender, recipient=row.recipient, before_end=before_end
                    )
                    accepted, last = self._now(), row.id
                except DeliveryRefused as error:
                    await self._final(row, str(error), error.status)
                except DeliveryDeferred as error:
                    round_.failures += 1
                    round_.problem = str(error)
                    await self._later(row, round_.problem)
                else:
                    round_.accepted += 1
                finally:
                    self._marks.ended(row, accepted)
                if round_.failures >= GIVE_UP_ROUND_AFTER and not round_.accepted:
                    return
        finally:
            await self._marks.durable(last)

    def _accepted(self, mails: Sequence[Accepted]) -> None:
        for row, at in mails:
            if row.kind == "acknowledgement":
                self._metrics.acknowledged(row.internal_date, at)
        log.info("accepted by the relay: %s", ", ".join(f"{row.kind} of {row.reference}" for row, _at in mails))
        for mailbox in {row.mailbox for row, _at in mails}:
            self._sent(mailbox)

    async def _later(self, row: AnyRow, problem: str) -> None:
        now = self._now()
        limit = dt.timedelta(hours=self._configuration.smtp.max_age_hours if self._configuration.smtp else 24)
        if now - row.created_at >= limit:
            await self._final(row, f"{problem} (given up after {limit})", None)
            return
        wait = min(FIRST_WAIT * 2 ** min(row.attempts, 10), LONGEST_WAIT) * (0.75 + self._random.random() / 2)
        await self._ledger.write(_deferred, row.id, now + wait, problem)

    async def _final(self, row: AnyRow, problem: str, status: str | None) -> None:
        now = self._now()
        await self._ledger.write(
            _failed, row.id, row.kind, problem, status, row.recipient_key, row.reference, now,
            self._configuration.limits.blocked_days,
        )  # fmt: skip
        self._metrics.refused()
        log.warning("%s of %s failed for good: %s", row.kind, row.reference, problem)


@dataclass(slots=True)
class _Round:
    """What the connections of one round share."""

    rows: Iterator[AnyRow]
    accepted: int = 0
    failures: int = 0
    problem: str = ""


# A statement is built once: for SQLAlchemy, building it costs more than SQLite needs to run it.
_DUE = (
    sa.select(
        outbox.c.id, outbox.c.kind, outbox.c.mailbox, outbox.c.envelope_sender, outbox.c.recipient,
        outbox.c.recipient_key, outbox.c.attempts, outbox.c.created_at, outbox.c.copy, mails.c.raw, cases.c.reference,
        messages.c.internal_date,
    )
    .join(mails, mails.c.outbox_id == outbox.c.id)
    .join(cases, cases.c.id == outbox.c.case_id)
    .join(messages, messages.c.id == outbox.c.source_id)
    .where(outbox.c.state == "queued", outbox.c.due_at <= sa.bindparam("now"))
    .order_by(outbox.c.id)
    .limit(BATCH)
)  # fmt: skip


def _due(connection: Database, now: dt.datetime) -> Sequence[AnyRow]:
    return connection.execute(_DUE, {"now": now}).all()


def _deferred(connection: Database, row: int, due: dt.datetime, problem: str) -> None:
    connection.execute(
        outbox.update().where(outbox.c.id == row).values(attempts=outbox.c.attempts + 1, due_at=due, problem=problem)
    )


def _failed(
    connection: Database,
    row: int,
    kind: str,
    problem: str,
    status: str | None,
    recipient_key: str,
    reference: str,
    now: dt.datetime,
    blocked_days: int,
) -> None:
    connection.execute(
        outbox.update()
        .where(outbox.c.id == row)
        .values(state="failed", attempts=outbox.c.attempts + 1, problem=problem, copy="none")
    )
    connection.execute(mails.delete().where(mails.c.outbox_id == row))
    if kind != "acknowledgement":
        raise_notice(connection, _unnotified(kind, reference, status or problem), now)
        return
    raise_notice(connection, undeliverable(reference, status or problem), now)
    if status is not None and status.startswith("5.1."):
        records.block(connection, recipient_key, status, now, blocked_days)


_TO_A_TEAM = {
    "notification": ("Der Hinweis auf den neuen Vorgang", "Der Vorgang", "note about"),
    "reminder": ("Die Erinnerung an überfällige Vorgänge wie", "Sie", "reminder of cases such as"),
}
"""What went to a queue's own address, what of it lies in the folder all the same, and what it is called in English."""


def _unnotified(kind: str, reference: str, problem: str) -> NoticeText:
    german, which, english = _TO_A_TEAM[kind]
    return NoticeText(
        "notification",
        "queue",
        f"{german} {reference} konnte nicht an die Adresse des Teams zugestellt werden "
        f"({problem}). {which} liegt im Ordner; bitte die Adresse in der Konfiguration prüfen.",
        f"the {english} {reference} to its queue's address was refused ({problem}); check queues.….notify",
    )


def hold_if_restored(connection: Database) -> None:
    """At the start on a ledger from a backup: what it believes unsent was perhaps sent since, so a person decides.

    A copy that it believes missing is looked for before it is appended. Until the hold is lifted this may be
    repeated: a start that died half-way is made good by the next.
    """
    if not any(kind == "restored" for kind, _mailbox, _since, _sentence in current_holds(connection)):
        return
    connection.execute(outbox.update().where(outbox.c.state == "queued").values(state="held"))
    connection.execute(outbox.update().where(outbox.c.copy == "pending").values(copy="appending"))


def summary(connection: Database) -> dict[str, int]:
    """How many mails are in which state."""
    query = sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def oldest_waiting(connection: Database) -> dt.datetime | None:
    """Since when the oldest mail waits to be sent."""
    query = sa.select(outbox.c.created_at).where(outbox.c.state == "queued").order_by(outbox.c.created_at).limit(1)
    return connection.execute(query).scalar()
