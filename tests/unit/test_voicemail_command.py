# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake voicemail`` and what ``intake check`` says of recognisers, without one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.audio import wav
from intake.cli import app
from intake.cli.check_voicemail import voicemail
from intake.cli.explain import builtin
from intake.config import Spool, Voicemail
from tests.sounds import babble

runner = CliRunner()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "message.wav"
    path.write_bytes(wav(babble(2, 8000)))
    return path


def test_each_file_is_a_line_of_json(file: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    done = runner.invoke(app, ["voicemail", "--json", "--language", "tr", str(file), str(tmp_path / "empty.wav")])
    assert done.exit_code == 0
    heard, empty = (json.loads(line) for line in done.stdout.splitlines())
    assert (heard["state"], heard["language"], heard["queue"], heard["seconds"]) == ("no-model", "tr", "general", 2.0)
    assert (empty["state"], empty["seconds"], empty["transcript"]) == ("unreadable", None, "")
    assert set(heard) == {
        "file", "state", "language", "confidence", "queue", "seconds", "transcript", "pieces", "references",
        "evidence", "problem",
    }  # fmt: skip


def test_without_json_a_person_can_read_it(file: Path) -> None:
    done = runner.invoke(app, ["voicemail", str(file), "--caller", "+49 171 3920012"])
    assert done.exit_code == 0
    assert "0171 3920012" in done.stdout
    assert "queue       general (folder Allgemein)" in done.stdout
    assert "kein Spracherkenner" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["none.wav"], "none.wav: No such file"), (["--language", "xx", "message.wav"], "--language: xx is none of")],
)
def test_what_the_user_can_fix_is_told_in_a_sentence(file: Path, arguments: list[str], said: str) -> None:
    done = runner.invoke(app, ["voicemail", *arguments])
    assert done.exit_code == 1
    assert said in done.stderr + str(done.exception)


class Findings:
    def __init__(self) -> None:
        self.told: list[str] = []

    def ok(self, text: str) -> None:
        self.told.append(f"ok: {text}")

    def warning(self, text: str) -> None:
        self.told.append(f"warning: {text}")

    def problem(self, error: object) -> None:
        self.told.append(f"problem: {error}")


def test_check_names_the_languages_that_nothing_here_understands(tmp_path: Path) -> None:
    settings = builtin()
    spool = Spool(name="main", path=tmp_path, kind="folder", languages={"100": "fr"})
    wanted = Voicemail(spools=(spool,))
    settings = replace(settings, configuration=settings.configuration.model_copy(update={"voicemail": wanted}))
    findings = Findings()
    voicemail(settings, findings)
    (warning,) = [line for line in findings.told if line.startswith("warning")]
    assert warning.startswith("warning: voicemail in de, en, uk, tr, fr is filed without a transcript")
    assert "see: intake voices" in warning
