"""What somebody wrote into the database is refused, and nothing is asked for twice."""

import dataclasses

import pytest

from memory.tables.gate import Proposal, Vote
from tests.gate.world import ANNA, BO, HUNDRED, OWNER, Charge, MoveLead, World
from tools.errors import Conflict, Forbidden, NotFound
from tools.kit import Action

WIN = MoveLead(lead="Mette Holm", status="won")


def test_a_vote_in_the_policys_name_is_refused(world: World) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal)
    with world.store.session("t1") as session:
        session.query(Vote).one().voter_id = "policy"

    assert world.execute(proposal) == "failed"
    assert world.row(proposal).problem["code"] == "tampered"


@pytest.mark.parametrize(
    "action", [WIN, Charge(lead="lead_1", amount=HUNDRED)], ids=["here", "outside"]
)
def test_what_was_done_and_set_back_is_not_done_again(world: World, action: Action) -> None:
    done = world.perform(action)
    notes = world.notes()
    world.change(Proposal, done.id, status="approved")

    assert world.execute(done) == "failed"
    assert world.row(done).problem["code"] == "tampered"
    assert (world.notes(), world.effects()) == (notes, ["done"])
    assert world.till.calls in ([], [f"effect:{done.id}"])
    assert world.trail(done)[-1] == "tampered"


@pytest.mark.parametrize(
    "action", [WIN, Charge(lead="lead_1", amount=HUNDRED)], ids=["here", "outside"]
)
def test_a_status_without_a_vote_performs_nothing(world: World, action: Action) -> None:
    proposal = world.propose(action)
    world.change(Proposal, proposal.id, status="executing")

    assert world.execute(proposal) == "failed"
    assert (world.notes(), world.till.calls) == ([], [])
    assert world.trail(proposal)[-1] == "tampered"


def test_an_unknown_outcome_that_nobody_approved_is_not_looked_up(world: World) -> None:
    proposal = world.propose(Charge(lead="lead_1", amount=HUNDRED))
    world.till.charged[f"effect:{proposal.id}"] = "ch_9"
    world.change(Proposal, proposal.id, status="unknown")

    assert world.gate.reconcile(ANNA, proposal.id).status == "unknown"
    assert world.notes() == []
    assert world.trail(proposal)[-1] == "tampered"


def test_a_vote_of_another_version_does_not_make_the_call(world: World) -> None:
    proposal = world.approve(world.propose(Charge(lead="lead_1", amount=HUNDRED)))
    with world.store.session("t1") as session:
        session.query(Vote).one().decision = "deny"
    world.change(Proposal, proposal.id, status="executing")

    assert world.execute(proposal) == "failed"
    assert world.till.calls == []


def test_an_edit_does_not_seal_what_was_tampered_with(world: World) -> None:
    proposal = world.propose(WIN)
    world.change(Proposal, proposal.id, args={"lead": "lead_2", "status": "won"})

    with pytest.raises(Conflict, match="not what was proposed"):
        world.approve(proposal, decision="edit", args={"status": "lost"})
    with pytest.raises(Conflict, match="not what was proposed"):
        world.gate.repropose(ANNA, proposal.id)


def test_asking_again_twice_is_refused(world: World) -> None:
    proposal = world.propose(WIN)
    world.gate.withdraw(ANNA, proposal.id)
    world.gate.repropose(ANNA, proposal.id)

    with pytest.raises(Conflict, match="already"):
        world.gate.repropose(ANNA, proposal.id)


def test_somebody_elses_conversation_is_not_gone_on_with(world: World) -> None:
    proposal = world.propose(WIN, conversation_id="cnv_1")
    world.gate.withdraw(ANNA, proposal.id)

    assert world.gate.repropose(BO, proposal.id).conversation_id is None


def test_somebody_elses_pending_proposal_is_not_replaced(world: World) -> None:
    proposal = world.propose(WIN)

    with pytest.raises(Forbidden, match="Only Anna"):
        world.gate.repropose(OWNER, proposal.id)

    assert world.row(proposal).status == "pending"


def test_nothing_is_proposed_in_somebody_elses_conversation(world: World) -> None:
    with pytest.raises(NotFound, match="no such conversation"):
        world.propose(WIN, OWNER, conversation_id="cnv_1")
    with pytest.raises(NotFound):
        world.propose(WIN, ANNA, conversation_id="cnv_none")


def test_a_script_does_not_approve_what_a_person_cannot_take_back(world: World) -> None:
    proposal = world.propose(Charge(lead="lead_1", amount=HUNDRED))

    with pytest.raises(Forbidden, match="script"):
        world.approve(proposal, dataclasses.replace(ANNA, kind="key"))
