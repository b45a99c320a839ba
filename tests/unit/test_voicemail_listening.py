# SPDX-License-Identifier: GPL-3.0-or-later
"""From the private spool to the queue folder: attempts to listen, and a folder that refuses."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from intake.cases.filing import Filing, Put
from intake.cases.ledger import Ledger
from intake.cases.notices import open_notices
from intake.cases.spoken import SpokenFiling, lose
from intake.cases.spool import PrivateSpool
from intake.cases.tables import messages, recordings
from intake.config import Settings, parse
from intake.errors import ListeningError
from intake.triage.routing import Rules
from intake.voicemail import listener, transcription
from intake.voicemail.arrivals import Arrivals
from intake.voicemail.transcription import Transcription
from intake.voicemail.values import Arrived, KnownCaller, Recording, Understood
from tests.servers.office import EXAMPLE
from tests.telephone import sound

NOW = dt.datetime(2026, 4, 3, 12, 0, tzinfo=dt.UTC)
MAILBOX = "poststelle"

Understand = Callable[[Recording, bool], Awaitable[Understood]]


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def settings(folder: Path) -> Settings:
    tables = '\n[voicemail]\nsenders = ["pbx@example.org"]\nattempts = 2\n'
    return replace(parse(EXAMPLE.read_text("utf-8") + tables, None), file=folder / "intake.toml")


def rows(books: Ledger, table: sa.Table) -> list[Any]:
    return asyncio.run(books.read(lambda c: list(c.execute(sa.select(table)))))


def understood(state: str = "heard") -> Understood:
    return Understood(
        state=state, language="de", confidence="likely", queue="appointments", evidence=(), reasons=(), references=(),
        seconds=1.0, pieces=(), problem="", sound=b"sound", sound_name="n.wav", sound_type="audio/x-wav",
    )  # type: ignore[arg-type]  # fmt: skip


class Desk:
    """One recording, and what listens to it."""

    def __init__(self, books: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.books = books
        self.settings = settings(folder)
        self.now = NOW
        self.stop = asyncio.Event()
        self._monkeypatch = monkeypatch
        arrivals = Arrivals(self.settings, books, lambda: self.now, lambda: None)
        asyncio.run(arrivals.take(Arrived("pbx", "a.wav", sound("a"), NOW)))

    def listen(self, understand: Understand) -> None:
        """Listen until a message is composed, or ``stop`` is set."""
        self.stop = asyncio.Event()

        class Listener:
            """A listener that does what the test says."""

            def __init__(self, *_: object) -> None:
                """Nothing matters."""

            async def understand(self, recording: Recording, _known: KnownCaller, *, listen: bool = True) -> Understood:
                """Whatever the test says."""
                return await understand(recording, listen)

            async def close(self) -> None:
                """Nothing to close."""

        self._monkeypatch.setattr(listener, "Listener", Listener)
        self._monkeypatch.setattr(transcription, "LOOK_SECONDS", 0.01)
        one = Transcription(self.settings, Rules.shipped(()), self.books, self._later, self.stop.set)

        async def live() -> None:
            async with asyncio.timeout(60):
                await one.run(self.stop)

        asyncio.run(live())

    def _later(self) -> dt.datetime:
        """A clock on which an hour passes between two looks at it."""
        self.now += dt.timedelta(hours=1)
        return self.now


@pytest.fixture
def desk(books: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(books, tmp_path, monkeypatch)


def test_what_was_understood_is_composed_beside_its_recording(desk: Desk) -> None:
    async def understand(_recording: Recording, _listen: bool) -> Understood:
        return understood()

    desk.listen(understand)
    [message], [recording] = rows(desk.books, messages), rows(desk.books, recordings)
    raw = PrivateSpool(desk.settings.spool).message(recording.file)
    assert raw is not None
    assert (message.filing, message.size) == ("composed", len(raw))
    assert message.message_id.encode() in raw


@pytest.mark.parametrize("trouble", [ListeningError("the recogniser was lost"), ZeroDivisionError("a mistake of ours")])
def test_after_so_many_failures_a_recording_is_filed_without_a_transcript(desk: Desk, trouble: Exception) -> None:
    asked: list[bool] = []

    async def understand(_recording: Recording, listen: bool) -> Understood:
        asked.append(listen)
        if listen:
            raise trouble
        return understood("failed")

    desk.listen(understand)
    assert asked == [True, True, False]
    [recording] = rows(desk.books, recordings)
    assert (recording.transcript, recording.attempts) == ("failed", 3)
    assert "a mistake" not in recording.problem, "what an unexpected error says might quote a caller"
    assert asyncio.run(desk.books.read(open_notices)) == [], "it is over"


def test_an_attempt_that_the_end_of_the_service_interrupts_does_not_count(desk: Desk) -> None:
    async def understand(_recording: Recording, _listen: bool) -> Understood:
        desk.stop.set()
        await asyncio.Event().wait()
        raise AssertionError("it is cancelled")

    desk.listen(understand)
    [message], [recording] = rows(desk.books, messages), rows(desk.books, recordings)
    assert (message.filing, recording.attempts, recording.due_at) == ("spooled", 0, None)


def test_a_private_copy_that_is_gone_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    PrivateSpool(desk.settings.spool).forget([rows(desk.books, recordings)[0].file])
    stop = asyncio.Event()
    one = Transcription(desk.settings, Rules.shipped(()), desk.books, lambda: NOW, lambda: None)
    monkeypatch.setattr(transcription, "lose", lambda *args: (stop.set(), lose(*args)))

    async def live() -> None:
        async with asyncio.timeout(60):
            await one.run(stop)

    asyncio.run(live())
    assert rows(desk.books, messages)[0].filing == "gone"
    assert [notice.cause for notice in asyncio.run(desk.books.read(open_notices))] == ["recording-lost"]


# -- filing


class Folder:
    """A queue folder: takes or refuses, and knows what lies in it."""

    def __init__(self, answer: Put | None = None, there: dict[str, Put] | None = None) -> None:
        self._answer = answer
        self._there = there or {}
        self.put_there: list[tuple[str, bytes, dt.datetime]] = []

    async def put(self, folder: str, raw: bytes, *, flags: object, date: dt.datetime) -> Put | None:
        """As :meth:`Filing.put`."""
        self.put_there.append((folder, raw, date))
        return self._answer

    async def find(self, folder: str, message_id: str) -> Put | None:
        """As :meth:`Filing.find`."""
        return self._there.get(folder)


def composed(desk: Desk) -> None:
    async def understand(_recording: Recording, _listen: bool) -> Understood:
        return understood()

    desk.listen(understand)


def filing(desk: Desk, folder: Folder) -> SpokenFiling:
    spool = PrivateSpool(desk.settings.spool)
    return SpokenFiling(desk.books, cast(Filing, folder), spool, MAILBOX, lambda: desk.now)


def test_a_message_is_put_into_its_folder_with_the_date_of_the_call_and_its_copy_is_deleted(desk: Desk) -> None:
    composed(desk)
    folder = Folder(Put(7, 8))
    assert not asyncio.run(filing(desk, folder).append())
    [(name, _, date)] = folder.put_there
    assert (name, date) == ("Termine", NOW)
    [message] = rows(desk.books, messages)
    assert (message.filing, message.target_uidvalidity, message.target_uid) == ("filed", 7, 8)
    assert list(desk.settings.spool.iterdir()) == []


def test_a_folder_that_refuses_is_tried_again_later(desk: Desk) -> None:
    composed(desk)
    refusing = Folder()
    asyncio.run(filing(desk, refusing).append())
    asyncio.run(filing(desk, refusing).append())
    assert len(refusing.put_there) == 1, "it is not due yet"
    desk.now += dt.timedelta(minutes=2)
    asyncio.run(filing(desk, Folder(Put(7, 8))).append())
    assert rows(desk.books, messages)[0].filing == "filed"


@pytest.mark.parametrize(
    ("there", "state", "lies_in"),
    [("Termine", "filed", "Termine"), ("Pass", "filed", "Pass"), ("", "composed", "Termine")],
)
def test_what_may_lie_in_its_folder_already_is_looked_for_there_and_where_staff_may_have_moved_it(
    desk: Desk, there: str, state: str, lies_in: str
) -> None:
    composed(desk)
    asyncio.run(desk.books.write(lambda c: c.execute(messages.update().values(filing="appending"))))
    assert asyncio.run(filing(desk, Folder(there={there: Put(7, 8)})).recover(["Termine", "Pass", "Allgemein"]))
    [message] = rows(desk.books, messages)
    assert (message.filing, message.folder) == (state, lies_in)
    assert not asyncio.run(filing(desk, Folder()).recover(["Termine", "Pass"]))


def test_a_message_that_is_gone_before_it_was_filed_is_told(desk: Desk) -> None:
    composed(desk)
    for path in desk.settings.spool.glob("*.eml"):
        path.unlink()
    folder = Folder(Put(7, 8))
    asyncio.run(filing(desk, folder).append())
    assert folder.put_there == []
    assert rows(desk.books, messages)[0].filing == "gone"
    assert [notice.cause for notice in asyncio.run(desk.books.read(open_notices))] == ["recording-lost"]
