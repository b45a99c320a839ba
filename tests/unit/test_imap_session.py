# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an IMAP server does, a command ends with an answer or one sentence, and nothing hangs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from intake.errors import MailboxError, MailboxRefused
from intake.servers import imap_protocol
from intake.servers.imap import Account, Connection
from tests.servers.scripted import Answer, Scripted

PASSWORD = "pass word"
Script = Mapping[str, Answer | list[Answer]]


def account(port: int, timeout: float = 10) -> Account:
    return Account("127.0.0.1", port, "none", "office", PASSWORD, timeout=timeout)


@asynccontextmanager
async def connected(script: Script, patience: float) -> AsyncIterator[tuple[Connection, Scripted]]:
    async with Scripted(script) as server:
        connection = await Connection.open(account(server.port, patience))
        try:
            yield connection, server
        finally:
            connection.drop()


def run(script: Script, use: Callable[[Connection, Scripted], Awaitable[None]], timeout: float = 10) -> None:
    async def main() -> None:
        async with connected(script, timeout) as (connection, server):
            await use(connection, server)

    asyncio.run(main())


def error_of(script: Script, use: Callable[[Connection], Awaitable[object]], timeout: float = 10) -> MailboxError:
    """The error that ``use`` ends with."""
    found: list[MailboxError] = []
    states: list[bool] = []

    async def main() -> None:
        async with Scripted(script) as server:
            try:
                connection = await Connection.open(account(server.port, timeout))
            except MailboxError as error:
                found.append(error)
                return
            try:
                await use(connection)
            except MailboxError as error:
                found.append(error)
            finally:
                states.append(connection.closed)
                connection.drop()

    asyncio.run(main())
    assert found, "it succeeded"
    refused = isinstance(found[0], MailboxRefused) or "for now" in str(found[0])
    assert states == [not refused] or not states, "only a refusal leaves a connection that can be used"
    return found[0]


async def idle(connection: Connection) -> object:
    return await connection.idle(30, asyncio.Event())


@pytest.mark.parametrize(
    ("script", "use", "kind", "words"),
    [
        ({"LOGIN": b"TAG NO [AUTHENTICATIONFAILED] no\r\n"}, None, MailboxRefused, "refused the login for office"),
        ({"LOGIN": b"TAG NO wrong\r\n"}, None, MailboxRefused, "check user and password"),
        ({"LOGIN": b"TAG NO [UNAVAILABLE] later\r\n"}, None, MailboxError, "refused the login for office for now"),
        ({"LOGIN": b"TAG BAD LOGIN office pass word?\r\n"}, None, MailboxError, "did not understand LOGIN;"),
        ({"SELECT": b"TAG NO [NONEXISTENT] none\r\n"}, lambda c: c.select("X"), MailboxRefused, "create the folder"),
        ({"SELECT": b"TAG OK fine\r\n"}, lambda c: c.select("X"), MailboxRefused, "keeps no lasting UIDs"),
        ({"APPEND": b"TAG NO [OVERQUOTA] full\r\n"}, lambda c: c.append("X", b"y"), MailboxRefused, "make room"),
        ({"NOOP": None}, Connection.noop, MailboxError, "connection was lost"),
        ({"IDLE": None}, idle, MailboxError, "connection was lost"),
        ({"IDLE": b"TAG NO not now\r\n"}, idle, MailboxRefused, "refused to wait"),
        ({"IDLE": b"+ ok\r\n* BYE shutting down\r\nA\r\n"}, idle, MailboxError, "during IDLE"),
        ({"NOOP": b"XX OK who?\r\n"}, Connection.noop, MailboxError, "a command that was not sent"),
        ({"NOOP": b"TAG MAYBE\r\n"}, Connection.noop, MailboxError, "a command that was not sent"),
        ({"NOOP": b"TAG BAD what\r\n"}, Connection.noop, MailboxError, "did not understand NOOP (what)"),
        ({"NOOP": b"* 1 FETCH (X {99999999}\r\n"}, Connection.noop, MailboxError, "that nobody asked for"),
        ({"UID MOVE": b"TAG NO [EXPUNGEISSUED] gone\r\n"}, lambda c: c.move([1], "X"), MailboxError, "for now"),
    ],
)  # fmt: skip
def test_a_failure_is_one_sentence_with_place_and_remedy(
    script: Script,
    use: Callable[[Connection], Awaitable[object]] | None,
    kind: type[MailboxError],
    words: str,
) -> None:
    async def nothing(_: Connection) -> None:
        return None

    error = error_of(script, use or nothing)
    assert type(error) is kind
    assert words in str(error)
    assert str(error).startswith("127.0.0.1:")
    assert PASSWORD not in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("greeting", [b"* BYE too many connections", b"220 mail ESMTP", b"HTTP/1.1 400 Bad Request"])
def test_a_server_that_does_not_welcome_us_is_named(greeting: bytes) -> None:
    async def main() -> None:
        async with Scripted(greeting=greeting) as server:
            with pytest.raises(MailboxError, match="turned the connection away"):
                await Connection.open(account(server.port))

    asyncio.run(main())


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID MOVE", "UID STORE", "IDLE"])
def test_silence_ends_with_a_dropped_connection_and_wakes_everyone(command: str) -> None:
    uses: dict[str, Callable[[Connection], Awaitable[object]]] = {
        "LOGIN": lambda c: c.noop(),
        "SELECT": lambda c: c.select("INBOX"),
        "UID MOVE": lambda c: c.move([1], "X"),
        "UID STORE": lambda c: c.mark_deleted([1]),
        "IDLE": idle,
    }
    error = error_of({command: b""}, uses[command], timeout=0.2)
    assert f"did not answer {command} within 0.2 seconds" in str(error)


def test_those_who_wait_for_their_turn_learn_that_the_connection_is_gone() -> None:
    async def use(connection: Connection, _: Scripted) -> None:
        results = await asyncio.gather(*(connection.noop() for _ in range(5)), return_exceptions=True)
        assert [type(result) for result in results] == [MailboxError] * 5

    run({"NOOP": b""}, use, timeout=0.2)


def test_concurrent_commands_take_turns() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        await asyncio.gather(*(connection.search(first=n) for n in range(1, 30)), connection.noop())
        assert len([c for c in server.commands if c.startswith(b"UID SEARCH")]) == 29

    run({"UID SEARCH": b"* SEARCH 40\r\nTAG OK\r\n"}, use)


def test_who_finds_the_door_taken_signs_in_when_another_is_done_however_that_ended() -> None:
    async def main() -> None:
        door = asyncio.Semaphore(1)
        async with Scripted({'LOGIN "first"': b""}) as server:
            first, second = (replace(account(server.port), user=name) for name in ("first", "second"))
            inside = asyncio.create_task(Connection.open(first, door))
            await server.hears(b'LOGIN "first" "pass word"')
            waiting = asyncio.create_task(Connection.open(second, door))
            done, _ = await asyncio.wait([waiting], timeout=0.05)
            assert not done
            assert len(server.commands) == 1
            inside.cancel()
            (await waiting).drop()
            assert not door.locked()

    asyncio.run(main())


def test_a_cancelled_command_drops_the_connection_instead_of_leaving_its_answer_to_the_next() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        task = asyncio.create_task(connection.noop())
        await server.hears(b"NOOP")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert connection.closed
        with pytest.raises(MailboxError):
            await connection.select("INBOX")

    run({"NOOP": b""}, use)


def test_logging_out_never_raises_and_always_closes() -> None:
    for answer in (b"* BYE\r\nTAG OK\r\n", b"TAG BAD\r\n", None):

        async def use(connection: Connection, _: Scripted) -> None:
            await connection.logout()
            assert connection.closed
            await connection.logout()

        run({"LOGOUT": answer}, use)


def test_thousands_of_responses_in_one_chunk_are_read() -> None:
    noise = b"".join(b"* %d EXPUNGE\r\n" % 1 for _ in range(5000))

    async def use(connection: Connection, _: Scripted) -> None:
        await connection.noop()
        assert await connection.search() == [1, 2]

    run({"NOOP": noise + b"TAG OK\r\n", "UID SEARCH": noise + b"* SEARCH 2 1\r\n" + noise + b"TAG OK\r\n"}, use)


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_protocol, "MAX_RESPONSES", 1000)
    error = error_of({"LIST": b"* LIST () NIL x\r\n" * 1001 + b"TAG OK\r\n"}, Connection.folders)
    assert "more than 1000 responses" in str(error)


def test_many_octets_for_one_command_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_protocol, "MAX_REPLY", 100_000)
    error = error_of({"NOOP": b"* OK " + b"x" * 100_001 + b"\r\nTAG OK\r\n"}, Connection.noop)
    assert "more than 100000 octets" in str(error)


def test_the_last_message_is_not_taken_for_a_new_one() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.search(first=41) == []
        assert server.commands[-1] == b"UID SEARCH UID 41:*"

    run({"UID SEARCH": b"* SEARCH 40\r\nTAG OK\r\n"}, use)


@pytest.mark.parametrize(
    ("message_id", "sent"),
    [
        ("<a@example.org>", b'UID SEARCH UID 1:* HEADER Message-ID "<a@example.org>"'),
        ('<"a\\"@x>', b'UID SEARCH UID 1:* HEADER Message-ID "<\\"a\\\\\\"@x>"'),
        ("<ä@x>", 'UID SEARCH CHARSET UTF-8 UID 1:* HEADER Message-ID {6}\r\n<ä@x>'.encode()),
        ("<a@x>\r\nA LOGOUT", b'UID SEARCH UID 1:* HEADER Message-ID "<a@x>"'),
        ("<" + "a" * 5000, b'UID SEARCH UID 1:* HEADER Message-ID "<' + b"a" * 399 + b'"'),
    ],
)  # fmt: skip
def test_a_message_id_is_searched_for_without_becoming_a_command(message_id: str, sent: bytes) -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.search(message_id=message_id) == [3]
        assert server.commands[-1] == sent

    run({"UID SEARCH": b"* SEARCH 3\r\nTAG OK\r\n"}, use)


def test_a_message_that_arrives_between_searching_and_waiting_is_announced_at_once() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        await connection.select("INBOX")
        await connection.search()
        assert await connection.idle(60, asyncio.Event())
        assert b"IDLE" not in server.commands

    run({"UID SEARCH": b"* SEARCH 1\r\n* 2 EXISTS\r\nTAG OK\r\n"}, use)


def test_moving_our_own_messages_away_is_no_news() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        await connection.select("INBOX")
        await connection.search()
        await connection.move([1], "X")
        assert not await connection.idle(0.01, asyncio.Event())
        assert b"IDLE" in server.commands

    run({"UID MOVE": b"* OK [COPYUID 1 1 1] moved\r\n* 1 EXPUNGE\r\nTAG OK\r\n"}, use)


def test_waiting_without_idle_asks_the_server() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        await connection.select("INBOX")
        await connection.search()
        wake = asyncio.Event()
        task = asyncio.create_task(connection.idle(60, wake))
        await asyncio.sleep(0)
        wake.set()
        assert await task
        assert server.commands[-1] == b"NOOP"

    capability = b"* CAPABILITY IMAP4rev1\r\nTAG OK\r\n"
    run({"CAPABILITY": capability, "NOOP": b"* 2 EXISTS\r\nTAG OK\r\n"}, use)


HEADER = b"Subject: hello\r\n\r\n"


def row(uid: int, extra: bytes = b"") -> bytes:
    return b"* %d FETCH (UID %d FLAGS (\\Seen)%b BODY[HEADER]<0> {%d}\r\n%b)\r\n" % (
        uid, uid, extra, len(HEADER), HEADER
    )  # fmt: skip


def test_a_structure_that_cannot_be_read_costs_only_the_structure() -> None:
    async def use(connection: Connection, _: Scripted) -> None:
        heads = await connection.heads([1, 2])
        assert [(uid, head.header, head.structure) for uid, head in sorted(heads.items())] == [
            (1, HEADER, None),
            (2, HEADER, None),
        ]

    broken = row(1, b' BODYSTRUCTURE ("text" "pl"ain" (()')
    answers: list[Answer] = [broken + row(2) + b"TAG OK\r\n", row(1) + b"TAG OK\r\n"]
    run({"UID FETCH": answers}, use)


def test_a_message_that_the_server_cannot_read_hides_no_other() -> None:
    async def use(connection: Connection, _: Scripted) -> None:
        heads = await connection.heads([1, 2, 3])
        assert {uid: head.header for uid, head in heads.items()} == {1: HEADER, 2: b"", 3: HEADER}

    script = {
        "UID FETCH": b"TAG NO cannot read that\r\n",
        "UID FETCH 1 ": row(1) + b"TAG OK\r\n",
        "UID FETCH 3 ": row(3) + b"TAG OK\r\n",
    }
    run(script, use)


def test_news_about_other_messages_and_of_flags_alone_are_no_answer() -> None:
    async def use(connection: Connection, _: Scripted) -> None:
        assert set(await connection.heads([1, 2])) == {1}

    flags = b"* 2 FETCH (UID 2 FLAGS (\\Deleted))\r\n* 9 FETCH (FLAGS ())\r\n"
    run({"UID FETCH": flags + row(1) + row(77) + b"TAG OK\r\n"}, use)


def test_a_structure_without_boundary_falls_back_to_the_beginning_of_the_text() -> None:
    structure = b' BODYSTRUCTURE (("text" "plain" NIL NIL NIL "7bit" 3 1) "mixed")'

    async def use(connection: Connection, server: Scripted) -> None:
        heads = await connection.heads([1])
        assert await connection.skeletons(heads.values()) == {1: HEADER + b"raw"}
        assert b"BODY.PEEK[TEXT]<0.65536>" in server.commands[-1]

    parts = b"* 1 FETCH (UID 1 BODY[1.MIME]<0> NIL BODY[1]<0> {3}\r\nabc)\r\nTAG OK\r\n"
    text = b"* 1 FETCH (UID 1 BODY[TEXT]<0> {3}\r\nraw)\r\nTAG OK\r\n"
    run({"UID FETCH": [row(1, structure) + b"TAG OK\r\n", parts, text]}, use)


def test_more_than_a_block_of_messages_goes_in_several_commands() -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.move(range(1, 1201), "X") == {}
        moves = [command for command in server.commands if command.startswith(b"UID MOVE")]
        assert moves == [b'UID MOVE %d:%d "X"' % (n, n + 199) for n in range(1, 1201, 200)]

    run({}, use)


def test_single_messages_are_removed_or_none_at_all() -> None:
    error = error_of(
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK\r\n"}, lambda connection: connection.expunge([1])
    )
    assert isinstance(error, MailboxRefused)
    assert "UIDPLUS" in str(error)


def test_passwords_and_text_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def use(connection: Connection, _: Scripted) -> None:
        await connection.noop()

    with caplog.at_level(logging.DEBUG):
        run({"NOOP": b"* OK a secret text\r\nTAG OK\r\n"}, use)
    assert PASSWORD not in caplog.text
    assert "a secret text" not in caplog.text
    assert PASSWORD not in repr(account(1))
