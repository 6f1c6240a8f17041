"""The payloads that Slack sends, from what they are about."""

from typing import Any

from tests.fakes.slack.state import Channel, Message, Team, Token, User, View

Json = dict[str, Any]

KINDS = {"public": "channel", "private": "group", "im": "im"}


def envelope(event: Json, bot: Token, *, id: str, at: float) -> Json:
    """An event as it is posted."""
    return {
        "token": "unused",
        "team_id": bot.team_id,
        "context_team_id": bot.team_id,
        "context_enterprise_id": None,
        "api_app_id": bot.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": id,
        "event_time": int(at),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": bot.team_id,
                "user_id": bot.user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{id}",
    }


def messages(message: Message, channel: Channel, user: User, bot: Token) -> list[Json]:
    """The event of a message, and before it its twin where the bot is mentioned in a channel."""
    event: Json = {
        "type": "message",
        "user": user.id,
        "text": message.text,
        "ts": message.ts,
        "team": user.team_id,
        "channel": channel.id,
        "event_ts": message.ts,
        "blocks": _typed(message),
    }
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    if message.files:
        event |= {"subtype": "file_share", "files": [file.as_dict() for file in message.files]}
    if user.team_id != channel.team_id:
        event |= {"user_team": user.team_id, "source_team": user.team_id}
    if user.is_bot:
        event["bot_id"] = f"B{user.id[1:]}"
    twin = {n: v for n, v in event.items() if n != "subtype"} | {"type": "app_mention"}
    told = {**event, "channel_type": KINDS[channel.kind]}
    mentioned = channel.kind != "im" and f"<@{bot.user}>" in message.text
    return [twin, told] if mentioned else [told]


def change(channel: Channel, subtype: str, *, at: str, before: Json, after: Json | None) -> Json:
    """The event of an edit or a deletion; it is hidden, and the people are in the messages inside it."""
    more = {"message": after} if after else {"deleted_ts": before["ts"]}
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "channel_type": KINDS[channel.kind],
        "ts": at,
        "event_ts": at,
        "previous_message": before,
        **more,
    }


def home_opened(user: User, dm: Channel, tab: str, view: View | None, *, at: str) -> Json:
    """app_home_opened; the view is the one that was published before."""
    told: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": dm.id,
        "tab": tab,
        "event_ts": at,
    }
    return {**told, "view": view.as_dict()} if view else told


def session_stopped(user: User, message: Message, streams: list[str], *, at: str) -> Json:
    """agent_session_stopped, with the streams that Slack has ended."""
    return {
        "type": "agent_session_stopped",
        "user": user.id,
        "channel": message.channel,
        "thread_ts": message.thread,
        "streaming_message_ts": streams,
        "event_ts": at,
    }


def interaction(kind: str, user: User, bot: Token, team: Team, trigger: str) -> Json:
    """What every interaction begins with."""
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.name.split()[0].lower()},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user.id,
            "username": user.name.lower(),
            "name": user.name.lower(),
            "team_id": user.team_id,
        },
        "api_app_id": bot.app_id,
        "token": "unused",
        "trigger_id": trigger,
    }


def in_message(message: Message, channel: Channel, url: str) -> Json:
    """The place of what was pressed: a message. An ephemeral one comes without its content."""
    hidden = message.only_for is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": hidden,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    name = "directmessage" if channel.kind == "im" else channel.name
    told: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": name},
        "response_url": url,
        "state": {"values": {}},
    }
    return told if hidden else {**told, "message": message.as_dict()}


def in_view(view: View) -> Json:
    """The place of what was pressed: a modal or a home."""
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": view.as_dict(),
    }


def _typed(message: Message) -> list[Json]:
    """What the composer makes of typed text."""
    if not message.text:
        return []
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": message.text}]}
    return [{"type": "rich_text", "block_id": "typed", "elements": [words]}]
