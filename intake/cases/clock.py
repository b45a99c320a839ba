# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's clock is believed while it goes on from where it was.

Whatever ends by itself ends by the clock, and what has ended cannot be brought back. A dead battery or a wrong time
server can put a clock ahead by ten years: then every person, every figure and every backup would be past its end.
So the daemon compares the clock with its own last pulse, which it notes at least every half minute.

*Ahead* by more than :data:`LONGEST_GAP`: nothing is erased or deleted, and a notice says so, until the clock has gone
on steadily for :data:`STEADY`, or an administrator confirms it with ``intake resume``, or it is set back. A service
that stood still for so long is a clock that jumped, as far as anybody can tell: its retention is late by three days.
Mail is received, acknowledged and filed meanwhile.

*Back* by more than :data:`SLIP`: whatever is noted as being in the future was noted by a clock that was wrong.
It is noted as of now: else a mail put off would wait until then, and caps would count it, for as long as the clock had
been ahead.

Summer time is no jump: the ledger knows UTC only.
"""

import datetime as dt
import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from intake.cases.case import NoticeText
from intake.cases.ledger import RESUMED, get_meta, note, put_meta
from intake.cases.notices import close_notice, raise_notice
from intake.cases.tables import Instant, blocks, messages, meta, metadata

LONGEST_GAP = dt.timedelta(days=7)
STEADY = dt.timedelta(hours=72)
"""A long weekend: somebody will have seen the notice."""
SLIP = dt.timedelta(minutes=2)

_ALIVE = "alive_at"
_DOUBTED = "clock_doubted"
_NOT_OURS = frozenset((messages.c.internal_date, blocks.c.until))
"""The mail server's own time, and what is meant to lie in the future."""


def system_clock() -> dt.datetime:
    """Now, as an aware instant, by the machine's clock."""
    return dt.datetime.fromtimestamp(time.time(), dt.UTC)


def look(connection: Connection, now: dt.datetime) -> bool:
    """Note the daemon's pulse, and whether the clock may be believed: true if what is past its end may be deleted."""
    last = _instant(connection, _ALIVE)
    put_meta(connection, _ALIVE, now.isoformat())
    if last is not None and now < last - SLIP:
        _set_back(connection, last, now)
    elif last is not None and now > last + LONGEST_GAP:
        put_meta(connection, _DOUBTED, now.isoformat())
        note(connection, now, "clock ahead", f"{last:%Y-%m-%d} to {now:%Y-%m-%d}")
        raise_notice(connection, _notice(last, now), now)
    since = _instant(connection, _DOUBTED)
    if since is None:
        return True
    if since <= now < since + STEADY:
        return False
    confirm(connection, now)
    return True


def believed(connection: Connection, now: dt.datetime) -> bool:
    """The same question by another process than the daemon: nothing is noted."""
    last = _instant(connection, _ALIVE)
    return _instant(connection, _DOUBTED) is None and (last is None or now <= last + LONGEST_GAP)


def confirm(connection: Connection, now: dt.datetime) -> bool:
    """The clock is right. False if nobody doubted it."""
    close_notice(connection, "clock", None, now)
    return connection.execute(meta.delete().where(meta.c.key == _DOUBTED)).rowcount > 0


def _instant(connection: Connection, key: str) -> dt.datetime | None:
    value = get_meta(connection, key)
    return dt.datetime.fromisoformat(value) if value else None


def _set_back(connection: Connection, last: dt.datetime, now: dt.datetime) -> None:
    ahead = connection.execute(sa.select(blocks).where(blocks.c.at > now)).all()
    for row in ahead:
        connection.execute(blocks.update().where(blocks.c.key == row.key).values(until=row.until - (row.at - now)))
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, Instant) and column not in _NOT_OURS:
                connection.execute(table.update().where(column > now).values({column: now}))
    resumed = _instant(connection, RESUMED)
    if resumed is not None and resumed > now:
        put_meta(connection, RESUMED, now.isoformat())
    note(connection, now, "clock back", f"by {(last - now).total_seconds():.0f} s")


def _notice(last: dt.datetime, now: dt.datetime) -> NoticeText:
    return NoticeText(
        "clock",
        "clock",
        f"Die Uhr des Rechners steht auf dem {now:%d.%m.%Y}, der Dienst lief zuletzt am {last:%d.%m.%Y}. "
        "Solange unklar ist, ob sie stimmt, wird nichts gelöscht, längstens drei Tage. "
        "Bitte die Uhrzeit prüfen; stimmt sie, genügt der Befehl: intake resume",
        f"the clock says {now:%Y-%m-%d}, the service last ran on {last:%Y-%m-%d}; nothing is deleted for three days: "
        "set the clock right, or confirm it with: intake resume",
    )
