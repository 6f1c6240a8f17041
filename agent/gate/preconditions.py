"""Reads again what a preview was true of, and says what has moved."""

import datetime as dt
import functools
import json
import logging
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_jsonable_python

from memory.store import TenantSession
from memory.tables.base import Base
from tools.cards import Precondition, Preview
from tools.errors import Moved

_log = logging.getLogger(__name__)


def moved_since(
    session: TenantSession, preconditions: Sequence[Precondition]
) -> list[Precondition]:
    """The preconditions that do not hold any more, in order.

    Rows are locked where the database can, so that what was checked stays so until this transaction ends. They are
    locked in the order in which trades write them, a customer before its addresses, or two actions would deadlock.
    """
    depth = _depths()
    ordered = sorted(
        preconditions,
        key=lambda each: (depth.get(each.table, 0), each.table, each.row, each.field),
    )
    broken = {_place(each) for each in ordered if not _holds(session, each)}
    return [each for each in preconditions if _place(each) in broken]


@functools.cache
def _depths() -> dict[str, int]:
    """How far each table is from those that refer to no other."""
    depths: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:  # those referred to come first
        referred = (key.column.table.name for key in table.foreign_keys)
        depths[table.name] = 1 + max((depths.get(name, 0) for name in referred), default=0)
    return depths


def _holds(session: TenantSession, precondition: Precondition) -> bool:
    try:
        return same_value(precondition.value, current_value(session, precondition))
    except LookupError:
        _log.exception("a precondition that cannot be read does not hold")
        return False


def current_value(session: TenantSession, precondition: Precondition) -> object:
    """The field as it is in the store now; None when the row is gone. LookupError for an unknown table or field."""
    model = _model(precondition.table)
    if not hasattr(model, precondition.field):
        raise LookupError(f"{precondition.table} has no field {precondition.field}")
    # `key_share`: rows that refer to this one may still be added, which PostgreSQL checks at their commit.
    found = sa.select(model).where(model.id == precondition.row)
    statement = found.with_for_update(key_share=True)
    row = session.scalar(statement.execution_options(populate_existing=True))
    return None if row is None else getattr(row, precondition.field)


def _model(table: str) -> Any:
    for mapper in Base.registry.mappers:
        if mapper.class_.__tablename__ == table:
            return mapper.class_
    raise LookupError(f"there is no table {table}")


def as_text(value: object) -> str:
    """A stored value as the JSON text that a Precondition carries."""
    return json.dumps(to_jsonable_python(value), sort_keys=True, ensure_ascii=False)


def same_value(stored: str, current: object) -> bool:
    """Whether the JSON text of a preview is the value that the store holds; instants and decimals by value."""
    try:
        before = json.loads(stored)
    except ValueError:
        return False
    match current:
        case dt.datetime() if isinstance(before, str):
            return _instant(before) == current
        case Decimal() if isinstance(before, str | int):
            return Decimal(str(before)) == current
        case _:
            return bool(before == json.loads(as_text(current)))


def _instant(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def as_moved(broken: Sequence[Precondition], now: Preview | None) -> list[Moved]:
    """What to tell a person: before as it was shown, after as today's preview shows it."""
    shown = {_place(each): each.shown for each in now.preconditions} if now else {}
    return [
        Moved(label=each.label, before=each.shown, after=shown.get(_place(each), "—"))
        for each in broken
    ]


def _place(precondition: Precondition) -> tuple[str, str, str]:
    return precondition.table, precondition.row, precondition.field
