# SPDX-License-Identifier: GPL-3.0-or-later
"""The acknowledgement says what it must in every language, and nothing that a stranger wrote can change it."""

import base64
import binascii
import datetime as dt
import email
import email.policy
import html
import re
import shutil
from collections.abc import Callable
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import config, languages, resources
from intake.errors import ConfigurationError
from intake.mail.acknowledgement import Body, Facts, Original, Texts, compose, message_id, render
from intake.mail.acknowledgement.body import situation_of
from intake.mail.acknowledgement.rfc5322 import clean_subject
from intake.mail.acknowledgement.texts import BLOCKS, HUMAN_QUEUES
from intake.message import Address
from intake.office import Calendar

TEMPLATES = resources.shipped("templates")
EXAMPLE = Path(config.__file__).parent / "example" / "intake.toml"
BERLIN = ZoneInfo("Europe/Berlin")
DAY_AND_NIGHT = st.integers(946_800_000, 4_102_000_000).map(lambda s: dt.datetime.fromtimestamp(s, dt.UTC))
OPEN = dt.datetime(2026, 11, 3, 9, 30, tzinfo=BERLIN)
NIGHT_BEFORE_CLOSURE = dt.datetime(2026, 12, 19, 21, 5, tzinfo=BERLIN)
REFERENCE = "AB-7K3M9QX"
OURS = "<intake.00112233445566778899aabbccddeeff@musterstadt.example>"

TEXTS = Texts.load([TEMPLATES])
CONFIGURATION = config.parse(EXAMPLE.read_text("utf-8"), None).configuration
CALENDAR = Calendar(CONFIGURATION.office)
CODES = sorted(TEXTS.languages)
RIGHT_TO_LEFT = [c for c in CODES if languages.language(c).direction == "rtl"]


def facts(*codes: str, **changes: Any) -> Facts:
    values: dict[str, Any] = {
        "reference": REFERENCE, "queue": "residence-permit", "variant": "new", "languages": codes or ("de",),
        "unsure": False, "at": OPEN,
    }  # fmt: skip
    return Facts(**{**values, **changes})


def body(*codes: str, configuration: config.Configuration = CONFIGURATION, **changes: Any) -> Body:
    return render(TEXTS, configuration, Calendar(configuration.office), facts(*codes, **changes))


def mail(
    original: Original,
    target: str = "amina@people.example",
    texts: Texts = TEXTS,
    configuration: config.Configuration = CONFIGURATION,
    calendar: Calendar = CALENDAR,
    **changes: Any,
) -> bytes:
    return compose(
        texts, configuration, calendar, facts=facts("tr", "de", **changes), original=original,
        target=Address("Amina Beispiel", target), mailbox_address="auslaenderbehoerde@musterstadt.example",
        message_id=OURS, loop_token="token-of-the-office",
    )  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def encoded(subtype: str, text: str) -> bytes:
    """A text part encoded whole, in the shorter of both ways."""
    octets = text.encode("utf-8")
    quoted = binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")
    letters = base64.encodebytes(octets.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n")
    name, body = ("base64", letters) if len(letters) < len(quoted) else ("quoted-printable", quoted)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    return head.encode() + body


def expected_parts(written: Body) -> list[bytes]:
    return [encoded("plain", written.text), encoded("html", written.html)]


def parts(raw: bytes) -> list[bytes]:
    """The two parts of a mail to the byte, with their headers."""
    boundary = re.search(rb'boundary="([^"]+)"', raw)
    assert boundary is not None
    head, *found, end = raw.split(b"--" + boundary[1])
    assert head.endswith(b"\r\n\r\n")
    assert end == b"--\r\n"
    return [part.removeprefix(b"\r\n").removesuffix(b"\r\n") for part in found]


class Words(HTMLParser):
    """The visible words of an HTML document, and its elements."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = False
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def plain(text: str) -> str:
    """Words only: no isolates, no spaces, no rules, so that both forms can be compared."""
    return re.sub(r"[\s\u2066-\u2069]|-{5,}", "", text)


# Every language ----------------------------------------------------------------------------------------


def test_german_and_the_languages_most_asked_for_exist() -> None:
    assert {"de", "en", "uk", "tr", "ar", "ru", "fr", "fa"} <= TEXTS.languages


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("variant", ["new", "follow-up"])
@pytest.mark.parametrize("at", [OPEN, NIGHT_BEFORE_CLOSURE])
@pytest.mark.parametrize("queue", ["appointments", "residence-permit", "complaints"])
def test_both_forms_say_the_same(code: str, variant: str, at: dt.datetime, queue: str) -> None:
    written = body(code, "de", variant=variant, at=at, queue=queue, unsure=True)
    shown = "".join(Words(written.html).words)
    # The text form has a colon between day and hours where the HTML form has two table cells.
    assert plain(shown).replace(":", "") == plain(written.text).replace(":", "")
    assert "{{" not in written.text
    assert "{%" not in written.html


@pytest.mark.parametrize("code", CODES)
def test_every_fact_is_there(code: str) -> None:
    office = CONFIGURATION.office
    written = body(code, at=NIGHT_BEFORE_CLOSURE)
    for form in (written.text, html.unescape(written.html)):
        for fact in (
            REFERENCE, office.phone, office.emergency_phone, office.appointment_url, office.privacy_url,
            office.website, office.address, office.name, "10", "15", "21", "2027", "Team Aufenthaltstitel",
        ):  # fmt: skip
            assert fact in form, fact


@pytest.mark.parametrize("code", CODES)
def test_it_confirms_receipt_only(code: str) -> None:
    text = body(code, "de").text
    assert "Fiktionsbescheinigung" in text.split("\n----")[0]
    assert "81" in text.split("\n----")[0]


@pytest.mark.parametrize("code", CODES)
def test_the_language_and_direction_stand_on_every_block(code: str) -> None:
    direction = languages.language(code).direction
    blocks = [
        attributes for tag, attributes in Words(body(code).html).elements if tag in {"html", "div", "p", "table", "h2"}
    ]
    assert len(blocks) > 15
    assert {b["dir"] for b in blocks} == {direction}
    assert {str(b["lang"]).split("-")[0] for b in blocks} == {code.split("-")[0]}


@pytest.mark.parametrize("code", RIGHT_TO_LEFT)
def test_right_to_left_text_isolates_values_but_never_a_url(code: str) -> None:
    written = body(code, "de", at=NIGHT_BEFORE_CLOSURE)
    own, german = written.text.split("-" * 40)
    assert f"\u2068{REFERENCE}\u2069" in own
    for line in own.splitlines():
        assert line.count("\u2068") == line.count("\u2069"), line
        if "https://" in line:
            assert line == line.strip()
            assert line.startswith("https://")
            assert "\u2068" not in line
    assert not re.search("[\u2066-\u2069]", german)
    assert not re.search("[\u2066-\u2069]", written.html)


@pytest.mark.parametrize("code", sorted(set(CODES) - set(RIGHT_TO_LEFT)))
def test_left_to_right_text_has_no_isolates(code: str) -> None:
    assert not re.search("[\u2066-\u2069]", body(code).text)


@pytest.mark.parametrize("code", CODES)
def test_lines_are_short_and_urls_whole(code: str) -> None:
    lines = body(code, at=NIGHT_BEFORE_CLOSURE).text.splitlines()
    assert "https://termine.musterstadt.example" in lines
    assert [line for line in lines if len(line) > 90] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("code", CODES)
def test_the_subject_begins_in_the_first_language_and_carries_the_reference(code: str) -> None:
    prefix = body(code, "de").subject_prefix
    assert prefix.endswith(f" {REFERENCE}")
    assert "\n" not in prefix
    assert len(prefix) <= 60


# What is said when --------------------------------------------------------------------------------------


def test_the_person_reads_their_language_first_and_german_below() -> None:
    text = body("tr", "de").text
    assert text.index("Türkçe") < text.index("E-postanız bize ulaştı") < text.index("Deutsch")
    assert text.index("Deutsch") < text.index("Freundliche Grüße")


@pytest.mark.parametrize(
    ("changes", "said", "unsaid"),
    [
        ({}, ["Eingang: Dienstag, 3. November 2026"], ["geschlossen war", "Jahreswechsel"]),
        ({"at": NIGHT_BEFORE_CLOSURE}, ["Wir öffnen wieder: Montag, 21. Dezember 2026", "Jahreswechsel"], []),
        ({"at": dt.datetime(2026, 10, 28, 9, tzinfo=BERLIN)}, [], ["In dieser Zeit ist unser Büro geschlossen"]),
        ({"received": dt.datetime(2026, 11, 2, 10, tzinfo=BERLIN)}, ["Montag, 2. November 2026, 10:00 Uhr"], []),
        ({"variant": "follow-up"}, ["das wir schon kennen"], []),
        ({"queue": "appointments"}, ["Am schnellsten geht es im Internet"], ["Termine können Sie im Internet"]),
        ({"queue": "system"}, ["Dieses Team kümmert sich um Ihr Anliegen"], ["So lange dauert es meistens"]),
        ({"queue": "unknown"}, ["Team Allgemeine Anfragen"], []),
        ({}, [], ["Rechtlich gilt dieser deutsche Text"]),
    ],
)
def test_what_is_said_follows_the_facts(changes: dict[str, Any], said: list[str], unsaid: list[str]) -> None:
    text = " ".join(body("de", **changes).text.split())
    assert [words for words in said if words not in text] == []
    assert [words for words in unsaid if words in text] == []


def test_a_public_holiday_ahead_is_named() -> None:
    text = body("de", at=dt.datetime(2026, 4, 27, 9, tzinfo=BERLIN)).text
    assert "1. Mai 2026" in text


def test_uncertainty_adds_a_line_in_each_configured_language() -> None:
    text = body("de", "en", unsure=True).text
    assert "Sie können uns auf Deutsch schreiben." in text
    assert "You can write to us in German." in text
    assert "You can write to us in German." not in body("de", "en").text


def test_a_language_without_a_text_is_left_out_and_german_stands_in() -> None:
    assert body("xx", "de").text == body("de").text
    assert body("xx").text == body("de").text
    assert body().text == body("de").text


def test_the_offices_own_names_come_first() -> None:
    queues = dict(CONFIGURATION.queues)
    queues["family"] = queues["family"].model_copy(update={"names": {"de": "Sachgebiet 3", "tr": "3. Birim"}})
    own = CONFIGURATION.model_copy(update={"queues": queues})
    assert "3. Birim (Sachgebiet 3)" in body("tr", configuration=own, queue="family").text
    assert "Sachgebiet 3" in body("de", configuration=own, queue="family").text


def test_the_booking_page_may_open_in_the_persons_language() -> None:
    office = CONFIGURATION.office.model_copy(update={"appointment_url": "https://t.example/?l={language}"})
    own = CONFIGURATION.model_copy(update={"office": office})
    assert "\nhttps://t.example/?l=ar\n" in body("ar", configuration=own).text
    assert 'href="https://t.example/?l=ar"' in body("ar", configuration=own).html


def test_without_emergency_phone_and_service_point_the_office_phone_stands_in() -> None:
    office = CONFIGURATION.office.model_copy(
        update={"emergency_phone": "", "service_point": config.ServicePoint(), "phone": "+49 7999 77"}
    )
    text = body("de", configuration=CONFIGURATION.model_copy(update={"office": office})).text
    assert "Im Notfall rufen Sie bitte an: +49 7999 77" in text
    assert "ServicePoint" not in text


def test_values_cannot_become_markup_or_template() -> None:
    office = CONFIGURATION.office.model_copy(
        update={"address": "<b>{{ 7*7 }}</b> & Söhne", "privacy_url": "javascript:alert(1)"}
    )
    written = body("de", configuration=CONFIGURATION.model_copy(update={"office": office}))
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt; &amp; Söhne" in written.html
    assert "<b>{{ 7*7 }}</b> & Söhne" in written.text
    assert 'href="javascript' not in written.html


def test_the_html_loads_nothing_and_runs_nothing() -> None:
    words = Words(body("ar", "de").html)
    assert {tag for tag, _ in words.elements} <= {
        "html", "head", "meta", "title", "body", "div", "h2", "p", "table", "tr", "th", "td", "hr", "br", "a",
        "bdi", "span", "strong", "wbr",
    }  # fmt: skip
    for _, attributes in words.elements:
        assert not {"src", "srcset", "background", "onclick", "onload"} & set(attributes)
        assert "url(" not in (attributes.get("style") or "")


# The mail -----------------------------------------------------------------------------------------------


def test_the_mail_has_every_header_of_the_design() -> None:
    raw = mail(
        Original(
            message_id="<c@people.example>", references=("<a@people.example>", "<b@people.example>"),
            subject="Oturum izni?", authenticated=True,
        )
    )  # fmt: skip
    message = read(raw)
    assert message["From"].addresses[0].display_name == "Ausländerbehörde Musterstadt"
    assert message["From"].addresses[0].addr_spec == "auslaenderbehoerde@musterstadt.example"
    assert message["To"] == "amina@people.example"
    assert message["Subject"] == f"E-postanızı aldık {REFERENCE}: Oturum izni?"
    assert message["In-Reply-To"] == "<c@people.example>"
    assert message["References"].split() == ["<a@people.example>", "<b@people.example>", "<c@people.example>"]
    assert message["Message-ID"] == OURS
    assert message["Date"].datetime == OPEN
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Loop"] == "token-of-the-office"
    assert message["Content-Language"] == "tr, de"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    written = body("tr", "de")
    assert [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()] == [
        written.text,
        written.html,
    ]
    assert "Disposition-Notification-To" not in message
    assert len(message.items()) == 13


@pytest.mark.parametrize("codes", [("de",), ("ar", "de"), ("fr", "de")])
def test_the_mail_is_plain_seven_bit_with_crlf_and_short_lines(codes: tuple[str, ...]) -> None:
    raw = mail(Original(subject="§" * 200, authenticated=True), languages=codes)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert not read(raw).defects


def test_the_same_facts_give_the_same_bytes() -> None:
    original = Original(message_id="<c@people.example>", subject="Termin", authenticated=True)
    assert mail(original) == mail(original)


def test_the_message_id_depends_on_key_mailbox_and_source() -> None:
    made = message_id(b"key", "poststelle", "source", "musterstadt.example")
    assert re.fullmatch(r"<intake\.[0-9a-f]{32}@musterstadt\.example>", made)
    assert made == message_id(b"key", "poststelle", "source", "musterstadt.example")
    others = {
        message_id(b"other", "poststelle", "source", "musterstadt.example"),
        message_id(b"key", "other", "source", "musterstadt.example"),
        message_id(b"key", "poststelle", "other", "musterstadt.example"),
        message_id(b"key", "poststell", "esource", "musterstadt.example"),
    }
    assert len(others | {made}) == 5


@pytest.mark.parametrize("authenticated", [False, None])
def test_the_subject_of_an_unauthenticated_sender_is_left_out(authenticated: bool | None) -> None:
    message = read(mail(Original(subject="Buy now", authenticated=authenticated)))
    assert message["Subject"] == f"E-postanızı aldık {REFERENCE}"


@pytest.mark.parametrize(
    ("written", "repeated"),
    [
        ("Verlängerung Aufenthaltstitel", "Verlängerung Aufenthaltstitel"),
        ("{{ 7*7 }} {% raw %}", "{{ 7*7 }} {% raw %}"),
        ("siehe https://evil.example/x jetzt", "siehe jetzt"),
        ("www.evil.example sofort", "sofort"),
        ("evil.example und z.B. dies", "evil. example und z.B. dies"),
        ("Frage von amina@people.example", "Frage von"),
        ("ａ＠ｂ．example hallo", "hallo"),
        ("mailto:a tel:110 Hallo", "Hallo"),
        ("a\r\nBcc: b\x00\x7f\u2028c", "a Bcc: b c"),
        ("\u202eevil\u202c \u2066x\u2069\u200f", "evil x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800 Hallo", "Hallo"),
        ("", ""),
        ("   ", ""),
        ("x" * 200, "x" * 79 + "…"),
        ("Wort " * 40, ("Wort " * 15).rstrip() + "…"),
    ],
)
def test_the_subject_is_cleaned(written: str, repeated: str) -> None:
    assert clean_subject(written) == repeated


@settings(deadline=None)
@given(st.text())
def test_a_cleaned_subject_is_one_short_line_without_links(written: str) -> None:
    cleaned = clean_subject(written)
    assert len(cleaned) <= 80
    assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff@]|://", cleaned)


def test_a_long_thread_keeps_its_first_and_last_ids() -> None:
    thread = tuple(f"<{n:04}.{'x' * 30}@people.example>" for n in range(500))
    ids = read(mail(Original(message_id="<last@people.example>", references=thread)))["References"].split()
    assert ids[0] == thread[0]
    assert ids[-2:] == [thread[-1], "<last@people.example>"]
    assert len(ids) > 10
    assert len(" ".join(ids)) <= 900


@pytest.mark.parametrize(
    ("original", "in_reply_to", "references"),
    [
        (Original(), None, None),
        (Original(message_id="<a@b>"), "<a@b>", "<a@b>"),
        (Original(message_id="<[x]@y>"), "<[x]@y>", "<[x]@y>"),
        (Original(message_id="<c@b>", in_reply_to=("<a@b>",)), "<c@b>", "<a@b> <c@b>"),
        (Original(message_id="<c@b>", in_reply_to=("<a@b>", "<d@b>")), "<c@b>", "<c@b>"),
        (Original(message_id="<c@b>", references=("<c@b>", "<a@b>", "<a@b>")), "<c@b>", "<a@b> <c@b>"),
        (Original(message_id="no brackets", references=("<a@b>", "junk")), None, "<a@b>"),
        (Original(message_id="<a@b>\r\nBcc: x@y.example"), None, None),
        (Original(message_id="<ä@b>"), None, None),
        (Original(message_id=f"<{'x' * 500}@b>"), None, None),
    ],
)
def test_threads(original: Original, in_reply_to: str | None, references: str | None) -> None:
    message = read(mail(original))
    assert message["In-Reply-To"] == in_reply_to
    assert (" ".join(message["References"].split()) if message["References"] else None) == references


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("a.b+c@people.example", b"To: <a.b+c@people.example>"),
        ("a b@people.example", b'To: <"a b"@people.example>'),
        ('a"b@people.example', b'To: <"a\\"b"@people.example>'),
        ("a\r\nBcc: x@y.example", b'To: <"aBcc: x"@y.example>'),
        ("a@b.example>, <c@d.example", b'To: <"a@b.example>, <c"@d.example>'),
        ("jürgen@people.example", "To: <jürgen@people.example>".encode()),
    ],
)
def test_the_target_is_exactly_one_address(target: str, line: bytes) -> None:
    assert line in mail(Original(), target=target).split(b"\r\n\r\n")[0].split(b"\r\n")


@settings(deadline=None)
@given(
    st.text(), st.text() | st.from_regex(r"<[^>]*>"), st.lists(st.text() | st.just("<a@b>\r\nX: y")), st.text(),
    st.sampled_from([True, False, None]),
)  # fmt: skip
def test_nothing_that_a_stranger_wrote_adds_a_header(
    subject: str, message_id: str, references: list[str], target: str, authenticated: bool | None
) -> None:
    raw = mail(Original(message_id, tuple(references), tuple(references), subject, authenticated), target=target)
    head = raw.split(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    allowed = [
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"Auto-Submitted",
        b"X-Auto-Response-Suppress", b"X-Loop", b"Content-Language", b"MIME-Version", b"Content-Type",
    ]  # fmt: skip
    assert names == [name for name in allowed if name in names]
    assert len(names) == len(set(names)) >= 11
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert max(map(len, head.split(b"\r\n"))) <= 998


# Many mails ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_a_body_filled_in_is_a_body_laid_out(code: str) -> None:
    """Beside every fourth language; queues, variants and times take turns, and each body is used a second time."""
    queues = [*HUMAN_QUEUES, "unknown"]
    first = CODES.index(code)
    for n, second in enumerate(CODES[first % 4 :: 4], first):
        for reference, minutes in (("AB-0000000", 7), (REFERENCE, 60 * 24 * 9 + 59)):
            at = NIGHT_BEFORE_CLOSURE if n % 3 else OPEN
            changes: dict[str, Any] = {
                "languages": (code, second), "queue": queues[n % len(queues)], "unsure": n % 5 == 0, "at": at,
                "variant": "new" if n % 2 else "follow-up", "reference": reference,
                "received": at - dt.timedelta(minutes=minutes),
            }  # fmt: skip
            assert parts(mail(Original(), **changes)) == expected_parts(body(**changes))


@settings(deadline=None, max_examples=60)
@given(
    st.from_regex(r"[A-Z]{1,4}-[0-9A-HJKMNP-TV-Z]{7}", fullmatch=True),
    st.lists(st.sampled_from([*CODES, "xx"]), max_size=4),
    st.sampled_from([*CONFIGURATION.queues, "unknown"]),
    st.sampled_from(["new", "follow-up"]),
    st.booleans(),
    DAY_AND_NIGHT,
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=400)),
    st.builds(
        Original, st.text(), st.tuples(st.text()), st.tuples(st.text()), st.text(), st.sampled_from([True, None])
    ),
)
def test_whatever_the_facts_and_the_message_a_body_filled_in_is_a_body_laid_out(
    reference: str, codes: list[str], queue: str, variant: str, unsure: bool, at: dt.datetime, age: dt.timedelta,
    original: Original,
) -> None:  # fmt: skip
    changes: dict[str, Any] = {
        "reference": reference, "languages": tuple(codes), "queue": queue, "variant": variant, "unsure": unsure,
        "at": at, "received": at - age,
    }  # fmt: skip
    assert parts(mail(original, **changes)) == expected_parts(body(**changes))
    fresh = Texts.load([TEMPLATES]) if len(codes) == 1 else TEXTS
    assert mail(original, texts=fresh, **changes) == mail(original, **changes)


def test_an_office_never_answers_with_the_words_of_another() -> None:
    office = CONFIGURATION.office.model_copy(update={"phone": "+49 7999 77", "hours": {"mon": ("10:00-11:00",)}})
    own = CONFIGURATION.model_copy(update={"office": office})
    for configuration in (CONFIGURATION, own, CONFIGURATION):
        raw = mail(Original(), configuration=configuration, calendar=Calendar(configuration.office))
        assert parts(raw) == expected_parts(body("tr", "de", configuration=configuration))


def test_the_day_decides_what_is_announced() -> None:
    for day in (9, 10, 11):
        at = dt.datetime(2026, 12, day, 9, 0, tzinfo=BERLIN)
        text = read(mail(Original(), at=at)).get_body(("plain",))
        assert text is not None
        assert ("Jahreswechsel" in text.get_content()) == (day >= 10)


@settings(deadline=None)
@given(
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.sampled_from(
        [
            {},
            {"mon": ("00:00-24:00",), "tue": ("00:00-01:30", "23:59-24:00")},
            dict.fromkeys(config.WEEKDAYS, ("00:00-24:00",)),
            {"sat": ("22:00-24:00",), "sun": ("00:00-02:30", "02:45-04:00")},
            {"thu": ("08:00-12:00", "13:30-15:30")},
        ]
    ),
    DAY_AND_NIGHT,
    st.sampled_from([dt.timedelta(0), dt.timedelta(minutes=15), dt.timedelta(days=3)]),
)
def test_the_next_opening_is_the_calendars(
    zone: str, hours: dict[str, Any], at: dt.datetime, age: dt.timedelta
) -> None:
    office = CONFIGURATION.office.model_copy(update={"timezone": zone, "hours": hours})
    calendar = Calendar(office)
    for moment in (at, at.replace(minute=0, second=0, microsecond=0)):
        found = situation_of(TEXTS, calendar, facts(at=moment, received=moment - age)).next_opening
        open_then_or_now = calendar.is_open(moment - age) or calendar.is_open(moment)
        assert found == (None if open_then_or_now else calendar.next_opening(moment))


# Texts --------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An office's folder that holds everything that is shipped, to be spoilt."""
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    return tmp_path / "templates"


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


GREETING = "{% block greeting %}\nGuten Tag,\n{% endblock %}"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (replaced(GREETING, ""), r"de\.j2: block greeting is missing; add \{% block greeting %\}"),
        (replaced("Guten Tag,", ""), r"de\.j2:\d+: block greeting has no words; write it"),
        (replaced("Guten Tag,", "{{ name }},"), r"de\.j2:\d+: block greeting: \{\{ name \}\} is unknown here"),
        (replaced("{{ working_days }}", "bald"), r"block expected: \{\{ working_days \}\} is missing; add it"),
        (replaced("Guten Tag,", "{{ 'x'.__class__ }}"), r"block greeting: .* remove the getattr"),
        (replaced("Guten Tag,", "{{ ''.__class__.__mro__ }}"), r"remove the getattr"),
        (replaced("Guten Tag,", "{{ 7 * 7 }}"), r"block greeting: .* remove the mul"),
        (replaced("Guten Tag,", "{{ cycler() }}"), r"remove the call"),
        (replaced("Guten Tag,", "{% for x in range(9) %}x{% endfor %}"), r"remove the for"),
        (replaced("Guten Tag,", "{% include 'en.j2' %}"), r"remove the include"),
        (replaced("Guten Tag,", "<b>Guten Tag</b>"), r"<, > and & are not allowed"),
        (replaced("Guten Tag,", "Guten\x01 Tag,"), r"block greeting: a control character stands in the text"),
        (replaced("Guten Tag,", "{{ reference"), r"de\.j2:\d+: .*; correct that line"),
        (replaced("{% block greeting %}", "{% block greting %}"), r"de\.j2:\d+: block greting is unknown"),
        (replaced(GREETING, GREETING + " Hallo"), r"only blocks are allowed here"),
        (replaced(GREETING, GREETING + "{% set a = 1 %}"), r"only blocks are allowed here"),
        (lambda _: "", r"de\.j2: block subject is missing"),
        (lambda text: text + " " * 70_000, r"larger than 64 KiB"),
    ],
)
def test_a_mistake_in_a_text_is_named_with_its_remedy(own: Path, change: Callable[[str], str], sentence: str) -> None:
    path = own / "acknowledgement" / "de.j2"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(ConfigurationError, match=sentence):
        Texts.load([own, TEMPLATES])


def test_every_mistake_is_listed_at_once(own: Path) -> None:
    (own / "acknowledgement" / "tr.j2").write_text("{% block subject %}", "utf-8")
    (own / "acknowledgement" / "fr.j2").write_bytes(b"\xff\xfe")
    (own / "acknowledgement" / "klingon.j2").write_text("nuqneH", "utf-8")
    (own / "queues.toml").write_text('[de]\nfamily = 3\nasylum = "a\\u0001"\n', "utf-8")
    (own / "layout.txt.j2").write_text("{{ nothing }}", "utf-8")
    with pytest.raises(ConfigurationError) as error:
        Texts.load([own])
    for expected in ("tr.j2:1:", "fr.j2: is not UTF-8", "klingon.j2: klingon is no language", "queues.toml: de.family is missing", "queues.toml: de.asylum is missing", "layout.txt.j2: 'nothing' is undefined"):  # fmt: skip  # noqa: E501
        assert expected in str(error.value)


@pytest.mark.parametrize("name", ["acknowledgement/de.j2", "queues.toml", "layout.html.j2"])
def test_what_is_missing_is_named(own: Path, name: str) -> None:
    (own / name).unlink()
    with pytest.raises(ConfigurationError, match=f"{Path(name).name}.* missing"):
        Texts.load([own])


@pytest.mark.parametrize(
    "layout",
    ["{{ sections.__class__ }}", "{{ sections.append(1) }}", "{% include 'x' %}", "{{ 1 / 0 }}", "{% if %}"],
)
def test_a_layout_that_does_not_work_is_refused(own: Path, layout: str) -> None:
    (own / "layout.html.j2").write_text(layout, "utf-8")
    with pytest.raises(ConfigurationError, match=r"layout\.html\.j2"):
        Texts.load([own])


EACH_PARAGRAPH = "{% for s in sections %}{% for p in s.paragraphs %}PARAGRAPH{% endfor %}{% endfor %}"


@pytest.mark.parametrize("name", ["layout.html.j2", "layout.txt.j2"])
@pytest.mark.parametrize(
    "layout",
    [
        "{{ sections[0].tag }}",
        "{% for p in sections[0].paragraphs %}{{ p.html }}\n{{ p.text }}\n{% endfor %}",
        EACH_PARAGRAPH.replace("PARAGRAPH", "{{ p.html }}\n{{ p.text }}\n") * 2,
        EACH_PARAGRAPH.replace("PARAGRAPH", "{{ p.html | upper }}\n{{ p.text | upper }}\n"),
        EACH_PARAGRAPH.replace("PARAGRAPH", "{{ p.html | striptags }}\n> {{ p.text }}\n"),
    ],
)
def test_a_layout_that_leaves_out_or_changes_a_paragraph_is_refused(own: Path, name: str, layout: str) -> None:
    (own / name).write_text(layout, "utf-8")
    with pytest.raises(ConfigurationError, match=rf"{name}: each paragraph must stand in the layout once"):
        Texts.load([own])


def test_an_office_may_lay_out_the_mail_in_its_own_way(own: Path) -> None:
    (own / "layout.txt.j2").write_text(
        "Stadt\n" + EACH_PARAGRAPH.replace("PARAGRAPH", "{{ p.text }}\n") + "Ende", "utf-8"
    )
    (own / "layout.html.j2").write_text(EACH_PARAGRAPH.replace("PARAGRAPH", "<div>{{ p.html }}</div>"), "utf-8")
    texts = Texts.load([own])
    written = render(texts, CONFIGURATION, CALENDAR, facts("tr", "de"))
    assert written.text.startswith("Stadt\nİyi günler,")
    assert "<div>Guten Tag,</div>" in written.html
    assert parts(mail(Original(), texts=texts)) == expected_parts(written)


def test_an_office_overrides_a_single_file(tmp_path: Path) -> None:
    (tmp_path / "acknowledgement").mkdir()
    text = (TEMPLATES / "acknowledgement" / "de.j2").read_text("utf-8")
    own_text = text.replace("Guten Tag,", "Grüß Gott,").replace("status: draft", "status: reviewed")
    (tmp_path / "acknowledgement" / "de.j2").write_text(own_text, "utf-8")
    texts = Texts.load([tmp_path, TEMPLATES])
    assert texts.languages == TEXTS.languages
    assert "Grüß Gott," in render(texts, CONFIGURATION, CALENDAR, facts("de")).text


def test_drafts_are_used_only_where_the_office_wants_them(own: Path) -> None:
    path = own / "acknowledgement" / "en.j2"
    path.write_text(path.read_text("utf-8").replace("status: draft", "status: reviewed"), "utf-8")
    texts = Texts.load([own])
    assert texts.usable(drafts=False) >= {"de", "en"}
    assert "tr" not in texts.usable(drafts=False)
    assert texts.usable(drafts=True) == texts.languages


@pytest.mark.parametrize("code", CODES)
def test_every_shipped_text_states_its_status(code: str) -> None:
    first = (TEMPLATES / "acknowledgement" / f"{code}.j2").read_text("utf-8").splitlines()[0]
    assert first in {"{# status: draft #}", "{# status: reviewed #}"}


def test_the_blocks_are_those_of_the_design() -> None:
    assert {"not_a_decision", "decisive", "privacy", "automatic", "unsure", "emergency"} <= set(BLOCKS)
