"""The first rows of a list and how many there are, at a cost that does not grow with the firm.

Three ways lead to the rows: an index in the list's order, the trigram index, or an exact address. Which
is taken follows from counts that stop early, never from reading everything.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from memory.seeking import Column, Condition, Sought, indexed, numbered, unindexed
from memory.store import TenantSession
from memory.tables.leads import Customer, Lead
from tools.kit import Context

MOST_COUNTED = 500
FEW = 600
"""So many rows are read and sorted in a millisecond or two; more than can be counted."""
_MOST_STREAMS = 40

RowT = TypeVar("RowT", Lead, Customer)


@dataclass(frozen=True)
class Among:
    """Rows whose `column` has one of these values. An index begins with it and goes on in the list's order."""

    column: Column
    values: Sequence[str]


@dataclass(frozen=True)
class Wanted:
    """What the rows of a list have in common.

    `exact` is a condition that an index answers with few rows; `since` concerns the column of the order;
    `always` holds for every row that words find.
    """

    exact: Condition | None = None
    words: tuple[Sought, ...] = ()
    among: tuple[Among, ...] = ()
    since: dt.datetime | None = None
    others: tuple[Condition, ...] = ()
    always: tuple[Condition, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether something else than words may leave few rows."""
        return bool(self.among or self.since or self.others)

    def narrowed(self, other: "Wanted") -> "Wanted":
        """What is wanted by both; only one of them may have `exact`, and one `since`."""
        return Wanted(
            exact=self.exact if self.exact is not None else other.exact,
            words=self.words + other.words,
            among=self.among + other.among,
            since=self.since or other.since,
            others=self.others + other.others,
            always=self.always + other.always,
        )


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """The first rows, and how many there are; with `more`, there are more than `total`."""

    rows: list[RowT]
    total: int
    more: bool = False


@dataclass(frozen=True)
class Listing(Generic[RowT]):
    """A list of one kind of record in an order that an index has: `column`, then the number."""

    model: type[RowT]
    column: Column
    newest_first: bool = False
    few: int = FEW

    def page(self, ctx: Context, wanted: Wanted, limit: int) -> Page[RowT]:
        """The first `limit` rows of what is wanted."""
        session = ctx.session
        if wanted.exact is not None:
            return self._sorted(session, wanted, wanted.exact, limit)
        if not wanted.words:
            return self._walked(session, wanted, limit)
        by_words = indexed(session, self.model, wanted.words, tenant_no=ctx.firm.number)
        if by_words is None:
            return self._walked(session, wanted, limit)
        hits, holding = numbered(session, self.model, by_words.limit(self.few + 1))
        if not hits:
            return Page([], 0)
        if hits <= self.few:
            return self._sorted(session, wanted, holding, limit)
        if wanted.narrow and self._is_few(session, self._every(wanted, words=False)):
            return self._walked(session, wanted, limit)
        return self._common(session, wanted, holding, limit)

    def _common(
        self, session: TenantSession, wanted: Wanted, holding: Condition, limit: int
    ) -> Page[RowT]:
        """Rows whose words so many have that a page is soon full; `holding` is some of them."""
        rows = self._along(session, wanted, limit)
        if not wanted.narrow and all(word.phrase for word in wanted.words):
            return Page(rows, min(self.few, MOST_COUNTED), more=True)
        if len(rows) < limit:
            return Page(rows, len(rows))
        # Not all that have the words were looked at, so this many there are at the least.
        least = _at_most(session, self._filtered(session, wanted, holding), MOST_COUNTED)
        return Page(rows, max(least, len(rows)) - 1, more=True)

    def _sorted(
        self, session: TenantSession, wanted: Wanted, first: Condition, limit: int
    ) -> Page[RowT]:
        """The few rows that `first` finds, tested for the rest."""
        found = sa.select(self.model).where(*self._filters(session, wanted, first))
        rows = session.scalars(found.order_by(*self._order(session, indexed=False)).limit(limit))
        return _counted(session, list(rows), self._filtered(session, wanted, first), limit)

    def _walked(self, session: TenantSession, wanted: Wanted, limit: int) -> Page[RowT]:
        """Rows along an index in the list's order."""
        rows = self._along(session, wanted, limit)
        return _counted(session, rows, self._every(wanted), limit)

    def _along(self, session: TenantSession, wanted: Wanted, limit: int) -> list[RowT]:
        """The first rows, by walking along each index that is in the list's order, until there are enough."""
        streams, rest = self._streams(session, wanted)
        order = self._order(session)
        held = [word.held(self.model) for word in wanted.words]
        if len(streams) == 1:
            found = sa.select(self.model).where(streams[0], *rest, *held).order_by(*order)
            return list(session.scalars(found.limit(limit)))
        each = [
            sa.select(
                sa.select(self.model.id)
                .where(stream, *rest, *held)
                .order_by(*order)
                .limit(limit)
                .subquery()
                .c.id
            )
            for stream in streams
        ]
        if not each:
            return []
        found = sa.select(self.model).where(self.model.id.in_(sa.union_all(*each)))
        by_hand = self._order(session, indexed=False)
        return list(session.scalars(found.order_by(*by_hand).limit(limit)))

    def _streams(
        self, session: TenantSession, wanted: Wanted
    ) -> tuple[list[Condition], list[Condition]]:
        """The values of one column, each a stretch of its index, and the conditions that remain."""
        chosen = min(wanted.among, key=lambda one: len(one.values), default=None)
        if chosen is None or len(chosen.values) > _MOST_STREAMS:
            far = [unindexed(session, one.column).in_(one.values) for one in wanted.among]
            return [sa.true()], [*far, *self._others(wanted, self.column)]
        rest = [
            unindexed(session, one.column).in_(one.values)
            for one in wanted.among
            if one is not chosen
        ]
        others = self._others(wanted, self.column)
        return [chosen.column == value for value in chosen.values], [*rest, *others]

    def _is_few(self, session: TenantSession, found: sa.Select[Any]) -> bool:
        return _at_most(session, found, self.few) <= self.few

    def _order(self, session: TenantSession, *, indexed: bool = True) -> tuple[Any, ...]:
        column = self.column if indexed else unindexed(session, self.column)
        return (column.desc() if self.newest_first else column, self.model.number)

    def _filters(self, session: TenantSession, wanted: Wanted, first: Condition) -> list[Condition]:
        among = [unindexed(session, one.column).in_(one.values) for one in wanted.among]
        held = [word.held(self.model) for word in wanted.words]
        return [first, *among, *self._others(wanted, unindexed(session, self.column)), *held]

    def _filtered(self, session: TenantSession, wanted: Wanted, first: Condition) -> sa.Select[Any]:
        return self._ones(*self._filters(session, wanted, first))

    def _every(self, wanted: Wanted, *, words: bool = True) -> sa.Select[Any]:
        among = [one.column.in_(one.values) for one in wanted.among]
        held = [word.held(self.model) for word in wanted.words] if words else []
        return self._ones(*among, *self._others(wanted, self.column), *held)

    def _others(self, wanted: Wanted, column: Any) -> list[Condition]:
        since = [] if wanted.since is None else [column >= wanted.since]
        return [*since, *wanted.others, *wanted.always]

    def _ones(self, *conditions: Condition) -> sa.Select[Any]:
        """No column of the rows is asked for, so that an index alone can answer."""
        model: Any = self.model
        return sa.select(sa.literal(1).label("one")).where(*conditions).select_from(model)


LEADS = Listing(Lead, Lead.received_at, newest_first=True)
CUSTOMERS = Listing(Customer, Customer.folded_name)


def _counted(
    session: TenantSession, rows: list[RowT], every: sa.Select[Any], limit: int
) -> Page[RowT]:
    if len(rows) < limit:
        return Page(rows, len(rows))
    total = _at_most(session, every, MOST_COUNTED)
    return Page(rows, min(total, MOST_COUNTED), more=total > MOST_COUNTED)


def _at_most(session: TenantSession, found: sa.Select[Any], most: int) -> int:
    """How many rows there are; `most` + 1 when there are more than that."""
    some = found.limit(most + 1).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
