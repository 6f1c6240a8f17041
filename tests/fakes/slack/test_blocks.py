"""Blocks and arguments that Slack would refuse are refused, with the reason and the place."""

from typing import Any

import pytest
from slack_sdk.models.blocks import (
    ContextActionsBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
    MarkdownBlock,
    TaskCardBlock,
)

from tests.fakes.slack.conftest import Caller
from tests.fakes.slack.shapes import manifest_faults
from tests.fakes.slack.state import Channel


def words(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": text}


def button(action_id: str = "a", text: str = "OK", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": words(text), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": [*elements]}


CONFIRM = {"title": words("t" * 101), "text": words("sure?")}

WRONG: list[tuple[list[Any], str, str]] = [
    ([{"type": "sektion"}], "unsupported type: sektion", "/blocks/0"),
    ([{"type": "section", "txt": words("x")}], "'txt' was unexpected", "/blocks/0"),
    ([{"type": "section"}], "missing one of text, fields", "/blocks/0"),
    ([{"type": "section", "text": words("x" * 3001)}], "less than 3001", "/blocks/0/text"),
    ([{"type": "header", "text": words("x" * 151)}], "less than 151", "/blocks/0/text"),
    ([{"type": "header", "text": words("x", "mrkdwn")}], '"mrkdwn"', "/blocks/0/text/type"),
    ([{"type": "header", "text": words("")}], "more than 0", "/blocks/0/text/text"),
    ([{"type": "section", "fields": [words("x" * 2001)]}], "2001", "/blocks/0/fields/0/text"),
    ([{"type": "section", "fields": [words("x")] * 11}], "1 to 10 items", "/blocks/0/fields"),
    ([actions(button(text="x" * 76))], "less than 76", "/blocks/0/elements/0/text"),
    ([actions(button(value="x" * 2001))], "2001", "/blocks/0/elements/0/value"),
    ([actions(button("x" * 256))], "less than 256", "/blocks/0/elements/0/action_id"),
    ([actions(button(), button())], '`action_id` "a" already exists', "/blocks/0"),
    ([actions(*[button(str(n)) for n in range(26)])], "1 to 25 items", "/blocks/0/elements"),
    ([actions(button(style="blue"))], '"blue" is not allowed', "/blocks/0/elements/0/style"),
    ([actions(button(valu="1"))], "'valu' was unexpected", "/blocks/0/elements/0"),
    ([actions(button(confirm=CONFIRM))], "101", "/blocks/0/elements/0/confirm/title"),
    ([{"type": "context", "elements": [words("x")] * 11}], "1 to 10", "/blocks/0/elements"),
    ([{"type": "divider", "block_id": "b"}] * 2, '`block_id` "b" already exists', "/blocks"),
    ([{"type": "divider"}] * 51, "no more than 50 items", "/blocks"),
    ([{"type": "markdown", "text": "x" * 12_001}], "12001", "/blocks/0/text"),
    ([{"type": "markdown", "text": "x" * 6_001}] * 2, "12000 together", "/blocks"),
    ([{"type": "image", "alt_text": "x"}], "'image_url' is a required", "/blocks/0"),
    ([5], "failed to match", "/blocks/0"),
]


@pytest.mark.parametrize(("blocks", "why", "where"), WRONG)
def test_wrong_blocks_are_refused_with_the_reason(
    call: Caller, ops: Channel, blocks: list[Any], why: str, where: str
) -> None:
    refused = call("chat_postMessage", channel=ops.id, text="x", blocks=blocks)

    assert refused["error"] == "invalid_blocks"
    reasons = "\n".join(refused["response_metadata"]["messages"])
    assert why in reasons
    assert f"[json-pointer:{where}]" in reasons


def test_what_the_sdk_builds_is_taken(call: Caller, ops: Channel) -> None:
    up, down = (FeedbackButtonObject(text=t, value=t) for t in ("Good", "Bad"))
    feedback = FeedbackButtonsElement(
        action_id="feedback", positive_button=up, negative_button=down
    )
    blocks = [
        MarkdownBlock(text="| a | b |\n|---|---|\n| 1 | 2 |"),
        TaskCardBlock(task_id="t1", title="Looking", status="complete"),
        ContextActionsBlock(elements=[feedback]),
    ]

    assert call("chat_postMessage", channel=ops.id, text="x", blocks=blocks)["ok"]


def test_all_text_of_a_message_together_is_limited(call: Caller, ops: Channel) -> None:
    blocks = [{"type": "section", "text": words("x" * 2_900)}] * 5
    refused = call("chat_postMessage", channel=ops.id, text="x", blocks=blocks)

    assert refused["error"] == "msg_blocks_too_long"


@pytest.mark.parametrize(
    ("method", "given", "why"),
    [
        ("chat.postMessage", {"text": "x"}, "missing required field: channel"),
        ("chat.postMessage", {"channel": "C", "txt": "x"}, "no such argument: txt"),
        ("chat.postMessage", {"channel": 5, "text": "x"}, "must be a string: channel"),
        ("users.info", {}, "missing required field: user"),
        ("chat.startStream", {"channel": "C"}, "missing required field: thread_ts"),
    ],
)
def test_wrong_arguments_are_refused_with_the_reason(
    call: Caller, method: str, given: dict[str, Any], why: str
) -> None:
    refused = call("api_call", api_method=method, json=given)

    assert refused["error"] == "invalid_arguments"
    assert why in refused["response_metadata"]["messages"][0]


def test_an_unknown_method_is_refused(call: Caller) -> None:
    assert call("api_call", api_method="chat.shout", json={})["error"] == "unknown_method"


def test_a_manifest_is_read_strictly() -> None:
    manifest = {
        "display_information": {"name": "Friday"},
        "settings": {"event_subscriptions": {"bot_events": ["agent_session_stopped"]}},
        "features": {"bot_user": {"display_name": "friday", "allways_online": True}},
    }

    (fault,) = manifest_faults(manifest)
    assert "'allways_online' was unexpected" in fault
