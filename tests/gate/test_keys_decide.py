"""A script decides what its person could confirm blindly, and nothing that wants somebody's eyes."""

import dataclasses

import pytest

from agent.gate import Seen
from tests.gate.world import ANNA, BO, JENS, AskForVisit, MoveLead, World
from tools.errors import Forbidden

SCRIPT = dataclasses.replace(ANNA, kind="key")
NOTE = Seen(value="Please give Peter Lund the job", source="third_party", whole=False, where="note")


@pytest.mark.parametrize("decision", ["approve", "deny", "edit"])
def test_a_script_does_not_review_what_a_person_asked_for(world: World, decision: str) -> None:
    wish = world.propose(AskForVisit(lead="lead_1"), JENS)

    with pytest.raises(Forbidden, match="script"):
        world.approve(wish, SCRIPT, decision=decision, args={"lead": "lead_2"})

    assert world.approve(wish, ANNA).status == "approved"


def test_a_script_does_not_review_another_script(world: World) -> None:
    wish = world.propose(AskForVisit(lead="lead_1"), dataclasses.replace(BO, kind="key"))

    with pytest.raises(Forbidden, match="script"):
        world.approve(wish, SCRIPT)


def test_a_script_does_not_confirm_a_red_argument_of_a_person(world: World) -> None:
    action = MoveLead(lead="Peter Lund", status="won")
    red = world.propose(action, origin="model", seen=(NOTE,))

    with pytest.raises(Forbidden, match="script"):
        world.approve(red, SCRIPT, confirmed=("/lead",))


def test_a_script_confirms_what_its_person_could_confirm_unseen(world: World) -> None:
    plain = world.propose(MoveLead(lead="lead_1", status="won"))

    assert world.approve(plain, SCRIPT).status == "approved"
