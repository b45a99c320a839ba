# SPDX-License-Identifier: GPL-3.0-or-later
"""Receiving: one ledger transaction that makes message, case, decision and acknowledgement durable together.

Until this transaction commits, a message stays where it is and will be found again; once it has committed, the
acknowledgement will be sent whatever crashes. The mail itself is composed inside the transaction, because its text
needs the case reference, and stored as the bytes that will be sent: a retry repeats it to the letter.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sqlalchemy.engine import Connection

from intake.cases import keys, notification, records
from intake.cases.case import Case, NoticeText, Place
from intake.cases.notices import raise_notice
from intake.cases.register import Question, Register
from intake.config import Configuration
from intake.mail import acknowledgement
from intake.mail.acknowledgement import Facts, Original, Texts
from intake.mail.assessment import Assessment
from intake.mail.plan import Plan, plan
from intake.office import Calendar


@dataclass(frozen=True, slots=True)
class Desk:
    """What receiving needs beside the message: the office's rules and texts, the ledger's secret, randomness."""

    configuration: Configuration
    texts: Texts
    calendar: Calendar
    secret: bytes
    random: Random
    loop_token: str = field(init=False)
    """The value of X-Loop in everything that this installation sends."""
    usable: frozenset[str] = field(init=False)
    """The languages whose texts may be used."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "loop_token", keys.loop_token(self.secret))
        usable = frozenset(self.texts.usable(drafts=self.configuration.service.drafts))
        object.__setattr__(self, "usable", usable)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message at its place, assessed."""

    place: Place
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Received:
    """What was done, for the log: no address, no text."""

    reference: str
    reason: str
    queue: str
    language: str
    queued: bool


def receive(connection: Connection, desk: Desk, arrivals: Sequence[Arrival], now: dt.datetime) -> list[Received]:
    """Record some messages, in order, each with the knowledge of those before it."""
    questions = [_question(arrival) for arrival in arrivals]
    register = Register(connection, desk.secret, desk.random, questions, now)
    pairs = zip(arrivals, questions, strict=True)
    received = [_Reception(connection, register, desk, arrival, now).receive(question) for arrival, question in pairs]
    register.write()
    return received


def _question(arrival: Arrival) -> Question:
    said = arrival.assessment
    return Question(arrival.place.mailbox, said.sender, said.points_at, said.references, said.identities, said.text_key)


@dataclass(frozen=True, slots=True)
class _Reception:
    """One message at the register."""

    connection: Connection
    register: Register
    desk: Desk
    arrival: Arrival
    now: dt.datetime

    def receive(self, question: Question) -> Received:
        """Decide about the message and enter everything that follows."""
        place, assessment = self.arrival.place, self.arrival.assessment
        register = self.register
        decided = plan(
            assessment, register.known(question), self.desk.configuration, self.desk.usable,
            mailbox=place.mailbox, now=self.now, internal_date=place.internal_date, backlog=place.backlog,
        )  # fmt: skip
        case = self._case(decided)
        source = register.message(
            place, case=case,
            message_id=assessment.message_id, reply=decided.verdict.reply, reason=decided.verdict.reason,
            sender_key=register.sender_key(assessment.sender),
            language=decided.language, confidence=decided.confidence, queue=decided.queue,
            evidence=list(decided.evidence), folder=decided.folder,
        )  # fmt: skip
        register.remember(assessment.identities, case)
        if case is not None and assessment.message_id:
            register.remember_thread(assessment.message_id, case, "person")
        if case is not None and assessment.text_key and assessment.verdict.standing == "person":
            register.remember_text(assessment.text_key, case)
        if decided.send != "no" and case is not None:
            self._acknowledge(decided, case, source)
        if decided.opens_case and case is not None:
            notification.enqueue(
                register, case, source, self.desk.configuration, secret=self.desk.secret,
                at=self.desk.calendar.local(self.now),
            )  # fmt: skip
        if decided.breaker:
            register.hold(place.mailbox, decided.notices[0].english)
        for notice in (*decided.notices, *self._bounced()):
            raise_notice(self.connection, notice, self.now)
        return Received(
            case.reference if case else "-", decided.verdict.reason, decided.queue, decided.language,
            decided.send == "queued",
        )  # fmt: skip

    def _case(self, decided: Plan) -> Case | None:
        assessment = self.arrival.assessment
        if decided.opens_case:
            return self.register.open_case(
                prefix=self.desk.configuration.service.reference_prefix, channel="email",
                mailbox=self.arrival.place.mailbox, queue=decided.queue, language=decided.language,
                sender=assessment.sender, subject=assessment.subject,
            )  # fmt: skip
        if decided.joins is not None:
            new_words = assessment.verdict.standing == "person" and decided.verdict.reason != "already-acknowledged"
            self.register.touch(decided.joins, reopen=new_words)
        return decided.joins

    def _acknowledge(self, decided: Plan, case: Case, source: int) -> None:
        assessment, desk = self.arrival.assessment, self.desk
        target = decided.verdict.target
        if target is None:
            raise AssertionError("an eligible message has a target")
        mailbox = desk.configuration.mailboxes[self.arrival.place.mailbox]
        mail_id = acknowledgement.message_id(
            desk.secret, self.arrival.place.mailbox, f"{case.reference} {assessment.identities[0]}",
            mailbox.address.rpartition("@")[2],
        )  # fmt: skip
        bounce = desk.configuration.smtp.bounce_address if desk.configuration.smtp else None
        raw = acknowledgement.compose(
            desk.texts,
            desk.configuration,
            desk.calendar,
            facts=Facts(
                reference=case.reference, queue=decided.queue, variant=decided.variant,
                languages=decided.languages, unsure=decided.unsure, at=self.now,
                received=self.arrival.place.internal_date,
            ),
            original=Original(
                message_id=assessment.message_id, references=assessment.references_header,
                in_reply_to=assessment.in_reply_to, subject=assessment.subject,
                authenticated=decided.verdict.authenticated,
            ),
            target=target,
            mailbox_address=mailbox.address,
            message_id=mail_id,
            loop_token=desk.loop_token,
        )  # fmt: skip
        self.register.enqueue(
            case, source, kind="acknowledgement", mailbox=self.arrival.place.mailbox, mail_id=mail_id, raw=raw,
            envelope_sender=_tagged(bounce, case.reference), recipient=target.address, state=decided.send,
            copy="waiting" if mailbox.file_copy else "none",
        )  # fmt: skip
        self.register.remember_thread(mail_id, case, "acknowledgement")

    def _bounced(self) -> list[NoticeText]:
        """Block the address that a bounce of one of our own mails reports as not existing (5.1.x only).

        Only a bounce that carries the reference of a case of that very address counts: references cannot be guessed,
        so that nobody can silence the office towards somebody else.
        """
        assessment = self.arrival.assessment
        carried = [self.register.case(reference) for reference in assessment.references]
        blocked = []
        for failure in assessment.delivery_failures:
            key = keys.sender(self.desk.secret, failure.recipient)
            case = next((c for c in carried if c is not None and c.sender_key == key), None)
            if failure.status.startswith("5.1.") and case is not None:
                days = self.desk.configuration.limits.blocked_days
                records.block(self.connection, key, failure.status, self.now, days)
                self.register.block(key)
                blocked.append(undeliverable(case.reference, failure.status))
        return blocked


def _tagged(bounce_address: str | None, reference: str) -> str:
    """The envelope sender: null (RFC 5230 5.1), or the bounce address with the case as a plus tag."""
    if bounce_address is None:
        return ""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{reference.lower()}@{domain}"


def undeliverable(reference: str, status: str) -> NoticeText:
    """The notice that an acknowledgement did not reach its person."""
    return NoticeText(
        "undeliverable",
        reference,
        f"Die Bestätigung zur Vorgangsnummer {reference} konnte nicht zugestellt werden ({status}). "
        "Die Nachricht selbst liegt in ihrem Ordner; bitte auf anderem Weg melden, falls möglich.",
        f"the acknowledgement of {reference} could not be delivered ({status}); "
        "the message itself lies in its folder: reach the person another way where possible",
    )


def quarantine(connection: Connection, desk: Desk, place: Place, problem: str, now: dt.datetime) -> Received:
    """Record a message that could not be read after several attempts: a case in ``suspicious``, and a notice."""
    configuration = desk.configuration
    register = Register(connection, desk.secret, desk.random, [Question(place.mailbox, "", (), (), (), None)], now)
    case = register.open_case(
        prefix=configuration.service.reference_prefix, channel="email", mailbox=place.mailbox, queue="suspicious",
        language="und", sender="", subject="",
    )  # fmt: skip
    register.message(
        place, case=case, message_id="", reply=False, reason="unreadable", language="und", confidence="unsure",
        queue="suspicious", evidence=[problem], folder=configuration.queues["suspicious"].folder,
    )  # fmt: skip
    register.write()
    raise_notice(
        connection,
        NoticeText(
            "quarantine",
            case.reference,
            f"Eine Nachricht konnte nicht gelesen werden und liegt ungelesen im Ordner "
            f"„{configuration.queues['suspicious'].folder}“ (Vorgangsnummer {case.reference}). "
            "Bitte ansehen und von Hand beantworten.",
            f"a message could not be read ({problem}) and lies in the queue suspicious as {case.reference}; look at it",
        ),
        now,
    )
    return Received(case.reference, "unreadable", "suspicious", "und", False)
