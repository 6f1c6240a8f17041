"""A response_url: thirty minutes, five times, for the message that somebody acted on."""

from typing import Any

from tests.fakes.slack.calls import Refused, checked_blocks
from tests.fakes.slack.state import Message
from tests.fakes.slack.workspace import Workspace

Json = dict[str, Any]

LIFE = 1_800.0


def answer_hook(workspace: Workspace, id: str, given: Json) -> None:
    """Posts, replaces or deletes, as what was sent says; by itself only the one who acted sees it."""
    hook = workspace.hooks.get(id)
    if hook is None or workspace.now() - hook.at > LIFE:
        raise Refused("expired_url")
    if not hook.left:
        raise Refused("used_url")
    hook.left -= 1
    channel = workspace.channels[hook.channel]
    old = workspace.posts.get((hook.channel, hook.ts or ""))
    if given.get("delete_original") and old:
        old.deleted = True
        return
    blocks = checked_blocks(given.get("blocks") or [], workspace)
    if not (given.get("text") or blocks):
        raise Refused("no_text")
    if given.get("replace_original") and old:
        old.versions.append({**old.as_dict(), "shown": old.shown})
        old.text, old.blocks, old.markdown = given.get("text", ""), blocks, ""
        return
    bot = workspace.bot_of(channel.team_id)
    message = Message(
        channel.id, workspace.ts(), bot.user, text=given.get("text", ""), blocks=blocks
    )
    message.bot_id, message.thread_ts = bot.bot_id, given.get("thread_ts")
    message.only_for = None if given.get("response_type") == "in_channel" else hook.user
    workspace.put(message)
