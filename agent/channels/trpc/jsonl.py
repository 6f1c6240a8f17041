"""A batch answered line by line as its calls finish, for `httpBatchStreamLink`."""

from collections.abc import Sequence

import anyio
from pydantic_core import to_json

from agent.channels.trpc.calls import Given, answer
from agent.channels.trpc.identity import Identity
from agent.channels.trpc.outlet import Outlet
from agent.channels.trpc.request import Call

HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))

PING = b" "
"""Ends up in front of the next line, where JSON parsers skip it."""


async def lines(
    calls: Sequence[Call], identity: Identity, given: Sequence[Given], outlet: Outlet
) -> None:
    """The head announces one promise per call; each is kept by one line, in order of completion."""
    head = {str(call.index): [[0], [None, 0, call.index]] for call in calls}
    await outlet.write(to_json(head) + b"\n")

    async def keep(call: Call) -> None:
        answered = await answer(call, identity, given[call.index])
        await outlet.write(b"[%d,0,[[%b]]]\n" % (call.index, answered.envelope))

    async with anyio.create_task_group() as group:
        for call in calls:
            group.start_soon(keep, call)
