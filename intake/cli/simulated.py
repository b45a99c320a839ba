# SPDX-License-Identifier: GPL-3.0-or-later
"""How ``intake simulate`` reads: for a person in a terminal, and as JSON for a review step.

Messages are named by the reference of their case, or by their file; subjects are shown only where they are asked for.
"""

import datetime as dt
import io
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from intake.cli.explanation import WIDEST
from intake.mail.eligibility import REASONS
from intake.mail.rewording import VARIANTS, Difference, Rewording
from intake.mail.simulation import Answer, Comparison, Decision, Move, Outcome

SHOWN_DIFFERENCES = 5
"""Diffs in a terminal; JSON has all of them."""
SHOWN_LINES = 24
"""Lines of one diff in a terminal."""

_LEFT_OUT = {
    "own-mail": "sent by this service",
    "follow-up": "joined a case, and lie where it lies",
    "voicemail": "came by telephone",
    "older": "older than those looked at; name a later --since to see fewer days whole",
    "gone": "moved or deleted meanwhile",
    "unreadable": "cannot be read",
}


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulation found. ``before`` and ``after``: the files, for people."""

    before: str
    after: str
    since: dt.date | None
    left_out: Mapping[str, int]
    comparison: Comparison
    rewording: Rewording

    @property
    def changes(self) -> bool:
        """Whether anything would be different."""
        return self.comparison.changed or self.rewording.changed > 0


def to_json(found: Simulated, *, show_subjects: bool) -> str:
    """One object; its keys are a contract."""
    comparison, rewording = found.comparison, found.rewording

    def decision(one: Decision) -> dict[str, Any]:
        return {"queue": one.queue, "reply": one.letter is not None, "reason": one.reason, "evidence": list(one.why)}

    def examples(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
        return [
            {
                "message": one.name, "before": decision(one.before), "after": decision(one.after),
                "staff": one.corrected, **({"subject": one.subject} if show_subjects else {}),
            }
            for one in outcomes
        ]  # fmt: skip

    staff = comparison.staff
    return json.dumps(
        {
            "before": found.before,
            "after": found.after,
            "since": found.since.isoformat() if found.since else None,
            "changed": found.changes,
            "messages": comparison.messages,
            "left_out": dict(found.left_out),
            "moved": comparison.moved,
            "moves": [
                {
                    "from": move.source[0], "from_folder": move.source[1],
                    "to": move.target[0], "to_folder": move.target[1],
                    "count": move.count, "examples": examples(move.examples),
                }
                for move in comparison.moves
            ],
            "queues": {queue: {"before": old, "after": new} for queue, (old, new) in comparison.queues.items()},
            "staff": {
                "corrected": staff.corrected, "right_before": staff.right_before, "right_after": staff.right_after,
                "better": staff.better, "worse": staff.worse,
            },
            "answers": [
                {
                    "before": {"reply": answer.replied, "reason": answer.before},
                    "after": {"reply": answer.replies, "reason": answer.after},
                    "count": answer.count, "examples": examples(answer.examples),
                }
                for answer in comparison.answers
            ],
            "acknowledgements": {
                "compared": rewording.letters, "changed": rewording.changed, "other_queue": rewording.other_queue,
                "other_languages": rewording.other_languages, "reworded": rewording.reworded,
                "languages": [
                    {"before": list(old), "after": list(new), "count": count}
                    for old, new, count in rewording.languages
                ],
                "differences": [
                    {"languages": list(one.languages), "situation": one.variant, "html": one.html,
                     "diff": list(one.diff)}
                    for one in rewording.differences
                ],
            },
        },
        ensure_ascii=False, indent=2,
    )  # fmt: skip


def to_text(found: Simulated, *, show_subjects: bool) -> str:
    """Lines for a terminal, in its width; coloured where it shows colours."""
    width = min(shutil.get_terminal_size((WIDEST, 0)).columns, WIDEST)
    out = io.StringIO()
    console = Console(file=out, width=max(width, 40), highlight=False, force_terminal=sys.stdout.isatty())
    for part in _parts(found, show_subjects):
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _parts(found: Simulated, show_subjects: bool) -> Iterator[RenderableType]:
    comparison, rewording = found.comparison, found.rewording
    head = _grid()
    head.add_row("before", Text(found.before))
    head.add_row("after", Text(found.after))
    came = f"in the queue folders that came since {found.since:%d.%m.%Y}" if found.since else "in files"
    head.add_row("looked at", f"{comparison.messages:,} {'message' if comparison.messages == 1 else 'messages'} {came}")
    for why, count in found.left_out.items():
        head.add_row("left out", f"{count:,} {_LEFT_OUT[why]}")
    yield head
    if not found.changes:
        yield Text("\nNothing would change.", "bold green")
        return
    if comparison.moves:
        yield _heading(f"{comparison.moved:,} of {comparison.messages:,} messages would go to another queue")
        yield _moves(comparison.moves)
        yield _queues(comparison)
        if comparison.staff.corrected:
            yield Padding(_staff(comparison), (1, 0, 0, 0))
        for move in comparison.moves:
            for outcome in move.examples[:1]:
                yield _example(outcome, move, show_subjects)
    if comparison.answers:
        count = sum(answer.count for answer in comparison.answers)
        yield _heading(f"{count:,} would be answered otherwise, or refused for another reason")
        yield _answers(comparison.answers, show_subjects)
        yield Padding(_reasons(comparison.answers), (1, 0, 0, 0))
    if rewording.changed:
        yield _heading(f"{rewording.changed:,} of {rewording.letters:,} acknowledgements would read otherwise")
        yield from _rewording(rewording)


def _heading(text: str) -> RenderableType:
    return Padding(Rule(Text(text, "bold"), align="left"), (1, 0, 0, 0))


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _table(*columns: tuple[str, bool]) -> Table:
    """``columns``: heading, and whether it holds numbers."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, numbers in columns:
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    return table


def _names(outcomes: Iterable[Outcome], show_subjects: bool) -> Text:
    return Text("\n".join(f"{o.name}  {o.subject}" if show_subjects else o.name for o in outcomes))


def _moves(moves: Iterable[Move]) -> Table:
    table = _table(("messages", True), ("from", False), ("to", False), ("for example", False))
    for move in moves:
        names = ", ".join(outcome.name for outcome in move.examples)
        table.add_row(f"{move.count:,}", Text(move.source[1]), Text(move.target[1]), Text(names))
    return table


def _queues(comparison: Comparison) -> RenderableType:
    folders = dict((*(m.source for m in comparison.moves), *(m.target for m in comparison.moves)))
    table = _table(("queue", False), ("before", True), ("after", True), ("", True))
    for queue, (before, after) in comparison.queues.items():
        if queue in folders:
            table.add_row(Text(folders[queue]), f"{before:,}", f"{after:,}", f"{after - before:+,}")
    return Padding(table, (1, 0, 0, 0))


def _staff(comparison: Comparison) -> Text:
    staff = comparison.staff
    return Text(
        f"Staff moved {staff.corrected:,} of these messages by hand. The rules agree with staff about "
        f"{staff.right_before:,} of them before, and {staff.right_after:,} after: {staff.better:,} better, "
        f"{staff.worse:,} worse."
    )


def _example(outcome: Outcome, move: Move, show_subjects: bool) -> RenderableType:
    grid = _grid()
    subject = f"  {outcome.subject}" if show_subjects else ""
    by_staff = f" (staff moved it to {outcome.corrected})" if outcome.corrected else ""
    grid.add_row("example", Text(f"{outcome.name}: {move.source[1]} → {move.target[1]}{by_staff}{subject}"))
    for name, decision in (("before", outcome.before), ("after", outcome.after)):
        grid.add_row(name, Text("\n".join(decision.why) or "nothing speaks for any queue"))
    return Padding(grid, (1, 0, 0, 0))


def _answers(answers: Iterable[Answer], show_subjects: bool) -> Table:
    table = _table(("messages", True), ("before", False), ("after", False), ("for example", False))
    for one in answers:
        table.add_row(
            f"{one.count:,}", _answer(one.replied, one.before), _answer(one.replies, one.after),
            _names(one.examples, show_subjects),
        )  # fmt: skip
    return table


def _reasons(answers: Iterable[Answer]) -> Table:
    """What the codes mean."""
    grid = _grid()
    for code in dict.fromkeys(code for one in answers for code in (one.before, one.after)):
        grid.add_row(Text(code), REASONS[code].english)
    return grid


def _answer(reply: bool, reason: str) -> Text:
    return Text.assemble(("yes" if reply else "no", "green" if reply else "red"), f" [{reason}]")


def _rewording(rewording: Rewording) -> Iterator[RenderableType]:
    table = _table(("acknowledgements", True), ("", False))
    for count, why in (
        (rewording.other_queue, "name another team, because the message goes to another queue"),
        (rewording.other_languages, "are in other languages"),
        (rewording.reworded, "have other words"),
    ):
        if count:
            table.add_row(f"{count:,}", why)
    yield table
    for old, new, count in rewording.languages:
        yield Text(f"{count:,} in {' and '.join(new)} instead of {' and '.join(old)}")
    for one in rewording.differences[:SHOWN_DIFFERENCES]:
        yield _difference(one)
    more = len(rewording.differences) - SHOWN_DIFFERENCES
    if more > 0:
        yield Text(f"\n{more} more differences: --json shows all of them", "dim")


def _difference(one: Difference) -> RenderableType:
    form = "; the HTML form only" if one.html else ""
    lines = [Text(f"\nin {', '.join(one.languages)}: {VARIANTS[one.variant]}{form}", "bold")]
    colours = {"+": "green", "-": "red", "@": "cyan"}
    lines += [Text(line, colours.get(line[:1], "")) for line in one.diff[:SHOWN_LINES]]
    if len(one.diff) > SHOWN_LINES:
        lines.append(Text(f"… {len(one.diff) - SHOWN_LINES} more lines", "dim"))
    return Text("\n").join(lines)
