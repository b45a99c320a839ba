# SPDX-License-Identifier: GPL-3.0-or-later
"""Filing what was spoken: the message for staff is put into its queue folder, unread, with the date of the call.

Its row says ``appending`` before and ``filed`` after. What is found ``appending`` was perhaps put there before a crash,
so its folder is asked for its Message-ID first; so is whatever a ledger from a backup believes missing. A message with
its sound may be large: some megabytes a round, and then it is the turn of the mailbox's own mail again.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Collection

from sqlalchemy.engine import Connection as Database

from intake.cases import recordings
from intake.cases.case import NoticeText
from intake.cases.filing import RETRY, Filing, Put
from intake.cases.ledger import Ledger
from intake.cases.notices import raise_notice
from intake.cases.spool import PrivateSpool
from intake.cases.tables import AnyRow

log = logging.getLogger(__name__)

ROUND_BYTES = 8_000_000
"""Octets after which a round ends."""


class SpokenFiling:
    """Files the recordings of one mailbox, through its :class:`Filing`."""

    def __init__(
        self, ledger: Ledger, filing: Filing, spool: PrivateSpool, mailbox: str, now: Callable[[], dt.datetime]
    ) -> None:
        self._ledger = ledger
        self._filing = filing
        self._spool = spool
        self._mailbox = mailbox
        self._now = now

    async def recover(self, folders: Collection[str]) -> bool:
        """Look up what may lie in its queue folder already, or in another one of ``folders``, where staff moved it.

        Opens folders; true if it did.
        """
        rows = await self._ledger.read(recordings.unfiled, self._mailbox, "appending", None)
        for row in rows:
            for folder in dict.fromkeys((row.folder, *folders)):
                if found := await self._filing.find(folder, row.message_id):
                    await self._filed(row, folder, found)
                    break
            else:
                await self._ledger.write(recordings.move_on, row.id, "appending", "composed")
        return bool(rows)

    async def append(self) -> bool:
        """File what is composed. True if more is left for another round."""
        left = ROUND_BYTES
        for row in await self._ledger.read(recordings.unfiled, self._mailbox, "composed", self._now()):
            if left <= 0:
                return True
            raw = await asyncio.to_thread(self._spool.message, row.file)
            if raw is None:
                await self._lost(row)
                continue
            left -= len(raw)
            if not await self._ledger.write(recordings.move_on, row.id, "composed", "appending"):
                continue  # its person was forgotten a moment ago
            put = await self._filing.put(row.folder, raw, flags=(), date=row.internal_date)
            if put is None:
                wait = RETRY[min(row.filing_attempts, len(RETRY) - 1)]
                await self._ledger.write(recordings.refused, row.id, row.filing_attempts + 1, self._now() + wait)
            else:
                await self._filed(row, row.folder, put)
        return False

    async def _filed(self, row: AnyRow, folder: str, put: Put) -> None:
        await self._ledger.write(recordings.filed, row.id, folder, put.uidvalidity, put.uid)
        await asyncio.to_thread(self._spool.forget, [row.file])
        log.info("recording of %s lies in its folder", row.reference)

    async def _lost(self, row: AnyRow) -> None:
        await self._ledger.write(lose, row.id, row.reference, self._now())


def lose(connection: Database, message: int, reference: str, now: dt.datetime) -> None:
    """The private copy is gone: deleted by hand, or filed before the backup was made that this ledger comes from."""
    notice = NoticeText(
        "recording-lost",
        reference,
        f"Die Aufnahme zur Vorgangsnummer {reference} ist nicht mehr im Dienst vorhanden. Sie liegt vielleicht schon "
        "in einem Ordner; sonst bitte an der Telefonanlage abhören.",
        f"the recording of {reference} is not in the private spool any more; look into the queue folders, "
        "or listen to it at the telephone system",
    )
    recordings.gone(connection, message)
    raise_notice(connection, notice, now)
