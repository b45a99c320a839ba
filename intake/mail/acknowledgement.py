# SPDX-License-Identifier: GPL-3.0-or-later
"""The acknowledgement: what the sender is told, and the finished mail (RFC 3834 3, RFC 5322, RFC 2046 5.1.4).

It confirms receipt only. It never decides, never extends a permit or a deadline, never promises, and never
carries the sender's own text; the one exception is the trimmed subject of an authenticated sender. The
person's language comes first, German last, and each other language says that the German text is decisive.

Texts are plain words in named Jinja2 blocks, one file per language. Both forms of the body come from this one
source: each block is rendered once with values that escape themselves for HTML and once with values for plain
text. A text may hold nothing but words and ``{{ values }}``; anything else is refused when texts are loaded,
so a text can neither run code nor leave out a fact. In right-to-left plain text each value is isolated
(UAX #9, U+2068…U+2069); a URL stands on a line of its own without isolates, because mail programs would make
them part of the link.

Nothing here reads a clock or a random source: the same facts give the same bytes, so a retry after a crash
repeats the same mail with the same Message-ID.
"""

import datetime as dt
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from intake import wording
from intake.config import Configuration
from intake.languages import language
from intake.mail.rfc5322 import MESSAGE_ID, addr_spec, clean_subject, phrase, text_part, thread, unstructured
from intake.mail.texts import Important, Isolated, Link, Phone, Reference, Texts
from intake.message import Address
from intake.office import Calendar

__all__ = [
    "Body", "Facts", "Original", "Texts", "compose", "message_id", "render", "team",
]  # fmt: skip

CLOSURE_NOTICE_DAYS = 14
"""A closure or public holiday is announced this many days ahead."""
LINE_WIDTH = 76
"""Columns of the plain text: below the 78 that RFC 5322 2.1.1 recommends."""

_FSI, _PDI = "\u2068", "\u2069"
_URL = re.compile(r"https?://\S+\Z")
_TOKEN = re.compile(rf"[^ {_FSI}]*{_FSI}[^{_PDI}]*{_PDI}[^ ]*|[^ ]+")
_IDEOGRAPHIC = re.compile(
    rf"[（《「]*(?:{_FSI}[^{_PDI}]*{_PDI}|[\u0021-\u024f]+|[^（《「])(?:(?![（《「{_FSI}])[^\w])*|[（《「]+\Z"
)
_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What varies per mail. ``languages`` is the order of the body; ``at`` and ``received`` are aware."""

    reference: str
    queue: str
    variant: Literal["new", "follow-up"]
    languages: tuple[str, ...]
    unsure: bool
    at: dt.datetime
    received: dt.datetime | None = None
    """When the message arrived at our server; ``None``: the same as ``at``."""


@dataclass(frozen=True, slots=True)
class Original:
    """What of the incoming message an answer needs; every string is a stranger's."""

    message_id: str = ""
    references: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    subject: str = ""
    authenticated: bool | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """Both forms of the acknowledgement; ``subject_prefix`` holds the reference. Lines end with LF."""

    subject_prefix: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block in both forms, with the rows of a table below it (label, hours) where it has one."""

    html: Markup
    text: str
    rows: tuple[tuple[str, str], ...]
    tag: str
    direction: str


@dataclass(frozen=True, slots=True)
class Section:
    """One language of the body, or (without a name) the lines in several languages at its end."""

    name: str
    tag: str
    direction: str
    paragraphs: tuple[Paragraph, ...]


def message_id(key: bytes, mailbox: str, source: str, domain: str) -> str:
    """The Message-ID of the acknowledgement of the message ``source`` in ``mailbox``.

    A keyed hash (HMAC-SHA256, 128 bits of it): repeated exactly on a retry, and impossible to guess.
    """
    digest = hmac.new(key, f"{mailbox}\0{source}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"<intake.{digest.hexdigest()[:32]}@{domain}>"


def team(texts: Texts, configuration: Configuration, queue: str, code: str) -> str:
    """The team's name in a language, with the clerk's German word in parentheses where it differs."""
    queue = queue if queue in configuration.queues else "general"
    known = configuration.queues[queue]
    german = known.names.get("de") or texts.team("de", queue) or known.folder
    name = known.names.get(_base(code)) or texts.team(code, queue)
    return f"{name} ({german})" if name and name != german else german


def render(texts: Texts, configuration: Configuration, calendar: Calendar, facts: Facts) -> Body:
    """Both forms of the body. Languages without a text are left out; German stands in where none is left."""
    codes = tuple(dict.fromkeys(c for c in facts.languages if c in texts.languages)) or ("de",)
    sections = [_section(texts, configuration, calendar, facts, code, len(codes) > 1) for code in codes]
    if facts.unsure:
        lines = [
            _paragraph(texts, code, "unsure", {})
            for code in configuration.service.unsure_languages
            if code in texts.languages
        ]
        if lines:
            sections.append(Section("", "mul", "auto", tuple(lines)))
    values = _values(texts, configuration, calendar, facts, codes[0])
    prefix = _collapse(texts.block(codes[0], "subject", values, html=False))
    prefix = prefix.replace(_FSI, "").replace(_PDI, "")
    return Body(prefix, texts.layout_text(sections), texts.layout_html(sections, prefix))


def compose(
    texts: Texts,
    configuration: Configuration,
    calendar: Calendar,
    *,
    facts: Facts,
    original: Original,
    target: Address,
    mailbox_address: str,
    message_id: str,
    loop_token: str,
) -> bytes:
    """The finished mail: RFC 5322 with CRLF, ASCII headers (the target's own address excepted, RFC 6532).

    ``message_id`` is ours, from :func:`message_id`. Of ``original`` only well-formed Message-IDs and, if the
    sender is authenticated, the cleaned subject are used; the target's display name is left out.
    Never raises for whatever a stranger wrote.
    """
    body = render(texts, configuration, calendar, facts)
    subject = clean_subject(original.subject) if original.authenticated else ""
    in_reply_to = original.message_id if MESSAGE_ID.match(original.message_id) else ""
    references = thread(original.message_id, original.references, original.in_reply_to)
    zone = ZoneInfo(configuration.office.timezone)
    languages = [c for c in facts.languages if c in texts.languages] or ["de"]
    boundary = "=_" + hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:40]
    fields = [
        ("From", f"{phrase(configuration.office.name)}\r\n <{mailbox_address}>"),
        ("To", f"<{addr_spec(target.address)}>"),
        ("Subject", unstructured(f"{body.subject_prefix}: {subject}" if subject else body.subject_prefix)),
        ("Date", format_datetime(facts.at.astimezone(zone))),
        ("Message-ID", message_id),
        *([("In-Reply-To", in_reply_to)] if in_reply_to else []),
        *([("References", "\r\n ".join(references))] if references else []),
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Loop", loop_token),
        ("Content-Language", ", ".join(dict.fromkeys(languages))),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("utf-8", "replace")
    parts = text_part("plain", body.text), text_part("html", body.html)
    mark = f"--{boundary}".encode("ascii")
    return b"".join(
        [head, b"\r\n", *(mark + b"\r\n" + part + b"\r\n" for part in parts), mark, b"--\r\n"],
    )


# The body ---------------------------------------------------------------------------------------------


def _section(
    texts: Texts, configuration: Configuration, calendar: Calendar, facts: Facts, code: str, several: bool
) -> Section:
    office = configuration.office
    queue = configuration.queues.get(facts.queue) or configuration.queues["general"]
    values = _values(texts, configuration, calendar, facts, code)
    first = facts.queue == "appointments"
    shown = {
        "greeting": True,
        "received": facts.variant == "new",
        "received_follow_up": facts.variant == "follow-up",
        "appointment_first": first,
        "received_closed": "next_opening" in values,
        "reference": True,
        "team": True,
        "expected": queue.working_days is not None,
        "closure": "closure" in values,
        "appointment": not first,
        "do_not": True,
        "not_a_decision": True,
        "emergency": True,
        "hours": True,
        "service_point": bool(office.service_point.hours),
        "automatic": True,
        "privacy": True,
        "decisive": several,
        "signature": True,
    }
    tables = {
        block: wording.week_table(code, calendar, service=block == "service_point")
        for block in ("hours", "service_point")
        if shown[block]
    }
    paragraphs = tuple(
        _paragraph(texts, code, block, values, tables.get(block, ())) for block, wanted in shown.items() if wanted
    )
    return Section(_endonym(code), _tag(code), language(code).direction, paragraphs)


def _values(
    texts: Texts, configuration: Configuration, calendar: Calendar, facts: Facts, code: str
) -> dict[str, Isolated]:
    """Every value that a text in this language may use; one that does not apply now is absent."""
    office = configuration.office
    zone = ZoneInfo(office.timezone)
    queue = configuration.queues.get(facts.queue) or configuration.queues["general"]
    received = facts.received or facts.at
    values: dict[str, Isolated] = {
        "reference": Reference(facts.reference),
        "received_at": Isolated(wording.instant(code, received.astimezone(zone))),
        "team": Important(team(texts, configuration, facts.queue, code)),
        "appointment_url": Link(_localised(office.appointment_url, code)),
        "privacy_url": Link(_localised(office.privacy_url, code)),
        "emergency_phone": Phone(office.emergency_phone or office.phone),
        "service_point_address": Isolated(office.service_point.address or office.address),
        "office_name": Isolated(_office_name(configuration, code)),
        "office_address": Isolated(office.address),
        "office_phone": Phone(office.phone),
        "office_website": Link(_localised(office.website, code)),
    }
    if queue.working_days is not None:
        values["working_days"] = Important(wording.working_days(code, queue.working_days))
    opening = None if calendar.is_open(received) else calendar.next_opening(facts.at)
    if opening is not None:
        values["next_opening"] = Important(wording.instant(code, opening.astimezone(zone)))
    closed = _closed_ahead(calendar, facts.at, code)
    if closed:
        values["closure"] = Important("; ".join(closed))
    return values


def _paragraph(
    texts: Texts,
    code: str,
    block: str,
    values: Mapping[str, Isolated],
    rows: tuple[tuple[str, str], ...] = (),
) -> Paragraph:
    direction = language(code).direction
    html_form = texts.block(code, block, values, html=True).strip()
    text_form = texts.block(code, block, values, html=False).strip()
    if block == "signature":
        html = Markup("<br>\n").join(_marked(line) for line in html_form.split("\n"))
        text = "\n".join(_wrap(line) for line in text_form.split("\n"))
    else:
        html, text = _marked(html_form), _wrap(text_form)
    text = "\n".join([text, *(f"  {label}: {Isolated(hours)}" for label, hours in rows)])
    if direction == "ltr":
        text = text.replace(_FSI, "").replace(_PDI, "")
    return Paragraph(html, text, rows, _tag(code), direction)


def _marked(html: str) -> Markup:
    """A rendered block is HTML already: its words hold no markup, its values have escaped themselves."""
    return Markup(_collapse(html))  # noqa: S704


def _closed_ahead(calendar: Calendar, at: dt.datetime, code: str) -> list[str]:
    """Closures and public holidays of the next weeks, in order; a holiday's name is known in German only."""
    ahead: list[tuple[dt.date, str]] = []
    for closure in calendar.closures_ahead(at, CLOSURE_NOTICE_DAYS):
        span = wording.date_range(code, closure.first, closure.last)
        reason = closure.reason.get(_base(code))
        ahead.append((closure.first, f"{span} ({reason})" if reason else span))
    for day in calendar.holidays_ahead(at, CLOSURE_NOTICE_DAYS):
        date = wording.date(code, day.date)
        ahead.append((day.date, f"{date} ({day.holiday})" if code == "de" else date))
    return [words for _, words in sorted(ahead)]


def _office_name(configuration: Configuration, code: str) -> str:
    office = configuration.office
    name = office.names.get(_base(code), office.name)
    return name if name == office.name else f"{name} ({office.name})"


def _localised(url: str, code: str) -> str:
    """An office may write ``{language}`` in an address on the web: it becomes the language's code."""
    return url.replace("{language}", _base(code))


def _base(code: str) -> str:
    return language(code).code


def _tag(code: str) -> str:
    """The BCP 47 tag for the ``lang`` attribute: with the script where the language has several."""
    return code if "-" in code else language(code).locale.replace("_", "-")


def _endonym(code: str) -> str:
    return "Српски" if code == "sr-Cyrl" else language(code).endonym


def _collapse(text: str) -> str:
    """Runs of spaces and line breaks become one space; no-break spaces stay."""
    return _SPACES.sub(" ", text).strip()


def _columns(text: str) -> int:
    """Columns on a terminal-like display: ideographs take two, marks and isolates none."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.category(c) in {"Mn", "Cf"} else 1
        for c in text
    )


def _pieces(token: str) -> list[str]:
    """A token as it may be broken: between ideographs, never before closing or after opening punctuation."""
    return _IDEOGRAPHIC.findall(token) if any("\u3000" <= c <= "\u9fff" for c in token) else [token]


def _wrap(text: str) -> str:
    """Lines of at most 76 columns; each URL on its own line, never broken, nor is an isolated value."""
    lines: list[str] = []
    line, width = "", 0
    for token in _TOKEN.findall(_collapse(text)):
        if _URL.match(token):
            lines += [line, token]
            line, width = "", 0
            continue
        for n, piece in enumerate(_pieces(token)):
            glue = " " if line and not n else ""
            columns = _columns(piece)
            if line and width + len(glue) + columns > LINE_WIDTH:
                lines.append(line)
                line, width, glue = "", 0, ""
            line, width = line + glue + piece, width + len(glue) + columns
    return "\n".join(line for line in [*lines, line] if line)
