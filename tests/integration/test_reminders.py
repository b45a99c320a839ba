# SPDX-License-Identifier: GPL-3.0-or-later
"""A reminder lies in its folder once a day, whatever crashed in between and whatever folder refuses."""

import asyncio
import datetime as dt
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from intake import config, resources
from intake.cases.filing import Filing, Folders
from intake.cases.ledger import Ledger
from intake.cases.tables import meta, notices
from intake.errors import MailboxRefused
from intake.mail.acknowledgement import Texts
from intake.mail.reception import Desk
from intake.mail.reminders import remind
from intake.office import Calendar
from intake.servers.imap import Account, Connection
from tests.books import open_case
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.office import EXAMPLE

pytestmark = pytest.mark.integration

NOW = dt.datetime(2026, 3, 23, 7, 0, tzinfo=ZoneInfo("Europe/Berlin"))
LATE = ("appointments", "family")


class Refusing(Connection):
    """A connection to a server that lets nobody append to one folder."""

    async def append(self, folder: str, *arguments: object, **options: object) -> int | None:
        if folder == "Familiennachzug":
            raise MailboxRefused("it is full")
        return await super().append(folder, *arguments, **options)  # type: ignore[arg-type]


def test_a_reminder_is_put_there_once_and_a_folder_that_refuses_holds_up_no_other(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    configuration = config.parse(EXAMPLE.read_text("utf-8") + "\n[reminders]\ndaily = true\n", None).configuration
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    texts = Texts.load(resources.search_path("templates", None))
    desk = Desk(configuration, texts, Calendar(configuration.office), ledger.secret, Random(1))

    def lying(folder: str) -> int:
        return len(dovecot.stored(user, folder))

    async def story() -> None:
        for queue in LATE:
            long_ago = NOW - dt.timedelta(days=60)
            await ledger.write(open_case, ledger.secret, long_ago, queue=queue, mailbox="poststelle")

        async def morning(kind: type[Connection], now: dt.datetime = NOW) -> None:
            connection = await kind.open(Account(dovecot.host, dovecot.port, "none", user, PASSWORD))
            try:
                filing = Filing(ledger, connection, "poststelle", Folders("", "/", ""), lambda: now)
                await remind(ledger, filing, desk, "poststelle", now)
            finally:
                await connection.logout()

        await morning(Refusing)
        assert (lying("Termine"), lying("Familiennachzug")) == (1, 0)
        causes = await ledger.read(lambda c: c.execute(sa.select(notices.c.cause)).scalars().all())
        assert causes == ["folder-refused"]
        await morning(Connection)
        assert (lying("Termine"), lying("Familiennachzug")) == (1, 1), "what was refused is put there the next time"
        # As if the service had died between the folder and the ledger.
        await ledger.write(lambda c: c.execute(meta.delete().where(meta.c.key.startswith("reminded"))))
        await morning(Connection)
        assert (lying("Termine"), lying("Familiennachzug")) == (1, 1)
        await morning(Connection, NOW + dt.timedelta(days=1))
        assert (lying("Termine"), lying("Familiennachzug")) == (2, 2)
        assert all("\\Flagged" in stored.flags and "\\Seen" not in stored.flags
                   for stored in dovecot.stored(user, "Termine"))  # fmt: skip

    try:
        asyncio.run(story())
    finally:
        ledger.close()
