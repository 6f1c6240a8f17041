"""Answers that take their time, answers that are stopped, and what people think of answers."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent.firms.demo.seed import TENANT
from memory.tables.conversations import Event, Turn
from tests.channels.slack.conftest import Office, opened
from tests.fakes.slack.doors import SignedPosts
from tests.fakes.slack.driver import People
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.workspace import Workspace
from tests.support.friday import Clock


async def slowly(_: list[ModelMessage], __: AgentInfo) -> AsyncGenerator[str]:
    yield "Let me think"
    await asyncio.sleep(2.5)
    yield " … it is ready."


@pytest.fixture
def slow(tmp_path: Path, slack_seed: Path) -> Iterator[Office]:
    """The same firm with a language model that takes its time."""
    folder, clock = tmp_path / "data", Clock()
    shutil.copytree(slack_seed, folder)
    with FakeSlack(Workspace()) as slack:
        anna = slack.workspace.add_user("Anna", email="anna@demo.example", locale="en-GB")
        model = FunctionModel(stream_function=slowly)
        with opened(folder, slack, clock, model) as (app, http):
            people, ops = People(slack, SignedPosts(http)), slack.workspace.dm(anna)
            yield Office(slack, people, app, clock, anna, anna, anna, ops)


def test_a_long_answer_shows_that_it_is_on_its_way(slow: Office) -> None:
    said = slow.people.say(slow.anna, None, "how do we get more customers?")

    [shown] = slow.slack.until(lambda: slow.slack.asked("assistant.threads.setStatus"))
    assert shown.args["status"] == "is looking into it…"
    [answer] = slow.answer(slow.dm(slow.anna), thread=said.ts)
    assert "it is ready" in answer.shown


def test_stop_ends_the_answer(slow: Office) -> None:
    said = slow.people.say(slow.anna, None, "how do we get more customers?")
    slow.slack.until(lambda: slow.slack.asked("assistant.threads.setStatus"))

    slow.people.stop(slow.anna, said.message)

    def stopped() -> bool:
        with slow.app.store.reading(TENANT) as session:
            states = session.scalars(sa.select(Turn.state).where(Turn.cause == "message"))
            return "stopped" in set(states)

    slow.slack.until(stopped)
    answers = slow.answer(slow.dm(slow.anna), thread=said.ts)
    assert "it is ready" not in answers[0].shown


def test_a_good_answer_is_noted(office: Office) -> None:
    [answer] = office.ask(office.anna, "find leads in Aarhus")
    button = office.people.find(answer, "friday_feedback")
    good = button.given["positive_button"]["value"]

    assert office.people.press(office.anna, answer, button, value=good).ok

    office.slack.until(
        lambda: office.workspace.messages(office.dm(office.anna), only_for=office.anna)
    )
    assert [body["good"] for body in feedback(office)] == [True]


def test_a_bad_answer_is_asked_about(office: Office) -> None:
    [answer] = office.ask(office.anna, "find leads in Aarhus")
    button = office.people.find(answer, "friday_feedback")
    office.people.press(office.anna, answer, button, value=button.given["negative_button"]["value"])
    office.slack.until(lambda: office.workspace.modal(office.anna))

    assert office.people.submit(office.anna, comment="Only the new ones").action is None

    office.slack.until(lambda: len(feedback(office)) == 2)
    assert [body["comment"] for body in feedback(office)] == ["", "Only the new ones"]


def feedback(office: Office) -> list[dict[str, object]]:
    with office.app.store.reading(TENANT) as session:
        rows = session.scalars(sa.select(Event).where(Event.kind == "feedback").order_by(Event.seq))
        return [row.body or {} for row in rows]
