# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking after many folders and messages at once: what a server answers oddly is left out, and nothing breaks."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping

import pytest

from intake.message import parse
from intake.servers.imap import Account, Connection
from intake.servers.imap_values import FolderStatus
from tests.servers.scripted import Answer, Scripted

CAPABLE = b"* CAPABILITY IMAP4rev1 LIST-EXTENDED LIST-STATUS UIDPLUS\r\nTAG OK done\r\n"
WHEN = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
ASKED = ["Termine", "Prüfen", "Nirgends"]
TERMINE = FolderStatus(messages=3, uidnext=9, uidvalidity=7, unseen=-1)


def run(answers: Mapping[str, Answer], use: Callable[[Connection, Scripted], Awaitable[None]]) -> None:
    async def main() -> None:
        async with Scripted(answers) as server:
            connection = await Connection.open(Account("127.0.0.1", server.port, "none", "office", "secret"))
            try:
                await use(connection, server)
            finally:
                connection.drop()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b'* STATUS Termine (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7)\r\n', {"Termine": TERMINE}),
        (b'* STATUS "Termine" (uidvalidity 7 messages 3 X-NEW 5 uidnext 9)\r\n', {"Termine": TERMINE}),
        (b'* STATUS {7}\r\nTermine (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7)\r\n', {"Termine": TERMINE}),
        (b'* STATUS Pr&APw-fen (MESSAGES 3 UIDNEXT 9)\r\n', {"Prüfen": FolderStatus(3, 9, -1, -1)}),
        (b"* STATUS Termine (MESSAGES x UIDNEXT 9)\r\n", {}),
        (b"* STATUS Termine\r\n", {}),
        (b"* STATUS\r\n", {}),
        (b"* STATUS Termine (MESSAGES 3\r\n", {}),
        (b"* STATUS NIL (MESSAGES 3)\r\n", {}),
        (b'* LIST () "/" Termine\r\n* STATUS Privat (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7)\r\n', {}),
        (b"", {}),
    ],
)  # fmt: skip
def test_folders_are_asked_for_in_one_command(answer: bytes, found: dict[str, FolderStatus]) -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.statuses(ASKED) == found
        assert server.commands[-1] == (
            b'LIST "" ("Termine" "Pr&APw-fen" "Nirgends") RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY))'
        )

    run({"CAPABILITY": CAPABLE, "LIST": answer + b"TAG OK done\r\n"}, use)


@pytest.mark.parametrize("capabilities", [b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n", CAPABLE], ids=["plain", "no"])
def test_a_server_that_cannot_or_will_not_is_asked_for_one_after_the_other(capabilities: bytes) -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        assert await connection.statuses(ASKED) == {"Termine": TERMINE}
        assert [command.split()[1] for command in server.commands[-3:]] == [
            b'"Termine"', b'"Pr&APw-fen"', b'"Nirgends"'
        ]  # fmt: skip

    run({
        "CAPABILITY": capabilities,
        "LIST": b"TAG NO not today\r\n",
        'STATUS "Termine"': b"* STATUS Termine (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7)\r\nTAG OK done\r\n",
        "STATUS": b"TAG NO [NONEXISTENT] no such folder\r\n",
    }, use)  # fmt: skip


def test_a_label_is_what_tells_a_message_from_others() -> None:
    row = b'%d FETCH (UID %d FLAGS (\\Seen) INTERNALDATE "02-Mar-2026 09:00:00 +0100" RFC822.SIZE 512 %s)\r\n'
    name = b"Message-ID:\r\n <1@example.net>\r\n\r\n"
    answer = b"* " + row % (1, 11, b"BODY[HEADER.FIELDS (MESSAGE-ID)]<0> {%d}\r\n%s" % (len(name), name))
    answer += b"* " + row % (2, 12, b'BODY[HEADER.FIELDS ("Message-Id")]<0> ""')
    answer += b"* 3 FETCH (UID 13 FLAGS (\\Deleted))\r\n"

    async def use(connection: Connection, server: Scripted) -> None:
        labels = await connection.labels([11, 12, 13, 14])
        assert {uid: (head.size, parse(head.header).message_id) for uid, head in labels.items()} == {
            11: (512, "<1@example.net>"), 12: (512, ""),
        }  # fmt: skip

    run({"UID FETCH": answer + b"TAG OK done\r\n"}, use)


@pytest.mark.parametrize(
    ("said", "uids"),
    [
        (b"[APPENDUID 7 21]", [21]),
        (b"[APPENDUID 7 21:23]", [21, 22, 23]),
        (b"[APPENDUID 7 21,30:31]", [21, 30, 31]),
        (b"[APPENDUID 7 1:4000000000]", []),
        (b"[APPENDUID 7 x]", []),
        (b"[APPENDUID 7]", []),
        (b"done", []),
    ],
)
def test_what_was_appended_is_known_by_its_uids_where_the_server_tells(said: bytes, uids: list[int]) -> None:
    async def use(connection: Connection, server: Scripted) -> None:
        mail = b"Subject: x\r\n\r\n"
        assert await connection.append_many("Termine", [(mail, WHEN)] * 3) == uids

    run({"APPEND": b"TAG OK " + said + b"\r\n"}, use)
