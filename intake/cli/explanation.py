# SPDX-License-Identifier: GPL-3.0-or-later
"""How ``intake explain`` reads in a terminal: one message, every decision about it, and the reasons in words.

It shows the person's own words, because whoever runs it has the message itself; nothing else in this service does.
"""

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from intake.config import Configuration
from intake.languages import LANGUAGES
from intake.mail.assessment import Assessment
from intake.mail.eligibility import REASONS
from intake.mail.plan import Plan
from intake.triage.routing import Evidence
from intake.triage.routing.rules import Settings

WIDEST = 120
"""Columns; longer lines are hard to read."""

SHOWN_WORDS = 600
"""Characters of the person's own words that are shown."""

SHOWN_REASONS = 5

_CONFIDENCE = {
    "sure": "sure",
    "likely": "likely, but not beyond doubt",
    "unsure": "not sure, so the answer is in several languages",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One file, and what would be done about it."""

    file: str
    own_words: str
    assessment: Assessment
    plan: Plan


def as_text(explained: Explained, configuration: Configuration, settings: Settings) -> str:
    """The explanation as lines for a terminal, in its width; coloured where it shows colours."""
    width = min(shutil.get_terminal_size((WIDEST, 0)).columns, WIDEST)
    out = io.StringIO()
    console = Console(file=out, width=max(width, 40), highlight=False, force_terminal=sys.stdout.isatty())
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(width=11, style="dim")
    grid.add_column(ratio=1)
    for name, content in _rows(explained, configuration, settings):
        grid.add_row(name, content)
    console.print(Rule(Text(explained.file, "bold"), align="left"))
    console.print(grid)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _rows(
    explained: Explained, configuration: Configuration, settings: Settings
) -> Iterator[tuple[str, RenderableType]]:
    assessment, planned = explained.assessment, explained.plan
    target = planned.verdict.target
    yield "Subject", Text(assessment.subject or "(none)")
    yield "From", Text(target.address if target else assessment.sender or "(nobody)")
    yield "Own words", Padding(_own_words(explained.own_words), (0, 0, 1, 0))
    yield "Language", Padding(_language(explained), (0, 0, 1, 0))
    yield "Queue", Padding(_queue(explained, configuration, settings), (0, 0, 1, 0))
    yield "Answer", _answer(explained)


def _own_words(own: str) -> Text:
    if not own.strip():
        return Text("(none: everything is quoted, automatic, or in an attachment)", "italic")
    cut = own if len(own) <= SHOWN_WORDS else own[:SHOWN_WORDS].rsplit(" ", 1)[0] + " …"
    return Text(cut, "italic")


def _named(code: str) -> str:
    language = LANGUAGES.get(code)
    if language is None:
        return "another language"
    return language.name if language.name == language.endonym else f"{language.name} ({language.endonym})"


def _language(explained: Explained) -> RenderableType:
    guess = explained.assessment.language
    head = Text.assemble((_named(explained.plan.language), "bold"), f": {_CONFIDENCE[explained.plan.confidence]}")
    return Group(head, *(_point(reason) for reason in guess.evidence))


def _point(text: str) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_row("•", Text(text))
    return grid


def _queue(explained: Explained, configuration: Configuration, settings: Settings) -> RenderableType:
    planned, routing = explained.plan, explained.assessment.routing
    folder = Text.assemble((planned.folder, "bold"), f" [{planned.queue}]")
    standing = explained.assessment.verdict.standing
    if standing != "person":
        why = "no person wrote this" if standing == "machine" else "a person must look first"
        return Group(folder, _point(f"{why}: {REASONS[planned.verdict.reason].english}"))

    def name(queue: str) -> str:
        known = configuration.queues.get(queue)
        return known.folder if known else queue

    sums = dict(routing.ranking)
    opinion = routing.opinion
    by_whom = [_point(opinion.english(name(opinion.queue)))] if opinion is not None else []
    if routing.decision == "too little":
        highest = f" (the highest is {routing.ranking[0][1]:.1f})" if routing.ranking else ""
        parts = [_point(f"nothing says clearly what this is about: no sum reaches {settings.minimum:g}{highest}")]
        return Group(folder, *by_whom, *parts, *_reasons(routing.evidence, name))
    if routing.decision == "too close":
        one, other = (name(queue) for queue, _ in routing.ranking[:2])
        decider = "the classifier" if opinion is not None and opinion.decided else "a person"
        alike = f"{one} and {other} weigh the same (less than {settings.margin:g} apart)"
        parts = [_point(f"{alike}, so {decider} decides")]
        return Group(folder, *by_whom, *parts, *_reasons(routing.evidence, name))
    rows: list[RenderableType] = [Text.assemble(folder, f" with {sums[routing.queue]:.1f}"), *by_whom]
    rows += _reasons(routing.evidence)
    if len(routing.ranking) > 1:
        queue, total = routing.ranking[1]
        rows.append(Text(f"not {name(queue)}: {total:.1f} is less", "dim"))
        rows += _reasons(routing.runner_up[:3], style="dim")
    if routing.decision == "nothing else asked":
        rows.append(_point("it would have yielded to any other concern; there is none"))
    return Group(*rows)


def _reasons(
    evidence: tuple[Evidence, ...], name: Callable[[str], str] | None = None, style: str = ""
) -> list[RenderableType]:
    """The reasons as a small table of weights; with ``name``, each says for which queue it speaks."""
    if not evidence:
        return []
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim")
    grid.add_column(style=style)
    for item in evidence[:SHOWN_REASONS]:
        said = item.english(name(item.queue)) if name else f'"{item.term}" {item.place()}'
        grid.add_row(f"{item.weight:+.1f}", Text(said))
    return [Padding(grid, (0, 0, 0, 2))]


def _answer(explained: Explained) -> RenderableType:
    verdict = explained.plan.verdict
    reason = f"{REASONS[verdict.reason].english} [{verdict.reason}]"
    if verdict.reply:
        languages = ", then ".join(_named(code) for code in explained.plan.languages)
        head = Text.assemble(("yes", "bold green"), f", in {languages}")
    else:
        head = Text("no", "bold red")
    points = [_point(reason), *(_point(evidence) for evidence in verdict.evidence)]
    return Group(head, *points)
