"""Describes a router in OpenAPI, in the form of the official `@trpc/openapi`.

The paths and components are meant to be merged into the document of the application that the
router is mounted in, so that `/docs` shows the procedures beside everything else.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from agent.channels.trpc.errors import CODES
from agent.channels.trpc.procedures import Procedure, Router
from agent.channels.trpc.schemas import Schema, Schemas, schemas_of

_REFS = "#/components/schemas/"
_ERROR = "TrpcErrorEnvelope"
_BEARER = "bearer"


def openapi_paths(router: Router, *, prefix: str = "/trpc") -> dict[str, Any]:
    """`{"paths": …, "components": …}` of a router that is mounted at `prefix`.

    Raises ValueError when a model has the name of the error envelope.
    """
    schemas = schemas_of(router, refs=_REFS)
    if _ERROR in schemas.named:
        raise ValueError(f"Rename {_ERROR}: the document needs that name itself.")
    paths = {
        f"{prefix}/{procedure.path}": _path_item(procedure, schemas)
        for procedure in router.values()
    }
    components = {
        "schemas": {**schemas.named, _ERROR: _error_schema()},
        "securitySchemes": {_BEARER: {"type": "http", "scheme": "bearer"}},
    }
    return {"paths": paths, "components": components}


def _path_item(procedure: Procedure, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": procedure.path,
        "summary": procedure.summary,
        "tags": [procedure.path.split(".")[0]],
        "responses": _responses(procedure, schemas),
    }
    if procedure.auth:
        operation["security"] = [{_BEARER: []}]
    given = schemas.of.get((procedure.path, "input"))
    required = procedure.without_input is None
    if procedure.kind == "mutation":
        return {"post": operation | _request_body(given, required)}
    return {"get": operation | _parameter(given, required)}


def _request_body(given: Schema | None, required: bool) -> dict[str, Any]:
    """A mutation without input is still sent as JSON, with an empty body."""
    if given is None:
        return {"requestBody": {"required": False, "content": {"application/json": {}}}}
    content = {"application/json": {"schema": given}}
    return {"requestBody": {"required": required, "content": content}}


def _parameter(given: Schema | None, required: bool) -> dict[str, Any]:
    if given is None:
        return {}
    content = {"application/json": {"schema": given}}
    return {
        "parameters": [{"name": "input", "in": "query", "required": required, "content": content}]
    }


def _responses(procedure: Procedure, schemas: Schemas) -> dict[str, Any]:
    failed = {
        "description": "The error, under the HTTP status of its code",
        "content": {"application/json": {"schema": {"$ref": _REFS + _ERROR}}},
    }
    return {"200": _answer(procedure, schemas), "default": failed}


def _answer(procedure: Procedure, schemas: Schemas) -> dict[str, Any]:
    output = schemas.of.get((procedure.path, "output"))
    if procedure.kind == "subscription":
        return {
            "description": "Server-sent events; an error is the event `serialized-error`",
            "content": {"text/event-stream": {"itemSchema": _event_schema(output)}},
        }
    result = _closed({} if output is None else {"data": output})
    content = {"application/json": {"schema": _closed({"result": result})}}
    return {"description": "The result", "content": content}


def _event_schema(output: Schema | None) -> dict[str, Any]:
    """An event with a name is about the stream; one without carries a value and its id."""
    content = {"contentMediaType": "application/json", "contentSchema": output or {}}
    named = {"enum": ["connected", "ping", "serialized-error", "return"]}
    about_the_stream = {
        "type": "object",
        "properties": {"event": named, "data": {"type": "string"}},
        "required": ["event", "data"],
    }
    value = {
        "type": "object",
        "properties": {"data": {"type": "string", **content}, "id": {"type": "string"}},
        "required": ["data", "id"],
    }
    return {"anyOf": [value, about_the_stream]}


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _error_schema() -> dict[str, Any]:
    codes: list[JsonValue] = [*CODES]
    data = {
        "type": "object",
        "properties": {
            "code": {"type": "string", "enum": codes},
            "httpStatus": {"type": "integer"},
            "path": {"type": "string"},
            "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            "issues": {"type": "array", "items": {"type": "object"}},
            "choices": {"type": "array", "items": {"type": "object"}},
            "moved": {"type": "array", "items": {"type": "object"}},
            "retryAfter": {"type": "integer"},
            "reference": {"type": "string"},
        },
        "required": ["code", "httpStatus"],
    }
    error = _closed({"message": {"type": "string"}, "code": {"type": "integer"}, "data": data})
    return _closed({"error": error})
