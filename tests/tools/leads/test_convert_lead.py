"""A lead becomes a customer once, or is linked to the one that it is."""

import pytest
import sqlalchemy as sa

from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead
from tests.support.contexts import context, performed
from tools.errors import NotFound, Unclear
from tools.leads.convert_action import ConvertLead


@pytest.fixture
def mette(people):
    return people.lead(
        "Mette Holm",
        email="mette@post.example",
        phone="+4520100037",
        street="Skovvej 1",
        postal_code="8000",
        job={"frequency": "weekly"},
    )


def test_the_customer_has_what_the_lead_had(store, mette):
    with context(store) as ctx:
        receipt = performed(ctx, ConvertLead(lead="Mette Holm"))
    with context(store, writing=False) as ctx:
        customer = ctx.session.fetch(Customer, receipt.record["customer"])
        email = ctx.session.scalars(sa.select(CustomerEmail)).one()
        phone = ctx.session.scalars(sa.select(CustomerPhone)).one()
        lead = ctx.session.fetch(Lead, mette)
    assert (customer.name, customer.street, customer.frequency) == (
        "Mette Holm",
        "Skovvej 1",
        "weekly",
    )
    assert (email.email, phone.phone) == ("mette@post.example", "+4520100037")
    assert (lead.customer_id, lead.version) == (customer.id, 2)


def test_doing_it_again_changes_nothing(store, mette):
    with context(store) as ctx:
        first = performed(ctx, ConvertLead(lead=mette))
        preview = ConvertLead(lead=mette).preview(ctx)
        second = performed(ctx, ConvertLead(lead=mette), key="key-2")
        customers = ctx.session.scalar(sa.select(sa.func.count()).select_from(Customer))
    assert first.record == second.record
    assert (customers, preview.title) == (1, "Mette Holm is a customer already")


def test_a_customer_with_the_same_mail_is_linked(store, people, mette):
    customer = people.customer("M. Holm", email="mette@post.example")
    with context(store, language="da") as ctx:
        preview = ConvertLead(lead=mette).resolve(ctx).preview(ctx)
        receipt = performed(ctx, ConvertLead(lead=mette))
    assert receipt.record["customer"] == customer
    assert preview.title == "Mette Holm er allerede kunde"


def test_two_who_could_be_it_are_asked_about(store, people, mette):
    people.customer("M. Holm", email="mette@post.example")
    people.customer("Mette H.", phone="+4520100037")
    with context(store) as ctx, pytest.raises(Unclear) as asked:
        ConvertLead(lead=mette).resolve(ctx)
    assert [choice.tool for choice in asked.value.choices] == ["show_customer", "show_customer"]


def test_a_namesake_at_the_same_postal_code_is_only_mentioned(store, people, mette):
    people.customer("Mette Holm", email="other@post.example")
    with context(store) as ctx:
        preview = ConvertLead(lead=mette).resolve(ctx).preview(ctx)
        performed(ctx, ConvertLead(lead=mette))
        customers = ctx.session.scalar(sa.select(sa.func.count()).select_from(Customer))
    assert preview.warnings[0].endswith("has the same name and postal code.")
    assert customers == 2


def test_another_firms_lead_is_not_found(store, mette):
    with context(store, tenant="t2", number=2) as ctx, pytest.raises(NotFound):
        ConvertLead(lead=mette).resolve(ctx)
