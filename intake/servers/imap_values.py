# SPDX-License-Identifier: GPL-3.0-or-later
"""What an IMAP server tells of folders and messages, as values. Pure, no I/O.

A field that the server left out or garbled gets the value that says so (0, -1, empty, ``None``, the
epoch), because one odd field must not cost the message.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intake.servers import imap_structure as tree
from intake.servers import imap_syntax as syntax
from intake.servers.imap_structure import Node
from intake.servers.imap_syntax import Response, SyntaxProblem, Value


@dataclass(frozen=True, slots=True)
class Selected:
    """An opened folder (RFC 9051 section 6.3.2)."""

    uidvalidity: int
    uidnext: int
    """0 if the server does not say."""
    exists: int
    read_only: bool
    permanent_flags: frozenset[str] = frozenset()
    """``\\*`` among them: keywords can be made up."""


@dataclass(frozen=True, slots=True)
class Head:
    """All about a message but its body. ``size`` in octets; ``header`` at most 128 KiB, perhaps cut."""

    uid: int
    flags: frozenset[str]
    internaldate: dt.datetime
    size: int
    header: bytes
    structure: Node | None
    """``None`` where the server gave none that makes sense."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the account, its name as people read it."""

    name: str
    delimiter: str
    attributes: frozenset[str]

    @property
    def special_use(self) -> str:
        """``\\Sent``, ``\\Trash``, … (RFC 6154), or empty."""
        uses = ("\\Sent", "\\Trash", "\\Drafts", "\\Junk", "\\Archive", "\\All", "\\Flagged")
        present = {a.lower() for a in self.attributes}
        return next((use for use in uses if use.lower() in present), "")

    @property
    def selectable(self) -> bool:
        """Whether it can hold messages."""
        return not {"\\noselect", "\\nonexistent"} & {a.lower() for a in self.attributes}


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """Counts of a folder that need not be open; -1 where the server does not say."""

    messages: int
    uidnext: int
    uidvalidity: int
    unseen: int


def text(value: object) -> str:
    """A string, whatever its octets; empty for NIL or a list."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def listed(responses: Iterable[Response]) -> list[Folder]:
    """The folders in LIST responses; one that cannot be read is left out."""
    result = []
    for response in responses:
        if not response[0].upper().startswith(b"* LIST "):
            continue
        try:
            _, _, attributes, delimiter, name, *_ = syntax.values(response)
        except (SyntaxProblem, ValueError):
            continue
        if isinstance(attributes, list) and isinstance(name, bytes):
            marks = frozenset(text(attribute) for attribute in attributes)
            result.append(Folder(syntax.folder_name(name), text(delimiter), marks))
    return result


def statuses(responses: Iterable[Response]) -> dict[str, FolderStatus]:
    """Folder → its counts, from STATUS responses; one that cannot be read is left out."""
    result = {}
    for response in responses:
        if not response[0].upper().startswith(b"* STATUS "):
            continue
        try:
            name, pairs = syntax.values(response)[2:4]
            if isinstance(name, bytes) and isinstance(pairs, list):
                named = zip(pairs[::2], pairs[1::2], strict=False)
                counts = {n.upper(): syntax.number(v) for n, v in named if isinstance(n, bytes)}
                wanted = (b"MESSAGES", b"UIDNEXT", b"UIDVALIDITY", b"UNSEEN")
                result[syntax.folder_name(name)] = FolderStatus(*(counts.get(n, -1) for n in wanted))
        except (SyntaxProblem, ValueError):
            continue
    return result


def head(uid: int, row: Mapping[bytes, Value] | None) -> Head:
    """A message from its FETCH attributes; ``None``: the server could not read it."""
    if row is None:
        return Head(uid, frozenset(), syntax.EPOCH, 0, b"", None)
    flags, size, header = row.get(b"FLAGS"), row.get(b"RFC822.SIZE"), row.get(b"BODY[HEADER]")
    return Head(
        uid=uid,
        # \Recent is of the session, not of the message (and gone from RFC 9051).
        flags=frozenset(map(text, flags if isinstance(flags, list) else ())) - {"\\Recent"},
        internaldate=syntax.internal_date(row.get(b"INTERNALDATE")),
        size=int(size) if isinstance(size, bytes) and size.isdigit() and len(size) <= 20 else 0,
        header=header if isinstance(header, bytes) else b"",
        structure=tree.structure(row.get(b"BODYSTRUCTURE")),
    )


def sections(row: Mapping[bytes, Value]) -> dict[str, bytes]:
    """``{"1.MIME": octets}`` from ``{b"BODY[1.MIME]": value}``; NIL is nothing."""
    return {
        name[5:-1].decode("ascii", "replace").replace('"', ""): value if isinstance(value, bytes) else b""
        for name, value in row.items()
        if name.startswith(b"BODY[")
    }


def hollow(row: Mapping[bytes, Value]) -> bool:
    """Whether sections were asked for and every one is NIL."""
    asked = [value for name, value in row.items() if name.startswith(b"BODY[")]
    return bool(asked) and all(value is None for value in asked)
