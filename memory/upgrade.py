"""Brings a store's schema up to date, once, however many processes ask."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from memory.engine import sqlite_file
from memory.guards import install_guards, missing_guards
from memory.safety import StoreUnsafe

# Alembic and the dialects that it brings take 12 MB, and most starts find nothing to migrate.
if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x0F21DA7
COPIES_KEPT = 5


def alembic_config(connection: sa.Connection | None = None) -> "Config":
    """Alembic's configuration, without a file; migrations run on `connection`, inside its
    transaction.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Run the missing migrations and put missing guards back, in one transaction."""
    if engine.dialect.name == "sqlite":
        _upgrade_sqlite(engine)
    else:
        _upgrade_postgresql(engine)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision that a database is at, or None before the first."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def latest_revision() -> str:
    """The newest revision there is."""
    return _revisions()[-1]


def _revisions() -> list[str]:
    """Every revision, oldest first: each file's name begins with its number."""
    return sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*_*.py"))


def _upgrade_postgresql(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        _upgrade(connection)


def _upgrade_sqlite(engine: sa.Engine) -> None:
    file = sqlite_file(engine)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if _is_behind(driver):
            _copy_beside(driver, file)
        # Rebuilding a table with foreign keys on deletes the rows that refer to it; the switch
        # works outside a transaction only.
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():  # BEGIN IMMEDIATE: another process waits here
                _upgrade(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"The migration left {len(broken)} references to nothing.")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _upgrade(connection: sa.Connection) -> None:
    revision = revision_of(connection)
    if revision is not None and revision not in _revisions():
        raise StoreUnsafe(
            f"The database is at revision {revision}, which this version of Friday does not know; "
            "start the newer version again, or restore the copy from before it."
        )
    if revision != latest_revision():
        from alembic import command

        command.upgrade(alembic_config(connection), "head")
    elif missing_guards(connection):
        install_guards(connection)


def _is_behind(driver: Any) -> bool:
    """Whether a SQLite file holds anything, and not yet the latest schema."""
    tables = {row[0] for row in driver.execute("SELECT name FROM sqlite_master")}
    if "alembic_version" not in tables:
        return bool(tables)
    row = driver.execute("SELECT version_num FROM alembic_version").fetchone()
    return row is None or row[0] != latest_revision()


def _copy_beside(driver: Any, file: Path) -> None:
    """Copy the file as `<name>.before-<time><suffix>` and keep the newest copies only."""
    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
    copy = file.with_name(f"{file.stem}.before-{moment}{file.suffix}")
    driver.execute("VACUUM INTO ?", (str(copy),))
    for old in sorted(file.parent.glob(f"{file.stem}.before-*{file.suffix}"))[:-COPIES_KEPT]:
        old.unlink(missing_ok=True)
