# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: the database that survives anything, and the one place that opens it.

Durability. SQLite runs in WAL mode with ``synchronous=FULL`` on every connection: with NORMAL a committed
transaction may roll back at power loss, and an acknowledgement that was sent for it would be sent again.
PostgreSQL commits synchronously by default.

One daemon. :meth:`Ledger.lock` holds an exclusive lock (``flock`` beside a SQLite file, an advisory lock on
PostgreSQL) for as long as the daemon lives; the kernel or the server drops it when the process dies. The same lock is
held while tables are made or changed, all of it in one transaction: a program that dies meanwhile has changed nothing.

Restored from a backup? Each copy that ``intake backup`` makes carries a stamp, and beside the database lies
``generation``, a marker that counts starts and outbox rows. A database that has the stamp, or is behind its marker,
has forgotten what it did: acknowledging is held until ``intake resume``.

Erased is gone. SQLite overwrites what is deleted with zeros (``secure_delete``) and sorts in memory, not in temporary
files; :meth:`Ledger.scrub` empties the write-ahead log, where older pages would stay readable.

One thread. All work on the database happens in one thread of its own, in order: the event loop never blocks on a
slow disk, and SQLite never sees two writers from one process. A function of the ledger takes an open
``Connection`` as its first argument and is run by :meth:`write` (one transaction) or :meth:`read`.
"""

import asyncio
import datetime as dt
import fcntl
import json
import os
import secrets
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

from intake.cases.tables import audit, holds, mails, meta, outbox
from intake.errors import LedgerError

HEAD = "0005"
"""The migration that this version of the program works with."""

RESUMED = "resumed"
"""The key in ``meta`` of the last ``intake resume``: what was sent before it opens no breaker again."""

STAMP = "backup"
"""The key in ``meta`` that a backup has and the ledger it was made from has not: when it was made."""

BUSY_MILLISECONDS = 30_000
"""How long a statement waits for another process that is writing."""
LOG_PAGES = 4_000
"""Pages of 4 KiB in the write-ahead log from which on they are put into the database. The text of a mail lives for
seconds: with more room, most of its pages are used again before they are ever put there."""

CACHE_KIBIBYTES = 16_000
"""SQLite's page cache. In the usual 2,000 a transaction of 100 messages has no room, and is written out in between:
that costs up to 1 ms of CPU for each message."""
_SCRUB_MILLISECONDS = 500
_SCRUB_TRIES = 20

_ADVISORY_LOCK = 0x1A7A_4E00
_MIGRATIONS = Path(__file__).parent / "migrations"

_META = sa.select(meta.c.value).where(meta.c.key == sa.bindparam("key"))
_HELD = sa.select(holds.c.kind).where((holds.c.mailbox == "") | (holds.c.mailbox == sa.bindparam("mailbox"))).limit(1)

P = ParamSpec("P")
T = TypeVar("T")


def _with_pragmas(engine: Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}",
            "secure_delete=ON", "temp_store=MEMORY", f"cache_size=-{CACHE_KIBIBYTES}",
            f"wal_autocheckpoint={LOG_PAGES}",
        ):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        # The driver would begin a deferred transaction, which can fail when it turns into a writing one.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("write") else "BEGIN")


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = sa.create_engine(
                parsed, connect_args={"check_same_thread": False, "isolation_level": None}, poolclass=sa.StaticPool
            )
            _with_pragmas(engine)
            return engine
        if parsed.get_backend_name() == "postgresql":
            return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise LedgerError(
            f"service.ledger: {type(error).__name__}: the URL cannot be used; write sqlite:///path or "
            'postgresql://user@host/database (and install the extra "postgresql")'
        ) from None
    raise LedgerError(f"service.ledger: {parsed.get_backend_name()} is not supported; use sqlite or postgresql")


class Ledger:
    """An open ledger. ``secret`` is the key of all keyed hashes (32 bytes)."""

    def __init__(self, engine: Engine, secret: bytes, marker: Path | None) -> None:
        self._engine = engine
        self.secret = secret
        self._marker = marker
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._unlock: Callable[[], None] | None = None

    @classmethod
    def open(
        cls, url: str, data: Path, *, create: bool = True, before_upgrade: Callable[[], None] = lambda: None
    ) -> "Ledger":
        """Open and, with ``create``, bring to the current schema; ``before_upgrade`` is called if it is an older one.

        Raises :class:`LedgerError` where the place cannot be written, the schema is newer than this program,
        another process runs on a ledger whose schema must change, or (without ``create``) nothing is there.
        """
        engine = _engine(url)
        file = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
        place = file or engine.url.render_as_string(hide_password=True)
        if file and not create and not Path(file).exists():
            raise LedgerError(f"{file}: there is no ledger yet; start the service once with: intake run")
        try:
            if create:
                data.mkdir(mode=0o700, parents=True, exist_ok=True)
            if file and not os.access(Path(file).parent, os.W_OK):
                raise LedgerError(f"{file}: the folder cannot be written; give the service's user write access to it")
            secret = cls._prepare(engine, create, place, before_upgrade)
        except sa.exc.DBAPIError as error:
            raise LedgerError(
                f"{place}: the ledger cannot be opened ({str(error.orig).splitlines()[0]}); "
                "check that the place exists and the service's user may write there"
            ) from None
        except OSError as error:
            raise LedgerError(
                f"{error.filename or place}: cannot be written ({error.strerror}); "
                "give the service's user write access or change service.data"
            ) from None
        marker = data / "generation" if data.is_dir() else None
        return cls(engine, secret, marker)

    @staticmethod
    def _prepare(engine: Engine, create: bool, place: str, before_upgrade: Callable[[], None]) -> bytes:
        found = _schema(engine)
        if found is not None and found > HEAD:
            raise LedgerError(
                f"{place}: the ledger was written by a newer version (schema {found}, this program knows {HEAD}); "
                "install that version again"
            )
        if found != HEAD:
            if not create:
                raise LedgerError(f"{place}: the ledger has an older schema; start the service once with: intake run")
            unlock = _lock(engine)
            try:
                if found is not None:
                    before_upgrade()
                _migrate(engine)
            finally:
                unlock()
        with engine.begin() as connection:
            known = connection.execute(sa.select(meta.c.value).where(meta.c.key == "secret")).scalar()
            if known is None:
                known = secrets.token_hex(32)
                connection.execute(meta.insert().values(key="secret", value=known))
        return bytes.fromhex(known)

    def lock(self) -> None:
        """Become the one daemon on this ledger. Raises :class:`LedgerError` if another holds it."""
        self._unlock = _lock(self._engine)

    def is_locked(self) -> bool:
        """Whether a daemon runs on this ledger now."""
        try:
            self.lock()
        except LedgerError:
            return True
        self._let_go()
        return False

    def _let_go(self) -> None:
        if self._unlock is not None:
            self._unlock()
            self._unlock = None

    def close(self) -> None:
        """Wait for what is being written, then let go of everything."""
        self._thread.shutdown(wait=True)
        self._let_go()
        self._engine.dispose()

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work(connection, …)`` as one durable transaction: committed when this returns."""
        return await self._run(lambda: self._transact(lambda c: work(c, *args, **kwargs), write=True))

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work(connection, …)`` on one consistent snapshot, without writing."""
        return await self._run(lambda: self._transact(lambda c: work(c, *args, **kwargs), write=False))

    async def _run(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    def _transact(self, job: Callable[[Connection], T], *, write: bool) -> T:
        try:
            with self._engine.connect() as connection:
                connection.info["write"] = write
                with connection.begin():
                    return job(connection)
        except sa.exc.OperationalError as error:
            raise LedgerError(
                f"{self._engine.url.render_as_string(hide_password=True)}: the ledger refused "
                f"({str(error.orig).splitlines()[0]}); check disk space and the database server"
            ) from error

    async def scrub(self) -> bool:
        """Leave nothing of what was erased in SQLite's write-ahead log; false if a long reader stood in the way.

        On PostgreSQL this is the business of its own VACUUM.
        """
        if self._engine.url.get_backend_name() != "sqlite":
            return True
        for _ in range(_SCRUB_TRIES):
            # Short waits: who waits here keeps other processes from writing.
            if await self._run(self._empty_log):
                return True
            await asyncio.sleep(_SCRUB_MILLISECONDS / 1000)
        return False

    def _empty_log(self) -> bool:
        with self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise AssertionError("a connection has a driver's connection")
            driver.execute(f"PRAGMA busy_timeout={_SCRUB_MILLISECONDS}")
            try:
                busy, _pages, _moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error:  # a full disk, say: the caller tells that it could not be done
                return False
            finally:
                driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        return not busy

    async def begin_generation(self, now: dt.datetime) -> bool:
        """Count this start, in the ledger and in the marker; true if the ledger turns out to be a restored backup."""
        before = self._read_marker()
        generation, rows = await self.read(_position)
        restored = await self.read(get_meta, STAMP) is not None
        restored |= before is not None and (generation < before[0] or rows < before[1])
        number = max(generation, before[0] if before else 0) + 1
        if restored:
            await self.write(_hold_restored, now)
        await self.write(put_meta, "generation", str(number))
        self._write_marker(number, rows)
        return restored

    async def mark_generation(self) -> None:
        """Bring the marker up to what the outbox holds now; called from time to time and at the end."""
        generation, rows = await self.read(_position)
        self._write_marker(generation, rows)

    def _read_marker(self) -> tuple[int, int] | None:
        if self._marker is None:
            return None
        try:
            data = json.loads(self._marker.read_text())
            return int(data["generation"]), int(data["outbox"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write_marker(self, generation: int, rows: int) -> None:
        if self._marker is None:
            return
        new = self._marker.with_suffix(".new")
        with new.open("w") as file:
            json.dump({"generation": generation, "outbox": rows}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._marker)


RESTORED = (
    "The ledger was restored from a backup and does not know what was sent since; acknowledging is held. "
    "Check the queue folders, then: intake resume"
)


def _schema(engine: Engine) -> str | None:
    """The number of the last migration; ``None`` where there is no table yet."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        number = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if number is None else str(number)


def _lock(engine: Engine) -> Callable[[], None]:
    """Become the one process that serves or changes this ledger; returns how to let go.

    Raises :class:`LedgerError` if another is.
    """
    url = engine.url
    refusal = LedgerError(
        f"{url.render_as_string(hide_password=True)}: another intake is running on this ledger; stop it first"
    )
    if url.get_backend_name() == "sqlite":
        descriptor = lock_file(f"{url.database}.lock")
        if descriptor is None:
            raise refusal
        return lambda: os.close(descriptor)
    connection = engine.connect()
    if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(_ADVISORY_LOCK))).scalar():
        connection.close()
        raise refusal
    connection.commit()

    def unlock() -> None:
        # Closing alone would leave the lock to a pooled session, or to the server's own pace.
        connection.execute(sa.select(sa.func.pg_advisory_unlock(_ADVISORY_LOCK)))
        connection.close()

    return unlock


def lock_file(path: str | Path) -> int | None:
    """An open descriptor with the exclusive lock of a file, made where it is missing; ``None`` if another has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _hold_restored(connection: Connection, now: dt.datetime) -> None:
    hold(connection, "restored", "", now, RESTORED)
    connection.execute(meta.delete().where(meta.c.key == STAMP))


def _migrate(engine: Engine) -> None:
    # Imported here: Alembic costs a tenth of a second, and is needed only when the schema is not the current one.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        connection.info["write"] = True
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def get_meta(connection: Connection, key: str) -> str | None:
    """A value of the table ``meta``."""
    return connection.execute(_META, {"key": key}).scalar()


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Set a value of the table ``meta``."""
    if connection.execute(meta.update().where(meta.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(meta.insert().values(key=key, value=value))


def _position(connection: Connection) -> tuple[int, int]:
    rows = connection.execute(sa.select(sa.func.max(outbox.c.id))).scalar() or 0
    return int(get_meta(connection, "generation") or 0), rows


def note(connection: Connection, now: dt.datetime, action: str, detail: str) -> None:
    """One line of the audit trail; never an address, never a person's text."""
    connection.execute(audit.insert().values(at=now, action=action, detail=detail))


def hold(connection: Connection, kind: str, mailbox: str, now: dt.datetime, sentence: str) -> None:
    """Hold acknowledging: of one mailbox, or of all (``mailbox`` empty)."""
    known = connection.execute(sa.select(holds.c.since).where(holds.c.kind == kind, holds.c.mailbox == mailbox))
    if known.first() is None:
        connection.execute(holds.insert().values(kind=kind, mailbox=mailbox, since=now, sentence=sentence))
        note(connection, now, f"hold {kind}", mailbox)


def current_holds(connection: Connection) -> list[tuple[str, str, dt.datetime, str]]:
    """All holds: kind, mailbox, since, sentence."""
    rows = connection.execute(sa.select(holds).order_by(holds.c.since, holds.c.kind))
    return [(r.kind, r.mailbox, r.since, r.sentence) for r in rows]


def held(connection: Connection, mailbox: str) -> str | None:
    """The kind of hold that stops acknowledgements of this mailbox, if any."""
    return connection.execute(_HELD, {"mailbox": mailbox}).scalar()


def resume(connection: Connection, now: dt.datetime, *, oldest: dt.datetime, discard: bool) -> tuple[int, int]:
    """Lift every hold; held mail younger than ``oldest`` is queued, the rest (or all, with ``discard``) dropped.

    Returns how many were queued and how many dropped.
    """
    waiting = outbox.c.state == "held"
    unwanted = waiting if discard else waiting & (outbox.c.created_at < oldest)
    connection.execute(mails.delete().where(mails.c.outbox_id.in_(sa.select(outbox.c.id).where(unwanted))))
    gone = connection.execute(outbox.update().where(unwanted).values(state="dropped", copy="none")).rowcount
    queued = connection.execute(outbox.update().where(waiting).values(state="queued", due_at=now)).rowcount
    connection.execute(holds.delete())
    put_meta(connection, RESUMED, now.isoformat())
    note(connection, now, "resume", f"{queued} queued, {gone} dropped")
    return queued, gone
