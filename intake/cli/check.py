# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake check``: try everything that the service needs, and name what is wrong with its remedy.

Each line begins with ``ok``, ``warning`` or ``problem``; problems make the exit code 1. Nothing is sent and no
message is touched; queue folders that do not exist yet are created, which is how their permission is tried.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from intake import config
from intake.cases.filing import CANNOT_FILE, Folders, can_file, create_folder
from intake.cases.ledger import Ledger
from intake.cli import check_telephone, check_voicemail
from intake.config import Settings
from intake.daemon import account, load_classifier, load_rules, load_texts, relay
from intake.errors import ConfigurationError, IntakeError
from intake.languages import LANGUAGES
from intake.mail.acknowledgement import Texts
from intake.office import Calendar
from intake.servers.imap import Connection
from intake.servers.oauth import TokenSource, close_all, token_source
from intake.servers.smtp import Sender

Echo = Callable[[str], None]


def ledger_problem(settings: Settings, error: IntakeError) -> str:
    """What is wrong with the ledger, with the file and the key that name it."""
    return f"{settings.ledger_key}: {str(error).removeprefix('service.ledger: ')}"


def calendar(settings: Settings) -> Calendar:
    """The office's calendar. Raises :class:`ConfigurationError` naming the file."""
    try:
        return Calendar(settings.configuration.office)
    except ConfigurationError as error:
        raise ConfigurationError(f"{settings.file}: {error}") from None


class _Report:
    """Prints findings as they come, and remembers whether any was a problem."""

    def __init__(self, echo: Echo) -> None:
        self._echo = echo
        self.fine = True

    def ok(self, text: str) -> None:
        self._echo(f"ok       {text}")

    def warning(self, text: str) -> None:
        self._echo(f"warning  {text}")

    def problem(self, error: object) -> None:
        self.fine = False
        for line in str(error).splitlines():
            self._echo(f"problem  {line}")


async def check(file: Path, echo: Echo) -> bool:
    """Check everything; true if there is no problem."""
    report = _Report(echo)
    try:
        settings = config.load(file)
    except ConfigurationError as error:
        report.problem(error)
        return False
    report.ok(f"{file}: configuration of {settings.configuration.office.name}")
    try:
        calendar(settings)
    except ConfigurationError as error:
        report.problem(error)
    texts = _texts(settings, report)
    _rules(settings, report)
    check_telephone.announcements(settings, report)
    check_voicemail.voicemail(settings, report)
    _trust(settings, report)
    _ledger(settings, report)
    sign_ins = await _sign_ins(settings, report)
    for name in settings.configuration.mailboxes:
        await _mailbox(settings, name, sign_ins, report)
    if not settings.configuration.mailboxes:
        report.warning(f"{file}: no mailbox is configured yet; add one, e.g. [mailboxes.main]")
    if settings.configuration.smtp is not None:
        await _relay(settings, sign_ins, report)
    await close_all(sign_ins)
    await check_telephone.speech(settings, report)
    if texts is not None and report.fine:
        echo("All is well.")
    return report.fine


def _texts(settings: Settings, report: _Report) -> Texts | None:
    try:
        texts = load_texts(settings)
    except ConfigurationError as error:
        report.problem(error)
        return None
    report.ok(f"texts in {len(texts.languages)} languages: {', '.join(sorted(texts.languages))}")
    missing = [code for code in LANGUAGES if code not in texts.languages]
    if missing:
        report.warning(f"no text yet in {', '.join(missing)}: who writes in these is answered in the unsure languages")
    for queue_id, queue in settings.configuration.queues.items():
        unnamed = [c for c in sorted(texts.languages) if not (texts.team(c, queue_id) or queue.names.get(c))]
        if queue_id not in ("system", "suspicious") and unnamed:
            report.warning(
                f"{settings.file}: queues.{queue_id}.names: no name in {', '.join(unnamed)}: who writes in these reads "
                "the German name of the team"
            )
    drafts = sorted(texts.languages - texts.usable(drafts=False))
    if drafts and settings.configuration.service.drafts:
        report.warning(
            f"texts that no native speaker has reviewed are used ({', '.join(drafts)}); "
            "have them read, or set service.drafts = false"
        )
    return texts


def _rules(settings: Settings, report: _Report) -> None:
    own = settings.configuration.triage.rules
    try:
        load_rules(settings)
    except ConfigurationError as error:
        report.problem(error)
        return
    report.ok(f"rules for the queues: {settings.folder / own if own else 'the shipped ones'}")


def _trust(settings: Settings, report: _Report) -> None:
    if not settings.configuration.trust.authserv:
        report.warning(
            f"{settings.file}: trust.authserv: nothing is trusted, so forged senders cannot be told; "
            "name the authserv-id that your mail server writes into Authentication-Results"
        )


def _ledger(settings: Settings, report: _Report) -> None:
    try:
        ledger = Ledger.open(settings.ledger_url, settings.data)
    except IntakeError as error:
        report.problem(ledger_problem(settings, error))
        return
    ledger.close()
    report.ok(f"ledger in {settings.data}")
    _classifier(settings, ledger.secret, report)


def _classifier(settings: Settings, secret: bytes, report: _Report) -> None:
    try:
        classifier = load_classifier(settings, secret)
    except ConfigurationError as error:
        report.problem(error)
        return
    if classifier is None:
        return
    model = classifier.model
    trusted = [queue for queue, on in zip(model.queues, model.trusted, strict=True) if on]
    if trusted:
        report.ok(f"classifier for {', '.join(trusted)}")
    else:
        report.warning(
            "the classifier is not good enough to decide anything, so the rules decide alone; "
            "see: intake learn --compare"
        )


async def _sign_ins(settings: Settings, report: _Report) -> dict[str, TokenSource]:
    """The sources that give a token; each that does not is one problem, and what uses it is not tried."""
    working: dict[str, TokenSource] = {}
    for name in settings.configuration.sign_in:
        try:
            source = token_source(settings, name, os.environ)
            await source.token()
        except ConfigurationError as error:
            report.problem(error)
        except IntakeError as error:
            text = str(error)
            report.problem(text if text.startswith(f"{settings.file}: ") else f"{settings.file}: {text}")
        else:
            working[name] = source
            report.ok(f"sign-in {name}: got a token")
    return working


async def _mailbox(settings: Settings, name: str, sign_ins: Mapping[str, TokenSource], report: _Report) -> None:
    where = f"{settings.file}: mailboxes.{name}"
    wanted = settings.configuration.mailboxes[name].sign_in
    if wanted and wanted not in sign_ins:
        report.warning(f"mailbox {name}: not tried, because sign_in.{wanted} gives no token")
        return
    try:
        connection = await Connection.open(account(settings, name, os.environ, sign_ins))
    except ConfigurationError as error:
        report.problem(error)
        return
    except IntakeError as error:
        report.problem(f"{where}: {error}")
        return
    try:
        await _folders(settings, name, where, connection, report)
    except IntakeError as error:
        report.problem(f"{where}: {error}")
    finally:
        await connection.logout()


async def _folders(settings: Settings, name: str, where: str, connection: Connection, report: _Report) -> None:
    mailbox = settings.configuration.mailboxes[name]
    if not can_file(connection):
        report.problem(f"{where}: {CANNOT_FILE}")
    if "IDLE" not in connection.capabilities:
        report.warning(f"{where}: the server offers no IDLE: new mail is noticed within half a minute, not at once")
    prefix, delimiter = await connection.namespace()
    folders = Folders(prefix, delimiter, mailbox.parent_folder)
    there = {folder.name for folder in await connection.folders()}
    for queue_id, queue in settings.configuration.queues.items():
        try:
            if folders.on_server(queue.folder) not in there:
                await create_folder(connection, folders, queue.folder)
        except IntakeError as error:
            report.problem(
                f"{settings.file}: queues.{queue_id}.folder: {error}; grant the right to create it, create it by hand, "
                f"or set mailboxes.{name}.parent_folder"
            )
            return
    await connection.select(mailbox.folder)
    report.ok(f"mailbox {name}: signed in, {len(settings.configuration.queues)} queue folders")


async def _relay(settings: Settings, sign_ins: Mapping[str, TokenSource], report: _Report) -> None:
    smtp = settings.configuration.smtp
    assert smtp is not None
    if smtp.sign_in and smtp.sign_in not in sign_ins:
        report.warning(f"relay {smtp.host}: not tried, because sign_in.{smtp.sign_in} gives no token")
        return
    try:
        sender = Sender(relay(settings, os.environ, sign_ins))
    except ConfigurationError as error:
        report.problem(error)
        return
    own = next((m.address for m in settings.configuration.mailboxes.values()), settings.configuration.office.email)
    try:
        probe = await sender.probe(own_address=own)
    except IntakeError as error:
        report.problem(f"{settings.file}: smtp: {error}")
        return
    finally:
        await sender.close()
    report.ok(f"relay {smtp.host}: reached" + (", delivery notifications" if probe.dsn else ""))
    if probe.null_sender and smtp.bounce_address is None:
        report.warning(
            f"relay {smtp.host}: acknowledgements go out with the empty sender, so DMARC rests on DKIM alone; "
            "make sure that the relay signs with the domain of the mailbox's address"
        )
    elif not probe.null_sender and smtp.bounce_address is None:
        report.problem(
            f"{settings.file}: smtp.bounce_address: the relay refuses the empty sender; "
            "name a watched mailbox that bounces may go to"
        )
