# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens: asked for once however many need them, renewed in time, and never lost between two servers."""

import asyncio
import base64
import json
import os
import stat
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import config
from intake.errors import ConfigurationError, MailboxError, MailboxRefused, SignInError, SignInRefused
from intake.servers import oauth, sasl
from intake.servers.imap import Account, Connection
from intake.servers.oauth import Answer, Grant, TokenSource, token_source
from intake.servers.oauth_store import Store
from tests.servers.scripted import Answer as Line
from tests.servers.scripted import Scripted

CLIENT = Grant("client-credentials", "https://login.example.org/token", "client", "client-secret")
REFRESH = Grant("refresh-token", "https://login.example.org/token", "client", refresh_token="first")
EXAMPLE = Path(config.__file__).parent / "example" / "intake.toml"


class World:
    """A token endpoint without a network, and a clock that stands still until it is set."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, grant: Grant = CLIENT) -> None:
        self.now = 1000.0
        self.grant = grant
        self.asked: list[str] = []
        """The refresh token of each question."""
        self.replies: list[Answer | Exception] = []
        """What is said, one by one; then tokens that are numbered."""
        self.gate: asyncio.Event | None = None
        """Answers wait for it."""
        self.reached = asyncio.Event()
        self.store = Store(folder / "tokens" / "m365")
        monkeypatch.setattr(oauth, "_request", self._request)
        self.source = self.another()

    def another(self) -> TokenSource:
        """A source as a new process would have it."""
        return TokenSource("m365", lambda: self.grant, self.store, clock=lambda: self.now)

    async def _request(self, grant: Grant, refresh_token: str) -> Answer:
        self.asked.append(refresh_token)
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        reply = self.replies.pop(0) if self.replies else Answer(f"token-{len(self.asked)}", 3600)
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def run(*steps: Callable[[], Awaitable[Any]]) -> list[Any]:
    """What each step gives, or the error that it raises."""

    async def main() -> list[Any]:
        results: list[Any] = []
        for step in steps:
            try:
                results.append(await step())
            except (SignInError, MailboxError) as error:
                results.append(error)
        return results

    return asyncio.run(main())


# -- the source


def test_however_many_ask_at_once_the_endpoint_is_asked_once(world: World) -> None:
    async def many() -> list[str]:
        return await asyncio.gather(*(world.source.token() for _ in range(200)))

    [tokens] = run(many)
    assert tokens == ["token-1"] * 200
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    ("life", "seconds", "tokens"),
    [
        (3600, 3200, 1), (3600, 3301, 2), (100, 79, 1), (100, 81, 2), (0, 3200, 1), (0, 3301, 2), (86400, 86000, 1),
    ],
)  # fmt: skip
def test_a_token_is_renewed_shortly_before_its_end(world: World, life: float, seconds: float, tokens: int) -> None:
    async def later() -> str:
        world.now += seconds
        return await world.source.token()

    world.replies = [Answer("token-1", life)]
    assert run(world.source.token, later)[1] == f"token-{tokens}"


def test_a_refused_token_is_replaced_once_for_all_who_have_it_and_at_most_once_a_minute(world: World) -> None:
    async def refused_by(count: int, token: str) -> list[str]:
        return await asyncio.gather(*(world.source.token(token) for _ in range(count)))

    async def a_minute_later() -> str:
        world.now += 61
        return await world.source.token("token-2")

    found = run(world.source.token, lambda: refused_by(5, "token-1"), lambda: refused_by(5, "token-2"), a_minute_later)
    assert found == ["token-1", ["token-2"] * 5, ["token-2"] * 5, "token-3"]


def test_while_the_endpoint_is_down_a_token_serves_until_its_end(world: World) -> None:
    async def at(seconds: float) -> str:
        world.now = 1000 + seconds
        world.replies = [SignInError("down")]
        return await world.source.token()

    found = run(world.source.token, lambda: at(3400), lambda: at(3599), lambda: at(3700))
    assert found[:3] == ["token-1"] * 3
    assert isinstance(found[3], SignInError)
    assert "sign_in.m365: down" in str(found[3])


@pytest.mark.parametrize(
    ("error", "pauses"),
    [(SignInError("down"), [1, 2, 4, 8, 16, 32, 60, 60]), (SignInRefused("no"), [300, 300, 300])],
)
def test_after_a_failure_nobody_asks_before_the_pause_is_over(
    world: World, error: SignInError, pauses: list[float]
) -> None:
    async def story() -> None:
        world.replies = [error] * len(pauses)
        for number, pause in enumerate(pauses):
            for at in (0.0, pause * 0.99):
                world.now += at
                with pytest.raises(type(error), match=str(error)):
                    await world.source.token()
                assert len(world.asked) == number + 1
            world.now += pause * 0.02
        assert await world.source.token() == f"token-{len(pauses) + 1}"
        world.now += 4000
        world.replies = [error]
        with pytest.raises(type(error)):
            await world.source.token()
        world.now += pauses[0] * 1.01
        assert await world.source.token(), "after a success the pauses begin anew"

    asyncio.run(story())


def test_who_is_gone_before_the_answer_comes_does_not_lose_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, monkeypatch, REFRESH)

    async def story() -> None:
        world.gate = asyncio.Event()
        world.replies = [Answer("token-1", 3600, "second")]
        asking = asyncio.create_task(world.source.token())
        async with asyncio.timeout(20):
            await world.reached.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        world.gate.set()
        await world.source.close()

    asyncio.run(story())
    assert world.store.read("first") == "second"


def test_a_fault_of_ours_is_an_error_that_passes_and_quotes_nothing(world: World) -> None:
    world.replies = [RuntimeError("client-secret")]
    [error] = run(world.source.token)
    assert type(error) is SignInError
    assert "unexpected RuntimeError" in str(error)
    assert "client-secret" not in str(error)


@pytest.mark.parametrize("token", ["", "a b", "a\1b", "a\r\nb", "ü", "a=b"])
def test_what_could_end_a_line_or_a_field_is_no_token(world: World, token: str) -> None:
    world.replies = [Answer(token, 3600)]
    [error] = run(world.source.token)
    assert "without a usable token" in str(error)


# -- refresh tokens


def test_a_new_refresh_token_is_used_from_then_on_also_by_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, monkeypatch, REFRESH)
    world.replies = [Answer("a", 3600, "second"), Answer("b", 3600, "third"), Answer("c", 3600)]

    async def later(source: TokenSource) -> str:
        world.now += 4000
        return await source.token()

    assert run(*(lambda: later(world.source) for _ in range(2)), *(lambda: later(world.another()) for _ in range(2)))
    assert world.asked == ["first", "second", "third", "third"]
    mode = stat.S_IMODE(world.store.file.stat().st_mode)
    assert (mode, stat.S_IMODE(world.store.file.parent.stat().st_mode)) == (0o600, 0o700)


def test_a_token_that_an_administrator_puts_in_counts_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, monkeypatch, REFRESH)
    world.replies = [Answer("a", 3600, "second"), SignInRefused("ended")]

    async def later() -> str:
        world.now += 4000
        return await world.source.token()

    async def replaced() -> str:
        world.grant = replace(REFRESH, refresh_token="anew")
        return await later()

    found = run(later, later, replaced)
    assert isinstance(found[1], SignInRefused)
    assert found[2] == "token-3"
    assert world.asked == ["first", "second", "anew"]


def test_where_the_disk_refuses_the_new_refresh_token_serves_and_is_written_with_the_next_chance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, monkeypatch, REFRESH)
    world.replies = [Answer("a", 3600, "secret-two"), Answer("b", 3600)]
    full = pytest.MonkeyPatch()

    def fsync(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    async def with_full_disk() -> str:
        full.setattr(os, "fsync", fsync)
        return await world.source.token()

    async def with_room_again() -> str:
        full.undo()
        world.now += 4000
        return await world.source.token()

    assert run(with_full_disk, with_room_again) == ["a", "b"]
    assert world.asked == ["first", "secret-two"]
    assert world.store.read("first") == "secret-two"
    assert "No space left" in caplog.text
    assert "secret-two" not in caplog.text


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_the_old_token_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    store = Store(tmp_path / "m365")
    store.write("second", "first")
    with monkeypatch.context() as patch:
        patch.setattr(os, moment, _dies)
        with pytest.raises(KeyboardInterrupt):
            store.write("third", "first")
    assert store.read("first") == "second"
    store.write("third", "first")
    assert store.read("first") == "third"


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(
    lambda value: json.dumps(value).encode()
))  # fmt: skip
def test_a_file_that_is_none_of_ours_does_not_count(content: bytes) -> None:

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "m365"
        file.write_bytes(content)
        assert Store(file).read("first") == "first"


def test_two_processes_do_not_use_up_the_same_refresh_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, monkeypatch, REFRESH)
    world.replies = [Answer("a", 3600, "second"), Answer("b", 3600, "third")]

    async def both() -> list[str]:
        return await asyncio.gather(world.source.token(), world.another().token())

    assert sorted(run(both)[0]) == ["a", "b"]
    assert world.asked == ["first", "second"]


def test_a_lock_that_is_never_let_go_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, monkeypatch, replace(REFRESH, timeout=0.1))

    async def while_locked() -> str:
        async with Store(world.store.file).locked(1):
            return await world.source.token()

    [error] = run(while_locked)
    assert "another process has held" in str(error)
    assert world.asked == []


# -- what goes over the line


@pytest.mark.parametrize(
    ("mechanism", "user", "text"),
    [
        ("XOAUTH2", "office@example.org", "user=office@example.org\1auth=Bearer abc\1\1"),
        ("OAUTHBEARER", "office@example.org", "n,a=office@example.org,\1host=mx\1port=993\1auth=Bearer abc\1\1"),
        ("OAUTHBEARER", "a,b=c", "n,a=a=2Cb=3Dc,\1host=mx\1port=993\1auth=Bearer abc\1\1"),
    ],
)
def test_the_first_message_names_mailbox_and_token(mechanism: str, user: str, text: str) -> None:
    message = sasl.first_message(mechanism, user=user, token="abc", host="mx", port=993)
    assert base64.b64decode(message).decode() == text


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["PLAIN", "XOAUTH2", "OAUTHBEARER"], "OAUTHBEARER"),
        (["xoauth2", "plain"], "XOAUTH2"),
        (["PLAIN", "LOGIN"], ""),
        ([], ""),
    ],
)
def test_the_standard_mechanism_is_preferred(offered: list[str], chosen: str) -> None:
    assert sasl.choose(offered) == chosen


class Fixed:
    """A source whose first token is ``old``, and whose second, if any, is ``new``."""

    name = "m365"

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    async def token(self, refused: str = "") -> str:
        return self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]


OFFERS = b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\nTAG OK done\r\n"
WITHOUT_IR = b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\nTAG OK done\r\n"
NO = b"TAG NO [AUTHENTICATIONFAILED] no\r\n"


def sign_in(
    script: dict[str, Line | list[Line]], *tokens: str, timeout: float = 20
) -> tuple[Exception | None, list[bytes]]:
    """The error, and the commands that the server heard."""

    async def main() -> tuple[Exception | None, list[bytes]]:
        async with Scripted(script) as server:
            account = Account("127.0.0.1", server.port, "none", "office", "", timeout=timeout, sign_in=Fixed(*tokens))
            try:
                (await Connection.open(account)).drop()
            except MailboxError as error:
                return error, server.commands
            return None, server.commands

    return asyncio.run(main())


def line(token: str) -> bytes:
    return b"AUTHENTICATE XOAUTH2 " + base64.b64encode(f"user=office\1auth=Bearer {token}\1\1".encode())


def test_a_refused_token_is_replaced_and_tried_once_more() -> None:
    error, heard = sign_in({"CAPABILITY": OFFERS, "AUTHENTICATE": [NO, b"TAG OK in\r\n"]}, "old", "new")
    assert error is None
    assert [c for c in heard if c.startswith(b"AUTH")] == [line("old"), line("new")]


def test_where_there_is_no_other_token_the_server_is_not_asked_again() -> None:
    error, heard = sign_in({"CAPABILITY": OFFERS, "AUTHENTICATE": NO}, "old")
    assert isinstance(error, MailboxRefused)
    assert "check user, and that sign_in.m365 may open this mailbox" in str(error)
    assert [c for c in heard if c.startswith(b"AUTH")] == [line("old")]


def test_a_server_that_is_busy_costs_no_token() -> None:
    error, heard = sign_in({"CAPABILITY": OFFERS, "AUTHENTICATE": b"TAG NO [UNAVAILABLE] later\r\n"}, "old", "new")
    assert type(error) is MailboxError
    assert [c for c in heard if c.startswith(b"AUTH")] == [line("old")]


@pytest.mark.parametrize(
    ("answer", "capabilities", "words"),
    [
        (b"+ e30=\r\n+ e30=\r\n+ e30=\r\n+ e30=\r\n", OFFERS, "did not answer AUTHENTICATE"),
        (b"+ \r\n+ \r\n+ \r\n+ \r\n+ \r\n", WITHOUT_IR, "did not answer AUTHENTICATE"),
        (b"+ e30=\r\n", OFFERS, "did not answer AUTHENTICATE"),
        (b"", OFFERS, "did not answer AUTHENTICATE"),
        (None, OFFERS, "connection was lost"),
        (b"TAG BAD token-old dXNlcj1vZmZpY2U\r\n", OFFERS, "did not understand AUTHENTICATE;"),
    ],
)
def test_whatever_the_server_answers_the_dialogue_ends(answer: Line, capabilities: bytes, words: str) -> None:
    error, _ = sign_in({"CAPABILITY": capabilities, "AUTHENTICATE": answer, "": b""}, "token-old", timeout=1)
    assert isinstance(error, MailboxError)
    assert "token-old" not in str(error)
    assert words in str(error)


def test_a_server_that_repeats_the_token_does_not_bring_it_into_a_sentence() -> None:
    said = b"TAG NO token-old " + line("token-old")[21:] + b"\r\n"
    error, _ = sign_in({"CAPABILITY": OFFERS, "AUTHENTICATE": said}, "token-old")
    assert error is not None
    assert "token-old" not in str(error)
    assert line("token-old")[21:60].decode() not in str(error)


def test_a_server_that_takes_no_token_is_told_apart() -> None:
    error, heard = sign_in({"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n"}, "old")
    assert "offers neither OAUTHBEARER nor XOAUTH2" in str(error)
    assert not [c for c in heard if c.startswith(b"AUTH")]


# -- the configuration

SIGN_IN = '\n[sign_in.m365]\nprovider = "microsoft"\nflow = "client-credentials"\ntenant = "musterstadt.example"\n'
CLIENT_KEYS = 'client_id = "abc"\nsecret_file = "secret"\n'


def parsed(table: str, use: str = 'sign_in = "m365"') -> config.Settings:
    text = EXAMPLE.read_text("utf-8").replace('password_file = "secrets/poststelle"', use)
    return config.parse(text + table, Path("/etc/intake/intake.toml"))


@pytest.mark.parametrize(
    ("table", "url", "scope"),
    [
        (
            SIGN_IN + CLIENT_KEYS,
            "https://login.microsoftonline.com/musterstadt.example/oauth2/v2.0/token",
            "https://outlook.office365.com/.default",
        ),
        (
            SIGN_IN.replace("client-credentials", "refresh-token")
            + 'client_id = "abc"\nrefresh_token_file = "t"\nscope = "x"',
            "https://login.microsoftonline.com/musterstadt.example/oauth2/v2.0/token",
            "x",
        ),
        (
            '\n[sign_in.m365]\nprovider = "google"\nflow = "service-account"\nsecret_env = "K"\nsubject = "a@b.test"',
            "https://oauth2.googleapis.com/token",
            "https://mail.google.com/",
        ),
        (
            '\n[sign_in.m365]\nprovider = "google"\nflow = "refresh-token"\nclient_id = "a"\nrefresh_token_env = "R"',
            "https://oauth2.googleapis.com/token",
            "",
        ),
        (
            '\n[sign_in.m365]\nprovider = "oidc"\nflow = "client-credentials"\nclient_id = "a"\nsecret_credential = "s"'
            '\ntoken_url = "https://sso.example.org/token"',
            "https://sso.example.org/token",
            "",
        ),
    ],
)
def test_each_provider_has_its_endpoint_and_scope(table: str, url: str, scope: str) -> None:
    found = parsed(table).configuration.sign_in["m365"]
    assert (found.endpoint, found.scopes) == (url, scope)


@pytest.mark.parametrize(
    ("table", "use", "key", "remedy"),
    [
        ("", 'sign_in = "m365"', "mailboxes.poststelle.sign_in", "there are none yet"),
        (SIGN_IN + CLIENT_KEYS, 'sign_in = "other"', "mailboxes.poststelle.sign_in", "(m365); name one"),
        (SIGN_IN + CLIENT_KEYS, 'sign_in = "m365"\npassword_env = "P"', "mailboxes.poststelle.sign_in", "keep one"),
        (SIGN_IN + 'client_id = "abc"\nsecret = "1234"', None, "sign_in.m365.secret", "name a secret_file"),
        (SIGN_IN + 'client_id = "abc"\nclient_secret = "1234"', None, "sign_in.m365.client_secret", "secret_file"),
        (SIGN_IN + 'client_id = "abc"', None, "sign_in.m365.secret_file", "needs a secret"),
        (SIGN_IN + 'secret_file = "s"', None, "sign_in.m365.client_id", "add it"),
        (SIGN_IN + CLIENT_KEYS + 'secret_env = "S"', None, "sign_in.m365.secret_env", "keep one"),
        (SIGN_IN + CLIENT_KEYS + 'refresh_token_file = "r"', None, "sign_in.m365.refresh_token_file", "remove it"),
        ((SIGN_IN + CLIENT_KEYS).replace("tenant", "# "), None, "sign_in.m365.tenant", "tenant's id"),
        ((SIGN_IN + CLIENT_KEYS).replace("musterstadt.ex", "../x?"), None, "sign_in.m365.tenant", "tenant's id"),
        ((SIGN_IN + CLIENT_KEYS).replace("microsoft", "google"), None, "sign_in.m365.flow", "service-account"),
        ((SIGN_IN + CLIENT_KEYS).replace("microsoft", "oidc"), None, "sign_in.m365.token_url", "add it"),
        ((SIGN_IN + CLIENT_KEYS).replace("client-cred", "cred"), None, "sign_in.m365.flow", '"client-credentials"'),
        (SIGN_IN + CLIENT_KEYS + 'token_url = "http://sso.example.org"', None, "sign_in.m365.token_url", "https://"),
        (SIGN_IN + CLIENT_KEYS + 'token_url = "https://u:p@sso.example"', None, "sign_in.m365.token_url", "https://"),
        (SIGN_IN + CLIENT_KEYS + 'token_url = "https://[x"', None, "sign_in.m365.token_url", "https://"),
        ((SIGN_IN + CLIENT_KEYS).replace("m365", '"M/365"'), None, "sign_in.M/365", "small letters"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_sign_in_is_one_sentence(table: str, use: str | None, key: str, remedy: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parsed(table, use or 'sign_in = "m365"')
    first = str(error.value).splitlines()[0]
    assert first.startswith(f"/etc/intake/intake.toml: {key}: ")
    assert remedy in first
    assert "1234" not in str(error.value)


def test_a_secret_that_cannot_be_read_is_told_at_the_start_and_with_the_next_renewal(tmp_path: Path) -> None:
    settings = parsed(SIGN_IN + CLIENT_KEYS)
    settings = config.Settings(settings.configuration, tmp_path / "intake.toml")
    with pytest.raises(ConfigurationError, match=r"sign_in\.m365\.secret_file: the secret cannot be read"):
        token_source(settings, "m365", {})
    (tmp_path / "secret").write_text("s")
    source = token_source(settings, "m365", {})
    (tmp_path / "secret").unlink()
    [error] = run(source.token)
    assert isinstance(error, SignInRefused)
    assert "sign_in.m365.secret_file: the secret cannot be read" in str(error)
