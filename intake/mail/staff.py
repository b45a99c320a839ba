# SPDX-License-Identifier: GPL-3.0-or-later
"""What staff did, seen over the one connection of a mailbox: what they moved, wrote and answered.

The account's Sent folder is read (headers only): a mail that points at a known message, or names a case reference,
answers the case. So does the flag ``\\Answered`` on its latest message. What they moved is told in ``corrections.py``.
In the morning the queue folders get their reminders.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection as Database

from intake.cases import records, reference
from intake.cases.filing import Filing
from intake.cases.ledger import Ledger
from intake.config import Mailbox
from intake.errors import MailboxRefused
from intake.mail.corrections import Corrections
from intake.mail.reception import Desk
from intake.mail.reminders import is_time, remind
from intake.message import parse
from intake.servers.imap import Connection, Head

SENT_BLOCK = 200


class Staff:
    """What staff did in the mailbox ``name``. ``now`` gives aware instants."""

    def __init__(
        self,
        ledger: Ledger,
        connection: Connection,
        filing: Filing,
        name: str,
        mailbox: Mailbox,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._ledger = ledger
        self._connection = connection
        self._filing = filing
        self._name = name
        self._mailbox = mailbox
        self._now = now
        self._moves = Corrections(ledger, connection, filing, name, mailbox.folder, now)
        self._reminded: dt.date | None = None

    async def look(self, desk: Desk) -> None:
        """Note what they did since the last time. Opens folders; the caller opens its own again."""
        queues = {queue.folder: queue_id for queue_id, queue in desk.configuration.queues.items()}
        await self._moves.look(queues)
        folder = self._mailbox.sent_folder or await self._sent_folder()
        if folder:
            await self._read_sent(folder, desk)
        await self._read_answered(list(queues))
        await self._remind(desk)

    async def _remind(self, desk: Desk) -> None:
        now = self._now()
        today = desk.calendar.local(now).date()
        if self._reminded != today and is_time(desk, now):
            await remind(self._ledger, self._filing, desk, self._name, now)
            self._reminded = today

    async def _sent_folder(self) -> str:
        folders = await self._connection.folders()
        return next((f.name for f in folders if f.special_use == "\\Sent" and f.selectable), "")

    async def _read_sent(self, folder: str, desk: Desk) -> None:
        try:
            sent = await self._connection.select(folder)
        except MailboxRefused:
            return  # no Sent folder yet: nothing was sent
        row = await self._ledger.read(records.mailbox_row, self._name)
        if row is None or row.sent_uidvalidity != sent.uidvalidity or not row.sent_uidnext:
            # What was sent before this service started answers nothing that it knows.
            await self._ledger.write(
                records.update_mailbox, self._name, sent_uidvalidity=sent.uidvalidity, sent_uidnext=sent.uidnext or 1
            )
            return
        uids = await self._connection.search(first=row.sent_uidnext)
        for start in range(0, len(uids), SENT_BLOCK):
            heads = await self._connection.heads(uids[start : start + SENT_BLOCK])
            replies = [_reply(head, desk.configuration.service.reference_prefix) for head in heads.values()]
            await self._ledger.write(_wrote, desk.secret, self._name, replies, max(heads, default=0), self._now())

    async def _read_answered(self, folders: Sequence[str]) -> None:
        for folder, first in (await self._ledger.read(records.open_targets, self._name, folders)).items():
            try:
                target = await self._connection.select(self._filing.name(folder))
            except MailboxRefused:
                continue
            uids = await self._connection.search("ANSWERED", first=first)
            await self._ledger.write(
                records.answered_targets, self._name, folder, target.uidvalidity, uids, self._now()
            )


@dataclass(frozen=True, slots=True)
class _Reply:
    """A mail in the Sent folder: its Message-ID, what it points at, the references in its subject, its time."""

    message_id: str
    points_at: tuple[str, ...]
    references: tuple[str, ...]
    at: dt.datetime
    automatic: bool


def _reply(head: Head, prefix: str) -> _Reply:
    message = parse(head.header)
    automatic = any(v.strip().lower() not in ("", "no") for v in message.all("Auto-Submitted"))
    return _Reply(
        message.message_id,
        (*message.references, *message.in_reply_to),
        reference.find(prefix, message.subject),
        head.internaldate,
        automatic,
    )


def _wrote(
    connection: Database, secret: bytes, mailbox: str, replies: Sequence[_Reply], last_uid: int, now: dt.datetime
) -> None:
    for reply in replies:
        if reply.automatic:
            continue
        case, _ = records.case_of_thread(connection, secret, reply.points_at)
        for name in reply.references:
            case = case or records.case_by_reference(connection, name)
        if case is not None:
            records.answered(connection, case.id, reply.at)
            if reply.message_id:
                records.remember_thread(connection, secret, reply.message_id, case.id, "clerk", now)
    if last_uid:
        records.update_mailbox(connection, mailbox, sent_uidnext=last_uid + 1)
