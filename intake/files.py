# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files that must be whole after a crash: written aside, brought to the disk, renamed, and the rename, too."""

import os
from pathlib import Path


def replace_durably(file: Path, data: bytes) -> None:
    """Write a file so that after a crash there is either the old one or the new one; readable for its owner only.

    Raises :class:`OSError`; then the old one is whole.
    """
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    own_like(new, file.parent)
    new.replace(file)
    sync(file.parent)


def sync(path: Path) -> None:
    """A file's bytes, or what was made, renamed or removed in a folder, are on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def own_like(file: Path, folder: Path) -> None:
    """Give a file that root made in the service's folder to the service's user, who must be able to use it."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)
