# SPDX-License-Identifier: GPL-3.0-or-later
"""The spool of Asterisk's ``app_voicemail``: ``CONTEXT/MAILBOX/FOLDER/msgNNNN.{txt,wav,…}``.

Asterisk records to ``tmp``, renames the sound (in each of its formats) first and the ``.txt`` last: the ``.txt`` is the
mark that a message is whole. ``msgNNNN`` is a place and no name: when a message is deleted, those behind it move up, so
they are told apart by ``msg_id``. All folders of a mailbox are looked through, because a clerk who listens by telephone
moves a message from ``INBOX`` to ``Old``. ``category`` carries the language that the caller chose in the menu of our
dialplan (the channel variable VM_CATEGORY).
"""

import datetime as dt
import re
from pathlib import Path

from intake.languages import LANGUAGES
from intake.voicemail import numbers
from intake.voicemail.spools import MOST_TEXT, Entry, Found, Mark, Overfull, believable, entries, opened, read

_MESSAGE = re.compile(r"(msg\d{4,5})\.([A-Za-z0-9]{1,8})")
_FORMATS = ("wav", "wav16", "flac", "ogg", "opus", "WAV", "wav49", "g722", "ulaw", "alaw", "ul", "al", "gsm")
"""Asterisk keeps a message in every configured format; the best of them is taken. ``WAV`` holds GSM."""
_NO_FOLDERS = frozenset({"tmp", "greet", "busy", "unavail", "temp"})
_CALLER = re.compile(r"<([^<>]*)>")
_WITHHELD = frozenset({"", "unknown", "anonymous", "restricted", "private", "unavailable", "asterisk"})


def look(root: Path, settled: dict[str, Mark], now: dt.datetime) -> tuple[list[Found], dict[str, Mark]]:
    """The whole recordings. OSError if the spool cannot be read."""
    found: list[Found] = []
    pending: dict[str, Mark] = {}
    for context in _folders(root, ()):
        for mailbox in _folders(root, (context,)):
            for folder in _folders(root, (context, mailbox)):
                if folder.lower() not in _NO_FOLDERS:
                    _look_into(root, (context, mailbox, folder), settled, now, found, pending)
    return sorted(found, key=lambda one: one.left_at), pending


def _folders(root: Path, folder: tuple[str, ...]) -> list[str]:
    try:
        with opened(root, folder) as descriptor:
            return [name for name in entries(descriptor, folder)[1] if not name.startswith(".")]
    except OSError as error:
        if not folder or isinstance(error, Overfull):
            raise
        return []  # gone meanwhile, or not for us


def _look_into(
    root: Path,
    folder: tuple[str, ...],
    settled: dict[str, Mark],
    now: dt.datetime,
    found: list[Found],
    pending: dict[str, Mark],
) -> None:
    try:
        with opened(root, folder) as descriptor:
            texts: dict[str, Entry] = {}
            sounds: dict[str, dict[str, Entry]] = {}
            for entry in entries(descriptor, folder)[0]:
                if match := _MESSAGE.fullmatch(entry.name):
                    if match[2] == "txt":
                        texts[match[1]] = entry
                    elif match[2] in _FORMATS:
                        sounds.setdefault(match[1], {})[match[2]] = entry
            for number, text in texts.items():
                if number not in sounds:
                    continue  # without sound it is no message yet, or none any more
                facts = _facts(read(descriptor, text, MOST_TEXT))
                if not {"origtime", "duration"} <= facts.keys() and settled.get(text.path) != text.mark:
                    pending[text.path] = text.mark  # somebody is still writing it, or it is damaged
                    continue
                kept = sounds[number]
                audio = kept[min(kept, key=_FORMATS.index)]
                found.append(_found(audio, text, facts, now))
    except Overfull:
        raise
    except OSError:
        return  # renamed or deleted a moment ago: the next look tells


def _facts(text: bytes | None) -> dict[str, str]:
    lines = (text or b"").decode("utf-8", "replace").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith((";", "#")))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _found(audio: Entry, text: Entry, facts: dict[str, str], now: dt.datetime) -> Found:
    number = re.fullmatch(r"\d{1,11}", facts.get("origtime", ""))
    left_at = dt.datetime.fromtimestamp(int(number[0]), dt.UTC) if number else None
    # The folder is the truth about the mailbox: origmailbox is where the caller went first.
    context, mailbox, _ = audio.folder
    category = facts.get("category", "").lower()
    return Found(
        audio=audio,
        description=text,
        key=text,
        left_at=believable(left_at, audio.changed_at, now),
        caller=_caller(facts.get("callerid", "")),
        mailbox=f"{mailbox}@{context}",
        language=category if category in LANGUAGES else "",
        identity=facts.get("msg_id", "")[:200],
    )


def _caller(given: str) -> str:
    """The number of ``"Name" <number>``; empty where it is withheld."""
    match = _CALLER.search(given)
    number = (match[1] if match else given).strip()
    return "" if number.lower() in _WITHHELD else numbers.given(number)
