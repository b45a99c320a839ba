# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept how long, and how a person is erased (GDPR, Articles 5 (1) e and 17).

========================================  =====================================================================
what                                      until
========================================  =====================================================================
texts of outgoing mail                    sent and copied, or failed for good (:mod:`intake.mail.outbox`)
keys of equal texts                       24 hours
address, subject, Message-ID, evidence,   ``person_days`` after the last event of the case, which is closed then;
keys of sender, domain and thread, a      of machine mail, which has no case: after it was recorded
caller's number
private copies of recordings              filed, and not longer than their caller is known
notices                                   ``person_days`` after they were last raised
blocks                                    they end (``limits.blocked_days``)
decisions and figures without a person,   ``figures_days``
audit trail
keys of messages seen                     ``seen_days``, longer than anything else: they alone keep a message from
                                          being acknowledged twice, and say nothing to who does not have the message
========================================  =====================================================================

To erase one person is to do at once, for all that belongs to the keyed hash of one address, what retention would do
after ``person_days``; a recording of theirs that is not in its folder yet never gets there, it stays where it came
from. Three things stay because without them the service would misbehave towards that person, and
each is a hash: the keys of messages seen (nothing is acknowledged again), the keys of threads (an answer joins its
case) and, for 24 hours, the key of a recipient (the cap on acknowledgements holds). Mail in folders is the office's
official file and is never touched.

It runs once a night by the ledger's own clock, and at each start, unless there is doubt about the clock
(:mod:`intake.cases.clock`): a machine that believes itself ten years ahead deletes nothing. It runs in small
transactions, so that the mailboxes never wait for it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import backup, clock, forgotten
from intake.cases import recordings as spoken
from intake.cases.forgotten import Forgotten
from intake.cases.ledger import Ledger, get_meta, note, put_meta
from intake.cases.register import SAME_TEXT
from intake.cases.tables import (
    attempts,
    audit,
    blocks,
    cases,
    corrections,
    mailboxes,
    mails,
    messages,
    notices,
    outbox,
    recordings,
    seen,
    texts,
    threads,
)
from intake.cases.whereabouts import NO_FOLDER
from intake.config import Retention

BATCH = 200
"""Rows changed in one transaction."""
CAP_WINDOW = dt.timedelta(hours=24)
"""How long the caps look back (rule 17): a recipient's key is not taken away from them."""

NIGHT = dt.time(1, 40)
"""When it runs, in UTC: the small hours wherever this service may run."""
_RAN = "retained_at"

UNSENT = ("held", "queued")


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Instants before which things end."""

    now: dt.datetime
    person: dt.datetime
    figures: dt.datetime
    seen: dt.datetime
    texts: dt.datetime

    @classmethod
    def of(cls, terms: Retention, now: dt.datetime) -> "Cutoffs":
        """The cutoffs that the configured days mean at ``now`` (aware)."""
        return cls(
            now=now,
            person=now - dt.timedelta(days=terms.person_days),
            figures=now - dt.timedelta(days=terms.figures_days),
            seen=now - dt.timedelta(days=terms.seen_days),
            texts=now - SAME_TEXT,
        )


# -- what makes a row lead nowhere

_NOBODY = {"sender": None, "sender_key": None, "subject": None}
_SAYS_NOTHING: dict[str, Any] = {"message_id": "", "evidence": [], "sender_key": None}
_TO_NOBODY: dict[str, Any] = {
    "recipient": None,
    "problem": None,
    # What was not sent yet cannot be sent any more, and what was not copied yet cannot be copied.
    "state": sa.case((outbox.c.state.in_(UNSENT), "dropped"), else_=outbox.c.state),
    "copy": sa.case((outbox.c.copy == "done", "done"), else_="none"),
}
_UNKEYED = {"recipient_key": "", "domain_key": ""}


_OF_A_SENDER = (
    (messages.c.message_id != "") | (sa.cast(messages.c.evidence, sa.Text) != "[]")
    | messages.c.sender_key.is_not(None)
)  # fmt: skip


_TO_SOMEBODY = (
    outbox.c.recipient.is_not(None) | outbox.c.problem.is_not(None)
    | sa.exists().where(mails.c.outbox_id == outbox.c.id)
    | (outbox.c.recipient_key != "") | (outbox.c.domain_key != "")
)  # fmt: skip
_OF_SOMEBODY = (
    (cases.c.state != "closed") | cases.c.sender.is_not(None) | cases.c.sender_key.is_not(None)
    | cases.c.subject.is_not(None) | sa.exists().where(threads.c.case_id == cases.c.id)
)  # fmt: skip


# -- retention

Step = Callable[[Connection, Cutoffs, int], tuple[int, int]]
"""One transaction of a kind, from behind the row with this id: how many rows it changed, and the last id."""


def _close_cases(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    ids = _ids(connection, cases, _OF_SOMEBODY & (cases.c.updated_at < cutoffs.person), after)
    connection.execute(threads.delete().where(threads.c.case_id.in_(ids)))
    connection.execute(cases.update().where(cases.c.id.in_(ids)).values(state="closed", **_NOBODY))
    connection.execute(
        cases.update().where(cases.c.id.in_(ids), cases.c.closed_at.is_(None)).values(closed_at=cutoffs.now)
    )
    return len(ids), max(ids, default=after)


def _empty_messages(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    over = messages.c.case_id.is_(None) | sa.exists().where(
        cases.c.id == messages.c.case_id, cases.c.updated_at < cutoffs.person
    )
    due = _OF_A_SENDER & (messages.c.recorded_at < cutoffs.person) & over
    ids = _ids(connection, messages, due, after)
    spoken.erase(connection, ids)
    connection.execute(messages.update().where(messages.c.id.in_(ids)).values(**_SAYS_NOTHING))
    return len(ids), max(ids, default=after)


def _empty_outbox(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    over = sa.exists().where(cases.c.id == outbox.c.case_id, cases.c.updated_at < cutoffs.person)
    ids = _ids(connection, outbox, _TO_SOMEBODY & (outbox.c.created_at < cutoffs.person) & over, after)
    connection.execute(outbox.update().where(outbox.c.id.in_(ids)).values(**_TO_NOBODY, **_UNKEYED))
    connection.execute(mails.delete().where(mails.c.outbox_id.in_(ids)))
    return len(ids), max(ids, default=after)


def _delete_cases(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    ids = _ids(connection, cases, cases.c.updated_at < cutoffs.figures, after)
    sources = sa.select(messages.c.id).where(messages.c.case_id.in_(ids))
    sent = outbox.c.case_id.in_(ids) | outbox.c.source_id.in_(sources)
    connection.execute(mails.delete().where(mails.c.outbox_id.in_(sa.select(outbox.c.id).where(sent))))
    connection.execute(outbox.delete().where(sent))
    for table in (corrections, recordings):
        connection.execute(table.delete().where(table.c.message_id.in_(sources)))
    for table in (threads, texts, messages):
        connection.execute(table.delete().where(table.c.case_id.in_(ids)))
    connection.execute(cases.delete().where(cases.c.id.in_(ids)))
    return len(ids), max(ids, default=after)


def _delete_machine_mail(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    due = messages.c.case_id.is_(None) & (messages.c.recorded_at < cutoffs.figures)
    ids = _ids(connection, messages, due, after)
    connection.execute(corrections.delete().where(corrections.c.message_id.in_(ids)))
    connection.execute(messages.delete().where(messages.c.id.in_(ids)))
    return len(ids), max(ids, default=after)


def _delete_notices(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    ids = _ids(connection, notices, sa.func.coalesce(notices.c.closed_at, notices.c.last_at) < cutoffs.person, after)
    connection.execute(notices.delete().where(notices.c.id.in_(ids)))
    return len(ids), max(ids, default=after)


def _delete_audit(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    ids = _ids(connection, audit, audit.c.at < cutoffs.figures, after)
    connection.execute(audit.delete().where(audit.c.id.in_(ids)))
    return len(ids), max(ids, default=after)


def _delete_keys(table: sa.Table, due: Callable[[Cutoffs], sa.ColumnElement[bool]]) -> Step:
    def step(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
        some = sa.select(table.c.key).where(due(cutoffs)).limit(BATCH)
        return connection.execute(table.delete().where(table.c.key.in_(some))).rowcount, after

    return step


def _delete_attempts(connection: Connection, cutoffs: Cutoffs, after: int) -> tuple[int, int]:
    """Failures to read a message count only until it is recorded, or its UID means nothing any more."""
    place = (messages.c.mailbox, messages.c.uidvalidity, messages.c.uid)
    mine = (attempts.c.mailbox, attempts.c.uidvalidity, attempts.c.uid)
    recorded = sa.exists().where(*(a == b for a, b in zip(place, mine, strict=True)))
    anew = sa.exists().where(mailboxes.c.name == attempts.c.mailbox, mailboxes.c.uidvalidity != attempts.c.uidvalidity)
    connection.execute(attempts.delete().where(recorded | anew))
    return 0, after


def _ids(connection: Connection, table: sa.Table, due: sa.ColumnElement[bool], after: int) -> Sequence[int]:
    """The next rows that are due, by id: each step goes through its table once, however much is left in it."""
    query = sa.select(table.c.id).where(table.c.id > after, due).order_by(table.c.id).limit(BATCH)
    return connection.execute(query).scalars().all()


STEPS: tuple[tuple[str, Step], ...] = (
    ("cases closed", _close_cases),
    ("messages emptied", _empty_messages),
    ("outgoing mails emptied", _empty_outbox),
    ("cases deleted", _delete_cases),
    ("machine mails deleted", _delete_machine_mail),
    ("notices deleted", _delete_notices),
    ("audit lines deleted", _delete_audit),
    ("text keys deleted", _delete_keys(texts, lambda cutoffs: texts.c.at < cutoffs.texts)),
    ("blocks deleted", _delete_keys(blocks, lambda cutoffs: blocks.c.until < cutoffs.now)),
    ("seen keys deleted", _delete_keys(seen, lambda cutoffs: seen.c.at < cutoffs.seen)),
    ("attempts deleted", _delete_attempts),
)


async def run(ledger: Ledger, terms: Retention, now: dt.datetime) -> Counter[str]:
    """Erase and delete all that is due at ``now`` (aware); returns how many rows of each kind."""
    cutoffs = Cutoffs.of(terms, now)
    done: Counter[str] = Counter()
    for name, step in STEPS:
        count, after = BATCH, 0
        while count == BATCH:
            count, after = await ledger.write(step, cutoffs, after)
            done[name] += count
    done = +done
    if done:
        await ledger.write(note, now, "retention", ", ".join(f"{count} {name}" for name, count in done.items()))
    await ledger.scrub()
    return done


def is_due(connection: Connection, now: dt.datetime, *, at_start: bool) -> bool:
    """Whether the clock may be believed, and it has not run since last night; notes the daemon's pulse."""
    if not clock.look(connection, now):
        return False
    if at_start:
        return True
    night = dt.datetime.combine(now.astimezone(dt.UTC), NIGHT, dt.UTC)
    if night > now:
        night -= dt.timedelta(days=1)
    ran = get_meta(connection, _RAN)
    return ran is None or not night <= dt.datetime.fromisoformat(ran) <= now


async def daily(ledger: Ledger, data: Path, terms: Retention, now: dt.datetime) -> Counter[str]:
    """All that is due once a day: people forgotten before, everything's own end, backups past theirs.

    Raises :class:`~intake.errors.LedgerError` if something is past its end and could not be deleted.
    """
    forgotten.merge(data, (), oldest=now - dt.timedelta(days=terms.person_days + terms.backups_days + 1), now=now)
    await erase(ledger, forgotten.read(data), now)
    done = await run(ledger, terms, now)
    backup.prune([data / backup.FOLDER], terms.backups_days, now)
    await ledger.write(put_meta, _RAN, now.isoformat())
    return done


# -- one person


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where mail of an erased person lies: the official file. ``reference`` is ``-`` for machine mail."""

    reference: str
    mailbox: str
    folder: str


@dataclass(slots=True)
class Erasure:
    """What was erased. ``dropped``: acknowledgements that had not been sent yet and never will be."""

    cases: int = 0
    messages: int = 0
    mails: int = 0
    dropped: int = 0
    blocks: int = 0
    recordings: int = 0
    """Of them those that had not been filed yet and never will be."""
    files: set[str] = field(default_factory=set)
    """Their private copies, which the caller deletes."""
    places: set[Place] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """All that was changed."""
        return self.cases + self.messages + self.mails + self.blocks


async def erase(ledger: Ledger, people: Iterable[Forgotten], now: dt.datetime) -> Erasure:
    """Erase what the ledger knows of people from before they were forgotten. To do it again changes nothing."""
    total = Erasure()
    for entry in people:
        person = replace(entry, at=min(entry.at, now))  # a clock that was ahead forgot nobody for the time to come
        more = True
        while more:
            more = await ledger.write(_erase_some, person, now, total)
    if total.rows:
        await ledger.write(note, now, "forget", f"{total.cases} cases, {total.mails} outgoing mails")
    return total


def _erase_some(connection: Connection, person: Forgotten, now: dt.datetime, total: Erasure) -> bool:
    """One transaction of it; true if there may be more."""
    own = connection.execute(
        sa.select(cases.c.id)
        .where(cases.c.sender_key == person.key, cases.c.opened_at <= person.at)
        .order_by(cases.c.id).limit(BATCH)
    ).scalars().all()  # fmt: skip
    wrote = connection.execute(
        sa.select(messages.c.id)
        .where(messages.c.sender_key == person.key, messages.c.recorded_at <= person.at)
        .order_by(messages.c.id).limit(BATCH)
    ).scalars().all()  # fmt: skip
    # By recipient, not by case: it may have gone out in somebody else's case, and the notification of a case goes to
    # the office and names nobody. The key stays as long as the cap needs it.
    sent = connection.execute(
        sa.select(outbox.c.id, outbox.c.state)
        .where(
            (outbox.c.recipient_key == person.key) & (outbox.c.created_at <= person.at)
            & (outbox.c.recipient.is_not(None) | (outbox.c.created_at < now - CAP_WINDOW))
        )
        .order_by(outbox.c.id).limit(BATCH)
    ).all()  # fmt: skip
    unfiled = spoken.erase(connection, wrote)
    total.places |= _places(connection, wrote)
    total.files |= unfiled
    total.recordings += len(unfiled)
    total.messages += connection.execute(
        messages.update().where(messages.c.id.in_(wrote)).values(**_SAYS_NOTHING)
    ).rowcount
    to_them = outbox.c.id.in_([row.id for row in sent])
    total.dropped += sum(row.state in UNSENT for row in sent)
    total.mails += connection.execute(outbox.update().where(to_them).values(**_TO_NOBODY)).rowcount
    connection.execute(mails.delete().where(mails.c.outbox_id.in_([row.id for row in sent])))
    old = outbox.c.created_at < now - CAP_WINDOW
    connection.execute(outbox.update().where(to_them & old).values(**_UNKEYED))
    total.cases += connection.execute(cases.update().where(cases.c.id.in_(own)).values(**_NOBODY)).rowcount
    total.blocks += connection.execute(
        blocks.delete().where(blocks.c.key == person.key, blocks.c.at <= person.at)
    ).rowcount
    return BATCH in (len(own), len(wrote), len(sent))


def _places(connection: Connection, wrote: Sequence[int]) -> set[Place]:
    query = (
        sa.select(cases.c.reference, messages.c.mailbox, messages.c.folder)
        .select_from(messages)
        .outerjoin(cases, messages.c.case_id == cases.c.id)
        .where(messages.c.id.in_(wrote), (messages.c.uidvalidity != NO_FOLDER) | (messages.c.filing == "filed"))
    )
    return {Place(row.reference or "-", row.mailbox, row.folder) for row in connection.execute(query)}
