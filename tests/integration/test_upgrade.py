# SPDX-License-Identifier: GPL-3.0-or-later
"""From an older version's ledger to this one's: nothing lost, nothing twice, and a way back.

``tests/data/ledger/version-N.sql`` is what version N's daemon left after a varied day (:mod:`tests.ledger_of_a_day`).
The mail server is rebuilt as it was when that daemon died, from the same messages.
"""

import datetime as dt
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from intake.cases import migrations
from intake.cases.ledger import HEAD, Ledger, lock_file
from intake.cases.tables import metadata
from intake.errors import LedgerError
from tests.ledger_of_a_day import FOLDER, MESSAGES, MORNING, STEADY, USERS, VALIDITY
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, id_of, message, sent_to, until
from tests.servers.postgresql import PostgreSQL
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

OLD = sorted(FOLDER.glob("version-*.sql"))
EVENING = MORNING + dt.timedelta(hours=5)
"""The next start: late enough for all that waits to be due."""


def load(sql: Path, data: Path) -> Path:
    """An old ledger in a data directory."""
    data.mkdir(mode=0o700, parents=True)
    file = data / "ledger.sqlite3"
    connection = sqlite3.connect(file)
    connection.executescript(sql.read_text("utf-8"))
    connection.close()
    return file


def rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Table → its columns."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {t: {row[1] for row in connection.execute(f"PRAGMA table_info({t})")} for t in tables}


def everything(file: Path, old: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of every table, by the columns that the old version and this one have."""
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(old.read_text("utf-8"))
        known = columns(connection)
    connection.close()
    del known["alembic_version"]
    common = {t: [f'"{c}"' for c in sorted(known[t] & set(metadata.tables[t].c.keys()))] for t in sorted(known)}
    return {t: Counter(rows(file, f"SELECT {', '.join(names)} FROM {t}")) for t, names in common.items()}


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


class Place:
    """The mail server of one mailbox, as it was when the old daemon died."""

    def __init__(self, server: Dovecot, mailbox: str, ledger: Path, raw_by_id: dict[str, bytes]) -> None:
        self.server, self.user = server, USERS[mailbox]
        lies: dict[str, list[tuple[int, str, bytes]]] = {"INBOX": []}
        self.known: set[str] = set()
        """Message-IDs that the ledger knows: not of people whom it had to forget, nor of what could not be read."""
        for uid, target_uid, folder, filing, message_id, date in rows(
            ledger,
            "SELECT uid, target_uid, folder, filing, message_id, internal_date FROM messages"
            f" WHERE mailbox = '{mailbox}'",
        ):
            raw = raw_by_id.get(message_id)
            if raw is None:
                continue
            self.known.add(message_id)
            if filing in ("pending", "copying"):
                lies["INBOX"].append((uid, date, raw))
            if filing == "copying":
                target_uid = 1 + max((u for u, *_ in lies.get(folder, [])), default=0)  # copied, and not noted
            if filing in ("filed", "copying"):
                lies.setdefault(folder, []).append((target_uid, date, raw))
        for folder, some in lies.items():
            with server.client(self.user) as client:
                if not client.folder_exists(folder):
                    client.create_folder(folder)
            server.set_uidvalidity(self.user, folder, VALIDITY)
            for uid, date, raw in sorted(some):
                server.doveadm("mailbox", "update", "-u", self.user, "--min-next-uid", str(uid), folder)
                at = dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC)
                server.deliver(self.user, raw, folder=folder, date=at)
                assert max(stored.uid for stored in server.stored(self.user, folder)) == uid
        [(last,)] = rows(ledger, f"SELECT max(uid) FROM messages WHERE mailbox = '{mailbox}'")
        server.doveadm("mailbox", "update", "-u", self.user, "--min-next-uid", str(last + 1), "INBOX")

    def lies(self) -> Counter[str]:
        """How often each Message-ID lies in the account."""
        return Counter(id_of(raw) for mails in self.server.folders(self.user).values() for raw in mails)


def figures(office: Office) -> Any:
    done = office.command("report", "--from", "2025-10-01", "--to", "2026-03-03", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("sql", OLD, ids=lambda path: path.stem)
def test_the_daemon_goes_on_with_an_older_versions_ledger_where_that_one_died(
    sql: Path, dovecot: Dovecot, sink: SmtpSink, tmp_path: Path
) -> None:
    ledger = load(sql, tmp_path / "data")
    before = everything(ledger, sql)
    raw_by_id = {id_of(raw): raw for mails in MESSAGES.values() for raw in mails.values()}
    waiting = {
        (recipient, id_of(raw))
        for recipient, raw in rows(ledger, "SELECT recipient, raw FROM outbox WHERE state = 'queued'")
    }
    held = rows(ledger, "SELECT recipient FROM outbox WHERE state = 'held'")
    copies = [id_of(raw) for (raw,) in rows(ledger, "SELECT raw FROM outbox WHERE copy = 'appending'")]
    assert (len(waiting), len(held), len(copies)) == (2, 3, 1)

    with Dovecot(without={"MOVE"}) as without_move:
        places = {
            "office": Place(dovecot, "office", ledger, raw_by_id),
            "termine": Place(without_move, "termine", ledger, raw_by_id),
        }
        office = Office(
            tmp_path, dovecot, sink.port,
            {
                "office": USERS["office"],
                "termine": {"user": USERS["termine"], "host": without_move.host, "port": without_move.port},
            },
            trust={"spam_marks": [{"name": "X-Spam-Flag", "value": "YES"}]}, clock=EVENING, patches=STEADY,
        )  # fmt: skip
        refused = office.command("report")
        assert refused.returncode == 1
        assert "start the service once with: intake run" in refused.stderr

        reference = str(rows(ledger, "SELECT reference FROM cases WHERE sender = 'mehmet@person.example'")[0][0])
        back_again = MESSAGES["office"]["olena"]  # a clerk moved it back
        follow_up = message(
            "mehmet@person.example", subject=f"Re: {reference}", text="Merhaba, bir sorum daha var. Teşekkürler.\n"
        )
        to_blocked = message("unknown@person.example", text="Dear office, I am writing once more about my visa.\n")
        new = message("new@person.example", text="Guten Tag, ich brauche einen Termin für meinen Aufenthaltstitel.\n")
        dovecot.deliver(USERS["office"], back_again, follow_up, to_blocked, new, date=EVENING)
        with office:
            assert f"an older version made this ledger; it is kept as {tmp_path}/data/backups/ledger-" in office.log()
            office.wait_settled(back_again, follow_up, to_blocked, new)
            office.wait_recorded(sum(before["messages"].values()) + 4)

            assert {office.decisions(raw)[-1][1] for raw in (back_again,)} == {"already-acknowledged"}
            assert (office.decisions(follow_up)[0][1], office.reference(follow_up)) == ("follow-up", reference)
            assert office.decisions(to_blocked)[0][1] == "target-blocked"
            sent = Counter((mail.recipients[0], id_of(mail.raw)) for mail in sink.messages)
            assert set(sent.values()) == {1}
            assert set(sent) == waiting | {("new@person.example", id_of(sent_to(sink, "new@person.example")[0]))}
            assert rows(ledger, "SELECT recipient FROM outbox WHERE state = 'held'") == held
            assert {"breaker", "undeliverable", "quarantine"} <= office.causes()
            until(lambda: "mailbox" not in office.causes(), "what was wrong with a mailbox is over")

            for mailbox, place in places.items():
                lies = place.lies()
                moved_back = {id_of(back_again)} if mailbox == "office" else set()
                assert {name for name in place.known if lies[name] != 1} == moved_back
                assert place.server.stored(place.user) == []
            assert [places["office"].lies()[name] for name in copies] == [1]

            # What was settled before is as it was, to the letter.
            after = everything(ledger, sql)
            for table in ("cases", "seen", "threads", "blocks", "holds", "audit"):
                gone = before[table] - after[table]
                assert len(gone) <= (2 if table == "cases" else 0), (table, gone)  # written to: two cases

            resumed = office.command("resume")
            assert f"{len(held)} acknowledgement(s) will be sent, 0 dropped" in resumed.stdout
            sink.wait_for(len(sent) + len(held))
            office.wait_recorded(0)
        assert set(Counter((m.recipients[0], id_of(m.raw)) for m in sink.messages).values()) == {1}

        [kept] = (tmp_path / "data" / "backups").glob("ledger-*")
        old, now = everything(kept, sql), everything(ledger, sql)
        assert {t: old[t] for t in old if t != "meta"} == {t: before[t] for t in before if t != "meta"}
        assert len(now["messages"]) == len(before["messages"]) + 4


@pytest.mark.parametrize("sql", OLD, ids=lambda path: path.stem)
def test_the_figures_are_the_same_after_the_upgrade(sql: Path, dovecot: Dovecot, tmp_path: Path) -> None:
    ledger = load(sql, tmp_path / "data")
    before = everything(ledger, sql)
    by_queue = dict(rows(ledger, "SELECT queue, count(*) FROM messages GROUP BY queue"))
    opened = dict(rows(ledger, "SELECT queue, count(*) FROM cases WHERE state = 'open' GROUP BY queue"))
    suppressed = dict(rows(ledger, "SELECT reason, count(*) FROM messages WHERE NOT reply GROUP BY reason"))
    office = Office(tmp_path, dovecot, 9, {"office": "nobody"}, clock=EVENING)
    Ledger.open(f"sqlite:///{ledger}", ledger.parent).close()
    after = everything(ledger, sql)
    assert after == before
    found = figures(office)
    assert {name: queue["messages"] for name, queue in found["queues"].items() if queue["messages"]} == by_queue
    assert {name: queue["open_cases"] for name, queue in found["queues"].items() if queue["open_cases"]} == opened
    assert found["suppressed"] == suppressed
    assert found["time_to_answer"]["count"] == 2
    assert found["time_to_acknowledgement"]["count"] == rows(
        ledger, "SELECT count(*) FROM outbox WHERE kind = 'acknowledgement' AND sent_at IS NOT NULL"
    )[0][0]  # fmt: skip


def schema(connection: sa.Connection) -> list[Any]:
    """How the tables differ from the program's."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    return list(compare_metadata(MigrationContext.configure(connection), metadata))


@pytest.mark.parametrize("sql", OLD, ids=lambda path: path.stem)
def test_an_upgrade_killed_in_its_middle_changed_nothing_and_the_next_one_completes_it(
    sql: Path, tmp_path: Path
) -> None:
    ledger = load(sql, tmp_path / "data")
    before = everything(ledger, sql)
    code = (
        "import os, signal, sys; from pathlib import Path; from alembic import op\n"
        "def dies(*args, create=op.create_index, **kwargs):\n"
        "    create(*args, **kwargs); os.kill(os.getpid(), signal.SIGKILL)\n"
        "op.create_index = dies\n"
        "from intake.cases.ledger import Ledger\n"
        "Ledger.open(f'sqlite:///{sys.argv[1]}', Path(sys.argv[1]).parent)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(ledger)]).returncode == -9
    assert rows(ledger, "SELECT version_num FROM alembic_version") == rows_of_version(sql)
    assert everything(ledger, sql) == before
    books = Ledger.open(f"sqlite:///{ledger}", ledger.parent)
    try:
        with books._engine.connect() as connection:
            assert schema(connection) == []
    finally:
        books.close()
    assert rows(ledger, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert everything(ledger, sql) == before


def rows_of_version(sql: Path) -> list[tuple[str]]:
    """What the table of the old version's number holds."""
    found = re.search(r'INSERT INTO "alembic_version" VALUES\(\'(\d+)\'\)', sql.read_text("utf-8"))
    assert found is not None
    return [(found[1],)]


@pytest.mark.parametrize("sql", OLD, ids=lambda path: path.stem)
def test_nothing_is_upgraded_while_the_older_version_runs_or_no_copy_can_be_kept(sql: Path, tmp_path: Path) -> None:
    ledger = load(sql, tmp_path / "data")

    def full() -> None:
        raise LedgerError("the backup could not be made (No space left on device)")

    running = lock_file(f"{ledger}.lock")
    assert running is not None
    with pytest.raises(LedgerError, match="another intake is running on this ledger; stop it first"):
        Ledger.open(f"sqlite:///{ledger}", ledger.parent)
    os.close(running)
    with pytest.raises(LedgerError, match="No space left"):
        Ledger.open(f"sqlite:///{ledger}", ledger.parent, before_upgrade=full)
    assert rows(ledger, "SELECT version_num FROM alembic_version") == rows_of_version(sql)


@pytest.mark.parametrize("sql", OLD, ids=lambda path: path.stem)
def test_an_older_ledger_on_postgresql_is_upgraded_too(sql: Path, tmp_path: Path) -> None:
    """The old version's tables there are made by its own migrations, and filled with the same rows."""
    ledger = load(sql, tmp_path / "data")
    with PostgreSQL() as server:
        url = server.database("old")
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        [(version,)] = rows_of_version(sql)
        _migrate_to(engine, version)
        source = sa.create_engine(f"sqlite:///{ledger}")
        with source.connect() as old, engine.begin() as new:
            new.exec_driver_sql("SET TIME ZONE 'UTC'")
            known, there = sa.MetaData(), sa.MetaData()
            known.reflect(old)
            there.reflect(new)
            for table in known.sorted_tables:
                some = [dict(row) for row in old.execute(sa.select(table)).mappings()]
                if some and table.name != "alembic_version":
                    new.execute(there.tables[table.name].insert(), some)
        source.dispose()
        called = []
        books = Ledger.open(url, tmp_path / "data", before_upgrade=lambda: called.append("kept"))
        try:
            with books._engine.connect() as connection:
                assert schema(connection) == []
                for table, before in everything(ledger, sql).items():
                    count = connection.execute(sa.select(sa.func.count()).select_from(metadata.tables[table]))
                    assert count.scalar() == sum(before.values()), table
        finally:
            books.close()
            engine.dispose()
        assert called == ["kept"]


def _migrate_to(engine: sa.Engine, version: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def test_the_bodies_of_nobody_lie_in_the_fixtures() -> None:
    """What is committed holds acknowledgements, which quote a subject and nothing else of a message."""
    for sql in OLD:
        with sqlite3.connect(":memory:") as connection:
            connection.executescript(sql.read_text("utf-8"))
            for (raw,) in connection.execute("SELECT raw FROM outbox WHERE raw IS NOT NULL"):
                assert message_from_bytes(raw)["Auto-Submitted"] == "auto-replied"
        connection.close()
