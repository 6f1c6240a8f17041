"""What search finds, for whom, and what it never shows."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from memory.recall import Hit, search
from memory.store import CrossTenant, Store
from memory.tables.leads import Customer, CustomerPhone, Lead, Mail, Note
from memory.tables.texts import Text
from tests.memory.rows import a_customer, a_note
from tests.support.stores import EPOCH

NOW = EPOCH + dt.timedelta(days=1)


def find(store: Store, query: str, *, tenant: str = "t1", **given: Any) -> list[Hit]:
    with store.reading(tenant) as session:
        return search(session, query, **{"roles": ["office"], "now": NOW, **given})


def ids(hits: list[Hit]) -> list[str]:
    return [hit.record_id for hit in hits]


def add(store: Store, *rows: object, tenant: str = "t1") -> None:
    with store.session(tenant) as session:
        session.add_all(rows)


def about_customer(id: str, text: str, customer: str = "cus_1") -> Note:
    return a_note(id, about_kind="customer", about_id=customer, text=text)


def a_text(id: str, **columns: Any) -> Text:
    given: dict[str, Any] = {
        "kind": "note",
        "record_id": id,
        "readers": "office",
        "title": "",
        "body": "the dog bites",
        "folded": "the dog bites",
        "digest": "d",
        "changed_at": EPOCH,
    }
    return Text(id=id, **given | columns)


@pytest.fixture
def notes(store: Store) -> Store:
    add(
        store,
        a_customer(),
        about_customer("n1", "Has a dog called Bølle, ring the bell twice"),
        about_customer("n2", "Nøglen ligger i nøgleboksen ved garagen"),
        about_customer("n3", "Wants the windows done every other month"),
    )
    return store


def test_it_finds_a_word(notes: Store) -> None:
    assert ids(find(notes, "bell")) == ["n1"]


def test_it_finds_a_word_with_a_slip(notes: Store) -> None:
    assert ids(find(notes, "nøgelboksen"))[0] == "n2"


def test_it_finds_what_is_said_in_the_other_language(notes: Store) -> None:
    assert ids(find(notes, "hund"))[0] == "n1"
    assert ids(find(notes, "where is the key?"))[0] == "n2"


def test_danish_letters_are_found_spelt_out(notes: Store) -> None:
    assert ids(find(notes, "Boelle")) == ["n1"]


def test_nothing_is_found_where_nothing_fits(notes: Store) -> None:
    assert find(notes, "swimming pool") == []
    assert find(notes, "?!") == []
    assert find(notes, "") == []


def test_a_phone_number_is_found_however_it_is_spaced(store: Store) -> None:
    phone = CustomerPhone(id="p1", customer_id="cus_1", phone="+4520123457")
    add(store, a_customer(), phone, a_note("n1", text="Ring 20 12 34 57 first"))

    assert set(ids(find(store, "20 12 34 57"))) == {"cus_1", "n1"}
    assert set(ids(find(store, "20123457"))) == {"cus_1", "n1"}


def test_two_numbers_side_by_side_stay_two(store: Store) -> None:
    add(store, a_note("n1", text="Invoices 20417 2024"), a_note("n2", text="Order 4711 of 2023"))

    assert ids(find(store, "order 4711 20417")) == ["n2", "n1"]


def test_a_word_that_nobody_wrote_does_not_hide_the_others(notes: Store) -> None:
    assert ids(find(notes, "Zacharias bell")) == ["n1"]


def test_a_hit_says_what_and_whom_and_when(notes: Store) -> None:
    hit = find(notes, "bell")[0]

    assert (hit.kind, hit.title, hit.about) == ("note", "Jens Nygaard", ("customer", "cus_1"))
    assert hit.excerpt == "Has a dog called Bølle, ring the bell twice"
    assert hit.changed_at == EPOCH


def test_an_excerpt_is_short_and_holds_the_word(store: Store) -> None:
    add(store, a_note(text=f"{'filler words here ' * 60}the parrot bites {'and more after ' * 60}"))

    excerpt = find(store, "parrot")[0].excerpt

    assert "the parrot bites" in excerpt
    assert len(excerpt) <= 240


def test_what_is_not_committed_yet_is_found_by_its_own_session(store: Store) -> None:
    with store.session("t1") as session:
        session.add(a_note(text="the parrot bites"))
        session.flush()

        assert ids(search(session, "parrot", roles=["office"], now=NOW)) == ["n1"]


def test_a_change_is_found_and_the_old_words_are_not(notes: Store) -> None:
    with notes.session("t1") as session:
        session.get_one(Note, ("t1", "n1")).text = "Has a parrot"

    assert ids(find(notes, "parrot")) == ["n1"]
    assert find(notes, "bell") == []


def test_a_bulk_change_is_followed(notes: Store) -> None:
    with notes.session("t1") as session:
        session.execute(sa.update(Note).where(Note.id == "n1").values(text="Has a parrot"))
        session.execute(sa.delete(Note).where(Note.id == "n2"))

    assert ids(find(notes, "parrot")) == ["n1"]
    assert find(notes, "nøgleboksen") == []


def test_rows_that_are_added_in_bulk_are_found(store: Store) -> None:
    customer = a_customer()
    columns = [each.key for each in sa.inspect(Customer).column_attrs if each.key != "tenant_id"]
    given = {name: getattr(customer, name) for name in columns}
    given |= {"kind": "private", "language": "da", "origin": "import", "version": 1}

    with store.session("t1") as session:
        session.execute(sa.insert(Customer), [given])

    assert ids(find(store, "Nygaard")) == ["cus_1"]


def test_what_is_rolled_back_is_not_found(store: Store) -> None:
    with store.session("t1") as session:
        session.add(a_note(text="the parrot bites"))
        session.flush()
        session.rollback()

    assert find(store, "parrot") == []


def test_deleted_and_blanked_records_are_gone(notes: Store) -> None:
    with notes.session("t1") as session:
        session.delete(session.get_one(Note, ("t1", "n1")))
        session.get_one(Note, ("t1", "n2")).text = ""

    assert find(notes, "bell") == []
    assert find(notes, "nøgleboksen") == []


def test_the_one_in_focus_comes_first_and_others_never(store: Store) -> None:
    add(
        store,
        a_customer("cus_1", 1),
        a_customer("cus_2", 2),
        about_customer("mine", "the dog sleeps in the hall"),
        about_customer("theirs", "the dog bites, the dog barks", "cus_2"),
        a_text("general", record_id="general", folded="we bring a dog lead for every dog"),
    )

    assert ids(find(store, "dog", about=("customer", "cus_1"))) == ["mine", "general"]
    assert set(ids(find(store, "dog"))) == {"mine", "theirs", "general"}


def test_a_note_on_the_lead_is_about_the_customer_that_came_of_it(store: Store) -> None:
    lead = Lead(
        id="lead_1", number=1, name="Jens", folded_name="jens", source="web", customer_id="cus_1",
        received_at=EPOCH, created_at=EPOCH, updated_at=EPOCH,
    )  # fmt: skip
    add(store, a_customer(), lead, a_note(text="the parrot bites"))

    assert ids(find(store, "parrot", about=("customer", "cus_1"))) == ["n1"]


def test_only_kinds_that_are_asked_for(store: Store) -> None:
    mail = Mail(
        id="m1", key="k", message_id="i", to="jens@demo.example", subject="Your parrot",
        body="The parrot may stay.", about_kind="customer", about_id="cus_1", created_at=EPOCH,
    )  # fmt: skip
    add(store, a_customer(), mail, about_customer("n1", "the parrot bites"))

    assert ids(find(store, "parrot", kinds=["mail"])) == ["m1"]
    assert set(ids(find(store, "parrot"))) == {"m1", "n1"}


def test_a_mail_about_nobody_is_not_indexed(store: Store) -> None:
    link = Mail(
        id="m1", key="k", message_id="i", to="jens@demo.example", subject="Sign in",
        body="https://friday.example/in/parrot-token", created_at=EPOCH,
    )  # fmt: skip
    add(store, link)

    assert find(store, "parrot") == []


def test_what_has_expired_is_not_found(store: Store) -> None:
    add(store, a_text("old", valid_until=NOW), a_text("new", valid_until=NOW + dt.timedelta(1)))

    assert ids(find(store, "dog")) == ["new"]
    assert find(store, "dog", now=NOW + dt.timedelta(days=2)) == []


def test_only_the_right_readers_find_it(store: Store) -> None:
    add(store, a_text("office"), a_text("annas", readers="usr_anna"))

    assert ids(find(store, "dog")) == ["office"]
    assert set(ids(find(store, "dog", roles=["office", "usr_anna"]))) == {"office", "annas"}
    assert find(store, "dog", roles=[]) == []


class Liar:
    """Vectors that name everything they ever saw."""

    semantic = True

    def __init__(self, *ids: str) -> None:
        self.ids = list(ids)

    def nearest(self, tenant_id: str, query: str, limit: int) -> list[str]:
        return self.ids


def test_foreign_expired_and_private_texts_are_dropped_even_if_the_vectors_name_them(
    store: Store,
) -> None:
    add(store, a_text("foreign"), tenant="t2")
    add(
        store,
        a_text("mine", body="about something else", folded="about something else"),
        a_text("expired", valid_until=EPOCH),
        a_text("private", readers="usr_anna"),
    )
    vectors = Liar("foreign", "expired", "private", "mine", "never was")

    assert ids(find(store, "dog", vectors=vectors)) == ["mine"]


def test_a_semantic_order_and_that_of_the_words_are_fused(store: Store) -> None:
    add(store, a_text("words"), a_text("both"), a_text("meaning", folded="hound", body="hound"))

    assert ids(find(store, "dog bites", vectors=Liar("both", "meaning")))[0] == "both"


def test_a_session_without_a_tenant_cannot_search(store: Store) -> None:
    with store.system() as session, pytest.raises(CrossTenant):
        search(session, "dog", roles=["office"], now=NOW)
