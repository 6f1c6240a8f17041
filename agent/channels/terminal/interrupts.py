"""Ctrl-C while an answer is written stops the answer, and a second one the program."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Generator


@contextlib.contextmanager
def interrupted(stop: Callable[[], Awaitable[None]]) -> Generator[None]:
    """Runs `stop` at the first Ctrl-C inside the block. Where signals cannot be heard, nothing changes."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Future[None]] = []

    def pressed() -> None:
        if stopping and task is not None:
            task.cancel()
        else:
            stopping.append(asyncio.ensure_future(stop()))

    kept = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, pressed)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, kept)
