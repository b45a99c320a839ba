# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking through spools again and again: what is taken, what is left alone, what is told when it cannot be done."""

import asyncio
import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from intake.cases import backup
from intake.cases.ledger import Ledger
from intake.cases.notices import open_notices
from intake.cases.tables import messages, recordings
from intake.config import Settings, parse
from intake.voicemail import arrivals, spools
from intake.voicemail.arrivals import Arrivals
from intake.voicemail.spools import Found
from intake.voicemail.values import Arrived
from tests.servers.office import EXAMPLE
from tests.telephone import Asterisk, drop, sound

NOW = dt.datetime(2026, 4, 3, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def settings(folder: Path, *spools: str) -> Settings:
    tables = "".join(f"[[voicemail.spools]]\n{spool}\n" for spool in spools)
    return replace(
        parse(f"{EXAMPLE.read_text('utf-8')}\n[voicemail]\nscan_seconds = 0.05\n{tables}", None), file=folder / "x"
    )


def taken(books: Ledger) -> list[str]:
    """The names of the recordings in the ledger."""
    return list(asyncio.run(books.read(lambda c: list(c.execute(sa.select(recordings.c.name)).scalars()))))


def watch(books: Ledger, of: Settings, wanted: int) -> None:
    """Watch the spools until so many recordings more were taken."""

    async def live() -> None:
        stop, left = asyncio.Event(), wanted

        def one_more() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                stop.set()

        async with asyncio.timeout(60):
            await Arrivals(of, books, lambda: NOW, one_more).watch(stop)

    asyncio.run(live())


def asterisk(root: Path, more: str = "") -> str:
    return f'name = "pbx"\npath = "{root}"\n{more}'


def test_what_lies_there_and_what_comes_is_taken_once(books: Ledger, tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path / "spool")
    pbx.leave("a", at=NOW - HOUR)
    of = settings(tmp_path, asterisk(pbx.root))
    watch(books, of, 1)
    pbx.leave("b", at=NOW)
    watch(books, of, 1)
    pbx.delete(0)
    pbx.leave("c", at=NOW)
    watch(books, of, 1)
    assert len(taken(books)) == 3


def test_what_lay_there_before_the_first_start_is_left_alone_if_the_office_says_so(
    books: Ledger, tmp_path: Path
) -> None:
    pbx = Asterisk(tmp_path / "spool")
    pbx.leave("old", at=NOW - HOUR)
    pbx.leave("new", at=NOW + HOUR / 60)
    watch(books, settings(tmp_path, asterisk(pbx.root, 'first_start = "leave"')), 1)
    assert taken(books) == ["default/100/INBOX/msg0001.wav"]


def test_what_is_older_than_anything_that_is_remembered_is_left_alone(books: Ledger, tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path / "spool")
    pbx.leave("ancient", at=NOW - dt.timedelta(days=900))
    pbx.leave("old", at=NOW - dt.timedelta(days=700))
    watch(books, settings(tmp_path, asterisk(pbx.root)), 1)
    assert taken(books) == ["default/100/INBOX/msg0001.wav"]


def test_a_spool_that_cannot_be_read_is_a_notice_and_stops_no_other(books: Ledger, tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path / "spool")
    pbx.leave("a", at=NOW)
    other = tmp_path / "later"
    of = settings(tmp_path, f'name = "drop"\nkind = "folder"\npath = "{other}"', asterisk(pbx.root))
    watch(books, of, 1)
    [notice] = asyncio.run(books.read(open_notices))
    assert (notice.cause, notice.subject) == (arrivals.CAUSE, "drop")
    drop(other, "b.wav", {})
    watch(books, of, 1)
    assert asyncio.run(books.read(open_notices)) == []


def test_a_sound_without_a_description_waits_for_some_seconds(books: Ledger, tmp_path: Path) -> None:
    alone = drop(tmp_path / "drop", "alone.wav")
    drop(tmp_path / "drop", "told.wav", {})
    of = settings(tmp_path, f'name = "drop"\nkind = "folder"\npath = "{alone.parent}"')
    watch(books, of, 2)
    first, second = taken(books)
    assert (first, second) == ("told.wav", "alone.wav")


def test_no_file_is_read_twice_however_often_it_is_looked_at(
    books: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, reads, looks = tmp_path / "drop", Counter[str](), 0
    drop(folder, "alone.wav")
    original = arrivals.KINDS["folder"]

    def look(*args: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks == 30:
            drop(folder, "last.wav", {})
        return original(*args)

    def sound_of(root: Path, found: Found, most: int) -> bytes | None:
        reads[found.audio.name] += 1
        return spools.sound_of(root, found, most)

    monkeypatch.setattr(arrivals, "KINDS", {"folder": look})
    monkeypatch.setattr(arrivals, "SETTLED", 0.02)
    monkeypatch.setattr(arrivals, "sound_of", sound_of)
    watch(books, settings(tmp_path, f'name = "drop"\nkind = "folder"\npath = "{folder}"'), 2)
    assert reads == {"alone.wav": 1, "last.wav": 1}


def test_names_that_are_no_text_are_taken_all_the_same(books: Ledger, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    path = os.fsencode(tmp_path / "drop") + b"/\xff\xfe\n\x1b.wav"
    with open(path, "wb") as file:
        file.write(sound("odd"))
    watch(books, settings(tmp_path, f'name = "drop"\nkind = "folder"\npath = "{tmp_path / "drop"}"'), 1)
    [name] = taken(books)
    assert name.isprintable()


def test_the_private_copies_that_nobody_needs_are_deleted_at_the_start(books: Ledger, tmp_path: Path) -> None:
    pbx = Asterisk(tmp_path / "spool")
    pbx.leave("a", at=NOW)
    of = settings(tmp_path, asterisk(pbx.root))
    watch(books, of, 1)
    (of.spool / "0123.wav").write_bytes(b"of a crash")
    asyncio.run(Arrivals(of, books, lambda: NOW, lambda: None).begin())
    [kept] = of.spool.iterdir()
    assert kept.read_bytes() == sound("a")


def test_what_a_ledger_from_a_backup_does_not_know_is_taken_anew_under_the_same_names(
    books: Ledger, tmp_path: Path
) -> None:
    """Of two that came since, one lies at the telephone system still; the other one's mail lies in its folder."""

    def entered(ledger: Ledger) -> set[tuple[str | None, ...]]:
        query = sa.select(messages.c.message_id, recordings.c.file, recordings.c.caller).join(
            messages, recordings.c.message_id == messages.c.id
        )
        return {tuple(row) for row in asyncio.run(ledger.read(lambda c: c.execute(query).all()))}

    pbx = Asterisk(tmp_path / "spool")
    of = settings(tmp_path, asterisk(pbx.root))
    saved = backup.make(tmp_path / "ledger.sqlite3", tmp_path / "backups", NOW)
    pbx.leave("still there", at=NOW, caller='"" <0761 4711>')
    watch(books, of, 1)
    mailed = Arrived(source="pbx@pbx.example", name="a.wav", data=sound("mailed"), left_at=NOW, caller="0761 5555")
    asyncio.run(Arrivals(of, books, lambda: NOW, lambda: None).take(mailed))
    before = entered(books)
    (of.spool / "0123.wav.new").write_bytes(b"half")

    restored = Ledger.open(f"sqlite:///{saved}", tmp_path / "backups")
    try:
        assert asyncio.run(restored.begin_generation(NOW)), "the backup is recognised"
        for _ in range(2):
            asyncio.run(Arrivals(of, restored, lambda: NOW, lambda: None).begin())
        after = entered(restored)
    finally:
        restored.close()
    assert {(message_id, file) for message_id, file, _ in after} == {(*row[:2],) for row in before}
    assert {caller for *_, caller in after} == {"0761 4711", None}
    assert {path.read_bytes() for path in of.spool.iterdir()} == {sound("still there"), sound("mailed")}
