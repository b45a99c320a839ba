# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether to switch it on: for each queue, and on the whole, in one sentence with figures.

A queue is trusted if the classifier would have filed :data:`LEAST` messages there in the trial by sender, the
configured share of them rightly, and the precision of the queue would not have fallen by more than :data:`HARM`. The
whole is worth it if more messages come to lie where they belong, the fallback is not made worse, and the trial by time
does not speak against it. What is not trusted is not even used if the office switches the classifier on: the file says
so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from intake.errors import IntakeError
from intake.learning import trial
from intake.learning.samples import Sample
from intake.learning.training import Curves, queues_of
from intake.learning.trial import Figures, Terms, Tried, by_rules, complete, figures
from intake.triage.classifier import Model

LEAST = 3
"""Messages that the classifier must have filed in the trial: one right answer is no proof."""

HARM = 0.005
"""How much of a queue's precision may be lost in the trial: half a point."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """About one queue."""

    queue: str
    right: int
    """Messages that the classifier would have filed here and that belong here."""
    wrong: int
    rules: Figures
    highest: float
    """The most precision that a guess of this queue was given where the rules could not place a message, 0 to 1."""
    trusted: bool

    @property
    def together(self) -> Figures:
        """Rules and classifier, were this queue trusted."""
        filed = self.rules.filed + self.right + self.wrong
        return Figures(self.rules.right + self.right, filed, self.rules.belongs)

    def sentence(self, name: str) -> str:
        """For an administrator."""
        filed = self.right + self.wrong
        if not filed:
            sure = _percent(self.highest)
            return f"{name}: no difference: it would have filed nothing here (at best it was {sure} sure)."
        advice = "switch it on" if self.trusted else "too few to tell" if filed < LEAST else "leave it off"
        before = f"{_percent(self.rules.precision)} before, " if self.rules.filed else ""
        return (
            f"{name}: {advice}: it would have filed {filed} more here, {self.right} of them rightly; precision "
            f"{before}{_percent(self.together.precision)} after."
        )


@dataclass(frozen=True)
class Lesson:
    """What a set of messages taught, and how it did in the trials.

    Without slots: what it takes all messages to find out is found out once.
    """

    tried: list[Tried]
    worth: Curves
    verdicts: tuple[Verdict, ...]
    newest: tuple[Tried, ...]
    """The trial by time; empty where there was too little for one."""
    trusted_then: frozenset[str]
    """What the advice was in the trial by time."""
    terms: Terms

    @cached_property
    def trusted(self) -> frozenset[str]:
        """The queues for which the classifier is worth it; none if the whole is not."""
        return frozenset(v.queue for v in self.verdicts if v.trusted) if self.worth_it else frozenset()

    @cached_property
    def worth_it(self) -> bool:
        """Whether to switch it on."""
        some = {verdict.queue for verdict in self.verdicts if verdict.trusted}
        if not some or self.right_together(some) <= trial.right(self.tried, by_rules):
            return False
        fallback = self.terms.fallback
        before = figures(self.tried, fallback, by_rules).precision
        after = figures(self.tried, fallback, lambda one: one.together(some)).precision
        if before is not None and after is not None and after < before - HARM:
            return False
        then = trial.right(self.newest, lambda one: one.together(self.trusted_then))
        return then >= trial.right(self.newest, by_rules)

    def right_together(self, trusted: set[str] | frozenset[str]) -> int:
        """Messages of the trial by sender that both together put where they belong."""
        return trial.right(self.tried, lambda one: one.together(trusted))

    def model(self) -> Model:
        """The model of all messages."""
        return complete([one.sample for one in self.tried], self.worth, self.trusted, self.terms.fallback)

    def sentence(self) -> str:
        """On the whole, for an administrator."""
        lost = sum(one.sample.undecided for one in self.tried)
        rules = trial.right(self.tried, by_rules)
        count = len(self.tried)
        if not self.worth_it:
            return (
                f"On the whole: leave it off. Of {count} messages the rules alone put {_percent(rules / count)} where "
                f"they belong and could not place {lost}; the classifier places too few of these surely and rightly."
            )
        together = self.right_together(self.trusted)
        said = (
            f"On the whole: switch it on. Of {count} messages the rules alone put {_percent(rules / count)} where they "
            f"belong, both together {_percent(together / count)}"
        )
        if not self.newest:
            return f"{said}."
        newest = len(self.newest)
        then = trial.right(self.newest, lambda one: one.together(self.trusted_then))
        before = trial.right(self.newest, by_rules)
        return (
            f"{said}; of the newest {newest}, by senders that were not met before, {_percent(before / newest)} and "
            f"{_percent(then / newest)}."
        )


def study(samples: Sequence[Sample], terms: Terms) -> Lesson:
    """Learn, try by sender and by time, and judge. Raises :class:`IntakeError` where there is too little."""
    tried, worth = trial.by_sender(samples, terms)
    newest, trusted_then = _by_time(samples, terms)
    return Lesson(tried, worth, _verdicts(tried, terms), newest, trusted_then, terms)


def _by_time(samples: Sequence[Sample], terms: Terms) -> tuple[tuple[Tried, ...], frozenset[str]]:
    parts = trial.parted_by_time(samples)
    if parts is None:
        return (), frozenset()
    older, newer = parts
    try:
        tried, worth = trial.by_sender(older, terms)
    except IntakeError:  # enough for all, too little for a part
        return (), frozenset()
    then = Lesson(tried, worth, _verdicts(tried, terms), (), frozenset(), terms)
    return tuple(trial.judged(newer, then.model(), worth, terms)), then.trusted


def _verdicts(tried: Sequence[Tried], terms: Terms) -> tuple[Verdict, ...]:
    queues = queues_of([one.sample for one in tried], terms.fallback)
    return tuple(_verdict(tried, queue, terms) for queue in queues if queue != terms.fallback)


def _verdict(tried: Sequence[Tried], queue: str, terms: Terms) -> Verdict:
    guessed = [one for one in tried if one.guess == queue and one.sample.undecided]
    filed = [one for one in guessed if one.decided]
    right = sum(one.sample.queue == queue for one in filed)
    highest = max((one.precision for one in guessed), default=0.0)
    found = Verdict(queue, right, len(filed) - right, figures(tried, queue, by_rules), highest, trusted=False)
    before, after = found.rules.precision, found.together.precision
    harmless = before is None or after is None or after >= before - HARM
    if len(filed) >= LEAST and right >= terms.bar * len(filed) and harmless:
        return Verdict(queue, right, found.wrong, found.rules, highest, trusted=True)
    return found


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.1f} %"
