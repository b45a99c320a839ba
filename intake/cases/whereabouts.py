# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger knows about mail that lies in a queue folder: whose case it is, and what staff did with it."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.tables import cases, corrections, messages

NO_FOLDER = 0
"""The UIDVALIDITY of what came by telephone: no folder has it."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A recorded message where it lies now."""

    reference: str | None
    """Of its case; machines' mail has none."""
    follow_up: bool
    """It joined a case that was there already, and so lies where that case lies."""
    spoken: bool
    """It came by telephone."""
    corrected: str | None
    """The queue that staff moved it to, the last time they did."""


def filed(
    connection: Connection, mailbox: str, folder: str, uidvalidity: int, uids: Collection[int]
) -> dict[int, Filed]:
    """What is recorded of these messages in a queue folder, by UID; ``folder`` as the configuration names it."""
    other = messages.alias()
    first = sa.select(sa.func.min(other.c.id)).where(other.c.case_id == messages.c.case_id).scalar_subquery()
    moved = (
        sa.select(corrections.c.to_queue)
        .where(corrections.c.message_id == messages.c.id)
        .order_by(corrections.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(
            messages.c.target_uid, messages.c.id, messages.c.uidvalidity, messages.c.case_id, cases.c.reference,
            first.label("first"), moved.label("moved"),
        )
        .outerjoin(cases, cases.c.id == messages.c.case_id)
        .where(
            messages.c.mailbox == mailbox,
            messages.c.folder == folder,
            messages.c.target_uidvalidity == uidvalidity,
            messages.c.target_uid.in_(uids),
        )
    )  # fmt: skip
    return {
        row.target_uid: Filed(
            reference=row.reference,
            follow_up=row.case_id is not None and row.id != row.first,
            spoken=row.uidvalidity == NO_FOLDER,
            corrected=row.moved,
        )
        for row in connection.execute(query)
    }
