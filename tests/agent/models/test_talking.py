"""A conversation with a language model behind litellm: steps as they happen, what it is told, and how it goes on."""

import asyncio
import json

import pytest

from agent.conversations.windows import CHARACTERS
from tests.agent.office import Office, person
from tests.fakes.openai import Calls, Fails, FakeOpenAI, Text, Waits

# litellm's own types make pydantic warn, and it takes a warning that is raised for a failed connection.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*ReadOnly.*:UserWarning", "default::DeprecationWarning"),
]
BOOK = ("book", {"customer": "Jens Nygaard", "service": "deep clean", "start": "tomorrow at 10"})


def converse(office: Office, *messages: str) -> str:
    """Say them one after the other; the conversation's id."""

    async def talk() -> str:
        id: str | None = None
        for text in messages:
            reply = await office.talk.converse(person(), text=text, conversation_id=id)
            id = reply.conversation_id
        return id or ""

    return asyncio.run(talk())


def told(fake: FakeOpenAI) -> str:
    """What the model was told last, without its instructions."""
    return json.dumps(fake.asked[-1]["messages"][1:], ensure_ascii=False)


def test_a_step_is_told_while_the_model_still_thinks(office: Office, fake: FakeOpenAI) -> None:
    last = Waits(Text("Mette Holm."))
    fake.plan += [Calls((("find_leads", {"query": "Aarhus"}),)), last]

    async def follow() -> list[tuple[str, str]]:
        said = await asyncio.to_thread(
            office.talk.say, person(), text="hvem er der i Aarhus?", followed=True
        )
        assert await asyncio.to_thread(last.asked.wait, 20)
        told = office.talk.tail(person(), said.conversation_id, until_turn=said.turn_id)
        steps: list[tuple[str, str]] = []
        async for event in told:
            if event.kind == "step":
                steps.append((event.body["state"], event.body["title"]))
            if event.kind == "step" and event.body["state"] == "ok":
                last.go.set()
        return steps

    steps = asyncio.run(follow())

    assert steps == [("running", "Slår leads op …"), ("ok", "Find leads")]


def test_a_model_that_fails_after_proposing_is_not_stood_in_for(
    office: Office, fake: FakeOpenAI
) -> None:
    fake.plan += [Calls((BOOK,)), Fails(500)]

    text = "book Jens Nygaard for a deep clean tomorrow at 10"
    reply = asyncio.run(office.talk.converse(person(), text=text))

    assert len(office.proposals()) == 1
    assert len(reply.proposals) == 1
    assert reply.text.startswith("I stopped here")


def test_an_answer_without_words_gets_some(office: Office, fake: FakeOpenAI) -> None:
    fake.plan += [Text(" ")]

    reply = asyncio.run(office.talk.converse(person(), text="hello"))

    assert (reply.state, reply.text) == ("answered", "I have no answer to that.")


def test_what_was_typed_on_a_card_is_told_too(office: Office, fake: FakeOpenAI) -> None:
    fake.plan += [Calls((BOOK,)), Text("It waits.")]

    converse(
        office, "book Jens Nygaard for a deep clean tomorrow at 10", "no, he is away", "thanks"
    )

    assert "no, he is away" in told(fake)
    assert "Not done: Book Jens Nygaard" in told(fake)


def test_a_long_talk_is_told_in_short(office: Office, fake: FakeOpenAI) -> None:
    words = "lorem ipsum dolor sit amet " * 200
    for turn in range(30):
        fake.plan += [Calls((("find_leads", {}),)), Text(f"answer {turn}")]

    converse(office, *[f"question {turn} {words}" for turn in range(29)], "and now?")

    roles = [message["role"] for message in fake.asked[-1]["messages"]]
    calls = roles.count("assistant") - roles.count("user")
    assert len(told(fake)) < CHARACTERS * 1.2
    assert "question 3 " in told(fake)
    assert roles.count("tool") >= calls


def test_the_outcome_of_a_card_is_a_turn_that_goes_on_with_the_plan(
    office: Office, fake: FakeOpenAI
) -> None:
    fake.plan += [
        Calls((BOOK,)),
        Text("It waits for you."),
        Calls((("find_leads", {"query": "Odense"}),)),
        Text("Booked. In Odense there is Peter Lund."),
    ]

    async def talk() -> list[str]:
        await office.talk.start()
        text = "book Jens Nygaard for a deep clean tomorrow at 10, and then find leads in Odense"
        first = await office.talk.converse(person(), text=text)
        one = office.proposals()[0]
        office.gate.decide(person(), one.id, digest=one.digest, decision="approve", channel="page")
        await asyncio.to_thread(office.run_approved)
        answers: list[str] = []
        async for event in office.talk.tail(person(), first.conversation_id):
            if event.kind == "message" and event.body["role"] == "assistant":
                answers.append(event.body["text"].strip())
            if len(answers) == 2 and event.kind == "done":
                break
        await office.talk.close()
        return answers

    answers = asyncio.run(talk())

    assert answers[1] == "Booked. In Odense there is Peter Lund."
    assert "Booked: Jens Nygaard" in told(fake)
    assert "not of the person" in told(fake)


def test_an_outcome_is_told_in_the_language_of_what_was_asked(
    office: Office, fake: FakeOpenAI
) -> None:
    fake.plan += [Calls((BOOK,)), Text("Den venter på dig."), Text("Nej.")]

    async def talk() -> str:
        await office.talk.start()
        text = "book Jens Nygaard til en hovedrengøring i morgen kl. 10"
        await office.talk.converse(person(), text=text)
        one = office.proposals()[0]
        office.gate.decide(person(), one.id, digest=one.digest, decision="deny", channel="page")
        while len(fake.asked) < 3:
            await asyncio.sleep(0.05)
        await office.talk.close()
        return fake.asked[2]["messages"][0]["content"]

    assert "Answer in Danish" in asyncio.run(talk())


def test_an_outcome_is_told_plainly_when_the_model_fails(office: Office, fake: FakeOpenAI) -> None:
    fake.plan += [Calls((BOOK,)), Text("It waits."), Fails(500)]

    async def talk() -> str:
        await office.talk.start()
        await office.talk.converse(person(), text="book Jens for a deep clean tomorrow at 10")
        one = office.proposals()[0]
        office.gate.decide(person(), one.id, digest=one.digest, decision="deny", channel="page")
        answers: list[str] = []
        async for event in office.talk.tail(person(), one.conversation_id or ""):
            if event.kind == "message" and event.body["role"] == "assistant":
                answers.append(event.body["text"])
            if len(answers) == 2:
                break
        await office.talk.close()
        return answers[1]

    assert asyncio.run(talk()).startswith("Anna said no: Book Jens Nygaard")
    assert len(office.proposals()) == 1
