# SPDX-License-Identifier: GPL-3.0-or-later
"""The IMAP transport against a real Dovecot: signing in, finding, reading, filing, waiting, being cut off."""

import asyncio
import datetime as dt
import email
import email.policy
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from intake.errors import MailboxError, MailboxRefused
from intake.servers.imap import Account, Connection
from tests.servers.certificates import write_certificate
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.proxy import Proxy

pytestmark = pytest.mark.integration

T = TypeVar("T")

AWKWARD = {
    "DOM\\office\\shared": 'pass word\\"ü"',
    "jörg müller@example.org": "plain",
    'quo"ted': "{5}",
    "back\\": "\\",
    "(brackets) * % &-": "'; ] ) (",
    "umlaut": "пароль 密码 ß",
    "long": "x" * 900,
}
MAIL = b"From: Ana <ana@example.org>\nTo: office@example.org\nSubject: Hello\nMessage-ID: <%d@example.org>\n\nText %d\n"


@pytest.fixture(scope="module")
def awkward() -> Iterator[Dovecot]:
    """A server whose users and passwords are hard to write down."""
    with Dovecot(passwords=AWKWARD) as server:
        yield server


def account(server: Dovecot, user: str, *, port: int = 0, password: str = PASSWORD, timeout: float = 20) -> Account:
    return Account(server.host, port or server.port, "none", user, password, timeout=timeout)


@asynccontextmanager
async def opened(server: Dovecot, user: str, **options: object) -> AsyncIterator[Connection]:
    connection = await Connection.open(account(server, user, **options))  # type: ignore[arg-type]
    try:
        yield connection
    finally:
        await connection.logout()


def use(server: Dovecot, user: str, what: Callable[[Connection], Awaitable[T]]) -> T:
    """The result of ``what`` with a connection."""

    async def main() -> T:
        async with opened(server, user) as connection:
            return await what(connection)

    return asyncio.run(main())


def mails(count: int) -> list[bytes]:
    return [MAIL % (n, n) for n in range(1, count + 1)]


# -- signing in


@pytest.mark.parametrize("user", AWKWARD)
def test_users_and_passwords_of_any_kind_sign_in(awkward: Dovecot, user: str) -> None:
    async def main() -> None:
        connection = await Connection.open(account(awkward, user, password=AWKWARD[user]))
        assert "MOVE" in connection.capabilities
        assert (await connection.select("INBOX")).exists == 0
        await connection.logout()

    asyncio.run(main())


def test_a_wrong_password_is_refused_in_a_sentence_without_it(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(MailboxRefused, match=r"refused the login.*check user and password") as caught:
        asyncio.run(Connection.open(account(dovecot, user, password="wrong-word")))
    assert "wrong-word" not in str(caught.value)


def test_tls_checks_the_certificate_and_says_what_is_wrong_with_it(dovecot: Dovecot, user: str) -> None:
    async def select(host: str, **options: object) -> None:
        wanted = Account(host, dovecot.tls_port, "tls", user, PASSWORD, timeout=20, **options)  # type: ignore[arg-type]
        connection = await Connection.open(wanted)
        await connection.select("INBOX")
        await connection.logout()

    asyncio.run(select("localhost", ca_file=dovecot.ca_file))
    asyncio.run(select("127.0.0.1", ca_file=dovecot.ca_file))
    with pytest.raises(MailboxError, match=r"cannot be trusted .* ca_file"):
        asyncio.run(select("localhost"))
    with pytest.raises(MailboxError, match=r"ca_file .* cannot be read"):
        asyncio.run(select("localhost", ca_file=dovecot.configuration))


def test_a_certificate_for_another_name_is_named_as_such(tmp_path: Path, user: str) -> None:
    certificate, key = write_certificate(tmp_path, names=("mail.example.org",))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def main() -> None:
        async with await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(MailboxError, match="certificate for another name"):
                await Connection.open(Account("localhost", port, "tls", user, PASSWORD, certificate, 20))

    asyncio.run(main())


def test_an_expired_certificate_is_named_as_such(user: str) -> None:
    with Dovecot(expired=True) as server:
        expired = Account("localhost", server.tls_port, "tls", user, PASSWORD, server.ca_file, 20)
        with pytest.raises(MailboxError, match="certificate that has expired; renew it"):
            asyncio.run(Connection.open(expired))


def test_a_port_without_tls_and_a_port_without_server_are_told_apart(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(MailboxError, match="does not speak TLS"):
        asyncio.run(Connection.open(Account("localhost", dovecot.port, "tls", user, PASSWORD, timeout=20)))
    with pytest.raises(MailboxError, match="refused the connection"):
        asyncio.run(Connection.open(Account("127.0.0.1", 9, "none", user, PASSWORD, timeout=20)))


# -- folders

NAMES = [
    "Prüfen",
    "Anwälte & Behörden",
    "Ukraine § 24",
    'with "quotes" and \\',
    "per%cent",
    "{5}",
    "A.B",
    "&AOQ-",
    "Приём",
    "受付",
    "📮",
]


def test_folder_names_of_any_kind_are_what_people_see(dovecot: Dovecot, user: str) -> None:
    async def what(connection: Connection) -> set[str]:
        for name in NAMES:
            await connection.create(name)
            await connection.create(name)
            await connection.subscribe(name)
            await connection.append(name, b"Subject: x\r\n\r\n")
            assert (await connection.select(name)).exists == 1
            assert (await connection.status(name)).messages == 1
        return {folder.name for folder in await connection.folders()}

    assert set(NAMES) <= use(dovecot, user, what)
    assert set(NAMES) <= set(dovecot.folders(user))
    with dovecot.client(user) as client:
        assert set(NAMES) <= {name for _, _, name in client.list_sub_folders()}


def test_a_delimiter_makes_a_folder_below_another(dovecot: Dovecot, user: str) -> None:
    async def what(connection: Connection) -> None:
        prefix, delimiter = await connection.namespace()
        assert (prefix, delimiter) == ("", "/")
        await connection.create("Queues/Einbürgerung")
        folders = {folder.name: folder for folder in await connection.folders()}
        assert folders["Queues/Einbürgerung"].delimiter == "/"
        assert folders["Sent"].special_use == "\\Sent"
        assert folders["INBOX"].special_use == ""

    use(dovecot, user, what)


def test_a_namespace_with_a_prefix_is_told(user: str) -> None:
    with Dovecot(prefix="INBOX.", delimiter=".") as server:

        async def what(connection: Connection) -> None:
            assert await connection.namespace() == ("INBOX.", ".")
            await connection.create("INBOX.Prüfen")
            assert "INBOX.Prüfen" in {folder.name for folder in await connection.folders()}

        use(server, user, what)


def test_a_folder_that_does_not_exist_is_refused_with_its_name(dovecot: Dovecot, user: str) -> None:
    async def what(connection: Connection) -> None:
        for refused in (connection.select("Nowhere"), connection.append("Nowhere", b"x"), connection.status("Nowhere")):
            with pytest.raises(MailboxRefused, match="Nowhere"):
                await refused
        assert not connection.closed

    use(dovecot, user, what)


def test_a_new_uidvalidity_is_seen(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *mails(2))
    before = use(dovecot, user, lambda c: c.select("INBOX"))
    dovecot.set_uidvalidity(user, "INBOX", before.uidvalidity + 1000)
    after = use(dovecot, user, lambda c: c.select("INBOX"))
    assert after.uidvalidity == before.uidvalidity + 1000
    assert (after.exists, after.read_only) == (2, False)
    assert "\\*" in after.permanent_flags


# -- finding and reading


def test_a_folder_is_examined_and_searched_by_the_day_of_arrival_without_a_trace(dovecot: Dovecot, user: str) -> None:
    for day, raw in enumerate(mails(3), 9):
        dovecot.deliver(user, raw, date=dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC))

    async def what(connection: Connection) -> None:
        opened = await connection.examine("INBOX")
        assert (opened.exists, opened.read_only) == (3, True)
        assert await connection.search(since=dt.date(2026, 3, 10)) == [2, 3]
        assert await connection.search("UNDELETED", first=3, since=dt.date(2026, 3, 10)) == [3]
        assert await connection.search(since=dt.date(2026, 3, 12)) == []

    use(dovecot, user, what)
    with dovecot.client(user) as client:
        assert client.folder_status("INBOX", ["RECENT"]) == {b"RECENT": 3}


def test_searching_finds_by_uid_message_id_and_flag(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *mails(5))

    async def what(connection: Connection) -> None:
        await connection.select("INBOX")
        assert await connection.search() == [1, 2, 3, 4, 5]
        assert await connection.search(first=4) == [4, 5]
        assert await connection.search(first=6) == []
        assert await connection.search(message_id="<3@example.org>") == [3]
        assert await connection.search(message_id='<"no\\such@x>') == []
        assert await connection.search(message_id="<größe@x>") == []
        await connection.mark_deleted([2, 3])
        assert await connection.search("UNDELETED", first=2) == [4, 5]
        assert await connection.search("DELETED", message_id="3@example.org") == [3]

    use(dovecot, user, what)


HOSTILE = [
    b'From: "((( * 2 EXISTS \\"" <a@example.org>\nSubject: ))) {5}\n\n* 1 FETCH (((\n',
    b'From: a@example.org\nSubject: \\" {999999}\nContent-Type: text/plain; name="(( \\" * {5}"\n\nA OK done {3}\n',
    b"From: {5}\nSubject: *\n\n)\n",
    b'Subject: x\nContent-Type: multipart/mixed; boundary="(*\\" {7}"\n\n--(*" {7}\n\nfirst\n--(*" {7}--\n',
    b"Subject: 8-bit \xff\xfe \xc3\nContent-Type: text/plain; charset=\"\xff({\n\n\xff\n",
    b"Content-Type: message/rfc822\n\nSubject: inner (\n\n)\n",
    b"Content-Type: multipart/alternative; boundary=b\n\nno part at all\n",
    b"\n",
    b"no header\n",
    b'Content-Disposition: attachment; filename="{3}\n (\\"\nContent-Type: text/plain\n\nfile\n',
]  # fmt: skip


def test_hostile_messages_come_out_as_they_lie_on_the_server(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *HOSTILE)

    async def what(connection: Connection) -> None:
        await connection.select("INBOX")
        heads = await connection.heads(await connection.search())
        assert sorted(heads) == list(range(1, len(HOSTILE) + 1))
        stored = {message.uid: message.raw for message in dovecot.stored(user)}
        for uid, head in heads.items():
            start, blank, _ = stored[uid].partition(b"\r\n\r\n")
            assert head.header in (start + blank, b"\r\n", stored[uid] + b"\r\n", b""), uid
            assert head.structure is not None
            assert head.size == len(stored[uid])
        skeletons = await connection.skeletons(list(heads.values()))
        assert sorted(skeletons) == sorted(heads)
        for uid in (1, 2, 3, 5):
            assert skeletons[uid] == stored[uid]
        assert b"first" in skeletons[4]
        assert b"file" not in skeletons[10].partition(b"\r\n\r\n")[2]
        assert await connection.search() == sorted(heads)

    use(dovecot, user, what)
    assert all(not message.flags for message in dovecot.stored(user))


def test_an_attachment_of_five_megabytes_is_never_fetched(dovecot: Dovecot, user: str) -> None:
    attachment = b"QUJD" * 16 + b"\n"
    raw = (
        b"From: a@example.org\nSubject: big\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Type: text/plain; charset=utf-8\n\nPlease see the attachment.\n--b\n"
        b'Content-Type: application/pdf; name="pass.pdf"\nContent-Transfer-Encoding: base64\n'
        b'Content-Disposition: attachment; filename="pass.pdf"\n\n' + attachment * 80_000 + b"--b--\n"
    )
    dovecot.deliver(user, raw)

    async def main() -> bytes:
        async with Proxy(dovecot.port) as line, opened(dovecot, user, port=line.port) as connection:
            await connection.select("INBOX")
            heads = await connection.heads([1])
            assert heads[1].size > 5_000_000
            skeleton = (await connection.skeletons(list(heads.values())))[1]
            assert line.to_client < 10_000
            assert connection.received <= line.to_client
            return skeleton

    message = email.message_from_bytes(asyncio.run(main()), policy=email.policy.default)
    text, file = message.iter_parts()
    assert text.get_content() == "Please see the attachment."
    assert file.get_filename() == "pass.pdf"
    assert file.get_payload(decode=True) == b""


def test_mime_nested_fifty_deep_and_long_texts_stay_within_the_limit(dovecot: Dovecot, user: str) -> None:
    nested = b"Subject: deep\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(50)
    )
    long = b"Subject: long\nContent-Type: multipart/mixed; boundary=b\n\n" + b"".join(
        b"--b\nContent-Type: text/plain\n\n" + b"line of text\n" * 25_000 for _ in range(8)
    )
    dovecot.deliver(user, nested + b"\ninnermost\n", long + b"--b--\n", b"\n" + b"one line of text\n" * 100_000)

    async def what(connection: Connection) -> None:
        await connection.select("INBOX")
        heads = await connection.heads([1, 2, 3])
        skeletons = await connection.skeletons(list(heads.values()))
        assert sorted(skeletons) == [1, 2, 3]
        assert all(len(raw) <= 524_288 for raw in skeletons.values())
        assert len(skeletons[2]) > 300_000
        assert len(skeletons[3]) > 260_000

    use(dovecot, user, what)


def test_ten_thousand_recipients_hide_no_other_header(dovecot: Dovecot, user: str) -> None:
    recipients = b",\n ".join(b"person%d@example.org" % n for n in range(10_000))
    raw = b"From: a@example.org\nTo: " + recipients + b"\nAuto-Submitted: auto-replied\nSubject: end\n\nx\n"
    dovecot.deliver(user, raw)

    async def what(connection: Connection) -> bytes:
        await connection.select("INBOX")
        return (await connection.heads([1]))[1].header

    header = use(dovecot, user, what)
    assert len(header) <= 2 * 65_536 + 2
    assert header.endswith(b"\r\n\r\n")
    message = email.message_from_bytes(header)
    assert (message["Auto-Submitted"], message["Subject"]) == ("auto-replied", "end")
    assert "person2000@example.org" in message["To"]


def test_a_bounce_keeps_its_report_and_the_header_of_what_bounced(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(
        user,
        b"Subject: failed\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        b"Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n"
        b"--b\nContent-Type: message/rfc822\n\nMessage-ID: <ours@example.org>\nSubject: ours\n\nsecret body\n--b--\n",
    )

    async def what(connection: Connection) -> bytes:
        await connection.select("INBOX")
        return (await connection.skeletons((await connection.heads([1])).values()))[1]

    raw = use(dovecot, user, what)
    assert b"Status: 5.1.1" in raw
    assert b"Message-ID: <ours@example.org>" in raw
    assert b"secret body" not in raw


def test_a_message_that_is_gone_is_absent(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *mails(3))

    async def what(connection: Connection) -> None:
        await connection.select("INBOX")
        heads = await connection.heads([1, 2, 3])
        with dovecot.client(user) as clerk:
            clerk.select_folder("INBOX")
            clerk.move([2], "Trash")
        assert sorted(await connection.skeletons(list(heads.values()))) == [1, 3]
        await connection.noop()
        assert sorted(await connection.heads([1, 2, 3, 99])) == [1, 3]
        assert sorted(await connection.skeletons(list(heads.values()))) == [1, 3]
        assert await connection.move([2], "Trash") == {}
        await connection.mark_deleted([2])
        await connection.expunge([2])

    use(dovecot, user, what)


# -- filing


def test_twelve_hundred_messages_are_moved_at_once(dovecot: Dovecot, user: str) -> None:
    with dovecot.client(user) as client:
        for start in range(0, 1200, 300):
            client.multiappend("INBOX", [(MAIL % (n, n)).replace(b"\n", b"\r\n") for n in range(start, start + 300)])

    async def what(connection: Connection) -> None:
        await connection.select("INBOX")
        uids = await connection.search()
        assert len(uids) == 1200
        heads = await connection.heads(uids)
        skeletons = await connection.skeletons(heads.values())
        assert [skeletons[uid][-10:] for uid in (1, 1200)] == [b"\r\nText 0\r\n", b"Text 1199\r\n"[-10:]]
        await connection.create("Allgemein")
        moved = await connection.move(uids, "Allgemein")
        assert sorted(moved) == uids
        assert await connection.search() == []
        assert (await connection.status("Allgemein")).messages == 1200

    use(dovecot, user, what)


@pytest.fixture(scope="module")
def without_move() -> Iterator[Dovecot]:
    """A server that offers neither MOVE nor IDLE."""
    with Dovecot(without=("MOVE", "IDLE")) as server:
        yield server


@pytest.mark.parametrize("way", ["move", "copy"])
def test_filing_keeps_flags_keywords_date_and_text(without_move: Dovecot, user: str, way: str) -> None:
    received = dt.datetime(2026, 3, 5, 9, 30, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    raw = MAIL % (1, 1)
    without_move.deliver(user, raw, raw, flags=("\\Flagged", "\\Answered", "$Important", "clerk"), date=received)
    before = without_move.stored(user)

    async def what(connection: Connection) -> dict[int, int]:
        assert not {"MOVE", "IDLE"} & connection.capabilities
        await connection.create("Prüfen")
        await connection.append("Prüfen", b"Subject: first\r\n\r\n")
        await connection.select("INBOX")
        if way == "move":
            return await connection.move([1, 2], "Prüfen")
        copied = await connection.copy([1, 2], "Prüfen")
        with without_move.client(user) as clerk:
            clerk.append("INBOX", b"Subject: other\r\n\r\n", (b"\\Deleted",))
        await connection.mark_deleted([1, 2])
        await connection.expunge([1, 2])
        assert await connection.search() == [3], "what another client marked stays"
        return copied

    assert use(without_move, user, what) == {1: 2, 2: 3}
    after = without_move.stored(user, "Prüfen")[1:]
    assert [(m.flags, m.internaldate, m.raw) for m in after] == [(m.flags, m.internaldate, m.raw) for m in before]
    assert after[0].flags == {"\\Flagged", "\\Answered", "$Important", "clerk"}


def test_an_appended_message_keeps_date_and_flags_and_tells_its_uid(dovecot: Dovecot, user: str) -> None:
    date = dt.datetime(2026, 2, 1, 23, 59, 58, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30)))
    raw = "Subject: Eingang\r\n\r\nGrüße {5}\r\n".encode() + b"x" * 100_000

    async def what(connection: Connection) -> tuple[int | None, int | None]:
        await connection.create("System")
        first = await connection.append("System", raw, flags=("\\Seen", "$Notice"), date=date)
        return first, await connection.append("System", b"Subject: two\r\n\r\n")

    assert use(dovecot, user, what) == (1, 2)
    first, second = dovecot.stored(user, "System")
    assert (first.raw, first.flags, first.internaldate) == (raw, {"\\Seen", "$Notice"}, date)
    assert second.flags == {"\\Seen"}


def test_a_full_account_is_refused_and_says_so(user: str) -> None:
    with Dovecot(quota="20k") as server:

        async def what(connection: Connection) -> None:
            with pytest.raises(MailboxRefused, match="make room"):
                await connection.append("INBOX", b"Subject: x\r\n\r\n" + b"x" * 50_000)
            assert await connection.append("INBOX", b"Subject: small\r\n\r\n") == 1

        use(server, user, what)


# -- waiting and being cut off


async def waiting(connection: Connection, seconds: float = 60) -> "asyncio.Task[bool]":
    """A task that waits in IDLE; the server has agreed when this returns."""
    await connection.select("INBOX")
    await connection.search()
    before = connection.received
    task = asyncio.create_task(connection.idle(seconds, asyncio.Event()))
    async with asyncio.timeout(20):
        while connection.received == before:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return task


def test_a_new_message_ends_the_waiting(dovecot: Dovecot, user: str) -> None:
    async def what(connection: Connection) -> None:
        for round_ in (1, 2):
            task = await waiting(connection)
            assert not task.done()
            await asyncio.to_thread(dovecot.deliver, user, *mails(1))
            assert await task
            assert await connection.search(first=round_) == [round_]

    use(dovecot, user, what)


def test_what_a_clerk_does_ends_the_waiting_too(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *mails(1))

    def answer() -> None:
        with dovecot.client(user) as clerk:
            clerk.select_folder("INBOX")
            clerk.add_flags([1], [b"\\Answered"])

    async def what(connection: Connection) -> None:
        task = await waiting(connection)
        await asyncio.to_thread(answer)
        assert await task
        assert await connection.search("ANSWERED") == [1]

    use(dovecot, user, what)


def test_waiting_ends_without_news_when_its_time_is_up_or_when_woken(dovecot: Dovecot, user: str) -> None:
    async def what(connection: Connection) -> None:
        await connection.select("INBOX")
        await connection.search()
        assert not await connection.idle(0.05, asyncio.Event())
        wake = asyncio.Event()
        task = asyncio.create_task(connection.idle(600, wake))
        wake.set()
        assert not await task
        assert await connection.search() == []

    use(dovecot, user, what)


def test_without_idle_new_messages_are_asked_for(
    without_move: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.servers.imap.POLL_SECONDS", 0.05)

    async def what(connection: Connection) -> None:
        await connection.select("INBOX")
        await connection.search()
        task = asyncio.create_task(connection.idle(60, asyncio.Event()))
        await asyncio.to_thread(without_move.deliver, user, *mails(1))
        assert await task
        assert await connection.search() == [1]

    use(without_move, user, what)


def test_a_line_cut_in_the_middle_of_waiting_is_noticed_at_once(dovecot: Dovecot, user: str) -> None:
    async def main() -> None:
        async with Proxy(dovecot.port) as line, opened(dovecot, user, port=line.port) as connection:
            task = await waiting(connection, 3600)
            line.cut()
            with pytest.raises(MailboxError):
                await task
            assert connection.closed

    asyncio.run(main())


def test_a_line_that_swallows_everything_is_noticed_when_the_waiting_is_renewed(dovecot: Dovecot, user: str) -> None:
    async def main() -> None:
        async with Proxy(dovecot.port) as line:
            connection = await Connection.open(account(dovecot, user, port=line.port, timeout=2))
            task = await waiting(connection, 0.1)
            line.swallow()
            with pytest.raises(MailboxError, match="did not answer IDLE within 2 seconds"):
                await task
            assert connection.closed

    asyncio.run(main())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_after_a_restart_of_the_server_a_new_connection_finds_everything(how: signal.Signals, user: str) -> None:
    with Dovecot() as server:
        server.deliver(user, *mails(2))

        async def main() -> None:
            connection = await Connection.open(account(server, user))
            before = await connection.select("INBOX")
            task = await waiting(connection, 3600)
            await asyncio.to_thread(server.stop, how)
            with pytest.raises(MailboxError):
                await task
            with pytest.raises(MailboxError):
                await Connection.open(account(server, user))
            await asyncio.to_thread(server.start)
            async with opened(server, user) as again:
                assert await again.select("INBOX") == before
                assert await again.search() == [1, 2]

        asyncio.run(main())
