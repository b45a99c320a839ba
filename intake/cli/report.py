# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake report``: the key figures as tables for people, as CSV for a spreadsheet or as JSON for programs; and the
weekly mail to the office's lead, to look at before it is sent to anybody.

The figures, and what each of them counts, come from :mod:`intake.cases.report`; how they look, from
:mod:`intake.report`, of which each form brings libraries of its own and is imported where it is asked for.
"""

import asyncio
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from intake import config
from intake.cases import report as figures
from intake.cases.clock import system_clock
from intake.cases.ledger import Ledger
from intake.cases.tallies import By
from intake.errors import IntakeError
from intake.office import Calendar
from intake.report import tree

Echo = Callable[[str], None]
Form = Literal["table", "csv", "json"]

DAYS = 28
"""Of the period where none is named, today included: four of each weekday."""


async def show_report(
    file: Path, first: dt.date | None, last: dt.date | None, *, by: By, form: Form, echo: Echo
) -> None:
    """Print the figures. Raises :class:`IntakeError` where the period ends before it begins."""
    _possible(first, last)
    settings = config.load(file)
    calendar = Calendar(settings.configuration.office)
    last = last or max(calendar.local(system_clock()).date(), first or dt.date.min)
    first = first or last - dt.timedelta(days=DAYS - 1)
    if last < first:
        raise IntakeError(f"the report cannot end ({last}) before it begins ({first}); exchange --from and --to")
    ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
    try:
        found = await ledger.read(figures.make, first, last, calendar, by)
    finally:
        ledger.close()
    if form == "json":
        echo(json.dumps(tree.as_json(found), ensure_ascii=False, indent=2))
    elif form == "csv":
        from intake.report import sheet

        echo(sheet.as_csv(found).removesuffix("\n"))  # whoever prints it ends the line
    else:
        from intake.report import terminal

        echo(terminal.as_table(found))


async def preview_mail(file: Path, target: Path, last: dt.date | None, *, echo: Echo) -> None:
    """Write the weekly mail as it would be sent now, or as it would have been on the day ``last``, to a file.

    ``-`` prints it. Raises :class:`IntakeError` where the file cannot be written.
    """
    from intake.report import letter
    from intake.report.weekly import week_due

    _possible(last)
    settings = config.load(file)
    wanted, calendar = settings.configuration.report, Calendar(settings.configuration.office)
    now = system_clock()
    if last is not None:
        now = dt.datetime.combine(last, dt.time(23, 59), calendar.zone)
    recipients = wanted.weekly_to or (settings.configuration.office.email,)
    raw = await letter.mail_about(settings, week_due(wanted, calendar, now), now, recipients)
    if str(target) == "-":
        echo(raw.decode("ascii").removesuffix("\n"))
        return
    try:
        await asyncio.to_thread(target.write_bytes, raw)
    except OSError as error:
        raise IntakeError(f"{target}: cannot be written ({error.strerror}); name another file") from None
    echo(f"{target}: the weekly mail; open it with a mail program")


def _possible(*days: dt.date | None) -> None:
    """Raises :class:`IntakeError` for a year that calendars and clocks cannot reckon with."""
    for day in days:
        if day is not None and not 1900 <= day.year <= 9000:
            raise IntakeError(f"{day}: no mail can be of that day; correct --from and --to")
