# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers hear now, until when it stays right, and when it changes next: for ``intake status``.

The telephone system changes what it says by its own clock. So the next change is that of the office's calendar as long
as the version on the line knows the day; after its last day nothing changes any more, and callers are referred to the
website.
"""

import datetime as dt
from dataclasses import dataclass

from intake.announcements.announcer import read_manifest
from intake.announcements.facts import next_change
from intake.announcements.library import Library
from intake.config import Settings
from intake.office import Calendar


@dataclass(frozen=True, slots=True)
class Outlook:
    """The version on the line."""

    version: int
    valid_until: dt.datetime
    """When it stops to say anything about a day."""
    next_change: dt.datetime | None
    """When callers hear something else; None if it is out of date."""
    held: bool
    """Whether somebody went back to it, and nothing is published automatically."""


def look(settings: Settings, now: dt.datetime) -> Outlook | None:
    """The outlook at an aware instant; None if nothing is published. AnnouncementError if it cannot be read."""
    library = Library(settings.library.absolute())
    version = library.current
    found = read_manifest(library, version)
    if version is None or found is None:
        return None
    until = dt.datetime.fromisoformat(found["valid"][1])
    change = min(next_change(Calendar(settings.configuration.office), now), until) if now < until else None
    return Outlook(version, until, change, library.held)
