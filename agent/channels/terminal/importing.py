"""`friday import`: the file goes up, its dry run comes back as a card, and a yes makes it so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
from rich.console import Console

from agent.channels.terminal.cards import proposal
from agent.channels.terminal.client import Client, JsonObject
from tools.cards import ProposalCard
from tools.errors import Rejected

SETTLED = frozenset({"done", "failed", "unknown", "stale", "cancelled", "expired"})
Ask = Callable[[str], str]


async def import_leads(client: Client, console: Console, file: Path, ask: Ask) -> JsonObject:
    """The outcome, as `{status, message, …}`. Raises Rejected when there is no such file."""
    try:
        content = await anyio.Path(file).read_bytes()
    except OSError as error:
        raise Rejected(f"{file} cannot be read: {error.strerror}.") from error
    upload = await client.upload(file.name, content)
    given = {"tool": "import_leads", "args": {"upload": upload["id"]}}
    made = (await client.mutate("tools.run", given))["proposal"]
    console.print(proposal(ProposalCard.model_validate(made["card"]), address=client.address))
    if made["status"] == "pending":
        if ask("Import? y/n ").strip().lower()[:1] in ("y", "j"):
            await client.mutate("approvals.decide", _yes(made))
            with console.status("importing …"):
                made = await settled(client, made["id"])
        else:
            made = await client.mutate("approvals.withdraw", {"id": made["id"]})
    card = ProposalCard.model_validate(made["card"])
    return {
        "status": made["status"],
        "message": card.problem or f"{made['status']}: {card.preview.title}",
    }


def _yes(made: JsonObject) -> dict[str, Any]:
    return {"id": made["id"], "digest": made["digest"], "decision": "approve"}


async def settled(client: Client, proposal_id: str) -> JsonObject:
    """The proposal once its execution has ended."""
    while True:
        made = await client.query("approvals.get", {"id": proposal_id})
        if made["status"] in SETTLED:
            return made
        await anyio.sleep(0.1)
