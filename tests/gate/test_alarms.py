"""What was altered behind the gate's back is on record although everything else of the attempt is rolled back."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from agent.gate import audit, digest
from memory.tables.gate import AuditRow, Proposal
from tests.gate.world import ANNA, KEYS, MoveLead, World, WriteNote
from tests.support.stores import tamper
from tools.errors import Conflict

WIN = MoveLead(lead="Mette Holm", status="won")
Attempt = Callable[[World, Proposal], object]


def approving(world: World, proposal: Proposal) -> object:
    return world.approve(proposal)


def editing(world: World, proposal: Proposal) -> object:
    return world.approve(proposal, decision="edit", args={"status": "lost"})


def asking_again(world: World, proposal: Proposal) -> object:
    return world.gate.repropose(ANNA, proposal.id)


@pytest.mark.parametrize("attempt", [approving, editing, asking_again])
def test_an_altered_proposal_leaves_a_row_that_survives_the_refusal(
    world: World, attempt: Attempt
) -> None:
    proposal = world.propose(WIN)
    tamper(world.store, "UPDATE proposals SET nonce = 'x' WHERE id = :id", id=proposal.id)

    with pytest.raises(Conflict, match="not what was proposed"):
        attempt(world, proposal)

    assert world.trail(proposal) == ["proposed", "tampered"]
    assert world.row(proposal).status == "pending"
    with world.store.reading("t1") as session:
        row = session.scalar(sa.select(AuditRow).where(AuditRow.event == "tampered"))
        assert audit.verify(session, KEYS) is None
    assert (row.actor_id, row.outcome) == (ANNA.id, "pending")


def test_what_was_altered_after_it_was_done_is_not_taken_back(world: World) -> None:
    done = world.propose(WriteNote(lead="lead_1", text="Called"))
    tamper(world.store, "UPDATE proposals SET nonce = 'x' WHERE id = :id", id=done.id)

    with pytest.raises(Conflict, match="not what was proposed"):
        world.gate.undo(ANNA, done.id)

    assert world.trail(done)[-1] == "tampered"


def test_what_was_altered_in_a_receipt_takes_nothing_back(world: World) -> None:
    done = world.propose(WriteNote(lead="lead_1", text="Called"))
    other = world.propose(WriteNote(lead="lead_2", text="Paid"))
    world.change(Proposal, done.id, result=world.row(other).result)

    with pytest.raises(Conflict, match="not what was proposed"):
        world.gate.undo(ANNA, done.id)

    assert world.trail(done)[-1] == "tampered"
    assert world.notes() == ["Called", "Paid"]


def test_a_status_that_says_done_takes_nothing_back(world: World) -> None:
    done = world.propose(WriteNote(lead="lead_1", text="Called"))
    never = world.propose(MoveLead(lead="lead_1", status="won"))
    world.change(Proposal, never.id, status="done", result=world.row(done).result)

    with pytest.raises(Conflict, match="not what was proposed"):
        world.gate.undo(ANNA, never.id)

    assert world.trail(never)[-1] == "tampered"


@pytest.mark.parametrize("attempt", [approving, editing, asking_again])
@pytest.mark.parametrize(
    "altered",
    [{"asked": {"lead": "lead_2", "status": "lost"}}, {"undoes": "prop_x"}, {"supersedes": "p"}],
)
def test_what_was_asked_for_is_sealed_too(
    world: World, attempt: Attempt, altered: dict[str, object]
) -> None:
    proposal = world.propose(WIN)
    world.change(Proposal, proposal.id, **altered)

    with pytest.raises(Conflict, match="not what was proposed"):
        attempt(world, proposal)

    assert world.trail(proposal)[-1] == "tampered"


def test_a_proposal_of_an_earlier_version_is_still_decided_and_done(world: World) -> None:
    proposal = world.propose(WIN)
    earlier = {
        name: value
        for name, value in digest.bound(proposal).items()
        if name not in ("asked", "replaces", "undoes")
    }
    proposal.digest = digest.seal(KEYS, "proposal", earlier)
    world.change(Proposal, proposal.id, digest=proposal.digest)

    world.approve(proposal)

    assert world.execute(proposal) == "done"
