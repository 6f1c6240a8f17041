"""An answer that leaves in pieces, with signs of life in its silences."""

from collections.abc import Awaitable, Callable, Sequence

import anyio
from starlette.types import Receive, Send


class Outlet:
    """Where a stream writes. `sign` is sent whenever nothing else was for `every` seconds."""

    def __init__(self, send: Send, *, sign: bytes, every: float) -> None:
        self._send = send
        self._sign = sign
        self._every = every
        self._written = anyio.current_time()

    async def write(self, piece: bytes) -> None:
        self._written = anyio.current_time()
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def keep_alive(self) -> None:
        while True:
            due = self._written + self._every
            if anyio.current_time() >= due:
                await self.write(self._sign)
            else:
                await anyio.sleep_until(due)


async def stream(
    headers: Sequence[tuple[bytes, bytes]],
    produce: Callable[[Outlet], Awaitable[None]],
    *,
    sign: bytes,
    every: float,
    receive: Receive,
    send: Send,
) -> None:
    """Sends status 200 and whatever `produce` writes; cancels it when the client goes away.

    The request body must have been read: what is received from now on is the end of the connection.
    """
    await send({"type": "http.response.start", "status": 200, "headers": [*headers]})
    outlet = Outlet(send, sign=sign, every=every)
    async with anyio.create_task_group() as group:
        group.start_soon(_until_gone, receive, group.cancel_scope)
        group.start_soon(outlet.keep_alive)
        await produce(outlet)
        group.cancel_scope.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
