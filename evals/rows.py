"""What changed in the store: every row of every table, before and after."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from memory.store import Store
from memory.tables.base import Base

Row = Mapping[str, Any]
Rows = Mapping[tuple[Any, ...], Row]
Picture = Mapping[str, Rows]

LOGS = frozenset(
    {"conversations", "turns", "events", "audit", "audit_heads", "effects", "counters", "texts"}
)
"""Tables that every conversation writes to, and the index of texts; the audit chain is checked by itself."""


@dataclass
class Difference:
    """Rows of one table that are there only now, are not as they were, or are gone."""

    added: list[Row] = field(default_factory=list[Row])
    changed: list[Row] = field(default_factory=list[Row])
    removed: list[Row] = field(default_factory=list[Row])

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def picture(store: Store) -> Picture:
    """Every row of the store by its key, in every tenant, but for the logs."""
    with store.system() as session:
        return {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): row
                for row in map(_plain, session.execute(sa.select(table)).mappings())
            }
            for table in Base.metadata.sorted_tables
            if table.name not in LOGS
        }


def differences(before: Picture, after: Picture) -> dict[str, Difference]:
    """The tables that are not as they were."""
    found = {name: _difference(before[name], after[name]) for name in before}
    return {name: each for name, each in found.items() if each}


def _difference(before: Rows, after: Rows) -> Difference:
    return Difference(
        added=[row for key, row in after.items() if key not in before],
        changed=[row for key, row in after.items() if key in before and before[key] != row],
        removed=[row for key, row in before.items() if key not in after],
    )


def _plain(row: Mapping[Any, Any]) -> Row:
    return {str(name): _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value
