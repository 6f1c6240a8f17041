"""The unmodified `@trpc/client` against the whole product."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.app import create_app, prepare
from agent.channels.trpc.typescript import export_router
from agent.commands.hosting import hosted
from agent.commands.running import listening_on
from tests.support.friday import Clock, Friday, copied, door, settings_in
from tests.trpc_client.harness import NodeClient
from tests.trpc_client.serving import cut_wire


@pytest.fixture
def served(demo_folder: Path, tmp_path: Path) -> Iterator[tuple[Friday, str]]:
    """A Friday on a port of its own, and its address."""
    settings = settings_in(copied(demo_folder, tmp_path / "data"), port=0)
    with listening_on(settings) as listening:
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        store = prepare(settings)
        clock = Clock()
        app = create_app(settings, clock=clock, store=store)
        with hosted(app, listening):
            yield Friday(app, door(app), clock), settings.base_url
        store.close()


def call(kind: str, path: str, given: Any = None) -> dict[str, Any]:
    return {"kind": kind, "path": path} | ({} if given is None else {"input": given})


def test_a_batch_with_one_failure_is_207(
    node_client: NodeClient, served: tuple[Friday, str]
) -> None:
    friday, address = served
    calls = [call("query", "auth.me"), call("query", "approvals.get", {"id": "prp_none"})]

    seen = node_client.run(
        "calls.mjs", f"{address}/trpc", friday.token("anna"), link="batch", calls=calls
    )

    assert [answer["status"] for answer in seen["answers"]] == [207]
    assert seen["settled"][0]["data"]["name"] == "Anna Krogh"
    assert seen["settled"][1]["error"]["data"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("link", ["single", "batch", "stream"])
def test_a_message_is_answered(
    node_client: NodeClient, served: tuple[Friday, str], link: str
) -> None:
    friday, address = served
    calls = [call("mutation", "chat.send", {"message": "find leads in Aarhus"})]

    seen = node_client.run(
        "calls.mjs", f"{address}/trpc", friday.token("anna"), link=link, calls=calls
    )

    assert seen["settled"][0]["data"]["text"] == "8 leads in Aarhus."


def test_a_killed_stream_goes_on_without_loss_or_repeat(
    node_client: NodeClient, served: tuple[Friday, str]
) -> None:
    friday, address = served
    given = {"message": "find leads in Aarhus", "clientMessageId": "once"}

    with cut_wire(address, at=[b"id: 2\n"]) as wire:
        seen = node_client.run(
            "subscribe.mjs", f"{wire.url}/trpc", friday.token("anna"), path="chat.stream",
            input=given,
        )  # fmt: skip

    ids = [int(event["id"]) for event in seen["events"]]
    assert (wire.cuts, seen["ended"]) == (1, "complete")
    assert ids == sorted(set(ids))
    assert [e["data"]["role"] for e in seen["events"] if e["data"]["kind"] == "message"] == [
        "user",
        "assistant",
    ]
    assert len(friday.query("chat.conversations", who="anna")) == 1


def test_a_stream_resumed_after_its_end_only_ends(fresh: Friday) -> None:
    given = {"message": "find leads in Aarhus", "clientMessageId": "once"}
    token = fresh.token("anna")
    events = fresh.stream("chat.stream", given, token=token)
    last = [event["id"] for event in events if event["kind"] == "message"][-1]

    again = fresh.stream("chat.stream", given | {"lastEventId": last}, token=token)

    assert [event["kind"] for event in again] == ["connected", "return"]


def test_a_stream_begins_with_its_own_message(fresh: Friday) -> None:
    first = fresh.say("find leads in Aarhus")["conversationId"]
    given = {"message": "help", "clientMessageId": "two", "conversationId": first}

    events = fresh.stream("chat.stream", given, token=fresh.token("anna"))

    told = [event["data"] for event in events if event["kind"] == "message"]
    assert (told[0]["kind"], told[0]["text"]) == ("message", "help")
    assert {event["turnId"] for event in told} == {told[0]["turnId"]}


@pytest.mark.slow
def test_a_wrong_call_does_not_compile(
    node_client: NodeClient, fresh: Friday, tmp_path: Path
) -> None:
    (tmp_path / "router.ts").write_text(export_router(fresh.app.router))
    (tmp_path / "use.ts").write_text(
        """import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from './router';
const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: '' })] });
export const right = client.chat.send.mutate({ message: 'hi' });
export const wrong = client.chat.send.mutate({ message: 7 });
"""
    )

    complaints = node_client.compile(tmp_path)

    assert len(complaints) == 1
    assert "use.ts(5," in complaints[0]
