# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be spoken so that the line is true for the next days: every prompt, and when it may be heard.

A prompt of :data:`~intake.announcements.prompts.DATED` is true for an interval only: from one change of the office
calendar to the next. The plan begins at the office's last midnight, so that it is the same whatever minute of a day it
is made at, and goes on for some days, so that a telephone system finds what is true even if this service is dead.

Pure: it takes the instant as an argument. The same words come out again and again (an ordinary week is like the last),
so each is rendered once for all intervals with the same facts for it.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from intake.announcements.facts import Facts, Menu, facts_at, next_change
from intake.announcements.prompts import DATED, Prompt, PromptTexts, prompt_ids
from intake.config import Configuration
from intake.errors import ConfigurationError
from intake.office import Calendar


@dataclass(frozen=True, slots=True)
class Interval:
    """A time in which nothing changes: ``first`` is in it, ``until`` is not; both UTC."""

    first: dt.datetime
    until: dt.datetime
    facts: Facts

    def holds(self, at: dt.datetime) -> bool:
        """Whether an instant lies in it."""
        return self.first <= at < self.until


@dataclass(frozen=True, slots=True)
class Dated:
    """What is said in an interval: language → prompt's id → prompt."""

    interval: Interval
    prompts: Mapping[str, Mapping[str, Prompt]]


@dataclass(frozen=True, slots=True)
class Plan:
    """All prompts of all languages, and what is wrong with those that are missing."""

    languages: tuple[str, ...]
    ids: tuple[str, ...]
    """Of the prompts that are always true."""
    always: Mapping[str, Mapping[str, Prompt]]
    """Language → id → prompt."""
    dated: tuple[Dated, ...]
    upload: Mapping[str, Mapping[str, Prompt]]
    """Language → id → prompt, of those in upload sets that say something else there: what can never become false."""
    problems: tuple[str, ...]
    """A sentence each, naming file, language and prompt."""

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Every prompt once, those of a language together, those needed soonest first."""
        found: dict[int, Prompt] = {}
        for code in self.languages:
            for prompt in self.always[code].values():
                found.setdefault(id(prompt), prompt)
            for prompt in self.upload.get(code, {}).values():
                found.setdefault(id(prompt), prompt)
            for dated in self.dated:
                for prompt in dated.prompts[code].values():
                    found.setdefault(id(prompt), prompt)
        return tuple(found.values())


def intervals(configuration: Configuration, calendar: Calendar, at: dt.datetime) -> tuple[Interval, ...]:
    """The intervals from the office's last midnight on, for the configured number of whole days after today."""
    wanted = configuration.announcements
    menu = Menu(wanted.menu, wanted.more)
    today = calendar.local(at).date()
    begin = dt.datetime.combine(today, dt.time(0), calendar.zone).astimezone(dt.UTC)
    last = today + dt.timedelta(days=wanted.days_ahead + 1)
    end = dt.datetime.combine(last, dt.time(0), calendar.zone).astimezone(dt.UTC)
    found: list[Interval] = []
    while begin < end:
        until = next_change(calendar, begin).astimezone(dt.UTC)
        facts = facts_at(configuration, calendar, begin, menu=menu, recording_days=wanted.recording_days)
        found.append(Interval(begin, until, facts))
        begin = until
    return tuple(found)


def make(
    configuration: Configuration,
    calendar: Calendar,
    texts: PromptTexts,
    at: dt.datetime,
    *,
    languages: Sequence[str] = (),
) -> Plan:
    """The plan at an aware instant; ``languages`` instead of those of the configuration."""
    spans = intervals(configuration, calendar, at)
    problems: dict[str, None] = dict.fromkeys(texts.problems())
    usable = texts.usable(drafts=configuration.service.drafts)
    wanted = tuple(languages) or configuration.announcements.languages
    codes = tuple(code for code in usable if not wanted or code in wanted)
    renderer = _Renderer(texts, problems)
    facts = spans[0].facts
    ids = tuple(name for name in prompt_ids(facts) if name not in DATED)
    always = {code: renderer.all(ids, code, facts) for code in codes}
    return Plan(
        codes,
        ids,
        always,
        tuple(
            Dated(
                span,
                {
                    code: renderer.all([name for name in prompt_ids(span.facts) if name in DATED], code, span.facts)
                    for code in codes
                },
            )
            for span in spans
        ),
        _upload(renderer, codes if configuration.announcements.upload_sets else (), facts),
        tuple(problems),
    )


def _upload(renderer: "_Renderer", codes: Sequence[str], facts: Facts) -> dict[str, Mapping[str, Prompt]]:
    """The usual week, which stays true."""
    undated = facts.undated()
    ids = [name for name in prompt_ids(undated) if name in DATED]
    return {code: renderer.all(ids, code, undated) for code in codes}


class _Renderer:
    """Renders each prompt once for facts that are the same to it."""

    def __init__(self, texts: PromptTexts, problems: dict[str, None]) -> None:
        self._texts = texts
        self._problems = problems
        self._known: dict[tuple[str, str], list[tuple[Any, Prompt | None]]] = {}

    def all(self, ids: Sequence[str], code: str, facts: Facts) -> Mapping[str, Prompt]:
        """Those of ``ids`` that can be rendered; a problem for each other."""
        rendered = {name: self._one(name, code, facts) for name in ids}
        return {name: prompt for name, prompt in rendered.items() if prompt is not None}

    def _one(self, name: str, code: str, facts: Facts) -> Prompt | None:
        relevant = CHANGING[name](facts) if name in CHANGING else None
        known = self._known.setdefault((name, code), [])
        for facts_then, prompt in known:
            if facts_then == relevant:
                return prompt
        try:
            made: Prompt | None = self._texts.render(name, code, facts)
        except ConfigurationError as error:
            self._problems[str(error)] = None
            made = None
        known.append((relevant, made))
        return made


CHANGING: Mapping[str, Callable[[Facts], object]] = MappingProxyType(
    {
        "hours-week": lambda facts: facts.closed,
        "servicepoint": lambda facts: facts.closed,
        "today": lambda facts: facts.today,
        "holiday": lambda facts: (facts.holiday_today, facts.holidays, facts.after_holiday),
        "closure": lambda facts: facts.closure,
    }
)
"""The part of the facts that changes with the calendar and is told by a dated prompt."""
