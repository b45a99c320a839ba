# SPDX-License-Identifier: GPL-3.0-or-later
"""Running under systemd: the units, installing them, and what the daemon tells its supervisor.

The supervisor is the test's own socket. What systemd makes of it (restart where WATCHDOG=1 does not come) is its own
promise.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message
from tests.servers.ports import free_ports, wait_until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "systemd"
MOST_EXPOSED = 1.5
DROP_INS = ("asterisk.conf", "freeswitch.conf")

systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")


# -- the units


def exposure(unit: str, folder: Path) -> float:
    """How exposed systemd finds a unit, from 0 to 10; ``folder`` is the root that holds it."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--root={folder}", unit],
        capture_output=True, text=True, timeout=60, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    return float(found[1])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with the units in it."""
    place = tmp_path / "root/etc/systemd/system"
    place.mkdir(parents=True)
    for name in ("intake.service", "intake-backup.service", "intake-backup.timer"):
        shutil.copy(UNITS / name, place)
    return tmp_path / "root"


@systemd
@pytest.mark.parametrize("unit", ["intake.service", "intake-backup.service"])
def test_a_unit_is_hardly_exposed(root: Path, unit: str) -> None:
    assert exposure(unit, root) <= MOST_EXPOSED


@systemd
@pytest.mark.parametrize("name", DROP_INS)
def test_the_drop_in_for_a_telephone_system_leaves_the_service_hardly_exposed(root: Path, name: str) -> None:
    place = root / "etc/systemd/system/intake.service.d"
    place.mkdir()
    shutil.copy(UNITS / name, place)
    assert exposure("intake.service", root) <= MOST_EXPOSED


@pytest.mark.parametrize("name", DROP_INS)
def test_a_drop_in_says_where_it_goes_and_opens_one_folder_to_one_group(name: str) -> None:
    lines = (UNITS / name).read_text("utf-8").splitlines()
    assert f"/etc/systemd/system/intake.service.d/{name}" in " ".join(line for line in lines if line.startswith("#"))
    section, groups, paths = (line for line in lines if not line.startswith("#"))
    assert section == "[Service]"
    assert groups == f"SupplementaryGroups={name.removesuffix('.conf')}"
    assert re.fullmatch(r"ReadWritePaths=-/var/lib/[a-z]+/[a-z/]*intake", paths)


@systemd
def test_the_measure_tells_a_bare_unit_from_a_hardened_one(root: Path) -> None:
    (root / "etc/systemd/system/intake.service").write_text("[Service]\nExecStart=/bin/true\n")
    assert exposure("intake.service", root) > 9


@systemd
def test_systemd_understands_every_line(root: Path) -> None:
    program = root / "opt/intake/bin/intake"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = sorted(str(p) for p in (root / "etc/systemd/system").iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={root}", *(Path(u).name for u in units)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "intake" in line and "Unknown section" not in line]
    assert not [line for line in ours if re.search(r":\d+: ", line)], done.stderr


def test_the_service_speaks_three_families_only_and_has_no_capability() -> None:
    lines = (UNITS / "intake.service").read_text("utf-8").splitlines()
    assert "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6" in lines
    assert "CapabilityBoundingSet=" in lines
    assert "Type=notify" in lines
    assert "User=intake" in lines


# -- make install


def install(folder: Path, *targets: str) -> None:
    """``make install`` into a folder; the dependencies are borrowed, the program itself is built and installed."""
    done = subprocess.run(
        ["make", *(targets or ("install",)), f"DESTDIR={folder}", "INSTALL_LOCKS=", f"PYTHON={sys.executable}"],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_install_puts_everything_in_its_place_and_an_upgrade_keeps_what_is_the_offices(tmp_path: Path) -> None:
    install(tmp_path)
    program = tmp_path / "opt/intake/bin/intake"
    assert program.read_text().splitlines()[0] == "#!/opt/intake/bin/python"
    assert not [
        p
        for p in (tmp_path / "opt/intake/bin").iterdir()
        if p.is_file() and str(tmp_path).encode() in p.read_bytes()[:2000]
    ]
    assert os.readlink(tmp_path / "usr/local/bin/intake") == "/opt/intake/bin/intake"
    for name in ("intake.service", "intake-backup.service", "intake-backup.timer"):
        assert (tmp_path / "usr/lib/systemd/system" / name).read_bytes() == (UNITS / name).read_bytes()
    assert {"administrator.md", *DROP_INS} <= {path.name for path in (tmp_path / "usr/share/doc/intake").iterdir()}
    secrets = tmp_path / "etc/intake/secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    settings = tmp_path / "etc/intake/intake.toml"
    found = tomllib.loads(settings.read_text("utf-8"))
    assert found["service"]["data"] == "/var/lib/intake"
    assert found["smtp"]["password_credential"] == "secrets_relay"
    assert "password_file" not in found["smtp"]

    settings.write_text("# ours\n")
    (secrets / "relay").write_text("secret")
    (tmp_path / "opt/intake/marker").write_text("old")
    install(tmp_path)
    assert settings.read_text() == "# ours\n"
    assert (secrets / "relay").read_text() == "secret"
    assert (tmp_path / "opt/intake.old/marker").exists()
    assert not (tmp_path / "opt/intake/marker").exists()
    assert not (tmp_path / "opt/intake.new").exists()
    assert program.exists()


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    program = tmp_path / "opt/intake/bin/intake"
    program.parent.mkdir(parents=True)
    program.write_text("the running version")
    done = subprocess.run(
        ["make", "install", f"DESTDIR={tmp_path}", "INSTALL_LOCKS=no-such.lock", f"PYTHON={sys.executable}"],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode != 0
    assert program.read_text() == "the running version"
    assert not (tmp_path / "opt/intake.old").exists()


@systemd
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, as the installation does")
def test_the_user_and_the_folders_are_made_by_systemds_own_tools(tmp_path: Path) -> None:
    install(tmp_path, "install-files")
    (tmp_path / "etc/intake/secrets/relay").write_text("secret")
    for command in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"]):
        done = subprocess.run(
            [*command, f"--root={tmp_path}", "intake.conf"], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
    [user] = [u for u in (tmp_path / "etc/passwd").read_text().splitlines() if u.startswith("intake:")]
    uid, gid = (int(n) for n in user.split(":")[2:4])
    assert user.endswith(":/var/lib/intake:/usr/sbin/nologin")

    def rights(path: str) -> tuple[str, int, int]:
        found = (tmp_path / path).stat()
        return f"{found.st_mode & 0o777:o}", found.st_uid, found.st_gid

    assert rights("var/lib/intake") == ("700", uid, gid)
    assert rights("etc/intake") == ("750", 0, gid)
    assert rights("etc/intake/intake.toml") == ("640", 0, gid)
    assert rights("etc/intake/secrets") == ("700", 0, 0)
    assert rights("etc/intake/secrets/relay") == ("600", 0, 0)


# -- what the daemon tells its supervisor


class Supervisor:
    """systemd's end of the socket. It listens all the time, as systemd does: the kernel keeps ten datagrams at most."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self.heard: list[str] = []
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def _listen(self) -> None:
        while said := self._socket.recv(4096):
            self.heard.append(said.decode())

    def listen(self) -> list[str]:
        """Everything heard so far."""
        return list(self.heard)

    def count(self, word: str) -> int:
        """How often something was said."""
        return sum(1 for said in self.listen() if said == word or said.startswith(f"{word}\n"))

    def wait_for(self, word: str, times: int = 1, seconds: float = 60) -> None:
        """Until something was said so often."""
        wait_until(lambda: self.count(word) >= times, f"{word} is said {times} times", seconds)

    def silent(self, word: str, seconds: float) -> bool:
        """Whether a word is not said for a while."""
        before = self.count(word)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.count(word) != before:
                return False
            time.sleep(0.02)
        return True

    def close(self) -> None:
        """Hang up."""
        self._socket.shutdown(socket.SHUT_RD)  # which ends the waiting for more
        self._listening.join()
        self._socket.close()


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """One that the daemons of this test speak to."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a short path: sockets have a limit
        found = Supervisor(f"{folder}/notify")
        monkeypatch.setenv("NOTIFY_SOCKET", f"{folder}/notify")
        yield found
        found.close()


TICK = 0.1
OFTEN = f"import intake.daemon\nintake.daemon.HEALTH_SECONDS = {TICK}\n"


def test_the_daemon_says_when_it_is_ready_alive_reloading_and_stopping(
    supervisor: Supervisor, dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    with SmtpSink() as sink, Office(tmp_path, dovecot, sink.port, {"office": user}, patches=OFTEN) as office:
        supervisor.wait_for("READY=1")
        supervisor.wait_for("WATCHDOG=1", 3)
        status = re.compile(r"STATUS=1 of 1 mailboxes reached, last fetch \d+ s ago, 0 mails waiting, 0 notices open")
        wait_until(lambda: any(status.fullmatch(said) for said in supervisor.listen()), "the status is told")
        assert supervisor.count("READY=1") == 1
        office.reload()
        supervisor.wait_for("READY=1", 2)
        heard = [said.partition("\n")[0] for said in supervisor.heard]
        assert heard.index("RELOADING=1") > heard.index("READY=1")
        office.stop()
        supervisor.wait_for("STOPPING=1")
        words = [said.partition("=")[0] for said in supervisor.listen()]
        assert words[-1] == "STOPPING"
        assert words.count("STOPPING") == 1


def test_a_mail_server_that_is_down_does_not_keep_the_service_from_being_ready_and_alive(
    supervisor: Supervisor, dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    nobody = free_ports(1)[0]
    patches = f"{OFTEN}intake.daemon.READY_SECONDS = 0.5\n"
    office = Office(tmp_path, dovecot, nobody, {"office": user}, imap_port=nobody, patches=patches)
    try:
        office.start_process()
        supervisor.wait_for("READY=1")
        supervisor.wait_for("WATCHDOG=1", 3)
        wait_until(lambda: "mailbox" in office.causes(), "the trouble is seen")
        office.stop()
    finally:
        office.kill()


# What stands between the part and its work: nothing, until the file "hang" is there.
BLOCK = """
import asyncio, pathlib, time
FOLDER = pathlib.Path({folder!r})
def hangs():
    if (FOLDER / "hang").exists():
        (FOLDER / "hung").touch()
        return True
    return False
def blocked():
    while hangs():
        time.sleep(0.02)
async def waiting():
    while hangs():
        await asyncio.sleep(0.02)
"""
HANGS = {
    "the ledger's thread": """
import intake.cases.ledger as m
original = m.Ledger._transact
def slow(self, *a, **k):
    blocked()
    return original(self, *a, **k)
m.Ledger._transact = slow
""",
    "the event loop": """
import intake.mail.outbox as m
original = m.Outbox.drain
async def slow(self):
    blocked()
    return await original(self)
m.Outbox.drain = slow
""",
    "a mailbox": """
import intake.mail.watcher as m
original = m.Watcher._round
async def slow(self, *a):
    await waiting()
    return await original(self, *a)
m.Watcher._round = slow
""",
    "the outbox": """
import intake.mail.outbox as m
original = m.Outbox.drain
async def slow(self):
    await waiting()
    return await original(self)
m.Outbox.drain = slow
""",
}


@pytest.mark.parametrize("part", HANGS)
def test_the_watchdog_is_not_fed_while_something_hangs_and_fed_again_when_it_moves(
    part: str, supervisor: Supervisor, dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    patches = (
        f"{OFTEN}import intake.watchdog\nintake.watchdog.STALL_SECONDS = 2.0\n"
        f"{BLOCK.format(folder=str(tmp_path))}{HANGS[part]}"
    )
    with SmtpSink() as sink, Office(tmp_path, dovecot, sink.port, {"office": user}, patches=patches) as office:
        supervisor.wait_for("WATCHDOG=1", 3)
        (tmp_path / "hang").touch()
        wait_until((tmp_path / "hung").exists, f"{part} hangs")
        wait_until(lambda: supervisor.silent("WATCHDOG=1", 15 * TICK), f"{part} hangs, and nobody feeds the watchdog")
        (tmp_path / "hang").unlink()
        supervisor.wait_for("WATCHDOG=1", supervisor.count("WATCHDOG=1") + 3)
        raw = message()
        dovecot.deliver(user, raw)
        office.wait_settled(raw)
