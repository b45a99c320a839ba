# SPDX-License-Identifier: GPL-3.0-or-later
"""Which languages may go on the line with their own announcements, and why not.

One bar for all languages: a recogniser that listened freely has at most 15 % of the characters wrong, over all
announcements of the language together, and of none more than half. (German by SVOX Pico and Whisper's base model: 6 %
in all, at most 28 % of a team's short name; another language, noise or half of a text is beyond 50 %.) A language above
the bar, or one that nothing here can listen to, is heard in the fallback language until a person has listened to it and
approved it by name. ``approval = "person"`` asks for a
person always; ``approved_by`` names one who approves everything as it is spoken.

What a person approves is an *edition*: the text of the language, the voices, and the words that they say all the time.
The dated sentences come from the same text and the same voices and are approved with it, so tomorrow's hours need
nobody to get up at midnight. Another word or another voice is another edition.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from intake.announcements.prompts import Prompt
from intake.announcements.speaking import Outcome, audible

HIGHEST_CER = 0.15
HIGHEST_CER_OF_ONE = 0.5
"""Of a single announcement: beyond it, something else was said."""

NEEDED = ("neutral", "greeting", "main-menu")
"""Without these a language has nothing to offer of its own."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who has approved an edition, and when."""

    name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a language stands."""

    language: str
    edition: str
    own: bool
    """Whether it goes on the line in its own words."""
    reason: str
    """Why, or why not."""
    cer: float | None = None
    """Of what a recogniser heard; None if nothing was."""
    approved: Approval | None = None


def edition(source: str, prompts: Iterable[Prompt], outcomes: Mapping[Prompt, Outcome]) -> str:
    """The digest of what a person would approve: a language's text, voices, and words that are always said."""
    said = [
        (prompt.id, made.voices, made.spoken, "" if made.synthetic else made.key)
        for prompt in prompts
        if (made := outcomes[prompt].made) is not None
    ]
    return hashlib.sha256(json.dumps([source, said]).encode()).hexdigest()[:16]


def error_rate(outcomes: Iterable[Outcome]) -> float | None:
    """The character error rate over all that was heard, weighted by length; None if there is anything unheard."""
    errors, letters = 0.0, 0
    for outcome in outcomes:
        if outcome.made is None or not audible(outcome.prompt):
            continue
        rate = heard_wrongly(outcome)
        if rate is None:
            return None
        length = len(outcome.prompt.segments[0].text)
        errors += rate * length
        letters += length
    return round(errors / letters, 4) if letters else None


def heard_wrongly(outcome: Outcome) -> float | None:
    """The character error rate of one announcement; None if nothing has listened to it."""
    return outcome.made.heard.cer if outcome.made is not None and outcome.made.heard is not None else None


def standing(
    language: str,
    code: str,
    outcomes: Sequence[Outcome],
    approvals: Mapping[str, Approval],
    *,
    asks: Literal["listening", "person"],
    approved_by: str,
    now: dt.datetime,
) -> Standing:
    """Where a language stands; ``code`` is its edition, ``outcomes`` are all of its prompts."""
    made = {outcome.prompt.id for outcome in outcomes if outcome.made is not None}
    cer = error_rate(outcomes)
    if missing := [name for name in NEEDED if name not in made]:
        problem = next((one.problem for one in outcomes if one.prompt.id == missing[0]), "it has no text")
        return Standing(language, code, False, problem.removeprefix(f"language {language}, "), cer)
    approved = approvals.get(code) or (Approval(approved_by, now) if approved_by else None)
    if approved is not None:
        return Standing(language, code, True, f"approved by {approved.name}", cer, approved)
    strange = [one for one in outcomes if (rate := heard_wrongly(one)) is not None and rate > HIGHEST_CER_OF_ONE]
    if asks == "listening" and cer is not None and cer <= HIGHEST_CER and not strange:
        return Standing(language, code, True, f"understood by a recogniser, {cer:.1%} of the characters wrong", cer)
    if strange:
        why = f"announcement {strange[0].prompt.id}: a recogniser heard something else"
    elif cer is None:
        why = "nothing here has listened to it"
    elif cer > HIGHEST_CER:
        why = f"a recogniser had {cer:.1%} of the characters wrong, the bar is {HIGHEST_CER:.0%}"
    else:
        why = "the office wants a person to approve it"
    return Standing(language, code, False, f"{why}; listen, then: intake announce approve {language} --name NAME", cer)
