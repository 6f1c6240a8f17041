"""What every table shares: column types, naming, the tenant's column and references that cannot
cross tenants.
"""

import datetime as dt
import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTC(TypeDecorator[dt.datetime]):
    """An aware instant, kept as UTC; a naive one is refused: its meaning would be a guess."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        return value.astimezone(dt.UTC)


# none_as_null: an absent value is SQL NULL on every road, so that "blanked" and "never set" are
# one thing.
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


class Base(orm.DeclarativeBase):
    """The one declarative base; `Base.metadata` is the whole store."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        dt.datetime: UTC(),
        dict[str, Any]: Json,
        list[Any]: Json,
        str: sa.String(),
    }


class TenantOwned:
    """A row that belongs to one tenant: its key is (tenant_id, id), so a reference carries the
    tenant with it.
    """

    tenant_id: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True, sort_order=-2)


def new_id(kind: str) -> str:
    """A fresh id such as `cus_9f2c…`: the kind in front, 96 random bits behind."""
    return f"{kind}_{secrets.token_hex(12)}"


def key() -> orm.Mapped[str]:
    """The id column of a tenant-owned table."""
    return orm.mapped_column(sa.String(64), primary_key=True, sort_order=-1)


def belongs_to(column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """A reference to a row of the same tenant: `(tenant_id, column) → table(tenant_id, id)`.

    Checked at commit: a flush orders its inserts by relationships, and these tables have none.
    """
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{table}.tenant_id", f"{table}.id"],
        ondelete=ondelete,
        deferrable=True,
        initially="DEFERRED",
    )
