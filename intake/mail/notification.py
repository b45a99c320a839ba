# SPDX-License-Identifier: GPL-3.0-or-later
"""The optional note to a queue's own address that a new case lies in its folder.

It tells reference, queue, language and mailbox, and nothing of the person or the message: the address may be
read on telephones and forwarded, the message may not. It goes through the same outbox, counts towards no cap,
and is marked so that no automatic responder answers it (RFC 3834 5).
"""

import datetime as dt
from email.message import EmailMessage
from email.policy import SMTP

from intake.languages import LANGUAGES


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
    note = EmailMessage(policy=SMTP)
    note["From"] = f"Eingangsdienst <{sender}>"
    note["To"] = recipient
    note["Subject"] = f"Neuer Vorgang {reference} im Ordner {folder}"
    note["Date"] = at
    note["Message-ID"] = message_id
    note["Auto-Submitted"] = "auto-generated"
    note["X-Auto-Response-Suppress"] = "All"
    note["X-Loop"] = loop_token
    note.set_content(
        f"Im Ordner „{folder}“ des Postfachs „{mailbox}“ liegt ein neuer Vorgang.\n\n"
        f"Vorgangsnummer: {reference}\n"
        f"Sprache: {row.endonym if row else 'nicht erkannt'} ({language})\n\n"
        f"Diese Nachricht kommt vom Eingangsdienst ({office}). Sie enthält absichtlich nichts aus der Nachricht.\n",
        cte="quoted-printable",
    )
    return note.as_bytes()
