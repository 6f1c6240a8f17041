"""Stop ends what is being answered, wherever it is: nothing half-stored, nothing proposed behind one's back."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from agent.conversations.events import EventOut
from agent.replies import Reply
from memory.store import Store
from tests.agent.conversations.slow import Latch, slow_trade
from tests.agent.office import TRADE, Office, furnish, person
from tests.support.stores import fresh_store, make_tenant, opened_store

pytestmark = pytest.mark.slow


def model_calling(*tools: str) -> Model[None]:
    """A model that calls these tools one after the other, and then waits for ever."""

    async def answer(
        messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[str | DeltaToolCalls]:
        step = len(messages) // 2
        if step == len(tools):
            yield "I am thin"
            await asyncio.sleep(60)
        name, _, args = tools[step].partition(" ")
        yield {0: DeltaToolCall(name=name, json_args=args or "{}", tool_call_id=f"c{step}")}

    return FunctionModel(stream_function=answer)


BOOK = 'book {"customer": "Jens Nygaard", "service": "deep clean", "start": "tomorrow at 10"}'


@pytest.fixture
def latch() -> Iterator[Latch]:
    one = Latch()
    yield one
    one.open.set()


def slow_office(
    store: Store, latch: Latch, folder: Path, model: Model[None] | None = None
) -> Office:
    furnish(store)
    domains = (TRADE, slow_trade(folder))
    return Office(store, model=model, domains=domains, ports={Latch: latch})


def stopped_in_the_middle(office: Office, text: str, latch: Latch) -> tuple[Reply, list[EventOut]]:
    """Say it, stop it while a tool runs, let the tool go on, and see what is there a moment later."""

    async def talk() -> tuple[Reply, list[EventOut]]:
        await office.talk.start()
        said = await asyncio.to_thread(office.talk.say, person(), text=text, followed=True)
        assert await asyncio.to_thread(latch.reached.wait, 10)
        stop = asyncio.to_thread(office.talk.stop, person(), said.conversation_id)
        stopping = asyncio.create_task(stop)
        await asyncio.sleep(0.2)  # on SQLite a tool that is about to propose holds the store
        latch.open.set()
        await stopping
        assert await office.talk.wait_for(person(), said.turn_id, timeout=5)
        await asyncio.sleep(0.3)
        reply = office.talk.reply_of(person(), said.turn_id)
        told = office.talk.events(person(), said.conversation_id)
        await office.talk.close()
        return reply, told

    return asyncio.run(talk())


@pytest.mark.parametrize("model", [None, model_calling("dawdle")], ids=["embedded", "language"])
def test_stopping_during_a_lookup_ends_the_turn_and_nothing_comes_after(
    store: Store, latch: Latch, tmp_path: Path, model: Model[None] | None
) -> None:
    office = slow_office(store, latch, tmp_path, model)

    reply, told = stopped_in_the_middle(office, "find the keys", latch)

    assert (reply.state, reply.text) == ("stopped", "Stopped.")
    assert [event.kind for event in told][-2:] == ["message", "done"]
    steps = [event.body["state"] for event in told if event.kind == "step"]
    assert steps[0] == "running"
    assert set(steps[1:]) <= {"ok", "failed"}


@pytest.mark.parametrize("model", [None, model_calling("fetch")], ids=["embedded", "language"])
def test_what_was_about_to_be_proposed_is_not(
    store: Store, latch: Latch, tmp_path: Path, model: Model[None] | None
) -> None:
    office = slow_office(store, latch, tmp_path, model)

    reply, told = stopped_in_the_middle(office, "fetch the keys", latch)

    assert reply.state == "stopped"
    assert office.proposals() == []
    assert "proposal" not in [event.kind for event in told]


def test_a_card_of_a_stopped_turn_is_named(store: Store) -> None:
    furnish(store)
    office = Office(store, model=model_calling(BOOK))

    async def talk() -> Reply:
        await office.talk.start()
        said = await asyncio.to_thread(office.talk.say, person(), text="book Jens", followed=True)
        while not office.proposals():
            await asyncio.sleep(0.02)
        await asyncio.to_thread(office.talk.stop, person(), said.conversation_id)
        assert await office.talk.wait_for(person(), said.turn_id, timeout=5)
        await office.talk.close()
        return office.talk.reply_of(person(), said.turn_id)

    reply = asyncio.run(talk())

    assert reply.state == "stopped"
    assert [proposal.status for proposal in reply.proposals] == ["pending"]
    assert reply.text == "Stopped. What is on the card still waits for a yes or a no."


def test_the_piece_of_an_answer_that_was_stopped_is_not_kept_as_one(store: Store) -> None:
    furnish(store)
    office = Office(store, model=model_calling())

    async def talk() -> tuple[Reply, list[str]]:
        await office.talk.start()
        said = await asyncio.to_thread(office.talk.say, person(), text="hello", followed=True)
        told = office.talk.tail(person(), said.conversation_id, until_turn=said.turn_id)
        kinds = [event.kind async for event in told if await _stop_at_delta(office, event, said)]
        await office.talk.close()
        return office.talk.reply_of(person(), said.turn_id), kinds

    reply, kinds = asyncio.run(talk())

    assert (reply.state, reply.text) == ("stopped", "Stopped.")
    assert kinds == ["message", "delta", "message", "done"]


async def _stop_at_delta(office: Office, event: EventOut, said: object) -> bool:
    if event.kind == "delta":
        await asyncio.to_thread(office.talk.stop, person(), said.conversation_id)  # type: ignore[attr-defined]
    return True


def test_after_a_stop_the_talk_goes_on_where_it_was(
    store: Store, latch: Latch, tmp_path: Path
) -> None:
    office = slow_office(store, latch, tmp_path)

    async def talk() -> Reply:
        first = await office.talk.converse(person(), text="summarise lead Mette Holm")
        id = first.conversation_id
        said = office.talk.say(person(), text="find the keys", conversation_id=id)
        assert await asyncio.to_thread(latch.reached.wait, 10)
        office.talk.stop(person(), id)
        latch.open.set()
        assert await office.talk.wait_for(person(), said.turn_id, timeout=5)
        return await office.talk.converse(person(), text="summarise her", conversation_id=id)

    assert asyncio.run(talk()).text == "Mette Holm, new."


@pytest.mark.postgres
def test_a_stop_reaches_the_process_that_answers(postgres_url: str) -> None:
    store = fresh_store(postgres_url)
    make_tenant(store)
    furnish(store)
    there = Office(store, model=model_calling(), executor_id="there")
    here = Office(opened_store(postgres_url), executor_id="here")

    async def talk() -> tuple[float, str]:
        await there.talk.start()
        await asyncio.sleep(0.5)  # until it listens
        said = await asyncio.to_thread(there.talk.say, person(), text="hello")
        begun = time.monotonic()
        await asyncio.to_thread(here.talk.stop, person(), said.conversation_id)
        assert await there.talk.wait_for(person(), said.turn_id, timeout=10)
        took, state = time.monotonic() - begun, there.talk.reply_of(person(), said.turn_id).state
        await there.talk.close()
        return took, state

    took, state = asyncio.run(talk())
    here.store.close()
    store.close()

    assert state == "stopped"
    assert took < 2.5


def test_a_stop_from_another_thread_cannot_slip_between_check_and_card(
    store: Store, latch: Latch, tmp_path: Path
) -> None:
    """Either there is no proposal, or the stop found it and says so; tried at many moments."""
    office = slow_office(store, latch, tmp_path)
    latch.open.set()

    def tried(wait: float) -> bool:
        said = office.talk.say(person(), text="fetch the keys", followed=True)
        threading.Event().wait(wait)
        office.talk.stop(person(), said.conversation_id)
        asyncio.run(office.talk.wait_for(person(), said.turn_id, timeout=5))
        reply = office.talk.reply_of(person(), said.turn_id)
        made = [one for one in office.proposals() if one.turn_id == said.turn_id]
        silent = reply.state == "stopped" and "card" not in reply.text
        return len(made) == len(reply.proposals) and not (made and silent)

    assert all([tried(wait / 1000) for wait in range(0, 40, 4)])
