"""Commands over what Friday learnt from pressed buttons: by the running server where there is one."""

from typing import Any

from agent.commands.talking import connected
from agent.settings import Settings


async def taught_list(settings: Settings, email: str) -> dict[str, Any]:
    """What it has learnt in the firm of this person, the newest first."""
    async with connected(settings, email) as (client, _):
        phrases = await client.query("taught.list")
    lines = [f"{one['id']}  “{one['wording']}” → {one['label']} ({one['by']})" for one in phrases]
    return {
        "phrases": phrases,
        "message": "\n".join(lines) or "Nothing has been learnt from buttons yet.",
    }


async def taught_revert(settings: Settings, email: str, id: str) -> dict[str, Any]:
    """Unlearn one phrase, from the next message on. Raises Refused when there is none of that id."""
    async with connected(settings, email) as (client, _):
        gone = await client.mutate("taught.revert", {"id": id})
    return {"phrase": gone, "message": f"“{gone['wording']}” is unlearnt."}
