"""Follows a stream of events for as long as its reader stays signed in."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

Event = TypeVar("Event")

CHECK_SECONDS = 5.0
"""How long a stream may outlive its reader's sign-in."""


async def while_allowed(
    events: AsyncGenerator[Event],
    check: Callable[[], None],
    *,
    every: float = CHECK_SECONDS,
) -> AsyncGenerator[Event]:
    """The events, until `check` raises: it is run in a thread every so many seconds, also while nothing happens."""
    loop = asyncio.get_running_loop()
    due = loop.time() + every
    coming: asyncio.Task[Event] | None = None
    async with aclosing(events):
        try:
            while True:
                if coming is None:
                    coming = asyncio.create_task(_next(events))
                await asyncio.wait({coming}, timeout=max(0.0, due - loop.time()))
                if loop.time() >= due:
                    await asyncio.to_thread(check)
                    due = loop.time() + every
                if not coming.done():
                    continue
                done, coming = coming, None
                try:
                    event = done.result()
                except StopAsyncIteration:
                    return
                yield event
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)


async def _next(events: AsyncGenerator[Event]) -> Event:
    return await anext(events)
