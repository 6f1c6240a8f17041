"""Messages that are written while somebody reads, and that end when Slack or a reader says so."""

from typing import Any

from tests.fakes.slack.calls import Asked, Refused, checked_blocks
from tests.fakes.slack.limits import MARKDOWN
from tests.fakes.slack.methods.agents import set_session
from tests.fakes.slack.shapes import shape_faults
from tests.fakes.slack.state import Channel, Message, Stream

Json = dict[str, Any]

ENDED = {
    "stopped": "message_not_in_streaming_state",
    "expired": "message_not_in_streaming_state",
    "stopped_by_user": "stopped_by_user",
}


def start(asked: Asked) -> Json:
    channel = asked.channel()
    recipient = _recipient(asked, channel)
    space = asked.workspace
    message = Message(
        channel.id,
        space.ts(),
        asked.token.user,
        thread_ts=asked.thread(channel),
        bot_id=asked.token.bot_id,
        app_id=asked.token.app_id,
        stream=Stream(space.now(), recipient=recipient),
    )
    _write(asked, message)
    space.put(message)
    space.statuses.pop((channel.id, message.thread), None)
    return {"channel": channel.id, "ts": message.ts}


def append(asked: Asked) -> Json:
    channel = asked.channel()
    message = _streaming(asked, channel)
    if not (asked.args.get("markdown_text") or asked.args.get("chunks")):
        raise Refused("no_text")
    _write(asked, message)
    return {"channel": channel.id, "ts": message.ts}


def stop(asked: Asked) -> Json:
    channel = asked.channel()
    message = _streaming(asked, channel)
    blocks = asked.blocks()
    _write(asked, message)
    message.blocks = [*message.blocks, *blocks]
    message.metadata = asked.args.get("metadata")
    assert message.stream
    message.stream.state = "stopped"
    if status := asked.args.get("session_status"):
        set_session(asked, channel.id, message.thread, status)
    return {"channel": channel.id, "ts": message.ts, "message": message.as_dict()}


def _recipient(asked: Asked, channel: Channel) -> tuple[str | None, str | None]:
    """Outside direct messages Slack must be told for whom it is."""
    team, user = asked.args.get("recipient_team_id"), asked.args.get("recipient_user_id")
    if channel.kind != "im" and not team:
        raise Refused("missing_recipient_team_id")
    if channel.kind != "im" and not user:
        raise Refused("missing_recipient_user_id")
    if team and team not in asked.workspace.teams:
        raise Refused("team_not_found")
    if user and user not in asked.workspace.users:
        raise Refused("user_not_found")
    return team, user


def _streaming(asked: Asked, channel: Channel) -> Message:
    message = asked.own(channel, or_else="message_not_owned_by_app")
    stream = message.stream
    if stream is None:
        raise Refused("message_not_in_streaming_state")
    too_old = asked.workspace.now() - stream.started > asked.workspace.stream_life
    if stream.state == "streaming" and too_old:
        stream.state = "expired"
    if stream.state != "streaming":
        raise Refused(ENDED[stream.state])
    return message


def _write(asked: Asked, message: Message) -> None:
    """Adds the arguments to the message: words behind words, a task over its earlier state."""
    stream = message.stream
    assert stream
    chunks = _checked(asked.args.get("chunks") or [])
    words = asked.args.get("markdown_text", "")
    words += "".join(chunk["text"] for chunk in chunks if chunk["type"] == "markdown_text")
    if len(message.markdown) + len(words) > MARKDOWN:
        raise Refused("msg_too_long")
    shown = [block for chunk in chunks if chunk["type"] == "blocks" for block in chunk["blocks"]]
    blocks = checked_blocks(shown, asked.workspace)
    message.markdown += words
    message.blocks = [*message.blocks, *blocks]
    stream.chunks += chunks
    for chunk in chunks:
        if chunk["type"] == "task_update":
            stream.tasks[chunk["id"]] = {**stream.tasks.get(chunk["id"], {}), **chunk}
        elif chunk["type"] == "plan_update":
            stream.plan = chunk["title"]


def _checked(chunks: list[Any]) -> list[Json]:
    faults = [
        fault
        for index, chunk in enumerate(chunks)
        for fault in shape_faults("chunk", chunk, f"/chunks/{index}")
    ]
    if faults:
        raise Refused("invalid_chunks", *faults)
    return chunks
