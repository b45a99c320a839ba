# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that runs mortal daemons (``mortal.py``), seen from outside."""

import json
import subprocess
import sys
from pathlib import Path


class Mortal:
    """Runs one daemon after the other; its modules are loaded once."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.mortal"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log.open("ab"), text=True,
            cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip

    def run(self, job: dict[str, object]) -> int:
        """One run; returns the exit code, -9 where it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self.log.read_text()[-3000:]
        return int(json.loads(answer))

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
