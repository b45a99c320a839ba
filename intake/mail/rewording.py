# SPDX-License-Identifier: GPL-3.0-or-later
"""Which acknowledgements would read otherwise: because the message moves, the languages differ, or the words do.

An acknowledgement is laid out as both sides would send it, in the situations in which it says different things: the
office open, closed, a holiday or closure ahead, and as the answer to a follow-up. Reference and time are the same on
both sides, so that what differs is what somebody changed. An acknowledgement counts as reworded if it reads otherwise
in any of these. A change in the German words shows in every language, because German stands below each: of
differences that are alike to the letter one is shown, with all the languages in which it is found.
"""

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from intake.mail import acknowledgement
from intake.mail.acknowledgement import Body, Facts
from intake.mail.simulation import Letter, Outcome, Side

EXAMPLE = "7K3M9QX"
"""The case reference in all examples, without its prefix."""

YEAR = 366

Variant = Literal["open", "closed", "closure", "follow-up"]
VARIANTS: Mapping[Variant, str] = {
    "open": "the office is open",
    "closed": "the office is closed",
    "closure": "a holiday or closure is ahead",
    "follow-up": "answer to a follow-up",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """How one acknowledgement would read otherwise: a unified diff, and where else the same is found."""

    languages: tuple[str, ...]
    """The person's languages in whose acknowledgements it is found."""
    variant: Variant
    diff: tuple[str, ...]
    html: bool
    """The plain text is the same: only the HTML form differs."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """Acknowledgements that both sides would send, and how many of them would read otherwise."""

    letters: int = 0
    changed: int = 0
    other_queue: int = 0
    """They name another team, because the message moves."""
    other_languages: int = 0
    reworded: int = 0
    languages: tuple[tuple[tuple[str, ...], tuple[str, ...], int], ...] = ()
    """Languages of the body before and after, and how many."""
    differences: tuple[Difference, ...] = ()


def reword(before: Side, after: Side, outcomes: Iterable[Outcome], now: dt.datetime) -> Rewording:
    """Lay out what both sides would send, and compare."""
    pairs = [(o.before.letter, o.after.letter) for o in outcomes if o.before.letter and o.after.letter]
    moments = _moments(before, now)
    same = before.texts is after.texts and before.configuration == after.configuration

    @cache
    def differs(letter: Letter) -> bool:
        return not same and any(_bodies(before, after, letter, variant, moments) for variant in VARIANTS)

    languages: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    changed = other_queue = other_languages = reworded = 0
    shown: dict[str, Letter] = {}
    for one, other in pairs:
        speaks = (one.languages, one.unsure) != (other.languages, other.unsure)
        if speaks:
            key = (one.languages, other.languages)
            languages[key] = languages.get(key, 0) + 1
        # Where the languages differ all words do, and comparing them would say nothing.
        rewords = not speaks and differs(other)
        if rewords:
            shown.setdefault(other.languages[0], other)
        other_queue += one.queue != other.queue
        other_languages += speaks
        reworded += rewords
        changed += one.queue != other.queue or speaks or rewords
    return Rewording(
        letters=len(pairs),
        changed=changed,
        other_queue=other_queue,
        other_languages=other_languages,
        reworded=reworded,
        languages=tuple((*key, count) for key, count in sorted(languages.items(), key=lambda item: -item[1])),
        differences=tuple(_differences(before, after, shown, moments)),
    )


def _moments(side: Side, now: dt.datetime) -> dict[Variant, dt.datetime]:
    """Instants after ``now`` in which each situation is true, as far as the calendar has such."""
    calendar = side.calendar
    opening = now if calendar.is_open(now) else calendar.next_opening(now) or now
    closed = calendar.state(opening).until or opening
    opened = calendar.next_opening(closed) or closed
    ahead = [closure.first for closure in calendar.closures_ahead(now, YEAR)]
    ahead += [day.date for day in calendar.holidays_ahead(now, YEAR)]
    eve = min(ahead, default=calendar.local(now).date()) - dt.timedelta(days=1)
    noon = dt.datetime.combine(eve, dt.time(12), calendar.zone)
    return {"open": opened, "closed": closed, "closure": noon, "follow-up": opened}


def _bodies(
    before: Side, after: Side, letter: Letter, variant: Variant, moments: Mapping[Variant, dt.datetime]
) -> tuple[Body, Body] | None:
    """Both sides' acknowledgement in one situation; ``None`` if they are the same."""
    facts = Facts(
        reference=f"{before.configuration.service.reference_prefix}-{EXAMPLE}",
        queue=letter.queue,
        variant="follow-up" if variant == "follow-up" else "new",
        languages=letter.languages,
        unsure=letter.unsure,
        at=moments[variant],
        # Whenever it is answered, it came when the office was closed: so the time is the same in all situations.
        received=moments["closed"],
    )
    one, other = (
        acknowledgement.render(side.texts, side.configuration, side.calendar, facts) for side in (before, after)
    )
    return None if one == other else (one, other)


def _differences(
    before: Side, after: Side, shown: Mapping[str, Letter], moments: Mapping[Variant, dt.datetime]
) -> Iterator[Difference]:
    """A difference for each language and situation, those that are alike as one: in the first of their situations."""
    alike: dict[tuple[str, ...], list[Difference]] = {}
    for language, letter in shown.items():
        for variant in VARIANTS:
            if bodies := _bodies(before, after, letter, variant, moments):
                html = all(_plain(body) == _plain(bodies[0]) for body in bodies)
                one, other = (body.html.splitlines() if html else _plain(body) for body in bodies)
                diff = tuple(difflib.unified_diff(one, other, "before", "after", lineterm="", n=1))
                words = tuple(line for line in diff[2:] if line[:1] in "+-")
                alike.setdefault(words, []).append(Difference((language,), variant, diff, html))
    for found in alike.values():
        first, *_ = found
        codes = tuple(dict.fromkeys(code for one in found for code in one.languages))
        yield Difference(codes, first.variant, first.diff, first.html)


def _plain(body: Body) -> list[str]:
    return [f"Subject: {body.subject_prefix}", "", *body.text.splitlines()]
