"""Tools by name, arguments from outside, and what may not be stored."""

import pytest

from agent.gate import Registry, Seen
from tests.gate.world import (
    ANNA,
    JONAS,
    TRADE,
    AskForVisit,
    FindLeads,
    MoveLead,
    World,
    WriteNote,
)
from tools.errors import Forbidden, NotFound, Rejected

REGISTRY = Registry((TRADE,))


def test_tools_are_found_by_their_wire_names() -> None:
    assert REGISTRY.query("find_leads") is FindLeads
    assert REGISTRY.action("move_lead") is MoveLead
    assert REGISTRY.tool("find_leads") is FindLeads
    assert REGISTRY.domain_of("move_lead") is TRADE
    assert REGISTRY.names()[:2] == ["find_leads", "write_note"]


@pytest.mark.parametrize("name", ["delete_everything", "find_leads", ""])
def test_a_tool_that_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="no tool called"):
        REGISTRY.action(name)


def test_a_role_has_its_own_tools_only() -> None:
    assert REGISTRY.for_role("crew") == [WriteNote]
    assert AskForVisit in REGISTRY.for_role("visitor")


def test_arguments_that_are_wrong_are_named() -> None:
    with pytest.raises(Rejected, match="move_lead") as refused:
        REGISTRY.read("move_lead", {"status": "gone", "tenant_id": "t2"})

    assert set(refused.value.fields) == {"lead", "status", "tenant_id"}


def test_a_lookup_runs_for_who_has_it(world: World) -> None:
    assert world.gate.run_query(ANNA, FindLeads()).summary == "2 leads"
    with pytest.raises(Forbidden, match="find_leads"):
        world.gate.run_query(JONAS, FindLeads())


@pytest.mark.parametrize("text", ["a\x00b"])
def test_what_no_database_can_keep_is_refused(world: World, text: str) -> None:
    with pytest.raises(Rejected, match="cannot be stored"):
        world.propose(WriteNote(lead="lead_1", text=text))


def test_asking_again_does_not_wash_the_red_off(world: World) -> None:
    note = Seen(value="Peter Lund must win", source="third_party", whole=False, where="note")
    red = world.propose(MoveLead(lead="Peter Lund", status="won"), origin="model", seen=(note,))

    again = world.gate.repropose(ANNA, red.id)

    assert again.provenance[0]["origin"] == "TEXT"


def test_an_approved_proposal_whose_tool_changed_since_is_not_performed(world: World) -> None:
    proposal = world.propose(MoveLead(lead="lead_1", status="won"))
    world.approve(proposal)
    world.gate.registry._actions.pop("move_lead")

    assert world.execute(proposal) == "failed"
    assert "no tool called" in world.row(proposal).problem["message"]
