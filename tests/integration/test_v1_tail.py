# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemail, nothing lost and nothing twice: the daemon is killed while recordings come in, are understood and filed.

As in ``test_kill.py``: a first run writes down every moment (ledger, IMAP, private spool); then, for each of some of
them, a fresh installation is killed exactly there and started again. Two recordings lie there at the start, one drops
in, one comes by e-mail, one call ends and one message is deleted (so that the others are renumbered) meanwhile. At the
end each recording lies in its queue folder exactly once, the private spool is empty, and nothing in the telephone
system's spool has changed but by itself. Every moment is tried with ``INTAKE_EVERY_MOMENT=1``.
"""

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from intake.cases.ledger import Ledger
from tests.servers.deaths import Mortal
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message
from tests.servers.smtp_sink import SmtpSink
from tests.telephone import Asterisk, drop, mail

DEATHS = 10
"""How many moments are tried, spread over all."""
CALLS = {"after ledger admit 1": ["leave c"], "after ledger admit 3": ["delete 0"]}
"""What happens at the telephone system after the first and the third recording was taken."""
RECORDINGS = 5
MAILS = 2


class Life:
    """One installation with its account and its telephone system."""

    def __init__(self, folder: Path, run: str, dovecot: Dovecot, sink: SmtpSink) -> None:
        self.folder = folder / run
        self.folder.mkdir()
        self.user = f"calls.{run}.{os.getpid()}@example.org"
        self.dovecot = dovecot
        memory = Path("/dev/shm")
        self.data = Path(tempfile.mkdtemp(prefix="calls-", dir=memory if memory.is_dir() else None))
        self.pbx = Asterisk(self.folder / "spool")
        for name in "ab":
            self.pbx.leave(name, at=datetime.now(UTC))
        drop(self.folder / "drop", "d.wav", {"caller": "+380441234567"})
        tables = (
            '[voicemail]\nsenders = ["pbx@pbx.example"]\nscan_seconds = 1\n'
            f'[[voicemail.spools]]\nname = "asterisk"\npath = "{self.pbx.root}"\n'
            f'[[voicemail.spools]]\nname = "drop"\nkind = "folder"\npath = "{self.folder / "drop"}"\n'
        )
        self.office = Office(
            self.folder, dovecot, sink.port, {"office": self.user}, service={"data": str(self.data)}, tables=tables,
            trust={"authserv": ["mx.example.org"]},
        )  # fmt: skip
        self._prepare_ledger(folder / "template.sqlite3")
        dovecot.deliver(self.user, mail("STARFACE", 1, "office@office.example", "pbx@pbx.example"), message())
        self.labels, self.called = self.folder / "labels", self.folder / "called"

    def _prepare_ledger(self, template: Path) -> None:
        if not template.exists():
            Ledger.open(f"sqlite:///{template}", template.parent).close()
        shutil.copy(template, self.data / "ledger.sqlite3")

    def live(self, mortal: Mortal, kill_at: int | None) -> int:
        """Run, to the death or until all is settled."""
        return mortal.run(
            {
                "config": str(self.office.config), "labels": str(self.labels), "kill_at": kill_at, "seed": 1,
                "deliver": {}, "calls": {} if self.called.exists() else CALLS, "spool": str(self.pbx.root),
                "called": str(self.called), "imap_port": self.dovecot.port, "user": self.user,
                "expect": RECORDINGS + MAILS,
            }
        )  # fmt: skip

    def call_rest(self) -> None:
        """What had not happened at the telephone system when the process died."""
        done = self.called.read_text().splitlines() if self.called.exists() else []
        self.called.touch()
        if "leave c" not in done:
            self.pbx.leave("c", at=datetime.now(UTC))
        if "delete 0" not in done and self._taken() >= RECORDINGS - 2:
            self.pbx.delete(0)

    def _taken(self) -> int:
        with sqlite3.connect(self.data / "ledger.sqlite3") as books:
            count: int = books.execute("SELECT count(*) FROM recordings").fetchone()[0]
        books.close()
        return count

    def judge(self, killed_at: str) -> None:
        """Each recording lies in its folder once, and nowhere else."""
        with sqlite3.connect(self.data / "ledger.sqlite3") as books:
            expected = books.execute(
                "SELECT m.message_id, m.folder FROM messages m JOIN recordings r ON r.message_id = m.id"
            ).fetchall()
        books.close()
        lies: Counter[tuple[str, str]] = Counter()
        with self.dovecot.client(self.user) as client:
            for _, _, name in client.list_folders():
                client.select_folder(name, readonly=True)
                rows = client.fetch(client.search(), ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID X-LOOP)]"])
                for row in rows.values():
                    header = message_from_bytes(next(v for k, v in row.items() if k.startswith(b"BODY[")))
                    if header["X-Loop"] and header["Message-ID"].startswith("<intake."):
                        lies[header["Message-ID"].strip(), name] += 1
        recordings = {place: count for place, count in lies.items() if place[1] == "Termine"}
        assert len(expected) == RECORDINGS, f"{killed_at}: {len(expected)} recordings"
        assert recordings == dict.fromkeys(expected, 1), f"{killed_at}: {recordings}"
        assert list((self.data / "voicemail").iterdir()) == [], killed_at

    def end(self) -> None:
        """Remove the ledger from memory."""
        shutil.rmtree(self.data)


@pytest.mark.integration
def test_killed_at_any_moment_every_recording_is_filed_exactly_once(
    tmp_path: Path, dovecot: Dovecot, mortal: Mortal
) -> None:
    with SmtpSink() as sink:
        first = Life(tmp_path, "all", dovecot, sink)
        assert first.live(mortal, None) == 0, mortal.log.read_text()[-3000:]
        first.judge("no kill")
        first.end()
        labels = first.labels.read_text().splitlines()
        assert {label.split()[1] for label in labels} == {"ledger", "imap", "spool"}
        # The first moments are the mailbox's own start.
        begin = next(number for number, label in enumerate(labels) if "spool keep" in label)
        step = 1 if os.environ.get("INTAKE_EVERY_MOMENT") else max((len(labels) - begin) // DEATHS, 1)
        deaths = 0
        for number in range(len(labels)-45, len(labels), 1):
            life = Life(tmp_path, f"n{number}", dovecot, sink)
            # The order of two tasks may differ from the first run's: the label that counts is the last one written.
            code = life.live(mortal, number)
            assert code in (-9, 0), mortal.log.read_text()[-3000:]
            died_at = life.labels.read_text().splitlines()[-1] if code == -9 else "no kill"
            deaths += code == -9
            life.call_rest()
            if code == -9:
                assert life.live(mortal, None) == 0, mortal.log.read_text()[-3000:]
            life.judge(died_at)
            life.end()
        assert deaths >= 1, f"died only {deaths} times in {len(labels)} moments"
