# SPDX-License-Identifier: GPL-3.0-or-later
"""What staff move between queue folders is noticed on a real Dovecot, however they move it, and once.

Each look is asked for here, so that nothing waits: a mailbox with its filing and a ledger, without the daemon around
it. That the daemon does so by itself is in ``test_daemon_corrections``.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from intake.cases import corrections, records
from intake.cases.case import Place
from intake.cases.filing import Filing, Folders
from intake.cases.ledger import Ledger
from intake.cases.tables import cases, copies, messages
from intake.cases.tables import corrections as corrected
from intake.mail.corrections import Corrections
from intake.servers.imap import Account, Connection
from tests.books import entry
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.office import id_of, message

pytestmark = pytest.mark.integration

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
QUEUES = {
    "Termine": "appointments", "Familiennachzug": "family", "Asyl und Duldung": "asylum", "Ukraine § 24": "ukraine",
    "Allgemein": "general", "System": "system",
}  # fmt: skip
Row = sa.Row[Any]


class Counted(Connection):
    """A connection that tells what it sent."""

    sent: list[str]

    async def _command(self, name: str, *arguments: Any, **options: Any) -> Any:
        self.sent.append(name)
        return await super()._command(name, *arguments, **options)


@dataclass
class Box:
    """One mailbox with all that notices: what the watcher holds in a session."""

    user: str
    dovecot: Dovecot
    ledger: Ledger
    connection: Counted
    filing: Filing
    moves: Corrections
    now: dt.datetime = START

    async def look(self) -> list[str]:
        """One look, two minutes after the last; returns the commands it took."""
        self.now += 2 * MINUTE
        self.connection.sent = []
        await self.moves.look(QUEUES)
        sent, self.connection.sent = self.connection.sent, []
        await self.connection.select("INBOX")
        return sent

    async def receive(self, *mails: bytes, folder: str = "Termine", case: bool = True, file: bool = True) -> None:
        """Deliver mails, record them as a round does, and file them."""
        self.dovecot.deliver(self.user, *mails, date=self.now)
        source = await self.connection.select("INBOX")
        heads = await self.connection.heads(await self.connection.search())

        def work(connection: sa.Connection) -> None:
            with entry(connection, self.ledger.secret, self.now) as register:
                for head in heads.values():
                    opened = register.open_case(
                        prefix="AB", channel="email", mailbox="office", queue=QUEUES[folder], language="de",
                        sender="samira@example.net", subject="",
                    ) if case else None  # fmt: skip
                    place = Place("office", source.uidvalidity, head.uid, head.internaldate, head.size, backlog=False)
                    register.message(
                        place, case=opened, message_id=id_of(head.header), reply=case, reason="eligible", language="de",
                        confidence="sure", queue=QUEUES[folder], evidence=[], folder=folder,
                    )  # fmt: skip

        await self.ledger.write(work)
        if file:
            await self.filing.file(source.uidvalidity)

    async def rows(self, table: sa.Table) -> Sequence[Row]:
        """All that is in a table, in order."""
        return await self.ledger.read(lambda c: c.execute(sa.select(table).order_by(*table.primary_key)).all())

    async def moved(self) -> list[tuple[str, str]]:
        """From and to of every correction."""
        return [(row.from_queue, row.to_queue) for row in await self.rows(corrected)]

    async def where(self) -> list[tuple[str, str, str]]:
        """Queue, folder and filing of every message."""
        return [(row.queue, row.folder, row.filing) for row in await self.rows(messages)]

    async def agrees(self) -> None:
        """What the ledger says of each place is so, and each message is claimed once."""
        claimed = [(row.folder, row.target_uid, row.message_id) for row in await self.rows(messages)]
        there = {
            (folder, stored.uid, id_of(stored.raw)) for folder in QUEUES
            for stored in self.dovecot.stored(self.user, folder) if "\\Deleted" not in stored.flags
        }  # fmt: skip
        assert set(claimed) <= there
        assert len(set(claimed)) == len(claimed)


@pytest.fixture
def office(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[Callable[[Callable[[Box], Awaitable[None]]], None]]:
    """Runs a story in a mailbox of its own, whose folders were looked at once."""
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)

    async def session(story: Callable[[Box], Awaitable[None]]) -> None:
        Counted.sent = []
        connection = await Counted.open(Account(dovecot.host, dovecot.port, "none", user, PASSWORD))
        try:
            filing = Filing(ledger, connection, "office", Folders("", "/", ""), lambda: box.now)
            moves = Corrections(ledger, connection, filing, "office", "INBOX", lambda: box.now)
            box = Box(user, dovecot, ledger, connection, filing, moves)
            await filing.prepare(list(QUEUES))
            await box.look()
            await story(box)
        finally:
            await connection.logout()

    yield lambda story: asyncio.run(session(story))
    ledger.close()


def move(box: Box, origin: str, target: str, how: str = "MOVE", count: int | None = None) -> None:
    """As a mail program does it; ``count``: only so many, the last ones."""
    with box.dovecot.client(box.user) as clerk:
        clerk.select_folder(origin)
        uids = clerk.search()[-count if count else None :]
        if how == "MOVE":
            clerk.move(uids, target)
            return
        if how == "APPEND":
            for row in clerk.fetch(uids, ["BODY.PEEK[]"]).values():
                clerk.append(target, row[b"BODY[]"], (), START - dt.timedelta(days=1))
        else:
            clerk.copy(uids, target)
        if how != "COPY":
            clerk.add_flags(uids, ["\\Deleted"], silent=True)
        if how in ("COPY, delete, expunge", "APPEND"):
            clerk.expunge()


Office = Callable[[Callable[[Box], Awaitable[None]]], None]


@pytest.mark.parametrize("how", ["MOVE", "COPY, delete, expunge", "COPY, delete", "APPEND"])
def test_a_move_is_noticed_once_however_the_mail_program_does_it(office: Office, how: str) -> None:
    async def story(box: Box) -> None:
        await box.receive(message(), message())
        move(box, "Termine", "Familiennachzug", how, count=1)
        for _ in range(3):
            await box.look()
        assert await box.moved() == [("appointments", "family")]
        assert await box.where() == [("appointments", "Termine", "filed"), ("family", "Familiennachzug", "filed")]
        await box.agrees()
        [correction] = await box.rows(corrected)
        assert (correction.at, correction.message_id) == (START + 4 * MINUTE, 2)
        assert [(case.queue, case.updated_at) for case in await box.rows(cases)] == [
            ("appointments", START + 2 * MINUTE), ("family", START + 2 * MINUTE)
        ]  # fmt: skip

    office(story)


def test_a_drag_of_200_costs_a_handful_of_commands(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(*(message() for _ in range(200)))
        assert await box.look() == ["LIST"]
        move(box, "Termine", "Familiennachzug")
        assert await box.look() == ["LIST", "EXAMINE", "UID SEARCH", "UID FETCH", "EXAMINE", "UID FETCH"]
        assert await box.moved() == [("appointments", "family")] * 200
        await box.agrees()

    office(story)


def test_an_idle_office_costs_one_command_or_one_for_each_folder(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message())
        assert await box.filing.append_notice("Termine", message("office@office.example"))
        assert await box.look() == ["LIST"], "what was filed and appended by the service is explained"
        box.connection.capabilities -= {"LIST-STATUS"}
        assert await box.look() == ["STATUS"] * len(QUEUES)
        box.dovecot.deliver(box.user, message(), folder="Allgemein")
        assert await box.look() == ["STATUS"] * len(QUEUES) + ["EXAMINE", "UID SEARCH", "UID FETCH"]
        assert await box.look() == ["STATUS"] * len(QUEUES), "what was looked through is not looked through again"
        assert await box.moved() == []

    office(story)


def test_a_copy_is_no_correction_until_the_original_goes(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message())
        move(box, "Termine", "Familiennachzug", "COPY")
        for _ in range(8):
            last = await box.look()
        assert await box.moved() == []
        assert await box.where() == [("appointments", "Termine", "filed")]
        assert last == ["LIST"], "after some minutes a copy is left alone"
        with box.dovecot.client(box.user) as clerk:
            clerk.select_folder("Termine")
            clerk.delete_messages(clerk.search())
            clerk.expunge()
        for _ in range(2):
            await box.look()
        assert await box.moved() == [("appointments", "family")]
        assert await box.rows(copies) == []
        await box.agrees()

    office(story)


def test_a_copy_is_forgotten_after_a_week_and_where_it_goes(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message())
        move(box, "Termine", "Familiennachzug", "COPY")
        await box.look()
        assert len(await box.rows(copies)) == 1
        move(box, "Familiennachzug", "Trash")
        await box.look()
        assert await box.rows(copies) == []
        move(box, "Termine", "Allgemein", "COPY")
        await box.look()
        box.now += dt.timedelta(days=corrections.COPY_DAYS)
        move(box, "Termine", "Trash")
        await box.look()
        assert await box.rows(copies) == []
        assert await box.moved() == []

    office(story)


def test_two_clients_that_move_the_same_message_make_one_correction(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message())
        with box.dovecot.client(box.user) as one, box.dovecot.client(box.user) as other:
            for clerk in (one, other):
                clerk.select_folder("Termine")
            one.copy([1], "Familiennachzug")
            other.copy([1], "Asyl und Duldung")
            for clerk in (one, other):
                clerk.delete_messages([1], silent=True)
                clerk.expunge()
        await box.look()
        await box.look()
        [(origin, target)] = await box.moved()
        assert (origin, target in ("family", "asylum")) == ("appointments", True)
        await box.agrees()
        # Somebody tidies up: what is deleted is what the ledger had, so that the other one is the message now.
        [(_, kept, _)] = await box.where()
        move(box, kept, "Trash")
        await box.look()
        assert sorted({q for pair in await box.moved() for q in pair}) == ["appointments", "asylum", "family"]
        await box.agrees()

    office(story)


def test_moved_on_and_back_is_told_and_counts_for_nothing(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message(), message(), message())
        move(box, "Termine", "Familiennachzug", count=2)
        await box.look()
        move(box, "Familiennachzug", "Asyl und Duldung", count=1)
        await box.look()
        middle = box.now
        move(box, "Familiennachzug", "Termine")
        await box.look()
        appointments, family, asylum = "appointments", "family", "asylum"
        assert await box.moved() == [
            (appointments, family), (appointments, family), (family, asylum), (family, appointments)
        ]  # fmt: skip
        all_told = await box.ledger.read(corrections.between, START, box.now + MINUTE)
        assert all_told == {(appointments, asylum): 1}
        assert await box.ledger.read(corrections.between, middle + MINUTE, box.now + MINUTE) == {
            (family, appointments): 1
        }
        assert await box.ledger.read(corrections.between, START, START) == {}
        told = await box.ledger.read(corrections.of_case, 2)
        assert [(c.from_queue, c.to_queue) for c in told] == [(appointments, family), (family, appointments)]
        assert {case.queue for case in await box.rows(cases)} == {appointments, asylum}
        await box.agrees()

    office(story)


def test_a_move_out_of_the_queues_is_no_correction_and_a_move_back_into_them_is(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message())
        move(box, "Termine", "Trash")
        await box.look()
        assert (await box.moved(), await box.where()) == ([], [("appointments", "Termine", "filed")])
        move(box, "Trash", "Asyl und Duldung")
        await box.look()
        assert await box.moved() == [("appointments", "asylum")]
        await box.agrees()

    office(story)


def test_what_the_server_or_a_clerk_moves_before_it_was_recorded_is_nobodys_correction(office: Office) -> None:
    async def story(box: Box) -> None:
        box.dovecot.sieve(box.user, 'require "fileinto";\nfileinto "Asyl und Duldung";\n')
        box.dovecot.lmtp(box.user, message())
        box.dovecot.deliver(box.user, message())
        move(box, "INBOX", "Familiennachzug")
        await box.look()
        assert len(box.dovecot.stored(box.user, "Asyl und Duldung")) == 1
        assert (await box.moved(), await box.where()) == ([], [])

    office(story)


def test_a_clerk_who_is_faster_than_filing_has_decided(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message(), message(), file=False)
        move(box, "INBOX", "Familiennachzug", count=1)
        await box.filing.file((await box.connection.select("INBOX")).uidvalidity)
        await box.look()
        assert await box.moved() == [("appointments", "family")]
        assert await box.where() == [("appointments", "Termine", "filed"), ("family", "Familiennachzug", "filed")]
        await box.agrees()

    office(story)


def test_what_waits_to_be_filed_is_moved_by_hand(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message(), message(), file=False)
        move(box, "INBOX", "Asyl und Duldung", "COPY", count=1)
        await box.look()
        assert await box.moved() == []
        move(box, "INBOX", "Familiennachzug")
        await box.look()
        assert await box.moved() == [("appointments", "family")] * 2
        assert [copy.folder for copy in await box.rows(copies)] == ["Asyl und Duldung"]
        await box.agrees()

    office(story)


def test_folders_made_anew_are_known_again(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message(), message())
        box.dovecot.set_uidvalidity(box.user, "Termine", 4711)
        await box.look()
        assert await box.moved() == []
        assert {row.target_uidvalidity for row in await box.rows(messages)} == {4711}
        await box.receive(message())
        assert await box.look() == ["LIST"]
        move(box, "Termine", "Familiennachzug")
        await box.look()
        assert await box.moved() == [("appointments", "family")] * 3
        await box.agrees()
        with box.dovecot.client(box.user) as clerk:
            clerk.delete_folder("Familiennachzug")
        await box.look()
        await box.filing.prepare(list(QUEUES))
        await box.receive(message(), folder="Familiennachzug")
        await box.look()
        assert len(await box.moved()) == 3

    office(story)


def test_a_mail_that_came_twice_is_two_messages(office: Office) -> None:
    async def story(box: Box) -> None:
        mail = message()
        await box.receive(mail, mail)
        move(box, "Termine", "Familiennachzug", count=1)
        await box.look()
        assert [folder for _, folder, _ in await box.where()] == ["Termine", "Familiennachzug"]
        move(box, "Termine", "Familiennachzug")
        await box.look()
        assert await box.moved() == [("appointments", "family")] * 2
        await box.agrees()

    office(story)


def test_a_mail_without_message_id_is_known_by_size_and_date(office: Office) -> None:
    async def story(box: Box) -> None:
        bare = message().partition(b"Message-ID")
        mail = bare[0] + bare[2].partition(b"\r\n")[2]
        await box.receive(mail)
        box.now += MINUTE
        await box.receive(mail)
        move(box, "Termine", "Familiennachzug", count=1)
        await box.look()
        assert [folder for _, folder, _ in await box.where()] == ["Termine", "Familiennachzug"]

    office(story)


def test_machine_mail_that_was_a_persons_counts_without_a_case(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message(), folder="System", case=False)
        move(box, "System", "Allgemein")
        await box.look()
        assert await box.moved() == [("system", "general")]
        assert await box.ledger.read(corrections.between, START, box.now + MINUTE) == {("system", "general"): 1}

    office(story)


def test_voicemail_is_moved_like_mail(office: Office) -> None:
    async def story(box: Box) -> None:
        raw = message("office@office.example", subject="Anruf")
        put = await box.filing.put("Termine", raw, flags=(), date=box.now)
        assert put is not None

        def spoken(connection: sa.Connection) -> None:
            with entry(connection, box.ledger.secret, box.now) as register:
                number = register.message(
                    Place("office", 0, 1, box.now, len(raw), backlog=False), case=None, message_id=id_of(raw),
                    reply=False, reason="voicemail", language="de", confidence="sure", queue="appointments",
                    evidence=[], folder="Termine",
                )  # fmt: skip
            target = {"filing": "filed", "target_uidvalidity": put.uidvalidity, "target_uid": put.uid}
            connection.execute(messages.update().where(messages.c.id == number).values(target))

        await box.ledger.write(spoken)
        assert await box.look() == ["LIST"]
        move(box, "Termine", "Familiennachzug")
        await box.look()
        assert await box.moved() == [("appointments", "family")]
        await box.agrees()

    office(story)


def test_an_answer_in_the_new_folder_is_noticed(office: Office) -> None:
    async def story(box: Box) -> None:
        await box.receive(message())
        move(box, "Termine", "Familiennachzug")
        await box.look()
        assert await box.ledger.read(records.open_targets, "office", list(QUEUES)) == {"Familiennachzug": 1}
        [row] = await box.rows(messages)
        count = await box.ledger.write(
            records.answered_targets, "office", "Familiennachzug", row.target_uidvalidity, [row.target_uid], box.now
        )
        assert count == 1

    office(story)


def test_more_than_is_looked_through_at_a_time_has_its_turn_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.mail.corrections.LOOK_LIMIT", 3)

    async def story(box: Box) -> None:
        await box.receive(*(message() for _ in range(7)))
        move(box, "Termine", "Familiennachzug")
        found = []
        for _ in range(4):
            await box.look()
            found.append(len(await box.moved()))
        assert found == [3, 6, 7, 7]
        await box.agrees()

    office(story)
