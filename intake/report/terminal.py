# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as tables for an administrator's terminal, with a small line of bars for how each queue went.

A masked number is shown as ``<5``, in a line of bars as a dot.
"""

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from intake.cases.masking import Count, Hidden
from intake.cases.pressure import NONE
from intake.cases.report import Report
from intake.config import WEEKDAYS
from intake.mail.eligibility import REASONS
from intake.report.sentences import CAVEAT, about_edge, share_outside, times

_WIDTH = 120
_BARS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 26
"""The last half year of weeks."""
_MOST_LANGUAGES = 16
"""Those most written in; a terminal has no room for more."""


def as_table(found: Report) -> str:
    """Tables for a person."""
    out = io.StringIO()
    console = Console(file=out, width=_WIDTH, color_system=None, legacy_windows=False)

    def say(text: str = "") -> None:
        console.print(text, highlight=False, markup=False)

    say(
        f"{found.first} to {found.last}: {found.messages} messages ({found.people} of people), "
        f"{found.cases} new cases; {found.open} cases are open now"
        + (f", the oldest since {found.oldest:%Y-%m-%d}" if found.oldest else "")
        + (f"; closed without an answer: {found.unanswered}" if found.unanswered else "")
        + (f"; voicemails: {found.voicemails}" if found.voicemails else "")
        + (f"; corrections: {found.corrections}" if found.corrections else "")
    )
    for table in (_queues(found), _stretches(found), _languages(found), _hours(found)):
        _print(console, table)
    if found.pressure.all.all:
        say()
        say(share_outside(found.pressure, "en"))
        for edge in found.pressure.edges:
            say(about_edge(edge, "en"))
        if found.pressure.edges:
            say(CAVEAT["en"])
    for table in (_by_queue(found), _corrections(found), _suppressed(found)):
        _print(console, table)
    hidden = (found.by_stretch_and_queue, found.by_language_and_queue, found.by_queue_and_hour, found.corrected)
    if any(isinstance(count, Hidden) for table in hidden for count in table.values()):
        say()
        say("<5 and x: masked, so that nobody can be guessed; see the administrator's guide.")
    return out.getvalue().rstrip("\n")


def sparkline(counts: Sequence[Count]) -> str:
    """A bar for each number, from 0 to the largest; a dot for what is masked."""
    most = max((count for count in counts if isinstance(count, int)), default=0)

    def bar(count: Count) -> str:
        if isinstance(count, Hidden):
            return "·"
        return _BARS[round(count / most * (len(_BARS) - 1))] if most else _BARS[0]

    return "".join(bar(count) for count in counts)


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, box=None, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _print(console: Console, table: Table) -> None:
    if table.row_count:
        # Above the table, not in it: there a title is folded to the width of the table.
        title, table.title = table.title, None
        console.print(f"\n{title}", highlight=False, markup=False)
        console.print(table, highlight=False, markup=False)


def _shown(count: Count) -> str:
    return count.value if isinstance(count, Hidden) else str(count) if count else ""


def _queues(found: Report) -> Table:
    table = _table(
        "Queues (time: median / nine out of ten within)",
        "queue", "messages", "new cases", "open now", "oldest", "unanswered", "acknowledged in", "answered in",
        f"by {found.by}",
    )  # fmt: skip
    names = [stretch.name for stretch in found.stretches][-_MOST_BARS:]
    for name, queue in found.queues.items():
        table.add_row(
            name, str(queue.messages), str(queue.cases), str(queue.open),
            f"{queue.oldest:%Y-%m-%d}" if queue.oldest else "", str(queue.unanswered),
            times(queue.acknowledged, "en"), times(queue.answered, "en"),
            sparkline([found.by_stretch_and_queue.get((stretch, name), 0) for stretch in names]),
        )  # fmt: skip
    if found.queues:
        table.add_section()
        table.add_row(
            "all", str(found.messages), str(found.cases), str(found.open),
            f"{found.oldest:%Y-%m-%d}" if found.oldest else "", str(found.unanswered),
            times(found.acknowledged, "en"), times(found.answered, "en"),
            sparkline([one.messages for one in found.stretches.values()][-_MOST_BARS:]),
        )  # fmt: skip
    return table


def _stretches(found: Report) -> Table:
    table = _table(
        f"By {found.by}",
        found.by, "messages", "of people", "voicemails", "new cases", "no acknowledgement", "acknowledged in",
        "answered in",
    )  # fmt: skip
    for stretch, one in found.stretches.items():
        table.add_row(
            stretch.name, str(one.messages), str(one.people), str(one.voicemails), str(one.cases), str(one.suppressed),
            times(one.acknowledged, "en"), times(one.answered, "en"),
        )  # fmt: skip
    return table


def _languages(found: Report) -> Table:
    table = _table("Languages (messages of people)", "language", "messages", "cases")
    for code, (messages, cases) in found.languages.items():
        table.add_row(code, str(messages), str(cases))
    return table


def _hours(found: Report) -> Table:
    hours = found.pressure.hours
    table = _table("Weekdays and hours (messages of people, the office's time)", "hour", *WEEKDAYS, "all")
    for hour in sorted({hour for _, hour in hours}):
        counts = [hours.get((day, hour), NONE).all for day in range(7)]
        table.add_row(f"{hour:02d}:00", *(_shown(count) for count in counts), str(sum(counts)))
    if hours:
        days = [sum(one.all for (day, _), one in hours.items() if day == number) for number in range(7)]
        table.add_section()
        table.add_row("all", *(_shown(count) for count in days), str(sum(days)))
    return table


def _by_queue(found: Report) -> Table:
    table = found.by_language_and_queue
    codes = [code for code in found.languages if any(row == code for row, _ in table)][:_MOST_LANGUAGES]
    shown = _table("Queues and languages (messages of people)", "queue", *codes)
    for queue in sorted({queue for _, queue in table}):
        shown.add_row(queue, *(_shown(table.get((code, queue), 0)) for code in codes))
    return shown


def _corrections(found: Report) -> Table:
    table = _table("Corrections: what staff moved", "from", "to", "messages")
    table.columns[1].justify = "left"
    for (old, new), count in found.corrected.items():
        table.add_row(old, new, _shown(count))
    return table


def _suppressed(found: Report) -> Table:
    table = _table("Messages without an acknowledgement", "reason", "messages", "why")
    table.columns[2].justify = "left"
    for reason, count in found.suppressed.items():
        table.add_row(reason, str(count), REASONS[reason].english if reason in REASONS else "")
    return table
