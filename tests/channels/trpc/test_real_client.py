"""The unmodified `@trpc/client`, from npm, against a real server."""

from typing import Any

import pytest

from agent.channels.trpc.errors import CODES
from tests.channels.trpc.example import TOKEN, library_app
from tests.trpc_client.harness import NodeClient
from tests.trpc_client.serving import cut_wire, served

EMMA = {"id": 1, "title": "Emma", "genre": "novel", "lentUntil": None}


def q(path: str, input: Any = None) -> dict[str, Any]:
    return {"kind": "query", "path": path, **({} if input is None else {"input": input})}


def m(path: str, input: Any = None) -> dict[str, Any]:
    return {**q(path, input), "kind": "mutation"}


@pytest.mark.parametrize("link", ["single", "batch", "stream"])
def test_a_query_gives_its_data(node_client: NodeClient, library_server: str, link: str) -> None:
    seen = node_client.run(
        "calls.mjs", library_server, TOKEN, link=link, calls=[q("books.get", {"id": 1})]
    )

    assert seen["settled"] == [{"data": EMMA, "missing": False}]


@pytest.mark.parametrize("link", ["single", "batch", "stream"])
def test_a_mutation_gives_its_data(node_client: NodeClient, library_server: str, link: str) -> None:
    loan = {"bookId": 1, "days": 3, "toWhom": "Bo"}

    seen = node_client.run(
        "calls.mjs", library_server, TOKEN, link=link, calls=[m("books.lend", loan)]
    )

    assert seen["settled"][0]["data"]["borrower"] == "Bo"
    assert seen["answers"][0]["method"] == "POST"


@pytest.mark.parametrize("link", ["single", "batch", "stream"])
def test_a_procedure_without_output_gives_undefined(
    node_client: NodeClient, library_server: str, link: str
) -> None:
    seen = node_client.run(
        "calls.mjs", library_server, TOKEN, link=link, calls=[m("books.forget", {"id": 1})]
    )

    assert seen["settled"] == [{"missing": True}]


@pytest.mark.parametrize("link", ["single", "batch", "stream"])
def test_no_input_is_sent_and_understood(
    node_client: NodeClient, library_server: str, link: str
) -> None:
    calls = [q("ping"), q("books.find")]

    seen = node_client.run("calls.mjs", library_server, TOKEN, link=link, calls=calls)

    assert seen["settled"][0]["data"] == "pong"
    assert len(seen["settled"][1]["data"]) == 2


def test_one_failure_in_a_batch_is_207_and_fails_only_its_call(
    node_client: NodeClient, library_server: str
) -> None:
    calls = [q("books.get", {"id": 1}), q("books.get", {"id": 99})]

    seen = node_client.run("calls.mjs", library_server, TOKEN, link="batch", calls=calls)

    assert [answer["status"] for answer in seen["answers"]] == [207]
    assert seen["settled"][0]["data"] == EMMA
    assert seen["settled"][1]["error"]["data"]["code"] == "NOT_FOUND"
    assert seen["settled"][1]["error"]["message"] == "There is no book 99."


def test_jsonl_hands_out_answers_as_they_are_ready(
    node_client: NodeClient, library_server: str
) -> None:
    slow, quick = {"seconds": 0.6, "name": "slow"}, {"seconds": 0, "name": "quick"}
    calls = [q("debug.nap", slow), q("debug.nap", quick), q("no.such")]

    seen = node_client.run("calls.mjs", library_server, TOKEN, link="stream", calls=calls)

    assert seen["order"][-1] == 0
    assert [call.get("data") for call in seen["settled"]] == ["slow", "quick", None]
    assert seen["settled"][2]["error"]["data"]["code"] == "NOT_FOUND"
    assert [answer["status"] for answer in seen["answers"]] == [200]


def test_a_heartbeat_does_not_disturb_jsonl(node_client: NodeClient) -> None:
    with served(library_app(ping_every=0.1)) as address:
        nap = {"seconds": 0.6, "name": "slow"}
        seen = node_client.run(
            "calls.mjs", address + "/trpc", TOKEN, link="stream", calls=[q("debug.nap", nap)]
        )

    assert seen["settled"][0]["data"] == "slow"
    assert "\n  " in seen["answers"][0]["text"]


def test_queries_may_be_sent_as_post(node_client: NodeClient, library_server: str) -> None:
    seen = node_client.run(
        "calls.mjs",
        library_server,
        TOKEN,
        link="batch",
        calls=[q("books.get", {"id": 1}), q("ping")],
        options={"methodOverride": "POST"},
    )

    assert seen["answers"][0]["method"] == "POST"
    assert seen["settled"][0]["data"] == EMMA


@pytest.mark.parametrize("link", ["single", "batch", "stream"])
def test_every_error_code_arrives_by_name(
    node_client: NodeClient, library_server: str, link: str
) -> None:
    calls = [q("debug.fail", {"code": code}) for code in CODES]

    seen = [
        error
        for some in (calls[:20], calls[20:])
        for error in node_client.run("calls.mjs", library_server, link=link, calls=some)["settled"]
    ]

    told = [(e["error"]["data"]["code"], e["error"]["code"]) for e in seen]
    assert told == [(code, numbers.rpc) for code, numbers in CODES.items()]
    assert [e["error"]["data"]["httpStatus"] for e in seen] == [n.http for n in CODES.values()]


def test_a_failed_input_names_its_fields_to_the_program(
    node_client: NodeClient, library_server: str
) -> None:
    loan = {"bookId": 1, "days": 90, "toWhom": "Bo"}

    seen = node_client.run(
        "calls.mjs", library_server, TOKEN, link="single", calls=[m("books.lend", loan)]
    )

    error = seen["settled"][0]["error"]
    assert error["message"] == "“days” should be less than or equal to 30, not 90."
    assert error["data"]["fields"] == {"days": "should be less than or equal to 30"}


def test_a_subscription_tells_all_and_ends(node_client: NodeClient, library_server: str) -> None:
    seen = node_client.run(
        "subscribe.mjs", library_server, TOKEN, path="ticks.mine", input={"upTo": 3}
    )

    assert [event["id"] for event in seen["events"]] == ["1", "2", "3", "4"]
    assert seen["events"][-1]["data"] == {"kind": "done", "totalTicks": 3}
    assert (seen["ended"], seen["started"]) == ("complete", 1)


def test_a_cut_subscription_resumes_without_loss_or_repeat(
    node_client: NodeClient, library_server: str
) -> None:
    address = library_server.removesuffix("/trpc")

    with cut_wire(address, at=[b"id: 2\n", b"\nid: 5\n\n"]) as wire:
        seen = node_client.run(
            "subscribe.mjs",
            wire.url + "/trpc",
            path="ticks.count",
            input={"upTo": 8, "pause": 0.05},
        )

    assert wire.cuts == 2
    assert [event["id"] for event in seen["events"]] == [str(n) for n in range(1, 10)]
    assert seen["ended"] == "complete"


def test_an_error_in_a_subscription_is_final(node_client: NodeClient, library_server: str) -> None:
    seen = node_client.run(
        "subscribe.mjs", library_server, path="ticks.fail", input={"error": "Unavailable"}
    )

    assert seen["ended"] == "error"
    assert seen["error"]["data"]["code"] == "TIMEOUT"
    assert seen["error"]["message"] == "The catalogue does not answer."


def test_a_crash_in_a_subscription_is_final_too(
    node_client: NodeClient, library_server: str
) -> None:
    seen = node_client.run(
        "subscribe.mjs", library_server, path="ticks.fail", input={"error": "a bug"}
    )

    assert (seen["ended"], seen["started"]) == ("error", 1)
    assert seen["error"]["data"]["code"] == "INTERNAL_SERVER_ERROR"


def test_a_subscription_needs_its_token(node_client: NodeClient, library_server: str) -> None:
    seen = node_client.run("subscribe.mjs", library_server, path="ticks.mine", input={"upTo": 3})

    assert seen["error"]["data"]["code"] == "UNAUTHORIZED"
