# SPDX-License-Identifier: GPL-3.0-or-later
"""Message + facts → plan: everything that will be done about one message, computed without any I/O.

Which case. The same message as before belongs to its case. A message that points (In-Reply-To, References) at one
the ledger knows joins that case; so does one that carries a case's reference and comes from that case's sender.
A reference used by another sender joins nothing: a new case is opened in the same queue, and staff are told.
The same text again within 24 hours joins the first case. Otherwise a person's message opens a case; a machine's
message is filed and recorded, and is no case unless it points at one.

Which queue. Machines' mail lies in ``system``, what is forged, flagged or unreadable in ``suspicious``; what
joins a case lies in the case's queue; everything else goes where triage says.

Which languages. The person's, then German. Where triage is unsure: the sender's earlier language if there is one,
else the configured languages for that case and the best guess. A language without a (permitted) text falls back
to the languages for the unsure case, so that nobody is answered in a third language.

The breaker. Acknowledgements of a mailbox pause when the last hour saw more than ``breaker_factor`` times the
usual hour, but at least ``breaker_per_hour``. What would have been sent is kept back until a person decides.
"""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from intake.cases.case import Case, Known, NoticeText
from intake.config import Configuration
from intake.languages import UNDETERMINED
from intake.mail.assessment import Assessment
from intake.mail.eligibility import State, Verdict, with_state

_ADDRESS = re.compile(r"[^\s<>()]+@[^\s<>()]+")
"""Evidence is kept longer than addresses may be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done about one message."""

    verdict: Verdict
    joins: Case | None
    opens_case: bool
    queue: str
    folder: str
    language: str
    confidence: str
    languages: tuple[str, ...]
    """Of the acknowledgement's body, in order."""
    unsure: bool
    variant: Literal["new", "follow-up"]
    send: Literal["no", "queued", "held"]
    evidence: tuple[str, ...]
    breaker: bool
    """This message opens the breaker."""
    notices: tuple[NoticeText, ...]


def plan(
    assessment: Assessment,
    known: Known,
    configuration: Configuration,
    texts: Collection[str],
    *,
    mailbox: str,
    now: dt.datetime,
    internal_date: dt.datetime | None,
    backlog: bool = False,
) -> Plan:
    """Decide. ``texts``: the languages whose texts may be used; ``now``: aware."""
    person = assessment.verdict.standing == "person"
    joins = known.seen_case or known.threaded or known.referenced
    if joins is None and person:
        joins = known.same_text
    state = _state(assessment, known, configuration, mailbox, now, internal_date, backlog)
    verdict = with_state(assessment.verdict, state, configuration.limits)
    breaker = verdict.reply and known.hold is None and known.mailbox_count_1h >= _breaker_at(known, configuration)
    send: Literal["no", "queued", "held"] = "queued" if verdict.reply else "no"
    if verdict.reply and (breaker or known.hold):
        send = "held"
        reason = "held-after-restore" if known.hold == "restored" else "breaker-open"
        verdict = replace(verdict, reply=False, reason=reason)
    queue = _queue(assessment, known, joins)
    code, confidence, unsure, languages = _languages(assessment, known, joins, configuration, texts)
    return Plan(
        verdict=verdict,
        joins=joins,
        opens_case=joins is None and assessment.verdict.standing != "machine" and not known.seen,
        queue=queue,
        folder=configuration.queues[queue].folder,
        language=code,
        confidence=confidence,
        languages=languages,
        unsure=unsure,
        variant="follow-up" if joins is not None else "new",
        send=send,
        evidence=tuple(
            _ADDRESS.sub("(address)", text) if "@" in text else text
            for text in (
                *assessment.verdict.evidence,
                *assessment.language.evidence,
                *_why_queue(assessment, known, joins),
            )
        ),
        breaker=breaker,
        notices=_notices(known, joins, breaker, mailbox, person),
    )


def _state(
    assessment: Assessment,
    known: Known,
    configuration: Configuration,
    mailbox: str,
    now: dt.datetime,
    internal_date: dt.datetime | None,
    backlog: bool,
) -> State:
    of_mailbox = configuration.mailboxes.get(mailbox)
    in_case = known.threaded or known.referenced
    since = None
    if in_case is not None:
        since = (now - (in_case.acknowledged_at or in_case.opened_at)).total_seconds() / 86_400
    clerk = any(_domain_of(m) in configuration.trust.clerk_domains for m in assessment.points_at)
    domain = assessment.sender.rpartition("@")[2].lower()
    exempt = domain in {d.lower() for d in configuration.limits.exempt_domains}
    return State(
        acknowledging=configuration.service.acknowledge and (of_mailbox is None or of_mailbox.acknowledge),
        already_acknowledged=known.seen,
        same_text=known.same_text is not None and in_case is None,
        in_case=in_case is not None,
        days_since_acknowledged=since,
        reply_to_staff=known.answers_clerk or (clerk and in_case is None),
        sender_count_24h=known.sender_count_24h,
        domain_count_1h=0 if exempt else known.domain_count_1h,
        target_blocked=known.blocked,
        before_first_start=backlog,
        age_hours=(now - internal_date).total_seconds() / 3600 if internal_date else 0.0,
    )


def _domain_of(message_id: str) -> str:
    return message_id.strip("<> ").rpartition("@")[2].lower()


def _breaker_at(known: Known, configuration: Configuration) -> float:
    limits = configuration.limits
    return max(limits.breaker_per_hour, limits.breaker_factor * known.usual_hour)


def _queue(assessment: Assessment, known: Known, joins: Case | None) -> str:
    if assessment.verdict.standing == "machine":
        return "system"
    if assessment.verdict.standing == "suspicious":
        return "suspicious"
    if joins is not None:
        return joins.queue
    if known.foreign is not None:
        return known.foreign.queue
    return assessment.routing.queue


def _why_queue(assessment: Assessment, known: Known, joins: Case | None) -> tuple[str, ...]:
    """Why the queue: what a machine's or a suspicious message is about does not decide, and a known case does."""
    if assessment.verdict.standing != "person":
        return ()
    case, what = (joins, "belongs to") if joins is not None else (known.foreign, "names")
    if case is not None:
        return (f"{what} a known case → {case.queue}",)
    opinion = assessment.routing.opinion
    by_whom = (opinion.english(), opinion.german()) if opinion is not None else ()
    return (*by_whom, *(evidence.english() for evidence in assessment.routing.evidence))


def _languages(
    assessment: Assessment, known: Known, joins: Case | None, configuration: Configuration, texts: Collection[str]
) -> tuple[str, str, bool, tuple[str, ...]]:
    """(best guess, confidence, whether the body is for the unsure case, languages of the body)."""
    guess = assessment.language
    code, confidence = guess.code, guess.confidence
    before = joins.language if joins else known.language_before
    if confidence == "unsure" and before and before != UNDETERMINED:
        code, confidence = before, "likely"
    wanted = "sr-Cyrl" if code == "sr" and guess.script == "Cyrl" else code

    unsure = confidence == "unsure" or wanted not in texts
    order = [*configuration.service.unsure_languages, wanted, "de"] if unsure else [wanted, "de"]
    languages = tuple(dict.fromkeys(c for c in order if c in texts))
    return code, confidence, unsure, languages or ("de",)


def _notices(known: Known, joins: Case | None, breaker: bool, mailbox: str, person: bool) -> tuple[NoticeText, ...]:
    found = []
    if breaker:
        found.append(
            NoticeText(
                "breaker",
                mailbox,
                f"Im Postfach „{mailbox}“ gingen ungewöhnlich viele Bestätigungen hinaus. "
                "Weitere werden zurückgehalten, "
                "bis jemand nachgesehen hat (intake status) und sie freigibt oder verwirft (intake resume).",
                f"mailbox {mailbox} sent unusually many acknowledgements; further ones are held. "
                "Look at intake status, then: intake resume, or intake resume --discard",
            )
        )
    # Of a case whose person was erased nobody can say whose it was.
    if known.foreign is not None and known.foreign.sender_key is not None and joins is None and person:
        found.append(
            NoticeText(
                "foreign-reference",
                known.foreign.reference,
                f"Eine Nachricht nennt die Vorgangsnummer {known.foreign.reference}, kommt aber von einer "
                "anderen Adresse. "
                "Sie liegt im selben Ordner, mit eigener Vorgangsnummer; bitte prüfen, ob sie dazugehört.",
                f"a message from another address carries the reference {known.foreign.reference}; it lies in the same "
                "folder under a reference of its own: check whether it belongs to that case",
            )
        )
    return tuple(found)
