# SPDX-License-Identifier: GPL-3.0-or-later
"""The recording in the mail of a telephone system: the one attachment that is fetched, and handed to the voicemail.

First the recording is taken, durably, then its mail is recorded and filed in ``system``: after a crash between the two
the mail is found again, and the recording is known. A recording that the server does not show, or that is larger than
the limit, is no reason to lose it: its mail is filed for a team like a person's, and marked.
"""

import datetime as dt
from typing import Protocol

from intake.cases.case import Place
from intake.cases.spool import PrivateSpool
from intake.config import Configuration
from intake.errors import MailboxRefused
from intake.mail.assessment import Assessment, unheard
from intake.mail.telephone import Spoken
from intake.parsing.mime import transfer_decoded
from intake.servers.imap import Connection, Head

ENCODED = 1.4
"""Octets of base64 with its line ends for each octet."""


class Voicemail(Protocol):
    """What a mailbox needs of :class:`intake.voicemail.line.Line`."""

    spool: PrivateSpool

    async def take(
        self, data: bytes, *, source: str, name: str, left_at: dt.datetime, caller: str, identity: str
    ) -> None:
        """Take a recording, durably, unless it was taken before."""


async def hand_over(
    connection: Connection,
    voicemail: Voicemail,
    configuration: Configuration,
    place: Place,
    head: Head,
    assessment: Assessment,
    now: dt.datetime,
) -> Assessment:
    """Fetch the recording of a mail and hand it over; what is to be recorded of the mail itself."""
    spoken = assessment.spoken
    if spoken is None or configuration.voicemail is None:
        return assessment
    most = configuration.voicemail.max_megabytes * 1_000_000
    data = await _fetched(connection, head, spoken, most)
    if data is None:
        return unheard(assessment, "its recording could not be fetched, or is too large: listen to the attachment")
    await voicemail.take(
        data, source=assessment.sender.lower(), name=spoken.filename, left_at=place.internal_date or now,
        caller=spoken.caller, identity=f"{assessment.message_id} {spoken.leaf}" if assessment.message_id else "",
    )  # fmt: skip
    return assessment


async def _fetched(connection: Connection, head: Head, spoken: Spoken, most: int) -> bytes | None:
    leaves = head.structure.leaves if head.structure is not None else ()
    node = leaves[spoken.leaf] if spoken.leaf < len(leaves) else None
    # What the mail says of itself and what the server says of it must be about the same part.
    if node is None or node.kind != spoken.kind or node.size > most * ENCODED:
        return None
    try:
        encoded = await connection.body(head.uid, node, int(most * ENCODED))
    except MailboxRefused:
        return None
    return transfer_decoded(node.encoding, encoded) if encoded else None
