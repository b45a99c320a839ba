# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration with a mistake: one sentence for each mistake, with file, key, and what should stand there.

Each case changes the shipped example in one place, as an administrator would, and goes through the command line's
own entry point.
"""

import datetime as dt
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from intake import cli, config
from intake.config import Configuration, Mailbox, Settings, Smtp
from intake.errors import ConfigurationError
from intake.toml import Lines

EXAMPLE = (Path(__file__).parents[2] / "intake" / "example" / "intake.toml").read_text("utf-8")
HOST = 'host = "imap.musterstadt.example"'
PHONE = 'phone = "+49 7999 123-0"'
TUESDAY = 'tue = ["08:00-12:00"]\nwed'
SECRET_FILE = 'password_file = "secrets/poststelle"'
APPOINTMENTS = 'folder = "Termine"\nworking_days = [2, 5]'
OFFICE = EXAMPLE[EXAMPLE.index("[office]") : EXAMPLE.index("[mailboxes.poststelle]")]
RELAY = EXAMPLE[EXAMPLE.index("[smtp]") : EXAMPLE.index("[trust]")]
QUEUES = EXAMPLE[EXAMPLE.index("[queues.appointments]") :]

# What is written instead of what, the key that is named, and words of the remedy.
MISTAKES = [
    # not what this program knows
    pytest.param("[trust]", "[colours]\n[trust]", "colours", "unknown; check its spelling", id="a table"),
    pytest.param('data = "data"', 'dota = "data"', "service.dota", "unknown; check its spelling", id="service"),
    pytest.param("emergency_phone", "emergency_fone", "office.emergency_fone", "unknown", id="office"),
    pytest.param("aliases", "alias", "mailboxes.poststelle.alias", "unknown", id="mailbox"),
    pytest.param("reason = {", "why = {", "office.closures (entry 1).why", "unknown", id="closure"),
    pytest.param('Erdgeschoss"', 'Erdgeschoss"\nfloor = 0', "office.service_point.floor", "unknown", id="ServicePoint"),
    pytest.param(APPOINTMENTS, f"{APPOINTMENTS}\ndays = 1", "queues.appointments.days", "unknown", id="queue"),
    pytest.param('mon = ["08:00-12:00", "', 'moo = ["08:00-12:00", "', "office.hours.moo", 'expected "mon"', id="day"),
    pytest.param("names = { en", "names = { xx", "office.names.xx", "language code", id="language"),
    pytest.param(
        '# unsure_languages = ["de", "en"]',
        'unsure_languages = ["de", "xx"]',
        "service.unsure_languages (entry 2)",
        "language code",
        id="language in a list",
    ),
    pytest.param(SECRET_FILE, 'password = "1234"', "mailboxes.poststelle.password", "password_file", id="a password"),
    # not the kind of value
    pytest.param("port = 993", 'port = "993"', "mailboxes.poststelle.port", "whole number", id="text for a number"),
    pytest.param("port = 993", "port = 993.5", "mailboxes.poststelle.port", "whole number", id="a fraction"),
    pytest.param("port = 993", "port = true", "mailboxes.poststelle.port", "whole number", id="true for a number"),
    pytest.param("port = 993", "port = 99999", "mailboxes.poststelle.port", "65535 or less", id="a large port"),
    pytest.param("port = 993", "port = 0", "mailboxes.poststelle.port", "1 or more", id="port 0"),
    pytest.param(PHONE, "phone = 79991230", "office.phone", "text in quotation marks", id="a number for text"),
    pytest.param(PHONE, 'phone = ["1"]', "office.phone", "text in quotation marks", id="a list for text"),
    pytest.param('aliases = ["abh@', 'aliases = "abh@', "", "not valid TOML", id="half a list"),
    pytest.param(
        'aliases = ["abh@musterstadt.example"]',
        'aliases = "abh@musterstadt.example"',
        "mailboxes.poststelle.aliases",
        "a list such as",
        id="text for a list",
    ),
    pytest.param(
        "# acknowledge = false", 'acknowledge = "no"', "service.acknowledge", "true or false", id="text for yes or no"
    ),
    pytest.param("# acknowledge = false", "acknowledge = 0", "service.acknowledge", "true or false", id="0 for no"),
    pytest.param('data = "data"', "data = 1", "service.data", "a path", id="a number for a path"),
    pytest.param('data = "data"', "sweep_seconds = inf", "service.sweep_seconds", "number with an end", id="infinity"),
    pytest.param('data = "data"', "sweep_seconds = 0", "service.sweep_seconds", "more than 0", id="zero seconds"),
    pytest.param("[office]", "[[office]]", "office", "expected a table", id="a list of offices"),
    pytest.param(
        "last = 2027-01-01", 'last = "1.1.2027"', "office.closures (entry 1).last", "2026-12-24", id="text for a date"
    ),
    pytest.param(
        "working_days = [2, 5]", "working_days = 5", "queues.appointments.working_days", "[5, 10]", id="one number"
    ),
    pytest.param(
        "working_days = [2, 5]", "working_days = [2]", "queues.appointments.working_days", "[5, 10]", id="half a range"
    ),
    pytest.param(
        'authserv = ["mx.example.org"]',
        'authserv = "mx.example.org"',
        "trust.authserv",
        '["mx.example.org"]',
        id="text for a list of servers",
    ),
    # not a value that can be
    pytest.param(TUESDAY, 'tue = ["8-12"]\nwed', "office.hours.tue (entry 1)", '"08:00-12:00"', id="a short span"),
    pytest.param(TUESDAY, 'tue = ["12:00-08:00"]\nwed', "office.hours.tue (entry 1)", '"08:00-12:00"', id="backwards"),
    pytest.param(TUESDAY, 'tue = ["08:00-24:30"]\nwed', "office.hours.tue (entry 1)", '"08:00-12:00"', id="after 24"),
    pytest.param(TUESDAY, 'tue = "08:00-12:00"\nwed', "office.hours.tue", "a list", id="a span without its list"),
    pytest.param('email = "aus', 'email = "@aus', "office.email", "e-mail address", id="an address"),
    pytest.param(
        '"abh@musterstadt', '"a b@musterstadt', "mailboxes.poststelle.aliases (entry 1)", "e-mail", id="alias"
    ),
    pytest.param("Europe/Berlin", "Europe/Musterstadt", "office.timezone", '"Europe/Berlin"', id="a zone"),
    pytest.param("Europe/Berlin", "../../etc/passwd", "office.timezone", '"Europe/Berlin"', id="a zone that is a path"),
    pytest.param('subdivision = "BW"', 'subdivision = "XX"', "office", "subdivision", id="a federal state"),
    pytest.param(
        "last = 2027-01-01", "last = 2025-01-01", "office.closures (entry 1).last", "correct", id="no closure"
    ),
    pytest.param("2027-01-01", "2037-01-01", "office.closures", "correct the year", id="a closure of ten years"),
    pytest.param(
        "working_days = [2, 5]",
        "working_days = [5, 2]",
        "queues.appointments.working_days",
        "smaller number first",
        id="a range backwards",
    ),
    pytest.param(
        '# reference_prefix = "AB"', 'reference_prefix = "ab"', "service.reference_prefix", "capital", id="AB"
    ),
    pytest.param(
        "[mailboxes.poststelle]", '[mailboxes."Post"]', "mailboxes.Post", "small letters", id="mailbox's name"
    ),
    pytest.param(PHONE, 'phone = "1\\nBcc: x"', "office.phone", "line breaks are not allowed", id="a line break"),
    pytest.param('name = "Ausl', 'name = "" # ', "office.name", "must not be empty", id="no name"),
    pytest.param(
        'folder = "Termine"', 'folder = " "', "queues.appointments.folder", "must not be empty", id="no folder"
    ),
    pytest.param(HOST, 'host = ""', "mailboxes.poststelle.host", "must not be empty", id="no host"),
    pytest.param('data = "data"', 'ledger = "mysql://x/y"', "service.ledger", "expected sqlite:///PATH", id="MySQL"),
    pytest.param('data = "data"', 'ledger = "sqlite://"', "service.ledger", "expected sqlite:///PATH", id="in memory"),
    pytest.param(
        'data = "data"',
        'ledger = "postgresql://intake@db:port/x"',
        "service.ledger",
        "postgresql://USER@HOST",
        id="a port that is none",
    ),
    # does not fit together
    pytest.param(
        'folder = "System"', 'folder = "Termine"', "queues.system.folder", "choose another", id="one folder twice"
    ),
    pytest.param('folder = "System"', 'folder = "inbox"', "queues.system.folder", "choose another", id="the INBOX"),
    pytest.param("[queues.general]", "[queues.other]", "queues.general", "required; add it", id="no general queue"),
    pytest.param("[queues.suspicious]", "[queues.other]", "queues.suspicious", "required; add it", id="no suspicious"),
    pytest.param(QUEUES, "", "queues", "required; add it", id="no queues"),
    pytest.param(OFFICE, "", "office", "required; add it", id="no office"),
    pytest.param(RELAY, "", "smtp", "required where there are mailboxes; add it", id="no relay"),
    pytest.param(PHONE, "", "office.phone", "required; add it", id="no telephone"),
    pytest.param(
        'filing_mailbox = "poststelle"',
        'filing_mailbox = "post"',
        "service.filing_mailbox",
        "(poststelle); name one",
        id="filing in an unknown mailbox",
    ),
    pytest.param(
        'security = "tls"   ', 'security = "none"   ', "mailboxes.poststelle.security", 'use "tls"', id="no TLS"
    ),
    pytest.param(
        'security = "tls"   ', 'security = "ssl"   ', "mailboxes.poststelle.security", '"tls" or "none"', id="ssl"
    ),
    pytest.param(SECRET_FILE, "", "mailboxes.poststelle.password_file", "name a password_file", id="no password"),
    pytest.param(
        SECRET_FILE,
        f'{SECRET_FILE}\npassword_env = "X"',
        "mailboxes.poststelle.password_env",
        "keep one of them",
        id="two passwords",
    ),
    pytest.param('user = "auslaenderbehoerde"\n', "", "mailboxes.poststelle.user", "add the user", id="no user"),
    pytest.param("# [voicemail]", "[voicemail]", "voicemail.spools", "there is no way in", id="voicemail from nowhere"),
    pytest.param(
        "# [voicemail]",
        '[voicemail]\nspools = [{ name = "a", path = "x" }, { name = "a", path = "y" }]',
        "voicemail.spools",
        'two spools have the name "a"',
        id="two spools of a name",
    ),
    pytest.param(
        "# [voicemail]",
        '[voicemail]\ndefault_country = "Germany"',
        "voicemail.default_country",
        "two capital letters",
        id="a country's name",
    ),
    # no TOML at all
    pytest.param("port = 993", "port = ", "", "not valid TOML: Invalid value (line 45", id="an empty value"),
    pytest.param("port = 993", "port = 993\nport = 994", "", "a second time (line 46", id="a key twice"),
    pytest.param("port = 993", f"port = {'9' * 5_000}", "", "not valid TOML", id="5,000 digits"),
    pytest.param("port = 993", f"port = {'[' * 5_000}", "", "nested too deeply", id="5,000 brackets"),
    pytest.param("last = 2027-01-01", "last = 2027-02-30", "", "not valid TOML", id="30 February"),
]


def run_intake(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The command ``intake`` in this process: its exit code."""
    monkeypatch.setattr(sys, "argv", ["intake", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def sentences(text: str) -> list[str]:
    """The problems among the lines of ``intake check`` or of ``intake run``, without their prefix."""
    return [
        found[1] for line in text.splitlines() if (found := re.match(r"(?:problem  |intake: )(.*)", line)) is not None
    ]


@pytest.mark.parametrize(("instead_of", "written", "key", "remedy"), MISTAKES)
def test_a_mistake_is_one_sentence_with_file_key_and_remedy_and_the_exit_code_is_1(
    instead_of: str, written: str, key: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert instead_of in EXAMPLE
    file = tmp_path / "intake.toml"
    file.write_text(EXAMPLE.replace(instead_of, written, 1), "utf-8")
    assert run_intake(monkeypatch, "run", "--config", str(file)) == 1
    output = capsys.readouterr()
    [sentence] = sentences(output.err)
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert sentence.startswith(f"{file}: {key}: " if key else f"{file}: ")
    assert remedy in sentence
    assert len(sentence) < 400
    assert "Traceback" not in output.err
    assert "pydantic" not in sentence
    assert "Input should" not in sentence


def test_check_says_the_same_as_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "intake.toml"
    text = EXAMPLE.replace("port = 993", 'port = "imaps"').replace(PHONE, 'fone = ""')
    file.write_text(text, "utf-8")

    def line(begin: str) -> int:
        return next(number for number, found in enumerate(text.split("\n"), 1) if found.startswith(begin))

    assert run_intake(monkeypatch, "check", "--config", str(file)) == 1
    of_check = sentences(capsys.readouterr().out)
    assert run_intake(monkeypatch, "run", "--config", str(file)) == 1
    assert of_check == sentences(capsys.readouterr().err)
    assert sorted(of_check) == [
        f"{file}: mailboxes.poststelle.port: expected a whole number, without quotation marks "
        f'(found: "imaps", line {line("port = ")})',
        f"{file}: office.fone: this key is unknown; check its spelling or remove it (line {line('fone')})",
        f"{file}: office.phone: this key is required; add it (line {line('[office]')})",
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["run", "check", "status", "explain"])
@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (None, "intake init"),
        (b'[service]\ndata = "M\xfcller"\n', "save it as UTF-8"),
        ("UTF-16".encode("utf-16"), "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    command: str, content: bytes | None, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "intake.toml"
    if content is not None:
        file.write_bytes(content)
    arguments = ["x.eml"] if command == "explain" else []
    assert run_intake(monkeypatch, command, *arguments, "--config", str(file)) == 1
    output = capsys.readouterr()
    [sentence] = sentences(output.out + output.err)
    assert sentence.startswith(f"{file}: ")
    assert remedy in sentence


def test_a_file_as_windows_saves_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "intake.toml"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    assert config.load(file).configuration.office.name == "Ausländerbehörde Musterstadt"


def test_the_shipped_example_is_sound_and_immutable() -> None:
    found = config.parse(EXAMPLE, None).configuration
    assert found.office.hours["mon"] == ("08:00-12:00", "13:30-15:30")
    assert found.office.closures[0].last == dt.date(2027, 1, 1)
    assert found.queues["family"].working_days == (10, 20)
    assert found.filing_mailbox == "poststelle"
    assert found.own_addresses == {"auslaenderbehoerde@musterstadt.example", "abh@musterstadt.example"}
    with pytest.raises(ValueError, match="frozen"):
        found.office.name = "Another"  # type: ignore[misc]


def test_our_addresses_are_those_of_mailboxes_aliases_responders_and_the_bounce_address() -> None:
    text = EXAMPLE.replace('# bounce_address = "rueckläufer@', 'bounce_address = "Bounce@').replace(
        "# responders = []", 'responders = ["Robot@musterstadt.example"]'
    )
    assert {"bounce@musterstadt.example", "robot@musterstadt.example"} <= config.parse(
        text, None
    ).configuration.own_addresses


def test_what_is_found_is_never_shown_where_it_may_be_a_secret() -> None:
    for key in ("password", "ledger"):
        where, table = ("[mailboxes.poststelle]", "") if key == "password" else ("[service]", "")
        with pytest.raises(ConfigurationError) as error:
            config.parse(EXAMPLE.replace(where, f'{where}\n{key} = "oracle://intake:hunter2@db/x"{table}'), None)
        assert "hunter2" not in str(error.value)


# -- passwords ---------------------------------------------------------------------------------------------


def with_source(tmp_path: Path, source: str) -> tuple[Settings, Mailbox]:
    file = tmp_path / "intake.toml"
    file.write_text(EXAMPLE.replace(SECRET_FILE, source), "utf-8")
    found = config.load(file)
    return found, found.configuration.mailboxes["poststelle"]


@pytest.mark.parametrize("octets", [b"open sesame", b"open sesame\n", b"open sesame\r\n"])
def test_a_password_comes_from_a_file_beside_the_configuration_the_environment_or_a_credential(
    octets: bytes, tmp_path: Path
) -> None:
    (tmp_path / "pw").write_bytes(octets)
    settings, mailbox = with_source(tmp_path, 'password_file = "pw"')
    assert settings.password(mailbox, "mailboxes.poststelle", {}) == "open sesame"
    settings, mailbox = with_source(tmp_path, 'password_env = "PW"')
    assert settings.password(mailbox, "mailboxes.poststelle", {"PW": "open sesame"}) == "open sesame"
    settings, mailbox = with_source(tmp_path, 'password_credential = "pw"')
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert settings.password(mailbox, "mailboxes.poststelle", environment) == "open sesame"


@pytest.mark.parametrize(
    ("source", "key", "reason"),
    [
        ('password_file = "none"', "password_file", "No such file"),
        ('password_file = "empty"', "password_file", "is empty"),
        ('password_file = "folder"', "password_file", "directory"),
        ('password_file = "latin1"', "password_file", "not UTF-8 text"),
        ('password_env = "NONE"', "password_env", "environment variable NONE is empty or not set"),
        ('password_credential = "none"', "password_credential", "No such file"),
    ],
)
def test_a_password_that_is_not_there_is_named_by_its_key(source: str, key: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin1").write_bytes(b"\xfcber")
    (tmp_path / "folder").mkdir()
    settings, mailbox = with_source(tmp_path, source)
    with pytest.raises(ConfigurationError) as error:
        settings.password(mailbox, "mailboxes.poststelle", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert str(error.value).startswith(f"{tmp_path / 'intake.toml'}: mailboxes.poststelle.{key}: ")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_server_that_asks_for_no_login_needs_no_password() -> None:
    settings = config.parse(EXAMPLE, None)
    assert settings.password(Smtp(host="localhost", security="none"), "smtp", {}) == ""


# -- whatever is written ------------------------------------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
known_keys = [name for model in (Configuration, Mailbox, Smtp) for name in model.model_fields]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_refused_with_sentences_or_read(text: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        config.parse(text, Path("intake.toml"))
    assert all(line.startswith("intake.toml: ") for line in str(error.value).split("\n"))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(known_keys) | st.text(max_size=10), values, max_size=5))
def test_any_table_is_refused_in_sentences_without_a_program_s_words(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as error:
        Configuration.model_validate(table)
    for line in (config._sentence("intake.toml", e, Lines("")) for e in error.value.errors()):
        assert line.startswith("intake.toml: ")
        assert not re.search(r"Input should|valid (?:dict|tuple|string|integer)|<class|pydantic|instance of", line)
