# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as JSON. Keys are stable: new ones come, none goes.

Times are in seconds, ``null`` where nothing was measured; hours are those of the office's clock. In tables of two
properties ``null`` stands for a masked number, and what is not there is 0.
"""

from collections.abc import Mapping
from typing import Any

from intake.cases.masking import Count
from intake.cases.pressure import Contacts
from intake.cases.report import Report
from intake.cases.tallies import Spread
from intake.config import WEEKDAYS


def as_json(found: Report) -> dict[str, Any]:
    """Every figure."""
    hours = found.pressure.hours
    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "by": found.by,
        "messages": found.messages,
        "messages_of_people": found.people,
        "voicemails": found.voicemails,
        "cases": found.cases,
        "open_cases": found.open,
        "oldest_open_since": found.oldest.isoformat() if found.oldest else None,
        "closed_without_answer": found.unanswered,
        "time_to_acknowledgement": _spread(found.acknowledged),
        "time_to_answer": _spread(found.answered),
        "queues": {
            name: {
                "messages": queue.messages,
                "voicemails": queue.voicemails,
                "cases": queue.cases,
                "open_cases": queue.open,
                "oldest_open_since": queue.oldest.isoformat() if queue.oldest else None,
                "closed_without_answer": queue.unanswered,
                "time_to_acknowledgement": _spread(queue.acknowledged),
                "time_to_answer": _spread(queue.answered),
            }
            for name, queue in found.queues.items()
        },
        "languages": {
            code: {"messages_of_people": messages, "cases": cases}
            for code, (messages, cases) in found.languages.items()
        },
        "weekdays": {
            name: sum(one.all for (day, _), one in hours.items() if day == number)
            for number, name in enumerate(WEEKDAYS)
        },
        "hours": [
            {"weekday": WEEKDAYS[day], "hour": hour, "messages_of_people": one.all, "voicemails": one.called}
            for (day, hour), one in hours.items()
        ],
        "suppressed": dict(found.suppressed),
        "stretches": [
            {
                "name": stretch.name,
                "from": stretch.first.isoformat(),
                "to": stretch.last.isoformat(),
                "messages": one.messages,
                "messages_of_people": one.people,
                "voicemails": one.voicemails,
                "cases": one.cases,
                "suppressed": one.suppressed,
                "time_to_acknowledgement": _spread(one.acknowledged),
                "time_to_answer": _spread(one.answered),
            }
            for stretch, one in found.stretches.items()
        ],
        "stretches_by_queue": _nested(found.by_stretch_and_queue),
        "languages_by_queue": _nested(found.by_language_and_queue),
        "queues_by_hour": _nested(found.by_queue_and_hour),
        "corrections": found.corrections,
        "corrections_by_queue": _nested(found.corrected),
        "opening_hours": {
            "contacts": _contacts(found.pressure.all),
            "outside": _contacts(found.pressure.outside),
            "on_closed_days": _contacts(found.pressure.closed_days),
            "next_to_opening_hours": [
                {
                    "weekday": WEEKDAYS[edge.weekday],
                    "begin": f"{edge.begin:%H:%M}",
                    "end": f"{edge.end:%H:%M}",
                    **_contacts(edge.contacts),
                    "days": edge.days,
                    "usual": edge.usual,
                    "verdict": edge.verdict,
                }
                for edge in found.pressure.edges
            ],
        },
    }


def _spread(value: Spread) -> dict[str, float | int | None]:
    return {"count": value.count, "median_seconds": value.median, "p90_seconds": value.p90}


def _contacts(value: Contacts) -> dict[str, int]:
    return {"messages_of_people": value.all, "voicemails": value.called}


def _nested(table: Mapping[tuple[str, Any], Count]) -> dict[str, dict[str, int | None]]:
    found: dict[str, dict[str, int | None]] = {}
    for (row, column), count in table.items():
        found.setdefault(row, {})[str(column)] = count if isinstance(count, int) else None
    return found
