"""The OpenAPI document, and whether the server keeps what it says."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agent.channels.trpc.openapi import openapi_paths
from tests.channels.trpc.example import TOKEN, library, library_app

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

FAIL_WHEN_ASKED = ["crash", "misbuild", "stop", "lie", "fail", "failAs"]
LEFT_OUT = {
    *(f"debug.{name}" for name in FAIL_WHEN_ASKED),
    # These take as long as they are asked to; ticks.fail is as good a stream.
    "ticks.count",
    "ticks.mine",
}


def document() -> dict[str, Any]:
    described = openapi_paths(library())
    return {"openapi": "3.1.0", "info": {"title": "Library", "version": "1"}, **described}


def sound() -> dict[str, Any]:
    whole = document()
    paths = {p: item for p, item in whole["paths"].items() if p[6:] not in LEFT_OUT}
    return {**whole, "paths": paths}


schema = schemathesis.openapi.from_dict(sound())
schema.app = library_app()


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_is_sent_is_what_was_documented(case: Any) -> None:
    case.call_and_validate(headers={"authorization": f"Bearer {TOKEN}"}, checks=PROMISES)


def test_a_query_is_a_get_with_one_parameter() -> None:
    described = openapi_paths(library(), prefix="/api")["paths"]["/api/books.get"]

    assert described["get"]["operationId"] == "books.get"
    assert described["get"]["security"] == [{"bearer": []}]
    assert described["get"]["parameters"] == [
        {
            "name": "input",
            "in": "query",
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BookId"}}},
        }
    ]


def test_a_mutation_is_a_post_with_a_body() -> None:
    described = document()["paths"]["/trpc/books.lend"]["post"]

    assert described["requestBody"]["required"] is True
    assert described["responses"]["200"]["content"]["application/json"]["schema"] == {
        "type": "object",
        "properties": {
            "result": {
                "type": "object",
                "properties": {"data": {"$ref": "#/components/schemas/Loan"}},
                "required": ["data"],
                "additionalProperties": False,
            }
        },
        "required": ["result"],
        "additionalProperties": False,
    }


def test_a_subscription_is_an_event_stream() -> None:
    described = document()["paths"]["/trpc/ticks.count"]["get"]

    assert list(described["responses"]["200"]["content"]) == ["text/event-stream"]


def test_a_public_procedure_asks_for_no_bearer() -> None:
    assert "security" not in document()["paths"]["/trpc/ping"]["get"]


def test_every_reference_leads_somewhere() -> None:
    text = str(document())
    names = {piece.split("'")[0] for piece in text.split("#/components/schemas/")[1:]}

    assert names <= set(document()["components"]["schemas"])
