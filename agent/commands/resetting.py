"""`friday demo reset`: by the running server where there is one, else in this process."""

import contextlib
from typing import Any

from agent.app import create_app, prepare
from agent.channels.terminal.client import Client
from agent.commands.keeping import DEMO_OWNER, token
from agent.commands.running import clock_at, holding
from agent.commands.talking import reached, running_server
from agent.firms.demo.reset import reset
from agent.firms.demo.seed import TENANT
from agent.settings import Settings
from tools.errors import Conflict, NotFound, Rejected

DONE = {"tenant": TENANT, "message": "The demo firm is as it was."}


async def demo_reset(settings: Settings, *, now: str | None) -> dict[str, Any]:
    """Remove the demo firm with all its rows, and seed it anew. Other firms are left alone."""
    if not settings.embedded:
        raise Rejected("The demo firm lives in an embedded store only (no FRIDAY_DATABASE_URL).")
    clock = clock_at(now)
    address = await running_server(settings)
    if address is not None:
        await _ask(settings, address, {"now": clock().isoformat()} if now else {})
        return DONE
    with holding(settings), contextlib.closing(prepare(settings)) as store:
        app = create_app(settings, clock=clock, store=store)
        reset(store, app.gate, app.conversations, now=clock())
        app.jobs.stop()
    return DONE


async def _ask(settings: Settings, address: str, given: dict[str, str]) -> None:
    try:
        bearer = token(settings, DEMO_OWNER, "")["token"]
    except NotFound as error:
        raise Conflict(
            f"There is no demo firm in this store. Stop the server on {address}, and run this again to add one."
        ) from error
    async with reached(address) as http:
        await Client(http, bearer).mutate("demo.reset", given)
