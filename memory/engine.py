"""Opens a database engine whose every transaction begins in a known scope."""

import dataclasses
import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from memory.words import fold

SCOPE = "friday_scope"
LOCK_SECONDS = 30.0
SAME_THREAD_SECONDS = 1.0
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    f"busy_timeout={int(LOCK_SECONDS * 1000)}",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-4000",  # of each connection; the system keeps the file in memory for all of them
    "secure_delete=ON",  # what is deleted is overwritten
)
READING_PRAGMAS = (
    # Rows in a list's order lie all over the file: without a copy of each page they take half as
    # long to read. Windows cannot cut a file that is mapped, and erasing cuts it.
    f"mmap_size={0 if os.name == 'nt' else 256 * 2**20}",
    # For good: switching it back and forth would make every prepared statement be prepared again.
    "query_only=ON",
)


class StoreBusy(Exception):
    """The write lock of a SQLite store was not to be had in time."""


@dataclasses.dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may touch: one tenant's, or (`system`) everyone's."""

    tenant_id: str | None
    system: bool
    read_only: bool


class WriteLock:
    """One writer at a time in this process, so that writers queue here and not in SQLite's busy
    loop.

    A thread that already holds it and asks again has two open write sessions, which would wait for
    each other for ever: it is told so after `SAME_THREAD_SECONDS`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    def acquire(self) -> None:
        """Wait for the lock; raises StoreBusy."""
        nested = self._holder == threading.get_ident()
        if not self._lock.acquire(timeout=SAME_THREAD_SECONDS if nested else LOCK_SECONDS):
            raise StoreBusy(
                "This thread already has a write session open; end it before opening another."
                if nested
                else f"Nobody let go of the SQLite write lock for {LOCK_SECONDS:.0f} s."
            )
        self._holder = threading.get_ident()

    def release(self) -> None:
        """Let the next writer in, from whichever thread."""
        self._holder = None
        self._lock.release()


def store_url(url: str) -> sa.URL:
    """The URL with the driver we use; refuses other databases and SQLite without a file
    (ValueError).
    """
    parsed = sa.make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise ValueError(
                    "The store needs a SQLite file; a database in memory is not shared by threads."
                )
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"The store runs on sqlite or postgresql, not on {other}.")


def open_engine(url: str) -> sa.Engine:
    """The engine of the store. A connection without the SCOPE execution option writes as the login
    role.
    """
    parsed = store_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return _postgres_engine(parsed)


def reading_engine(engine: sa.Engine) -> sa.Engine:
    """The engine for read-only sessions: on SQLite its own connections, which can only read and
    wait for nobody.
    """
    if engine.dialect.name != "sqlite":
        return engine

    reading = _sqlite_pool(engine.url)

    @event.listens_for(reading, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        _set_pragmas(connection, SQLITE_PRAGMAS + READING_PRAGMAS)
        connection.isolation_level = None

    @event.listens_for(reading, "begin")
    def begin(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")

    return reading


def jobs_engine(url: str) -> sa.Engine:
    """A second engine for the job library, which begins transactions itself (on SQLite: the same
    file).
    """
    parsed = store_url(url)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(parsed, pool_size=10, max_overflow=20, hide_parameters=True)

    engine = sa.create_engine(
        parsed,
        connect_args={"check_same_thread": False, "timeout": LOCK_SECONDS},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        _set_pragmas(connection)
        connection.isolation_level = "IMMEDIATE"
        _teach_the_time(connection)

    return engine


def sqlite_file(engine: sa.Engine) -> Path:
    """The file behind a SQLite engine."""
    return Path(str(engine.url.database))


def _set_pragmas(connection: Any, pragmas: Sequence[str] = SQLITE_PRAGMAS) -> None:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _teach_the_time(connection: Any) -> None:
    """unixepoch('subsec') answers NULL before 3.42, and the job library asks it for the time."""
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", -1, _unixepoch)


def _unixepoch(*_modifiers: object) -> float:
    return time.time()


def _scope_of(connection: sa.Connection) -> Scope | None:
    return connection.get_execution_options().get(SCOPE)


def _sqlite_pool(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": LOCK_SECONDS},
        pool_size=20,
        max_overflow=40,
        hide_parameters=True,  # they are people's words, and an error goes into logs
    )


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    engine = _sqlite_pool(url)
    lock = WriteLock()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the begin event says BEGIN
        _set_pragmas(connection)
        info = record.info
        connection.create_function("current_tenant", 0, lambda: info.get("tenant"))
        connection.create_function("fold", 1, fold, deterministic=True)
        _teach_the_time(connection)  # jobs are enqueued in our own transactions

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        scope = _scope_of(connection)
        info = connection.info
        info["tenant"] = None if scope is None else scope.tenant_id
        lock.acquire()
        info["write_lock"] = True
        try:
            # IMMEDIATE: a read that later wants to write would find its snapshot too old.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            info.pop("write_lock")
            lock.release()
            raise

    @event.listens_for(engine, "checkin")
    def release(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        # Not at commit: that event comes before the commit itself.
        if record.info.pop("write_lock", None):
            lock.release()

    return engine


def _postgres_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url, pool_size=20, max_overflow=20, pool_recycle=1800, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        # The begin event says BEGIN, together with the role and the tenant, in one round trip.
        connection.autocommit = True

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(
            _begin_statement(_scope_of(connection)), execution_options={"no_parameters": True}
        )

    return engine


def _begin_statement(scope: Scope | None) -> str:
    if scope is None:
        return "BEGIN"
    begin = "BEGIN READ ONLY" if scope.read_only else "BEGIN"
    if scope.system:
        return f"{begin}; SET LOCAL ROLE friday_system"
    return f"{begin}; SET LOCAL ROLE friday_app; SET LOCAL app.tenant_id = '{scope.tenant_id}'"
