"""A PostgreSQL database as it was when it was made: putting its rows back takes a tenth of copying it anew."""

import sqlalchemy as sa

from memory.guards import missing_guards
from memory.upgrade import latest_revision, revision_of

KEPT = "kept_rows"
"""The schema that holds the rows of every table that has some."""
_TABLES = """
    SELECT n.nspname, c.relname,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname IN ('public', 'dbos') ORDER BY 1, 2
"""
_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_NAMES = (
    f"SELECT relname FROM pg_class WHERE relnamespace = '{KEPT}'::regnamespace AND relkind = 'r'"
)


def keep_rows(url: str) -> None:
    """Copy what is in the tables now, so that `put_back` finds it. Leaves no connection open."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if not _can_be_put_back(connection):
            return
        connection.exec_driver_sql(f"CREATE SCHEMA {KEPT}")
        connection.exec_driver_sql(f"CREATE TABLE {KEPT}.tables AS {_TABLES}")
        for schema, table, columns in connection.exec_driver_sql(_TABLES).all():
            name = f'"{schema}"."{table}"'
            if connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {name})").scalar():
                kept = f'{KEPT}."{schema}.{table}"'
                connection.exec_driver_sql(f"CREATE TABLE {kept} AS SELECT {columns} FROM {name}")


def put_back(url: str) -> bool:
    """Take out every row and put the kept ones in. False when a test changed more than rows."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            connection.exec_driver_sql(_OTHERS)
            if not _can_be_put_back(connection) or not _has_the_same_tables(connection):
                return False
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(
                "; ".join(_statements(connection)), execution_options={"no_parameters": True}
            )
    except sa.exc.OperationalError:  # somebody holds a lock on it, so it is dropped instead
        return False
    return True


def _statements(connection: sa.Connection) -> list[str]:
    full = set(connection.exec_driver_sql(_NAMES).scalars())
    tables = connection.exec_driver_sql(_TABLES).all()
    deletes = [f'DELETE FROM "{schema}"."{table}"' for schema, table, _ in tables]
    return deletes + [
        f'INSERT INTO "{schema}"."{table}" ({columns}) SELECT {columns} FROM {KEPT}."{schema}.{table}"'
        for schema, table, columns in tables
        if f"{schema}.{table}" in full
    ]


def _has_the_same_tables(connection: sa.Connection) -> bool:
    if not connection.exec_driver_sql(f"SELECT to_regclass('{KEPT}.tables') IS NOT NULL").scalar():
        return False
    kept = connection.exec_driver_sql(f"SELECT * FROM {KEPT}.tables ORDER BY 1, 2").all()
    return kept == connection.exec_driver_sql(_TABLES).all()


def _can_be_put_back(connection: sa.Connection) -> bool:
    """Whether it is a store with its guards, and we may switch them off."""
    superuser = connection.exec_driver_sql(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).scalar_one()
    whole = superuser and revision_of(connection) == latest_revision()
    return bool(whole and not missing_guards(connection))
