# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake report``: the key figures as tables for people, as CSV (RFC 4180) or as JSON for programs.

The figures, and what each of them counts, come from :mod:`intake.cases.report`. CSV has one figure a line, so that a
spreadsheet can pivot it however the table changes: ``section,key,hour,measure,value``.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from intake import config
from intake.cases import report as figures
from intake.cases.clock import system_clock
from intake.cases.ledger import Ledger
from intake.cases.report import Report, Spread
from intake.config import WEEKDAYS
from intake.errors import IntakeError
from intake.mail.eligibility import REASONS

Echo = Callable[[str], None]
Form = Literal["table", "csv", "json"]

DAYS = 28
"""Of the period where none is named, today included: four of each weekday."""

Row = tuple[str, str, int | None, str, float | int | str | None]


async def show_report(file: Path, first: dt.date | None, last: dt.date | None, *, form: Form, echo: Echo) -> None:
    """Print the figures. Raises :class:`IntakeError` where the period ends before it begins."""
    settings = config.load(file)
    zone = ZoneInfo(settings.configuration.office.timezone)
    last = last or max(system_clock().astimezone(zone).date(), first or dt.date.min)
    first = first or last - dt.timedelta(days=DAYS - 1)
    if last < first:
        raise IntakeError(f"the report cannot end ({last}) before it begins ({first}); exchange --from and --to")
    ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
    try:
        found = await ledger.read(figures.make, first, last, zone)
    finally:
        ledger.close()
    if form == "json":
        echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    elif form == "csv":
        echo(as_csv(found))
    else:
        echo(as_table(found))


def as_json(found: Report) -> dict[str, Any]:
    """Every figure; times in seconds, ``null`` where nothing was measured; hours in the office's time."""

    def spread(value: Spread) -> dict[str, float | int | None]:
        return {"count": value.count, "median_seconds": value.median, "p90_seconds": value.p90}

    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "messages": found.messages,
        "messages_of_people": found.people,
        "cases": found.cases,
        "open_cases": found.open,
        "closed_without_answer": found.unanswered,
        "time_to_acknowledgement": spread(found.acknowledged),
        "time_to_answer": spread(found.answered),
        "queues": {
            name: {
                "messages": queue.messages,
                "cases": queue.cases,
                "open_cases": queue.open,
                "closed_without_answer": queue.unanswered,
                "time_to_acknowledgement": spread(queue.acknowledged),
                "time_to_answer": spread(queue.answered),
            }
            for name, queue in found.queues.items()
        },
        "languages": {
            code: {"messages_of_people": messages, "cases": cases}
            for code, (messages, cases) in found.languages.items()
        },
        "weekdays": {
            name: sum(n for (day, _), n in found.hours.items() if day == number) for number, name in enumerate(WEEKDAYS)
        },
        "hours": [
            {"weekday": WEEKDAYS[day], "hour": hour, "messages_of_people": count}
            for (day, hour), count in found.hours.items()
        ],
        "suppressed": dict(found.suppressed),
    }


def _rows(found: Report) -> Iterator[Row]:
    def spread(section: str, key: str, what: str, value: Spread) -> Iterator[Row]:
        yield section, key, None, f"{what}_count", value.count
        yield section, key, None, f"{what}_median_seconds", value.median
        yield section, key, None, f"{what}_p90_seconds", value.p90

    yield "period", "", None, "from", found.first.isoformat()
    yield "period", "", None, "to", found.last.isoformat()
    yield "total", "", None, "messages", found.messages
    yield "total", "", None, "messages_of_people", found.people
    yield "total", "", None, "cases", found.cases
    yield "total", "", None, "open_cases", found.open
    yield "total", "", None, "closed_without_answer", found.unanswered
    yield from spread("total", "", "time_to_acknowledgement", found.acknowledged)
    yield from spread("total", "", "time_to_answer", found.answered)
    for name, queue in found.queues.items():
        yield "queue", name, None, "messages", queue.messages
        yield "queue", name, None, "cases", queue.cases
        yield "queue", name, None, "open_cases", queue.open
        yield "queue", name, None, "closed_without_answer", queue.unanswered
        yield from spread("queue", name, "time_to_acknowledgement", queue.acknowledged)
        yield from spread("queue", name, "time_to_answer", queue.answered)
    for code, (messages, cases) in found.languages.items():
        yield "language", code, None, "messages_of_people", messages
        yield "language", code, None, "cases", cases
    for (day, hour), count in found.hours.items():
        yield "hour", WEEKDAYS[day], hour, "messages_of_people", count
    for reason, count in found.suppressed.items():
        yield "suppressed", reason, None, "messages", count


def as_csv(found: Report) -> str:
    """One figure a line, with a header; an empty value where nothing was measured."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # RFC 4180: commas, CRLF, quotation marks where needed
    writer.writerow(["section", "key", "hour", "measure", "value"])
    writer.writerows(_rows(found))
    return out.getvalue().removesuffix("\r\n") + "\r"  # whoever prints it ends the line


def duration(seconds: float | None) -> str:
    """A length of time in the unit that a person would use."""
    if seconds is None:
        return "-"
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.1f} days"


def as_table(found: Report) -> str:
    """Tables for a person."""
    out = io.StringIO()
    console = Console(file=out, width=110, color_system=None, legacy_windows=False)
    console.print(
        f"{found.first} to {found.last}: {found.messages} messages ({found.people} of people), "
        f"{found.cases} new cases; {found.open} cases are open now"
        + (f"; closed without an answer: {found.unanswered}" if found.unanswered else ""),
        highlight=False,
    )
    _print(console, _queues(found))
    languages = _table("Languages (messages of people)", "language", "messages", "cases")
    for code, (messages, cases) in found.languages.items():
        languages.add_row(code, str(messages), str(cases))
    _print(console, languages)
    _print(console, _hours(found))
    suppressed = _table("Messages without an acknowledgement", "reason", "messages", "why")
    suppressed.columns[2].justify = "left"
    for reason, count in found.suppressed.items():
        suppressed.add_row(reason, str(count), REASONS[reason].english if reason in REASONS else "")
    _print(console, suppressed)
    return out.getvalue().rstrip("\n")


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _print(console: Console, table: Table) -> None:
    if table.row_count:
        console.print()
        console.print(table, highlight=False)


def _queues(found: Report) -> Table:
    table = _table(
        "Queues (time: median / nine out of ten within)",
        "queue", "messages", "new cases", "open now", "closed unanswered", "acknowledged in", "answered in",
    )  # fmt: skip

    def spread(value: Spread) -> str:
        return f"{duration(value.median)} / {duration(value.p90)}" if value.count else "-"

    for name, queue in found.queues.items():
        table.add_row(
            name, str(queue.messages), str(queue.cases), str(queue.open), str(queue.unanswered),
            spread(queue.acknowledged), spread(queue.answered),
        )  # fmt: skip
    if found.queues:
        table.add_section()
        table.add_row(
            "all", str(found.messages), str(found.cases), str(found.open), str(found.unanswered),
            spread(found.acknowledged), spread(found.answered),
        )  # fmt: skip
    return table


def _hours(found: Report) -> Table:
    table = _table("Weekdays and hours (messages of people, the office's time)", "hour", *WEEKDAYS, "all")
    for hour in sorted({hour for _, hour in found.hours}):
        counts = [found.hours.get((day, hour), 0) for day in range(7)]
        table.add_row(f"{hour:02d}:00", *(str(n) if n else "" for n in counts), str(sum(counts)))
    if found.hours:
        days = [sum(n for (day, _), n in found.hours.items() if day == number) for number in range(7)]
        table.add_section()
        table.add_row("all", *(str(n) if n else "" for n in days), str(sum(days)))
    return table
