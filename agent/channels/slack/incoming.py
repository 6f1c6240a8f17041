"""Messages as people write them in Slack: whether they are meant for Friday, and what they say."""

import re
from collections.abc import Mapping
from typing import Any

_LINK = re.compile(r"<(?:mailto:|tel:)?(?P<to>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_NAMES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
SPOKEN = frozenset((None, "file_share", "thread_broadcast", "me_message"))
"""Kinds of messages that a person writes; an edit or a deletion is none."""


def is_spoken(event: Mapping[str, Any]) -> bool:
    """Whether a person wrote it just now."""
    return (
        event.get("type") in ("message", "app_mention")
        and event.get("subtype") in SPOKEN
        and not event.get("bot_id")
        and not event.get("hidden")
        and bool(event.get("user") and event.get("channel") and event.get("ts"))
    )


def mentions(event: Mapping[str, Any], bot_user: str) -> bool:
    """Whether it calls the bot by its name."""
    return event.get("type") == "app_mention" or f"<@{bot_user}" in str(event.get("text") or "")


def words_of(event: Mapping[str, Any], bot_user: str) -> str:
    """The words, without Slack's own spelling of links and signs, and without the bot's name in front."""
    text = str(event.get("text") or "")
    text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^<>]*)?>[,:]?", " ", text)
    text = _LINK.sub(_as_written, text)
    for name, sign in _NAMES.items():
        text = text.replace(name, sign)
    return re.sub(r"[ \t]+", " ", text).strip()


def _as_written(link: re.Match[str]) -> str:
    to, label = link["to"], link["label"]
    if to.startswith(("@", "#", "!")):
        return label or to
    # What was typed is the label: Slack makes links of addresses and numbers by itself.
    return label or to


def place_of(event: Mapping[str, Any]) -> str:
    """The thread: its root's time, or that of a message which begins one."""
    return str(event.get("thread_ts") or event["ts"])


def is_direct(event: Mapping[str, Any]) -> bool:
    """Whether only this person and the bot read it."""
    return event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")
