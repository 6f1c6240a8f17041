"""What answering one call takes: its input, the run, and the answer as bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import anyio
import anyio.to_thread
from pydantic import JsonValue, ValidationError
from pydantic_core import PydanticSerializationError, to_json
from starlette.types import Receive

from agent.channels.trpc.errors import TrpcError, as_trpc, broken, refused_input
from agent.channels.trpc.identity import Door, Identity
from agent.channels.trpc.procedures import Later, Procedure
from agent.channels.trpc.reading import body, strict_json
from agent.channels.trpc.request import Call, Request

Given = bytes | TrpcError | None
"""The JSON that a call was given; None for no input, or why there is none to be had."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One envelope, and the HTTP status that it would have alone."""

    status: int
    envelope: bytes


async def raw_input(
    request: Request, identity: Identity, receive: Receive, max_body: int
) -> bytes | TrpcError:
    """What came in place of an input. A body is only read when a call will look at it."""
    if request.method == "GET":
        return raw_parameter(request)
    if not any(_will_read(call, identity) for call in request.calls):
        return b""
    try:
        return await body(receive, max_body)
    except TrpcError as error:
        return error


def raw_parameter(request: Request) -> bytes:
    """What a GET sends as its input."""
    return request.parameters.get("input", b"")


def inputs(request: Request, raw: bytes | TrpcError) -> Sequence[Given]:
    """What each call was given."""
    if not raw:
        return [None] * len(request.calls)
    if isinstance(raw, TrpcError):
        return [raw] * len(request.calls)
    try:
        value = strict_json(raw)
    except TrpcError as error:
        return [error] * len(request.calls)
    return _per_call(request, value) if request.form in ("batch", "jsonl") else [raw]


def _will_read(call: Call, identity: Identity) -> bool:
    match call.target:
        case Procedure() as procedure if procedure.reads is not None:
            return identity.suits(procedure)
        case _:
            return False


def _per_call(request: Request, value: JsonValue) -> Sequence[Given]:
    if not isinstance(value, dict):
        problem = '"input" needs to be an object when doing a batch call'
        return [TrpcError("BAD_REQUEST", problem)] * len(request.calls)
    keys = [str(call.index) for call in request.calls]
    return [to_json(value[key]) if key in value else None for key in keys]


def is_one_visit(request: Request, door: Door) -> bool:
    """Whether recognising the caller and answering can share one visit to the thread pool.

    A visit costs several times what the rest of a plain call does, and most requests are one.
    """
    target = request.calls[0].target
    return (
        len(request.calls) == 1
        and request.form in ("single", "batch")
        and not door.waits
        and isinstance(target, Procedure)
        and not target.runs_on_loop
        # Without an input nothing of the body is read, whoever sends it.
        and (request.method == "GET" or target.reads is not None)
    )


async def one_visit(
    request: Request, door: Door, receive: Receive, *, max_body: int, few: anyio.CapacityLimiter
) -> Answer:
    """All of a request that `is_one_visit`. `few` is for procedures that compute."""
    if request.method == "GET":
        raw: bytes | TrpcError = raw_parameter(request)
    else:
        try:
            raw = await body(receive, max_body)
        except TrpcError as error:
            raw = error
    target = request.calls[0].target
    limiter = few if isinstance(target, Procedure) and target.computes else None
    return await _rest(
        await anyio.to_thread.run_sync(_answer_here, request, door, raw, limiter=limiter)
    )


def _answer_here(request: Request, door: Door, raw: bytes | TrpcError) -> Answer | Later[Answer]:
    call = request.calls[0]
    try:
        procedure = call.procedure()
        caller = door.recognise_here(request).caller_of(procedure)
    except TrpcError as error:
        return _refused(error, call.path)
    return _complete(procedure, caller, inputs(request, raw)[0])


async def answer(call: Call, identity: Identity, given: Given) -> Answer:
    """Runs one query or mutation to its end. Never raises."""
    try:
        procedure = call.procedure()
        caller = identity.caller_of(procedure)
        if not procedure.runs_on_loop:
            return await _rest(await anyio.to_thread.run_sync(_complete, procedure, caller, given))
        result = await procedure.run(caller, read(procedure, given))
        return Answer(200, _envelope(procedure, result))
    except Exception as error:  # noqa: BLE001 - here the channel meets the world
        return _refused(error, call.path)


def _complete(procedure: Procedure, caller: object, given: Given) -> Answer | Later[Answer]:
    """A whole call in one visit to the thread pool. Catches: StopIteration cannot cross threads."""
    try:
        result = procedure.run(caller, read(procedure, given))
        if isinstance(result, Later):
            return Later(partial(_completed, procedure, cast(Later[object], result)))
        return Answer(200, _envelope(procedure, result))
    except Exception as error:  # noqa: BLE001 - here the channel meets the world
        return _refused(error, procedure.path)


async def _completed(procedure: Procedure, later: Later[object]) -> Answer:
    try:
        return Answer(200, _envelope(procedure, await later.rest()))
    except Exception as error:  # noqa: BLE001 - here the channel meets the world
        return _refused(error, procedure.path)


async def _rest(answered: Answer | Later[Answer]) -> Answer:
    return await answered.rest() if isinstance(answered, Later) else answered


def read(procedure: Procedure, given: Given) -> Any:
    """The validated input. Strict, like zod: "3" is not 3. Raises TrpcError."""
    if isinstance(given, TrpcError):
        raise given
    if procedure.reads is None:
        return None
    raw = procedure.without_input if given is None else given
    if raw is None:
        raise TrpcError("BAD_REQUEST", f"{procedure.path} needs an input.")
    try:
        return procedure.reads.validate_json(raw, strict=True)
    except ValidationError as error:
        raise refused_input(error) from error


def write(procedure: Procedure, value: object) -> bytes:
    """A value of the procedure's output type as JSON. Raises TrpcError when it is no such value."""
    assert procedure.writes is not None
    try:
        return procedure.writes.dump_json(value, by_alias=True, warnings="error")
    except PydanticSerializationError as error:
        raise broken(error, procedure.path, "Output validation failed.") from error


def _refused(error: Exception, path: str) -> Answer:
    told = as_trpc(error, path)
    return Answer(told.http, told.envelope(path))


def _envelope(procedure: Procedure, result: object) -> bytes:
    if procedure.writes is None:
        return b'{"result":{}}'
    return b'{"result":{"data":' + write(procedure, result) + b"}}"
