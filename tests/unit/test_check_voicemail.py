# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake check`` says whether voicemail can come in, and what to do if it cannot."""

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path

from intake.cli.check_voicemail import voicemail
from intake.config import Settings, parse
from tests.servers.office import EXAMPLE
from tests.telephone import Asterisk


@dataclass
class Report:
    """Remembers what it is told."""

    fine: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def ok(self, text: str) -> None:
        """It works."""
        self.fine.append(text)

    def warning(self, text: str) -> None:
        """What is not understood here."""
        self.warnings.append(text)

    def problem(self, error: object) -> None:
        """It does not."""
        self.problems.append(str(error))


def checked(folder: Path, table: str, trust: str = 'authserv = ["mx.example.org"]') -> Report:
    text = EXAMPLE.read_text("utf-8").replace('authserv = ["mx.example.org"]', trust)
    found: Settings = replace(parse(f"{text}\n{table}", None), file=folder / "intake.toml")
    report = Report()
    voicemail(found, report)
    return report


def spool(path: Path) -> str:
    return f'[voicemail]\n[[voicemail.spools]]\nname = "pbx"\npath = "{path}"'


def test_without_voicemail_nothing_is_said(tmp_path: Path) -> None:
    report = checked(tmp_path, "")
    assert (report.fine, report.problems, report.warnings) == ([], [], [])


def test_a_spool_that_can_be_read_is_fine_and_stays_as_it_is(tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path / "spool")
    pbx.leave("a", at=dt.datetime.now(dt.UTC))
    before = sorted(tmp_path.rglob("*"))
    report = checked(tmp_path, spool(pbx.root))
    assert report.problems == []
    assert report.fine == [f"voicemail pbx: 1 recordings in {pbx.root}"]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_spool_that_is_not_there_is_a_problem_with_its_key_and_its_remedy(tmp_path: Path) -> None:
    [problem] = checked(tmp_path, spool(tmp_path / "nowhere")).problems
    assert "voicemail.spools (entry 1).path" in problem
    assert "correct the path" in problem


def test_senders_that_nobody_can_prove_are_a_problem(tmp_path: Path) -> None:
    table = '[voicemail]\nsenders = ["anlage@pbx.example"]'
    assert checked(tmp_path, table).problems == []
    [problem] = checked(tmp_path, table, "authserv = []").problems
    assert "voicemail.senders_proven" in problem
    assert checked(tmp_path, f"{table}\nsenders_proven = false", "authserv = []").problems == []
