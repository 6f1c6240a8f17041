"""What shows that an app is at work on a thread: sessions, statuses, titles, suggested prompts."""

from typing import Any

from tests.fakes.slack.calls import Asked, Refused

Json = dict[str, Any]

SESSION_STATUSES = ("active", "processing", "suspended", "closed")
MOST_PROMPTS = 4


def set_session_status(asked: Asked) -> Json:
    channel = asked.channel("channel_id")
    thread = asked.thread(channel)
    if thread is None:
        raise Refused(
            "invalid_arguments", "[ERROR] thread_ts is required [json-pointer:/thread_ts]"
        )
    set_session(asked, channel.id, thread, asked.args["status"])
    if asked.workspace.subscribed_to_stops:
        return {}
    return {"warning": "missing_agent_session_stopped_event_subscription"}


def set_session(asked: Asked, channel: str, thread: str, status: str) -> None:
    """The new state of the session; its first call makes it."""
    if status not in SESSION_STATUSES:
        raise Refused(
            "invalid_arguments", f"[ERROR] no such status: {status} [json-pointer:/status]"
        )
    if len(asked.args.get("title", "")) > 200:
        raise Refused("invalid_arguments", "[ERROR] title is over 200 [json-pointer:/title]")
    given = {"title": asked.args.get("title"), "initiator": asked.args.get("initiator_user_id")}
    session = asked.workspace.sessions.setdefault((channel, thread), {**given, "statuses": []})
    session["status"] = status
    session["statuses"].append(status)


def set_thread_status(asked: Asked) -> Json:
    channel = asked.channel("channel_id")
    thread = asked.thread(channel) or ""
    if asked.args["status"]:
        asked.workspace.statuses[channel.id, thread] = asked.args["status"]
    else:
        asked.workspace.statuses.pop((channel.id, thread), None)
    return {}


def set_title(asked: Asked) -> Json:
    channel = asked.channel("channel_id")
    asked.workspace.titles[channel.id, asked.thread(channel) or ""] = asked.args["title"]
    return {}


def set_suggested_prompts(asked: Asked) -> Json:
    channel = asked.channel("channel_id")
    prompts = asked.args["prompts"]
    if not 1 <= len(prompts) <= MOST_PROMPTS:
        why = f"[ERROR] must have 1 to {MOST_PROMPTS} items [json-pointer:/prompts]"
        raise Refused("invalid_arguments", why)
    if not all(isinstance(one, dict) and {*one} == {"title", "message"} for one in prompts):
        why = "[ERROR] a prompt has a title and a message [json-pointer:/prompts]"
        raise Refused("invalid_arguments", why)
    shown = {"title": asked.args.get("title"), "prompts": prompts}
    asked.workspace.prompts[channel.id, asked.thread(channel)] = shown
    return {}
