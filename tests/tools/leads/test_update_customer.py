"""A customer's name, address and ways to be reached change, and can be put back."""

import pytest
import sqlalchemy as sa

from memory.tables.leads import Customer, CustomerEmail, CustomerPhone
from tests.support.contexts import context, performed
from tools.errors import Conflict, NotFound, Rejected, Unclear
from tools.leads.customer_actions import UpdateCustomer
from tools.policy import POLICY


@pytest.fixture
def jens(people):
    return people.customer("Jens Nygaard", email="jens@demo.example", phone="+4520123456")


def test_all_of_it_changes(store, jens):
    with context(store) as ctx:
        action = UpdateCustomer(
            customer="Jens Nygaard",
            name="Jens N. Nygaard",
            email="JN@demo.example",
            phone="20 99 88 77",
            address="Skovvej 4, 8240 Risskov",
        )
        performed(ctx, action)
    with context(store, writing=False) as ctx:
        row = ctx.session.fetch(Customer, jens)
        email = ctx.session.scalars(sa.select(CustomerEmail)).one()
        phone = ctx.session.scalars(sa.select(CustomerPhone)).one()
    assert (row.name, row.folded_name, row.version) == ("Jens N. Nygaard", "jens n. nygaard", 2)
    assert (row.street, row.postal_code, row.city) == ("Skovvej 4", "8240", "Risskov")
    assert (email.email, phone.phone) == ("jn@demo.example", "+4520998877")


def test_the_preview_has_before_and_after(store, jens):
    with context(store, language="da") as ctx:
        preview = UpdateCustomer(customer=jens, phone="20998877").resolve(ctx).preview(ctx)
    line = preview.lines[0]
    assert (line.label, line.before, line.value) == ("Telefon", "20 12 34 56", "20 99 88 77")


def test_the_office_hears_of_a_shared_address_and_the_customer_does_not(store, people, jens):
    people.customer("Ida Bæk", email="ida@demo.example")
    with context(store) as ctx:
        office = UpdateCustomer(customer=jens, email="ida@demo.example").resolve(ctx).preview(ctx)
    with context(store, role="customer", customer_id=jens) as ctx:
        own = UpdateCustomer(email="ida@demo.example").resolve(ctx).preview(ctx)
    assert (len(office.warnings), own.warnings) == (1, ())


def test_a_customer_changes_only_itself(store, people, jens):
    other = people.customer("Ida Bæk")
    with context(store, role="customer", customer_id=jens) as ctx, pytest.raises(NotFound):
        UpdateCustomer(customer=other, name="Somebody").resolve(ctx)


def test_a_customers_own_change_is_confirmed_first():
    policy = POLICY.validate_python(UpdateCustomer.policy)
    assert (policy.roles, policy.then.kind, policy.otherwise.kind) == (
        ("customer",),
        "confirm",
        "auto",
    )


def test_undo_puts_everything_back(store, jens):
    with context(store) as ctx:
        action = UpdateCustomer(customer=jens, email="jn@demo.example", address="Skovvej 4")
        resolved = action.resolve(ctx)
        performed(ctx, resolved.undo(ctx, resolved.perform(ctx, "k")))
        row = ctx.session.fetch(Customer, jens)
        email = ctx.session.scalars(sa.select(CustomerEmail)).one()
    assert (row.street, row.city, email.email) == ("Ryesgade 12", "Aarhus C", "jens@demo.example")


def test_undo_is_not_offered_after_another_change(store, people):
    lone = people.customer("Lone Skov")
    with context(store) as ctx:
        first = UpdateCustomer(customer=lone, email="lone@demo.example").resolve(ctx)
        receipt = first.perform(ctx, "k")
        had_none = first.undo(ctx, receipt)
        second = UpdateCustomer(customer=lone, name="Lone B. Skov").resolve(ctx)
        old = second.perform(ctx, "k2")
        performed(ctx, UpdateCustomer(customer=lone, name="Lone Bæk"))
        assert (had_none, second.undo(ctx, old)) == (None, None)


@pytest.mark.parametrize("given", [{"customer": "Jens Nygaard"}, {"name": "Jens"}])
def test_what_is_missing_is_asked_for(store, jens, given):
    with context(store) as ctx, pytest.raises(Unclear):
        UpdateCustomer.model_validate(given).resolve(ctx)


def test_a_bad_address_is_refused(store, jens):
    with context(store) as ctx, pytest.raises(Rejected):
        UpdateCustomer(customer=jens, email="nope").resolve(ctx)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"phone": "20 12 34 56"}, "20 12 34 56 is already what stands for Jens Nygaard"),
        ({"email": "JENS@demo.example"}, "jens@demo.example is already"),
        ({"address": "Ryesgade 12"}, "Ryesgade 12 is already"),
        ({"name": "Jens  Nygaard", "phone": "+4520123456"}, "Jens Nygaard, 20 12 34 56 is already"),
    ],
)
def test_what_stands_there_already_is_no_change(store, jens, given, told):
    with context(store) as ctx, pytest.raises(Conflict, match=told):
        UpdateCustomer(customer=jens, **given).resolve(ctx)


def test_of_several_only_what_is_new_is_shown(store, jens):
    with context(store) as ctx:
        action = UpdateCustomer(customer=jens, phone="20123456", name="Jens N.").resolve(ctx)
    assert (action.phone, action.name) == (None, "Jens N.")
