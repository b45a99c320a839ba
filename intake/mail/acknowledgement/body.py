# SPDX-License-Identifier: GPL-3.0-or-later
"""What an acknowledgement says, in plain text and in HTML.

It confirms receipt only. It never decides, never extends a permit or a deadline, never promises, and never carries
the sender's own text. The person's language comes first, German last, and each other language says that the
German text is decisive. What matters most comes first, so that it stands on the first screen of a small phone
(375 × 667 CSS pixels): that the message was received, its reference, the team that has it, the time to an answer.

Texts are plain words in named Jinja2 blocks, one file per language. Both forms of the body come from this one
source: each block is rendered once with values that escape themselves for HTML and once with values for plain
text. A text may hold nothing but words and ``{{ values }}``; anything else is refused when texts are loaded,
so a text can neither run code nor leave out a fact. In right-to-left plain text each value is isolated
(UAX #9, U+2068…U+2069); a URL stands on a line of its own without isolates, because mail programs would make
them part of the link.

All that a body depends on, but for the reference and the time of arrival, is its *situation*. Mails of one situation
differ in those two values only, so the body of a situation is made once, with gaps (``stencil.py``).
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from markupsafe import Markup

from intake import wording
from intake.config import Configuration
from intake.languages import language
from intake.mail.acknowledgement.stencil import (
    BodyStencil,
    Details,
    Same,
    Stencil,
    laid_out,
    received_gap,
    reference_gap,
)
from intake.mail.acknowledgement.texts import (
    BLOCKS,
    German,
    Glossed,
    Important,
    Isolated,
    Link,
    Openings,
    Paragraph,
    Phone,
    Reference,
    Section,
    Team,
    Texts,
)
from intake.mail.acknowledgement.wrapping import collapse, oriented, without_isolates
from intake.office import Calendar

CLOSURE_NOTICE_DAYS = 14
"""A closure or public holiday is announced this many days ahead."""

_BETWEEN_SPANS = re.compile(r"([,،፣，] ?)")
"""Commas of all scripts."""
_BESIDE_A_LINK = re.compile(r'\n(?=<a href="http)|(?<=</a>)\n')
"""An address on the web stands on a line of its own, as it does in plain text."""


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
class Body:
    """Both forms of the acknowledgement; ``subject_prefix`` holds the reference. Lines end with LF."""

    subject_prefix: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a body depends on, but for the reference and the time of arrival."""

    queue: str
    variant: Literal["new", "follow-up"]
    languages: tuple[str, ...]
    """Those with a text, in order, each once; German where none is left."""
    unsure: bool
    next_opening: dt.datetime | None
    """When the office opens again, if it was closed as the message arrived and still is; in the office's time zone."""
    today: dt.date
    """Closures are announced from here on; in the office's time zone."""


def situation_of(texts: Texts, calendar: Calendar, facts: Facts) -> Situation:
    """The situation of these facts. Languages without a text are left out; German stands in where none is left."""
    codes = tuple(dict.fromkeys(c for c in facts.languages if c in texts.languages)) or ("de",)
    today = calendar.local(facts.at).date()
    return Situation(facts.queue, facts.variant, codes, facts.unsure, _next_opening(texts, calendar, facts), today)


def _next_opening(texts: Texts, calendar: Calendar, facts: Facts) -> dt.datetime | None:
    """When the office opens again, if it was closed as the message arrived and still is."""
    for instant in (facts.received or facts.at, facts.at):
        openings, at = _openings(texts, calendar, instant), instant.astimezone(dt.UTC)
        if any(begin <= at < end for begin, end in openings.spans):
            return None
    opening = next((begin for begin, _ in openings.spans if begin > at), openings.after)
    return None if opening is None else calendar.local(opening)


def _openings(texts: Texts, calendar: Calendar, instant: dt.datetime) -> Openings:
    """The openings of the day in which ``instant`` lies; remembered, because many messages arrive on one day."""
    date = calendar.local(instant).date()

    def make() -> Openings:
        spans: list[tuple[dt.datetime, dt.datetime]] = []
        moment: dt.datetime | None = dt.datetime.combine(date, dt.time(0), calendar.zone)
        while moment is not None and moment.date() == date:
            state = calendar.state(moment)
            if state.until is not None:
                spans.append((moment.astimezone(dt.UTC), state.until.astimezone(dt.UTC)))
            moment = state.next_opening
        return Openings(tuple(spans), None if moment is None else moment.astimezone(dt.UTC))

    return texts.openings.recall((Same(calendar), date), make)


def details_of(calendar: Calendar, facts: Facts, codes: tuple[str, ...]) -> Details:
    """What differs from mail to mail, with the time of arrival in these languages."""
    minute = calendar.local(facts.received or facts.at).replace(second=0, microsecond=0)
    return Details(facts.reference, {code: _in_words(code, minute) for code in codes})


@lru_cache(maxsize=256)
def _in_words(code: str, minute: dt.datetime) -> str:
    """A minute as it is written in a language; remembered, because a backlog has many messages of one minute."""
    return wording.instant(code, minute)


def render(texts: Texts, configuration: Configuration, calendar: Calendar, facts: Facts) -> Body:
    """Both forms of the body, laid out for these facts alone."""
    situation = situation_of(texts, calendar, facts)
    return _body(texts, configuration, calendar, situation, details_of(calendar, facts, situation.languages))


def stencil_of(
    texts: Texts, configuration: Configuration, calendar: Calendar, situation: Situation, length: int
) -> BodyStencil:
    """The body of a situation with gaps, for references of ``length`` characters; made once, then remembered."""

    def make() -> BodyStencil:
        gaps = Details(reference_gap(length), {code: received_gap(code) for code in situation.languages})
        body = _body(texts, configuration, calendar, situation, gaps)
        return BodyStencil(body.subject_prefix, Stencil.cut("plain", body.text), Stencil.cut("html", body.html))

    return texts.stencils.recall((Same(configuration), Same(calendar), situation, length), make)


def _body(
    texts: Texts, configuration: Configuration, calendar: Calendar, situation: Situation, details: Details
) -> Body:
    sections = [_section(texts, configuration, calendar, situation, details, code) for code in situation.languages]
    if situation.unsure:
        lines = [
            _paragraph(texts, code, "unsure", {})
            for code in configuration.service.unsure_languages
            if code in texts.languages
        ]
        if lines:
            sections.append(Section("", "mul", "auto", tuple(lines)))
    subject = texts.block(situation.languages[0], "subject", {"reference": Reference(details.reference)}, html=False)
    prefix = without_isolates(collapse(subject))
    return Body(prefix, texts.layout_text(sections), texts.layout_html(sections, prefix))


def _section(
    texts: Texts, configuration: Configuration, calendar: Calendar, situation: Situation, details: Details, code: str
) -> Section:
    office = configuration.office
    queue = configuration.queues.get(situation.queue) or configuration.queues["general"]
    values = _values(texts, configuration, calendar, situation, details, code)
    first = situation.queue == "appointments"
    shown = {
        "greeting": True,
        "received": situation.variant == "new",
        "received_follow_up": situation.variant == "follow-up",
        "appointment_first": first,
        "reference": True,
        "team": True,
        "expected": queue.working_days is not None,
        "received_closed": "next_opening" in values,
        "closure": "closure" in values,
        "appointment": not first,
        "do_not": True,
        "not_a_decision": True,
        "emergency": True,
        "hours": True,
        "service_point": bool(office.service_point.hours),
        "automatic": True,
        "privacy": True,
        "decisive": len(situation.languages) > 1,
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
    texts: Texts, configuration: Configuration, calendar: Calendar, situation: Situation, details: Details, code: str
) -> dict[str, Isolated]:
    """Every value that a text in this language may use; one that does not apply is absent."""
    office = configuration.office
    queue = configuration.queues.get(situation.queue) or configuration.queues["general"]
    german = Isolated if code == "de" else German
    name = office.names.get(_base(code), office.name)
    values: dict[str, Isolated] = {
        "reference": Reference(details.reference),
        "received_at": Isolated(details.received[code]),
        "team": _team(texts, configuration, situation.queue, code),
        "appointment_url": Link(_localised(office.appointment_url, code)),
        "privacy_url": Link(_localised(office.privacy_url, code)),
        "emergency_phone": Phone(office.emergency_phone or office.phone),
        "service_point_address": german(office.service_point.address or office.address),
        "office_name": german(office.name) if name == office.name else Glossed(name, office.name),
        "office_address": german(office.address),
        "office_phone": Phone(office.phone),
        "office_website": Link(_localised(office.website, code)),
    }
    if queue.working_days is not None:
        values["working_days"] = Important(wording.working_days(code, queue.working_days))
    if situation.next_opening is not None:
        values["next_opening"] = Important(wording.instant(code, situation.next_opening))
    closed = _closed_ahead(calendar, situation.today, code)
    if closed:
        values["closure"] = Important(wording.listed(code, closed))
    return values


def _team(texts: Texts, configuration: Configuration, queue: str, code: str) -> Isolated:
    """The team's name in a language, with the clerk's German word in brackets where it differs."""
    queue = queue if queue in configuration.queues else "general"
    known = configuration.queues[queue]
    german = known.names.get("de") or texts.team("de", queue) or known.folder
    name = known.names.get(_base(code)) or texts.team(code, queue)
    return Team(name, german) if name and name != german else Important(german)


def _paragraph(
    texts: Texts,
    code: str,
    block: str,
    values: Mapping[str, Isolated],
    rows: tuple[tuple[str, str], ...] = (),
) -> Paragraph:
    """One block, laid out; remembered, because most blocks of a language are the same in every situation."""

    def make() -> Paragraph:
        html_form = texts.block(code, block, values, html=True).strip()
        text_form = texts.block(code, block, values, html=False).strip()
        if block == "signature":
            html = Markup("<br>\n").join(_marked(line) for line in html_form.split("\n"))
            text = "\n".join(laid_out(code, collapse(line)) for line in text_form.split("\n"))
        else:
            html, text = _marked(_BESIDE_A_LINK.sub("<br>", html_form)), laid_out(code, collapse(text_form))
        hours = (oriented(code, f"  {label}: {Isolated(hours)}") for label, hours in rows)
        table = tuple((label, _unbroken(hours)) for label, hours in rows)
        return Paragraph(html, "\n".join([text, *hours]), table, _tag(code), language(code).direction)

    return texts.paragraphs.recall((code, block, rows, *(values[name] for name in BLOCKS[block])), make)


def _marked(html: str) -> Markup:
    """A rendered block is HTML already: its words hold no markup, its values have escaped themselves."""
    return Markup(collapse(html))  # noqa: S704


def _unbroken(hours: str) -> Markup:
    """Hours of a day for a narrow screen: a line may end between two spans, never inside one."""
    span = Markup('<span style="white-space:nowrap">{}</span>')
    return Markup("").join(part if n % 2 else span.format(part) for n, part in enumerate(_BETWEEN_SPANS.split(hours)))


def _closed_ahead(calendar: Calendar, today: dt.date, code: str) -> list[str]:
    """Closures and public holidays of the next weeks, in order; a holiday's name is known in German only."""
    noon = dt.datetime.combine(today, dt.time(12), calendar.zone)
    ahead: list[tuple[dt.date, str]] = []
    for closure in calendar.closures_ahead(noon, CLOSURE_NOTICE_DAYS):
        span = wording.date_range(code, closure.first, closure.last)
        reason = closure.reason.get(_base(code))
        ahead.append((closure.first, f"{span} ({reason})" if reason else span))
    for day in calendar.holidays_ahead(noon, CLOSURE_NOTICE_DAYS):
        date = wording.date(code, day.date)
        ahead.append((day.date, f"{date} ({day.holiday})" if code == "de" else date))
    return [words for _, words in sorted(ahead)]


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
