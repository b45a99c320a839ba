# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake simulate``: what a change would do to past mail is shown, and nothing anywhere is touched by it."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, id_of, message
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
CITIZENSHIP = """extends = "shipped"
[queues.naturalisation.evidence]
citizenship = 0
[queues.general.evidence]
citizenship = 9
"""


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


def state_of_mailbox(dovecot: Dovecot, user: str) -> dict[str, Any]:
    """Every folder with its counts, its last change (RFC 7162), and each message with UID, flags and octets."""
    wanted = ["MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ"]
    found: dict[str, Any] = {}
    with dovecot.client(user) as client:
        for _, _, folder in client.list_folders():
            found[folder] = (client.folder_status(folder, wanted), dovecot.stored(user, folder))
    return found


def state_of_disk(folder: Path) -> dict[str, bytes]:
    """Every file of the installation: configuration, ledger, markers."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_change_is_tried_on_the_mail_in_the_queue_folders_and_leaves_no_trace(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    home = tmp_path / "office"
    wishes = [
        message(f"p{n}@example.net", subject="Frage", text=f"Guten Tag, ich möchte die Einbürgerung {n}.\n")
        for n in range(4)
    ]
    permit = message("samira@example.net")
    reply = message(
        "p0@example.net", subject="Re: Frage", text="Noch einmal zur Einbürgerung: geht es voran?\n",
        Message_ID="<reply@example.net>", In_Reply_To=id_of(wishes[0]),
    )  # fmt: skip
    machine = message("news@example.net", subject="Einbürgerung", text="Einbürgerung", List_Id="<news.example.net>")
    with Office(home, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, *wishes, permit, machine)
        office.wait_settled(*wishes, permit, machine)
        dovecot.deliver(user, reply)
        office.wait_settled(reply)
    dovecot.deliver(user, message("late@example.net"), folder="Termine")  # recent, and unknown to the ledger
    with sqlite3.connect(home / "data" / "ledger.sqlite3") as ledger:
        for raw, to in zip(wishes, ("general", "general", "naturalisation"), strict=False):
            ledger.execute(
                "INSERT INTO corrections (case_id, message_id, at, from_queue, to_queue) "
                "SELECT case_id, id, recorded_at, queue, ? FROM messages WHERE message_id = ?",
                (to, id_of(raw)),
            )
    ledger.close()
    new = tmp_path / "new.toml"
    new.write_text(CITIZENSHIP, "utf-8")
    texts = tmp_path / "texts"
    shutil.copytree(TEMPLATES, texts)
    german = texts / "acknowledgement" / "de.j2"
    german.write_text(german.read_text("utf-8").replace("Guten Tag,", "Grüß Gott,"), "utf-8")
    mail, disk = state_of_mailbox(dovecot, user), state_of_disk(home)
    assert mail["Termine"][0][b"RECENT"] == 1

    done = office.command("simulate", "--rules", str(new), "--texts", str(texts), "--json")
    assert done.returncode == 3, done.stderr
    found = json.loads(done.stdout)
    # Five wrote, one of them twice, each got one acknowledgement but for the follow-up; one came while nobody watched.
    assert found["messages"] == 7
    assert found["left_out"] == {"follow-up": 1, "own-mail": 5}
    [move] = found["moves"]
    assert (move["from"], move["to_folder"], move["count"]) == ("naturalisation", "Allgemein", 4)
    references = {office.reference(raw) for raw in wishes}
    assert {example["message"] for example in move["examples"]} <= references
    assert '"Einbürgerung" in the first sentence → Allgemein' in str(move["examples"][0]["after"]["evidence"])
    assert found["queues"]["naturalisation"] == {"before": 4, "after": 0}
    assert found["queues"]["system"] == {"before": 1, "after": 1}
    assert found["staff"] == {"corrected": 3, "right_before": 1, "right_after": 2, "better": 2, "worse": 1}
    assert found["answers"] == []
    answers = found["acknowledgements"]
    assert (answers["compared"], answers["reworded"], answers["other_queue"]) == (6, 6, 4)
    assert "+Grüß Gott," in answers["differences"][0]["diff"]
    assert "example.net" not in done.stdout
    assert "Frage" not in done.stdout

    same = tmp_path / "same.toml"
    same.write_text('extends = "shipped"\n', "utf-8")
    done = office.command("simulate", "--rules", str(same), "--show-subjects")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing would change." in done.stdout

    new.write_text(CITIZENSHIP.replace("queues.general", "queues.genral"), "utf-8")
    done = office.command("simulate", "--rules", str(new))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"intake: {new}, line 4: queues.genral: ")

    assert state_of_mailbox(dovecot, user) == mail
    assert state_of_disk(home) == disk
