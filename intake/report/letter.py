# SPDX-License-Identifier: GPL-3.0-or-later
"""The weekly mail to the office's lead, in German: what a meeting needs, on one page, as HTML and as plain text.

It is about the last complete week from Monday to Sunday (ISO 8601), beside the weeks before it. When people write and
call is shown over thirteen weeks, a quarter of a year: one week is too short to say anything about opening hours.
Numbers of a week by queue and by language are masked like every table of two properties; rare languages stand together.

Mail programs are no browsers. The page is made of tables with widths as attributes, because Outlook lays out with Word;
it has no colours of its own but grey lines, so that dark mode works; nothing is loaded from anywhere, the two pictures
are in the mail. What a picture shows also stands in words, for those who see none.

Nothing here reads a clock: the same figures give the same mail.
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from sqlalchemy.engine import Connection

from intake import resources, wording
from intake.cases import keys, staff_mail
from intake.cases import report as figures
from intake.cases.ledger import Ledger
from intake.cases.masking import Count, Hidden, is_small
from intake.cases.report import Report, StretchFigures
from intake.cases.tallies import Spread, Stretch
from intake.config import Configuration, Settings
from intake.errors import ConfigurationError
from intake.languages import LANGUAGES
from intake.mail.eligibility import REASONS
from intake.office import Calendar
from intake.report import charts
from intake.report.sentences import CAVEAT, about_edge, duration, number, share_outside, times, weekday

WEEKS = 13
_REASONS = 6
"""Those why most messages got no acknowledgement."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it is about, and its cells."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart in the mail. ``words``: what it shows, for those who do not see it."""

    cid: str
    png: bytes
    width: int
    words: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What the mail says."""

    subject: str
    html: str
    text: str
    pictures: tuple[Picture, ...]


def weeks_before(monday: dt.date) -> dt.date:
    """The Monday with which the thirteen weeks begin whose last one begins with ``monday``."""
    return monday - dt.timedelta(weeks=WEEKS - 1)


async def mail_about(settings: Settings, monday: dt.date, at: dt.datetime, recipients: Sequence[str]) -> bytes:
    """The finished mail about the week from ``monday``, from the filing mailbox's address to the recipients.

    Raises :class:`IntakeError` if the ledger cannot be read or a template is broken.
    """
    configuration, calendar = settings.configuration, Calendar(settings.configuration.office)
    mailbox = configuration.mailboxes.get(configuration.filing_mailbox)
    address = mailbox.address if mailbox else configuration.office.email
    ledger = await asyncio.to_thread(Ledger.open, settings.ledger_url, settings.data, create=False)
    try:
        letter = await ledger.read(make, settings, monday)
        return compose(
            letter,
            sender=address,
            recipients=recipients,
            message_id=keys.message_id(ledger.secret, address, "weekly", monday.isoformat()),
            loop_token=keys.loop_token(ledger.secret),
            at=calendar.local(at),
        )
    finally:
        ledger.close()


def make(connection: Connection, settings: Settings, monday: dt.date) -> Letter:
    """What the mail about the week from ``monday`` says. Raises :class:`ConfigurationError` for a broken template."""
    calendar = Calendar(settings.configuration.office)
    sunday = monday + dt.timedelta(days=6)
    week = figures.make(connection, monday, sunday, calendar)
    weeks = figures.make(connection, weeks_before(monday), sunday, calendar)
    return write(settings, calendar, week, weeks)


def write(settings: Settings, calendar: Calendar, week: Report, weeks: Report) -> Letter:
    """What the mail says of one week and of the thirteen that end with it."""
    configuration = settings.configuration
    year, number_of_week, _ = week.first.isocalendar()
    title = f"Kennzahlen der Woche {number_of_week}/{year}"
    pictures = _pictures(calendar, weeks)
    said: dict[str, Any] = {
        "title": title,
        "office": configuration.office.name,
        "dates": wording.date_range("de", week.first, week.last),
        "summary": _summary(calendar, week, weeks),
        "queues": _queues(configuration, calendar, week, weeks),
        "languages": _languages(week),
        "reasons": _reasons(week),
        "corrected": _corrected(configuration, week),
        "weeks": [_of_week(stretch, one) for stretch, one in weeks.stretches.items()],
        "outside": share_outside(weeks.pressure, "de"),
        "edges": [about_edge(edge, "de") for edge in weeks.pressure.edges],
        "caveat": CAVEAT["de"],
        "pictures": pictures,
        "first_of_weeks": wording.date("de", weeks.first),
        "masked": any(isinstance(one, Hidden) for one in weeks.by_stretch_and_queue.values()),
    }
    beside = settings.file.parent if settings.file else None
    subject = f"{title} ({said['dates']})"
    html, text = (_rendered(name, beside, said) for name in ("weekly.html.j2", "weekly.txt.j2"))
    return Letter(subject, html, text, pictures)


def compose(
    letter: Letter, *, sender: str, recipients: Sequence[str], message_id: str, loop_token: str, at: dt.datetime
) -> bytes:
    """The finished mail (RFC 2046 5.1.4, RFC 2387). ``at``: aware, in the office's time."""
    mail = staff_mail.begin(
        address=sender, recipient=", ".join(recipients), subject=letter.subject, at=at, message_id=message_id,
        loop_token=loop_token,
    )  # fmt: skip
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    page = mail.get_payload()[1]  # type: ignore[index]
    assert isinstance(page, EmailMessage)
    for picture in letter.pictures:
        page.add_related(
            picture.png, "image", "png", cid=f"<{picture.cid}>", disposition="inline", filename=f"{picture.cid}.png"
        )
    digest = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    mail.set_boundary(f"=_a{digest}")
    page.set_boundary(f"=_r{digest}")
    return mail.as_bytes()


def _rendered(name: str, beside: Path | None, said: Mapping[str, Any]) -> str:
    """A template, the office's own first."""
    folders = [folder / "report" for folder in resources.search_path("templates", beside)]
    environment = Environment(
        loader=FileSystemLoader(folders), autoescape=name.endswith("html.j2"), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    try:
        return environment.get_template(name).render(said)
    except TemplateError as error:
        raise ConfigurationError(f"templates/report/{name}: {error}; correct it, or remove it") from None


def _pictures(calendar: Calendar, weeks: Report) -> tuple[Picture, ...]:
    columns = [
        (_week(stretch), one.people - one.voicemails, one.voicemails) for stretch, one in weeks.stretches.items()
    ]
    busiest = max(weeks.pressure.hours.items(), key=lambda item: item[1].all, default=None)
    most = (
        f" Am meisten kam {weekday(busiest[0][0], 'de')}s zwischen "
        f"{busiest[0][1]} und {busiest[0][1] + 1} Uhr: {_number(busiest[1].all)}."
        if busiest
        else ""
    )
    return (
        Picture(
            "wochen", charts.bars(columns), charts.WIDTH,
            "Nachrichten von Menschen je Kalenderwoche: "
            + ", ".join(f"Woche {label}: {_number(written + spoken)}" for label, written, spoken in columns),
        ),
        Picture(
            "stunden", charts.heat_map(weeks.pressure, calendar.week), charts.WIDTH,
            f"Nachrichten von Menschen nach Wochentag und Stunde; mit orangem Strich die Öffnungszeiten.{most}",
        ),
    )  # fmt: skip


def _summary(calendar: Calendar, week: Report, weeks: Report) -> list[Row]:
    before = list(weeks.stretches.values())[-2]

    def row(name: str, value: int, earlier: int) -> Row:
        return Row(name, (_number(value), _number(earlier)))

    def took(name: str, value: Spread, earlier: Spread) -> Row:
        return Row(f"{name} (Hälfte / neun von zehn)", (times(value, "de"), times(earlier, "de")))

    oldest = f"{calendar.local(week.oldest):%d.%m.%y}" if week.oldest else "–"
    return [
        row("Nachrichten von Menschen", week.people, before.people),
        *(
            [row("davon auf die Mailbox gesprochen", week.voicemails, before.voicemails)]
            if week.voicemails or before.voicemails
            else []
        ),
        row("Neue Vorgänge", week.cases, before.cases),
        row("Nachrichten von Maschinen", week.messages - week.people, before.messages - before.people),
        row("Bestätigt", week.acknowledged.count, before.acknowledged.count),
        took("Bis zur Bestätigung", week.acknowledged, before.acknowledged),
        row("Beantwortet", week.answered.count, before.answered.count),
        took("Bis zur Antwort", week.answered, before.answered),
        Row("In andere Ordner verschoben", (_number(week.corrections), "")),
        Row("Warten jetzt auf eine Antwort", (_number(week.open), "")),
        Row("Der älteste Vorgang wartet seit", (oldest, "")),
    ]


def _queues(configuration: Configuration, calendar: Calendar, week: Report, weeks: Report) -> list[Row]:
    """Messages are masked as in every table of weeks and queues."""
    label = list(weeks.stretches)[-1].name
    rows = []
    for name, queue in week.queues.items():
        since = f"{calendar.local(queue.oldest):%d.%m.%y}" if queue.oldest else "–"
        answered = duration(queue.answered.median, "de")
        count = weeks.by_stretch_and_queue.get((label, name), 0)
        rows.append(Row(_folder(configuration, name), (_shown(count), _number(queue.open), since, answered)))
    return rows


def _languages(week: Report) -> list[Row]:
    """Each language with enough messages that nobody can be guessed; the others together."""
    counts = {code: messages for code, (messages, _) in week.languages.items() if messages}
    rare = [code for code, count in counts.items() if is_small(count)]
    if len(rare) == 1 and len(counts) > 1:  # alone it would be no secret
        rare.append(min((code for code in counts if code not in rare), key=lambda code: counts[code]))
    rows = [Row(_language(code), (_number(count),)) for code, count in counts.items() if code not in rare]
    if rare:
        rows.append(Row("weitere, zusammen", (_number(sum(counts[code] for code in rare)),)))
    return rows


def _reasons(week: Report) -> list[Row]:
    shown = list(week.suppressed.items())[:_REASONS]
    rest = sum(week.suppressed.values()) - sum(count for _, count in shown)
    rows = [
        Row(REASONS[reason].german.rstrip(".") if reason in REASONS else reason, (_number(count),))
        for reason, count in shown
    ]
    return [*rows, *([Row("andere Gründe", (_number(rest),))] if rest else [])]


def _corrected(configuration: Configuration, week: Report) -> list[Row]:
    return [
        Row(f"{_folder(configuration, old)} → {_folder(configuration, new)}", (_shown(count),))
        for (old, new), count in week.corrected.items()
    ]


def _of_week(stretch: Stretch, one: StretchFigures) -> Row:
    return Row(_week(stretch), (_number(one.people), _number(one.cases), _number(one.voicemails)))


def _week(stretch: Stretch) -> str:
    return str(stretch.first.isocalendar().week)


def _folder(configuration: Configuration, queue: str) -> str:
    return configuration.queues[queue].folder if queue in configuration.queues else queue


def _language(code: str) -> str:
    return wording.language_name("de", code) if code in LANGUAGES else "nicht erkannt"


def _shown(count: Count) -> str:
    return count.value if isinstance(count, Hidden) else _number(count)


def _number(value: int) -> str:
    return number(value, "de")
