"""Twenty ways to reach another tenant's rows, each blocked or scoped, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.exc import DBAPIError, IntegrityError

from memory.store import CrossTenant, Store, TenantSession
from memory.tables.identity import Counter, KeptFact, Tenant
from memory.tables.leads import Note
from memory.tables.registry import METADATA
from tests.memory.rows import a_customer, a_note, an_address, note_values

NOTES = METADATA.tables["notes"]
THEIRS = "theirs"


@pytest.fixture
def two(store: Store) -> Store:
    """t1 has the note `ours`, t2 has `theirs` and the customer `cus_2`."""
    with store.session("t1") as session:
        session.add(a_note("ours"))
    with store.session("t2") as session:
        session.add_all([a_note(THEIRS), a_customer("cus_2")])
    return store


def by_alias(session: TenantSession) -> Any:
    other = orm.aliased(Note)
    return session.scalars(sa.select(other.id)).all()


def by_common_table(session: TenantSession) -> Any:
    every = sa.select(Note.id).cte("every")
    return session.scalars(sa.select(Note.id).join(every, every.c.id == Note.id)).all()


def by_self_join(session: TenantSession) -> Any:
    other = orm.aliased(Note)
    return session.scalars(sa.select(other.id).select_from(Note).join(other, sa.true())).all()


def by_subquery(session: TenantSession) -> Any:
    inner = sa.select(Note.id).subquery()
    return session.scalars(sa.select(inner.c.id)).all()


READS: dict[str, tuple[Callable[[TenantSession], Any], Any]] = {
    "a forgotten filter": (lambda s: [n.id for n in s.scalars(sa.select(Note))], ["ours"]),
    "columns only": (lambda s: s.scalars(sa.select(Note.id)).all(), ["ours"]),
    "a count": (lambda s: s.scalar(sa.select(sa.func.count()).select_from(Note)), 1),
    "get": (lambda s: s.get(Note, ("t2", THEIRS)), None),
    "fetch": (lambda s: s.fetch(Note, THEIRS), None),
    "a filter on their tenant": (
        lambda s: s.scalars(sa.select(Note.id).where(Note.tenant_id == "t2")).all(),
        [],
    ),
    "an alias": (by_alias, ["ours"]),
    "a common table": (by_common_table, ["ours"]),
    "a self join": (by_self_join, ["ours"]),
    "a subquery": (by_subquery, ["ours"]),
    "the old query": (lambda s: [n.id for n in s.query(Note)], ["ours"]),
    "a union": (
        lambda s: s.scalars(sa.union(sa.select(Note.id), sa.select(Note.id))).all(),
        ["ours"],
    ),
    "the list of tenants": (lambda s: s.scalars(sa.select(Tenant.id)).all(), ["t1"]),
    "facts of the installation": (lambda s: s.scalars(sa.select(KeptFact.name)).all(), []),
}


@pytest.mark.parametrize("way", READS)
def test_a_read_sees_only_its_own_tenant(two: Store, way: str) -> None:
    read, expected = READS[way]

    with two.system() as session:
        session.add(KeptFact(name="key", value="fingerprint"))
    with two.reading("t1") as session:
        assert read(session) == expected


REFUSED: dict[str, Callable[[TenantSession], Any]] = {
    "a Core select": lambda s: s.execute(sa.select(NOTES)),
    "a Core select from a join": lambda s: s.execute(
        sa.select(sa.literal(1)).select_from(NOTES.join(NOTES.alias("b"), sa.true()))
    ),
    "a Core update": lambda s: s.execute(sa.update(NOTES).values(text="x")),
    "a Core delete": lambda s: s.execute(sa.delete(NOTES)),
    "a Core insert": lambda s: s.execute(sa.insert(NOTES), note_values("n", tenant_id="t2")),
    "text": lambda s: s.execute(sa.text("SELECT * FROM notes")),
    "their row added": lambda s: s.add(a_note("n", tenant_id="t2")),
    "their row inserted in bulk": lambda s: s.execute(
        sa.insert(Note), [note_values("a"), note_values("b", tenant_id="t2")]
    ),
    "an insert with values inside": lambda s: s.execute(
        sa.insert(Note).values(**note_values("n", tenant_id="t2"))
    ),
    "a new tenant": lambda s: s.add(
        Tenant(id="t9", number=9, name="x", site_key="k9", created_at=note_values("n")["at"])
    ),
    "a fact of the installation": lambda s: s.add(KeptFact(name="key", value="x")),
}


@pytest.mark.parametrize("way", REFUSED)
def test_what_could_reach_another_tenant_is_refused(two: Store, way: str) -> None:
    with pytest.raises(CrossTenant), two.session("t1") as session:
        REFUSED[way](session)


WRITES: dict[str, Callable[[TenantSession], Any]] = {
    "a bulk update": lambda s: s.execute(sa.update(Note).values(text="changed")),
    "a bulk delete": lambda s: s.execute(sa.delete(Note)),
    "a bulk update of theirs": lambda s: s.execute(
        sa.update(Note).where(Note.tenant_id == "t2").values(text="changed")
    ),
    "an old-style delete": lambda s: s.query(Note).delete(),
}


@pytest.mark.parametrize("way", WRITES)
def test_a_bulk_write_leaves_other_tenants_alone(two: Store, way: str) -> None:
    with two.session("t1") as session:
        WRITES[way](session)

    with two.reading("t2") as session:
        found = session.fetch(Note, THEIRS)
    assert found is not None
    assert found.text == "words"


def test_a_reference_cannot_cross_tenants(two: Store) -> None:
    with pytest.raises(IntegrityError), two.session("t1") as session:
        session.add(an_address("mail_1", "cus_2"))


def test_a_row_cannot_be_moved_to_another_tenant(two: Store) -> None:
    with pytest.raises((CrossTenant, DBAPIError)), two.session("t1") as session:
        session.execute(sa.update(Note).values(tenant_id="t2"))


def test_a_loaded_row_cannot_be_moved_to_another_tenant(two: Store) -> None:
    with pytest.raises(CrossTenant), two.session("t1") as session:
        session.get_one(Note, ("t1", "ours")).tenant_id = "t2"


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO counters (tenant_id, id, value) VALUES ('t2', 'x', 1)",
        "INSERT INTO kept_facts (name, value) VALUES ('x', 'y')",
        "INSERT INTO tenants (id, number, name, site_key) VALUES ('t9', 9, 'x', 'y')",
    ],
)
def test_the_database_refuses_what_goes_round_the_session(two: Store, sql: str) -> None:
    with pytest.raises(DBAPIError), two.session("t1") as session:
        session.connection().exec_driver_sql(sql)


def test_the_database_keeps_their_rows_from_raw_writes(two: Store) -> None:
    # SQLite refuses aloud, PostgreSQL finds no such row.
    with suppress(IntegrityError), two.session("t1") as session:
        session.connection().exec_driver_sql("DELETE FROM notes WHERE tenant_id = 't2'")

    with two.reading("t2") as session:
        assert session.fetch(Note, THEIRS) is not None


def test_text_that_names_no_table_of_ours_is_let_through(two: Store) -> None:
    with two.session("t1") as session:
        assert session.scalar(sa.text("SELECT 1")) == 1


def test_a_system_session_sees_everyone(two: Store) -> None:
    with two.system() as session:
        assert set(session.scalars(sa.select(Note.id))) == {"ours", THEIRS}


def test_interleaved_tenants_never_mix(two: Store) -> None:
    def visit(number: int) -> set[str]:
        tenant = f"t{number % 2 + 1}"
        with two.session(tenant) as session:
            session.add(Counter(id=f"c{number}"))
            session.flush()
            return set(session.scalars(sa.select(Counter.tenant_id))) ^ {tenant}

    with ThreadPoolExecutor(8) as threads:
        strangers = set[str]().union(*threads.map(visit, range(160)))

    assert strangers == set()
