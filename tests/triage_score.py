# SPDX-License-Identifier: GPL-3.0-or-later
"""How well triage does on our own mails: ``python -m tests.triage_score`` prints it, a unit test sets floors."""

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from intake.triage import LanguageGuess, Routing, Rules, detect, own_words, route

DATA = Path(__file__).parent / "data" / "triage"
QUEUES = (
    "appointments", "residence-permit", "work-study", "family", "naturalisation", "asylum", "ukraine",
    "visa-invitation", "travel-documents", "lawyers-authorities", "complaints", "general", "system", "suspicious",
)  # fmt: skip
SERBO_CROATIAN = frozenset({"sr", "hr", "bs"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One mail of the set, what it is, and what triage made of it."""

    text: str
    language: str
    queue: str
    guess: LanguageGuess
    routing: Routing

    @property
    def right_language(self) -> bool:
        return self.guess.code == self.language or {self.guess.code, self.language} <= SERBO_CROATIAN

    @property
    def wrong_third(self) -> bool:
        """An answer would go out in a language that is neither the person's nor German nor English."""
        shown = self.guess.confidence != "unsure" and self.guess.code not in ("de", "en", "und")
        return shown and not self.right_language


def judge(name: str = "mails.toml") -> list[Judged]:
    """Every mail of one file of the set, judged."""
    rules = Rules.shipped(QUEUES)
    table = tomllib.loads((DATA / name).read_text("utf-8"))
    return [
        Judged(text, language, queue, detect(own), route(rules, subject="", own_words=own, sender_domain="example.org"))
        for language, by_queue in table.items()
        for queue, texts in by_queue.items()
        for text in texts
        for own in (own_words(text),)
    ]


def macro(judged: list[Judged]) -> float:
    """Language accuracy, averaged over languages so that rare ones count as much as German."""
    languages = {j.language for j in judged}
    shares = [
        sum(j.right_language for j in judged if j.language == language) / sum(j.language == language for j in judged)
        for language in languages
    ]
    return sum(shares) / len(shares)


def share(count: int, judged: list[Judged]) -> float:
    """``count`` as a share of the set, 0 to 1."""
    return count / len(judged)


def main(names: list[str]) -> None:
    """Print the figures and every mistake."""
    for name in names or ["mails.toml"]:
        judged = judge(name)
        out = [
            f"{name}: {len(judged)} mails in {len({j.language for j in judged})} languages",
            f"language, macro accuracy    {macro(judged):.1%}",
            f"wrong third language        {share(sum(j.wrong_third for j in judged), judged):.1%}",
            f"queue accuracy              {share(sum(j.queue == j.routing.queue for j in judged), judged):.1%}",
            f"confidence                  {dict(Counter(j.guess.confidence for j in judged))}",
            "",
        ]
        for j in judged:
            if not j.right_language:
                out.append(
                    f"{j.language} → {j.guess.code} ({j.guess.confidence}; {'; '.join(j.guess.evidence)}): "
                    f"{j.text[:60]!r}"
                )
        for j in judged:
            if j.queue != j.routing.queue:
                out.append(
                    f"{j.queue} → {j.routing.queue} ({'; '.join(e.english() for e in j.routing.evidence)}): "
                    f"{j.text[:60]!r}"
                )
        sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
