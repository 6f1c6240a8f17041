"""Runs migrations on the connection that upgrade.py gives."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.dialects import postgresql

from memory.guards import install_guards
from memory.tables.base import UTC
from memory.tables.registry import METADATA


def include_object(
    _object: Any, name: str | None, kind: str, reflected: bool, _compared: Any
) -> bool:
    """Leave alone what others keep in the same database (the job library's tables), and indexes that
    only one kind of database has.
    """
    if kind == "table" and reflected:
        return name in METADATA.tables
    return not (kind == "index" and name is not None and name.startswith(("ex_", "gin_", "walk_")))


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Spell our column types as SQLAlchemy's own, so that old revisions do not depend on today's
    code.
    """
    if kind != "type":
        return False
    if isinstance(item, UTC):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, (sa.JSON, postgresql.JSONB)):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def run() -> None:
    """Migrate, then put the guards back."""
    connection: sa.Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        include_object=include_object,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
        install_guards(connection)


run()
