# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail made to do harm, through everything that happens to a message before it is sent anywhere.

Two questions. Can a stranger's text become anything but data: a second header, a second recipient, markup, words
of the acknowledgement? And can it cost more time or memory than one message may? The first is asked in this
process, of whole acknowledgements; the second in the real worker process with its real limits, where exceeding
either is a failure, so that no test needs a clock.
"""

import asyncio
import base64
import datetime as dt
import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from html.parser import HTMLParser
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.cases.case import Known
from intake.cli.explain import builtin
from intake.config import Configuration
from intake.daemon import load_texts
from intake.languages import LANGUAGES
from intake.mail.acknowledgement import Facts, Original, Texts, compose, message_id
from intake.mail.acknowledgement.rfc5322 import SUBJECT_CHARACTERS
from intake.mail.assessment import Assessment, Reader
from intake.mail.eligibility import Policy
from intake.mail.plan import Plan, plan
from intake.mail.worker import Worker
from intake.message import Address
from intake.office import Calendar
from intake.servers.smtp import address_is_safe
from intake.triage.routing import Rules

NOW = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
SECRET = b"a secret of these tests"
REFERENCE = "AB-7K3M9QX"
LOOP_TOKEN = "the-loop-token-of-this-office"
US = "auslaenderbehoerde@musterstadt.example"
PASSED = "mx.example.org; dmarc=pass header.from=example.net"
MARK = "ZQXSTRANGERQZX"
"""A word that no text of ours holds: where it turns up, a stranger's text got through."""

ONE_RECIPIENT = re.compile(r'To: <(?:"(?:[^"\\]|\\.)*"|[^\s"<>,;:()\[\]@\\]+)@[^\s"<>,;:()\[\]@\\]+>')
"""One address between angle brackets (RFC 5322 3.4.1), nothing before, between or after."""

COMPOSED = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Loop", "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip
"""Every header of an acknowledgement, in order; In-Reply-To and References only where there is a thread."""


@cache
def office() -> tuple[Configuration, Texts, Calendar, Reader]:
    """The built-in example office and its way of reading."""
    builtin_office = builtin()
    configuration = builtin_office.configuration
    policy = Policy.for_mailbox(
        configuration, "poststelle", loop_token=LOOP_TOKEN, message_id_domain="musterstadt.example"
    )
    reader = Reader(policy, Rules.shipped(configuration.queues), SECRET, "AB")
    return configuration, load_texts(builtin_office), Calendar(configuration.office), reader


def mail(
    *lines: str | bytes,
    sender: str | bytes = "Samira <samira@example.net>",
    subject: str | bytes = "Frage",
    body: str | bytes = "Guten Tag, ich möchte meine Aufenthaltserlaubnis verlängern. Was muss ich tun?",
) -> bytes:
    """A message to the office, its sender proven, with some more header lines as they are."""
    head = [
        f"Authentication-Results: {PASSED}",
        b"From: " + _octets(sender),
        f"To: {US}",
        b"Subject: " + _octets(subject),
        *lines,
        "MIME-Version: 1.0",
    ]
    if not any(_octets(line).lower().startswith(b"content-type") for line in lines):
        head.append("Content-Type: text/plain; charset=utf-8")
    return b"\r\n".join(_octets(line) for line in head) + b"\r\n\r\n" + _octets(body)


def _octets(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pure path made of a message; ``answer`` is the finished acknowledgement, if there is one."""

    assessment: Assessment
    plan: Plan
    answer: bytes | None
    plain: bytes | None
    """The acknowledgement with the same facts of a message that said nothing."""


def outcome(raw: bytes) -> Outcome:
    """Read, decide and compose, as the daemon does."""
    configuration, texts, calendar, reader = office()
    assessment = reader.assess(raw, NOW)
    planned = plan(
        assessment, Known(), configuration, texts.usable(drafts=True), mailbox="poststelle", now=NOW, internal_date=NOW
    )
    if planned.send == "no":
        return Outcome(assessment, planned, None, None)
    assert planned.verdict.target is not None
    facts = Facts(REFERENCE, planned.queue, planned.variant, planned.languages, planned.unsure, NOW)
    original = Original(
        assessment.message_id, assessment.references_header, assessment.in_reply_to, assessment.subject,
        planned.verdict.authenticated,
    )  # fmt: skip

    def written(stranger: Original, target: Address) -> bytes:
        return compose(
            texts, configuration, calendar, facts=facts, original=stranger, target=target, mailbox_address=US,
            message_id=message_id(SECRET, "poststelle", "source", "musterstadt.example"), loop_token=LOOP_TOKEN,
        )  # fmt: skip

    return Outcome(
        assessment,
        planned,
        written(original, planned.verdict.target),
        written(Original(), Address("", "a@example.net")),
    )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def assert_harmless(result: Outcome) -> None:
    """Whatever a stranger wrote, the acknowledgement is ours but for the recipient, the thread and the subject."""
    planned, raw = result.plan, result.answer
    configuration, texts, _, reader = office()
    assert planned.queue in configuration.queues
    assert planned.folder == configuration.queues[planned.queue].folder
    assert set(planned.languages) <= texts.languages
    assert planned.language in LANGUAGES or planned.language == "und"
    if raw is None:
        assert not planned.verdict.reply
        return
    assert planned.verdict.reply
    target = planned.verdict.target
    assert target is not None
    assert target.address.lower() not in reader.policy.own_addresses
    # A quoted or unprintable address that could break out of its command is refused before it is sent.
    assert address_is_safe(target.address) or not target.address.isprintable() or '"' in target.address

    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", raw), "a line end that is none, or a NUL"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = re.split(r"\r\n(?![ \t])", head.decode("utf-8"))
    names = [field.partition(":")[0] for field in fields]
    assert [n for n in COMPOSED if n in names] == names, "a header that is not ours, or one twice"
    assert ONE_RECIPIENT.fullmatch(next(field for field in fields if field.startswith("To:")))

    assert result.plain is not None
    parsed = cast(EmailMessage, email.message_from_bytes(raw, policy=email.policy.default))
    prefix = str(email.message_from_bytes(result.plain, policy=email.policy.default)["Subject"])
    assert REFERENCE in prefix
    assert str(parsed["Subject"]).startswith(prefix)
    said = str(parsed["Subject"]).removeprefix(prefix).removeprefix(": ")
    assert len(said) <= SUBJECT_CHARACTERS
    assert not re.search("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", said)
    assert not re.search(r"https?://|www\.|\S@\S", said)

    assert body == result.plain.partition(b"\r\n\r\n")[2], "a stranger's text changed the body"
    for part in parsed.iter_parts():
        text = cast(EmailMessage, part).get_content()
        assert MARK not in text
        if part.get_content_type() == "text/html":
            tags = _Tags()
            tags.feed(text)
            assert not tags.found & {"script", "img", "iframe", "form", "input", "object", "svg", "base", "embed"}
            assert not any(name.startswith("on") or name in ("src", "srcdoc", "background") for name in tags.attributes)


# -- a stranger's text is never anything but data -----------------------------------------------------------

INJECTIONS = [
    f"{MARK}\r\nBcc: victim@example.org",
    f"{MARK}\nBcc: victim@example.org\n\n<script>",
    f"{MARK}\rBcc: victim@example.org",
    f"{MARK}\0Bcc: victim@example.org",
    f"{MARK}\r\n\r\nA body of my own",
    f"{MARK}\u2028Bcc: victim@example.org\u2029\u0085X: y\x0b\x0c\x1c\x1d\x1e",
    f"{MARK}{{{{7*7}}}} {{% for x in ().__class__.__base__ %}}{{{{x}}}}{{% endfor %}} ${{7*7}} #{{7*7}}",
    f"{MARK}{{{{ config }}}} {{{{ reference }}}} %s %(reference)s {{0}} {{0.__class__}}",
    f"<script>alert('{MARK}')</script><img src=x onerror=alert(1)>\"><svg/onload=alert(1)>",
    f"</title></td></body></html>{MARK}<!-- ]]> --><a href='javascript:alert(1)'>",
    f"&lt;b&gt;{MARK}&#60;script&#62;&amp;",
    f"\u202e{MARK}\u202d\u2066\u2067\u2069\u200f\u200e\u061c gro.elpmaxe",
    f"https://evil.example/{MARK} www.evil.example evil@evil.example tel:+491 javascript:alert(1)",
    f"=?utf-8?q?{MARK}?= =?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm9yZw==?=",
    f"--=_{MARK}--\r\n--=_\r\n",
    f"{MARK}\ud800\udfff\U0010ffff\ufffe\U000e0001\U000e0041",
    "\u0301" * 400 + MARK,
    "ﷺ" * 400 + MARK,
    MARK * 300,
    f"{REFERENCE} {MARK} AB-0000000",
]
"""What is tried in every place where a stranger's text stands."""


def _encoded(text: str) -> str:
    """As one RFC 2047 word: what stands in it is decoded after the header was taken apart."""
    return f"=?utf-8?b?{base64.b64encode(_octets(text)).decode('ascii')}?="


PLACES: dict[str, Callable[[str], bytes]] = {
    "subject": lambda s: mail(subject=s),
    "encoded subject": lambda s: mail(subject=_encoded(s)),
    "subject in quoted-printable": lambda s: mail(
        subject="=?utf-8?q?" + "".join(f"={b:02X}" for b in _octets(s)) + "?="
    ),
    "name": lambda s: mail(sender=f'"{s}" <samira@example.net>'),
    "encoded name": lambda s: mail(sender=f"{_encoded(s)} <samira@example.net>"),
    "comment": lambda s: mail(sender=f"samira@example.net ({s})"),
    "local part": lambda s: mail(sender=f"<{s}@example.net>"),
    "quoted local part": lambda s: mail(sender=f'<"{s}"@example.net>'),
    "domain": lambda s: mail(sender=f"<samira@{s}.example.net>"),
    "reply-to": lambda s: mail(f"Reply-To: {s} <other@example.net>"),
    "encoded reply-to": lambda s: mail(f"Reply-To: {_encoded(s)}"),
    "message-id": lambda s: mail(f"Message-ID: <{s}@example.net>"),
    "encoded message-id": lambda s: mail(f"Message-ID: {_encoded(f'<{s}@example.net>')}"),
    "references": lambda s: mail(f"References: <a@example.net> <{s}@example.net> {s}"),
    "in-reply-to": lambda s: mail(f"In-Reply-To: <{s}>"),
    "content-language": lambda s: mail(f"Content-Language: {s}"),
    "charset": lambda s: mail(f'Content-Type: text/plain; charset="{s}"'),
    "file name": lambda s: mail(
        "Content-Type: multipart/mixed; boundary=b",
        body="--b\r\n\r\nGuten Tag, eine Frage zum Visum.\r\n--b\r\n"
        f'Content-Disposition: attachment; filename="{s}"\r\n\r\nx\r\n--b--',
    ),
    "boundary": lambda s: mail(f'Content-Type: multipart/mixed; boundary="{s[:60]}"', body=f"--{s[:60]}\r\n\r\nHallo"),
    "date": lambda s: mail(f"Date: {s}"),
    "text": lambda s: mail(body=f"Guten Tag, {s}\r\nmein Aufenthaltstitel läuft ab.\r\n{s}"),
    "html": lambda s: mail("Content-Type: text/html; charset=utf-8", body=f"<p title='{s}'>Guten Tag</p>{s}"),
    "header name": lambda s: mail(f"{s}: x", f"X-Unknown: {s}"),
    "return path": lambda s: mail(f"Return-Path: <{s}>"),
    "recipient": lambda s: mail(f"Cc: {s} <somebody@example.org>, <{s}@example.org>"),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_put_into_a_message_never_changes_the_acknowledgement(place: str) -> None:
    for text in INJECTIONS:
        assert_harmless(outcome(PLACES[place](text)))


def test_these_messages_are_answered_so_that_there_is_something_to_look_at() -> None:
    for place in ("encoded subject", "encoded name", "message-id", "references", "text", "file name", "date"):
        answered = [text for text in INJECTIONS if outcome(PLACES[place](text)).answer is not None]
        assert len(answered) >= len(INJECTIONS) - 3, place


hostile_text = st.one_of(
    st.sampled_from(INJECTIONS),
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["\r\n", "\n", "\r", "\0", "<", ">", "@", ",", ";", ":", '"', "\\", "(", ")", "=?utf-8?q?=0D=0A?=", " ",
             "\t", "Bcc: v@example.org", "{{", "}}", "{%", "%}", "a", "é", "\u202e", "example.org", "--", "[", "]"]
        ),
        max_size=20,
    ).map("".join),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(sorted(PLACES)), hostile_text), min_size=1, max_size=2))
def test_no_text_in_any_place_gets_out_of_its_place(tries: list[tuple[str, str]]) -> None:
    for place, text in tries:
        assert_harmless(outcome(PLACES[place](text)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.binary(max_size=200), st.binary(max_size=200))
def test_no_octets_get_out_of_their_place(body: bytes, subject: bytes, line: bytes) -> None:
    assert_harmless(outcome(mail(line, subject=subject, body=body)))
    assert_harmless(outcome(line + body))


def test_a_subject_is_not_repeated_unless_its_sender_is_proven() -> None:
    unproven = mail(subject=f"Frage {MARK}").replace(b"dmarc=pass", b"dmarc=none")
    raw = outcome(unproven).answer
    assert raw is not None
    assert MARK not in str(cast(EmailMessage, email.message_from_bytes(raw, policy=email.policy.default))["Subject"])


# From line → who gets the acknowledgement (None: nobody does).
SMUGGLED: dict[str, str | None] = {
    "victim@example.org, other@example.net": None,
    "<victim@example.org,other@example.net>": None,
    "<victim@example.org>, <other@example.net>": None,
    "victim@example.org other@example.net": None,
    "victim@example.org; other@example.net": None,
    '"victim@example.org" <samira@example.net>': "samira@example.net",
    '"victim@example.org,other" <samira@example.net>': "samira@example.net",
    '"<victim@example.org>," <samira@example.net>': "samira@example.net",
    '"\\"<victim@example.org>," <samira@example.net>': "samira@example.net",
    "samira@example.net (victim@example.org)": "samira@example.net",
    "samira(victim@example.org)@example.net": "samira@example.net",
    "samira@(victim@example.org,)example.net": "samira@example.net",
    "<samira@example.net(<victim@example.org>)>": "samira@example.net",
    '"a\\"b"@example.net': None,
    '""@example.net': None,
    "victim%example.org@example.net": "victim%example.org@example.net",
    "example.org!victim@example.net": "example.org!victim@example.net",
    "victim@example.org@example.net": None,
    "<@relay.example:samira@example.net>": "samira@example.net",
    "<@a.example,@b.example:samira@example.net>": "samira@example.net",
    "<samira@example.net\r\nRCPT TO:<victim@example.org>>": "samira@example.net",
    "<samira@example.net>\r\nRCPT TO: <victim@example.org>": "samira@example.net",
    "samira@example.net\r\n victim@example.org": None,
    "=?utf-8?q?victim=40example=2Eorg=2C?= <samira@example.net>": "samira@example.net",
    "=?utf-8?q?=3Cvictim=40example=2Eorg=3E=2C?= <samira@example.net>": "samira@example.net",
    "undisclosed-recipients:;": None,
    "team: samira@example.net;": None,
    "team: a@example.net, b@example.net;": None,
    "": None,
    "<>": None,
    "Samira": None,
    "<samira>": None,
    "<@example.net>": None,
    "<samira@>": None,
    "samira@[127.0.0.1]": None,
    "samira@[IPv6:::1]": None,
    "samira@.example.net": None,
    "samira@example..net": None,
    "samira@-example.net": None,
    "<samira@example.net": "samira@example.net",
    "< samira @ example.net >": "samira@example.net",
    "<mailto:samira@example.net>": "samira@example.net",
    "samira@example.net?cc=victim@example.org": None,
    "samira@example.net#x": None,
    "samira@example.net\u2028victim@example.org": None,
    f"{US}": None,
    f"{US.upper()}": None,
    f"{US}.": None,
    "auslaenderbehoerde+tag@musterstadt.example": None,
    f"(x){US}": None,
    "samira@exämple.net": "samira@exämple.net",
    "самира@пример.example": "самира@пример.example",
    f"{'a' * 64}@example.net": f"{'a' * 64}@example.net",
    f"{'a' * 65}@example.net": None,
    f"a@{'b.' * 200}net": None,
}


@pytest.mark.parametrize(("written", "target"), SMUGGLED.items())
def test_an_address_is_one_mailbox_or_nobody_is_answered(written: str, target: str | None) -> None:
    result = outcome(mail(sender=written))
    assert_harmless(result)
    found = result.plan.verdict.target
    assert (found.address if found and result.answer else None) == target


# -- a stranger's text never costs more than one message may ------------------------------------------------

SENTENCE = "Guten Tag, ich möchte meine Aufenthaltserlaubnis verlängern. "


def nested(levels: int, kind: str) -> bytes:
    """A message whose parts are nested ``levels`` deep."""
    head, tail = [], []
    for level in range(levels):
        head.append(f'Content-Type: multipart/{kind}; boundary="b{level}"\r\n\r\n--b{level}\r\n')
        tail.append(f"\r\n--b{level}--\r\n")
    text = "".join(head) + f"Content-Type: text/plain\r\n\r\n{SENTENCE}" + "".join(reversed(tail))
    first, _, rest = text.partition("\r\n\r\n")
    return mail(first, body=rest)


def nested_messages(levels: int) -> bytes:
    """A forward of a forward of …"""
    inner = "Content-Type: message/rfc822\r\n\r\n" * levels
    return mail("Content-Type: message/rfc822", body=f"{inner}Subject: x\r\n\r\n{SENTENCE}")


def html(body: str) -> bytes:
    """A message that is HTML only."""
    return mail("Content-Type: text/html; charset=utf-8", body=body)


def alternative(plain: str, rich: str) -> bytes:
    """A message with both forms."""
    return mail(
        "Content-Type: multipart/alternative; boundary=b",
        body=f"--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n{rich}\r\n--b--\r\n",
    )


MEGABYTE = 1024 * 1024

COSTLY: dict[str, Callable[[], bytes]] = {
    "10,000 recipients in one header": lambda: mail("Cc: " + ", ".join(f"p{n}@example.org" for n in range(10_000))),
    "10,000 recipients in 10,000 headers": lambda: mail(*(f"Cc: p{n}@example.org" for n in range(10_000))),
    "10,000 recipients with names": lambda: mail(
        "To: " + ",\r\n ".join(f'"Person {n} (x)" <p{n}@example.org>' for n in range(10_000))
    ),
    "10,000 groups": lambda: mail("Cc: " + "g:a@example.org;" * 10_000),
    "10,000 senders": lambda: mail(sender=", ".join(f"p{n}@example.org" for n in range(10_000))),
    "100,000 headers": lambda: mail(*(f"X-H{n}: {n}" for n in range(100_000))),
    "100,000 times the same header": lambda: mail(*["Received: by mx.example.org"] * 100_000),
    "100,000 authentication results": lambda: mail(*[f"Authentication-Results: {PASSED}"] * 100_000),
    "100,000 lines that are no header": lambda: mail(*["no header"] * 100_000),
    "a header of one megabyte": lambda: mail("X-Long: " + "x" * MEGABYTE),
    "a header folded 100,000 times": lambda: mail("X-Long: x" + "\r\n x" * 100_000),
    "a subject of one megabyte": lambda: mail(subject="Visum " * (MEGABYTE // 6)),
    "a From of one megabyte": lambda: mail(sender='"' + "x" * MEGABYTE + '" <samira@example.net>'),
    "an authentication result of one megabyte": lambda: mail(
        "Authentication-Results: mx.example.org; " + "(" * MEGABYTE
    ),
    "100,000 References": lambda: mail("References: " + " ".join(f"<{n}@example.org>" for n in range(100_000))),
    "nested multipart/mixed": lambda: nested(2_000, "mixed"),
    "nested multipart/alternative": lambda: nested(2_000, "alternative"),
    "nested multipart/digest": lambda: nested(2_000, "digest"),
    "nested messages": lambda: nested_messages(2_000),
    "one boundary for all levels": lambda: mail(
        "Content-Type: multipart/mixed; boundary=b",
        body="--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 2_000,
    ),
    "100,000 parts": lambda: mail("Content-Type: multipart/mixed; boundary=b", body="--b\r\n\r\nx\r\n" * 100_000),
    "100,000 empty boundaries": lambda: mail("Content-Type: multipart/mixed; boundary=b", body="--b\r\n" * 100_000),
    "100,000 Content-Type parameters": lambda: mail("Content-Type: text/plain" + "; a=b" * 100_000),
    "100,000 pieces of one parameter": lambda: mail(
        "Content-Type: text/plain" + "".join(f"; name*{n}*=x" for n in range(100_000))
    ),
    "50 MB of text": lambda: mail(body=SENTENCE * (50 * MEGABYTE // len(SENTENCE))),
    "50 MB of base64": lambda: mail(
        "Content-Transfer-Encoding: base64", body=base64.encodebytes(SENTENCE.encode() * (38 * MEGABYTE // 64))
    ),
    "50 MB of quoted-printable": lambda: mail(
        "Content-Transfer-Encoding: quoted-printable", body="=41" * (17 * MEGABYTE)
    ),
    "50 MB in one attachment": lambda: mail(
        "Content-Type: multipart/mixed; boundary=b",
        body=b"--b\r\n\r\n" + SENTENCE.encode() + b"\r\n--b\r\nContent-Type: application/pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJD" * (12 * MEGABYTE) + b"\r\n--b--",
    ),
    "50 MB of NUL": lambda: mail(body=b"\0" * (50 * MEGABYTE)),
    "50 MB without a header": lambda: b"x" * (50 * MEGABYTE),
    "1 MB of nested div": lambda: html("<div>" * (MEGABYTE // 5) + SENTENCE),
    "1 MB of nested tables": lambda: html("<table><tr><td>" * (MEGABYTE // 15) + SENTENCE),
    "1 MB of nested quotations": lambda: html('<blockquote type="cite">' * (MEGABYTE // 24) + SENTENCE),
    "1 MB of nested lists": lambda: html("<ul><li>" * (MEGABYTE // 8) + SENTENCE),
    "1 MB of nested bold": lambda: html("<b>" * (MEGABYTE // 3) + SENTENCE),
    "100,000 table cells": lambda: html("<table><tr>" + f"<td width=9999>{'x' * 5}</td>" * 100_000 + "</tr></table>"),
    "a table of 300 by 300": lambda: html("<table>" + ("<tr>" + "<td>x</td>" * 300 + "</tr>") * 300 + "</table>"),
    "cells over a million columns": lambda: html("<table><tr><td colspan=1000000 rowspan=1000000>x</td></tr></table>"),
    "an attribute of one megabyte": lambda: html(f'<p style="{"x" * MEGABYTE}">{SENTENCE}</p>'),
    "100,000 attributes": lambda: html("<p " + "a=b " * 100_000 + f">{SENTENCE}</p>"),
    "padding of a billion": lambda: html(f'<p style="padding-left:1000000000em;margin:999999999px">{SENTENCE}</p>'),
    "10 MB of no-break spaces": lambda: html("&nbsp;" * (10 * MEGABYTE // 6) + SENTENCE),
    "1 MB of numeric entities": lambda: html("&#x41;" * (MEGABYTE // 6)),
    "1 MB of opening angle brackets": lambda: html("<" * MEGABYTE),
    "1 MB of open comments": lambda: html("<!--" * (MEGABYTE // 4)),
    "1 MB of open scripts": lambda: html("<script>" * (MEGABYTE // 8)),
    "1 MB of open tags": lambda: html("<a " * (MEGABYTE // 3)),
    "1 MB of line breaks": lambda: html("<br>" * (MEGABYTE // 4) + SENTENCE),
    "1 MB of end tags": lambda: html("</div>" * (MEGABYTE // 6) + SENTENCE),
    "DOCTYPE with entities": lambda: html(
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
        + "]><p>&j;</p>"
    ),
    "both forms of one megabyte": lambda: alternative(" " * MEGABYTE, "<div>" * (MEGABYTE // 5) + SENTENCE),
    "encoded words without end": lambda: mail(subject="=?utf-8?q?=C3?= " * 50_000),
    "encoded words in encoded words": lambda: mail(subject="=?utf-8?q?=3D=3Futf-8=3Fq=3F?= " * 20_000),
    "openings of encoded words": lambda: mail(subject="=?utf-8?b?" * 50_000),
    "question marks": lambda: mail(subject="=?" * 200_000),
    "encoded words in addresses": lambda: mail("Cc: " + "=?utf-8?q?a?= <a@example.org>, " * 20_000),
    "nested comments": lambda: mail(sender="(" * 100_000 + "samira@example.net"),
    "open quotation marks": lambda: mail(sender='"\\' * 100_000 + "samira@example.net"),
    "open angle brackets": lambda: mail(sender="<" * 100_000 + "samira@example.net>"),
    "source routes": lambda: mail(sender="<" + "@a.example," * 50_000 + ":samira@example.net>"),
    "many at signs": lambda: mail(sender="a@" * 50_000),
    "many dots": lambda: mail(sender="a." * 50_000 + "@" + "b." * 50_000),
    "a local part of 100,000": lambda: mail(sender="<" + "a" * 100_000 + "@example.net>"),
}

REPEATS: dict[str, str] = {
    "Re:": "Re: " * 50_000,
    "Re[2]:": "Re[2]:" * 50_000,
    "AW: spaces": "AW:" + " " * 200_000 + "x",
    "opening angle brackets": "<" * 100_000,
    "at signs": "a@" * 50_000,
    "quoted lines": ">\n" * 100_000,
    "quotation marks": ">" * 100_000,
    "quotation marks with spaces": "> " * 50_000 + "\n",
    "references": "AB-" * 100_000,
    "references with dashes": "AB" + "-" * 100_000,
    "references almost": "AB-0000 00" * 20_000,
    "symbols of references": "AB-" + "0 " * 100_000,
    "spaces": " " * 200_000 + "x",
    "no-break spaces": "\u00a0" * 100_000 + "x",
    "tabs": "\t" * 200_000 + "x",
    "empty lines": "\n" * 200_000 + "x",
    "empty lines with spaces": " \n" * 100_000 + "x",
    "carriage returns": "\r" * 200_000 + "x",
    "wrote": "On Mon, 1 Jan 2026 at 10:00 a@example.org wrote: " * 5_000,
    "wrote, by lines": "On Mon, 1 Jan 2026 at 10:00 a@example.org wrote:\n" * 5_000,
    "wrote, never ending": ("On 1.1.2026 " + "wrote " * 10_000 + "\n") * 3,
    "schrieb, by lines": "Am 01.01.2026 um 10:00 schrieb\n" * 5_000,
    "senders of quoted mails": "Von: x\n" * 20_000,
    "headers of quoted mails": "Von: x\nGesendet: x\nAn: x\n\n" * 10_000,
    "rulers": "-----Original Message-----\n" * 10_000,
    "long rulers": "-" * 200_000 + "Original Message",
    "underscores": "_" * 200_000 + "x",
    "signatures": "-- \n" * 50_000,
    "asterisks": "*" * 200_000,
    "digits": "1" * 200_000,
    "dates": "1.1.2026 " * 25_000,
    "telephone numbers": "+49 761 " * 25_000,
    "letters": "a" * 200_000,
    "words of two letters": "ab " * 70_000,
    "hyphens": "a-" * 100_000,
    "apostrophes": "l'" * 100_000,
    "dots": "." * 200_000,
    "commas": "a, " * 70_000,
    "colons": "E-Mail: " * 25_000,
    "devices": "iPhone sent " * 15_000,
    "devices without sending": "iphone " * 25_000,
    "confidential": "diese E-Mail enthält " * 10_000,
    "this message": "this message " * 15_000,
    "view as html": ("view " * 20_000) + "html",
    "html mail": "html " * 40_000,
    "combining marks": "a" + "\u0301" * 100_000,
    "joiners": "\u200d" * 100_000,
    "ligatures that grow": "ﷺ" * 30_000,
    "ideographs": "的" * 60_000,
    "syllables": "가" * 60_000,
    "Ethiopic": "ሰ" * 60_000,
    "mixed scripts": "aя的ع" * 20_000,
    "emoji": "👨‍👩‍👧‍👦" * 10_000,
    "surrogates": "\ud800" * 20_000,
    "links": "https://example.org/ " * 10_000,
    "template tags": "{{" * 50_000 + "{%" * 50_000,
    "brackets": "[" * 100_000 + "(" * 100_000,
    "backslashes": "\\" * 200_000,
    "quotes": '"' * 200_000,
    "entities": "&gt;" * 50_000,
    "signs of guillemets": "» " * 70_000,
    "out of office": "automatic reply " * 12_000,
    "out of office, German": "Abwesenheitsnotiz: Ich bin bis zum " * 5_000,
    "undeliverable": "Undelivered Mail Returned to Sender " * 5_000,
    "greetings": "Sehr geehrte Damen und Herren,\n" * 5_000,
    "legal words": "Aufenthaltserlaubnisverlängerung" * 6_000,
    "paragraph signs": "§ " * 70_000,
}
"""Repetitions made against patterns; each is tried as the text, the subject and the sender's name at once."""


def repeated(text: str) -> bytes:
    """The same repetition in every place that patterns look at."""
    line = _encoded(" ".join(text[:30_000].split("\n")))
    return mail(
        b"X-Unknown: " + _octets(" ".join(text[:15_000].split())),
        b"References: " + _octets(" ".join(text[:15_000].split())),
        b"Content-Type: text/plain; charset=utf-8",
        sender=f"{_encoded(text[:5_000])} <samira@example.net>",
        subject=line,
        body=text,
    )


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """The daemon's worker process, with the limits that it has by default."""
    found = Worker({"poststelle": office()[3]}, seconds=office()[0].limits.message_seconds)
    yield found
    found.close()


def read(worker: Worker, raw: bytes) -> Assessment:
    """The worker's assessment; a message that it could not read is a failure."""
    [answer] = asyncio.run(worker.assess("poststelle", [(raw, NOW)]))
    assert isinstance(answer, Assessment), str(answer)
    return answer


@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_message_is_read_within_the_limits(worker: Worker, name: str) -> None:
    assessment = read(worker, COSTLY[name]())
    assert len(assessment.subject) <= 500
    assert len(assessment.points_at) <= 200


@pytest.mark.parametrize("name", REPEATS)
def test_a_repetition_made_against_patterns_is_read_within_the_limits(worker: Worker, name: str) -> None:
    assert read(worker, repeated(REPEATS[name])).identities
    assert read(worker, html(f"<p>{REPEATS[name]}")).identities
