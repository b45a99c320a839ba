# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that one message says by itself: parsed, judged, triaged, and the keys to look it up by. Pure.

The message's text goes no further than this: an assessment holds the subject, the sender's address, decisions
and keyed hashes, never the body. In the daemon it is made in a worker process (:mod:`intake.mail.worker`).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from intake.cases import keys, reference
from intake.mail.eligibility import Policy, Verdict, judge, signals
from intake.mail.telephone import Spoken, spoken
from intake.message import DeliveryFailure, Message, parse
from intake.triage import Classifier, language, text, triage
from intake.triage.language import LanguageGuess, detect
from intake.triage.routing import Routing, Rules

MAX_THREAD = 100
VOICEMAIL = "voicemail"
"""The reason code of the mail that brings a recording."""


def warm_up() -> None:
    """Load word lists, language profiles and patterns now (some seconds) instead of at the first messages."""
    language.warm_up()
    signals.warm_up()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of a message without asking the ledger."""

    verdict: Verdict
    language: LanguageGuess
    routing: Routing
    sender: str
    """The address that identifies the person: the target of an acknowledgement, else From; may be empty."""
    subject: str
    message_id: str
    points_at: tuple[str, ...]
    """References, then In-Reply-To: the nearest last."""
    references_header: tuple[str, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    """Case references in subject and text, and in plus tags of recipients (bounces)."""
    identities: tuple[str, ...]
    text_key: str | None
    delivery_failures: tuple[DeliveryFailure, ...]
    spoken: Spoken | None = None
    """The recording in it, if it is the voicemail that a telephone system sends."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one mailbox's messages are read; immutable, and sent to the worker as it is."""

    policy: Policy
    rules: Rules
    secret: bytes
    prefix: str
    classifier: Classifier | None = None

    def warm_up(self) -> None:
        """Load now what the first messages would wait for: some seconds of rules, word lists and language profiles."""
        self.rules.warm_up()
        warm_up()

    def assess(
        self, raw: bytes, internal_date: dt.datetime | None, *, detector: Callable[..., LanguageGuess] = detect
    ) -> Assessment:
        """Assess one message; never raises on any bytes (whatever still does is the worker's to report)."""
        message = parse(raw)
        own = text.own_words(message.text)
        verdict = judge(message, own, self.policy)
        about = triage(message, own, self.rules, detector=detector, classifier=self.classifier)
        sender = _sender(message, verdict)
        said = keys.normal(own)
        attachments = tuple(p.filename for p in message.parts if p.filename)
        recording = spoken(message) if verdict.reason == VOICEMAIL else None
        return Assessment(
            verdict=verdict,
            language=about.language,
            routing=about.queue,
            sender=sender,
            subject=message.subject,
            message_id=message.message_id,
            points_at=(*message.references, *message.in_reply_to)[-MAX_THREAD:],
            references_header=message.references,
            in_reply_to=message.in_reply_to,
            references=reference.find(self.prefix, "\n".join((message.subject, message.text, *message.recipients))),
            identities=keys.identities(
                self.secret,
                message_id=message.message_id,
                sender=sender,
                date=message.date or internal_date,
                subject=message.subject,
                said=said,
            ),
            text_key=keys.same_text(
                self.secret,
                sender=sender,
                subject=message.subject,
                said=said,
                attachments=attachments,
            ),
            delivery_failures=message.delivery_failures,
            spoken=recording,
        )


def _sender(message: Message, verdict: Verdict) -> str:
    if verdict.target is not None:
        return verdict.target.address
    return message.from_[0].address if message.from_ else ""


def unheard(assessment: Assessment, problem: str) -> Assessment:
    """The same mail where its recording could not be fetched: it lies in a team's folder, so that a person listens."""
    verdict = replace(assessment.verdict, standing="person", evidence=(*assessment.verdict.evidence, problem))
    return replace(assessment, verdict=verdict, routing=Routing("general", ()), text_key=None)
