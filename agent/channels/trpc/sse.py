"""Subscriptions as server-sent events, for `httpSubscriptionLink`."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from pydantic_core import to_json

from agent.channels.trpc.calls import Given, read, write
from agent.channels.trpc.errors import TrpcError, as_trpc
from agent.channels.trpc.identity import Identity
from agent.channels.trpc.outlet import Outlet
from agent.channels.trpc.procedures import Procedure, Tracked
from agent.channels.trpc.reading import strict_json
from agent.channels.trpc.request import Call
from tools.errors import Unavailable

HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)

PING = b"event: ping\ndata: \n\n"
"""An event, not a comment: only events reset the client's inactivity timer."""

_RETURN = b"event: return\ndata: \n\n"
"""Without it the client takes the end of a stream for a lost connection."""

_FINAL = -32000
"""JSON-RPC's general server error. A client answers the number that all 5xx share by reconnecting,
for ever, and a subscription that crashed would crash again every three seconds."""

_TIDYING = 5.0
"""Seconds that an abandoned subscription has for its `finally` blocks."""


async def events(
    call: Call,
    identity: Identity,
    given: Given,
    last_event_id: str | None,
    reconnect_after: float,
    outlet: Outlet,
) -> None:
    """Writes the whole stream, from `connected` to `return` or `serialized-error`."""
    options = to_json({"reconnectAfterInactivityMs": round(reconnect_after * 1000)})
    await outlet.write(_event(options, name=b"connected"))
    try:
        procedure = call.procedure()
        caller = identity.caller_of(procedure)
        value = read(procedure, _resumed(given, last_event_id))
        async with _tidied(procedure.run(caller, value)) as values:
            async for tracked in values:
                await outlet.write(_tracked(procedure, tracked))
        await outlet.write(_RETURN)
    except Exception as error:  # noqa: BLE001 - here the channel meets the world
        shape = _last_word(error, call.path).shape(call.path)
        await outlet.write(_event(shape, name=b"serialized-error"))


def _event(data: bytes, *, name: bytes) -> bytes:
    return b"event: " + name + b"\ndata: " + data + b"\n\n"


def _tracked(procedure: Procedure, tracked: Tracked[object]) -> bytes:
    data = write(procedure, tracked.value)
    return b"data: " + data + b"\nid: " + tracked.id.encode() + b"\n\n"


def _resumed(given: Given, last_event_id: str | None) -> Given:
    """The input with `lastEventId` in it, where the input is an object or missing."""
    if not last_event_id or isinstance(given, TrpcError):
        return given
    if "\0" in last_event_id:
        return TrpcError("BAD_REQUEST", "lastEventId holds a NUL character.")
    value = None if given is None else strict_json(given)
    match value:
        case None:
            return to_json({"lastEventId": last_event_id})
        case dict():
            return to_json({**value, "lastEventId": last_event_id})
        case _:
            return given


def _last_word(error: Exception, path: str) -> TrpcError:
    """The error that ends a stream for good, unless the procedure itself asked for a retry."""
    match error:
        case TrpcError():
            return error
        case Unavailable():
            return TrpcError("TIMEOUT", error.message)
        case _:
            told = as_trpc(error, path)
            told.rpc = _FINAL if told.http >= 500 else told.rpc
            return told


@asynccontextmanager
async def _tidied(values: AsyncIterator[Any]) -> AsyncGenerator[AsyncIterator[Any]]:
    """Closes an async generator also when the client has gone and this task is being cancelled."""
    try:
        yield values
    finally:
        if isinstance(values, AsyncGenerator):
            with anyio.move_on_after(_TIDYING, shield=True):
                await values.aclose()
