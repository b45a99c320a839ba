# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon notices by itself what staff move, also while it did not run, and reminds them of what waits too long."""

import datetime as dt
import email
import email.policy
import re
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import PATIENCE, Office, id_of, message, sent_to, until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.datetime(2026, 3, 2, 9, 0, tzinfo=BERLIN)
LATER = dt.datetime(2026, 3, 23, 6, 58, tzinfo=BERLIN)
TEAM = "asylteam@office.example"


def test_from_a_message_filed_wrong_to_a_reminder_in_the_right_folder(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    with SmtpSink() as sink:
        office = Office(
            tmp_path, dovecot, sink.port, {"office": user}, clock=MONDAY,
            patches="import intake.daemon as d\nd.STAFF_SECONDS = 1.0",
        )  # fmt: skip
        configured = office.config.read_text("utf-8").replace(
            'folder = "Asyl und Duldung"', f'folder = "Asyl und Duldung"\nnotify = "{TEAM}"'
        )
        office.config.write_text(configured + "\n[reminders]\ndaily = true\nmail = true\n", "utf-8")
        with office:
            first = message(Date=format_datetime(MONDAY))
            dovecot.deliver(user, first, date=MONDAY)
            office.wait_settled(first)
            assert office.decisions(first)[0][2] == "Aufenthaltstitel"
            reference = office.reference(first)
            move(dovecot, user, first, "Aufenthaltstitel", "Familiennachzug")
            until(lambda: queues(office) == [("residence-permit", "family")], "the move is noticed")
            again = message(
                subject="Nachtrag", text="Guten Tag,\n\nanbei noch die Kopie.\n\nSamira\n", In_Reply_To=id_of(first),
                Date=format_datetime(MONDAY),
            )  # fmt: skip
            dovecot.deliver(user, again, date=MONDAY)
            office.wait_settled(again)
            assert office.decisions(again) == [("office", "follow-up", "Familiennachzug", "filed")]
            assert office.reference(again) == reference
        move(dovecot, user, first, "Familiennachzug", "Asyl und Duldung")
        office.set_clock(LATER)
        with office:
            until(lambda: len(queues(office)) == 2, "what was moved while nothing ran is noticed")
            assert queues(office)[1] == ("family", "asylum")
            assert reminders(dovecot, user) == {}, "not before the hour"
            told = office.command("case", reference).stdout
            assert "queue asylum" in told
            kinds = re.findall(r"(?m)^  (message|outgoing|correction) ", told)
            assert kinds == ["message", "outgoing", "correction", "message", "correction"], "in the order of time"
            assert "moved by staff from residence-permit to family" in told
            office.set_clock(LATER + dt.timedelta(minutes=2))
            [mail] = (m for m in sink.wait_for(2, seconds=PATIENCE) if TEAM in m.recipients)
            until(lambda: bool(reminders(dovecot, user)), "the reminder lies in the folder")
        with office:  # its first round looks at staff
            found = reminders(dovecot, user)
            assert {folder: len(mails) for folder, mails in found.items()} == {"Asyl und Duldung": 1}
            assert len(sent_to(sink, TEAM)) == 1
        [notice] = found["Asyl und Duldung"]
        for one in (notice, email.message_from_bytes(mail.raw, policy=email.policy.default)):
            assert isinstance(one, EmailMessage)
            assert one["Subject"] == "1 Vorgang wartet länger als üblich"
            bodies = {part.get_content_type(): part.get_content() for part in one.iter_parts()}  # type: ignore[attr-defined]
            assert bodies.keys() == {"text/plain", "text/html"}
            for body in bodies.values():
                assert reference in body
                assert "02.03.2026" in body
                assert not re.search(r"(?i)samira|aufenthaltserlaubnis|example\.net", body)
            assert [reference, "02.03.2026", "5"] in [line.split() for line in bodies["text/plain"].splitlines()]


def queues(office: Office) -> list[tuple[str, str]]:
    """From and to of every correction."""
    rows = office.query("SELECT from_queue, to_queue FROM corrections ORDER BY id")
    return [(str(origin), str(target)) for origin, target in rows]


def move(dovecot: Dovecot, user: str, raw: bytes, origin: str, target: str) -> None:
    """As a clerk does it."""
    with dovecot.client(user) as clerk:
        clerk.select_folder(origin)
        clerk.move(clerk.search(["HEADER", "Message-ID", id_of(raw)]), target)


def reminders(dovecot: Dovecot, user: str) -> dict[str, list[EmailMessage]]:
    """Folder → the reminders that lie there."""
    found: dict[str, list[EmailMessage]] = {}
    for folder, mails in dovecot.folders(user).items():
        for raw in mails:
            mail = email.message_from_bytes(raw, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            if "länger als üblich" in mail["Subject"]:
                found.setdefault(folder, []).append(mail)
    return found
