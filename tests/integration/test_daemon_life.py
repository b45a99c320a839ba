# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon as a process: signals, a second one beside it, its log, and a ledger that comes from a backup."""

import email
import email.policy
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.office import PATIENCE, Office, message, sent_to, until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


def said(sink: SmtpSink, address: str) -> str:
    """The plain text of the one acknowledgement to an address."""
    [raw] = sent_to(sink, address)
    body = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_changed_settings_texts_and_rules_are_taken_over_while_it_runs_and_broken_ones_are_not(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    rules = 'extends = "shipped"\n[queues.general.evidence]\n'
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:

        def acknowledged(name: str) -> str:
            raw = message(f"{name}@person.example")
            dovecot.deliver(user, raw)
            office.wait_settled(raw)
            return said(sink, f"{name}@person.example")

        def filed(name: str) -> str:
            raw = message(f"{name}@person.example", subject="Frage", text="Ich möchte die Einbürgerung.\n")
            dovecot.deliver(user, raw)
            office.wait_settled(raw)
            [(_, _, folder, _)] = office.decisions(raw)
            return folder

        def reloaded(times: int) -> None:
            office.reload()
            until(lambda: office.log().count("were read again") == times, "the configuration is read again")

        def refused(count: int) -> None:
            office.reload()
            open_now = "SELECT count FROM notices WHERE cause = 'reload' AND closed_at IS NULL"
            until(lambda: office.query(open_now) == [(count,)], "the refusal is seen")

        assert "10 bis 15 Arbeitstage" in acknowledged("before")
        good = office.config.read_text("utf-8")
        assert good.count('folder = "Aufenthaltstitel"\nworking_days = [10, 15]') == 1
        office.config.write_text(
            good.replace(
                'folder = "Aufenthaltstitel"\nworking_days = [10, 15]',
                'folder = "Aufenthaltstitel"\nworking_days = [21, 34]',
            )
        )
        reloaded(1)
        assert "21 bis 34 Arbeitstage" in acknowledged("changed")

        changed = office.config.read_text("utf-8")
        office.config.write_text(changed.replace("[21, 34]", "[34, 21]"))
        refused(1)
        assert "21 bis 34 Arbeitstage" in acknowledged("broken")
        office.config.write_text(changed)

        own = tmp_path / "templates" / "acknowledgement"
        own.mkdir(parents=True)
        text = (TEMPLATES / "acknowledgement" / "de.j2").read_text("utf-8")
        assert text.count("Guten Tag,") >= 1
        (own / "de.j2").write_text(text.replace("Guten Tag,", "Grüß Gott,").replace("{% endblock %}", "", 1), "utf-8")
        refused(2)
        assert acknowledged("text").startswith("Guten Tag,")
        (own / "de.j2").write_text(text.replace("Guten Tag,", "Grüß Gott,"), "utf-8")
        reloaded(2)
        assert "reload" not in office.causes()
        assert acknowledged("mended").startswith("Grüß Gott,")

        office.config.write_text(f'{changed}\n[triage]\nrules = "routing.toml"\n', "utf-8")
        (tmp_path / "routing.toml").write_text(f'{rules}citizenship = "much"\n', "utf-8")
        refused(1)
        [(why,)] = office.query("SELECT english FROM notices WHERE cause = 'reload' AND closed_at IS NULL")
        assert "routing.toml, line 3: queues.general.evidence.citizenship: expected a number" in why
        assert filed("before-the-rules") == "Einbürgerung"
        (tmp_path / "routing.toml").write_text(f"{rules}citizenship = 99\n", "utf-8")
        reloaded(3)
        assert filed("after-the-rules") == "Allgemein"

        assert "take effect after a restart" not in office.log()
        office.config.write_text(f"{changed}\n[metrics]\nport = 9\n", "utf-8")
        reloaded(4)
        assert "metrics, voicemail, service.data and service.ledger take effect" in office.log()


def test_a_stop_in_the_middle_of_a_burst_is_orderly_and_the_next_start_completes_it_without_a_double(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    burst = [message(f"p@d{n}.example") for n in range(200)]
    with Office(tmp_path, dovecot, sink.port, {"office": user}, limits={"breaker_per_hour": 1000}) as office:
        dovecot.deliver(user, *burst[:100])
        sink.wait_for(20, seconds=PATIENCE)
        office.stop()  # asserts that it ends with 0
        stopped_at = len(sink.messages)
        dovecot.deliver(user, *burst[100:])
        office.start()
        sink.wait_for(120, seconds=PATIENCE)
        office.stop()
        office.start()
        office.wait_recorded(200)
        assert stopped_at < 200
        assert Counter(mail.recipients[0] for mail in sink.messages) == {f"p@d{n}.example": 1 for n in range(200)}
        assert dovecot.stored(user) == []
        folder = [one.raw for one in dovecot.stored(user, "Aufenthaltstitel")]
        assert Counter(folder) == Counter([*burst, *(mail.raw for mail in sink.messages)])


def test_a_second_daemon_on_the_same_ledger_says_so_and_ends(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        second = office.command("run")
        assert second.returncode == 1
        assert second.stdout == ""
        assert re.fullmatch(r"intake: [^\n]*another intake is running on this ledger; stop it first\n", second.stderr)
        assert office.status()["running"] is True


def test_a_ledger_that_comes_from_a_backup_sends_nothing_until_a_person_has_looked(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    waiting, later, after = (message(f"{name}@person.example") for name in ("waiting", "later", "after"))
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        sink.stop()
        dovecot.deliver(user, waiting)
        until(lambda: "relay" in office.causes(), "its acknowledgement waits for the relay")
        office.stop()
        ledger = tmp_path / "data" / "ledger.sqlite3"
        with sqlite3.connect(ledger) as connection:
            connection.execute("UPDATE outbox SET due_at = created_at")  # as if the half minute had passed
        connection.close()
        shutil.copy(ledger, tmp_path / "backup")
        sink.start()
        office.start()
        dovecot.deliver(user, later)
        office.wait_settled(waiting, later)
        assert len(sink.messages) == 2
        office.stop()
        for file in ledger.parent.glob("ledger.sqlite3*"):
            file.unlink()
        shutil.copy(tmp_path / "backup", ledger)

        office.start()
        dovecot.deliver(user, after)
        office.wait_settled(after)
        assert office.decisions(after)[0][1] == "held-after-restore"
        status = office.command("status").stdout
        assert "HELD (restored)" in status
        assert "intake resume" in status
        assert office.status()["outbox"] == {"held": 2}
        assert len(sink.messages) == 2

        assert "2 acknowledgement(s) will be sent" in office.command("resume").stdout
        office.wait_settled(waiting, after)
        assert office.status()["holds"] == []
        assert len(sent_to(sink, "after@person.example")) == 1
        first, again = sent_to(sink, "waiting@person.example")
        assert first == again  # nobody could know; a receiver can drop it by its Message-ID


def test_the_log_names_no_person_no_words_of_theirs_and_no_password(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    sink.script.recipients["gone@person.example"] = "550 5.1.1 <gone@person.example> no such mailbox"
    sink.script.recipients["later@person.example"] = "450 4.2.0 <later@person.example> greylisted"
    mails = {
        name: message(
            f"{name}@person.example",
            to="office@office.example",
            subject=f"Geheimer Betreff {name}",
            text=f"Guten Tag,\n\nmeine vertrauliche Sache {name} betrifft die Aufenthaltserlaubnis.\n",
        )
        for name in ("fine", "gone", "later", "poison")
    }
    bounce = message(
        "mailer-daemon@mx.example.com", subject="Undelivered", text="<fine@person.example>: vertrauliche Sache"
    )
    patch = (
        "import intake.mail.assessment as a\n_parse = a.parse\n"
        "def parse(raw):\n    if b'poison@person' in raw:\n        raise ValueError(raw.decode('latin-1'))\n"
        "    return _parse(raw)\na.parse = parse"
    )
    (tmp_path / "wrong").write_text("falsches-kennwort")
    mailboxes = {"office": user, "locked": {"user": "locked", "password_file": "wrong"}}
    with Office(tmp_path, dovecot, sink.port, mailboxes, limits={"attempts": 1}, patches=patch) as office:
        dovecot.deliver(user, *mails.values(), bounce)
        office.wait_settled(mails["fine"], mails["gone"], bounce)
        went_wrong = {"quarantine", "undeliverable", "mailbox"}
        until(lambda: went_wrong <= office.causes(), "everything went wrong")
        put_off = "SELECT 1 FROM outbox WHERE attempts = 1 AND state = 'queued'"
        until(lambda: office.query(put_off) != [], "one was put off")
        office.reload()
        until(lambda: "were read again" in office.log(), "the configuration is read again")
        office.stop()
        log = office.log()
        assert office.reference(mails["fine"]) in log
        assert not re.findall(r"[\w.+-]+@[\w-]+\.[\w.-]+", log)
        assert not re.findall(rf"(?i)betreff|vertraulich|person\.example|kennwort|\b{PASSWORD}\b", log)
