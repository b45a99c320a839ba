# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the parent: one child, started when it is first asked, and started anew after it was lost."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from intake.children.child import HEAD

LARGEST_ANSWER = 64_000_000
"""Bytes; five minutes of float32 at 48 kHz. What claims to be more comes from a child that has lost its mind."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ChildLost(Exception):
    """The child crashed, was too slow or talked nonsense; the text says which. It has been ended."""


class Child:
    """One child process that runs ``module``; asked by one task at a time."""

    def __init__(self, module: str, *, memory: int, threads: int = 1, environment: Mapping[str, str] | None = None):
        """``memory``: bytes of address space that it may use; ``threads``: of the numerical libraries in it."""
        # Threads that wait for each other in a loop cost double where others want to compute too: passive, blocktime 0.
        self._command = (sys.executable, "-I", "-m", module, str(memory))
        self._environment = {
            "LC_ALL": "C.UTF-8", "PATH": os.defpath, "OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0",
            **dict.fromkeys(_THREADS, str(threads)), **(environment or {}),
        }  # fmt: skip
        self._process: asyncio.subprocess.Process | None = None
        self.asked = 0
        """How often, since it was last started."""

    async def ask(self, request: Mapping[str, Any], payload: bytes = b"", *, patience: float) -> tuple[Any, bytes]:
        """The answer. ChildLost if there is none within ``patience`` seconds, with the reason in words.

        Whoever cancels this ends the child: nobody would know what it answers next.
        """
        answered = False
        try:
            process = await self._started()
            async with asyncio.timeout(patience):
                line = json.dumps(request).encode()
                process.stdin.write(HEAD.pack(len(line), len(payload)) + line + payload)  # type: ignore[union-attr]
                await process.stdin.drain()  # type: ignore[union-attr]
                reply = await self._answer(process.stdout)  # type: ignore[arg-type]
            answered = True
            self.asked += 1
        except TimeoutError:
            raise ChildLost(f"it did not answer within {patience:g} s") from None
        except ValueError:
            raise ChildLost("its answer makes no sense") from None
        except (EOFError, OSError):
            raise ChildLost(await self._obituary()) from None
        finally:
            if not answered:
                await self.end()
        return reply

    async def end(self) -> None:
        """End the child, if there is one. It holds nothing that would have to be saved."""
        process, self._process, self.asked = self._process, None, 0
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        process.stdin.close()  # type: ignore[union-attr]
        await process.wait()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and _dead(self._process.pid):
            await self.end()  # it died while nobody asked
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env=self._environment,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        return self._process

    async def _answer(self, stdout: asyncio.StreamReader) -> tuple[Any, bytes]:
        line, payload = HEAD.unpack(await stdout.readexactly(HEAD.size))
        if line + payload > LARGEST_ANSWER:
            raise ValueError("too long")
        reply = json.loads(await stdout.readexactly(line))
        return reply, await stdout.readexactly(payload)

    async def _obituary(self) -> str:
        """How it ended; it has closed its pipe, so it is ending if it has not ended yet."""
        assert self._process is not None
        try:
            code = await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            return "it stopped answering"
        if code < 0:
            return f"it crashed ({signal.Signals(-code).name})"
        return f"it ended by itself (exit code {code})"


def _dead(pid: int) -> bool:
    """Whether a child of ours has ended, even if nobody has been told of it yet."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
