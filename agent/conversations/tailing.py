"""Follows one conversation's events as they happen."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from agent.conversations.events import EventOut
from agent.conversations.wake import FLOOR, Wake


class Interrupted(Exception):
    """This process stops: whoever follows is cut off in the middle, and finds the rest by following again."""


async def follow(
    wake: Wake,
    key: str,
    *,
    look: Callable[[int], list[EventOut]],
    ended: Callable[[], bool],
    after_seq: int,
    until_turn: str | None,
) -> AsyncGenerator[EventOut]:
    """What `look` (run in a thread) finds behind `after_seq`, again and again.

    Ends after the `done` of `until_turn`, or when `ended` and there is nothing more. Raises Interrupted.
    """
    with wake.following(key) as woken:
        over = False
        while not wake.over:
            woken.clear()
            fresh = await asyncio.to_thread(look, after_seq)
            for event in fresh:
                after_seq = event.id
                yield event
                if until_turn and event.kind == "done" and event.turn_id == until_turn:
                    return
            if fresh:
                continue
            if over:
                return
            # Who resumes behind a turn's last event would wait for another one for ever; its end is
            # looked up before the last look at the events, so that none is missed.
            over = until_turn is not None and await asyncio.to_thread(ended)
            if not over and not wake.over:
                await _within(woken.wait(), FLOOR)
    raise Interrupted


async def _within(waiting: Awaitable[object], seconds: float) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return
