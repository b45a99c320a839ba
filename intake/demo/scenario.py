# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample messages, what a person would expect of each, and how far what happened differs from it.

``samples/expectations.toml`` was written before the service was run on the samples, and says what is right.
``gaps.toml`` lists the samples that cannot come out right yet, with the reason and the part of the roadmap that
closes the gap. The list is kept honest from both sides: a difference that is not listed counts as wrong, and so
does an entry whose sample comes out right.

What is compared: the language found and the one the acknowledgement begins with, the queue and the folder in which
the message really lies, whether exactly one acknowledgement went out and to whom, the reason where none did, and the
case that it belongs to.
"""

import base64
import email
import email.policy
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal

from intake.errors import ConfigurationError

Result = Literal["right", "known gap", "wrong"]

_PLACEHOLDER = re.compile(rb"\{\{(reference|acknowledgement):(\d+)\}\}")
_ATTACHED = re.compile(
    rb"(Content-Disposition: attachment[^\n]*\n(?:[^\n]+\n)*\r?\n)[A-Za-z0-9+/=\r\n]+?(?=\r?\n\r?\n?--)", re.I
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample message and what is expected of it; of a tuple, any one is right."""

    number: str
    title: str
    raw: bytes
    envelope_sender: str
    """Empty: the null sender."""
    reply: bool
    reasons: tuple[str, ...]
    languages: tuple[str, ...]
    queues: tuple[str, ...]
    recipient: str
    """Who gets the acknowledgement."""
    follows: str
    """The number of the sample whose case it belongs to, or empty."""

    @property
    def needs(self) -> frozenset[str]:
        """The samples that must have been acknowledged before this one can be written."""
        return frozenset(number.decode("ascii") for _, number in _PLACEHOLDER.findall(self.raw))

    def filled(self, values: Mapping[tuple[str, str], str]) -> bytes:
        """The message as it is sent, CRLF throughout. ``values``: by (``reference`` or ``acknowledgement``, number)."""
        text = _PLACEHOLDER.sub(lambda m: values[m[1].decode("ascii"), m[2].decode("ascii")].encode(), self.raw)
        return re.sub(rb"\r?\n", b"\r\n", text)


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a sample cannot come out right yet, and the part of the roadmap that closes the gap."""

    reason: str
    closed_by: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An outgoing mail as its recipient sees it. ``languages``: of Content-Language, in order."""

    recipients: tuple[str, ...]
    envelope_sender: str
    languages: tuple[str, ...]
    automatic: bool
    """It says of itself that it is an automatic reply (RFC 3834 section 5)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. ``folders``: where it was found in the account, each place once."""

    reply: bool
    reason: str
    language: str
    queue: str
    case: str
    """The case's reference; empty for a machine's mail."""
    folders: tuple[str, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    copies: tuple[str, ...]
    """The folders in which copies of the acknowledgement lie."""


def load(folder: Path) -> tuple[Sample, ...]:
    """The samples in ``folder``, in the order of delivery. Raises :class:`ConfigurationError`."""
    file = folder / "expectations.toml"
    try:
        return tuple(_sample(folder, entry) for entry in tomllib.loads(file.read_text("utf-8"))["sample"])
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(f"{file}: the samples cannot be read ({error}); install the package again") from None


def load_gaps(file: Path) -> dict[str, Gap]:
    """The known gaps by sample number. Raises :class:`ConfigurationError`."""
    try:
        entries = tomllib.loads(file.read_text("utf-8")).get("gap", [])
        return {entry["sample"]: Gap(entry["reason"], entry["closed_by"]) for entry in entries}
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(f"{file}: the known gaps cannot be read ({error}); correct the file") from None


def _sample(folder: Path, entry: Mapping[str, Any]) -> Sample:
    raw = (folder / entry["file"]).read_bytes()
    size = entry.get("generate", {}).get("attachment_bytes", 0)
    reasons = entry.get("reason", ())
    sender = parseaddr(str(email.message_from_bytes(raw, policy=email.policy.default)["From"]))[1]
    if not re.fullmatch(r"[^@\s\"<>]+@[\w.-]+", sender):
        sender = entry["envelope_sender"]  # a From that only a forgiving parser understands
    return Sample(
        number=entry["file"].partition("-")[0],
        title=entry["title"],
        raw=_enlarged(raw, size) if size else raw,
        envelope_sender=entry["envelope_sender"],
        reply=entry["reply"],
        reasons=(reasons,) if isinstance(reasons, str) else tuple(reasons),
        languages=tuple(entry.get("languages_accepted", (entry["language"],))),
        queues=tuple(entry.get("queues_accepted", (entry["queue"],))),
        recipient=entry.get("acknowledgement_to", sender),
        follows=entry.get("follows", ""),
    )


def _enlarged(raw: bytes, size: int) -> bytes:
    """The message with an attachment of ``size`` octets in place of its small one."""
    pattern = bytes(range(256))
    content = base64.encodebytes((pattern * (size // len(pattern) + 1))[:size]).rstrip()
    return _ATTACHED.sub(lambda match: match[1] + content, raw, count=1)


def differences(
    sample: Sample, outcome: Outcome, followed: Outcome | None, folders: Mapping[str, str]
) -> tuple[str, ...]:
    """How what happened differs from what is expected, as short English phrases; empty: not at all.

    ``followed``: what became of the sample that this one follows. ``folders``: each queue's folder.
    """
    found = []
    if outcome.language not in sample.languages:
        found.append(f"language {outcome.language}, not {_or(sample.languages)}")
    if outcome.queue not in sample.queues:
        found.append(f"queue {outcome.queue}, not {_or(sample.queues)}")
    place = folders.get(outcome.queue, "")
    if outcome.folders != (place,):
        found.append(f"lies in {_and(outcome.folders)}, not once in {place}")
    if sample.follows and (followed is None or not outcome.case or outcome.case != followed.case):
        found.append(f"not in the case of message {sample.follows}")
    count = len(outcome.acknowledgements)
    if count != int(sample.reply):
        why = f" ({outcome.reason})" if sample.reply else ""
        found.append(f"{count} acknowledgements, not {int(sample.reply)}{why}")
    elif sample.reply:
        found += _of_mail(sample, outcome.acknowledgements[0])
        if outcome.copies != (place,):
            found.append(f"copy of the acknowledgement in {_and(outcome.copies)}, not once in {place}")
    elif outcome.reason not in sample.reasons:
        found.append(f"reason {outcome.reason}, not {_or(sample.reasons)}")
    return tuple(found)


def _of_mail(sample: Sample, mail: Acknowledgement) -> list[str]:
    found = []
    if mail.recipients != (sample.recipient,):
        found.append("acknowledged to the wrong address")
    if not mail.languages or mail.languages[0] not in sample.languages:
        found.append(f"acknowledged in {_and(mail.languages)}, not first in {_or(sample.languages)}")
    if "de" not in mail.languages:
        found.append("acknowledged without German")
    if mail.envelope_sender or not mail.automatic:
        found.append("the acknowledgement is not marked as automatic")
    return found


def judge(found: Sequence[str], gap: Gap | None) -> tuple[Result, tuple[str, ...]]:
    """The result and what to say about it. An entry in the list of gaps that is not needed is wrong, too."""
    if found:
        return ("known gap" if gap else "wrong"), tuple(found)
    if gap:
        return "wrong", ("comes out right: take it from the list of known gaps",)
    return "right", ()


def _or(words: Sequence[str]) -> str:
    return " or ".join(words) or "none"


def _and(words: Sequence[str]) -> str:
    return ", ".join(words) or "none"
