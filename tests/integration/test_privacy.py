# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a person lies on the disk: after a day of mail, after ``forget``, after a restore, after retention.

Every name, address, subject and phrase of the day's mail is searched for, in every file that the service wrote, in
the encodings in which it could lie there.
"""

import asyncio
import base64
import datetime as dt
import json
import quopri
import re
import subprocess
import sys
from collections.abc import Iterator
from email.header import Header
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.cases import keys, retention
from intake.cases.case import Place
from intake.cases.forgotten import Forgotten
from intake.cases.ledger import Ledger
from intake.cases.tables import outbox
from intake.config import Retention
from tests.books import entry
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message, sent_to
from tests.servers.ports import wait_until
from tests.servers.postgresql import PostgreSQL
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

PEOPLE = {
    "samira": ("Samira Quittenbaum", "quittenbaum@person.example", "Zwetschgenkompott"),
    "oleh": ("Олег Їжакевич", "izhakevych@person.example", "Буряковий"),
    "leyla": ("Leyla Öztürkoğlu", "ozturkoglu@person.example", "Kırlangıçkuyruğu"),
}
"""Name, address, and a word that stands in the subject. None of these words occurs anywhere else."""
PHRASES = ("Murmeltierzüchterverein", "бджолярствознавство", "papatyabahçeciliği")


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


def spellings(word: str) -> set[bytes]:
    """A word as it can lie in a file: in the encodings of texts, databases and mails, in any letter case."""
    found = set()
    for one in {word, word.lower(), word.upper(), word.capitalize()}:
        utf8 = one.encode()
        found |= {utf8, one.encode("utf-16-le"), json.dumps(one)[1:-1].encode(), quopri.encodestring(utf8)}
        found.add(quopri.encodestring(utf8, header=True))
        found.add(Header(one, "utf-8").encode().removeprefix("=?utf-8?b?")[:20].encode())
        # In Base64 a word looks different by where it begins: the inner part, which depends on nothing else.
        found |= {base64.b64encode(bytes(n) + utf8)[4 * (n > 0) + (n > 0) : -4] for n in range(3)}
    return {spelling for spelling in found if len(spelling) >= 6}


def holding(folder: Path, *words: str) -> set[str]:
    """The files below a folder in which one of the words lies."""
    wanted = re.compile(b"|".join(re.escape(s) for word in words for s in spellings(word)))
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)) for file in files if wanted.search(file.read_bytes())}


def of(*names: str) -> list[str]:
    """All that leads to these people."""
    words = []
    for name in names:
        full, address, subject = PEOPLE[name]
        words += [*full.split(), address.partition("@")[0], subject]
    return words


LEDGER = {"data/ledger.sqlite3", "data/ledger.sqlite3-wal"}


def a_day(dovecot: Dovecot, user: str, sink: SmtpSink, office: Office) -> None:
    """Everybody writes; one answer comes late, one address does not exist, a machine writes too, a clerk answers."""
    sink.script.recipients[PEOPLE["leyla"][1]] = "550 5.1.1 <ozturkoglu@person.example> no such mailbox"
    mails = []
    for (name, address, subject), phrase in zip(PEOPLE.values(), PHRASES, strict=True):
        text = f"Guten Tag,\n\nmeine Aufenthaltserlaubnis läuft ab. {phrase} ist mein Verein.\n\nGrüße\n{name}\n"
        mails.append(
            message(
                f"{name} <{address}>", subject=f"{subject} und Aufenthaltserlaubnis", text=text,
                Message_ID=f"<{address.partition('@')[0]}.{len(mails)}@person.example>",
            )
        )  # fmt: skip
    away = message(
        f"Samira Quittenbaum <{PEOPLE['samira'][1]}>", subject="Zwetschgenkompott: abwesend",
        text="Murmeltierzüchterverein", Auto_Submitted="auto-replied (Quittenbaum)",
    )  # fmt: skip
    broken = message(f"Samira Quittenbaum <{PEOPLE['samira'][1]}>", subject="Zwetschgenkompott", text=PHRASES[0])
    dovecot.deliver(user, *mails, away, broken + b"\x00\xff" * 2000)
    office.wait_settled(*mails, away)
    wait_until(lambda: "undeliverable" in office.causes(), "one address does not exist")
    office.wait_recorded(5)


def test_what_is_on_the_disk_after_a_day_after_forgetting_after_a_restore_and_after_retention(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All that a process could write: its data, its log, its temporary files, its home.
    home = tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    for name, value in {"TMPDIR": home / "tmp", "SQLITE_TMPDIR": home / "tmp", "HOME": home}.items():
        monkeypatch.setenv(name, str(value))
    everyone = of(*PEOPLE)
    office = Office(tmp_path, dovecot, sink.port, {"office": user})
    with office:
        a_day(dovecot, user, sink, office)
        assert holding(tmp_path, *PHRASES) == set()
        assert holding(tmp_path, *everyone) <= LEDGER
        for name in PEOPLE:
            # This test can fail: while a person is known, the search finds the person.
            assert holding(tmp_path, *of(name)), name
        assert office.query("SELECT 1 FROM mails") == []

        saved = office.command("backup", str(tmp_path / "safe"))
        assert saved.returncode == 0, saved.stderr
        [backup] = (tmp_path / "safe").glob("ledger-*")
        assert holding(tmp_path / "safe", *of("samira")) == {backup.name}

        done = office.command("forget", PEOPLE["samira"][1].upper(), "--json")
        assert done.returncode == 0, done.stderr
        receipt = json.loads(done.stdout)
        assert (receipt["cases"], receipt["mails"], receipt["erased_on_disk"]) == (2, 2, True)
        assert [entry["file"] for entry in receipt["backups"]] == [str(backup)]
        assert {place["folder"] for place in receipt["official_file_untouched"]} == {
            "Aufenthaltstitel",
            "Allgemein",
            "System",
        }
        for told in (receipt["german"], receipt["english"], done.stdout):
            assert "quittenbaum" not in told.lower()
        assert "amtliche Vorgang" in receipt["german"]
        assert "official file" in receipt["english"]
        assert str(backup) in receipt["german"]
        assert holding(tmp_path, *of("samira")) == {f"safe/{backup.name}"}
        assert holding(tmp_path / "data", *of("oleh")) <= {"ledger.sqlite3", "ledger.sqlite3-wal"}
        assert holding(tmp_path / "data", *of("oleh"))
        office.stop()

        # The backup comes back, and with it all people: but the service has been told whom to forget.
        restored = office.command("restore", str(backup))
        assert restored.returncode == 0, restored.stderr
        assert holding(tmp_path / "data", *of("samira")) == {"ledger.sqlite3"}
        office.start()
        assert office.status()["holds"][0]["kind"] == "restored"
        assert office.query("SELECT 1 FROM cases WHERE sender = ?", PEOPLE["samira"][1]) == []
        assert office.query("SELECT 1 FROM cases WHERE sender = ?", PEOPLE["oleh"][1]) == [(1,)]
        wait_until(lambda: "retention: " in office.log(), "what is due at the start is done")
        # The ledger that was replaced was kept as a backup: of a time when Samira was forgotten already.
        assert holding(tmp_path, *of("samira")) == {f"safe/{backup.name}"}
        office.stop()

    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=91)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}", tmp_path / "data")
    try:
        asyncio.run(retention.daily(ledger, tmp_path / "data", Retention(), later))
        assert holding(tmp_path, *everyone, *PHRASES) == {f"safe/{backup.name}"}
    finally:
        ledger.close()
    assert len(office.query("SELECT 1 FROM cases")) == 4


def test_a_message_of_a_person_who_was_forgotten_is_not_acknowledged_when_it_comes_back(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    raw = message("samira@person.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, raw)
        office.wait_settled(raw)
        before = [one.raw for one in dovecot.stored(user, "Aufenthaltstitel")]
        assert office.command("forget", "samira@person.example").returncode == 0
        assert [one.raw for one in dovecot.stored(user, "Aufenthaltstitel")] == before
        dovecot.deliver(user, raw)
        office.wait_recorded(2)
        assert len(sent_to(sink, "samira@person.example")) == 1

        # A new concern is one like anybody's.
        new = message("samira@person.example", subject="Mein Reiseausweis", text="Guten Tag, er ist verloren. Samira\n")
        dovecot.deliver(user, new)
        office.wait_settled(new)
        assert len(sent_to(sink, "samira@person.example")) == 2
        assert office.query("SELECT count(*) FROM cases WHERE sender = 'samira@person.example'") == [(1,)]


def test_what_waits_to_be_sent_to_a_person_who_is_forgotten_is_never_sent(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    sink.script.recipients["samira@person.example"] = "450 4.2.0 later"
    raw, other = message("samira@person.example"), message("oleh@person.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, raw)
        wait_until(lambda: office.query("SELECT 1 FROM outbox WHERE attempts = 1") == [(1,)], "it was put off")
        told = office.command("forget", "samira@person.example").stdout
        assert "davon noch nicht verschickt: 1" in told
        assert "of these never sent: 1" in told
        del sink.script.recipients["samira@person.example"]
        dovecot.deliver(user, other)
        office.wait_settled(other)
        assert office.status()["outbox"] == {"dropped": 1, "sent": 1}
        assert sent_to(sink, "samira@person.example") == []


def test_an_address_may_come_from_stdin_and_what_is_none_is_one_sentence(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    office = Office(tmp_path, dovecot, sink.port, {"office": user})
    early = office.command("forget", "samira@person.example")
    assert (early.returncode, early.stderr.count("\n")) == (1, 1)
    assert "there is no ledger yet" in early.stderr
    for typed, sentence in (("samira@person.example\n", "there is no ledger yet"), ("Samira\n", "no e-mail address")):
        piped = subprocess.run(
            [sys.executable, "-m", "intake", "forget", "-", "--config", str(office.config)],
            input=typed, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert piped.returncode == 1
        assert sentence in piped.stderr
    wrong = office.command("forget", "Samira")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("intake: this is no e-mail address and no telephone number; write one such as ")


def test_a_damaged_list_of_forgotten_people_stops_the_start_with_one_sentence(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    office = Office(tmp_path, dovecot, sink.port, {"office": user})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "forgotten").write_text("torn")
    started = office.command("run")
    assert started.returncode == 1
    assert "put back the copy that lies beside the backups" in started.stderr


def test_on_postgresql_the_same_ends_and_the_same_person_is_erased(tmp_path: Path) -> None:
    now = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)

    def insert(connection: sa.Connection, secret: bytes) -> None:
        key = keys.sender(secret, "samira@person.example")
        with entry(connection, secret, now) as register:
            case = register.open_case(
                prefix="AB", channel="email", mailbox="office", queue="family", language="tr",
                sender="samira@person.example", subject="Zwetschgenkompott",
            )  # fmt: skip
            source = register.message(
                Place("office", 7, 1, now, 1000, backlog=False), case=case, sender_key=key,
                message_id="<samira-pc@person.example>", reply=True, reason="eligible", language="tr",
                confidence="sure", queue="family", evidence=["weil"], folder="Familiennachzug",
            )  # fmt: skip
            register.remember(["identity"], case)
            register.remember_text("text", case)
            register.remember_thread("<samira-pc@person.example>", case, "person")
        connection.execute(outbox.insert().values(
            case_id=case.id, source_id=source, kind="acknowledgement", mailbox="office", mail_id="<1@office.example>",
            envelope_sender="", recipient="samira@person.example", recipient_key=key, domain_key="domain",
            state="queued", due_at=now, created_at=now, copy="waiting",
        ))  # fmt: skip

    with PostgreSQL() as server:
        ledger = Ledger.open(server.database("privacy"), tmp_path)
        try:
            asyncio.run(ledger.write(insert, ledger.secret))
            person = Forgotten(keys.sender(ledger.secret, "samira@person.example"), now)
            done = asyncio.run(retention.erase(ledger, [person], now))
            assert (done.cases, done.messages, done.mails, done.dropped) == (1, 1, 1, 1)
            assert asyncio.run(retention.erase(ledger, [person], now)).rows == 0
            later = now + dt.timedelta(days=91)
            assert asyncio.run(retention.daily(ledger, tmp_path, Retention(), later)) == {
                "cases closed": 1, "outgoing mails emptied": 1, "text keys deleted": 1,
            }  # fmt: skip
            much_later = now + dt.timedelta(days=801)
            assert asyncio.run(retention.daily(ledger, tmp_path, Retention(), much_later)) == {
                "cases deleted": 1, "seen keys deleted": 1, "audit lines deleted": 1,
            }  # fmt: skip
        finally:
            ledger.close()
