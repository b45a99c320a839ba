# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon: the composition root. Builds the parts, starts a task for each, and stops them in order.

Signals. SIGTERM and SIGINT: what is in flight is finished (a round, the mail being sent) or, after
``STOP_SECONDS``, left as the ledger knows it, and the process ends with 0. SIGHUP: texts, rules and
configuration are read again; if they are wrong, the running ones stay and a notice says why. Mailboxes,
relay and ledger are set up at the start only: a change of those needs a restart, and the reload says so.

What is periodic runs in APScheduler: sweeps of the mailboxes, a look at what staff did, outbox retry, and
health (is every mailbox being fetched, does the outbox move).
"""

import asyncio
import datetime as dt
import logging
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.engine import Connection as Database

from intake import config, resources
from intake.cases import notices, records
from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger, put_meta
from intake.config import Configuration, Settings
from intake.errors import ConfigurationError, IntakeError
from intake.mail import outbox as outgoing
from intake.mail.acknowledgement import Texts
from intake.mail.assessment import Reader
from intake.mail.eligibility import Policy
from intake.mail.outbox import Outbox
from intake.mail.reception import Desk
from intake.mail.watcher import Watcher
from intake.mail.worker import Worker
from intake.office import Calendar
from intake.servers.imap import Account
from intake.servers.smtp import Relay, Sender
from intake.triage.routing import Rules

log = logging.getLogger(__name__)

STOP_SECONDS = 20.0
STAFF_SECONDS = 120.0
HEALTH_SECONDS = 30.0

Clock = Callable[[], dt.datetime]


def load_texts(settings: Settings) -> Texts:
    """The acknowledgement texts, the office's own first. Raises :class:`ConfigurationError`."""
    return Texts.load(resources.search_path("templates", settings.file.parent if settings.file else None))


def readers(settings: Settings, rules: Rules, secret: bytes, loop_token: str) -> dict[str, Reader]:
    """How each mailbox's messages are read."""
    configuration = settings.configuration
    return {
        name: Reader(
            Policy.for_mailbox(
                configuration, name, loop_token=loop_token, message_id_domain=mailbox.address.rpartition("@")[2].lower()
            ),
            rules,
            secret,
            configuration.service.reference_prefix,
        )
        for name, mailbox in configuration.mailboxes.items()
    }


def account(settings: Settings, name: str, environment: Mapping[str, str]) -> Account:
    """How to sign in to a mailbox. Raises :class:`ConfigurationError` if its password cannot be read."""
    mailbox = settings.configuration.mailboxes[name]
    return Account(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        user=mailbox.user,
        password=settings.password(mailbox, f"mailboxes.{name}", environment),
        ca_file=settings.folder / mailbox.ca_file if mailbox.ca_file else None,
        timeout=mailbox.timeout_seconds,
    )


def relay(settings: Settings, environment: Mapping[str, str]) -> Relay:
    """How to reach the relay. Raises :class:`ConfigurationError` if there is none, or its password cannot be read."""
    smtp = settings.configuration.smtp
    if smtp is None:
        raise ConfigurationError(f"{settings.file}: smtp: this table is required; add it")
    return Relay(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        user=smtp.user,
        password=settings.password(smtp, "smtp", environment),
        ca_file=settings.folder / smtp.ca_file if smtp.ca_file else None,
        timeout=smtp.timeout_seconds,
        max_messages=smtp.max_messages_per_connection,
    )


class Daemon:
    """The running service. ``now`` and ``random`` are its only sources of time and chance."""

    def __init__(self, settings: Settings, *, environment: Mapping[str, str], now: Clock, random: Random) -> None:
        self._settings = settings
        self._environment = environment
        self._now = now
        self._random = random
        self._stop = asyncio.Event()
        self._watchers: dict[str, Watcher] = {}

    async def run(self) -> None:
        """Serve until told to stop. Raises :class:`IntakeError` for what an administrator must mend first."""
        settings, configuration = self._settings, self._settings.configuration
        if not configuration.mailboxes:
            raise ConfigurationError(f"{settings.file}: mailboxes: none is configured; add one, e.g. [mailboxes.main]")
        accounts = {name: account(settings, name, self._environment) for name in configuration.mailboxes}
        sender = Sender(relay(settings, self._environment))
        texts = load_texts(settings)
        rules = Rules.shipped(configuration.queues)
        ledger = Ledger.open(settings.ledger_url, settings.data)
        try:
            ledger.lock()
            if await ledger.begin_generation(self._now()):
                log.warning("the ledger was restored from a backup: acknowledging is held until intake resume")
            await ledger.write(outgoing.hold_if_restored)
            desk = Desk(configuration, texts, Calendar(configuration.office), ledger.secret, self._random)
            worker = Worker(
                readers(settings, rules, ledger.secret, desk.loop_token), seconds=configuration.limits.message_seconds
            )
            try:
                await self._serve(ledger, worker, desk, sender, accounts)
            finally:
                worker.close()
                await sender.close()
                await ledger.mark_generation()
        finally:
            ledger.close()

    async def _serve(
        self, ledger: Ledger, worker: Worker, desk: Desk, sender: Sender, accounts: Mapping[str, Account]
    ) -> None:
        outbox = Outbox(
            ledger, sender, desk.configuration, now=self._now, random=self._random, sent=self._wake
        )  # fmt: skip
        for name, mailbox in desk.configuration.mailboxes.items():
            self._watchers[name] = Watcher(
                name, mailbox, accounts[name], ledger=ledger, worker=worker, desk=desk,
                now=self._now, random=self._random, queued=outbox.wake.set,
            )  # fmt: skip
        scheduler = self._schedule(ledger, outbox, desk.configuration)
        loop = asyncio.get_running_loop()
        reload_wanted = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, reload_wanted.set)
        scheduler.start()
        log.info("serving %d mailboxes", len(self._watchers))
        tasks = [
            asyncio.create_task(outbox.run(self._stop), name="outbox"),
            asyncio.create_task(self._reloads(reload_wanted, ledger, worker), name="reload"),
            *(asyncio.create_task(w.run(self._stop), name=f"mailbox {n}") for n, w in self._watchers.items()),
        ]
        try:
            stopping = asyncio.create_task(self._stop.wait(), name="stop")
            await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
            self.stop()  # also where a task ended by itself, which none should
            stopping.cancel()
            scheduler.shutdown(wait=False)
            outbox.wake.set()
            reload_wanted.set()
            _done, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                log.warning(
                    "%s did not finish within %.0f s; the ledger knows where it was", task.get_name(), STOP_SECONDS
                )
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, Exception):
                    raise outcome
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)
        log.info("stopped")

    def stop(self) -> None:
        """Finish what is in flight, then end."""
        self._stop.set()
        for watcher in self._watchers.values():
            watcher.wishes.wake.set()

    def _wake(self, mailbox: str) -> None:
        watcher = self._watchers.get(mailbox)
        if watcher is not None:
            watcher.wishes.wake.set()

    def _schedule(self, ledger: Ledger, outbox: Outbox, configuration: Configuration) -> AsyncIOScheduler:
        # UTC, so that no job is skipped or doubled when the clocks change.
        scheduler = AsyncIOScheduler(
            timezone=dt.UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
        )
        service = configuration.service

        async def sweep() -> None:
            for watcher in self._watchers.values():
                watcher.wishes.wake.set()

        async def look_at_staff() -> None:
            for watcher in self._watchers.values():
                watcher.wishes.look_at_staff = True
                watcher.wishes.wake.set()

        async def retry() -> None:
            outbox.wake.set()

        async def health() -> None:
            await ledger.write(_health, configuration, self._now())
            await ledger.mark_generation()

        for job, seconds in (
            (sweep, service.sweep_seconds),
            (look_at_staff, STAFF_SECONDS),
            (retry, service.outbox_seconds),
            (health, HEALTH_SECONDS),
        ):
            scheduler.add_job(job, "interval", seconds=seconds, id=job.__name__)
        return scheduler

    async def _reloads(self, wanted: asyncio.Event, ledger: Ledger, worker: Worker) -> None:
        while not self._stop.is_set():
            await wanted.wait()
            wanted.clear()
            if not self._stop.is_set():
                await self._reload(ledger, worker)

    async def _reload(self, ledger: Ledger, worker: Worker) -> None:
        if self._settings.file is None:
            return
        try:
            new = await asyncio.to_thread(config.load, self._settings.file)
            texts = await asyncio.to_thread(load_texts, new)
            rules = Rules.shipped(new.configuration.queues)
        except IntakeError as error:
            notice = NoticeText(
                "reload",
                "configuration",
                "Die geänderte Konfiguration oder ein Text ist fehlerhaft; es gilt weiter der bisherige Stand. "
                "Der Befehl intake check nennt die Stelle.",
                f"the changed configuration was not taken over; the running one stays: {error}",
            )
            await ledger.write(notices.raise_notice, notice, self._now())
            return
        fixed = self._settings.configuration
        if (new.configuration.mailboxes, new.configuration.smtp, new.configuration.service.data) != (
            fixed.mailboxes,
            fixed.smtp,
            fixed.service.data,
        ):
            log.warning("mailboxes, smtp and service.data take effect after a restart; everything else was taken over")
        configuration = new.configuration.model_copy(
            update={
                "mailboxes": fixed.mailboxes,
                "smtp": fixed.smtp,
                "service": new.configuration.service.model_copy(update={"data": fixed.service.data}),
            }
        )
        settings = Settings(configuration, new.file)
        first = next(iter(self._watchers.values()))
        desk = replace(first.desk, configuration=configuration, texts=texts, calendar=Calendar(configuration.office))
        await worker.replace_readers(readers(settings, rules, ledger.secret, desk.loop_token))
        for watcher in self._watchers.values():
            watcher.desk = desk
        await ledger.write(notices.close_notice, "reload", None, self._now())
        log.info("texts, rules and configuration were read again")


def _health(connection: Database, configuration: Configuration, now: dt.datetime) -> None:
    """Open or close the notices about what does not move, and note that the daemon is alive."""
    put_meta(connection, "alive_at", now.isoformat())
    notices.close_events(connection, now)
    limit = dt.timedelta(minutes=configuration.service.nothing_fetched_minutes)
    for name in configuration.mailboxes:
        row = records.mailbox_row(connection, name)
        last = row.fetched_at or row.started_at if row is not None else None
        if last is not None and now - last > limit:
            notice = NoticeText(
                "nothing-fetched",
                name,
                f"Aus dem Postfach „{name}“ wurde seit {last:%d.%m.%Y %H:%M} UTC nichts mehr abgeholt.",
                f"nothing was fetched from mailbox {name} since {last:%Y-%m-%d %H:%M} UTC; "
                "see its problem in: intake status",
            )
            notices.raise_notice(connection, notice, now)
        else:
            notices.close_notice(connection, "nothing-fetched", name, now)
    oldest = outgoing.oldest_waiting(connection)
    if oldest is not None and now - oldest > dt.timedelta(hours=1):
        notice = NoticeText(
            "outbox-old",
            "outbox",
            "Bestätigungen warten seit über einer Stunde auf den Versand. "
            "Bitte den Mailserver für ausgehende Post prüfen.",
            "acknowledgements have been waiting for more than an hour; check the relay",
        )
        notices.raise_notice(connection, notice, now)
    else:
        notices.close_notice(connection, "outbox-old", None, now)


def system_clock() -> dt.datetime:
    """Now, as an aware instant."""
    return dt.datetime.fromtimestamp(time.time(), dt.UTC)
