# SPDX-License-Identifier: GPL-3.0-or-later
"""Noticing what staff moved, on the one connection that a mailbox has.

At each look the server is asked for the counts of the queue folders: one command where it knows LIST-STATUS, else one
for each folder; a folder is not watched, because servers limit connections (Exchange to a few for each account). Only
a folder with more new UIDs than what was filed and appended there explains is opened and looked through, from the
first new UID on: size, dates, flags and Message-ID, nothing else. What the ledger knows of them is asked for at once,
and the server whether they still lie where they lay: two commands for each folder they came from, however many were
moved.

What was noticed and up to where each folder was looked through become durable together, so that nothing is noticed
twice, and what was moved while nothing ran is noticed at the next start. What lay in a folder when it was first
looked at is left alone. A folder with a new UIDVALIDITY is looked through from its beginning: the messages are known
again.

A move to a folder that is no queue's (an archive, the trash) is no correction, and the case stays as it is.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from intake.cases import corrections
from intake.cases.corrections import Copy, Find, Known, Mark, Move
from intake.cases.filing import Filing
from intake.cases.ledger import Ledger
from intake.errors import MailboxRefused
from intake.message import parse
from intake.servers.imap import Connection, FolderStatus, Head

log = logging.getLogger(__name__)

LARGEST = 2**32 - 1
"""Of a UID and a size (RFC 9051 section 9: number, nz-number)."""
LOOK_LIMIT = 1_000
"""Messages of one folder that are looked through at a time; the rest has its turn at the next look."""
FRESH = dt.timedelta(minutes=10)
"""For so long a copy is looked at again each time: a client that moves by COPY deletes the original right after."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A queue folder to look through: from where on, what to leave out, what to look at again."""

    first: int
    ours: Collection[int]
    again: frozenset[int]
    new: bool
    """Whether there are new UIDs; else only ``again`` is looked at."""
    looked: Mark
    """Up to where it will have been looked through."""


class Corrections:
    """What staff move in one mailbox. ``source``: the folder that is watched; ``now`` gives aware instants."""

    def __init__(
        self,
        ledger: Ledger,
        connection: Connection,
        filing: Filing,
        mailbox: str,
        source: str,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._ledger = ledger
        self._connection = connection
        self._filing = filing
        self._mailbox = mailbox
        self._source = source
        self._now = now

    async def look(self, queues: Mapping[str, str]) -> None:
        """Notice what was moved since the last time. ``queues``: folder → queue. Opens folders."""
        now = self._now()
        marks = await self._ledger.read(corrections.marks, self._mailbox)
        copies = await self._ledger.read(corrections.remembered_copies, self._mailbox, now)
        states = await self._states(queues)
        due = _due(copies, states, marks, now)
        looked: dict[str, Mark] = {}
        finds: list[Find] = []
        for folder, state in states.items():
            again = frozenset(c.uid for c in due if (c.folder, c.uidvalidity) == (folder, state.uidvalidity))
            plan = await self._plan(folder, state, marks.get(folder), again)
            if plan.new or again:
                found, reached = await self._look_through(folder, plan)
                finds += found
            else:
                reached = plan.looked
            if reached is not None and reached != marks.get(folder):
                looked[folder] = reached
        known = await self._ledger.read(corrections.known, self._mailbox, finds) if finds else []
        moved, copied = corrections.match(finds, known, await self._standing(known))
        kept = [c for c in copies if c not in due] + _remembered(copied, copies, now)
        if not looked and not moved and kept == copies:
            return
        count = await self._ledger.write(corrections.record, self._mailbox, moved, queues, looked, kept, now)
        if count:
            log.info("mailbox %s: staff moved %d messages to another queue", self._mailbox, count)

    async def _states(self, queues: Mapping[str, str]) -> dict[str, FolderStatus]:
        """The counts of the queue folders that exist, in the order of the queues."""
        names = {folder: self._filing.name(folder) for folder in queues}
        told = await self._connection.statuses(list(names.values()))
        states = {folder: told[name] for folder, name in names.items() if name in told}
        return {f: s for f, s in states.items() if 0 < s.uidvalidity <= LARGEST and 0 < s.uidnext <= LARGEST}

    async def _plan(self, folder: str, state: FolderStatus, mark: Mark | None, again: frozenset[int]) -> _Folder:
        appended = self._filing.learn(folder, state.uidvalidity)
        here = Mark(state.uidvalidity, state.uidnext, state.messages)
        if mark is None:
            return _Folder(state.uidnext, (), again, False, here)
        if mark.uidvalidity != state.uidvalidity:
            mark, appended = Mark(state.uidvalidity, 1, 0), frozenset()
        if mark.uidnext >= state.uidnext:
            return _Folder(state.uidnext, (), again, False, here)
        filed = await self._ledger.read(corrections.filed_from, self._mailbox, folder, mark)
        ours = {uid for uid in appended | filed if mark.uidnext <= uid < state.uidnext}
        return _Folder(mark.uidnext, ours, again, len(ours) < state.uidnext - mark.uidnext, here)

    async def _look_through(self, folder: str, plan: _Folder) -> tuple[list[Find], Mark | None]:
        """What lies there that is not ours, and up to where it was looked through; ``None`` if the folder refuses."""
        try:
            await self._connection.examine(self._filing.name(folder))
        except MailboxRefused:
            return [], None
        found = [u for u in await self._connection.search(first=plan.first) if u not in plan.ours] if plan.new else []
        looked = plan.looked
        if len(found) > LOOK_LIMIT:
            found = found[:LOOK_LIMIT]
            looked = Mark(looked.uidvalidity, found[-1] + 1, looked.messages)
        labels = await self._connection.labels({*found, *plan.again})
        there = [head for head in labels.values() if "\\Deleted" not in head.flags and head.size <= LARGEST]
        return [_find(folder, looked.uidvalidity, head) for head in there], looked

    async def _standing(self, known: Sequence[Known]) -> set[int]:
        """Which messages still lie where the ledger has them."""
        places: dict[tuple[str, int | None], dict[int, int]] = {}
        for one in known:
            if one.uid is not None:
                folder = self._source if one.unfiled else self._filing.name(one.folder)
                places.setdefault((folder, one.uidvalidity), {})[one.uid] = one.id
        standing: set[int] = set()
        for (folder, uidvalidity), by_uid in places.items():
            try:
                opened = await self._connection.examine(folder)
            except MailboxRefused:
                continue  # the folder is gone, and all that lay there
            if opened.uidvalidity == uidvalidity:
                labels = await self._connection.labels(by_uid)
                standing |= {by_uid[uid] for uid, head in labels.items() if "\\Deleted" not in head.flags}
        return standing


def _find(folder: str, uidvalidity: int, head: Head) -> Find:
    return Find(folder, uidvalidity, head.uid, parse(head.header).message_id, head.size, head.internaldate)


def _due(
    copies: Sequence[Copy], states: Mapping[str, FolderStatus], marks: Mapping[str, Mark], now: dt.datetime
) -> list[Copy]:
    """The copies whose originals may have gone: fresh ones, and those whose source lost a message, or is no queue's."""

    def lost(source: str) -> bool:
        state, mark = states.get(source), marks.get(source)
        if state is None or mark is None or state.uidvalidity != mark.uidvalidity:
            return True
        return state.messages < mark.messages + state.uidnext - mark.uidnext

    return [copy for copy in copies if now - copy.at < FRESH or lost(copy.source)]


def _remembered(copied: Sequence[Move], before: Sequence[Copy], now: dt.datetime) -> list[Copy]:
    """Copies to look at again, each with the time at which it was first seen."""
    since = {(c.folder, c.uidvalidity, c.uid): c.at for c in before}
    return [
        Copy(
            find.folder, find.uidvalidity, find.uid, "" if original.unfiled else original.folder,
            since.get((find.folder, find.uidvalidity, find.uid), now),
        )
        for original, find in ((move.known, move.find) for move in copied)
    ]  # fmt: skip
