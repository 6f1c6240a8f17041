"""An edit makes its author the one who asks: whoever wrote a version does not also approve it."""

import pytest

from tests.gate.world import ANNA, BO, JENS, AskForVisit, World
from tools.errors import Forbidden


def test_who_rewrote_a_customers_wish_does_not_approve_it(world: World) -> None:
    wish = world.propose(AskForVisit(lead="lead_1"), JENS)

    edited = world.approve(wish, decision="edit", args={"lead": "lead_2"})

    with pytest.raises(Forbidden, match="what you asked for"):
        world.approve(edited)
    assert world.row(edited).status == "pending"


def test_a_colleague_approves_a_version_that_somebody_rewrote(world: World) -> None:
    wish = world.propose(AskForVisit(lead="lead_1"), JENS)
    edited = world.approve(wish, decision="edit", args={"lead": "lead_2"})

    world.approve(edited, BO)

    assert world.execute(edited) == "done"


def test_the_customer_may_agree_to_what_was_made_of_the_wish(world: World) -> None:
    wish = world.propose(AskForVisit(lead="lead_1"), JENS)
    edited = world.approve(wish, decision="edit", args={"lead": "lead_2"})

    world.approve(edited, JENS)

    assert world.execute(edited) == "done"


def test_an_unedited_wish_is_still_not_the_customers_to_approve(world: World) -> None:
    wish = world.propose(AskForVisit(lead="lead_1"), JENS)

    with pytest.raises(Forbidden):
        world.approve(wish, JENS)

    assert world.approve(wish, ANNA).status == "approved"
