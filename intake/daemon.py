# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon: the composition root. Builds the parts, starts a task for each, and stops them in order.

Signals. SIGTERM and SIGINT: what is in flight is finished (a round, the mail being sent) or, after
``STOP_SECONDS``, left as the ledger knows it, and the process ends with 0. SIGHUP: texts, rules and
configuration are read again; if they are wrong, the running ones stay and a notice says why. Mailboxes,
relay, metrics and ledger are set up at the start only: a change of those needs a restart, and the reload says so.

What is periodic runs in APScheduler: sweeps of the mailboxes, a look at what staff did, outbox retry,
retention (at the start, and when its hour has come by the ledger's clock), the telephone announcements (at the start
and when a day begins; see ``intake.announcements.keeper``), the weekly report, and health (is every mailbox being
fetched, does the outbox move), which also feeds systemd's watchdog.

Hundreds of mailboxes on one server never come at once: ``SIGN_INS`` sign in at a time, also after that server was
away, and what is periodic takes them one by one over half its period.

To systemd the service is ready after the first round of any mailbox, or after ``READY_SECONDS`` of trying: a
mail server that is down is no reason to be killed and started again.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.engine import Connection as Database

from intake import config, resources
from intake.cases import backup, clock, forgotten, notices, pulse, retention
from intake.cases.case import NoticeText
from intake.cases.ledger import Ledger
from intake.cases.pulse import HEALTH_SECONDS, Pulse
from intake.config import Configuration, Settings
from intake.errors import ConfigurationError, IntakeError
from intake.mail import outbox as outgoing
from intake.mail.acknowledgement import Texts
from intake.mail.assessment import Reader
from intake.mail.eligibility import Policy
from intake.mail.outbox import Outbox
from intake.mail.reading import WorkerUnavailable
from intake.mail.reception import Desk
from intake.mail.watcher import Watcher
from intake.mail.worker import Worker
from intake.metrics import Exporter, Metrics
from intake.office import Calendar
from intake.report.weekly import Weekly, in_a_process
from intake.servers.imap import Account
from intake.servers.oauth import TokenSource, close_all, token_sources
from intake.servers.smtp import Relay, Sender
from intake.servers.systemd import Notifier
from intake.triage import Classifier, model_file, ngrams
from intake.triage.routing import Rules
from intake.watchdog import Watchdog

if TYPE_CHECKING:
    from intake.announcements.keeper import Keeper
    from intake.voicemail.line import Line

log = logging.getLogger(__name__)

STOP_SECONDS = 20.0
SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while another waits for it. Each time the loop has sent something it must
get the interpreter back from the ledger's thread: with Python's usual 5 ms that was half of what a mail took."""
STAFF_SECONDS = 120.0
READY_SECONDS = 90.0
ANNOUNCEMENTS_SECONDS = 60.0
"""How often to look whether announcements are due."""
WEEKLY_SECONDS = 60.0
"""How often to look whether the weekly report is due."""
SIGN_INS = 8
"""Mailboxes that sign in to one server at a time: as fast as all at once, on a server with two cores."""
RETENTION_SECONDS = 600.0
"""How often to look whether it is time for retention."""

Clock = Callable[[], dt.datetime]


def load_texts(settings: Settings) -> Texts:
    """The acknowledgement texts, the office's own first. Raises :class:`ConfigurationError`."""
    return Texts.load(resources.search_path("templates", settings.file.parent if settings.file else None))


def load_rules(settings: Settings) -> Rules:
    """The rules that tell messages apart, the office's own or the shipped ones. Raises :class:`ConfigurationError`."""
    configuration = settings.configuration
    own = configuration.triage.rules
    return Rules.read(settings.folder / own if own else None, configuration.queues)


def load_classifier(settings: Settings, secret: bytes) -> Classifier | None:
    """What was learned from the office's folders, if it is switched on. Raises :class:`ConfigurationError`.

    ``secret``: the ledger's.
    """
    wanted = settings.configuration.triage
    if wanted.classifier is None:
        return None
    key = ngrams.key(secret)
    model = model_file.read(settings.folder / wanted.classifier, key, settings.configuration.queues)
    return Classifier(model, key, wanted.classifier_precision)


def readers(
    settings: Settings, rules: Rules, secret: bytes, loop_token: str, classifier: Classifier | None = None
) -> dict[str, Reader]:
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
            classifier,
        )
        for name, mailbox in configuration.mailboxes.items()
    }


def account(
    settings: Settings, name: str, environment: Mapping[str, str], sign_ins: Mapping[str, TokenSource]
) -> Account:
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
        sign_in=sign_ins[mailbox.sign_in] if mailbox.sign_in else None,
    )


def relay(settings: Settings, environment: Mapping[str, str], sign_ins: Mapping[str, TokenSource]) -> Relay:
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
        sign_in=sign_ins[smtp.sign_in] if smtp.sign_in else None,
    )


class Daemon:
    """The running service. ``now`` and ``random`` are its only sources of time and chance."""

    def __init__(self, settings: Settings, *, environment: Mapping[str, str], now: Clock, random: Random) -> None:
        self._settings = settings
        self._settings_now = settings
        """With what was read again since."""
        self._environment = environment
        self._now = now
        self._random = random
        self._stop = asyncio.Event()
        self._watchers: dict[str, Watcher] = {}
        self._fetched = asyncio.Event()
        self._metrics = Metrics()
        self._keeper: Keeper | None = None
        """Keeps the announcements true; made when they are first wanted."""
        self._weekly: Weekly | None = None
        """Sends the key figures to the office's lead; made at the start."""
        self._voicemail: Line | None = None
        """Takes recordings and listens to them; made where the office has voicemail."""
        self._wake_outbox: Callable[[], None] = lambda: None
        self._watchdog = Watchdog(time.monotonic)
        self._notifier = Notifier(environment)

    async def run(self) -> None:
        """Serve until told to stop. Raises :class:`IntakeError` for what an administrator must mend first."""
        sys.setswitchinterval(SWITCH_SECONDS)
        settings, configuration = self._settings, self._settings.configuration
        if not configuration.mailboxes:
            raise ConfigurationError(f"{settings.file}: mailboxes: none is configured; add one, e.g. [mailboxes.main]")
        sign_ins = token_sources(settings, self._environment)
        accounts = {name: account(settings, name, self._environment, sign_ins) for name in configuration.mailboxes}
        to_relay = relay(settings, self._environment, sign_ins)
        senders = [Sender(to_relay) for _ in range(configuration.smtp.connections if configuration.smtp else 1)]
        texts = load_texts(settings)
        rules = load_rules(settings)
        ledger = Ledger.open(
            settings.ledger_url, settings.data,
            before_upgrade=lambda: backup.before_upgrade(settings.ledger_url, settings.data, self._now()),
        )  # fmt: skip
        try:
            ledger.lock()
            if await ledger.begin_generation(self._now()):
                log.warning("the ledger was restored from a backup: acknowledging is held until intake resume")
            await ledger.write(outgoing.hold_if_restored)
            if not await ledger.write(clock.look, self._now()):
                log.warning("there is doubt about this machine's clock: nothing is deleted; see intake status")
            # Before anything else: a restored ledger remembers people who were forgotten since.
            await retention.erase(ledger, forgotten.read(settings.data), self._now())
            desk = Desk(configuration, texts, Calendar(configuration.office), ledger.secret, self._random)
            worker = Worker(
                readers(settings, rules, ledger.secret, desk.loop_token, await self._classifier(settings, ledger)),
                seconds=configuration.limits.message_seconds, measured=self._metrics.read,
            )  # fmt: skip
            self._voicemail = self._line_of(settings, rules, ledger)
            self._weekly = Weekly(
                settings, ledger, self._now, lambda: Sender(to_relay), partial(in_a_process, self._environment)
            )
            try:
                with Exporter(self._metrics, configuration.metrics.port):
                    await self._serve(ledger, worker, desk, senders, accounts)
            finally:
                worker.close()
                for sender in senders:
                    await sender.close()
                await close_all(sign_ins)
                await ledger.mark_generation()
        finally:
            ledger.close()

    async def _serve(
        self,
        ledger: Ledger,
        worker: Worker,
        desk: Desk,
        senders: Sequence[Sender],
        accounts: Mapping[str, Account],
    ) -> None:
        outbox = Outbox(
            ledger, senders, desk.configuration, now=self._now, random=self._random, sent=self._wake,
            metrics=self._metrics,
        )  # fmt: skip
        self._wake_outbox = outbox.wake.set
        doors: defaultdict[tuple[str, int], asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(SIGN_INS))
        for name, mailbox in desk.configuration.mailboxes.items():
            self._watchers[name] = Watcher(
                name, mailbox, accounts[name], ledger=ledger, worker=worker, desk=desk,
                now=self._now, random=self._random, queued=outbox.wake.set, fetched=self._fetched,
                door=doors[mailbox.host, mailbox.port], metrics=self._metrics, voicemail=self._voicemail,
            )  # fmt: skip
        self._watch(outbox, desk.configuration)
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
            asyncio.create_task(self._announce(), name="announce"),
            asyncio.create_task(_warm(worker), name="warm"),
            *(asyncio.create_task(w.run(self._stop), name=f"mailbox {n}") for n, w in self._watchers.items()),
        ]
        if self._voicemail is not None:
            tasks.append(asyncio.create_task(self._voicemail.run(self._stop), name="voicemail"))
        try:
            stopping = asyncio.create_task(self._stop.wait(), name="stop")
            serving = [task for task in tasks if task.get_name() not in ("announce", "warm")]
            await asyncio.wait([stopping, *serving], return_when=asyncio.FIRST_COMPLETED)
            self.stop()  # also where a task ended by itself, which none should
            self._notifier.stopping()
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

    def _line_of(self, settings: Settings, rules: Rules, ledger: Ledger) -> "Line | None":
        """The voicemail, where the office has it, or had it and recordings still lie here."""
        if settings.configuration.voicemail is None and not settings.spool.is_dir():
            return None
        from intake.voicemail.line import Line  # what watches folders is not needed elsewhere

        def composed() -> None:
            self._wake(self._settings_now.configuration.filing_mailbox)
            self._wake_outbox()

        return Line(settings, rules, ledger, self._now, composed)

    async def _announce(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS):
                await self._fetched.wait()
        if not self._stop.is_set():
            self._notifier.ready()

    def _watch(self, outbox: Outbox, configuration: Configuration) -> None:
        service = configuration.service
        self._watchdog.watch("outbox", lambda: outbox.steps, service.outbox_seconds)
        for name, watcher in self._watchers.items():
            period = min(service.sweep_seconds, service.renew_idle_seconds)
            self._watchdog.watch(f"mailbox {name}", watcher.steps, period)

    def _feed(self) -> None:
        stalled = self._watchdog.stalled()
        if stalled:
            log.error("no progress for a long time: %s; systemd's watchdog is not fed any more", ", ".join(stalled))
        else:
            self._notifier.watchdog()

    def stop(self) -> None:
        """Finish what is in flight, then end."""
        self._stop.set()
        self._fetched.set()
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
        started = self._now()

        def wake(watcher: Watcher, look_at_staff: bool) -> None:
            watcher.wishes.look_at_staff |= look_at_staff
            watcher.wishes.wake.set()

        def wake_one_by_one(seconds: float, *, look_at_staff: bool) -> None:
            loop, pause = asyncio.get_running_loop(), seconds / 2 / len(self._watchers)
            for number, watcher in enumerate(self._watchers.values()):
                loop.call_later(number * pause, wake, watcher, look_at_staff)

        async def sweep() -> None:
            wake_one_by_one(service.sweep_seconds, look_at_staff=False)

        async def look_at_staff() -> None:
            wake_one_by_one(STAFF_SECONDS, look_at_staff=True)

        async def retry() -> None:
            outbox.wake.set()

        async def health() -> None:
            try:
                current = next(iter(self._watchers.values())).desk.configuration
                now = self._now()
                found = await ledger.write(_health, current, started, now)
                await ledger.mark_generation()
                _show(self._metrics, found, now)
                self._notifier.status(pulse.sentence(found, now))
            except (IntakeError, OSError) as error:  # it answered, so it does not hang
                log.warning("the service's health could not be written down: %s", error)
            self._feed()

        async def retain(*, at_start: bool = False) -> None:
            terms = next(iter(self._watchers.values())).desk.configuration.retention
            try:
                if not await ledger.write(retention.is_due, self._now(), at_start=at_start):
                    return
                done = await retention.daily(ledger, self._settings.data, terms, self._now())
                if self._voicemail is not None:
                    await self._voicemail.tidy()
                await ledger.write(notices.close_notice, "retention", None, self._now())
            except IntakeError as error:
                log.warning("retention: %s", error)
                notice = NoticeText(
                    "retention",
                    "retention",
                    "Angaben über Personen konnten nicht fristgerecht gelöscht werden. "
                    "Der Befehl intake status nennt den Grund.",
                    f"data past their end could not be deleted: {error}",
                )
                with contextlib.suppress(IntakeError):  # where the ledger itself is the trouble, the log has it
                    await ledger.write(notices.raise_notice, notice, self._now())
            else:
                log.info("retention: %s", ", ".join(f"{n} {what}" for what, n in done.items()) or "nothing was due")

        async def announcements() -> None:
            if not self._settings_now.configuration.announcements.automatic:
                return
            if self._keeper is None:
                # Sound takes 60 MB of libraries, which a service without announcements does without.
                from intake.announcements.keeper import Keeper

                self._keeper = Keeper(self._settings_now, ledger, self._now)
            await tried(self._keeper.look, "announcements: not finished; they are published at the next start")

        async def weekly() -> None:
            if self._weekly is not None:
                await tried(self._weekly.look, "weekly report: not sent; it is tried again at the next start")

        async def tried(look: Callable[[], Awaitable[None]], unfinished: str) -> None:
            try:
                await look()
            except asyncio.CancelledError:  # the service ends; APScheduler would call that an error
                log.info(unfinished)
            except IntakeError as error:  # the ledger is the trouble, and the log has it
                log.warning("%s: %s", unfinished.partition(":")[0], error)

        scheduler.add_job(announcements, id="announcements at the start")
        for job, seconds in (
            (announcements, ANNOUNCEMENTS_SECONDS),
            (weekly, WEEKLY_SECONDS),
            (sweep, service.sweep_seconds),
            (look_at_staff, STAFF_SECONDS),
            (retry, service.outbox_seconds),
            (health, HEALTH_SECONDS),
            (retain, RETENTION_SECONDS),
        ):
            scheduler.add_job(job, "interval", seconds=seconds, id=job.__name__)
        scheduler.add_job(retain, kwargs={"at_start": True}, id="retain at the start")
        return scheduler

    async def _classifier(self, settings: Settings, ledger: Ledger) -> Classifier | None:
        """What was learned; if it cannot be read, a notice says so and the rules decide alone."""
        try:
            found = await asyncio.to_thread(load_classifier, settings, ledger.secret)
        except ConfigurationError as error:
            log.warning("the rules decide alone: %s", error)
            notice = NoticeText(
                "classifier",
                "classifier",
                "Die gelernte Zuordnung zu den Ordnern kann nicht gelesen werden; es gelten die Regeln allein. "
                "Der Befehl intake check nennt den Grund.",
                f"the rules decide alone: {error}",
            )
            await ledger.write(notices.raise_notice, notice, self._now())
            return None
        await ledger.write(notices.close_notice, "classifier", None, self._now())
        return found

    async def _reloads(self, wanted: asyncio.Event, ledger: Ledger, worker: Worker) -> None:
        while not self._stop.is_set():
            await wanted.wait()
            wanted.clear()
            if not self._stop.is_set():
                self._notifier.reloading()
                try:
                    await self._reload(ledger, worker)
                except IntakeError as error:
                    log.error("reading texts, rules and configuration again failed: %s", error)
                finally:
                    if not self._stop.is_set():
                        self._notifier.ready()

    async def _reload(self, ledger: Ledger, worker: Worker) -> None:
        if self._settings.file is None:
            return
        try:
            new = await asyncio.to_thread(config.load, self._settings.file)
            texts = await asyncio.to_thread(load_texts, new)
            rules = await asyncio.to_thread(load_rules, new)
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
        if _set_up_at_the_start(new.configuration) != _set_up_at_the_start(fixed):
            log.warning(
                "mailboxes, smtp, sign_in, metrics, voicemail, service.data and service.ledger take effect after a "
                "restart; everything else was taken over"
            )
        configuration = new.configuration.model_copy(
            update={
                "mailboxes": fixed.mailboxes,
                "smtp": fixed.smtp,
                "sign_in": fixed.sign_in,
                "metrics": fixed.metrics,
                "voicemail": fixed.voicemail,
                "service": new.configuration.service.model_copy(update={"data": fixed.service.data}),
            }
        )
        settings = Settings(configuration, new.file)
        first = next(iter(self._watchers.values()))
        desk = replace(first.desk, configuration=configuration, texts=texts, calendar=Calendar(configuration.office))
        classifier = await self._classifier(settings, ledger)
        await worker.replace_readers(readers(settings, rules, ledger.secret, desk.loop_token, classifier))
        self._settings_now = settings
        if self._keeper is not None:
            self._keeper.reload(settings)
        if self._weekly is not None:
            self._weekly.reload(settings)
        if self._voicemail is not None:
            self._voicemail.reload(settings, rules)
        for watcher in self._watchers.values():
            watcher.desk = desk
        await ledger.write(notices.close_notice, "reload", None, self._now())
        log.info("texts, rules and configuration were read again")


def _set_up_at_the_start(configuration: Configuration) -> tuple[object, ...]:
    """What cannot be changed while the daemon runs."""
    one = configuration
    return one.mailboxes, one.smtp, one.sign_in, one.metrics, one.voicemail, one.service.data, one.service.ledger


async def _warm(worker: Worker) -> None:
    """Start the worker before the first message needs it; if that fails, the first message tells."""
    with contextlib.suppress(WorkerUnavailable):
        await worker.start()


def _health(connection: Database, configuration: Configuration, started: dt.datetime, now: dt.datetime) -> Pulse:
    """Note the pulse, open or close the notices about what does not move, and say how it all stands."""
    clock.look(connection, now)
    notices.close_events(connection, now)
    pulse.alarm(connection, pulse.take(connection, configuration.mailboxes), configuration, started, now)
    return pulse.take(connection, configuration.mailboxes)


def _show(metrics: Metrics, found: Pulse, now: dt.datetime) -> None:
    """Set every gauge to what the ledger says."""
    for box in found.mailboxes:
        metrics.mailbox_up.labels(box.name).set(box.fetched_at is not None and not box.problem)
        metrics.last_fetch.labels(box.name).set(box.fetched_at.timestamp() if box.fetched_at else 0)
        metrics.backlog.labels(box.name).set(box.to_be_filed)
    for state in ("queued", "held"):
        metrics.outbox.labels(state).set(found.outbox.get(state, 0))
    waiting = now - found.oldest_waiting if found.oldest_waiting else dt.timedelta()
    metrics.outbox_age.set(max(waiting.total_seconds(), 0))
    metrics.recordings.set(found.recordings)
    heard = now - found.oldest_recording if found.oldest_recording else dt.timedelta()
    metrics.recordings_age.set(max(heard.total_seconds(), 0))
    metrics.notices.clear()
    for cause, count in found.notices.items():
        metrics.notices.labels(cause).set(count)
    metrics.holds.set(len(found.holds))
