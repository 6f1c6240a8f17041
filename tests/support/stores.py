"""Stores for tests: migrated, with tenants in them."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from memory.guards import missing_guards
from memory.store import Store, migrate, open_store
from memory.tables.identity import Tenant
from memory.tables.registry import METADATA
from memory.upgrade import latest_revision, revision_of

EPOCH = dt.datetime(2026, 11, 16, 8, 0, tzinfo=dt.UTC)  # a Monday morning


def fresh_store(url: str, *, data_dir: Path | None = None) -> Store:
    """An open, migrated store over an empty (or already migrated) database. Close it."""
    store = open_store(url, data_dir=data_dir or Path(tempfile.mkdtemp(prefix="friday-")))
    migrate(store)
    return store


def opened_store(url: str) -> Store:
    """A store over a database that is migrated already. Close it."""
    return open_store(url, data_dir=Path(tempfile.mkdtemp(prefix="friday-")))


def prepare_store(url: str) -> None:
    """Migrate a database and leave no connection open: what `databases.like` wants."""
    fresh_store(url).close()


def make_tenant(store: Store, id: str = "t1", number: int = 1, **columns: Any) -> Tenant:
    """A tenant's row, committed; `columns` replace the defaults."""
    given: dict[str, Any] = {
        "name": f"Firm {number}",
        "site_key": f"site-{id}",
        "created_at": EPOCH,
    }
    tenant = Tenant(id=id, number=number, **given | columns)
    with store.system() as session:
        session.add(tenant)
    return tenant


def emptied(store: Store) -> bool:
    """Take out every row, if this is quick and would leave the store as good as new.

    False on SQLite, where a copy costs nothing, and when a test changed more than rows.
    """
    if store.dialect == "sqlite":
        return False
    with store.engine.begin() as connection:
        if _is_changed(connection):
            return False
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        deletes = "; ".join(f"DELETE FROM {table}" for table in METADATA.tables)
        connection.exec_driver_sql(deletes, execution_options={"no_parameters": True})
    return True


def _is_changed(connection: sa.Connection) -> bool:
    """Whether guards, revision or tables differ, or we lack the rights to find out."""
    tables = connection.exec_driver_sql(
        "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'dbos')"
    ).scalar_one()
    superuser = connection.exec_driver_sql(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).scalar_one()
    extra = tables - len(METADATA.tables) - 1  # alembic_version
    at_head = revision_of(connection) == latest_revision()
    return not (superuser and at_head and extra == 0 and not missing_guards(connection))


def tamper(store: Store, sql: str, **values: Any) -> None:
    """Run SQL as someone who reached the database itself and took the guards off for it."""
    with store.engine.begin() as connection:
        if store.dialect == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.execute(sa.text(sql), values)
            return
        kept = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).all()
        for name, _ in kept:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(sa.text(sql), values)
        for _, trigger in kept:
            connection.exec_driver_sql(trigger)
