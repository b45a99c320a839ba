# SPDX-License-Identifier: GPL-3.0-or-later
"""The one TOML file: what an administrator may write in ``intake.toml``, and what it means.

Every table is a frozen pydantic model; unknown keys are errors, so that a misspelt key is never
silently ignored. :func:`load` turns whatever is wrong into one :class:`ConfigurationError` per
mistake that names file, key, what is expected and what was found. Secrets never stand in the file: a
password comes from a file, an environment variable or a systemd credential.
"""

import datetime as dt
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from intake.errors import ConfigurationError
from intake.languages import LANGUAGES

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_SPAN = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")


class Table(BaseModel):
    """A TOML table: unknown keys are errors, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _span(text: str) -> str:
    match = _SPAN.match(text)
    if match is None or text[:5] >= text[6:]:
        raise ValueError('expected a span of the day such as "08:00-12:00"')
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


Span = Annotated[str, AfterValidator(_span)]
EmailAddress = Annotated[str, AfterValidator(_address)]
LanguageCode = Annotated[str, AfterValidator(_language)]
Line = Annotated[str, AfterValidator(_no_control)]
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
            raise ValueError("last must not lie before first")
        return self


class ServicePoint(Table):
    """Walk-in help without appointment."""

    address: Line = ""
    hours: Hours = {}


class Office(Table):
    """The configured authority: what every text says about it."""

    name: Line
    names: InLanguages = {}
    address: Line
    phone: Line
    email: EmailAddress
    website: Line
    appointment_url: Line
    privacy_url: Line
    emergency_phone: Line = ""
    timezone: str = "Europe/Berlin"
    country: str = "DE"
    subdivision: str = "BW"
    hours: Hours
    service_point: ServicePoint = ServicePoint()
    closures: tuple[Closure, ...] = ()

    @model_validator(mode="after")
    def _known_zone(self) -> "Office":
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f'timezone "{self.timezone}" is unknown; write e.g. "Europe/Berlin"') from None
        return self


class Queue(Table):
    """A team's work: an IMAP folder, names, and the usual time to an answer in working days."""

    folder: Line = Field(min_length=1)
    names: InLanguages = {}
    working_days: tuple[int, int] | None = None
    notify: EmailAddress | None = None

    @model_validator(mode="after")
    def _range(self) -> "Queue":
        if self.working_days and not 0 < self.working_days[0] <= self.working_days[1]:
            raise ValueError("working_days is a range such as [5, 10], smaller number first")
        return self


class Credentials(Table):
    """Where a password comes from; exactly one source where a user is named."""

    user: str = ""
    password_file: Path | None = None
    password_env: str | None = None
    password_credential: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Credentials":
        sources = [s for s in (self.password_file, self.password_env, self.password_credential) if s]
        if self.user and len(sources) != 1:
            raise ValueError(
                "name exactly one of password_file, password_env or password_credential for this user"
            )
        return self


class Server(Credentials):
    """A server, how to reach it, and how to sign in."""

    host: Line
    port: int = Field(ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None
    timeout_seconds: float = Field(default=30, gt=0, le=600)

    @model_validator(mode="after")
    def _plain_only_on_loopback(self) -> "Server":
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError(f'security = "none" is allowed on loopback only, not for host "{self.host}"')
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
    max_messages_per_connection: int = Field(default=50, ge=1)


class Mailbox(Imap):
    """One watched IMAP account and folder."""

    address: EmailAddress
    aliases: tuple[EmailAddress, ...] = ()
    folder: Line = "INBOX"
    parent_folder: Line = ""
    sent_folder: Line = ""
    acknowledge: bool = True
    require_addressed: bool = True
    first_start: Literal["file", "leave"] = "file"
    file_copy: bool = True
    trusted_forwarders: tuple[EmailAddress, ...] = ()


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

    authserv: tuple[Line, ...] | Literal["topmost-unnamed"] = ()
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

    data: Path = Path("data")
    ledger: str = ""
    """A SQLAlchemy URL; empty means SQLite in ``data``."""
    acknowledge: bool = True
    filing_mailbox: str = ""
    """The mailbox that notices go to; empty means the first one."""
    reference_prefix: str = Field(default="AB", pattern=r"^[A-Z]{1,4}$")
    drafts: bool = True
    unsure_languages: tuple[LanguageCode, ...] = ("de", "en")
    renew_idle_seconds: float = Field(default=300, gt=0, le=1500)
    sweep_seconds: float = Field(default=60, gt=0)
    outbox_seconds: float = Field(default=15, gt=0)
    nothing_fetched_minutes: float = Field(default=15, gt=0)


class Configuration(Table):
    """The whole ``intake.toml``."""

    service: Service = Service()
    office: Office
    mailboxes: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")], Mailbox] = {}
    smtp: Smtp | None = None
    trust: Trust = Trust()
    limits: Limits = Limits()
    queues: dict[str, Queue]

    @model_validator(mode="after")
    def _fits_together(self) -> "Configuration":
        missing = [q for q in ("general", "system", "suspicious") if q not in self.queues]
        if missing:
            raise ValueError(f"queues.{missing[0]} is required: messages that fit nowhere else go there")
        folders: dict[str, str] = {}
        for queue_id, queue in self.queues.items():
            if queue.folder in folders:
                raise ValueError(
                    f'queues.{queue_id}.folder "{queue.folder}" is also that of {folders[queue.folder]}'
                )
            folders[queue.folder] = queue_id
        filing = self.service.filing_mailbox
        if filing and filing not in self.mailboxes:
            raise ValueError(f'service.filing_mailbox "{filing}" is not among the mailboxes')
        if self.mailboxes and self.smtp is None:
            raise ValueError("the table [smtp] is required where there are mailboxes")
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
    def ledger_url(self) -> str:
        """The SQLAlchemy URL of the ledger."""
        return self.configuration.service.ledger or f"sqlite:///{self.data / 'ledger.sqlite3'}"

    def password(self, credentials: Credentials, where: str, environment: Mapping[str, str]) -> str:
        """The secret that ``credentials`` name. ``where`` is the table's name, for the error.

        Raises :class:`ConfigurationError` if the source is missing or empty.
        """
        if credentials.password_env:
            secret = environment.get(credentials.password_env, "")
            source = f"environment variable {credentials.password_env}"
        else:
            if credentials.password_credential:
                directory = environment.get("CREDENTIALS_DIRECTORY", "")
                path = Path(directory or "/run/credentials/intake") / credentials.password_credential
            elif credentials.password_file:
                path = self.folder / credentials.password_file
            else:
                return ""
            source = f"file {path}"
            try:
                secret = path.read_text("utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
                raise ConfigurationError(
                    f"{self.file}: {where}: the password cannot be read from {source} ({reason}); "
                    "create it, readable for the service's user only"
                ) from None
        if not secret:
            raise ConfigurationError(f"{self.file}: {where}: the password in {source} is empty; put it there")
        return secret


def _sentence(file: Path | str, error: Mapping[str, Any]) -> str:
    """One pydantic error as one sentence with file, key and remedy."""
    path = [str(p) for p in error["loc"] if not (isinstance(p, str) and p.startswith(("function-", "literal[")))]
    key = ".".join(p for p in path if p != "[key]") or "(top level)"
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{file}: {key}: this key is unknown; check its spelling or remove it"
    if kind == "missing":
        return f"{file}: {key}: this key is required; add it"
    message = str(error["msg"]).removeprefix("Value error, ")
    found = error.get("input")
    shown = f" (found: {found!r})" if isinstance(found, str | int | float | bool) else ""
    return f"{file}: {key}: {message}{shown}"


def parse(text: str, file: Path | None) -> Settings:
    """Settings from TOML text. Raises :class:`ConfigurationError`, one line per mistake."""
    name = file or "built-in example"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: not valid TOML: {error}; correct that line") from None
    try:
        return Settings(Configuration.model_validate(data), file)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_sentence(name, e) for e in error.errors())) from None


def load(file: Path) -> Settings:
    """Settings from a file. Raises :class:`ConfigurationError` naming file, key and remedy."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{file}: cannot be read ({error.strerror or os.strerror(error.errno or 0)}); "
            "name the file with --config or make one with: intake init"
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}: is not UTF-8 text; save it as UTF-8") from None
    return parse(text, file.resolve())
