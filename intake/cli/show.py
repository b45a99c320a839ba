# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake case``, ``intake status``, ``intake resume``: what the ledger knows, and the one switch."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake import config
from intake.cases import clock, corrections, notices, reference
from intake.cases import ledger as books
from intake.cases import recordings as spoken
from intake.cases.clock import system_clock
from intake.cases.ledger import Ledger
from intake.cases.tables import AnyRow, cases, mailboxes, messages, outbox, recordings
from intake.config import Settings
from intake.errors import AnnouncementError, IntakeError
from intake.mail import outbox as outgoing
from intake.mail.eligibility import REASONS
from intake.office import Calendar

Echo = Callable[[str], None]


def _open(file: Path) -> tuple[Settings, Ledger]:
    settings = config.load(file)
    return settings, Ledger.open(settings.ledger_url, settings.data, create=False)


async def show_case(file: Path, typed: str, *, as_json: bool, echo: Echo) -> None:
    """Everything about one case. Raises :class:`IntakeError` if the reference is none, or unknown."""
    settings, ledger = _open(file)
    try:
        wanted = reference.normalise(settings.configuration.service.reference_prefix, typed)
        if wanted is None:
            raise IntakeError(f'"{typed}" is no case reference (its check character does not fit); look at it again')
        found = await ledger.read(_case, wanted)
    finally:
        ledger.close()
    if found is None:
        raise IntakeError(f"{wanted}: no case has this reference in this ledger")
    if as_json:
        echo(json.dumps(found, ensure_ascii=False, default=_instant, indent=2))
    else:
        echo(_case_text(found, settings))


def _instant(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(type(value).__name__)


def _case(connection: Connection, wanted: str) -> dict[str, Any] | None:
    row = connection.execute(sa.select(cases).where(cases.c.reference == wanted)).first()
    if row is None:
        return None
    received = connection.execute(
        sa.select(messages, recordings.c.transcript, recordings.c.seconds, recordings.c.source, recordings.c.problem)
        .outerjoin(recordings, recordings.c.message_id == messages.c.id)
        .where(messages.c.case_id == row.id)
        .order_by(messages.c.id)
    )
    sent = connection.execute(sa.select(outbox).where(outbox.c.case_id == row.id).order_by(outbox.c.id))
    return {
        "reference": row.reference, "channel": row.channel, "state": row.state, "queue": row.queue,
        "language": row.language, "mailbox": row.mailbox, "subject": row.subject, "sender": row.sender,
        "opened_at": row.opened_at, "acknowledged_at": row.acknowledged_at, "answered_at": row.answered_at,
        "messages": [
            {
                "recorded_at": m.recorded_at, "acknowledge": m.reply, "reason": m.reason, "language": m.language,
                "confidence": m.confidence, "queue": m.queue, "folder": m.folder, "mailbox": m.mailbox,
                "filing": m.filing, "evidence": m.evidence, "recording": _recording(m),
            }
            for m in received
        ],
        "corrections": [
            {"at": c.at, "from_queue": c.from_queue, "to_queue": c.to_queue}
            for c in corrections.of_case(connection, row.id)
        ],
        "acknowledgements": [
            {
                "kind": o.kind, "created_at": o.created_at, "state": o.state, "sent_at": o.sent_at,
                "attempts": o.attempts, "problem": o.problem, "copy": o.copy, "message_id": o.mail_id,
            }
            for o in sent
        ],
    }  # fmt: skip


def _recording(row: AnyRow) -> dict[str, Any] | None:
    """What is known about a message because it was spoken."""
    if row.transcript is None:
        return None
    return {"from": row.source, "seconds": row.seconds, "transcript": row.transcript, "problem": row.problem}


def _recording_text(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    length = f", {found['seconds']:.0f} s" if found["seconds"] else ""
    problem = f" ({found['problem']})" if found["problem"] else ""
    return [f"               recording from {found['from']}{length}, transcript: {found['transcript']}{problem}"]


def _case_text(found: dict[str, Any], settings: Settings) -> str:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(settings.configuration.office.timezone)

    def when(value: dt.datetime | None) -> str:
        return f"{value.astimezone(zone):%d.%m.%Y %H:%M}" if value else "-"

    lines = [
        f"{found['reference']}  {found['state']}, queue {found['queue']}, language {found['language']}",
        f"  opened       {when(found['opened_at'])} in mailbox {found['mailbox']} ({found['channel']})",
        f"  acknowledged {when(found['acknowledged_at'])}",
        f"  answered     {when(found['answered_at'])}",
        f"  sender       {found['sender'] or '(not kept)'}",
        f"  subject      {found['subject'] or '(none, or not kept)'}",
    ]
    happened: list[tuple[dt.datetime, list[str]]] = []
    for message in found["messages"]:
        reason = REASONS[message["reason"]]
        verdict = "acknowledge" if message["acknowledge"] else "no acknowledgement"
        happened.append((message["recorded_at"], [
            f"  message      {when(message['recorded_at'])}: {verdict}: {reason.english} [{message['reason']}]",
            f"               {reason.german}",
            f"               folder {message['folder']} ({message['filing']}),",
            f"               language {message['language']}, {message['confidence']}",
            *_recording_text(message["recording"]),
            *(f"               {text}" for text in message["evidence"]),
        ]))  # fmt: skip
    for mail in found["acknowledgements"]:
        happened.append((mail["created_at"], [
            f"  outgoing     {when(mail['created_at'])}: {mail['kind']} {mail['state']}"
            + (f" {when(mail['sent_at'])}" if mail["sent_at"] else "")
            + (f", {mail['attempts']} attempts, {mail['problem']}" if mail["problem"] else "")
            + f"; copy {mail['copy']}; {mail['message_id']}"
        ]))  # fmt: skip
    for change in found["corrections"]:
        moved = f"moved by staff from {change['from_queue']} to {change['to_queue']}"
        happened.append((change["at"], [f"  correction   {when(change['at'])}: {moved}"]))
    return "\n".join([*lines, *(line for _at, told in sorted(happened, key=lambda one: one[0]) for line in told)])


async def show_status(file: Path, *, as_json: bool, echo: Echo) -> None:
    """Whether it works. Always exits 0: what is wrong is in the text."""
    settings, ledger = _open(file)
    try:
        running = ledger.is_locked()
        found = await ledger.read(_status, settings)
    finally:
        ledger.close()
    found = {"running": running, **found, "announcements": _announcements(settings, system_clock())}
    if as_json:
        echo(json.dumps(found, ensure_ascii=False, default=_instant, indent=2))
    else:
        echo(_status_text(found, system_clock(), settings))


def _announcements(settings: Settings, now: dt.datetime) -> dict[str, Any] | None:
    """What callers hear, and when that changes; None where nothing is published."""
    if not settings.library.is_dir():
        return None
    from intake.announcements import outlook  # with all of what it says: mail alone does without

    try:
        found = outlook.look(settings, now)
    except AnnouncementError as error:
        return {"problem": str(error)}
    return asdict(found) if found else None


def _status(connection: Connection, settings: Settings) -> dict[str, Any]:
    rows = {row.name: row for row in connection.execute(sa.select(mailboxes))}
    boxes = []
    for name in settings.configuration.mailboxes:
        row = rows.get(name)
        waiting = connection.execute(
            sa.select(sa.func.count())
            .select_from(messages)
            .where(messages.c.mailbox == name, messages.c.filing.in_(["pending", "copying", "copied"]))
        ).scalar_one()
        boxes.append(
            {
                "name": name, "fetched_at": row.fetched_at if row else None, "problem": row.problem if row else None,
                "waiting_to_be_filed": waiting,
            }
        )  # fmt: skip
    waiting, oldest = spoken.waiting(connection)
    by_state = connection.execute(sa.select(cases.c.state, sa.func.count()).group_by(cases.c.state))
    return {
        "alive_at": books.get_meta(connection, "alive_at"),
        "mailboxes": boxes,
        "cases": {row[0]: row[1] for row in by_state},
        "outbox": outgoing.summary(connection),
        "outbox_oldest": outgoing.oldest_waiting(connection),
        "recordings": waiting,
        "recordings_oldest": oldest,
        "holds": [
            {"kind": kind, "mailbox": mailbox, "since": since, "sentence": sentence}
            for kind, mailbox, since, sentence in books.current_holds(connection)
        ],
        "notices": [
            {"cause": n.cause, "about": n.subject, "count": n.count, "since": n.opened_at, "sentence": n.english}
            for n in notices.open_notices(connection)
        ],
    }


def _status_text(found: dict[str, Any], now: dt.datetime, settings: Settings) -> str:
    def ago(value: dt.datetime | None) -> str:
        if value is None:
            return "never"
        seconds = int((now - value).total_seconds())
        for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
            if seconds >= size:
                return f"{seconds // size} {unit} ago"
        return f"{max(seconds, 0)} s ago"

    lines = ["running" if found["running"] else "NOT RUNNING (start it with: intake run)"]
    for box in found["mailboxes"]:
        line = f"mailbox {box['name']}: last fetched {ago(box['fetched_at'])}"
        if box["waiting_to_be_filed"]:
            line += f", {box['waiting_to_be_filed']} waiting to be filed"
        lines.append(line + (f", PROBLEM: {box['problem']}" if box["problem"] else ""))
    lines.append("cases: " + (", ".join(f"{count} {state}" for state, count in found["cases"].items()) or "none"))
    line = "outbox: " + (", ".join(f"{count} {state}" for state, count in found["outbox"].items()) or "empty")
    lines.append(line + (f"; the oldest waits since {ago(found['outbox_oldest'])}" if found["outbox_oldest"] else ""))
    if found["announcements"]:
        lines.append(_announcements_text(found["announcements"], settings))
    if found["recordings"]:
        lines.append(f"voicemail: {found['recordings']} waiting, the oldest came {ago(found['recordings_oldest'])}")
    for hold in found["holds"]:
        where = f" for mailbox {hold['mailbox']}" if hold["mailbox"] else ""
        lines.append(f"HELD ({hold['kind']}){where}, {ago(hold['since'])}: {hold['sentence']}")
    for notice in found["notices"]:
        times = f", {notice['count']} times" if notice["count"] > 1 else ""
        lines.append(
            f"notice {notice['cause']} ({notice['about']}), {ago(notice['since'])}{times}: {notice['sentence']}"
        )
    if not found["notices"]:
        lines.append("no notices")
    return "\n".join(lines)


def _announcements_text(found: dict[str, Any], settings: Settings) -> str:
    if "problem" in found:
        return f"announcements: PROBLEM: {found['problem']}"
    calendar = Calendar(settings.configuration.office)
    until = f"{calendar.local(found['valid_until']):%d.%m.%Y %H:%M}"
    line = f"announcements: version {found['version']} is on the line, "
    if found["next_change"] is None:
        line += f"OUT OF DATE since {until}, callers are referred to the website; now: intake announce publish"
    else:
        line += f"right until {until}; next change {calendar.local(found['next_change']):%d.%m.%Y %H:%M}"
    return line + (", held: nothing is published automatically" if found["held"] else "")


async def lift_holds(file: Path, *, discard: bool, echo: Echo) -> None:
    """Lift every hold, and confirm the clock where it is in doubt.

    What was held longer than ``smtp.max_age_hours`` is dropped, not sent late.
    """
    settings, ledger = _open(file)
    hours = settings.configuration.smtp.max_age_hours if settings.configuration.smtp else 24
    now = system_clock()
    try:
        held = await ledger.read(books.current_holds)
        queued, dropped = await ledger.write(books.resume, now, oldest=now - dt.timedelta(hours=hours), discard=discard)
        for kind in ("breaker", "restored"):
            await ledger.write(notices.close_notice, kind, None, now)
        doubted = await ledger.write(clock.confirm, now)
    finally:
        ledger.close()
    if doubted:
        echo("the clock is confirmed; what is past its end will be deleted")
    if not held and not doubted:
        echo("nothing was held")
    elif held:
        echo(f"lifted {len(held)} hold(s): {queued} acknowledgement(s) will be sent, {dropped} dropped")
