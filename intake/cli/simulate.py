# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake simulate``: a changed rule file, text set or configuration over past mail, before anyone is affected.

Past mail is what lies in the office's queue folders, or the .eml files that are named. Nothing is changed anywhere:
folders are opened for reading only, and the ledger is only asked.

Two processes read each message at the same time, one as the running configuration does and one as the changed one
would; each is the daemon's own worker with its limits, so that no message can stop the simulation either.
"""

import asyncio
import datetime as dt
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from intake import config, resources
from intake.cases import keys
from intake.cases.clock import system_clock
from intake.cases.ledger import Ledger
from intake.cli.check import calendar
from intake.cli.explain import MAX_FILE, builtin, classifier_of, file_names, reader_of_files
from intake.cli.simulated import Simulated, to_json, to_text
from intake.config import Settings
from intake.daemon import account, load_rules, load_texts, readers
from intake.errors import ConfigurationError, IntakeError
from intake.mail.acknowledgement import Texts
from intake.mail.assessment import VOICEMAIL, Reader
from intake.mail.past import PastMail, PastMessage
from intake.mail.rewording import reword
from intake.mail.simulation import Outcome, Side, acknowledging, compare, decide
from intake.mail.worker import AssessmentFailed, Worker
from intake.servers.imap import Connection
from intake.servers.oauth import close_all, token_sources
from intake.triage import Classifier, Rules

DAYS = 28
"""How far back without ``--since``."""
MOST = 20_000
"""Messages that are looked at; where more lie there, the newest of each folder."""
NICE = 10
"""The running service goes first."""
FILES_AT_ONCE = 50
OCTETS_AT_ONCE = 8 * 1024 * 1024
_FILES = ""
"""The name under which .eml files are read: they lie in no mailbox."""

Echo = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed: a rule file, a folder of texts, a whole configuration."""

    rules: Path | None = None
    texts: Path | None = None
    configuration: Path | None = None


@dataclass(frozen=True, slots=True)
class _Office:
    """A configuration with everything that its decisions need."""

    settings: Settings
    rules: Rules
    classifier: Classifier | None
    side: Side

    @classmethod
    def running(cls, settings: Settings) -> Self:
        """The office as its files are now."""
        side = Side(settings.configuration, load_texts(settings), calendar(settings))
        return cls(settings, load_rules(settings), classifier_of(settings), side)

    def changed(self, change: Change) -> Self:
        """This office with the change. Raises :class:`ConfigurationError` for mistakes in the changed files."""
        settings, rules, classifier = self.settings, self.rules, self.classifier
        texts, days = self.side.texts, self.side.calendar
        if change.configuration is not None:
            old, new = settings.configuration, config.load(change.configuration).configuration
            for name in old.mailboxes:
                if name not in new.mailboxes:
                    raise ConfigurationError(
                        f"{change.configuration}: mailboxes.{name}: this table is missing, and mail lies there; add it"
                    )
            # It is tried in the place of the running file: what it names beside itself is looked for there.
            days = calendar(Settings(new, change.configuration))
            settings = Settings(new, settings.file)
            if new.triage != old.triage or new.queues.keys() != old.queues.keys():
                rules, classifier = load_rules(settings), classifier_of(settings)
        if change.rules is not None:
            rules = Rules.read(change.rules, settings.configuration.queues)
        if change.texts is not None:
            if not (change.texts / "acknowledgement").is_dir():
                raise ConfigurationError(
                    f"{change.texts}: no folder acknowledgement/ lies there; name a folder like templates/"
                )
            texts = Texts.load([change.texts, resources.shipped("templates")])
        return type(self)(settings, rules, classifier, Side(settings.configuration, texts, days))

    def reader_of_files(self) -> Reader:
        """How .eml files are read."""
        return reader_of_files(self.settings, self.rules, self.classifier)


async def simulate(
    files: Sequence[str],
    config_file: Path | None,
    change: Change,
    *,
    environment: Mapping[str, str],
    since: dt.date | None,
    as_json: bool,
    show_subjects: bool,
    echo: Echo,
) -> bool:
    """Show what the change would do; true if it would do anything. Raises :class:`IntakeError`."""
    os.nice(NICE)
    settings = config.load(config_file) if config_file else builtin()
    before = _Office.running(settings)
    after = before.changed(change)
    simulation = _Simulation(before, after, system_clock())
    if files:
        await simulation.of_files(files)
    else:
        today = before.side.calendar.local(simulation.now).date()
        since = since or today - dt.timedelta(days=DAYS)
        await simulation.of_mailboxes(since, environment)
    _progress("")
    outcomes = simulation.outcomes
    simulated = Simulated(
        before=_named(settings),
        after=_told(change),
        since=None if files else since,
        left_out=+simulation.left_out,
        comparison=compare(outcomes),
        rewording=reword(before.side, after.side, outcomes, simulation.now),
    )
    echo((to_json if as_json else to_text)(simulated, show_subjects=show_subjects))
    return simulated.changes


def _named(settings: Settings) -> str:
    rules = settings.configuration.triage.rules
    return f"{settings.file or 'the built-in example office'}, {settings.folder / rules if rules else 'shipped rules'}"


def _told(change: Change) -> str:
    named = (("configuration", change.configuration), ("rules", change.rules), ("texts", change.texts))
    return ", ".join(f"{what} {path}" for what, path in named if path is not None)


@dataclass(slots=True)
class _Simulation:
    """One run: what both sides decided so far."""

    before: _Office
    after: _Office
    now: dt.datetime
    outcomes: list[Outcome] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    async def of_files(self, files: Sequence[str]) -> None:
        """Files, read as ``intake explain`` reads them."""
        with self._workers([{_FILES: office.reader_of_files()} for office in (self.before, self.after)]) as workers:
            for block in _blocks(file_names(files)):
                await self._decide(workers, _FILES, block)

    async def of_mailboxes(self, since: dt.date, environment: Mapping[str, str]) -> None:
        """What lies in the queue folders of each mailbox."""
        settings = self.before.settings
        names = list(settings.configuration.mailboxes)
        if not names:
            raise ConfigurationError(f"{settings.file}: mailboxes: none is configured yet; name .eml files instead")
        async with AsyncExitStack() as stack:
            ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
            stack.callback(ledger.close)
            sign_ins = token_sources(settings, environment)
            stack.push_async_callback(close_all, sign_ins)
            token = keys.loop_token(ledger.secret)
            sides = [
                readers(office.settings, office.rules, ledger.secret, token, office.classifier)
                for office in (self.before, self.after)
            ]
            workers = stack.enter_context(self._workers(sides))
            for number, name in enumerate(names):
                connection = await Connection.open(account(settings, name, environment, sign_ins))
                try:
                    past = await PastMail.open(
                        ledger, connection, name, settings.configuration.mailboxes[name], sides[0][name].policy
                    )
                    lying = await past.lying([q.folder for q in settings.configuration.queues.values()], since=since)
                    # What a mailbox leaves of its share, the following ones may use.
                    async for block in past.read(lying, (MOST - len(self.outcomes)) // (len(names) - number)):
                        await self._decide(workers, name, block)
                    self.left_out.update(past.left_out)
                finally:
                    await connection.logout()

    @contextmanager
    def _workers(self, sides: Sequence[Mapping[str, Reader]]) -> Iterator[list[Worker]]:
        """A worker for each side; one for both where both read alike."""
        seconds = self.before.settings.configuration.limits.message_seconds
        workers = [Worker(side, seconds=seconds) for side in (sides[:1] if sides[0] == sides[1] else sides)]
        try:
            yield workers
        finally:
            for worker in workers:
                worker.close()

    async def _decide(self, workers: Sequence[Worker], mailbox: str, block: Sequence[PastMessage]) -> None:
        unread = [(message.raw, message.internal_date) for message in block]
        answers = await asyncio.gather(*(worker.assess(mailbox, unread) for worker in workers))
        one, other = acknowledging(self.before.side.configuration, self.after.side.configuration, mailbox)
        before, after = replace(self.before.side, configuration=one), replace(self.after.side, configuration=other)
        for message, first, last in zip(block, answers[0], answers[-1], strict=True):
            if isinstance(first, AssessmentFailed) or isinstance(last, AssessmentFailed):
                self.left_out["unreadable"] += 1
            elif VOICEMAIL in (first.verdict.reason, last.verdict.reason):
                self.left_out["voicemail"] += 1
            else:
                decisions = decide(before, first, self.now), decide(after, last, self.now)
                self.outcomes.append(Outcome(message.name, first.subject, *decisions, message.corrected))
        _progress(f"{len(self.outcomes):,} messages")


def _progress(text: str) -> None:
    """What a person who waits sees, in one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r{text:30}\r", end="", file=sys.stderr, flush=True)  # noqa: T201


def _blocks(names: Iterable[str]) -> Iterator[list[PastMessage]]:
    """Files in blocks that memory holds. Raises :class:`IntakeError` for one that cannot be read."""
    block: list[PastMessage] = []
    size = 0
    for name in names:
        try:
            with open(name, "rb") as stream:
                raw = stream.read(MAX_FILE)
        except OSError as error:
            raise IntakeError(f"{name}: cannot be read ({error.strerror})") from None
        if block and (len(block) == FILES_AT_ONCE or size + len(raw) > OCTETS_AT_ONCE):
            yield block
            block, size = [], 0
        block.append(PastMessage(name, raw))
        size += len(raw)
    if block:
        yield block
