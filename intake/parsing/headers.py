# SPDX-License-Identifier: GPL-3.0-or-later
"""The header block (RFC 5322 2.2), its plain values, and the words encoded in it (RFC 2047).

Words are decoded in headers that people write, never in trace and authentication headers, where a decoded word could
forge a result. 8-bit headers are UTF-8, else Latin-1.
"""

import binascii
import datetime as dt
import re
from email.utils import parsedate_to_datetime

from intake.parsing.decoding import base64_decoded, text_of
from intake.parsing.limits import (
    MAX_ADDRESS_CHARACTERS,
    MAX_BODY_BYTES,
    MAX_HEADER_BYTES,
    MAX_HEADER_CHARACTERS,
    MAX_HEADERS,
    MAX_IDENTIFIER,
    MAX_REFERENCES,
)

Fields = list[tuple[str, str]]
"""Names and values of header fields in order: unfolded, not decoded."""

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
_GOES_ON = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|[ \t]+[^ \t\n]")
_OPAQUE = re.compile(
    r"(?:authentication-results|arc-.*|received.*|dkim-.*|domainkey-.*|return-path|message-id|in-reply-to|references|"
    r"content-.*|mime-version|date|resent-date|resent-message-id|auto-submitted|x-loop)",
    re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Runs of control characters and line separators, which no value keeps."""


def split(raw: bytes, defects: dict[str, None]) -> tuple[Fields, bytes, str]:
    """Header fields (unfolded, not decoded), the body, and the sender in an mbox ``From`` line on top."""
    if len(raw) > MAX_HEADER_BYTES + MAX_BODY_BYTES:
        raw = raw[: MAX_HEADER_BYTES + MAX_BODY_BYTES]
        defects["the message is longer than what is read"] = None
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    envelope = ""
    if raw.startswith((b"From ", b">From ")):
        line, _, raw = raw.partition(b"\n")
        envelope = line.split()[1].decode("latin-1") if len(line.split()) > 1 else ""
    fields, at = header_fields(raw, defects)
    return fields, raw[at:], envelope


def header_fields(raw: bytes, defects: dict[str, None]) -> tuple[Fields, int]:
    """The header fields at the beginning of ``raw`` (line ends ``\\n``), and where the body begins."""
    found: list[tuple[str, list[bytes]]] = []
    at = 0
    end = min(len(raw), MAX_HEADER_BYTES)
    while at < end:
        newline = raw.find(b"\n", at, end)
        line = raw[at : end if newline < 0 else newline]
        following = end if newline < 0 else newline + 1
        if not line:
            at = following
            break
        if not line.strip() and not _GOES_ON.match(raw, following, following + 400):
            at = following
            break
        if line[:1] in b" \t" and found:
            found[-1][1].append(line)
        elif match := _FIELD.match(line):
            if len(found) >= MAX_HEADERS:
                defects["more headers than are read"] = None
                at = raw.find(b"\n\n", at)
                at = len(raw) if at < 0 else at + 2
                break
            found.append((match[1].decode("ascii"), [match[2]]))
        else:
            defects["a line in the header is not a header"] = None
            # Either one stray line, or the empty line before the body is missing.
            if not _FIELD.match(raw, following, following + 400):
                break
        at = following
    fields = []
    for name, lines in found:
        limit = MAX_ADDRESS_CHARACTERS if name.lower() in _ADDRESS_HEADERS else MAX_HEADER_CHARACTERS
        value = b"".join(lines)[:limit]
        fields.append((name, _eight_bit(value).strip()))
    return fields, at


_ADDRESS_HEADERS = frozenset(
    {"from", "sender", "reply-to", "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc", "return-path"}
)


def _eight_bit(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def values_of(fields: Fields, name: str) -> list[str]:
    """Every instance of a header, top to bottom; ``name`` in lower case."""
    return [value for other, value in fields if other.lower() == name]


def first_of(fields: Fields, name: str) -> str:
    """The topmost instance of a header, or nothing; ``name`` in lower case."""
    return next((value for other, value in fields if other.lower() == name), "")


def header_text(name: str, value: str) -> str:
    """A header's value in one line, its encoded words decoded where people write them."""
    value = value[:MAX_HEADER_CHARACTERS]
    return one_line(value if _OPAQUE.fullmatch(name) else decoded(value))[:MAX_HEADER_CHARACTERS]


def one_line(text: str) -> str:
    """``text`` with every run of control characters and white space as one space."""
    return " ".join(CONTROL.sub(" ", text).split())


def date_of(fields: Fields) -> dt.datetime | None:
    """The Date, aware (UTC where it names no zone); ``None`` where it cannot be read."""
    try:
        date = parsedate_to_datetime(first_of(fields, "date")[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=dt.UTC)


def identifiers_of(fields: Fields, name: str) -> tuple[str, ...]:
    """Message-IDs with their brackets; at most 100, the first one and the last ones."""
    found: dict[str, None] = {}
    for value in values_of(fields, name):
        in_brackets = re.findall(r"<([^<>]{1,2000})>", value)
        # A few programs write the ID without its brackets.
        for identifier in in_brackets or [w for w in value.split() if "@" in w and not set(w) & set('<>"')]:
            compact = CONTROL.sub("", "".join(identifier.split()))
            if 0 < len(compact) <= MAX_IDENTIFIER:
                found[f"<{compact}>"] = None
    every = tuple(found)
    return every if len(every) <= MAX_REFERENCES else (every[0], *every[-(MAX_REFERENCES - 1) :])


# -- RFC 2047 ---------------------------------------------------------------------------------------

_WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bq])\?([^?]*)\?=", re.IGNORECASE)


def decoded(value: str) -> str:
    """``value`` with its encoded words decoded; what cannot be decoded stays as it is written.

    Neighbouring words of one charset are joined as bytes first: some programs cut inside a character.
    """
    pieces: list[str] = []
    pending, charset = bytearray(), ""
    at = 0

    def flush() -> None:
        if pending:
            pieces.append(text_of(bytes(pending), charset))
            pending.clear()

    for match in _WORD.finditer(value):
        between = value[at : match.start()]
        if not (pending and not between.strip()):
            flush()
            pieces.append(between)
        if match[1].lower() != charset:
            flush()
            charset = match[1].lower()
        if match[2] in "bB":
            pending += base64_decoded(match[3].encode("ascii", "replace"))
        else:
            pending += binascii.a2b_qp(match[3].encode("utf-8", "replace"), header=True)
        at = match.end()
    flush()
    pieces.append(value[at:])
    return "".join(pieces)
