# SPDX-License-Identifier: GPL-3.0-or-later
"""People's own recordings, which are preferred to any voice.

``recordings/<language>/<prompt>.wav`` (or .mp3, .ogg, .opus, .flac …) beside ``intake.toml``, and beside it
``<prompt>.txt`` with the words that were recorded. As long as these are the words of the prompt, the recording is
played. When the text has changed since, the recording is *stale*: it is reported, and a voice speaks the new text.
Announcements that change with the calendar are always spoken by a voice.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.announcements.prompts import DATED, Prompt

SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".amr")
LARGEST = 50_000_000
"""Bytes; the longest prompt is 80 s."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that says exactly the words of a prompt."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Recordings:
    """The folder of them, if the office has one."""

    folder: Path | None

    def find(self, prompt: Prompt) -> tuple[Recording | None, str]:
        """The recording of a prompt, and a sentence if there is one that cannot be used."""
        path = self._path(prompt)
        if path is None:
            return None, ""
        where = f"{path}: language {prompt.language}, announcement {prompt.id}"
        if prompt.id in DATED:
            return None, f"{where}: it changes with the calendar, so a voice speaks it; remove the recording"
        words = path.with_suffix(".txt")
        try:
            recorded = words.read_bytes()[:65_536].decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return None, f"{where}: write the words that it says into {words.name}, in UTF-8; until then a voice speaks"
        if _words(recorded) not in {_words(prompt.written), _words(" ".join(part.text for part in prompt.segments))}:
            return None, f"{where}: stale, the text has changed since; record it anew. Until then a voice speaks"
        try:
            if path.stat().st_size > LARGEST:
                return None, f"{where}: larger than {LARGEST // 1_000_000} MB; shorten it"
            with path.open("rb") as file:
                return Recording(path, hashlib.file_digest(file, "sha256").hexdigest()), ""
        except OSError as error:
            return None, f"{where}: cannot be read ({error.strerror}); make it readable for the service's user"

    def strangers(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """A sentence for each recording that belongs to no prompt."""
        if self.folder is None:
            return ()
        known = {(prompt.language, prompt.id) for prompt in prompts}
        return tuple(
            f"{path}: there is no announcement {path.stem} in {path.parent.name}; rename or remove the recording"
            for path in sorted(self.folder.glob("*/*"))
            if path.suffix.lower() in SUFFIXES and (path.parent.name, path.stem) not in known and path.stem not in DATED
        )

    def _path(self, prompt: Prompt) -> Path | None:
        if self.folder is None:
            return None
        paths = (self.folder / prompt.language / f"{prompt.id}{suffix}" for suffix in SUFFIXES)
        return next((path for path in paths if path.is_file()), None)


def _words(text: str) -> str:
    """The words alone: case and punctuation are not heard."""
    return " ".join(re.findall(r"\w+", text.casefold()))
