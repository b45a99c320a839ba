# SPDX-License-Identifier: GPL-3.0-or-later
"""The optional note to a queue's own address that a new case lies in its folder.

It tells reference, queue, language and mailbox, and nothing of the person or the message: the address may be
read on telephones and forwarded, the message may not. It goes through the same outbox, counts towards no cap,
and is marked so that no automatic responder answers it (RFC 3834 5).
"""

import datetime as dt

from intake.cases import keys, staff_mail
from intake.cases.case import Case
from intake.cases.register import Register
from intake.config import Configuration
from intake.languages import LANGUAGES


def enqueue(
    register: Register, case: Case, source: int, configuration: Configuration, *, secret: bytes, at: dt.datetime
) -> None:
    """Tell the address of a new case's queue, where it has one. ``source``: the message that opened the case."""
    queue = configuration.queues[case.queue]
    if queue.notify is None:
        return
    sender = configuration.mailboxes[case.mailbox].address
    mail_id = keys.message_id(secret, sender, "notification", case.reference)
    raw = compose(
        office=configuration.office.name, sender=sender, recipient=queue.notify, reference=case.reference,
        folder=queue.folder, language=case.language, mailbox=case.mailbox, message_id=mail_id,
        loop_token=keys.loop_token(secret), at=at,
    )  # fmt: skip
    register.enqueue(
        case, source, kind="notification", mailbox=case.mailbox, mail_id=mail_id, raw=raw, envelope_sender="",
        recipient=queue.notify, state="queued", copy="none",
    )  # fmt: skip


def compose(
    *,
    office: str,
    sender: str,
    recipient: str,
    reference: str,
    folder: str,
    language: str,
    mailbox: str,
    message_id: str,
    loop_token: str,
    at: dt.datetime,
) -> bytes:
    """The finished mail, in German. ``at``: aware, in the office's time."""
    row = LANGUAGES.get(language)
    subject = f"Neuer Vorgang {reference} im Ordner {folder}"
    note = staff_mail.begin(
        address=sender, recipient=recipient, subject=subject, at=at, message_id=message_id, loop_token=loop_token
    )
    note.set_content(
        f"Im Ordner „{folder}“ des Postfachs „{mailbox}“ liegt ein neuer Vorgang.\n\n"
        f"Vorgangsnummer: {reference}\n"
        f"Sprache: {row.endonym if row else 'nicht erkannt'} ({language})\n\n"
        f"Diese Nachricht kommt vom Eingangsdienst ({office}). Sie enthält absichtlich nichts aus der Nachricht.\n",
        cte="quoted-printable",
    )
    return note.as_bytes()
