# SPDX-License-Identifier: GPL-3.0-or-later
"""The recording in a mail is handed over, or the mail is left to a person."""

import asyncio
import base64
import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from intake.cases.case import Place
from intake.cases.spool import PrivateSpool
from intake.config import Configuration, Trust, Voicemail, parse
from intake.errors import MailboxRefused
from intake.mail.assessment import Assessment, Reader
from intake.mail.eligibility import Policy
from intake.mail.recordings import hand_over
from intake.servers.imap import Connection, Head
from intake.servers.imap_structure import Node
from intake.triage.routing import Rules
from tests.servers.office import EXAMPLE
from tests.telephone import mail, sound

NOW = dt.datetime(2026, 4, 3, 12, 0, tzinfo=dt.UTC)
PBX = "anlage@pbx.example"
PLACE = Place("office", 1, 7, NOW, 5000, backlog=False)
ENCODED = base64.encodebytes(sound("STARFACE 1"))


@dataclass
class Server:
    """A server that shows the body of a part, or refuses to."""

    answer: bytes | MailboxRefused | None = ENCODED
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def body(self, uid: int, node: Node, most: int) -> bytes | None:
        """As :meth:`Connection.body`."""
        self.asked.append((node.section, most))
        if isinstance(self.answer, MailboxRefused):
            raise self.answer
        return self.answer


@dataclass
class Taker:
    """Remembers what it was given."""

    spool: PrivateSpool = field(default_factory=lambda: PrivateSpool(Path("nowhere")))
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, data: bytes, **facts: Any) -> None:
        """As :meth:`Line.take`."""
        self.taken.append({"data": data, **facts})


def configuration() -> Configuration:
    given = parse(EXAMPLE.read_text("utf-8"), None).configuration
    return given.model_copy(update={"voicemail": Voicemail(senders=(PBX,), max_megabytes=1)})


def assessment() -> Assessment:
    policy = Policy(frozenset(), Trust(authserv=("mx.example.org",)), voicemail_senders=frozenset({PBX}))
    reader = Reader(policy, Rules.shipped(configuration().queues), b"key", "AB")
    return reader.assess(mail("STARFACE", 1, "abh@office.example", PBX), NOW)


def tree(kind: str = "audio/wav", size: int = len(ENCODED)) -> Node:
    text, recording = Node("1", "text/plain", 100), Node("2", kind, size, True, encoding="base64")
    return Node("", "multipart/mixed", children=(text, recording))


def given(server: Server, structure: Node | None) -> tuple[Assessment, list[dict[str, Any]]]:
    taker = Taker()
    head = Head(7, frozenset(), NOW, 5000, b"", structure)
    connection = cast(Connection, server)
    said = asyncio.run(hand_over(connection, taker, configuration(), PLACE, head, assessment(), NOW))
    return said, taker.taken


def test_the_recording_is_handed_over_with_who_called_and_when() -> None:
    server = Server()
    said, taken = given(server, tree())
    assert said.verdict.standing == "machine"
    [one] = taken
    assert (one["data"], one["source"], one["name"]) == (sound("STARFACE 1"), PBX, "voicemail.wav")
    assert (one["caller"], one["left_at"]) == ("00380441234567", NOW)
    assert server.asked == [("2", 1_400_000)]


@pytest.mark.parametrize(
    ("server", "structure"),
    [
        (Server(None), tree()),
        (Server(MailboxRefused("no")), tree()),
        (Server(), None),
        (Server(), tree("application/pdf")),
        (Server(), tree(size=2_000_000)),
        (Server(), replace(tree(), children=tree().children[:1])),
    ],
    ids=["nothing", "refused", "no structure", "another part", "too large", "no such part"],
)
def test_where_the_recording_cannot_be_had_the_mail_lies_with_a_team_and_says_so(
    server: Server, structure: Node | None
) -> None:
    said, taken = given(server, structure)
    assert taken == []
    assert (said.verdict.standing, said.verdict.reply, said.routing.queue) == ("person", False, "general")
    assert "could not be fetched" in said.verdict.evidence[-1]
