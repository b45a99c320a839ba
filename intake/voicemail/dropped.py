# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain folder into which something drops sound files, each with a JSON file of the same name beside it or not.

The JSON file may say ``caller``, ``language`` (a code), ``received`` (ISO 8601 with its time zone, or seconds since
1970) and ``mailbox``; whatever it does not say, or says wrongly, is not known. It is written last, so that with it a
sound is whole; without one, when it did not change for some seconds. Hidden files are no recordings, nor is what has
another suffix than sound has.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from intake.languages import LANGUAGES
from intake.voicemail import numbers
from intake.voicemail.spools import MOST_TEXT, Entry, Found, Mark, believable, entries, opened, read

SOUNDS = frozenset({
    ".3gp", ".aac", ".aif", ".aiff", ".al", ".alaw", ".amr", ".au", ".awb", ".flac", ".g711a", ".g711u", ".g722",
    ".gsm", ".m4a", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".ul", ".ulaw", ".wav", ".wav49", ".wave", ".webm", ".wma",
})  # fmt: skip
"""Suffixes of sound, also of such as nothing here can read: then a person listens."""


def look(root: Path, settled: dict[str, Mark], now: dt.datetime) -> tuple[list[Found], dict[str, Mark]]:
    """The whole recordings. OSError if the folder cannot be read."""
    found: list[Found] = []
    pending: dict[str, Mark] = {}
    with opened(root, ()) as descriptor:
        files = {entry.name: entry for entry in entries(descriptor, ())[0] if not entry.name.startswith(".")}
        for name, audio in files.items():
            path = PurePosixPath(name)
            if path.suffix.lower() not in SOUNDS:
                continue
            described = files.get(f"{path.stem}.json") or files.get(f"{name}.json")
            facts = _facts(read(descriptor, described, MOST_TEXT)) if described else None
            if facts is None and settled.get(name) != audio.mark:
                pending[name] = audio.mark
                continue
            found.append(_found(audio, described if facts is not None else None, facts or {}, now))
    return sorted(found, key=lambda one: one.left_at), pending


def _facts(text: bytes | None) -> Mapping[str, Any] | None:
    """``None`` where it is not whole, or nothing that can be understood."""
    try:
        facts = json.loads(text or b"")
    except (ValueError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None


def _found(audio: Entry, described: Entry | None, facts: Mapping[str, Any], now: dt.datetime) -> Found:
    language = str(facts.get("language", "")).lower()
    return Found(
        audio=audio,
        description=described,
        key=audio,
        left_at=believable(_moment(facts.get("received")), audio.changed_at, now),
        caller=numbers.given(str(facts.get("caller") or "")),
        mailbox=str(facts.get("mailbox") or "")[:100],
        language=language if language in LANGUAGES else "",
    )


def _moment(told: object) -> dt.datetime | None:
    try:
        if isinstance(told, int | float) and not isinstance(told, bool):
            return dt.datetime.fromtimestamp(told, dt.UTC)
        if isinstance(told, str) and re.match(r"\d{4}-", told):
            moment = dt.datetime.fromisoformat(told)
            return moment if moment.tzinfo else None
    except (ValueError, OverflowError, OSError):
        pass
    return None
