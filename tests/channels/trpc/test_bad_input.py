"""Nothing that a client sends makes the server fail, or take what it should refuse."""

import json
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.channels.trpc.example import TOKEN
from tests.channels.trpc.test_protocol import ALICE, JSON, as_input, told

DEEP = "[" * 100_000 + "]" * 100_000

NOT_TAKEN = [
    pytest.param(b"{", id="cut off"),
    pytest.param(b"hello", id="not JSON"),
    pytest.param(b'{"a":1}{"a":1}', id="two values"),
    pytest.param(b'{"a":NaN}', id="NaN"),
    pytest.param(b'{"a":-Infinity}', id="Infinity"),
    pytest.param(b'{"a":1e999}', id="infinite by size"),
    pytest.param(b'{"a":9007199254740993}', id="too large an integer"),
    pytest.param(b'{"a":' + b"9" * 5000 + b"}", id="far too large an integer"),
    pytest.param(b'{"a":"\\u0000"}', id="NUL in a value"),
    pytest.param(b'{"a\\u0000":1}', id="NUL in a key"),
    pytest.param(b'{"a":"\x00"}', id="raw NUL"),
    pytest.param(b'{"a":"\xff"}', id="not UTF-8"),
    pytest.param(b'{"a":"\\ud800"}', id="half a surrogate pair"),
    pytest.param(DEEP.encode(), id="deep nesting"),
    pytest.param(b"\xef\xbb\xbf{}", id="a byte order mark"),
]


@pytest.mark.parametrize("body", NOT_TAKEN)
def test_a_body_that_is_not_plain_json_is_a_bad_request(client: TestClient, body: bytes) -> None:
    answer = client.post("/trpc/debug.echo", content=body, headers=JSON)

    assert told(answer) == (400, "BAD_REQUEST", "debug.echo")
    assert answer.json()["error"]["code"] == -32600


@pytest.mark.parametrize("body", NOT_TAKEN[:-2])
def test_an_input_parameter_is_read_as_strictly(client: TestClient, body: bytes) -> None:
    answer = client.get("/trpc/debug.echo?input=" + quote(body))

    assert told(answer) == (400, "BAD_REQUEST", "debug.echo")


@pytest.mark.parametrize("body", NOT_TAKEN)
def test_a_batch_is_read_as_strictly(client: TestClient, body: bytes) -> None:
    answer = client.post("/trpc/debug.echo?batch=1", content=body, headers=JSON)

    assert answer.status_code == 400
    assert answer.json()[0]["error"]["data"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("escaped", [r'"\\u0000"', '"1e5 and 1234567890123456789"', "1e5"])
def test_what_only_looks_suspicious_is_taken(client: TestClient, escaped: str) -> None:
    answer = client.post("/trpc/debug.echo", content=escaped, headers=JSON)

    assert answer.json()["result"]["data"] == json.loads(escaped)


@pytest.mark.parametrize("size", [1_000_001, 1_500_000, 20_000_000])
def test_a_body_over_the_limit_is_too_large(client: TestClient, size: int) -> None:
    answer = client.post("/trpc/debug.echo", content=b'"' + b"a" * size + b'"', headers=JSON)

    assert told(answer) == (413, "PAYLOAD_TOO_LARGE", "debug.echo")


def test_a_body_just_within_the_limit_is_taken(client: TestClient) -> None:
    answer = client.post("/trpc/debug.echo", content=b'"' + b"a" * 999_998 + b'"', headers=JSON)

    assert answer.status_code == 200


def test_a_body_is_not_read_for_somebody_who_may_not_call(client: TestClient) -> None:
    answer = client.post("/trpc/books.lend", content=b"a" * 2_000_000, headers=JSON)

    assert told(answer) == (401, "UNAUTHORIZED", "books.lend")


@pytest.mark.parametrize(
    ("given", "field", "problem"),
    [
        ({"id": "1"}, "id", "should be a valid integer"),
        ({"id": True}, "id", "should be a valid integer"),
        ({"id": 1.5}, "id", "should be a valid integer"),
        ({"id": None}, "id", "should be a valid integer"),
        ({}, "id", "is required"),
        ({"id": 1, "tenant": "other"}, "tenant", "is not known here"),
    ],
)
def test_a_wrong_type_is_refused_by_name(
    client: TestClient, given: object, field: str, problem: str
) -> None:
    answer = client.get(f"/trpc/books.get?{as_input(given)}", headers=ALICE)

    assert told(answer) == (400, "BAD_REQUEST", "books.get")
    assert answer.json()["error"]["data"]["fields"] == {field: problem}
    assert answer.json()["error"]["message"].startswith(f"“{field}” {problem}")


@pytest.mark.parametrize("given", [[1], "x", 3, True, [[]]])
def test_an_input_that_is_no_object_is_refused(client: TestClient, given: object) -> None:
    answer = client.get(f"/trpc/books.get?{as_input(given)}", headers=ALICE)

    assert told(answer) == (400, "BAD_REQUEST", "books.get")
    assert answer.json()["error"]["message"].startswith("The input should be an object")


def test_several_problems_are_told_and_counted(client: TestClient) -> None:
    given = {"days": 90, "a": 1, "b": 2}

    error = client.post("/trpc/books.lend", json=given, headers=ALICE).json()["error"]

    assert error["message"] == (
        "“bookId” is required. “days” should be less than or equal to 30, not 90. "
        "“toWhom” is required. And 2 more."
    )
    assert set(error["data"]["fields"]) == {"bookId", "days", "toWhom", "a", "b"}
    assert error["data"]["issues"][0] == {
        "path": ["bookId"],
        "message": "is required",
        "code": "missing",
    }


def test_a_refused_password_is_not_repeated(client: TestClient) -> None:
    given = {"bookId": 1, "days": 3, "toWhom": "Bo", "password": "hunter2"}

    answer = client.post("/trpc/books.lend", json=given, headers=ALICE)

    assert "hunter2" not in answer.text
    assert answer.json()["error"]["message"] == "“password” should have at least 8 characters."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{", "Not JSON-parsable query params"),
        ("[]", "Invalid connection params shape"),
        ('{"token":1}', "Invalid connection params shape"),
        ('"x"', "Invalid connection params shape"),
    ],
)
def test_bad_connection_params_are_a_parse_error(
    client: TestClient, given: str, message: str
) -> None:
    answer = client.get(f"/trpc/ping?connectionParams={quote(given)}")

    assert told(answer) == (400, "PARSE_ERROR", None)
    assert answer.json()["error"] == {
        "message": message,
        "code": -32700,
        "data": {"code": "PARSE_ERROR", "httpStatus": 400},
    }


def test_the_token_may_come_with_connection_params(client: TestClient) -> None:
    given = quote(json.dumps({"token": TOKEN}))

    assert client.get(f"/trpc/me?connectionParams={given}").status_code == 200


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer  ", "", "Bearer wrong"])
def test_a_bad_authorization_header_is_nobody(client: TestClient, header: str) -> None:
    headers = {"authorization": header}

    assert told(client.get("/trpc/me", headers=headers)) == (401, "UNAUTHORIZED", "me")
    assert client.get("/trpc/ping", headers=headers).status_code == 200


def test_a_websocket_is_refused(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/trpc/"):
        pytest.fail("it was let in")
