# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's part in the announcements: when it publishes, and what a failure leaves on the line."""

import asyncio
import datetime as dt
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from intake import config
from intake.announcements.announcer import Announcer
from intake.announcements.keeper import RETRY, Keeper
from intake.announcements.library import Library
from intake.audio import read_wav
from intake.cases import notices
from intake.cases.ledger import Ledger
from intake.cases.tables import audit
from intake.config import Settings
from intake.demo.installation import EXAMPLE

pytestmark = pytest.mark.integration

BERLIN = ZoneInfo("Europe/Berlin")
TABLE = """
[announcements]
automatic = true
approved_by = "Leitung"
languages = ["de"]
menu = ["de"]
more = []
fallback = ["de"]
days_ahead = 2
"""


class Clock:
    """A clock that a test sets."""

    def __init__(self, text: str) -> None:
        self.set(text)

    def set(self, text: str) -> None:
        self.now = dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


def office(folder: Path, extra: str = "") -> Settings:
    """The example office with announcements in German alone."""
    text = EXAMPLE.read_text("utf-8")
    begin, end = text.index("[announcements]"), text.index("# [voices]")
    (folder / "intake.toml").write_text(text[:begin] + text[end:] + TABLE + extra, "utf-8")
    return config.load(folder / "intake.toml")


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finished sounds, so that each test speaks only what is new."""
    folder = tmp_path_factory.mktemp("sounds")
    settings = office(folder)

    async def build() -> None:
        async with Announcer.open(settings) as announcer:
            await announcer.build(Clock("2026-12-21 07:30")())

    asyncio.run(build())
    return settings.library / "sounds"


def started(folder: Path, sounds: Path, ledger: Ledger, clock: Clock, extra: str = "") -> tuple[Keeper, Library]:
    settings = office(folder, extra)
    library = Library(settings.library)
    if not library.folder.exists():
        shutil.copytree(sounds, library.folder / "sounds")
    return Keeper(settings, ledger, clock), library


def manifest(library: Library) -> Any:
    return json.loads((library.folder / "current" / "manifest.json").read_text("utf-8"))


async def open_causes(ledger: Ledger) -> list[str]:
    return [notice.cause for notice in await ledger.read(notices.open_notices)]


def test_it_publishes_at_its_start_and_after_each_midnight_and_after_a_reload(tmp_path: Path, sounds: Path) -> None:
    async def life() -> None:
        settings = office(tmp_path)
        ledger = Ledger.open(settings.ledger_url, settings.data)
        clock = Clock("2026-12-21 07:30")
        keeper, library = started(tmp_path, sounds, ledger, clock)
        await keeper.look()
        assert library.current == 1
        clock.set("2026-12-21 23:59")
        await keeper.look()
        assert library.current == 1
        clock.set("2026-12-22 00:00")
        await keeper.look()
        assert library.current == 2
        assert manifest(library)["valid"][0] == "2026-12-21T23:00:00+00:00"
        keeper.reload(settings)
        await keeper.look()
        assert library.current == 3
        details = await ledger.read(lambda c: list(c.execute(sa.select(audit.c.detail)).scalars()))
        assert "version 3, by the service itself" in details
        ledger.close()

    asyncio.run(life())


def test_a_failure_is_a_notice_the_line_stays_and_it_is_tried_again(tmp_path: Path, sounds: Path) -> None:
    async def life() -> None:
        settings = office(tmp_path)
        ledger = Ledger.open(settings.ledger_url, settings.data)
        clock = Clock("2026-12-21 07:30")
        keeper, library = started(tmp_path, sounds, ledger, clock)
        await keeper.look()
        clock.set("2026-12-22 00:00")
        with library.lock():  # somebody else is at it
            await keeper.look()
        assert library.current == 1
        assert await open_causes(ledger) == ["announcements"]
        (notice,) = await ledger.read(notices.open_notices)
        assert "Bis 24.12.2026 bleibt richtig" in notice.german or "Bis 23.12.2026 bleibt richtig" in notice.german
        await keeper.look()
        assert library.current == 1
        clock.now += RETRY
        await keeper.look()
        assert library.current == 2
        assert await open_causes(ledger) == []
        ledger.close()

    asyncio.run(life())


def test_after_somebody_went_back_nothing_is_published_until_a_person_does(tmp_path: Path, sounds: Path) -> None:
    async def life() -> None:
        settings = office(tmp_path)
        ledger = Ledger.open(settings.ledger_url, settings.data)
        clock = Clock("2026-12-21 07:30")
        keeper, library = started(tmp_path, sounds, ledger, clock)
        await keeper.look()
        keeper.reload(settings)
        await keeper.look()
        with library.lock():
            assert library.roll_back() == 1
        clock.set("2026-12-23 00:00")
        await keeper.look()
        assert library.current == 1
        ledger.close()

    asyncio.run(life())


def test_without_automatic_it_does_nothing(tmp_path: Path, sounds: Path) -> None:
    async def life() -> None:
        settings = office(tmp_path)
        ledger = Ledger.open(settings.ledger_url, settings.data)
        wanted = settings.configuration.announcements.model_copy(update={"automatic": False})
        quiet = Settings(settings.configuration.model_copy(update={"announcements": wanted}), settings.file)
        await Keeper(quiet, ledger, Clock("2026-12-21 07:30")).look()
        assert Library(settings.library).current is None
        ledger.close()

    asyncio.run(life())


def test_an_upload_brings_each_change_and_a_set_without_upload_nothing_that_could_become_false(
    tmp_path: Path, sounds: Path
) -> None:
    target = tmp_path / "telephone"
    upload = f'upload_sets = true\nupload = ["/bin/sh", "-c", \'rm -rf {target} && cp -r "$0" {target}\']\n'

    async def life() -> None:
        settings = office(tmp_path, upload)
        ledger = Ledger.open(settings.ledger_url, settings.data)
        clock = Clock("2026-12-21 07:30")
        keeper, library = started(tmp_path, sounds, ledger, clock, upload)
        await keeper.look()
        assert "de-today.wav" in names(target / "wav-8khz" / "de.zip")
        clock.set("2026-12-21 08:00")
        await keeper.look()
        assert library.current == 2
        keeper.reload(office(tmp_path, "upload_sets = true\n"))
        await keeper.look()
        found = names(library.folder / "current" / "upload" / "wav-8khz" / "de.zip")
        assert {"de-hours-week.wav", "de-combined.wav", "de-greeting.wav", "README.txt"} <= found
        assert not {"de-today.wav", "de-closure.wav", "de-holiday.wav"} & found
        with zipfile.ZipFile(library.folder / "current" / "upload" / "wav-8khz" / "de.zip") as archive:
            sounds_of = {name: read_wav(archive.read(f"de-{name}.wav")).seconds for name in ("combined", "neutral")}
        # It greets and tells the hours, and does not only refer to the website.
        assert 2 * sounds_of["neutral"] < sounds_of["combined"] <= 80
        for path in (library.folder / "current" / "upload").rglob("*.zip"):
            assert all(len(name) <= 32 and name.isascii() for name in names(path))
        assert {"de-greeting.g711a", "de-greeting.g711u", "de-greeting.g722"} <= names(
            library.folder / "current" / "upload" / "innovaphone" / "de.zip"
        )
        keeper.reload(office(tmp_path, 'upload_sets = true\nupload = ["/bin/false"]\n'))
        await keeper.look()
        (notice,) = await ledger.read(notices.open_notices)
        assert "/bin/false failed with 1" in notice.english
        ledger.close()

    asyncio.run(life())


def names(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        return set(opened.namelist())
