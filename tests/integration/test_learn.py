# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole loop: filed wrong, moved by a clerk, learned, and the next one filed right, on a real Dovecot."""

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message, until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

CONCERNS = {
    "Lob und Beschwerden": "Der Brunnen im Hof plätschert die ganze Nacht, das Wasser spritzt bis ans Fenster.",
    "Familiennachzug": "Unser Esel braucht einen Stall auf der Wiese, das Heu liegt schon bereit.",
}
"""What the rules know nothing of, and where the staff of this office file it."""

FOUNTAIN = "Guten Tag,\n\nder Brunnen plätschert wieder so laut, das Wasser spritzt ans Fenster.\n\n{name}\n"


def lying(dovecot: Dovecot, user: str, count: int) -> None:
    """What staff have opened and filed over the months."""
    with dovecot.client(user) as client:
        for folder, text in CONCERNS.items():
            for number in range(count):
                name = f"person{number}"
                raw = message(f"{name}@example.net", subject="Frage", text=f"Guten Tag,\n\n{text}\n\nIhr {name}\n")
                client.append(folder, raw, ["\\Seen"], dt.datetime.now(dt.UTC) - dt.timedelta(days=number))


def move(dovecot: Dovecot, user: str, source: str, target: str) -> None:
    """A clerk opens what lies there and drags it elsewhere."""
    with dovecot.client(user) as client:
        client.select_folder(source)
        [uid] = client.search("ALL")
        client.add_flags([uid], ["\\Seen"])
        client.move([uid], target)


def test_what_staff_moved_is_learned_and_the_next_one_filed_right(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with SmtpSink() as sink:
        office = Office(
            tmp_path, dovecot, sink.port, {"office": user}, mailbox={"file_copy": False},
            patches="import intake.daemon as d\nd.STAFF_SECONDS = 1.0",
        )  # fmt: skip
        with office.config.open("a", encoding="utf-8") as config:
            config.write('\n[triage]\nclassifier = "data/classifier.npz"\nclassifier_precision = 0.9\n')
        with office:
            until(lambda: "classifier" in office.causes(), "a notice says that there is no classifier yet")
            first, second, third = (
                message(f"{name}@example.org", subject="Brunnen", text=FOUNTAIN.format(name=name))
                for name in ("lea", "mia", "noa")
            )
            dovecot.deliver(user, first)
            office.wait_settled(first)
            assert office.decisions(first)[0][2] == "Allgemein"
            move(dovecot, user, "Allgemein", "Lob und Beschwerden")
            until(lambda: bool(office.query("SELECT 1 FROM corrections")), "the move is noticed")

            lying(dovecot, user, 60)
            told = office.command("learn", "--json")
            assert told.returncode == 0, told.stderr
            found = json.loads(told.stdout)
            assert (found["messages"], found["switch_on"]) == (121, True), "the moved one among them"
            assert found["written"] == str(tmp_path / "data" / "classifier.npz")
            office.reload()
            until(lambda: "classifier" not in office.causes(), "the classifier is in use")
            dovecot.deliver(user, second)
            office.wait_settled(second)
            assert office.decisions(second)[0][2] == "Lob und Beschwerden"
            case = office.command("case", office.reference(second)).stdout
            assert "decided by the classifier: 9" in case
            assert "entschieden durch die gelernte Zuordnung: 9" in case
            (tmp_path / "third.eml").write_bytes(third)
            explained = office.command("explain", str(tmp_path / "third.eml"))
            assert "decided by the classifier: 9" in explained.stdout
            assert explained.stderr == ""

            (tmp_path / "data" / "classifier.npz").write_bytes(b"damaged")
            office.reload()
            until(lambda: "classifier" in office.causes(), "a notice says that the file is damaged")
            dovecot.deliver(user, third)
            office.wait_settled(third)
            assert office.decisions(third)[0][2] == "Allgemein"
            assert "rules decide alone" in office.command("explain", str(tmp_path / "third.eml")).stderr
