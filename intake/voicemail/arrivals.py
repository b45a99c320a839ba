# SPDX-License-Identifier: GPL-3.0-or-later
"""The way in: recordings from the spools of telephone systems and from their e-mails, each taken exactly once.

A spool is looked through when something in it changes (inotify, through watchfiles) and from time to time all the same,
because a network drive tells of no change. What is whole is copied into the private spool, and only then entered: a
crash between the two leaves a copy that the ledger does not name, which the next start deletes, and the recording is
found again. A spool that cannot be read is a notice and stops nothing else.

A ledger from a backup does not know what came since. What still lies at the telephone system is found there again, with
all that is known about it; what does not (its mail lies in ``system`` by now, a clerk has deleted it) is in the private
spool if nobody has had it yet, and is taken from there, as a call of somebody unknown: rather that than lost.

A recording left longer ago than the keys of what was seen are kept (``retention.seen_days``) is left alone: whether it
was filed before, nobody can tell any more.
"""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Mapping
from functools import partial

from watchfiles import awatch

from intake import config
from intake.cases import recordings
from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger, get_meta, held, put_meta
from intake.cases.notices import close_notice, raise_notice
from intake.cases.spool import PrivateSpool
from intake.config import Settings
from intake.errors import IntakeError
from intake.voicemail import asterisk, dropped
from intake.voicemail.books import Books, admit, file_name, identities, is_known, own_identity
from intake.voicemail.spools import SETTLED, Found, Look, Mark, sound_of
from intake.voicemail.values import Arrived

log = logging.getLogger(__name__)

KINDS: Mapping[str, Look] = {"asterisk": asterisk.look, "folder": dropped.look}
MEGABYTE = 1_000_000
_STEP_MILLISECONDS = 50
_GATHER_MILLISECONDS = 400
CAUSE = "voicemail-spool"
_OUR_OWN = "private spool"


class Arrivals:
    """Takes recordings. ``taken`` is called after each; ``now`` gives aware instants."""

    def __init__(
        self, settings: Settings, ledger: Ledger, now: Callable[[], dt.datetime], taken: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._now = now
        self._taken = taken
        self._spool = PrivateSpool(settings.spool)
        self._one_at_a_time = asyncio.Lock()
        self._changed = asyncio.Event()
        self._known: dict[str, set[Mark]] = {}
        """Of each spool, the files that the ledger has."""
        self._unfinished: dict[str, dict[str, tuple[Mark, float]]] = {}
        """Of each spool, what looked unfinished when it was seen first, and since when it has not changed."""
        self._fine: set[str] = set()
        """The spools that no notice is open about."""

    def reload(self, settings: Settings) -> None:
        """The configuration is new."""
        self._settings = settings
        self._changed.set()

    # -- taking

    async def begin(self) -> None:
        """At the start: no recording waits for a mailbox that is not watched, and nobody's copies are deleted."""
        configuration = self._settings.configuration
        await self._ledger.write(recordings.rehome, configuration.mailboxes, configuration.filing_mailbox)
        await self.tidy()

    async def tidy(self) -> None:
        """Delete private copies that the ledger does not name, or not any more."""
        if await self._ledger.read(held, ""):
            await self._take_back()
        async with self._one_at_a_time:
            named = await self._ledger.read(recordings.files)
            count = await asyncio.to_thread(self._spool.tidy, named)
        if count:
            log.info("voicemail: %d files that belong to no recording were deleted", count)

    async def _take_back(self) -> None:
        """After a restored backup: take what it does not know, from the spools and then from the private one."""
        for spool in self._voicemail.spools:
            await self._look(spool)
        named = await self._ledger.read(recordings.files)
        for name in await asyncio.to_thread(self._spool.unnamed, named):
            if kept := await asyncio.to_thread(self._spool.read, name):
                data, left_at = kept
                await self.take(Arrived(source=_OUR_OWN, name=name, data=data, left_at=left_at))

    async def take(self, arrived: Arrived) -> None:
        """Take a recording, unless it was taken before. Raises :class:`LedgerError`: then it was not."""
        books = Books(self._settings.configuration, self._ledger.secret)
        known_as = await asyncio.to_thread(identities, books.secret, arrived)
        file = file_name(known_as[0], arrived)
        async with self._one_at_a_time:
            if await self._ledger.read(is_known, known_as):
                return
            await asyncio.to_thread(self._spool.keep, file, arrived.data)
            reference = await self._ledger.write(admit, books, arrived, known_as, file, self._now())
        if reference is not None:
            log.info("recording taken as %s", reference)
            self._taken()

    # -- watching spools

    async def watch(self, stop: asyncio.Event) -> None:
        """Look through the spools until ``stop``."""
        noticing = asyncio.create_task(self._notice_changes(stop))
        try:
            while not stop.is_set():
                self._changed.clear()
                soon = [await self._look(spool) for spool in self._voicemail.spools]
                await self._pause(stop, SETTLED if any(soon) else self._voicemail.scan_seconds)
        finally:
            noticing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await noticing

    @property
    def _voicemail(self) -> config.Voicemail:
        return self._settings.configuration.voicemail or _NOTHING

    async def _pause(self, stop: asyncio.Event, seconds: float) -> None:
        waiters = [asyncio.ensure_future(event.wait()) for event in (stop, self._changed)]
        await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for waiter in waiters:
            waiter.cancel()

    async def _notice_changes(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            paths = [path for spool in self._voicemail.spools if (path := self._settings.folder / spool.path).is_dir()]
            try:
                if paths:
                    changes = awatch(
                        *paths, watch_filter=None, stop_event=stop, step=_STEP_MILLISECONDS,
                        debounce=_GATHER_MILLISECONDS, ignore_permission_denied=True,
                    )  # fmt: skip
                    async for _ in changes:
                        self._changed.set()
            except* (OSError, RuntimeError):  # no more watches, a folder that is gone, a name that is no UTF-8
                log.info("voicemail: the changes of a spool were not told; they are looked for")
                self._changed.set()
            if not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._voicemail.scan_seconds):
                        await stop.wait()

    async def _look(self, spool: config.Spool) -> bool:
        """Take what is new in a spool; true if something there may be whole soon."""
        root, clock = self._settings.folder / spool.path, asyncio.get_running_loop().time()
        before = self._unfinished.get(spool.name, {})
        settled = {path: mark for path, (mark, since) in before.items() if clock - since >= SETTLED}
        try:
            found, unfinished = await asyncio.to_thread(KINDS[spool.kind], root, settled, self._now())
            there = {one.key.path: one.key.mark for one in found} | unfinished
            self._unfinished[spool.name] = {
                path: seen for path, seen in before.items() if there.get(path) == seen[0]
            } | {path: (mark, clock) for path, mark in unfinished.items() if before.get(path, ((), 0))[0] != mark}
            known = self._known.setdefault(spool.name, set())
            known &= {one.audio.mark for one in found}
            begun = await self._begun(spool)
            for one in found:
                if one.audio.mark not in known and await self._take_from(spool, one, begun):
                    known.add(one.audio.mark)
            if spool.name not in self._fine:
                await self._ledger.write(close_notice, CAUSE, spool.name, self._now())
                self._fine.add(spool.name)
            return bool(unfinished)
        except (OSError, IntakeError) as error:
            self._fine.discard(spool.name)
            reason = error.strerror if isinstance(error, OSError) else str(error)
            log.warning("voicemail: spool %s: %s", spool.name, reason)
            with contextlib.suppress(IntakeError):  # where the ledger itself is the trouble, the log has it
                await self._ledger.write(raise_notice, _unreadable(spool, f"{root}: {reason}"), self._now())
            return False

    async def _begun(self, spool: config.Spool) -> dt.datetime:
        key = f"voicemail {spool.name}"
        known = await self._ledger.read(get_meta, key)
        if known is None:
            known = self._now().isoformat()
            await self._ledger.write(put_meta, key, known)
        return dt.datetime.fromisoformat(known)

    async def _take_from(self, spool: config.Spool, one: Found, begun: dt.datetime) -> bool:
        """Whether nothing is left to do about a recording."""
        keys_end = self._now() - dt.timedelta(days=self._settings.configuration.retention.seen_days)
        if one.left_at < keys_end or (spool.first_start == "leave" and one.left_at < begun):
            return True
        own = own_identity(self._ledger.secret, spool.name, one.identity)
        if bool(own) and await self._ledger.read(is_known, own):
            return True
        read = partial(sound_of, self._settings.folder / spool.path, one, self._voicemail.max_megabytes * MEGABYTE)
        data = await asyncio.to_thread(read)
        if data is None:
            # Renamed or deleted just now; the change itself wakes the next look.
            return False
        await self.take(
            Arrived(
                source=spool.name, name=one.audio.path, data=data, left_at=one.left_at, caller=one.caller,
                mailbox=one.mailbox, language=one.language or spool.languages.get(one.mailbox, ""),
                identity=one.identity,
            )
        )  # fmt: skip
        return True


_NOTHING = config.Voicemail.model_construct()


def _unreadable(spool: config.Spool, problem: str) -> NoticeText:
    return NoticeText(
        CAUSE,
        spool.name,
        f"Die Aufnahmen der Telefonanlage („{spool.name}“) können zurzeit nicht abgeholt werden; es wird weiter "
        "versucht. Bitte Ordner und Rechte prüfen.",
        f"the spool {spool.name} cannot be used: {problem}; check the folder and its rights",
    )
