# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a message while learning: hashes, where it lies, and what the rules made of it. No text, no address.

Only what persons wrote is learned from, by the same judgement that decides about acknowledgements; a person's mail that
lies in ``system`` or ``suspicious`` is not. The order of samples is by their content, so that the order in which
messages were found changes nothing.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.mail.assessment import Reader
from intake.message import parse
from intake.triage import ngrams, own_words
from intake.triage.arrays import single_threaded
from intake.triage.routing import Routing

if TYPE_CHECKING:
    from intake.triage.classifier import Hashes

NEVER_LEARNED = ("system", "suspicious")

MOST = 1_500
"""Messages of one queue, the newest: keeps memory below 1 GB, and what people ask for changes with the years."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One message to learn from."""

    queue: str
    """Where it lies."""
    sender: str
    """Stands for the sender's address; only compared."""
    at: dt.datetime
    hashes: "Hashes"
    """Ascending."""
    routing: Routing
    """By the rules alone."""

    @property
    def undecided(self) -> bool:
        """Whether the rules could not place it: only then would the classifier be asked."""
        return self.routing.decision in ("too little", "too close")

    def order(self) -> tuple[dt.datetime, str, str, bytes]:
        """The same for the same content, whatever came before it."""
        return self.at, self.queue, self.sender, hashlib.sha256(self.hashes.tobytes()).digest()


def sample(queue: str, sender: str, at: dt.datetime, subject: str, own: str, routing: Routing, key: bytes) -> Sample:
    """A sample from what is known of a message. ``own``: its own words; ``key``: of :mod:`intake.triage.ngrams`."""
    np = single_threaded()
    return Sample(
        queue,
        hashlib.sha256(sender.lower().encode("utf-8", "surrogatepass")).hexdigest(),
        at,
        np.asarray(ngrams.hashes(key, subject, own), np.uint64),
        routing,
    )


def of_message(reader: Reader, queue: str, raw: bytes, at: dt.datetime, key: bytes) -> Sample | None:
    """A sample from a message's octets; ``None`` if no person wrote it, or it has no words. ``at``: when it came."""
    assessment = reader.assess(raw, at)
    if assessment.verdict.standing != "person" or not assessment.sender:
        return None
    message = parse(raw)
    made = sample(
        queue, assessment.sender, message.date or at, message.subject, own_words(message.text), assessment.routing, key
    )
    return made if len(made.hashes) else None


def chosen(samples: Collection[Sample]) -> list[Sample]:
    """The newest :data:`MOST` of each queue, each message once, in the order of their content."""
    ordered = sorted({one.order(): one for one in samples}.values(), key=Sample.order)
    taken: dict[str, int] = {}
    newest: list[Sample] = []
    for one in reversed(ordered):
        taken[one.queue] = taken.get(one.queue, 0) + 1
        if taken[one.queue] <= MOST:
            newest.append(one)
    return newest[::-1]


def senders(samples: Sequence[Sample]) -> int:
    """How many different people wrote these."""
    return len({one.sender for one in samples})
