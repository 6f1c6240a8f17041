"""Finds rows by parts of their words, and the different values of a column, without reading every row."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.operators import custom_op

from memory.guards_words import NUMBERS_OF_ONE_TENANT
from memory.tables.leads import Customer, Lead
from memory.tenancy import TenantSession

Column = InstrumentedAttribute[Any]
Condition = sa.ColumnElement[bool]

_INDEXES = {
    model: sa.table(
        f"{model.__tablename__}_fts",
        sa.column("rowid", sa.Integer),
        sa.column(f"{model.__tablename__}_fts", sa.String),
    )
    for model in (Lead, Customer)
}
_PLUS: custom_op[Any] = custom_op("+")
_TRIGRAM = 3
_MOST_VALUES = 2000
_SHORT_NUMBER = 3


@dataclass(frozen=True)
class Sought:
    """One word of a question: a row has it when its words hold any of `parts`, folded."""

    parts: tuple[str, ...]

    def held(self, model: type[Lead | Customer]) -> Condition:
        """Whether a row holds it, read from the row."""
        return sa.or_(
            *(
                model.words.contains(part, autoescape=any(mark in part for mark in "%_/"))
                for part in self.parts
            )
        )

    @property
    def phrase(self) -> str | None:
        """The same for the trigram index; None for a part that is too short for it."""
        if any(len(part) < _TRIGRAM for part in self.parts):
            return None
        return " OR ".join('"' + part.replace('"', '""') + '"' for part in self.parts)


def part_of(word: str) -> str:
    """Where a folded word is looked for: anywhere, or when it is very short, where words begin."""
    short = len(word) < _TRIGRAM or (word.isdigit() and len(word) <= _SHORT_NUMBER)
    return f" {word}" if short else word


def indexed(
    session: TenantSession, model: type[Lead | Customer], words: Sequence[Sought], *, tenant_no: int
) -> sa.Select[Any] | None:
    """The numbers of the rows that hold all of these words, from SQLite's trigram index.

    More than they may be found (words too short for the index); none where there is no such index.
    """
    phrases = [phrase for word in words if (phrase := word.phrase)]
    if session.get_bind().dialect.name != "sqlite" or not phrases:
        return None
    index = _INDEXES[model]
    first = tenant_no * NUMBERS_OF_ONE_TENANT
    rows = index.c.rowid
    return sa.select(rows - first).where(
        index.c[index.name].match(" AND ".join(f"({phrase})" for phrase in phrases)),
        rows > first,
        rows < first + NUMBERS_OF_ONE_TENANT,
    )


def numbered(
    session: TenantSession, model: type[Lead | Customer], numbers: sa.Select[Any]
) -> tuple[int, Condition]:
    """How many numbers these are, and whether a row has one of them; they are asked for only once."""
    each = numbers.subquery()
    number = next(iter(each.c))
    asked = sa.select(sa.func.count(), sa.func.json_group_array(number)).select_from(each)
    count, listed = session.execute(asked).one()
    value = sa.func.json_each(listed).table_valued("value").c.value
    return count, model.number.in_(sa.select(value))


def unindexed(session: TenantSession, column: Any) -> Any:
    """`column` where SQLite shall not choose an index by it: without statistics it guesses badly."""
    if session.get_bind().dialect.name != "sqlite":
        return column
    return sa.UnaryExpression(column, operator=_PLUS, type_=column.type)


def values_of(session: TenantSession, column: Column) -> list[str]:
    """The different values of an indexed column, by steps from each to the next one."""
    return list(session.scalars(_steps_through(column.class_, column.key)))


@lru_cache(maxsize=8)
def _steps_through(model: type[Any], name: str) -> sa.Select[Any]:
    """The same statement each time: making aliases of a wide table takes longer than asking."""
    first = getattr(aliased(model), name)
    later = getattr(aliased(model), name)
    steps = sa.select(sa.func.min(first).label("value")).cte("steps", recursive=True)
    step = sa.select(sa.func.min(later)).where(later > steps.c.value).scalar_subquery()
    steps = steps.union_all(sa.select(step).where(steps.c.value.is_not(None)))
    return sa.select(steps.c.value).where(steps.c.value.is_not(None)).limit(_MOST_VALUES)
