# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake explain``: what would be done about a message, and why, without doing it.

It supposes a fresh ledger, a message received now, and acknowledging switched on, so that only the message itself
decides; one file never influences another.
"""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from intake import config
from intake.cases.case import Known
from intake.cases.ledger import Ledger
from intake.cli.explanation import Explained, as_text
from intake.cli.init import EXAMPLE
from intake.config import Settings
from intake.daemon import load_classifier, load_rules, load_texts
from intake.errors import IntakeError
from intake.mail.assessment import Assessment, Reader
from intake.mail.eligibility import Policy
from intake.mail.plan import Plan, plan
from intake.message import parse
from intake.triage import Classifier, own_words
from intake.triage.routing import Rules

MAX_FILE = 64 * 1024 * 1024
"""Octets read of a file; what a message says lies far before."""

_SECRET = b"files need keys that no ledger knows"

Echo = Callable[[str], None]


def builtin() -> Settings:
    """The example office: trusts the authserv-id ``mx.example.org``, has a web form."""
    return Settings(config.parse(EXAMPLE.read_text("utf-8"), None).configuration, None)


def explain(
    files: Sequence[str],
    config_file: Path | None,
    *,
    as_json: bool,
    addresses: Sequence[str],
    any_recipient: bool,
    echo: Echo,
) -> bool:
    """Explain each file; false if one could not be read."""
    settings = config.load(config_file) if config_file else builtin()
    service = settings.configuration.service.model_copy(update={"acknowledge": True})
    configuration = settings.configuration.model_copy(update={"service": service})
    reader = reader_of_files(settings, load_rules(settings), classifier_of(settings))
    policy = replace(
        reader.policy,
        own_addresses=reader.policy.own_addresses | {a.lower() for a in addresses},
        require_addressed=reader.policy.require_addressed and not any_recipient,
    )
    reader = replace(reader, policy=policy)
    texts = load_texts(settings).usable(drafts=service.drafts)
    now = dt.datetime.now(dt.UTC)
    fine = True
    for file in file_names(files):
        try:
            with open(file, "rb") as stream:
                raw = stream.read(MAX_FILE)
        except OSError as error:
            print(f"intake: {file}: cannot be read ({error.strerror})", file=sys.stderr)  # noqa: T201
            fine = False
            continue
        assessment = reader.assess(raw, now)
        # The mailbox is not named, so that its switch "acknowledge = false" does not decide.
        planned = plan(assessment, Known(), configuration, texts, mailbox="", now=now, internal_date=now)
        if as_json:
            echo(json.dumps(_as_json(file, assessment, planned), ensure_ascii=False))
        else:
            own = own_words(parse(raw).text)
            echo(as_text(Explained(file, own, assessment, planned), configuration, reader.rules.settings))
    return fine


def reader_of_files(settings: Settings, rules: Rules, classifier: Classifier | None = None) -> Reader:
    """How .eml files are read: as if they had come to the first mailbox."""
    configuration = settings.configuration
    policy = Policy.for_mailbox(configuration, next(iter(configuration.mailboxes), ""))
    return Reader(policy, rules, _SECRET, configuration.service.reference_prefix, classifier)


def classifier_of(settings: Settings) -> Classifier | None:
    """What the service would ask beside the rules; nothing where it could not read it either."""
    if settings.configuration.triage.classifier is None:
        return None
    try:
        ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
        ledger.close()
        return load_classifier(settings, ledger.secret)
    except IntakeError as error:
        print(f"intake: the rules decide alone: {error}", file=sys.stderr)  # noqa: T201
        return None


def file_names(files: Sequence[str]) -> Iterator[str]:
    """The names as they are given; ``-`` stands for those that come in on stdin, one a line."""
    for file in files:
        if file == "-":
            yield from (line.rstrip("\r\n") for line in sys.stdin if line.strip())
        else:
            yield file


def _as_json(file: str, assessment: Assessment, planned: Plan) -> dict[str, Any]:
    verdict = planned.verdict
    return {
        "file": file,
        "sender": verdict.target.address if verdict.target else None,
        "reply": verdict.reply,
        "reason": verdict.reason,
        "language": planned.language,
        "confidence": planned.confidence,
        "languages": list(planned.languages),
        "queue": planned.queue,
        "evidence": list(planned.evidence),
        "subject": assessment.subject,
    }
