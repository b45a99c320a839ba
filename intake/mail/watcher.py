# SPDX-License-Identifier: GPL-3.0-or-later
"""One watched mailbox: a supervised task with one connection.

A round looks for messages that the ledger does not know, reads them (header, structure, text parts; never an
attachment), records them, and files them; then the copies of acknowledgements that were sent, and notices for
staff, are put beside them. Between rounds the connection waits in IDLE, which is renewed, and swept
periodically all the same: a cut network leaves IDLE hanging for ever, and servers forget to push.

A backlog is taken in blocks. While one is recorded, the next is read and the one after it fetched; messages are moved
some hundred at a time; and copies are appended beside all that, over further connections
(:mod:`intake.servers.imap_crew`). So neither server nor disk nor processor waits for another.

The ledger decides what is new, never a flag. A round that fails in any way ends the session; what was recorded is
safe, what was not is found again. Sessions are opened again with a growing, jittered pause. A mailbox that
fails stops nothing but itself, and is seen: notice, status, log.

A message that cannot be read does not block those behind it. After a session broke while messages were being
fetched, they are fetched one at a time; a message that failed ``limits.attempts`` times is quarantined.

First start: messages that lay there before are filed and not acknowledged, or left alone (``first_start``).

Staff. From time to time it is looked at what they moved, wrote and answered (:mod:`intake.mail.staff`).

Voicemail. Of the mail of a telephone system the recording is handed over before the mail is recorded
(:mod:`intake.mail.recordings`); into the filing mailbox the messages about recordings are put, after its own mail.
"""

import asyncio
import datetime as dt
import logging
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy.engine import Connection as Database

from intake.cases import notices, records
from intake.cases.case import NoticeText, Place
from intake.cases.filing import CANNOT_FILE, Filing, Folders, can_file
from intake.cases.ledger import Ledger
from intake.cases.spoken import SpokenFiling
from intake.config import Mailbox
from intake.errors import IntakeError, LedgerError, MailboxError, MailboxRefused
from intake.mail.assessment import Assessment
from intake.mail.reception import Arrival, Desk, quarantine, receive
from intake.mail.recordings import Voicemail, hand_over
from intake.mail.staff import Staff
from intake.mail.worker import AssessmentFailed, Worker
from intake.metrics import Metrics
from intake.servers.imap import Account, Connection, Head
from intake.servers.imap_crew import Crew

log = logging.getLogger(__name__)

BLOCK = 100
"""Messages recorded in one transaction."""
AHEAD = 2
"""Blocks that are fetched or read while another is recorded: enough that neither the server nor the reader stands idle,
and no more, for a block of nothing but long texts takes 40 MB."""
FILE_AT_ONCE = 400
"""Messages recorded and not filed yet in a backlog. A MOVE costs the server's disk the same for one message or 200."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
FETCH_NOTED_SECONDS = 30
"""How often a long round notes that it is fetching: no backlog, however long, must look like a mailbox that hangs."""


@dataclass(slots=True)
class Wishes:
    """What others want of a watcher: set from outside, read at the next round."""

    wake: asyncio.Event
    look_at_staff: bool = True


class Watcher:
    """Watches one mailbox. ``queued`` is called when mail may wait in the outbox; ``now`` gives aware instants.

    ``fetched`` is set after each round. ``door`` is shared by all mailboxes of a server. ``voicemail``: what recordings
    are handed to, where the office has it.
    """

    def __init__(
        self,
        name: str,
        mailbox: Mailbox,
        account: Account,
        *,
        ledger: Ledger,
        worker: Worker,
        desk: Desk,
        now: Callable[[], dt.datetime],
        random: Random,
        queued: Callable[[], None],
        fetched: asyncio.Event,
        door: asyncio.Semaphore,
        metrics: Metrics,
        voicemail: Voicemail | None = None,
    ) -> None:
        self.name = name
        self.desk = desk
        self.wishes = Wishes(asyncio.Event())
        self._mailbox = mailbox
        self._account = account
        self._ledger = ledger
        self._worker = worker
        self._now = now
        self._random = random
        self._queued = queued
        self._fetched = fetched
        self._door = door
        self._metrics = metrics
        self._voicemail = voicemail
        self._careful = False
        self._at_risk = 0
        """Messages are being fetched, so many times at once. If that breaks the session, the number is left over, and
        the next session begins carefully."""
        self._failures = 0
        self._steps = 0
        self._connection: Connection | None = None

    def steps(self) -> int:
        """Changes with all that this mailbox does and all that its server says: what stands still hangs."""
        return self._steps + (self._connection.received if self._connection is not None else 0)

    # -- sessions

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until ``stop``; the round that is under way is finished first."""
        while not stop.is_set():
            try:
                await self._session(stop)
            except IntakeError as error:
                await self._failed(str(error))
            except Exception as error:
                # A fault of ours. Its text might quote a message: only where it happened is told.
                where = traceback.extract_tb(error.__traceback__)[-1]
                await self._failed(
                    f"unexpected {type(error).__name__} at {where.name}:{where.lineno}; please report it"
                )
            if not stop.is_set():
                await self._pause(stop)

    async def _failed(self, problem: str) -> None:
        self._failures += 1
        self._steps += 1
        log.warning("mailbox %s: %s", self.name, problem)
        notice = NoticeText(
            "mailbox",
            self.name,
            f"Das Postfach „{self.name}“ ist zurzeit nicht erreichbar; es wird weiter versucht. "
            "Bitte die Verwaltung des Mailservers verständigen, wenn das länger dauert.",
            f"mailbox {self.name}: {problem}",
        )
        try:
            await self._ledger.write(_note_problem, self.name, problem, notice, self._now())
        except LedgerError as error:
            # A full disk, say: then the log is all there is, and the mailbox is tried again all the same.
            log.error("mailbox %s: %s", self.name, error)

    async def _pause(self, stop: asyncio.Event) -> None:
        seconds = min(FIRST_PAUSE * 2 ** min(self._failures - 1, 12), LONGEST_PAUSE)
        waiting = asyncio.ensure_future(stop.wait())
        await asyncio.wait([waiting], timeout=seconds * (0.5 + self._random.random() / 2))
        waiting.cancel()

    async def _session(self, stop: asyncio.Event) -> None:
        connection = await Connection.open(self._account, self._door)
        self._connection = connection
        crew = Crew(self._account, self._door)
        self._careful, self._at_risk = self._careful or self._at_risk > 0, 0
        try:
            session = await self._begin(connection, crew)
            sound = False
            while not stop.is_set():
                self.wishes.wake.clear()
                await self._round(session)
                if not sound:
                    # Not before a whole round: a mailbox whose every round fails must not look mended in between.
                    await self._ledger.write(_note_problem, self.name, None, None, self._now())
                    self._failures, sound = 0, True
                if not stop.is_set():
                    service = self.desk.configuration.service
                    await connection.idle(service.renew_idle_seconds, self.wishes.wake)
        finally:
            crew.drop()
            if stop.is_set():
                await connection.logout()
            else:
                connection.drop()

    async def _begin(self, connection: Connection, crew: Crew) -> "_Session":
        if not can_file(connection):
            raise MailboxRefused(f"{self._account.host}: {CANNOT_FILE}")
        prefix, delimiter = await connection.namespace()
        folders = Folders(prefix, delimiter, self._mailbox.parent_folder)
        filing = Filing(self._ledger, connection, self.name, folders, self._now, crew)
        await filing.prepare([queue.folder for queue in self.desk.configuration.queues.values()])
        source = await connection.select(self._mailbox.folder)
        if source.read_only:
            raise MailboxRefused(
                f'{self._account.host}: folder "{self._mailbox.folder}" is read-only for this user; grant write access'
            )
        staff = Staff(self._ledger, connection, filing, self.name, self._mailbox, self._now)
        session = _Session(connection, filing, staff, source.uidvalidity)
        await self._remember_start(connection, source.uidvalidity, source.uidnext)
        await filing.recover(self._mailbox.folder, source.uidvalidity)
        await filing.recover_copies()
        await self._open_source(session)
        return session

    async def _first_since(self, connection: Connection, started_at: dt.datetime) -> int:
        """In a folder with new UIDs: the first message that is not of those left alone at the first start."""
        uids = await connection.search()
        for start in range(0, len(uids), BLOCK):
            heads = await connection.heads(uids[start : start + BLOCK])
            for uid, head in sorted(heads.items()):
                if head.internaldate >= started_at:
                    return uid
        return uids[-1] + 1 if uids else 1

    async def _remember_start(self, connection: Connection, uidvalidity: int, uidnext: int) -> None:
        row = await self._ledger.read(records.mailbox_row, self.name)
        if row is not None and row.uidvalidity == uidvalidity:
            return
        values: dict[str, Any] = {"uidvalidity": uidvalidity, "first_uid": 1, "backlog_below_uid": 1}
        if row is None:
            values["started_at"] = self._now()
            values["first_uid" if self._mailbox.first_start == "leave" else "backlog_below_uid"] = uidnext
        elif self._mailbox.first_start == "leave":
            values["first_uid"] = await self._first_since(connection, row.started_at)
        await self._ledger.write(records.update_mailbox, self.name, **values)

    async def _open_source(self, session: "_Session") -> None:
        source = await session.connection.select(self._mailbox.folder)
        if source.uidvalidity != session.uidvalidity:
            raise MailboxError(f'{self._account.host}: folder "{self._mailbox.folder}" was made anew; it is read again')

    # -- a round

    async def _round(self, session: "_Session") -> None:
        if self.wishes.look_at_staff:
            self.wishes.look_at_staff = False
            await session.staff.look(self.desk)
            await self._open_source(session)
        while await self._look_for_new(session):
            pass
        await session.filing.file(session.uidvalidity)
        while await session.filing.append_copies():
            pass
        if self._voicemail is not None:
            await self._file_recordings(session, self._voicemail)
        if self.desk.configuration.filing_mailbox == self.name:
            await self._post_notices(session)
        await self._ledger.write(records.update_mailbox, self.name, fetched_at=self._now())
        self._steps += 1
        self._fetched.set()

    async def _file_recordings(self, session: "_Session", voicemail: Voicemail) -> None:
        spoken = SpokenFiling(self._ledger, session.filing, voicemail.spool, self.name, self._now)
        if await spoken.recover([queue.folder for queue in self.desk.configuration.queues.values()]):
            await self._open_source(session)
        if await spoken.append():
            self.wishes.wake.set()

    async def _look_for_new(self, session: "_Session") -> bool:
        """Record and file what is new. True if there may be more by now."""
        row = await self._ledger.read(records.mailbox_row, self.name)
        if row is None:
            raise AssertionError("a session begins with the mailbox's row")
        uids = await session.connection.search("UNDELETED", first=row.first_uid)
        known = await self._ledger.read(records.known_uids, self.name, session.uidvalidity, uids)
        new = [uid for uid in uids if uid not in known and uid not in session.set_aside]
        if not new:
            session.set_aside.clear()
            return False
        # What is neither recorded nor gone after this is tried again in a later round, not in this one.
        session.set_aside |= set(new)
        noted = self._now()
        size = 1 if self._careful else BLOCK
        blocks = deque(new[start : start + size] for start in range(0, len(new), size))
        # While one block is recorded and filed, the next is read and the one after it fetched.
        ahead: deque[asyncio.Task[list[Arrival]]] = deque()
        copying: asyncio.Task[bool] | None = None
        unfiled = 0
        depth = 1 if self._careful else AHEAD

        def look_ahead() -> None:
            while blocks and len(ahead) < depth:
                ahead.append(asyncio.create_task(self._prepare(session, blocks.popleft(), row.backlog_below_uid)))

        try:
            look_ahead()
            while ahead:
                arrivals = await ahead.popleft()
                look_ahead()
                await self._record(arrivals)
                unfiled += len(arrivals)
                if unfiled >= FILE_AT_ONCE or self._careful or not ahead:
                    unfiled = 0
                    await session.filing.file(session.uidvalidity)
                if ahead and (copying is None or copying.done()):
                    # Copies wait for the server's disk one by one; the messages do not wait for them.
                    if copying is not None:
                        await copying
                    copying = asyncio.create_task(session.filing.append_copies())
                if self._now() - noted >= dt.timedelta(seconds=FETCH_NOTED_SECONDS):
                    noted = self._now()
                    await self._ledger.write(records.update_mailbox, self.name, fetched_at=noted)
            if copying is not None:
                await copying
        finally:
            left = [*ahead, *((copying,) if copying is not None else ())]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        self._careful = False
        return True

    async def _prepare(self, session: "_Session", block: Sequence[int], backlog_below: int) -> list[Arrival]:
        """Fetch a block and read it; what cannot be read is counted, and quarantined in the end."""
        if self._careful and not await self._may_try(session, block[0]):
            return []
        heads, skeletons = await self._fetch(session, block)
        self._steps += len(block)
        places = [
            Place(self.name, session.uidvalidity, uid, heads[uid].internaldate, heads[uid].size, uid < backlog_below)
            for uid in skeletons
        ]
        shown = [place for place in places if heads[place.uid].header]
        answers = await self._worker.assess(self.name, [(skeletons[p.uid], p.internal_date) for p in shown])
        outcomes = dict(zip((place.uid for place in shown), answers, strict=True))
        arrivals = []
        for place in places:
            outcome = outcomes.get(place.uid, AssessmentFailed("the server could not show it"))
            if isinstance(outcome, AssessmentFailed):
                await self._unread(place, outcome)
            else:
                arrivals.append(Arrival(place, await self._heard(session, place, heads[place.uid], outcome)))
        return arrivals

    async def _heard(self, session: "_Session", place: Place, head: Head, said: Assessment) -> Assessment:
        if self._voicemail is None or said.spoken is None:
            return said
        configuration, now = self.desk.configuration, self._now()
        self._at_risk += 1
        try:
            heard = await hand_over(session.connection, self._voicemail, configuration, place, head, said, now)
        except LedgerError:  # a full disk is not the mail's fault
            self._at_risk -= 1
            raise
        self._at_risk -= 1
        return heard

    async def _fetch(self, session: "_Session", block: Sequence[int]) -> tuple[dict[int, Head], dict[int, bytes]]:
        self._at_risk += 1
        heads = await session.connection.heads(block)
        skeletons = await session.connection.skeletons(list(heads.values()))
        self._at_risk -= 1
        return heads, skeletons

    async def _may_try(self, session: "_Session", uid: int) -> bool:
        """Count an attempt before it is made, so that even one that kills the service counts."""
        count = await self._ledger.write(records.failed_attempt, self.name, session.uidvalidity, uid)
        if count <= self.desk.configuration.limits.attempts:
            return True
        place = Place(self.name, session.uidvalidity, uid, None, 0, backlog=False)
        await self._quarantine(place, "fetching it broke the connection")
        return False

    async def _unread(self, place: Place, problem: AssessmentFailed) -> None:
        count = await self._ledger.write(records.failed_attempt, self.name, place.uidvalidity, place.uid)
        log.warning("mailbox %s: message %d: %s (attempt %d)", self.name, place.uid, problem, count)
        if count >= self.desk.configuration.limits.attempts:
            await self._quarantine(place, str(problem))

    async def _record(self, arrivals: Sequence[Arrival]) -> None:
        if not arrivals:
            return
        received = await self._ledger.write(receive, self.desk, arrivals, self._now())
        for one in received:
            self._metrics.recorded(one.reason, one.queue)
            log.info(
                "received %s: %s, %s, queue %s%s",
                one.reference, one.reason, one.language, one.queue, ", acknowledgement queued" if one.queued else "",
            )  # fmt: skip
        if received:
            self._queued()

    async def _quarantine(self, place: Place, problem: str) -> None:
        one = await self._ledger.write(quarantine, self.desk, place, problem, self._now())
        self._metrics.recorded(one.reason, one.queue)
        log.warning("mailbox %s: message %d quarantined as %s: %s", self.name, place.uid, one.reference, problem)

    async def _post_notices(self, session: "_Session") -> None:
        now = self._now()
        configuration = self.desk.configuration
        for notice in await self._ledger.read(notices.to_post, now):
            raw = notices.mail(
                notice,
                secret=self.desk.secret,
                office=configuration.office.name,
                address=self._mailbox.address,
                now=self.desk.calendar.local(now),
            )
            if await session.filing.append_notice(configuration.queues["suspicious"].folder, raw):
                await self._ledger.write(notices.posted, notice.id, now)


@dataclass(slots=True)
class _Session:
    """One open connection and what is known about its folder; ``set_aside``: UIDs not to try again in this round."""

    connection: Connection
    filing: Filing
    staff: Staff
    uidvalidity: int
    set_aside: set[int] = field(default_factory=set)


def _note_problem(
    connection: Database, mailbox: str, problem: str | None, notice: NoticeText | None, now: dt.datetime
) -> None:
    records.update_mailbox(connection, mailbox, problem=problem)
    if notice is not None:
        notices.raise_notice(connection, notice, now)
    else:
        notices.close_notice(connection, "mailbox", mailbox, now)
