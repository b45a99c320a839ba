# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``intake status`` and ``intake check`` say of the telephone."""

import asyncio
import datetime as dt
import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intake import config
from intake.announcements.library import Library
from intake.announcements.outlook import Outlook, look
from intake.cases.ledger import Ledger
from intake.cli.check import check
from intake.cli.init import EXAMPLE
from intake.cli.show import show_status
from intake.config import Settings
from intake.errors import AnnouncementError

BERLIN = ZoneInfo("Europe/Berlin")
UNTIL = dt.datetime(2026, 11, 26, tzinfo=BERLIN)


def office(folder: Path, line: str = "") -> Settings:
    """The example office, with this line alone in its table of announcements."""
    text = re.sub(r"(?ms)^\[announcements\].*?(?=^\[|^# \[)", f"[announcements]\n{line}\n", EXAMPLE.read_text("utf-8"))
    (folder / "intake.toml").write_text(text, "utf-8")
    return config.load(folder / "intake.toml")


def published(settings: Settings, until: dt.datetime = UNTIL) -> Library:
    """A version on the line that knows the days until then."""
    library = Library(settings.library)
    library.path(7).mkdir(parents=True)
    valid = [(until - dt.timedelta(days=3)).isoformat(), until.isoformat()]
    (library.path(7) / "manifest.json").write_text(json.dumps({"valid": valid, "languages": {}}))
    (library.folder / "current").symlink_to("versions/000007")
    return library


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ("2026-11-24 07:30", "2026-11-24 08:00"),  # it opens
        ("2026-11-24 09:00", "2026-11-24 12:00"),  # it closes
        ("2026-11-24 13:00", "2026-11-25 00:00"),  # another day
        ("2026-11-25 23:00", "2026-11-26 00:00"),  # the last one that the version knows is over
        ("2026-11-26 00:00", None),
        ("2027-01-01 12:00", None),
    ],
)
def test_the_next_change_is_that_of_the_calendar_as_long_as_the_version_knows_the_day(
    tmp_path: Path, now: str, change: str | None
) -> None:
    settings = office(tmp_path)
    published(settings)
    found = look(settings, dt.datetime.fromisoformat(now).replace(tzinfo=BERLIN))
    expected = dt.datetime.fromisoformat(change).replace(tzinfo=BERLIN) if change else None
    assert found == Outlook(7, UNTIL, expected, held=False)


def test_before_the_first_version_there_is_no_outlook_and_a_broken_one_is_a_sentence(tmp_path: Path) -> None:
    settings = office(tmp_path)
    assert look(settings, UNTIL) is None
    library = published(settings)
    (library.path(7) / "manifest.json").write_text("{")
    with pytest.raises(AnnouncementError, match="publish again"):
        look(settings, UNTIL)


def status(settings: Settings) -> str:
    Ledger.open(settings.ledger_url, settings.data).close()
    lines: list[str] = []
    assert settings.file is not None
    asyncio.run(show_status(settings.file, as_json=False, echo=lines.append))
    return "\n".join(lines)


def test_status_says_how_long_the_line_is_right(tmp_path: Path) -> None:
    settings = office(tmp_path)
    assert "announcements" not in status(settings)
    library = published(settings, dt.datetime(2100, 1, 1, tzinfo=BERLIN))
    assert "version 7 is on the line, right until 01.01.2100 00:00; next change " in status(settings)
    (library.folder / "held").touch()
    assert status(settings).count("held: nothing is published automatically") == 1
    (library.path(7) / "manifest.json").write_text(json.dumps({"valid": ["2020-01-01T00:00:00+00:00"] * 2}))
    assert "OUT OF DATE since 01.01.2020 01:00, callers are referred to the website" in status(settings)
    (library.path(7) / "manifest.json").unlink()
    assert "announcements: PROBLEM: " in status(settings)


def checked(settings: Settings) -> str:
    lines: list[str] = []
    assert settings.file is not None
    asyncio.run(check(settings.file, lines.append))
    return "\n".join(lines)


def test_check_says_who_cannot_be_spoken_and_that_nothing_listens(tmp_path: Path) -> None:
    assert "announcements" not in checked(office(tmp_path)), "an office without a telephone line is told nothing"
    said = checked(office(tmp_path, "days_ahead = 14"))
    assert "warning  announcements: nothing here speaks Kurdish (Sorani), Pashto, Somali: record them" in said
    assert "so each language waits for a person: intake announce approve LANGUAGE" in said
    assert "prompt library" not in said
    assert "listening.models" not in checked(office(tmp_path, 'approved_by = "Leitung"'))


def test_check_looks_whether_the_telephone_system_can_read_the_library(tmp_path: Path) -> None:
    folder = tmp_path / "telephone"
    folder.mkdir()
    settings = office(tmp_path, f'automatic = true\nlibrary = "{folder}/intake"')
    tmp_path.chmod(0o700)
    said = checked(settings)
    assert f"{settings.file}: announcements.library: " in said
    assert "is closed to other users" in said
    alone = office(tmp_path, f'automatic = true\ntargets = []\nlibrary = "{folder}/intake"')
    assert f"ok       prompt library in {folder}/intake" in checked(alone)
    (folder / "intake").write_text("a file where the library should be")
    assert "cannot be written to; give the service's user the right to write there" in checked(settings)
