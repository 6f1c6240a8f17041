"""A conversation over the wire: steps as they happen, stop, and what is offered once a card is decided."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic_ai import models

from tests.fakes.openai import Calls, FakeOpenAI, Text, Waits
from tests.support.friday import Friday, copied, running

BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"
quiet = pytest.mark.filterwarnings("ignore:.*ReadOnly.*:UserWarning", "default::DeprecationWarning")


def streamed(friday: Friday, text: str, **more: Any) -> list[dict[str, Any]]:
    given = {"message": text, "clientMessageId": f"m-{time.monotonic_ns()}", **more}
    events = friday.stream("chat.stream", given, token=friday.token("anna"))
    return [event["data"] for event in events if event["kind"] == "message"]


@pytest.mark.parametrize(
    ("text", "doing", "done"),
    [
        ("find leads in Aarhus", "Looking up leads …", "Find leads"),
        ("find ledige tider til standardrengøring", "Slår ledige tider op …", "Find ledige tider"),
        (BOOK, "Preparing: Book a job …", "Book a job"),
    ],
)
def test_a_stream_tells_each_step_when_it_begins_and_when_it_has_ended(
    friday: Friday, text: str, doing: str, done: str
) -> None:
    events = streamed(friday, text)

    steps = [(event["state"], event["title"]) for event in events if event["kind"] == "step"]
    assert steps == [("running", doing), ("ok", done)]
    assert [event["kind"] for event in events][-2:] == ["message", "done"]
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)


def test_the_plan_goes_on_after_a_yes(working: Friday) -> None:
    both = f"{BOOK} and find leads in Aarhus"
    asked = working.say(both)
    id = asked["conversationId"]
    proposed = working.say(asked["choices"][0]["label"], conversationId=id)["proposals"][0]
    vote = {"id": proposed["id"], "digest": proposed["digest"], "decision": "approve"}
    working.mutate("approvals.decide", vote, who="anna")

    settled = working.settled(proposed["id"])
    events = working.query("chat.history", {"conversationId": id}, who="anna")
    choices = [event for event in events if event["kind"] == "choices"][-1]
    after = working.say(choices["options"][0]["label"], conversationId=id)

    assert settled["status"] == "done"
    assert events[choices["seq"] - 2]["text"].endswith("Shall I go on with “Find leads: Aarhus”?")
    assert after["text"].startswith("8 leads")


def test_what_usually_comes_next_can_be_pressed(fresh: Friday) -> None:
    made = fresh.say("create lead Nina Ny, nina@mail.example")
    id = made["conversationId"]
    converted = fresh.say(made["choices"][0]["label"], conversationId=id)
    booking = fresh.say(converted["choices"][0]["label"], conversationId=id)

    assert [o["label"] for o in made["choices"]] == [
        "Make Nina Ny a customer",
        "Write a note on Nina Ny",
    ]
    assert [o["label"] for o in converted["choices"]] == ["Book a job for Nina Ny"]
    assert booking["text"] == "Which service?"


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake, models.override_allow_model_requests(True):
        yield fake


@pytest.fixture
def talking(demo_folder: Path, tmp_path: Path, model: FakeOpenAI) -> Iterator[Friday]:
    """A Friday whose language model is a server on loopback."""
    folder = copied(demo_folder, tmp_path / "data")
    more = {"model": "openai/planned", "model_api_base": model.url}
    with running(folder, **more, model_api_key=SecretStr("k")) as one:
        yield one


@quiet
def test_a_language_models_steps_are_streamed_and_stop_ends_it(
    talking: Friday, model: FakeOpenAI
) -> None:
    last = Waits(Text("too late"))
    model.plan += [Text("hello"), Calls((("find_leads", {"query": "Aarhus"}),)), last]
    id = talking.say("hello")["conversationId"]

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(streamed, talking, "who is in Aarhus?", conversationId=id)
        assert last.asked.wait(20)
        seen = steps_of(talking, id)
        began = time.monotonic()
        talking.mutate("chat.stop", {"conversationId": id}, who="anna")
        events = answer.result(10)
        took = time.monotonic() - began
        threading.Timer(0.1, last.go.set).start()

    assert seen == [("running", "Looking up leads …"), ("ok", "Find leads")]
    assert took < 3
    assert [(event["kind"], event.get("state")) for event in events][-1] == ("done", "stopped")
    assert [event["text"] for event in events if event["kind"] == "message"][-1] == "Stopped."
    assert talking.query("chat.history", {"conversationId": id}, who="anna")[-1]["kind"] == "done"


def steps_of(friday: Friday, id: str) -> list[tuple[str, str]]:
    events = friday.query("chat.history", {"conversationId": id}, who="anna")
    return [(event["state"], event["title"]) for event in events if event["kind"] == "step"]
