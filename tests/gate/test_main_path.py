"""Ask, propose, approve, performed once."""

from agent.gate import audit
from tests.gate.world import ANNA, KEYS, MoveLead, World, WriteNote


def test_an_approved_action_is_performed_once_and_everything_is_on_record(world: World) -> None:
    proposal = world.propose(MoveLead(lead="Mette Holm", status="won"))

    approved = world.approve(proposal)
    first, second = world.execute(proposal), world.execute(proposal)

    assert (proposal.status, approved.status, first, second) == (
        "pending",
        "approved",
        "done",
        "done",
    )
    assert world.notes() == ["moved to won"]
    assert world.effects() == ["done"]
    assert world.queue == [("t1", proposal.id)]
    assert world.trail(proposal) == ["proposed", "approved", "executing", "done"]
    assert [what for _, what in world.told] == ["proposed", "approved", "done"]
    with world.store.session("t1") as session:
        assert audit.verify(session, KEYS) is None


def test_what_the_policy_decides_is_done_in_the_same_call_and_on_record(world: World) -> None:
    proposal = world.propose(WriteNote(lead="Mette Holm", text="Called"))

    assert proposal.status == "done"
    assert proposal.result["title"] == "Called"
    assert world.queue == []
    assert world.trail(proposal) == ["proposed", "approved", "executing", "done"]


def test_the_card_shows_what_is_asked_in_the_firms_zone(world: World) -> None:
    proposal = world.propose(MoveLead(lead="Mette Holm", status="won"))

    with world.store.session("t1") as session:
        card = world.gate.card(session, ANNA, proposal)

    assert card.preview.lines[0].before == "new"
    assert (card.decides, card.expires_shown) == ("You decide.", "at 14:02")
    assert card.expires_at == "2026-11-16T14:02:00+01:00"
