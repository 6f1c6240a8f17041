"""After an erasure no byte of what was erased is left in the data directory."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from memory.erasing import scrub
from memory.recall import search
from memory.store import Store
from memory.tables.conversations import Conversation, Event, Turn
from memory.tables.leads import Customer, Lead, Mail, Note
from memory.tables.texts import Text
from memory.upkeep import embed_new, index_talk
from memory.vectors import Vectors
from tests.memory.rows import a_customer, a_note
from tests.memory.test_upkeep import Meaning, a_turn
from tests.support.stores import EPOCH, fresh_store, make_tenant

KINDS = ("customer", "lead", "note", "mail", "message", "answer")


def canary(kind: str) -> str:
    return f"kanarie{kind}fugl"


@pytest.fixture
def house(tmp_path: Path) -> Store:
    """A firm with a canary in every kind of record, and two hundred notes beside them."""
    store = fresh_store(f"sqlite:///{tmp_path / 'friday.sqlite'}", data_dir=tmp_path)
    make_tenant(store)
    customer = a_customer()
    customer.street = canary("customer")
    lead = Lead(
        id="lea_1", number=1, name="Jens", folded_name="jens", source="web", received_at=EPOCH,
        message=canary("lead"), created_at=EPOCH, updated_at=EPOCH,
    )  # fmt: skip
    mail = Mail(
        id="m1", key="k", message_id="i", to="j@demo.example", subject="Hello", body=canary("mail"),
        about_kind="customer", about_id="cus_1", created_at=EPOCH,
    )  # fmt: skip
    with store.session("t1") as session:
        session.add_all([customer, lead, mail, a_note("n_1", text=canary("note"))])
        session.add_all(a_note(f"n{at}x", text=f"note number {at} is kept") for at in range(200))
        session.add_all(a_turn("trn_1", canary("message"), canary("answer"), owner="sig_1"))
    return store


def erase(store: Store) -> None:
    with store.session("t1") as session:
        session.get_one(Customer, ("t1", "cus_1")).street = None
        for model, id in ((Lead, "lea_1"), (Note, "n_1"), (Mail, "m1")):
            session.delete(session.get_one(model, ("t1", id)))
        session.get_one(Turn, ("t1", "trn_1")).text = None
        session.get_one(Event, ("t1", "e_trn_1")).body = None
        session.get_one(Conversation, ("t1", "c_trn_1")).title = None


def left(folder: Path) -> list[tuple[str, str]]:
    """Which canaries are still in which files, as bytes."""
    return sorted(
        (kind, str(path.relative_to(folder)))
        for path in folder.rglob("*")
        if path.is_file()
        for kind in KINDS
        if canary(kind).encode() in path.read_bytes()
    )


def test_no_byte_is_left_after_scrubbing(house: Store, tmp_path: Path) -> None:
    vectors = Vectors(Meaning(64), folder=tmp_path / "chroma")
    index_talk(house)
    embed_new(house, vectors)
    assert {kind for kind, _ in left(tmp_path)} == set(KINDS)

    began = time.perf_counter()
    erase(house)
    scrub(house, vectors)

    assert time.perf_counter() - began < 60
    assert left(tmp_path) == []
    assert not (tmp_path / "chroma").exists()
    with house.reading("t1") as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Text)) == 201
        assert (
            search(session, "note number 177", roles=["office"], now=EPOCH)[0].record_id == "n177x"
        )
    assert embed_new(house, vectors) == 201
    vectors.close()
    house.close()


def test_scrubbing_works_on_both_databases(store: Store, tmp_path: Path) -> None:
    with store.session("t1") as session:
        session.add(a_note("n1", text="the parrot bites"))

    scrub(store, Vectors(Meaning(64), folder=tmp_path / "chroma"))

    with store.reading("t1") as session:
        assert len(search(session, "parrot", roles=["office"], now=EPOCH)) == 1


def test_the_indexes_hold_no_piece_of_what_is_gone(tmp_path: Path) -> None:
    store = fresh_store(f"sqlite:///{tmp_path / 'friday.sqlite'}", data_dir=tmp_path)
    make_tenant(store)
    lead = Lead(
        id="lea_1", number=1, name="zqxjwv", folded_name="zqxjwv", source="web", received_at=EPOCH,
        created_at=EPOCH, updated_at=EPOCH,
    )  # fmt: skip
    customer = a_customer()
    customer.name = "zqxjwv"
    with store.session("t1") as session:
        session.add_all([lead, customer, a_note("n_1", text="zqxjwv")])
    assert pieces(store) == {"texts_fts", "leads_fts", "customers_fts"}

    with store.session("t1") as session:
        session.get_one(Lead, ("t1", "lea_1")).name = "Erased 1"
        session.get_one(Customer, ("t1", "cus_1")).name = "Erased 1"
        session.delete(session.get_one(Note, ("t1", "n_1")))
    assert pieces(store) != set()
    scrub(store, None)

    assert pieces(store) == set()
    store.close()


def pieces(store: Store) -> set[str]:
    """The indexes whose own rows hold three letters that nothing else has."""
    with store.engine.connect() as connection:
        return {
            index
            for index in ("texts_fts", "leads_fts", "customers_fts")
            for block in connection.exec_driver_sql(f"SELECT block FROM {index}_data").scalars()
            if b"zqx" in block
        }
