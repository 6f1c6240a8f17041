"""What a client is told when something goes wrong, and what it is never told."""

import logging
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.channels.trpc.errors import CODES
from tests.channels.trpc.example import library_app
from tests.channels.trpc.test_protocol import as_input, told

CHOICE = {"label": "Emma (1815)", "tool": "get_book", "args": {"id": 1}}
AGAIN = {"label": "Propose again", "tool": None, "args": {}}
MOVED = {"label": "price", "before": "100 kr", "after": "120 kr"}


@pytest.mark.parametrize(
    ("error", "code", "extra"),
    [
        ("Rejected", "BAD_REQUEST", {"fields": {"days": "is 90"}}),
        ("NotFound", "NOT_FOUND", {}),
        ("Unclear", "BAD_REQUEST", {"choices": [CHOICE]}),
        ("Conflict", "CONFLICT", {}),
        ("Stale", "CONFLICT", {"moved": [MOVED], "choices": [AGAIN]}),
        ("Forbidden", "FORBIDDEN", {}),
        ("Unauthenticated", "UNAUTHORIZED", {}),
        ("TooMany", "TOO_MANY_REQUESTS", {"retryAfter": 12}),
        ("TooLarge", "PAYLOAD_TOO_LARGE", {}),
        ("Unavailable", "SERVICE_UNAVAILABLE", {}),
    ],
)
def test_a_tool_error_has_the_code_of_its_class(
    client: TestClient, error: str, code: str, extra: dict[str, Any]
) -> None:
    answer = client.get(f"/trpc/debug.failAs?{as_input({'error': error})}")

    status = CODES[code].http  # pyright: ignore
    assert answer.status_code == status
    assert answer.json()["error"]["data"] == {
        "code": code,
        "httpStatus": status,
        "path": "debug.failAs",
        **extra,
    }


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_number_and_status(client: TestClient, code: Any) -> None:
    answer = client.get(f"/trpc/debug.fail?{as_input({'code': code, 'message': 'so'})}")

    numbers = CODES[code]
    assert answer.status_code == numbers.http
    assert answer.json() == {
        "error": {
            "message": "so",
            "code": numbers.rpc,
            "data": {"code": code, "httpStatus": numbers.http, "path": "debug.fail"},
        }
    }


@pytest.mark.parametrize("path", ["debug.crash", "debug.stop"])
def test_a_bug_is_logged_once_and_told_by_reference_only(
    client: TestClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get(f"/trpc/{path}")

    error = answer.json()["error"]
    reference = error["data"]["reference"]
    assert told(answer) == (500, "INTERNAL_SERVER_ERROR", path)
    assert error["message"] == f"Something broke. Reference {reference}."
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert [reference in record.getMessage() for record in caplog.records] == [True]


def test_a_validation_error_inside_a_procedure_is_told_and_noticed(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/trpc/debug.misbuild")

    assert told(answer) == (400, "BAD_REQUEST", "debug.misbuild")
    assert answer.json()["error"]["data"]["fields"].keys() == {"id"}
    assert "debug.misbuild could not build a Book" in caplog.text
    assert "seven" not in caplog.text


def test_an_output_of_another_type_is_not_sent(client: TestClient) -> None:
    answer = client.get("/trpc/debug.lie")

    assert told(answer) == (500, "INTERNAL_SERVER_ERROR", "debug.lie")
    assert answer.json()["error"]["message"].startswith("Output validation failed.")


def test_nobody_is_asked_to_sign_in(client: TestClient) -> None:
    answer = client.get("/trpc/me")

    assert told(answer) == (401, "UNAUTHORIZED", "me")
    assert answer.json()["error"]["message"] == "Sign in first."
    assert "www-authenticate" not in answer.headers


def test_a_refused_bearer_says_why(client: TestClient) -> None:
    answer = client.get("/trpc/me", headers={"authorization": "Bearer old"})

    assert answer.json()["error"]["message"] == "That token is not known here."


def test_other_trouble_with_a_caller_fails_every_call(client: TestClient) -> None:
    answer = client.get("/trpc/ping,me?batch=1", headers={"authorization": "Bearer flooders-token"})

    assert answer.status_code == 429
    assert [item["error"]["data"]["retryAfter"] for item in answer.json()] == [30, 30]


def test_a_caller_knows_where_a_request_came_from() -> None:
    client = TestClient(library_app(channel="widget"), client=("10.1.2.3", 4000))
    headers = {"authorization": "Bearer alices-token", "user-agent": "x", "origin": "https://a.b"}

    assert client.get("/trpc/me", headers=headers).json()["result"]["data"] == {
        "name": "Alice",
        "client": "10.1.2.3",
        "userAgent": "x",
        "origin": "https://a.b",
        "channel": "widget",
    }
