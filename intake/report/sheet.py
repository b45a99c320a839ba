# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as CSV that a German spreadsheet opens as it is, by a double click.

Excel takes what its country uses: semicolons between the columns, a comma in numbers; and it knows UTF-8 by the mark at
the beginning only. Lines end with CRLF, quotation marks stand where needed (RFC 4180). One figure a line, so that a
pivot table can arrange it however the report changes: ``section;key;of;measure;value``, where ``of`` is the second
property of a table of two.

A text that begins like a formula would be run as one: names of queues are an office's own, so an apostrophe is put
before it (OWASP, CSV injection). A masked number is ``<5``, and ``x`` where it covers another one.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from intake.cases.masking import Count, Hidden
from intake.cases.report import Report
from intake.cases.tallies import Spread
from intake.config import WEEKDAYS

BYTE_ORDER_MARK = "\ufeff"
HEAD = ("section", "key", "of", "measure", "value")

Value = str | int | float | Hidden | None
Row = tuple[str, str, str, str, Value]


def as_csv(found: Report) -> str:
    """One figure a line, with a header; an empty value where nothing was measured."""
    out = io.StringIO(newline="")
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEAD)
    writer.writerows([_cell(value) for value in row] for row in _rows(found))
    return out.getvalue()


def _cell(value: Value) -> str:
    if isinstance(value, Hidden):
        return value.value
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else value
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")
    return "" if value is None else str(value)


def _rows(found: Report) -> Iterator[Row]:
    yield "period", "", "", "from", found.first.isoformat()
    yield "period", "", "", "to", found.last.isoformat()
    yield "total", "", "", "messages", found.messages
    yield "total", "", "", "messages_of_people", found.people
    yield "total", "", "", "voicemails", found.voicemails
    yield "total", "", "", "cases", found.cases
    yield "total", "", "", "open_cases", found.open
    yield "total", "", "", "oldest_open_since", found.oldest.date().isoformat() if found.oldest else None
    yield "total", "", "", "closed_without_answer", found.unanswered
    yield "total", "", "", "corrections", found.corrections
    yield from _spread("total", "", "time_to_acknowledgement", found.acknowledged)
    yield from _spread("total", "", "time_to_answer", found.answered)
    for name, queue in found.queues.items():
        yield "queue", name, "", "messages", queue.messages
        yield "queue", name, "", "voicemails", queue.voicemails
        yield "queue", name, "", "cases", queue.cases
        yield "queue", name, "", "open_cases", queue.open
        yield "queue", name, "", "oldest_open_since", queue.oldest.date().isoformat() if queue.oldest else None
        yield "queue", name, "", "closed_without_answer", queue.unanswered
        yield from _spread("queue", name, "time_to_acknowledgement", queue.acknowledged)
        yield from _spread("queue", name, "time_to_answer", queue.answered)
    for code, (messages, cases) in found.languages.items():
        yield "language", code, "", "messages_of_people", messages
        yield "language", code, "", "cases", cases
    for (day, hour), one in found.pressure.hours.items():
        yield "hour", WEEKDAYS[day], str(hour), "messages_of_people", one.all
        yield "hour", WEEKDAYS[day], str(hour), "voicemails", one.called
    for reason, count in found.suppressed.items():
        yield "suppressed", reason, "", "messages", count
    for stretch, figures in found.stretches.items():
        yield found.by, stretch.name, "", "messages", figures.messages
        yield found.by, stretch.name, "", "messages_of_people", figures.people
        yield found.by, stretch.name, "", "voicemails", figures.voicemails
        yield found.by, stretch.name, "", "cases", figures.cases
        yield found.by, stretch.name, "", "suppressed", figures.suppressed
        yield from _spread(found.by, stretch.name, "time_to_acknowledgement", figures.acknowledged)
        yield from _spread(found.by, stretch.name, "time_to_answer", figures.answered)
    yield from _table(f"{found.by} and queue", "messages", found.by_stretch_and_queue)
    yield from _table("language and queue", "messages_of_people", found.by_language_and_queue)
    yield from _table("queue and hour", "messages_of_people", found.by_queue_and_hour)
    yield from _table("corrected from and to", "messages", found.corrected)
    pressure = found.pressure
    for where, contacts in (("outside", pressure.outside), ("on_closed_days", pressure.closed_days)):
        yield "opening hours", where, "", "messages_of_people", contacts.all
        yield "opening hours", where, "", "voicemails", contacts.called
    for edge in pressure.edges:
        key, of = WEEKDAYS[edge.weekday], f"{edge.begin:%H:%M}-{edge.end:%H:%M}"
        yield "next to opening hours", key, of, "messages_of_people", edge.contacts.all
        yield "next to opening hours", key, of, "voicemails", edge.contacts.called
        yield "next to opening hours", key, of, "days", edge.days
        yield "next to opening hours", key, of, "usual", edge.usual
        yield "next to opening hours", key, of, "verdict", edge.verdict


def _spread(section: str, key: str, what: str, value: Spread) -> Iterator[Row]:
    yield section, key, "", f"{what}_count", value.count
    yield section, key, "", f"{what}_median_seconds", value.median
    yield section, key, "", f"{what}_p90_seconds", value.p90


def _table(section: str, measure: str, table: Mapping[tuple[str, Any], Count]) -> Iterator[Row]:
    for (key, of), count in table.items():
        yield section, key, str(of), measure, count
