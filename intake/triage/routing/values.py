# SPDX-License-Identifier: GPL-3.0-or-later
"""What routing answers: a queue, and the reasons in words that a person can read.

The reasons quote the terms of the rules, never the person's words: they may be logged and kept.
"""

from dataclasses import dataclass
from typing import Literal

Where = Literal["subject", "form", "text", "attachment", "sender", "recipient", "number"]

Decision = Literal["clear", "nothing else asked", "too little", "too close", ""]
"""Why the queue: the highest sum; weak evidence, and nothing else; no sum high enough; two sums alike."""

_ENGLISH = {"subject": "in the subject", "form": "in the form", "text": "in the text",
            "attachment": "in an attachment's name", "sender": "as the sender's domain",
            "recipient": "as the recipient", "number": "as a file number"}  # fmt: skip
_GERMAN = {"subject": "im Betreff", "form": "im Formular", "text": "im Text", "attachment": "im Namen eines Anhangs",
           "sender": "als Absender-Domain", "recipient": "als Empfänger", "number": "als Aktenzeichen"}  # fmt: skip
_FIRST = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ERSTEN = ("ersten", "zweiten", "dritten", "vierten", "fünften", "sechsten", "siebten", "achten", "neunten", "zehnten")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: terms of the rules, where they were found, the queue they speak for (or against), and how loudly."""

    term: str
    where: Where
    queue: str
    weight: float
    sentence: int = 0
    """Of the text, counted from 1; 0 where it does not apply."""

    def english(self, name: str = "") -> str:
        """For people; ``name`` is the queue's name, by default its id."""
        return f'"{self.term}" {self.place()} {"→" if self.weight >= 0 else "against"} {name or self.queue}'

    def place(self) -> str:
        """Where it was found, in English."""
        if not self.sentence:
            return _ENGLISH[self.where]
        return f"in the {_FIRST[self.sentence - 1]} sentence" if self.sentence <= len(_FIRST) else "far down"

    def german(self, name: str = "") -> str:
        """Für Menschen; ``name`` is the queue's name (its folder), by default its id."""
        place = _GERMAN[self.where]
        if self.sentence:
            place = f"im {_ERSTEN[self.sentence - 1]} Satz" if self.sentence <= len(_ERSTEN) else "weit unten"
        return f'"{self.term}" {place} {"→" if self.weight >= 0 else "gegen"} {name or self.queue}'


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the classifier said beside the rules, where one is switched on (:mod:`intake.triage.classifier`)."""

    queue: str
    """Its best guess; empty where the rules were sure and it was not asked."""
    precision: float
    """In what share of such messages the guess was right when it was tried, 0 to 1."""
    decided: bool

    def english(self, name: str = "") -> str:
        """Which of the two decided; ``name`` is the guessed queue's name, by default its id."""
        if self.decided:
            return f"decided by the classifier: {self.percent()} % of such messages belong there → {name or self.queue}"
        if not self.queue:
            return "decided by the rules"
        return f"decided by the rules: the classifier is not sure enough ({self.percent()} % {name or self.queue})"

    def german(self, name: str = "") -> str:
        """Für Menschen; ``name`` is the guessed queue's name (its folder), by default its id."""
        if self.decided:
            belongs = f"{self.percent()} % solcher Nachrichten gehören dorthin → {name or self.queue}"
            return f"entschieden durch die gelernte Zuordnung: {belongs}"
        if not self.queue:
            return "entschieden durch die Regeln"
        guess = f"{self.percent()} % {name or self.queue}"
        return f"entschieden durch die Regeln: Die gelernte Zuordnung ist nicht sicher genug ({guess})"

    def percent(self) -> int:
        """The precision in whole percent, rounded down: never more than was shown."""
        return int(self.precision * 100)


@dataclass(frozen=True, slots=True)
class Routing:
    """The queue, and the evidence for it, the weightiest first (empty for the fallback without any)."""

    queue: str
    evidence: tuple[Evidence, ...]
    ranking: tuple[tuple[str, float], ...] = ()
    """The queues that had any evidence, each with its sum, the highest first."""
    decision: Decision = ""
    runner_up: tuple[Evidence, ...] = ()
    """What spoke for the second of the ranking, the weightiest first."""
    opinion: Opinion | None = None
    """The classifier's, where one is switched on."""
