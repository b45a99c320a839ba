# SPDX-License-Identifier: GPL-3.0-or-later
"""A ledger as this version of the service leaves it after a varied day, for the upgrade test of all later versions.

``python -m tests.ledger_of_a_day`` runs the real daemon on real servers over one invented day, with a fixed clock,
secret and chance, kills it at bad moments, and writes the ledger as SQL to ``tests/data/ledger/version-N.sql``, N
being the schema's number. It is run once, by the last version with that schema; the file is never made anew by a later
one. ``tests/integration/test_upgrade.py`` rebuilds the mail server from the same messages.

At the end the ledger holds cases that are open, answered, followed up, bounced, blocked, held, waiting for the relay,
refused by it and forgotten; messages filed, refused by a folder, copied but not yet deleted; acknowledgements whose
copy was perhaps appended; notices open and closed.
"""

import datetime as dt
import re
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from intake.cases.ledger import HEAD, Ledger
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message, until
from tests.servers.smtp_sink import SmtpSink

FOLDER = Path(__file__).parent / "data" / "ledger"
MORNING = dt.datetime(2026, 3, 2, 7, 0, tzinfo=dt.UTC)
LONG_AGO = 120 * 24 * 60
"""Minutes before that: what was then is closed by now."""
SECRET = "5e" * 32
VALIDITY = 1772434800
"""The UIDVALIDITY of every folder."""
USERS = {"office": "office.day@example.org", "termine": "termine.day@example.org"}

STEADY = """
import random
import intake.cli, intake.daemon as d, intake.mail.watcher as w
intake.cli.SystemRandom = lambda: random.Random(2026)
d.STAFF_SECONDS = d.HEALTH_SECONDS = 1.0
w.FIRST_PAUSE = w.LONGEST_PAUSE = 0.2
"""
"""Chance without chance, and periods of seconds."""
UNREADABLE = """
import intake.mail.assessment as a
def parse(raw, parse=a.parse):
    if b"X-Unreadable" in raw:
        raise MemoryError
    return parse(raw)
a.parse = parse
"""
REFUSES = """
from intake.errors import MailboxRefused
from intake.servers.imap import Connection
async def move(self, uids, folder, move=Connection.move):
    if folder == "Einbürgerung":
        raise MailboxRefused("over quota")
    return await move(self, uids, folder)
Connection.move = move
"""
DIES_AFTER_COPY = """
import os, signal
from intake.servers.imap import Connection
async def copy(self, *args, copy=Connection.copy, **kwargs):
    await copy(self, *args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
Connection.copy = copy
"""
DIES_BEFORE_SECOND_APPEND = """
import os, signal
from intake.servers.imap import Connection
done = []
async def append_many(self, *args, append=Connection.append_many, **kwargs):
    if done:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(1)
    return await append(self, *args, **kwargs)
Connection.append_many = append_many
"""

TEXTS = {
    "de": ("Frage zum Aufenthalt", "Guten Tag,\n\nich möchte meine Aufenthaltserlaubnis verlängern.\n\nGrüße\n"),
    "en": ("Family reunion", "Dear Sir or Madam,\n\nI would like to bring my husband to Germany. What do I need?\n"),
    "tr": ("Randevu", "Merhaba,\n\noturma izni için bir randevu almak istiyorum. Lütfen bana yardım edin.\n"),
    "uk": ("Тимчасовий захист", "Добрий день!\n\nМені потрібен тимчасовий захист за параграфом 24. Дякую.\n"),
    "ar": ("طلب لم الشمل", "السلام عليكم،\n\nأريد تقديم طلب لم شمل الأسرة لزوجتي. ما هي الأوراق المطلوبة؟\n"),
    "fr": ("Naturalisation", "Bonjour,\n\nje souhaite demander la nationalité allemande. Que dois-je envoyer ?\n"),
}


def mail(name: str, language: str = "de", *, to: str = "office", again: str = "", **headers: str) -> bytes:
    """One message of a person; the same in every run. ``again``: words that make its text another one."""
    subject, text = TEXTS[language]
    return message(
        headers.pop("sender", f"{name.partition(' ')[0]}@person.example"), f"{to}@office.example",
        headers.pop("subject", subject), f"{again}{text}{name.partition(' ')[0].capitalize()}\n",
        Message_ID=f"<{name.replace(' ', '.')}@person.example>",
        **{"Date": "Mon, 02 Mar 2026 08:00:00 +0100", **headers},
    )  # fmt: skip


MESSAGES = {
    "office": {
        name: mail(name, language, **headers)
        for name, language, headers in (
            ("backlog one", "de", {}), ("backlog two", "tr", {}), ("long ago", "en", {}),
            ("samira", "de", {}), ("john", "en", {}), ("mehmet", "tr", {}), ("olena", "uk", {}), ("karim", "ar", {}),
            ("amelie", "fr", {}), ("unknown", "en", {}), ("moved", "de", {}), ("forgotten", "fr", {}),
            ("answered", "de", {}), ("flagged", "en", {}),
            ("list", "en", {"List_Id": "<news.lists.example.com>"}),
            ("away", "de", {"Auto_Submitted": "auto-replied", "subject": "Abwesend"}),
            ("noreply", "de", {"sender": "noreply@shop.example.com", "subject": "Ihre Bestellung"}),
            ("spam", "en", {"X_Spam_Flag": "YES"}),
            ("samira twice", "de", {"Date": "Mon, 02 Mar 2026 09:05:00 +0100"}),
            ("unknown again", "en", {"again": "I wrote before. "}),
            ("moved again", "de", {"again": "Noch etwas anderes. "}),
            ("john thread", "en", {"In_Reply_To": "<john@person.example>", "again": "One thing more. "}),
            ("broken", "de", {"X_Unreadable": "yes"}),
            ("outage one", "uk", {}), ("outage two", "fr", {}),
            ("waiting one", "tr", {}), ("waiting two", "ar", {}),
            ("refused", "fr", {}),
            ("appended", "de", {}), ("unappended", "fr", {}),
        )
    },
    "termine": {
        name: mail(name, language, to="termine", **headers)
        for name, language, headers in (
            ("selma", "tr", {}), ("petro", "uk", {}), ("claire", "fr", {}), ("samira elsewhere", "de", {}),
            ("held", "de", {}),
            ("copied one", "tr", {}), ("copied two", "uk", {}),
        )
    },
}  # fmt: skip
"""Mailbox → what arrives there in the course of the day, by name."""


class Day:
    """The servers, the office and its clock."""

    def __init__(self, folder: Path, dovecot: Dovecot, without_move: Dovecot, sink: SmtpSink) -> None:
        self.servers = {"office": dovecot, "termine": without_move}
        self.sink = sink
        self.clock = MORNING
        self.office = Office(
            folder, dovecot, sink.port,
            {
                "office": USERS["office"],
                "termine": {"user": USERS["termine"], "host": without_move.host, "port": without_move.port},
            },
            limits={"attempts": 1, "breaker_per_hour": 60},
            trust={"spam_marks": [{"name": "X-Spam-Flag", "value": "YES"}]},
            smtp={"connections": 1}, clock=MORNING, patches=STEADY + UNREADABLE,
        )  # fmt: skip
        self.office.set_clock(MORNING, stands=True)
        ledger = f"sqlite:///{folder}/data/ledger.sqlite3"
        Ledger.open(ledger, folder / "data").close()
        with sqlite3.connect(folder / "data" / "ledger.sqlite3") as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'secret'", [SECRET])
        connection.close()
        folders = ["INBOX", *(str(line.split('"')[1]) for line in self.office.config.read_text("utf-8").splitlines()
                              if line.startswith("folder = "))]  # fmt: skip
        for mailbox, server in self.servers.items():
            make_folders(server, USERS[mailbox], folders)

    def goes_on(self, minutes: int) -> None:
        """The clock is put forward."""
        self.clock += dt.timedelta(minutes=minutes)
        self.office.set_clock(self.clock, stands=True)

    def arrive(self, mailbox: str, *names: str, settle: bool = True) -> None:
        """Messages arrive, one by one, so that their order is the same in every run."""
        for name in names:
            raw = MESSAGES[mailbox][name]
            self.servers[mailbox].deliver(USERS[mailbox], raw, date=self.clock)
            if settle:
                self.office.wait_settled(raw)

    def until(self, sql: str, what: str) -> None:
        """Wait until the ledger has such a row."""
        until(lambda: bool(self.office.query(sql)), f"{what}\n{self.office.log()}")

    def command(self, *words: str) -> None:
        """A command must succeed."""
        done = self.office.command(*words)
        assert done.returncode == 0, done.stderr

    def until_killed(self) -> None:
        """Wait until the daemon has killed itself."""
        until(lambda: not self.office.is_running(), f"the daemon dies\n{self.office.log()}")
        self.office.kill()

    def breaker_opens_at(self, per_hour: int) -> None:
        """Change the configuration and start with it."""
        text = self.office.config.read_text("utf-8")
        text = re.sub(r"(breaker_per_hour =) \d+", rf"\1 {per_hour}", text)
        self.office.config.write_text(text, "utf-8")
        self.restart()

    def restart(self, patches: str = STEADY + UNREADABLE) -> None:
        """The daemon starts anew, a minute later."""
        self.office.stop()
        self.goes_on(1)
        self.office.patch(patches)
        self.office.start()


def make_folders(server: Dovecot, user: str, folders: Sequence[str]) -> None:
    """Folders with the day's UIDVALIDITY."""
    with server.client(user) as client:
        for folder in folders:
            if not client.folder_exists(folder):
                client.create_folder(folder)
    for folder in folders:
        server.set_uidvalidity(user, folder, VALIDITY)


def live(day: Day) -> None:
    """The day from its morning to the last death."""
    office, script = day.office, day.sink.script
    day.goes_on(-LONG_AGO)
    day.arrive("office", "backlog one", "backlog two", settle=False)
    office.start()
    office.wait_recorded(2)
    day.arrive("office", "long ago")
    office.stop()
    day.goes_on(LONG_AGO)
    office.start()
    day.command("resume")  # the clock is right: it has jumped by 120 days
    day.restart()
    day.until("SELECT 1 FROM cases WHERE state = 'closed' LIMIT 1 OFFSET 2", "what is long ago is closed")
    day.goes_on(30)
    script.recipients["unknown@person.example"] = "550 5.1.1 no such mailbox"
    day.arrive("office", "samira", "john", "mehmet", "olena", "karim", "amelie", "unknown", "moved", "forgotten")
    day.arrive("office", "answered", "flagged", "list", "away", "noreply", "spam")
    day.arrive("office", "broken", settle=False)
    day.until("SELECT 1 FROM messages WHERE reason = 'unreadable' AND filing = 'filed'", "a message is quarantined")
    day.arrive("termine", "selma", "petro", "claire", "samira elsewhere")
    day.breaker_opens_at(1)
    day.arrive("termine", "held")
    day.breaker_opens_at(60)

    day.goes_on(60)  # people write again; staff answer; an acknowledgement bounces
    answer = message(
        "office@office.example", "answered@person.example", "AW: Frage", "Guten Tag, bitte kommen Sie vorbei.\n",
        Message_ID="<answer@office.example>", Date="Mon, 02 Mar 2026 09:10:00 +0100",
        In_Reply_To="<answered@person.example>",
    )  # fmt: skip
    day.servers["office"].deliver(USERS["office"], answer, folder="Sent", date=day.clock)
    with day.servers["office"].client(USERS["office"]) as clerk:
        clerk.select_folder(office.decisions(MESSAGES["office"]["flagged"])[0][2])
        clerk.add_flags(clerk.search(["HEADER", "Message-ID", "<flagged@person.example>"]), ["\\Answered"])
    day.until("SELECT 1 FROM cases WHERE state = 'answered' LIMIT 1 OFFSET 1", "both answers were noticed")
    report = _bounce("moved@person.example", office.reference(MESSAGES["office"]["moved"]))
    day.servers["office"].deliver(USERS["office"], report, date=day.clock)
    office.wait_settled(report)
    day.arrive("office", "samira twice", "unknown again", "moved again", "john thread")
    day.command("forget", "forgotten@person.example")

    day.goes_on(60)  # the relay is down for a while
    day.sink.stop()
    day.arrive("office", "outage one", "outage two", settle=False)
    day.until("SELECT 1 FROM notices WHERE cause = 'relay'", "the relay's outage is noticed")
    day.sink.start()
    day.goes_on(60)
    day.until("SELECT 1 FROM notices WHERE cause = 'relay' AND closed_at IS NOT NULL", "the relay's outage is over")
    office.wait_recorded(30)

    day.goes_on(60)  # a folder refuses; the relay has two addresses wait
    day.restart(STEADY + REFUSES)
    script.recipients["waiting@person.example"] = "450 4.2.0 come back later"
    day.arrive("office", "waiting one", "waiting two", settle=False)
    day.until("SELECT 1 FROM outbox WHERE state = 'queued' AND attempts = 1 LIMIT 1 OFFSET 1", "two mails wait")
    day.arrive("office", "refused", settle=False)
    day.until("SELECT 1 FROM notices WHERE cause = 'folder-refused' AND closed_at IS NULL", "the folder refuses")
    office.stop()

    day.goes_on(10)  # two deaths: between COPY and the next step, and between two appended copies
    office.patch(STEADY + DIES_AFTER_COPY)
    day.arrive("termine", "copied one", "copied two", settle=False)
    office.start_process()
    day.until_killed()
    day.servers["termine"].stop()
    day.goes_on(10)
    office.patch(STEADY + DIES_BEFORE_SECOND_APPEND)
    day.arrive("office", "appended", "unappended", settle=False)
    office.start_process()
    day.until_killed()


def _bounce(address: str, reference: str) -> bytes:
    """A report that an acknowledgement could not be delivered (RFC 3464)."""
    return (
        "From: mailer-daemon@mx.person.example\r\nTo: office@office.example\r\nSubject: Undelivered\r\n"
        "Date: Mon, 02 Mar 2026 09:20:00 +0100\r\nMessage-ID: <bounce@mx.person.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nYour mail about {reference} came back.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.person.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
    ).encode()


def main() -> None:
    """Live the day, and write the ledger down."""
    target = FOLDER / f"version-{int(HEAD)}.sql"
    if target.exists():
        sys.exit(f"{target} exists: it is what older versions left, and is never made anew")
    with (
        tempfile.TemporaryDirectory() as folder, Dovecot() as dovecot, Dovecot(without={"MOVE"}) as without_move,
        SmtpSink() as sink,
    ):  # fmt: skip
        day = Day(Path(folder), dovecot, without_move, sink)
        try:
            live(day)
        finally:
            day.office.kill()
        with sqlite3.connect(Path(folder) / "data" / "ledger.sqlite3") as ledger:
            lines = list(ledger.iterdump())
        ledger.close()
    head = ["-- SPDX-License-Identifier: GPL-3.0-or-later", "-- Made by: python -m tests.ledger_of_a_day"]
    target.write_text("\n".join([*head, *lines, ""]), "utf-8")
    print(f"{target}: {len(lines)} statements")  # noqa: T201 - the command's own output


if __name__ == "__main__":
    main()
