"""The wire, byte for byte where clients depend on the bytes."""

import json
from typing import Any
from urllib.parse import quote, unquote

import pytest
from fastapi import FastAPI
from httpx import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from agent.channels.trpc.protocol import trpc_app, trpc_routes
from tests.channels.trpc.example import TOKEN, authenticate, library, library_app

ALICE = {"authorization": f"Bearer {TOKEN}"}
JSON = {"content-type": "application/json"}
EMMA = {"id": 1, "title": "Emma", "genre": "novel", "lentUntil": None}
GONE = {
    "error": {
        "message": 'No procedure found on path "no.such"',
        "code": -32004,
        "data": {"code": "NOT_FOUND", "httpStatus": 404, "path": "no.such"},
    }
}


def as_input(value: Any) -> str:
    return "input=" + quote(json.dumps(value))


def told(response: Response) -> tuple[int, str, str | None]:
    """HTTP status, code key and path of a single error."""
    data = response.json()["error"]["data"]
    return response.status_code, data["code"], data.get("path")


def test_a_query_answers_with_its_data(client: TestClient) -> None:
    answer = client.get(f"/trpc/books.get?{as_input({'id': 1})}", headers=ALICE)

    assert answer.status_code == 200
    assert answer.json() == {"result": {"data": EMMA}}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "trpc-accept, accept"
    assert answer.headers["cache-control"] == "no-store"


def test_a_mutation_takes_its_input_from_the_body(client: TestClient) -> None:
    body = {"bookId": 1, "days": 3, "toWhom": "Bo"}

    answer = client.post("/trpc/books.lend", json=body, headers=ALICE)

    due = "2026-12-03T00:00:00Z"
    assert answer.json() == {"result": {"data": {"book": EMMA, "borrower": "Bo", "due": due}}}


def test_a_procedure_without_output_answers_an_empty_result(client: TestClient) -> None:
    answer = client.post("/trpc/books.forget", json={"id": 1}, headers=ALICE)

    assert answer.text == '{"result":{}}'


@pytest.mark.parametrize("query", ["", "?input=", "?other=1"])
def test_no_input_means_all_defaults(client: TestClient, query: str) -> None:
    answer = client.get("/trpc/books.find" + query, headers=ALICE)

    assert len(answer.json()["result"]["data"]) == 2


def test_null_is_not_the_same_as_no_input(client: TestClient) -> None:
    answer = client.get("/trpc/books.find?input=null", headers=ALICE)

    assert told(answer) == (400, "BAD_REQUEST", "books.find")


def test_a_missing_input_is_named(client: TestClient) -> None:
    answer = client.get("/trpc/books.get", headers=ALICE)

    assert told(answer) == (400, "BAD_REQUEST", "books.get")
    assert answer.json()["error"]["message"] == "books.get needs an input."


def test_an_empty_body_is_no_input(client: TestClient) -> None:
    answer = client.post("/trpc/books.find", headers=ALICE | JSON)

    assert answer.status_code == 200


def test_the_first_of_repeated_parameters_counts(client: TestClient) -> None:
    first, second = as_input({"id": 1}), as_input({"id": 2})

    answer = client.get(f"/trpc/books.get?{first}&{second}", headers=ALICE)

    assert answer.json()["result"]["data"]["id"] == 1


def test_a_plus_is_a_space(client: TestClient) -> None:
    answer = client.get('/trpc/books.find?input={"titlePart":"digte+1820"}', headers=ALICE)

    assert [book["id"] for book in answer.json()["result"]["data"]] == [2]


@pytest.mark.parametrize("path", ["/trpc/ping", "/trpc/ping/", "/trpc/p%69ng", "/trpc/ping?x=1"])
def test_a_path_is_found_however_it_is_spelled(client: TestClient, path: str) -> None:
    assert client.get(path).json() == {"result": {"data": "pong"}}


def test_an_encoded_comma_separates_calls(client: TestClient) -> None:
    assert len(client.get("/trpc/ping%2Cping?batch=1").json()) == 2


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("no.such", "no.such"),
        ("", ""),
        ("books", "books"),
        ("Ping", "Ping"),
        ("__proto__", "__proto__"),
        ("__class__.__init__", "__class__.__init__"),
        ("ping.__call__", "ping.__call__"),
        ("/ping", "/ping"),
        ("ping,ping", "ping,ping"),
        ("a%00b", "a\0b"),
    ],
)
def test_an_unknown_path_is_not_found(client: TestClient, path: str, named: str) -> None:
    assert told(client.get("/trpc/" + path)) == (404, "NOT_FOUND", named)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_bare_prefix_speaks_trpc_too(client: TestClient, method: str) -> None:
    answer = client.request(method, "/trpc", headers=JSON, follow_redirects=False)

    assert told(answer)[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize("prefix", ["/trpc", "/api/trpc", "/a%20b"])
def test_it_can_be_mounted_anywhere(prefix: str) -> None:
    app = trpc_app(library(), authenticate)
    client = TestClient(Starlette(routes=trpc_routes(app, unquote(prefix))))

    assert client.get(f"{prefix}/ping").json() == {"result": {"data": "pong"}}


def test_it_needs_no_mount() -> None:
    client = TestClient(trpc_app(library(), authenticate))

    assert client.get("/ping").json() == {"result": {"data": "pong"}}


def test_a_proxy_may_take_the_applications_prefix() -> None:
    app = Starlette(routes=trpc_routes(trpc_app(library(), authenticate)))
    client = TestClient(app, root_path="/office")

    assert client.get("/trpc/ping").json() == {"result": {"data": "pong"}}
    assert client.get("/office/trpc/ping").json() == {"result": {"data": "pong"}}


def test_it_lives_beside_fastapi() -> None:
    api = FastAPI()
    api.router.routes.extend(trpc_routes(trpc_app(library(), authenticate)))
    client = TestClient(api)

    assert client.get("/trpc/ping").json() == {"result": {"data": "pong"}}
    assert client.delete("/trpc/ping", headers=JSON).json()["error"]["code"] == -32005


def test_an_unknown_path_with_a_broken_body_is_still_not_found(client: TestClient) -> None:
    answer = client.post("/trpc/no.such", content="{", headers=JSON)

    assert answer.json() == GONE


@pytest.mark.parametrize("path", ["%E0%A4%A", "%FF", "%zz", "ping%"])
def test_a_path_that_is_not_text_is_refused(client: TestClient, path: str) -> None:
    answer = client.get("/trpc/" + path)

    assert told(answer) == (400, "BAD_REQUEST", None)
    assert answer.json()["error"]["message"] == f'Invalid URL-encoding in path "{path}"'


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "books.lend", "POST"),
        ("PUT", "books.lend", "POST"),
        ("PATCH", "ping", "GET, POST"),
        ("DELETE", "ping", "GET, POST"),
    ],
)
def test_a_wrong_method_says_which_is_right(
    client: TestClient, method: str, path: str, allow: str
) -> None:
    answer = client.request(method, f"/trpc/{path}", headers=ALICE | JSON)

    assert told(answer) == (405, "METHOD_NOT_SUPPORTED", path)
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", ""]
)
def test_a_body_that_is_not_declared_as_json_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post("/trpc/books.forget", content="{}", headers={"content-type": kind})

    assert told(answer) == (415, "UNSUPPORTED_MEDIA_TYPE", None)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS"])
def test_other_methods_need_a_content_type(client: TestClient, method: str) -> None:
    assert told(client.request(method, "/trpc/ping")) == (415, "UNSUPPORTED_MEDIA_TYPE", None)


def test_the_content_type_is_read_without_case_and_parameters(client: TestClient) -> None:
    kind = {"content-type": "Application/JSON; charset=utf-8"}

    answer = client.post("/trpc/books.forget", content='{"id":1}', headers=ALICE | kind)

    assert answer.status_code == 200


def test_head_is_answered_without_running_anything(client: TestClient) -> None:
    answer = client.head("/trpc/debug.crash")

    assert (answer.status_code, answer.content) == (204, b"")


# --- batches ---


def test_a_batch_of_one_is_an_array(client: TestClient) -> None:
    assert client.get("/trpc/ping?batch=1").json() == [{"result": {"data": "pong"}}]


def test_batch_must_be_exactly_1(client: TestClient) -> None:
    assert told(client.get("/trpc/ping,ping?batch=true"))[0] == 404


def test_inputs_of_a_batch_are_keyed_by_index(client: TestClient) -> None:
    given = as_input({"0": {"id": 2}, "1": {"id": 1}, "9": "ignored"})

    answer = client.get(f"/trpc/books.get,books.get?batch=1&{given}", headers=ALICE)

    assert [item["result"]["data"]["id"] for item in answer.json()] == [2, 1]


@pytest.mark.parametrize(
    ("paths", "status"),
    [
        ("ping,ping", 200),
        ("ping,no.such", 207),
        ("no.such,no.such", 404),
        ("books.get,no.such", 207),
    ],
)
def test_one_status_or_207(client: TestClient, paths: str, status: int) -> None:
    assert client.get(f"/trpc/{paths}?batch=1").status_code == status


def test_an_empty_piece_is_a_call_of_its_own(client: TestClient) -> None:
    answer = client.get("/trpc/ping,?batch=1")

    assert answer.json()[1]["error"]["data"]["path"] == ""


@pytest.mark.parametrize("given", ["[1]", '"x"', "null"])
def test_a_batch_input_that_is_no_object_fails_each_call(client: TestClient, given: str) -> None:
    answer = client.get(f"/trpc/debug.echo,no.such?batch=1&input={given}")

    assert answer.status_code == 207
    assert answer.json()[0]["error"]["data"]["code"] == "BAD_REQUEST"
    assert answer.json()[0]["error"]["message"] == (
        '"input" needs to be an object when doing a batch call'
    )
    assert answer.json()[1] == GONE


def test_a_batch_input_that_is_no_json_fails_each_call(client: TestClient) -> None:
    answer = client.get("/trpc/debug.echo,debug.echo?batch=1&input=nope")

    assert answer.status_code == 400
    assert [item["error"]["data"]["path"] for item in answer.json()] == ["debug.echo"] * 2


def test_kinds_cannot_be_mixed(client: TestClient) -> None:
    answer = client.post("/trpc/ping,no.such,books.lend?batch=1", json={}, headers=ALICE)

    assert answer.json() == {
        "error": {
            "message": "Cannot mix procedure types in call: query, mutation",
            "code": -32600,
            "data": {"code": "BAD_REQUEST", "httpStatus": 400},
        }
    }


def test_a_subscription_cannot_be_batched(client: TestClient) -> None:
    answer = client.get("/trpc/ticks.count?batch=1")

    assert answer.status_code == 400
    assert answer.json()[0]["error"]["message"] == "Cannot batch subscription calls"


def test_a_batch_has_a_largest_size(client: TestClient) -> None:
    twenty = ",".join(["ping"] * 20)

    assert client.get(f"/trpc/{twenty}?batch=1").status_code == 200
    assert client.get(f"/trpc/{twenty},ping?batch=1").json()["error"] == {
        "message": "Batch call exceeds maximum size",
        "code": -32600,
        "data": {"code": "BAD_REQUEST", "httpStatus": 400},
    }


def test_a_batch_of_posts(client: TestClient) -> None:
    body = {"0": {"id": 1}, "1": {"id": 99}}

    answer = client.post("/trpc/books.forget,books.forget?batch=1", json=body, headers=ALICE)

    assert answer.status_code == 207
    assert answer.json()[0] == {"result": {}}


# --- JSONL ---


@pytest.mark.parametrize(
    "asked",
    [{"trpc-accept": "application/jsonl"}, {"accept": "text/html, application/jsonl"}],
)
def test_jsonl_is_a_head_and_a_line_per_call(client: TestClient, asked: dict[str, str]) -> None:
    answer = client.get("/trpc/ping,no.such?batch=1", headers=asked)

    lines = answer.text.split("\n")
    assert answer.status_code == 200
    assert lines[0] == '{"0":[[0],[null,0,0]],"1":[[0],[null,0,1]]}'
    assert {tuple(json.loads(line)[:2]) for line in lines[1:3]} == {(0, 0), (1, 0)}
    assert '[0,0,[[{"result":{"data":"pong"}}]]]' in lines
    assert lines[3] == ""


def test_jsonl_needs_a_batch(client: TestClient) -> None:
    answer = client.get("/trpc/ping", headers={"trpc-accept": "application/jsonl"})

    assert told(answer) == (400, "BAD_REQUEST", None)


def test_jsonl_of_posts_reads_its_body(client: TestClient) -> None:
    headers = ALICE | {"trpc-accept": "application/jsonl"}

    answer = client.post("/trpc/books.forget?batch=1", json={"0": {"id": 1}}, headers=headers)

    assert answer.text.endswith('[0,0,[[{"result":{}}]]]\n')


# --- origins ---


def shop() -> TestClient:
    return TestClient(library_app(origins={"https://shop.example"}))


@pytest.mark.parametrize("path", ["ping", "no.such", "%FF", 'ticks.count?input={"upTo":1}'])
def test_an_allowed_origin_may_read_every_answer(path: str) -> None:
    answer = shop().get("/trpc/" + path, headers={"origin": "https://shop.example"})

    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "origin" in answer.headers["vary"]


def test_no_other_origin_may() -> None:
    answer = shop().get("/trpc/ping", headers={"origin": "https://evil.example"})

    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_names_what_may_be_sent() -> None:
    asked = {"origin": "https://shop.example", "access-control-request-method": "POST"}

    answer = shop().options("/trpc/books.lend", headers=asked)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-headers"] == (
        "content-type, authorization, trpc-accept, last-event-id"
    )


def test_by_default_no_origin_may(client: TestClient) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-method": "POST"}

    answer = client.options("/trpc/books.lend", headers=asked)

    assert "access-control-allow-origin" not in answer.headers
