# SPDX-License-Identifier: GPL-3.0-or-later
"""After a message the server is asked again soon and ever less often, never too often, and then left to tell."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.servers import imap_attention
from intake.servers.imap import Account, Connection
from intake.servers.imap_attention import LONGEST, SHORTEST, Attention
from tests.servers.scripted import Answer, Scripted


def questions(attention: Attention, begin: float, answer: float) -> list[float]:
    """When a server that takes ``answer`` seconds is asked, until it is left to tell."""
    now, asked = begin, []
    while (pause := attention.pause(now)) is not None:
        now += pause
        asked.append(now)
        now += answer
        attention.answered(answer)
    return asked


def acquainted(answer: float) -> Attention:
    """With a server that has always taken ``answer`` seconds, and nothing but the last message, at 0."""
    attention = Attention()
    attention.arrived(0.0)
    for _ in range(60):
        attention.answered(answer)
    return attention


def test_a_mailbox_that_nothing_came_to_is_left_to_the_server() -> None:
    assert Attention().pause(5.0) is None


@pytest.mark.parametrize(
    ("quiet", "answer", "pause"),
    [
        (0.0, 0.0005, SHORTEST),
        (0.15, 0.0005, SHORTEST),
        (1.0, 0.0005, 0.1),
        (2.4, 0.0005, 0.24),
        (2.6, 0.0005, None),
        (3600.0, 0.0, None),
        (0.0, 0.01, 0.1),
        (0.0, 0.03, None),
        (2.0, 0.01, 0.2),
    ],
)
def test_the_pause_grows_with_the_quiet_and_with_the_servers_slowness(
    quiet: float, answer: float, pause: float | None
) -> None:
    found = acquainted(answer).pause(quiet)
    assert found == (None if pause is None else pytest.approx(pause))


def test_a_message_costs_about_forty_questions_and_then_the_server_is_left_to_tell() -> None:
    attention = Attention()
    attention.arrived(0.0)
    asked = questions(attention, 0.0, 0.0005)
    assert 20 <= len(asked) <= 40
    assert asked[-1] < LONGEST / imap_attention.SHARE + LONGEST


@given(st.floats(0, 0.1))
def test_no_more_than_a_tenth_of_the_time_goes_into_asking(answer: float) -> None:
    for one, next_ in pairwise(questions(acquainted(answer), 0.0, answer)):
        assert (next_ - one) * imap_attention.SHARE >= answer * 0.99
        assert next_ - one >= SHORTEST * 0.99


def test_a_slow_server_is_not_asked_although_messages_keep_coming_but_is_tried_again_in_the_end() -> None:
    attention, asked = Attention(), 0
    for second in range(64):
        attention.arrived(second)
        asked += len(questions(attention, second, 0.4))
    assert 64 / 10 <= asked <= 64 / 2


def test_one_slow_answer_among_quick_ones_counts_little() -> None:
    attention = acquainted(0.001)
    attention.answered(0.05)
    assert attention.pause(0.0) == pytest.approx(0.1325)


def test_a_server_that_was_slow_gets_another_try_with_the_next_message() -> None:
    attention = acquainted(0.04)
    assert attention.pause(0.0) is None
    attention.arrived(10.0)
    assert attention.pause(10.0) == pytest.approx(0.2)


# -- as commands


def commands(answers: dict[str, Answer | list[Answer]], use: Callable[[Connection, Scripted], Awaitable[None]]) -> None:
    async def main() -> None:
        async with Scripted(answers) as server:
            connection = await Connection.open(Account("127.0.0.1", server.port, "none", "office", "secret"))
            try:
                await connection.select("INBOX")
                await connection.search()
                server.commands.clear()
                await use(connection, server)
            finally:
                connection.drop()

    asyncio.run(main())


def test_a_message_that_follows_another_is_asked_for_and_not_waited_for() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.idle(600, asyncio.Event())
        assert server.commands == [b"IDLE"], "the first one is told by the server"
        assert await connection.idle(600, asyncio.Event())
        assert server.commands == [b"IDLE", b"NOOP", b"NOOP"], "the next one is asked for"

    commands({"IDLE": b"+ idling\r\n* 2 EXISTS\r\n", "NOOP": [b"TAG OK\r\n", b"* 3 EXISTS\r\nTAG OK\r\n"]}, use)


def test_when_nothing_follows_the_server_is_left_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_attention, "LONGEST", 0.03)

    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.idle(600, asyncio.Event())
        server.commands.clear()
        task = asyncio.create_task(connection.idle(600, asyncio.Event()))
        await server.hears(b"IDLE")
        assert set(server.commands[:-1]) == {b"NOOP"}
        assert server.commands[-1] == b"IDLE"
        task.cancel()

    commands({"IDLE": [b"+ idling\r\n* 2 EXISTS\r\n", b"+ idling\r\n"]}, use)


def test_who_is_woken_between_two_questions_need_not_wait_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_attention, "SHORTEST", 3600.0)
    monkeypatch.setattr(imap_attention, "LONGEST", 3600.0)

    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.idle(600, asyncio.Event())
        wake = asyncio.Event()
        task = asyncio.create_task(connection.idle(600, wake))
        wake.set()
        assert not await task

    commands({"IDLE": b"+ idling\r\n* 2 EXISTS\r\n"}, use)


def test_what_staff_do_to_flags_is_news_but_makes_nobody_ask() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.idle(600, asyncio.Event())
        assert await connection.idle(600, asyncio.Event())
        assert server.commands == [b"IDLE", b"IDLE"]

    commands({"IDLE": b"+ idling\r\n* 1 FETCH (FLAGS (\\Answered))\r\n"}, use)
