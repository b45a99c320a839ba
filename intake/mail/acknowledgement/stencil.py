# SPDX-License-Identifier: GPL-3.0-or-later
"""A text that is the same for many mails, laid out and encoded once, with gaps for what differs from mail to mail.

Two mails with the same languages, queue and calendar differ in two values only: the case reference and the time of
arrival. Laying out such a body costs milliseconds, and a backlog has thousands of them; filling in two values costs
microseconds. A filled stencil is to the byte what laying out the same values would give:

* Quoted-printable is encoded line by line (RFC 2045 6.7), so that lines without a gap are encoded once, and only the
  lines with one again for each mail. Base64 runs on over lines; it is encoded whole for each mail, which is cheap.
* The reference's gap is as long as the reference and lies between isolates, so that lines break where they would.
* The time of arrival has no fixed length: its paragraph is left unwrapped in the stencil and wrapped when filled.

Gaps are made of control characters, which neither texts nor the configuration may hold.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from threading import Lock
from typing import Generic, TypeVar

from markupsafe import escape

from intake.mail.acknowledgement.rfc5322 import crlf, quoted_printable, text_part
from intake.mail.acknowledgement.wrapping import oriented, wrap

_REFERENCE, _RECEIVED, _UNWRAPPED = "\x01", "\x02", "\x03"
_GAP = re.compile(r"[\x01-\x03]")
_UNWRAPPED_LINE = re.compile(r"\x03([^\x03]*)\x03(.*)")

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """What was worked out before, by all that it depends on; beyond ``entries`` the longest unused is forgotten.

    Only values that never change are kept, so that nothing but the time taken shows whether one was remembered.
    Safe to use from several threads.
    """

    __slots__ = ("_entries", "_kept", "_lock")

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._kept: dict[Hashable, Value] = {}
        self._lock = Lock()

    def recall(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value for ``key``; from ``make`` if it is not remembered."""
        with self._lock:
            value = self._kept.pop(key, None)
            if value is not None:
                self._kept[key] = value  # now the last: a dict keeps the order of insertion
                return value
        value = make()
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > self._entries:
                del self._kept[next(iter(self._kept))]
        return value

    def __len__(self) -> int:
        return len(self._kept)


class Same:
    """An object as part of a key, equal only to itself. Keeps it alive, so that no other takes its identity."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


def reference_gap(length: int) -> str:
    """Stands for a case reference of this many characters."""
    return _REFERENCE * length


def received_gap(code: str) -> str:
    """Stands for the time of arrival as it is written in the language ``code``."""
    return f"{_RECEIVED}{code}{_RECEIVED}"


@lru_cache(maxsize=256)
def laid_out(code: str, text: str) -> str:
    """A paragraph of plain text, wrapped; one with a gap for the time of arrival will be when it is filled."""
    return f"{_UNWRAPPED}{code}{_UNWRAPPED}{text}" if _RECEIVED in text else oriented(code, wrap(text))


@dataclass(frozen=True, slots=True)
class Details:
    """What differs from mail to mail: the reference, and by language code the time of arrival in words."""

    reference: str
    received: Mapping[str, str]

    def fill(self, text: str) -> str:
        """``text`` with its gaps filled, its paragraphs wrapped."""
        if _RECEIVED in text:
            for code, words in self.received.items():
                text = text.replace(received_gap(code), words)
        if _UNWRAPPED in text:
            # Without the reference: what arrives in the same minute is wrapped once.
            text = _UNWRAPPED_LINE.sub(lambda line: laid_out(line[1], line[2]), text)
        return text.replace(reference_gap(len(self.reference)), self.reference)

    def escaped(self) -> "Details":
        """The same for HTML."""
        return Details(str(escape(self.reference)), {code: str(escape(words)) for code, words in self.received.items()})


@dataclass(frozen=True, slots=True)
class _Fixed:
    """Lines without a gap, as octets and in quoted-printable, with CRLF."""

    octets: bytes
    quoted: bytes


@dataclass(frozen=True, slots=True)
class Stencil:
    """One text part. Its lines without a gap are encoded already; those with one stand as they are."""

    subtype: str
    runs: tuple[_Fixed | str, ...]

    @classmethod
    def cut(cls, subtype: str, text: str) -> "Stencil":
        """The stencil of ``text``, whose lines end with LF."""
        runs: list[_Fixed | str] = []
        for gapped, lines in groupby(re.findall(r".*\n|.+\Z", text), key=lambda line: bool(_GAP.search(line))):
            run = "".join(lines)
            runs.append(run if gapped else _encoded(run))
        return cls(subtype, tuple(runs))

    def part(self, details: Details) -> bytes:
        """The finished part of the mail, with its own headers (see :func:`text_part`)."""
        runs = [run if isinstance(run, _Fixed) else _encoded(details.fill(run)) for run in self.runs]
        return text_part(self.subtype, b"".join([run.octets for run in runs]), b"".join([run.quoted for run in runs]))


@dataclass(frozen=True, slots=True)
class BodyStencil:
    """A body with gaps, and the beginning of its subject."""

    subject_prefix: str
    text: Stencil
    html: Stencil

    def filled(self, details: Details) -> tuple[str, bytes, bytes]:
        """The beginning of the subject, and both parts of the mail."""
        return details.fill(self.subject_prefix), self.text.part(details), self.html.part(details.escaped())


def _encoded(lines: str) -> _Fixed:
    octets = lines.encode("utf-8", "replace")
    return _Fixed(crlf(octets), quoted_printable(octets))
