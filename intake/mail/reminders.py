# SPDX-License-Identifier: GPL-3.0-or-later
"""Each morning of a working day, a notice in each queue folder that says which cases wait too long.

Off unless the office switches it on (``[reminders]``). It goes to staff only, never to a resident: into the queue's own
folder, flagged, and to the queue's address where that is wanted. Where nothing is late there is nothing to read. After
a crash the folder is asked first whether the notice of the day lies there, so that there is no second one.
"""

import datetime as dt

from markupsafe import Markup

from intake.cases import keys, reminders, staff_mail
from intake.cases.filing import Filing
from intake.cases.ledger import Ledger
from intake.cases.reminders import Reminder, TeamMail
from intake.config import Queue
from intake.mail.reception import Desk
from intake.wording import date as date_in_words

_PAGE = Markup("""\
<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.4">
<p>{opening}</p>
<table style="border-collapse: collapse">
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
{rest}<p>{how}</p>
<p><small>{closing}</small></p>
</body></html>
""")
_CELL = 'style="text-align: left; padding: 2px 16px 2px 0; border-bottom: 1px solid #888"'
_HEAD = Markup('<th scope="col" ' + _CELL + ">{}</th>")  # noqa: S704 - a constant of ours
_ROW = Markup("<tr><td {0}>{{}}</td><td {0}>{{}}</td><td {0}>{{}}</td></tr>".format(_CELL))  # noqa: S704, UP032
_TITLES = ("Vorgangsnummer", "Wartet seit", "Arbeitstage zu lange")
_HOW = (
    "Ein Vorgang steht hier, bis auf seine Nachricht geantwortet wurde oder sie als beantwortet markiert ist. "
    "Die Vorgangsnummer steht im Betreff der Bestätigung, die neben der Nachricht liegt."
)


def is_time(desk: Desk, now: dt.datetime) -> bool:
    """Whether reminders are wanted, and this is a working day after the hour at which they come."""
    wanted, here = desk.configuration.reminders, desk.calendar.local(now)
    return wanted.daily and f"{here:%H:%M}" >= wanted.at and desk.calendar.is_working_day(here.date())


async def remind(ledger: Ledger, filing: Filing, desk: Desk, mailbox: str, now: dt.datetime) -> None:
    """Put today's reminders into the queue folders of a mailbox, each once. Opens folders."""
    configuration = desk.configuration
    wanted, today = configuration.reminders, desk.calendar.local(now).date()
    for queue_id, queue in configuration.queues.items():
        if queue.working_days is None:
            continue
        reminder = await ledger.read(
            reminders.late, desk.calendar, mailbox, queue_id, queue.working_days[1], today, wanted.named
        )
        if reminder is None:
            continue
        message_id = _message_id(desk, "reminder", mailbox, queue_id, today)
        if not await filing.holds(queue.folder, message_id):
            sender = configuration.mailboxes[mailbox].address
            raw = compose(desk, mailbox, queue, reminder, recipient=sender, message_id=message_id, now=now)
            if not await filing.append_notice(queue.folder, raw):
                continue
        mail = None
        if wanted.mail and queue.notify is not None:
            mail_id = _message_id(desk, "reminder by mail", mailbox, queue_id, today)
            raw = compose(desk, mailbox, queue, reminder, recipient=queue.notify, message_id=mail_id, now=now)
            mail = TeamMail(mail_id, queue.notify, raw)
        await ledger.write(reminders.posted, desk.secret, mailbox, reminder, mail, now, today)


def _message_id(desk: Desk, kind: str, mailbox: str, queue: str, today: dt.date) -> str:
    address = desk.configuration.mailboxes[mailbox].address
    return keys.message_id(desk.secret, address, kind, mailbox, queue, today.isoformat())


def compose(
    desk: Desk, mailbox: str, queue: Queue, reminder: Reminder, *, recipient: str, message_id: str, now: dt.datetime
) -> bytes:
    """The reminder as a mail for staff, in German, as text and HTML."""
    if queue.working_days is None:
        raise AssertionError("nothing is late in a queue without an expected time")
    configuration, here = desk.configuration, desk.calendar.local(now)
    one, days = reminder.total == 1, queue.working_days[1]
    told = "den einen Arbeitstag, der" if days == 1 else f"die {days} Arbeitstage, die"
    subject = f"{reminder.total} {'Vorgang wartet' if one else 'Vorgänge warten'} länger als üblich"
    opening = (
        f"Im Ordner „{queue.folder}“ des Postfachs „{mailbox}“ {'wartet' if one else 'warten'} {reminder.total} "
        f"{'Vorgang' if one else 'Vorgänge'} länger auf eine Antwort als {told} den Menschen genannt "
        f"{'wurde' if days == 1 else 'wurden'} (Stand: {date_in_words('de', here.date())})."
    )
    rows = [(late.reference, f"{late.since:%d.%m.%Y}", str(late.over)) for late in reminder.late]
    more = reminder.total - len(rows)
    closing = (
        f"Dieser Hinweis kommt vom Eingangsdienst ({configuration.office.name}), höchstens einmal am Tag je Ordner. "
        "Er geht nur an das Amt."
    )
    mail = staff_mail.begin(
        address=configuration.mailboxes[mailbox].address, recipient=recipient, subject=subject, at=here,
        message_id=message_id, loop_token=desk.loop_token,
    )  # fmt: skip
    widths = [max(len(cell) for cell in column) for column in zip(_TITLES, *rows, strict=True)]
    table = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in (_TITLES, *rows)]
    rest = f"und {more} weitere\n\n" if more else ""
    mail.set_content(
        f"{opening}\n\n" + "\n".join(table) + f"\n\n{rest}{_HOW}\n\n{closing}\n", cte="quoted-printable"
    )  # fmt: skip
    page = _PAGE.format(
        subject=subject, opening=opening, heads=Markup("").join(_HEAD.format(title) for title in _TITLES),
        rows=Markup("\n").join(_ROW.format(*row) for row in rows),
        rest=Markup("<p>{}</p>\n").format(f"und {more} weitere") if more else "", how=_HOW, closing=closing,
    )  # fmt: skip
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    return mail.as_bytes()
