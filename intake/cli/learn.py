# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake learn``: a classifier from the office's own queue folders, tried before it is written.

Nothing leaves this machine and nothing is changed in the mailboxes. What is written is a file that holds no readable
text (:mod:`intake.triage.model_file`); the office switches it on with ``triage.classifier``.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from intake import config
from intake.cases import keys
from intake.cases.ledger import Ledger
from intake.cli.explain import reader_of_files
from intake.config import Settings
from intake.daemon import account, load_rules, readers
from intake.errors import ConfigurationError, IntakeError
from intake.files import replace_durably
from intake.learning import sources
from intake.learning.advice import Lesson, study
from intake.learning.samples import Sample, chosen, senders
from intake.learning.trial import Terms, Way, by_classifier, by_rules, figures, right
from intake.mail.past import PastMail
from intake.servers.imap import Connection
from intake.servers.oauth import close_all, token_sources
from intake.triage import model_file, ngrams
from intake.triage.routing import Rules

NICE = 10
"""The running service goes first."""

DEFAULT_FILE = "classifier.npz"
"""In the data directory, where the configuration names no file yet."""

_SECRET = b"a comparison writes no file that a ledger must fit"

Echo = Callable[[str], None]


async def learn(file: Path, directory: Path | None, *, compare: bool, as_json: bool, echo: Echo) -> None:
    """Learn, try, and write the file; with ``compare`` only say whether to switch it on. Raises :class:`IntakeError`.

    ``directory``: folders of .eml files named like the queues, instead of the mailboxes.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise IntakeError("learning needs scikit-learn; install it with: pip install 'amtseingang[learn]'")
    os.nice(NICE)
    settings = config.load(file)
    rules = load_rules(settings)
    secret = _SECRET if compare and directory is not None else _secret(settings)
    key = ngrams.key(secret)
    if directory is not None:
        samples = sources.of_directory(directory, _folders(settings), reader_of_files(settings, rules), key)
    else:
        samples = await _of_mailboxes(settings, rules, key)
    terms = Terms(settings.configuration.triage.classifier_precision, rules.settings.margin, rules.settings.fallback)
    lesson = study(chosen(samples), terms)
    written = None if compare else _write(settings, model_file.dump(lesson.model(), key))
    if as_json:
        echo(json.dumps(_as_json(lesson, written), ensure_ascii=False, indent=2))
        return
    names = {queue: f"{folder} [{queue}]" for queue, folder in _folders(settings).items()}
    for line in _table(lesson, names):
        echo(line)
    echo("")
    if compare:
        for verdict in lesson.verdicts:
            echo(verdict.sentence(names[verdict.queue]))
    echo(lesson.sentence())
    if written is not None:
        echo(_next(settings, lesson, written))


def _secret(settings: Settings) -> bytes:
    ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
    ledger.close()
    return ledger.secret


def _folders(settings: Settings) -> dict[str, str]:
    return {name: queue.folder for name, queue in settings.configuration.queues.items()}


async def _of_mailboxes(settings: Settings, rules: Rules, key: bytes) -> list[Sample]:
    mailboxes = settings.configuration.mailboxes
    if not mailboxes:
        raise ConfigurationError(f"{settings.file}: mailboxes: none is configured yet; name files with --from")
    samples: list[Sample] = []
    sign_ins = token_sources(settings, os.environ)
    ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
    try:
        by_name = readers(settings, rules, ledger.secret, keys.loop_token(ledger.secret))
        for name, mailbox in mailboxes.items():
            connection = await Connection.open(account(settings, name, os.environ, sign_ins))
            try:
                past = await PastMail.open(ledger, connection, name, mailbox, by_name[name].policy)
                samples += await sources.of_mailbox(past, _folders(settings), by_name[name], key)
            finally:
                await connection.logout()
            if sys.stderr.isatty():
                print(f"\r{len(samples)} messages", end="", file=sys.stderr, flush=True)  # noqa: T201
    finally:
        ledger.close()
        await close_all(sign_ins)
    return samples


def _write(settings: Settings, raw: bytes) -> Path:
    """The file, whole or not at all: the service may read it at any moment."""
    wanted = settings.configuration.triage.classifier
    path = settings.folder / wanted if wanted else settings.data / DEFAULT_FILE
    try:
        replace_durably(path, raw)
    except OSError as error:
        raise IntakeError(f"{path}: cannot be written ({error.strerror}); free space, or grant the rights") from None
    return path


def _next(settings: Settings, lesson: Lesson, written: Path) -> str:
    if not lesson.trusted:
        return f"Written to {written}; it would decide nothing."
    if settings.configuration.triage.classifier is not None:
        return f"Written to {written}; the service takes it over with: systemctl reload intake"
    shown = os.path.relpath(written, settings.folder)
    return f'Written to {written}. Switch it on in {settings.file}: [triage] classifier = "{shown}"'


def _ways(lesson: Lesson) -> dict[str, Way]:
    trusted = lesson.trusted
    return {"rules": by_rules, "classifier": by_classifier, "together": lambda one: one.together(trusted)}


def _table(lesson: Lesson, names: dict[str, str]) -> Sequence[str]:
    tried, ways = lesson.tried, _ways(lesson)
    people = senders([one.sample for one in tried])
    lines = [
        f"{len(tried)} messages of {people} people, each judged by what was learned from other people's messages.",
        "",
        f"{'':44}{'':>7}" + "".join(f"{way:>18}" for way in ways),
        f"{'queue':44}{'mails':>7}" + f"{'precision  recall':>18}" * len(ways),
    ]
    for queue in sorted({one.sample.queue for one in tried}, key=lambda one: names[one]):
        of_ways = [figures(tried, queue, way) for way in ways.values()]
        cells = "".join(f"{_percent(of.precision):>11}{_percent(of.recall):>7}" for of in of_ways)
        lines.append(f"{names[queue][:43]:44}{of_ways[0].belongs:>7}{cells}")
    shares = "".join(f"{_percent(right(tried, way) / len(tried)):>18}" for way in ways.values())
    lines.append(f"{'all: where they belong':44}{len(tried):>7}{shares}")
    if lesson.newest:
        shares = "".join(f"{_percent(right(lesson.newest, way) / len(lesson.newest)):>18}" for way in (
            by_rules, by_classifier, lambda one: one.together(lesson.trusted_then),
        ))  # fmt: skip
        lines.append(f"{'the newest, by what was learned before':44}{len(lesson.newest):>7}{shares}")
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _as_json(lesson: Lesson, written: Path | None) -> dict[str, Any]:
    tried, ways = lesson.tried, _ways(lesson)
    queues = {}
    for queue in sorted({one.sample.queue for one in tried}):
        of_ways = {name: figures(tried, queue, way) for name, way in ways.items()}
        queues[queue] = {
            "messages": of_ways["rules"].belongs,
            "trusted": queue in lesson.trusted,
            **{name: {"precision": of.precision, "recall": of.recall} for name, of in of_ways.items()},
        }
    return {
        "messages": len(tried),
        "senders": senders([one.sample for one in tried]),
        "switch_on": lesson.worth_it,
        "right": {name: right(tried, way) for name, way in ways.items()},
        "newest": {
            "messages": len(lesson.newest),
            "rules": right(lesson.newest, by_rules),
            "together": right(lesson.newest, lambda one: one.together(lesson.trusted_then)),
        },
        "queues": queues,
        "written": str(written) if written else None,
    }
