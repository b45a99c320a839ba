# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed rule file, text set or configuration over past mail: what would be decided otherwise. Pure.

Each message is decided twice by the functions that the daemon uses: as the running configuration decides now, and as
the changed one would. What is supposed is what ``intake explain`` supposes: a fresh ledger, and a message received now.
So caps, repeated texts and earlier cases never decide. Acknowledging is supposed to be on, unless the change
is about that very switch.

"Before" is what the running configuration decides, not where the message lies: staff may have moved it. Where they did,
their choice is the yardstick. A change is better where it now agrees with staff and did not before, and worse where
it is the other way round.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from intake.cases.case import Known
from intake.config import Configuration
from intake.mail.acknowledgement import Texts
from intake.mail.assessment import Assessment
from intake.mail.eligibility import REASONS
from intake.mail.plan import Plan, plan
from intake.office import Calendar

EXAMPLES = 3
"""Of each kind of change that are shown."""
SHOWN_REASONS = 3
"""Of a decision, the weightiest first."""

_UNDECIDED = {
    "too little": "nothing says clearly what this is about",
    "too close": "two queues weigh the same",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a configuration with its texts and its calendar."""

    configuration: Configuration
    texts: Texts
    calendar: Calendar

    @property
    def usable(self) -> frozenset[str]:
        """The languages whose texts may be used."""
        return self.texts.usable(drafts=self.configuration.service.drafts)


@dataclass(frozen=True, slots=True)
class Letter:
    """What decides how an acknowledgement reads, but for the texts, its reference and the time."""

    queue: str
    languages: tuple[str, ...]
    unsure: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What one side decides about one message."""

    queue: str
    folder: str
    reason: str
    """Why it is acknowledged, or why not: a key of :data:`~intake.mail.eligibility.REASONS`."""
    letter: Letter | None
    """``None``: it is not acknowledged."""
    why: tuple[str, ...]
    """Why this queue, in the words of the rules and never the person's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One message and what both sides decide. ``corrected``: the queue that staff moved it to, where they did."""

    name: str
    subject: str
    before: Decision
    after: Decision
    corrected: str | None = None

    @property
    def moves(self) -> bool:
        """Whether it would lie in another folder, or be another team's."""
        return (self.before.queue, self.before.folder) != (self.after.queue, self.after.folder)

    @property
    def answered_otherwise(self) -> bool:
        """Whether it would be acknowledged and was not, or the other way round, or refused for another reason."""
        return self.before.reason != self.after.reason


def acknowledging(before: Configuration, after: Configuration, mailbox: str) -> tuple[Configuration, Configuration]:
    """Both configurations with acknowledging as it is supposed to be in this mailbox (see above)."""

    def is_on(configuration: Configuration) -> bool:
        box = configuration.mailboxes.get(mailbox)
        return configuration.service.acknowledge and (box is None or box.acknowledge)

    same = is_on(before) == is_on(after)
    one, other = (
        side.model_copy(update={"service": side.service.model_copy(update={"acknowledge": same or is_on(side)})})
        for side in (before, after)
    )
    return one, other


def decide(side: Side, assessment: Assessment, now: dt.datetime) -> Decision:
    """What one side decides about a message that was read with its rules and its policy."""
    # The mailbox is not named: its switch was looked at already, see acknowledging().
    planned = plan(assessment, Known(), side.configuration, side.usable, mailbox="", now=now, internal_date=now)
    return Decision(
        queue=planned.queue,
        folder=planned.folder,
        reason=planned.verdict.reason,
        letter=Letter(planned.queue, planned.languages, planned.unsure) if planned.verdict.reply else None,
        why=_why(assessment, planned, side.configuration),
    )


def _why(assessment: Assessment, planned: Plan, configuration: Configuration) -> tuple[str, ...]:
    if assessment.verdict.standing != "person":
        return (REASONS[assessment.verdict.reason].english,)
    routing = assessment.routing

    def folder(queue: str) -> str:
        return configuration.queues[queue].folder

    undecided = _UNDECIDED.get(routing.decision)
    guess = routing.opinion
    return (
        *([undecided] if undecided else []),
        *([guess.english(folder(guess.queue))] if guess is not None and guess.queue else []),
        *(f"{one.weight:+.1f}  {one.english(folder(one.queue))}" for one in routing.evidence[:SHOWN_REASONS]),
    )


@dataclass(frozen=True, slots=True)
class Move:
    """Messages that would lie elsewhere. A queue is named by its id and its folder."""

    source: tuple[str, str]
    target: tuple[str, str]
    count: int
    examples: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Messages that would be acknowledged, or not, for another reason."""

    before: str
    after: str
    replied: bool
    replies: bool
    count: int
    examples: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """How the changes stand to what staff corrected. All figures are messages that staff moved to another queue."""

    corrected: int = 0
    right_before: int = 0
    right_after: int = 0
    better: int = 0
    worse: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would be decided otherwise, counted. ``queues``: id → messages before and after."""

    messages: int
    queues: Mapping[str, tuple[int, int]]
    moves: tuple[Move, ...]
    answers: tuple[Answer, ...]
    staff: Staff

    @property
    def moved(self) -> int:
        """Messages that would lie elsewhere."""
        return sum(move.count for move in self.moves)

    @property
    def changed(self) -> bool:
        """Whether any message would lie elsewhere, or be answered otherwise."""
        return bool(self.moves or self.answers)


K = TypeVar("K")


def grouped(outcomes: Iterable[Outcome], key: Callable[[Outcome], K]) -> list[tuple[K, list[Outcome]]]:
    """The outcomes by a key, the largest groups first; those of equal size in the order in which they came."""
    groups: dict[K, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def compare(outcomes: Iterable[Outcome]) -> Comparison:
    """Count what would be decided otherwise."""
    everything = tuple(outcomes)
    before = Counter(outcome.before.queue for outcome in everything)
    after = Counter(outcome.after.queue for outcome in everything)
    moves = grouped(
        (o for o in everything if o.moves),
        lambda o: ((o.before.queue, o.before.folder), (o.after.queue, o.after.folder)),
    )
    answers = grouped(
        (o for o in everything if o.answered_otherwise),
        lambda o: (o.before.reason, o.after.reason, o.before.letter is not None, o.after.letter is not None),
    )
    return Comparison(
        messages=len(everything),
        queues={queue: (before[queue], after[queue]) for queue in sorted({*before, *after})},
        moves=tuple(Move(*key, len(group), _examples(group)) for key, group in moves),
        answers=tuple(Answer(*key, len(group), _examples(group)) for key, group in answers),
        staff=_staff(everything),
    )


def _examples(group: list[Outcome]) -> tuple[Outcome, ...]:
    """Some of a group; those that staff moved tell most."""
    return tuple(sorted(group, key=lambda outcome: outcome.corrected is None)[:EXAMPLES])


def _staff(outcomes: Iterable[Outcome]) -> Staff:
    judged = [
        (outcome.before.queue == outcome.corrected, outcome.after.queue == outcome.corrected)
        for outcome in outcomes
        if outcome.corrected is not None
    ]
    return Staff(
        corrected=len(judged),
        right_before=sum(before for before, _ in judged),
        right_after=sum(after for _, after in judged),
        better=sum(after and not before for before, after in judged),
        worse=sum(before and not after for before, after in judged),
    )
