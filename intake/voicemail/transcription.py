# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening to what came in: one recording at a time, the oldest first, until its message for staff is composed.

A recording that the recogniser breaks down over is tried again after a pause, ``voicemail.attempts`` times; then it is
filed without a transcript, marked, with its sound: a person listens instead. An attempt is counted before it is made,
so that one that ends the service counts, and one that the service's end interrupts does not. What waits is seen in
``intake status``, in the metrics and in ``intake health``; mail never waits for it, because nothing is computed here:
the recogniser is a process of its own, with a lower priority, that is ended when nothing has come for a while.
"""

import asyncio
import datetime as dt
import logging
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from intake.cases import keys, recordings
from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger
from intake.cases.notices import close_notice, raise_notice
from intake.cases.spoken import lose
from intake.cases.spool import PrivateSpool
from intake.cases.tables import AnyRow
from intake.config import Settings
from intake.errors import IntakeError, LedgerError
from intake.office import Calendar
from intake.triage import Rules
from intake.voicemail import numbers
from intake.voicemail.books import Books, Decided, decide, enter
from intake.voicemail.values import KnownCaller, Recording, Understood

if TYPE_CHECKING:
    from intake.voicemail.listener import Listener

log = logging.getLogger(__name__)

PATIENCE = 2 * 3600.0
"""Seconds for one recording. The recogniser has limits of its own; this is for what nobody thought of."""
WAITS = (dt.timedelta(seconds=10), dt.timedelta(minutes=5), dt.timedelta(minutes=30))
"""Between attempts."""
REST = dt.timedelta(minutes=1)
"""Until the next attempt where the ledger or the disk refused."""
LOOK_SECONDS = 10.0
"""How often to look whether one is due again."""
IDLE_SECONDS = 300.0
"""After which the recogniser gives its memory back."""
CAUSE = "listening"


class Transcription:
    """Listens. ``composed`` is called when a message may be filed; ``now`` gives aware instants."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        ledger: Ledger,
        now: Callable[[], dt.datetime],
        composed: Callable[[], None],
    ) -> None:
        self.wake = asyncio.Event()
        self._settings = settings
        self._rules = rules
        self._ledger = ledger
        self._now = now
        self._composed = composed
        self._spool = PrivateSpool(settings.spool)
        self._listener: Listener | None = None
        """Made for the first recording: what hears is large."""

    def reload(self, settings: Settings, rules: Rules) -> None:
        """Configuration and rules are new, from the next recording on."""
        self._settings = settings
        self._rules = rules
        if self._listener is not None:
            self._listener.reload(settings, rules)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen to whatever is due, until ``stop``; what is being heard then is left for the next start."""
        idle = 0.0
        try:
            while not stop.is_set():
                self.wake.clear()
                try:
                    while not stop.is_set() and (row := await self._ledger.read(recordings.next_due, self._now())):
                        idle = 0.0
                        await self._one(row, stop)
                except IntakeError as error:
                    # The ledger or the disk refused. Nothing is lost: it is due again.
                    log.error("voicemail rests until the next attempt: %s", error)
                if not await _told(LOOK_SECONDS, stop, self.wake):
                    idle += LOOK_SECONDS
                    if idle >= IDLE_SECONDS and self._listener is not None:
                        await self._listener.close()
        finally:
            if self._listener is not None:
                await self._listener.close()

    async def _one(self, row: AnyRow, stop: asyncio.Event) -> None:
        file = self._spool.file(row.file)
        if not row.file or not file.is_file():
            await self._ledger.write(lose, row.id, row.reference, self._now())
            return
        most = self._settings.configuration.voicemail.attempts if self._settings.configuration.voicemail else 0
        attempt = row.attempts + 1
        due = self._now() + WAITS[min(row.attempts, len(WAITS) - 1)]
        await self._ledger.write(recordings.count_attempt, row.id, attempt, due)
        work = asyncio.create_task(self._understood(row, listen=attempt <= most))
        interrupted = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([work, interrupted], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and stop.is_set():
                await self._ledger.write(recordings.count_attempt, row.id, row.attempts, None)
                return
            if not work.done():
                raise TimeoutError
            await work
        except LedgerError:
            # A full disk, say: not the recording's fault.
            await self._ledger.write(recordings.count_attempt, row.id, row.attempts, self._now() + REST)
            raise
        except Exception as error:  # whatever a recording did, it is this recording's failure
            await self._failed(row, error, final=attempt > most)
        finally:
            for task in (work, interrupted):
                task.cancel()
            await asyncio.wait([work, interrupted])

    async def _understood(self, row: AnyRow, *, listen: bool) -> None:
        """Listen, decide, compose, enter."""
        from intake.voicemail.listener import Listener

        if self._listener is None:
            self._listener = Listener(self._settings, self._rules)
        books = Books(self._settings.configuration, self._ledger.secret)
        recording = Recording(
            source=row.source, name=row.name, file=self._spool.file(row.file), left_at=row.internal_date,
            caller=row.caller or "", mailbox=row.extension or "", language=row.language_chosen or "",
        )  # fmt: skip
        before = await self._ledger.read(recordings.language_before, row.sender_key, row.case_id)
        understood = await self._listener.understand(recording, KnownCaller(before), listen=listen)
        decided = await self._ledger.read(decide, books, row, understood)
        raw = await asyncio.to_thread(self._compose, books, row, recording, understood, decided)
        await asyncio.to_thread(self._spool.keep_message, row.file, raw)
        local = Calendar(self._settings.configuration.office).local(self._now())
        if not await self._ledger.write(enter, books, row, understood, decided, len(raw), local):
            # Its caller was forgotten while it was being heard.
            await asyncio.to_thread(self._spool.forget, [row.file])
            return
        log.info(
            "recording %s: %s, %s, queue %s", decided.reference, understood.state, understood.language, decided.queue
        )
        await self._ledger.write(close_notice, CAUSE, None, self._now())
        self._composed()

    def _compose(
        self, books: Books, row: AnyRow, recording: Recording, understood: Understood, decided: Decided
    ) -> bytes:
        from intake.voicemail import staff_message

        configuration = self._settings.configuration
        return staff_message.compose(
            recording, understood, office=configuration.office, reference=decided.reference, folder=decided.folder,
            address=configuration.mailboxes[row.mailbox].address, message_id=row.message_id,
            loop_token=keys.loop_token(books.secret), number=numbers.normalised(recording.caller, books.country),
            joined=decided.joins is not None, named=decided.named,
        )  # fmt: skip

    async def _failed(self, row: AnyRow, error: Exception, *, final: bool) -> None:
        if isinstance(error, IntakeError):
            problem = str(error)
        elif isinstance(error, TimeoutError):
            problem = f"listening did not end within {PATIENCE / 3600:g} h"
        else:
            # A fault of ours. Its text might hold what was said: only where it happened is told.
            where = traceback.extract_tb(error.__traceback__)[-1]
            problem = f"unexpected {type(error).__name__} at {where.name}:{where.lineno}; please report it"
        log.warning("recording %s: %s", row.reference, problem)
        notice = NoticeText(
            CAUSE,
            CAUSE,
            "Eine Sprachnachricht konnte nicht verschriftet werden; es wird weiter versucht, und dann wird sie ohne "
            "Text abgelegt. Der Befehl intake check nennt den Grund, wenn das öfter vorkommt."
            if not final
            else "Eine Sprachnachricht konnte nicht abgelegt werden; es wird weiter versucht. "
            "Sie liegt auch an der Telefonanlage.",
            f"{row.reference}: {problem}",
        )
        await self._ledger.write(recordings.note_problem, row.id, problem)
        await self._ledger.write(raise_notice, notice, self._now())


async def _told(seconds: float, *events: asyncio.Event) -> bool:
    """Wait for one of the events; false if the time was up first."""
    waiters = [asyncio.ensure_future(event.wait()) for event in events]
    done, _ = await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for waiter in waiters:
        waiter.cancel()
    return bool(done)
