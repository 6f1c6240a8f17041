"""Subscriptions as they leave: server-sent events, to the byte."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

import anyio
import httpx
import pytest
from starlette.testclient import TestClient

from agent.channels.trpc.procedures import Tracked, query, subscription
from tests.channels.trpc.example import Count, library, library_app
from tests.channels.trpc.test_protocol import JSON, as_input
from tests.trpc_client.serving import served

CONNECTED = 'event: connected\ndata: {"reconnectAfterInactivityMs":30000}\n\n'
RETURN = "event: return\ndata: \n\n"


def tick(number: int) -> str:
    return f'data: {{"kind":"tick","number":{number}}}\nid: {number}\n\n'


def done(total: int) -> str:
    return f'data: {{"kind":"done","totalTicks":{total}}}\nid: {total + 1}\n\n'


def test_a_stream_begins_connected_and_ends_with_return(client: TestClient) -> None:
    answer = client.get(f"/trpc/ticks.count?{as_input({'upTo': 2})}")

    assert answer.status_code == 200
    assert answer.text == CONNECTED + tick(1) + tick(2) + done(2) + RETURN
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["vary"] == "trpc-accept, accept"


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"last-event-id": "2"}),
        ("&lastEventId=2", {}),
        ("&Last-Event-Id=2", {}),
        ("&lastEventId=1", {"last-event-id": "2"}),
        ("&lastEventId=2&Last-Event-Id=1", {}),
    ],
)
def test_a_stream_resumes_after_the_last_event(
    client: TestClient, query: str, headers: dict[str, str]
) -> None:
    answer = client.get(f"/trpc/ticks.count?{as_input({'upTo': 3})}{query}", headers=headers)

    assert answer.text == CONNECTED + tick(3) + done(3) + RETURN


def test_a_new_connection_may_carry_the_id_in_its_input(client: TestClient) -> None:
    answer = client.get(f"/trpc/ticks.count?{as_input({'upTo': 3, 'lastEventId': '3'})}")

    assert answer.text == CONNECTED + done(3) + RETURN


def test_a_finished_stream_resumed_only_ends(client: TestClient) -> None:
    headers = {"last-event-id": "4"}

    answer = client.get(f"/trpc/ticks.count?{as_input({'upTo': 3})}", headers=headers)

    assert answer.text == CONNECTED + RETURN


def test_a_subscription_may_be_posted(client: TestClient) -> None:
    answer = client.post("/trpc/ticks.count", json={"upTo": 0})

    assert answer.text == CONNECTED + done(0) + RETURN


@pytest.mark.parametrize(
    ("method", "query", "headers", "code"),
    [
        ("GET", "", {}, "BAD_REQUEST"),
        ("GET", "?input=nope", {}, "BAD_REQUEST"),
        ("GET", "?" + as_input({"upTo": "3"}), {}, "BAD_REQUEST"),
        ("GET", f"?{as_input({'upTo': 3})}&lastEventId=a%00b", {}, "BAD_REQUEST"),
        ("GET", f"?{as_input({'upTo': 3})}&lastEventId=abc", {}, "BAD_REQUEST"),
        ("PUT", "", JSON, "METHOD_NOT_SUPPORTED"),
    ],
)
def test_errors_are_events_too(
    client: TestClient, method: str, query: str, headers: dict[str, str], code: str
) -> None:
    answer = client.request(method, "/trpc/ticks.count" + query, headers=headers)

    events = answer.text.split("\n\n")
    assert answer.status_code == 200
    assert events[0] + "\n\n" == CONNECTED
    assert events[1].startswith('event: serialized-error\ndata: {"message":')
    assert f'"data":{{"code":"{code}"' in events[1]
    assert events[2:] == [""]


def test_a_caller_is_required(client: TestClient) -> None:
    answer = client.get(f"/trpc/ticks.mine?{as_input({'upTo': 1})}")

    assert '"code":"UNAUTHORIZED"' in answer.text


def test_the_caller_may_come_in_connection_params(client: TestClient) -> None:
    token = quote('{"token":"alices-token"}')

    answer = client.get(f"/trpc/ticks.mine?{as_input({'upTo': 0})}&connectionParams={token}")

    assert answer.text == CONNECTED + done(0) + RETURN


def test_an_unknown_subscription_is_an_ordinary_404(client: TestClient) -> None:
    answer = client.get("/trpc/ticks.none", headers={"accept": "text/event-stream"})

    assert answer.status_code == 404


@pytest.mark.parametrize("error", ["Unavailable", "a bug"])
def test_no_error_asks_a_client_to_reconnect_for_ever(client: TestClient, error: str) -> None:
    answer = client.get(f"/trpc/ticks.fail?{as_input({'error': error})}")

    assert tick(1) in answer.text
    assert '"code":-32603' not in answer.text
    assert "hunter2" not in answer.text
    assert "event: return" not in answer.text


def test_silence_is_filled_with_ping_events() -> None:
    client = TestClient(library_app(ping_every=0.05))

    answer = client.get(f"/trpc/ticks.count?{as_input({'upTo': 1, 'pause': 0.2})}")

    assert answer.text.count("event: ping\ndata: \n\n") in (2, 3, 4)


def test_there_are_no_pings_while_values_flow(client: TestClient) -> None:
    answer = client.get(f"/trpc/ticks.count?{as_input({'upTo': 500})}")

    assert "ping" not in answer.text
    assert answer.text.count("\nid: ") == 501


def test_a_ping_must_come_before_the_client_gives_up() -> None:
    with pytest.raises(ValueError, match="reconnect before it hears"):
        library_app(ping_every=30.0)


@pytest.mark.anyio
async def test_a_client_that_goes_away_stops_the_work() -> None:
    steps: list[str] = []

    async def endless(caller: object, given: Count) -> AsyncIterator[Tracked[int]]:
        try:
            while True:
                yield Tracked("1", 1)
                await anyio.sleep(0.01)
        finally:
            steps.append("closed")

    router = library(
        subscription("endless", endless, input=Count, output=int, auth=False, summary="")
    )

    with served(library_app(router)) as address:
        url = f"{address}/trpc/endless?{as_input({'upTo': 1})}"
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", url) as answer,
            aclosing(answer.aiter_text()) as pieces,
        ):
            await anext(pieces)
        with anyio.fail_after(5):
            while not steps:
                await anyio.sleep(0.02)

    assert steps == ["closed"]


@pytest.mark.anyio
async def test_a_client_that_leaves_a_jsonl_answer_stops_its_calls() -> None:
    steps: list[str] = []

    async def sleeper(caller: object, given: object) -> str:
        try:
            await anyio.sleep(60)
        finally:
            steps.append("stopped")
        return "late"

    router = library(query("sleeper", sleeper, output=str, auth=False, summary=""))
    headers = {"trpc-accept": "application/jsonl"}

    with served(library_app(router)) as address:
        url = f"{address}/trpc/sleeper,ping?batch=1"
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", url, headers=headers) as answer,
            aclosing(answer.aiter_text()) as pieces,
        ):
            await anext(pieces)
        with anyio.fail_after(5):
            while not steps:
                await anyio.sleep(0.02)

    assert steps == ["stopped"]


@pytest.fixture
def anyio_backend() -> Any:
    return "asyncio"
