# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending through a real relay: what arrives, what is refused, and what is known when it breaks."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import DeliveryDeferred, DeliveryError, DeliveryRefused, DeliveryUnknown
from intake.servers.smtp import IDLE_SECONDS, Relay, Sender, address_is_safe, enhanced_status, wire_format
from tests.servers.certificates import write_certificate
from tests.servers.postfix import Postfix, postfix
from tests.servers.smtp_sink import EXTENSIONS, Moment, SmtpSink

pytestmark = pytest.mark.integration

PERSON = "leyla.demir@example.org"
OFFICE = "auslaenderbehoerde@musterstadt.example"
MAIL = b"From: auslaenderbehoerde@musterstadt.example\r\nSubject: AB-K7M2Q9X\r\n\r\nGuten Tag\r\n"
PASSWORD = "correct horse battery"
BIG = b"Subject: big\r\n\r\n" + b"A line of text that is sent many times over.\r\n" * 200_000
"""More than the buffers of a loopback connection hold."""
OLD, LATER = "old@example.org", "later@example.org"


@pytest.fixture(params=[(), ("PIPELINING",)], ids=["one by one", "pipelined"])
def sink(request: pytest.FixtureRequest) -> Iterator[SmtpSink]:
    with SmtpSink(extensions=(*EXTENSIONS, *request.param)) as server:
        yield server


@pytest.fixture(scope="module")
def behind() -> Iterator[SmtpSink]:
    """Where Postfix relays to."""
    with SmtpSink() as server:
        yield server


@pytest.fixture(scope="module")
def relay(behind: SmtpSink) -> Iterator[Postfix]:
    refuse = {OLD: f"550 5.1.1 <{OLD}> is unknown here", LATER: "450 4.2.1 mailbox busy"}
    with postfix(behind.port, refuse) as server:
        yield server


@pytest.fixture
def arrived(behind: SmtpSink, relay: Postfix) -> Callable[[], bytes]:
    """The body of the one mail that came through Postfix since the test began."""
    before = len(behind.messages)

    def one() -> bytes:
        run(relay_of(relay), send(raw=b"Subject: last\r\n\r\nlast\r\n"))
        mails = behind.wait_for(before + 2)[before:]
        assert len(mails) == 2, "exactly one mail and the marker after it"
        (mail,) = (m for m in mails if b"Subject: last" not in m.raw)
        return mail.raw.partition(b"\r\n\r\n")[2]

    return one


def relay_of(server: SmtpSink | Postfix, **changes: object) -> Relay:
    return replace(Relay(server.host, server.port, "none", timeout=20, final_timeout=60), **changes)  # type: ignore[arg-type]


Step = Callable[[Sender], "asyncio.Future[None]"]


def send(raw: bytes = MAIL, sender: str = "", recipient: str = PERSON) -> Step:
    return cast(Step, lambda s: s.send(raw, sender=sender, recipient=recipient))


def run(relay: Relay, *steps: Step) -> None:
    """The steps one after another with one sender, which is closed at the end."""

    async def all_steps() -> None:
        sender = Sender(relay)
        try:
            for step in steps:
                await step(sender)
        finally:
            await sender.close()

    asyncio.run(all_steps())


def failure(relay: Relay, step: Step | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        run(relay, step or send())
    message = str(caught.value)
    assert "\n" not in message
    assert PERSON not in message
    assert "leyla" not in message
    assert PASSWORD not in message
    return caught.value


# ── through Postfix ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sender", "notify"), [("", "NOTIFY=NEVER"), ("rueck+k7m2q9x@musterstadt.example", "NOTIFY=FAILURE")]
)
def test_the_envelope_arrives_as_given(behind: SmtpSink, relay: Postfix, sender: str, notify: str) -> None:
    before = len(behind.messages)
    run(relay_of(relay), send(sender=sender))
    mail = behind.wait_for(before + 1)[before]
    assert (mail.sender, mail.recipients) == (sender, (PERSON,))
    assert notify in mail.rcpt_options


def test_an_address_in_another_script_arrives_as_it_is_written(behind: SmtpSink, relay: Postfix) -> None:
    before = len(behind.messages)
    run(relay_of(relay), send(recipient="лейла@пример.example"))
    mail = behind.wait_for(before + 1)[before]
    assert mail.recipients == ("лейла@пример.example",)
    assert "SMTPUTF8" in mail.mail_options


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param(b".\r\n", b".\r\n", id="a dot alone on a line"),
        pytest.param(b".hidden\r\n..\r\n", b".hidden\r\n..\r\n", id="dots at the beginning of lines"),
        pytest.param("Grüße, 您好\r\n".encode(), "Grüße, 您好\r\n".encode(), id="8-bit text"),
        pytest.param(b"no line end", b"no line end\r\n", id="a last line without end"),
        pytest.param(b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n", id="line ends of three kinds"),
        pytest.param(b"x" * 300_000, None, id="more than one buffer"),
    ],
)
def test_the_text_arrives_unchanged(
    relay: Postfix, arrived: Callable[[], bytes], written: bytes, read: bytes | None
) -> None:
    run(relay_of(relay), send(raw=b"Subject: x\r\n\r\n" + written))
    body = arrived()
    if read is None:  # Postfix folds a line that is too long
        assert body.replace(b"\r\n", b"").replace(b" ", b"") == written
    else:
        assert body == read


@pytest.mark.parametrize(
    "end", [b"\r\n.\r\n", b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\r\n.\r\r\n"]
)
def test_no_second_mail_can_be_smuggled_inside_the_first(
    relay: Postfix, arrived: Callable[[], bytes], end: bytes
) -> None:
    inner = b"MAIL FROM:<x@example.net>\r\nRCPT TO:<y@example.net>\r\nDATA\r\nSubject: 2\r\n\r\nsecond\r\n.\r\n"
    run(relay_of(relay), send(raw=b"Subject: 1\r\n\r\nfirst" + end + inner))
    assert arrived().endswith(b"second\r\n.\r\n")


@pytest.mark.parametrize(
    ("recipient", "kind", "status"), [(OLD, DeliveryRefused, "5.1.1"), (LATER, DeliveryDeferred, None)]
)
def test_a_refused_recipient_leaves_the_connection_usable(
    behind: SmtpSink, relay: Postfix, recipient: str, kind: type[DeliveryError], status: str | None
) -> None:
    before = len(behind.messages)

    async def refused_then_sent() -> None:
        sender = Sender(relay_of(relay, max_messages=5))
        with pytest.raises(kind) as caught:
            await sender.send(MAIL, sender="", recipient=recipient)
        assert recipient not in str(caught.value)
        assert getattr(caught.value, "status", None) == status
        await sender.send(MAIL, sender="", recipient=PERSON)
        await sender.close()

    asyncio.run(refused_then_sent())
    assert behind.wait_for(before + 1)[before].recipients == (PERSON,)


def test_a_real_relay_tells_what_it_can_do(relay: Postfix) -> None:
    async def probe() -> tuple[bool, bool, bool]:
        sender = Sender(relay_of(relay))
        found = await sender.probe(own_address=OFFICE)
        await sender.close()
        return found.dsn, found.smtputf8, found.null_sender

    assert asyncio.run(probe()) == (True, True, True)


# ── the connection ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("limit", "connections"), [(50, 1), (2, 3), (1, 5)])
def test_a_connection_carries_as_many_mails_as_allowed(sink: SmtpSink, limit: int, connections: int) -> None:
    run(relay_of(sink, max_messages=limit), *[send()] * 5)
    assert len(sink.messages) == 5
    assert sink.connections == connections


def test_a_refusal_does_not_cost_a_connection(sink: SmtpSink) -> None:
    sink.script.recipients[OLD] = "550 5.1.1 unknown"

    async def refused(sender: Sender) -> None:
        with pytest.raises(DeliveryRefused):
            await sender.send(MAIL, sender="", recipient=OLD)

    run(relay_of(sink), cast(Step, refused), send())
    assert (len(sink.messages), sink.connections) == (1, 1)


@pytest.mark.parametrize(("idle", "connections"), [(IDLE_SECONDS - 1, 1), (IDLE_SECONDS, 2)])
def test_a_connection_idle_for_a_minute_is_not_used_again(sink: SmtpSink, idle: float, connections: int) -> None:
    now = 1000.0

    async def twice() -> None:
        nonlocal now
        sender = Sender(relay_of(sink), clock=lambda: now)
        await sender.send(MAIL, sender="", recipient=PERSON)
        now += idle
        await sender.send(MAIL, sender="", recipient=PERSON)
        await sender.close()

    asyncio.run(twice())
    assert (len(sink.messages), sink.connections) == (2, connections)


def test_a_connection_that_died_while_idle_costs_nothing(sink: SmtpSink) -> None:
    async def hang_up(sender: Sender) -> None:
        sink.hang_up()
        await asyncio.to_thread(sink.wait_until_idle)

    run(relay_of(sink), send(), cast(Step, hang_up), send())
    assert (len(sink.messages), sink.connections) == (2, 2)


@pytest.mark.parametrize("moment", ["mail", "rcpt", "data", "text"])
def test_a_used_connection_lost_before_the_final_dot_is_replaced_once(sink: SmtpSink, moment: Moment) -> None:
    async def break_next(sender: Sender) -> None:
        sink.script.hang_up[moment] = 1

    run(relay_of(sink), send(), cast(Step, break_next), send(raw=BIG))
    assert (len(sink.messages), sink.connections) == (2, 2)


def test_a_relay_that_closes_its_connections_in_words_is_connected_to_again(sink: SmtpSink) -> None:
    async def closing(sender: Sender) -> None:
        sink.script.recipients[PERSON] = "421 4.4.2 idle too long"

    with pytest.raises(DeliveryDeferred):
        run(relay_of(sink), send(), cast(Step, closing), send())
    assert (len(sink.messages), sink.connections) == (1, 2)


def test_mails_sent_at_once_do_not_mix(sink: SmtpSink) -> None:
    people = [f"person{n}@example.org" for n in range(12)]

    async def at_once() -> None:
        sender = Sender(relay_of(sink))
        async with asyncio.TaskGroup() as group:
            for person in people:
                raw = b"Subject: x\r\n\r\n" + person.encode() + b"\r\n"
                group.create_task(sender.send(raw, sender="", recipient=person))
        await sender.close()

    asyncio.run(at_once())
    assert sink.connections == 1
    assert {m.recipients[0]: m.raw for m in sink.messages} == {
        person: b"Subject: x\r\n\r\n" + person.encode() + b"\r\n" for person in people
    }


def test_a_cancelled_sending_leaves_no_half_dialogue_behind(sink: SmtpSink) -> None:
    sink.script.silence["dot"] = 1

    async def cancelled_then_sent() -> None:
        sender = Sender(relay_of(sink))
        task = asyncio.create_task(sender.send(MAIL, sender="", recipient=PERSON))
        await asyncio.to_thread(sink.wait_for, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await sender.send(MAIL, sender="", recipient="next@example.org")
        await sender.close()

    asyncio.run(cancelled_then_sent())
    assert [(m.recipients[0], m.connection) for m in sink.messages] == [(PERSON, 1), ("next@example.org", 2)]


def test_a_relay_that_comes_back_is_used_again(sink: SmtpSink) -> None:
    async def outage(sender: Sender) -> None:
        sink.stop()
        with pytest.raises(DeliveryDeferred):
            await sender.send(MAIL, sender="", recipient=PERSON)
        sink.start()

    run(relay_of(sink), send(), cast(Step, outage), send())
    assert len(sink.messages) == 2


def test_closing_says_goodbye_and_may_be_repeated(sink: SmtpSink) -> None:
    async def close_again(sender: Sender) -> None:
        await sender.close()
        await sender.close()

    run(relay_of(sink), send(), cast(Step, close_again))
    assert sink.commands[-1] == "QUIT"


# ── what is known when it breaks ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moment", ["connect", "mail", "rcpt", "data", "text"])
def test_cut_before_the_final_dot_is_not_sent(sink: SmtpSink, moment: Moment) -> None:
    sink.script.hang_up[moment] = 1
    error = failure(relay_of(sink), send(raw=BIG))
    assert type(error) is not DeliveryUnknown
    assert isinstance(error, DeliveryDeferred)
    assert sink.messages == []


@pytest.mark.parametrize("moment", ["connect", "mail", "rcpt", "data", "text"])
def test_silence_before_the_final_dot_is_not_sent(sink: SmtpSink, moment: Moment) -> None:
    sink.script.silence[moment] = 1
    error = failure(relay_of(sink, timeout=0.5), send(raw=BIG))
    assert isinstance(error, DeliveryDeferred)
    assert not isinstance(error, DeliveryUnknown)
    assert sink.messages == []


@pytest.mark.parametrize("how", ["hang_up", "silence"])
def test_broken_after_the_final_dot_is_unknown(sink: SmtpSink, how: str) -> None:
    getattr(sink.script, how)["dot"] = 1
    limit = 60 if how == "hang_up" else 0.3
    assert isinstance(failure(relay_of(sink, final_timeout=limit)), DeliveryUnknown)
    (mail,) = sink.wait_for(1)
    assert not mail.answered


def test_an_unknown_mail_is_never_repeated_by_the_transport_itself(sink: SmtpSink) -> None:
    async def break_next(sender: Sender) -> None:
        sink.script.hang_up["dot"] = 1

    with pytest.raises(DeliveryUnknown):
        run(relay_of(sink), send(), cast(Step, break_next), send())
    assert len(sink.messages) == 2


def test_an_answer_that_is_not_smtp_after_the_final_dot_is_unknown(sink: SmtpSink) -> None:
    sink.script.accepted = "<html>"
    assert isinstance(failure(relay_of(sink)), DeliveryUnknown)


@pytest.mark.parametrize(
    ("place", "reply", "kind", "status"),
    [
        ("rcpt", "550 5.1.1 leyla.demir@example.org unknown", DeliveryRefused, "5.1.1"),
        ("rcpt", "550 leyla.demir is not here", DeliveryRefused, None),
        ("rcpt", "554 5.7.1 relay access denied", DeliveryRefused, "5.7.1"),
        ("rcpt", "550 4.1.1 classes that disagree", DeliveryRefused, None),
        ("rcpt", "450 4.7.1 greylisted", DeliveryDeferred, None),
        ("rcpt", "421 4.3.2 closing", DeliveryDeferred, None),
        ("rcpt", "530 5.7.0 sign in first", DeliveryDeferred, None),
        ("data", "554 5.5.1 no valid recipients", DeliveryRefused, "5.5.1"),
        ("data", "250 what", DeliveryDeferred, None),
        ("accepted", "552 5.3.4 too big", DeliveryRefused, "5.3.4"),
        ("accepted", "550 5.7.1 content", DeliveryRefused, "5.7.1"),
        ("accepted", "451 4.3.0 try later", DeliveryDeferred, None),
        ("accepted", "421 4.3.2 closing", DeliveryDeferred, None),
        ("mail", "552 5.3.4 too big", DeliveryRefused, "5.3.4"),
        ("mail", "550 5.1.8 who are you", DeliveryDeferred, None),
        ("mail", "451 4.1.8 who are you", DeliveryDeferred, None),
        ("null_sender", "550 5.7.1 no empty sender here", DeliveryDeferred, None),
        ("greeting", "554 5.7.1 go away", DeliveryDeferred, None),
        ("greeting", "HTTP/1.1 400 Bad Request", DeliveryDeferred, None),
    ],
)
def test_each_reply_has_its_meaning(
    sink: SmtpSink, place: str, reply: str, kind: type[DeliveryError], status: str | None
) -> None:
    if place == "rcpt":
        sink.script.recipients[PERSON] = reply
    else:
        setattr(sink.script, place, reply)
    error = failure(relay_of(sink))
    assert type(error).__mro__.index(kind) <= 1
    assert not isinstance(error, DeliveryUnknown)
    assert getattr(error, "status", None) == status
    assert f"127.0.0.1:{sink.port}" in str(error)
    assert sink.messages == []


def test_a_relay_that_refuses_the_empty_sender_names_the_setting(sink: SmtpSink) -> None:
    sink.script.null_sender = "550 5.7.1 no"
    assert "smtp.bounce_address" in str(failure(relay_of(sink)))
    run(relay_of(sink), send(sender="rueck@musterstadt.example"))
    assert sink.messages[0].sender == "rueck@musterstadt.example"


# ── what the relay offers ───────────────────────────────────────────────────────────────────────


def test_nothing_is_asked_that_the_relay_does_not_offer() -> None:
    with SmtpSink(extensions=()) as plain:
        run(relay_of(plain), send())
        (mail,) = plain.messages
        assert (mail.mail_options, mail.rcpt_options) == ((), ())


@pytest.mark.parametrize(
    ("raw", "recipient", "status"),
    [
        (MAIL + "Grüße\r\n".encode(), PERSON, "5.6.3"),
        (MAIL, "лейла@example.org", "5.6.7"),
        (MAIL, "leyla@straße.example", "5.6.7"),
        ("Subject: Grüße\r\n\r\nx\r\n".encode(), PERSON, "5.6.7"),
    ],
)
def test_what_an_old_relay_cannot_carry_is_refused_by_us(raw: bytes, recipient: str, status: str) -> None:
    with SmtpSink(extensions=("ENHANCEDSTATUSCODES",)) as old:
        error = failure(relay_of(old), send(raw=raw, recipient=recipient))
        assert isinstance(error, DeliveryRefused)
        assert error.status == status
        assert old.messages == []


def test_a_domain_in_another_script_has_a_form_for_an_old_relay() -> None:
    with SmtpSink(extensions=()) as old:
        run(relay_of(old), send(recipient="leyla@bücher.example"))
        assert old.messages[0].recipients == ("leyla@xn--bcher-kva.example",)


@pytest.mark.parametrize(
    ("null_sender", "own", "accepted"),
    [("", "", True), ("550 5.7.1 no", "", False), ("", "550 5.7.1 not from <>", False)],
)
def test_the_probe_says_whether_the_empty_sender_is_taken(
    sink: SmtpSink, null_sender: str, own: str, accepted: bool
) -> None:
    sink.script.null_sender = null_sender
    if own:
        sink.script.recipients[OFFICE] = own

    async def probe_then_send() -> bool:
        sender = Sender(relay_of(sink))
        found = await sender.probe(own_address=OFFICE)
        await sender.send(MAIL, sender="rueck@musterstadt.example", recipient=PERSON)
        await sender.close()
        return found.null_sender

    assert asyncio.run(probe_then_send()) is accepted
    assert [m.recipients for m in sink.messages] == [(PERSON,)]
    assert sink.connections == 1


# ── TLS and signing in ──────────────────────────────────────────────────────────────────────────


def server_context(folder: Path, *, expired: bool = False) -> tuple[ssl.SSLContext, Path]:
    certificate, key = write_certificate(folder, expired=expired)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_goes_over_tls_after_signing_in(tmp_path: Path, security: str) -> None:
    context, ca_file = server_context(tmp_path)
    users = {"intake": PASSWORD}
    with SmtpSink(certificate=context, implicit_tls=security == "tls", users=users) as sink:
        relay = relay_of(sink, security=security, ca_file=ca_file, user="intake", password=PASSWORD)
        run(relay, send(raw=BIG), send())
        assert [(m.tls, m.user, m.connection) for m in sink.messages] == [(True, "intake", 1)] * 2
        assert sink.messages[0].raw == BIG


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(("expired", "trusted", "why"), [(True, True, "expired"), (False, False, "self-signed")])
def test_a_bad_certificate_is_named(tmp_path: Path, security: str, expired: bool, trusted: bool, why: str) -> None:
    context, ca_file = server_context(tmp_path, expired=expired)
    with SmtpSink(certificate=context, implicit_tls=security == "tls") as sink:
        error = failure(relay_of(sink, security=security, ca_file=ca_file if trusted else None))
        assert isinstance(error, DeliveryDeferred)
        assert why in str(error)
        assert f"127.0.0.1:{sink.port}" in str(error)
        assert not any(command.startswith("MAIL") for command in sink.commands)


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        pytest.param({"security": "starttls"}, "STARTTLS", id="STARTTLS not offered"),
        pytest.param({"security": "tls"}, "smtp.security", id="TLS to a plain port"),
        pytest.param({"user": "intake", "password": PASSWORD}, "smtp.user", id="sign-in not offered"),
        pytest.param({"port": 1}, "smtp.port", id="nobody listens"),
        pytest.param({"host": "relay.invalid"}, "smtp.host", id="a name that does not exist"),
        pytest.param({"security": "tls", "ca_file": Path("/nowhere/ca.pem")}, "ca_file", id="no CA file"),
        pytest.param({"security": "tls", "ca_file": Path("/etc/hostname")}, "ca_file", id="no CA in it"),
        pytest.param({"helo": "no name"}, "[smtp]", id="a name with a space"),
    ],
)
def test_what_the_administrator_must_correct_is_deferred_and_named(
    sink: SmtpSink, changes: dict[str, object], remedy: str
) -> None:
    error = failure(relay_of(sink, **changes))
    assert isinstance(error, DeliveryDeferred)
    assert remedy in str(error)
    assert sink.messages == []


def test_a_wrong_password_is_tried_once_and_not_told() -> None:
    with SmtpSink(users={"intake": "another"}) as sink:
        error = failure(relay_of(sink, user="intake", password=PASSWORD))
        assert isinstance(error, DeliveryDeferred)
        assert "smtp.user" in str(error)
        assert sink.connections == 1
        assert PASSWORD not in repr(relay_of(sink, user="intake", password=PASSWORD))


# ── what never reaches the wire ─────────────────────────────────────────────────────────────────

UNSAFE = [
    "",
    "nobody",
    "@example.org",
    "leyla@",
    "leyla@example.org\r\nRCPT TO:<x@example.net>",
    "leyla@example.org\n",
    "leyla\0@example.org",
    "leyla@example.org> NOTIFY=SUCCESS",
    "<leyla@example.org>",
    "Leyla <leyla@example.org>",
    "leyla demir@example.org",
    "leyla@example.org\u2028",
    "leyla@\u202eexample.org",
    "leyla@example.org\udc80",
    "l" * 309 + "@example.org",
]


@pytest.mark.parametrize(
    ("end", "address"), [(end, a) for end in ("recipient", "sender") for a in UNSAFE if a or end == "recipient"]
)
def test_an_address_that_could_be_more_than_one_is_refused(sink: SmtpSink, end: str, address: str) -> None:
    with pytest.raises(DeliveryRefused) as caught:
        run(relay_of(sink), send(recipient=address) if end == "recipient" else send(sender=address))
    assert not address or address not in str(caught.value)
    assert sink.connections == 0


def test_a_nul_byte_is_refused(sink: SmtpSink) -> None:
    with pytest.raises(DeliveryRefused):
        run(relay_of(sink), send(raw=MAIL + b"\0"))
    assert sink.connections == 0


def test_an_address_goes_out_as_it_is_and_not_as_a_parser_reads_it(sink: SmtpSink) -> None:
    run(relay_of(sink), send(recipient="leyla(demir)@example.org"))
    assert sink.messages[0].recipients == ("leyla(demir)@example.org",)


@given(st.text(max_size=40))
def test_a_safe_address_cannot_leave_its_brackets(text: str) -> None:
    if address_is_safe(text):
        path = f"TO:<{text}>".encode()
        assert path.count(b"<") == path.count(b">") == 1
        assert not set(path) & {0, 9, 10, 11, 12, 13, 32, 127}


@given(st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"a", b"\xc3", b"MAIL"]), max_size=30).map(b"".join))
def test_the_wire_has_one_kind_of_line_end_and_no_final_dot_inside(raw: bytes) -> None:
    wire = wire_format(raw)
    lines = wire.split(b"\r\n")
    assert lines.pop() == b""
    assert not any(b"\r" in line or b"\n" in line or line == b"." for line in lines)
    received = b"\n".join(line.removeprefix(b".") for line in lines)
    assert received.rstrip(b"\n") == raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


@pytest.mark.parametrize(
    ("code", "text", "status"),
    [
        (550, "5.1.1 unknown", "5.1.1"),
        (550, "5.1.1", "5.1.1"),
        (450, "4.2.0 later", "4.2.0"),
        (550, "4.2.0 later", None),
        (550, "unknown 5.1.1", None),
        (550, "5.1.1.2 an address", None),
        (550, "5.1234.1 too long", None),
        (250, "", None),
    ],
)
def test_a_status_is_read_only_where_it_stands(code: int, text: str, status: str | None) -> None:
    assert enhanced_status(code, text) == status
