# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompt library: immutable versions, and ``current``, which names the one that callers hear.

A version is made aside, as hard links to finished sounds, brought to the disk and renamed into place; then ``current``,
a symbolic link, is replaced by rename(2). Whoever opens a file through ``current`` finds the old version or the new
one as a whole, at every moment and after every crash: a process that is killed leaves at most something aside, which
the next one removes. Nothing that a telephone system reads is ever written to again.

Going back is naming an older version. After that, nothing is published automatically until somebody publishes by
hand: otherwise the next midnight would bring back what was taken off the line. Meanwhile dates go on: what an older
version does not know about today, it does not say.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from intake.announcements.layout import Layout
from intake.announcements.store import Store, write_durably, writing
from intake.audio import Format
from intake.errors import AnnouncementError
from intake.files import sync

CURRENT = "current"

_FOLDER_MODE, _FILE_MODE = 0o755, 0o644
"""A telephone system runs as another user, and what callers hear is no secret, whatever the service's umask."""

_VERSIONS = "versions"
_ASIDE = "."
_HELD = "held"


class Library:
    """The folder of a prompt library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._versions = folder / _VERSIONS

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One process at a time builds and publishes. AnnouncementError if another one does."""
        with writing(self.folder, self.folder / ".lock-none"):
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            _make(self.folder)
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AnnouncementError(
                    f"{self.folder}: another process is building or publishing; try again when it is done"
                ) from None
            self._tidy()
            yield
        finally:
            os.close(descriptor)

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions that are kept, the oldest first."""
        if not self._versions.is_dir():
            return ()
        return tuple(sorted(int(path.name) for path in self._versions.iterdir() if path.name.isdecimal()))

    @property
    def current(self) -> int | None:
        """The version on the line; None before the first."""
        with contextlib.suppress(OSError, ValueError):
            return int(Path(os.readlink(self.folder / CURRENT)).name)
        return None

    @property
    def held(self) -> bool:
        """Whether somebody went back to an older version, and nothing is published automatically."""
        return (self.folder / _HELD).exists()

    def path(self, version: int) -> Path:
        """Where a version lies."""
        return self._versions / f"{version:06d}"

    def publish(self, layout: Layout, store: Store) -> int:
        """Make a version of it and put it on the line; its number.

        AnnouncementError if a sound is damaged or the disk is full; then the old version stays.
        """
        for key in sorted(layout.keys):
            if problem := store.damaged(key):
                store.drop(key)
                raise AnnouncementError(
                    f"{self.folder}: a finished sound is damaged on the disk: {problem}; nothing on the line was "
                    "changed. Publish again, it is then made anew"
                )
        number = max((*self.versions, self.current or 0), default=0) + 1
        aside = self._versions / f"{_ASIDE}{number:06d}"
        with writing(self.folder, aside):
            _make(self._versions)
            store.settle(layout.keys)
            _write(aside, layout, store)
            aside.rename(self.path(number))
            sync(self._versions)
            self._put_on_the_line(number)
            (self.folder / _HELD).unlink(missing_ok=True)
        return number

    def roll_back(self, to: int | None = None) -> int:
        """Put an older version back on the line: that before the current one, or ``to``; its number."""
        current = self.current
        older = [version for version in self.versions if current is None or version < current]
        chosen = to if to is not None else next(iter(reversed(older)), None)
        if chosen is None or chosen not in self.versions:
            kept = ", ".join(map(str, self.versions)) or "none"
            raise AnnouncementError(f"{self.folder}: there is no such version to go back to; kept are: {kept}")
        with writing(self.folder, self._aside_link):
            write_durably(self.folder / _HELD, b"")
            self._put_on_the_line(chosen)
        return chosen

    def prune(self, keep: int) -> tuple[int, ...]:
        """Remove the oldest versions beyond ``keep``, never the one on the line; which were removed."""
        removed = tuple(version for version in self.versions[:-keep] if version != self.current)
        for version in removed:
            aside = self._versions / f"{_ASIDE}{version:06d}"
            self.path(version).rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
        return removed

    @property
    def _aside_link(self) -> Path:
        return self.folder / f"{_ASIDE}{CURRENT}"

    def _put_on_the_line(self, number: int) -> None:
        self._aside_link.unlink(missing_ok=True)
        self._aside_link.symlink_to(f"{_VERSIONS}/{number:06d}")
        self._aside_link.rename(self.folder / CURRENT)
        sync(self.folder)

    def _tidy(self) -> None:
        """Remove what a process that was killed has left aside."""
        self._aside_link.unlink(missing_ok=True)
        for folder in (self._versions, self.folder / "sounds"):
            for path in folder.glob(f"{_ASIDE}*") if folder.is_dir() else ():
                shutil.rmtree(path, ignore_errors=True)


def _make(folder: Path) -> None:
    """With those of its parents that are missing; one that is there already stays as it is."""
    if not folder.exists():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(_FOLDER_MODE)


def _write(aside: Path, layout: Layout, store: Store) -> None:
    folders: set[Path] = {aside}
    linked: set[tuple[str, Format]] = set()

    def parent(path: Path) -> None:
        if path.parent not in folders:
            _make(path.parent)
            folders.update(folder for folder in path.parents if folder.is_relative_to(aside))

    _make(aside)
    for name, (key, form) in layout.sounds.items():
        path = aside / name
        parent(path)
        os.link(store.file(key, form), path)
        if (key, form) not in linked:
            path.chmod(_FILE_MODE)
            linked.add((key, form))
    for name, target in layout.links.items():
        path = aside / name
        parent(path)
        path.symlink_to(target)
    for name, data in layout.texts.items():
        path = aside / name
        parent(path)
        write_durably(path, data)
        path.chmod(_FILE_MODE)
    for name, make in layout.archives.items():
        path = aside / name
        parent(path)
        write_durably(path, make())
        path.chmod(_FILE_MODE)
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        sync(folder)
