# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups: made while the service writes, whole or not there at all, put back only when safe, always recognised."""

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from intake.cases import backup
from intake.cases.ledger import Ledger
from intake.errors import LedgerError
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message, sent_to
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The file of an empty ledger that nobody has open."""
    file = tmp_path / "data" / "ledger.sqlite3"
    Ledger.open(f"sqlite:///{file}", file.parent).close()
    return file


def meta(file: Path) -> dict[str, str]:
    connection = sqlite3.connect(file)
    try:
        return dict(connection.execute("SELECT key, value FROM meta"))
    finally:
        connection.close()


def edit(file: Path, sql: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(sql)
    connection.close()


WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("PRAGMA journal_mode=WAL")
number = 0
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    for half in ("a", "b"):
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (half, str(number)))
        connection.execute("INSERT INTO audit (at, action, detail) VALUES ('2026-03-02 09:00', 'x', ?)", ("y" * 500,))
    connection.execute("COMMIT")
"""


def test_a_backup_of_a_ledger_that_is_being_written_is_one_moment_of_it(ledger: Path, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(ledger)]) as writer:
        try:
            numbers = []
            for second in range(5):
                wait_until(lambda: int(meta(ledger).get("a", "0")) > (numbers or [0])[-1], "somebody writes")
                made = backup.make(ledger, tmp_path / "safe", NOW + dt.timedelta(seconds=second))
                connection = sqlite3.connect(made)
                both = connection.execute("SELECT value FROM meta WHERE key IN ('a', 'b')").fetchall()
                lines = connection.execute("SELECT count(*) FROM audit").fetchone()[0]
                connection.close()
                assert both[0] == both[1]
                numbers.append(int(both[0][0]))
                assert lines == 2 * numbers[-1]
        finally:
            writer.kill()
    assert numbers == sorted(set(numbers))


def test_a_backup_is_private_stamped_and_alone(ledger: Path, tmp_path: Path) -> None:
    made = backup.make(ledger, tmp_path / "safe", NOW)
    assert made.name == "ledger-20260302T090000Z.sqlite3"
    assert [file.name for file in made.parent.iterdir()] == [made.name]
    assert (made.stat().st_mode & 0o777, made.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert meta(made) == {**meta(ledger), "backup": NOW.isoformat()}
    again = backup.make(ledger, tmp_path / "safe", NOW)
    assert again.name == "ledger-20260302T090001Z.sqlite3"


def test_backups_end_after_their_days_and_nothing_else_is_deleted(ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "safe"
    old = backup.make(ledger, folder, NOW - dt.timedelta(days=14))
    young = backup.make(ledger, folder, NOW - dt.timedelta(days=13))
    torn = folder / "ledger-20260302T070000Z.sqlite3.new"
    under_way = folder / "ledger-20260302T085900Z.sqlite3.new"
    others = [
        folder / name for name in ("ledger.sqlite3", "ledger-20200101.sqlite3", "xledger-20200101T000000Z.sqlite3")
    ]
    for file in (torn, under_way, *others):
        file.touch()
    gone = backup.prune([folder, folder, tmp_path / "none"], 14, NOW)
    assert [entry.file for entry in gone] == [old, torn]
    assert set(folder.iterdir()) == {young, under_way, *others}
    assert [entry.ends_at for entry in backup.known([folder], 14)][:1] == [NOW + dt.timedelta(days=1)]


def test_a_backup_that_cannot_be_made_leaves_nothing_and_keeps_the_older_ones(ledger: Path, tmp_path: Path) -> None:
    older = backup.make(ledger, tmp_path / "safe", NOW)
    with ledger.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 20))
    with pytest.raises(LedgerError, match=r"damaged.*intake restore FILE") as caught:
        backup.make(ledger, tmp_path / "safe", NOW + dt.timedelta(days=1))
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "safe").iterdir()) == [older]
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="could not be made"):
        backup.make(ledger, tmp_path / "file" / "below", NOW)


def newer(file: Path) -> None:
    edit(file, "UPDATE alembic_version SET version_num = '9999'")


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


def foreign(file: Path) -> None:
    file.unlink()
    edit(file, "CREATE TABLE t (x)")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda f: f.unlink(), "there is no such file"),
        (lambda f: f.write_bytes(b""), "no ledger of this service"),
        (lambda f: f.write_bytes(b"From: somebody\r\n" * 500), "no ledger of this service, or damaged"),
        (foreign, "no ledger of this service"),
        (cut, "damaged"),
        (newer, r"a newer version made it \(schema 9999"),
        (lambda f: edit(f, "DELETE FROM meta"), "no ledger of this service"),
    ],
)
def test_a_file_that_cannot_be_restored_is_one_sentence_and_changes_nothing(
    ledger: Path, tmp_path: Path, spoil: Callable[[Path], Any], expected: str
) -> None:
    made = backup.make(ledger, tmp_path / "safe", NOW)
    spoil(made)
    before = {file: file.read_bytes() for file in ledger.parent.iterdir() if not file.name.endswith(".lock")}
    with pytest.raises(LedgerError, match=expected) as caught:
        backup.restore(made, ledger, ledger.parent, NOW)
    assert "\n" not in str(caught.value)
    assert str(made) in str(caught.value)
    assert {f: f.read_bytes() for f in ledger.parent.iterdir() if not f.name.endswith(".lock")} == before


def test_the_log_of_the_replaced_ledger_does_not_reach_the_restored_one(ledger: Path, tmp_path: Path) -> None:
    made = backup.make(ledger, tmp_path / "safe", NOW)
    # A process that died: its last transactions are in the log only.
    code = (
        "import os, signal, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode=WAL')\n"
        "c.execute(\"INSERT INTO meta VALUES ('late', 'x')\"); c.commit(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(ledger)])
    assert ledger.with_name("ledger.sqlite3-wal").stat().st_size > 0
    done = backup.restore(made, ledger, ledger.parent, NOW)
    assert "late" not in meta(ledger)
    assert done.whole
    assert done.kept is not None
    assert meta(done.kept)["late"] == "x"
    assert (done.kept.parent, done.kept.stat().st_mode & 0o777) == (ledger.parent / "backups", 0o600)


def test_a_damaged_ledger_can_be_replaced_and_is_kept_as_it_is(ledger: Path, tmp_path: Path) -> None:
    made = backup.make(ledger, tmp_path / "safe", NOW)
    ledger.write_bytes(b"nothing" * 1000)
    done = backup.restore(made, ledger, ledger.parent, NOW)
    assert not done.whole
    assert done.kept is not None
    assert done.kept.read_bytes() == b"nothing" * 1000
    assert meta(ledger)["backup"] == NOW.isoformat()


def test_a_machine_that_has_nothing_yet_gets_the_ledger_and_the_list_of_people_to_forget(
    ledger: Path, tmp_path: Path
) -> None:
    made = backup.make(ledger, tmp_path / "safe", NOW)
    line = '{"key": "k", "at": "2026-03-02T09:00:00+00:00"}\n'
    (tmp_path / "safe" / "forgotten").write_text(line)
    new = tmp_path / "new" / "data"
    assert backup.restore(made, new / "ledger.sqlite3", new, NOW).kept is None
    assert (new / "forgotten").read_text() == line
    assert meta(new / "ledger.sqlite3")["secret"] == meta(ledger)["secret"]


@pytest.mark.parametrize("by_hand", [False, True], ids=["intake restore", "copied by hand, marker and all"])
def test_a_restored_ledger_is_always_recognised_and_sends_nothing_until_a_person_has_looked(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path, by_hand: bool
) -> None:
    first, second = message("first@person.example"), message("second@person.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, first)
        office.wait_settled(first)
        made = office.command("backup", "--json")
        assert made.returncode == 0, made.stderr
        file = Path(json.loads(made.stdout)["file"])
        assert file.parent == (tmp_path / "data" / "backups").resolve()
        refused = office.command("restore", str(file))
        assert refused.returncode == 1
        assert "the service is running on this ledger; stop it first" in refused.stderr
        assert refused.stderr.count("\n") == 1
        office.stop()
        if by_hand:
            # Nothing happened since, and not even the marker is left that could be ahead.
            for name in ("ledger.sqlite3-wal", "ledger.sqlite3-shm", "generation"):
                (tmp_path / "data" / name).unlink(missing_ok=True)
            shutil.copy(file, tmp_path / "data" / "ledger.sqlite3")
        else:
            restored = office.command("restore", str(file))
            assert restored.returncode == 0, restored.stderr
            assert "intake resume" in restored.stdout
            assert "kept as" in restored.stdout
        office.start()
        dovecot.deliver(user, second)
        office.wait_settled(second)
        assert [hold["kind"] for hold in office.status()["holds"]] == ["restored"]
        assert office.decisions(second)[0][1] == "held-after-restore"
        assert len(sink.messages) == 1

        assert office.command("resume").returncode == 0
        office.wait_settled(second)
        wait_until(lambda: len(sent_to(sink, "second@person.example")) == 1, "what was held is sent")
        # It is recognised once, not at every start.
        office.stop()
        office.start()
        assert office.status()["holds"] == []
        assert len(sink.messages) == 2


def test_a_ledger_on_postgresql_is_backed_up_with_its_own_tools_and_no_password_is_shown(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    url = "postgresql://intake:geheim@db.office.example/ledger"
    office = Office(tmp_path, dovecot, 1, {"office": user}, service={"ledger": url})
    for command, tool in ((("backup",), "pg_dump"), (("restore", "ledger.dump"), "pg_restore")):
        done = office.command(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert tool in done.stderr
        assert "postgresql://intake@db.office.example/ledger" in done.stderr
        assert "geheim" not in done.stderr


def test_where_there_is_no_ledger_there_is_no_backup(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    office = Office(tmp_path, dovecot, 1, {"office": user})
    done = office.command("backup", str(tmp_path / "safe"))
    assert done.returncode == 1
    assert "there is no ledger yet" in done.stderr
    assert not (tmp_path / "safe").exists()
