"""`friday erase`: what would go comes back as a card, and the name that is typed makes it so."""

from collections.abc import Callable

from rich.console import Console

from agent.channels.terminal.cards import proposal
from agent.channels.terminal.client import Client, JsonObject
from agent.channels.terminal.importing import settled
from tools.cards import ProposalCard

Ask = Callable[[str], str]


async def erase_customer(client: Client, console: Console, who: str, ask: Ask) -> JsonObject:
    """The outcome, as `{status, message}`. Raises Refused when the name was not typed as it is shown."""
    given = {"tool": "erase_customer", "args": {"customer": who}}
    made = (await client.mutate("tools.run", given))["proposal"]
    console.print(proposal(ProposalCard.model_validate(made["card"]), address=client.address))
    if made["status"] == "pending":
        typed = ask("Type the name to erase, or nothing to leave it ").strip()
        if typed:
            yes = {"id": made["id"], "digest": made["digest"], "decision": "approve"}
            await client.mutate("approvals.decide", {**yes, "typed": typed})
            with console.status("erasing …"):
                made = await settled(client, made["id"])
        else:
            made = await client.mutate("approvals.withdraw", {"id": made["id"]})
    card = ProposalCard.model_validate(made["card"])
    return {"status": made["status"], "message": card.problem or _said(made["status"])}


def _said(status: str) -> str:
    if status == "done":
        return "Erased. Within a minute no byte is left in any file."
    return f"Nothing was erased ({status})."
