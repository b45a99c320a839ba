# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples → model: a linear support vector machine for the scores, and curves that say what a score is worth.

What counts. A hash is looked at only if messages of :data:`SENDERS` different people have it: what one person, one
family or one lawyer's office writes is no knowledge about queues, and no one's name becomes part of the model. Queues
with few messages are learned together as what belongs nowhere, so that the model stays silent about them.

What a score is worth. For messages that a model has learned from it would be far too sure. So the samples are
parted by sender into :data:`FOLDS`, each part is scored by a model that learned from the others, and the curves are
fitted to these scores. The curves know whether the rules could place a message: those that they could not, which are
the only ones that the classifier is asked about, are harder than the rest.

scikit-learn is needed here and nowhere else. Everything is deterministic: fixed order, fixed seed, one thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intake.errors import IntakeError
from intake.learning.samples import Sample
from intake.triage.arrays import single_threaded
from intake.triage.classifier import Model, leading, share

if TYPE_CHECKING:
    from intake.triage.classifier import Floats, Hashes

SENDERS = 5
"""Different people whose messages must have a hash."""

LEAST = 10
"""Messages of a queue, of at least :data:`SENDERS` people, for it to be learned by itself."""

FEWEST = 50
"""Messages to learn from at all."""

TRIED = 20
"""Guesses about messages that the rules could not place, before anything is believed of a curve."""

FOLDS = 5

MOST_HASHES = 200_000
"""With the most senders; the file stays below 15 MB for the example office."""

STRENGTH = 1.0
"""How closely the weights follow the samples (C); with a third of it 3 points fewer of our mails are told apart."""

NEVER = -20.0
"""Offset of a curve that reaches no bar."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a model that had not seen a sample's sender made of it: the best queue, and its lead."""

    queue: str
    margin: float


@dataclass(frozen=True, slots=True)
class Curves:
    """What a lead is worth where the rules could not place a message. Without ``offsets``: nothing."""

    slope: float
    offsets: dict[str, float]

    def precision(self, guess: Guess) -> float:
        """In what share of such messages the guess is right, 0 to 1."""
        return share(self.slope * guess.margin + self.offsets.get(guess.queue, NEVER))


def fold(sample: Sample) -> int:
    """Which part a sample belongs to: that of its sender."""
    return int(sample.sender[:8], 16) % FOLDS


def queues_of(samples: Sequence[Sample], fallback: str) -> tuple[str, ...]:
    """The queues that can be learned, and ``fallback``. Raises :class:`IntakeError` where there is too little."""
    of: dict[str, list[Sample]] = {}
    for sample in samples:
        of.setdefault(sample.queue, []).append(sample)
    enough = {queue for queue, own in of.items() if len(own) >= LEAST and len({one.sender for one in own}) >= SENDERS}
    if len(samples) < FEWEST or len(enough - {fallback}) < 2:
        raise IntakeError(
            f"there is too little to learn from: {len(samples)} messages; needed are {FEWEST}, and in two queues at "
            f"least {LEAST} of at least {SENDERS} people. Let staff work for some weeks, then try again"
        )
    return tuple(sorted(enough | {fallback}))


def fit(samples: Sequence[Sample], queues: tuple[str, ...], fallback: str) -> Model:
    """A model of all samples, in their order; its curves reach no bar yet."""
    from sklearn.svm import LinearSVC

    np = single_threaded()
    hashes, rarity = _counting(samples)
    numbers = {queue: number for number, queue in enumerate(queues)}
    wanted = np.array([numbers.get(sample.queue, numbers[fallback]) for sample in samples])
    weights = np.zeros((len(hashes), len(queues)), np.float32)
    bias = np.full(len(queues), -1.0, np.float32)
    present = np.unique(wanted)
    if len(present) > 1 and len(hashes):
        machine = LinearSVC(C=STRENGTH, random_state=0, max_iter=5_000)
        machine.fit(_matrix(samples, hashes, rarity), wanted)
        coefficients, intercepts = machine.coef_, machine.intercept_
        if len(present) == 2:  # then there is one line between the two
            coefficients, intercepts = np.vstack((-coefficients, coefficients)), np.hstack((-intercepts, intercepts))
        weights[:, present], bias[present] = coefficients.T, intercepts
    return Model(
        queues, hashes, rarity, weights, bias,
        slope=0.0, offsets=np.full(len(queues), NEVER, np.float32), trusted=(False,) * len(queues),
    )  # fmt: skip


def _counting(samples: Sequence[Sample]) -> "tuple[Hashes, Floats]":
    """The hashes that enough people have, ascending, and how much each says by being rare."""
    np = single_threaded()
    by_sender: dict[str, list[Any]] = {}
    for sample in samples:
        by_sender.setdefault(sample.sender, []).append(sample.hashes)
    of_each = [np.unique(np.concatenate(own)) for own in by_sender.values()]
    hashes, people = np.unique(np.concatenate(of_each), return_counts=True)
    hashes, people = hashes[people >= SENDERS], people[people >= SENDERS]
    hashes = np.sort(hashes[np.lexsort((hashes, -people))[:MOST_HASHES]])
    everywhere, times = np.unique(np.concatenate([sample.hashes for sample in samples]), return_counts=True)
    messages = times[np.searchsorted(everywhere, hashes)]
    return hashes, (np.log((1 + len(samples)) / (1 + messages)) + 1).astype(np.float32)


def _matrix(samples: Sequence[Sample], hashes: "Hashes", rarity: "Floats") -> Any:
    """One row of length 1 for each sample, as :meth:`Model.scores` makes it."""
    from scipy.sparse import csr_matrix

    np = single_threaded()
    columns = [np.flatnonzero(np.isin(hashes, sample.hashes, assume_unique=True)) for sample in samples]
    values = [rarity[found] / (np.sqrt((rarity[found] ** 2).sum()) or 1.0) for found in columns]
    ends = np.cumsum([0, *(len(found) for found in columns)])
    return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=(len(samples), len(hashes)))


def guesses(samples: Sequence[Sample], queues: tuple[str, ...], fallback: str) -> list[Guess]:
    """What is guessed of each sample by a model that learned from other senders only."""
    found: dict[int, Guess] = {}
    for part in range(FOLDS):
        others = [sample for sample in samples if fold(sample) != part]
        mine = [number for number, sample in enumerate(samples) if fold(sample) == part]
        if mine and others:
            model = fit(others, queues, fallback)
            found |= {number: guess(model, samples[number]) for number in mine}
    return [found.get(number, Guess(fallback, 0.0)) for number in range(len(samples))]


def guess(model: Model, sample: Sample) -> Guess:
    """The best queue of a sample, and its lead."""
    best, margin = leading(model.scores(sample.hashes))
    return Guess(model.queues[best], margin)


def curves(samples: Sequence[Sample], guessed: Sequence[Guess], fallback: str) -> Curves:
    """What leads turned out to be worth. The fallback needs no curve: it decides nothing.

    One wrong guess without a lead is always supposed, so that few right answers do not make a curve sure of itself.
    """
    from sklearn.linear_model import LogisticRegression

    np = single_threaded()
    pairs = [(one, its) for one, its in zip(samples, guessed, strict=True) if its.queue != fallback]
    right = [one.queue == its.queue for one, its in pairs]
    if sum(one.undecided for one, _ in pairs) < TRIED or not any(right):
        return Curves(0.0, {})
    queues = sorted({its.queue for _, its in pairs})
    rows = [
        [its.margin, one.undecided * its.margin, one.undecided, *(its.queue == queue for queue in queues)]
        for one, its in pairs
    ]
    supposed = [0.0, 0.0, True, *(False for _ in queues)]
    curve = LogisticRegression(max_iter=1_000).fit(np.array([*rows, supposed], float), [*right, False])
    lead, lead_of_undecided, undecided, *of_queue = curve.coef_[0]
    common = float(curve.intercept_[0] + undecided)
    return Curves(
        slope=max(0.0, float(lead + lead_of_undecided)),
        offsets={queue: common + float(own) for queue, own in zip(queues, of_queue, strict=True)},
    )
