# SPDX-License-Identifier: GPL-3.0-or-later
"""How a published version lies on the disk: paths, and which sound each of them is. Pure.

::

    manifest.json
    sounds/<language>/<prompt>.<format>             always true, for Asterisk
    sounds/<language>/<country>/intake/<rate>/<prompt>.wav          for FreeSWITCH
    dated/<prompt>/<digest>/<language>.<format>     true for a time
    dated/<prompt>/<digest>/<rate>/<language>.wav
    sets/<from>-<until>/<prompt>  → ../../dated/<prompt>/<digest>
    at/<slot>                     → ../sets/<from>-<until>
    asterisk/intake.conf, freeswitch/intake.xml     the dialplans
    upload/<family>/<language>.zip                  see ``flat``

A telephone system finds what is true *now* by its own clock alone: ``at/`` has a link for every five minutes (UTC) of
the days ahead, named by date, hour, tens of minutes, and ``a`` or ``b`` for the first or second half of these. Where
there is no link, nothing is known to be true, and the neutral announcement is played: after the last day, if this
service is dead; and in the five minutes in which something changes at no multiple of five. The name is a point in
time, not a weekday or an hour of the office, so neither a change of the clocks nor another year can make it match
again. And it is looked up anew for each announcement, so no reload of the telephone system is needed.

Every language has every prompt: where it has none of its own, the fallback's is there under its name, because
telephone systems have fallbacks of their own that nobody expects.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from intake.announcements import asterisk, freeswitch
from intake.announcements.approval import Standing
from intake.announcements.facts import Facts
from intake.announcements.plan import Interval, Plan
from intake.announcements.prompts import Prompt
from intake.announcements.speaking import Outcome, audible
from intake.announcements.store import Made
from intake.audio import Format
from intake.config import Announcements, PhoneSystem
from intake.errors import AnnouncementError

SLOT = dt.timedelta(minutes=5)


class Target(Protocol):
    """What a telephone system wants of a version; its module is one."""

    FILE: str
    """The dialplan's path."""

    def always(self, language: str, name: str) -> Iterator[tuple[str, Format]]: ...
    def dated(self, folder: str, language: str) -> Iterator[tuple[str, Format]]: ...
    def links(self, language: str) -> Iterator[tuple[str, str]]: ...
    def dialplan(self, wanted: Announcements, languages: Sequence[str], facts: Facts, current: Path) -> bytes: ...


TARGETS: Mapping[PhoneSystem, Target] = MappingProxyType({"asterisk": asterisk, "freeswitch": freeswitch})


@dataclass(frozen=True, slots=True)
class Played:
    """One announcement as a caller of a language hears it."""

    language: str
    """Of the caller."""
    prompt: Prompt
    """In the caller's language or in the fallback's."""
    made: Made


@dataclass(slots=True)
class Layout:
    """A version: path → what is there."""

    sounds: dict[str, tuple[str, Format]] = field(default_factory=dict)
    """Path → key of the sound, and format."""
    links: dict[str, str] = field(default_factory=dict)
    """Path → relative target of a symbolic link."""
    texts: dict[str, bytes] = field(default_factory=dict)
    archives: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    """Path → what makes the file; one at a time, because they are large."""
    always: list[Played] = field(default_factory=list)
    dated: list[tuple[Interval, list[Played]]] = field(default_factory=list)

    @property
    def keys(self) -> frozenset[str]:
        """The sounds that it is made of."""
        return frozenset(key for key, _ in self.sounds.values())


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is heard in which language: its own announcements, or those of a fallback."""

    standings: Mapping[str, Standing]
    fallback: tuple[str, ...]

    def candidates(self, language: str) -> tuple[str, ...]:
        """The languages to take an announcement from, the best first."""
        found = [language, *self.fallback]
        return tuple(dict.fromkeys(code for code in found if code in self.standings and self.standings[code].own))


def lay_out(
    plan: Plan, outcomes: Mapping[Prompt, Outcome], choice: Choice, wanted: Announcements, current: Path
) -> Layout:
    """The sounds, links and dialplans of a version. ``current``: the absolute path of the library's link.

    AnnouncementError if no language may go on the line.
    """
    layout = Layout()
    targets = [TARGETS[name] for name in wanted.targets]
    for language in plan.languages:
        for name in plan.ids:
            played = _chosen(language, name, plan.always, outcomes, choice)
            if played is None and name == "neutral":
                raise AnnouncementError(_nothing(choice))
            if played is not None:
                layout.always.append(played)
                for target in targets:
                    layout.sounds |= _keyed(played, target.always(language, name))
        for target in targets:
            layout.links |= dict(target.links(language))
    for dated in plan.dated:
        here: list[Played] = []
        folder_of_set = f"sets/{set_name(dated.interval)}"
        ids = dict.fromkeys(name for prompts in dated.prompts.values() for name in prompts)
        for name in ids:
            chosen = [_chosen(language, name, dated.prompts, outcomes, choice) for language in plan.languages]
            played_all = [played for played in chosen if played is not None]
            if not played_all:
                continue
            here += played_all
            folder = f"dated/{name}/{_digest(played_all)}"
            for one in played_all:
                for target in targets:
                    layout.sounds |= _keyed(one, target.dated(folder, one.language))
            layout.links[f"{folder_of_set}/{name}"] = f"../../{folder}"
        layout.dated.append((dated.interval, here))
        if here:
            for slot in slots(dated.interval):
                layout.links[f"at/{slot}"] = f"../{folder_of_set}"
    for target in targets:
        layout.texts[target.FILE] = target.dialplan(wanted, plan.languages, plan.dated[0].interval.facts, current)
    return layout


def _keyed(played: Played, files: Iterator[tuple[str, Format]]) -> dict[str, tuple[str, Format]]:
    return {path: (played.made.key, form) for path, form in files}


def slot_name(at: dt.datetime) -> str:
    """The name of the five minutes in which an instant lies; all systems can make it from their clocks."""
    utc = at.astimezone(dt.UTC)
    return f"{utc:%Y%m%d%H}{utc.minute // 10}{'a' if utc.minute % 10 < 5 else 'b'}"


def slots(interval: Interval) -> list[str]:
    """The five minutes that lie in an interval as a whole."""
    step = int(SLOT.total_seconds())
    first = -(-int(interval.first.timestamp()) // step)
    last = int(interval.until.timestamp()) // step
    return [slot_name(dt.datetime.fromtimestamp(number * step, dt.UTC)) for number in range(first, last)]


def set_name(interval: Interval) -> str:
    """When a set may be heard, as the name of its folder."""
    return f"{interval.first:%Y%m%dT%H%MZ}-{interval.until:%Y%m%dT%H%MZ}"


def manifest(layout: Layout, plan: Plan, choice: Choice, *, made_at: dt.datetime, program: str) -> bytes:
    """What a version holds, for people and for programs: every announcement with its words, voices and figures."""
    validity: dict[tuple[str, str, str], tuple[Played, list[tuple[str, str]]]] = {}
    for interval, all_played in layout.dated:
        for played in all_played:
            _, spans = validity.setdefault((played.language, played.prompt.id, played.made.key), (played, []))
            begin, end = interval.first.isoformat(), interval.until.isoformat()
            if spans and spans[-1][1] == begin:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((begin, end))
    entries = [_entry(played, None) for played in layout.always]
    entries += [_entry(played, spans) for played, spans in validity.values()]
    told = {
        "made_at": made_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "program": program,
        "valid": [plan.dated[0].interval.first.isoformat(), plan.dated[-1].interval.until.isoformat()],
        "languages": {code: _told(standing) for code, standing in choice.standings.items()},
        "announcements": entries,
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _told(standing: Standing) -> dict[str, object]:
    approved = standing.approved
    return {
        "own": standing.own,
        "reason": standing.reason,
        "edition": standing.edition,
        "character_error_rate": standing.cer,
        "approved": {"by": approved.name, "at": approved.at.isoformat(timespec="seconds")} if approved else None,
    }


def _entry(played: Played, valid: list[tuple[str, str]] | None) -> dict[str, object]:
    prompt, made = played.prompt, played.made
    return {
        "language": played.language,
        "id": prompt.id,
        "spoken_language": prompt.language,
        "text": [{"language": part.language, "text": part.text} for part in prompt.segments],
        "written": prompt.written,
        "valid": valid,
        "synthetic": made.synthetic,
        "voices": made.voices,
        "spoken": made.spoken,
        "key": made.key,
        "seconds": made.seconds,
        "level_dbov": made.level,
        "findings": made.findings,
        "compared": audible(prompt),
        "heard": asdict(made.heard) if made.heard else None,
        "sha256": dict(made.digests),
    }


def _chosen(
    language: str,
    name: str,
    prompts: Mapping[str, Mapping[str, Prompt]],
    outcomes: Mapping[Prompt, Outcome],
    choice: Choice,
) -> Played | None:
    for code in choice.candidates(language):
        prompt = prompts.get(code, {}).get(name)
        made = outcomes[prompt].made if prompt is not None else None
        if prompt is not None and made is not None:
            return Played(language, prompt, made)
    return None


def _digest(played: list[Played]) -> str:
    content = "\n".join(f"{one.language} {one.made.key}" for one in played)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _nothing(choice: Choice) -> str:
    reasons = [
        f"{code}: {choice.standings[code].reason}" if code in choice.standings else f"{code}: it has no text"
        for code in choice.fallback
    ]
    return "\n".join(["nothing can be published, because no fallback language may go on the line:", *reasons])
