"""Messages are stored once, answered in order, by one process, and only for their owner."""

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from agent.conversations.turns import Message, store_message
from agent.replies import Reply
from memory.store import Store
from memory.tables.conversations import Turn
from memory.tables.identity import User
from tests.agent.office import Office, furnish, person
from tools.errors import NotFound, Rejected, TooLarge

BOOKING = "book Jens Nygaard for a standard clean next Tuesday at 10"


def turns_of(office: Office) -> list[Turn]:
    with office.store.reading("t1") as session:
        return list(session.scalars(sa.select(Turn).order_by(Turn.number)))


def interrupted(office: Office, text: str) -> tuple[str, str]:
    """A message whose answerer died: the turn is running and its lease goes on for 15 seconds."""
    message = Message(text, None, None)
    with office.store.session("t1") as session:
        said, _ = store_message(session, person(), message, executor="dead", now=office.now)
    return said.conversation_id, said.turn_id


def test_the_same_client_message_again_changes_nothing(office: Office) -> None:
    first = asyncio.run(office.talk.converse(person(), text=BOOKING, client_message_id="m1"))

    again = asyncio.run(office.talk.converse(person(), text=BOOKING, client_message_id="m1"))

    assert again == first
    assert len(office.proposals()) == 1
    assert len(turns_of(office)) == 1
    seqs = [event.id for event in office.talk.events(person(), first.conversation_id)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_somebody_elses_conversation_is_not_found(office: Office) -> None:
    reply = asyncio.run(office.talk.converse(person(), text="find leads"))

    with pytest.raises(NotFound):
        office.talk.say(person("olga", "owner"), text="hi", conversation_id=reply.conversation_id)
    with pytest.raises(NotFound):
        office.talk.events(person("olga", "owner"), reply.conversation_id)
    with pytest.raises(NotFound):
        office.talk.reply_of(person("olga", "owner"), reply.turn_id)


def test_an_empty_message_and_an_endless_one_are_refused(office: Office) -> None:
    with pytest.raises(Rejected):
        office.talk.say(person(), text=" \x00 ")
    with pytest.raises(TooLarge):
        office.talk.say(person(), text="x" * 9000)


def test_a_refusal_is_in_the_language_of_the_talk(office: Office) -> None:
    with pytest.raises(TooLarge) as refused:
        office.talk.say(person(), text="kan du flytte min tid til på tirsdag? " * 300)

    assert refused.value.message.startswith("En besked må have 8000 tegn")


def test_a_card_number_never_reaches_the_store(office: Office) -> None:
    reply = asyncio.run(office.talk.converse(person(), text="my card is 4111 1111 1111 1111"))

    told = office.talk.events(person(), reply.conversation_id)
    assert "4111" not in str([event.body for event in told])
    assert "4111" not in str([turn.text for turn in turns_of(office)])


def test_two_messages_are_answered_in_the_order_they_came(office: Office) -> None:
    conversation_id, _ = interrupted(office, "find leads in Aarhus")
    second = office.talk.say(person(), text="find leads in Odense", conversation_id=conversation_id)
    office.now += dt.timedelta(seconds=16)

    office.talk.sweep()
    ended = asyncio.run(office.talk.wait_for(person(), second.turn_id, timeout=10))

    assert ended
    told = office.talk.history(person(), conversation_id)
    answers = [
        e.body["text"] for e in told if e.kind == "message" and e.body["role"] == "assistant"
    ]
    assert answers == ["1 leads: Mette Holm.", "1 leads: Peter Lund."]


def test_a_lease_that_runs_is_respected(office: Office) -> None:
    interrupted(office, "find leads")

    assert office.talk.sweep() == 0


def test_a_lease_that_ran_out_is_taken_over_and_proposes_nothing_twice(office: Office) -> None:
    _, turn_id = interrupted(office, BOOKING)
    with office.store.reading("t1") as session:
        turn = session.fetch(Turn, turn_id)
    assert turn is not None
    action = office.gate.registry.read_action(
        "book",
        {"customer": "Jens Nygaard", "service": "standard clean", "start": "next Tuesday at 10"},
    )
    office.gate.propose(
        person(),
        action,
        origin="model",
        said=[BOOKING],
        conversation_id=turn.conversation_id,
        turn_id=turn_id,
    )
    office.now += dt.timedelta(seconds=16)

    office.talk.sweep()
    asyncio.run(office.talk.wait_for(person(), turn_id, timeout=10))

    assert [turn.state for turn in turns_of(office)] == ["answered"]
    assert len(office.proposals()) == 1


def test_who_lost_the_lease_leaves_no_second_answer(store: Store) -> None:
    furnish(store)
    slow, quick = Office(store, executor_id="slow"), Office(store, executor_id="quick")
    message = Message("find leads", None, None)
    with store.session("t1") as session:
        said, held = store_message(session, person(), message, executor="slow", now=slow.now)
    quick.now += dt.timedelta(seconds=16)
    quick.talk.sweep()
    asyncio.run(quick.talk.wait_for(person(), said.turn_id, timeout=10))
    assert held is not None

    slow.talk._running.answer_here(held)  # pyright: ignore[reportPrivateUsage]

    told = quick.talk.history(person(), said.conversation_id)
    assert len([event for event in told if event.kind == "done"]) == 1


def test_a_waiting_turn_can_be_stopped(office: Office) -> None:
    conversation_id, _ = interrupted(office, "find leads")
    second = office.talk.say(person(), text="find leads", conversation_id=conversation_id)

    office.talk.stop(person(), conversation_id)

    assert office.talk.reply_of(person(), second.turn_id).state == "stopped"


def test_following_a_turn_gives_its_events_in_order_and_ends(office: Office) -> None:
    async def follow() -> list[tuple[int, str]]:
        said = office.talk.say(person(), text=BOOKING, client_message_id="m1")
        told = office.talk.tail(person(), said.conversation_id, until_turn=said.turn_id)
        return [(event.id, event.kind) async for event in told]

    followed = asyncio.run(follow())

    assert [id for id, _ in followed] == list(range(1, len(followed) + 1))
    assert followed[0][1] == "message"
    assert followed[-1][1] == "done"
    assert "proposal" in [kind for _, kind in followed]


def test_following_can_be_resumed_anywhere(office: Office) -> None:
    reply = asyncio.run(office.talk.converse(person(), text="find leads"))
    everything = office.talk.events(person(), reply.conversation_id)

    async def follow(after: int) -> list[int]:
        told = office.talk.tail(person(), reply.conversation_id, after, until_turn=reply.turn_id)
        return [event.id async for event in told]

    assert asyncio.run(follow(2)) == [event.id for event in everything][2:]


def test_a_turn_left_behind_by_somebody_suspended_is_not_answered(office: Office) -> None:
    conversation_id, turn_id = interrupted(office, BOOKING)
    with office.store.session("t1") as session:
        session.execute(sa.update(User).where(User.id == "anna").values(suspended_at=office.now))
    office.now += dt.timedelta(seconds=16)

    office.talk.sweep()

    ended = asyncio.run(office.talk.wait_for(person(), turn_id, timeout=10))
    kinds = [event.kind for event in office.talk.events(person(), conversation_id)]
    assert (ended, [turn.state for turn in turns_of(office)]) == (True, ["failed"])
    assert kinds == ["message", "error", "done"]
    assert office.proposals() == []


def test_a_turn_left_behind_is_answered_in_the_role_of_today(office: Office) -> None:
    _, turn_id = interrupted(office, BOOKING)
    with office.store.session("t1") as session:
        session.execute(sa.update(User).where(User.id == "anna").values(role="customer"))
    office.now += dt.timedelta(seconds=16)

    office.talk.sweep()

    assert asyncio.run(office.talk.wait_for(person(), turn_id, timeout=10))
    assert office.proposals() == []


def test_messages_said_at_the_same_moment_are_answered_one_after_the_other(
    office: Office,
) -> None:
    first = asyncio.run(office.talk.converse(person(), text="find leads"))
    id = first.conversation_id
    cities = ("Aarhus", "Odense") * 4

    def say(city: str) -> Reply:
        talk = office.talk.converse(person(), text=f"find leads in {city}", conversation_id=id)
        return asyncio.run(talk)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(say, cities))

    told = office.talk.history(person(), id)
    asked = [e.turn_id for e in told if e.kind == "message" and e.body["role"] == "user"]
    assert [e.turn_id for e in told if e.kind == "done"] == asked
    assert [reply.text.split(": ")[1] for reply in replies] == ["Mette Holm.", "Peter Lund."] * 4


@pytest.mark.parametrize(("followed", "states"), [(True, ["running", "ok"]), (False, ["ok"])])
def test_a_step_is_told_when_it_begins_to_whoever_follows(
    office: Office, followed: bool, states: list[str]
) -> None:
    asyncio.run(office.talk.converse(person(), text="find leads"))  # the first one is slow
    said = office.talk.say(person(), text="find leads in Odense", followed=followed)
    asyncio.run(office.talk.wait_for(person(), said.turn_id, timeout=10))

    told = office.talk.history(person(), said.conversation_id)
    found = [event.body["state"] for event in told if event.kind == "step"]
    assert set(states) <= set(found)
    assert found[-1] == "ok"
