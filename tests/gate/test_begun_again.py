"""A transaction that the database gives up before any outside call is begun again, a bounded number of times."""

import pytest
from sqlalchemy.exc import OperationalError

from agent.gate import Gate, Registry
from memory.store import TenantSession
from memory.tables.gate import Proposal
from tests.gate.world import ANNA, KEYS, TRADE, Charging, MoveLead, World, WriteNote


class Unlucky:
    """Loses the transaction that ends a proposal as done as often as was planned."""

    def __init__(self, world: World, *, losses: int) -> None:
        self.losses = losses
        self.gate = Gate(
            store=world.store,
            registry=Registry((TRADE,)),
            keys=KEYS,
            clock=lambda: world.now,
            ports={Charging: world.till},
            enqueue=lambda session, tenant_id, proposal_id: None,
            on_decided=self._told,
        )

    def _told(self, session: TenantSession, proposal: Proposal, what: str) -> None:
        if what == "done" and self.losses:
            self.losses -= 1
            raise OperationalError("COMMIT", {}, Exception("deadlock detected"))


def test_an_approved_action_is_performed_once_after_a_lost_transaction(world: World) -> None:
    unlucky = Unlucky(world, losses=2)
    proposal = world.approve(world.propose(MoveLead(lead="lead_1", status="won")))

    assert unlucky.gate.executor.execute("t1", proposal.id) == "done"
    assert world.notes() == ["moved to won"]
    assert world.trail(proposal) == ["proposed", "approved", "executing", "done"]


def test_an_automatic_action_is_performed_once_after_a_lost_transaction(world: World) -> None:
    unlucky = Unlucky(world, losses=2)

    done = unlucky.gate.propose(ANNA, WriteNote(lead="lead_1", text="Called"), origin="form")

    assert (done.status, world.notes()) == ("done", ["Called"])


def test_it_gives_up_and_leaves_the_proposal_to_the_next_round(world: World) -> None:
    unlucky = Unlucky(world, losses=50)
    proposal = world.approve(world.propose(MoveLead(lead="lead_1", status="won")))

    with pytest.raises(OperationalError):
        unlucky.gate.executor.execute("t1", proposal.id)

    assert unlucky.losses == 45
    assert (world.row(proposal).status, world.notes()) == ("approved", [])
