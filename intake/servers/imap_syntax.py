# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of IMAP: octets to responses, responses to values, values to commands. Pure, no I/O.

A response (RFC 9051 section 7) is one line that may be interrupted by literals, each announced as
``{size}`` at the end of a line. :class:`Framer` cuts the stream at exactly these places and nowhere
else; it looks at no parenthesis, so that nothing a stranger wrote into a subject can join or split
responses. It is iterative: five thousand lines in one chunk are as good as one.

Both the server and the senders of mail are hostile here. Every size has a limit, and what does not
fit the grammar raises :class:`SyntaxProblem`, which ends the connection or, for one message's
structure, only that structure.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from imapclient import imap_utf7

MAX_LINE = 4 * 1024 * 1024
"""Octets of one line: a SEARCH over 400,000 messages still fits."""
MAX_LITERAL = 1024 * 1024
"""Octets of one literal: four times the largest part that is ever asked for."""
MAX_RESPONSE = 16 * 1024 * 1024
"""Octets of one response with all its literals."""
MAX_DEPTH = 120
"""Nested parentheses; Dovecot nests MIME at most 100 deep."""

Response = tuple[bytes, ...]
"""Text, literal, text, literal, …, text: always odd in number, without line ends."""
Value = bytes | None | list["Value"]
"""A parsed value: string, number or atom as bytes; ``NIL``; or a parenthesised list."""

_LITERAL = re.compile(rb"~?\{(\d{1,10})\+?\}$")
_STATUS = re.compile(rb"(?:\+|[^ ]{1,64} (?:OK|NO|BAD|BYE|PREAUTH)(?: |$))", re.I)
_TOKEN = re.compile(
    rb' *(?:([()])|"([^"\\]*(?:\\.[^"\\]*)*)"|((?:\[[^\]]{0,300}\]|[^\s()"])+))',
    re.S,
)
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class SyntaxProblem(ValueError):
    """The server sent something that is not IMAP, or is larger than any honest answer."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string sent as a literal: length first, octets after the server's go-ahead, or ``at_once`` (RFC 7888)."""

    octets: bytes
    at_once: bool = False


Argument = bytes | Literal


class Framer:
    """Cuts the octets of a connection into responses, whatever the chunks they arrive in."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._literal: int | None = None

    def feed(self, data: bytes) -> Iterator[Response]:
        """The responses that ``data`` completes. Raises :class:`SyntaxProblem` above a limit."""
        self._buffer += data
        while True:
            if self._literal is not None:
                if len(self._buffer) < self._literal:
                    return
                self._take(self._literal)
                self._literal = None
            end = self._buffer.find(b"\r\n", self._scanned)
            if end < 0:
                self._scanned = max(0, len(self._buffer) - 1)
                if len(self._buffer) > MAX_LINE:
                    raise SyntaxProblem(f"a line of more than {MAX_LINE} octets")
                return
            self._scanned = 0
            if end > MAX_LINE:
                raise SyntaxProblem(f"a line of more than {MAX_LINE} octets")
            line = self._take(end)
            del self._buffer[:2]
            # Free text after OK, NO, BAD or + may end in "{5}" and announces nothing.
            status = len(self._parts) == 1 and _STATUS.match(line)
            found = None if status else _LITERAL.search(line[-16:])
            if found is None:
                response, self._parts, self._size = tuple(self._parts), [], 0
                yield response
                continue
            self._parts[-1] = line[: len(line) - len(found.group())]
            self._literal = int(found.group(1))
            if self._literal > MAX_LITERAL or self._size + self._literal > MAX_RESPONSE:
                raise SyntaxProblem(f"a literal of {self._literal} octets that nobody asked for")

    def _take(self, count: int) -> bytes:
        piece = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._parts.append(piece)
        self._size += count
        return piece


def values(response: Response) -> list[Value]:
    """The values of a response, lists nested, literals in their places.

    Raises :class:`SyntaxProblem` for an unbalanced parenthesis, an open quote or deep nesting.
    """
    top: list[Value] = []
    stack = [top]
    for index, piece in enumerate(response):
        if index % 2:
            stack[-1].append(piece)
            continue
        position, end = 0, len(piece.rstrip(b" "))
        while position < end:
            match = _TOKEN.match(piece, position)
            if match is None:
                raise SyntaxProblem("a response that does not follow the grammar")
            position = match.end()
            bracket, quoted, atom = match.groups()
            if bracket == b"(":
                inner: list[Value] = []
                stack[-1].append(inner)
                stack.append(inner)
                if len(stack) > MAX_DEPTH:
                    raise SyntaxProblem(f"a response nested more than {MAX_DEPTH} deep")
            elif bracket == b")":
                stack.pop()
                if not stack:
                    raise SyntaxProblem("a closing parenthesis without an opening one")
            elif atom is not None:
                stack[-1].append(None if atom.upper() == b"NIL" else atom)
            else:
                stack[-1].append(re.sub(rb"\\(.)", rb"\1", quoted, flags=re.S) if b"\\" in quoted else quoted)
    if len(stack) != 1:
        raise SyntaxProblem("an opening parenthesis without a closing one")
    return top


def fetched(response: Response) -> dict[bytes, Value] | None:
    """The attributes of a FETCH response, upper case, without ``<origin>``; else ``None``.

    Raises :class:`SyntaxProblem` if it is a FETCH response that cannot be read.
    """
    if not re.match(rb"\* \d+ FETCH \(", response[0], re.I):
        return None
    items = values(response)[3:]
    pairs = items[0] if len(items) == 1 else None
    if not isinstance(pairs, list) or len(pairs) % 2:
        raise SyntaxProblem("a FETCH response without pairs of names and values")
    result: dict[bytes, Value] = {}
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(name, bytes):
            raise SyntaxProblem("a FETCH response with a value where a name belongs")
        result[re.sub(rb"<\d+>$", b"", name).upper()] = value
    return result


def number(value: Value) -> int:
    """A number of at most 20 digits. Raises :class:`SyntaxProblem` for anything else."""
    if not isinstance(value, bytes) or not value.isdigit() or len(value) > 20:
        raise SyntaxProblem("something else where a number belongs")
    return int(value)


def response_code(line: bytes, name: bytes) -> list[bytes] | None:
    """The words of the response code ``[NAME …]`` (RFC 9051 section 7.1) in a status text."""
    match = re.match(rb"(?:\* (?:OK|NO|BAD) )?\[([^\]]{1,4000000})\]", line, re.I)
    words = match.group(1).split() if match else []
    return words[1:] if words and words[0].upper() == name else None


def string(text: str) -> Argument:
    """A quoted string where ASCII allows it, else a UTF-8 literal (RFC 9051 section 4.3)."""
    octets = text.encode("utf-8", "surrogateescape")
    if len(octets) <= 1000 and all(32 <= octet < 127 for octet in octets):
        return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return Literal(octets)


def folder_argument(name: str) -> Argument:
    """A folder name in modified UTF-7 (RFC 3501 section 5.1.3), quoted. Raises :class:`ValueError`."""
    return string(imap_utf7.encode(name).decode("ascii"))


def folder_name(octets: bytes) -> str:
    """The name of a folder as people read it; what is no modified UTF-7 stays as it came."""
    try:
        return str(imap_utf7.decode(octets))
    except (ValueError, LookupError):
        return octets.decode("utf-8", "replace")


def uid_set(uids: Iterable[int]) -> bytes:
    """``1:3,7`` for 1, 2, 3, 7 (RFC 9051: sequence-set)."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return b",".join(b"%d" % a if a == b else b"%d:%d" % (a, b) for a, b in ranges)


def uids_of(text: bytes, limit: int) -> list[int]:
    """The UIDs of a set such as ``304,319:320``, in its order.

    Raises :class:`SyntaxProblem` if there are more than ``limit``, or it is no set.
    """
    result: list[int] = []
    for piece in text.split(b","):
        first, _, last = piece.partition(b":")
        low = number(first)
        high = number(last) if last else low
        low, high = min(low, high), max(low, high)
        if len(result) + high - low + 1 > limit:
            raise SyntaxProblem("a UID set larger than what it answers")
        result.extend(range(low, high + 1))
    return result


def copied(lines: Sequence[bytes], limit: int) -> dict[int, int]:
    """Source to target UIDs from the COPYUID codes (RFC 4315 section 3) in status lines."""
    result: dict[int, int] = {}
    for line in lines:
        words = response_code(line, b"COPYUID")
        if words and len(words) == 3:
            try:
                source, target = uids_of(words[1], limit), uids_of(words[2], limit)
            except SyntaxProblem:
                continue
            if len(source) == len(target):
                result.update(zip(source, target, strict=True))
    return result


def appended(line: bytes, limit: int) -> list[int]:
    """The UIDs in the code APPENDUID (RFC 4315 section 3) of a status line; none if the server does not tell."""
    words = response_code(line, b"APPENDUID")
    try:
        return uids_of(words[1], limit) if words and len(words) == 2 else []
    except SyntaxProblem:
        return []


def internal_date(value: Value) -> dt.datetime:
    """An INTERNALDATE as an aware instant; :data:`EPOCH` where the server sent something else."""
    match = _DATE.fullmatch(value) if isinstance(value, bytes) else None
    if match is None:
        return EPOCH
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    try:
        offset = dt.timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
        zone = dt.timezone(-offset if sign == b"-" else offset)
        index = _MONTHS.index(month.decode().capitalize()) + 1
        return dt.datetime(int(year), index, int(day), int(hour), int(minute), int(second), tzinfo=zone)
    except ValueError:
        return EPOCH


def date(day: dt.date) -> bytes:
    """A day as SEARCH takes it: ``05-Mar-2026``."""
    return f"{day:%d}-{_MONTHS[day.month - 1]}-{day.year:04d}".encode("ascii")


def date_time(instant: dt.datetime) -> bytes:
    """An aware instant as APPEND takes it: ``"05-Mar-2026 09:30:00 +0100"``."""
    return f'"{date(instant).decode("ascii")} {instant:%H:%M:%S} {f"{instant:%z}"[:5]}"'.encode("ascii")
