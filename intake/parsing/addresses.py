# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses in headers (RFC 5322 3.4), read in one pass without recursion, however they are nested or broken."""

import re
from dataclasses import dataclass

from intake.parsing.headers import CONTROL, Fields, decoded, one_line, values_of
from intake.parsing.limits import (
    MAX_ADDRESS_CHARACTERS,
    MAX_ADDRESSES,
    MAX_HEADER_CHARACTERS,
    MAX_IDENTIFIER,
    MAX_SUBJECT,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: display name (decoded, one line) and addr-spec (domain lower case); never empty."""

    name: str
    address: str


_TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*)(?:"|\\?$)|\\(.)|(\[[^\]<>,]{0,100}\])|([()<>,;:])|([^"\\()<>,;:\[]+|.)', re.DOTALL
)


def addresses_in(value: str) -> tuple[list[Address], bool]:
    """The mailboxes in an address header, at most 1,000, and whether it is written as a group.

    One pass over the tokens without recursion: comments are counted, not descended into. Lists separated by
    semicolons (Outlook) are read too.
    """
    value = value[:MAX_ADDRESS_CHARACTERS]
    found = _mailboxes(value)
    usable = any("@" in a.address and "=?" not in a.address for a in found[0])
    if not usable and "=?" in value and "@" in (plain := decoded(value[:MAX_HEADER_CHARACTERS])):
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
        visible = CONTROL.sub("\ufffd", address.strip())
        compact = (visible if '"' in visible else "".join(visible.split())).lstrip("@").rstrip(".")
        if (
            compact
            and len(compact) <= MAX_IDENTIFIER
            and not (spec is None and "@" not in compact and " " in address.strip())
        ):
            local, at, domain = compact.rpartition("@")
            found.append(Address(one_line(decoded(name))[:MAX_SUBJECT].strip("'\" "), local + at + domain.lower()))
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


def return_path_of(fields: Fields, envelope: str) -> str | None:
    """The null path wins over any other instance; else the topmost, which the last server wrote."""
    paths = [p for value in values_of(fields, "return-path") if (p := _path(value)) is not None]
    if not paths and envelope.lower() in ("mailer-daemon", "<>"):
        return ""
    return "" if "" in paths else next(iter(paths), None)


def _path(value: str) -> str | None:
    bare = value.replace(" ", "").lower()
    if bare.startswith("<>") or bare.strip("<>") == "mailer-daemon":
        return ""
    addresses = addresses_in(value)[0]
    return addresses[0].address if addresses else None
