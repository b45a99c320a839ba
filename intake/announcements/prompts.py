# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompts: which sentences are said when, the same in every language.

Each prompt is a row of blocks with their values, chosen here from the facts, so that no language can tell more, less or
something else than another. A prompt about today is made only from dated facts; without them
(:meth:`~intake.announcements.facts.Facts.undated`) it has nothing to say and does not exist, and the hours are the
usual ones with the remark that holidays are closed, which stays true.

The language menus speak each option in its own language. The keys of the main menu never move: a caller who learned
that the emergency is the four finds it there tomorrow.

A prompt that would run too long is refused with a sentence before it is spoken. The estimate counts letters at a calm
speed (``_LETTERS_PER_SECOND``); the finished audio is measured afterwards. Limits: a greeting 20 s, a notice 45 s, a
menu or a week of hours 80 s (common limits of telephone systems).
"""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from intake import resources
from intake.announcements import texts
from intake.announcements.facts import ClosedDays, Facts
from intake.announcements.forms import Name, Segment, Spoken, Weekdays, Written, merged, segments, sentences
from intake.announcements.texts import Text
from intake.errors import ConfigurationError
from intake.languages import language as language_of
from intake.office import Span

__all__ = ["DATED", "PROMPT_IDS", "Prompt", "PromptTexts", "Segment", "longest", "prompt_ids", "seconds"]

LONGEST_MENU = 5
"""Options of a menu: nobody remembers more."""

_GREETING_SECONDS, _NOTICE_SECONDS, _LONGEST_SECONDS = 20, 45, 80

_LETTERS_PER_SECOND = {"Arab": 11.0, "Ethi": 7.0, "Hans": 4.2, "Deva": 11.0}
"""Calm speech, spaces and pauses included; Arabic writes few vowels, Ethiopic and Chinese write syllables.

Measured: four German prompts estimated at 110 s take SVOX Pico 111 s; eSpeak NG at its usual speed needs 0.6 to 1.5
times the estimate in 29 languages.
"""
_OTHER_LETTERS_PER_SECOND = 14.0

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
"""Around a sentence in another language: Arabic in between does not turn its neighbours around (UAX #9)."""

Part = tuple[str, str, Mapping[str, object]]
"""Language, block and values."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One announcement in one language. A menu of languages is the same in every language."""

    id: str
    language: str
    segments: tuple[Segment, ...]
    """What voices say, each in its own language."""
    written: str
    """The same as a person reads it."""


def seconds(pieces: Iterable[Segment]) -> float:
    """About how long these words take to say."""
    return sum(
        len(piece.text) / _LETTERS_PER_SECOND.get(language_of(piece.language).script, _OTHER_LETTERS_PER_SECOND)
        for piece in pieces
    )


def longest(id: str) -> float:
    """Seconds that a prompt may last."""
    return _LIMITS.get(id, _NOTICE_SECONDS)


class PromptTexts:
    """The texts of all languages and the names of the teams; immutable."""

    __slots__ = ("_mistakes", "_strangers", "_teams", "_texts")

    def __init__(
        self,
        found: Mapping[str, Text],
        teams: Mapping[str, Mapping[str, str]],
        mistakes: Mapping[str, Sequence[str]],
        strangers: Sequence[str],
    ) -> None:
        self._texts, self._teams = found, teams
        self._mistakes, self._strangers = mistakes, strangers

    @classmethod
    def load(cls, prompts: Sequence[Path], templates: Sequence[Path]) -> "PromptTexts":
        """The texts in ``prompts`` and the teams' names in ``templates``, the office's own folders first.

        Never raises for a wrong text: see :meth:`problems`.
        """
        mistakes: dict[str, list[str]] = {}
        found = texts.load(prompts, mistakes)
        others = list(texts.strangers(prompts))
        return cls(found, _teams(templates, others), mistakes, others)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a text without mistakes, in order of need."""
        return tuple(self._texts)

    def usable(self, *, drafts: bool) -> tuple[str, ...]:
        """The languages that may be used: all, or those that a native speaker has reviewed; German always."""
        return tuple(code for code in self._texts if drafts or code == "de" or self.status(code) == "reviewed")

    def status(self, code: str) -> str:
        """``draft`` or ``reviewed``."""
        return self._texts[code].status

    def source(self, code: str) -> str:
        """The text of a language as it stands in its file."""
        return self._texts[code].source

    def problems(self, *at: Facts) -> tuple[str, ...]:
        """Every mistake in the texts, one sentence each; with facts also what these would make of them."""
        found = [sentence for sentences in self._mistakes.values() for sentence in sentences] + [*self._strangers]
        for facts in at:
            for code in self._texts:
                for name in prompt_ids(facts):
                    try:
                        self.render(name, code, facts)
                    except ConfigurationError as error:
                        found.append(str(error))
        return tuple(dict.fromkeys(found))

    def render(self, id: str, language: str, facts: Facts) -> Prompt:
        """One prompt with these facts.

        Raises :class:`ConfigurationError` if a language has no usable text or the prompt would run too long, and
        :class:`ValueError` for a prompt that these facts do not have (see :func:`prompt_ids`).
        """
        if id not in prompt_ids(facts):
            raise ValueError(f"these facts have no prompt {id}")
        return self.compose(id, language, self.parts(id, language, facts))

    def compose(self, id: str, language: str, parts: Sequence[Part]) -> Prompt:
        """A prompt of these parts. ConfigurationError as in :meth:`render`."""
        pieces: list[Segment] = []
        written: list[str] = []
        for code, block, values in parts:
            text = self._text(code, id)
            pieces += segments(code, sentences(code, text.block(block, Spoken(code), values)))
            said = sentences(code, text.block(block, Written(code), values))
            written.append(said if code == language else f"{ISOLATE}{said}{END_OF_ISOLATE}")
        spoken = merged(pieces)
        self._limit(id, language, spoken)
        joint = "" if all(language_of(code).script == "Hans" for code, _, _ in parts) else " "
        return Prompt(id, language, spoken, joint.join(written))

    def _text(self, code: str, id: str) -> Text:
        if code in self._texts:
            return self._texts[code]
        mistakes = self._mistakes.get(code) or [f"{code} is no language of the office"]
        raise ConfigurationError(f"announcement {id} cannot be spoken: {mistakes[0]}")

    def _limit(self, id: str, code: str, spoken: tuple[Segment, ...]) -> None:
        limit = longest(id)
        length = seconds(spoken)
        if length > limit:
            raise ConfigurationError(
                f"{self._text(code, id).path}: language {code}: announcement {id} would take about {length:.0f} "
                f"seconds, the limit is {limit:g}; shorten the text"
            )

    def parts(self, id: str, code: str, facts: Facts) -> list[Part]:
        """What a prompt is composed of: blocks with their values."""
        if id.startswith(_QUEUE):
            return [(code, "queue", {"team": self._team(code, id.removeprefix(_QUEUE), facts)})]
        if id == "language-menu":
            return _language_menu(id, facts.menu.first, more=bool(facts.menu.more))
        if id == "more-languages":
            return _language_menu(id, facts.menu.more, more=False)
        return [(code, block, values) for block, values in _PROMPTS[id](code, facts)]

    def _team(self, code: str, queue: str, facts: Facts) -> Name:
        """The team's name in the language, else in German."""
        known = facts.queues[queue]
        name = known.names.get(code) or self._teams.get(code, {}).get(queue)
        german = known.names.get("de") or self._teams.get("de", {}).get(queue) or known.folder
        return Name(name, code) if name else Name(german, "de")


Sentence = tuple[str, Mapping[str, object]]
"""A block with its values."""


def _greeting(code: str, facts: Facts) -> list[Sentence]:
    return [("greeting", {"office": _office_name(code, facts)})]


def _office_name(code: str, facts: Facts) -> Name:
    name = facts.office.names.get(code)
    return Name(name, code) if name else Name(facts.office.name, "de")


def _language_menu(id: str, codes: Sequence[str], *, more: bool) -> list[Part]:
    """Each option in its own language; the way to more of them in German and in English."""
    if len(codes) + more > LONGEST_MENU:
        raise ConfigurationError(
            f"{id} has {len(codes) + more} options, the limit is {LONGEST_MENU}; take languages out of the menu"
        )
    chosen: list[Part] = [(code, "choose_language", {"key": key}) for key, code in enumerate(codes, 1)]
    if more:
        chosen += [(code, "choose_more", {"key": len(codes) + 1}) for code in ("de", "en")]
    return chosen


def _main_menu(code: str, facts: Facts) -> list[Sentence]:
    options = ("hours", "appointment", "service_point", "emergency", "message")
    return [
        ("menu", {}),
        *(
            (f"choose_{option}", {"key": key})
            for key, option in enumerate(options, 1)
            if option != "service_point" or facts.office.service_point.hours
        ),
    ]


def _hours_week(code: str, facts: Facts) -> list[Sentence]:
    return [("hours", {}), *_table(facts.week), ("closed_otherwise", {}), *_closed(facts)]


def _service_point(code: str, facts: Facts) -> list[Sentence]:
    address = facts.office.service_point.address or facts.office.address
    table = _table(facts.service_week)
    return [("service_point", {"address": address}), *table, ("closed_otherwise", {}), *_closed(facts)]


def _table(week: tuple[tuple[Span, ...], ...]) -> list[Sentence]:
    """The days with hours; neighbouring days with equal hours together."""
    rows: list[tuple[int, int]] = []
    for n, spans in enumerate(week):
        if rows and rows[-1][1] == n - 1 and week[rows[-1][0]] == spans:
            rows[-1] = (rows[-1][0], n)
        elif spans:
            rows.append((n, n))
    return [("hours_of_days", {"days": Weekdays(*row), "hours": week[row[0]]}) for row in rows]


def _closed(facts: Facts) -> list[Sentence]:
    return [("also_closed", {"closed": days}) for days in facts.closed]


def _next_opening(at: dt.datetime | None) -> list[Sentence]:
    """Nothing, if no opening is known."""
    return [("next_opening", {"day": at.date(), "opens": at.time()})] if at else []


def _today(code: str, facts: Facts) -> list[Sentence]:
    today = facts.today
    if today is None:
        return []
    if today.closes is not None:
        again = [("open_again", {"opens": today.opens})] if today.opens is not None else []
        return [("open_now", {"closes": today.closes}), *again]
    if today.opens is not None:
        return [("open_later", {"opens": today.opens})]
    return [("closed_now" if today.has_hours else "closed_today", {}), *_next_opening(today.next_opening)]


def _holiday(code: str, facts: Facts) -> list[Sentence]:
    told: list[Sentence] = [("holiday_today", {})] if facts.holiday_today else []
    told += [("holiday_ahead", {"day": date}) for date in facts.holidays]
    return [*told, *_next_opening(facts.after_holiday)] if told else []


def _closure(code: str, facts: Facts) -> list[Sentence]:
    if facts.closure is None:
        return []
    closure = facts.closure.closure
    reason = closure.reason.get(code)
    told: list[Sentence] = [("closure", {"closed": ClosedDays(closure.first, closure.last)})]
    if reason:
        told.append(("closure_reason", {"reason": Name(reason, code)}))
    return [*told, *_next_opening(facts.closure.reopening)]


def _appointments(code: str, facts: Facts) -> list[Sentence]:
    return [("appointments", {"appointment_url": _localised(facts.office.appointment_url, code)})]


def _emergency(code: str, facts: Facts) -> list[Sentence]:
    return [("emergency", {"emergency_phone": facts.office.emergency_phone or facts.office.phone})]


def _voicemail_greeting(code: str, facts: Facts) -> list[Sentence]:
    privacy = _localised(facts.office.privacy_url, code)
    return [("voicemail", {"recording_days": facts.recording_days, "privacy_url": privacy})]


def _with_website(block: str) -> Callable[[str, Facts], list[Sentence]]:
    return lambda code, facts: [(block, {"website": _localised(facts.office.website, code)})]


def _always(block: str) -> Callable[[str, Facts], list[Sentence]]:
    return lambda code, facts: [(block, {})]


def _localised(url: str, code: str) -> str:
    """An office may write ``{language}`` in an address on the web: it becomes the language's code."""
    return url.replace("{language}", code)


_PROMPTS: Mapping[str, Callable[[str, Facts], list[Sentence]]] = MappingProxyType(
    {
        "greeting": _greeting,
        "main-menu": _main_menu,
        "hours-week": _hours_week,
        "today": _today,
        "holiday": _holiday,
        "closure": _closure,
        "servicepoint": _service_point,
        "online-appointments": _appointments,
        "what-to-bring": _always("bring"),
        "emergency": _emergency,
        "all-lines-busy": _with_website("busy"),
        "voicemail-greeting": _voicemail_greeting,
        "voicemail-thanks": _always("thanks"),
        "goodbye": _always("goodbye"),
        "neutral": _with_website("neutral"),
    }
)

_QUEUE = "queue-"

_LIMITS = {
    "greeting": _GREETING_SECONDS,
    "language-menu": _LONGEST_SECONDS,
    "more-languages": _LONGEST_SECONDS,
    "main-menu": _LONGEST_SECONDS,
    "hours-week": _LONGEST_SECONDS,
    "servicepoint": _LONGEST_SECONDS,
    "combined": _LONGEST_SECONDS,
}
"""Seconds; every other prompt is a notice."""

PROMPT_IDS = ("greeting", "language-menu", "more-languages", *(id for id in _PROMPTS if id != "greeting"))
"""Every prompt but the names of the queues, ``queue-<id>``."""


DATED = frozenset({"hours-week", "today", "holiday", "closure", "servicepoint"})
"""The prompts that change with the day or the hour; all others stay as they are until somebody changes a text."""


def prompt_ids(facts: Facts) -> tuple[str, ...]:
    """The prompts that have something to say with these facts, those of the queues last."""
    silent = {id for id in ("today", "holiday", "closure") if not _PROMPTS[id]("de", facts)}
    if not facts.menu.more:
        silent.add("more-languages")
    if not facts.office.service_point.hours:
        silent.add("servicepoint")
    return (*(id for id in PROMPT_IDS if id not in silent), *(f"{_QUEUE}{queue}" for queue in facts.queues))


def _teams(folders: Sequence[Path], problems: list[str]) -> Mapping[str, Mapping[str, str]]:
    """The names of the teams by language and queue, as in the e-mails."""
    path = resources.first(folders, "queues.toml")
    if path is None:
        problems.append(f"{folders[-1] if folders else 'templates'}/queues.toml: missing; put the file there")
        return {}
    mistakes: list[str] = []
    source = resources.read_text(path, mistakes)
    tables: dict[str, Any] = {}
    try:
        tables = tomllib.loads(source or "")
    except tomllib.TOMLDecodeError as error:
        mistakes.append(f"not valid TOML: {error}; correct that line")
    problems += [f"{path}: {mistake}" for mistake in mistakes]
    return {
        code: {queue: _CONTROL.sub(" ", name) for queue, name in names.items() if isinstance(name, str)}
        for code, names in tables.items()
        if isinstance(names, dict)
    }
