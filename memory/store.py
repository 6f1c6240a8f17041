"""Opens the SQL store and hands out units of work, each bound to one tenant."""

import functools
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from memory.engine import (
    SCOPE,
    Scope,
    StoreBusy,
    jobs_engine,
    open_engine,
    reading_engine,
    sqlite_file,
)
from memory.following import catch_up
from memory.numbers import is_overlap, next_number, take_seq
from memory.private import close_to_others, own_file, own_folder
from memory.safety import StoreUnsafe, prove_isolation_of
from memory.tenancy import CrossTenant, ReadOnly, TenantSession, check_tenant_id
from memory.upgrade import upgrade

__all__ = [
    "CrossTenant",
    "ReadOnly",
    "Store",
    "StoreBusy",
    "StoreUnsafe",
    "TenantSession",
    "catch_up",
    "is_overlap",
    "jobs_engine",
    "migrate",
    "next_number",
    "open_store",
    "prove_isolation",
    "take_seq",
]

PING = Scope(tenant_id=None, system=True, read_only=True)


class Store:
    """The shared SQL store: one engine, and sessions that begin lazily and commit at exit.

    On PostgreSQL the login role must be a member of `friday_app` and `friday_system` (migrate
    grants that when it may); the tables belong to the role that migrated, which need not be the
    one that serves.
    """

    def __init__(self, engine: sa.Engine, *, data_dir: Path) -> None:
        self.engine = engine
        self._reading = reading_engine(engine)
        self._engine_in = functools.lru_cache(maxsize=1024)(self._make_engine_in)
        self.url = engine.url.render_as_string(hide_password=False)
        self.data_dir = data_dir
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        )

    @contextmanager
    def session(self, tenant_id: str) -> Generator[TenantSession]:
        """A writing session of one tenant: commits at exit, rolls back when the block raises.

        Never hold one across a call to another system: on SQLite it is the only writer.
        """
        yield from self._unit_of_work(
            Scope(tenant_id=check_tenant_id(tenant_id), system=False, read_only=False)
        )

    @contextmanager
    def reading(self, tenant_id: str) -> Generator[TenantSession]:
        """A session of one tenant that sees one snapshot on SQLite, waits for no writer, and
        refuses to write (ReadOnly).
        """
        yield from self._unit_of_work(
            Scope(tenant_id=check_tenant_id(tenant_id), system=False, read_only=True)
        )

    @contextmanager
    def system(self) -> Generator[TenantSession]:
        """A writing session across tenants, for sign-in look-ups, sweeps and jobs only."""
        yield from self._unit_of_work(Scope(tenant_id=None, system=True, read_only=False))

    def ping(self) -> float:
        """Seconds that one round trip to the database takes; raises when it does not answer."""
        started = time.perf_counter()
        with self._engine_in(PING).connect() as connection:
            connection.execute(sa.text("select 1"))
        return time.perf_counter() - started

    def close(self) -> None:
        """Close every idle connection. The store may not be used afterwards."""
        self.engine.dispose()
        self._reading.dispose()

    def _make_engine_in(self, scope: Scope) -> sa.Engine:
        engine = self._reading if scope.read_only else self.engine
        return engine.execution_options(**{SCOPE: scope})

    def _unit_of_work(self, scope: Scope) -> Generator[TenantSession]:
        session = TenantSession(self._engine_in(scope), scope)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        for wake_up in session.wake_ups:
            wake_up()


def open_store(url: str, *, data_dir: Path) -> Store:
    """Open a store by its URL (`sqlite:///…/friday.sqlite` or `postgresql://…`); ValueError for
    any other kind.

    Folders are created; tables are not (see migrate).
    """
    engine = open_engine(url)
    own_folder(data_dir)
    if engine.dialect.name == "sqlite":
        file = sqlite_file(engine)
        own_folder(file.parent)
        own_file(file)
        for behind in ("-wal", "-shm"):  # those that are made from now on are like the file
            close_to_others(file.with_name(file.name + behind))
    return Store(engine, data_dir=data_dir)


def migrate(store: Store) -> None:
    """Bring the tables, guards and roles up to date. Any number of processes may do so at once."""
    upgrade(store.engine)


def prove_isolation(store: Store) -> None:
    """Raise StoreUnsafe unless a tenant's session provably cannot see another tenant's row in the
    database itself.
    """
    prove_isolation_of(store.engine)
