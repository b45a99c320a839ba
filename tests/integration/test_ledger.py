# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger on a real SQLite file and on a real PostgreSQL: durable, locked, migrated, restored."""

import asyncio
import datetime as dt
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from intake.cases import keys, ledger, notices, records
from intake.cases.case import Case, Known, NoticeText, Place
from intake.cases.ledger import HEAD, Ledger
from intake.cases.register import Question, Register
from intake.cases.tables import cases, messages, metadata, outbox
from intake.errors import LedgerError
from tests.books import entry, open_case, touch
from tests.servers.postgresql import PostgreSQL

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
T = TypeVar("T")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty ledger."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.database(f"t{abs(hash(str(tmp_path))):x}"[:40])


@pytest.fixture
def books(url: str, tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(url, tmp_path / "data")
    yield opened
    opened.close()


def write(books: Ledger, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    return asyncio.run(books.write(work, *args, **kwargs))


def new_case(books: Ledger, sender: str = "samira@example.net", **changes: Any) -> Case:
    values = {"language": "tr", "sender": sender, "subject": "Frage", **changes}
    return write(books, open_case, books.secret, NOW, **values)


def question(**changes: Any) -> Question:
    values: dict[str, Any] = {
        "mailbox": "office", "sender": "samira@example.net", "message_ids": (), "references": (),
        "identities": ("k1",), "text_key": None, **changes,
    }  # fmt: skip
    return Question(**values)


def ask(books: Ledger, now: dt.datetime = NOW, **changes: Any) -> Known:
    def look_up(connection: sa.Connection) -> Known:
        asked = question(**changes)
        return Register(connection, books.secret, Random(), [asked], now).known(asked)

    return asyncio.run(books.read(look_up))


def row(books: Ledger, case: Case, uid: int, **changes: Any) -> int:
    values: dict[str, Any] = {
        "message_id": f"<{uid}@example.net>", "reply": True, "reason": "eligible", "language": "tr",
        "confidence": "sure", "queue": "general", "evidence": ["weil"], "folder": "Allgemein", **changes,
    }  # fmt: skip
    place = Place("office", 7, uid, NOW, 1000, backlog=False)

    def work(connection: sa.Connection) -> int:
        with entry(connection, books.secret, NOW) as register:
            return register.message(place, case=case, **values)

    return write(books, work)


def enter(books: Ledger, work: Callable[[Register], Any], *questions: Question) -> None:
    def within(connection: sa.Connection) -> None:
        with entry(connection, books.secret, NOW, *questions) as register:
            work(register)

    write(books, within)


def mail(books: Ledger, case: Case, number: int, **changes: Any) -> None:
    source = row(books, case, 1000 + number)
    values: dict[str, Any] = {
        "case_id": case.id, "source_id": source, "kind": "acknowledgement",
        "mailbox": "office", "mail_id": f"<{number}@office.example>",
        "envelope_sender": "", "recipient": "samira@example.net",
        "recipient_key": keys.sender(books.secret, "samira@example.net"),
        "domain_key": keys.domain(books.secret, "samira@example.net"), "state": "queued",
        "due_at": NOW, "created_at": NOW, "copy": "waiting", **changes,
    }  # fmt: skip
    write(books, lambda c: c.execute(outbox.insert().values(**values)))


def test_a_fresh_ledger_knows_nothing(books: Ledger) -> None:
    assert ask(books) == Known()


def test_a_case_is_found_by_reference_only_for_its_own_sender(books: Ledger) -> None:
    case = new_case(books)
    assert ask(books, references=(case.reference,)).referenced == case
    stranger = ask(books, references=(case.reference,), sender="other@example.net")
    assert stranger.referenced is None
    assert stranger.foreign == case


def test_a_thread_leads_to_its_case_and_tells_whether_a_clerk_wrote_last(books: Ledger) -> None:
    case = new_case(books)
    write(books, records.remember_thread, books.secret, "<person@x>", case.id, "person", NOW)
    write(books, records.remember_thread, books.secret, "<clerk@x>", case.id, "clerk", NOW)
    assert ask(books, message_ids=("<person@x>",)).threaded == case
    assert not ask(books, message_ids=("<clerk@x>", "<person@x>")).answers_clerk
    assert ask(books, message_ids=("<person@x>", "<clerk@x>")).answers_clerk
    assert ask(books, message_ids=("<unknown@x>",)).threaded is None


def test_a_message_once_recorded_is_seen_for_ever(books: Ledger) -> None:
    case = new_case(books)
    for identities in (("k1", "k2"), ("k2", "k3")):
        enter(books, lambda register, known=identities: register.remember(known, case), question(identities=identities))
    later = NOW + dt.timedelta(days=3000)
    assert ask(books, later, identities=("k3",)).seen_case == case
    assert not ask(books, later, identities=("k4",)).seen


def test_the_same_text_joins_within_24_hours_only(books: Ledger) -> None:
    case = new_case(books)
    enter(books, lambda register: register.remember_text("text", case))
    assert ask(books, NOW + dt.timedelta(hours=23), text_key="text").same_text == case
    assert ask(books, NOW + dt.timedelta(hours=25), text_key="text").same_text is None


def test_each_message_of_a_batch_is_decided_with_the_knowledge_of_those_before_it(books: Ledger) -> None:
    first = question(identities=("k1",), text_key="text")
    again = question(identities=("k1",))
    reply = question(identities=("k3",), message_ids=("<first@x>",), text_key="text")
    stranger = question(identities=("k4",), sender="other@example.org")

    def batch(register: Register) -> None:
        assert register.known(first) == Known()
        case = register.open_case(
            prefix="AB", channel="email", mailbox="office", queue="general", language="tr",
            sender="samira@example.net", subject="Frage",
        )  # fmt: skip
        place = Place("office", 7, 1, NOW, 1000, backlog=False)
        source = register.message(
            place, case=case, message_id="<first@x>", reply=True, reason="eligible", language="tr",
            confidence="sure", queue="general", evidence=[], folder="Allgemein",
        )  # fmt: skip
        register.remember(first.identities, case)
        register.remember_text("text", case)
        register.remember_thread("<first@x>", case, "person")
        register.enqueue(
            case, source, kind="acknowledgement", mailbox="office", recipient="samira@example.net", raw=b"x",
            mail_id="<ack@office.example>", envelope_sender="", state="queued", copy="none",
        )  # fmt: skip
        assert register.known(again).seen_case is not None
        known = register.known(reply)
        assert known.threaded is not None
        assert known.same_text is not None
        assert (known.threaded.reference, known.threaded.acknowledged_at) == (case.reference, NOW)
        assert (known.sender_count_24h, known.domain_count_1h, known.mailbox_count_1h) == (1, 1, 1)
        assert known.language_before == "tr"
        assert register.known(stranger) == Known(mailbox_count_1h=1)
        register.hold("office", "too many")
        assert register.known(stranger).hold == "breaker"
        register.touch(case, reopen=True)

    enter(books, batch, first, again, reply, stranger)
    after = ask(books, identities=("k1",))
    assert after.seen_case is not None
    assert after.seen_case.acknowledged_at == NOW
    assert after.hold == "breaker"


def test_counts_for_the_caps_look_at_their_own_window(books: Ledger) -> None:
    case = new_case(books)
    for number, hours in enumerate((0.5, 2, 20, 30)):
        mail(books, case, number, created_at=NOW - dt.timedelta(hours=hours))
    known = ask(books)
    assert (known.sender_count_24h, known.domain_count_1h, known.mailbox_count_1h) == (3, 1, 1)
    assert known.usual_hour == 1.0
    assert known.language_before == "tr"


def test_a_block_ends(books: Ledger) -> None:
    key = keys.sender(books.secret, "Samira@example.net")
    write(books, records.block, key, "5.1.1", NOW, 30)
    assert ask(books).blocked
    assert not ask(books, NOW + dt.timedelta(days=31)).blocked


def test_a_case_is_answered_once_and_open_again_when_the_person_writes(books: Ledger) -> None:
    case = new_case(books)
    assert write(books, records.answered, case.id, NOW)
    assert not write(books, records.answered, case.id, NOW + dt.timedelta(days=1))
    write(books, touch, books.secret, replace(case, state="answered"), NOW + dt.timedelta(days=2), reopen=True)
    assert write(books, records.answered, case.id, NOW + dt.timedelta(days=3))


def test_the_flag_answered_counts_on_the_latest_message_of_a_case_only(books: Ledger) -> None:
    case = new_case(books)
    for uid in (1, 2):
        number = row(books, case, uid)
        place = {"target_uidvalidity": 9, "target_uid": uid, "filing": "filed"}
        write(books, lambda c, n=number, p=place: c.execute(messages.update().where(messages.c.id == n).values(**p)))
    flagged = (records.answered_targets, "office", "Allgemein", 9)
    assert asyncio.run(books.read(records.open_targets, "office", ["Allgemein"])) == {"Allgemein": 1}
    assert write(books, *flagged, [1], NOW) == 0
    assert write(books, *flagged, [1, 2], NOW) == 1
    assert asyncio.run(books.read(records.open_targets, "office", ["Allgemein"])) == {}


def test_what_fails_in_a_transaction_leaves_nothing_behind(books: Ledger) -> None:
    def half(connection: sa.Connection) -> None:
        connection.execute(cases.insert().values(
            reference="AB-X", channel="email", mailbox="m", queue="q", language="de", state="open",
            opened_at=NOW, updated_at=NOW,
        ))  # fmt: skip
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(books, half)
    assert asyncio.run(books.read(records.case_by_reference, "AB-X")) is None


def test_a_notice_is_opened_once_counted_and_closed(books: Ledger) -> None:
    text = NoticeText("relay", "relay", "Der Versand ruht.", "sending rests")
    for minute in range(3):
        write(books, notices.raise_notice, text, NOW + dt.timedelta(minutes=minute))
    (notice,) = asyncio.run(books.read(notices.open_notices))
    assert notice.count == 3
    assert [n.id for n in asyncio.run(books.read(notices.to_post, NOW))] == [notice.id]
    write(books, notices.posted, notice.id, NOW)
    write(books, notices.close_notice, "relay", None, NOW)
    assert asyncio.run(books.read(notices.open_notices)) == []
    write(books, notices.raise_notice, text, NOW + dt.timedelta(hours=1))
    assert asyncio.run(books.read(notices.to_post, NOW + dt.timedelta(hours=2))) == []
    assert len(asyncio.run(books.read(notices.to_post, NOW + dt.timedelta(hours=25)))) == 1


def test_resume_sends_what_is_young_and_drops_what_is_old(books: Ledger) -> None:
    case = new_case(books)
    mail(books, case, 1, state="held")
    mail(books, case, 2, state="held", created_at=NOW - dt.timedelta(hours=30))
    write(books, ledger.hold, "breaker", "office", NOW, "held")
    assert ask(books).hold == "breaker"
    assert write(books, ledger.resume, NOW, oldest=NOW - dt.timedelta(hours=24), discard=False) == (1, 1)
    assert ask(books).hold is None


def test_a_second_daemon_is_refused(books: Ledger, url: str, tmp_path: Path) -> None:
    books.lock()
    second = Ledger.open(url, tmp_path / "data")
    with pytest.raises(LedgerError, match="another intake is running"):
        second.lock()
    assert second.is_locked()
    books.close()
    assert not second.is_locked()
    second.lock()
    second.close()


def test_the_migrations_make_exactly_the_tables_of_the_program(books: Ledger) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert asyncio.run(books.read(differences)) == []


def test_a_ledger_of_a_newer_version_is_refused(books: Ledger, url: str, tmp_path: Path) -> None:
    write(books, lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match=rf"newer version \(schema 9999, this program knows {HEAD}\)"):
        Ledger.open(url, tmp_path / "data")


def test_the_secret_stays_the_same(books: Ledger, url: str, tmp_path: Path) -> None:
    again = Ledger.open(url, tmp_path / "data")
    assert again.secret == books.secret
    assert len(books.secret) == 32
    again.close()


def test_sqlite_never_runs_with_less_than_full_durability(tmp_path: Path) -> None:
    books = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    read = [asyncio.run(books.read(lambda c, p=p: c.exec_driver_sql(f"PRAGMA {p}").scalar())) for p in pragmas]
    written = [write(books, lambda c, p=p: c.exec_driver_sql(f"PRAGMA {p}").scalar()) for p in pragmas]
    books.close()
    assert read == written == ["wal", 2, 1]


def test_a_committed_transaction_is_on_the_disk_when_write_returns(tmp_path: Path) -> None:
    # Another process dies at once after the commit; a third one reads.
    code = (
        "import asyncio, os, signal, sys; from pathlib import Path; from intake.cases.ledger import Ledger, put_meta\n"
        "l = Ledger.open(f'sqlite:///{sys.argv[1]}/l.sqlite3', Path(sys.argv[1]))\n"
        "asyncio.run(l.write(put_meta, 'k', 'v')); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)]).returncode == -9
    rows = sqlite3.connect(tmp_path / "l.sqlite3").execute("SELECT value FROM meta WHERE key = 'k'").fetchall()
    assert rows == [("v",)]


def test_a_restored_ledger_is_recognised_and_held(tmp_path: Path) -> None:
    data = tmp_path / "data"
    url = f"sqlite:///{data / 'ledger.sqlite3'}"

    def session(mails: range) -> bool:
        books = Ledger.open(url, data)
        restored = asyncio.run(books.begin_generation(NOW))
        for number in mails:
            mail(books, new_case(books), number)
        asyncio.run(books.mark_generation())
        held = ask(books).hold
        books.close()
        assert (held == "restored") is restored
        return restored

    assert not session(range(3))
    shutil.copy(data / "ledger.sqlite3", tmp_path / "backup")
    assert not session(range(3, 5))
    for file in data.glob("ledger.sqlite3*"):
        file.unlink()
    shutil.copy(tmp_path / "backup", data / "ledger.sqlite3")
    assert session(range(0))


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (lambda p: p.write_bytes(b"this is no database, whatever it says" * 100), "cannot be opened"),
        (lambda p: p.mkdir(), "cannot be opened"),
    ],
)
def test_a_file_that_is_no_ledger_is_one_clear_sentence(
    prepare: Callable[[Path], Any], expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.sqlite3"
    prepare(file)
    with pytest.raises(LedgerError, match=expected) as caught:
        Ledger.open(f"sqlite:///{file}", tmp_path)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
