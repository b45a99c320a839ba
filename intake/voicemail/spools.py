# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking through the folders in which telephone systems leave recordings. Nothing in them is ever changed.

Whoever calls, or gets into the telephone system, chooses names and contents, so that all of it is hostile: no link is
followed out of the folder, only regular files are opened, at most so many entries are looked at and at most so many
bytes read. A file that is being written, renamed or deleted while it is read is left for the next look: what was read
counts only if the same files bear the same names afterwards.

:mod:`intake.voicemail.asterisk` and :mod:`intake.voicemail.dropped` say what is a whole recording in their kind of
folder. What a look has found, and the ledger has, is not read again as long as the file stays the same one, whatever
its name becomes.
"""

import datetime as dt
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

MOST_ENTRIES = 100_000
"""Entries of one folder; one with more is not looked through."""
MOST_TEXT = 16_384
"""Octets of a description."""
SETTLED = 3
"""Seconds between two looks after which a file that did not change is taken to be whole."""
_EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

Mark: TypeAlias = tuple[int, int, int, int]
"""Device, inode, size, time of the last change in nanoseconds: the same file in the same state, whatever its name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file in a spool."""

    folder: tuple[str, ...]
    """The folders below the spool's own."""
    name: str
    mark: Mark

    @property
    def changed_at(self) -> dt.datetime:
        """When its content changed last."""
        return dt.datetime.fromtimestamp(self.mark[3] / 1e9, dt.UTC)

    @property
    def path(self) -> str:
        """For people: the path below the spool."""
        return "/".join((*self.folder, self.name))


@dataclass(frozen=True, slots=True)
class Found:
    """A whole recording that lies in a spool: its sound, what describes it, and what that says."""

    audio: Entry
    description: Entry | None
    key: Entry
    """By which it was told whether it is whole."""
    left_at: dt.datetime
    caller: str = ""
    mailbox: str = ""
    language: str = ""
    identity: str = ""


class Overfull(OSError):
    """A folder with more entries than any telephone system makes."""


@contextmanager
def opened(root: Path, folder: tuple[str, ...]) -> Iterator[int]:
    """A descriptor of a folder below ``root``, reached without following a link. OSError if there is none."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in folder:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def entries(descriptor: int, folder: tuple[str, ...]) -> tuple[list[Entry], list[str]]:
    """The regular files and the names of the folders in an open folder. Raises :class:`Overfull`."""
    files: list[Entry] = []
    folders: list[str] = []
    with os.scandir(descriptor) as listing:
        for count, item in enumerate(listing):
            if count >= MOST_ENTRIES:
                raise Overfull(errno.EFBIG, f"more than {MOST_ENTRIES:,} files in one folder")
            try:
                found = item.stat(follow_symlinks=False)
            except OSError:
                continue  # gone already
            if stat.S_ISDIR(found.st_mode):
                folders.append(item.name)
            elif stat.S_ISREG(found.st_mode):
                files.append(Entry(folder, item.name, _mark(found)))
    return sorted(files, key=lambda entry: entry.name), sorted(folders)


def _mark(found: os.stat_result) -> Mark:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def read(descriptor: int, entry: Entry, most: int) -> bytes | None:
    """At most so many octets of a file in an open folder; ``None`` if it is not the file that was listed."""
    try:
        file = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=descriptor)
    except OSError:
        return None
    with open(file, "rb") as stream:
        if _mark(os.fstat(file)) != entry.mark:
            return None
        data = stream.read(most)
        return data if _mark(os.fstat(file)) == entry.mark else None


def is_there(descriptor: int, entry: Entry) -> bool:
    """Whether a name still belongs to the file that was listed."""
    try:
        return _mark(os.stat(entry.name, dir_fd=descriptor, follow_symlinks=False)) == entry.mark
    except OSError:
        return False


def sound_of(root: Path, found: Found, most: int) -> bytes | None:
    """The recording itself; ``None`` if something was changed, renamed or deleted since it was found."""
    with opened(root, found.audio.folder) as descriptor:
        data = read(descriptor, found.audio, most)
        whole = [found.audio, *([found.description] if found.description else [])]
        return data if all(is_there(descriptor, entry) for entry in whole) else None


def believable(moment: dt.datetime | None, otherwise: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When it was left, if that can be true, else when the file was written."""
    if moment is not None and _EARLIEST <= moment <= now + dt.timedelta(days=1):
        return moment
    return min(max(otherwise, _EARLIEST), now)


Look = Callable[[Path, dict[str, Mark], dt.datetime], tuple[list[Found], dict[str, Mark]]]
"""Looks through a spool: its folder, what looked unfinished and did not change for :data:`SETTLED` seconds (path →
mark), now → the whole recordings, and what looks unfinished now."""
