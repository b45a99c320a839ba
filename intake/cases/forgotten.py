# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asked to be forgotten: a list beside the ledger, so that a restored backup does not remember them again.

The file ``forgotten`` in the data directory holds, for each person, the keyed hash of the address
(:func:`intake.cases.keys.sender`) and the instant of forgetting, and nothing else. It is not part of the
ledger, so that replacing the ledger leaves it alone; each folder of backups has a copy of it, for the case that the
machine is lost. It is applied at every start of the service and once a day, and only to what is older than the
forgetting: a person who writes again afterwards is served like anybody else.

An entry ends when it can have nothing left to do: whatever is older than the forgetting has then been erased by
retention, out of any backup too, at the first start on it.
"""

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from intake.errors import LedgerError
from intake.files import own_like, replace_durably

NAME = "forgotten"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One person. ``key``: the keyed hash of the address; ``at``: when, aware."""

    key: str
    at: dt.datetime


def read(folder: Path) -> list[Forgotten]:
    """The list in a folder; empty where there is none. Raises :class:`LedgerError` if it cannot be understood."""
    file = folder / NAME
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, type(error).__name__) from None
    found = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            found.append(Forgotten(str(entry["key"]), dt.datetime.fromisoformat(entry["at"]).astimezone(dt.UTC)))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise _unreadable(file, f"line {number}") from None
    return found


def _unreadable(file: Path, where: str) -> LedgerError:
    return LedgerError(
        f"{file}: the list of forgotten people cannot be read ({where}), so they might be remembered again; "
        "put back the copy that lies beside the backups"
    )


def merge(
    folder: Path,
    entries: Iterable[Forgotten],
    *,
    oldest: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Add entries to the list in a folder, durably, and drop those from before ``oldest``.

    What a clock that was wrong noted as being later than ``now`` is noted as of ``now``.

    Several processes may do so at once. Raises :class:`LedgerError` if the list there cannot be read or written.
    """
    try:
        descriptor = os.open(folder / f"{NAME}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            before = read(folder)
            latest: dict[str, dt.datetime] = {}
            for entry in (*before, *entries):
                at = entry.at if now is None else min(entry.at, now)
                latest[entry.key] = max(at, latest.get(entry.key, at))
            kept = [Forgotten(key, at) for key, at in latest.items() if oldest is None or at >= oldest]
            if kept != before:
                text = "".join(json.dumps({"key": e.key, "at": e.at.isoformat()}) + "\n" for e in kept)
                replace_durably(folder / NAME, text.encode())
        finally:
            os.close(descriptor)
        own_like(folder / f"{NAME}.lock", folder)
    except OSError as error:
        raise LedgerError(
            f"{folder / NAME}: cannot be written ({error.strerror}); give this user write access to the folder"
        ) from None
