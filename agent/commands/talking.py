"""Commands that talk to Friday: over a running server, or in this process when there is none."""

import contextlib
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.prompt import Prompt

from agent import logs
from agent.app import create_app, prepare
from agent.channels.terminal.chat import Chat
from agent.channels.terminal.client import Client
from agent.channels.terminal.importing import import_leads
from agent.channels.terminal.tour import play
from agent.commands.hosting import hosted
from agent.commands.keeping import DEMO_OWNER, sit_down
from agent.commands.running import clock_at, furnish_demo, holding, listening_on, reached_at
from agent.lock import DataLock
from agent.settings import Settings
from tools.errors import Conflict, NotFound, ToolError

SECONDS = 120.0


@contextlib.asynccontextmanager
async def connected(
    settings: Settings, email: str, *, now: str | None = None
) -> AsyncGenerator[tuple[Client, dict[str, Any]]]:
    """A client signed in as `email` (the only owner when empty), and who that is.

    It is a person at a keyboard, who may decide here what they may decide on the page.
    """
    logs.set_up(settings.data_dir, quiet=True)
    async with _reached(settings, now=now) as http:
        client = Client(http, sit_down(settings, email, clock=clock_at(now)))
        try:
            yield client, await client.query("auth.me")
        finally:
            # A server that has gone meanwhile cannot be told: then the sign-in runs out by itself.
            with contextlib.suppress(ToolError):
                await client.mutate("auth.signOut")


@contextlib.asynccontextmanager
async def _reached(settings: Settings, *, now: str | None) -> AsyncGenerator[httpx.AsyncClient]:
    address = await running_server(settings)
    if address:
        async with reached(address) as http:
            yield http
        return
    with _own_server(settings, now=now) as address:
        async with reached(address) as http:
            yield http


def reached(address: str) -> httpx.AsyncClient:
    """A client of the server at that address."""
    # Proxies of the environment are for other machines; this one is reached directly.
    return httpx.AsyncClient(base_url=address, timeout=SECONDS, trust_env=False)


@contextlib.contextmanager
def _own_server(settings: Settings, *, now: str | None) -> Generator[str]:
    """A server in this process, on a free port of this machine, for as long as the command lasts."""
    here = settings.model_copy(update={"host": "127.0.0.1", "port": 0, "public_url": ""})
    with holding(here) as lock, listening_on(here) as listening:
        here = reached_at(here, listening, lock)
        with contextlib.closing(prepare(here)) as store:
            app = create_app(here, clock=clock_at(now), store=store, lock=lock)
            furnish_demo(app)
            with hosted(app, listening):
                yield here.base_url


async def running_server(settings: Settings) -> str | None:
    """The address of the server of these settings, when one answers there."""
    if not settings.embedded:
        return settings.base_url
    address = DataLock(*settings.folders).holder()
    if address is None:
        return None
    try:
        async with reached(address) as http:
            await http.get("/health", timeout=5.0)
    except httpx.TransportError:
        return None
    return address


async def chat(settings: Settings, console: Console, email: str) -> None:
    """`friday chat`."""
    async with connected(settings, email) as (client, me):
        console.print(f"{me['firm']} · {me['name']} ({me['role']})", style="bold", markup=False)
        await Chat(client, console, _line_from(console), language=me["language"]).run()


def _line_from(console: Console) -> Callable[[str], str]:
    """Reads a line; Ctrl-C ends the reading at once instead of only cancelling the task around it."""

    def ask(text: str) -> str:
        kept = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return console.input(text, markup=False)
        finally:
            signal.signal(signal.SIGINT, kept)

    return ask


async def tour(settings: Settings, console: Console, *, now: str | None) -> None:
    """`friday tour`."""
    try:
        async with connected(settings, DEMO_OWNER, now=now) as (client, _):
            await play(client, console)
    except NotFound as error:
        raise Conflict("The tour needs the demo firm. Run `friday demo reset` first.") from error


async def import_file(
    settings: Settings, console: Console, file: Path, email: str, yes: bool
) -> dict[str, Any]:
    """`friday import`: the dry run as a card, then the import once it is approved."""
    async with connected(settings, email) as (client, _):

        def ask(text: str) -> str:
            return "y" if yes else Prompt.ask(text, console=console)

        return await import_leads(client, console, file, ask)
