"""Calls to Slack, with answers as plain objects and refusals sorted by what can be done about them."""

from typing import Any, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

Json = dict[str, Any]

GONE = frozenset((
    "account_inactive", "app_uninstalled", "channel_not_found", "invalid_auth", "is_archived",
    "message_not_found", "not_in_channel", "restricted_action", "team_not_found",
    "thread_not_found", "token_revoked", "user_not_in_channel", "cant_update_message",
    "invalid_blocks", "msg_blocks_too_long", "msg_too_long", "not_authed", "missing_scope",
))  # fmt: skip
"""What will not be otherwise when it is tried again."""


def answer(response: AsyncSlackResponse) -> Json:
    """The object that Slack answered with."""
    data = cast(object, response.data)  # pyright: ignore[reportUnknownMemberType]
    return cast(Json, data) if isinstance(data, dict) else {}


def reason(error: SlackApiError) -> str:
    """Slack's own word for why it refused; "http" for an answer that is none of its own."""
    refused = cast(object, error.response)
    data: object = getattr(refused, "data", refused)
    return str(cast(Json, data).get("error") or "http") if isinstance(data, dict) else "http"


def is_final(error: SlackApiError) -> bool:
    """Whether another attempt would be refused as well."""
    return reason(error) in GONE
