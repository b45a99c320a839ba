# SPDX-License-Identifier: GPL-3.0-or-later
"""Once a week the key figures go to the office's lead by e-mail.

They are due at a weekday and time of the office's clock (``[report]``) and are about the last week, from Monday to
Sunday, that was over by then. What was sent to whom stands in the ledger, so there is one mail a week for each address,
whatever is restarted when; only where the relay's last answer was lost is the same mail, with the same Message-ID,
sent again. A service that stood still makes good for the last time at which it was due, and for none before.
Nothing is sent for the time before the office asked for it.

It delays nobody's mail: the figures are made in a process of its own, and it goes to the relay by a connection of its
own. A failure is tried again every half hour, and a notice says so until it succeeds or the next week is due.
"""

import datetime as dt
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy.engine import Connection

from intake.cases import keys, notices
from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger, get_meta, put_meta
from intake.children import Child, ChildLost
from intake.config import WEEKDAYS, Settings, WeeklyReport
from intake.errors import IntakeError
from intake.office import Calendar

log = logging.getLogger(__name__)

CAUSE = "weekly-report"
RETRY = dt.timedelta(minutes=30)
"""After a failure."""
_MEMORY = 2_000_000_000
"""Bytes of address space, most of which numpy only reserves."""
_PATIENCE = 600.0
_STATE = "weekly_report"


class ReportError(IntakeError):
    """The weekly mail could not be made; the text says why."""


class Transport(Protocol):
    """What is needed of :class:`intake.servers.smtp.Sender`."""

    async def send(self, raw: bytes, *, sender: str, recipient: str) -> None:
        """Hand one mail to the relay; raises DeliveryDeferred or DeliveryRefused."""

    async def close(self) -> None:
        """Close the connection."""


Make = Callable[[Settings, dt.date, dt.datetime, Sequence[str]], Awaitable[bytes]]
"""The finished mail about the week from a Monday, dated, to these addresses."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Up to where the mails were sent: the week that begins on ``monday``, to whom, and whether that was all."""

    monday: dt.date
    keys: tuple[str, ...]
    """Keyed hashes of the addresses."""
    done: bool


class Weekly:
    """Sends the mail of one office. One look at a time."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        now: Callable[[], dt.datetime],
        transport: Callable[[], Transport],
        make: Make,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._now = now
        self._transport = transport
        self._make = make
        self._not_before: dt.datetime | None = None

    def reload(self, settings: Settings) -> None:
        """The configuration is new: try at the next look."""
        self._settings = settings
        self._not_before = None

    async def look(self) -> None:
        """Send if it is due. A failure is a notice; :class:`IntakeError` only where the ledger is the trouble."""
        now, settings = self._now(), self._settings
        wanted = settings.configuration.report
        if not wanted.weekly_to or (self._not_before is not None and now < self._not_before):
            return
        monday = week_due(wanted, Calendar(settings.configuration.office), now)
        sent = await self._ledger.read(sent_about, monday)
        if sent is None:  # the first week that is ever asked for was before the office wanted any
            await self._ledger.write(note, Sent(monday, (), done=True))
        if sent is None or sent.done:
            return
        try:
            await self._send(settings, sent, now)
        except IntakeError as error:
            self._not_before = now + RETRY
            log.warning("the weekly report could not be sent: %s", error)
            await self._ledger.write(notices.raise_notice, _notice(error), now)
        else:
            await self._ledger.write(notices.close_notice, CAUSE, None, now)
            log.info("the weekly report was sent to %d addresses", len(wanted.weekly_to))

    async def _send(self, settings: Settings, sent: Sent, now: dt.datetime) -> None:
        recipients = settings.configuration.report.weekly_to
        raw = await self._make(settings, sent.monday, now, recipients)
        smtp = settings.configuration.smtp
        bounces = (smtp.bounce_address if smtp else None) or ""
        transport = self._transport()
        failed: IntakeError | None = None
        try:
            for recipient in recipients:
                key = keys.sender(self._ledger.secret, recipient)
                if key in sent.keys:
                    continue
                try:
                    await transport.send(raw, sender=bounces, recipient=recipient)
                except IntakeError as error:  # another address may be better off
                    failed = error
                else:
                    sent = replace(sent, keys=(*sent.keys, key))
                    await self._ledger.write(note, sent)
        finally:
            await transport.close()
        if failed is not None:
            raise failed
        await self._ledger.write(note, replace(sent, done=True))


async def in_a_process(
    environment: Mapping[str, str], settings: Settings, monday: dt.date, at: dt.datetime, recipients: Sequence[str]
) -> bytes:
    """The mail, made by :mod:`intake.report.worker`; see :data:`Make`."""
    if settings.file is None:
        raise ReportError("there is no configuration file to make the weekly report from")
    # What PostgreSQL's client needs to find its password.
    mine = {name: value for name, value in environment.items() if name.startswith("PG") or name == "HOME"}
    child = Child("intake.report.worker", memory=_MEMORY, environment=mine)
    request = {
        "file": str(settings.file), "monday": monday.isoformat(), "at": at.isoformat(), "recipients": [*recipients],
    }  # fmt: skip
    try:
        answer, raw = await child.ask(request, patience=_PATIENCE)
    except ChildLost as error:
        raise ReportError(f"the process that makes the weekly report was lost: {error}") from None
    finally:
        await child.end()
    if "error" in answer:
        raise ReportError(answer["error"])
    return raw


def week_due(wanted: WeeklyReport, calendar: Calendar, now: dt.datetime) -> dt.date:
    """The Monday of the week that the mail is about which was due last."""
    here = calendar.local(now)
    date = here.date() - dt.timedelta(days=(here.weekday() - WEEKDAYS.index(wanted.weekly_on)) % 7)
    if date == here.date() and f"{here:%H:%M}" < wanted.weekly_at:
        date -= dt.timedelta(days=7)
    return date - dt.timedelta(days=date.weekday() + 7)


def sent_about(connection: Connection, monday: dt.date) -> Sent | None:
    """What was sent about this week, or a later one (the clock was set back); ``None`` if none was ever asked for."""
    state = get_meta(connection, _STATE)
    if state is None:
        return None
    told = json.loads(state)
    sent = Sent(dt.date.fromisoformat(told["monday"]), tuple(told["keys"]), told["done"])
    return sent if monday <= sent.monday else Sent(monday, (), done=False)


def note(connection: Connection, sent: Sent) -> None:
    """Write down what was sent."""
    told = {"monday": sent.monday.isoformat(), "keys": sent.keys, "done": sent.done}
    put_meta(connection, _STATE, json.dumps(told))


def _notice(error: IntakeError) -> NoticeText:
    return NoticeText(
        CAUSE,
        CAUSE,
        "Die wöchentlichen Kennzahlen konnten nicht verschickt werden; es wird weiter versucht. "
        "Der Befehl intake status nennt den Grund.",
        f"the weekly report could not be sent and is tried again: {error}",
    )
