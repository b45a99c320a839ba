# SPDX-License-Identifier: GPL-3.0-or-later
"""A telephone line without sound: announcements whose audio is their text, on a disk that is a dictionary.

What a caller hears is then simply read, and a year of calls takes seconds.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from intake.announcements import layout as version
from intake.announcements.approval import Standing
from intake.announcements.layout import Choice, Layout, lay_out
from intake.announcements.plan import Plan
from intake.announcements.prompts import Prompt
from intake.announcements.speaking import Outcome
from intake.announcements.store import Made
from intake.config import Configuration, PhoneSystem
from tests import dialplan, freeswitch
from tests.dialplan import Call

CURRENT = Path("/var/lib/announcements/current")
WALKERS: Mapping[PhoneSystem, type[dialplan.Walker] | type[freeswitch.Walker]] = {
    "asterisk": dialplan.Walker,
    "freeswitch": freeswitch.Walker,
}


def spoken(prompts: Sequence[Prompt]) -> dict[Prompt, Outcome]:
    """Every prompt, made; its key stands for its words."""
    return {prompt: Outcome(prompt, made(prompt)) for prompt in prompts}


def made(prompt: Prompt) -> Made:
    """What is known of a sound with these words."""
    key = hashlib.sha256(repr(prompt.segments).encode()).hexdigest()[:32]
    return Made(key, 5.0, -22.0, (), True, ("paper:voice",), (prompt.written,), {})


def everyone(languages: Sequence[str], *, but: Sequence[str] = ()) -> Choice:
    """All languages on the line in their own words, except some."""
    standings = {code: Standing(code, "edition", code not in but, "on paper") for code in languages}
    return Choice(standings, ("de",))


class Line:
    """A published version and a telephone system that plays it."""

    def __init__(self, configuration: Configuration, plan: Plan, choice: Choice | None = None) -> None:
        self.outcomes = spoken(plan.prompts)
        wanted = configuration.announcements
        self.layout = lay_out(plan, self.outcomes, choice or everyone(plan.languages), wanted, CURRENT)
        self._words = {one.made.key: one.prompt.written for one in self.outcomes.values() if one.made}
        self._systems = wanted.targets

    @cached_property
    def walkers(self) -> Mapping[PhoneSystem, dialplan.Walker | freeswitch.Walker]:
        """Of each telephone system that the version is for."""
        texts = {system: self.layout.texts[version.TARGETS[system].FILE].decode() for system in self._systems}
        return {system: WALKERS[system](text, self._exists) for system, text in texts.items()}

    def _exists(self, path: str) -> bool:
        return resolve(self.layout, path) in self.layout.sounds

    def call(
        self,
        at: dt.datetime,
        keys: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        system: PhoneSystem = "asterisk",
    ) -> Call:
        """A call from beginning to end; without a key to choose with, the language of ``variables``."""
        return self.walkers[system].call(at, keys, variables=dict(variables or {}))

    def heard(
        self, at: dt.datetime, keys: Sequence[str] = (), language: str = "de", system: PhoneSystem = "asterisk"
    ) -> list[str]:
        """The words of every announcement of a call."""
        call = self.call(at, keys, {"INTAKE_LANGUAGE": language, "intake_language": language}, system)
        return [self.words(path) for path in call.played]

    def words(self, path: str) -> str:
        """What a file says."""
        key, _ = self.layout.sounds[resolve(self.layout, f"{path}.wav")]
        return self._words[key]


def resolve(layout: Layout, path: str) -> str:
    """The path inside the version, with symbolic links followed as a file system does."""
    assert path.startswith(f"{CURRENT}/"), path
    done: list[str] = []
    waiting = path.removeprefix(f"{CURRENT}/").split("/")[::-1]
    while waiting:
        part = waiting.pop()
        if part == "..":
            done.pop()
            continue
        done.append(part)
        target = layout.links.get("/".join(done))
        if target is not None:
            done.pop()
            waiting += target.split("/")[::-1]
    return "/".join(done)
