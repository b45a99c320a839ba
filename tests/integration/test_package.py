# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator installs: the wheel, alone in a virtual environment, far from any checkout.

The wheel is built from the source distribution, so that both are complete. Its dependencies are borrowed from the
environment that runs the tests, by a path file: that makes neither a copy nor a download, and an editable
installation there stays invisible, because path files of a borrowed folder are not read.
"""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel

from intake.cli import app
from intake.config import Configuration

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-dev.lock", "requirements-voices.lock")

LETTER = """\
From: Elif Örnek <elif.ornek@mail.example>
To: auslaenderbehoerde@musterstadt.example
Subject: Oturum iznimin uzatılması
Date: Mon, 16 Nov 2026 09:30:00 +0100
Message-ID: <wheel-1@mail.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Sayın yetkililer,

oturum iznimin süresi gelecek ay doluyor. Uzatmak için hangi belgeleri göndermem gerekiyor?
Şimdiden teşekkür ederim.

Elif Örnek
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """A virtual environment with the wheel in it, and a folder to work in."""

    venv: Path
    folder: Path

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, in the folder, with nothing of this process's Python settings."""
        return subprocess.run(
            [str(self.venv / "bin" / program), *arguments],
            cwd=self.folder,
            env={k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def _succeed(command: Sequence[str], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    _succeed([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)], folder)
    found = list(folder.glob("*.whl"))
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel installed in a path with a space, and one letter beside it."""
    folder = tmp_path_factory.mktemp("far away")
    environment = folder / "the venv"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    _succeed(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)], folder
    )
    site = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", "utf-8")
    (folder / "letter.eml").write_text(LETTER, "utf-8")
    return Installation(environment, folder)


def test_the_wheel_holds_what_the_service_reads_and_nothing_of_the_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    migrations = {
        f"intake/cases/migrations/versions/{p.name}" for p in (ROOT / "intake/cases/migrations/versions").glob("v*.py")
    }
    templates = {
        f"intake/_shipped/templates/{p.relative_to(ROOT / 'templates')}"
        for p in (ROOT / "templates").rglob("*")
        if p.is_file()
    }
    samples = {f"intake/demo/samples/{p.name}" for p in (ROOT / "intake/demo/samples").glob("*.eml")}
    assert migrations
    assert samples
    assert "intake/_shipped/templates/acknowledgement/de.j2" in templates
    wanted = migrations | templates | samples
    wanted |= {
        "intake/py.typed", "intake/example/intake.toml", "intake/triage/routing/rules.toml", "intake/triage/words.toml",
        "intake/cases/migrations/env.py", "intake/_shipped/voice_prompts/README.md",
    }  # fmt: skip
    assert wanted <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"intake"}


def test_every_module_comes_from_the_wheel(installed: Installation) -> None:
    code = "import intake; from intake.resources import shipped; print(intake.__file__); print(shipped('templates'))"
    done = installed.run("python", "-c", code)
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert line.startswith(str(installed.venv)), line


def test_init_writes_a_configuration_that_check_reads(installed: Installation) -> None:
    done = installed.run("intake", "init", "my office")
    assert (done.returncode, done.stderr) == (0, "")
    office = installed.folder / "my office"
    for name in ("poststelle", "relay"):
        (office / "secrets" / name).write_text("secret\n", "utf-8")

    done = installed.run("intake", "check", "--config", "my office/intake.toml")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert all(re.match(r"(ok|warning|problem) {1,8}\S", line) for line in lines), done.stdout
    assert any(re.match(r"ok +texts in \d+ languages: .*\btr\b", line) for line in lines), done.stdout
    problems = [line for line in lines if line.startswith("problem")]
    assert len(problems) == 2, done.stdout
    assert "mailboxes.poststelle" in problems[0]
    assert "imap.musterstadt.example" in problems[0]
    assert "smtp" in problems[1]
    assert "relay.musterstadt.example" in problems[1]


def test_explain_reads_a_letter_without_any_configuration(installed: Installation) -> None:
    done = installed.run("intake", "explain", "--json", "letter.eml")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["reply"] is True
    assert found["language"] == "tr"
    assert found["languages"] == ["tr", "de"]
    assert found["queue"] == "residence-permit"


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _requirements(lines: Sequence[Any]) -> dict[str, Requirement]:
    found = [Requirement(line) for line in lines if isinstance(line, str)]
    return {canonicalize_name(r.name): r for r in found}


def _imports(folder: Path) -> set[str]:
    """The top-level names that the modules of a folder import, wherever in the file."""
    names = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


def test_whatever_is_imported_is_a_declared_dependency() -> None:
    project = _project()["project"]
    declared = set(_requirements(project["dependencies"]))
    for extra in project["optional-dependencies"].values():
        declared |= set(_requirements(extra))
    homes = importlib.metadata.packages_distributions()
    foreign = _imports(ROOT / "intake") - set(sys.stdlib_module_names) - {"intake"}
    assert foreign
    undeclared = {n for n in foreign if not {canonicalize_name(d) for d in homes.get(n, ())} & declared}
    assert not undeclared, "pyproject.toml does not name what these come from"


def test_the_locks_fit_the_declared_dependencies() -> None:
    project = _project()
    pins: dict[str, str] = {}
    for lock in LOCKS:
        text = (ROOT / lock).read_text("utf-8")
        assert "://" not in text
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", text, re.M):
            assert pins.setdefault(canonicalize_name(name), version) == version, f"{name} is pinned twice"
    declared = [*project["project"]["dependencies"]]
    for group in (*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()):
        declared += group
    for name, requirement in _requirements(declared).items():
        assert name in pins, f"{name} is in no lock; run: make lock"
        assert requirement.specifier.contains(pins[name], prereleases=True), (
            f"{requirement} excludes {pins[name]}; run: make lock"
        )


def test_every_locked_file_has_a_hash() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
        entries = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert entries
        for entry in entries:
            assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key of a table and of the tables below it."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        found.add(name)
        below, waiting = set(), [field.annotation]
        while waiting:
            annotation = waiting.pop()
            waiting += get_args(annotation)
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                below.add(annotation)
        for table in below:
            found |= _keys(table)
    return found


def test_the_guide_names_every_configuration_key_and_command() -> None:
    guide = (ROOT / "docs" / "administrator.md").read_text("utf-8")
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`\n]+`", guide))))
    keys = _keys(Configuration)
    assert {"breaker_factor", "closures", "password_credential"} <= keys
    assert not keys - named
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert "explain" in commands
    assert not {c for c in commands if f"`intake {c}" not in guide}
