# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the tests' daemons and commands come from: a process that has loaded their modules once, and forks.

``python -m intake status`` takes 1.3 s of processor time, nearly all of it for loading modules; as a fork of a process
that has them it takes 0.15 s, and the tests start some hundreds. Each daemon or command runs as Python would run it: in
a process of its own, with its own arguments, environment, working directory, output and signals. What is patched must
be loaded after its patches, so those programs come from a nursery that knows other people's libraries only. Tests of
the package and of ``intake demo`` start Python itself.

``python -m tests.servers.nursery SOCKET all|libraries`` is the process itself; :func:`start` and :func:`run` are the
tests' side.
"""

import array
import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = (
    "aioimaplib", "aiosmtplib", "ahocorasick", "alembic.command", "apscheduler.schedulers.asyncio", "asyncio",
    "babel.dates", "concurrent.futures.thread", "email.mime.text", "holidays.countries.germany", "http.server",
    "inscriptis", "jinja2", "langdetect", "lxml.html", "multiprocessing.spawn", "numpy", "phonenumbers",
    "prometheus_client", "pydantic", "re2", "rich.console", "rich.table", "sqlalchemy", "sqlalchemy.dialects.sqlite",
    "sqlite3", "ssl", "typer", "typer.main", "zoneinfo",
)  # fmt: skip
"""Of other people."""
PROGRAM = (
    "intake.cli.check", "intake.cli.health", "intake.cli.logs", "intake.cli.privacy", "intake.cli.report",
    "intake.cli.show", "intake.cli.simulate", "intake.daemon", "intake.report.terminal",
)  # fmt: skip
"""Of ours, beside them."""
_HEADER = 4
"""Bytes that tell a request's length."""
_FILES = 3
"""That come with each request: standard output, standard error, and where the exit code is written."""


class Nursling:
    """A process that was started in a nursery; to be used as a ``subprocess.Popen``."""

    def __init__(self, arguments: Sequence[str], told: int) -> None:
        self.args = arguments
        self.returncode: int | None = None
        self._told = told
        """The end of the pipe on which the process's number and then its exit code come."""
        self.pid = self._number()

    def _number(self) -> int:
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(self._told, 1)
            if not byte:
                raise RuntimeError(f"the nursery is gone; {self.args} was not started or not waited for")
            line += byte
        return int(line)

    def poll(self) -> int | None:
        """The exit code, if it has ended."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(list(self.args), timeout or 0)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._told, selectors.EVENT_READ)
                if not selector.select(timeout):
                    return None
            self.returncode = self._number()
            os.close(self._told)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """``libraries``: knows other people's libraries only."""

    def __init__(self, *, libraries: bool) -> None:
        self._socket, theirs = socket.socketpair()
        what = "libraries" if libraries else "all"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.nursery", str(theirs.fileno()), what],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd=ROOT,
            )  # fmt: skip
        atexit.register(self._close)

    def _close(self) -> None:
        self._socket.close()
        self._process.wait()

    def start(
        self, arguments: Sequence[str], stdout: int, stderr: int, env: Mapping[str, str], folder: Path
    ) -> Nursling:
        """Start ``python ARGUMENTS``: either ``-m MODULE …`` or ``FILE …``; the files are file descriptors."""
        request = json.dumps(
            {"arguments": list(arguments), "env": dict(env), "folder": str(folder.absolute())}
        ).encode()
        told, tells = os.pipe()
        rights = array.array("i", [stdout, stderr, tells])
        self._socket.sendmsg(
            [len(request).to_bytes(_HEADER, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights.tobytes())]
        )
        self._socket.sendall(request)
        os.close(tells)
        return Nursling(arguments, told)


_nurseries: dict[bool, Nursery] = {}


def start(
    arguments: Sequence[str], stdout: int, stderr: int, env: Mapping[str, str] | None = None, folder: Path = Path()
) -> Nursling:
    """Start a program in this process's nursery; it ends with the tests. ``env``: this process's own, unless told."""
    libraries = arguments[0] != "-m"
    if libraries not in _nurseries:
        _nurseries[libraries] = Nursery(libraries=libraries)
    return _nurseries[libraries].start(arguments, stdout, stderr, os.environ if env is None else env, folder)


def run(
    arguments: Sequence[str], timeout: float, env: Mapping[str, str] | None = None, folder: Path = Path()
) -> subprocess.CompletedProcess[str]:
    """As ``subprocess.run`` with captured text."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = start(arguments, stdout.fileno(), stderr.fileno(), env, folder)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read().decode("utf-8"))
    return subprocess.CompletedProcess(list(arguments), code, *texts)


class _Served:
    """The nursery's own side: takes requests, forks, and tells how each child ended."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._selector = selectors.DefaultSelector()
        self._selector.register(requests, selectors.EVENT_READ)
        self._tells: dict[int, tuple[int, int]] = {}
        """Descriptor of a child → its number and where its end is told."""

    def next_child(self) -> dict[str, Any] | None:
        """Returns in each child with what it is to do, and in the nursery once the tests have ended."""
        while True:
            for key, _ in self._selector.select():
                if key.fd in self._tells:
                    self._bury(key.fd)
                    continue
                header, files, _, _ = socket.recv_fds(self._requests, _HEADER, _FILES)
                if len(header) < _HEADER:
                    return None
                request = b""
                while len(request) < int.from_bytes(header, "big"):
                    request += self._requests.recv(int.from_bytes(header, "big") - len(request))
                pid = os.fork()
                if not pid:
                    return self._become(json.loads(request), files)
                stdout, stderr, tells = files
                os.close(stdout)
                os.close(stderr)
                os.write(tells, b"%d\n" % pid)
                child = os.pidfd_open(pid)
                self._tells[child] = pid, tells
                self._selector.register(child, selectors.EVENT_READ)

    def _bury(self, child: int) -> None:
        pid, tells = self._tells.pop(child)
        self._selector.unregister(child)
        os.close(child)
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(BrokenPipeError):  # nobody asked any more
            os.write(tells, b"%d\n" % os.waitstatus_to_exitcode(status))
        os.close(tells)

    def _become(self, request: dict[str, Any], files: list[int]) -> dict[str, Any]:
        self._selector.close()
        self._requests.close()
        for child, (_, tells) in self._tells.items():
            os.close(child)
            os.close(tells)
        stdout, stderr, tells = files
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        for file in (stdout, stderr, tells):
            os.close(file)
        os.environ.clear()
        os.environ.update(request["env"])
        time.tzset()
        os.chdir(request["folder"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return request


def _run(arguments: list[str]) -> None:
    """As ``python ARGUMENTS``."""
    if arguments[0] == "-m":
        sys.argv = ["-m", *arguments[2:]]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


def main() -> None:
    """Load, and serve until the tests end."""
    number, what = sys.argv[1:]
    for name in LIBRARIES if what == "libraries" else (*LIBRARIES, *PROGRAM):
        importlib.import_module(name)
    gc.freeze()  # a fork that collected its parent's garbage at its end would copy all of its memory
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, whose end is the end of this
    child = _Served(socket.socket(fileno=int(number))).next_child()
    if child is not None:
        _run(child["arguments"])


if __name__ == "__main__":
    main()
