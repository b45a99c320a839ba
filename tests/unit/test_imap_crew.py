# SPDX-License-Identifier: GPL-3.0-or-later
"""Further connections of a mailbox: some, none where the server says so, and none left when they are not needed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from intake.errors import MailboxRefused
from intake.servers.imap import Account, Connection
from intake.servers.imap_crew import HANDS, Crew

ACCOUNT = Account("127.0.0.1", 143, "none", "office", "secret")


class Hand:
    """A connection that knows whether it was closed, and how."""

    closed = ""

    async def logout(self) -> None:
        self.closed = "politely"

    def drop(self) -> None:
        self.closed = "at once"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[Any]]:
    """A server that opens so many connections; returns those that it opened. One more is refused each time."""

    def allow(most: int) -> list[Any]:
        opened: list[Hand] = []
        asked: list[int] = []

        async def open_(_account: Account, _door: Any) -> Hand:
            asked.append(len(opened))
            assert asked.count(most) <= 1, "a server that refused is not asked again"
            if len(opened) == most:
                raise MailboxRefused("too many connections")
            opened.append(Hand())
            return opened[-1]

        monkeypatch.setattr(Connection, "open", open_)
        return opened

    return allow


@pytest.mark.parametrize("most", range(HANDS))
def test_the_crew_is_as_large_as_the_server_allows_and_asks_no_further(
    server: Callable[[int], list[Any]], most: int
) -> None:
    opened = server(most)

    async def act() -> None:
        crew = Crew(ACCOUNT)
        assert list(await crew.hands()) == opened
        assert len(opened) == most
        assert list(await crew.hands()) == opened
        await crew.dismiss()
        assert await crew.hands() == ()

    asyncio.run(act())
    assert [hand.closed for hand in opened] == ["politely"] * most


def test_a_crew_that_was_dismissed_comes_back_when_it_is_needed(server: Callable[[int], list[Any]]) -> None:
    opened = server(2 * HANDS)

    async def act() -> None:
        crew = Crew(ACCOUNT)
        assert list(await crew.hands()) == opened
        await crew.dismiss()
        assert list(await crew.hands()) == opened[HANDS:]
        crew.drop()

    asyncio.run(act())
    assert [hand.closed for hand in opened] == ["politely"] * HANDS + ["at once"] * HANDS
