"""A typed yes, no or change is the person's own decision on the card before them; outcomes come back into the talk."""

import asyncio

import pytest

from agent.replies import Reply
from memory.tables.conversations import Conversation
from tests.agent.office import Office, person

BOOKING = "book Jens Nygaard for a standard clean next Tuesday at 10"


def converse(office: Office, *messages: str, actor: str = "anna", role: str = "staff") -> Reply:
    """Say the messages one after the other in one conversation; the last reply."""

    async def talk() -> Reply:
        reply = await office.talk.converse(person(actor, role), text=messages[0])
        for text in messages[1:]:
            reply = await office.talk.converse(
                person(actor, role), text=text, conversation_id=reply.conversation_id
            )
        return reply

    return asyncio.run(talk())


def test_a_typed_yes_approves_the_one_card_and_the_talk_says_what_happened(office: Office) -> None:
    reply = converse(office, BOOKING, "yes")
    office.run_approved()

    assert reply.text.startswith("Approved: Book Jens Nygaard")
    assert office.proposals()[0].status == "done"
    assert office.bookings() == 1
    told = office.talk.history(person(), reply.conversation_id)
    assert [event.body["text"] for event in told if event.kind == "message"][
        -1
    ] == "Booked: Jens Nygaard"


def test_ja_works_too(office: Office) -> None:
    reply = converse(
        office, "book Jens Nygaard til en standardrengøring på tirsdag kl. 10", "ja tak"
    )

    assert reply.text.startswith("Godkendt: Book Jens Nygaard")
    assert office.proposals()[0].status == "approved"


def test_a_typed_no_denies_it(office: Office) -> None:
    reply = converse(office, BOOKING, "no")

    assert reply.text.startswith("Not done:")
    assert office.proposals()[0].status == "denied"


def test_the_reason_of_a_no_is_kept_and_said(office: Office) -> None:
    reply = converse(office, BOOKING, "no, he is away that week")

    told = office.talk.history(person(), reply.conversation_id)
    decisions = [event.body["text"] for event in told if event.kind == "decision"]
    assert office.proposals()[0].status == "denied"
    assert "he is away that week" in decisions[0]


def test_yes_but_at_another_time_changes_the_card(office: Office) -> None:
    reply = converse(office, BOOKING, "Yes, but at 11")

    changed = office.proposals()[0]
    assert changed.status == "pending"
    assert changed.version == 2
    assert "T11:00" in (changed.args or {})["start"]
    assert [proposal.version for proposal in reply.proposals] == [2]


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("no, Thursday", "2026-11-26T10:00"),
        ("no, this Thursday", "2026-11-19T10:00"),
        ("no, Thursday 19 November", "2026-11-19T10:00"),
        ("no, Thursday at 9", "2026-11-26T09:00"),
        ("make it 11", "2026-11-24T11:00"),
        ("Actually, make it Thursday at 12", "2026-11-26T12:00"),
        ("Thursday instead", "2026-11-26T10:00"),
        ("hellere kl. 12", "2026-11-24T12:00"),
        ("torsdag i stedet", "2026-11-26T10:00"),
        ("kan det være kl. 14?", "2026-11-24T14:00"),
    ],
)
def test_a_change_of_mind_needs_no_yes_in_front(office: Office, said: str, start: str) -> None:
    converse(office, BOOKING, said)

    changed = office.proposals()[0]
    assert (changed.status, changed.version) == ("pending", 2)
    assert str((changed.args or {})["start"]).startswith(start)


@pytest.mark.parametrize(
    "said",
    [
        "rather not",
        "make it quick, please",
        "how about a coffee?",
        "find leads instead",
        "hellere med Peter Pan",
    ],
)
def test_what_names_no_time_and_no_colleague_changes_nothing(office: Office, said: str) -> None:
    converse(office, BOOKING, said)

    assert [(one.status, one.version) for one in office.proposals()] == [("pending", 1)]


def test_a_change_of_mind_with_two_cards_waiting_changes_neither(office: Office) -> None:
    other = "book Jens Nygaard for a deep clean next Wednesday at 13"

    converse(office, BOOKING, other, "make it 15")

    assert [(one.status, one.version) for one in office.proposals()] == [("pending", 1)] * 2


def test_the_answer_to_an_open_question_is_no_change_of_a_card(office: Office) -> None:
    asked = "book Jens Nygaard for a deep clean"

    reply = converse(office, BOOKING, asked, "hellere torsdag kl. 12")

    assert [(one.status, one.version) for one in office.proposals()] == [("pending", 1)] * 2
    assert len(reply.proposals) == 1


def test_yes_to_the_changed_card_approves_what_was_shown_last(office: Office) -> None:
    converse(office, BOOKING, "Yes, but at 11", "yes")
    office.run_approved()

    assert office.proposals()[0].status == "done"


def test_yes_with_two_cards_shows_both_again_and_decides_nothing(office: Office) -> None:
    other = "book Jens Nygaard for a deep clean next Wednesday at 13"

    reply = converse(office, BOOKING, other, "yes")

    assert len(reply.proposals) == 2
    assert {proposal.status for proposal in office.proposals()} == {"pending"}


def test_yes_to_an_irreversible_effect_is_not_enough(office: Office) -> None:
    reply = converse(office, "wipe lead Mette Holm", "yes", actor="olga", role="owner")

    assert len(reply.proposals) == 1
    assert office.proposals()[0].status == "pending"


def test_yes_with_nothing_to_decide_is_answered_plainly(office: Office) -> None:
    reply = converse(office, "find leads", "yes")

    assert reply.text == "There is nothing waiting for a yes or no."


@pytest.mark.parametrize("said", ["yes?", "ok?", "ja?", "nej?"])
def test_a_yes_that_is_a_question_shows_the_card_again(office: Office, said: str) -> None:
    reply = converse(office, BOOKING, said)

    assert "waits" in reply.text or "venter" in reply.text
    assert len(reply.proposals) == 1
    assert office.proposals()[0].status == "pending"


def test_a_quoted_yes_decides_nothing(office: Office) -> None:
    converse(office, BOOKING, "> yes")

    assert office.proposals()[0].status == "pending"


def test_somebody_elses_no_is_told_with_its_reason(office: Office) -> None:
    reply = converse(office, BOOKING)
    one = office.proposals()[0]
    office.gate.decide(
        person(), one.id, digest=one.digest, decision="deny", reason="no car", channel="page"
    )

    told = office.talk.history(person(), reply.conversation_id)
    last = [event.body["text"] for event in told if event.kind == "message"][-1]
    assert last.startswith("Anna said no:")
    assert "no car" in last


def test_what_policy_does_at_once_is_said_once(office: Office) -> None:
    reply = converse(office, "add a note to Mette Holm: call first")

    assert reply.text == "Noted: call first"
    assert [proposal.status for proposal in reply.proposals] == ["done"]
    told = office.talk.history(person(), reply.conversation_id)
    assert len([event for event in told if event.kind == "message"]) == 2


def test_an_outcome_is_not_told_in_a_conversation_that_has_another_owner(office: Office) -> None:
    reply = converse(office, BOOKING)
    proposal = office.proposals()[0]
    with office.store.session("t1") as session:
        talk = session.fetch(Conversation, reply.conversation_id)
        talk.owner_id, before = "usr_olga", talk.last_seq

    office.gate.withdraw(person("anna"), proposal.id)

    with office.store.reading("t1") as session:
        assert session.fetch(Conversation, reply.conversation_id).last_seq == before
