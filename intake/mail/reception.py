# SPDX-License-Identifier: GPL-3.0-or-later
"""Receiving: one ledger transaction that makes message, case, decision and acknowledgement durable together.

Until this transaction commits, a message stays where it is and will be found again; once it has committed, the
acknowledgement will be sent whatever crashes. The mail itself is composed inside the transaction, because its text
needs the case reference, and stored as the bytes that will be sent: a retry repeats it to the letter.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import keys, records
from intake.cases.case import Case, NoticeText, Place
from intake.cases.ledger import hold
from intake.cases.notices import raise_notice
from intake.cases.records import Question
from intake.cases.tables import cases, outbox
from intake.config import Configuration
from intake.mail import acknowledgement, notification
from intake.mail.acknowledgement import Facts, Original, Texts
from intake.mail.assessment import Assessment
from intake.mail.plan import Plan, plan
from intake.office import Calendar

_INSERT_OUTBOX = outbox.insert()
_ACKNOWLEDGED = cases.update().where(cases.c.id == sa.bindparam("case")).values(acknowledged_at=sa.bindparam("now"))


@dataclass(frozen=True, slots=True)
class Desk:
    """What receiving needs beside the message: the office's rules and texts, the ledger's secret, randomness."""

    configuration: Configuration
    texts: Texts
    calendar: Calendar
    secret: bytes
    random: Random

    @property
    def loop_token(self) -> str:
        """The value of X-Loop in everything that this installation sends."""
        return keys.keyed(self.secret, "loop")


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
    return [_receive(connection, desk, arrival, now) for arrival in arrivals]


def _receive(connection: Connection, desk: Desk, arrival: Arrival, now: dt.datetime) -> Received:
    place, assessment = arrival.place, arrival.assessment
    known = records.look_up(
        connection,
        desk.secret,
        Question(
            place.mailbox,
            assessment.sender,
            assessment.points_at,
            assessment.references,
            assessment.identities,
            assessment.text_key,
        ),
        now,
    )
    decided = plan(
        assessment, known, desk.configuration, desk.texts.usable(drafts=desk.configuration.service.drafts),
        mailbox=place.mailbox, now=now, internal_date=place.internal_date, backlog=place.backlog,
    )  # fmt: skip
    case = _case(connection, desk, arrival, decided, now)
    source = records.insert_message(
        connection, place, case=case, now=now,
        message_id=assessment.message_id, reply=decided.verdict.reply, reason=decided.verdict.reason,
        sender_key=keys.sender(desk.secret, assessment.sender) if assessment.sender else None,
        language=decided.language, confidence=decided.confidence, queue=decided.queue,
        evidence=list(decided.evidence), folder=decided.folder,
    )  # fmt: skip
    records.remember(connection, assessment.identities, case, now)
    if case is not None and assessment.message_id:
        records.remember_thread(connection, desk.secret, assessment.message_id, case.id, "person", now)
    if case is not None and assessment.text_key and assessment.verdict.standing == "person":
        records.remember_text(connection, assessment.text_key, case, now)
    if decided.send != "no" and case is not None:
        _enqueue(connection, desk, arrival, decided, case, source, now)
    if decided.opens_case and case is not None:
        _notify(connection, desk, arrival, decided, case, source, now)
    if decided.breaker:
        hold(connection, "breaker", place.mailbox, now, decided.notices[0].english)
    for notice in (*decided.notices, *_bounced(connection, desk, assessment, now)):
        raise_notice(connection, notice, now)
    return Received(
        case.reference if case else "-", decided.verdict.reason, decided.queue, decided.language,
        decided.send == "queued",
    )  # fmt: skip


def _case(connection: Connection, desk: Desk, arrival: Arrival, decided: Plan, now: dt.datetime) -> Case | None:
    assessment = arrival.assessment
    if decided.opens_case:
        return records.open_case(
            connection, desk.secret, desk.random,
            prefix=desk.configuration.service.reference_prefix, channel="email", mailbox=arrival.place.mailbox,
            queue=decided.queue, language=decided.language, sender=assessment.sender,
            subject=assessment.subject, now=now,
        )  # fmt: skip
    if decided.joins is not None:
        new_words = assessment.verdict.standing == "person" and decided.verdict.reason != "already-acknowledged"
        records.touch_case(connection, decided.joins, now, reopen=new_words)
    return decided.joins


def _enqueue(
    connection: Connection, desk: Desk, arrival: Arrival, decided: Plan, case: Case, source: int, now: dt.datetime
) -> None:
    assessment, configuration = arrival.assessment, desk.configuration
    target = decided.verdict.target
    if target is None:
        raise AssertionError("an eligible message has a target")
    mailbox = configuration.mailboxes[arrival.place.mailbox]
    mail_id = acknowledgement.message_id(
        desk.secret, arrival.place.mailbox, f"{case.reference} {assessment.identities[0]}",
        mailbox.address.rpartition("@")[2],
    )  # fmt: skip
    bounce = configuration.smtp.bounce_address if configuration.smtp else None
    raw = acknowledgement.compose(
        desk.texts,
        configuration,
        desk.calendar,
        facts=Facts(
            reference=case.reference, queue=decided.queue, variant=decided.variant,
            languages=decided.languages, unsure=decided.unsure, at=now,
            received=arrival.place.internal_date,
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
    _send(
        connection, desk, arrival, case, source, now, kind="acknowledgement", mail_id=mail_id, raw=raw,
        sender=_tagged(bounce, case.reference), recipient=target.address, state=decided.send,
        copy="waiting" if mailbox.file_copy else "none",
    )  # fmt: skip
    records.remember_thread(connection, desk.secret, mail_id, case.id, "acknowledgement", now)
    connection.execute(_ACKNOWLEDGED, {"case": case.id, "now": now})


def _notify(
    connection: Connection, desk: Desk, arrival: Arrival, decided: Plan, case: Case, source: int, now: dt.datetime
) -> None:
    """Tell the queue's own address, where it has one, that a case was opened."""
    recipient = desk.configuration.queues[decided.queue].notify
    if recipient is None:
        return
    mailbox = desk.configuration.mailboxes[arrival.place.mailbox]
    mail_id = acknowledgement.message_id(
        desk.secret, arrival.place.mailbox, f"notification {case.reference}", mailbox.address.rpartition("@")[2]
    )
    raw = notification.compose(
        office=desk.configuration.office.name, sender=mailbox.address, recipient=recipient,
        reference=case.reference, folder=decided.folder, language=decided.language,
        mailbox=arrival.place.mailbox, message_id=mail_id, loop_token=desk.loop_token, at=desk.calendar.local(now),
    )  # fmt: skip
    _send(
        connection, desk, arrival, case, source, now, kind="notification", mail_id=mail_id, raw=raw,
        sender="", recipient=recipient, state="queued", copy="none",
    )  # fmt: skip


def _send(
    connection: Connection,
    desk: Desk,
    arrival: Arrival,
    case: Case,
    source: int,
    now: dt.datetime,
    *,
    kind: str,
    mail_id: str,
    raw: bytes,
    sender: str,
    recipient: str,
    state: str,
    copy: str,
) -> None:
    """Put a finished mail into the outbox; the columns are told in ``tables.py``."""
    row = {
        "case_id": case.id, "source_id": source, "kind": kind, "mailbox": arrival.place.mailbox, "mail_id": mail_id,
        "envelope_sender": sender, "recipient": recipient, "recipient_key": keys.sender(desk.secret, recipient),
        "domain_key": keys.domain(desk.secret, recipient), "raw": raw, "state": state, "due_at": now,
        "created_at": now, "copy": copy,
    }  # fmt: skip
    connection.execute(_INSERT_OUTBOX, row)


def _tagged(bounce_address: str | None, reference: str) -> str:
    """The envelope sender: null (RFC 5230 5.1), or the bounce address with the case as a plus tag."""
    if bounce_address is None:
        return ""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{reference.lower()}@{domain}"


def _bounced(connection: Connection, desk: Desk, assessment: Assessment, now: dt.datetime) -> list[NoticeText]:
    """Block the address that a bounce of one of our own mails reports as not existing (5.1.x only).

    Only a bounce that carries the reference of a case of that very address counts: references cannot be guessed, so
    that nobody can silence the office towards somebody else.
    """
    if not assessment.delivery_failures:
        return []
    carried = [records.case_by_reference(connection, r) for r in assessment.references]
    blocked = []
    for failure in assessment.delivery_failures:
        key = keys.sender(desk.secret, failure.recipient)
        case = next((c for c in carried if c is not None and c.sender_key == key), None)
        if failure.status.startswith("5.1.") and case is not None:
            records.block(connection, key, failure.status, now, desk.configuration.limits.blocked_days)
            blocked.append(undeliverable(case.reference, failure.status))
    return blocked


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
    case = records.open_case(
        connection, desk.secret, desk.random, prefix=configuration.service.reference_prefix, channel="email",
        mailbox=place.mailbox, queue="suspicious", language="und", sender="", subject="", now=now,
    )  # fmt: skip
    records.insert_message(
        connection, place, case=case, now=now, message_id="", reply=False, reason="unreadable", language="und",
        confidence="unsure", queue="suspicious", evidence=[problem],
        folder=configuration.queues["suspicious"].folder,
    )  # fmt: skip
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
