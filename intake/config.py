# SPDX-License-Identifier: GPL-3.0-or-later
"""The one TOML file: what an administrator may write in ``intake.toml``, and what it means.

Every table is a frozen pydantic model; unknown keys are errors, so that a misspelt key is never
silently ignored. TOML knows types, so a number in quotation marks is a mistake and not a number.
:func:`load` raises one :class:`ConfigurationError` with a sentence for each mistake: file, key, what is
expected and what was found. Secrets never stand in the file: a
password comes from a file, an environment variable or a systemd credential.
"""

import datetime as dt
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    model_validator,
)  # fmt: skip

from intake import toml
from intake.errors import ConfigurationError
from intake.languages import LANGUAGES
from intake.toml import Lines

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_SPAN = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)")


class Misfit(ValueError):
    """What several keys together get wrong; ``key``, relative to their table, is the one to correct."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


def _immutable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _immutable(item) for key, item in value.items()}
    return tuple(_immutable(item) for item in value) if isinstance(value, list) else value


class Table(BaseModel):
    """A TOML table: unknown keys are errors, values are immutable, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _arrays(cls, data: Any) -> Any:
        """TOML's arrays as tuples."""
        return _immutable(data)


def _span(text: str) -> str:
    if _SPAN.fullmatch(text) is None or text[:5] >= text[6:]:
        raise ValueError('expected a span of the day such as "08:00-12:00"')
    return text


def _time_of_day(text: str) -> str:
    if re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", text) is None:
        raise ValueError('expected a time of day such as "07:30"')
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;:\\\"]+@[^\s@<>,;:\\\"]+", text):
        raise ValueError('expected an e-mail address such as "poststelle@example.org"')
    return text


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"expected a language code, one of {', '.join(LANGUAGES)}")
    return code


def _no_control(text: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ValueError("control characters and line breaks are not allowed here")
    return text


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError('expected a time zone such as "Europe/Berlin"') from None
    return name


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{1,4}", text):
        raise ValueError("expected one to four capital letters without umlauts")
    return text


def _ledger(url: str) -> str:
    """Nothing in memory only: what was promised must survive a restart."""
    sqlite = re.fullmatch(r"sqlite:///(?!:memory:)[^?]+", url)
    try:
        postgresql = url.startswith("postgresql://") and urlsplit(url).port != 0
    except ValueError:  # the port is no number
        postgresql = False
    if url and not sqlite and not postgresql:
        raise ValueError("expected sqlite:///PATH or postgresql://USER@HOST/DATABASE")
    return url


def _mailbox_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        raise ValueError("a mailbox's name has only small letters a to z, digits, - and _")
    return name


def _sign_in_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        raise ValueError("a sign-in's name has only small letters a to z, digits, - and _")
    return name


def _spool_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        raise ValueError("a spool's name has only small letters a to z, digits, - and _")
    return name


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError('expected a country\'s two capital letters such as "DE"')
    return code


def _days(value: Any) -> Any:
    if not (isinstance(value, tuple) and len(value) == 2 and all(type(v) is int for v in value)):
        raise ValueError("expected two whole numbers such as [5, 10]")
    if not 0 < value[0] <= value[1]:
        raise ValueError("expected a range such as [5, 10], the smaller number first")
    return value


def _authserv(value: Any) -> Any:
    names = value if isinstance(value, tuple) else ()
    if value != "topmost-unnamed" and not (
        isinstance(value, tuple) and all(isinstance(n, str) and n.isprintable() for n in names)
    ):
        raise ValueError('expected a list such as ["mx.example.org"], or "topmost-unnamed"')
    return value


Span = Annotated[str, AfterValidator(_span)]
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
EmailAddress = Annotated[str, AfterValidator(_address)]
LanguageCode = Annotated[str, AfterValidator(_language)]
Line = Annotated[str, AfterValidator(_no_control)]
Words = Annotated[Line, AfterValidator(_not_empty)]
FilePath = Annotated[Path, Strict(False)]
WorkingDays = Annotated[tuple[int, int], BeforeValidator(_days)]
Hours = dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], tuple[Span, ...]]
InLanguages = dict[LanguageCode, Line]


class Closure(Table):
    """Days on which the office is closed although the week table says open; both ends included."""

    first: dt.date
    last: dt.date
    reason: InLanguages = {}

    @model_validator(mode="after")
    def _in_order(self) -> "Closure":
        if self.last < self.first:
            raise Misfit("last", "the last day lies before the first; correct one of them")
        return self


class ServicePoint(Table):
    """Walk-in help without appointment."""

    address: Line = ""
    hours: Hours = {}


class Office(Table):
    """The configured authority: what every text says about it."""

    name: Words
    names: InLanguages = {}
    address: Words
    phone: Words
    email: EmailAddress
    website: Words
    appointment_url: Words
    privacy_url: Words
    emergency_phone: Line = ""
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Berlin"
    country: str = "DE"
    subdivision: str = "BW"
    hours: Hours
    service_point: ServicePoint = ServicePoint()
    closures: tuple[Closure, ...] = ()


class Queue(Table):
    """A team's work: an IMAP folder, names, and the usual time to an answer in working days."""

    folder: Words
    names: InLanguages = {}
    working_days: WorkingDays | None = None
    notify: EmailAddress | None = None


class SignIn(Table):
    """Where tokens come from, for servers that take OAuth 2.0 tokens and no password (RFC 6749, RFC 7628)."""

    provider: Literal["microsoft", "google", "oidc"]
    flow: Literal["client-credentials", "refresh-token", "service-account"]
    tenant: Line = ""
    client_id: Line = ""
    secret_file: FilePath | None = None
    secret_env: str | None = None
    secret_credential: str | None = None
    """The client's secret; for a service account, its key as the provider gives it out (JSON)."""
    refresh_token_file: FilePath | None = None
    refresh_token_env: str | None = None
    refresh_token_credential: str | None = None
    """The first refresh token. Newer ones that the provider sends are kept in the data directory."""
    subject: Line = ""
    """On whose behalf a service account acts."""
    scope: Line | None = None
    token_url: Line = ""
    client_auth: Literal["post", "basic"] = "post"
    ca_file: FilePath | None = None
    timeout_seconds: float = Field(default=30, gt=0, le=600)

    @model_validator(mode="after")
    def _fits(self) -> "SignIn":
        secrets, tokens = sources(self, "secret"), sources(self, "refresh_token")
        for found in (secrets, tokens):
            if len(found) > 1:
                raise Misfit(found[1], f"this comes from {found[0]} already; keep one of them")
        if self.flow == "service-account" and self.provider != "google":
            raise Misfit("flow", '"service-account" is Google\'s; use "client-credentials" or "refresh-token"')
        if self.flow == "client-credentials" and self.provider == "google":
            raise Misfit("flow", 'Google does not offer this for mail; use "refresh-token" or "service-account"')
        if self.flow == "refresh-token" and not tokens:
            raise Misfit("refresh_token_file", "this flow needs a first refresh token; name the file that holds it")
        if self.flow != "refresh-token" and tokens:
            raise Misfit(tokens[0], 'only the flow "refresh-token" uses this key; remove it')
        if self.flow != "refresh-token" and not secrets:
            raise Misfit("secret_file", "this flow needs a secret; name a secret_file, secret_env or secret_credential")
        if self.flow == "service-account" and not self.subject:
            raise Misfit("subject", "this flow needs the account whose mailbox is opened; add it")
        if self.flow != "service-account" and not self.client_id:
            raise Misfit("client_id", "this flow needs the client's id, as the provider shows it; add it")
        if not self.token_url and self.provider == "oidc":
            raise Misfit("token_url", "this provider needs the address of its token endpoint; add it")
        if not self.token_url and self.provider == "microsoft" and not re.fullmatch(r"[A-Za-z0-9.-]+", self.tenant):
            raise Misfit("tenant", "expected the tenant's id or domain; add it as the provider shows it")
        try:
            url = urlsplit(self.endpoint)
            plain = url.scheme == "http" and url.hostname in LOOPBACK
            usable = bool(url.hostname) and url.port != 0 and (plain or url.scheme == "https") and "@" not in url.netloc
        except ValueError:
            usable = False
        if not usable:
            raise Misfit("token_url", 'expected an address that begins with "https://"')
        return self

    @property
    def endpoint(self) -> str:
        """The token endpoint."""
        if self.token_url:
            return self.token_url
        if self.provider == "google":
            return "https://oauth2.googleapis.com/token"
        return f"https://login.microsoftonline.com/{self.tenant}/oauth2/v2.0/token"

    @property
    def scopes(self) -> str:
        """What is asked for: the configured scope, else what opens mailboxes at this provider."""
        if self.scope is not None:
            return self.scope
        if self.provider == "microsoft":
            mail = "https://outlook.office365.com/.default"
            return f"{mail} offline_access" if self.flow == "refresh-token" else mail
        # A refresh token without a scope gives what was granted to it (RFC 6749 section 6).
        return "https://mail.google.com/" if self.flow == "service-account" else ""


def sources(table: Table, secret: str) -> list[str]:
    """Which of the keys that say where ``secret`` comes from are set."""
    names = (f"{secret}_file", f"{secret}_env", f"{secret}_credential")
    return [name for name in names if getattr(table, name)]


class Credentials(Table):
    """Where a password or a token comes from; exactly one source where a user is named."""

    user: Line = ""
    sign_in: str | None = None
    password_file: FilePath | None = None
    password_env: str | None = None
    password_credential: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Credentials":
        named = [*sources(self, "password"), *(("sign_in",) if self.sign_in else ())]
        if self.user and not named:
            raise Misfit(
                "password_file",
                "this user has no password; name a password_file, password_env, password_credential or sign_in",
            )
        if len(named) > 1:
            raise Misfit(named[1], f"the password comes from {named[0]} already; keep one of them")
        if named and not self.user:
            what = "a sign-in" if self.sign_in else "a password"
            raise Misfit("user", f"{what} is named but nobody to sign in; add the user or remove {named[0]}")
        return self


class Server(Credentials):
    """A server, how to reach it, and how to sign in."""

    host: Words
    port: int = Field(ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: FilePath | None = None
    timeout_seconds: float = Field(default=30, gt=0, le=600)

    @model_validator(mode="after")
    def _plain_only_on_loopback(self) -> "Server":
        if self.security == "none" and self.host not in LOOPBACK:
            raise Misfit(
                "security",
                f'"none" would send the password readable to host "{self.host}"; only this machine itself '
                '(127.0.0.1) may have it: use "tls"',
            )
        return self


class Imap(Server):
    """An IMAP account. STARTTLS is not offered for IMAP: use port 993 with ``security = "tls"``."""

    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "none"] = "tls"


class Smtp(Server):
    """The one relay that all outgoing mail goes through."""

    port: int = Field(default=465, ge=1, le=65535)
    bounce_address: EmailAddress | None = None
    max_age_hours: float = Field(default=24, gt=0)
    connections: int = Field(default=4, ge=1, le=20)
    max_messages_per_connection: int = Field(default=50, ge=1)


class Mailbox(Imap):
    """One watched IMAP account and folder."""

    address: EmailAddress
    aliases: tuple[EmailAddress, ...] = ()
    folder: Words = "INBOX"
    parent_folder: Line = ""
    sent_folder: Line = ""
    acknowledge: bool = True
    require_addressed: bool = True
    first_start: Literal["file", "leave"] = "file"
    file_copy: bool = True
    trusted_forwarders: tuple[EmailAddress, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> "Mailbox":
        if not self.user:
            raise Misfit("user", "this key is required; add the account's name")
        return self


class HeaderMark(Table):
    """A header that our own filter writes, and the beginning of the value that means spam."""

    name: Line
    value: Line


class WebForm(Table):
    """A form on the office's site: its From, and where the person's address stands."""

    sender: EmailAddress
    target: Line = "reply-to"
    """``reply-to``, or the label of a line in the body such as ``E-Mail``."""


class Trust(Table):
    """Whom we believe: authentication results, spam marks, forms, other responders, clerks."""

    authserv: Annotated[tuple[Line, ...] | Literal["topmost-unnamed"], BeforeValidator(_authserv)] = ()
    spam_marks: tuple[HeaderMark, ...] = ()
    web_forms: tuple[WebForm, ...] = ()
    responders: tuple[EmailAddress, ...] = ()
    clerk_domains: tuple[Line, ...] = ()
    machine_local_parts: tuple[Line, ...] = ()
    machine_local_parts_allowed: tuple[Line, ...] = ()


class Limits(Table):
    """Caps on what the service sends; see rule 17 of the eligibility policy."""

    per_sender_per_day: int = Field(default=3, ge=1)
    per_domain_per_hour: int = Field(default=40, ge=1)
    exempt_domains: tuple[Line, ...] = (
        "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "outlook.com",
        "outlook.de", "hotmail.com", "hotmail.de", "live.com", "live.de", "yahoo.com", "yahoo.de",
        "icloud.com", "me.com", "freenet.de", "posteo.de", "mailbox.org", "proton.me", "protonmail.com",
        "ukr.net", "mail.ru", "yandex.ru",
    )  # fmt: skip
    breaker_per_hour: int = Field(default=60, ge=1)
    breaker_factor: float = Field(default=5, ge=1)
    quiet_days_in_case: int = Field(default=7, ge=0)
    max_age_hours: float = Field(default=72, gt=0)
    blocked_days: int = Field(default=180, ge=1)
    message_seconds: float = Field(default=20, gt=0)
    attempts: int = Field(default=3, ge=1)


class Service(Table):
    """The service as a whole."""

    data: FilePath = Path("data")
    ledger: Annotated[Line, AfterValidator(_ledger)] = ""
    """A SQLAlchemy URL; empty means SQLite in ``data``."""
    acknowledge: bool = True
    filing_mailbox: str = ""
    """The mailbox that notices go to; empty means the first one."""
    reference_prefix: Annotated[str, AfterValidator(_prefix)] = "AB"
    drafts: bool = True
    unsure_languages: tuple[LanguageCode, ...] = ("de", "en")
    renew_idle_seconds: float = Field(default=300, gt=0, le=1500)
    sweep_seconds: float = Field(default=60, gt=0)
    outbox_seconds: float = Field(default=15, gt=0)
    nothing_fetched_minutes: float = Field(default=15, gt=0)


class Triage(Table):
    """How messages are told apart; :mod:`intake.triage.routing` says how its rules are written."""

    rules: FilePath | None = None
    """The office's own rule file; without it the shipped rules."""
    classifier: FilePath | None = None
    """What ``intake learn`` wrote; without it the rules decide alone."""
    classifier_precision: float = Field(default=0.95, ge=0.5, le=0.999)
    """In what share of messages the classifier must have been right to decide, 0 to 1."""


class Retention(Table):
    """How many days what is kept; :mod:`intake.cases.retention` says what follows from each."""

    person_days: int = Field(default=90, ge=1, le=3650)
    """Addresses, subjects and whatever else leads to a person, after the last event of the case."""
    figures_days: int = Field(default=730, ge=1, le=3650)
    """Decisions and figures without a person."""
    seen_days: int = Field(default=800, ge=1, le=7300)
    """The keyed hashes that keep a message from being acknowledged twice."""
    backups_days: int = Field(default=14, ge=1, le=3650)


class Reminders(Table):
    """What staff are told of cases that wait too long; :mod:`intake.mail.reminders`."""

    daily: bool = False
    """Whether each queue folder gets a notice on every working day on which some of its cases are late."""
    at: TimeOfDay = "07:00"
    """By the office's clock."""
    named: int = Field(default=25, ge=1, le=500)
    """How many cases a notice names; the rest is counted."""
    mail: bool = False
    """Whether it goes to the queue's address, too."""


class WeeklyReport(Table):
    """The key figures by e-mail, once a week; :mod:`intake.report.weekly`. Without an address none is sent."""

    weekly_to: tuple[EmailAddress, ...] = ()
    weekly_on: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    """It is about the last week from Monday to Sunday that is over by then."""
    weekly_at: TimeOfDay = "07:00"
    """By the office's clock."""


class Metrics(Table):
    """Figures for Prometheus, on the loopback interface only."""

    port: int | None = Field(default=None, ge=1, le=65535)


PhoneSystem = Literal["asterisk", "freeswitch"]
"""A telephone system that reads the prompt library, with a dialplan to include."""


class Announcements(Table):
    """The telephone announcements; :mod:`intake.announcements` says what follows from each key."""

    automatic: bool = False
    """Whether the daemon speaks and publishes them, at its start, after each midnight and after a reload."""
    library: FilePath = Path("announcements")
    """The prompt library, which the PBX reads; relative to ``service.data``."""
    languages: tuple[LanguageCode, ...] = ()
    """Which are spoken; empty means all that have a text."""
    menu: tuple[LanguageCode, ...] = Field(default=("de", "en", "uk", "tr"), min_length=1, max_length=5)
    more: tuple[LanguageCode, ...] = Field(default=("ar", "ru", "sq", "sr", "fa"), max_length=5)
    """Behind "more languages"."""
    fallback: tuple[LanguageCode, ...] = Field(default=("de", "en"), min_length=1)
    """What is heard where a language has nothing of its own to play: the first of these that has."""
    approval: Literal["listening", "person"] = "listening"
    """Who lets a language go on the line: a recogniser that understood it, or always a person."""
    approved_by: Line = ""
    """Who approves every language as it is spoken, unheard; the name stands in the audit trail and the manifest."""
    recording_days: int | None = Field(default=None, ge=1, le=3650)
    """What callers are promised of their voicemail; without it ``retention.person_days``."""
    days_ahead: int = Field(default=14, ge=1, le=60)
    versions: int = Field(default=5, ge=2, le=100)
    """How many published versions are kept to go back to."""
    targets: tuple[PhoneSystem, ...] = ("asterisk",)
    """The telephone systems that a version is laid out for; none, where only upload sets are wanted."""
    voicemail: Words = "100@default"
    """The PBX's mailbox that takes messages."""
    upload_sets: bool = False
    """Whether ZIP files for telephone systems that are filled by hand are made, too."""
    upload: tuple[Words, ...] = ()
    """A command that puts the upload sets into the telephone system; their folder is added as its last argument."""

    @model_validator(mode="after")
    def _fits(self) -> "Announcements":
        if len(self.menu) + bool(self.more) > 5:
            raise Misfit("menu", 'a menu has at most 5 options, "more languages" among them; take one out')
        if self.upload and not self.upload_sets:
            raise Misfit("upload", "this command uploads the sets, but none are made; add upload_sets = true")
        twice = sorted(set(self.menu).intersection(self.more))
        if twice:
            raise Misfit("more", f"{', '.join(twice)} stands in the first menu already; take it out here")
        if self.languages and (missing := {*self.menu, *self.more, *self.fallback}.difference(self.languages)):
            raise Misfit("languages", f"{', '.join(sorted(missing))} stands in a menu or in fallback; add it here")
        return self


class Voices(Table):
    """Which voices announce; :mod:`intake.voices` says how they are chosen without a word here."""

    piper: FilePath | None = None
    """The folder of the voices that the office got for itself."""
    order: dict[LanguageCode, tuple[Line, ...]] = {}
    """Ids of voices as ``intake voices`` shows them, the best first."""
    processes: int | None = Field(default=None, ge=1, le=64)
    """How many speak at once; without it as many as there are processors."""


class Listening(Table):
    """What recognises speech; :mod:`intake.listening`."""

    models: FilePath | None = None
    """The folder in which the office has unpacked its models, each in a folder of its own."""
    memory_mb: int = Field(default=1200, ge=200)
    """The recogniser is started anew when it has grown beyond this."""


class Spool(Table):
    """A folder in which a telephone system leaves recordings; it is read, never changed."""

    name: Annotated[str, AfterValidator(_spool_name)]
    """Stands in the ledger; recordings are recognised again by it."""
    path: FilePath
    kind: Literal["asterisk", "folder"] = "asterisk"
    """``asterisk``: the layout of ``app_voicemail``; ``folder``: audio files, with a JSON file beside each or not."""
    languages: dict[Words, LanguageCode] = {}
    """A mailbox of the telephone system (``100@default``) → the language that its callers speak."""
    first_start: Literal["file", "leave"] = "file"
    """What lay there before the first start: filed like the rest, or left alone."""


class Voicemail(Table):
    """What callers leave; :mod:`intake.voicemail`. Without this table nothing listens."""

    spools: tuple[Spool, ...] = ()
    senders: tuple[EmailAddress, ...] = ()
    """Telephone systems that send voicemail by e-mail: who stands in From."""
    senders_proven: bool = True
    """Whether such a mail needs the proof of ``trust.authserv``; false where it is handed in inside the house."""
    default_country: Annotated[str, AfterValidator(_country)] = "DE"
    """Of numbers without a country."""
    scan_seconds: float = Field(default=60, gt=0)
    """How often a spool is looked through, besides whenever it changes."""
    max_megabytes: int = Field(default=50, ge=1, le=50)
    """What is larger is cut there; the whole stays where it came from."""
    attempts: int = Field(default=3, ge=1, le=10)
    """How often a recogniser may break down over a recording before it is filed without a transcript."""

    @model_validator(mode="after")
    def _some_way_in(self) -> "Voicemail":
        if not self.spools and not self.senders:
            raise Misfit("spools", "there is no way in; name a spool, or the senders of voicemail by e-mail")
        names = [spool.name for spool in self.spools]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise Misfit("spools", f'two spools have the name "{twice}"; give each its own')
        return self


class Configuration(Table):
    """The whole ``intake.toml``."""

    service: Service = Service()
    office: Office
    sign_in: dict[Annotated[str, AfterValidator(_sign_in_name)], SignIn] = {}
    mailboxes: dict[Annotated[str, AfterValidator(_mailbox_name)], Mailbox] = {}
    smtp: Smtp | None = None
    trust: Trust = Trust()
    triage: Triage = Triage()
    limits: Limits = Limits()
    retention: Retention = Retention()
    reminders: Reminders = Reminders()
    report: WeeklyReport = WeeklyReport()
    metrics: Metrics = Metrics()
    announcements: Announcements = Announcements()
    voices: Voices = Voices()
    listening: Listening = Listening()
    voicemail: Voicemail | None = None
    queues: dict[str, Queue]

    @model_validator(mode="after")
    def _fits_together(self) -> "Configuration":
        for queue_id in ("general", "system", "suspicious"):
            if queue_id not in self.queues:
                raise Misfit(f"queues.{queue_id}", "this table is required; add it with its folder")
        folders: dict[str, str] = {}
        for queue_id, queue in self.queues.items():
            where = f"queues.{queue_id}.folder"
            if queue.folder in folders:
                raise Misfit(where, f'"{queue.folder}" is also the folder of {folders[queue.folder]}; choose another')
            folders[queue.folder] = f"queues.{queue_id}"
            for name, mailbox in self.mailboxes.items():
                if not mailbox.parent_folder and mailbox.folder.casefold() == queue.folder.casefold():
                    raise Misfit(where, f'"{queue.folder}" is the folder that mailboxes.{name} watches; choose another')
        filing = self.service.filing_mailbox
        if filing and filing not in self.mailboxes:
            known = ", ".join(self.mailboxes) or "there are none yet"
            raise Misfit("service.filing_mailbox", f'"{filing}" is not among the mailboxes ({known}); name one of them')
        using: dict[str, Server | None] = {f"mailboxes.{name}": mailbox for name, mailbox in self.mailboxes.items()}
        for where, server in (using | {"smtp": self.smtp}).items():
            wanted = server.sign_in if server else None
            if wanted and wanted not in self.sign_in:
                known = ", ".join(self.sign_in) or "there are none yet"
                raise Misfit(f"{where}.sign_in", f'"{wanted}" is not among the tables [sign_in.…] ({known}); name one')
        kept = self.retention
        if kept.figures_days < kept.person_days:
            raise Misfit("retention.figures_days", "must not be less than person_days; raise it or lower person_days")
        if kept.seen_days <= kept.backups_days + self.limits.max_age_hours / 24:
            raise Misfit(
                "retention.seen_days",
                "must be more than backups_days and limits.max_age_hours together, or a restored ledger might "
                "acknowledge a message twice; raise it",
            )
        if self.voicemail is not None and not self.mailboxes:
            raise Misfit("voicemail", "there is no mailbox to file recordings in; add one, e.g. [mailboxes.main]")
        if self.reminders.mail and not any(queue.notify for queue in self.queues.values()):
            raise Misfit("reminders.mail", "no queue has an address to send to; add notify to a table [queues.…]")
        if self.mailboxes and self.smtp is None:
            raise Misfit("smtp", "this table is required where there are mailboxes; add it")
        return self

    @property
    def filing_mailbox(self) -> str:
        """The account for notices to staff: the configured one, else the first."""
        return self.service.filing_mailbox or next(iter(self.mailboxes), "")

    @property
    def own_addresses(self) -> frozenset[str]:
        """Every address that is ours, lower case: never a target of an acknowledgement."""
        own = {self.office.email, *self.trust.responders}
        if self.smtp and self.smtp.bounce_address:
            own.add(self.smtp.bounce_address)
        for mailbox in self.mailboxes.values():
            own |= {mailbox.address, *mailbox.aliases}
        return frozenset(address.lower() for address in own)


@dataclass(frozen=True, slots=True)
class Settings:
    """A loaded configuration and where it came from (``None``: the built-in example office)."""

    configuration: Configuration
    file: Path | None

    @property
    def folder(self) -> Path:
        """The folder that relative paths are relative to."""
        return self.file.parent if self.file else Path.cwd()

    @property
    def data(self) -> Path:
        """The data directory: everything that a backup must hold."""
        return self.folder / self.configuration.service.data

    @property
    def library(self) -> Path:
        """The prompt library that the telephone system reads."""
        return self.data / self.configuration.announcements.library

    @property
    def spool(self) -> Path:
        """Where recordings lie until they are filed."""
        return self.data / "voicemail"

    @property
    def ledger_url(self) -> str:
        """The SQLAlchemy URL of the ledger."""
        return self.configuration.service.ledger or f"sqlite:///{self.data / 'ledger.sqlite3'}"

    @property
    def ledger_key(self) -> str:
        """The file and the key that say where the ledger lies, for an error."""
        return f"{self.file}: service.{'ledger' if self.configuration.service.ledger else 'data'}"

    def password(self, credentials: Credentials, where: str, environment: Mapping[str, str]) -> str:
        """The password that ``credentials`` name. ``where`` is the table's name, for the error.

        Raises :class:`ConfigurationError` if the source is missing or empty.
        """
        return self.secret(credentials, "password", where, environment)

    def secret(self, table: Table, secret: str, where: str, environment: Mapping[str, str]) -> str:
        """The secret that the keys ``secret``_file, _env or _credential of a table name; empty if none does.

        Raises :class:`ConfigurationError` if the source is missing or empty.
        """
        keys = sources(table, secret)
        if not keys:
            return ""
        key, named, what = keys[0], str(getattr(table, keys[0])), secret.replace("_", " ")
        if key.endswith("_env"):
            found = environment.get(named, "")
            source = f"the environment variable {named}"
        else:
            if key.endswith("_credential"):
                path = Path(environment.get("CREDENTIALS_DIRECTORY", "") or "/run/credentials/intake.service") / named
            else:
                path = self.folder / named
            source = f"the file {path}"
            try:
                found = path.read_text("utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
                raise ConfigurationError(
                    f"{self.file}: {where}.{key}: the {what} cannot be read from {path} ({reason}); "
                    "create the file, readable for the service's user only"
                ) from None
        if not found:
            raise ConfigurationError(f"{self.file}: {where}.{key}: {source} is empty or not set; put the {what} there")
        return found


_LIST = 'expected a list such as ["…", "…"]'
_EXPECTED = {
    "extra_forbidden": "this key is unknown; check its spelling or remove it",
    "missing": "this key is required; add it",
    "bool_type": "expected true or false, without quotation marks",
    "int_type": "expected a whole number, without quotation marks",
    "float_type": "expected a number, without quotation marks",
    "finite_number": "expected a number with an end",
    "string_type": "expected text in quotation marks",
    "path_type": "expected a path in quotation marks",
    "tuple_type": _LIST,
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "date_type": "expected a date such as 2026-12-24, without quotation marks",
    "greater_than": "expected more than {gt:g}",
    "greater_than_equal": "expected {ge:g} or more",
    "less_than": "expected less than {lt:g}",
    "less_than_equal": "expected {le:g} or less",
    "literal_error": "expected {expected}",
}
"""pydantic's kinds of error, in words for an administrator; braces hold what pydantic says of the limit."""


def _shown(found: Any) -> str:
    """What stands there, as TOML writes it; nothing for a table or a list."""
    if isinstance(found, bool):
        return f"found: {str(found).lower()}"
    if isinstance(found, str | int | float | dt.date):
        return f"found: {json.dumps(found, ensure_ascii=False) if isinstance(found, str) else found}"
    return ""


def _sentence(file: Path | str, error: Mapping[str, Any], lines: Lines) -> str:
    """One pydantic error as one sentence with file, key, remedy, and the line if the key or its table stands there."""
    context = error.get("ctx", {})
    key = ""
    for part in error["loc"]:
        if isinstance(part, int):
            key += f" (entry {part + 1})"
        elif part != "[key]":  # what pydantic appends where the key itself is wrong
            key += f".{part}" if key else part
    cause = context.get("error")
    path = tuple(part for part in error["loc"] if part != "[key]")
    if isinstance(cause, Misfit):
        path = (*path, *cause.key.split("."))
    line = f"line {lines.find(path)}" if path[:1] in lines else ""
    if isinstance(cause, Misfit):
        return f"{file}: {key}{'.' if key else ''}{cause.key}: {cause}{f' ({line})' if line else ''}"
    kind = error["type"]
    secret = re.search(r"\.(?:client_)?(password|secret|refresh_token)$", key)
    if kind == "extra_forbidden" and secret:
        name = secret.group(1)
        said = f"a {name.replace('_', ' ')} never stands in this file; name a {name}_file instead"
        return f"{file}: {key}: {said} ({line})"
    said = _EXPECTED[kind].format_map(context).replace("'", '"') if kind in _EXPECTED else str(cause or error["msg"])
    # The URL of a database may hold a password.
    silent = kind in ("extra_forbidden", "missing") or key == "service.ledger"
    details = ", ".join(detail for detail in ("" if silent else _shown(error["input"]), line) if detail)
    return f"{file}: {key or 'the file'}: {said}{f' ({details})' if details else ''}"


def parse(text: str, file: Path | None) -> Settings:
    """Settings from TOML text. Raises :class:`ConfigurationError`, one line per mistake."""
    name = file or "built-in example"
    try:
        data = toml.loads(text)
    except toml.NotToml as error:
        raise ConfigurationError(f"{name}: not valid TOML: {error}; correct that line") from None
    try:
        return Settings(Configuration.model_validate(data), file)
    except ValidationError as error:
        lines = Lines(text)
        raise ConfigurationError("\n".join(_sentence(name, e, lines) for e in error.errors())) from None


def load(file: Path) -> Settings:
    """Settings from a file. Raises :class:`ConfigurationError` naming file, key and remedy."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"{file}: cannot be read ({error.strerror or os.strerror(error.errno or 0)}); "
            "name the file with --config or make one with: intake init"
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}: is not UTF-8 text; save it as UTF-8") from None
    return parse(text, file.resolve())
