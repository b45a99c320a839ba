# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyed hashes: how the ledger recognises a message or a sender again without knowing them.

Each key is HMAC-SHA256 under the installation's secret, cut to 128 bits, with a label for its kind, so that
equal inputs of different kinds never meet. The secret lies in the ledger itself (a backup is one directory);
without it, the hashes say nothing about an address even to someone who guesses addresses.

A message is the same message again if its Message-ID, From and Date are known, or its From, Date, subject and
the person's own words (normalised after decoding, never raw bytes: Exchange regenerates MIME at each fetch and
gateways add footers). Message-ID alone is not identity: some programs reuse them, some send none.
"""

import datetime as dt
import hmac
import re
import unicodedata
from collections.abc import Sequence

_REPLY_PREFIX = re.compile(r"^\s*(?:(?:re|aw|antw|sv|wg|fwd?|fw|tr|rv|odp|ynt|відп|отв)\s*(?:\[\d+\])?\s*:\s*)+", re.I)
_NOT_WORD = re.compile(r"[\W_]+")


def keyed(secret: bytes, kind: str, *values: str) -> str:
    """32 hex digits for values of one kind; values are separated unambiguously."""
    payload = b"\x00".join(value.encode("utf-8", "surrogatepass") for value in (kind, *values))
    return hmac.digest(secret, payload, "sha256").hex()[:32]


def normal(text: str) -> str:
    """Only the letters and digits of a text, case-folded: what survives gateways and re-encoding."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def bare_subject(subject: str) -> str:
    """A subject without its chain of Re:, AW:, Fwd: …"""
    return _REPLY_PREFIX.sub("", subject)


def sender(secret: bytes, address: str) -> str:
    """The key of an address; plus tags are kept, letter case is not."""
    return keyed(secret, "address", address.lower())


def domain(secret: bytes, address: str) -> str:
    """The key of an address's domain."""
    return keyed(secret, "domain", address.rpartition("@")[2].lower())


def loop_token(secret: bytes) -> str:
    """The value of X-Loop in everything that this installation sends."""
    return keyed(secret, "loop")


def message_id(secret: bytes, address: str, kind: str, *values: str) -> str:
    """A Message-ID of ours, in the domain of ``address``: the same for the same values, so that a retry repeats it."""
    return f"<intake.{keyed(secret, kind, *values)}@{address.rpartition('@')[2]}>"


def thread(secret: bytes, message_id: str) -> str:
    """The key of a Message-ID."""
    return keyed(secret, "message-id", message_id.strip())


def identities(
    secret: bytes, *, message_id: str, sender: str, date: dt.datetime | None, subject: str, said: str
) -> tuple[str, ...]:
    """The keys under which a message is known: one or two. ``date``: its Date, else its INTERNALDATE.

    ``said``: its :func:`normal` words.
    """
    moment = date.astimezone(dt.UTC).isoformat(timespec="seconds") if date else ""
    who = sender.lower()
    found = [keyed(secret, "content", who, moment, normal(subject), said)]
    if message_id:
        found.append(keyed(secret, "identity", message_id.strip(), who, moment))
    return tuple(found)


def same_text(secret: bytes, *, sender: str, subject: str, said: str, attachments: Sequence[str] = ()) -> str | None:
    """The key of what was said (:func:`normal`), without when; ``None`` where too little was said to compare."""
    if len(said) < 12:
        return None
    return keyed(secret, "text", sender.lower(), normal(bare_subject(subject)), said, *sorted(attachments))
