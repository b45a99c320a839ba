# SPDX-License-Identifier: GPL-3.0-or-later
"""More connections to one account, for as long as there is much to append.

A server that is careful waits for its disk at each message of an APPEND: 2 ms or 3, in which it does nothing else for
that connection. One connection then appends fewer mails than are sent meanwhile, and all its other work waits as well.
So a backlog's copies go over connections of their own, side by side; they are opened when they are first needed and
closed when there is nothing to append any more. Where the server allows no more connections, there are none.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from intake.errors import MailboxError
from intake.servers.imap import Account, Connection

HANDS = 3
"""Connections of one crew. Dovecot allows a user ten from one address, mail programs included."""


class Crew:
    """The further connections of a mailbox; ``door`` is shared by all mailboxes of a server."""

    def __init__(self, account: Account, door: asyncio.Semaphore | None = None) -> None:
        self._account = account
        self._door = door
        self._hands: list[Connection] = []
        self._refused = False

    async def hands(self) -> Sequence[Connection]:
        """Open connections, perhaps none."""
        with contextlib.suppress(MailboxError):
            while len(self._hands) < HANDS and not self._refused:
                self._refused = True
                self._hands.append(await Connection.open(self._account, self._door))
                self._refused = False
        return tuple(self._hands)

    async def dismiss(self) -> None:
        """Close them all; never raises but when cancelled."""
        hands, self._hands = self._hands, []
        for connection in hands:
            await connection.logout()

    def drop(self) -> None:
        """Close them all at once, without a word."""
        for connection in self._hands:
            connection.drop()
        self._hands.clear()
