# SPDX-License-Identifier: GPL-3.0-or-later
"""A line between a client and a server that a test can cut, or make swallow everything."""

import asyncio
from types import TracebackType
from typing import Self


class Proxy:
    """``async with Proxy(port) as line``: connect to ``line.port`` instead of ``port``."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.to_client = 0
        """Octets that went to clients."""
        self.to_server = 0
        self._target = target
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Resets every connection; new ones are possible."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def swallow(self) -> None:
        """From now on nothing comes through, in either direction, and nobody is told."""
        self._open.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, server_writer}
        for pair in ((reader, server_writer, False), (server_reader, writer, True)):
            task = asyncio.create_task(self._pump(*pair))
            self._tasks.add(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, down: bool) -> None:
        try:
            while data := await reader.read(65536):
                await self._open.wait()
                if down:
                    self.to_client += len(data)
                else:
                    self.to_server += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort() if not self._open.is_set() else writer.close()
