# SPDX-License-Identifier: GPL-3.0-or-later
"""A skeleton holds what a person wrote and the outline of the rest; attachments are never asked for."""

import email
import email.policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.servers import imap_structure as tree
from intake.servers import imap_syntax as syntax
from intake.servers.imap_structure import Node

TEXT = b'("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 120 4 NIL NIL NIL NIL)'
HTML = b'("text" "html" NIL NIL NIL "7bit" 500 9 NIL NIL NIL NIL)'
PDF = b'("application" "pdf" NIL NIL NIL "base64" 900000 NIL ("attachment" ("filename" "a.pdf")) NIL NIL)'
NOTES = b'("text" "plain" NIL NIL NIL "base64" 9000 90 NIL ("attachment" ("filename" "a.txt")) NIL NIL)'
STATUS = b'("message" "delivery-status" NIL NIL NIL "7bit" 300 NIL NIL NIL NIL)'
ENVELOPE = b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"
ENCLOSED = b'("message" "rfc822" NIL NIL NIL "7bit" 700 ' + ENVELOPE + b" " + TEXT + b" 9 NIL NIL NIL NIL)"
FORWARDED = ENCLOSED.removesuffix(b"NIL NIL NIL)") + b'("attachment" NIL) NIL NIL)'


def multipart(subtype: bytes, *parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b' "' + subtype + b'" ("boundary" "x") NIL NIL NIL)'


def parse(structure: bytes) -> Node:
    node = tree.structure(syntax.values((structure,))[0])
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("structure", "sections"),
    [
        (TEXT, ["1"]),
        (HTML, ["1"]),
        (PDF, []),
        (NOTES, []),
        (ENCLOSED, []),
        (multipart(b"alternative", TEXT, HTML), ["1.MIME", "1", "2.MIME", "2"]),
        (multipart(b"mixed", TEXT, PDF, NOTES), ["1.MIME", "1", "2.MIME", "3.MIME"]),
        (
            multipart(b"mixed", multipart(b"alternative", TEXT, HTML), PDF),
            ["1.MIME", "1.1.MIME", "1.1", "1.2.MIME", "1.2", "2.MIME"],
        ),
        (
            multipart(b"report", TEXT, STATUS, ENCLOSED),
            ["1.MIME", "1", "2.MIME", "2", "3.MIME", "3.HEADER"],
        ),
        (multipart(b"report", TEXT, STATUS, FORWARDED), ["1.MIME", "1", "2.MIME", "2", "3.MIME", "3.HEADER"]),
        (multipart(b"mixed", TEXT, ENCLOSED), ["1.MIME", "1", "2.MIME", "2.HEADER"]),
        (multipart(b"mixed", TEXT, FORWARDED), ["1.MIME", "1", "2.MIME"]),
    ],
)
def test_what_is_asked_for(structure: bytes, sections: list[str]) -> None:
    items = tree.wanted(parse(structure))
    assert [item.removeprefix("BODY.PEEK[").partition("]")[0] for item in items] == sections


def test_every_item_peeks_and_has_a_length() -> None:
    for item in tree.wanted(parse(multipart(b"report", TEXT, HTML, STATUS, ENCLOSED, PDF))):
        assert item.startswith("BODY.PEEK[")
        assert item.endswith(">")
        assert 0 < int(item.rpartition("<0.")[2][:-1]) <= tree.PART_LIMIT


def test_all_bodies_together_stay_within_the_limit() -> None:
    large = TEXT.replace(b" 120 ", b" 250000 ")
    items = tree.wanted(parse(multipart(b"mixed", *[large] * 9)))
    bodies = [int(item.rpartition("<0.")[2][:-1]) for item in items if ".MIME" not in item]
    assert sum(bodies) <= tree.BODY_LIMIT + tree.PART_LIMIT
    assert len(bodies) == 2


def test_a_thousand_parts_make_no_endless_command() -> None:
    items = tree.wanted(parse(multipart(b"mixed", *[TEXT] * 1000)))
    assert len(" ".join(items)) < 8192


def test_deep_nesting_is_cut_and_the_command_stays_short() -> None:
    structure = TEXT
    for _ in range(100):
        structure = multipart(b"mixed", structure, TEXT)
    assert len(" ".join(tree.wanted(parse(structure)))) < 8192


@pytest.mark.parametrize("value", [None, b"x", [], [[]], [[b"a"], []]])
def test_a_structure_that_makes_no_sense_is_none_or_harmless(value: syntax.Value) -> None:
    node = tree.structure(value)
    assert node is None or tree.wanted(node) is not None


values = st.recursive(
    st.none() | st.binary(max_size=10) | st.sampled_from([b"text", b"message", b"rfc822", b"plain", b"attachment"]),
    lambda inner: st.lists(inner, max_size=10),
    max_leaves=60,
)


@settings(deadline=None)
@given(values, st.binary(max_size=300))
def test_no_structure_and_no_header_make_it_raise(value: syntax.Value, header: bytes) -> None:
    node = tree.structure(value)
    if node is not None:
        tree.wanted(node)
        tree.skeleton(header, node, {"1": b"x", "1.MIME": header, "2": header})
        tree.skeleton(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n", node, {"1.MIME": header})


def test_a_skeleton_parses_like_the_message_with_empty_attachments() -> None:
    header = b'Subject: x\r\nContent-Type: multipart/mixed; boundary="out (er)"\r\n\r\n'
    root = parse(multipart(b"mixed", multipart(b"alternative", TEXT, HTML), PDF, ENCLOSED))
    sections = {
        "1.MIME": b"Content-Type: multipart/alternative; boundary=inner\r\n\r\n",
        "1.1.MIME": b"Content-Type: text/plain; charset=utf-8\r\n\r\n",
        "1.1": "Grüße\r\n".encode(),
        "1.2.MIME": b"Content-Type: text/html\r\n\r\n",
        "1.2": b"<p>Hello</p>\r\n",
        "2.MIME": b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment\r\n\r\n',
        "3.MIME": b"Content-Type: message/rfc822\r\n\r\n",
        "3.HEADER": b"Message-ID: <inner@example.org>\r\nContent-Type: text/plain\r\n\r\n",
    }
    raw = tree.skeleton(header, root, sections)
    assert raw is not None
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert [(part.get_content_type(), part.defects) for part in message.walk()] == [
        ("multipart/mixed", []),
        ("multipart/alternative", []),
        ("text/plain", []),
        ("text/html", []),
        ("application/pdf", []),
        ("message/rfc822", []),
        ("text/plain", []),
    ]
    parts = list(message.walk())
    assert parts[2].get_payload(decode=True) == "Grüße\r\n".encode()
    assert parts[4].get_filename() == "a.pdf"
    assert parts[4].get_payload(decode=True) == b""
    assert parts[6]["Message-ID"] == "<inner@example.org>"


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: no type\r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\n",
        b"Content-Type: text/plain\r\n\r\n",
        b'Content-Type: multipart/mixed; boundary=""\r\n\r\n',
        b"Content-Type: multipart/mixed; x=" + b'";' * 5000 + b"; boundary=x\r\n\r\n",
        b"",
    ],
    ids=["no type", "no boundary", "text", "empty", "endless", "nothing"],
)
def test_without_a_boundary_to_rely_on_there_is_no_skeleton(header: bytes) -> None:
    assert tree.skeleton(header, parse(multipart(b"mixed", TEXT, PDF)), {}) is None


@pytest.mark.parametrize(
    ("header", "closed"),
    [
        (b"A: b\r\n\r\n", b"A: b\r\n\r\n"),
        (b"A: b\r\nC: cut of", b"A: b\r\n\r\n"),
        (b"A: b\r\n", b"A: b\r\n\r\n"),
        (b"\r\n", b"\r\n"),
        (b"", b"\r\n"),
        (b"no line end", b"\r\n"),
    ],
)
def test_a_header_that_was_cut_ends_with_its_last_whole_line(header: bytes, closed: bytes) -> None:
    assert tree.closed_header(header) == closed
