# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo as a user runs it: a process, its output, its exit code, and the mail that it leaves behind."""

import datetime as dt
import email
import email.policy
import os
import re
import shutil
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from intake.demo import MATERIAL
from intake.demo.scenario import Acknowledgement, Outcome, Sample, differences, load, load_gaps
from intake.demo.server import delivered
from tests.servers.ports import wait_until

pytestmark = pytest.mark.integration

SAMPLES = load(MATERIAL / "samples")
FEW = ("26-german-settlement.eml", "30-same-text-again.eml", "34-newsletter.eml")
"""Enough to see an acknowledgement, a case that is joined, and a machine."""
OFFICE = "auslaenderbehoerde@musterstadt.example"


def material(folder: Path, gaps: str = "", alter: tuple[str, str] = ("", "")) -> Path:
    """Samples and gaps of our own: the few, with a change in the expectations of the first."""
    (folder / "samples").mkdir(parents=True)
    (folder / "gaps.toml").write_text(gaps, "utf-8")
    entries = (MATERIAL / "samples" / "expectations.toml").read_text("utf-8").split("[[sample]]\n")[1:]
    chosen = [entry for entry in entries if any(f'"{name}"' in entry for name in FEW)]
    assert alter[0] in chosen[0]
    chosen[0] = chosen[0].replace(*alter)
    (folder / "samples" / "expectations.toml").write_text("".join(f"[[sample]]\n{e}" for e in chosen), "utf-8")
    for name in FEW:
        shutil.copy(MATERIAL / "samples" / name, folder / "samples" / name)
    return folder


def command(*arguments: str, material: Path | None = None) -> list[str]:
    """The command line, or the same with other samples and without announcements."""
    if material is None:
        return [sys.executable, "-m", "intake", "demo", *arguments]
    program = (
        "import sys; from pathlib import Path; from intake.demo import run_demo; "
        "sys.exit(not run_demo(once='--once' in sys.argv, folder=Path(sys.argv[-1]), "
        "material=Path(sys.argv[1]), speak=False))"
    )
    return [sys.executable, "-c", program, str(material), *arguments]


def run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=300, env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}


class Links(HTMLParser):
    """The files that a page links to, and whatever it would load from elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.directions: set[str | None] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "a":
            self.links.append(named.get("href") or "")
        if "src" in named or tag in ("link", "script", "iframe"):
            self.loads.append(tag)
        if "lang" in named:
            self.directions.add(named.get("dir"))


def test_the_demo_comes_out_as_the_samples_expect(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    done = run(command("--once", "--folder", str(folder)))
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert len(SAMPLES) >= 40
    gaps = load_gaps(MATERIAL / "gaps.toml")
    counts = re.search(r"(\d+) messages: (\d+) as expected, (\d+) known gaps?, 0 wrong", done.stdout)
    assert counts is not None
    assert [int(count) for count in counts.groups()] == [len(SAMPLES), len(SAMPLES) - len(gaps), len(gaps)]
    assert all(len(line) <= 100 for line in done.stdout.splitlines() if str(tmp_path) not in line)
    check_table(done.stdout)
    check_mail(folder, [sample for sample in SAMPLES if sample.reply and sample.number not in gaps])
    assert all(
        sample.number in gaps or not list(folder.glob(f"{sample.number}*")) for sample in SAMPLES if not sample.reply
    )


def check_table(output: str) -> None:
    for sample in SAMPLES:
        assert re.search(rf"(?m)^ *{sample.number} .*(right|known gap) *$", output), sample.number


def check_mail(folder: Path, answered: Sequence[Sample]) -> None:
    page = Links((folder / "index.html").read_text("utf-8"))
    assert not page.loads
    assert page.directions >= {"ltr", "rtl"}
    assert all((folder / link).is_file() for link in page.links)
    for sample in answered:
        assert {f"{sample.number}.{ending}" for ending in ("html", "txt", "eml")} <= set(page.links)
        mail = email.message_from_bytes((folder / f"{sample.number}.eml").read_bytes(), policy=email.policy.default)
        assert sample.recipient in str(mail["To"])
        assert (folder / f"{sample.number}.txt").read_text("utf-8").strip()
        assert 'lang="' in (folder / f"{sample.number}.html").read_text("utf-8")


def test_an_expectation_that_is_not_met_and_a_known_gap_that_is_closed_end_it_with_1(tmp_path: Path) -> None:
    gap = '[[gap]]\nsample = "34"\nreason = "newsletters are not told yet"\nclosed_by = "triage"\n'
    alter = ('queue = "residence-permit"', 'queue = "naturalisation"')
    done = run(command("--once", str(tmp_path / "mail"), material=material(tmp_path / "material", gap, alter)))
    assert done.returncode == 1, done.stderr
    assert "wrong 26: queue residence-permit, not naturalisation" in done.stdout
    assert "take it from the list of known gaps" in done.stdout
    assert "3 messages: 1 as expected, 0 known gaps, 2 wrong" in done.stdout


def test_a_known_gap_is_told_and_no_failure(tmp_path: Path) -> None:
    gap = '[[gap]]\nsample = "26"\nreason = "it goes to the wrong team"\nclosed_by = "triage"\n'
    alter = ('queue = "residence-permit"', 'queue = "naturalisation"')
    done = run(command("--once", str(tmp_path / "mail"), material=material(tmp_path / "material", gap, alter)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it goes to the wrong team; closed by: triage" in done.stdout
    assert "1 known gap, 0 wrong" in done.stdout


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    done = run(command("--once", "--folder", str(tmp_path)))
    assert done.returncode == 1
    assert done.stderr.startswith(f"intake: {tmp_path}: the folder is not empty")
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@contextmanager
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A demo that keeps running, in a process group of its own like in a terminal, and where its output goes."""
    output = tmp_path / "output"
    arguments = command(str(tmp_path / "mail"), material=material(tmp_path / "material"))
    with output.open("w") as out:
        process = subprocess.Popen(
            arguments, stdout=out, stderr=subprocess.STDOUT, text=True, env=environment(), start_new_session=True
        )
    try:
        wait_until(lambda: "Ctrl-C ends it" in output.read_text("utf-8"), "the demo is through the samples", 300)
        yield process, output
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def group_is_empty(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_cleanly_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as (process, output):
        os.killpg(process.pid, number)  # as a terminal does: everybody in the foreground gets it
        assert process.wait(60) == 0
        assert "Traceback" not in output.read_text("utf-8")
        wait_until(lambda: group_is_empty(process.pid), "no process of the demo is left")


def test_the_users_own_message_is_answered_and_listed_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with running(tmp_path) as (process, output):
        found = re.search(r"SMTP 127\.0\.0\.1:(\d+)", output.read_text("utf-8"))
        assert found is not None
        with smtplib.SMTP("127.0.0.1", int(found[1]), timeout=30) as client:
            client.sendmail(
                "jorge.salas@example.org",
                [OFFICE],
                f"From: Jorge Salas <jorge.salas@example.org>\r\nTo: {OFFICE}\r\nSubject: Cita\r\n"
                "Message-ID: <own@example.org>\r\n\r\nHola, necesito una cita para el martes, por favor. Gracias.\r\n",
            )
        index = tmp_path / "mail" / "index.html"
        wait_until(lambda: "Your own message" in index.read_text("utf-8"), "it is listed", 60)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert "Traceback" not in output.read_text("utf-8")
        wait_until(lambda: group_is_empty(process.pid), "no process of the demo is left")
        assert len(list((tmp_path / "mail").glob("own*.eml"))) == 1


FOLDERS = {"residence-permit": "Aufenthaltstitel", "family": "Familiennachzug"}
MAIL = Acknowledgement(("amina@example.org",), "", ("tr", "de"), automatic=True)
GOOD = Outcome(
    reply=True, reason="eligible", language="tr", queue="residence-permit", case="AB-0000001",
    folders=("Aufenthaltstitel",), acknowledgements=(MAIL,), copies=("Aufenthaltstitel",),
)  # fmt: skip
WANTED = Sample(
    number="02", title="", raw=b"", envelope_sender="", reply=True, reasons=(), languages=("tr",),
    queues=("residence-permit",), recipient="amina@example.org", follows="01",
)  # fmt: skip


def test_what_comes_out_as_expected_has_no_differences() -> None:
    assert differences(WANTED, GOOD, GOOD, FOLDERS) == ()


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        (replace(GOOD, language="de"), "language de, not tr"),
        (replace(GOOD, queue="family"), "queue family, not residence-permit"),
        (replace(GOOD, folders=()), "lies in none"),
        (replace(GOOD, folders=("Aufenthaltstitel", "Aufenthaltstitel")), "lies in Aufenthaltstitel, Aufenthaltstitel"),
        (replace(GOOD, case="AB-0000002"), "not in the case of message 01"),
        (replace(GOOD, acknowledgements=()), "0 acknowledgements"),
        (replace(GOOD, acknowledgements=(MAIL, MAIL)), "2 acknowledgements"),
        (replace(GOOD, copies=()), "copy of the acknowledgement in none"),
        (replace(GOOD, acknowledgements=(replace(MAIL, recipients=("x@example.org",)),)), "wrong address"),
        (replace(GOOD, acknowledgements=(replace(MAIL, languages=("de", "tr")),)), "acknowledged in de, tr"),
        (replace(GOOD, acknowledgements=(replace(MAIL, languages=("tr",)),)), "without German"),
        (replace(GOOD, acknowledgements=(replace(MAIL, automatic=False),)), "not marked as automatic"),
        (replace(GOOD, acknowledgements=(replace(MAIL, envelope_sender="a@example.org"),)), "not marked as automatic"),
    ],
)
def test_each_difference_is_told(outcome: Outcome, found: str) -> None:
    assert any(found in difference for difference in differences(WANTED, outcome, GOOD, FOLDERS))


def test_a_reason_that_is_not_expected_is_told() -> None:
    silent = replace(WANTED, reply=False, reasons=("report",))
    outcome = replace(GOOD, reply=False, reason="bulk", acknowledgements=(), copies=())
    assert differences(silent, outcome, GOOD, FOLDERS) == ("reason bulk, not report",)


@pytest.mark.parametrize("results", [b"", b"Authentication-Results: mx.example.org;\r\n dmarc=pass\r\n"])
def test_the_server_writes_its_lines_where_they_leave_trusted_results_on_top(results: bytes) -> None:
    rest = b"From: a@example.org\r\nAuthentication-Results: forged; dmarc=pass\r\n\r\nHello\r\n"
    stamped = delivered(results + rest, "a@example.org", "from x by y", dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    top, received, bottom = stamped.partition(b"Received: from x by y; Fri, 20 Nov 2026 00:00:00 +0000\r\n")
    assert top == b"Return-Path: <a@example.org>\r\n" + results
    assert received
    assert bottom == rest
