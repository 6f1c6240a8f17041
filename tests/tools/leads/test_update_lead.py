"""A lead moves between statuses, on record, and the move can be taken back."""

import pytest
import sqlalchemy as sa

from memory.tables.leads import Lead, LeadChange
from tests.support.contexts import context, performed
from tools.errors import Conflict, NotFound, Rejected, Unclear
from tools.leads.actions import UpdateLead


@pytest.fixture
def mette(people):
    return people.lead("Mette Holm", value_minor=100000)


def test_the_move_is_logged_with_who_and_why(store, mette):
    with context(store) as ctx:
        performed(ctx, UpdateLead(lead="Mette Holm", status="lost", lost_reason="price"))
    with context(store, writing=False) as ctx:
        lead = ctx.session.fetch(Lead, mette)
        change = ctx.session.scalars(sa.select(LeadChange)).one()
    assert (lead.status, lead.lost_reason, lead.version) == ("lost", "price", 2)
    assert (change.before, change.after, change.actor_id, change.cause) == (
        "new",
        "lost",
        "usr_1",
        "price",
    )


def test_a_lost_lead_needs_a_reason(store, mette):
    with context(store) as ctx, pytest.raises(Unclear) as asked:
        UpdateLead(lead=mette, status="tabt").resolve(ctx)
    assert asked.value.choices[0].args == {"lost_reason": "price"}


def test_the_preview_shows_before_and_after(store, mette):
    with context(store, language="da") as ctx:
        action = UpdateLead(lead=mette, status="contacted", assignee="anna", value="1.500,50 kr.")
        preview = action.resolve(ctx).preview(ctx)
    assert [(line.before, line.value) for line in preview.lines][:2] == [
        ("nyt", "kontaktet"),
        ("", "Anna Dahl"),
    ]
    assert "1.500,50" in preview.lines[2].value
    assert (preview.preconditions[0].field, preview.preconditions[0].value) == ("version", "1")


def test_won_is_not_for_typing(store, mette):
    with context(store) as ctx, pytest.raises(Rejected) as refused:
        UpdateLead(lead=mette, status="won").resolve(ctx)
    assert "first completed booking" in refused.value.message


def test_won_is_true_after_a_completed_booking(store, people):
    customer = people.customer("Mette Holm")
    people.booking(customer, days=-3, status="completed")
    lead_id = people.lead("Mette Holm", customer_id=customer)
    with context(store) as ctx:
        performed(ctx, UpdateLead(lead=lead_id, status="won"))
        assert ctx.session.fetch(Lead, lead_id).status == "won"


def test_what_was_won_stays_won(store, people):
    lead_id = people.lead("Mette Holm", status="won")
    with context(store) as ctx, pytest.raises(Rejected):
        UpdateLead(lead=lead_id, status="new").resolve(ctx)
    with context(store) as ctx, pytest.raises(Conflict):
        UpdateLead(lead=lead_id, status="new").perform(ctx, "k")


def test_a_lost_lead_is_reopened(store, people):
    lead_id = people.lead("Mette Holm", status="lost", lost_reason="price")
    with context(store) as ctx:
        performed(ctx, UpdateLead(lead=lead_id, status="new"))
        lead = ctx.session.fetch(Lead, lead_id)
    assert (lead.status, lead.lost_reason) == ("new", None)


def test_undo_puts_the_old_values_back(store, mette):
    with context(store) as ctx:
        action = UpdateLead(lead=mette, status="contacted", value=2500).resolve(ctx)
        back = action.undo(ctx, action.perform(ctx, "k"))
        performed(ctx, back)
        lead = ctx.session.fetch(Lead, mette)
    assert (lead.status, lead.value_minor) == ("new", 100000)


def test_undo_is_not_offered_when_it_would_not_be_true(store, mette):
    with context(store) as ctx:
        action = UpdateLead(lead=mette, assignee="anna").resolve(ctx)
        receipt = action.perform(ctx, "k")
        nobody_before = action.undo(ctx, receipt)
        later = UpdateLead(lead=mette, status="contacted").resolve(ctx)
        old = later.perform(ctx, "k2")
        performed(ctx, UpdateLead(lead=mette, status="quoted"))
        moved_on = later.undo(ctx, old)
    assert (nobody_before, moved_on) == (None, None)


def test_undoing_a_reopening_gives_the_reason_back(store, people):
    lead_id = people.lead("Mette Holm", status="lost", lost_reason="price")
    with context(store) as ctx:
        action = UpdateLead(lead=lead_id, status="new").resolve(ctx)
        performed(ctx, action.undo(ctx, action.perform(ctx, "k")))
        assert ctx.session.fetch(Lead, lead_id).lost_reason == "price"


def test_nothing_to_change_is_asked_about(store, mette):
    with context(store) as ctx, pytest.raises(Unclear):
        UpdateLead(lead=mette).resolve(ctx)


def test_another_firms_lead_is_not_found(store, mette):
    with context(store, tenant="t2", number=2) as ctx, pytest.raises(NotFound):
        UpdateLead(lead=mette, status="contacted").resolve(ctx)


def test_what_is_so_already_is_no_change(store, mette):
    with context(store) as ctx:
        performed(ctx, UpdateLead(lead=mette, status="contacted", value="1200"))
    with (
        context(store) as ctx,
        pytest.raises(
            Conflict, match=r"^Mette Holm is already contacted and worth DKK\s1,200\.00\.$"
        ),
    ):
        UpdateLead(lead=mette, status="contacted", value="1200").resolve(ctx)
    with context(store) as ctx:
        action = UpdateLead(lead=mette, status="contacted", value="1300").resolve(ctx)
    assert action.status is None
