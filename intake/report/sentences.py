# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths of time, and what the figures say about the opening hours, in words: English for administrators, German for
the office's lead.

A sentence about an hour next to the opening hours says how much came in it, on how many days, and what a usual opening
hour had. It gives a hint, never an order: e-mails wait until the morning, and who stood at the door was not counted.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from intake import wording
from intake.cases.masking import Hidden
from intake.cases.pressure import Edge, Pressure, Verdict
from intake.cases.tallies import Spread

Tongue = Literal["en", "de"]

_A_MONDAY = dt.date(2026, 1, 5)
_UNITS: tuple[tuple[float, int, Mapping[Tongue, str], int], ...] = (
    (120, 1, {"en": "s", "de": "s"}, 0),
    (7200, 60, {"en": "min", "de": "min"}, 0),
    (172800, 3600, {"en": "h", "de": "Std."}, 0),
    (float("inf"), 86400, {"en": "days", "de": "Tage"}, 1),
)
_VERDICTS: Mapping[Verdict, Mapping[Tongue, str]] = {
    "busier": {
        "en": "That is clearly more: opening then is worth considering.",
        "de": "Das ist deutlich mehr: Hier zu öffnen ist eine Überlegung wert.",
    },
    "as-busy": {"en": "That is no clear difference.", "de": "Das ist kein deutlicher Unterschied."},
    "quieter": {
        "en": "That is clearly fewer: no reason for longer hours.",
        "de": "Das ist deutlich weniger: kein Grund für längere Zeiten.",
    },
    "too-few": {
        "en": "Those are too few to say anything.",
        "de": "Das sind zu wenige, um etwas daraus zu schließen.",
    },
}


def duration(seconds: float | None, tongue: Tongue = "en") -> str:
    """A length of time in the unit that a person would use; a dash where there is none."""
    if seconds is None:
        return "–" if tongue == "de" else "-"
    _, size, unit, places = next(one for one in _UNITS if seconds < one[0])
    return f"{number(seconds / size, tongue, places)} {unit[tongue]}"


def times(found: Spread, tongue: Tongue) -> str:
    """Median and 90th percentile, with the unit once where both have the same; ``<5`` where they are not told."""
    if not found.count:
        return duration(None, tongue)
    if found.median is None:
        return Hidden.SMALL.value
    median, p90 = duration(found.median, tongue), duration(found.p90, tongue)
    value, _, unit = median.partition(" ")
    return f"{value if p90.endswith(f' {unit}') else median} / {p90}"


def number(value: float, tongue: Tongue, places: int = 0) -> str:
    """A number as it is written in the language: ``1,234.5`` or ``1.234,5``."""
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if tongue == "de" else text


def percent(part: int, whole: int, tongue: Tongue) -> str:
    """A share."""
    if not whole:
        return duration(None, tongue)
    return f"{number(100 * part / whole, tongue)}{' %' if tongue == 'de' else '%'}"


def share_outside(pressure: Pressure, tongue: Tongue) -> str:
    """How much came while the office was closed; empty where nothing came."""
    whole, outside, closed = pressure.all, pressure.outside, pressure.closed_days
    if not whole.all:
        return ""
    share, days = percent(outside.all, whole.all, tongue), percent(closed.all, whole.all, tongue)
    if tongue == "de":
        calls = f" Von den Anrufen auf die Mailbox waren es {percent(outside.called, whole.called, tongue)}."
        text = f"{share} aller Nachrichten kamen, als das Amt geschlossen war ({days} an Tagen ganz ohne Öffnungszeit)."
    else:
        calls = f" Of the voicemails it was {percent(outside.called, whole.called, tongue)}."
        text = f"{share} of all came while the office was closed ({days} on days without any opening hours)."
    return text + (calls if whole.called else "")


def about_edge(edge: Edge, tongue: Tongue) -> str:
    """What one weekday's busiest hour outside says."""
    begin, end = f"{edge.begin:%H:%M}", f"{edge.end:%H:%M}" if edge.end.hour or edge.end.minute else "24:00"
    day, verdict = weekday(edge.weekday, tongue), _VERDICTS[edge.verdict][tongue]
    count, called = number(edge.contacts.all, tongue), number(edge.contacts.called, tongue)
    usual = number(edge.usual, tongue)
    if tongue == "de":
        days = f"an {edge.days} {day}en" if edge.days > 1 else f"an einem {day}"
        calls = f" (davon {called} Anrufe)" if edge.contacts.called else ""
        return (
            f"{day}, {begin} bis {end} Uhr: {count} Nachrichten {days}{calls}; "
            f"während der Öffnungszeit üblich: {usual}. {verdict}"
        )
    days = f"on {edge.days} {day}s" if edge.days > 1 else f"on one {day}"
    calls = f" ({called} of them calls)" if edge.contacts.called else ""
    return f"{day}, {begin} to {end}: {count} messages {days}{calls}; usual while open: {usual}. {verdict}"


def weekday(number_of_day: int, tongue: Tongue) -> str:
    """The name of a weekday; Monday is 0."""
    return wording.weekday(tongue, _A_MONDAY + dt.timedelta(days=number_of_day))


CAVEAT: Mapping[Tongue, str] = {
    "en": "Compared with as much time within the opening hours of the same weekday. Who stood at the door or was "
    "answered on the telephone is not counted.",
    "de": "Verglichen wird jeweils mit ebenso langer Zeit innerhalb der Öffnungszeiten desselben Wochentags. "
    "Wer vor der Tür stand oder am Telefon gleich jemanden erreichte, ist nicht mitgezählt.",
}
