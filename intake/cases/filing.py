# SPDX-License-Identifier: GPL-3.0-or-later
"""Filing: what is recorded is put into its queue folder, and a copy of the acknowledgement beside it.

With MOVE (RFC 6851) one command files a block of messages, and the server does it wholly or not at all. Without
it: COPY, then ``\\Deleted``, then UID EXPUNGE (UIDPLUS, RFC 4315), each step in the ledger; never a bare
EXPUNGE, which would delete what others marked. A server that offers neither cannot be served.

After a crash, a row that is ``pending`` or ``copying`` may have been filed already. The target folder is then asked
for a message with the same Message-ID, size and INTERNALDATE (which COPY and MOVE preserve) that belongs to no
other row. A message that is nowhere is ``gone``: a clerk may move or delete at any moment, and that is no error.

The copy of an acknowledgement is appended ``\\Seen`` once the relay has accepted it, many copies over further
connections side by side. Its row says ``appending`` before and ``done`` after; a row found ``appending`` is looked
up by its Message-ID first, so that a crash makes no second copy.

What was done in all folders is noted in one transaction. A crash before that leaves no more doubt than one within.

A folder that refuses (quota, rights) holds up only itself: a notice is opened and the folder is tried again later,
at growing intervals. Acknowledging does not wait for filing.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Database

from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger
from intake.cases.notices import close_notice, raise_notice
from intake.cases.rows import Many
from intake.cases.tables import AnyRow, mails, messages, outbox
from intake.errors import MailboxRefused
from intake.servers.imap import Connection, Head
from intake.servers.imap_crew import Crew

BATCH = 200
MANY_COPIES = 50
"""Copies that are worth further connections."""
Outcome: TypeAlias = tuple[int, str, int | None, int | None]
"""What became of a message: its row, its state, UIDVALIDITY and UID in the target folder."""
RETRY = (dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=30), dt.timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class Folders:
    """How the configuration's folder names are spelt on this server: namespace prefix, delimiter, parent folder."""

    prefix: str
    delimiter: str
    parent: str

    def on_server(self, folder: str) -> str:
        """The full name. A delimiter inside a configured name would make a subfolder: it becomes a dash."""
        name = folder.replace(self.delimiter, "-") if self.delimiter else folder
        parts = [*(p for p in self.parent.split("/") if p), name]
        return self.prefix + (self.delimiter or "/").join(parts)


CANNOT_FILE = (
    "the server offers neither MOVE nor UIDPLUS, so nothing can be filed safely; use a server that offers one of them"
)


def can_file(connection: Connection) -> bool:
    """Whether messages can be moved on this server without risk to others; if not, see :data:`CANNOT_FILE`."""
    return bool({"MOVE", "UIDPLUS", "IMAP4REV2"} & connection.capabilities)


async def create_folder(connection: Connection, folders: Folders, folder: str) -> None:
    """Create and subscribe a queue folder. Raises :class:`MailboxRefused`."""
    name = folders.on_server(folder)
    if folders.parent:
        # Some servers do not create what lies between; that it exists already is fine.
        await connection.create(folders.on_server("x").removesuffix(folders.delimiter + "x"))
    await connection.create(name)
    await connection.subscribe(name)


@dataclass(frozen=True, slots=True)
class Put:
    """Where a mail of ours lies in its folder; ``uid`` is ``None`` where the server does not tell."""

    uidvalidity: int
    uid: int | None


class Filing:
    """Filing for one mailbox over one connection, where there is much to append over those of the ``crew`` as well.

    ``now`` gives aware instants.
    """

    def __init__(
        self,
        ledger: Ledger,
        connection: Connection,
        mailbox: str,
        folders: Folders,
        now: Callable[[], dt.datetime],
        crew: Crew | None = None,
    ) -> None:
        self._ledger = ledger
        self._connection = connection
        self._crew = crew
        self._mailbox = mailbox
        self._folders = folders
        self._now = now
        self._uidvalidity: dict[str, int] = {}
        self._appended: dict[str, set[int]] = {}
        self._unnoticed: set[str] = set()
        """Folders about which no notice is open; of others there may be one, from an earlier session perhaps."""

    def name(self, folder: str) -> str:
        """How a queue folder is called on this server."""
        return self._folders.on_server(folder)

    async def prepare(self, folders: Sequence[str]) -> None:
        """Create and subscribe the queue folders that do not exist; a refusal is a notice, not an error."""
        there = {folder.name for folder in await self._connection.folders()}
        for folder in folders:
            if self._folders.on_server(folder) not in there:
                try:
                    await create_folder(self._connection, self._folders, folder)
                except MailboxRefused as error:
                    await self._refused(folder, error)

    # -- messages

    async def recover(self, source: str, uidvalidity: int) -> None:
        """Settle what an earlier run left in doubt. Opens target folders; the caller opens ``source`` again."""
        await self._ledger.write(_supersede, self._mailbox, uidvalidity)
        rows = await self._ledger.read(_unfiled, self._mailbox, uidvalidity, None)
        if not rows:
            return
        await self._connection.select(source)
        present = set(await self._connection.search())
        for row in rows:
            if row.filing == "copying" or (row.filing == "pending" and row.uid not in present):
                found = await self._locate(row)
                moved, unmoved = ("filed", "gone") if row.uid not in present else ("copied", "pending")
                state = moved if found else unmoved
                await self._ledger.write(_settle, [(row.id, state, self._target(row.folder), found)])
            elif row.filing == "copied" and row.uid not in present:
                await self._ledger.write(_settle, [(row.id, "filed", row.target_uidvalidity, row.target_uid)])

    async def file(self, uidvalidity: int) -> bool:
        """File everything that waits, from the folder that is open now. True if anything was filed."""
        rows = await self._ledger.read(_unfiled, self._mailbox, uidvalidity, self._now())
        outcome: list[Outcome] = []
        try:
            for folder, waiting in _by_folder(rows).items():
                for start in range(0, len(waiting), BATCH):
                    outcome += await self._file_into(folder, waiting[start : start + BATCH])
        finally:
            # One transaction for all folders; what a broken connection keeps from being noted is looked up.
            if outcome:
                await self._ledger.write(_settle, outcome)
        return bool(rows)

    async def _file_into(self, folder: str, rows: Sequence[AnyRow]) -> list[Outcome]:
        target = self._folders.on_server(folder)
        try:
            await self._know(folder)
            if "MOVE" in self._connection.capabilities:
                moved: Mapping[int, int | None] = await self._connection.move([row.uid for row in rows], target)
            else:
                moved = await self._copy_and_expunge(rows, target)
        except MailboxRefused as error:
            await self._refused(folder, error)
            await self._ledger.write(_postpone, [row.id for row in rows], self._now())
            return []
        await self._taken(folder)
        told = "UIDPLUS" in self._connection.capabilities
        validity = self._target(folder)
        return [
            (row.id, "filed" if row.uid in moved or not told else "gone", validity, moved.get(row.uid)) for row in rows
        ]

    async def _copy_and_expunge(self, rows: Sequence[AnyRow], target: str) -> dict[int, int | None]:
        fresh = [row for row in rows if row.filing == "pending"]
        moved = {row.uid: row.target_uid for row in rows if row.filing == "copied" and row.target_uid}
        if fresh:
            await self._ledger.write(_mark, [row.id for row in fresh], "copying")
            try:
                copied = await self._connection.copy([row.uid for row in fresh], target)
            except MailboxRefused:
                # A refused COPY has copied nothing (RFC 9051, 6.4.7): there is no doubt to settle.
                await self._ledger.write(_mark, [row.id for row in fresh], "pending")
                raise
            moved |= copied
            validity = self._target(rows[0].folder)
            there_now = [(row.id, "copied", validity, copied[row.uid]) for row in fresh if row.uid in copied]
            await self._ledger.write(_settle, there_now)
        there = [row.uid for row in rows if row.uid in moved]
        await self._connection.mark_deleted(there)
        await self._connection.expunge(there)
        return moved

    async def _locate(self, row: AnyRow) -> int | None:
        """The UID under which a row's message lies in its target folder already, if it does."""
        try:
            await self._know(row.folder)
            await self._connection.select(self._folders.on_server(row.folder))
        except MailboxRefused:
            return None
        candidates = (
            await self._connection.search(message_id=row.message_id)
            if row.message_id
            else (await self._connection.search())[-BATCH:]
        )
        claimed = await self._ledger.read(_claimed, self._mailbox, row.folder, self._target(row.folder))
        for uid, head in (await self._connection.heads(set(candidates) - claimed)).items():
            if head.size == row.size and head.internaldate == row.internal_date:
                return uid
        return None

    # -- copies of acknowledgements

    async def recover_copies(self) -> bool:
        """Look up the copies that an earlier run may have appended. Opens folders; true if it did."""
        rows = await self._ledger.read(_in_doubt, self._mailbox)
        for row in rows:
            found = await self.holds(row.folder, row.mail_id)
            await self._ledger.write(_copy_is, [row.id], "done" if found else "pending")
        return bool(rows)

    async def append_copies(self) -> bool:
        """Append the copies of acknowledgements that were sent, many of them side by side. True if there may be more.

        If a connection breaks, the copies that may lie there are in doubt until :meth:`recover_copies`.
        """
        rows = await self._ledger.write(_begin_copies, self._mailbox, self._now())
        if not rows:
            if self._crew is not None:
                await self._crew.dismiss()
            return False
        size = self._connection.append_block
        by_folder = _by_folder(rows).items()
        jobs = iter([(f, waiting[n : n + size]) for f, waiting in by_folder for n in range(0, len(waiting), size)])
        crew = self._crew if len(rows) >= MANY_COPIES else None
        hands = (await crew.hands() if crew is not None else ()) or (self._connection,)
        done: list[int] = []
        appending = [asyncio.create_task(self._append_some(hand, jobs, done)) for hand in hands]
        try:
            await asyncio.gather(*appending)
        finally:
            for task in appending:
                task.cancel()
            await asyncio.gather(*appending, return_exceptions=True)
            if done:
                await self._ledger.write(_copy_is, done, "done")
        return len(rows) == BATCH

    async def _append_some(
        self, hand: Connection, jobs: Iterator[tuple[str, Sequence[AnyRow]]], done: list[int]
    ) -> None:
        """One connection's share of the copies."""
        for folder, rows in jobs:
            ids = [row.id for row in rows]
            try:
                await self._know(folder)
                copies = [(row.raw, row.sent_at) for row in rows]
                uids = await hand.append_many(self._folders.on_server(folder), copies)
            except MailboxRefused as error:
                await self._refused(folder, error)
                await self._ledger.write(_postpone_copies, ids, self._now() + RETRY[1])
                continue
            self._appended.setdefault(folder, set()).update(uids)
            done += ids

    async def append_notice(self, folder: str, raw: bytes) -> bool:
        """Put a notice for staff into a folder, unread. False if the folder refused."""
        return await self.put(folder, raw, flags=("\\Flagged",), date=self._now()) is not None

    async def put(self, folder: str, raw: bytes, *, flags: Collection[str], date: dt.datetime) -> Put | None:
        """Put a mail of ours into a queue folder; ``None`` if the folder refused, which is a notice."""
        name = self._folders.on_server(folder)
        try:
            await self._know(folder)
            uid = await self._connection.append(name, raw, flags=flags, date=date)
        except MailboxRefused as error:
            await self._refused(folder, error)
            return None
        self._appended.setdefault(folder, set()).update(() if uid is None else (uid,))
        await self._taken(folder)
        return Put(self._uidvalidity[folder], uid)

    async def holds(self, folder: str, message_id: str) -> bool:
        """Whether a mail of ours lies in a queue folder. Opens the folder."""
        return await self.find(folder, message_id) is not None

    async def find(self, folder: str, message_id: str) -> Put | None:
        """Where a mail of ours lies in a queue folder, if it does. Opens the folder."""
        try:
            opened = await self._connection.select(self._folders.on_server(folder))
        except MailboxRefused:
            return None  # the folder is gone: the mail is, too
        found = await self._connection.labels(await self._connection.search(message_id=message_id))
        uid = next((uid for uid, head in found.items() if _message_id(head) == message_id), None)
        return None if uid is None else Put(opened.uidvalidity, uid)

    # -- folders

    def learn(self, folder: str, uidvalidity: int) -> Set[int]:
        """Take note of a folder's UIDVALIDITY; returns the UIDs of what was appended there since the last time."""
        self._uidvalidity[folder] = uidvalidity
        return self._appended.pop(folder, set())

    async def _know(self, folder: str) -> None:
        """Make sure that a queue folder exists, and know its UIDVALIDITY; once for each connection."""
        if folder in self._uidvalidity:
            return
        name = self._folders.on_server(folder)
        try:
            status = await self._connection.status(name)
        except MailboxRefused:
            await create_folder(self._connection, self._folders, folder)
            status = await self._connection.status(name)
        self._uidvalidity[folder] = status.uidvalidity

    def _target(self, folder: str) -> int | None:
        return self._uidvalidity.get(folder)

    async def _taken(self, folder: str) -> None:
        """A folder took something: no notice says any more that it refuses."""
        if folder not in self._unnoticed:
            await self._ledger.write(close_notice, "folder-refused", f"{self._mailbox}/{folder}", self._now())
            self._unnoticed.add(folder)

    async def _refused(self, folder: str, error: MailboxRefused) -> None:
        self._uidvalidity.pop(folder, None)
        self._unnoticed.discard(folder)
        notice = NoticeText(
            "folder-refused",
            f"{self._mailbox}/{folder}",
            f"Im Postfach „{self._mailbox}“ nimmt der Ordner „{folder}“ nichts an; "
            "Nachrichten bleiben solange, wo sie sind. "
            "Bitte Rechte und Speicherplatz des Kontos prüfen.",
            f'mailbox {self._mailbox}: folder "{folder}": {error}; check rights and quota of the account',
        )
        await self._ledger.write(raise_notice, notice, self._now())


def _message_id(head: Head) -> str:
    value = BytesHeaderParser(policy=compat32).parsebytes(head.header).get("Message-ID", "")
    return str(value).strip()


def _supersede(connection: Database, mailbox: str, uidvalidity: int) -> None:
    """A new UIDVALIDITY: old UIDs mean nothing any more, and the messages will be found again under new ones."""
    connection.execute(
        messages.update()
        .where(
            messages.c.mailbox == mailbox,
            messages.c.uidvalidity != uidvalidity,
            messages.c.filing.in_(["pending", "copying", "copied"]),
        )
        .values(filing="gone")
    )


# Statements are built once: for SQLAlchemy, building one costs more than SQLite needs to run it.
_UNFILED = (
    sa.select(
        messages.c.id, messages.c.uid, messages.c.folder, messages.c.filing, messages.c.message_id, messages.c.size,
        messages.c.internal_date, messages.c.target_uidvalidity, messages.c.target_uid,
    )
    .where(
        messages.c.mailbox == sa.bindparam("mailbox"),
        messages.c.uidvalidity == sa.bindparam("uidvalidity"),
        messages.c.filing.in_(["pending", "copying", "copied"]),
    )
    .order_by(messages.c.id)
)  # fmt: skip
_UNFILED_DUE = _UNFILED.where(messages.c.filing_after.is_(None) | (messages.c.filing_after <= sa.bindparam("now")))


def _unfiled(connection: Database, mailbox: str, uidvalidity: int, now: dt.datetime | None) -> Sequence[AnyRow]:
    """Rows still to be filed, oldest first; with ``now``, only those that are due."""
    where = {"mailbox": mailbox, "uidvalidity": uidvalidity}
    if now is None:
        return connection.execute(_UNFILED, where).all()
    return connection.execute(_UNFILED_DUE, {**where, "now": now}).all()


def _by_folder(rows: Sequence[AnyRow]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.folder, []).append(row)
    return found


def _claimed(connection: Database, mailbox: str, folder: str, uidvalidity: int | None) -> set[int]:
    query = sa.select(messages.c.target_uid).where(
        messages.c.mailbox == mailbox,
        messages.c.folder == folder,
        messages.c.target_uidvalidity == uidvalidity,
        messages.c.target_uid.is_not(None),
    )
    return {uid for uid in connection.execute(query).scalars() if uid is not None}


_SETTLE = Many(
    lambda _dialect: (
        messages.update()
        .where(messages.c.id == sa.bindparam("row"))
        .values(
            filing=sa.bindparam("state"), target_uidvalidity=sa.bindparam("validity"), target_uid=sa.bindparam("target")
        )
    ),
    ("row", "state", "validity", "target"),
)


def _settle(connection: Database, outcome: Sequence[Outcome]) -> None:
    """Note what became of messages."""
    rows = [
        {"row": row, "state": state, "validity": validity if uid else None, "target": uid}
        for row, state, validity, uid in outcome
    ]
    _SETTLE.execute(connection, rows)


def _mark(connection: Database, rows: Sequence[int], state: str) -> None:
    connection.execute(messages.update().where(messages.c.id.in_(rows)).values(filing=state))


def _postpone(connection: Database, rows: Sequence[int], now: dt.datetime) -> None:
    for row in connection.execute(sa.select(messages.c.id, messages.c.filing_attempts).where(messages.c.id.in_(rows))):
        wait = RETRY[min(row.filing_attempts, len(RETRY) - 1)]
        connection.execute(
            messages.update()
            .where(messages.c.id == row.id)
            .values(filing_attempts=row.filing_attempts + 1, filing_after=now + wait)
        )


_COPIES = (
    sa.select(outbox.c.id, outbox.c.mail_id, mails.c.raw, outbox.c.sent_at, messages.c.folder)
    .join(messages, messages.c.id == outbox.c.source_id)
    .join(mails, mails.c.outbox_id == outbox.c.id)
    .where(outbox.c.mailbox == sa.bindparam("mailbox"), outbox.c.copy == sa.bindparam("state"))
    .order_by(outbox.c.id)
    .limit(BATCH)
)
_COPIES_DUE = _COPIES.where(outbox.c.copy_after.is_(None) | (outbox.c.copy_after <= sa.bindparam("now")))
_ROWS: sa.BindParameter[Any] = sa.bindparam("rows", expanding=True)
_COPY_IS = outbox.update().where(outbox.c.id.in_(_ROWS)).values(copy=sa.bindparam("now_is"))
_DROP_MAILS = mails.delete().where(mails.c.outbox_id.in_(_ROWS))


def _in_doubt(connection: Database, mailbox: str) -> Sequence[AnyRow]:
    """Copies that an earlier run may have appended."""
    return connection.execute(_COPIES, {"mailbox": mailbox, "state": "appending"}).all()


def _begin_copies(connection: Database, mailbox: str, now: dt.datetime) -> Sequence[AnyRow]:
    """The copies that are due, from now on in doubt."""
    rows = connection.execute(_COPIES_DUE, {"mailbox": mailbox, "state": "pending", "now": now}).all()
    if rows:
        _copy_is(connection, [row.id for row in rows], "appending")
    return rows


def _copy_is(connection: Database, rows: Sequence[int], state: str) -> None:
    """The text of a mail is deleted once it was sent and its copy lies in the folder."""
    connection.execute(_COPY_IS, {"rows": rows, "now_is": state})
    if state == "done":
        connection.execute(_DROP_MAILS, {"rows": rows})


def _postpone_copies(connection: Database, rows: Sequence[int], until: dt.datetime) -> None:
    connection.execute(outbox.update().where(outbox.c.id.in_(rows)).values(copy="pending", copy_after=until))
