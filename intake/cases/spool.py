# SPDX-License-Identifier: GPL-3.0-or-later
"""The private spool: where a recording lies between the telephone system and the queue folder.

One file for the sound as it came, named by chance, and beside it (``….eml``) the message for staff once it is composed.
Both are durable before the ledger names them, and are deleted once the message lies in its folder. So whatever the
ledger names is there, and what it does not name (a crash came in between) is nobody's and is deleted at the start. But
with a ledger from a backup it is what came since, and is taken anew (``intake.voicemail.arrivals``). Only the service's
user can read the folder.
"""

import datetime as dt
import os
from collections.abc import Collection
from pathlib import Path

from intake.errors import LedgerError
from intake.files import replace_durably, sync

MESSAGE = ".eml"


class PrivateSpool:
    """The folder ``voicemail`` in the data directory; made when the first recording comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str) -> Path:
        """Where a recording lies; ``name`` is one that :meth:`keep` was given."""
        return self.folder / name

    def keep(self, name: str, data: bytes) -> None:
        """Write a recording durably. Raises :class:`LedgerError` if the disk refuses."""
        self._write(name, data)

    def keep_message(self, name: str, raw: bytes) -> None:
        """Write the message for staff beside its recording, durably. Raises :class:`LedgerError`."""
        self._write(name + MESSAGE, raw)

    def message(self, name: str) -> bytes | None:
        """The message for staff; ``None`` if it is not there any more."""
        try:
            return (self.folder / (name + MESSAGE)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(error) from None

    def forget(self, names: Collection[str]) -> None:
        """Delete recordings and their messages; those that are not there are fine."""
        for name in names:
            for path in (self.folder / name, self.folder / (name + MESSAGE)):
                path.unlink(missing_ok=True)
        if names and self.folder.is_dir():
            sync(self.folder)

    def tidy(self, named: Collection[str]) -> int:
        """Delete what the ledger does not name; returns how many files. Not while :meth:`keep` is at work."""
        nobodys = self._nobodys(named)
        for path in nobodys:
            path.unlink(missing_ok=True)
        return len(nobodys)

    def unnamed(self, named: Collection[str]) -> list[str]:
        """The whole recordings that the ledger does not name."""
        return [path.name for path in self._nobodys(named) if path.suffix not in (MESSAGE, ".new")]

    def read(self, name: str) -> tuple[bytes, dt.datetime] | None:
        """A recording and when it was kept; ``None`` if it is not there any more. Raises :class:`LedgerError`."""
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(), dt.datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, dt.UTC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(error) from None

    def _nobodys(self, named: Collection[str]) -> list[Path]:
        if not self.folder.is_dir():
            return []
        # A message may be about to take its place.
        kept = {name + suffix for name in named for suffix in ("", MESSAGE, f"{MESSAGE}.new")}
        return [path for path in self.folder.iterdir() if path.name not in kept]

    def _write(self, name: str, data: bytes) -> None:
        try:
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                sync(self.folder.parent)
            replace_durably(self.folder / name, data)
        except OSError as error:
            raise self._refused(error) from None

    def _refused(self, error: OSError) -> LedgerError:
        return LedgerError(f"{self.folder}: recordings cannot be kept there ({error.strerror}); check space and rights")
