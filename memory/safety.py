"""Proves at start that the database keeps tenants apart, by trying."""

import secrets

import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from memory.guards import missing_guards
from memory.tables.registry import METADATA, tenant_tables


class StoreUnsafe(Exception):
    """The database would not keep one tenant's rows from another; do not serve."""


def prove_isolation_of(engine: sa.Engine) -> None:
    """Check that every guard is there and, on PostgreSQL, that a foreign row is invisible; raises
    StoreUnsafe.
    """
    with engine.connect() as connection:
        missing = missing_guards(connection)
        if missing:
            raise StoreUnsafe(f"The store lacks {', '.join(missing)}; migrate it first.")
        if engine.dialect.name == "postgresql":
            try:
                _try_to_see(connection)
            except ProgrammingError as error:
                raise StoreUnsafe(
                    "The login role must be a member of friday_app and friday_system, "
                    f"which own the rights: {str(error.orig).strip()}"
                ) from error
            finally:
                connection.rollback()


def _try_to_see(connection: sa.Connection) -> None:
    mine, foreign = (f"proof-{secrets.token_hex(8)}" for _ in range(2))
    connection.exec_driver_sql("SET LOCAL ROLE friday_system")
    connection.execute(
        METADATA.tables["counters"].insert(), {"tenant_id": foreign, "id": "proof", "value": 1}
    )
    connection.exec_driver_sql("SET LOCAL ROLE friday_app")
    connection.exec_driver_sql(f"SET LOCAL app.tenant_id = '{mine}'")

    bypasses = connection.exec_driver_sql(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).scalar_one()
    if bypasses:
        raise StoreUnsafe("The role friday_app bypasses row-level security; alter it.")

    seen = [table for table in (*tenant_tables(), "tenants") if _has_rows(connection, table)]
    if seen:
        raise StoreUnsafe(f"A tenant would see rows of others in {', '.join(seen)}.")


def _has_rows(connection: sa.Connection, table: str) -> bool:
    return bool(connection.execute(sa.text(f"SELECT EXISTS (SELECT 1 FROM {table})")).scalar_one())
