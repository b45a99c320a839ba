# SPDX-License-Identifier: GPL-3.0-or-later
"""The one announcement in all languages of the menu, for systems that play a single file."""

import datetime as dt

import pytest

from intake.announcements.combined import ID, brief_table, candidates
from intake.announcements.facts import Facts, Menu, facts_at
from intake.announcements.forms import Weekdays
from intake.announcements.prompts import longest, seconds
from intake.languages import LANGUAGES
from intake.office import Span
from tests.unit.test_prompts import BERLIN, CALENDAR, CONFIGURATION, INSTANTS, TEXTS

MORNING, NOON, EVENING = (
    (dt.time.fromisoformat(first), dt.time.fromisoformat(last))
    for first, last in (("08:00", "12:00"), ("13:30", "15:30"), ("14:00", "18:00"))
)


def facts(*menu: str) -> Facts:
    """On a day with a holiday and a closure ahead."""
    at = dt.datetime.fromisoformat(INSTANTS["closure ahead"]).replace(tzinfo=BERLIN)
    return facts_at(CONFIGURATION, CALENDAR, at, menu=Menu(menu, ()))


@pytest.mark.parametrize(
    ("week", "rows"),
    [
        ([], []),
        ([()] * 7, []),
        ([(MORNING,)] * 5 + [()] * 2, [(Weekdays(0, 4), MORNING)]),
        (
            [(MORNING, NOON), (MORNING,), (MORNING,), (MORNING, EVENING), (MORNING,), (), ()],
            [(Weekdays(0, 4), MORNING), (Weekdays(0, 0), NOON), (Weekdays(3, 3), EVENING)],
        ),
        ([(MORNING,), (), (MORNING,), (MORNING,)], [(Weekdays(0, 0), MORNING), (Weekdays(2, 3), MORNING)]),
    ],
)
def test_a_time_that_days_have_in_common_is_told_once(
    week: list[tuple[Span, ...]], rows: list[tuple[Weekdays, Span]]
) -> None:
    assert brief_table(week) == rows


def test_the_first_languages_tell_the_hours_and_the_others_where_they_stand() -> None:
    found = list(candidates(TEXTS, facts("de", "en", "uk"), ["de", "en", "uk"]))
    assert [prompt.id for prompt in found] == [ID] * len(found)
    assert {prompt.language for prompt in found} == {"de"}
    german, english, ukrainian = "Unsere üblichen Öffnungszeiten", "Our usual opening hours", "Наші звичайні години"
    told = [[words in prompt.written for words in (german, english, ukrainian)] for prompt in found]
    assert told == [[True] * 3, [True, True, False], [True, False, False], [False] * 3]
    assert found[1].written.count("www.musterstadt.example") == 1
    assert "08:00" in found[0].written
    assert "13:30" in found[0].written


@pytest.mark.parametrize("code", LANGUAGES)
def test_in_every_language_there_is_one_that_fits_and_that_cannot_become_false(code: str) -> None:
    menu = ["de", "en", code] if code not in ("de", "en") else ["de", "en"]
    found = list(candidates(TEXTS, facts(*menu), menu))
    assert found
    for prompt in found:
        assert seconds(prompt.segments) <= longest(ID) == 80
        assert "24.12" not in prompt.written
        assert {part.language for part in prompt.segments} <= set(menu)


def test_a_menu_of_nothing_has_no_combined_announcement() -> None:
    assert list(candidates(TEXTS, facts("de"), [])) == []
