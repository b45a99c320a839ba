# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a refresh token that a provider renewed is kept: ``data/tokens/NAME``, mode 0600.

Written to a new file, synced, renamed over the old one, and the folder synced: whatever happens, the file
holds the old token or the new one, whole. Whoever renews holds a lock beside it for as long as the dialogue takes,
because two processes (the daemon and ``intake check``) that use up the same refresh token would look to the
provider like a thief.

With the token stands the SHA-256 of the configured one from which it descends. So a token that an administrator
puts into the configuration later counts, and not its forerunner's descendant.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

from intake.errors import SignInError
from intake.files import replace_durably

MAX_SIZE = 65_536
"""Octets; refresh tokens have about 2,000."""
_LOOK_AGAIN_SECONDS = 0.05


class Store:
    """The file of one sign-in. Its methods but :meth:`locked` block."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @contextlib.asynccontextmanager
    async def locked(self, seconds: float) -> AsyncIterator[None]:
        """Alone with the file, among all processes. Raises :class:`SignInError` after ``seconds``."""
        descriptor = await asyncio.to_thread(self._open_lock)
        try:
            async with asyncio.timeout(seconds):
                while not _taken(descriptor):  # noqa: ASYNC110 - another process sets no event of ours
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except TimeoutError:
            os.close(descriptor)
            raise SignInError(
                f"another process has held the lock of {self.file} for {seconds:g} seconds; end it if it hangs; "
                "it is tried again"
            ) from None
        except BaseException:
            os.close(descriptor)
            raise
        try:
            yield
        finally:
            os.close(descriptor)  # which lets the lock go

    def read(self, configured: str) -> str:
        """The newest token that descends from ``configured``; that itself if there is none."""
        try:
            with self.file.open("rb") as stream:
                kept = json.loads(stream.read(MAX_SIZE))
        except FileNotFoundError:
            return configured
        except ValueError:
            return configured  # no file of ours
        except OSError as error:
            raise self._unusable(error) from None
        if not isinstance(kept, dict) or kept.get("descends_from") != _digest(configured):
            return configured
        token = kept.get("refresh_token")
        return token if isinstance(token, str) and token else configured

    def write(self, token: str, configured: str) -> None:
        """Keeps ``token``, which descends from ``configured``. Raises :class:`OSError`; then the old one is whole."""
        text = json.dumps({"refresh_token": token, "descends_from": _digest(configured)})
        replace_durably(self.file, text.encode("ascii"))

    def _open_lock(self) -> int:
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self.file.with_name(f".{self.file.name}.lock")
            return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> SignInError:
        return SignInError(
            f"{self.file.parent} cannot be used for refresh tokens ({error.strerror}); "
            "give it and what is in it to the service's user; it is tried again"
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
