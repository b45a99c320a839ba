# SPDX-License-Identifier: GPL-3.0-or-later
"""What is entered into the ledger about a recording: when it comes in, and when it was understood.

Exactly once. A recording is known again by its sound, whichever way it came, and by what its telephone system tells it
apart by. Sound that says nothing (empty, silent) is alike for everybody, so there the moment and the caller count, too.
Coming in is one transaction: message, recording, case and keys together. The case opens in ``general`` until somebody
has listened.

Understood. The case gets the language and the queue. Who says the reference of a case and calls from that case's number
has called about that case: the recording joins it, and the case that was opened for it, whose reference nobody has been
told, is deleted. Who says another's reference has a case of their own in the same queue, as with mail.

Nobody is acknowledged by telephone. The reference of a case, its Message-ID and the name of the private copy are keyed
hashes of the sound, so that a ledger from a backup makes the same ones again and finds what it has forgotten.
"""

import datetime as dt
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases import keys, notification, recordings
from intake.cases.case import Case, Place
from intake.cases.ledger import held
from intake.cases.records import case_by_reference
from intake.cases.register import Question, Register
from intake.cases.tables import AnyRow, cases, messages, seen, threads
from intake.cases.tables import recordings as spoken
from intake.cases.whereabouts import NO_FOLDER
from intake.config import Configuration
from intake.languages import LANGUAGES, UNDETERMINED
from intake.voicemail import numbers
from intake.voicemail.values import Arrived, Understood

REASON = "voicemail"
"""The reason code: there is no address to acknowledge it to."""
QUEUE = "general"
"""Where a case lies until somebody has listened."""

_SAMPLE = 1_000_000
_EMPTY = 100
"""What compresses to a hundredth of itself is silence."""
_NAME_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Books:
    """What entering needs beside the recording."""

    configuration: Configuration
    secret: bytes

    @property
    def country(self) -> str:
        """Of numbers without a country."""
        voicemail = self.configuration.voicemail
        return voicemail.default_country if voicemail else self.configuration.office.country


# -- coming in


def identities(secret: bytes, arrived: Arrived) -> tuple[str, ...]:
    """The keys under which a recording is known; the first is that of its sound."""
    digest = hashlib.sha256(arrived.data).hexdigest()
    sample = arrived.data[:_SAMPLE]
    silent = len(zlib.compress(sample, 1)) * _EMPTY < max(len(sample), 1)
    alike = (arrived.left_at.astimezone(dt.UTC).isoformat(), arrived.caller) if silent or not sample else ()
    found = [keys.keyed(secret, "recording", digest, *alike)]
    return (*found, *own_identity(secret, arrived.source, arrived.identity))


def own_identity(secret: bytes, source: str, identity: str) -> tuple[str, ...]:
    """The key of what a telephone system tells its recordings apart by, if it does."""
    return (keys.keyed(secret, "recording-id", source, identity),) if identity else ()


def is_known(connection: Connection, wanted: tuple[str, ...]) -> bool:
    """Whether a recording came in before."""
    return connection.execute(sa.select(seen.c.key).where(seen.c.key.in_(wanted)).limit(1)).first() is not None


def file_name(known_as: str, arrived: Arrived) -> str:
    """What the private copy is called; of the original's name only a harmless suffix stays."""
    suffix = PurePosixPath(arrived.name).suffix.lower()
    return known_as + (suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) and suffix != ".eml" else "")


def admit(
    connection: Connection, books: Books, arrived: Arrived, known_as: tuple[str, ...], file: str, now: dt.datetime
) -> str | None:
    """Enter a recording whose private copy lies in the spool. Its case's reference; ``None`` if it is known.

    ``known_as``: its :func:`identities`.
    """
    secret, mailbox = books.secret, books.configuration.filing_mailbox
    sender = numbers.address(arrived.caller, books.country)
    question = Question(mailbox, sender, (), (), known_as, None)
    # Drawn by chance that is always the same for this sound: nobody can guess it who does not have the secret.
    chance = Random(keys.keyed(secret, "recording reference", known_as[0]))  # noqa: S311 - seeded with a keyed hash
    register = Register(connection, secret, chance, [question], now)
    if register.known(question).seen:
        return None
    language = arrived.language if arrived.language in LANGUAGES else ""
    case = register.open_case(
        prefix=books.configuration.service.reference_prefix, channel="voicemail", mailbox=mailbox, queue=QUEUE,
        language=language or UNDETERMINED, sender=sender, subject="",
    )  # fmt: skip
    message_id = _message_id(books, known_as[0])
    left_at = arrived.left_at.replace(microsecond=0)
    message = register.message(
        Place(mailbox, NO_FOLDER, _next_number(connection), left_at, len(arrived.data), backlog=False),
        case=case, message_id=message_id, sender_key=case.sender_key, reply=False, reason=REASON,
        language=case.language, confidence="unsure", queue=QUEUE, evidence=[],
        folder=books.configuration.queues[QUEUE].folder, filing="spooled",
    )  # fmt: skip
    register.remember(known_as, case)
    register.remember_thread(message_id, case, "person")
    register.write()
    recordings.insert(
        connection, message, source=arrived.source, name=_shown(arrived.name), caller=_shown(arrived.caller) or None,
        mailbox=_shown(arrived.mailbox) or None, language_chosen=language or None, file=file,
    )  # fmt: skip
    return case.reference


def _message_id(books: Books, known_as: str) -> str:
    address = books.configuration.mailboxes[books.configuration.filing_mailbox].address
    return keys.message_id(books.secret, address, "recording message", known_as)


def _next_number(connection: Connection) -> int:
    """Recordings are numbered, as the messages of a folder are."""
    return (
        connection.execute(sa.select(sa.func.max(messages.c.uid)).where(messages.c.uidvalidity == NO_FOLDER)).scalar()
        or 0
    ) + 1


def _shown(text: str) -> str:
    """What a stranger named, fit to be stored and shown."""
    return "".join(c if c.isprintable() else "?" for c in text)[:_NAME_LIMIT]


# -- understood


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a recording that was understood."""

    reference: str
    """Of its case."""
    joins: Case | None
    """The caller's own case, if its reference was said."""
    named: str
    """The reference of another's case that was said, or empty."""
    queue: str
    folder: str


def decide(connection: Connection, books: Books, row: AnyRow, understood: Understood) -> Decided:
    """Which case and which folder. ``row``: of :func:`intake.cases.recordings.next_due`."""
    said = [case for case in _cases(connection, understood) if case.id != row.case_id]
    joins = next((case for case in said if row.sender_key and case.sender_key == row.sender_key), None)
    named = next((case for case in said if case is not joins), None) if joins is None else None
    about = joins or named
    wanted = about.queue if about else understood.queue
    queue = wanted if wanted in books.configuration.queues else QUEUE
    return Decided(
        joins.reference if joins else row.reference, joins, named.reference if named else "", queue,
        books.configuration.queues[queue].folder,
    )  # fmt: skip


def _cases(connection: Connection, understood: Understood) -> Iterator[Case]:
    for reference in understood.references:
        case = case_by_reference(connection, reference)
        if case is not None:
            yield case


def enter(
    connection: Connection, books: Books, row: AnyRow, understood: Understood, decided: Decided, size: int,
    local: dt.datetime,
) -> bool:  # fmt: skip
    """Enter what was understood, with the message composed. False if the recording was forgotten meanwhile.

    ``size``: octets of the message; ``local``: now, aware, in the office's time.
    """
    # A ledger from a backup does not know what was put there since: its folder is asked first.
    state = "appending" if held(connection, "") else "composed"
    if not recordings.move_on(connection, row.id, "spooled", state):
        return False
    connection.execute(
        messages.update().where(messages.c.id == row.id).values(
            language=understood.language, confidence=understood.confidence, queue=decided.queue,
            folder=decided.folder, evidence=_evidence(understood, decided), size=size,
        )
    )  # fmt: skip
    connection.execute(
        spoken.update()
        .where(spoken.c.message_id == row.id)
        .values(transcript=understood.state, seconds=understood.seconds, due_at=None)
    )
    if decided.joins is None:
        connection.execute(
            cases.update().where(cases.c.id == row.case_id).values(queue=decided.queue, language=understood.language)
        )
    question = Question(row.mailbox, "", (), (decided.reference,), (), None)
    register = Register(connection, books.secret, Random(0), [question], local)  # noqa: S311 - nothing is drawn
    case = register.case(decided.reference)
    if case is None:
        raise AssertionError("the case that was decided on is there")
    if decided.joins is None:
        notification.enqueue(register, case, row.id, books.configuration, secret=books.secret, at=local)
    else:
        register.touch(case, reopen=True)
        _join(connection, row, case)
    register.write()
    return True


def _evidence(understood: Understood, decided: Decided) -> list[str]:
    if decided.joins is not None:
        return [*understood.evidence, f"the caller's own case → {decided.queue}"]
    return [*understood.evidence, *((f"names a known case → {decided.queue}",) if decided.named else ())]


def _join(connection: Connection, row: AnyRow, case: Case) -> None:
    """The recording belongs to a case that was there before; its own case, which nobody knows of, ends."""
    own = row.case_id
    connection.execute(messages.update().where(messages.c.id == row.id).values(case_id=case.id))
    connection.execute(threads.update().where(threads.c.case_id == own).values(case_id=case.id))
    connection.execute(seen.update().where(seen.c.reference == row.reference).values(reference=case.reference))
    connection.execute(cases.delete().where(cases.c.id == own))
