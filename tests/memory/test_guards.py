"""What the database refuses by itself: double bookings, changed audit rows, a turned demo."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from memory.guards import missing_guards
from memory.store import Store, is_overlap
from memory.tables.booking import Occupancy
from memory.tables.gate import AuditRow
from memory.tables.identity import Tenant
from memory.tables.registry import METADATA, shared_tables, tenant_tables
from tests.memory.rows import (
    a_booking,
    a_customer,
    a_service,
    a_taken_slot,
    an_audit_row,
)
from tests.support.stores import make_tenant, tamper


@pytest.fixture
def booked(store: Store) -> Store:
    """Booking 1 of tenant t1 takes resource 1 from hour 0 to hour 2."""
    with store.session("t1") as session:
        session.add_all([a_customer(), a_service(), a_booking(), a_taken_slot("occ_1", 0, 2)])
    return store


@pytest.fixture
def audited(store: Store) -> Store:
    with store.session("t1") as session:
        session.add(an_audit_row())
    return store


def test_every_table_belongs_to_a_tenant_or_to_the_installation() -> None:
    assert shared_tables() == ["kept_facts", "tenants"]
    assert len(tenant_tables()) == len(METADATA.tables) - 2


def test_a_migrated_store_has_every_guard(store: Store) -> None:
    with store.engine.connect() as connection:
        assert missing_guards(connection) == []


def test_a_guard_that_is_gone_is_named(store: Store) -> None:
    sqlite = "DROP TRIGGER guard_notes_tenant_update"
    postgresql = "DROP POLICY tenant_isolation ON notes"
    names = {"sqlite": "guard_notes_tenant_update", "postgresql": "notes.tenant_isolation"}

    with store.engine.begin() as connection:
        connection.exec_driver_sql({"sqlite": sqlite, "postgresql": postgresql}[store.dialect])
        assert missing_guards(connection) == [names[store.dialect]]


@pytest.mark.parametrize(("start", "end"), [(0, 2), (1, 3), (-1, 1), (0.5, 1), (-1, 3)])
def test_a_taken_slot_cannot_be_taken_again(booked: Store, start: float, end: float) -> None:
    with pytest.raises(IntegrityError) as caught, booked.session("t1") as session:
        session.add(a_taken_slot("occ_2", start, end))

    assert is_overlap(caught.value)


@pytest.mark.parametrize(
    ("start", "end", "resource", "live"),
    [(2, 4, 1, True), (-2, 0, 1, True), (0, 2, 2, True), (0, 2, 1, False)],
    ids=["right after", "right before", "somebody else", "not live"],
)
def test_what_does_not_overlap_is_taken(
    booked: Store, start: float, end: float, resource: int, live: bool
) -> None:
    with booked.session("t1") as session:
        session.add(a_taken_slot("occ_2", start, end, resource_no=resource, live=live))

    with booked.reading("t1") as session:
        assert session.fetch(Occupancy, "occ_2") is not None


def test_another_firms_resource_of_the_same_number_is_free(booked: Store) -> None:
    with booked.session("t2") as session:
        session.add_all([a_customer(), a_service(), a_booking()])
        session.add(a_taken_slot("occ_1", 0, 2, tenant_no=2))

    with booked.reading("t2") as session:
        assert session.fetch(Occupancy, "occ_1") is not None


def test_a_slot_cannot_be_counted_under_another_firms_number(booked: Store) -> None:
    with pytest.raises(IntegrityError), booked.session("t1") as session:
        session.add(a_taken_slot("occ_2", 0, 2, tenant_no=2))


def test_a_slot_given_up_can_be_taken_and_not_taken_back(booked: Store) -> None:
    with booked.session("t1") as session:
        session.get_one(Occupancy, ("t1", "occ_1")).live = False
        session.flush()
        session.add(a_taken_slot("occ_2", 0, 2))

    with pytest.raises(IntegrityError) as caught, booked.session("t1") as session:
        session.get_one(Occupancy, ("t1", "occ_1")).live = True
    assert is_overlap(caught.value)


def test_a_slot_can_be_moved_a_little(booked: Store) -> None:
    moved = a_taken_slot("x", 1, 3)

    with booked.session("t1") as session:
        slot = session.get_one(Occupancy, ("t1", "occ_1"))
        slot.blocks_from, slot.blocks_to = moved.blocks_from, moved.blocks_to

    with booked.reading("t1") as session:
        assert session.get_one(Occupancy, ("t1", "occ_1")).blocks_from == moved.blocks_from


def test_another_integrity_error_is_no_overlap(booked: Store) -> None:
    with pytest.raises(IntegrityError) as caught, booked.session("t1") as session:
        session.add(a_customer("cus_1", number=2))

    assert not is_overlap(caught.value)


def test_sixteen_threads_never_book_one_hour_twice(booked: Store) -> None:
    def take(number: int) -> str:
        start = random.Random(number).uniform(3, 20)
        try:
            with booked.session("t1") as session:
                session.add(a_taken_slot(f"race_{number}", start, start + 1.5))
        except IntegrityError as error:
            return "overlap" if is_overlap(error) else "other"
        return "taken"

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(take, range(16 * 12)))

    with booked.reading("t1") as session:
        rows = session.scalars(sa.select(Occupancy)).all()
    clashes = [
        (a.id, b.id)
        for a, b in combinations(rows, 2)
        if a.blocks_from < b.blocks_to and b.blocks_from < a.blocks_to
    ]
    assert clashes == []
    assert answers.count("taken") == len(rows) - 1
    assert answers.count("other") == 0


CHAINED = sorted({c.name for c in METADATA.tables["audit"].columns} - {"payload", "salt"})


def test_no_chained_column_of_the_audit_can_change(audited: Store) -> None:
    changed = [column for column in CHAINED if can_change(audited, column)]

    assert changed == []


def can_change(store: Store, column: str) -> bool:
    value = {"seq": "7", "at": "'2020-01-01 00:00:00.000000'"}.get(column, "'forged'")
    try:
        with store.system() as session:
            session.connection().exec_driver_sql(f"UPDATE audit SET {column} = {value}")
    except IntegrityError:
        return False
    return True


def test_an_audited_payload_can_be_blanked(audited: Store) -> None:
    with audited.session("t1") as session:
        row = session.get_one(AuditRow, ("t1", "aud_1"))
        row.payload, row.salt = None, None

    with audited.reading("t1") as session:
        assert session.get_one(AuditRow, ("t1", "aud_1")).payload is None
        blank = sa.select(AuditRow.id).where(AuditRow.payload.is_(None))
        assert session.scalars(blank).all() == ["aud_1"]


def test_an_audited_payload_cannot_be_rewritten(audited: Store) -> None:
    with pytest.raises(IntegrityError), audited.session("t1") as session:
        session.get_one(AuditRow, ("t1", "aud_1")).payload = {"name": "Mette"}


def test_an_audit_row_cannot_be_deleted(audited: Store) -> None:
    with pytest.raises(IntegrityError), audited.system() as session:
        session.execute(sa.delete(AuditRow))


def test_the_demos_audit_can_start_over(store: Store) -> None:
    make_tenant(store, "demo", 3, demo=True)
    with store.session("demo") as session:
        session.add(an_audit_row())

    with store.system() as session:
        session.execute(sa.delete(AuditRow).where(AuditRow.tenant_id == "demo"))

    with store.reading("demo") as session:
        assert session.fetch(AuditRow, "aud_1") is None


def test_a_firm_cannot_become_the_demo(store: Store) -> None:
    with pytest.raises(IntegrityError), store.session("t1") as session:
        session.get_one(Tenant, "t1").demo = True


def test_an_audit_cannot_be_truncated_on_a_server(store: Store) -> None:
    refused = (IntegrityError, sa.exc.OperationalError)  # SQLite knows no TRUNCATE

    with pytest.raises(refused), store.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE audit")


def test_someone_at_the_database_itself_can_still_forge(audited: Store) -> None:
    tamper(audited, "UPDATE audit SET outcome = :outcome", outcome="forged")

    with audited.reading("t1") as session:
        assert session.get_one(AuditRow, ("t1", "aud_1")).outcome == "forged"
    with audited.engine.connect() as connection:
        assert missing_guards(connection) == []
