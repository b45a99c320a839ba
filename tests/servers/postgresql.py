# SPDX-License-Identifier: GPL-3.0-or-later
"""A real PostgreSQL for tests: a cluster of its own in a temporary folder, on a Unix socket only.

PostgreSQL refuses to run as root; as root, it runs as the user ``postgres`` that Debian's package makes.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.ports import wait_until


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        raise AssertionError("PostgreSQL is missing: apt-get install postgresql")
    return Path(elsewhere).parent


class PostgreSQL:
    """One cluster. ``with PostgreSQL() as server: server.database("name")``."""

    def __init__(self) -> None:
        self._programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a short path: sockets have a limit
        self._process: subprocess.Popen[bytes] | None = None
        self._as: list[str] = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as = ["runuser", "-u", "postgres", "--"]

    def __enter__(self) -> "PostgreSQL":
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "intake", "-A", "trust", "--no-sync", "-E", "UTF8")
        self._process = subprocess.Popen(
            [*self._as, str(self._programs / "postgres"), "-D", str(data), "-k", str(self.folder),
             "-c", "listen_addresses=", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=(self.folder / "log").open("wb"), cwd="/",
        )  # fmt: skip
        wait_until(self._ready, "PostgreSQL is ready")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._run("pg_ctl", "-D", str(self.folder / "data"), "stop", "-m", "immediate")
            self._process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, str(self._programs / program), *arguments], check=True, capture_output=True, timeout=60, cwd="/"
        )

    def _ready(self) -> bool:
        done = subprocess.run(
            [*self._as, str(self._programs / "pg_isready"), "-h", str(self.folder)], capture_output=True, cwd="/"
        )
        return done.returncode == 0

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        self._run("createdb", "-h", str(self.folder), "-U", "intake", name)
        return f"postgresql://intake@/{name}?host={self.folder}"
