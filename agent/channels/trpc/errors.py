"""The one table from what went wrong to what a tRPC client is told.

A `TrpcError` is an error in the words of the wire. `as_trpc` turns any exception into one:

* ToolError                its message, under the code of its class
* pydantic ValidationError BAD_REQUEST with a sentence, `data.fields` and `data.issues`
* anything else            INTERNAL_SERVER_ERROR with a reference id; the log has the rest
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from pydantic import ValidationError
from pydantic_core import to_json

from agent.channels.trpc.complaints import complaint
from tools.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    Stale,
    TooLarge,
    ToolError,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unclear,
)

log = logging.getLogger(__name__)

Code = Literal[
    "PARSE_ERROR",
    "BAD_REQUEST",
    "UNAUTHORIZED",
    "PAYMENT_REQUIRED",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_SUPPORTED",
    "TIMEOUT",
    "CONFLICT",
    "PRECONDITION_FAILED",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNPROCESSABLE_CONTENT",
    "PRECONDITION_REQUIRED",
    "TOO_MANY_REQUESTS",
    "CLIENT_CLOSED_REQUEST",
    "INTERNAL_SERVER_ERROR",
    "NOT_IMPLEMENTED",
    "BAD_GATEWAY",
    "SERVICE_UNAVAILABLE",
    "GATEWAY_TIMEOUT",
]


class Numbers(NamedTuple):
    """What a code key is as a JSON-RPC number, and as an HTTP status."""

    rpc: int
    http: int


CODES: Final[Mapping[Code, Numbers]] = MappingProxyType(
    {
        "PARSE_ERROR": Numbers(-32700, 400),
        "BAD_REQUEST": Numbers(-32600, 400),
        "UNAUTHORIZED": Numbers(-32001, 401),
        "PAYMENT_REQUIRED": Numbers(-32002, 402),
        "FORBIDDEN": Numbers(-32003, 403),
        "NOT_FOUND": Numbers(-32004, 404),
        "METHOD_NOT_SUPPORTED": Numbers(-32005, 405),
        "TIMEOUT": Numbers(-32008, 408),
        "CONFLICT": Numbers(-32009, 409),
        "PRECONDITION_FAILED": Numbers(-32012, 412),
        "PAYLOAD_TOO_LARGE": Numbers(-32013, 413),
        "UNSUPPORTED_MEDIA_TYPE": Numbers(-32015, 415),
        "UNPROCESSABLE_CONTENT": Numbers(-32022, 422),
        "PRECONDITION_REQUIRED": Numbers(-32028, 428),
        "TOO_MANY_REQUESTS": Numbers(-32029, 429),
        "CLIENT_CLOSED_REQUEST": Numbers(-32099, 499),
        "INTERNAL_SERVER_ERROR": Numbers(-32603, 500),
        "NOT_IMPLEMENTED": Numbers(-32603, 501),
        "BAD_GATEWAY": Numbers(-32603, 502),
        "SERVICE_UNAVAILABLE": Numbers(-32603, 503),
        "GATEWAY_TIMEOUT": Numbers(-32603, 504),
    }
)

_CODE_OF: Final[Mapping[type, Code]] = MappingProxyType(
    {
        ToolError: "BAD_REQUEST",
        Rejected: "BAD_REQUEST",
        NotFound: "NOT_FOUND",
        Conflict: "CONFLICT",
        Forbidden: "FORBIDDEN",
        Unauthenticated: "UNAUTHORIZED",
        TooMany: "TOO_MANY_REQUESTS",
        TooLarge: "PAYLOAD_TOO_LARGE",
        Unavailable: "SERVICE_UNAVAILABLE",
    }
)


class TrpcError(Exception):
    """An error in the words of the wire. `details` are added to the client's `error.data`."""

    def __init__(
        self, code: Code, message: str, *, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.details: dict[str, object] = dict(details or {})
        self.rpc, self.http = CODES[code]

    def shape(self, path: str | None) -> bytes:
        """The bare error as JSON. Without `path` the request failed before a call was known."""
        data: dict[str, object] = {"code": self.code, "httpStatus": self.http}
        if path is not None:
            data["path"] = path
        shape = {"message": self.message, "code": self.rpc, "data": data | self.details}
        return to_json(shape, fallback=str)

    def envelope(self, path: str | None) -> bytes:
        """The error as the answer to one call."""
        return b'{"error":' + self.shape(path) + b"}"


def as_trpc(error: Exception, path: str) -> TrpcError:
    """What the caller of `path` is told about `error`; an unexpected one is logged, once, here."""
    match error:
        case TrpcError():
            return error
        case ToolError():
            return TrpcError(_code_of(error), error.message, details=_details(error))
        case ValidationError():
            # The input was fine, so these are arguments inside it, or a bug: somebody should look.
            findings = error.errors(include_url=False, include_input=False, include_context=False)
            log.warning("%s could not build a %s: %s", path, error.title, findings)
            return refused_input(error)
        case _:
            return broken(error, path, "Something broke.")


def refused_input(error: ValidationError) -> TrpcError:
    """A BAD_REQUEST that says what is wrong, in words and by field."""
    found = complaint(error)
    details = {"fields": found.fields, "issues": found.issues}
    return TrpcError("BAD_REQUEST", found.sentence, details=details)


def broken(error: Exception, path: str, message: str) -> TrpcError:
    """An INTERNAL_SERVER_ERROR that names a reference, under which the log has what happened."""
    reference = secrets.token_hex(4)
    log.error("%s failed, reference %s", path, reference, exc_info=error)
    return TrpcError(
        "INTERNAL_SERVER_ERROR",
        f"{message} Reference {reference}.",
        details={"reference": reference},
    )


def _code_of(error: ToolError) -> Code:
    return next(_CODE_OF[kind] for kind in type(error).__mro__ if kind in _CODE_OF)


def _details(error: ToolError) -> dict[str, object]:
    details: dict[str, object] = {"fields": error.fields} if error.fields else {}
    match error:
        case Stale():
            details["moved"] = [asdict(moved) for moved in error.moved]
            details["choices"] = [asdict(choice) for choice in error.choices]
        case Unclear():
            details["choices"] = [asdict(choice) for choice in error.choices]
        case TooMany():
            details["retryAfter"] = error.retry_after
        case _:
            pass
    return details
