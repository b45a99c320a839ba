# SPDX-License-Identifier: GPL-3.0-or-later
"""An IMAP server that says what a test tells it to: for answers that no real server gives on demand."""

import asyncio
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Self

Answer = bytes | None
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class Scripted:
    """``async with Scripted(answers) as server``.

    ``answers`` maps the beginning of a command, without its tag, to what is sent for it; ``TAG`` is
    replaced by the command's tag. ``b""`` sends nothing, ``None`` closes. Others get ``TAG OK``.
    A list is used up one by one, its last entry stays.
    """

    def __init__(
        self, answers: Mapping[str, Answer | list[Answer]] | None = None, greeting: bytes = b"* OK hello"
    ) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\nTAG OK done\r\n",
            "IDLE": b"+ idling\r\n",
            "SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\nTAG OK [READ-WRITE] done\r\n",
        } | dict(answers or {})
        self.greeting = greeting
        self.commands: list[bytes] = []
        self._heard = asyncio.Event()
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**24)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def hears(self, command: bytes) -> None:
        """Waits until ``command`` has come."""
        async with asyncio.timeout(20):
            while command not in self.commands:
                self._heard.clear()
                await self._heard.wait()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tag = b""
        try:
            writer.write(self.greeting + b"\r\n")
            while line := await reader.readline():
                while literal := LITERAL.search(line):
                    writer.write(b"+ go\r\n")
                    line += await reader.readexactly(int(literal.group(1)))
                    line += await reader.readline()
                if line == b"DONE\r\n":
                    writer.write(tag + b" OK idle is over\r\n")
                    continue
                tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                self.commands.append(command)
                self._heard.set()
                answer = self._answer(command)
                if answer is None:
                    break
                writer.write(answer.replace(b"TAG", tag))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, command: bytes) -> bytes | None:
        for start in sorted(self.answers, key=len, reverse=True):
            if command.startswith(start.encode()):
                answer = self.answers[start]
                if isinstance(answer, list):
                    return answer.pop(0) if len(answer) > 1 else answer[0]
                return answer
        return b"TAG OK done\r\n"
