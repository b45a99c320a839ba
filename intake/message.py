# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes → message: an immutable value that every later decision reads; never raises on any input.

Everything here was written by a stranger, so the reader is our own: small, not recursive where the stranger
chooses the depth, and linear in the size of the input. The ``email`` package of the standard library descends
once per nested comment and per nested multipart, and is quadratic on some address lists; a mail made for that
would stop a mailbox. Each limit is a constant below. What exceeds it is left out and named in
:attr:`Message.defects`; nothing is refused here.

What is decoded, and how: RFC 2047 words in headers that people write (never in trace and authentication
headers, where a decoded word could forge a result); 8-bit headers as UTF-8, else Latin-1; bodies as
declared, unless the bytes say otherwise (RFC 2045, 2046, 2231). The text is the text/plain leaves that are no
attachments, else HTML converted. A forwarded message (message/rfc822) is a part, not the person's own text.
Attachments may be missing from the bytes: the daemon never fetches them.
"""

import binascii
import codecs
import datetime as dt
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from inscriptis import get_text

MAX_HEADER_BYTES = 512 * 1024
"""Bytes read of the header block: room for 10,000 recipients, so that the marks below them are still seen."""
MAX_BODY_BYTES = 256 * 1024
"""Bytes read after the header block; the daemon fetches no more either."""
MAX_HEADERS = 1_000
MAX_HEADER_CHARACTERS = 16 * 1024
"""Kept of one header's value."""
MAX_ADDRESS_CHARACTERS = 512 * 1024
"""Read of one address header: 1,000 addresses are found in it even if their names are long."""
MAX_ADDRESSES = 1_000
MAX_DEPTH = 20
"""Levels of MIME nesting; real mail has at most about six."""
MAX_PARTS = 200
MAX_TEXT = 64 * 1024
MAX_HTML = 128 * 1024
"""Characters of HTML converted in one part."""
MAX_SUBJECT = 500
MAX_IDENTIFIER = 500
"""Characters of one Message-ID; RFC 5322 allows a line of 998, real ones have at most about 200."""
MAX_REFERENCES = 100
MAX_FAILURES = 100


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: display name (decoded, one line) and addr-spec (domain lower case); never empty."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Header:
    """One header field as it came, in order: name as written, value unfolded and decoded to text."""

    name: str
    value: str


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


@dataclass(frozen=True, slots=True)
class Message:
    """One incoming e-mail, parsed; read-only."""

    headers: tuple[Header, ...] = ()
    from_: tuple[Address, ...] = ()
    from_is_group: bool = False
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    recipients: tuple[str, ...] = ()
    """Addresses (lower case) in To, Cc, Bcc, Resent-To, Resent-Cc, Resent-Bcc; at most 1,000."""
    return_path: str | None = None
    """``None``: no Return-Path; ``""``: the null path ``<>`` (or ``<MAILER-DAEMON>``); else an address."""
    subject: str = ""
    """Decoded, one line, control characters removed, at most 500 characters."""
    message_id: str = ""
    """With angle brackets, or empty."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: dt.datetime | None = None
    """Aware, or ``None``."""
    parts: tuple[Part, ...] = ()
    text: str = ""
    """All readable text: text/plain parts, or HTML converted where there is no plain text; at most 64 Ki
    characters.

    A quotation marked as such in HTML has ``> `` before each of its lines, as in plain text.
    """
    from_html: bool = False
    delivery_failures: tuple[DeliveryFailure, ...] = ()
    defects: tuple[str, ...] = field(default=())
    """What was wrong with the bytes, in words; empty for a sound message."""

    def all(self, name: str) -> tuple[str, ...]:
        """Every instance of a header, case-insensitively, top to bottom."""
        wanted = name.lower()
        return tuple(h.value for h in self.headers if h.name.lower() == wanted)


def parse(raw: bytes) -> Message:
    """The message in ``raw``: RFC 5322 bytes, perhaps broken, perhaps without the bodies of attachments.

    Raises nothing, whatever the bytes; takes at most about a second.
    """
    defects: dict[str, None] = {}
    fields, body, envelope = _split(raw, defects)
    if len(body) > MAX_BODY_BYTES:
        body = body[:MAX_BODY_BYTES]
        defects["the body is longer than what is read"] = None
    reader = _Reader(defects)
    texts = reader.read(fields, body, 0, "text/plain")
    text, from_html = _joined(texts)

    from_: list[Address] = []
    group = False
    for value in _values(fields, "from"):
        addresses, is_group = _addresses(value)
        group = group or is_group
        from_ += [a for a in addresses if a not in from_]
    recipients: dict[str, None] = {}
    for name in ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"):
        for value in _values(fields, name):
            for address in _addresses(value)[0]:
                if "@" in address.address and len(recipients) < MAX_ADDRESSES:
                    recipients[address.address.lower()] = None
    senders = [a for value in _values(fields, "sender") for a in _addresses(value)[0]]
    identifiers = _identifiers(fields, "message-id")
    return Message(
        headers=tuple(Header(name, _header_text(name, value)) for name, value in fields),
        from_=tuple(from_),
        from_is_group=group,
        sender=senders[0] if senders else None,
        reply_to=tuple(a for value in _values(fields, "reply-to") for a in _addresses(value)[0])[:MAX_ADDRESSES],
        recipients=tuple(recipients),
        return_path=_return_path(fields, envelope),
        subject=_one_line(" ".join(_decoded(v) for v in _values(fields, "subject")[:1]))[:MAX_SUBJECT].strip(),
        message_id=identifiers[0] if identifiers else "",
        in_reply_to=_identifiers(fields, "in-reply-to"),
        references=_identifiers(fields, "references"),
        date=_date(fields),
        parts=tuple(reader.parts),
        text=text,
        from_html=from_html,
        delivery_failures=tuple(reader.failures),
        defects=tuple(defects),
    )


# -- header block -----------------------------------------------------------------------------------

_Fields = list[tuple[str, str]]

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
_GOES_ON = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|[ \t]+[^ \t\n]")
_OPAQUE = re.compile(
    r"(?:authentication-results|arc-.*|received.*|dkim-.*|domainkey-.*|return-path|message-id|in-reply-to|references|"
    r"content-.*|mime-version|date|resent-date|resent-message-id|auto-submitted|x-loop)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def _split(raw: bytes, defects: dict[str, None]) -> tuple[_Fields, bytes, str]:
    """Header fields (unfolded, not decoded), the body, and the sender in an mbox ``From`` line on top."""
    if len(raw) > MAX_HEADER_BYTES + MAX_BODY_BYTES:
        raw = raw[: MAX_HEADER_BYTES + MAX_BODY_BYTES]
        defects["the message is longer than what is read"] = None
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    envelope = ""
    if raw.startswith((b"From ", b">From ")):
        line, _, raw = raw.partition(b"\n")
        envelope = line.split()[1].decode("latin-1") if len(line.split()) > 1 else ""
    fields, at = _fields(raw, defects)
    return fields, raw[at:], envelope


def _fields(raw: bytes, defects: dict[str, None]) -> tuple[_Fields, int]:
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


def _values(fields: _Fields, name: str) -> list[str]:
    return [value for other, value in fields if other.lower() == name]


def _first(fields: _Fields, name: str) -> str:
    return next((value for other, value in fields if other.lower() == name), "")


def _header_text(name: str, value: str) -> str:
    value = value[:MAX_HEADER_CHARACTERS]
    return _one_line(value if _OPAQUE.fullmatch(name) else _decoded(value))[:MAX_HEADER_CHARACTERS]


def _one_line(text: str) -> str:
    """``text`` with every run of control characters and white space as one space."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _date(fields: _Fields) -> dt.datetime | None:
    try:
        date = parsedate_to_datetime(_first(fields, "date")[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=dt.UTC)


def _identifiers(fields: _Fields, name: str) -> tuple[str, ...]:
    """Message-IDs with their brackets; at most 100, the first one and the last ones."""
    found: dict[str, None] = {}
    for value in _values(fields, name):
        in_brackets = re.findall(r"<([^<>]{1,2000})>", value)
        # A few programs write the ID without its brackets.
        for identifier in in_brackets or [w for w in value.split() if "@" in w and not set(w) & set('<>"')]:
            compact = _CONTROL.sub("", "".join(identifier.split()))
            if 0 < len(compact) <= MAX_IDENTIFIER:
                found[f"<{compact}>"] = None
    every = tuple(found)
    return every if len(every) <= MAX_REFERENCES else (every[0], *every[-(MAX_REFERENCES - 1) :])


def _return_path(fields: _Fields, envelope: str) -> str | None:
    """The null path wins over any other instance; else the topmost, which the last server wrote."""
    paths = [p for value in _values(fields, "return-path") if (p := _path(value)) is not None]
    if not paths and envelope.lower() in ("mailer-daemon", "<>"):
        return ""
    return "" if "" in paths else next(iter(paths), None)


def _path(value: str) -> str | None:
    bare = value.replace(" ", "").lower()
    if bare.startswith("<>") or bare.strip("<>") == "mailer-daemon":
        return ""
    addresses = _addresses(value)[0]
    return addresses[0].address if addresses else None


# -- RFC 2047 ---------------------------------------------------------------------------------------

_WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bq])\?([^?]*)\?=", re.IGNORECASE)


def _decoded(value: str) -> str:
    """``value`` with its encoded words decoded; what cannot be decoded stays as it is written.

    Neighbouring words of one charset are joined as bytes first: some programs cut inside a character.
    """
    pieces: list[str] = []
    pending, charset = bytearray(), ""
    at = 0

    def flush() -> None:
        if pending:
            pieces.append(_text_of(bytes(pending), charset))
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
            pending += _base64(match[3].encode("ascii", "replace"))
        else:
            pending += binascii.a2b_qp(match[3].encode("utf-8", "replace"), header=True)
        at = match.end()
    flush()
    pieces.append(value[at:])
    return "".join(pieces)


# -- addresses (RFC 5322 3.4) -----------------------------------------------------------------------

_TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*)(?:"|\\?$)|\\(.)|(\[[^\]<>,]{0,100}\])|([()<>,;:])|([^"\\()<>,;:\[]+|.)', re.DOTALL
)


def _addresses(value: str) -> tuple[list[Address], bool]:
    """The mailboxes in an address header, at most 1,000, and whether it is written as a group.

    One pass over the tokens without recursion: comments are counted, not descended into. Lists separated by
    semicolons (Outlook) are read too.
    """
    value = value[:MAX_ADDRESS_CHARACTERS]
    found = _mailboxes(value)
    usable = any("@" in a.address and "=?" not in a.address for a in found[0])
    if not usable and "=?" in value and "@" in (plain := _decoded(value[:MAX_HEADER_CHARACTERS])):
        # The whole header in one encoded word, address and all: forbidden, and done.
        value, found = plain, _mailboxes(plain)
    if value.count('"') % 2 and all('"' in a.address or "<" in a.address for a in found[0]):
        # A quotation mark that is never closed has swallowed the address.
        return _mailboxes(value.replace('"', " "))
    return found


def _mailboxes(value: str) -> tuple[list[Address], bool]:
    found: list[Address] = []
    phrase: list[str] = []  # words outside brackets, quoted strings unquoted
    bare: list[str] = []  # the same as it stands in an address
    comment: list[str] = []
    angle: list[str] | None = None
    spec: str | None = None
    depth = 0
    opened = ended = False  # of a group: its colon, its semicolon

    def finish() -> None:
        nonlocal spec, angle
        if angle is not None:  # the closing bracket is missing
            spec, angle = "".join(angle), None
        address = spec if spec is not None else "".join(bare)
        name = "".join(phrase) if spec is not None else "".join(comment)
        # A control character or a quoted blank must not vanish: what is left would be another address.
        visible = _CONTROL.sub("\ufffd", address.strip())
        compact = (visible if '"' in visible else "".join(visible.split())).lstrip("@").rstrip(".")
        if (
            compact
            and len(compact) <= MAX_IDENTIFIER
            and not (spec is None and "@" not in compact and " " in address.strip())
        ):
            local, at, domain = compact.rpartition("@")
            found.append(Address(_one_line(_decoded(name))[:MAX_SUBJECT].strip("'\" "), local + at + domain.lower()))
        spec = None
        for words in (phrase, bare, comment):
            words.clear()

    for match in _TOKEN.finditer(value):
        quoted, escaped, literal, mark, text = match.groups()
        if depth:
            if mark == "(":
                depth += 1
            elif mark == ")":
                depth -= 1
            else:
                comment.append(escaped or match[0])
            continue
        if mark == "(":
            depth = 1
        elif angle is not None:
            if mark == ">":
                spec, angle = "".join(angle), None
            elif mark == "," and not (angle and angle[0].lstrip().startswith("@")):
                finish()
            elif mark == ":":
                angle.clear()  # an obsolete source route: <@a,@b:user@c>
            elif mark != "<":
                angle.append(match[0])
        elif mark == "<":
            if spec is not None:  # a second address without a comma between
                finish()
            angle = []
        elif mark in (",", ";"):
            ended = ended or mark == ";"
            finish()
        elif mark == ":":
            opened = True
            for words in (phrase, bare, comment):
                words.clear()
        elif mark != ")" and mark != ">":
            phrase.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (escaped or literal or text or ""))
            bare.append(match[0])
        if len(found) >= MAX_ADDRESSES:
            return found, opened
    finish()
    return found, opened and (ended or not found)


# -- MIME (RFC 2045, 2046, 2231) --------------------------------------------------------------------

_PARAMETER = re.compile(
    r';\s*([^\s=;"*]{1,60})(\*\d{1,2})?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^;]*))', re.DOTALL
)
_NOT_PROSE = frozenset(
    {"text/calendar", "text/rfc822-headers", "text/vcard", "text/x-vcard", "text/directory", "text/css"}
)
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100})")


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    is_html: bool


class _Reader:
    """Walks the MIME tree once; collects parts and delivery failures, returns the readable text."""

    def __init__(self, defects: dict[str, None]) -> None:
        self.parts: list[Part] = []
        self.failures: list[DeliveryFailure] = []
        self._defects = defects
        self._has_text = False

    def read(self, fields: _Fields, body: bytes, depth: int, default: str) -> list[_Text]:
        """The texts in an entity with these header fields and this body (line ends ``\\n``)."""
        if len(self.parts) >= MAX_PARTS:
            self._defects["more parts than are read"] = None
            return []
        content_type, parameters = _content_type(_first(fields, "content-type"), default)
        disposition, details = _content_type("x/" + _first(fields, "content-disposition").lstrip(), "x/inline")
        filename = _one_line(_decoded(dict(details).get("filename") or dict(parameters).get("name") or ""))[
            :MAX_SUBJECT
        ]
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
        text = _text_of(_transfer_decoded(fields, body), dict(parameters).get("charset", ""))
        is_html = content_type in ("text/html", "text/x-amp-html") or (
            content_type != "text/plain" and text[:200].lstrip().lower().startswith(("<html", "<!doctype html"))
        )
        text = _html_text(text) if is_html else _clean(text)
        self._has_text = self._has_text or bool(text)
        return [_Text(text, is_html)]

    def _children(self, content_type: str, boundary: str, body: bytes, depth: int) -> list[_Text]:
        default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        children: list[list[_Text]] = []
        for piece in _pieces(body, boundary.encode("utf-8", "replace"), self._defects):
            fields, at = _fields(piece, self._defects)
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
            fields, _ = _fields(block, self._defects)
            recipient = _first(fields, "original-recipient") or _first(fields, "final-recipient")
            status = re.search(r"\b([245]\.\d{1,3}\.\d{1,3})\b", _first(fields, "status")[:200])
            if recipient and _first(fields, "action").lower().startswith("failed"):
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
        plain[name] = _text_of(bytes(decoded), charset)
    return match[1].lower(), tuple((name, _one_line(text)) for name, text in plain.items())


def _transfer_decoded(fields: _Fields, body: bytes) -> bytes:
    encoding = _first(fields, "content-transfer-encoding").split(";")[0].strip().lower()
    if encoding == "base64":
        return _base64(body)
    return binascii.a2b_qp(body) if encoding == "quoted-printable" else body


def _base64(encoded: bytes) -> bytes:
    """What can be decoded of ``encoded``: foreign characters skipped, a cut end left out."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", encoded)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


# -- charsets ---------------------------------------------------------------------------------------

_ALIASES = {
    "": "ascii", "us-ascii": "ascii", "unknown": "ascii", "unknown-8bit": "ascii", "x-unknown": "ascii",
    "default": "ascii", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso8859-1": "cp1252", "8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "x-sjis": "cp932", "shift_jis": "cp932", "windows-874": "cp874",
    "iso-8859-9": "cp1254", "utf8mb4": "utf-8", "unicode-1-1-utf-7": "utf-7", "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman", "cp-1251": "cp1251", "win-1251": "cp1251",
}  # fmt: skip
_LATIN = frozenset({"ascii", "cp1252"})
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})


def _codec(charset: str) -> str:
    """The codec for a declared charset; ASCII where nothing (known) is declared."""
    name = charset.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if not re.fullmatch(r"[a-z0-9_.:+-]{1,40}", name):
        return "ascii"
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return "ascii"
    unfit = found.name.replace("_", "-") in _NOT_FOR_MAIL or not getattr(found, "_is_text_encoding", True)
    return "ascii" if unfit else found.name


def _text_of(raw: bytes, charset: str) -> str:
    """``raw`` decoded as declared, unless the bytes say otherwise; never raises.

    Bytes declared Latin or nothing that are valid UTF-8 are UTF-8: by chance that is next to impossible. A
    declared charset may have a few broken characters (a text that was cut); with more of them it lies.
    """
    codec = _codec(charset)
    if codec in _LATIN:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            codec = "cp1252"
    try:
        text = raw.decode(codec, "replace")
        if text.count("\ufffd") <= 2 + len(text) // 50:
            return text
        return raw.decode("utf-8")
    except (UnicodeError, ValueError):
        return raw.decode("cp1252", "replace")


# -- text -------------------------------------------------------------------------------------------

_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_NO_HTML = re.compile(
    r"(?:html[\s-]?(?:e?-?mails?|nachricht|message|format|version)|(?:view|display|read|show|anzeigen|darstellen)\b.{0,60}\bhtml|"
    r"html.{0,60}(?:anzeigen|darstellen|view|display))",
    re.IGNORECASE,
)


def _says_nothing(plain: str) -> bool:
    """A plain alternative that is empty, or that only says that the reader's program cannot show HTML."""
    words = _one_line(plain[:1000])
    return not words or (len(words) < 300 and _NO_HTML.search(words) is not None)


def _clean(text: str) -> str:
    text = text[: MAX_TEXT * 2].replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _UNWANTED.sub("", text)[:MAX_TEXT].strip("\n")


def _joined(texts: list[_Text]) -> tuple[str, bool]:
    """The texts in order, without HTML that repeats a plain text before it (an alternative sent as mixed)."""
    chosen: list[_Text] = []
    seen = ""
    for text in texts:
        words = "".join(text.text.split())
        if words and not (text.is_html and seen and words[:200] in seen):
            chosen.append(text)
            seen += words
    return "\n\n".join(t.text for t in chosen)[:MAX_TEXT], bool(chosen) and chosen[0].is_html


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,19})\b[^<>]*>")
_HIDDEN = re.compile(r"<!--|<(script|style|title)\b", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_LAYOUT = frozenset(
    {"table", "tbody", "thead", "tfoot", "tr", "td", "th", "center", "caption", "colgroup", "col", "form"}
)
_QUOTATION = re.compile(r"<blockquote\b[^<>]*(?:cite|quote)[^<>]*>", re.IGNORECASE)
_BLOCKQUOTE = re.compile(r"<(/?)blockquote\b[^<>]*>", re.IGNORECASE)
_MAX_QUOTATIONS = 40


def _html_text(source: str) -> str:
    """HTML as text, quotations marked ``> ``; no attributes or tables: with them a stranger chooses the size."""
    source = _without_hidden(source[:MAX_HTML])
    pieces = [(0, source)]
    if len(_QUOTATION.findall(source)) in range(1, _MAX_QUOTATIONS):
        pieces = list(_by_quotation(source))
    lines: list[str] = []
    for depth, piece in pieces:
        text = _clean(_converted(piece))
        if text.strip():
            lines += [f"{'> ' * depth}{line}" if depth else line for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))[:MAX_TEXT].strip("\n")


def _without_hidden(source: str) -> str:
    """Comments, scripts, styles and title removed in one pass; after one that is not closed nothing is."""
    kept: list[str] = []
    at = 0
    while opened := _HIDDEN.search(source, at):
        closed = re.compile(f"</{opened[1]}[^<>]*>?" if opened[1] else "-->", re.IGNORECASE).search(
            source, opened.end()
        )
        kept.append(source[at : opened.start()])
        if closed is None:
            at = opened.end()
            break
        at = closed.end()
    return "".join([*kept, source[at:]])


def _by_quotation(source: str) -> Iterator[tuple[int, str]]:
    """``source`` cut at its quotations: their depth and the HTML of each piece. Mere indentation is none."""
    marks: list[bool] = []
    at = 0
    for match in _BLOCKQUOTE.finditer(source):
        yield sum(marks), source[at : match.start()]
        at = match.end()
        if match[1]:
            if marks:
                marks.pop()
        elif len(marks) < _MAX_QUOTATIONS:
            marks.append(_QUOTATION.match(match[0]) is not None)
    yield sum(marks), source[at:]


def _converted(source: str) -> str:
    stripped = html.unescape(_ANY_TAG.sub(" ", _BREAK.sub("\n", source)))
    if not stripped.strip():
        return ""
    try:
        text = str(get_text(_TAG.sub(_bare_tag, source)))
    except Exception:  # a parser of strangers' HTML may fail in any way; the words count, not their layout
        return stripped
    # lxml drops what is nested deeper than about 250 levels, without a word.
    return text if 2 * len(text.split()) >= len(stripped.split()) else stripped


def _bare_tag(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    return f"<{tag[1]}{'div' if name in _LAYOUT else name}>"
