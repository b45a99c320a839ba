# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a SQLite ledger: made while the service runs, put back while it does not.

A backup is one file, a consistent snapshot taken with SQLite's own online backup in one step: the daemon goes on
reading and writing meanwhile. It is checked (``PRAGMA integrity_check``), stamped, made durable, and only then gets its
name, so that a file with that name is always whole. Only afterwards are older ones deleted, and only those that this
program made: a backup holds addresses, so it ends after ``retention.backups_days``, like everything else.

The stamp is what the ledger itself has not: a copy put back, by ``intake restore`` or by hand, is always recognised,
and its acknowledging is held (:meth:`intake.cases.ledger.Ledger.begin_generation`).

PostgreSQL has its own tools for all this; there the commands say which.
"""

import contextlib
import datetime as dt
import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, Connection, make_url

from intake import files
from intake.cases import forgotten
from intake.cases.ledger import HEAD, STAMP, get_meta, lock_file, put_meta
from intake.errors import LedgerError

log = logging.getLogger(__name__)

FOLDER = "backups"
"""In the data directory: where backups go if nobody says otherwise, and where a replaced ledger is kept."""

_NAME = re.compile(r"ledger-(\d{8}T\d{6}Z)\.sqlite3(?:-wal|\.new(?:-journal)?)?")
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: its file, when it was made, and when it is deleted."""

    file: Path
    made_at: dt.datetime
    ends_at: dt.datetime


def ledger_file(url: str, purpose: str) -> Path:
    """The file of a SQLite ledger. Raises :class:`LedgerError` with advice where the ledger is on PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return Path(parsed.database)
    shown = URL.create(
        "postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database
    ).render_as_string()
    advice = {
        "backup": f"pg_dump --format=custom --file=ledger.dump '{shown}'",
        "restore": f"stop the service, then: pg_restore --clean --if-exists --dbname='{shown}' ledger.dump",
    }[purpose]
    raise LedgerError(f"the ledger is on PostgreSQL, which has tools of its own for this; {advice}")


def make(ledger: Path, folder: Path, now: dt.datetime) -> Path:
    """Back the ledger up into ``folder``, which is made where it is missing; returns the new file.

    Raises :class:`LedgerError` if there is no ledger, it is damaged, or the folder cannot be written.
    """
    if not ledger.exists():
        raise LedgerError(f"{ledger}: there is no ledger yet; start the service once with: intake run")
    file = _free_name(folder, now)
    new = file.with_name(f"{file.name}.new")
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            files.own_like(folder, folder.parent)
        _copy(ledger, new, now, remedy="put a backup in its place: intake restore FILE")
        new.replace(file)
        files.sync(folder)
    except (OSError, sqlite3.Error) as error:
        raise LedgerError(
            f"{file}: the backup could not be made ({_reason(error)}); check disk space and the right to write there"
        ) from None
    finally:
        with contextlib.suppress(OSError):  # there is none where all went well, or no folder could be made
            new.unlink()
    return file


def before_upgrade(url: str, data: Path, now: dt.datetime) -> None:
    """Keep a ledger as it is, because a newer program is about to change its tables. Raises :class:`LedgerError`."""
    if make_url(url).get_backend_name() == "sqlite":
        kept = make(ledger_file(url, "backup"), data / FOLDER, now)
        forgotten.merge(data / FOLDER, forgotten.read(data))
        log.info("an older version made this ledger; it is kept as %s, and upgraded now", kept)
    else:
        log.info("an older version made this ledger; it is upgraded now")


def _free_name(folder: Path, now: dt.datetime) -> Path:
    """A name from the time; two backups within a second are told apart by a second that has not begun."""
    while (file := folder / f"ledger-{now.astimezone(dt.UTC):{_TIME}}.sqlite3").exists():
        now += dt.timedelta(seconds=1)
    return file


def _copy(source: Path, target: Path, now: dt.datetime, *, remedy: str) -> None:
    """A checked, stamped, durable copy, readable for its owner only.

    Raises :class:`LedgerError` with the remedy unless the source is a whole ledger that this program can work with.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    files.own_like(target, target.parent)
    uri = f"{source.resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=30)) as original, closing(sqlite3.connect(target)) as copy:
        # In one step: a snapshot, however much is written meanwhile. Page by page it would begin anew at each write.
        try:
            original.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
            problem = _problem(copy)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
                raise
            problem = f"this is no ledger of this service, or damaged ({error})"
        if problem:
            raise LedgerError(f"{source}: {problem}; {remedy}")
        with copy:
            copy.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (STAMP, now.isoformat()))
    with target.open("rb") as stream:
        os.fsync(stream.fileno())


def _problem(connection: sqlite3.Connection) -> str:
    """What keeps this from being a whole ledger that this program can work with; empty if nothing does."""
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found != "ok":
        return f"the file is damaged ({' '.join(found.split())})"
    version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    secret = connection.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()
    if version is None or secret is None:
        return "this is no ledger of this service"
    if version[0] > HEAD:
        return f"a newer version made it (schema {version[0]}, this program knows {HEAD})"
    return ""


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def known(folders: Iterable[Path], days: int) -> list[Backup]:
    """The backups in some folders, oldest first; what cannot be looked into has none."""
    found = []
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            match = _NAME.fullmatch(name)
            if match:
                made = dt.datetime.strptime(match[1], _TIME).replace(tzinfo=dt.UTC)
                found.append(Backup(folder / name, made, made + dt.timedelta(days=days)))
    return sorted(found, key=lambda backup: (backup.made_at, backup.file))


def prune(folders: Iterable[Path], days: int, now: dt.datetime) -> list[Backup]:
    """Delete the backups that are past their end, and what a backup that was cut short left behind; returns them.

    Raises :class:`LedgerError` naming the first that cannot be deleted, after all others were.
    """
    gone, problems = [], []
    for backup in known(folders, days):
        unfinished = ".new" in backup.file.name and now - backup.made_at > dt.timedelta(hours=1)
        if backup.ends_at <= now or unfinished:
            try:
                backup.file.unlink(missing_ok=True)
            except OSError as error:
                problems.append(f"{backup.file}: is past its end and cannot be deleted ({error.strerror}); delete it")
            else:
                gone.append(backup)
    if problems:
        raise LedgerError(problems[0])
    return gone


@dataclass(frozen=True, slots=True)
class Restored:
    """``kept``: where the ledger that was replaced lies now, if there was one; ``whole``: whether it was sound."""

    kept: Path | None
    whole: bool


def restore(file: Path, ledger: Path, data: Path, now: dt.datetime) -> Restored:
    """Put a backup in the place of the ledger. The replaced one is kept among the backups of ``data``.

    Raises :class:`LedgerError` if the service runs, or ``file`` is no whole ledger; then nothing has changed.
    """
    if not file.is_file():
        raise LedgerError(f"{file}: there is no such file; name a backup")
    if ledger.exists() and file.samefile(ledger):
        raise LedgerError(f"{file}: this is the ledger itself; name a backup")
    new = ledger.with_name(f"{ledger.name}.new")
    try:
        for place in (ledger.parent, data):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = lock_file(f"{ledger}.lock")
        if lock is None:
            raise LedgerError(f"{ledger}: the service is running on this ledger; stop it first")
        try:
            files.own_like(Path(f"{ledger}.lock"), ledger.parent)
            # Who was forgotten since this backup was made, also where only the backups' folder is left.
            forgotten.merge(data, forgotten.read(file.parent))
            new.unlink(missing_ok=True)
            _copy(file, new, now, remedy="name another backup, or install the version that made it")
            kept, whole = _set_aside(ledger, data / FOLDER, now)
            # The log belongs to the replaced file: to the new one it would be poison.
            for suffix in ("-wal", "-shm"):
                Path(f"{ledger}{suffix}").unlink(missing_ok=True)
            new.replace(ledger)
            files.sync(ledger.parent)
        finally:
            os.close(lock)
    except (OSError, sqlite3.Error) as error:
        raise LedgerError(
            f"{file}: could not be put in the place of {ledger} ({_reason(error)}); check disk space and rights, "
            "and try again before the service is started"
        ) from None
    finally:
        new.unlink(missing_ok=True)
    return Restored(kept, whole)


def _set_aside(ledger: Path, folder: Path, now: dt.datetime) -> tuple[Path | None, bool]:
    """Keep the ledger that is about to be replaced: as a backup, or as it is where it is damaged."""
    if not ledger.exists():
        return None, True
    try:
        return make(ledger, folder, now), True
    except LedgerError:
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = _free_name(folder, now)
        os.link(ledger, kept)
        log = Path(f"{ledger}-wal")
        if log.exists():
            os.link(log, f"{kept}-wal")
        return kept, False


# -- where backups lie

_FOLDERS = "backup_folders"


def remember(connection: Connection, folder: Path) -> None:
    """Note in the ledger where backups are put: an erasure must be able to name them all."""
    known_folders = _remembered(connection)
    if str(folder) not in known_folders:
        put_meta(connection, _FOLDERS, json.dumps([*known_folders, str(folder)]))


def folders(connection: Connection, data: Path) -> list[Path]:
    """Every folder that backups were put into: the one in ``data``, and those that were named."""
    return [data / FOLDER, *(Path(folder) for folder in _remembered(connection))]


def _remembered(connection: Connection) -> list[str]:
    return [str(folder) for folder in json.loads(get_meta(connection, _FOLDERS) or "[]")]
