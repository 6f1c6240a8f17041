"""Commands over what Friday remembers: making all that search looks through anew, and erasing for good."""

from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.prompt import Prompt

from agent.app import create_app, prepare
from agent.channels.terminal.erasing import erase_customer
from agent.commands.running import holding
from agent.commands.talking import connected, running_server
from agent.erasing import Erasing
from agent.settings import Settings
from agent.wiring import make_vectors
from memory.store import StoreBusy
from memory.upkeep import rebuild
from memory.vectors import VectorsBusy
from tools.errors import Conflict


def reindex(settings: Settings, console: Console) -> dict[str, Any]:
    """Texts, index and vectors of every firm, made from the records.

    With an embedded store it needs the data directory's lock: Conflict while a server runs on it.
    """
    with holding(settings):
        store = prepare(settings)
        vectors = make_vectors(settings, store)
        try:
            with Progress(console=console, transient=True) as progress:
                bars: dict[tuple[str, int], TaskID] = {}

                def tell(what: str, done: int, total: int) -> None:
                    if (what, total) not in bars:
                        bars[what, total] = progress.add_task(what, total=total)
                    progress.update(bars[what, total], completed=done)

                count = rebuild(store, vectors, tell=tell)
        except VectorsBusy as error:
            raise Conflict(str(error)) from error
        finally:
            if vectors is not None:
                vectors.close()
            store.close()
    return {"texts": count, "message": f"{count:,} texts can be searched."}


def scrub(settings: Settings) -> dict[str, Any]:
    """Clean every file of what was forgotten or erased, as the jobs do by themselves within a minute.

    With an embedded store it needs the data directory's lock: Conflict while a server runs on it.
    """
    with holding(settings):
        store = prepare(settings)
        app = create_app(settings, store=store)
        erasing = Erasing(
            store=store,
            forgetting=app.conversations.forgetting,
            vectors=app.vectors,
            data_dir=settings.data_dir,
            clock=app.clock,
        )
        try:
            count = erasing.now()
        except (VectorsBusy, StoreBusy) as error:
            raise Conflict(str(error)) from error
        finally:
            app.jobs.stop()
            if app.vectors is not None:
                app.vectors.close()
            store.close()
    return {"finished": count, "message": "No byte is left of what was forgotten or erased."}


async def erase(
    settings: Settings, console: Console, who: str, email: str, typed: str
) -> dict[str, Any]:
    """`friday erase`: what would go as a card, then the erasure once the name is typed."""
    served = await running_server(settings) is not None
    async with connected(settings, email) as (client, _):

        def ask(text: str) -> str:
            return typed or Prompt.ask(text, console=console, default="", show_default=False)

        told = await erase_customer(client, console, who, ask)
    if told["status"] == "done" and not served:
        scrub(settings)  # nobody is there who would do it within a minute
    return told
