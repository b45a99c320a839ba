# SPDX-License-Identifier: GPL-3.0-or-later
"""Finished audio, kept under the key of everything that made it: what is there need never be made again.

``sounds/<key>/`` holds one announcement in every format and ``made.json`` with what is known of it. It is written
aside, brought to the disk and renamed, so it is there as a whole or not at all, and it never changes afterwards:
published versions are hard links to it. A kept version holds its sounds alive; what no version uses is removed after
some days, so that a draft survives until it is published.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from intake.audio import KINDS, Format
from intake.errors import AnnouncementError
from intake.files import sync

MADE = "made.json"
HEARD = "heard.json"
UNUSED_DAYS = 3
"""A sound that no version uses is kept for so long."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser made of a sound."""

    text: str
    model: str
    wer: float
    cer: float


@dataclass(frozen=True, slots=True)
class Made:
    """One finished sound, as the manifest tells it."""

    key: str
    seconds: float
    level: float
    """dBov, of the 16 kHz master."""
    findings: tuple[str, ...]
    """The bars that its files do not keep; such a sound is never published."""
    synthetic: bool
    """False for a person's recording."""
    voices: tuple[str, ...]
    """The voices' ids in the order in which they speak."""
    spoken: tuple[str, ...]
    """What each was given to say, respelt by the lexicon."""
    digests: Mapping[str, str]
    """Format → SHA-256 of its file."""
    heard: Heard | None = None


class Store:
    """The finished sounds of a prompt library; the processes of one build at a time add to it."""

    def __init__(self, folder: Path) -> None:
        self.library = folder
        self._folder = folder / "sounds"
        self._known: dict[str, Made | None] = {}

    def file(self, key: str, form: Format) -> Path:
        """Where a sound lies in a format."""
        return self._folder / key / form

    def get(self, key: str) -> Made | None:
        """What is known of a sound; None if it has to be made."""
        if key not in self._known:
            self._known[key] = self._read(key)
        return self._known[key]

    def put(self, made: Made, files: Mapping[Format, bytes]) -> Made:
        """Keep a sound, with the digests of its files. AnnouncementError if the disk is full or refuses it.

        It is sure to survive a power failure only after :meth:`settle`; what does not is told by its digest.
        """
        digests: dict[str, str] = {form: hashlib.sha256(data).hexdigest() for form, data in files.items()}
        made = replace(made, digests=digests)
        aside = self._folder / f".{made.key}.{os.getpid()}"
        with writing(self._folder, aside):
            aside.mkdir(parents=True)
            for form, data in files.items():
                (aside / form).write_bytes(data)
            (aside / MADE).write_text(json.dumps(asdict(replace(made, heard=None)), ensure_ascii=False), "utf-8")
            # What lies there could not be read, or it would not have been made again.
            shutil.rmtree(self._folder / made.key, ignore_errors=True)
            aside.rename(self._folder / made.key)
        self._known[made.key] = made
        return made

    def take(self, key: str) -> Made:
        """What another process of this build has just put here. AnnouncementError if it is gone again."""
        self._known[key] = made = self._read(key)
        if made is None:
            raise AnnouncementError(f"{self._folder / key}: it was made just now and cannot be read; build again")
        return made

    def settle(self, keys: Iterable[str]) -> None:
        """All of these sounds are on the disk when this returns. OSError if it refuses one.

        Once for a whole version: waiting for the disk after each of its files took half of the time of a build.
        """
        os.sync()
        for key in keys:
            for form in KINDS:
                sync(self.file(key, form))
            sync(self._folder / key)
        sync(self._folder)

    def heard(self, key: str, heard: Heard) -> Made:
        """Note what a recogniser made of a sound that is kept."""
        made = self.get(key)
        if made is None:
            raise KeyError(key)
        path = self._folder / key / HEARD
        put_in_place(self._folder, path, json.dumps(asdict(heard), ensure_ascii=False).encode())
        self._known[key] = replace(made, heard=heard)
        return replace(made, heard=heard)

    def damaged(self, key: str) -> str:
        """What is wrong with the files of a sound, read again from the disk; empty if nothing is."""
        made = self.get(key)
        if made is None:
            return "it is not there"
        for form, digest in made.digests.items():
            try:
                data = self.file(key, cast(Format, form)).read_bytes()
            except OSError as error:
                return f"its {KINDS[cast(Format, form)].title} file cannot be read ({error.strerror})"
            if hashlib.sha256(data).hexdigest() != digest:
                return f"its {KINDS[cast(Format, form)].title} file has changed since it was made"
        return ""

    def drop(self, key: str) -> None:
        """Remove a sound, so that it is made anew; versions that use it keep their files."""
        self._known.pop(key, None)
        shutil.rmtree(self._folder / key, ignore_errors=True)

    def sweep(self, now: float) -> int:
        """Remove what no version has used for :data:`UNUSED_DAYS`; ``now`` in seconds since 1970. How many."""
        removed = 0
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            with contextlib.suppress(OSError):
                old = now - folder.stat().st_mtime > UNUSED_DAYS * 86_400
                linked = any(file.stat().st_nlink > 1 for file in folder.iterdir())
                if old and not linked:
                    self.drop(folder.name)
                    removed += 1
        return removed

    def _read(self, key: str) -> Made | None:
        folder = self._folder / key
        try:
            told: dict[str, Any] = json.loads((folder / MADE).read_bytes())
            path = folder / HEARD
            told["heard"] = Heard(**json.loads(path.read_bytes())) if path.exists() else None
            tuples = {name: tuple(told[name]) for name in ("findings", "voices", "spoken")}
            return Made(**{**told, **tuples})
        except (OSError, ValueError, TypeError, KeyError):
            return None


def write_durably(path: Path, data: bytes) -> None:
    """A file whose bytes are on the disk when this returns."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def put_in_place(folder: Path, path: Path, data: bytes) -> None:
    """A file below ``folder`` that everybody may read: the old one or the new one, whole. Raises as :func:`writing`."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with writing(folder, aside):
        write_durably(aside, data)
        aside.replace(path)


@contextlib.contextmanager
def writing(folder: Path, aside: Path) -> Iterator[None]:
    """An error of the disk as a sentence; what was begun aside is removed."""
    try:
        yield
    except OSError as error:
        _remove(aside)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise AnnouncementError(
                f"{folder}: the disk is full; nothing on the line was changed. Make room and publish again"
            ) from None
        raise AnnouncementError(
            f"{folder}: cannot be written ({error.strerror}); nothing on the line was changed. "
            "Give the service's user the right to write there"
        ) from None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
