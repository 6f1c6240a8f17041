"""A lead is written down; who it may be already is said to the office and linked, never merged."""

import pytest
import sqlalchemy as sa

from memory.tables.leads import Lead, LeadChange
from tests.support.contexts import context, performed
from tools.errors import Rejected, Unclear
from tools.leads.actions import CreateLead, UpdateLead


def test_it_is_written_down_with_its_first_status(store):
    with context(store) as ctx:
        receipt = performed(
            ctx, CreateLead(name="Mette  Holm", email="Mette@Post.example", phone="20 10 00 37")
        )
    with context(store, writing=False) as ctx:
        lead = ctx.session.fetch(Lead, receipt.record["lead"])
        change = ctx.session.scalars(sa.select(LeadChange)).one()
    assert (lead.name, lead.email, lead.phone) == (
        "Mette Holm",
        "mette@post.example",
        "+4520100037",
    )
    assert (lead.number, lead.source, lead.status, change.after) == (1, "office", "new", "new")
    assert receipt.title == "Mette Holm is lead 1."


def test_the_office_hears_who_it_may_be(store, people):
    people.lead("Mette Holm", email="mette@post.example")
    people.customer("M. Holm", email="mette@post.example")
    with context(store, language="da") as ctx:
        preview = CreateLead(name="Mette", email="mette@post.example").resolve(ctx).preview(ctx)
    assert len(preview.warnings) == 2
    assert preview.warnings[0].startswith("Mette Holm #1, Aarhus C er et lead med samme")


def test_a_sure_customer_is_linked_and_the_earlier_lead_remembered(store, people):
    earlier = people.lead("Mette Holm", number=50, phone="+4520100037")
    customer = people.customer("M. Holm", phone="+4520100037")
    with context(store) as ctx:
        receipt = performed(ctx, CreateLead(name="Mette", phone="+45 20100037"))
        lead = ctx.session.fetch(Lead, receipt.record["lead"])
    assert lead.customer_id == customer
    assert lead.source_detail["same_as"] == [earlier]


def test_a_number_that_two_customers_share_links_nobody(store, people):
    people.customer("A. Holm", phone="+4520100037")
    people.customer("B. Holm", phone="+4520100037")
    with context(store) as ctx:
        receipt = performed(ctx, CreateLead(name="Mette", phone="20100037"))
        assert ctx.session.fetch(Lead, receipt.record["lead"]).customer_id is None


def test_a_tag_behind_the_mailbox_is_the_same_person(store, people):
    customer = people.customer("M. Holm", email="mette@post.example")
    with context(store) as ctx:
        receipt = performed(ctx, CreateLead(name="Mette", email="mette+ren@post.example"))
        assert ctx.session.fetch(Lead, receipt.record["lead"]).customer_id == customer


def test_a_visitor_learns_nothing_about_others(store, people):
    people.customer("M. Holm", email="mette@post.example")
    with context(store, role="visitor") as ctx:
        action = CreateLead(name="Mette", email="mette@post.example", source="Leadpoint")
        resolved = action.resolve(ctx)
        preview = resolved.preview(ctx)
        receipt = resolved.perform(ctx, "k")
        lead = ctx.session.fetch(Lead, receipt.record["lead"])
    assert preview.warnings == ()
    assert (lead.source, receipt.title) == ("website", "Thank you, we will get back to you.")


def test_a_visitor_must_be_reachable(store):
    with context(store, role="visitor") as ctx, pytest.raises(Unclear):
        CreateLead(name="Mette").resolve(ctx)


def test_the_office_may_write_down_a_name_only(store):
    with context(store) as ctx:
        preview = CreateLead(name="Mette").resolve(ctx).preview(ctx)
    assert preview.warnings == ("No e-mail and no phone.",)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "Mette", "email": "not an address"}, "email"),
        ({"name": "Mette", "phone": "123"}, "phone"),
        ({"name": "<b>Mette</b>"}, "name"),
        ({"name": "123"}, "name"),
    ],
)
def test_what_cannot_be_is_refused_by_field(store, given, field):
    with context(store) as ctx, pytest.raises(Rejected) as refused:
        CreateLead.model_validate(given).resolve(ctx)
    assert field in refused.value.fields


def test_it_is_taken_back_by_closing_it_while_nobody_has_touched_it(store):
    create = CreateLead(name="Mette Holm", email="mette@post.example")
    with context(store) as ctx:
        receipt = performed(ctx, create)
        back = create.undo(ctx, receipt)
        assert back == UpdateLead(
            lead=receipt.record["lead"], status="lost", lost_reason="written down by mistake"
        )
        performed(ctx, back)
        assert ctx.session.fetch(Lead, receipt.record["lead"]).status == "lost"
        assert create.undo(ctx, receipt) is None
        assert "as duplicate" in create.instead(ctx, receipt)


def test_the_same_person_twice_is_taken_back_as_a_duplicate(store, people):
    people.lead("Mette Holm", number=50, email="mette@post.example")
    create = CreateLead(name="Mette Holm", email="mette@post.example")
    with context(store) as ctx:
        back = create.undo(ctx, performed(ctx, create))
    assert back.status == "duplicate"
