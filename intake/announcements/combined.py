# SPDX-License-Identifier: GPL-3.0-or-later
"""One announcement in several languages, for telephone systems that play a single file.

It greets in the first language and then tells the usual hours in each language of the menu. The hours of four
languages do not fit into the 80 seconds that such systems take, so they are told more briefly than in an announcement
of their own, times that several days have in common first; and if even that is too long, only the first languages tell
them, and the others where they stand: on the website. Which of these it is shows when it was spoken, because voices
are not equally fast.

Nothing in it can become false: the hours are the usual ones, with the remark that holidays are closed.
"""

from collections.abc import Iterator, Sequence

from intake.announcements.facts import Facts
from intake.announcements.forms import Weekdays
from intake.announcements.prompts import Part, Prompt, PromptTexts
from intake.errors import ConfigurationError
from intake.office import Span

ID = "combined"


def candidates(texts: PromptTexts, facts: Facts, languages: Sequence[str]) -> Iterator[Prompt]:
    """The announcement in these languages, the richest first; none that is too long by its letters already."""
    undated = facts.undated()
    for told in range(len(languages), -1, -1) if languages else ():
        parts = texts.parts("greeting", languages[0], undated)
        for number, code in enumerate(languages):
            parts += _hours(code, undated) if number < told else texts.parts("neutral", code, undated)
        try:
            yield texts.compose(ID, languages[0], parts)
        except ConfigurationError:
            continue


def _hours(code: str, facts: Facts) -> list[Part]:
    rows: list[Part] = [
        (code, "hours_of_days", {"days": days, "hours": (span,)}) for days, span in brief_table(facts.week)
    ]
    return [(code, "hours", {}), *rows, (code, "closed_otherwise", {})]


def brief_table(week: Sequence[Sequence[Span]]) -> list[tuple[Weekdays, Span]]:
    """Each time of the week with the runs of days that have it: Monday to Friday from 8 to 12, Monday from 13:30 …"""
    rows: list[tuple[Weekdays, Span]] = []
    for span in sorted({span for spans in week for span in spans}):
        runs: list[Weekdays] = []
        for day in (number for number, spans in enumerate(week) if span in spans):
            if runs and runs[-1].last == day - 1:
                runs[-1] = Weekdays(runs[-1].first, day)
            else:
                runs.append(Weekdays(day, day))
        rows += [(run, span) for run in runs]
    return rows
