# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing lost, nothing twice: the daemon is killed at every moment, and nobody notices.

A first run without a kill writes down every moment (see ``tests/servers/mortal.py``); then, for each of them, a
fresh installation on a fresh account is killed with SIGKILL exactly there, started again, and judged:

* every message lies in exactly one folder;
* every person has exactly one acknowledgement. Only if the process died between writing the final dot and the
  durable note that the relay had accepted may there be two, and then they carry the same Message-ID;
* no machine has any; each acknowledgement lies once beside its message.

Half of the messages lie there at the start, the others arrive while it runs. Every fourth moment is tried here
(all with ``INTAKE_EVERY_MOMENT=1``), shared between four tests so that they can run side by side.
"""

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest

from intake.cases.ledger import Ledger
from tests.servers.deaths import Mortal
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message
from tests.servers.smtp_sink import SmtpSink

SHARDS = 4
CONNECTIONS = 4
"""To the relay, as the configuration has it by default (``smtp.connections``)."""
STEP = 1 if os.environ.get("INTAKE_EVERY_MOMENT") else 4

PEOPLE = ("samira", "mehmet", "olena")
ARRIVE_LATER = {60: 2, 90: 1, 120: 1, 150: 1}
"""Moment → how many messages arrive at it."""


def _messages(run: str) -> dict[str, bytes]:
    """Ten messages: three people (one delivered twice, one who sends her text again), a list, a notice of absence."""
    people = {name: f"{name}.{run}@example.net" for name in PEOPLE}
    samira = message(people["samira"], Message_ID=f"<1.{run}@example.net>")
    return {
        "a": samira,
        "b": message("list@lists.example.com", subject="Neues im November", List_Id="<news.lists.example.com>"),
        "c": message(
            people["mehmet"],
            subject="Randevu",
            text="Merhaba,\n\noturma izni için bir randevu almak istiyorum. Lütfen bana yardım edin.\n\nMehmet\n",
            Message_ID=f"<2.{run}@example.net>",
        ),
        "d": message(f"away.{run}@example.net", subject="Abwesend", Auto_Submitted="auto-replied"),
        "e": samira,
        "f": message(
            people["olena"],
            subject="",
            text="Добрий день! Мені потрібен тимчасовий захист.\n",
            Message_ID=f"<3.{run}@example.net>",
        ),
        "g": message("noreply@shop.example.com", subject="Ihre Bestellung"),
        "h": message(people["samira"], Message_ID=f"<4.{run}@example.net>"),
    }  # fmt: skip


class Life:
    """One installation on one account, with its messages, that lives through a kill or not."""

    def __init__(self, folder: Path, run: str, dovecot: Dovecot, sink: SmtpSink) -> None:
        self.run = run
        self.user = f"kill.{run}.{os.getpid()}@example.org"
        self.dovecot = dovecot
        self.sink = sink
        self.folder = folder / run
        # A killed process loses nothing that it has written, so that memory serves as well as a disk, and faster.
        memory = Path("/dev/shm")
        self.data = Path(tempfile.mkdtemp(prefix="kill-", dir=memory if memory.is_dir() else None))
        service = {"data": str(self.data)}
        self.office = Office(self.folder, dovecot, sink.port, {"office": self.user}, service=service)
        self.labels = self.folder / "labels"
        self.messages = _messages(run)
        names = sorted(self.messages)
        late = sum(ARRIVE_LATER.values())
        self.files = {name: self.folder / f"{name}.eml" for name in names}
        for name, raw in self.messages.items():
            self.files[name].write_bytes(raw)
        self.early, self.late = names[:-late], names[-late:]
        self._prepare_ledger()
        dovecot.deliver(self.user, *(self.messages[n] for n in self.early))
        for name in self.early:
            self.files[name].rename(self.files[name].with_suffix(".delivered"))

    def _prepare_ledger(self) -> None:
        """An installation that has seen this mailbox before, so that no message counts as old backlog."""
        with self.dovecot.client(self.user) as client:
            validity = client.select_folder("INBOX")[b"UIDVALIDITY"]
        template = self.folder.parent / "template.sqlite3"
        if not template.exists():
            Ledger.open(f"sqlite:///{template}", template.parent).close()
        shutil.copy(template, self.data / "ledger.sqlite3")
        with sqlite3.connect(self.data / "ledger.sqlite3") as ledger:
            ledger.execute(
                "INSERT INTO mailboxes (name, uidvalidity, first_uid, backlog_below_uid) VALUES ('office', ?, 1, 1)",
                [validity],
            )
        ledger.close()

    def live(self, mortal: Mortal, kill_at: int | None) -> int:
        """Run, to the death or until all is settled."""
        deliver: dict[str, list[str]] = {}
        late = iter(self.late)
        for moment, count in ARRIVE_LATER.items():
            deliver[str(moment)] = [str(self.files[next(late)]) for _ in range(count)]
        return mortal.run(
            {
                "config": str(self.office.config), "labels": str(self.labels), "kill_at": kill_at, "seed": 1,
                "deliver": deliver if kill_at is not None or not self.labels.exists() else {},
                "imap_port": self.dovecot.port, "user": self.user, "expect": len(self.messages),
            }
        )  # fmt: skip

    def _message_ids(self) -> dict[str, list[str]]:
        """The Message-IDs in every folder."""
        found = {}
        with self.dovecot.client(self.user) as client:
            for _, _, name in client.list_folders():
                client.select_folder(name, readonly=True)
                rows = client.fetch(client.search(), ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
                headers = [next(v for k, v in row.items() if k.startswith(b"BODY[")) for row in rows.values()]
                found[name] = [message_from_bytes(header)["Message-ID"].strip() for header in headers]
        return found

    def end(self) -> None:
        """Remove the ledger from memory."""
        shutil.rmtree(self.data)

    def deliver_rest(self) -> None:
        """Deliver what had not arrived when the process died."""
        for file in self.files.values():
            if file.exists():
                self.dovecot.deliver(self.user, file.read_bytes())
                file.rename(file.with_suffix(".delivered"))

    def judge(self, labels: list[str]) -> None:
        """Nothing lost, nothing twice. ``labels``: the moments up to the death; empty if there was none."""
        killed_at = labels[-1] if labels else "no kill"
        # Several connections send side by side, and the mailbox's task goes on beside them: how many mails were in
        # doubt is told by all the labels. Each mail is in doubt from its final dot until its mark is durable.
        marked = sum(int(label.split()[-1]) for label in labels if label.startswith("after ledger _accepted"))
        unknowable = labels.count("before smtp dot") - marked
        assert unknowable <= CONNECTIONS, f"{killed_at}: {unknowable} mails in doubt at once"
        folders = self._message_ids()
        assert not folders["INBOX"], f"{killed_at}: {len(folders['INBOX'])} messages were not filed"
        lies = Counter(message_id for ids in folders.values() for message_id in ids)
        expected = Counter(message_from_bytes(raw)["Message-ID"].strip() for raw in self.messages.values())
        sent: dict[str, set[str]] = {}
        count: Counter[str] = Counter()
        for mail in self.sink.messages:
            (recipient,) = mail.recipients
            if f".{self.run}@" in recipient:
                sent.setdefault(recipient, set()).add(message_from_bytes(mail.raw)["Message-ID"].strip())
                count[recipient] += 1
        assert set(sent) == {f"{name}.{self.run}@example.net" for name in PEOPLE}, f"{killed_at}: {sorted(sent)}"
        for recipient, ids in sent.items():
            assert len(ids) == 1, f"{killed_at}: two different acknowledgements to {recipient}"
            expected[next(iter(ids))] = 1
        copies = sum(count.values()) - len(sent)
        assert copies <= unknowable, f"{killed_at}: {count}"
        assert lies == expected, f"{killed_at}: too many {lies - expected}, missing {expected - lies}"


def _journey(tmp_path: Path, run: str, dovecot: Dovecot, sink: SmtpSink, mortal: Mortal) -> list[str]:
    life = Life(tmp_path, run, dovecot, sink)
    assert life.live(mortal, None) == 0, mortal.log.read_text()[-3000:]
    life.judge([])
    life.end()
    return life.labels.read_text().splitlines()


@pytest.mark.integration
@pytest.mark.parametrize("shard", range(SHARDS))
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_twice(
    shard: int, tmp_path: Path, dovecot: Dovecot, mortal: Mortal
) -> None:
    with SmtpSink() as sink:
        labels = _journey(tmp_path, f"s{shard}all", dovecot, sink, mortal)
        assert len(labels) >= 200, f"only {len(labels)} moments: {labels}"
        kinds = {label.split()[1] for label in labels}
        assert kinds == {"ledger", "imap", "smtp"}
        deaths = 0
        for number in range(shard * STEP, len(labels), SHARDS * STEP):
            life = Life(tmp_path, f"s{shard}n{number}", dovecot, sink)
            # The order of two tasks may differ from the first run's: the label that counts is the last one written.
            code = life.live(mortal, number)
            assert code in (-9, 0), mortal.log.read_text()[-3000:]
            until = life.labels.read_text().splitlines() if code == -9 else []
            deaths += code == -9
            life.deliver_rest()
            if code == -9:
                assert life.live(mortal, None) == 0, mortal.log.read_text()[-3000:]
            life.judge(until)
            life.end()
        assert deaths >= 200 / STEP / SHARDS, f"died only {deaths} times in {len(labels)} moments"
