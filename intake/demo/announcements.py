# SPDX-License-Identifier: GPL-3.0-or-later
"""The telephone announcements of the demo's office: a few languages, spoken, published, and a page to listen to them.

Only a few, because a person is waiting; ``intake announce build`` takes all of them.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from intake.announcements import preview
from intake.announcements.announcer import Announcer
from intake.cases.clock import system_clock
from intake.config import Settings
from intake.office import Calendar

LANGUAGES = ("de", "en", "uk")
_LIST = ", ".join(f'"{code}"' for code in LANGUAGES)

TABLE = f"""\
[announcements]
approved_by = "Leitung der Ausländerbehörde"
languages = [{_LIST}]
menu = [{_LIST}]
more = []
days_ahead = 1
"""
"""For the demo's configuration."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was published."""

    page: Path
    announcements: int
    seconds: float
    """Of sound."""
    problems: tuple[str, ...]


async def publish(settings: Settings, page: Path) -> Spoken:
    """Speak and publish them, and write the page. AnnouncementError or VoiceError if that cannot be."""
    configuration = settings.configuration
    async with Announcer.open(settings) as announcer:
        now = system_clock()
        built = await announcer.build(now)
        announcer.publish(built, now)
        html = await preview.page(
            built, announcer.store, configuration.office.name, Calendar(configuration.office), now
        )
    await asyncio.to_thread(page.write_text, html, "utf-8")
    made = [outcome.made for outcome in built.outcomes.values() if outcome.made is not None]
    problems = (*built.remarks, *(outcome.problem for outcome in built.missing))
    return Spoken(page, len(made), sum(one.seconds for one in made), problems)
