# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a message: the real daemon on a real Dovecot, with a relay that keeps what it gets.

Each test has an installation and accounts of its own. That nothing more is sent is never waited for: a later
message, acknowledged, shows that the service has passed by.
"""

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot, Stored
from tests.servers.office import PATIENCE, Office, id_of, message, sent_to, until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

TEXTS = {
    "de": "Guten Tag,\n\nich möchte meine Aufenthaltserlaubnis verlängern. Welche Unterlagen brauchen Sie?\n\nLena\n",
    "en": "Hello,\n\nI would like to extend my residence permit. Which documents do you need from me?\n\nJohn\n",
    "tr": "Merhaba,\n\noturma iznimi uzatmak istiyorum. Hangi belgeleri getirmem gerekiyor?\n\nMehmet\n",
    "uk": "Добрий день!\n\nЯ хочу продовжити посвідку на проживання. Які документи потрібні?\n\nОлена\n",
    "ar": "مرحبا،\n\nأريد تمديد تصريح الإقامة الخاص بي. ما هي الوثائق المطلوبة؟\n\nشكرا\n",
}
HOUR_AGO = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(hours=1)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


def parsed(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def lying(server: Dovecot, user: str, folder: str, raw: bytes) -> list[Stored]:
    """Where in a folder a mail lies, by its Message-ID."""
    return [one for one in server.stored(user, folder) if id_of(one.raw) == id_of(raw)]


def copies(server: Dovecot, user: str, folder: str, raw: bytes) -> list[Stored]:
    """The copies of acknowledgements that answer a mail."""
    return [one for one in server.stored(user, folder) if parsed(one.raw)["In-Reply-To"] == id_of(raw)]


def test_a_person_is_acknowledged_once_in_their_language_and_the_message_is_filed_as_it_was(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    mails = {
        code: message(f"{code}@person.example", subject="", text=text, Message_ID=f"<{code}@person.example>")
        for code, text in TEXTS.items()
    }
    proven = message(
        "proven@person.example",
        subject="Neue Anschrift",
        References="<first@person.example> <second@person.example>",
        Authentication_Results="mx.example.org; dmarc=pass header.from=person.example",
    )
    with Office(tmp_path, dovecot, sink.port, {"office": user}, trust={"authserv": ["mx.example.org"]}) as office:
        flags = {"de": ("\\Flagged", "Wichtig"), "tr": ("\\Seen",), "en": ()}
        for code, raw in mails.items():
            dovecot.deliver(user, raw, flags=flags.get(code, ()), date=HOUR_AGO)
        dovecot.deliver(user, proven)
        office.wait_settled(*mails.values(), proven)

        for code, raw in mails.items():
            [sent] = [one for one in sink.messages if one.recipients == (f"{code}@person.example",)]
            assert sent.sender == ""
            assert "NOTIFY=NEVER" in sent.rcpt_options
            answer = parsed(sent.raw)
            assert answer["From"].addresses[0].addr_spec == "office@office.example"
            assert [a.addr_spec for a in answer["To"].addresses] == [f"{code}@person.example"]
            assert office.reference(raw) in answer["Subject"]
            assert answer["In-Reply-To"] == answer["References"] == f"<{code}@person.example>"
            assert answer["Message-ID"].startswith("<intake.")
            assert answer["Message-ID"].endswith("@office.example>")
            assert answer["Auto-Submitted"] == "auto-replied"
            assert answer["X-Auto-Response-Suppress"] == "All"
            assert answer["X-Loop"]
            assert answer["Content-Language"] == ("de" if code == "de" else f"{code}, de")
            assert answer.get_content_type() == "multipart/alternative"
            plain, html = answer.iter_parts()
            assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
            assert f'lang="{code}"' in html.get_content()
            assert ('dir="rtl"' in html.get_content()) == (code == "ar")
            assert office.reference(raw) in plain.get_content()

            [(_, reason, folder, filing)] = office.decisions(raw)
            assert (reason, filing) == ("eligible", "filed")
            assert folder == "Aufenthaltstitel" or code != "de"
            [stored] = lying(dovecot, user, folder, raw)
            assert stored.raw == raw
            assert stored.internaldate == HOUR_AGO
            assert stored.flags == frozenset(flags.get(code, ()))
            [copy] = copies(dovecot, user, folder, raw)
            assert copy.raw == sent.raw
            assert copy.flags == {"\\Seen"}

        answer = parsed(sent_to(sink, "proven@person.example")[0])
        assert answer["Subject"].endswith(": Neue Anschrift")
        assert answer["References"] == f"<first@person.example> <second@person.example> {id_of(proven)}"
        assert len(sink.messages) == len(mails) + 1
        assert dovecot.stored(user) == []


def test_machines_are_filed_under_system_and_never_acknowledged(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    machines = {
        "null-return-path": message("mailer-daemon@mx.example.com", subject="Undelivered", Return_Path="<>"),
        "auto-submitted": message("holiday@person.example", subject="Away", Auto_Submitted="auto-replied"),
        "mailing-list": message("news@lists.example.com", List_Id="<news.lists.example.com>"),
        "bulk": message("offer@shop.example.com", Precedence="bulk"),
        "machine-sender": message("noreply@shop.example.com", subject="Ihre Bestellung"),
        "auto-response-suppressed": message("a@person.example", X_Auto_Response_Suppress="OOF, DR"),
    }
    person = message("after@person.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, *machines.values())
        dovecot.deliver(user, person)
        office.wait_settled(*machines.values(), person)
        for reason, raw in machines.items():
            assert office.decisions(raw) == [("office", reason, "System", "filed")]
        assert [mail.recipients for mail in sink.messages] == [("after@person.example",)]
        assert len(dovecot.stored(user, "System")) == len(machines)


# -- the first start, and what is old


def test_what_lay_there_before_the_first_start_is_filed_or_left_alone_and_never_acknowledged(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    other = f"left.{user}"
    before = [message(f"before{n}@person.example") for n in range(3)]
    after = message("after@person.example")
    left = message("left@person.example", to="left@office.example")
    fresh = message("fresh@person.example", to="left@office.example")
    old = message("old@person.example", text=TEXTS["en"])
    dovecot.deliver(user, *before)
    dovecot.deliver(other, left)
    mailboxes = {"office": user, "left": {"user": other, "first_start": "leave"}}
    with Office(tmp_path, dovecot, sink.port, mailboxes) as office:
        until(
            lambda: len(office.query("SELECT 1 FROM mailboxes WHERE fetched_at IS NOT NULL")) == 2, "both are fetched"
        )
        dovecot.deliver(user, old, date=dt.datetime.now(dt.UTC) - dt.timedelta(hours=80))
        dovecot.deliver(user, after)
        dovecot.deliver(other, fresh)
        office.wait_settled(*before, old, after, fresh)
        for raw in before:
            assert office.decisions(raw) == [("office", "before-first-start", "Aufenthaltstitel", "filed")]
        assert [(row[1], row[3]) for row in office.decisions(old)] == [("too-old", "filed")]
        assert office.decisions(left) == []
        assert [one.raw for one in dovecot.stored(other)] == [left]
        assert {mail.recipients for mail in sink.messages} == {("after@person.example",), ("fresh@person.example",)}


# -- servers of all kinds


@pytest.mark.parametrize(
    "without", [{"MOVE"}, {"IDLE"}, {"UIDPLUS"}, {"NAMESPACE", "SPECIAL-USE", "LIST-EXTENDED", "CONDSTORE"}], ids=sorted
)
def test_a_server_that_lacks_an_extension_is_served_all_the_same(
    without: set[str], user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    raw = message("samira@person.example")
    with Dovecot(without=without) as server, Office(tmp_path, server, sink.port, {"office": user}) as office:
        server.deliver(user, raw, flags=("\\Flagged",), date=HOUR_AGO)
        office.wait_settled(raw)
        [stored] = lying(server, user, "Aufenthaltstitel", raw)
        assert (stored.raw, stored.flags, stored.internaldate) == (raw, {"\\Flagged"}, HOUR_AGO)
        assert len(copies(server, user, "Aufenthaltstitel", raw)) == 1
        assert server.stored(user) == []
        assert len(sink.messages) == 1


def test_a_server_on_which_nothing_can_be_filed_safely_is_not_served_and_everybody_is_told(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    raw = message("samira@person.example", to="poor@office.example")
    with Dovecot(without={"MOVE", "UIDPLUS"}) as poor:
        mailboxes = {"office": user, "poor": {"user": user, "port": poor.port}}
        with Office(tmp_path, dovecot, sink.port, mailboxes) as office:
            poor.deliver(user, raw)
            until(lambda: "mailbox" in office.causes(), "the notice is open")
            [box] = [box for box in office.status()["mailboxes"] if box["name"] == "poor"]
            assert "neither MOVE nor UIDPLUS" in box["problem"]
            checked = office.command("check")
            assert checked.returncode == 1
            problems = [line for line in checked.stdout.splitlines() if line.startswith("problem")]
            assert len(problems) == 1
            assert "mailboxes.poor" in problems[0]
            assert "neither MOVE nor UIDPLUS" in problems[0]
            [stored] = poor.stored(user)
            assert (stored.raw, stored.flags) == (raw, frozenset())
            assert sink.messages == []


def test_queue_folders_are_created_where_and_how_the_server_wants_them_and_again_when_they_are_deleted(
    user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    ukraine = message(
        "olena@person.example",
        subject="Тимчасовий захист",
        text="Добрий день!\n\nЯ приїхала з України і потребую тимчасовий захист за § 24. Що мені робити?\n\nОлена\n",
    )
    citizen = message(
        "ana@person.example",
        subject="Einbürgerung",
        text="Guten Tag,\n\nich möchte die deutsche Staatsangehörigkeit beantragen (Einbürgerung).\n\nAna\n",
    )
    again = message(
        "anton@person.example", subject="Einbürgerung", text="Guten Tag,\n\nich beantrage die Einbürgerung.\n"
    )
    machine = message("noreply@shop.example.com", subject="Ihre Bestellung")
    with Dovecot(prefix="INBOX.", delimiter=".") as server:
        options = {"parent_folder": "Amt/Eingang"}
        patch = "import datetime as dt\nimport intake.cases.filing as f\nf.RETRY = (dt.timedelta(seconds=1),)"
        with Office(tmp_path, server, sink.port, {"office": user}, mailbox=options, patches=patch) as office:
            server.deliver(user, ukraine, citizen, machine)
            office.wait_settled(ukraine, citizen, machine)
            assert lying(server, user, "INBOX.Amt.Eingang.Ukraine § 24", ukraine)
            assert lying(server, user, "INBOX.Amt.Eingang.Einbürgerung", citizen)
            assert lying(server, user, "INBOX.Amt.Eingang.System", machine)
            with server.client(user) as client:
                subscribed = {name for _, _, name in client.list_sub_folders()}
                assert {"INBOX.Amt.Eingang.Prüfen", "INBOX.Amt.Eingang.Visa und Verpflichtungserklärung"} <= subscribed
                client.delete_folder("INBOX.Amt.Eingang.Einbürgerung")
            server.deliver(user, again)
            office.wait_settled(again)
            assert lying(server, user, "INBOX.Amt.Eingang.Einbürgerung", again)
            assert len(copies(server, user, "INBOX.Amt.Eingang.Einbürgerung", again)) == 1
            assert "folder-refused" not in office.causes()


# -- two mailboxes


def test_a_dead_mailbox_stops_only_itself_and_is_seen_until_it_is_back(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    other = f"second.{user}"
    raw = message("samira@person.example")
    late = message("late@person.example", to="second@office.example")
    server = Dovecot()
    (tmp_path / "wrong").write_text("not the password")
    mailboxes = {
        "office": user,
        "second": {"user": other, "port": server.port},
        "locked": {"user": f"locked.{user}", "password_file": "wrong"},
    }
    patch = "import intake.mail.watcher as w\nw.LONGEST_PAUSE = 1.0"
    try:
        with Office(tmp_path, dovecot, sink.port, mailboxes, patches=patch) as office:
            dovecot.deliver(user, raw)
            office.wait_settled(raw)

            def problems() -> dict[str, str]:
                rows = office.query("SELECT name, problem FROM mailboxes WHERE problem IS NOT NULL")
                return {str(name): str(problem) for name, problem in rows}

            until(lambda: set(problems()) == {"second", "locked"}, "both dead mailboxes are seen")
            seen = office.status()
            assert {n["about"] for n in seen["notices"] if n["cause"] == "mailbox"} == {"second", "locked"}
            assert "password" in problems()["locked"]
            assert "not the password" not in office.log() + office.command("status").stdout
            server.start()
            server.deliver(other, late)
            office.wait_settled(late)
            until(lambda: set(problems()) == {"locked"}, "the mailbox that is back has no problem")
            assert [n["about"] for n in office.status()["notices"] if n["cause"] == "mailbox"] == ["locked"]
            assert lying(server, other, "Aufenthaltstitel", late)
    finally:
        server.close()


def test_the_same_message_in_two_mailboxes_is_one_case_with_one_acknowledgement_and_two_filed_copies(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    other = f"second.{user}"
    both = message("samira@person.example", to="office@office.example, second@office.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user, "second": other}) as office:
        dovecot.deliver(user, both)
        dovecot.deliver(other, both)
        until(lambda: len(office.decisions(both)) == 2, "both copies are recorded")
        office.wait_settled(both)
        assert sorted(row[1] for row in office.decisions(both)) == ["already-acknowledged", "eligible"]
        assert {row[0] for row in office.decisions(both)} == {"office", "second"}
        assert len(office.query("SELECT 1 FROM cases")) == 1
        assert len(lying(dovecot, user, "Aufenthaltstitel", both)) == 1
        assert len(lying(dovecot, other, "Aufenthaltstitel", both)) == 1
        assert len(sink.messages) == 1


# -- seen before


def test_a_message_that_reappears_is_filed_again_and_never_acknowledged_again(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    first = message("first@person.example", subject="", text=TEXTS["en"])
    second = message("second@person.example", text=TEXTS["tr"])
    third, fourth = message("third@person.example"), message("fourth@person.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, first, second)
        office.wait_settled(first, second)
        folder = office.decisions(first)[0][2]

        with dovecot.client(user) as clerk:
            clerk.select_folder(folder)
            clerk.move(clerk.search(["HEADER", "Message-ID", id_of(first)]), "INBOX")
        until(lambda: len(office.decisions(first)) == 2, "the one that a clerk moved back is seen again")
        office.wait_settled(first)
        assert office.decisions(first)[1][1:] == ("already-acknowledged", folder, "filed")

        dovecot.set_uidvalidity(user, "INBOX", 4711)
        dovecot.deliver(user, third)
        office.wait_settled(third)

        office.stop()  # and the server is restored from a backup, INBOX as it was before
        dovecot.set_uidvalidity(user, "INBOX", 4712)
        dovecot.deliver(user, first, second, third)
        office.start()
        dovecot.deliver(user, fourth)
        office.wait_settled(fourth)
        for raw in (first, second, third):
            office.wait_settled(raw)
            assert office.decisions(raw)[-1][1:] == ("already-acknowledged", office.decisions(raw)[0][2], "filed")
        addresses = [mail.recipients[0].partition("@")[0] for mail in sink.messages]
        assert sorted(addresses) == ["first", "fourth", "second", "third"]
        assert len(office.query("SELECT 1 FROM cases")) == 4


# -- folders that refuse, messages that vanish, messages that cannot be read


def test_a_full_account_delays_filing_only_and_what_a_clerk_deletes_meanwhile_is_gone(
    user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    filler = message("archive@person.example", text="x" * 70 + "\n") + b"x" * 70_000
    one, two = (message(f"{name}@person.example") + b"\r\n" + b"\r\n" * 8_000 for name in ("one", "two"))
    patch = "import datetime as dt\nimport intake.cases.filing as f\nf.RETRY = (dt.timedelta(seconds=1),) * 2"
    with Dovecot(quota="110k", without={"MOVE"}) as server:
        server.deliver(user, filler, folder="Trash")
        with Office(tmp_path, server, sink.port, {"office": user}, patches=patch) as office:
            server.deliver(user, one, two)
            sink.wait_for(2, seconds=PATIENCE)
            until(lambda: "folder-refused" in office.causes(), "the notice is open")
            assert {row[3] for raw in (one, two) for row in office.decisions(raw)} <= {"pending", "copying"}
            assert office.status()["mailboxes"][0]["waiting_to_be_filed"] == 2
            with server.client(user) as clerk:
                clerk.select_folder("INBOX")
                clerk.delete_messages(clerk.search(["HEADER", "Message-ID", id_of(two)]))
                clerk.expunge()
                clerk.select_folder("Trash")
                clerk.delete_messages(clerk.search())
                clerk.expunge()
            office.wait_settled(one, two)
            assert office.decisions(one) == [("office", "eligible", "Aufenthaltstitel", "filed")]
            assert office.decisions(two) == [("office", "eligible", "Aufenthaltstitel", "gone")]
            assert len(lying(server, user, "Aufenthaltstitel", one)) == 1
            assert server.stored(user) == []
            until(lambda: "folder-refused" not in office.causes(), "the notice is closed")
            assert len(sink.messages) == 2


POISON = """
import os
import intake.mail.assessment as assessment
_parse = assessment.parse
def parse(raw):
    for name, act in DEEDS.items():
        if b"Subject: poison " + name in raw:
            act()
    return _parse(raw)
def _loop():
    while True:
        pass
def _raise():
    raise RecursionError("x")
DEEDS = {b"loop": _loop, b"raise": _raise, b"memory": lambda: bytes(5 << 30), b"exit": lambda: os._exit(3)}
assessment.parse = parse
"""


def test_a_message_that_breaks_its_reader_is_quarantined_and_those_behind_it_are_acknowledged(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    poisons = [message("p@person.example", subject=f"poison {deed}") for deed in ("loop", "raise", "memory", "exit")]
    persons = [message(f"person{n}@person.example") for n in range(4)]
    limits = {"message_seconds": 3, "attempts": 2}
    with Office(tmp_path, dovecot, sink.port, {"office": user}, limits=limits, patches=POISON) as office:
        for poison, person in zip(poisons, persons, strict=True):
            dovecot.deliver(user, poison, person)
        office.wait_settled(*persons)
        until(
            lambda: len(office.query("SELECT 1 FROM messages WHERE reason = 'unreadable' AND filing = 'filed'")) == 4,
            "the poison is quarantined",
        )
        assert {mail.recipients[0] for mail in sink.messages} == {f"person{n}@person.example" for n in range(4)}
        assert {id_of(poison) for poison in poisons} <= {id_of(one.raw) for one in dovecot.stored(user, "Prüfen")}
        assert dovecot.stored(user) == []
        assert len([n for n in office.status()["notices"] if n["cause"] == "quarantine"]) == 4
        attempts = {row[0] for row in office.query("SELECT count FROM attempts")}
        assert attempts == {2}
