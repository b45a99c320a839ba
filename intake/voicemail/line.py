# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemail as the daemon runs it: what comes in, and what is listened to, each a task that never ends by itself."""

import asyncio
import datetime as dt
import logging
import traceback
from collections.abc import Awaitable, Callable

from intake.cases.ledger import Ledger
from intake.cases.spool import PrivateSpool
from intake.config import Settings
from intake.errors import IntakeError
from intake.triage import Rules
from intake.voicemail.arrivals import Arrivals
from intake.voicemail.transcription import Transcription
from intake.voicemail.values import Arrived

log = logging.getLogger(__name__)

AGAIN_SECONDS = 30.0
"""Until a task that failed is tried again."""


class Line:
    """The voicemail of one office. ``composed`` is called when a message may be filed; ``now`` gives aware instants."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        ledger: Ledger,
        now: Callable[[], dt.datetime],
        composed: Callable[[], None],
    ) -> None:
        self.spool = PrivateSpool(settings.spool)
        self._transcription = Transcription(settings, rules, ledger, now, composed)
        self._arrivals = Arrivals(settings, ledger, now, self._transcription.wake.set)

    def reload(self, settings: Settings, rules: Rules) -> None:
        """Configuration and rules are new."""
        self._transcription.reload(settings, rules)
        self._arrivals.reload(settings)

    async def take(
        self, data: bytes, *, source: str, name: str, left_at: dt.datetime, caller: str, identity: str
    ) -> None:
        """Take a recording that came by e-mail. Raises :class:`LedgerError`: then it was not taken."""
        await self._arrivals.take(
            Arrived(source=source, name=name, data=data, left_at=left_at, caller=caller, identity=identity)
        )

    async def tidy(self) -> None:
        """Delete private copies that are not needed any more."""
        await self._arrivals.tidy()

    async def run(self, stop: asyncio.Event) -> None:
        """Take and listen until ``stop``."""
        await _keep_on(self._arrivals.begin, stop)
        async with asyncio.TaskGroup() as group:
            group.create_task(_keep_on(lambda: self._arrivals.watch(stop), stop))
            group.create_task(_keep_on(lambda: self._transcription.run(stop), stop))


async def _keep_on(work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Do it again if it fails, whatever happens, until ``stop``: voicemail must not end what serves mail."""
    while True:
        try:
            await work()
        except IntakeError as error:
            log.error("voicemail: %s", error)
        except Exception as error:
            # A fault of ours. Its text might quote a caller: only where it happened is told.
            where = traceback.extract_tb(error.__traceback__)[-1]
            kind = type(error).__name__
            log.error("voicemail: unexpected %s at %s:%d; please report it", kind, where.name, where.lineno)
        else:
            return
        try:
            async with asyncio.timeout(AGAIN_SECONDS):
                await stop.wait()
                return
        except TimeoutError:
            continue
