"""Reads what a client sent, and refuses JSON that another program would read differently."""

import re
from collections.abc import Iterator
from math import isfinite
from urllib.parse import unquote_to_bytes

from pydantic import JsonValue
from pydantic_core import from_json
from starlette.types import Receive

from agent.channels.trpc.errors import TrpcError

LARGEST_INTEGER = 2**53 - 1
"""Above this JavaScript silently changes the digits of a number."""

_DRAINED = 8
"""Times the limit that a body is read and dropped, so that the client gets to read our answer."""

_SUSPECT = re.compile(rb"\\u0000|[0-9]{16}|[0-9][eE]")
"""Only a text that matches can hold a NUL, a number too large, or an infinity written as 1e999."""


def strict_json(raw: bytes) -> JsonValue:
    """The value of `raw`: UTF-8 JSON, no NaN, no NUL, at most 200 levels deep.

    Raises TrpcError BAD_REQUEST with a sentence that says where it went wrong.
    """
    try:
        value: JsonValue = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise TrpcError("BAD_REQUEST", f"The input is not JSON: {error}.") from error
    if _SUSPECT.search(raw):
        for leaf in _leaves(value):
            _check_leaf(leaf)
    return value


def _leaves(value: JsonValue) -> Iterator[JsonValue]:
    """Every key and scalar of a parsed value, without recursion."""
    waiting: list[JsonValue] = [value]
    while waiting:
        value = waiting.pop()
        match value:
            case dict():
                waiting.extend(value.keys())
                waiting.extend(value.values())
            case list():
                waiting.extend(value)
            case _:
                yield value


def _check_leaf(leaf: JsonValue) -> None:
    match leaf:
        case str() if "\0" in leaf:
            raise TrpcError("BAD_REQUEST", "The input holds a NUL character.")
        case int() if abs(leaf) > LARGEST_INTEGER:
            problem = "The input holds an integer above 2^53; send it as text."
            raise TrpcError("BAD_REQUEST", problem)
        case float() if not isfinite(leaf):
            raise TrpcError("BAD_REQUEST", "The input holds a number that is not finite.")
        case _:
            pass


def query_parameters(query_string: bytes) -> dict[str, bytes]:
    """The first value of each parameter, percent-decoded; `+` is a space."""
    found: dict[str, bytes] = {}
    for pair in query_string.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            key = unquote_to_bytes(name.replace(b"+", b" ")).decode("utf-8", "replace")
            found.setdefault(key, unquote_to_bytes(value.replace(b"+", b" ")))
    return found


async def body(receive: Receive, limit: int) -> bytes:
    """The whole request body. Raises PAYLOAD_TOO_LARGE above `limit` bytes."""
    pieces: list[bytes] = []
    size = 0
    more = True
    while more and size <= limit * _DRAINED:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise TrpcError("CLIENT_CLOSED_REQUEST", "The client went away.")
        more = message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size <= limit:
            pieces.append(piece)
    if size > limit:
        raise TrpcError("PAYLOAD_TOO_LARGE", "PAYLOAD_TOO_LARGE")
    return b"".join(pieces)
