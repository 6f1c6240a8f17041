"""Runs the application under uvicorn: in the foreground until a signal, or in a thread for the length of a command."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Generator
from concurrent.futures import Future
from types import FrameType

import uvicorn

from agent.app import App

TURN_SECONDS = 1.0
"""How long a stop waits for models that are writing; their turns end as stopped then."""
GRACE_SECONDS = 5
"""How long it waits for requests that are being answered."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """uvicorn that ends quietly on a signal, so that what works behind it can still be put away.

    Its streams would never end by themselves, so a stop begins with ending them.
    """

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, end tails, turns and jobs, and let the rest be answered."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._app.conversations.wind_up(TURN_SECONDS))
            group.create_task(asyncio.to_thread(self._app.jobs.rest))
            group.create_task(super().shutdown(sockets))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Takes the signals while it serves, and gives them back unraised. Threads are sent none."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        kept = {name: signal.signal(name, self.handle_exit) for name in SIGNALS}
        try:
            yield
        finally:
            for name, handler in kept.items():
                signal.signal(name, handler)


def host(app: App, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM. A failed start raises what was wrong instead of logging it."""
    asyncio.run(_hosted(app, _server(app), listening, Future()))


def labour(app: App) -> None:
    """Do the jobs, and answer the turns that follow from them, until SIGINT or SIGTERM; nothing is served."""
    asyncio.run(_labouring(app))


@contextlib.contextmanager
def hosted(app: App, listening: socket.socket) -> Generator[None]:
    """Serve in a thread while the block runs: reading a line from the terminal must not stop the server."""
    server = _server(app)
    ready: Future[None] = Future()
    thread = threading.Thread(
        target=asyncio.run, args=(_told(app, server, listening, ready),), name="friday-server"
    )
    thread.start()
    try:
        ready.result()
        yield
    finally:
        server.should_exit = True
        thread.join()


def _server(app: App) -> Server:
    # The lifespan is ours (`App.running`): uvicorn's would turn a failed start into a trace and an exit.
    return Server(
        uvicorn.Config(
            app.asgi,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            # Whoever calls from this machine could name any address, so only where a proxy stands in front.
            proxy_headers=bool(app.settings.public_url),
            timeout_graceful_shutdown=GRACE_SECONDS,
        ),
        app,
    )


async def _hosted(app: App, server: Server, listening: socket.socket, ready: Future[None]) -> None:
    async with app.running():
        ready.set_result(None)
        await server.serve(sockets=[listening])


async def _labouring(app: App) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(ended.set)

    for name in SIGNALS:
        signal.signal(name, end)
    async with app.running():
        await ended.wait()


async def _told(app: App, server: Server, listening: socket.socket, ready: Future[None]) -> None:
    try:
        await _hosted(app, server, listening, ready)
    except Exception as error:
        if ready.done():
            raise
        ready.set_exception(error)
