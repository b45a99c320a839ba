# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends when, on a SQLite ledger: every row has its day, and what was erased is not in the file any more."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.cases import forgotten, keys, ledger, records, retention
from intake.cases.case import Case, Known, NoticeText, Place
from intake.cases.forgotten import Forgotten
from intake.cases.ledger import Ledger
from intake.cases.notices import raise_notice
from intake.cases.register import Question, Register
from intake.cases.tables import attempts, audit, blocks, cases, mails, messages, notices, outbox, seen, texts, threads
from intake.config import Retention
from intake.errors import LedgerError
from tests.books import entry, touch

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TERMS = Retention()
SAMIRA = "samira.quittenbaum@example.net"


def days(number: float) -> dt.timedelta:
    return dt.timedelta(days=number)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def write(books: Ledger, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return asyncio.run(books.write(work, *args, **kwargs))


def rows(books: Ledger, table: sa.Table) -> list[Any]:
    return asyncio.run(books.read(lambda c: list(c.execute(sa.select(table)))))


def concern(books: Ledger, uid: int, **changes: Any) -> Case:
    """A case as one message makes it: message, keys, thread, acknowledgement."""
    case: Case = write(books, insert, books.secret, uid, **changes)
    return case


def insert(
    connection: sa.Connection,
    secret: bytes,
    uid: int,
    *,
    sender: str = SAMIRA,
    at: dt.datetime = NOW,
    state: str = "sent",
    copy: str = "done",
) -> Case:
    with entry(connection, secret, at) as register:
        case = register.open_case(
            prefix="AB", channel="email", mailbox="office", queue="family", language="tr", sender=sender,
            subject=f"Betreff {uid} von Quittenbaum",
        )  # fmt: skip
        source = register.message(
            Place("office", 7, uid, at, 1000, backlog=False), case=case,
            sender_key=keys.sender(secret, sender), message_id=f"<{uid}.quittenbaum@example.net>",
            reply=True, reason="eligible", language="tr",
            confidence="sure", queue="family", evidence=["X-Note: Quittenbaum"], folder="Familiennachzug",
        )  # fmt: skip
        register.remember([f"identity{uid}"], case)
        register.remember_text(f"text{uid}", case)
        register.remember_thread(f"<{uid}.quittenbaum@example.net>", case, "person")
    connection.execute(outbox.insert().values(
        case_id=case.id, source_id=source, kind="acknowledgement", mailbox="office",
        mail_id=f"<{uid}@office.example>",
        envelope_sender="", recipient=sender, recipient_key=keys.sender(secret, sender),
        domain_key=keys.domain(secret, sender),
        state=state, problem="Quittenbaum's server was slow", due_at=at, created_at=at, copy=copy,
    ))  # fmt: skip
    if copy != "done":
        number = connection.execute(sa.select(sa.func.max(outbox.c.id))).scalar_one()
        connection.execute(mails.insert().values(outbox_id=number, raw=b"To: quittenbaum " * 900))
    return case


def record(books: Ledger, place: Place, **columns: Any) -> None:
    def work(connection: sa.Connection) -> None:
        with entry(connection, books.secret, NOW) as register:
            register.message(place, **columns)

    write(books, work)


def run(books: Ledger, now: dt.datetime, terms: Retention = TERMS) -> Any:
    return asyncio.run(retention.run(books, terms, now))


def erase(books: Ledger, address: str = SAMIRA, at: dt.datetime = NOW, now: dt.datetime = NOW) -> Any:
    return asyncio.run(retention.erase(books, [Forgotten(keys.sender(books.secret, address), at)], now))


def on_disk(books: Ledger, folder: Path) -> bytes:
    assert asyncio.run(books.scrub())
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()).lower()


# -- ends


def test_a_person_is_known_for_90_days_after_the_last_event_of_the_case(books: Ledger, tmp_path: Path) -> None:
    concern(books, 1, at=NOW - days(200))
    [case] = rows(books, cases)
    write(books, records.answered, case.id, NOW - days(90))
    assert "cases closed" not in run(books, NOW)
    assert b"quittenbaum" in on_disk(books, tmp_path)
    run(books, NOW + dt.timedelta(minutes=1))
    assert b"quittenbaum" not in on_disk(books, tmp_path)


def test_decisions_and_figures_stay_without_a_person(books: Ledger) -> None:
    concern(books, 1)
    run(books, NOW + days(91))
    [case], [message], [mail] = rows(books, cases), rows(books, messages), rows(books, outbox)
    assert (case.sender, case.sender_key, case.subject, case.state) == (None, None, None, "closed")
    assert (case.queue, case.language, case.opened_at, case.mailbox) == ("family", "tr", NOW, "office")
    assert (message.message_id, message.evidence, message.sender_key) == ("", [], None)
    assert (message.reason, message.queue, message.confidence) == ("eligible", "family", "sure")
    assert (mail.recipient, mail.problem, mail.recipient_key, mail.domain_key) == (None, None, "", "")
    assert rows(books, mails) == []
    assert (mail.state, mail.copy, mail.created_at) == ("sent", "done", NOW)
    assert rows(books, threads) == []


def test_after_two_years_nothing_is_left_but_the_keys_of_messages_seen(books: Ledger) -> None:
    concern(books, 1)
    write(books, ledger.note, NOW, "resume", "1 queued")
    run(books, NOW + days(730))
    assert len(rows(books, cases)) == 1
    run(books, NOW + days(731))
    left = {t.name: len(rows(books, t)) for t in (cases, messages, outbox, threads, texts, seen)}
    assert left == {"cases": 0, "messages": 0, "outbox": 0, "threads": 0, "texts": 0, "seen": 1}
    assert [line.action for line in rows(books, audit)] == ["retention", "retention"]
    run(books, NOW + days(801))
    assert rows(books, seen) == []


@pytest.mark.parametrize(
    ("state", "copy", "after"),
    [
        ("queued", "waiting", ("dropped", "none")),
        ("held", "waiting", ("dropped", "none")),
        ("sent", "pending", ("sent", "none")),
        ("sent", "appending", ("sent", "none")),
        ("failed", "none", ("failed", "none")),
    ],
)
def test_a_mail_that_cannot_name_its_recipient_any_more_is_neither_sent_nor_copied(
    books: Ledger, tmp_path: Path, state: str, copy: str, after: tuple[str, str]
) -> None:
    concern(books, 1, state=state, copy=copy)
    run(books, NOW + days(91))
    [mail] = rows(books, outbox)
    assert (mail.state, mail.copy, rows(books, mails)) == (*after, [])
    assert b"quittenbaum" not in on_disk(books, tmp_path)


def test_machine_mail_loses_what_it_said_and_then_itself(books: Ledger) -> None:
    place = Place("office", 7, 1, NOW, 1000, backlog=False)
    record(
        books, place, case=None, message_id="<1@mx.example>", reply=False,
        reason="list", language="und", confidence="unsure", queue="system", evidence=["List-Id: x"], folder="System",
    )  # fmt: skip
    run(books, NOW + days(91))
    assert [(m.message_id, m.evidence, m.reason) for m in rows(books, messages)] == [("", [], "list")]
    run(books, NOW + days(731))
    assert rows(books, messages) == []


def test_what_serves_a_moment_ends_with_it(books: Ledger) -> None:
    concern(books, 1)
    write(books, records.block, "blocked", "5.1.1", NOW, 30)
    write(books, raise_notice, NoticeText("relay", "relay", "Der Versand ruht.", "sending rests"), NOW)
    write(books, records.failed_attempt, "office", 7, 1)
    write(books, records.failed_attempt, "office", 7, 99)

    def left(after: dt.timedelta) -> tuple[int, ...]:
        run(books, NOW + after)
        return tuple(len(rows(books, table)) for table in (texts, attempts, blocks, notices))

    assert left(dt.timedelta(hours=23)) == (1, 1, 1, 1)  # a message that was recorded needs no attempts
    assert left(dt.timedelta(hours=25)) == (0, 1, 1, 1)
    assert left(days(31)) == (0, 1, 0, 1)
    assert left(days(91)) == (0, 1, 0, 0)


def test_an_attempt_at_a_uid_that_means_nothing_any_more_is_forgotten(books: Ledger) -> None:
    write(books, records.failed_attempt, "office", 7, 1)
    write(books, records.update_mailbox, "office", uidvalidity=8)
    run(books, NOW)
    assert rows(books, attempts) == []


def test_much_at_once_goes_in_small_transactions_and_all_of_it_goes(
    books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 7)
    for uid in range(30):
        concern(books, uid, sender=f"p{uid}@example.net")
    fresh = concern(books, 99, at=NOW + days(80))
    assert run(books, NOW + days(91))["cases closed"] == 30
    assert [case.reference for case in rows(books, cases) if case.sender] == [fresh.reference]
    assert run(books, NOW + days(731))["cases deleted"] == 30
    assert run(books, NOW + days(731)) == {}


def test_a_case_in_which_something_happens_again_after_its_end_ends_again(books: Ledger) -> None:
    case = concern(books, 1)
    run(books, NOW + days(91))
    write(books, touch, books.secret, case, NOW + days(100), reopen=False)
    write(books, records.remember_thread, books.secret, "<late@example.net>", case.id, "person", NOW + days(100))
    run(books, NOW + days(189))
    assert len(rows(books, threads)) == 1
    run(books, NOW + days(191))
    assert rows(books, threads) == []


@given(seed=st.integers(0, 2**32), batch=st.integers(1, 40))
@settings(max_examples=15, deadline=None)
def test_nothing_of_what_was_erased_stays_in_the_files_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, seed: int, batch: int
) -> None:
    # Pages of a B-tree are split, merged and copied: an old copy of a row must not outlive it anywhere.
    folder, random = tmp_path_factory.mktemp("ledger"), Random(seed)
    books = Ledger.open(f"sqlite:///{folder / 'ledger.sqlite3'}", folder)
    try:
        uids = list(range(60))

        def fill(connection: sa.Connection) -> None:
            for uid in uids:
                sender = f"p{uid}.{'q' * random.randrange(40)}uittenbaum@example.net"
                insert(connection, books.secret, uid, sender=sender, copy=random.choice(["done", "waiting", "pending"]))

        write(books, fill)
        random.shuffle(uids)
        for uid in uids[:batch]:
            [address] = [c.sender for c in rows(books, cases) if c.sender and c.sender.startswith(f"p{uid}.")]
            erase(books, address)
        run(books, NOW + days(91))
        assert b"uittenbaum" not in on_disk(books, folder)
    finally:
        books.close()


# -- one person


def test_a_person_is_erased_and_the_others_are_not(books: Ledger, tmp_path: Path) -> None:
    mine, other = concern(books, 1), concern(books, 2, sender="other@example.net")
    write(books, records.block, keys.sender(books.secret, SAMIRA), "5.1.1", NOW, 30)
    done = erase(books, SAMIRA.upper())
    assert (done.cases, done.messages, done.mails, done.dropped, done.blocks) == (1, 1, 1, 0, 1)
    [place] = done.places
    assert (place.reference, place.mailbox, place.folder) == (mine.reference, "office", "Familiennachzug")
    assert b"samira" not in on_disk(books, tmp_path)
    kept = next(c for c in rows(books, cases) if c.reference == other.reference)
    assert (kept.sender, kept.subject) == ("other@example.net", "Betreff 2 von Quittenbaum")


def test_what_was_not_sent_yet_is_dropped_and_told(books: Ledger) -> None:
    concern(books, 1, state="queued", copy="waiting")
    assert erase(books).dropped == 1
    assert [(m.state, m.copy) for m in rows(books, outbox)] == [("dropped", "none")]
    assert rows(books, mails) == []


def test_nothing_is_acknowledged_again_for_a_person_who_was_forgotten(books: Ledger) -> None:
    case = concern(books, 1)
    erase(books)
    question = Question("office", SAMIRA, ("<1.quittenbaum@example.net>",), (case.reference,), ("identity1",), "text1")

    def look_up(connection: sa.Connection) -> Known:
        return Register(connection, books.secret, Random(), [question], NOW + dt.timedelta(hours=1)).known(question)

    known = asyncio.run(books.read(look_up))
    assert known.seen
    assert known.threaded is not None
    assert known.sender_count_24h == 1


def test_the_caps_keys_go_a_day_later(books: Ledger) -> None:
    concern(books, 1)
    erase(books)
    assert [m.recipient_key for m in rows(books, outbox)] == [keys.sender(books.secret, SAMIRA)]
    erase(books, now=NOW + dt.timedelta(hours=25))
    assert [(m.recipient_key, m.domain_key) for m in rows(books, outbox)] == [("", "")]


def test_who_writes_again_after_being_forgotten_is_known_again(books: Ledger) -> None:
    concern(books, 1)
    concern(books, 2, at=NOW + days(1))
    assert erase(books, now=NOW + days(2)).cases == 1
    assert [case.sender for case in rows(books, cases)] == [None, SAMIRA]
    assert [mail.recipient for mail in rows(books, outbox)] == [None, SAMIRA]


def test_an_acknowledgement_in_somebody_elses_case_is_erased_and_that_case_is_not(books: Ledger) -> None:
    concern(books, 1)
    write(books, lambda c: c.execute(outbox.update().values(
        recipient="joined@example.net", recipient_key=keys.sender(books.secret, "joined@example.net"),
    )))  # fmt: skip
    assert erase(books, "joined@example.net").mails == 1
    assert [mail.recipient for mail in rows(books, outbox)] == [None]
    assert [case.sender for case in rows(books, cases)] == [SAMIRA]


def test_the_office_still_learns_of_the_case_of_a_person_who_was_forgotten(books: Ledger) -> None:
    concern(books, 1)
    write(books, lambda c: c.execute(outbox.update().values(
        kind="notification", recipient="team@office.example", recipient_key="team", state="queued",
    )))  # fmt: skip
    write(books, lambda c: c.execute(mails.insert().values(outbox_id=1, raw=b"new case")))
    erase(books)
    assert [(m.recipient, m.state) for m in rows(books, outbox)] == [("team@office.example", "queued")]
    assert [m.raw for m in rows(books, mails)] == [b"new case"]


def test_machine_mail_of_a_person_and_mail_in_somebody_elses_case_are_erased_too(books: Ledger) -> None:
    case = concern(books, 1, sender="other@example.net")
    for uid, of_case in ((2, None), (3, case)):
        record(
            books, Place("office", 7, uid, NOW, 1000, backlog=False), case=of_case,
            message_id="<samira-pc@example.net>", sender_key=keys.sender(books.secret, SAMIRA), reply=False,
            reason="auto-submitted", language="de", confidence="sure", queue="system", folder="System",
            evidence=["Auto-Submitted: auto-replied (Samira)"],
        )  # fmt: skip
    done = erase(books)
    assert (done.cases, done.messages, done.mails) == (0, 2, 0)
    assert sorted(place.reference for place in done.places) == sorted(["-", case.reference])
    assert [message.message_id for message in rows(books, messages)] == ["<1.quittenbaum@example.net>", "", ""]


def test_many_cases_of_one_person_all_go(books: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for uid in range(10):
        concern(books, uid)
    assert (erase(books).cases, erase(books).rows) == (10, 0)


# -- the list beside the ledger


def test_a_ledger_that_comes_back_forgets_again(books: Ledger, tmp_path: Path) -> None:
    person = Forgotten(keys.sender(books.secret, SAMIRA), NOW + days(1))
    forgotten.merge(tmp_path, [person])
    concern(books, 1)  # as in an older backup
    asyncio.run(retention.daily(books, tmp_path, TERMS, NOW + days(2)))
    assert b"samira" not in on_disk(books, tmp_path)
    assert forgotten.read(tmp_path) == [person]


def test_an_entry_ends_when_no_ledger_can_remember_the_person_any_more(books: Ledger, tmp_path: Path) -> None:
    forgotten.merge(tmp_path, [Forgotten("k", NOW)])
    asyncio.run(retention.daily(books, tmp_path, TERMS, NOW + days(105)))
    assert forgotten.read(tmp_path) == [Forgotten("k", NOW)]
    asyncio.run(retention.daily(books, tmp_path, TERMS, NOW + days(106)))
    assert forgotten.read(tmp_path) == []


def test_to_forget_again_is_to_forget_up_to_now(tmp_path: Path) -> None:
    forgotten.merge(tmp_path, [Forgotten("k", NOW), Forgotten("k", NOW - days(1))])
    forgotten.merge(tmp_path, [Forgotten("k", NOW + days(1)), Forgotten("l", NOW)])
    assert forgotten.read(tmp_path) == [Forgotten("k", NOW + days(1)), Forgotten("l", NOW)]
    assert (tmp_path / "forgotten").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["forgotten", "forgotten.lock"]


def test_several_at_once_lose_nobody(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: forgotten.merge(tmp_path, [Forgotten(f"k{n}", NOW)]), range(40)))
    assert {entry.key for entry in forgotten.read(tmp_path)} == {f"k{n}" for n in range(40)}


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]\n", b"\xff", b'{"key": "k"}\n', b'{"key": "k", "at": 5}\n', b'{"key": "k", "at": "soon"}\n', b"null\n"],
)
def test_a_list_that_cannot_be_understood_is_one_clear_sentence_and_stays_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "forgotten").write_bytes(content)
    for work in (lambda: forgotten.read(tmp_path), lambda: forgotten.merge(tmp_path, [Forgotten("k", NOW)])):
        with pytest.raises(LedgerError, match=r"might be remembered again; put back the copy") as caught:
            work()
        assert "\n" not in str(caught.value)
    assert (tmp_path / "forgotten").read_bytes() == content


def test_the_list_holds_no_address(books: Ledger, tmp_path: Path) -> None:
    forgotten.merge(tmp_path, [Forgotten(keys.sender(books.secret, SAMIRA), NOW)])
    [line] = (tmp_path / "forgotten").read_text().splitlines()
    assert json.loads(line) == {"key": keys.sender(books.secret, SAMIRA), "at": "2026-03-02T09:00:00+00:00"}
