# SPDX-License-Identifier: GPL-3.0-or-later
"""What the office's own folders taught: a second opinion on the queue where the rules have none.

``intake learn`` makes it from the messages in the queue folders (:mod:`intake.learning`). It is asked only where the
rules found too little or two queues alike, and then says two things: a queue, and in how many of a hundred such
messages that queue was right when it was tried on messages that it had not learned from. It decides only if

* that share reaches the bar that the office has set (``triage.classifier_precision``);
* the queue is one for which the trial showed no harm;
* it breaks a tie in favour of one of the tied;
* nothing in the message's form (sender, recipient, file number, field of a form) speaks for another queue.

So it never overrides a rule that is sure, and it cannot put anything into ``system`` or ``suspicious``, which it never
learns. Each routing says which of the two decided.

The scores are linear: a weight for each hash and queue. How far the best queue is ahead of the next is turned into
the share of right answers by one logistic curve for each queue.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from intake.triage import ngrams
from intake.triage.arrays import single_threaded
from intake.triage.routing.values import Opinion, Routing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]
    Hashes: TypeAlias = NDArray[np.uint64]

FORMAL = ("sender", "recipient", "number", "form")
"""Where evidence stands that the classifier never goes against."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What was learned. With n hashes and q queues:"""

    queues: tuple[str, ...]
    hashes: "Hashes"
    """n, ascending: those that count."""
    rarity: "Floats"
    """n: how much each says by being rare."""
    weights: "Floats"
    """n × q."""
    bias: "Floats"
    """q."""
    slope: float
    """Of all curves, not negative."""
    offsets: "Floats"
    """q: of each queue's curve."""
    trusted: tuple[bool, ...]
    """q: whether the trial showed gain and no harm."""

    def scores(self, hashes: "Sequence[int] | Hashes") -> "Floats":
        """q scores for a message with these hashes, ascending."""
        np = single_threaded()
        if not len(self.hashes):
            return self.bias
        wanted = np.asarray(hashes, np.uint64)
        places = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        places = places[self.hashes[places] == wanted]
        values = self.rarity[places]
        length = np.sqrt((values * values).sum())
        scores: Floats = (values / length) @ self.weights[places] + self.bias if len(places) else self.bias
        return scores

    def guess(self, scores: "Floats") -> tuple[int, float]:
        """The number of the best queue, and in what share of such messages it is right, 0 to 1.

        The share is meant for messages that the rules could not place.
        """
        best, margin = leading(scores)
        return best, share(self.slope * margin + float(self.offsets[best]))


def leading(scores: "Floats") -> tuple[int, float]:
    """The number of the highest score, and how far it is ahead of the next."""
    order = sorted(range(len(scores)), key=lambda number: -float(scores[number]))
    return order[0], float(scores[order[0]]) - float(scores[order[1]])


def share(logit: float) -> float:
    """The logistic function, for any number."""
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A model in use: with the key of its hashes, and the bar that the office has set."""

    model: Model
    key: bytes
    bar: float

    def decide(self, routing: Routing, *, subject: str, own_words: str, margin: float) -> Routing:
        """The routing with the classifier's opinion, and with its queue where it decides. Never raises.

        ``margin``: the lead that a queue needs by the rules.
        """
        if routing.decision not in ("too little", "too close"):
            return replace(routing, opinion=Opinion("", 0.0, decided=False))
        best, precision = self.model.guess(self.model.scores(ngrams.hashes(self.key, subject, own_words)))
        queue = self.model.queues[best]
        decided = (
            queue != routing.queue
            and self.model.trusted[best]
            and precision >= self.bar
            and may_decide(routing, queue, margin)
        )
        opinion = Opinion(queue, precision, decided)
        return replace(routing, queue=queue if decided else routing.queue, opinion=opinion)


def may_decide(routing: Routing, queue: str, margin: float) -> bool:
    """Whether the rules leave room for ``queue``. ``margin``: the lead that a queue needs by the rules."""
    if routing.decision not in ("too little", "too close"):
        return False
    tied = {one for one, total in routing.ranking if routing.ranking[0][1] - total < margin}
    return (routing.decision == "too little" or queue in tied) and not any(
        reason.where in FORMAL and reason.weight > 0 and reason.queue != queue for reason in routing.evidence
    )
