# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake learn`` over folders of files: what counts, what it prints, and what is wrong with what it is given."""

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import cast

import pytest

from intake.cases.ledger import Ledger
from intake.cli.init import write
from intake.cli.learn import learn
from intake.errors import IntakeError
from intake.learning.sources import of_directory
from intake.mail.assessment import Reader
from intake.triage import model_file, ngrams
from tests.servers.office import message

OFFICE = "auslaenderbehoerde@musterstadt.example"
CONCERNS = {
    "complaints": "Der Brunnen im Hof plätschert die ganze Nacht, das Wasser spritzt bis ans Fenster.",
    "family": "Unser Esel braucht einen Stall auf der Wiese, das Heu liegt schon bereit.",
}
"""What the rules know nothing of."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty people's mails about each concern; and what must not count."""
    root = tmp_path_factory.mktemp("mails")
    for queue, text in CONCERNS.items():
        (root / queue).mkdir()
        for number in range(40):
            raw = message(f"person{number}@example.net", OFFICE, "Frage", f"Guten Tag,\n\n{text}\n\nIhr Nachbar\n")
            (root / queue / f"{number}.eml").write_bytes(raw)
    machine = message("list@example.net", OFFICE, "Brief", "Guten Tag, ein Esel.\n", Precedence="bulk")
    (root / "family" / "machine.eml").write_bytes(machine)
    (root / "family" / "silent.eml").write_bytes(message("mute@example.net", OFFICE, "", "\n"))
    (root / "family" / "broken.eml").write_bytes(b"\x00\xff" * 500)
    (root / "suspicious").mkdir()
    (root / "suspicious" / "person.eml").write_bytes(message("person50@example.net", OFFICE))
    (root / "notes.txt").write_text("not a folder")
    return root


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of a new office."""
    monkeypatch.setattr("intake.cli.learn.NICE", 0)  # the tests that follow are no background work
    list(write(tmp_path))
    return tmp_path / "intake.toml"


def run(config: Path, folders: Path, *, compare: bool = False, as_json: bool = False) -> str:
    """What the command prints."""
    printed: list[str] = []
    asyncio.run(learn(config, folders, compare=compare, as_json=as_json, echo=printed.append))
    return "\n".join(printed)


def test_a_comparison_needs_no_ledger_writes_nothing_and_says_it_in_a_sentence_a_queue(
    office: Path, folders: Path
) -> None:
    before = sorted(office.parent.rglob("*"))
    printed = run(office, folders, compare=True)
    assert printed.startswith("80 messages of 40 people, ")
    for name in ("Lob und Beschwerden [complaints]", "Familiennachzug [family]"):
        assert f"{name}: switch it on: it would have filed 40 more here, 40 of them rightly" in printed
    assert "On the whole: switch it on. Of 80 messages" in printed
    assert sorted(office.parent.rglob("*")) == before


def test_the_file_fits_the_ledger_and_the_next_step_is_said(office: Path, folders: Path) -> None:
    with pytest.raises(IntakeError, match="intake run"):
        run(office, folders)  # no ledger yet, so no secret
    ledger = Ledger.open(f"sqlite:///{office.parent / 'data' / 'ledger.sqlite3'}", office.parent / "data")
    ledger.close()
    printed = run(office, folders)
    assert printed.endswith(f'Switch it on in {office}: [triage] classifier = "data/classifier.npz"')
    file = office.parent / "data" / "classifier.npz"
    made = model_file.read(file, ngrams.key(ledger.secret), ["complaints", "family", "general"])
    assert made.trusted == (True, True, False)
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_bytes()
    found = json.loads(run(office, folders, as_json=True))
    assert (found["messages"], found["senders"], found["switch_on"]) == (80, 40, True)
    assert found["right"] == {"rules": 0, "classifier": 80, "together": 80}
    assert found["queues"]["family"]["together"] == {"precision": 1.0, "recall": 1.0}
    assert file.read_bytes() == first


def test_what_is_wrong_with_the_folders_is_said_in_one_sentence(tmp_path: Path) -> None:
    queues = {"family": "Familiennachzug", "complaints": "Beschwerden"}
    nobody_reads = cast(Reader, None)
    (tmp_path / "dogs").mkdir()
    with pytest.raises(IntakeError, match="dogs: no queue has this name; the queues are family, complaints"):
        of_directory(tmp_path, queues, nobody_reads, b"key")
    with pytest.raises(IntakeError, match="nowhere: cannot be read"):
        of_directory(tmp_path / "nowhere", queues, nobody_reads, b"key")


def test_what_must_be_installed_first_is_said(office: Path, folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(IntakeError, match=r"needs scikit-learn; install it with: pip install 'amtseingang\[learn\]'"):
        run(office, folders, compare=True)
