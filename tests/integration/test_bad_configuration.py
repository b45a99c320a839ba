# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is wrong with an installation, an administrator reads one sentence: which file, which key, what to do.

All of it goes through the command itself, as a process of its own, against real servers. The wording of each
mistake in the file is tested in ``tests/unit/test_config.py``; here are the kinds, and what only a server, a disk
or a second process can bring about.
"""

import re
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers.certificates import write_certificate
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.office import Office
from tests.servers.ports import free_ports
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

SHIPPED = Path(__file__).parents[2] / "templates"
PROBLEM = re.compile(r"(?:problem  |intake: )(.*)")


@pytest.fixture(scope="module")
def expired() -> Iterator[Dovecot]:
    """An IMAP server whose certificate expired yesterday."""
    with Dovecot(expired=True) as server:
        yield server


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay that takes everything."""
    with SmtpSink() as relay:
        yield relay


@dataclass(slots=True)
class Desk:
    """An installation that would work, and the servers that it names."""

    office: Office
    dovecot: Dovecot
    sink: SmtpSink
    user: str

    def change(self, instead_of: str, written: str) -> None:
        """Edits ``intake.toml``."""
        text = self.office.config.read_text("utf-8")
        assert instead_of in text, instead_of
        self.office.config.write_text(text.replace(instead_of, written, 1), "utf-8")

    def problems(self, command: str) -> list[str]:
        """What ``intake check`` or ``intake run`` complains about; it must end with 1."""
        done = self.office.command(command)
        said = done.stdout + done.stderr
        assert done.returncode == 1, said
        assert "Traceback" not in said
        assert "All is well" not in said
        return [found[1] for line in said.splitlines() if (found := PROBLEM.match(line))]


@pytest.fixture
def desk(dovecot: Dovecot, sink: SmtpSink, user: str, tmp_path: Path) -> Desk:
    """See :class:`Desk`."""
    return Desk(Office(tmp_path, dovecot, sink.port, {"office": user}), dovecot, sink, user)


def assert_one(desk: Desk, command: str, key: str, *words: str) -> str:
    """Exactly one sentence, naming the file, ``key`` and these words."""
    found = desk.problems(command)
    assert len(found) == 1, found
    assert found[0].startswith(f"{desk.office.config}: {key}"), found
    for word in words:
        assert word in found[0], found
    assert PASSWORD not in found[0]
    return found[0]


def test_a_sound_installation_is_well(desk: Desk) -> None:
    done = desk.office.command("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All is well." in done.stdout
    assert not PROBLEM.search(done.stdout)


# -- the file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "run"])
def test_every_mistake_in_the_file_is_a_sentence_of_its_own(command: str, desk: Desk) -> None:
    desk.change("sweep_seconds = 1", "sweep_secs = 1")
    desk.change('address = "office@office.example"', 'address = "office"\nport_number = 1')
    desk.change("[smtp]", '[smtp]\nca_file = ["a"]')
    desk.change('mon = ["08:00-12:00"', 'mon = ["8-12"')
    desk.change('timezone = "Europe/Berlin"', 'timezone = "Berlin"')
    desk.change("last = 2027-01-01", "last = 2026-01-01")
    desk.change("working_days = [2, 5]", "working_days = [5, 2]")
    found = sorted(line.removeprefix(f"{desk.office.config}: ") for line in desk.problems(command))
    assert [line.split(": ")[0] for line in found] == [
        "mailboxes.office.address",
        "mailboxes.office.port_number",
        "office.closures (entry 1).last",
        "office.hours.mon (entry 1)",
        "office.timezone",
        "queues.appointments.working_days",
        "service.sweep_secs",
        "smtp.ca_file",
    ]
    assert all(len(line) < 300 for line in found)


@pytest.mark.parametrize(
    ("command", "spoil", "remedy"),
    [
        pytest.param("run", lambda file: file.unlink(), "intake init", id="missing"),
        pytest.param("check", lambda file: (file.unlink(), file.mkdir()), "--config", id="a folder"),
        pytest.param("run", lambda file: file.write_text("[service\n"), "correct that line", id="not TOML"),
        pytest.param("check", lambda file: file.write_bytes(b"\xff\xfe"), "save it as UTF-8", id="not UTF-8"),
        pytest.param("run", lambda file: file.write_bytes(b""), "required; add it", id="empty"),
    ],
)
def test_a_file_that_is_none_is_told_at_once(
    command: str, spoil: Callable[[Path], object], remedy: str, desk: Desk
) -> None:
    spoil(desk.office.config)
    found = desk.problems(command)
    assert found
    assert all(line.startswith(f"{desk.office.config}: ") and remedy in line for line in found)


# -- secrets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "source", "key", "words"),
    [
        ("run", 'password_file = "nowhere"', "password_file", ("nowhere", "create the file")),
        ("check", 'password_file = "empty"', "password_file", ("empty", "put the password there")),
        ("run", 'password_env = "NO_SUCH_VARIABLE"', "password_env", ("NO_SUCH_VARIABLE", "put the password there")),
        ("check", 'password_credential = "nowhere"', "password_credential", ("nowhere", "create the file")),
    ],
)
def test_a_password_that_is_not_there_is_missed_before_anything_is_tried(
    command: str, source: str, key: str, words: tuple[str, ...], desk: Desk
) -> None:
    (desk.office.folder / "empty").write_text("\n")
    desk.change('password_file = "password"', source)
    assert_one(desk, command, f"mailboxes.office.{key}: ", *words)


# -- servers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('host = "127.0.0.1"', 'host = "no-such-host.invalid"', ("cannot be found", "check the spelling of host")),
        ("port = {imap}", "port = {closed}", ("refused the connection", "check host and port")),
        ("port = {imap}", "port = {smtp}", ("127.0.0.1",)),
    ],
)
def test_a_mailbox_server_that_cannot_be_reached_is_named(
    old: str, new: str, words: tuple[str, ...], desk: Desk
) -> None:
    ports = {"imap": desk.dovecot.port, "smtp": desk.sink.port, "closed": free_ports(1)[0]}
    if "invalid" in new:
        new += '\nsecurity = "tls"'
        desk.change('security = "none"\n', "")
    desk.change(old.format(**ports), new.format(**ports))
    assert_one(desk, "check", "mailboxes.office: ", *words)


def test_a_wrong_password_is_named_and_not_shown(desk: Desk) -> None:
    (desk.office.folder / "password").write_text("not the password")
    sentence = assert_one(desk, "check", "mailboxes.office: ", "refused the login", "check user and password")
    assert "not the password" not in sentence


def test_an_expired_certificate_is_named(expired: Dovecot, desk: Desk) -> None:
    assert expired.ca_file is not None
    desk.change(f"port = {desk.dovecot.port}", f'port = {expired.tls_port}\nca_file = "{expired.ca_file}"')
    desk.change('security = "none"', 'security = "tls"')
    assert_one(desk, "check", "mailboxes.office: ", "expired", "renew it")


@pytest.mark.parametrize(
    ("ca_file", "words"),
    [
        ("", ("cannot be trusted", "ca_file")),
        ("other/tls.crt", ("cannot be trusted", "ca_file")),
        ("password", ("password", "cannot be read as certificates in PEM")),
        ("nowhere", ("nowhere", "correct it")),
    ],
)
def test_a_certificate_of_an_unknown_issuer_is_named(ca_file: str, words: tuple[str, ...], desk: Desk) -> None:
    (desk.office.folder / "other").mkdir()
    write_certificate(desk.office.folder / "other")
    named = f'\nca_file = "{ca_file}"' if ca_file else ""
    desk.change(f"port = {desk.dovecot.port}", f"port = {desk.dovecot.tls_port}{named}")
    desk.change('security = "none"', 'security = "tls"')
    assert_one(desk, "check", "mailboxes.office: ", *words)


def test_a_server_without_tls_on_its_port_is_named(desk: Desk) -> None:
    desk.change('security = "none"', 'security = "tls"')
    assert_one(desk, "check", "mailboxes.office: ", "does not speak TLS", "993")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('host = "127.0.0.1"', 'host = "no-such-host.invalid"\nsecurity = "starttls"', ("check smtp.host",)),
        ("port = {smtp}", "port = {closed}", ("cannot be reached", "check smtp.host, smtp.port")),
        ("port = {smtp}", "port = {imap}", ("check smtp.host and smtp.port",)),
        ('security = "none"', 'security = "tls"', ("does not speak TLS", "smtp.security")),
        ('security = "none"', 'security = "starttls"', ("does not offer STARTTLS",)),
        ('security = "none"', 'security = "none"\nuser = "u"\npassword_file = "password"', ("remove smtp.user",)),
    ],
)
def test_a_relay_that_does_not_serve_is_named(old: str, new: str, words: tuple[str, ...], desk: Desk) -> None:
    ports = {"imap": desk.dovecot.port, "smtp": desk.sink.port, "closed": free_ports(1)[0]}
    head, relay = desk.office.config.read_text("utf-8").split("[smtp]\n")
    if "host" in old:
        relay = relay.replace('security = "none"\n', "", 1)
    assert old.format(**ports) in relay
    desk.office.config.write_text(
        f"{head}[smtp]\n{relay.replace(old.format(**ports), new.format(**ports), 1)}", "utf-8"
    )
    assert_one(desk, "check", "smtp: ", *words)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_relay_with_an_expired_certificate_is_named(security: str, desk: Desk) -> None:
    certificate, key = write_certificate(desk.office.folder, expired=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with SmtpSink(certificate=context, implicit_tls=security == "tls") as relay:
        head, old = desk.office.config.read_text("utf-8").split("[smtp]\n")
        new = old.replace(f"port = {desk.sink.port}", f'port = {relay.port}\nca_file = "tls.crt"')
        new = new.replace('security = "none"', f'security = "{security}"', 1)
        desk.office.config.write_text(f"{head}[smtp]\n{new}", "utf-8")
        assert_one(desk, "check", "smtp: ", "certificate", "expired", "renew it")


def test_a_relay_that_refuses_the_login_is_named(desk: Desk) -> None:
    with SmtpSink(users={"intake": "another password"}) as relay:
        desk.change(f"port = {desk.sink.port}", f'port = {relay.port}\nuser = "intake"\npassword_file = "password"')
        assert_one(desk, "check", "smtp: ", "refused the login", "check smtp.user and its password")


def test_a_relay_that_refuses_the_empty_sender_wants_a_bounce_address(desk: Desk) -> None:
    desk.sink.script.null_sender = "550 5.7.1 no empty sender here"
    assert_one(desk, "check", "smtp.bounce_address: ", "name a watched mailbox")


def test_a_folder_that_may_not_be_created_is_named(desk: Desk) -> None:
    desk.dovecot.stored(desk.user)  # the first login makes the home
    mailboxes = desk.dovecot.home(desk.user) / "mail" / "mailboxes"
    folder = mailboxes / "Termine"
    folder.write_text("not a folder")  # what an administrator of a server may forbid by rights, this forbids for all
    assert_one(desk, "check", "queues.appointments.folder: ", "grant the right to create it")


def test_a_mailbox_folder_that_is_not_there_is_named(desk: Desk) -> None:
    desk.change('password_file = "password"', 'password_file = "password"\nfolder = "Posteingang"')
    assert_one(desk, "check", "mailboxes.office: ", "Posteingang")


# -- the ledger -------------------------------------------------------------------------------------------


def data_is_a_file(desk: Desk) -> None:
    (desk.office.folder / "data").write_text("")


def parent_is_a_file(desk: Desk) -> None:
    desk.change("[service]", '[service]\ndata = "password/data"')


def not_a_database(desk: Desk) -> None:
    (desk.office.folder / "data").mkdir()
    (desk.office.folder / "data" / "ledger.sqlite3").write_bytes(b"this is not a database, " * 500)


def newer_schema(desk: Desk) -> None:
    (desk.office.folder / "data").mkdir()
    with sqlite3.connect(desk.office.folder / "data" / "ledger.sqlite3") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()


def no_postgresql(desk: Desk) -> None:
    desk.change("[service]", f'[service]\nledger = "postgresql://intake:hunter2@127.0.0.1:{free_ports(1)[0]}/intake"')


@pytest.mark.parametrize(
    ("command", "spoil", "key", "words"),
    [
        ("check", data_is_a_file, "service.data: ", ("cannot be written", "change service.data")),
        ("check", no_postgresql, "service.ledger: ", ("cannot be opened", "check that")),
        ("run", data_is_a_file, "service.data: ", ("cannot be written", "change service.data")),
        ("run", parent_is_a_file, "service.data: ", ("cannot be written", "change service.data")),
        ("run", not_a_database, "service.data: ", ("ledger.sqlite3", "not a database")),
        ("run", newer_schema, "service.data: ", ("newer version", "install that version again")),
        ("run", no_postgresql, "service.ledger: ", ("cannot be opened", "check that")),
    ],
)
def test_a_ledger_that_cannot_be_used_is_named(
    command: str, spoil: Callable[[Desk], None], key: str, words: tuple[str, ...], desk: Desk
) -> None:
    spoil(desk)
    assert "hunter2" not in assert_one(desk, command, key, *words)


def test_a_second_daemon_on_the_same_ledger_refuses_at_once_and_the_first_goes_on(desk: Desk) -> None:
    with desk.office:
        assert_one(desk, "run", "service.data: ", "another intake is running", "stop it first")
        assert desk.office.status()


# -- texts ------------------------------------------------------------------------------------------------


def edited(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


def without_block(name: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"{{% block {name} %}}.*?{{% endblock %}}", "", text, flags=re.DOTALL)


def own_text(desk: Desk, file: str, edit: Callable[[str], str]) -> Path:
    """Puts the office's own version of a shipped text beside ``intake.toml``."""
    of_language = file.endswith(".j2") and not file.startswith("layout")
    place = Path("acknowledgement", file) if of_language else Path(file)
    own = desk.office.folder / "templates" / place
    own.parent.mkdir(parents=True)
    shipped = SHIPPED / place.with_name("de.j2" if of_language else file)
    own.write_text(edit(shipped.read_text("utf-8")), "utf-8")
    return own


@pytest.mark.parametrize(
    ("file", "edit", "words"),
    [
        ("de.j2", without_block("privacy"), ("block privacy is missing", "add")),
        ("de.j2", edited("{{ reference }}", "{{ refrence }}"), ("refrence", "unknown here", "may use")),
        ("de.j2", edited("{{ team }}", "das Team"), ("block team", "{{ team }} is missing", "add it")),
        ("de.j2", edited("{% endblock %}", "{% endblok %}"), ("correct that line",)),
        ("de.j2", edited("{{ team }}", "{{ team.__class__ }} {{ team }}"), ("only words", "remove the")),
        ("de.j2", edited("{{ team }}", "{{ team }} <b>x</b>"), ("not allowed", "without markup")),
        ("de.j2", lambda _: "\ufeff\u0000" * 40_000, ("larger than 64 KiB", "shorten it")),
        ("xx.j2", lambda text: text, ("no language of the office", "rename or remove")),
        ("layout.html.j2", edited("{{ title }}", "{{ title.__class__.__mro__ }}"), ("unsafe", "compare")),
        ("layout.html.j2", lambda _: "{% for n in range(10 ** 9) %}x{% endfor %}", ("compare",)),
        ("layout.txt.j2", edited("sections", "section"), ("compare",)),
        ("queues.toml", edited("[de]", "[de"), ("correct that line",)),
    ],
)
def test_a_text_of_the_office_with_a_mistake_is_named(
    file: str, edit: Callable[[str], str], words: tuple[str, ...], desk: Desk
) -> None:
    own = own_text(desk, file, edit)
    found = desk.problems("check")
    assert found
    assert all(line.startswith(str(own)) for line in found)
    assert any(all(word in line for word in words) for line in found), found


def test_a_daemon_does_not_start_with_a_text_that_lacks_a_fact(desk: Desk) -> None:
    own = own_text(desk, "de.j2", without_block("not_a_decision"))
    [sentence] = desk.problems("run")
    assert sentence.startswith(f"{own}: block not_a_decision is missing; add")


def test_a_text_that_cannot_be_read_is_named(desk: Desk) -> None:
    own = desk.office.folder / "templates" / "acknowledgement"
    own.mkdir(parents=True)
    shutil.copy(SHIPPED / "acknowledgement" / "tr.j2", own / "tr.j2")
    (own / "tr.j2").write_bytes("ş".encode("utf-16"))
    [sentence] = desk.problems("check")
    assert sentence.startswith(f"{own / 'tr.j2'}: ")
    assert "save it as UTF-8" in sentence


# -- nothing to do ----------------------------------------------------------------------------------------


def test_a_daemon_without_a_mailbox_says_how_to_add_one(desk: Desk) -> None:
    text = desk.office.config.read_text("utf-8")
    desk.office.config.write_text(re.sub(r"(?s)\[mailboxes.office\].*?(?=\[smtp\])", "", text), "utf-8")
    assert_one(desk, "run", "mailboxes: ", "[mailboxes.main]")


def test_explain_says_which_file_it_could_not_read(desk: Desk) -> None:
    done = desk.office.command("explain", str(desk.office.folder / "none.eml"))
    assert done.returncode == 1
    assert done.stderr == f"intake: {desk.office.folder / 'none.eml'}: cannot be read (No such file or directory)\n"


@pytest.mark.parametrize(("arguments", "said"), [(["status"], "start the service once"), (["case", "x"], "start the")])
def test_a_command_that_needs_a_ledger_says_that_there_is_none(arguments: list[str], said: str, desk: Desk) -> None:
    done = desk.office.command(*arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_usage_is_another_exit_code(desk: Desk) -> None:
    done: subprocess.CompletedProcess[Any] = desk.office.command("check", "--no-such-option")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
