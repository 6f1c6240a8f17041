"""The ASGI application that answers tRPC over HTTP, mounted once, under `/trpc`."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import anyio
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.channels.trpc import jsonl, sse
from agent.channels.trpc.calls import (
    Answer,
    Given,
    answer,
    inputs,
    is_one_visit,
    one_visit,
    raw_input,
)
from agent.channels.trpc.cors import Headers, cors_headers, is_preflight, preflight_headers
from agent.channels.trpc.errors import TrpcError
from agent.channels.trpc.identity import Authenticate, Door, Identity
from agent.channels.trpc.outlet import stream
from agent.channels.trpc.procedures import Router
from agent.channels.trpc.request import Request, request_of
from agent.channels.trpc.settings import Wiring

_JSON = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
_VARY = (b"vary", b"trpc-accept, accept")
"""One URL has two formats."""


def trpc_app(
    router: Router,
    authenticate: Authenticate[Any],
    wiring: Wiring | None = None,
    *,
    is_known: Callable[[Any], bool] = lambda caller: caller is not None,
) -> ASGIApp:
    """`router` as an ASGI application.

    `authenticate` says who a bearer is, and `is_known` whether that is somebody: procedures with
    `auth` are only run for callers that are.
    """
    return _TrpcApp(router, authenticate, wiring or Wiring(), is_known)


def trpc_routes(app: ASGIApp, prefix: str = "/trpc") -> list[BaseRoute]:
    """`app` at `prefix` and below; the bare prefix too, which would otherwise be redirected."""
    return [Mount(prefix, app), Route(prefix, app)]


class _TrpcApp:
    def __init__(
        self,
        router: Router,
        authenticate: Authenticate[Any],
        wiring: Wiring,
        is_known: Callable[[Any], bool],
    ) -> None:
        self._router = router
        self._door = Door(authenticate, is_known)
        self._wiring = wiring
        self._few = anyio.CapacityLimiter(wiring.computing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        if scope["type"] != "http":
            return

        cors = cors_headers(scope, self._wiring.origins)
        if is_preflight(scope):
            await _respond(send, 204, preflight_headers(cors))
        elif scope["method"] == "HEAD":
            await _respond(send, 204, cors)
        else:
            await self._answer(scope, receive, send, [_VARY, *cors])

    async def _answer(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        try:
            request = request_of(scope, self._router, self._wiring)
        except TrpcError as error:
            return await _respond(send, error.http, [*_JSON, *headers], error.envelope(None))

        if is_one_visit(request, self._door):
            limit = self._wiring.max_body
            only = await one_visit(request, self._door, receive, max_body=limit, few=self._few)
            return await _at_once(request, [only], send, headers)

        identity = await self._door.recognise(request)
        given = inputs(request, await raw_input(request, identity, receive, self._wiring.max_body))
        match request.form:
            case "single" | "batch":
                answers = await _answers(request, identity, given)
                await _at_once(request, answers, send, headers)
            case "jsonl":
                produce = partial(jsonl.lines, request.calls, identity, given)
                headers = [*jsonl.HEADERS, *headers]
                await self._stream(headers, produce, jsonl.PING, receive, send)
            case "sse":
                after = self._wiring.reconnect_after
                call, last = request.calls[0], request.last_event_id
                produce = partial(sse.events, call, identity, given[0], last, after)
                await self._stream([*sse.HEADERS, *headers], produce, sse.PING, receive, send)

    async def _stream(
        self, headers: Headers, produce: Any, sign: bytes, receive: Receive, send: Send
    ) -> None:
        every = self._wiring.ping_every
        await stream(headers, produce, sign=sign, every=every, receive=receive, send=send)


async def _at_once(
    request: Request, answers: Sequence[Answer], send: Send, headers: Headers
) -> None:
    statuses = {answered.status for answered in answers}
    status = statuses.pop() if len(statuses) == 1 else 207
    allow = next((call.allow for call in request.calls if call.allow), None)
    if allow:
        headers = [*headers, (b"allow", allow.encode())]
    envelopes = b",".join(answered.envelope for answered in answers)
    content = envelopes if request.form == "single" else b"[" + envelopes + b"]"
    await _respond(send, status, [*_JSON, *headers], content)


async def _answers(
    request: Request, identity: Identity, given: Sequence[Given]
) -> Sequence[Answer]:
    """The calls of a batch run side by side; the answer waits for all of them."""
    if len(request.calls) == 1:
        return [await answer(request.calls[0], identity, given[0])]

    answers: dict[int, Answer] = {}

    async def one(index: int) -> None:
        answers[index] = await answer(request.calls[index], identity, given[index])

    async with anyio.create_task_group() as group:
        for call in request.calls:
            group.start_soon(one, call.index)
    return [answers[call.index] for call in request.calls]


async def _respond(send: Send, status: int, headers: Headers, content: bytes = b"") -> None:
    if status != 204:
        headers = [*headers, (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
