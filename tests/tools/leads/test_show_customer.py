"""A customer is shown with bookings and notes; a customer sees only itself, and none of the office's notes."""

import pytest

from memory.tables.leads import Note
from tests.support.contexts import NOW, context
from tools.errors import NotFound, Unclear
from tools.leads.queries import ShowCustomer


@pytest.fixture
def jens(people):
    customer_id = people.customer("Jens Nygaard", email="jens@demo.example", phone="+4520123456")
    people.booking(customer_id)
    people.booking(customer_id, days=-7, status="completed")
    note = Note(
        id="note_1",
        about_kind="customer",
        about_id=customer_id,
        text="Betaler sent",
        source="staff",
        author="Anna",
        at=NOW,
    )
    people.add(note)
    return customer_id


def test_the_office_sees_everything(store, jens):
    with context(store, role="staff", writing=False) as ctx:
        shown = ShowCustomer(customer="Jens Nygard").run(ctx)
    assert shown.summary == "Jens Nygaard is customer 1 with 1 booking ahead."
    assert [booking.status for booking in shown.bookings] == ["confirmed", "completed"]
    assert shown.notes[0].text == "Betaler sent"
    assert "20 12 34 56" in [line.value for line in shown.as_card().lines]


def test_a_customer_sees_itself_without_being_named(store, jens):
    with context(store, role="customer", customer_id=jens, language="da", writing=False) as ctx:
        shown = ShowCustomer().run(ctx)
    assert shown.summary == "Jens Nygaard er kunde 1 med 1 booking forude."
    assert shown.notes == ()


def test_a_customer_cannot_see_another(store, people, jens):
    people.customer("Ida Bæk")
    with (
        context(store, role="customer", customer_id=jens, writing=False) as ctx,
        pytest.raises(NotFound),
    ):
        ShowCustomer(customer="Ida Bæk").run(ctx)


def test_the_office_is_asked_which(store, jens):
    with context(store, role="staff", writing=False) as ctx, pytest.raises(Unclear) as asked:
        ShowCustomer().run(ctx)
    assert asked.value.fields == {"customer": "Which customer?"}


def test_another_firms_customer_is_not_found(store, jens):
    with context(store, tenant="t2", number=2, writing=False) as ctx, pytest.raises(NotFound):
        ShowCustomer(customer=jens).run(ctx)


def test_a_merged_customer_leads_to_the_one_that_was_kept(store, people, jens):
    old = people.customer("J. Nygaard", merged_into=jens)
    with context(store, writing=False) as ctx:
        assert ShowCustomer(customer=old).run(ctx).id == jens
