# SPDX-License-Identifier: GPL-3.0-or-later
"""What the daemon does so that the line is true tomorrow, too.

At its start before anything else, after each midnight of the office and after a reload, the days ahead are spoken and
published; the telephone system then switches by its own clock at the moment something changes, so nothing has to be
done at that moment. Where an upload fills the telephone system, a version is published at each change as well.

If that fails, it is tried again every few minutes and a notice says so. Meanwhile nothing false is heard: the last
version knows the days that it was made for, and after these the line refers callers to the website. Nothing is
published while somebody has gone back to an older version.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable

from intake.announcements.announcer import Announcer, Published, read_manifest
from intake.announcements.facts import next_change
from intake.announcements.library import Library
from intake.cases import ledger as books
from intake.cases import notices
from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger
from intake.config import Settings
from intake.errors import IntakeError
from intake.office import Calendar

log = logging.getLogger(__name__)

RETRY = dt.timedelta(minutes=10)
"""After a failure."""
CAUSE = "announcements"


class Keeper:
    """Keeps the line of one office true. One look at a time."""

    def __init__(self, settings: Settings, ledger: Ledger, now: Callable[[], dt.datetime]) -> None:
        self._settings = settings
        self._ledger = ledger
        self._now = now
        self._due: dt.datetime | None = None
        """When something is due again; None: now."""

    def reload(self, settings: Settings) -> None:
        """Texts or configuration are new: publish at the next look."""
        self._settings = settings
        self._due = None

    async def look(self) -> None:
        """Publish if it is due. Never raises :class:`IntakeError`: a failure is a notice."""
        now, settings = self._now(), self._settings
        wanted = settings.configuration.announcements
        if not wanted.automatic or (self._due is not None and now < self._due):
            return
        library = Library(settings.library.absolute())
        if library.held:
            return
        calendar = Calendar(settings.configuration.office)
        try:
            published = await self._publish(settings, now)
            await self._ledger.write(
                books.note, now, "announce publish", f"version {published.version}, by the service itself"
            )
            await self._ledger.write(notices.close_notice, CAUSE, None, now)
        except IntakeError as error:
            self._due = now + RETRY
            log.warning("announcements: %s", error)
            await self._ledger.write(notices.raise_notice, _notice(str(error), library), now)
            return
        change = next_change(calendar, now)
        self._due = change if wanted.upload else _midnight_after(calendar, now)
        log.info("announcements: version %d is on the line", published.version)

    async def _publish(self, settings: Settings, now: dt.datetime) -> Published:
        async with Announcer.open(settings) as announcer:
            built = await announcer.build(now)
            return await asyncio.to_thread(announcer.publish, built, now)


def _midnight_after(calendar: Calendar, now: dt.datetime) -> dt.datetime:
    tomorrow = calendar.local(now).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(0), calendar.zone).astimezone(dt.UTC)


def _notice(error: str, library: Library) -> NoticeText:
    until = ""
    try:
        found = read_manifest(library, library.current)
        until = dt.datetime.fromisoformat(found["valid"][1]).strftime("%d.%m.%Y") if found else ""
    except (IntakeError, ValueError, LookupError):
        until = ""
    german = (
        f"Die Telefonansagen konnten nicht erneuert werden. Bis {until} bleibt richtig, was Anrufende hören; danach "
        "verweist die Ansage auf die Website."
        if until
        else "Die Telefonansagen konnten nicht veröffentlicht werden."
    )
    return NoticeText(
        CAUSE, CAUSE, f"{german} Der Befehl intake announce publish nennt den Grund.",
        f"announcements could not be published: {error}",
    )  # fmt: skip
