"""Stores for tests: migrated, with tenants in them."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from memory.store import Store, migrate, open_store
from memory.tables.identity import Tenant

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
