# SPDX-License-Identifier: GPL-3.0-or-later
"""An IMAP account as the service needs it: find, read, file. Transport only, no policy.

Signing in, locks and time limits are in ``imap_session``, the wire in ``imap_protocol``. Here holds:

* Reading leaves no trace: always BODY.PEEK, always with a length, so that unread stays unread and
  memory stays bounded. Attachments are never fetched, but for the sound of a voicemail (:meth:`Connection.body`).
* At most 200 messages in a command.
* Only UID commands name messages; a bare EXPUNGE, which would delete what others marked, does not exist.
* A message that is gone is absent from the answer; that is an outcome, not an error.

Errors are sentences with host, port and remedy: :class:`MailboxRefused` where the server said no and
asking again at once will not help, :class:`MailboxError` for everything that may pass.
"""

import asyncio
import contextlib
import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal as Choice

from intake.errors import MailboxRefused
from intake.servers import imap_structure as tree
from intake.servers import imap_syntax as syntax
from intake.servers import imap_values as values
from intake.servers.imap_attention import Attention
from intake.servers.imap_protocol import Protocol
from intake.servers.imap_session import Account, Session
from intake.servers.imap_structure import Node
from intake.servers.imap_syntax import Argument, Literal, SyntaxProblem, Value
from intake.servers.imap_values import Folder, FolderStatus, Head, Selected

__all__ = ["Account", "Connection", "Folder", "FolderStatus", "Head", "SearchKey", "Selected"]

BLOCK = 200
"""Messages in one command: bounds memory here, patience there, and the length of the line."""
HEADER_LIMIT = 65_536
"""Octets fetched of a header block. A longer one is mostly recipients: these are then asked for apart."""
LABEL_LIMIT = 4_096
"""Octets of a Message-ID field: what is read of one (:mod:`intake.parsing`) is shorter."""
PIECE = 524_288
"""Octets of an attachment asked for at a time."""
FETCH_COST = 8 * 1024 * 1024
"""Octets of bodies asked for in one command."""
APPEND_BLOCK = 50
"""Messages in one APPEND: some megabytes at most, and little to do again."""
POLL_SECONDS = 30.0
"""Between two NOOPs where the server offers no IDLE."""
NEEDLE_LIMIT = 400
"""Characters of a Message-ID that are searched for; HEADER finds it by a part."""

SearchKey = Choice["ALL", "ANSWERED", "UNANSWERED", "SEEN", "UNSEEN", "DELETED", "UNDELETED", "FLAGGED"]

_RECIPIENTS = "TO CC BCC"


def _blocks(uids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(uids))
    return (ordered[start : start + BLOCK] for start in range(0, len(ordered), BLOCK))


class Connection(Session):
    """A signed-in connection (:meth:`open`), with at most one folder open (:meth:`select`)."""

    def __init__(self, account: Account, protocol: Protocol) -> None:
        super().__init__(account, protocol)
        self._attention = Attention()

    # -- folders

    async def select(self, folder: str) -> Selected:
        """Opens a folder for reading and writing. Raises :class:`MailboxRefused` if there is none."""
        return await self._open("SELECT", folder)

    async def examine(self, folder: str) -> Selected:
        """Opens a folder so that nothing in it can change, ``\\Recent`` included. Raises as :meth:`select`."""
        return await self._open("EXAMINE", folder)

    async def _open(self, verb: str, folder: str) -> Selected:
        self._protocol.exists = 0
        command = await self._command(verb, self._folder(folder), doing=f'to open the folder "{folder}"')
        self._protocol.grown = True
        codes = [response[0] for response in command.untagged]

        def code(name: bytes) -> int:
            found = next((w for w in (syntax.response_code(c, name) for c in codes) if w), None)
            return int(found[0]) if found and found[0].isdigit() and len(found[0]) < 20 else 0

        flags = next((w for w in (syntax.response_code(c, b"PERMANENTFLAGS") for c in codes) if w), [])
        uidvalidity = code(b"UIDVALIDITY")
        if not uidvalidity:
            raise MailboxRefused(f'{self._where} keeps no lasting UIDs in "{folder}"; choose another folder')
        return Selected(
            uidvalidity=uidvalidity,
            uidnext=code(b"UIDNEXT"),
            exists=self._protocol.exists,
            read_only=syntax.response_code(command.result[1], b"READ-ONLY") is not None,
            permanent_flags=frozenset(f.strip(b"()").decode("utf-8", "replace") for f in flags) - {""},
        )

    async def folders(self) -> list[Folder]:
        """All folders of the account, those shared with it included, with their special uses where given."""
        extended = {"LIST-EXTENDED", "SPECIAL-USE"} <= self.capabilities
        arguments = (b'""', b'"*"', *((b"RETURN (SPECIAL-USE)",) if extended else ()))
        return values.listed((await self._command("LIST", *arguments, doing="to list the folders")).untagged)

    async def namespace(self) -> tuple[str, str]:
        """Prefix and delimiter of the account's own folders (RFC 2342), such as ``("INBOX.", ".")``."""
        if "NAMESPACE" in self.capabilities:
            command = await self._command("NAMESPACE", doing="to name its namespace")
            for response in command.untagged:
                if response[0].upper().startswith(b"* NAMESPACE"):
                    with contextlib.suppress(SyntaxProblem, IndexError, TypeError):
                        prefix, delimiter = syntax.values(response)[2][0][:2]  # type: ignore[index]
                        if isinstance(prefix, bytes):
                            return syntax.folder_name(prefix), values.text(delimiter)
        command = await self._command("LIST", b'""', b'""', doing="to name its delimiter")
        listed = values.listed(command.untagged)
        return "", listed[0].delimiter if listed else ""

    async def create(self, folder: str) -> None:
        """Makes a folder; that it exists already is fine. Raises :class:`MailboxRefused`."""
        await self._command(
            "CREATE",
            self._folder(folder),
            doing=f'to create the folder "{folder}"',
            tolerate=b"ALREADYEXISTS",
        )

    async def subscribe(self, folder: str) -> None:
        """Makes a folder appear in mail programs that show only subscribed ones."""
        await self._command("SUBSCRIBE", self._folder(folder), doing=f'to subscribe to the folder "{folder}"')

    async def status(self, folder: str) -> FolderStatus:
        """Counts of a folder, which is not opened by it. Raises :class:`MailboxRefused` if there is none."""
        items = b"(MESSAGES UIDNEXT UIDVALIDITY UNSEEN)"
        command = await self._command("STATUS", self._folder(folder), items, doing=f'the state of "{folder}"')
        return next(iter(values.statuses(command.untagged).values()), FolderStatus(-1, -1, -1, -1))

    async def statuses(self, folders: Collection[str]) -> dict[str, FolderStatus]:
        """Counts of many folders, unseen ones not among them; a folder that does not exist is absent.

        One command where the server can do that (LIST-STATUS, RFC 5819) and does, else one for each.
        """
        items = b"(MESSAGES UIDNEXT UIDVALIDITY)"
        if {"LIST-EXTENDED", "LIST-STATUS"} <= self.capabilities or "IMAP4REV2" in self.capabilities:
            names = [argument for folder in folders if isinstance(argument := self._folder(folder), bytes)]
            wanted = (b'""', b"(" + b" ".join(names) + b")", b"RETURN (STATUS " + items + b")")
            with contextlib.suppress(MailboxRefused):
                command = await self._command("LIST", *wanted, doing="to tell the state of folders")
                return {f: state for f, state in values.statuses(command.untagged).items() if f in folders}
        found: dict[str, FolderStatus] = {}
        for folder in folders:
            doing = f'to tell the state of "{folder}"'
            with contextlib.suppress(MailboxRefused):
                command = await self._command("STATUS", self._folder(folder), items, doing=doing)
                found |= values.statuses(command.untagged)
        return {folder: state for folder, state in found.items() if folder in folders}

    # -- finding and reading

    async def search(
        self, *keys: SearchKey, first: int = 1, since: dt.date | None = None, message_id: str = ""
    ) -> list[int]:
        """UIDs from ``first`` on that match all ``keys``, ascending.

        ``since``: only messages whose INTERNALDATE is that day or a later one, by the server's own time zone.
        ``message_id`` is looked for in the header Message-ID, as a part of it and without regard to
        case, as IMAP does: compare the result's headers. What cannot be searched for matches nothing.
        """
        self._protocol.grown = False
        arguments: list[Argument] = [b"UID", b"%d:*" % max(1, first), *(key.encode("ascii") for key in keys)]
        if since is not None:
            arguments += [b"SINCE", syntax.date(since)]
        if message_id:
            # A part of it will do, so what no server could find anyway is cut off.
            needle = re.split(r"[\x00-\x1f\x7f]", message_id)[0][:400]
            if not needle:
                return []
            wanted = syntax.string(needle)
            if isinstance(wanted, Literal):
                arguments[:0] = [b"CHARSET", b"UTF-8"]
            arguments += [b"HEADER", b"Message-ID", wanted]
        command = await self._command("UID SEARCH", *arguments, doing="to search")
        found: set[int] = set()
        for response in command.untagged:
            if response[0][:9].upper() == b"* SEARCH ":
                found.update(int(n) for n in response[0][9:].split() if n.isdigit() and len(n) <= 10)
        # "n:*" means "the last one" where no UID is as large as n (RFC 9051 section 9, seq-range).
        return sorted(uid for uid in found if uid >= first)

    async def heads(self, uids: Iterable[int]) -> dict[int, Head]:
        """Flags, dates, sizes, headers and structures; a message that is gone is absent.

        A message that the server itself cannot read comes with an empty header.
        """
        heads: dict[int, Head] = {}
        for block in _blocks(uids):
            facts = "UID FLAGS INTERNALDATE RFC822.SIZE"
            header = f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>"
            rows, garbled = await self._fetch(block, f"{facts} BODYSTRUCTURE {header}")
            if garbled:
                missing = [uid for uid in block if uid not in rows]
                rows |= (await self._fetch(missing, f"{facts} {header}"))[0]
            # A row of flags alone is news of another client's doing, not an answer.
            found = {uid: values.head(uid, row) for uid, row in rows.items() if not row or b"BODY[HEADER]" in row}
            heads |= found | await self._long_headers(h for h in found.values() if len(h.header) >= HEADER_LIMIT)
        return heads

    async def labels(self, uids: Iterable[int]) -> dict[int, Head]:
        """As :meth:`heads`, with no structure and of the header only the Message-ID: to know messages again."""
        labels: dict[int, Head] = {}
        field = "HEADER.FIELDS (MESSAGE-ID)"
        for block in _blocks(uids):
            items = f"UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[{field}]<0.{LABEL_LIMIT}>"
            rows, _ = await self._fetch(block, items)
            for uid, row in rows.items():
                if row and b"RFC822.SIZE" in row:
                    labels[uid] = replace(values.head(uid, row), header=values.sections(row).get(field, b""))
        return labels

    async def _long_headers(self, heads: Iterable[Head]) -> dict[int, Head]:
        """The same heads with the recipients last, so that a thousand of them hide nothing else."""
        by_uid = {head.uid: head for head in heads}
        rest, names = f"HEADER.FIELDS.NOT ({_RECIPIENTS})", f"HEADER.FIELDS ({_RECIPIENTS})"
        items = f"UID BODY.PEEK[{rest}]<0.{HEADER_LIMIT}> BODY.PEEK[{names}]<0.{HEADER_LIMIT}>"
        rows, _ = await self._fetch(list(by_uid), items)
        result: dict[int, Head] = {}
        for uid, row in rows.items():
            sections = values.sections(row or {})
            if sections.get(rest):
                first, last = tree.closed_header(sections[rest]), tree.closed_header(sections.get(names, b""))
                result[uid] = replace(by_uid[uid], header=first.removesuffix(b"\r\n") + last)
        return result

    async def skeletons(self, heads: Collection[Head]) -> dict[int, bytes]:
        """Messages without their attachments: header, MIME tree, text parts, reports. At most 512 KiB each.

        Messages of equal shape are asked for together. A message that is gone is absent. Where the
        structure is of no use, the beginning of the text stands for the tree.
        """
        shapes: dict[tuple[str, ...], list[tuple[Head, Node]]] = {}
        by_uid: dict[int, Head] = {}
        shapeless: set[int] = set()
        for head in heads:
            by_uid[head.uid] = head
            if head.structure is None:
                shapeless.add(head.uid)
            else:
                shapes.setdefault(tree.wanted(head.structure), []).append((head, head.structure))
        result: dict[int, bytes] = {}
        for items, alike in shapes.items():
            if not items:
                result |= {head.uid: tree.closed_header(head.header) for head, _ in alike}
                continue
            for group in _affordable(alike):
                rows, garbled = await self._fetch([head.uid for head, _ in group], f"UID {' '.join(items)}")
                for head, root in group:
                    row = rows.get(head.uid, {})
                    sections = values.sections(row or {})
                    made = tree.skeleton(head.header, root, sections) if sections else None
                    if made is not None:
                        result[head.uid] = made
                    elif sections or garbled or row is None:
                        shapeless.add(head.uid)
        for block in _blocks(shapeless):
            rows, _ = await self._fetch(block, f"UID BODY.PEEK[TEXT]<0.{tree.TEXT_LIMIT}>")
            for uid, row in rows.items():
                text = values.sections(row or {}).get("TEXT", b"")
                result[uid] = tree.closed_header(by_uid[uid].header) + text
        return result

    async def body(self, uid: int, node: Node, most: int) -> bytes | None:
        """The body of one part as it is encoded, the one attachment that is ever asked for; ``None`` if there is none.

        It is asked for in pieces, ``most`` octets of it.
        """
        pieces: list[bytes] = []
        for start in range(0, most, PIECE):
            rows, _ = await self._fetch([uid], f"UID BODY.PEEK[{node.section}]<{start}.{PIECE}>")
            piece = values.sections(rows.get(uid) or {}).get(node.section, b"")
            pieces.append(piece)
            if len(piece) < PIECE:
                break
        return b"".join(pieces) or None

    async def _fetch(self, uids: list[int], items: str) -> tuple[dict[int, dict[bytes, Value] | None], bool]:
        """Rows by UID of those that are there, and whether some answer could not be read.

        If the server refuses a whole block, each half is asked for alone: one message that it cannot
        read must not hide the others. Such a message has the row ``None``.
        """
        rows: dict[int, dict[bytes, Value] | None] = {}
        if not uids:
            return rows, False
        garbled = False
        try:
            command = await self._command(
                "UID FETCH",
                syntax.uid_set(uids),
                f"({items})".encode("ascii"),
                doing="to show messages",
                tolerate=b"EXPUNGEISSUED",
            )
        except MailboxRefused:
            if len(uids) == 1:
                return {uids[0]: None}, False
            half = len(uids) // 2
            for part in (uids[:half], uids[half:]):
                more, worse = await self._fetch(part, items)
                rows |= more
                garbled = garbled or worse
            return rows, garbled
        asked = set(uids)
        some_gone = syntax.response_code(command.result[1], b"EXPUNGEISSUED") is not None
        for response in command.untagged:
            try:
                row = syntax.fetched(response)
                uid = syntax.number(row[b"UID"]) if row and b"UID" in row else 0
            except SyntaxProblem:
                garbled = True
                continue
            if row and uid in asked:
                rows[uid] = (rows.get(uid) or {}) | row
        if some_gone:
            # Dovecot shows the sections of a message that another client has just removed as NIL.
            rows = {uid: row for uid, row in rows.items() if row and not values.hollow(row)}
        return rows, garbled

    # -- filing

    async def move(self, uids: Iterable[int], folder: str) -> dict[int, int]:
        """Moves messages (RFC 6851); flags, keywords and INTERNALDATE stay. Needs the capability MOVE.

        Returns source to target UIDs as far as the server tells; a message that is gone is absent.
        """
        return await self._transfer("MOVE", uids, folder, f'to move messages to "{folder}"')

    async def copy(self, uids: Iterable[int], folder: str) -> dict[int, int]:
        """Copies messages; returns what :meth:`move` returns."""
        return await self._transfer("COPY", uids, folder, f'to copy messages to "{folder}"')

    async def _transfer(self, verb: str, uids: Iterable[int], folder: str, doing: str) -> dict[int, int]:
        target = self._folder(folder)
        result: dict[int, int] = {}
        for block in _blocks(uids):
            command = await self._command(f"UID {verb}", syntax.uid_set(block), target, doing=doing)
            lines = [response[0] for response in command.untagged] + [command.result[1]]
            result |= syntax.copied(lines, BLOCK)
        return result

    async def mark_deleted(self, uids: Iterable[int]) -> None:
        """Marks messages ``\\Deleted``; they stay until :meth:`expunge`."""
        for block in _blocks(uids):
            change = (syntax.uid_set(block), b"+FLAGS.SILENT", b"(\\Deleted)")
            doing = "to mark messages as deleted"
            await self._command("UID STORE", *change, doing=doing, tolerate=b"EXPUNGEISSUED")

    async def expunge(self, uids: Iterable[int]) -> None:
        """Removes those of the messages that are marked, and no other (RFC 4315). Needs UIDPLUS."""
        if not {"UIDPLUS", "IMAP4REV2"} & self.capabilities:
            raise MailboxRefused(f"{self._where} cannot remove single messages (no UIDPLUS); use a server that can")
        for block in _blocks(uids):
            await self._command("UID EXPUNGE", syntax.uid_set(block), doing="to remove messages")

    async def append(
        self,
        folder: str,
        raw: bytes,
        *,
        flags: Collection[str] = ("\\Seen",),
        date: dt.datetime | None = None,
    ) -> int | None:
        """Puts a message into a folder; ``date`` (aware) becomes its INTERNALDATE.

        Returns its UID if the server tells. Raises :class:`MailboxRefused` (no folder, quota, rights).
        """
        arguments: list[Argument] = [self._folder(folder), f"({' '.join(flags)})".encode("ascii")]
        if date is not None:
            arguments.append(syntax.date_time(date))
        command = await self._command(
            "APPEND", *arguments, Literal(raw), doing=f'to put a message into the folder "{folder}"'
        )
        return next(iter(syntax.appended(command.result[1], 1)), None)

    @property
    def append_block(self) -> int:
        """How many messages :meth:`append_many` takes at once."""
        return APPEND_BLOCK if "MULTIAPPEND" in self.capabilities else 1

    async def append_many(
        self, folder: str, messages: Sequence[tuple[bytes, dt.datetime]], *, flags: Collection[str] = ("\\Seen",)
    ) -> list[int]:
        """Puts at most :attr:`append_block` messages with their dates into a folder, all or none (RFC 3502).

        Returns their UIDs if the server tells. Raises :class:`MailboxRefused` (no folder, quota, rights): then none was
        appended.
        """
        marks = f"({' '.join(flags)})".encode("ascii")
        arguments: list[Argument] = [self._folder(folder)]
        for raw, date in messages:
            # LITERAL+ (RFC 7888) saves a round trip for each message.
            arguments += [marks, syntax.date_time(date), Literal(raw, at_once="LITERAL+" in self.capabilities)]
        command = await self._command("APPEND", *arguments, doing=f'to put messages into the folder "{folder}"')
        return syntax.appended(command.result[1], len(messages))

    # -- waiting

    async def noop(self) -> None:
        """Asks for news; keeps the connection alive."""
        await self._command("NOOP", doing="to do nothing")

    async def idle(self, seconds: float, wake: asyncio.Event) -> bool:
        """Waits for news in the open folder, at most ``seconds`` or until ``wake`` is set.

        Returns whether there are any. A message that arrived since the last :meth:`search` began
        counts, so that none falls between searching and waiting. Whether the server is asked or tells by
        itself (IDLE, RFC 2177) is decided by :mod:`~intake.servers.imap_attention`; without IDLE it is
        asked twice a minute at least.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not self._arrived(clock()):
            left = end - clock()
            if wake.is_set() or left <= 0:
                return False
            self._protocol.news.clear()
            pause = self._attention.pause(clock())
            if pause is None and "IDLE" in self.capabilities:
                await self._command("IDLE", doing="to wait", during=partial(self._wait, left, wake))
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, POLL_SECONDS if pause is None else pause)):
                        await wake.wait()
                asked = clock()
                await self.noop()
                self._attention.answered(clock() - asked)
            if self._protocol.news.is_set():
                self._arrived(clock())
                return True
        return True

    def _arrived(self, now: float) -> bool:
        """Whether a message came that nobody was told of yet; now they are."""
        arrived, self._protocol.grown = self._protocol.grown, False
        if arrived:
            self._attention.arrived(now)
        return arrived

    async def _wait(self, seconds: float, wake: asyncio.Event) -> None:
        """Until news, ``wake`` or the time is up."""
        waiters = [asyncio.ensure_future(event.wait()) for event in (self._protocol.news, wake)]
        try:
            await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()

    def _folder(self, name: str) -> Argument:
        try:
            return syntax.folder_argument(name)
        except ValueError:
            raise MailboxRefused(f"{self._where}: {name!a} cannot be the name of a folder; rename it") from None


def _affordable(heads: Iterable[tuple[Head, Node]]) -> Iterator[list[tuple[Head, Node]]]:
    """Groups of at most :data:`BLOCK` messages and about :data:`FETCH_COST` octets."""
    group: list[tuple[Head, Node]] = []
    total = 0
    for head, root in heads:
        price = tree.cost(root)
        if group and (len(group) >= BLOCK or total + price > FETCH_COST):
            yield group
            group, total = [], 0
        group.append((head, root))
        total += price
    if group:
        yield group
