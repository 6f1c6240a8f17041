"""Who is shown which proposals, and in which order."""

import pytest
import sqlalchemy as sa

from agent.gate.votes import visible
from memory.tables.gate import Proposal
from tests.gate.world import (
    ANNA,
    JENS,
    JONAS,
    OWNER,
    PIA,
    SYSTEM,
    VISITOR,
    AskForVisit,
    MoveLead,
    World,
)
from tools.kit import Actor
from tools.policy import review


def test_the_limit_counts_what_the_actor_may_see(world: World) -> None:
    own = world.propose(AskForVisit(lead="lead_1"), JENS)
    for _ in range(3):
        world.later(minutes=1)
        world.propose(AskForVisit(lead="lead_2"), PIA)

    with world.store.reading("t1") as session:
        shown = world.gate.list_for(session, JENS, limit=2)

    assert [row.id for row in shown] == [own.id]


def test_proposals_of_one_instant_are_listed_newest_first(world: World) -> None:
    made = [world.propose(MoveLead(lead="lead_1", status="won")).id for _ in range(8)]

    with world.store.reading("t1") as session:
        shown = world.gate.list_for(session, ANNA)

    assert [row.id for row in shown] == made[::-1]


@pytest.mark.parametrize("actor", [OWNER, ANNA, JONAS, JENS, PIA, VISITOR, SYSTEM])
def test_the_list_is_what_may_be_opened_one_by_one(world: World, actor: Actor) -> None:
    world.rule("move_lead", "ask", policy=review("crew").model_dump(mode="json"))
    world.propose(MoveLead(lead="lead_1", status="won"))
    world.propose(AskForVisit(lead="lead_1"), JENS)
    world.propose(AskForVisit(lead="lead_1"), VISITOR)

    with world.store.reading("t1") as session:
        shown = {row.id for row in world.gate.list_for(session, actor)}
        every = session.scalars(sa.select(Proposal)).all()

    assert shown == {row.id for row in every if visible(actor, row)}
