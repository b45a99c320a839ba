# SPDX-License-Identifier: GPL-3.0-or-later
"""The acknowledgement: the finished mail (RFC 3834 3, RFC 5322, RFC 2046 5.1.4) around what the sender is told.

What it says stands in ``body.py``, in the words of ``texts.py``. Nothing of the sender's own text is repeated; the one
exception is the trimmed subject of an authenticated sender.

Nothing here reads a clock or a random source: the same facts give the same bytes, so a retry after a crash
repeats the same mail with the same Message-ID. A body is laid out once for all mails that share languages, queue
and calendar, and its gaps are filled for each: 0.2 ms of processor time for a mail instead of 7.5 ms (measured).
"""

import hashlib
import hmac
from dataclasses import dataclass
from email.utils import format_datetime

from intake.config import Configuration
from intake.mail.acknowledgement.body import Body, Facts, details_of, render, situation_of, stencil_of
from intake.mail.acknowledgement.rfc5322 import MESSAGE_ID, addr_spec, clean_subject, phrase, thread, unstructured
from intake.mail.acknowledgement.texts import Texts
from intake.message import Address
from intake.office import Calendar

__all__ = [
    "Body", "Facts", "Original", "Texts", "compose", "message_id", "render",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Original:
    """What of the incoming message an answer needs; every string is a stranger's."""

    message_id: str = ""
    references: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    subject: str = ""
    authenticated: bool | None = None


def message_id(key: bytes, mailbox: str, source: str, domain: str) -> str:
    """The Message-ID of the acknowledgement of the message ``source`` in ``mailbox``.

    A keyed hash (HMAC-SHA256, 128 bits of it): repeated exactly on a retry, and impossible to guess.
    """
    digest = hmac.new(key, f"{mailbox}\0{source}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"<intake.{digest.hexdigest()[:32]}@{domain}>"


def compose(
    texts: Texts,
    configuration: Configuration,
    calendar: Calendar,
    *,
    facts: Facts,
    original: Original,
    target: Address,
    mailbox_address: str,
    message_id: str,
    loop_token: str,
) -> bytes:
    """The finished mail: RFC 5322 with CRLF, ASCII headers (the target's own address excepted, RFC 6532).

    ``message_id`` is ours, from :func:`message_id`. Of ``original`` only well-formed Message-IDs and, if the
    sender is authenticated, the cleaned subject are used; the target's display name is left out.
    Never raises for whatever a stranger wrote.
    """
    situation = situation_of(texts, calendar, facts)
    body = stencil_of(texts, configuration, calendar, situation, len(facts.reference))
    prefix, *parts = body.filled(details_of(calendar, facts, situation.languages))
    subject = clean_subject(original.subject) if original.authenticated else ""
    in_reply_to = original.message_id if MESSAGE_ID.match(original.message_id) else ""
    references = thread(original.message_id, original.references, original.in_reply_to)
    boundary = "=_" + hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:40]
    fields = [
        ("From", f"{phrase(configuration.office.name)}\r\n <{mailbox_address}>"),
        ("To", f"<{addr_spec(target.address)}>"),
        ("Subject", unstructured(f"{prefix}: {subject}" if subject else prefix)),
        ("Date", format_datetime(calendar.local(facts.at))),
        ("Message-ID", message_id),
        *([("In-Reply-To", in_reply_to)] if in_reply_to else []),
        *([("References", "\r\n ".join(references))] if references else []),
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Loop", loop_token),
        ("Content-Language", ", ".join(situation.languages)),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("utf-8", "replace")
    mark = f"--{boundary}".encode("ascii")
    return b"".join(
        [head, b"\r\n", *(mark + b"\r\n" + part + b"\r\n" for part in parts), mark, b"--\r\n"],
    )
