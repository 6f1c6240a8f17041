"""What the database itself refuses, whichever code asks: foreign tenants, double bookings, changed
audit rows.
"""

import sqlalchemy as sa

from memory import guards_postgresql, guards_sqlite

OVERLAP = guards_sqlite.OVERLAP


def install_guards(connection: sa.Connection) -> None:
    """Put every guard in place, anew. Run at the end of every migration: rebuilding a table drops
    its triggers.
    """
    if connection.dialect.name == "sqlite":
        guards_sqlite.install(connection)
    else:
        guards_postgresql.install(connection)


def missing_guards(connection: sa.Connection) -> list[str]:
    """The names of guards that are absent or not as they should be; empty when all is well."""
    if connection.dialect.name == "sqlite":
        return guards_sqlite.missing(connection)
    return guards_postgresql.missing(connection)
