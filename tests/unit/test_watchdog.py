# SPDX-License-Identifier: GPL-3.0-or-later
"""What feeds systemd's watchdog, and what is said to systemd at all."""

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.servers.systemd import STATUS_LIMIT, Notifier
from intake.watchdog import STALL_SECONDS, Watchdog


class Parts:
    """Two parts and a clock, all moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.steps = {"outbox": 0, "mailbox main": 0}
        self.watchdog = Watchdog(lambda: self.now)
        self.watchdog.watch("outbox", lambda: self.steps["outbox"], 15)
        self.watchdog.watch("mailbox main", lambda: self.steps["mailbox main"], 60)

    def pass_time(self, seconds: float, *moving: str) -> list[str]:
        """In looks half a minute apart, while some parts move; what hangs at the end."""
        stalled: list[str] = []
        for _ in range(int(seconds / 30)):
            self.now += 30
            for name in moving:
                self.steps[name] += 1
            stalled = self.watchdog.stalled()
        return stalled


@pytest.mark.parametrize(
    ("seconds", "moving", "stalled"),
    [
        (STALL_SECONDS * 3, ("outbox", "mailbox main"), []),
        (STALL_SECONDS, (), []),
        (STALL_SECONDS + 30, (), ["outbox"]),
        (STALL_SECONDS + 90, (), ["outbox", "mailbox main"]),
        (STALL_SECONDS + 90, ("outbox",), ["mailbox main"]),
        (STALL_SECONDS + 90, ("mailbox main",), ["outbox"]),
    ],
)
def test_a_part_hangs_when_it_has_not_moved_for_its_limit(
    seconds: float, moving: tuple[str, ...], stalled: list[str]
) -> None:
    assert Parts().pass_time(seconds, *moving) == stalled


def test_a_part_that_moves_again_hangs_no_more() -> None:
    parts = Parts()
    assert parts.pass_time(STALL_SECONDS + 90, "outbox") == ["mailbox main"]
    assert parts.pass_time(30, "outbox", "mailbox main") == []
    assert parts.pass_time(STALL_SECONDS, "outbox") == []
    assert parts.pass_time(90, "outbox") == ["mailbox main"]


def test_fewer_steps_than_before_are_a_move_too() -> None:
    parts = Parts()
    parts.steps["mailbox main"] = 500
    parts.pass_time(30, "outbox")
    parts.steps["mailbox main"] = 3  # a new connection counts its octets from zero
    assert parts.pass_time(STALL_SECONDS, "outbox") == []


@pytest.fixture(params=["path", "abstract"])
def supervisor(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, str]]:
    """A socket as systemd has one, and its name in the environment."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.settimeout(10)
        if request.param == "path":
            name = f"{folder}/notify"
            server.bind(name)
        else:
            name = f"@intake{Path(folder).name}"
            server.bind("\0" + name[1:])
        yield server, name


def test_every_notification_is_one_datagram_in_systemds_words(supervisor: tuple[socket.socket, str]) -> None:
    server, name = supervisor
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready()
    notifier.status("2 of 2 mailboxes\nREADY=1\nreached " + "x" * 1000)
    notifier.watchdog()
    notifier.reloading()
    notifier.stopping()
    notifier.close()
    said = [server.recv(4096).decode() for _ in range(5)]
    assert said[0] == "READY=1"
    assert said[1].startswith("STATUS=2 of 2 mailboxes READY=1 reached x")
    assert len(said[1]) == len("STATUS=") + STATUS_LIMIT
    assert said[2] == "WATCHDOG=1"
    first, second = said[3].split("\n")
    assert first == "RELOADING=1"
    assert second.startswith("MONOTONIC_USEC=")
    assert int(second.partition("=")[2]) > 0
    assert said[4] == "STOPPING=1"


def test_what_is_said_once_waits_for_room_and_signs_of_life_do_not(supervisor: tuple[socket.socket, str]) -> None:
    server, name = supervisor
    notifier = Notifier({"NOTIFY_SOCKET": name})
    room = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
    for _ in range(2 * room + 2):
        notifier.watchdog()
    notifier.ready()
    notifier.reloading()
    server.setblocking(False)
    heard = []
    with contextlib.suppress(BlockingIOError):
        while True:
            heard.append(server.recv(4096))
    assert set(heard) == {b"WATCHDOG=1"}
    notifier.status("alive")
    said = [server.recv(4096).decode().partition("=")[0] for _ in range(3)]
    assert said == ["READY", "RELOADING", "STATUS"]
    notifier.close()


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1234"}])
def test_without_a_supervisor_nothing_is_said_and_nothing_fails(environment: dict[str, str]) -> None:
    notifier = Notifier(environment)
    notifier.ready()
    notifier.watchdog()
    notifier.close()


def test_a_supervisor_that_is_gone_harms_nothing(tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    notifier.ready()
    notifier.close()
