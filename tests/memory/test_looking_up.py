"""The words that leads and customers are looked up by follow every change, and are found by their parts."""

import pytest
import sqlalchemy as sa

from memory.seeking import Sought, indexed, part_of, values_of
from memory.store import Store
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead
from memory.upkeep import merge_indexes
from tests.support.stores import EPOCH

ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""PostgreSQL keeps one index, whatever is written."""


def a_lead(number: int, name: str, **given: object) -> dict[str, object]:
    return {
        "id": f"lead_{number}", "number": number, "name": name, "folded_name": name.lower(),
        "source": "web", "city": "Aarhus C", "folded_city": "aarhus c", "received_at": EPOCH,
        "created_at": EPOCH, "updated_at": EPOCH,
    } | given  # fmt: skip


def add(store: Store, *rows: dict[str, object], tenant: str = "t1") -> None:
    with store.session(tenant) as session:
        session.execute(sa.insert(Lead), list(rows))


def holding(store: Store, *words: str, model: type[Lead | Customer] = Lead) -> list[int]:
    """The numbers of the rows that hold these words, by the index where there is one, and by the rows."""
    sought = [Sought((part_of(word),)) for word in words]
    with store.reading("t1") as session:
        held = sa.select(model.number).where(*(each.held(model) for each in sought))
        read = sorted(session.scalars(held))
        by_index = indexed(session, model, sought, tenant_no=1)
        assert by_index is None or sorted(session.scalars(by_index)) == read
        return read


@pytest.mark.parametrize(
    "word",
    ["noergaard", "gaard", "vestergade", "8000", "lead7@mail", "20123457", "web", " ms", "7"],
)
def test_rows_written_in_bulk_are_found_by_any_part(store: Store, word: str) -> None:
    row = a_lead(
        7, "Søren  NØRGÅRD Ms", street="Vestergade 7", postal_code="8000",
        email="lead7@mail.example", phone="+4520123457",
    )  # fmt: skip
    add(store, row | {"name": "Søren  NØRGAARD Ms"})

    assert holding(store, word.strip()) == [7]


def test_a_short_word_begins_a_word(store: Store) -> None:
    add(store, a_lead(1, "Bo Lund"), a_lead(2, "Ebo Lund"), a_lead(3, "Lise Skov"))

    assert holding(store, "bo") == [1]
    assert holding(store, "b") == [1]


def test_a_change_takes_the_old_words_away(store: Store) -> None:
    add(store, a_lead(1, "Mette Holm"))

    with store.session("t1") as session:
        session.get_one(Lead, ("t1", "lead_1")).name = "Mette Skov"

    assert (holding(store, "holm"), holding(store, "skov")) == ([], [1])


def test_a_lead_that_is_deleted_is_found_no_more(store: Store) -> None:
    add(store, a_lead(1, "Mette Holm"), a_lead(2, "Ida Holm"))

    with store.session("t1") as session:
        session.execute(sa.delete(Lead).where(Lead.number == 1))

    assert holding(store, "holm") == [2]


def test_a_customer_is_found_by_each_address_and_number_as_they_change(store: Store) -> None:
    whose = {"id": "cus_1", "name": "Jens", "folded_name": "jens"}
    with store.session("t1") as session:
        session.add(Customer(number=12, created_at=EPOCH, updated_at=EPOCH, **whose))
        session.flush()
        session.add(CustomerEmail(id="e1", customer_id="cus_1", email="jens@old.example"))
        session.add(CustomerPhone(id="p1", customer_id="cus_1", phone="+4520123456"))
    assert holding(store, "old.example", model=Customer) == [12]
    assert holding(store, "2012345", model=Customer) == [12]
    assert holding(store, "#12#", model=Customer) == [12]

    with store.session("t1") as session:
        session.get_one(CustomerEmail, ("t1", "e1")).email = "jens@new.example"
        session.delete(session.get_one(CustomerPhone, ("t1", "p1")))

    assert holding(store, "old.example", model=Customer) == []
    assert holding(store, "new.example", model=Customer) == [12]
    assert holding(store, "2012345", model=Customer) == []


def test_a_customer_that_was_merged_has_no_words(store: Store) -> None:
    with store.session("t1") as session:
        session.add(
            Customer(id="cus_1", number=1, name="Jens", folded_name="jens", created_at=EPOCH, updated_at=EPOCH)
        )  # fmt: skip

    with store.session("t1") as session:
        session.get_one(Customer, ("t1", "cus_1")).merged_into = "cus_2"

    assert holding(store, "jens", model=Customer) == []


def test_another_firms_rows_of_the_same_number_are_not_found(store: Store) -> None:
    add(store, a_lead(1, "Mette Holm"), tenant="t2")
    add(store, a_lead(1, "Ida Skov"))

    assert holding(store, "holm") == []


def test_the_values_of_a_column_are_each_told_once_and_of_this_firm_only(store: Store) -> None:
    add(store, *(a_lead(each, "A", source=f"s{each % 3}") for each in range(1, 10)))
    add(store, a_lead(1, "A", source="other"), tenant="t2")

    with store.reading("t1") as session:
        assert sorted(values_of(session, Lead.source)) == ["s0", "s1", "s2"]


@ON_SQLITE
def test_an_index_in_many_pieces_is_merged_into_one_and_finds_the_same(store: Store) -> None:
    for each in range(1, 8):
        add(store, a_lead(each, f"Mette Holm {each}"))
    assert pieces(store) > 1

    merge_indexes(store)

    assert pieces(store) == 1
    assert holding(store, "holm") == [1, 2, 3, 4, 5, 6, 7]


def pieces(store: Store) -> int:
    """How many segments the index of leads has."""
    with store.engine.connect() as connection:
        counted = "SELECT count(DISTINCT segid) FROM leads_fts_idx"
        return connection.exec_driver_sql(counted).scalar_one()
