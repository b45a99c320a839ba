# SPDX-License-Identifier: GPL-3.0-or-later
"""A backlog: some hundred messages at once, whose copies go over further connections where the server has them."""

from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, id_of, message
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

COUNT = 240
SUBJECTS = ("Verlängerung meiner Aufenthaltserlaubnis", "Termin verschieben", "Antrag auf Einbürgerung")
ONE_CONNECTION = """
import intake.mail.watcher, intake.servers.imap_crew
from intake.errors import MailboxRefused
class Closed(intake.servers.imap_crew.Connection):
    @classmethod
    async def open(cls, account, door=None):
        raise MailboxRefused("too many connections")
intake.servers.imap_crew.Connection = Closed
"""


@pytest.mark.parametrize("patches", ["", ONE_CONNECTION], ids=["many connections", "one connection"])
def test_of_a_backlog_everybody_is_answered_once_and_each_message_and_each_copy_lies_once_in_its_folder(
    dovecot: Dovecot, user: str, tmp_path: Path, patches: str
) -> None:
    mails = [
        message(
            f"p{n}@d{n}.example", subject=SUBJECTS[n % 3], text=f"Guten Tag,\n\nhier ist Anliegen Nummer {n} an Sie.\n"
        )
        for n in range(COUNT)
    ]
    limits = {"breaker_per_hour": 1000}
    with (
        SmtpSink() as sink,
        Office(tmp_path, dovecot, sink.port, {"office": user}, limits=limits, patches=patches) as office,
    ):
        with dovecot.client(user) as client:
            client.create_folder("Backlog")
        dovecot.deliver(user, *mails, folder="Backlog")
        with dovecot.client(user) as client:
            client.select_folder("Backlog")
            client.move("1:*", "INBOX")
        office.wait_settled(*mails)
        sent = Counter(str(message_from_bytes(mail.raw)["Message-ID"]) for mail in sink.messages)
        assert len(sent) == COUNT
        assert set(sent.values()) == {1}
        with dovecot.client(user) as client:
            folders = [name for _, _, name in client.list_folders() if name != "Backlog"]
        lies = Counter(id_of(one.raw) for folder in folders for one in dovecot.stored(user, folder))
        assert lies == sent + Counter(id_of(raw) for raw in mails)
        assert not dovecot.stored(user, "INBOX")
        assert office.causes() == set()
