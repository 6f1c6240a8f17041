"""The first rows of a list and how many there are, at a cost that does not grow with the firm.

Three ways lead to the rows: an index in the list's order, the trigram index, or an exact address. Which
is taken follows from counts that stop early, never from reading everything.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm

from memory.seeking import Column, Condition, Sought, indexed, numbered, unindexed
from memory.store import TenantSession
from memory.tables.leads import Customer, Lead
from tools.kit import Context

MOST_COUNTED = 500
FEW = 600
"""So many rows are read and sorted in a millisecond or two; more than can be counted."""
_MOST_STREAMS = 40
_EVERY: Condition = sa.true()

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

    @property
    def told_by_words(self) -> bool:
        """Whether the trigram index alone knows how many rows these are."""
        return not self.narrow and all(word.phrase for word in self.words)

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
    shown: tuple[Column, ...] = ()
    """What is read of each row; with none, all of it."""

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
            return self._sorted(session, wanted, holding, limit, hits=hits)
        return self._common(session, wanted, holding, limit)

    def _common(
        self, session: TenantSession, wanted: Wanted, holding: Condition, limit: int
    ) -> Page[RowT]:
        """Rows whose words so many have that a page is soon full; `holding` is some of them."""
        found = self._along(session, wanted, limit)
        if wanted.told_by_words:
            return Page(_rows(session, found), min(self.few, MOST_COUNTED), more=True)
        rows, least, others = self._beside(
            session,
            found,
            _counts(self._holding(session, wanted, holding), MOST_COUNTED),
            _counts(self._every(wanted, words=False), self.few),
        )
        if len(rows) < limit:
            return Page(rows, len(rows))
        if wanted.narrow and others <= self.few:
            return _counted(session, rows, self._every(wanted), limit)
        # Not all that have the words were looked at, so this many there are at the least.
        return Page(rows, max(least, len(rows)) - 1, more=True)

    def _sorted(
        self,
        session: TenantSession,
        wanted: Wanted,
        first: Condition,
        limit: int,
        *,
        hits: int | None = None,
    ) -> Page[RowT]:
        """The few rows that `first` finds, tested for the rest; with `hits`, that many have the words."""
        filters = self._filters(session, wanted, first)
        found = self._select().where(*filters).order_by(*self._order(session, indexed=False))
        if hits is None:
            rows = _rows(session, found.limit(limit))
            return _counted(session, rows, self._ones(*filters), limit)
        if hits <= limit or wanted.told_by_words:
            rows = _rows(session, found.limit(limit))
            return _page(rows, hits if len(rows) == limit else len(rows))
        return self._paged(
            session, found.limit(limit), self._holding(session, wanted, first), limit
        )

    def _walked(self, session: TenantSession, wanted: Wanted, limit: int) -> Page[RowT]:
        """Rows along an index in the list's order."""
        found, every = self._along(session, wanted, limit), self._every(wanted)
        if wanted.words:  # looking for words in every row is not done twice without need
            return _counted(session, _rows(session, found), every, limit)
        return self._paged(session, found, every, limit)

    def _paged(
        self,
        session: TenantSession,
        found: sa.Select[RowT] | None,
        every: sa.Select[Any],
        limit: int,
    ) -> Page[RowT]:
        rows, total = self._beside(session, found, _counts(every, MOST_COUNTED))
        return _page(rows, total if len(rows) == limit else len(rows))

    def _beside(
        self,
        session: TenantSession,
        found: sa.Select[RowT] | None,
        *counts: sa.ScalarSelect[int],
    ) -> tuple[Any, ...]:
        """The rows, and each count; one statement, because making and sending one takes longer than counting."""
        if found is None:
            return ([], *(0 for _ in counts))
        each = session.execute(found.add_columns(*counts)).all()
        return ([row[0] for row in each], *(each[0][1:] if each else (0 for _ in counts)))

    def _along(self, session: TenantSession, wanted: Wanted, limit: int) -> sa.Select[RowT] | None:
        """The first rows, by walking along each index that is in the list's order, until there are enough."""
        streams, rest = self._streams(session, wanted)
        order = self._order(session, whole=any(each is _EVERY for each in streams))
        held = [word.held(self.model) for word in wanted.words]
        if len(streams) == 1:
            return self._select().where(streams[0], *rest, *held).order_by(*order).limit(limit)
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
            return None
        found = self._select().where(self.model.id.in_(sa.union_all(*each)))
        return found.order_by(*self._order(session, indexed=False)).limit(limit)

    def _select(self) -> sa.Select[RowT]:
        found = sa.select(self.model)
        return found.options(orm.load_only(*self.shown)) if self.shown else found

    def _streams(
        self, session: TenantSession, wanted: Wanted
    ) -> tuple[list[Condition], list[Condition]]:
        """The values of one column, each a stretch of its index, and the conditions that remain."""
        chosen = min(wanted.among, key=lambda one: len(one.values), default=None)
        if chosen is None or len(chosen.values) > _MOST_STREAMS:
            far = [unindexed(session, one.column).in_(one.values) for one in wanted.among]
            return [_EVERY], [*far, *self._others(wanted, self.column)]
        rest = [
            unindexed(session, one.column).in_(one.values)
            for one in wanted.among
            if one is not chosen
        ]
        others = self._others(wanted, self.column)
        return [chosen.column == value for value in chosen.values], [*rest, *others]

    def _order(
        self, session: TenantSession, *, indexed: bool = True, whole: bool = False
    ) -> tuple[Any, ...]:
        column = self.column if indexed else unindexed(session, self.column)
        # SQLite would walk all of an index that has this order to the end, and not a stretch of another.
        number = self.model.number if whole else unindexed(session, self.model.number)
        return (column.desc() if self.newest_first else column, number)

    def _filters(self, session: TenantSession, wanted: Wanted, first: Condition) -> list[Condition]:
        among = [unindexed(session, one.column).in_(one.values) for one in wanted.among]
        held = [word.held(self.model) for word in wanted.words]
        return [first, *among, *self._others(wanted, unindexed(session, self.column)), *held]

    def _holding(
        self, session: TenantSession, wanted: Wanted, holding: Condition
    ) -> sa.Select[Any]:
        """Rows that the trigram index found, tested for what it does not know."""
        short = tuple(word for word in wanted.words if not word.phrase)
        left = dataclasses.replace(wanted, words=short)
        return self._ones(*self._filters(session, left, holding))

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


LEADS = Listing(
    Lead,
    Lead.received_at,
    newest_first=True,
    shown=(
        Lead.number, Lead.name, Lead.city, Lead.status, Lead.source, Lead.service, Lead.email,
        Lead.phone, Lead.received_at, Lead.message,
    ),
)  # fmt: skip
CUSTOMERS = Listing(
    Customer,
    Customer.folded_name,
    shown=(
        Customer.number, Customer.name, Customer.kind, Customer.street, Customer.postal_code,
        Customer.city,
    ),
)  # fmt: skip


def _rows(session: TenantSession, found: sa.Select[RowT] | None) -> list[RowT]:
    return [] if found is None else list(session.scalars(found))


def _page(rows: list[RowT], total: int) -> Page[RowT]:
    return Page(rows, min(total, MOST_COUNTED), more=total > MOST_COUNTED)


def _counted(
    session: TenantSession, rows: list[RowT], every: sa.Select[Any], limit: int
) -> Page[RowT]:
    if len(rows) < limit:
        return Page(rows, len(rows))
    return _page(rows, session.scalar(sa.select(_counts(every, MOST_COUNTED))) or 0)


def _counts(found: sa.Select[Any], most: int) -> sa.ScalarSelect[int]:
    """How many rows there are; `most` + 1 when there are more than that."""
    some = found.limit(most + 1).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()
