# SPDX-License-Identifier: GPL-3.0-or-later
"""From a BODYSTRUCTURE to a skeleton: the message without its attachments. Pure, no I/O.

Attachments are never fetched: less for the octets than because nobody needs to read them here. What
is asked for (RFC 9051 section 6.4.5) is the MIME header of every part, the body of text parts that
are no attachment, the body of delivery reports, and the header of an enclosed message.
The answers are put together again under the boundaries that the message itself names, so
that the result parses like the original with some bodies empty.

A BODYSTRUCTURE is the server's opinion of what a stranger sent, and may be missing, broken or untrue.
Nothing here raises on it: what cannot be walked is left out or replaced by the beginning of the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser

from intake.servers.imap_syntax import SyntaxProblem, Value

PART_LIMIT = 262_144
"""Octets fetched of one body."""
BODY_LIMIT = 393_216
"""Octets fetched of all bodies of one message."""
TEXT_LIMIT = 65_536
"""Octets fetched where the structure is of no use."""
MIME_LIMIT = 8_192
"""Octets fetched of one part's MIME header."""
ENCLOSED_LIMIT = 16_384
"""Octets fetched of an enclosed message's header."""
SKELETON_LIMIT = 524_288
"""Octets of a skeleton, its header included."""
MAX_PARTS = 100
"""Parts that are looked at: keeps a FETCH command below the 8,192 octets of RFC 7162 section 4."""
MAX_NESTING = 20
"""Multiparts within multiparts."""
FIELD_LIMIT = 4_096
"""Octets of a Content-Type that is believed: the standard library reads longer ones in quadratic time."""

_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
    }
)
_ENCLOSED = frozenset({"message/rfc822", "message/global"})


@dataclass(frozen=True, slots=True)
class Node:
    """One part: its section number (``""`` for a multipart at the top) and what the server says of it."""

    section: str
    kind: str
    """Type and subtype, lower case, such as ``text/plain``."""
    size: int = 0
    """Octets as encoded."""
    attachment: bool = False
    children: tuple["Node", ...] = ()
    encoding: str = ""
    """Content-Transfer-Encoding, lower case."""

    @property
    def multipart(self) -> bool:
        """Whether it holds parts of its own."""
        return self.kind.startswith("multipart/")

    @property
    def leaves(self) -> tuple["Node", ...]:
        """The parts that are no multipart, in the order of the message."""
        return tuple(node for node, _ in _walk(self, None) if not node.multipart)

    @property
    def readable(self) -> bool:
        """Whether its body is fetched: text that is no attachment, or a report of a mail system."""
        return self.kind in _REPORTS or (self.kind.startswith("text/") and not self.attachment)


def structure(value: Value) -> Node | None:
    """The tree of a parsed BODYSTRUCTURE; ``None`` if it is missing or makes no sense.

    Parts beyond :data:`MAX_PARTS` and levels beyond :data:`MAX_NESTING` are left out.
    """
    try:
        return _node(value, "", 0, [MAX_PARTS])
    except SyntaxProblem:
        return None


def _word(fields: list[Value], index: int) -> str:
    value = fields[index] if index < len(fields) else None
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""


def _attachment(fields: list[Value]) -> bool:
    """Whether a disposition ``("attachment" (…))`` is among the extension fields of a part."""
    return any(isinstance(f, list) and len(f) == 2 and _word(f, 0) == "attachment" for f in fields)


def _node(value: Value, section: str, depth: int, left: list[int]) -> Node:
    if not isinstance(value, list) or not value:
        raise SyntaxProblem("a structure that is no list")
    left[0] -= 1
    if not isinstance(value[0], list):
        size = _word(value, 6)
        octets = int(size) if size.isdecimal() and len(size) <= 20 else 0
        kind, encoding = f"{_word(value, 0)}/{_word(value, 1)}", _word(value, 5)
        return Node(section or "1", kind, octets, _attachment(value[7:]), encoding=encoding)
    children: list[Node] = []
    count = 0
    while count < len(value) and isinstance(value[count], list):
        if depth < MAX_NESTING and left[0] > 0:
            inner = f"{section}.{count + 1}" if section else str(count + 1)
            children.append(_node(value[count], inner, depth + 1, left))
        count += 1
    kind = f"multipart/{_word(value, count) or 'mixed'}"
    return Node(section, kind, 0, _attachment(value[count + 2 :]), tuple(children))


def wanted(root: Node) -> tuple[str, ...]:
    """The FETCH items for a skeleton, in the order of the message."""
    items: list[str] = []
    left = BODY_LIMIT
    for node, parent in _walk(root, None):
        if parent is not None:
            items.append(f"BODY.PEEK[{node.section}.MIME]<0.{MIME_LIMIT}>")
        if node.kind in _ENCLOSED:
            # A bounce encloses what bounced; a person's forwarded mail is an attachment like others.
            if parent is not None and (not node.attachment or parent.kind == "multipart/report"):
                items.append(f"BODY.PEEK[{node.section}.HEADER]<0.{ENCLOSED_LIMIT}>")
        elif node.readable and left > 0:
            length = min(PART_LIMIT, left)
            items.append(f"BODY.PEEK[{node.section}]<0.{length}>")
            left -= min(length, node.size)
    return tuple(items)


def cost(root: Node) -> int:
    """About how many octets :func:`wanted` brings, if the structure is honest."""
    return sum(min(node.size, PART_LIMIT) if node.readable else 300 for node, _ in _walk(root, None))


def _walk(node: Node, parent: Node | None) -> list[tuple[Node, Node | None]]:
    """A node and all below it, in the order of the message; depth is bounded by :func:`structure`."""
    return [(node, parent), *(pair for child in node.children for pair in _walk(child, node))]


def _boundary(header: bytes) -> bytes | None:
    """The boundary that a parser of the skeleton will look for; ``None`` if there is none to rely on."""
    try:
        parsed = BytesHeaderParser().parsebytes(header)
        if len(str(parsed.get("content-type", ""))) > FIELD_LIMIT:
            return None
        found = (parsed.get_boundary() or "").encode("utf-8", "surrogateescape")
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return found if found and b"\r" not in found and b"\n" not in found else None


def closed_header(header: bytes) -> bytes:
    """A header block that ends with its empty line; a line that was cut off is left out."""
    if header.endswith(b"\r\n\r\n") or header == b"\r\n":
        return header
    end = header.rfind(b"\r\n")
    return header[: end + 2] + b"\r\n" if end >= 0 else b"\r\n"


def skeleton(header: bytes, root: Node, sections: Mapping[str, bytes]) -> bytes | None:
    """The message's header with the tree below it, from fetched sections such as ``1.MIME``.

    ``None`` if the header names no boundary although the server sees a multipart.
    """
    head = closed_header(header)
    if not root.multipart:
        return (head + sections.get(root.section, b""))[:SKELETON_LIMIT]
    boundary = _boundary(head)
    if boundary is None:
        return None
    pieces = [head]
    _assemble(root, boundary, sections, pieces)
    return b"".join(pieces)[:SKELETON_LIMIT]


def _assemble(node: Node, boundary: bytes, sections: Mapping[str, bytes], pieces: list[bytes]) -> None:
    """Adds the parts below ``node`` to ``pieces``."""
    for child in node.children:
        mime = closed_header(sections.get(f"{child.section}.MIME", b""))
        pieces += [b"--", boundary, b"\r\n", mime]
        if child.multipart:
            inner = _boundary(mime)
            if inner is not None:
                _assemble(child, inner, sections, pieces)
        elif child.kind in _ENCLOSED:
            pieces.append(closed_header(sections.get(f"{child.section}.HEADER", b"")))
        else:
            pieces.append(sections.get(child.section, b""))
        pieces.append(b"\r\n")
    pieces += [b"--", boundary, b"--\r\n"]
