# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemail on a real Dovecot: what callers leave, in spools and by e-mail, lies in its queue folder exactly once.

What comes in is short and understood at once (``tests/servers/hearing.py``), but for a long and an empty recording that
the real listener hears. The moments at which a crash could hurt are those of ``test_voicemail_kill.py``.
"""

import datetime as dt
import email
import email.policy
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot, Stored
from tests.servers.hearing import BREAKS
from tests.servers.office import Office, id_of, message, until
from tests.servers.smtp_sink import SmtpSink
from tests.telephone import MAKES, Asterisk, drop, mail, sound

pytestmark = pytest.mark.integration

PBX = "anlage@pbx.example"
PATCHES = """
import datetime as dt
import intake.daemon as d
from intake.voicemail import transcription
from tests.servers import hearing
d.STAFF_SECONDS = 1.0
transcription.WAITS = (dt.timedelta(),)
transcription.LOOK_SECONDS = 0.5
hearing.install()
"""
MANY = 50
RECEIVED = 1_775_000_000
LONG = 40.0
"""Seconds; as base64 more than is fetched at a time."""


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


class Line:
    """An office with a telephone system, a drop folder, and both watched."""

    def __init__(self, folder: Path, dovecot: Dovecot, sink: SmtpSink, user: str) -> None:
        self.pbx = Asterisk(folder / "spool")
        self.dropped = folder / "drop"
        self.dropped.mkdir()
        self.dovecot = dovecot
        self.user = user
        tables = (
            f'[voicemail]\nsenders = ["{PBX}"]\nscan_seconds = 2\nattempts = 2\n'
            f'[[voicemail.spools]]\nname = "asterisk"\npath = "{self.pbx.root}"\n'
            'languages = { "100@default" = "de" }\n'
            f'[[voicemail.spools]]\nname = "drop"\nkind = "folder"\npath = "{self.dropped}"\n'
        )
        self.office = Office(
            folder / "office", dovecot, sink.port, {"office": user}, tables=tables,
            trust={"authserv": ["mx.example.org"]}, patches=PATCHES,
        )  # fmt: skip
        config = self.office.config
        notify = 'folder = "Termine"\nnotify = "termine@office.example"'
        config.write_text(config.read_text("utf-8").replace('folder = "Termine"', notify), "utf-8")

    def leave(self, name: str, **values: object) -> None:
        """A call that ended just now."""
        self.pbx.leave(name, at=dt.datetime.now(dt.UTC), **values)  # type: ignore[arg-type]

    def counts(self) -> Counter[str]:
        """How many recordings are in which state."""
        return Counter(str(row[0]) for row in self.office.query("SELECT filing FROM messages WHERE uidvalidity = 0"))

    def wait_filed(self, count: int) -> None:
        """Until the ledger has ``count`` recordings, all of them in their folders."""
        until(lambda: self.counts() == {"filed": count}, f"{count} recordings are filed: {self.office.log()[-3000:]}")

    def filed(self, folder: str) -> dict[str, Stored]:
        """The messages about recordings in a folder, by Message-ID."""
        found = {}
        for stored in self.dovecot.stored(self.user, folder):
            about = email.message_from_bytes(stored.raw, policy=email.policy.default)
            if about["X-Loop"]:
                assert about["Message-ID"] not in found, "one recording lies there twice"
                found[str(about["Message-ID"])] = stored
        return found

    def case_of(self, name: str) -> tuple[str, str, str]:
        """Queue, language and state of the case of the first recording that was called so in its spool."""
        [row] = self.office.query(
            "SELECT c.queue, c.language, c.state FROM cases c JOIN messages m ON m.case_id = c.id"
            " JOIN recordings r ON r.message_id = m.id WHERE r.name LIKE ? ORDER BY m.id LIMIT 1",
            f"%{name}",
        )
        return row  # type: ignore[return-value]

    def message_of(self, name: str) -> Stored:
        """What staff got about a recording."""
        [(message_id, folder)] = self.office.query(
            "SELECT m.message_id, m.folder FROM messages m JOIN recordings r ON r.message_id = m.id WHERE r.name = ?",
            name,
        )
        return self.filed(str(folder))[str(message_id)]


def files(root: Path) -> dict[Path, tuple[int, int, bytes]]:
    """Every file in a folder: which it is, when it changed, what is in it."""
    return {
        path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }


def test_what_callers_leave_lies_in_its_folder_once_whatever_the_telephone_system_does(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    line = Line(tmp_path, dovecot, sink, user)
    for name in ("a", "b", "c"):
        line.leave(name, category="tr" if name == "a" else "")
    half = line.pbx.leave("half", at=dt.datetime.now(dt.UTC), finish=False)
    (tmp_path / "secret.wav").write_bytes(sound("secret"))
    (line.dropped / "stolen.wav").symlink_to(tmp_path / "secret.wav")
    with line.office as office:
        line.wait_filed(3)
        assert line.case_of("INBOX/msg0000.wav") == ("appointments", "tr", "open"), "what the caller chose in the menu"
        assert line.case_of("INBOX/msg0001.wav")[1] == "de", "the language of the mailbox"

        # A clerk deletes the first by telephone and listens to the next: all move up, and none is new.
        line.pbx.finish("half", half)
        line.wait_filed(4)
        line.pbx.delete(0)
        line.pbx.listen(0)
        line.leave("after that")
        line.wait_filed(5)

        # Fifty at once, and a plain folder beside, with a copy of one of them.
        for number in range(MANY):
            line.leave(f"many {number}", caller=f'"" <076120{number:02}>')
        shutil.copy(line.pbx.home / "INBOX" / "msg0005.wav", line.dropped / "copy.wav")
        drop(line.dropped, "alone.wav")
        drop(line.dropped, "named.wav", {"caller": "+380 44 123 4567", "language": "uk", "received": RECEIVED})
        line.wait_filed(MANY + 7)

        # By e-mail, in the ways of five makes, one of them in several pieces, and one that proves nothing.
        long = sound("long", LONG)
        makes = [
            mail(make, number, "office@office.example", PBX, data=long if make == "STARFACE" else None)
            for number, make in enumerate(MAKES)
        ]
        unproven = mail("STARFACE", 9, "office@office.example", PBX, proven=False)
        dovecot.deliver(user, *makes, unproven)
        office.wait_settled(*makes, unproven)
        line.wait_filed(MANY + 12)
        assert [office.decisions(raw)[0][1:3] for raw in makes] == [("voicemail", "System")] * 5
        callers = {row[0] for row in office.query("SELECT caller FROM recordings WHERE source = ?", PBX)}
        assert callers == {"0761 4711", "00380441234567", "07999123456", "07614711", None}
        [(_, reason, folder, _)] = office.decisions(unproven)
        assert reason == "voicemail-unproven"
        assert folder not in ("System", "Prüfen"), "a person listens to it"

        # What breaks the recogniser is filed all the same, and so is what is no sound.
        line.leave("poison", data=sound("poison") + BREAKS)
        line.leave("empty", data=b"")
        line.wait_filed(MANY + 14)
        states = Counter(row[0] for row in office.query("SELECT transcript FROM recordings"))
        assert (states["heard"], states["failed"], states["unreadable"]) == (MANY + 11, 1, 1)
        assert (LONG,) in office.query("SELECT seconds FROM recordings"), "every piece of it was fetched"
        assert office.status()["recordings"] == 0

        # Staff answer as they answer mail.
        named, alone = line.message_of("named.wav"), line.message_of("alone.wav")
        assert named.internaldate.timestamp() == RECEIVED
        assert "\\Seen" not in named.flags
        answer = message("office@office.example", "a@person.example", "Ihr Anruf", In_Reply_To=id_of(named.raw))
        dovecot.deliver(user, answer, folder="Sent")
        with dovecot.client(user) as clerk:
            clerk.select_folder("Termine")
            clerk.add_flags([alone.uid], [b"\\Answered"])
        until(lambda: line.case_of("named.wav")[2] == "answered", "a mail about it answers a case")
        until(lambda: line.case_of("alone.wav")[2] == "answered", "a flag answers a case")
        with dovecot.client(user) as clerk:
            clerk.select_folder("Termine")
            clerk.move([named.uid], "Aufenthaltstitel")
        until(lambda: line.case_of("named.wav")[0] == "residence-permit", "its case moves with it")

        # A new start finds nothing new but what is new.
        left = files(line.pbx.root) | files(line.dropped)
        office.stop()
        office.start()
        line.leave("last")
        line.wait_filed(MANY + 15)
        until(lambda: not office.query("SELECT 1 FROM outbox WHERE state = 'queued'"), "the team is told")
    assert left.items() <= (files(line.pbx.root) | files(line.dropped)).items(), "the service changed a spool"
    assert len(line.filed("Termine") | line.filed("Allgemein") | line.filed("Aufenthaltstitel")) == MANY + 15
    assert list((tmp_path / "office" / "data" / "voicemail").iterdir()) == []
    told = Counter(recipient for mail in sink.messages for recipient in mail.recipients)
    assert told == {"termine@office.example": MANY + 12}, "the team is told of each case, and nobody else of anything"
