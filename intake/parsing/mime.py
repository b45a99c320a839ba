# SPDX-License-Identifier: GPL-3.0-or-later
"""The MIME tree (RFC 2045, 2046, 2231), walked once: its parts, its readable text, and what a bounce reports.

The text is the text/plain leaves that are no attachments, else HTML converted. A forwarded message (message/rfc822)
is a part, not the person's own text.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from intake.parsing.decoding import base64_decoded, text_of
from intake.parsing.headers import Fields, decoded, first_of, header_fields, one_line
from intake.parsing.limits import MAX_DEPTH, MAX_FAILURES, MAX_IDENTIFIER, MAX_PARTS, MAX_SUBJECT, MAX_TEXT
from intake.parsing.markup import clean, html_text


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf or container of the MIME tree; ``content_type`` and parameter names are lower case."""

    content_type: str
    parameters: tuple[tuple[str, str], ...] = ()
    attachment: bool = False
    filename: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """One recipient that a bounce reports as failed (RFC 3464 2.3): address and enhanced status code."""

    recipient: str
    status: str


_PARAMETER = re.compile(
    r';\s*([^\s=;"*]{1,60})(\*\d{1,2})?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^;]*))', re.DOTALL
)
_NOT_PROSE = frozenset(
    {"text/calendar", "text/rfc822-headers", "text/vcard", "text/x-vcard", "text/directory", "text/css"}
)
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100})")


@dataclass(frozen=True, slots=True)
class Text:
    """The readable text of one leaf, and whether it was converted from HTML."""

    text: str
    is_html: bool


class Reader:
    """Walks the MIME tree once; collects parts and delivery failures, returns the readable text."""

    def __init__(self, defects: dict[str, None]) -> None:
        self.parts: list[Part] = []
        self.failures: list[DeliveryFailure] = []
        self._defects = defects
        self._has_text = False

    def read(self, fields: Fields, body: bytes, depth: int, default: str) -> list[Text]:
        """The texts in an entity with these header fields and this body (line ends ``\\n``)."""
        if len(self.parts) >= MAX_PARTS:
            self._defects["more parts than are read"] = None
            return []
        content_type, parameters = _content_type(first_of(fields, "content-type"), default)
        disposition, details = _content_type("x/" + first_of(fields, "content-disposition").lstrip(), "x/inline")
        filename = one_line(decoded(dict(details).get("filename") or dict(parameters).get("name") or ""))[:MAX_SUBJECT]
        multipart = content_type.startswith("multipart/")
        attachment = not multipart and (
            disposition == "x/attachment" or bool(filename and (self._has_text or not content_type.startswith("text/")))
        )
        self.parts.append(Part(content_type, parameters, attachment, filename, depth))
        if multipart:
            boundary = dict(parameters).get("boundary", "")
            if boundary and depth < MAX_DEPTH:
                return self._children(content_type, boundary, body, depth)
            if boundary:
                self._defects["parts are nested deeper than is read"] = None
                return []
            self._defects["a multipart without a boundary"] = None
        if content_type in ("message/delivery-status", "message/global-delivery-status"):
            self._delivery_status(_transfer_decoded(fields, body))
            return []
        if attachment or not (multipart or content_type.startswith("text/")) or content_type in _NOT_PROSE:
            return []
        text = text_of(_transfer_decoded(fields, body), dict(parameters).get("charset", ""))
        is_html = content_type in ("text/html", "text/x-amp-html") or (
            content_type != "text/plain" and text[:200].lstrip().lower().startswith(("<html", "<!doctype html"))
        )
        text = html_text(text) if is_html else clean(text)
        self._has_text = self._has_text or bool(text)
        return [Text(text, is_html)]

    def _children(self, content_type: str, boundary: str, body: bytes, depth: int) -> list[Text]:
        default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        children: list[list[Text]] = []
        for piece in _pieces(body, boundary.encode("utf-8", "replace"), self._defects):
            fields, at = header_fields(piece, self._defects)
            children.append(self.read(fields, piece[at:], depth + 1, default))
        if content_type != "multipart/alternative":
            return [text for child in children for text in child]
        readable = [[t for t in child if t.text] for child in children]
        plain = next((c for c in readable if any(not t.is_html and not _says_nothing(t.text) for t in c)), None)
        rich = next((c for c in readable if any(t.is_html for t in c)), None)
        return plain or rich or next((c for c in readable if c), [])

    def _delivery_status(self, body: bytes) -> None:
        """RFC 3464: a block about the message, then one for each recipient."""
        for block in re.split(rb"\n[ \t]*\n", body.strip(b"\n"))[: MAX_FAILURES + 1]:
            fields, _ = header_fields(block, self._defects)
            recipient = first_of(fields, "original-recipient") or first_of(fields, "final-recipient")
            status = re.search(r"\b([245]\.\d{1,3}\.\d{1,3})\b", first_of(fields, "status")[:200])
            if recipient and first_of(fields, "action").lower().startswith("failed"):
                address = recipient.rpartition(";")[2].strip().strip("<>").lower()[:MAX_IDENTIFIER]
                if address:
                    self.failures.append(DeliveryFailure(address, status[1] if status else ""))


def _pieces(body: bytes, boundary: bytes, defects: dict[str, None]) -> Iterator[bytes]:
    """The body parts between delimiter lines; preamble and epilogue left out."""
    delimiter = re.compile(rb"^--" + re.escape(boundary[:200]) + rb"(--)?[ \t]*(?:\n|\Z)", re.MULTILINE)
    start = None
    for match in delimiter.finditer(body):
        if start is not None:
            yield body[start : max(start, match.start() - 1)]
        if match[1]:
            return
        start = match.end()
    if start is None:
        defects["a multipart without any part"] = None
        yield b"\n" + body
    else:
        defects["the last boundary is missing"] = None
        yield body[start:]


def _content_type(value: str, default: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Media type and parameters, continuations and charsets of RFC 2231 resolved."""
    match = _TYPE.match(value)
    if match is None:
        return default, ()
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAMETER.finditer(value, match.end()):
        name, section, star, quoted, token = found.groups()
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token.strip()
        if section or star:
            extended.setdefault(name.lower(), []).append((int(section[1:]) if section else 0, bool(star), text))
        else:
            plain.setdefault(name.lower(), text)
    for name, sections in extended.items():
        charset, decoded = "", bytearray()
        for number, star, text in sorted(sections):
            if star and number == 0 and text.count("'") >= 2:
                charset, _, text = text.split("'", 2)
            decoded += unquote_to_bytes(text) if star else text.encode("utf-8", "replace")
        plain[name] = text_of(bytes(decoded), charset)
    return match[1].lower(), tuple((name, one_line(text)) for name, text in plain.items())


def _transfer_decoded(fields: Fields, body: bytes) -> bytes:
    return transfer_decoded(first_of(fields, "content-transfer-encoding"), body)


def transfer_decoded(encoding: str, body: bytes) -> bytes:
    """A body without its Content-Transfer-Encoding (RFC 2045 6); what is damaged is decoded as far as it goes."""
    encoding = encoding.split(";")[0].strip().lower()
    if encoding == "base64":
        return base64_decoded(body)
    return binascii.a2b_qp(body) if encoding == "quoted-printable" else body


_NO_HTML = re.compile(
    r"(?:html[\s-]?(?:e?-?mails?|nachricht|message|format|version)|(?:view|display|read|show|anzeigen|darstellen)\b.{0,60}\bhtml|"
    r"html.{0,60}(?:anzeigen|darstellen|view|display))",
    re.IGNORECASE,
)


def _says_nothing(plain: str) -> bool:
    """A plain alternative that is empty, or that only says that the reader's program cannot show HTML."""
    words = one_line(plain[:1000])
    return not words or (len(words) < 300 and _NO_HTML.search(words) is not None)


def joined(texts: list[Text]) -> tuple[str, bool]:
    """The texts in order, without HTML that repeats a plain text before it (an alternative sent as mixed)."""
    chosen: list[Text] = []
    seen = ""
    for text in texts:
        words = "".join(text.text.split())
        if words and not (text.is_html and seen and words[:200] in seen):
            chosen.append(text)
            seen += words
    return "\n\n".join(t.text for t in chosen)[:MAX_TEXT], bool(chosen) and chosen[0].is_html
