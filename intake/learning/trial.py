# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying what was learned on messages that it has not learned from.

**By sender.** Nobody's messages are on both sides: what was learned from a lawyer's forty letters says nothing about
the forty-first. Each fifth of the senders is judged by a model and by curves that come from the other four fifths.
This trial has the most messages, so the advice rests on it.

**By time.** A model is made of the older four fifths of the messages, with advice from these alone, and judges the
newest, of senders that it has not met. That is how it would have been had the office switched it on then.

A message is right where it lies now. The rules alone, the classifier alone and both together are judged on the very
same messages.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from intake.learning.samples import Sample
from intake.learning.training import FEWEST, NEVER, Curves, Guess, curves, fit, fold, guess, guesses, queues_of
from intake.triage.arrays import single_threaded
from intake.triage.classifier import Model, may_decide

OLDER = 0.8
"""Share of the messages that is learned from in the trial by time."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One message of a trial."""

    sample: Sample
    guess: str
    """The classifier's queue if it always decided."""
    precision: float
    decided: bool
    """Whether the classifier would decide, if its queue is trusted."""

    def together(self, trusted: Collection[str]) -> str:
        """The queue by both; ``trusted``: where the classifier may file."""
        return self.guess if self.decided and self.guess in trusted else self.sample.routing.queue


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one queue and one way to decide."""

    right: int
    filed: int
    """What was put there."""
    belongs: int

    @property
    def precision(self) -> float | None:
        """Of what was put there, the share that belongs there."""
        return self.right / self.filed if self.filed else None

    @property
    def recall(self) -> float | None:
        """Of what belongs there, the share that was put there."""
        return self.right / self.belongs if self.belongs else None


Way = Callable[[Tried], str]
"""The queue that one way to decide gives a message."""


def by_rules(tried: Tried) -> str:
    """The rules alone."""
    return tried.sample.routing.queue


def by_classifier(tried: Tried) -> str:
    """The classifier alone."""
    return tried.guess


def figures(trial: Sequence[Tried], queue: str, way: Way) -> Figures:
    """How a way to decide does for one queue."""
    put = [way(one) == queue for one in trial]
    belongs = [one.sample.queue == queue for one in trial]
    return Figures(sum(p and b for p, b in zip(put, belongs, strict=True)), sum(put), sum(belongs))


def right(trial: Sequence[Tried], way: Way) -> int:
    """How many messages a way to decide puts where they belong."""
    return sum(way(one) == one.sample.queue for one in trial)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the office decided: the bar; and of its rules the lead that a queue needs, and their fallback."""

    bar: float
    margin: float
    fallback: str


def by_sender(samples: Sequence[Sample], terms: Terms) -> tuple[list[Tried], Curves]:
    """The trial by sender, and the curves of all its guesses. Raises :class:`IntakeError` where there is too little."""
    queues = queues_of(samples, terms.fallback)
    guessed = guesses(samples, queues, terms.fallback)
    of_others = {}
    for part in sorted({fold(sample) for sample in samples}):
        others = [number for number, sample in enumerate(samples) if fold(sample) != part]
        of_others[part] = curves([samples[n] for n in others], [guessed[n] for n in others], terms.fallback)
    trial = [_tried(sample, its, of_others[fold(sample)], terms) for sample, its in zip(samples, guessed, strict=True)]
    return trial, curves(samples, guessed, terms.fallback)


def _tried(sample: Sample, its: Guess, worth: Curves, terms: Terms) -> Tried:
    precision = worth.precision(its)
    decided = (
        its.queue != terms.fallback and precision >= terms.bar and may_decide(sample.routing, its.queue, terms.margin)
    )
    return Tried(sample, its.queue, precision, decided)


def complete(samples: Sequence[Sample], worth: Curves, trusted: Collection[str], fallback: str) -> Model:
    """The model of all samples, with the curves of a trial by sender, for the queues that may be trusted."""
    np = single_threaded()
    model = fit(samples, queues_of(samples, fallback), fallback)
    return replace(
        model,
        slope=worth.slope,
        offsets=np.array([worth.offsets.get(q, NEVER) for q in model.queues], np.float32),
        trusted=tuple(queue in trusted for queue in model.queues),
    )


def judged(samples: Sequence[Sample], model: Model, worth: Curves, terms: Terms) -> list[Tried]:
    """What a complete model and its curves make of messages that it has not seen."""
    return [_tried(sample, guess(model, sample), worth, terms) for sample in samples]


def parted_by_time(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]] | None:
    """The older messages, and the newer ones of other senders; ``None`` where either would be too few."""
    ordered = sorted(samples, key=Sample.order)
    older, newest = ordered[: int(len(ordered) * OLDER)], ordered[int(len(ordered) * OLDER) :]
    met = {sample.sender for sample in older}
    newer = [sample for sample in newest if sample.sender not in met]
    return (older, newer) if len(older) >= FEWEST and newer and older[0].at < newer[-1].at else None
