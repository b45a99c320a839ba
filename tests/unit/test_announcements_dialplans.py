# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller hears who presses keys: the same on Asterisk and on FreeSWITCH, in every language."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from intake.announcements import plan as planning
from intake.announcements.freeswitch import COUNTRIES, RATES
from intake.config import Configuration, PhoneSystem
from intake.languages import LANGUAGES
from intake.office import Calendar
from tests.dialplan import Call
from tests.paper_line import CURRENT, Line, everyone
from tests.unit.test_announcements_truth import Words, configuration

CODES = ("de", "en", "uk", "ps")
NOW = dt.datetime(2026, 4, 8, 8, 30, tzinfo=dt.UTC)
"""A Wednesday, the day after Easter Monday: closed, and nothing else to tell."""
SYSTEMS: tuple[PhoneSystem, ...] = ("asterisk", "freeswitch")
VOICEMAIL = {"asterisk": "100@default,s", "freeswitch": "100@office.example"}


def office(**wanted: object) -> Configuration:
    service_point = {"address": "Platz 3", "hours": {"thu": ("14:00-17:30",)}}
    found = configuration(days_ahead=2, service_point=service_point)
    table = {"languages": CODES, "menu": ("de", "en"), "more": ("uk", "ps"), "targets": SYSTEMS, **wanted}
    return found.model_copy(update={"announcements": found.announcements.model_copy(update=table)})


@pytest.fixture(scope="module")
def line() -> Line:
    """A line in four languages, one of which has nothing of its own."""
    wanted = office()
    planned = planning.make(wanted, Calendar(wanted.office), Words(*CODES), NOW)  # type: ignore[arg-type]
    return Line(wanted, planned, everyone(CODES, but=["ps"]))


def announcements(line: Line, call: Call) -> list[str]:
    """Language and announcement, in order, as the caller's path to them says."""
    return [_name(path) for path in call.played]


def _name(path: str) -> str:
    parts = [part for part in Path(path).relative_to(CURRENT).parts if part not in RATES]
    return f"{parts[-1]} {parts[-2]}" if parts[0] == "at" else f"{parts[-2]} {parts[-1]}"


MENU = ["de greeting", "de language-menu"]
KEYS: dict[tuple[str, ...], list[str]] = {
    (): [*MENU, "de today", "de main-menu", "de goodbye"],
    ("1",): [*MENU, "de today", "de main-menu", "de goodbye"],
    ("2",): [*MENU, "en greeting", "en today", "en main-menu", "en goodbye"],
    ("3", "1"): [*MENU, "de more-languages", "uk greeting", "uk today", "uk main-menu", "uk goodbye"],
    ("3", "2"): [*MENU, "de more-languages", "ps greeting", "ps today", "ps main-menu", "ps goodbye"],
    ("9", "2"): [*MENU, "de language-menu", "en greeting", "en today", "en main-menu", "en goodbye"],
    ("2", "1"): [*MENU, "en greeting", "en today", "en main-menu", "en hours-week", "en main-menu", "en goodbye"],
    ("1", "2"): [
        *MENU, "de today", "de main-menu", "de online-appointments", "de what-to-bring", "de main-menu", "de goodbye",
    ],
    ("1", "3"): [*MENU, "de today", "de main-menu", "de servicepoint", "de main-menu", "de goodbye"],
    ("1", "4"): [*MENU, "de today", "de main-menu", "de emergency", "de main-menu", "de goodbye"],
    ("1", "5"): [*MENU, "de today", "de main-menu", "de voicemail-greeting", "de voicemail-thanks", "de goodbye"],
    ("1", "8"): [*MENU, "de today", "de main-menu", "de main-menu", "de goodbye"],
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("keys", KEYS, ids="-".join)
def test_keys_lead_to_the_same_announcements_on_every_system(
    line: Line, system: PhoneSystem, keys: Sequence[str]
) -> None:
    call = line.call(NOW, keys, {"domain_name": "office.example"}, system)
    assert announcements(line, call) == KEYS[tuple(keys)]
    assert call.answered
    assert call.ended
    assert call.voicemail == (VOICEMAIL[system] if keys == ("1", "5") else "")
    assert call.category in ("", "de")
    assert bool(call.category) == (keys == ("1", "5") and system == "asterisk"), "which language the caller speaks"


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("code", CODES)
def test_a_language_has_a_number_of_its_own_and_says_that_all_lines_are_busy(
    line: Line, system: PhoneSystem, code: str
) -> None:
    walker = line.walkers[system]
    call = walker.call(NOW, start=("intake-direct", code))
    assert announcements(line, call) == [f"{code} {name}" for name in ("greeting", "today", "main-menu", "goodbye")]
    start = {"asterisk": ("intake-busy", "s"), "freeswitch": ("intake", "busy")}[system]
    for variables, heard in (({}, "de"), ({"INTAKE_LANGUAGE": code, "intake_language": code}, code)):
        busy = walker.call(NOW, start=start, variables=variables)
        assert announcements(line, busy) == [f"{heard} all-lines-busy"]


def test_a_language_without_announcements_of_its_own_is_heard_in_the_fallback(line: Line) -> None:
    for system in SYSTEMS:
        german = line.heard(NOW, ["1"], system=system)
        assert line.heard(NOW, ["1"], "ps", system=system) == german


BARGE_IN: dict[tuple[str, str], list[str]] = {
    ("greeting", "2"): ["de greeting", "en greeting", "en today", "en main-menu", "en goodbye"],
    ("greeting", "3"): ["de greeting", "de more-languages", "de today", "de main-menu", "de goodbye"],
    ("greeting", "*"): [*MENU, "de today", "de main-menu", "de goodbye"],
    ("de", "4"): [*MENU, "de today", "de emergency", "de main-menu", "de goodbye"],
    ("de", "7"): [*MENU, "de today", "de main-menu", "de goodbye"],
}
"""What is interrupted, with which key → what is heard. "de" is the file of what is true today."""


@pytest.mark.parametrize("interrupted", BARGE_IN, ids="-".join)
def test_on_freeswitch_a_key_interrupts_an_announcement(line: Line, interrupted: tuple[str, str]) -> None:
    walker = line.walkers["freeswitch"]
    call = walker.call(NOW, meanwhile=dict([interrupted]))  # type: ignore[call-arg]
    assert announcements(line, call) == BARGE_IN[interrupted]
    assert call.ended


def test_freeswitch_finds_each_sound_in_the_folder_of_its_rate_and_under_a_country(line: Line) -> None:
    for code in CODES:
        for rate, form in RATES.items():
            path = f"sounds/{code}/{COUNTRIES.get(code, code)}/intake/{rate}/greeting.wav"
            assert line.layout.sounds[path][1] == form
    for folder in [*LANGUAGES, *COUNTRIES.values()]:
        assert folder.isascii()
    assert set(COUNTRIES) <= set(LANGUAGES)


def test_an_office_gets_what_its_telephone_systems_read_and_no_more() -> None:
    for wanted, files in (((), set()), (("freeswitch",), {"freeswitch"}), (("asterisk",), {"asterisk"})):
        told = office(targets=wanted)
        planned = planning.make(told, Calendar(told.office), Words(*CODES), NOW)  # type: ignore[arg-type]
        layout = Line(told, planned).layout
        assert {path.partition("/")[0] for path in layout.texts} == files
        assert all(path.endswith(".wav") for path in layout.sounds) == (wanted != ("asterisk",))
        assert bool(layout.sounds) == bool(wanted)
