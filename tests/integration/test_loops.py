# SPDX-License-Identifier: GPL-3.0-or-later
"""Two machines that answer each other: how many mails that makes, in numbers.

A post office in this process carries what the services and Dovecot's Sieve send: to an account by LMTP, which
adds the Return-Path as a mail server does, and to robots that answer. Nothing more happens once a later
message of a person was acknowledged and everything that was sent has been carried.

=====================================================  ==========================================
met with                                               acknowledgements
=====================================================  ==========================================
Sieve ``vacation`` (Dovecot)                           1 for the person's message, 0 for its note
a mailbox of the same office                           0
another office with the same service                   1
the same, all marks of automatic mail removed          2, and all threading removed too: 6
a robot that answers from a new address each time,
threading by In-Reply-To                               1
the same robot without threading                       ``limits.breaker_per_hour``, then held
=====================================================  ==========================================
"""

import email
import email.policy
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, id_of, message, until
from tests.servers.smtp_sink import Received, SmtpSink

pytestmark = pytest.mark.integration

MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop")
THREADING = ("In-Reply-To", "References")


class PostOffice:
    """Carries every mail that its sink takes: ``routes`` says where to, by recipient."""

    def __init__(self) -> None:
        self.sink = SmtpSink()
        self.routes: dict[str, Callable[[Received], None]] = {}
        self.otherwise: Callable[[Received], None] = lambda mail: None
        self.carried = 0
        self.failure: BaseException | None = None
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> Self:
        self.sink.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join(30)
        self.sink.stop()
        assert self.failure is None, self.failure

    @property
    def port(self) -> int:
        """Where mail is handed in."""
        return self.sink.port

    def _carry(self) -> None:
        while not self._leaving.is_set():
            mails = self.sink.messages
            if self.carried == len(mails):
                self._leaving.wait(0.02)
                continue
            mail = mails[self.carried]
            try:
                self.routes.get(mail.recipients[0], self.otherwise)(mail)
            except BaseException as error:
                self.failure = error
                return
            self.carried += 1

    def sent(self, address: str) -> list[Received]:
        """What was handed in for one address."""
        return [mail for mail in self.sink.messages if mail.recipients == (address,)]

    def wait_quiet(self) -> None:
        """Until everything handed in was carried."""
        until(lambda: self.failure is not None or self.carried == len(self.sink.messages), "all is carried")
        assert self.failure is None, self.failure


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """A post office of its own."""
    with PostOffice() as carrier:
        yield carrier


def without(raw: bytes, *names: str) -> EmailMessage:
    """A mail with some headers taken out, its Message-ID among them renewed by the caller."""
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert isinstance(mail, EmailMessage)
    for name in names:
        del mail[name]
    return mail


def test_sieve_vacation_and_the_service_exchange_one_mail_each_way_at_most(
    user: str, post: PostOffice, tmp_path: Path
) -> None:
    away = f"away.{user}"
    with Dovecot(submission_port=post.port) as server:
        server.sieve(away, f'require "vacation";\nvacation :days 1 :addresses ["{away}"] "I am away until Monday.";\n')
        post.routes[away] = lambda mail: server.lmtp(away, mail.raw, sender=mail.sender)
        post.routes["office@office.example"] = lambda mail: server.lmtp(user, mail.raw, sender=mail.sender)
        with Office(tmp_path, server, post.port, {"office": user}) as office:
            person = message(away)
            server.lmtp(user, person, sender=away)  # the person writes, and is away: our answer meets vacation
            office.wait_settled(person)
            post.wait_quiet()
            assert len(post.sent(away)) == 1
            assert post.sent("office@office.example") == []

            # a clerk writes to them: vacation answers to the office's address, as it should
            clerk = message("office@office.example", away, "Ihr Termin", "Bitte bringen Sie Ihren Pass mit.\n")
            server.lmtp(away, clerk, sender="office@office.example")
            until(lambda: len(post.sent("office@office.example")) == 1, "vacation has answered")
            [note] = post.sent("office@office.example")
            office.wait_settled(note.raw)
            [(_, _, folder, filing)] = office.decisions(note.raw)
            assert (folder, filing) == ("System", "filed")

            later = message("later@person.example")
            server.deliver(user, later)
            office.wait_settled(later)
            post.wait_quiet()
            assert len(post.sent(away)) == 1
            assert len(post.sent("office@office.example")) == 1


def test_two_mailboxes_of_one_office_never_acknowledge_each_other(
    dovecot: Dovecot, user: str, post: PostOffice, tmp_path: Path
) -> None:
    other = f"second.{user}"
    mails = [
        message("second@office.example", "office@office.example"),
        message("office@office.example", "second@office.example"),
        message("person@person.example", "office@office.example", Reply_To="second@office.example"),
    ]
    post.routes["office@office.example"] = lambda mail: dovecot.lmtp(user, mail.raw, sender=mail.sender)
    post.routes["second@office.example"] = lambda mail: dovecot.lmtp(other, mail.raw, sender=mail.sender)
    with Office(tmp_path, dovecot, post.port, {"office": user, "second": other}) as office:
        until(
            lambda: len(office.query("SELECT 1 FROM mailboxes WHERE fetched_at IS NOT NULL")) == 2, "both are fetched"
        )
        dovecot.deliver(user, mails[0], mails[2])
        dovecot.deliver(other, mails[1])
        office.wait_settled(*mails)
        post.wait_quiet()
        assert [office.decisions(raw)[0][1] for raw in mails[:2]] == ["own-address"] * 2
        assert {mail.recipients for mail in post.sink.messages} <= {("person@person.example",)}


@pytest.mark.parametrize(
    ("removed", "most"),
    [((), 1), (MARKS, 2), ((*MARKS, *THREADING), 6)],
    ids=["as they are", "marks removed", "marks and threading removed"],
)
def test_two_offices_that_write_to_each_other_come_to_an_end(
    removed: tuple[str, ...], most: int, dovecot: Dovecot, user: str, post: PostOffice, tmp_path: Path
) -> None:
    other = f"other.{user}"

    def carry(to: str) -> Callable[[Received], None]:
        def deliver(mail: Received) -> None:
            raw, sender = mail.raw, mail.sender
            if removed:  # a gateway that rewrites envelope and headers
                changed = without(raw, *removed)
                raw, sender = changed.as_bytes(), str(changed["From"].addresses[0].addr_spec)
            dovecot.lmtp(to, raw, sender=sender)

        return deliver

    post.routes["office@office.example"] = carry(user)
    post.routes["amt@office.example"] = carry(other)
    with (
        Office(tmp_path / "a", dovecot, post.port, {"office": user}) as ours,
        Office(tmp_path / "b", dovecot, post.port, {"amt": other}) as theirs,
    ):
        dovecot.deliver(user, message("amt@office.example", "office@office.example"))
        until(lambda: len(post.sink.messages) >= 1, "our service has answered theirs")

        def at_rest() -> bool:
            """Everything that was sent has been carried, recorded by the other side, and answered or not."""
            mails = post.sink.messages
            return post.carried == len(mails) and all(
                (theirs if mail.recipients == ("amt@office.example",) else ours).decisions(mail.raw) for mail in mails
            )

        def settled() -> bool:
            count = len(post.sink.messages)
            queued = [o for o in (ours, theirs) if o.query("SELECT 1 FROM outbox WHERE state = 'queued'")]
            return at_rest() and not queued and count == len(post.sink.messages)

        until(settled, "the exchange comes to an end")
        assert 1 <= len(post.sink.messages) <= most
        assert ours.status()["holds"] == []
        assert theirs.status()["holds"] == []


def test_a_robot_with_a_new_address_each_time_gets_one_answer_if_it_threads_and_meets_the_breaker_if_not(
    dovecot: Dovecot, user: str, post: PostOffice, tmp_path: Path
) -> None:
    limit = 8
    threading_robot, forgetful_robot = [], []

    def answer(mail: Received) -> None:
        """As a bad robot does: new address, nothing that says it is one, our text quoted."""
        received = email.message_from_bytes(mail.raw, policy=email.policy.default)
        threads = mail.recipients[0].startswith("threads")
        robots = threading_robot if threads else forgetful_robot
        number = len(robots) + 2
        raw = message(
            f"{'threads' if threads else 'forgets'}@robot{number}.example",
            subject=f"Re: {received['Subject']}" if number % 2 else "Your message",
            text=f"Hello,\n\nthank you for writing to us, this is our answer number {number}. More will follow.\n",
            **({"In_Reply_To": id_of(mail.raw)} if threads else {}),
        )
        robots.append(raw)
        dovecot.lmtp(user, raw, sender=f"robot{number}@robot{number}.example")

    post.otherwise = answer
    with Office(tmp_path, dovecot, post.port, {"office": user}, limits={"breaker_per_hour": limit}) as office:
        dovecot.deliver(user, message("threads@robot1.example"))
        until(lambda: len(threading_robot) == 1, "the robot that threads has answered")
        office.wait_settled(threading_robot[0])
        assert office.decisions(threading_robot[0])[0][1] == "follow-up"
        assert len(post.sink.messages) == 1

        dovecot.deliver(
            user, message("forgets@robot1.example", subject="Anfrage", text="Guten Tag, bitte um Auskunft.\n")
        )
        until(lambda: office.status()["holds"] != [], "the breaker is open")
        post.wait_quiet()
        office.wait_settled(*forgetful_robot)
        assert len(post.sink.messages) == limit
        assert len(forgetful_robot) == limit - 1
        assert office.decisions(forgetful_robot[-1])[0][1] == "breaker-open"
        assert "HELD (breaker) for mailbox office" in office.command("status").stdout
        assert office.status()["outbox"] == {"sent": limit, "held": 1}
