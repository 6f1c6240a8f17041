"""Messages: posted, changed, taken back, shown to one person only."""

from typing import Any

from tests.fakes.slack.calls import Asked, Refused
from tests.fakes.slack.limits import MARKDOWN
from tests.fakes.slack.shapes import shape_faults
from tests.fakes.slack.state import Message

Json = dict[str, Any]

HARD_LIMIT = 40_000
"""Slack cuts what is longer; the fake refuses it, so that no test loses words unseen."""
UPDATE_LIMIT = 4_000
"""Bytes of an updated text, counted after & < > are escaped."""


def post_message(asked: Asked) -> Json:
    channel = asked.channel()
    message = _written(asked, channel.id)
    message.thread_ts = asked.thread(channel)
    message.unfurl = (asked.args.get("unfurl_links"), asked.args.get("unfurl_media"))
    asked.workspace.put(message)
    asked.workspace.statuses.pop((channel.id, message.thread), None)
    return {"channel": channel.id, "ts": message.ts, "message": message.as_dict()}


def post_ephemeral(asked: Asked) -> Json:
    channel = asked.channel()
    user = asked.user()
    if user.id not in channel.members:
        raise Refused("user_not_in_channel")
    message = _written(asked, channel.id)
    message.thread_ts = asked.args.get("thread_ts")
    message.only_for = user.id
    asked.workspace.put(message)
    return {"message_ts": message.ts}


def update(asked: Asked) -> Json:
    channel = asked.channel()
    message = asked.own(channel, or_else="cant_update_message")
    if message.stream and message.stream.state == "streaming":
        raise Refused("streaming_state_conflict")
    text = asked.args.get("text", "")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped.encode()) > UPDATE_LIMIT:
        raise Refused("msg_too_long")
    new = _written(asked, channel.id, old=message)
    message.versions.append({**message.as_dict(), "shown": message.shown})
    keep = "text" not in asked.args and "markdown_text" not in asked.args
    message.text, message.markdown = new.text or (message.text if keep else ""), new.markdown
    message.blocks = new.blocks if "blocks" in asked.args or not keep else message.blocks
    message.attachments, message.metadata = new.attachments, new.metadata or message.metadata
    message.edited = asked.workspace.ts()
    message.stream = None
    told = message.as_dict()
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": told}


def delete(asked: Asked) -> Json:
    channel = asked.channel()
    message = asked.own(channel, or_else="cant_delete_message")
    message.versions.append({**message.as_dict(), "shown": message.shown})
    message.deleted = True
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(asked: Asked) -> Json:
    channel = asked.channel(writes=False)
    ts = asked.args["message_ts"]
    if (channel.id, ts) not in asked.workspace.posts:
        raise Refused("message_not_found")
    link = f"https://fake.slack.example/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(asked: Asked) -> Json:
    channel = asked.channel()
    message = asked.workspace.posts.get((channel.id, asked.args["timestamp"]))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    reaction = (asked.token.user, asked.args["name"])
    if reaction in message.reactions:
        raise Refused("already_reacted")
    message.reactions.append(reaction)
    return {}


def _written(asked: Asked, channel: str, *, old: Message | None = None) -> Message:
    """The message that the arguments make."""
    args = asked.args
    markdown = args.get("markdown_text", "")
    if markdown and (args.get("text") or args.get("blocks")):
        raise Refused("markdown_text_conflict")
    if len(markdown) > MARKDOWN or len(args.get("text", "")) > HARD_LIMIT:
        raise Refused("msg_too_long")
    attachments = _attachments(args.get("attachments") or [])
    blocks = asked.blocks()
    if not (args.get("text", "").strip() or markdown.strip() or blocks or attachments):
        raise Refused("no_text")
    return Message(
        channel,
        old.ts if old else asked.workspace.ts(),
        asked.token.user,
        text=args.get("text", ""),
        markdown=markdown,
        blocks=blocks,
        attachments=attachments,
        metadata=args.get("metadata"),
        bot_id=asked.token.bot_id,
        app_id=asked.token.app_id,
    )


def _attachments(given: list[Any]) -> list[Json]:
    faults = [
        fault
        for index, each in enumerate(given)
        for fault in shape_faults("attachment", each, f"/attachments/{index}")
    ]
    if faults:
        raise Refused("invalid_attachments", *faults)
    return given
