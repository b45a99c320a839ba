# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of the house holds: imports run downwards, each library has one door, and nothing reads a clock by itself.

Whoever adds a file meets these first; each failure names the file and the rule.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "intake"
LEDGER = {
    f"intake/cases/{name}.py"
    for name in (
        "backup", "clock", "columns", "corrections", "filing", "ledger", "notices", "pulse", "recordings",
        "records", "register",
        "reminders", "report", "retention", "rows", "spoken", "tables", "tallies", "whereabouts",
    )
}  # fmt: skip
USERS = {f"intake/mail/{name}.py" for name in ("marks", "outbox", "reception", "staff", "watcher")}
USERS |= {"intake/cli/show.py", "intake/voicemail/books.py"}
USERS |= {"intake/report/letter.py", "intake/report/weekly.py"}

ONLY_IN: dict[str, set[str]] = {
    "aioimaplib": {"intake/servers/imap.py", "intake/servers/imap_protocol.py", "intake/servers/imap_session.py"},
    "aiosmtplib": {"intake/servers/smtp.py"},
    "sqlalchemy": LEDGER | USERS | {"intake/daemon.py"},
    "alembic": {"intake/cases/ledger.py"},
    "authlib": {"intake/servers/oauth_request.py"},
    "httpx2": {"intake/servers/oauth_request.py"},
    "apscheduler": {"intake/daemon.py"},
    "prometheus_client": {"intake/metrics.py"},
    "langdetect": {"intake/triage/language.py", "intake/triage/second_opinion.py"},
    "py3langid": {"intake/triage/identifier.py"},
    "ahocorasick": {"intake/mail/eligibility/lookout.py", "intake/triage/routing/index.py"},
    "inscriptis": {"intake/parsing/markup.py"},
    "holidays": {"intake/office.py"},
    "babel": {
        "intake/announcements/forms.py",
        "intake/listening/models.py",
        "intake/speech/grammar.py",
        "intake/wording.py",
    },
    "pydantic": {"intake/config.py", "intake/cli/privacy.py"},
    "jinja2": {
        "intake/announcements/preview.py",
        "intake/announcements/texts.py",
        "intake/demo/pages.py",
        "intake/mail/acknowledgement/texts.py",
        "intake/report/letter.py",
        "intake/template_nodes.py",
    },
    "typer": {"intake/cli/__init__.py"},
    "av": {"intake/audio/decoder.py", "intake/audio/mp3.py", "intake/audio/opus.py"},
    "soxr": {"intake/audio/decoder.py", "intake/audio/sound.py"},
    "G722": {"intake/audio/formats.py"},
    "ttspico": {"intake/voices/pico.py"},
    "piper": {"intake/voices/piper.py", "intake/voices/diacritics.py"},
    "onnxruntime": {"intake/voices/piper.py"},
    "vosk": {"intake/listening/worker.py"},
    "faster_whisper": {"intake/listening/whisper.py"},
    "sklearn": {"intake/learning/training.py"},
    "scipy": {"intake/learning/training.py"},
    "jiwer": {"intake/listening/compare.py"},
    "PIL": {"intake/report/charts.py"},
    "phonenumbers": {"intake/voicemail/numbers.py"},
    "watchfiles": {"intake/voicemail/arrivals.py"},
}
"""A library → the files that know it; migrations are the database's own and may name SQLAlchemy and Alembic."""

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime",
    "time.sleep", "os.environ", "os.getenv", "uuid.uuid4", "secrets.token_hex", "secrets.token_bytes",
    "random.random", "random.choice", "random.randint", "random.seed", "random.shuffle", "random.sample",
}  # fmt: skip
"""Sources of time, chance and environment: they come in as arguments."""

EDGES: dict[str, set[str]] = {
    "intake/cases/clock.py": {"time.time"},
    "intake/cli/__init__.py": {"os.environ"},
    "intake/cli/check.py": {"os.environ"},
    "intake/cli/explain.py": {"datetime.now"},
    "intake/cli/learn.py": {"os.environ"},
    "intake/cases/ledger.py": {"secrets.token_hex"},
    "intake/triage/arrays.py": {"os.environ"},
}
"""The composition roots, which hand them down; the one place that reads the machine's clock; the one that makes the
installation's secret; and the one that tells a library, by the only way it hears, how many threads it may start."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package but the demonstration, which is a world of its own, by its path."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "_shipped" not in path.parts
    }


def core() -> Iterator[tuple[str, ast.Module]]:
    """The modules of the service itself: without the demonstration and the migrations."""
    for name, tree in modules().items():
        if not name.startswith(("intake/demo/", "intake/cases/migrations/")):
            yield name, tree


@cache
def imported(tree: ast.Module) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def attributes(tree: ast.Module) -> set[str]:
    """``module.name`` wherever something imported is used in a module, by its own name and not by its alias."""
    aliases: dict[str, str] = {}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            aliases |= {alias.asname or alias.name: alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value
        if isinstance(owner, ast.Name) and owner.id in aliases:
            found.add(f"{aliases[owner.id]}.{node.attr}")
        elif isinstance(owner, ast.Attribute):  # datetime.datetime.now
            found.add(f"{owner.attr}.{node.attr}")
    return found


def test_imports_run_downwards() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_only_where_it_belongs(library: str) -> None:
    users = {name for name, tree in core() if library in imported(tree)}
    assert users, f"nothing imports {library} any more: take it out of this table"
    assert users <= ONLY_IN[library]


@pytest.mark.parametrize(("file", "tree"), [pytest.param(name, tree, id=name) for name, tree in core()])
def test_time_chance_and_environment_come_in_as_arguments(file: str, tree: ast.Module) -> None:
    assert attributes(tree) & CLOCKS <= EDGES.get(file, set())


def test_the_named_edges_are_still_edges() -> None:
    for file, uses in EDGES.items():
        assert attributes(modules()[file]) & CLOCKS == uses, file


def test_nothing_evaluates_text_or_starts_a_shell() -> None:
    for name, tree in modules().items():
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert not {call.id for call in calls if isinstance(call, ast.Name)} & {"eval", "exec", "__import__"}, name
        assert not attributes(tree) & {"os.system", "os.popen", "pickle.loads", "yaml.load", "marshal.loads"}, name


@pytest.mark.parametrize("file", [pytest.param(name, id=name) for name in modules()])
def test_a_module_says_whose_it_is_and_what_for(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    if not text:
        assert Path(file).name == "__init__.py"  # an empty one has nothing to say
        return
    assert text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n")
    assert ast.get_docstring(modules()[file]) or len(modules()[file].body) == 0, f"{file} has no docstring"


def test_mail_alone_needs_nothing_that_speaks_or_listens() -> None:
    """Sound, voices and recognisers are loaded when something is announced, and not before."""
    program = "import sys, intake.cli, intake.daemon; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"soxr", "onnxruntime", "piper", "vosk", "faster_whisper", "intake.audio", "intake.voices"}
