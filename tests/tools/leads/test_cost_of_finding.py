"""What a lookup asks of the store: few statements, and an index in the list's order for each walk."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from memory.store import Store
from memory.tables.leads import Customer, Lead
from tests.support.contexts import NOW, context
from tools.kit import Context
from tools.leads.queries import FindCustomers, FindLeads

Asked = list[tuple[str, Any]]
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""PostgreSQL plans by what its tables hold, and reads no file of ours."""


@pytest.fixture
def common(store: Store) -> Store:
    """Thirteen hundred leads and customers of one name: more than are read and sorted."""
    person = {"name": "Mette", "folded_name": "mette", "created_at": NOW, "updated_at": NOW}
    numbers = range(1, 1301)
    leads = [
        {"id": f"lead_{each}", "number": each, "source": f"s{each % 2}",
         "received_at": NOW - dt.timedelta(minutes=each), **person}
        for each in numbers
    ]  # fmt: skip
    with store.session("t1") as session:
        session.execute(sa.insert(Lead), leads)
        customers = [{"id": f"cus_{each}", "number": each, **person} for each in numbers]
        session.execute(sa.insert(Customer), customers)
    return store


@contextmanager
def listening(store: Store) -> Iterator[tuple[Context, Asked]]:
    """A context, and the statements that are sent in it."""
    with context(store, writing=False) as ctx:
        asked: Asked = []
        connection = ctx.session.connection()

        @sa.event.listens_for(connection, "before_cursor_execute")
        def note(_: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
            asked.append((statement, values))

        yield ctx, asked


def plan_of(ctx: Context, asked: Asked, table: str) -> str:
    """How SQLite goes to the rows of the table that are shown."""
    shown = [one for one in asked if f"{table}.name" in one[0]]
    driver: Any = ctx.session.connection().connection.driver_connection
    return "\n".join(
        row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {shown[-1][0]}", shown[-1][1])
    )


def test_common_words_and_a_source_take_six_statements(common: Store) -> None:
    with listening(common) as (ctx, asked):
        found = FindLeads(query="mette", source="s1").run(ctx)

    assert (len(found.leads), found.more) == (20, True)
    assert len(asked) <= 6


def test_services_are_asked_for_once(common: Store) -> None:
    with listening(common) as (ctx, asked):
        FindLeads(query="mette").run(ctx)

    assert len([statement for statement, _ in asked if "FROM services" in statement]) == 1


def test_what_is_not_shown_is_not_read(common: Store) -> None:
    with listening(common) as (ctx, asked):
        FindLeads(query="mette").run(ctx)

    assert [statement for statement, _ in asked if "leads.pipeline" in statement] == []


@ON_SQLITE
def test_a_common_word_is_looked_for_in_an_index_alone(common: Store) -> None:
    with listening(common) as (ctx, asked):
        FindLeads(query="mette").run(ctx)
        FindCustomers(query="mette").run(ctx)
        plans = plan_of(ctx, asked, "leads"), plan_of(ctx, asked, "customers")

    assert "walk_leads" in plans[0]
    assert "walk_customers" in plans[1]


@ON_SQLITE
def test_what_has_a_source_is_looked_for_along_that_source(common: Store) -> None:
    with listening(common) as (ctx, asked):
        FindLeads(source="s1").run(ctx)
        plan = plan_of(ctx, asked, "leads")

    assert "ix_leads_source" in plan
    assert "walk_leads" not in plan


@ON_SQLITE
def test_a_store_is_read_without_copies_of_its_pages(common: Store) -> None:
    with context(common, writing=False) as ctx:
        mapped = ctx.session.connection().exec_driver_sql("PRAGMA mmap_size").scalar_one()

    assert mapped > 2**20
