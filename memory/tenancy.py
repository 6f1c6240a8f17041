"""A session that belongs to one tenant for life: it fills in, scopes and refuses."""

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.sql import util as sql_util

from memory.engine import Scope
from memory.tables.base import TenantOwned
from memory.tables.identity import KeptFact, Tenant
from memory.tables.registry import METADATA

Row = TypeVar("Row")

TENANT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
TABLE_NAMES = re.compile(rf"\b({'|'.join(sorted(METADATA.tables))})\b", re.IGNORECASE)


class CrossTenant(Exception):
    """A session was about to touch rows of a tenant that is not its own."""


class ReadOnly(Exception):
    """A read-only session was asked to write."""


class TenantSession(orm.Session):
    """A unit of work over one tenant's rows, or (`system`) over everyone's.

    Reads and bulk writes of mapped classes are scoped to the tenant; new rows get its `tenant_id`;
    rows of another raise CrossTenant, and so do Core and text statements on our tables, which
    nothing could scope.
    """

    def __init__(self, engine: sa.Engine, scope: Scope) -> None:
        """`engine` begins its transactions in `scope`."""
        super().__init__(engine, expire_on_commit=False)
        self.scope = scope
        self.wake_ups: list[Callable[[], None]] = []
        self.criteria: tuple[Any, ...] = () if scope.system else _criteria(scope.tenant_id)

    @property
    def tenant_id(self) -> str | None:
        """The tenant's id; None in a system session."""
        return self.scope.tenant_id

    @property
    def system(self) -> bool:
        """Whether this session sees every tenant."""
        return self.scope.system

    @property
    def read_only(self) -> bool:
        """Whether writing raises ReadOnly."""
        return self.scope.read_only

    def fetch(self, model: type[Row], id: str) -> Row | None:
        """The tenant's row with this id, or None. A system session has no tenant to look in
        (CrossTenant).
        """
        if self.tenant_id is None:
            raise CrossTenant("A system session has no tenant; say which one.")
        return self.get(model, {"tenant_id": self.tenant_id, "id": id})

    def after_commit(self, wake_up: Callable[[], None]) -> None:
        """Call `wake_up` once, after the commit, with the connection given back; never after a
        rollback.
        """
        self.wake_ups.append(wake_up)


def check_tenant_id(tenant_id: str) -> str:
    """The id itself; ValueError when it is empty or holds what has no place in an id."""
    if not TENANT_ID.fullmatch(tenant_id):
        raise ValueError(f"{tenant_id!r} is not a tenant's id.")
    return tenant_id


@functools.lru_cache(maxsize=1024)  # making them costs more than the query they go with
def _criteria(tenant_id: str | None) -> tuple[Any, ...]:
    return (
        orm.with_loader_criteria(
            TenantOwned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True
        ),
        orm.with_loader_criteria(Tenant, lambda cls: cls.id == tenant_id, include_aliases=True),
        orm.with_loader_criteria(KeptFact, lambda cls: sa.false(), include_aliases=True),
    )


@event.listens_for(TenantSession, "do_orm_execute")
def _scope_statement(state: orm.ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, TenantSession)
    if session.read_only and (state.is_insert or state.is_update or state.is_delete):
        raise ReadOnly("This session is for reading.")
    if session.system:
        return
    if not state.is_orm_statement:
        _refuse_unscoped(state)
    elif state.is_insert:
        _fill_inserted(state, session.scope.tenant_id)
    elif not (state.is_column_load or state.is_relationship_load):
        state.statement = state.statement.options(*session.criteria)


def _fill_inserted(state: orm.ORMExecuteState, tenant_id: str | None) -> None:
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantOwned):
        raise CrossTenant("A tenant's session adds rows to the tenant's own tables only.")
    rows = state.parameters if isinstance(state.parameters, (list, tuple)) else [state.parameters]
    for row in rows:
        if not row:
            raise CrossTenant(
                "Give the rows to execute(insert(Model), rows), so that they can be checked."
            )
        if row.setdefault("tenant_id", tenant_id) != tenant_id:  # pyright: ignore
            raise CrossTenant("A row to be added belongs to another tenant.")


def _refuse_unscoped(state: orm.ORMExecuteState) -> None:
    if state.execution_options.get("tenant_checked"):
        return
    statement = state.statement
    assert isinstance(statement, sa.ClauseElement)
    if isinstance(statement, sa.TextClause):
        touched = TABLE_NAMES.search(statement.text) is not None
    else:
        touched = any(
            getattr(table, "element", table) in METADATA.tables.values()
            for table in sql_util.find_tables(
                statement,
                check_columns=True,
                include_aliases=True,
                include_joins=True,
                include_selects=True,
                include_crud=True,
            )
        )
    if touched:
        raise CrossTenant(
            "Core and text statements are not scoped to a tenant; use the mapped classes."
        )


@event.listens_for(TenantSession, "before_flush")
def _check_rows(session: orm.Session, _context: Any, _instances: Any) -> None:
    assert isinstance(session, TenantSession)
    dirty = [row for row in session.dirty if session.is_modified(row)]
    if session.read_only and (session.new or session.deleted or dirty):
        raise ReadOnly("This session is for reading.")
    if session.system:
        return
    for row in session.new:
        if isinstance(row, TenantOwned) and _owner(row) is None:
            row.tenant_id = session.scope.tenant_id or ""
        elif isinstance(row, (Tenant, KeptFact)):
            raise CrossTenant(
                "Only a system session may add tenants and facts of the installation."
            )
    for row in (*session.new, *dirty, *session.deleted):
        if _owner(row) != session.tenant_id:
            raise CrossTenant(f"A {type(row).__name__} belongs to another tenant.")


def _owner(row: object) -> str | None:
    if isinstance(row, Tenant):
        return row.id
    return getattr(row, "tenant_id", None)
