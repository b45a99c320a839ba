# SPDX-License-Identifier: GPL-3.0-or-later
"""What the keys of the main menu do, the same on every telephone system: the keys never move.

A caller who has learned that the emergency is the four finds it there tomorrow, and on another telephone system.
"""

from types import MappingProxyType
from typing import Literal

from intake.announcements.facts import Facts

MENU_SECONDS = 6
"""A menu waits so long for a key after its last word."""

Option = Literal["hours", "appointment", "servicepoint", "emergency", "message"]

OPTIONS: tuple[Option, ...] = ("hours", "appointment", "servicepoint", "emergency", "message")
"""From the key 1 on."""

NEXT = MappingProxyType({"today": "holiday", "holiday": "closure", "closure": "menu"})
"""What follows the greeting, one after another, as far as there is anything to say."""


def options(facts: Facts) -> dict[int, Option]:
    """Key → what it does; an office without a ServicePoint has no key for it."""
    there = bool(facts.office.service_point.hours)
    return {key: name for key, name in enumerate(OPTIONS, 1) if name != "servicepoint" or there}
