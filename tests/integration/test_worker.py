# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading processes: what a message does to one of them, and how soon the next one is there."""

import asyncio
import datetime as dt
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from intake.cli.explain import builtin, reader_of_files
from intake.daemon import load_rules
from intake.mail.assessment import Assessment
from intake.mail.worker import AssessmentFailed, Worker

pytestmark = pytest.mark.integration

NOW = dt.datetime(2026, 3, 16, 9, 0, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads its orders; the subject of its answer is its name and the process that read."""

    sample: Assessment
    name: str
    folder: Path

    def warm_up(self) -> None:
        """Leave a trace: it takes long, so it must not be done for each process."""
        with (self.folder / "loaded").open("a") as file:
            file.write(f"{self.name} {os.getpid()}\n")

    def assess(self, raw: bytes, internal_date: dt.datetime | None, *, detector: object) -> Assessment:
        """What ``raw`` orders."""
        if raw == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        if raw == b"hang":
            while True:
                time.sleep(1)
        if raw == b"swallow":
            bytearray(4 * 1024**3)
        if raw == b"meet":  # returns once two processes are here
            (self.folder / f"here {os.getpid()}").touch()
            while len(list(self.folder.glob("here *"))) < 2:
                time.sleep(0.01)
        return replace(self.sample, subject=f"{self.name} {os.getpid()}")


@pytest.fixture(scope="module")
def sample() -> Assessment:
    settings = builtin()
    return reader_of_files(settings, load_rules(settings)).assess(b"Subject: x\r\n\r\nHallo\r\n", NOW)


@pytest.fixture
def worker(sample: Assessment, tmp_path: Path) -> Iterator[Worker]:
    running = Worker({"office": Reader(sample, "first", tmp_path)}, seconds=2)  # type: ignore[dict-item]
    yield running
    running.close()


async def read(worker: Worker, *orders: bytes) -> list[str]:
    """The answers' subjects; of what failed, why."""
    answers = await worker.assess("office", [(order, NOW) for order in orders])
    return [str(one) if isinstance(one, AssessmentFailed) else one.subject for one in answers]


def test_a_message_that_kills_hangs_or_swallows_memory_is_the_only_one_that_fails(
    worker: Worker, tmp_path: Path
) -> None:
    before, died, after, hung, then, swallowed, last = asyncio.run(
        read(worker, b"", b"die", b"", b"hang", b"", b"swallow", b"")
    )
    assert died == "reading needed too much memory or ended the worker process"
    assert hung == "reading took longer than 2 s"
    assert swallowed == "reading failed with MemoryError"
    assert len({before, after, then}) == 3, "a new process each time"
    assert last == then, "what could still answer goes on"
    assert len((tmp_path / "loaded").read_text().splitlines()) == 1, "and all that for one time of loading"


def test_a_second_process_reads_only_while_the_first_one_is_busy(worker: Worker) -> None:
    async def story() -> None:
        one = await read(worker, b"", b"")
        assert one == [*(await read(worker, b"")), *(await read(worker, b""))], "one process is enough"
        both = await asyncio.gather(read(worker, b"meet"), read(worker, b"meet"))
        assert both[0] != both[1]

    asyncio.run(story())


def test_other_rules_hold_from_then_on_for_both_processes(worker: Worker, sample: Assessment, tmp_path: Path) -> None:
    async def story() -> None:
        await asyncio.gather(read(worker, b"meet"), read(worker, b"meet"))
        (tmp_path / "other").mkdir()
        other = Reader(sample, "second", tmp_path / "other")
        await worker.replace_readers({"office": other})  # type: ignore[dict-item]
        for [answer] in await asyncio.gather(read(worker, b"meet"), read(worker, b"meet")):
            assert answer.startswith("second ")

    asyncio.run(story())


def test_where_the_fork_server_was_killed_there_is_another(worker: Worker, tmp_path: Path) -> None:
    async def story() -> None:
        await read(worker, b"")
        os.kill(int((tmp_path / "loaded").read_text().split()[1]), signal.SIGKILL)
        died, after = await read(worker, b"die", b"")
        assert died.startswith("reading needed too much memory")
        assert after.startswith("first ")
        assert len((tmp_path / "loaded").read_text().splitlines()) == 2

    asyncio.run(story())


def test_all_processes_end_with_the_worker(worker: Worker, tmp_path: Path) -> None:
    async def story() -> list[int]:
        both = await asyncio.gather(read(worker, b"meet"), read(worker, b"meet"))
        return [int(answer.split()[1]) for [answer] in both]

    numbers = [*asyncio.run(story()), int((tmp_path / "loaded").read_text().split()[1])]
    worker.close()
    assert not [number for number in numbers if Path(f"/proc/{number}").exists()]
