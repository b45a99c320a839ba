# SPDX-License-Identifier: GPL-3.0-or-later
"""How every mail of the service to staff begins: notices, notes, reminders, recordings, the weekly report.

They say who they come from, that a machine wrote them (RFC 3834 5), that no automatic responder shall answer them
(Exchange reads a field of its own), and that they are ours, should one come back.
"""

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP


def begin(
    *,
    address: str,
    recipient: str,
    subject: str,
    at: dt.datetime,
    message_id: str,
    loop_token: str,
    name: str = "Eingangsdienst",
) -> EmailMessage:
    """A mail without content. ``address``: of the mailbox it comes from, shown as ``name``; ``at``: aware, as shown."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = recipient
    mail["Subject"] = subject
    mail["Date"] = at
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Loop"] = loop_token
    return mail
