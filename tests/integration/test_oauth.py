# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in with tokens: at a token endpoint, at Dovecot, at a relay, and with the whole service."""

import asyncio
import itertools
import json
import os
import re
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from intake.errors import DeliveryDeferred, MailboxError, MailboxRefused, SignInError, SignInRefused
from intake.servers.imap import Account, Connection
from intake.servers.oauth import Grant, TokenSource
from intake.servers.oauth_store import Store
from intake.servers.smtp import Relay, Sender
from tests.servers.certificates import write_certificate
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message, sent_to
from tests.servers.ports import free_ports, wait_until
from tests.servers.smtp_sink import SmtpSink
from tests.servers.token_endpoint import TokenEndpoint

pytestmark = pytest.mark.integration

USERS = [f"mailbox{number}@office.example" for number in range(8)]
"""Whom the Dovecot of this file lets in with a token; each test takes new ones."""
NO_SWEEP = {"sweep_seconds": 600, "outbox_seconds": 1, "renew_idle_seconds": 300}
QUICK_RETRY = "import intake.mail.watcher as w\nw.LONGEST_PAUSE = 0.5\n"
QUICK_SOURCE = "import intake.servers.oauth as o\no.LONGEST_PAUSE = 0.5\no.REFUSED_PAUSE = 0.5\n"
SECRET = "the-client-secret-4711"
MAIL = b"From: office@office.example\r\nSubject: AB-K7M2Q9X\r\n\r\nGuten Tag\r\n"


@pytest.fixture(scope="module")
def introspection() -> Iterator[TokenEndpoint]:
    """What Dovecot asks about tokens: the endpoint of the test that runs."""
    with TokenEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(introspection: TokenEndpoint) -> Iterator[TokenEndpoint]:
    """The endpoint as if it were new."""
    introspection.reset()
    yield introspection
    introspection.reset()


@pytest.fixture(scope="module")
def server(introspection: TokenEndpoint) -> Iterator[Dovecot]:
    """A Dovecot that takes tokens."""
    with Dovecot(introspection=introspection.introspection, token_users=USERS) as dovecot:
        yield dovecot


_users = itertools.cycle(USERS)


@pytest.fixture
def users() -> Callable[[], str]:
    """Another mailbox with each call."""
    return lambda: next(_users)


@pytest.fixture
def source(endpoint: TokenEndpoint, tmp_path: Path) -> TokenSource:
    """Tokens of a client that opens every mailbox."""
    endpoint.expect_client("client", SECRET, opens=USERS)
    return of(client(endpoint), tmp_path)


def client(endpoint: TokenEndpoint) -> Grant:
    return Grant("client-credentials", endpoint.url, "client", SECRET, timeout=10)


def of(grant: Grant, folder: Path) -> TokenSource:
    return TokenSource("m365", lambda: grant, Store(folder / "tokens" / "m365"))


def token_of(grant: Grant, folder: Path) -> str:
    return asyncio.run(of(grant, folder).token())


def failure_of(grant: Grant, folder: Path) -> SignInError:
    with pytest.raises(SignInError) as error:
        token_of(grant, folder)
    assert SECRET not in str(error.value)
    assert "\n" not in str(error.value)
    return error.value


# -- the endpoint


@pytest.mark.parametrize("method", ["post", "basic"])
def test_a_client_gets_a_token_with_its_secret(endpoint: TokenEndpoint, tmp_path: Path, method: str) -> None:
    endpoint.expect_client("client", SECRET, opens=USERS)
    grant = replace(client(endpoint), client_auth=method, scope="https://outlook.office365.com/.default")
    assert endpoint.holds(token_of(grant, tmp_path), USERS[0])
    [asked] = endpoint.requests
    assert asked["grant_type"] == "client_credentials"
    assert asked["scope"] == "https://outlook.office365.com/.default"
    assert ("client_secret" in asked) == (method == "post")


@pytest.mark.parametrize("secret", ["", SECRET])
def test_a_refresh_token_gives_tokens_also_to_a_client_without_a_secret(
    endpoint: TokenEndpoint, tmp_path: Path, secret: str
) -> None:
    first = endpoint.expect_refresh(USERS[0])
    grant = Grant("refresh-token", endpoint.url, "client", secret, scope="mail offline_access", refresh_token=first)
    assert endpoint.holds(token_of(grant, tmp_path), USERS[0])
    [asked] = endpoint.requests
    assert (asked["client_id"], asked["refresh_token"], asked["scope"]) == ("client", first, "mail offline_access")
    assert asked.get("client_secret", "") == secret
    assert not (tmp_path / "tokens" / "m365").exists(), "nothing new to keep"


def test_a_service_account_signs_for_the_mailbox_it_may_open(endpoint: TokenEndpoint, tmp_path: Path) -> None:
    key = {
        "client_email": "robot@project.example",
        "private_key": endpoint.key.as_pem(private=True).decode(),
        "private_key_id": "1",
    }
    grant = Grant(
        "service-account", endpoint.url, secret=json.dumps(key), subject=USERS[1], scope="https://mail.google.com/"
    )
    assert endpoint.holds(token_of(grant, tmp_path), USERS[1])
    for spoilt in ("", "[]", "{}", json.dumps({**key, "private_key": "no key"}), "\udcff"):
        error = failure_of(replace(grant, secret=spoilt), tmp_path)
        assert isinstance(error, SignInRefused)
        assert "is not the JSON file that the provider gives out" in str(error)


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        ({"error": {"error": "invalid_client", "error_description": "AADSTS7000222: expired"}}, SignInRefused,
         "(invalid_client, AADSTS7000222); check client_id and the client's secret"),
        ({"error": {"error": "invalid_grant"}}, SignInRefused, "refused to give a token (invalid_grant)"),
        ({"error": {"error": "unauthorized_client"}}, SignInRefused, "allow this flow for the client"),
        ({"error": {"error": "invalid_scope"}}, SignInRefused, "correct scope"),
        ({"error": {"error": "Hello a@b.example"}}, SignInRefused, "(no reason that can be shown)"),
        ({"error": {"error": "temporarily_unavailable"}}, SignInError, "cannot give a token now"),
        ({"status": 500}, SignInError, "is not able to answer now (500)"),
        ({"status": 429}, SignInError, "is not able to answer now (429)"),
        ({"status": 404}, SignInRefused, "is no token endpoint (404); correct token_url"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1/"}}, SignInRefused, "no token endpoint (302)"),
        ({"status": 400}, SignInError, "broke off before its answer was complete"),
        ({"body": b"<html>Welcome</html>"}, SignInError, "is none of a token endpoint"),
        ({"body": b"[1]"}, SignInError, "is none of a token endpoint"),
        ({"body": b"\xff\xfe\x00"}, SignInError, "is none of a token endpoint"),
        ({"body": b"{}"}, SignInError, "without a usable token"),
        ({"body": b'{"access_token": 5}'}, SignInError, "without a usable token"),
        ({"body": b'{"access_token": "a\\u0001b"}'}, SignInError, "without a usable token"),
        ({"body": b'{"access_token": "a", "expires_in": 1e999}'}, SignInError, "is none of a token endpoint"),
        ({"body": b'{"access_token": "' + b"a" * 100_000 + b'"}'}, SignInError, "is none of a token endpoint"),
        ({"body": b"[" * 60_000}, SignInError, "is none of a token endpoint"),
        ({"body": b"\x1f\x8b", "headers": {"Content-Encoding": "gzip"}}, SignInError, "packs its answer"),
    ],
)  # fmt: skip
def test_whatever_the_endpoint_answers_is_one_sentence(
    endpoint: TokenEndpoint, tmp_path: Path, script: dict[str, Any], kind: type[SignInError], words: str
) -> None:
    for name, value in script.items():
        setattr(endpoint.script, name, value)
    error = failure_of(client(endpoint), tmp_path)
    assert type(error) is kind
    assert words in str(error)
    assert str(error).startswith("sign_in.m365: ")
    assert len(endpoint.requests) == 1, "a redirection is not followed, nothing is repeated"


def test_an_endpoint_that_cannot_be_reached_or_is_silent_or_is_another_is_told_apart(
    endpoint: TokenEndpoint, tmp_path: Path
) -> None:
    grant = client(endpoint)
    nobody = replace(grant, token_url=f"http://127.0.0.1:{free_ports(1)[0]}/token")
    assert "cannot be reached; check token_url" in str(failure_of(nobody, tmp_path))
    no_tls = replace(grant, token_url=endpoint.url.replace("http:", "https:"))
    assert "does not speak TLS as expected" in str(failure_of(no_tls, tmp_path))
    (tmp_path / "ca").write_text("no certificate")
    assert "ca_file" in str(failure_of(replace(grant, ca_file=tmp_path / "ca"), tmp_path))
    endpoint.script.hold = threading.Event()
    assert "did not answer" in str(failure_of(replace(grant, timeout=0.3), tmp_path))


def test_a_certificate_is_checked_against_the_file_that_is_named(tmp_path: Path) -> None:
    ca, key = write_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca, key)
    with TokenEndpoint(context) as endpoint:
        endpoint.expect_client("client", SECRET, opens=USERS)
        url = endpoint.url.replace("http:", "https:")
        grant = replace(client(endpoint), token_url=url)
        assert "certificate that cannot be trusted" in str(failure_of(grant, tmp_path))
        assert endpoint.holds(token_of(replace(grant, ca_file=ca), tmp_path), USERS[0])


# -- IMAP


def open_with(server: Dovecot, user: str, source: TokenSource) -> None:
    async def main() -> None:
        connection = await Connection.open(Account(server.host, server.port, "none", user, "", sign_in=source))
        await connection.select("INBOX")
        await connection.logout()

    asyncio.run(main())


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer", "xoauth2 oauthbearer"])
@pytest.mark.parametrize("without", [(), ("SASL-IR",)])
def test_dovecot_takes_the_token_and_a_refusal_is_a_sentence(
    endpoint: TokenEndpoint, source: TokenSource, mechanism: str, without: tuple[str, ...]
) -> None:
    with Dovecot(
        introspection=endpoint.introspection, token_users=USERS, token_mechanisms=mechanism, without=without
    ) as dovecot:
        open_with(dovecot, USERS[0], source)
        endpoint.opens["client"] = {USERS[1]}
        with pytest.raises(MailboxRefused, match=r"refused the login with a token .*sign_in\.m365 may open") as no:
            open_with(dovecot, USERS[0], source)
        assert not [token for token in endpoint.handed_out if token in str(no.value)]
        open_with(dovecot, USERS[1], source)
        assert endpoint.granted() == 2, "one new token was tried for the refused login"


def test_a_token_that_was_withdrawn_is_replaced_within_the_same_login(
    server: Dovecot, endpoint: TokenEndpoint, source: TokenSource, users: Callable[[], str]
) -> None:
    user = users()
    open_with(server, user, source)
    endpoint.revoke_all()
    open_with(server, user, source)
    assert endpoint.granted() == 2


def test_a_shared_mailbox_is_opened_with_the_token_of_an_account_that_may(
    server: Dovecot, endpoint: TokenEndpoint, tmp_path: Path, users: Callable[[], str]
) -> None:
    shared, other = users(), users()
    first = endpoint.expect_refresh("clerk@office.example", opens=["clerk@office.example", shared])
    source = of(Grant("refresh-token", endpoint.url, "client", refresh_token=first), tmp_path)
    open_with(server, shared, source)
    with pytest.raises(MailboxRefused):
        open_with(server, other, source)


def test_a_dead_source_makes_no_connection(
    server: Dovecot, endpoint: TokenEndpoint, source: TokenSource, users: Callable[[], str]
) -> None:
    endpoint.script.error = {"error": "invalid_grant"}
    with pytest.raises(MailboxRefused, match=r"sign_in\.m365: .*invalid_grant"):
        open_with(server, users(), source)
    endpoint.script.error = None
    with pytest.raises(MailboxError):
        open_with(server, users(), source)
    assert len(endpoint.requests) == 1, "nobody asks again at once"


# -- SMTP


@contextmanager
def relay(endpoint: TokenEndpoint, *mechanisms: str) -> Iterator[SmtpSink]:
    with SmtpSink(token_holds=endpoint.holds, token_mechanisms=mechanisms or ("XOAUTH2", "OAUTHBEARER")) as sink:
        yield sink


def send(sink: SmtpSink, source: TokenSource, *, times: int = 1, between: Callable[[], None] = lambda: None) -> None:
    async def main() -> None:
        sender = Sender(Relay(sink.host, sink.port, "none", USERS[0], timeout=5, sign_in=source))
        try:
            for number in range(times):
                if number:
                    between()
                await sender.send(MAIL, sender="", recipient="samira@example.net")
        finally:
            await sender.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("mechanisms", "used"),
    [(("XOAUTH2",), "XOAUTH2"), (("OAUTHBEARER",), "OAUTHBEARER"), (("XOAUTH2", "OAUTHBEARER"), "OAUTHBEARER")],
)
def test_the_relay_takes_the_token_and_a_withdrawn_one_is_replaced(
    endpoint: TokenEndpoint, source: TokenSource, mechanisms: tuple[str, ...], used: str
) -> None:
    with relay(endpoint, *mechanisms) as sink:
        send(sink, source)
        endpoint.revoke_all()
        send(sink, source)
        assert [mail.user for mail in sink.messages] == [USERS[0]] * 2
        assert sink.logins == [(used, USERS[0], True), (used, USERS[0], False), (used, USERS[0], True)]


def test_a_relay_that_wants_a_new_login_on_an_open_connection_gets_one(
    endpoint: TokenEndpoint, source: TokenSource
) -> None:
    with relay(endpoint) as sink:

        def expired() -> None:
            endpoint.revoke_all()
            sink.forget_logins()

        send(sink, source, times=2, between=expired)
        assert len(sink.messages) == 2
        assert sink.connections == 2


def test_a_relay_that_refuses_every_token_defers_the_mail_with_a_sentence(
    endpoint: TokenEndpoint, source: TokenSource
) -> None:
    endpoint.opens["client"] = {USERS[1]}
    with relay(endpoint) as sink, pytest.raises(DeliveryDeferred) as error:
        send(sink, source)
    assert "refused the login with a token (535); check smtp.user, and that sign_in.m365 may send" in str(error.value)
    assert not [token for token in endpoint.handed_out if token in str(error.value)]
    with SmtpSink(users={"a": "b"}) as sink, pytest.raises(DeliveryDeferred, match="neither OAUTHBEARER nor XOAUTH2"):
        send(sink, source)
    endpoint.stop()
    with relay(endpoint) as sink, pytest.raises(DeliveryDeferred, match="cannot be reached"):
        send(sink, of(client(endpoint), Path("unused")))
    assert sink.connections == 0


# -- the whole service


def table(endpoint: TokenEndpoint, folder: Path, refresh_token: str = "") -> dict[str, Any]:
    """A table [sign_in.…], its secrets in files."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = {"provider": "oidc", "client_id": "client", "token_url": endpoint.url, "timeout_seconds": 5}
    if refresh_token:
        (folder / "refresh").write_text(refresh_token)
        return {**keys, "flow": "refresh-token", "refresh_token_file": "refresh"}
    (folder / "client-secret").write_text(SECRET)
    return {**keys, "flow": "client-credentials", "secret_file": "client-secret"}


def no_secret_is_anywhere(office: Office, endpoint: TokenEndpoint) -> None:
    """But in the files that are there to hold it."""
    secrets = [token.encode() for token in (*endpoint.handed_out, SECRET)]
    searched = 0
    for folder, _, names in os.walk(office.folder):
        for name in names:
            file = Path(folder) / name
            if file.parent.name == "tokens" or name in ("refresh", "client-secret"):
                continue
            searched += 1
            content = file.read_bytes()
            assert not [s for s in secrets if s in content], f"a token or secret lies in {file}"
    assert searched >= 3, "configuration, log and ledger at least"


def test_several_mailboxes_and_the_relay_share_one_token_and_outlive_its_end_in_the_middle_of_idle(
    server: Dovecot, endpoint: TokenEndpoint, users: Callable[[], str], tmp_path: Path
) -> None:
    boxes = {name: users() for name in ("office", "second", "third")}
    endpoint.expect_client("client", SECRET, opens=[*boxes.values(), "office@office.example"])
    with relay(endpoint) as sink:
        office = Office(
            tmp_path, server, sink.port, {name: {"user": user, "sign_in": "m365"} for name, user in boxes.items()},
            service=NO_SWEEP, patches=QUICK_RETRY, sign_in={"m365": table(endpoint, tmp_path)},
            smtp={"user": "office@office.example", "sign_in": "m365"},
        )  # fmt: skip
        with office:
            before = [message(f"p{n}@person.example", f"{name}@office.example") for n, name in enumerate(boxes)]
            for user, raw in zip(boxes.values(), before, strict=True):
                server.deliver(user, raw)
            office.wait_settled(*before)
            assert endpoint.granted() == 1
            endpoint.revoke_all()
            for user in boxes.values():
                server.doveadm("kick", user)
            after = [message(f"q{n}@person.example", f"{name}@office.example") for n, name in enumerate(boxes)]
            for user, raw in zip(boxes.values(), after, strict=True):
                server.deliver(user, raw)
            office.wait_settled(*after)
            assert endpoint.granted() == 2
        assert [len(sent_to(sink, f"{who}{n}@person.example")) for who in "pq" for n in range(3)] == [1] * 6
        assert office.causes() == set()
        no_secret_is_anywhere(office, endpoint)


def test_refresh_tokens_that_are_good_once_last_through_renewals_kills_and_checks_beside_the_daemon(
    server: Dovecot, endpoint: TokenEndpoint, users: Callable[[], str], tmp_path: Path
) -> None:
    user = users()
    endpoint.script.rotate = True
    first = endpoint.expect_refresh(user)
    with SmtpSink() as sink:
        office = Office(
            tmp_path, server, sink.port, {"office": {"user": user, "sign_in": "clerk"}},
            patches=QUICK_RETRY, sign_in={"clerk": table(endpoint, tmp_path, first)},
        )  # fmt: skip
        for end in (office.kill, office.stop):
            with office:
                check = office.command("check")
                assert "ok       sign-in clerk: got a token" in check.stdout, check.stdout
                endpoint.revoke_all()
                server.doveadm("kick", user)
                raw = message()
                server.deliver(user, raw)
                office.wait_settled(raw)
                end()
        # at each start one, one by each check, one after each withdrawal
        assert endpoint.granted() == 6
        assert len(endpoint.used_up) == 6
        kept = tmp_path / "data" / "tokens" / "clerk"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert json.loads(kept.read_text())["refresh_token"] in endpoint.refresh_tokens
        no_secret_is_anywhere(office, endpoint)


def test_a_dead_token_stops_nothing_else_is_seen_and_makes_no_storm(
    server: Dovecot, endpoint: TokenEndpoint, users: Callable[[], str], tmp_path: Path
) -> None:
    alive, dead = users(), users()
    with SmtpSink() as sink:
        office = Office(
            tmp_path, server, sink.port,
            {"office": alive, "dead": {"user": dead, "sign_in": "clerk"}},
            patches=QUICK_RETRY, sign_in={"clerk": table(endpoint, tmp_path, "no-such-token")},
        )  # fmt: skip
        with office:
            raw = message()
            server.deliver(alive, raw)
            office.wait_settled(raw)
            wait_until(lambda: office.log().count("mailbox dead: ") >= 4, "the mailbox is tried again and again")
            assert office.causes() == {"mailbox"}
            assert len(endpoint.requests) == 1
            [problem] = [box["problem"] for box in office.status()["mailboxes"] if box["name"] == "dead"]
            assert "sign_in.clerk: " in problem
            assert "invalid_grant, AADSTS70008" in problem
            assert "sign in anew at the provider and replace it" in problem
        no_secret_is_anywhere(office, endpoint)
        assert "no-such-token" not in office.log()


def test_an_endpoint_that_is_down_is_asked_until_it_is_up_and_the_notice_goes(
    server: Dovecot, endpoint: TokenEndpoint, users: Callable[[], str], tmp_path: Path
) -> None:
    alive, waiting = users(), users()
    endpoint.expect_client("client", SECRET, opens=[waiting])
    with SmtpSink() as sink:
        office = Office(
            tmp_path, server, sink.port,
            {"office": alive, "second": {"user": waiting, "sign_in": "m365"}},
            patches=QUICK_RETRY + QUICK_SOURCE, sign_in={"m365": table(endpoint, tmp_path)},
        )  # fmt: skip
        endpoint.stop()
        raw = message(to="second@office.example")
        server.deliver(waiting, raw)
        with office:
            wait_until(lambda: office.causes() == {"mailbox"}, "the outage is seen")
            endpoint.start()
            office.wait_settled(raw)
            wait_until(lambda: not office.causes(), "the notice is closed")
            assert "cannot be reached; check token_url" in office.log()


def test_a_refresh_token_that_is_replaced_in_its_file_counts_without_a_restart(
    server: Dovecot, endpoint: TokenEndpoint, users: Callable[[], str], tmp_path: Path
) -> None:
    alive, user = users(), users()
    with SmtpSink() as sink:
        office = Office(
            tmp_path, server, sink.port,
            {"office": alive, "second": {"user": user, "sign_in": "clerk"}},
            patches=QUICK_RETRY + QUICK_SOURCE, sign_in={"clerk": table(endpoint, tmp_path, "ended")},
        )  # fmt: skip
        raw = message(to="second@office.example")
        server.deliver(user, raw)
        with office:
            wait_until(lambda: office.causes() == {"mailbox"}, "the refusal is seen")
            (tmp_path / "refresh").write_text(endpoint.expect_refresh(user))
            office.wait_settled(raw)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda e, f: None, None),
        (lambda e, f: (f / "client-secret").write_text("wrong"),
         r"sign_in\.m365: .*invalid_client, AADSTS7000215.*check client_id and the client's secret"),
        (lambda e, f: (f / "client-secret").unlink(), r"sign_in\.m365\.secret_file: the secret cannot be read"),
        (lambda e, f: setattr(e.script, "status", 503), r"sign_in\.m365: .*not able to answer now \(503\)"),
        (lambda e, f: setattr(e.script, "status", 404), r"sign_in\.m365: .*no token endpoint \(404\)"),
        (lambda e, f: e.opens["client"].discard(USERS[0]),
         r"mailboxes\.office: .*refused the login with a token .*sign_in\.m365 may open"),
        (lambda e, f: e.opens["client"].discard("relay"), r"smtp: the relay .*refused the login with a token"),
    ],
    ids=["all is well", "wrong secret", "no secret", "endpoint ill", "wrong address", "mailbox", "relay"],
)  # fmt: skip
def test_check_tells_each_failure_in_one_sentence(
    server: Dovecot, endpoint: TokenEndpoint, tmp_path: Path, spoil: Callable[[TokenEndpoint, Path], object],
    sentence: str | None,
) -> None:  # fmt: skip
    endpoint.expect_client("client", SECRET, opens=[USERS[0], "relay"])
    with relay(endpoint) as sink:
        office = Office(
            tmp_path, server, sink.port, {"office": {"user": USERS[0], "sign_in": "m365"}},
            sign_in={"m365": table(endpoint, tmp_path)}, smtp={"user": "relay", "sign_in": "m365"},
        )  # fmt: skip
        spoil(endpoint, tmp_path)
        done = office.command("check")
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem ")]
    if sentence is None:
        assert (problems, done.returncode) == ([], 0)
        assert "ok       sign-in m365: got a token" in done.stdout
    else:
        [problem] = problems
        assert re.search(sentence, problem), problem
        assert problem.startswith(f"problem  {office.config}: ")
        assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
