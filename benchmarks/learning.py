# SPDX-License-Identifier: GPL-3.0-or-later
"""What learning is worth on our own mails: ``python -m benchmarks.learning`` prints the tables of ``docs/learning.md``.

With ``--chart FILE`` the learning curve is drawn, too. Nobody's mails are on both sides of any comparison. Three
ways to decide are compared on the same mails: the rules alone, the classifier alone, and both together as the
classifier's own advice switches it on.

The rules know these mails, because they were written with them, so there is little to learn. Therefore it is also told
for rules that have forgotten a share of their words: with 30 % they do about as well as the rules did on mails that
nobody had seen, with 60 % they hardly know what the office is asked. ``--unseen NAME`` names a set that the rules
really have not seen yet, as long as there is one, and tells how it does there with what it learned from all others.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.errors import IntakeError
from intake.learning.advice import Lesson, study
from intake.learning.samples import Sample, senders
from intake.learning.training import FOLDS, fold
from intake.learning.trial import Terms, Tried, Way, by_classifier, by_rules, figures, judged, right
from intake.triage import Rules
from tests.learning_mails import ALL, forgetful, mails, samples
from tests.triage_score import QUEUES
from tests.triage_score import Sample as Mail

SIZES = (50, 100, 200, 500, 1_000, 2_000)
BARS = (0.8, 0.9, 0.95)
LIKE_UNSEEN = 30
"""Percent of their words that rules must forget to do as well as the rules did on mails that nobody had seen."""

HARDLY = 60
"""And to know hardly what this office is asked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Mails that were judged, and how many of them each way put where they belong."""

    tried: tuple[Tried, ...]
    together: tuple[str, ...]
    """The queue of each by both together."""
    rules: int
    classifier: int | None

    @property
    def both(self) -> int:
        """Right by both together."""
        return sum(queue == one.sample.queue for queue, one in zip(self.together, self.tried, strict=True))

    @property
    def moved(self) -> tuple[int, int]:
        """Rightly and wrongly filed by the classifier."""
        pairs = zip(self.together, self.tried, strict=True)
        moves = [queue == one.sample.queue for queue, one in pairs if queue != one.sample.routing.queue]
        return sum(moves), len(moves) - sum(moves)

    @property
    def worst(self) -> float:
        """The largest loss of precision of any queue, in points; 0 where none lost any."""
        losses = [0.0]
        for queue in {one.sample.queue for one in self.tried}:
            before = figures(self.tried, queue, by_rules).precision
            put = [one for name, one in zip(self.together, self.tried, strict=True) if name == queue]
            if before is not None and put:
                losses.append(100 * (sum(one.sample.queue == queue for one in put) / len(put) - before))
        return min(losses)


def terms(rules: Rules, bar: float) -> Terms:
    """What decides, with a bar."""
    return Terms(bar, rules.settings.margin, rules.settings.fallback)


def transfer(learned: Sequence[Sample], judging: Sequence[Sample], of: Terms) -> Outcome:
    """Learn from some, switch on what the advice says, judge others."""
    try:
        lesson = study(learned, of)
    except IntakeError:  # too little to learn from
        tried = tuple(Tried(one, of.fallback, 0.0, decided=False) for one in judging)
        return Outcome(tried, tuple(map(by_rules, tried)), right(tried, by_rules), None)
    tried = tuple(judged(judging, lesson.model(), lesson.worth, of))
    together = tuple(one.together(lesson.trusted) for one in tried)
    return Outcome(tried, together, right(tried, by_rules), right(tried, by_classifier))


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Several as one."""
    learned = [one.classifier for one in outcomes if one.classifier is not None]
    return Outcome(
        tuple(one for outcome in outcomes for one in outcome.tried),
        tuple(queue for outcome in outcomes for queue in outcome.together),
        sum(outcome.rules for outcome in outcomes),
        sum(learned) if len(learned) == len(outcomes) else None,
    )


def curve(everything: Sequence[Sample], of: Terms) -> Iterator[tuple[int, Outcome]]:
    """How it grows: of four fifths of the senders so many mails, judged on the remaining fifth; each fifth in turn."""
    for size in SIZES:
        outcomes = []
        for part in range(FOLDS):
            # By the hash of the sender: some people's mails, not some mails of everybody.
            others = sorted((one for one in everything if fold(one) != part), key=lambda one: one.sender[8:])
            judging = [one for one in everything if fold(one) == part]
            outcomes.append(transfer(sorted(others[:size], key=Sample.order), judging, of))
        yield size, joined(outcomes)


def share(count: int | None, of: int) -> str:
    """A share in percent."""
    return "–" if count is None else f"{count / of:.1%}"


def curve_table(found: Sequence[tuple[int, Outcome]]) -> Iterator[str]:
    """The learning curve as Markdown."""
    yield "| mails learned from | rules alone | classifier alone | both | filed by the classifier | worst queue |"
    yield "|---|---|---|---|---|---|"
    for size, outcome in found:
        count, (good, bad) = len(outcome.tried), outcome.moved
        yield (
            f"| {size:,} | {share(outcome.rules, count)} | {share(outcome.classifier, count)} | "
            f"{share(outcome.both, count)} | {good} rightly, {bad} wrongly | {outcome.worst:+.1f} points |"
        )


def queue_table(lesson: Lesson) -> Iterator[str]:
    """Precision and recall of each queue, from the trial by sender, as Markdown."""
    ways: dict[str, Way] = {
        "rules": by_rules, "classifier": by_classifier, "both": lambda one: one.together(lesson.trusted),
    }  # fmt: skip
    yield "| queue | mails | " + " | ".join(f"{name}: precision, recall" for name in ways) + " |"
    yield "|---|---|" + "---|" * len(ways)
    for queue in (queue for queue in QUEUES if any(one.sample.queue == queue for one in lesson.tried)):
        of = [figures(lesson.tried, queue, way) for way in ways.values()]
        cells = (f"{share(one.right, one.filed) if one.filed else '–'}, {share(one.right, one.belongs)}" for one in of)
        yield f"| {queue} | {of[0].belongs} | {' | '.join(cells)} |"
    count = len(lesson.tried)
    cells = (share(right(lesson.tried, way), count) for way in ways.values())
    yield f"| all | {count:,} | {' | '.join(cells)} |"


def knowledge_table(everybody: Sequence[Mail]) -> Iterator[str]:
    """The less the rules know, the more there is to learn: the trial by sender, with several bars."""
    yield "| forgotten words | bar | rules alone | both | filed by the classifier | worst queue |"
    yield "|---|---|---|---|---|---|"
    for percent in (0, LIKE_UNSEEN, HARDLY):
        everything = samples(everybody, forgetful(percent))
        for bar in BARS:
            lesson = study(everything, terms(forgetful(percent), bar))
            tried = tuple(lesson.tried)
            together = tuple(one.together(lesson.trusted) for one in tried)
            outcome = Outcome(tried, together, right(tried, by_rules), None)
            good, bad = outcome.moved
            yield (
                f"| {percent} % | {bar:g} | {share(outcome.rules, len(tried))} | {share(outcome.both, len(tried))} | "
                f"{good} rightly, {bad} wrongly | {outcome.worst:+.1f} points |"
            )


def chart(found: Sequence[tuple[int, Outcome]]) -> str:
    """The learning curve as SVG: how many of a hundred mails lie where they belong."""
    left, top, width, height = 48, 20, 420, 220
    steps = [left + width * number // (len(found) - 1) for number in range(len(found))]

    def y(percent: float) -> float:
        return top + height * (100 - percent) / 100

    lines = [
        "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->",
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 280" font-family="sans-serif" font-size="12">',
        '<rect width="620" height="280" fill="white"/>',
    ]
    for percent in range(0, 101, 20):
        lines.append(f'<path d="M{left} {y(percent):.0f}H{left + width}" stroke="#ddd"/>')
        lines.append(f'<text x="{left - 8}" y="{y(percent) + 4:.0f}" text-anchor="end">{percent} %</text>')
    for x, (size, _) in zip(steps, found, strict=True):
        lines.append(f'<text x="{x}" y="{top + height + 18}" text-anchor="middle">{size:,}</text>')
    ways = (("rules alone", "#555", "rules"), ("both", "#0a6", "both"), ("classifier alone", "#26c", "classifier"))
    for number, (label, colour, name) in enumerate(ways):
        shares = [(x, getattr(one, name), len(one.tried)) for x, (_, one) in zip(steps, found, strict=True)]
        points = " ".join(f"{x},{y(100 * count / of):.1f}" for x, count, of in shares if count is not None)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        place = top + 12 + 20 * number
        lines.append(f'<text x="{left + width + 12}" y="{place}" fill="{colour}">{label}</text>')
    lines.append(f'<text x="{left}" y="{top + height + 36}">mails learned from</text></svg>')
    return "\n".join(lines) + "\n"


def report(unseen: Sequence[str], target: Path | None) -> Iterator[str]:
    """Everything, as it comes."""
    everybody = mails()
    for title, rules in (
        ("With the rules as they are", Rules.shipped(QUEUES)),
        (f"With rules that have forgotten {HARDLY} % of their words", forgetful(HARDLY)),
    ):
        everything = samples(everybody, rules)
        yield f"## {title}\n\n{len(everything):,} mails of {senders(everything)} senders.\n"
        of = terms(rules, 0.95)
        found = list(curve(everything, of))
        yield from (*curve_table(found), "")
        lesson = study(everything, of)
        yield from (*queue_table(lesson), "")
        yield from (*(verdict.sentence(verdict.queue) for verdict in lesson.verdicts), lesson.sentence(), "")
        if target is not None:
            target.write_text(chart(found), "utf-8")
    yield from ("## The less the rules know\n", *knowledge_table(everybody), "")
    if unseen:
        yield from never_seen(mails(name for name in ALL if name not in unseen), mails(unseen))


def never_seen(known: Sequence[Mail], unknown: Sequence[Mail]) -> Iterator[str]:
    """Mails that neither the rules nor the classifier have seen."""
    rules = Rules.shipped(QUEUES)
    judging = samples(unknown, rules)
    count = len(judging)
    yield f"## On {count} mails that the rules have never seen\n"
    yield "| learned from | bar | rules alone | classifier alone | both | filed by the classifier | worst queue |"
    yield "|---|---|---|---|---|---|---|"
    for title, of in (("the rules as they are", rules), (f"{LIKE_UNSEEN} % forgotten", forgetful(LIKE_UNSEEN))):
        learned = samples(known, of)
        for bar in BARS:
            outcome = transfer(learned, judging, terms(rules, bar))
            good, bad = outcome.moved
            ways = " | ".join(share(way, count) for way in (outcome.rules, outcome.classifier, outcome.both))
            yield (
                f"| mails with {title} | {bar:g} | {ways} | {good} rightly, {bad} wrongly | "
                f"{outcome.worst:+.1f} points |"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument("--chart", type=Path, help="where to draw the learning curve (SVG)")
    parser.add_argument("--unseen", action="append", default=[], metavar="NAME", help="a set in tests/data/triage")
    options = parser.parse_args()
    for line in report(options.unseen, options.chart):
        print(line, flush=True)
