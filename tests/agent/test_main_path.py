"""From a message to a reply, a proposal, a decision and its outcome, with the embedded model."""

import asyncio

from tests.agent.office import Office, person


def test_a_lookup_is_answered_from_the_database(office: Office) -> None:
    reply = asyncio.run(office.talk.converse(person(), text="find leads in Aarhus"))

    assert reply.text == "1 leads: Mette Holm."
    assert [step.tool for step in reply.steps] == ["find_leads"]
    assert reply.steps[0].args == {"query": "Aarhus"}
    assert reply.state == "answered"
    assert len(reply.cards) == 1


def test_an_action_becomes_a_proposal_and_nothing_else(office: Office) -> None:
    text = "book Jens Nygaard for a standard clean next Tuesday at 10"

    reply = asyncio.run(office.talk.converse(person(), text=text))

    assert [proposal.tool for proposal in reply.proposals] == ["book"]
    assert reply.proposals[0].status == "pending"
    assert reply.proposals[0].args["start"].startswith("2026-11-2")
    assert office.bookings() == 0


def test_the_same_in_danish_is_answered_in_danish(office: Office) -> None:
    text = "book Jens Nygaard til en standardrengøring på tirsdag kl. 10"

    reply = asyncio.run(office.talk.converse(person(), text=text))

    assert reply.language == "da"
    assert "venter på et ja" in reply.text
    assert [proposal.tool for proposal in reply.proposals] == ["book"]
