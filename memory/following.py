"""Keeps texts true to their records: whatever a session changes is indexed before it commits."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm

from memory.indexing import BLANKED, MARKS, write
from memory.tenancy import TenantSession

UNINDEXED = "unindexed"
Mark = tuple[str, str, str]
"""(tenant id, kind, record id)."""


def catch_up(session: TenantSession) -> None:
    """Index what this session changed so far; search calls it, so that it finds what is not committed yet."""
    if session.read_only or not _marks(session):
        return
    marks = set(_marks(session))
    _marks(session).clear()
    by_kind: dict[tuple[str, str], set[str]] = {}
    for tenant_id, kind, record_id in marks:
        by_kind.setdefault((tenant_id, kind), set()).add(record_id)
    for (tenant_id, kind), ids in sorted(by_kind.items()):
        write(session, tenant_id, kind, ids)


def _marks(session: orm.Session) -> set[Mark]:
    return session.info.setdefault(UNINDEXED, set())


def _mark_of(row: object, *, gone: bool) -> Mark | None:
    model: Any = type(row)
    if model in MARKS:
        kind, column = MARKS[model]
    elif model in BLANKED and (getattr(row, BLANKED[model][2]) is None or gone):
        kind, column, _ = BLANKED[model]
    else:
        return None
    return str(getattr(row, "tenant_id", "")), kind, str(getattr(row, column))


@event.listens_for(TenantSession, "after_flush")
def _mark_flushed(session: orm.Session, _context: Any) -> None:
    changed: Iterable[object] = (*session.new, *session.dirty, *session.deleted)
    marks = {mark for row in changed if (mark := _mark_of(row, gone=row in session.deleted))}
    if marks:
        _marks(session).update(marks)


@event.listens_for(TenantSession, "do_orm_execute")
def _mark_bulk(state: orm.ORMExecuteState) -> None:
    """Rows that are written without objects count as well."""
    if not (state.is_insert or state.is_update or state.is_delete) or not state.is_orm_statement:
        return
    mapper = state.bind_mapper
    found = MARKS.get(mapper.class_) if mapper is not None else None
    if mapper is None or found is None:
        return
    session = state.session
    assert isinstance(session, TenantSession)
    kind, column = found
    if state.is_insert:
        rows = state.parameters if isinstance(state.parameters, (list, tuple)) else []
        tenant = session.tenant_id
        _marks(session).update((row.get("tenant_id", tenant), kind, row[column]) for row in rows)
        return
    where = getattr(state.statement, "whereclause", None)
    model: Any = mapper.class_
    asked = sa.select(model.tenant_id, getattr(model, column))
    rows = session.execute(asked if where is None else asked.where(where))
    _marks(session).update((tenant_id, kind, id) for tenant_id, id in rows)


@event.listens_for(TenantSession, "before_commit")
def _index(session: orm.Session) -> None:
    assert isinstance(session, TenantSession)
    if session.new or session.dirty or session.deleted:
        session.flush()
    if _marks(session):
        catch_up(session)


@event.listens_for(TenantSession, "after_rollback")
def _forget(session: orm.Session) -> None:
    _marks(session).clear()
