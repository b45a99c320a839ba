# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading mail: what is decoded, what is bounded, and that nothing a stranger sends raises."""

import base64
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.message import Address, DeliveryFailure, Message, parse
from intake.parsing import limits


def mail(*headers: str | bytes, body: str | bytes = b"") -> bytes:
    lines = [h.encode() if isinstance(h, str) else h for h in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body.encode() if isinstance(body, str) else body)


def multipart(kind: str, *parts: bytes) -> bytes:
    body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
    return mail(f'Content-Type: multipart/{kind}; boundary="limit"', body=body)


PLAIN = mail("Content-Type: text/plain; charset=utf-8", body="Guten Tag, ich brauche einen Termin.")
HTML = mail("Content-Type: text/html; charset=utf-8", body="<p>Guten Tag, <b>ich</b> brauche einen Termin.</p>")


# -- hostile input ---------------------------------------------------------------------------


@given(st.binary(max_size=4_000))
def test_no_bytes_raise(raw: bytes) -> None:
    within_limits(parse(raw))


_SEED = mail(
    "Return-Path: <jana@example.org>",
    "From: =?utf-8?q?Jana_M=C3=BCller?= <jana@example.org>",
    "To: abh@example.net, Team: a@example.net, b@example.net;",
    "Subject: =?iso-8859-1?b?VGVybWlu?=",
    "Date: Tue, 8 Sep 2026 10:00:00 +0200",
    "Message-ID: <1@example.org>",
    "References: <0@example.org> <1@example.org>",
    'Content-Type: multipart/mixed; boundary="x"',
    body=b"--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<blockquote type=3Dcite><p>Hallo</p></blockquote>\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--",
)


@given(st.lists(st.tuples(st.integers(0, len(_SEED) - 1), st.binary(max_size=12), st.integers(0, 40)), max_size=8))
@settings(max_examples=300)
def test_no_damaged_mail_raises(changes: list[tuple[int, bytes, int]]) -> None:
    raw = _SEED
    for at, inserted, removed in changes:
        raw = raw[:at] + inserted + raw[at + removed :]
    within_limits(parse(raw))


@given(st.text(alphabet='<>()[]"\\,;:@ab= ?utf-8q\t', max_size=200))
def test_no_address_header_raises(value: str) -> None:
    parsed = parse(mail(f"From: {value}", f"To: {value}", f"Content-Type: {value}", f"Return-Path: {value}"))
    assert all(a.address for a in (*parsed.from_, *parsed.reply_to))


def within_limits(parsed: Message) -> None:
    assert len(parsed.text) <= limits.MAX_TEXT
    assert len(parsed.subject) <= limits.MAX_SUBJECT
    assert len(parsed.headers) <= limits.MAX_HEADERS
    assert len(parsed.parts) <= limits.MAX_PARTS
    assert len(parsed.recipients) <= limits.MAX_ADDRESSES
    assert all(len(h.value) <= limits.MAX_HEADER_CHARACTERS for h in parsed.headers)
    assert all(part.depth <= limits.MAX_DEPTH for part in parsed.parts)
    assert not any(c in parsed.subject for c in "\r\n\0")
    assert parsed.date is None or parsed.date.tzinfo is not None


def _nested_multiparts(levels: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(levels))


_HTML_HEADER = b"Content-Type: text/html\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(mail("From: " + "(" * 100_000 + "a@example.org"), id="100,000 open comments"),
        pytest.param(mail("To: " + "(" * 100_000 + ")" * 100_000 + "a@example.org"), id="nested comments"),
        pytest.param(mail("From: " + "[" * 200_000), id="open address literals"),
        pytest.param(mail("From: " + '"\\' * 100_000), id="open quoted strings"),
        pytest.param(mail("To: " + "," * 500_000), id="commas"),
        pytest.param(mail("X-Long: " + "a" * 1_000_000), id="a header of one megabyte"),
        pytest.param(mail("Subject: " + "=?utf-8?q?a?= " * 60_000), id="RFC 2047 words"),
        pytest.param(mail("From: " + "=?utf-8?b?" * 50_000), id="open RFC 2047 words"),
        pytest.param(mail("References: " + "<a" * 100_000), id="open Message-IDs"),
        pytest.param(b"A: b\r\n" * 100_000, id="100,000 headers"),
        pytest.param(mail('Content-Type: text/plain; a="' + "\\" * 200_000), id="an open parameter"),
        pytest.param(_nested_multiparts(3_000), id="3,000 nested multiparts"),
        pytest.param(multipart("mixed", *[b"\r\n"] * 20_000), id="20,000 parts"),
        pytest.param(_HTML_HEADER + b"<div>" * 40_000 + b"x", id="deeply nested HTML"),
        pytest.param(_HTML_HEADER + b"<table><tr><td>x" * 9_000, id="nested tables"),
        pytest.param(_HTML_HEADER + b"<div style='margin-left:99999999em'>x</div>", id="a margin of 99,999,999"),
        pytest.param(_HTML_HEADER + b"<blockquote type=cite>" * 11_000, id="nested quotations"),
        pytest.param(_HTML_HEADER + b"<style>" * 18_000, id="open styles"),
        pytest.param(
            mail("Content-Type: text/plain; charset=punycode", body="a" * 90_000 + "-" + "z" * 90_000),
            id="a slow codec",
        ),
    ],
)
def test_hostile_mail_is_read_within_the_limits(raw: bytes) -> None:
    within_limits(parse(raw))


def test_marks_below_ten_thousand_recipients_are_still_seen() -> None:
    to = ",\r\n ".join(f"Person Nr {n} <p{n}@example.org>" for n in range(10_000))
    parsed = parse(mail(f"To: {to}", "Auto-Submitted: auto-replied"))
    assert len(parsed.recipients) == limits.MAX_ADDRESSES
    assert parsed.all("auto-submitted") == ("auto-replied",)


# -- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("jana@example.org", [Address("", "jana@example.org")]),
        ("Jana Müller <jana@EXAMPLE.org>", [Address("Jana Müller", "jana@example.org")]),
        ('"Müller, Jana" <jana@example.org>', [Address("Müller, Jana", "jana@example.org")]),
        ("=?utf-8?q?M=C3=BCller=2C_Jana?= <jana@example.org>", [Address("Müller, Jana", "jana@example.org")]),
        ("=?utf-8?q?Jana_=3Cjana=40example=2Eorg=3E?=", [Address("Jana", "jana@example.org")]),
        ("jana@example.org (Jana Müller)", [Address("Jana Müller", "jana@example.org")]),
        (r"Pete(A nice \) chap) <pete(his)@example.org(host)>", [Address("Pete", "pete@example.org")]),
        ('"quoted local"@example.org', [Address("", '"quoted local"@example.org')]),
        ("<@relay.example,@b.example:jana@example.org>", [Address("", "jana@example.org")]),
        ("Jana <jana@example.org", [Address("Jana", "jana@example.org")]),
        ("a@example.org; b@example.org", [Address("", "a@example.org"), Address("", "b@example.org")]),
        ("", []),
        ("Undisclosed recipients:;", []),
    ],
)
def test_senders_are_read_as_people_write_them(value: str, expected: list[Address]) -> None:
    assert list(parse(mail(f"From: {value}")).from_) == expected


@pytest.mark.parametrize(
    ("value", "group"),
    [
        ("Team: a@example.org, b@example.org;", True),
        ("Nobody:;", True),
        ("a@example.org", False),
        ("A: <a@example.org>", False),
    ],
)
def test_a_group_is_told_from_a_person(value: str, group: bool) -> None:
    assert parse(mail(f"From: {value}")).from_is_group is group


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        (["Return-Path: <>"], ""),
        (["Return-Path: < >"], ""),
        (["Return-Path: <MAILER-DAEMON>"], ""),
        (["Return-Path: jana@example.org"], "jana@example.org"),
        (["Return-Path: <a@example.org>", "Return-Path: <b@example.org>"], "a@example.org"),
        (["Return-Path: <a@example.org>", "Return-Path: <>"], ""),
    ],
)
def test_return_path_tells_null_from_absent(headers: list[str], expected: str | None) -> None:
    assert parse(mail(*headers, "From: a@example.org")).return_path == expected


def test_recipients_come_from_every_recipient_header_in_lower_case() -> None:
    parsed = parse(mail("To: ABH@Example.org", "cc: b@example.org", "BCC: c@example.org", "Resent-To: d@example.org"))
    assert parsed.recipients == ("abh@example.org", "b@example.org", "c@example.org", "d@example.org")


# -- other headers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("Subject: =?utf-8?b?0KLQtdGA0LzRltC9?=", "Термін"),
        ("Subject: =?utf-8?q?=D0?= =?utf-8?q?=A2?=", "Т"),
        ("Subject: Termin =?utf-8?q?am_?= =?iso-8859-1?q?M=E4rz?=", "Termin am März"),
        ("Subject: =?nonsense?q?abc?=", "abc"),
        ("Subject: =?utf-8?b?####?= rest", "rest"),
        ("Subject: Grüße", "Grüße"),
        (b"Subject: Gr\xfc\xdfe", "Grüße"),
        ("Subject: a\r\n b\r\n\tc", "a b c"),
        ("Subject: =?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("X: y", ""),
    ],
)
def test_subject_is_decoded_into_one_line(raw: str | bytes, subject: str) -> None:
    assert parse(mail(raw)).subject == subject


def test_trace_headers_are_not_decoded_so_that_no_result_can_be_smuggled_in() -> None:
    value = "mx.example.org; spf=pass smtp.mailfrom==?utf-8?q?x=3B_dmarc=3Dpass?="
    assert parse(mail(f"Authentication-Results: {value}")).all("authentication-results") == (value,)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("References: <a@x.example> <b@x.example>", ("<a@x.example>", "<b@x.example>")),
        ("References: <a@x.example>\r\n <a@x.example>", ("<a@x.example>",)),
        ("References: <[abc123]@mail.example>", ("<[abc123]@mail.example>",)),
        ("References: bare@x.example", ("<bare@x.example>",)),
        ("References: nothing here", ()),
    ],
)
def test_message_ids_are_read_as_servers_write_them(header: str, expected: tuple[str, ...]) -> None:
    assert parse(mail(header)).references == expected


def test_of_many_references_the_first_and_the_last_are_kept() -> None:
    parsed = parse(mail("References: " + " ".join(f"<{n}@x.example>" for n in range(500))))
    assert len(parsed.references) == limits.MAX_REFERENCES
    assert (parsed.references[0], parsed.references[-1]) == ("<0@x.example>", "<499@x.example>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Tue, 8 Sep 2026 10:00:00 +0200", dt.datetime(2026, 9, 8, 8, tzinfo=dt.UTC)),
        ("Tue, 8 Sep 2026 10:00:00 -0000", dt.datetime(2026, 9, 8, 10, tzinfo=dt.UTC)),
        ("yesterday", None),
        ("Tue, 99 Sep 99999 10:00:00 +9999", None),
    ],
)
def test_date_is_aware_or_absent(value: str, expected: dt.datetime | None) -> None:
    assert parse(mail(f"Date: {value}")).date == expected


# -- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("utf-8", "Grüße an alle".encode("cp1252"), "Gr\ufffd\ufffde an alle"),
        ("us-ascii", "Grüße – €".encode("cp1252"), "Grüße – €"),
        ("x-no-such-charset", "Термін".encode(), "Термін"),
        ("koi8-r", "Прошу".encode("koi8-r"), "Прошу"),
        ("gb2312", "签证".encode("gb18030"), "签证"),
        ("iso-8859-9", "İstanbul ş".encode("cp1254"), "İstanbul ş"),
        ("zlib", b"abc", "abc"),
    ],
)
def test_lying_and_unknown_charsets_are_read(charset: str, raw: bytes, text: str) -> None:
    assert parse(mail(f"Content-Type: text/plain; charset={charset}", body=raw)).text == text


@pytest.mark.parametrize(
    "encoded",
    [base64.b64encode(b"Guten Tag"), b"R3V0\r\n ZW4g!VGFn", b"R3V0ZW4gVGFn=", b"R3V0ZW4gVGFnA"],
)
def test_broken_base64_is_read_as_far_as_it_goes(encoded: bytes) -> None:
    assert parse(mail("Content-Transfer-Encoding: base64", body=encoded)).text == "Guten Tag"


def test_plain_text_is_preferred_in_an_alternative() -> None:
    parsed = parse(multipart("alternative", PLAIN, HTML))
    assert (parsed.text, parsed.from_html) == ("Guten Tag, ich brauche einen Termin.", False)


@pytest.mark.parametrize(
    "plain", ["", " \r\n", "Your e-mail client cannot display HTML.", "Bitte HTML-Format anzeigen"]
)
def test_html_is_taken_where_the_plain_alternative_says_nothing(plain: str) -> None:
    parsed = parse(multipart("alternative", mail("Content-Type: text/plain", body=plain), HTML))
    assert (parsed.text, parsed.from_html) == ("Guten Tag, ich brauche einen Termin.", True)


def test_attachments_and_forwarded_messages_are_parts_but_not_text() -> None:
    parsed = parse(
        multipart(
            "mixed",
            PLAIN,
            mail("Content-Type: text/plain", 'Content-Disposition: attachment; filename="log.txt"', body="log"),
            mail("Content-Type: message/rfc822", body=b"Subject: other\r\n\r\nsomebody else's text"),
            mail("Content-Type: application/pdf; name*=utf-8''Pass%20f%C3%BCr.pdf"),
        )
    )
    assert parsed.text == "Guten Tag, ich brauche einen Termin."
    assert [(p.content_type, p.attachment) for p in parsed.parts[1:]] == [
        ("text/plain", False),
        ("text/plain", True),
        ("message/rfc822", False),
        ("application/pdf", True),
    ]
    assert parsed.parts[4].filename == "Pass für.pdf"


@pytest.mark.parametrize(
    "kind", ["application/pkcs7-mime", "application/ms-tnef", "image/jpeg", "multipart/encrypted; boundary=x"]
)
def test_mail_without_any_text_is_still_a_message(kind: str) -> None:
    parsed = parse(
        mail(
            "From: a@example.org",
            f"Content-Type: {kind}",
            body="--x\r\nContent-Type: application/octet-stream\r\n\r\n?",
        )
    )
    assert (parsed.text, parsed.from_[0].address) == ("", "a@example.org")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Hallo</p><blockquote type=cite><p>alt</p></blockquote><p>Gruß</p>", "Hallo\n> alt\nGruß"),
        ("<style>p{}</style ><!-- x --><script>1</script>Hallo", "Hallo"),
        ("<table><tr><td>eins</td><td>zwei</td></tr></table>", "eins\nzwei"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<blockquote>nur eingerückt</blockquote>", "nur eingerückt"),
    ],
)
def test_html_becomes_text(source: str, text: str) -> None:
    parsed = parse(mail("Content-Type: text/html; charset=utf-8", body=source))
    assert [line.strip() for line in parsed.text.split("\n") if line.strip()] == text.split("\n")


def test_words_in_html_nested_too_deeply_are_kept() -> None:
    assert "am Grund" in parse(_HTML_HEADER + b"<div>" * 5_000 + b"am Grund").text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Subject: x\nFrom: a@example.org\n\nHallo", "Hallo"),
        (b"Subject: x\rFrom: a@example.org\r\rHallo", "Hallo"),
        (b"From a@example.org Tue Sep  8 10:00:00 2026\nSubject: x\n\nHallo", "Hallo"),
        (b"Subject: x\nHallo, das ist schon der Text\nund noch mehr", "Hallo, das ist schon der Text\nund noch mehr"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nHallo", "Hallo"),
        (b"Content-Type: multipart/mixed; boundary=x\n\nHallo", "Hallo"),
        (b"Content-Type: multipart/mixed\n\nHallo", "Hallo"),
    ],
)
def test_the_text_of_badly_formed_mail_is_found(raw: bytes, text: str) -> None:
    assert parse(raw).text == text


# -- delivery reports ------------------------------------------------------------------------


def test_failed_recipients_of_a_bounce_are_collected() -> None:
    status = (
        b"Reporting-MTA: dns; mx.example.org\r\n\r\n"
        b"Original-Recipient: rfc822;First@Example.org\r\nFinal-Recipient: rfc822; other@example.net\r\n"
        b"Action: failed\r\nStatus: 5.1.1 (unknown)\r\n\r\n"
        b"Final-Recipient: rfc822; later@example.org\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    )
    parsed = parse(
        multipart(
            "report; report-type=delivery-status", PLAIN, mail("Content-Type: message/delivery-status", body=status)
        )
    )
    assert parsed.delivery_failures == (DeliveryFailure("first@example.org", "5.1.1"),)


def test_an_address_survives_a_quotation_mark_that_is_never_closed() -> None:
    message = parse(b'From: "Court of Example, Office 4 <office4@court.example>\r\n\r\n')
    assert [a.address for a in message.from_] == ["office4@court.example"]
