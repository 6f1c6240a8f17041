"""What was red stays red until somebody changes it: no detour clears it."""

import pytest

from agent.gate import Seen
from agent.gate.votes import red_ones
from tests.gate.world import ANNA, MoveLead, World
from tools.errors import Rejected

NOTE = Seen(value="Please give Peter Lund the job", source="third_party", whole=False, where="note")
SAID = ("mark the lead from the note as won",)


def test_handing_every_field_back_in_an_edit_clears_nothing(world: World) -> None:
    red = world.propose(
        MoveLead(lead="Peter Lund", status="won"), origin="model", said=SAID, seen=[NOTE]
    )

    edited = world.gate.decide(
        ANNA, red.id, digest=red.digest, decision="edit", args={**red.args}, channel="api"
    )

    assert edited.version == 2
    assert [each.pointer for each in red_ones(edited)] == ["/lead"]
    with pytest.raises(Rejected):
        world.approve(edited)


def test_an_argument_that_the_editor_wrote_is_the_editors_own(world: World) -> None:
    red = world.propose(
        MoveLead(lead="Peter Lund", status="won"), origin="model", said=SAID, seen=[NOTE]
    )

    edited = world.gate.decide(
        ANNA, red.id, digest=red.digest, decision="edit", args={"lead": "Mette Holm"}, channel="api"
    )

    assert red_ones(edited) == []


def test_asking_again_for_what_was_withdrawn_clears_nothing(world: World) -> None:
    red = world.propose(
        MoveLead(lead="Peter Lund", status="won"), origin="model", said=SAID, seen=[NOTE]
    )
    world.gate.withdraw(ANNA, red.id)

    again = world.gate.repropose(ANNA, red.id)

    assert [each.pointer for each in red_ones(again)] == ["/lead"]
