# SPDX-License-Identifier: GPL-3.0-or-later
"""Past mail: what lies in an account's queue folders, read again without a trace.

Folders are opened with EXAMINE (RFC 9051 6.3.3) and messages fetched with PEEK, so that no flag changes, not even
``\\Recent``. What is fetched is what the service fetched when the message came: header, structure, text parts;
never an attachment. Blocks keep memory small, however much lies there.

Left out, and counted, is what the rules never decided about: mails that this service itself put there, messages that
joined a case (they lie where the case lies), and what came by telephone. Mail that staff archived or deleted is not
in a queue folder any more, and so is not seen.
"""

import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from intake.cases.filing import Folders
from intake.cases.ledger import Ledger
from intake.cases.whereabouts import Filed, filed
from intake.config import Mailbox
from intake.mail.eligibility import Facts, Policy
from intake.mail.eligibility.rules import own_mail_returned
from intake.message import parse
from intake.servers.imap import Connection, SearchKey

BLOCK = 100
"""Messages that are in memory at a time."""

LeftOut = Literal["own-mail", "follow-up", "voicemail", "older", "gone"]
"""Why a message is not looked at; ``older``: there are more than were asked for, and it is not of the newest."""


@dataclass(frozen=True, slots=True)
class PastMessage:
    """One message as it was fetched when it came, and what became of it."""

    name: str
    """The reference of its case; where there is none, folder and UID."""
    raw: bytes
    internal_date: dt.datetime | None = None
    corrected: str | None = None
    """The queue that staff moved it to."""


@dataclass(slots=True)
class PastMail:
    """The queue folders of one mailbox over one connection. ``policy`` tells our own mails."""

    ledger: Ledger
    connection: Connection
    mailbox: str
    folders: Folders
    policy: Policy
    left_out: Counter[LeftOut] = field(default_factory=Counter)

    @classmethod
    async def open(
        cls, ledger: Ledger, connection: Connection, name: str, mailbox: Mailbox, policy: Policy
    ) -> "PastMail":
        """The past mail of a mailbox over a connection that is signed in."""
        folders = Folders(*await connection.namespace(), mailbox.parent_folder)
        return cls(ledger, connection, name, folders, policy)

    async def lying(
        self, folders: Collection[str], *, seen: bool = False, since: dt.date | None = None
    ) -> dict[str, list[int]]:
        """The UIDs in each of these folders that arrived on or after ``since`` and, if asked for, that somebody opened.

        A folder that is missing has none.
        """
        criteria: tuple[SearchKey, ...] = ("UNDELETED", "SEEN") if seen else ("UNDELETED",)
        there = {folder.name for folder in await self.connection.folders() if folder.selectable}
        found = {}
        for folder in folders:
            if self.folders.on_server(folder) in there:
                await self.connection.examine(self.folders.on_server(folder))
                found[folder] = await self.connection.search(*criteria, since=since)
        return found

    async def read(self, lying: Mapping[str, Sequence[int]], most: int) -> AsyncIterator[list[PastMessage]]:
        """The messages in blocks, about ``most`` of them at most: of each folder the newest, in its proportion."""
        total = sum(map(len, lying.values()))
        for folder, uids in lying.items():
            wanted = uids if total <= most else uids[len(uids) - len(uids) * most // total :]
            self.left_out["older"] += len(uids) - len(wanted)
            if not wanted:
                continue
            opened = await self.connection.examine(self.folders.on_server(folder))
            for start in range(0, len(wanted), BLOCK):
                yield await self._block(folder, opened.uidvalidity, wanted[start : start + BLOCK])

    async def _block(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[PastMessage]:
        known = await self.ledger.read(filed, self.mailbox, folder, uidvalidity, uids)
        heads = await self.connection.heads(uids)
        self.left_out["gone"] += len(uids) - len(heads)
        wanted = []
        for uid, head in heads.items():
            why = self._why_not(known.get(uid), head.header)
            if why is not None:
                self.left_out[why] += 1
            elif head.header:
                wanted.append(head)
            else:
                self.left_out["gone"] += 1
        skeletons = await self.connection.skeletons(wanted)
        self.left_out["gone"] += len(wanted) - len(skeletons)
        found = []
        for head in wanted:
            if head.uid in skeletons:
                record = known.get(head.uid)
                name = record.reference if record and record.reference else f"{folder}, UID {head.uid}"
                corrected = record.corrected if record else None
                found.append(PastMessage(name, skeletons[head.uid], head.internaldate, corrected))
        return found

    def _why_not(self, record: Filed | None, header: bytes) -> LeftOut | None:
        if record is not None:
            return "voicemail" if record.spoken else "follow-up" if record.follow_up else None
        facts = Facts(parse(header), "", self.policy, target=None, form=None, forwarded=False, authenticated=None)
        return "own-mail" if own_mail_returned(facts) else None
