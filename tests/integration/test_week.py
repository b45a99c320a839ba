# SPDX-License-Identifier: GPL-3.0-or-later
"""A week of an office in a minute or two: mail all the time, and everything that goes wrong in a server room.

The daemon, Dovecot, the relay and the token endpoint are real; only the clock is the test's, and goes forward by three
hours a step through the week in which summer time ends. A seed decides what arrives, and when what breaks: restarts,
SIGKILL, the IMAP server down for half a day, the relay for six hours, tokens that end early and an endpoint that does
not answer, a full disk, a clock that is an hour ahead, an hour behind, ten years ahead.

Every incident must be seen while it lasts, and be over when it is over. At the end no message is lost, each lies in one
folder, each person has one acknowledgement. A mail whose fate was unknowable, because the daemon was killed or the
relay went away just then, may have gone out twice, to the letter.

``INTAKE_WEEKS="1 2 3"``: other seeds than the usual one.
"""

import datetime as dt
import os
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, id_of, message, until
from tests.servers.smtp_sink import SmtpSink
from tests.servers.token_endpoint import TokenEndpoint

pytestmark = pytest.mark.integration

SEEDS = [int(seed) for seed in os.environ.get("INTAKE_WEEKS", "2026").split()]
MONDAY = dt.datetime(2026, 10, 19, 0, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(hours=3)
STEPS = 36
"""With the hours that the incidents last it is a week."""
USERS = {"office": "office.week@example.org", "termine": "termine.week@example.org"}
SECRET = "the-client-secret-of-the-week"

OFTEN = """
import intake.daemon as d, intake.mail.watcher as w, intake.servers.oauth as o
d.HEALTH_SECONDS = d.RETENTION_SECONDS = 0.5
d.STAFF_SECONDS = 5.0
w.FIRST_PAUSE = 0.2
w.LONGEST_PAUSE = o.LONGEST_PAUSE = o.REFUSED_PAUSE = o.FORCED_SECONDS = 0.5
"""
"""What happens every few minutes happens every half second."""

TEXTS = (
    ("Aufenthaltserlaubnis", "Guten Tag,\n\nich möchte meine Aufenthaltserlaubnis verlängern.\n\nGrüße\n"),
    ("Randevu", "Merhaba,\n\noturma izni için bir randevu almak istiyorum. Lütfen bana yardım edin.\n"),
    ("Тимчасовий захист", "Добрий день!\n\nМені потрібен тимчасовий захист за параграфом 24. Дякую.\n"),
    ("Family reunion", "Dear Sir or Madam,\n\nI would like to bring my husband to Germany. What do I need?\n"),
)
INCIDENTS = (
    "restart", "restart", "kill", "kill", "kill", "imap", "relay", "tokens", "endpoint", "disk", "hour ahead",
    "hour behind", "years ahead",
)  # fmt: skip


class Week:
    """The servers, the daemon, the clock, and what ought to be true at the end."""

    def __init__(self, seed: int, folder: Path, dovecot: Dovecot, sink: SmtpSink, endpoint: TokenEndpoint) -> None:
        self.random = Random(seed)
        self.dovecot, self.sink, self.endpoint = dovecot, sink, endpoint
        self.now = MONDAY
        self.known: dict[str, dict[str, bytes]] = {name: {} for name in USERS}
        """Mailbox → Message-ID → what was delivered there."""
        self.people: dict[str, str] = {}
        """Address → Message-ID, of those who are to be acknowledged."""
        self.doubts = 0
        """How many mails at most may have been under way when the daemon or the relay went away."""
        (folder / "client-secret").write_text(SECRET)
        self.office = Office(
            folder, dovecot, sink.port,
            {"office": USERS["office"], "termine": {"user": USERS["termine"], "sign_in": "provider"}},
            service={"sweep_seconds": 0.5, "outbox_seconds": 0.5, "nothing_fetched_minutes": 480},
            sign_in={
                "provider": {
                    "provider": "oidc", "flow": "client-credentials", "client_id": "client",
                    "token_url": endpoint.url, "secret_file": "client-secret", "timeout_seconds": 5,
                }
            },
            clock=MONDAY, patches=OFTEN,
        )  # fmt: skip

    # -- time

    def step(self, *, by: dt.timedelta = STEP) -> None:
        """The clock goes forward; the true time and, unless it is wrong, the machine's."""
        self.now += by
        self.office.set_clock(self.now)

    def seen(self, *mailboxes: str) -> None:
        """Wait until the daemon has looked into the mailboxes at this hour."""
        for name in mailboxes or USERS:
            since = self.now.replace(tzinfo=None).isoformat(" ")
            until(
                lambda name=name, since=since: bool(
                    self.office.query("SELECT 1 FROM mailboxes WHERE name = ? AND fetched_at >= ?", name, since)
                ),
                f"{name} is looked into at {self.now}",
            )

    # -- mail

    def arrive(self, *, count: int | None = None, acknowledged: bool = True) -> None:
        """Some mail comes: of people, of machines, and now and then one mail to both mailboxes."""
        for _ in range(self.random.choice((0, 1, 1, 2, 3)) if count is None else count):
            number = sum(map(len, self.known.values()))
            mailbox = self.random.choice(list(USERS))
            sender = f"person{number}@home{number}.example"
            subject, text = self.random.choice(TEXTS)
            kind = self.random.choice(("person",) * 7 + ("machine", "list", "both"))
            headers = {"Auto_Submitted": "auto-replied"} if kind == "machine" else {}
            if kind == "list":
                headers["List_Id"] = "<news.lists.example.com>"
            to = "office@office.example, termine@office.example" if kind == "both" else f"{mailbox}@office.example"
            raw = message(
                sender, to, subject, f"{text}{number}\n", Message_ID=f"<{number}@home{number}.example>",
                Date=f"{self.now:%a, %d %b %Y %H:%M:%S} +0000", **headers,
            )  # fmt: skip
            for name in USERS if kind == "both" else (mailbox,):
                self.known[name][id_of(raw)] = raw
                self.dovecot.deliver(USERS[name], raw, date=self.now)
            if kind in ("person", "both") and acknowledged:
                self.people[sender] = id_of(raw)

    # -- what goes wrong

    @contextmanager
    def seen_as(self, *causes: str, health: int = 1) -> Iterator[None]:
        """An incident that must be noticed before the block begins, and be over some time after it."""
        until(lambda: set(causes) <= self.office.causes(), f"{causes} is noticed")
        said = self.office.command("health")
        assert said.returncode >= health, said.stdout
        assert {cause for cause in causes if cause in self.office.command("status").stdout} == set(causes)
        yield
        until(lambda: not set(causes) & self.office.causes(), f"{causes} is over")

    def restart(self) -> None:
        self.arrive()
        self.office.stop()
        self.arrive()
        self.step()
        self.office.start()

    def kill(self) -> None:
        self.arrive(count=4)
        waiting = self.random.choice(("recorded", "accepted", "nothing"))
        seen, sent = len(self.office.query("SELECT 1 FROM messages")), len(self.sink.messages)
        if waiting == "recorded":
            until(lambda: len(self.office.query("SELECT 1 FROM messages")) > seen, "something is recorded")
        elif waiting == "accepted" and self.people:
            until(lambda: len(self.sink.messages) > sent or self._idle(), "something is accepted")
        self.office.kill()
        self.doubts += 4
        self.step()
        self.office.start()

    def _idle(self) -> bool:
        recorded = len(self.office.query("SELECT 1 FROM messages"))
        return recorded == sum(map(len, self.known.values())) and not self.waiting()

    def imap(self) -> None:
        self.dovecot.stop()
        self.step()
        with self.seen_as("mailbox"):
            for _ in range(3):
                self.step()
            with self.seen_as("nothing-fetched", health=2):
                self.dovecot.start()
        self.arrive(count=3)

    def relay(self) -> None:
        self.sink.stop()
        self.doubts += 4
        before = len(self.people)
        while len(self.people) == before:
            self.arrive(count=2)
        self.step()
        with self.seen_as("relay"):
            self.step()
            with self.seen_as("outbox-old", health=2):
                self.arrive()
                self.step()
                self.sink.start()
                self.step(by=dt.timedelta(hours=1))

    def tokens(self) -> None:
        self.endpoint.revoke_all()
        self.dovecot.doveadm("kick", USERS["termine"])
        granted = self.endpoint.granted()
        self.arrive(count=3)
        self.step()
        until(lambda: self.endpoint.granted() > granted, "another token is asked for")

    def stop_endpoint(self) -> None:
        self.endpoint.stop()
        self.endpoint.revoke_all()
        self.dovecot.doveadm("kick", USERS["termine"])
        self.step()
        with self.seen_as("mailbox"):
            self.arrive(count=3)
            self.step()
            self.seen("office")
            self.endpoint.start()

    def disk(self) -> None:
        """No file may grow: what the service writes, it cannot; and so nobody but its health can tell."""
        limits = resource.prlimit(self.office.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        sent = len(self.sink.messages)
        self.arrive(count=3)
        self.step(by=dt.timedelta(minutes=30))
        assert self.office.command("health").returncode == 2
        self.arrive(count=2)
        self.step()
        assert self.office.command("health").returncode == 2
        # What was queued before may have gone out, and waits to be noted; of what cannot be recorded nothing goes out.
        assert len(self.sink.messages) - sent <= 4
        resource.prlimit(self.office.pid, resource.RLIMIT_FSIZE, limits)

    def wrong_clock(self, by: dt.timedelta) -> None:
        """The machine's clock is wrong for three hours of the true time."""
        self.settle()
        self.office.set_clock(self.now + by)
        if by > dt.timedelta(days=365):
            persons = self.office.query("SELECT count(*) FROM cases WHERE sender IS NOT NULL")
            with self.seen_as("clock"):
                # Far too old by that clock: filed, and nobody is written to with wrong dates.
                self.arrive(count=2, acknowledged=False)
                until(self._idle, "what came meanwhile is filed")
                assert "nothing is deleted" in self.office.command("status").stdout
                assert self.office.query("SELECT count(*) FROM cases WHERE sender IS NOT NULL")[0] >= persons[0]
                assert self.office.query("SELECT 1 FROM cases WHERE state = 'closed'") == []
                self.step()
        else:
            self.arrive(count=3)
            until(self._idle, "what came meanwhile is settled")
            self.step()

    # -- the whole

    def live(self) -> None:
        """Monday to Sunday."""
        at = sorted(self.random.sample(range(STEPS), len(INCIDENTS)))
        order = self.random.sample(INCIDENTS, len(INCIDENTS))
        plan = dict(zip(at, order, strict=True))
        what: dict[str, Callable[[], None]] = {
            "restart": self.restart, "kill": self.kill, "imap": self.imap, "relay": self.relay, "tokens": self.tokens,
            "endpoint": self.stop_endpoint, "disk": self.disk,
            "hour ahead": lambda: self.wrong_clock(dt.timedelta(hours=1)),
            "hour behind": lambda: self.wrong_clock(dt.timedelta(hours=-1)),
            "years ahead": lambda: self.wrong_clock(dt.timedelta(days=3652)),
        }  # fmt: skip
        self.seen()
        for number in range(STEPS):
            self.arrive()
            if number in plan:
                what[plan[number]]()
            self.step()
            self.seen()

    def settle(self) -> None:
        """Until nothing is left to do."""
        until(self._idle, "all is settled")

    def waiting(self) -> list[tuple[object, ...]]:
        """What is not filed, not sent or not copied yet."""
        return [
            *self.office.query("SELECT mailbox, uid, filing FROM messages WHERE filing NOT IN ('filed', 'gone')"),
            *self.office.query(
                "SELECT id, state, copy, problem FROM outbox"
                " WHERE state = 'queued' OR copy IN ('pending', 'appending', 'waiting')"
            ),
        ]

    def judge(self) -> None:
        """Nothing lost, nothing twice, nothing left open."""
        until(lambda: self.office.causes() == set(), f"no notice is open: {self.office.causes()}")
        assert self.office.command("health").returncode == 0
        sent: dict[str, Counter[str]] = {}
        for mail in self.sink.messages:
            (recipient,) = mail.recipients
            sent.setdefault(recipient, Counter())[id_of(mail.raw)] += 1
        assert set(sent) == set(self.people)
        assert {who: len(ids) for who, ids in sent.items() if len(ids) != 1} == {}
        again = sum(ids.total() - 1 for ids in sent.values())
        assert again <= self.doubts, f"{again} acknowledgements went out again"
        acknowledgements = Counter(name for ids in sent.values() for name in ids)
        lies: Counter[str] = Counter()
        for name, user in USERS.items():
            folders = self.dovecot.folders(user)
            assert folders["INBOX"] == [], name
            here = Counter(id_of(raw) for mails in folders.values() for raw in mails)
            assert {m: here[m] for m in self.known[name] if here[m] != 1} == {}, name
            lies += here
        assert {m: lies[m] for m in acknowledgements if lies[m] != 1} == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_week_in_which_everything_goes_wrong_and_nothing_is_lost_or_sent_twice(seed: int, tmp_path: Path) -> None:
    with (
        TokenEndpoint() as endpoint,
        Dovecot(introspection=endpoint.introspection, token_users=[USERS["termine"]]) as dovecot,
        SmtpSink() as sink,
    ):
        endpoint.expect_client("client", SECRET, opens=[USERS["termine"]])
        week = Week(seed, tmp_path, dovecot, sink, endpoint)
        with week.office:
            week.live()
            week.settle()
            week.judge()
            [(retained,)] = week.office.query("SELECT value FROM meta WHERE key = 'retained_at'")
            assert dt.datetime.fromisoformat(retained) > week.now - dt.timedelta(hours=28)
