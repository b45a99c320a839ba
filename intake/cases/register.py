# SPDX-License-Identifier: GPL-3.0-or-later
"""The register: a batch of messages against the ledger, in one transaction.

What is known about all of them is read first, in a few queries; then each is decided in turn, in memory, with the
knowledge of those before it; then everything is written, in a few statements. One message at a time took about 25
statements each, and their building cost more than SQLite's work on them: of all that the ledger's thread does for a
message, 4.8 ms of processor time became 2.0 (``benchmarks/drain.py``). Nothing is written before
:meth:`Register.write`, and nobody else writes meanwhile: the transaction that holds the connection is the only writer.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import keys, reference
from intake.cases.case import Case, Known, Place
from intake.cases.ledger import RESUMED, get_meta, held, hold, put_meta
from intake.cases.records import MAX_THREAD_IDS, as_case, insert_new, insertion
from intake.cases.rows import Many
from intake.cases.tables import AnyRow, blocks, cases, mails, messages, outbox, seen, texts, threads

SAME_TEXT = dt.timedelta(hours=24)
USUAL_HOUR_DAYS = 28
_ASKED_AT_ONCE = 1_000
"""Values in one IN list."""


@dataclass(frozen=True, slots=True)
class Question:
    """By what a message is looked up; in clear only what is hashed at once."""

    mailbox: str
    sender: str
    message_ids: tuple[str, ...]
    """References and In-Reply-To, nearest last."""
    references: tuple[str, ...]
    """Case references found in subject and body."""
    identities: tuple[str, ...]
    text_key: str | None


@dataclass(frozen=True, slots=True)
class _Keys:
    """A question's hashes."""

    sender: str
    domain: str
    threads: tuple[str, ...]


# Statements are built once: for SQLAlchemy, building one costs more than SQLite needs to run it.
_WANTED: sa.BindParameter[Any] = sa.bindparam("wanted", expanding=True)
_SEEN = sa.select(seen.c.key, seen.c.reference).where(seen.c.key.in_(_WANTED))
_TEXTS = sa.select(texts.c.key, texts.c.case_id).where(texts.c.key.in_(_WANTED), texts.c.at > sa.bindparam("since"))
_THREADS = sa.select(threads.c.key, threads.c.kind, threads.c.case_id).where(threads.c.key.in_(_WANTED))
_BY_REFERENCE = sa.select(cases).where(cases.c.reference.in_(_WANTED))
_BY_ID = sa.select(cases).where(cases.c.id.in_(_WANTED))
_BLOCKED = sa.select(blocks.c.key).where(blocks.c.key.in_(_WANTED), blocks.c.until > sa.bindparam("now"))
_LATEST = sa.select(cases.c.sender_key, cases.c.language).where(
    cases.c.id.in_(
        sa.select(sa.func.max(cases.c.id)).where(cases.c.sender_key.in_(_WANTED)).group_by(cases.c.sender_key)
    )
)


def _sent(by: sa.Column[str]) -> sa.Executable:
    return (
        sa.select(by, sa.func.count())
        .where(by.in_(_WANTED), outbox.c.kind == "acknowledgement", outbox.c.created_at > sa.bindparam("since"))
        .group_by(by)
    )


_SENT_TO_SENDER, _SENT_TO_DOMAIN = _sent(outbox.c.recipient_key), _sent(outbox.c.domain_key)
_SENT_BY_MAILBOX = _sent(outbox.c.mailbox)


def _insert_text(dialect: str) -> sa.Insert:
    insert = insertion(dialect, texts)
    statement: sa.Insert = insert.on_conflict_do_update(
        index_elements=[texts.c.key], set_={"case_id": insert.excluded.case_id, "at": insert.excluded.at}
    )
    return statement


_NEW_ROWS = {
    **{table.name: Many.insertion(table) for table in (cases, messages)},
    **{table.name: Many.insertion(table, partial(insert_new, table=table)) for table in (seen, threads)},
    texts.name: Many.insertion(texts, _insert_text),
    **{table.name: Many.insertion(table) for table in (outbox, mails)},
}
"""How new rows are written; what is referred to comes first."""


class Register:
    """See the module. ``questions``: of every message that will be decided; ``now``: aware."""

    def __init__(
        self, connection: Connection, secret: bytes, random: Random, questions: Sequence[Question], now: dt.datetime
    ) -> None:
        self._connection = connection
        self._secret = secret
        self._random = random
        self._now = now
        self._cases: dict[int, Case] = {}
        self._by_reference: dict[str, int] = {}
        self._senders: dict[str, str] = {}
        self._questions = questions
        self._keys = {question: self._keys_of(question) for question in questions}
        self._references: Iterator[str] | None = None
        self._new: dict[str, list[dict[str, Any]]] = {name: [] for name in _NEW_ROWS}
        self._new_cases: dict[int, dict[str, Any]] = {}
        self._changes: dict[int, dict[str, Any]] = {}
        self._next: dict[str, Iterator[int]] = {}
        self._read()

    # -- reading

    def _keys_of(self, question: Question) -> _Keys:
        return _Keys(
            self.sender_key(question.sender) or "",
            keys.domain(self._secret, question.sender),
            tuple(keys.thread(self._secret, m) for m in question.message_ids[-MAX_THREAD_IDS:] if m),
        )

    def _read(self) -> None:
        hashed = self._keys.values()
        hour, day = self._now - dt.timedelta(hours=1), self._now - dt.timedelta(hours=24)
        senders = {k.sender for k in hashed if k.sender}
        mailboxes = {q.mailbox for q in self._questions}
        self._seen: dict[str, str | None] = dict(self._pairs(_SEEN, {k for q in self._questions for k in q.identities}))
        self._texts: dict[str, int] = dict(
            self._pairs(_TEXTS, {q.text_key for q in self._questions if q.text_key}, since=self._now - SAME_TEXT)
        )
        self._threads: dict[str, tuple[int, str]] = {
            row.key: (row.case_id, row.kind) for row in self._rows(_THREADS, {k for q in hashed for k in q.threads})
        }
        self._sender_counts: dict[str, int] = dict(self._pairs(_SENT_TO_SENDER, senders, since=day))
        self._domain_counts: dict[str, int] = dict(self._pairs(_SENT_TO_DOMAIN, {k.domain for k in hashed}, since=hour))
        storm = _storm_since(self._connection, self._now)
        self._mailbox_counts: dict[str, int] = dict(self._pairs(_SENT_BY_MAILBOX, mailboxes, since=storm))
        self._blocked = {row.key for row in self._rows(_BLOCKED, senders, now=self._now)}
        self._languages: dict[str, str] = dict(self._pairs(_LATEST, senders))
        self._usual: dict[str, float] = {}
        self._holds = {name: held(self._connection, name) for name in sorted(mailboxes)}
        self._load(_BY_ID, {*self._texts.values(), *(case for case, _kind in self._threads.values())})
        named = {r for q in self._questions for r in q.references} | {r for r in self._seen.values() if r}
        self._load(_BY_REFERENCE, named - self._by_reference.keys())

    def _rows(self, query: sa.Executable, wanted: Iterable[Any], **parameters: Any) -> Iterator[AnyRow]:
        values = sorted(wanted)
        for start in range(0, len(values), _ASKED_AT_ONCE):
            part = values[start : start + _ASKED_AT_ONCE]
            yield from self._connection.execute(query, {"wanted": part, **parameters})

    def _pairs(self, query: sa.Executable, wanted: Iterable[Any], **parameters: Any) -> Iterator[tuple[Any, Any]]:
        return ((row[0], row[1]) for row in self._rows(query, wanted, **parameters))

    def _load(self, query: sa.Executable, wanted: Iterable[Any]) -> None:
        for row in self._rows(query, wanted):
            self._keep(as_case(row))

    def _keep(self, case: Case) -> None:
        self._cases[case.id] = case
        self._by_reference[case.reference] = case.id

    def case(self, wanted: str) -> Case | None:
        """The case with this reference, if a question named it or it was opened here."""
        number = self._by_reference.get(wanted)
        return None if number is None else self._cases[number]

    def sender_key(self, address: str) -> str | None:
        """The key of an address (:func:`intake.cases.keys.sender`), worked out once; ``None`` where there is none."""
        if address not in self._senders:
            self._senders[address] = keys.sender(self._secret, address) if address else ""
        return self._senders[address] or None

    def known(self, question: Question) -> Known:
        """Everything known by now that could change what is done about a message."""
        hashed = self._keys[question]
        before = next((key for key in question.identities if key in self._seen), None)
        seen_as = self._seen[before] if before is not None else None
        text = self._texts.get(question.text_key or "")
        named = [case for case in map(self.case, question.references) if case is not None]
        thread = next((self._threads[key] for key in reversed(hashed.threads) if key in self._threads), None)
        return Known(
            seen=before is not None,
            seen_case=self.case(seen_as) if seen_as else None,
            same_text=None if text is None else self._cases[text],
            threaded=None if thread is None else self._cases[thread[0]],
            answers_clerk=thread is not None and thread[1] == "clerk",
            referenced=next((case for case in named if case.sender_key == hashed.sender), None),
            foreign=next((case for case in named if case.sender_key != hashed.sender), None),
            sender_count_24h=self._sender_counts.get(hashed.sender, 0),
            domain_count_1h=self._domain_counts.get(hashed.domain, 0),
            mailbox_count_1h=self._mailbox_counts.get(question.mailbox, 0),
            usual_hour=self._usual_hour(question.mailbox),
            hold=self._holds[question.mailbox],
            blocked=hashed.sender in self._blocked,
            language_before=self._languages.get(hashed.sender),
        )

    def _usual_hour(self, mailbox: str) -> float:
        if mailbox not in self._usual:
            self._usual[mailbox] = _usual_hour(self._connection, mailbox, self._now)
        return self._usual[mailbox]

    # -- deciding: nothing of this touches the database

    def open_case(
        self, *, prefix: str, channel: str, mailbox: str, queue: str, language: str, sender: str, subject: str
    ) -> Case:
        """A new case with a reference that no other case has."""
        self._references = self._references or self._unused(prefix)
        new = next(self._references)
        sender_key = self.sender_key(sender)
        number = self._number(cases)
        row = {
            "id": number, "reference": new, "channel": channel, "mailbox": mailbox, "queue": queue,
            "language": language, "state": "open", "sender": sender or None, "sender_key": sender_key,
            "subject": subject or None, "opened_at": self._now, "updated_at": self._now, "acknowledged_at": None,
            "waiting_since": self._now, "answered_at": None, "closed_at": None,
        }  # fmt: skip
        self._new_cases[number] = row
        self._new["cases"].append(row)
        case = Case(number, new, mailbox, queue, language, "open", sender_key, self._now, None)
        self._keep(case)
        if sender_key:
            self._languages[sender_key] = language
        return case

    def touch(self, case: Case, *, reopen: bool) -> None:
        """Something happened in a case; with ``reopen`` a person wrote again, so that it waits for an answer."""
        change: dict[str, Any] = {"updated_at": self._now}
        if reopen:
            change |= {"state": "open", "answered_at": None, "closed_at": None}
            current = self._cases.get(case.id, case)
            if current.state != "open":
                # Whoever writes again before an answer came has been waiting since the first time.
                change["waiting_since"] = self._now
            self._keep(replace(current, state="open"))
        self._change(case, change)

    def message(self, place: Place, *, case: Case | None, **columns: Any) -> int:
        """Record a message at its place; the caller names the decision's columns. Returns the row's id."""
        number = self._number(messages)
        self._new["messages"].append({
            "id": number, "case_id": case.id if case else None, "mailbox": place.mailbox,
            "uidvalidity": place.uidvalidity, "uid": place.uid, "internal_date": place.internal_date,
            "size": place.size, "recorded_at": self._now, "filing": "pending", "sender_key": None, **columns,
        })  # fmt: skip
        return number

    def remember(self, identities: Iterable[str], case: Case | None) -> None:
        """Remember that a message was recorded."""
        reference_of = case.reference if case else None
        for key in identities:
            if key not in self._seen:
                self._seen[key] = reference_of
                self._new["seen"].append({"key": key, "reference": reference_of, "at": self._now})

    def remember_text(self, key: str, case: Case) -> None:
        """Remember what was said, for the 24 hours in which saying it again joins the first case."""
        self._texts[key] = case.id
        self._new["texts"].append({"key": key, "case_id": case.id, "at": self._now})

    def remember_thread(self, message_id: str, case: Case, kind: str) -> None:
        """Remember that a Message-ID belongs to a case; the first case that used it keeps it."""
        key = keys.thread(self._secret, message_id)
        if key not in self._threads:
            self._threads[key] = (case.id, kind)
            self._new["threads"].append({"key": key, "kind": kind, "case_id": case.id, "at": self._now})

    def enqueue(
        self, case: Case, source: int, *, kind: str, mailbox: str, recipient: str, raw: bytes, **columns: Any
    ) -> None:
        """Put a finished mail into the outbox; the columns are told in ``tables.py``."""
        number = self._number(outbox)
        sender_key, domain_key = self.sender_key(recipient) or "", keys.domain(self._secret, recipient)
        self._new["outbox"].append({
            "id": number, "case_id": case.id, "source_id": source, "kind": kind, "mailbox": mailbox,
            "recipient": recipient, "recipient_key": sender_key, "domain_key": domain_key,
            "due_at": self._now, "created_at": self._now, **columns,
        })  # fmt: skip
        self._new["mails"].append({"outbox_id": number, "raw": raw})
        if kind == "acknowledgement":
            self._sender_counts[sender_key] = self._sender_counts.get(sender_key, 0) + 1
            self._domain_counts[domain_key] = self._domain_counts.get(domain_key, 0) + 1
            self._mailbox_counts[mailbox] = self._mailbox_counts.get(mailbox, 0) + 1
            self._change(case, {"acknowledged_at": self._now})
            self._keep(replace(self._cases.get(case.id, case), acknowledged_at=self._now))

    def hold(self, mailbox: str, sentence: str) -> None:
        """Acknowledging is held for a mailbox from now on: its breaker opened."""
        hold(self._connection, "breaker", mailbox, self._now, sentence)
        self._holds[mailbox] = held(self._connection, mailbox)

    def block(self, key: str) -> None:
        """An address was just blocked."""
        self._blocked.add(key)

    def _change(self, case: Case, change: dict[str, Any]) -> None:
        row = self._new_cases.get(case.id)
        if row is not None:
            row |= change
        else:
            self._changes.setdefault(case.id, {}).update(change)

    def _unused(self, prefix: str) -> Iterator[str]:
        """References that no case has, drawn and looked up as many at once as there are messages."""
        while True:
            drawn = dict.fromkeys(reference.new(prefix, self._random) for _ in self._questions)
            taken = {row.reference for row in self._rows(_BY_REFERENCE, drawn)} | self._by_reference.keys()
            yield from (new for new in drawn if new not in taken)

    def _number(self, table: sa.Table) -> int:
        if table.name not in self._next:
            self._next[table.name] = self._numbers(table)
        return next(self._next[table.name])

    def _numbers(self, table: sa.Table) -> Iterator[int]:
        """Ids for new rows, so that rows can name one another before any is written."""
        if self._connection.dialect.name == "postgresql":
            take = sa.text(
                f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) "  # noqa: S608 - a name of ours
                f"FROM generate_series(1, {len(self._questions)})"
            )
            while True:
                yield from self._connection.execute(take).scalars().all()
        yield from _from(self._connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0)

    # -- writing

    def write(self) -> None:
        """Write everything that was decided."""
        for name, rows in self._new.items():
            _NEW_ROWS[name].execute(self._connection, rows)
        shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for number, change in self._changes.items():
            shapes.setdefault(tuple(sorted(change)), []).append({"number": number, **change})
        for shape, rows in shapes.items():
            update = cases.update().where(cases.c.id == sa.bindparam("number"))
            self._connection.execute(update.values({name: sa.bindparam(name) for name in shape}), rows)


def _from(last: int) -> Iterator[int]:
    while True:
        last += 1
        yield last


def _storm_since(connection: Connection, now: dt.datetime) -> dt.datetime:
    """From when acknowledgements count towards the breaker: an hour ago, or since a person looked and resumed."""
    resumed = get_meta(connection, RESUMED)
    hour_ago = now - dt.timedelta(hours=1)
    return max(hour_ago, dt.datetime.fromisoformat(resumed)) if resumed else hour_ago


def _usual_hour(connection: Connection, mailbox: str, now: dt.datetime) -> float:
    """Mean over the hours with any acknowledgement, counted anew once an hour.

    The last hour itself does not count, it may be the storm.
    """
    this_hour = f"{now.astimezone(dt.UTC):%Y-%m-%dT%H}"
    known_for, _, known = (get_meta(connection, f"usual hour {mailbox}") or "").partition(" ")
    if known_for != this_hour:
        known = repr(_count_usual_hour(connection, mailbox, now))
        put_meta(connection, f"usual hour {mailbox}", f"{this_hour} {known}")
    return float(known)


def _count_usual_hour(connection: Connection, mailbox: str, now: dt.datetime) -> float:
    hour = (
        sa.func.strftime("%Y%m%d%H", outbox.c.created_at)
        if connection.dialect.name == "sqlite"
        else sa.func.date_trunc("hour", outbox.c.created_at)
    )
    count, hours = connection.execute(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(hour))).where(
            outbox.c.mailbox == mailbox,
            outbox.c.kind == "acknowledgement",
            outbox.c.created_at > now - dt.timedelta(days=USUAL_HOUR_DAYS),
            outbox.c.created_at <= now - dt.timedelta(hours=1),
        )
    ).one()
    return count / hours if hours else 0.0
