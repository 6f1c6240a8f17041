"""A small app on Bolt with which the fake is tried: it answers, asks, opens a modal, and has a home."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.testclient import TestClient

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.workspace import SIGNING_SECRET

Json = dict[str, Any]

BUTTON: Json = {"type": "plain_text", "text": "Approve"}
CARD: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Send it?"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "approve", "text": BUTTON, "value": "p1"},
            {"type": "button", "action_id": "edit", "text": {**BUTTON, "text": "Edit…"}},
        ],
    },
]
MODAL: Json = {
    "type": "modal",
    "callback_id": "edit",
    "title": {"type": "plain_text", "text": "Edit"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "amount",
            "label": {"type": "plain_text", "text": "Amount"},
            "element": {"type": "plain_text_input", "action_id": "amount", "initial_value": "500"},
        }
    ],
}
HOME: Json = {"type": "home", "blocks": CARD}


@dataclass
class Heard:
    """What came in, in its order."""

    events: list[Json] = field(default_factory=list[Json])
    actions: list[Json] = field(default_factory=list[Json])
    submitted: list[Json] = field(default_factory=list[Json])


def create_echo(slack: FakeSlack, heard: Heard) -> AsyncApp:
    """The app, with the fake as its Slack."""
    client = AsyncWebClient(token=slack.workspace.bot.value, base_url=slack.api)
    app = AsyncApp(client=client, signing_secret=SIGNING_SECRET)

    async def on_message(event: Json, client: AsyncWebClient) -> None:
        heard.events.append(event)
        if event.get("channel_type") == "im" and "subtype" not in event:
            thread = event.get("thread_ts", event["ts"])
            await client.chat_postMessage(
                channel=event["channel"], text=event["text"], blocks=CARD, thread_ts=thread
            )

    async def on_other(event: Json) -> None:
        heard.events.append(event)

    async def on_approve(ack: AsyncAck, body: Json) -> None:
        await ack()
        heard.actions.append(body)

    async def on_submit(ack: AsyncAck, view: Json) -> None:
        heard.submitted.append(view)
        given = view["state"]["values"]["amount"]["amount"]["value"]
        if given.isdecimal():
            await ack()
        else:
            await ack(response_action="errors", errors={"amount": "A number, please."})

    app.event("message")(on_message)
    for kind in ("app_mention", "agent_session_stopped", "app_uninstalled", "tokens_revoked"):
        app.event(kind)(on_other)
    app.event("app_home_opened")(on_home)
    app.action("approve")(on_approve)
    app.action("edit")(on_edit)
    app.view("edit")(on_submit)
    return app


async def on_home(event: Json, client: AsyncWebClient) -> None:
    await client.views_publish(user_id=event["user"], view=HOME)


async def on_edit(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.views_open(trigger_id=body["trigger_id"], view=MODAL)


@contextmanager
def serving_echo(app: AsyncApp) -> Generator[TestClient]:
    """The app behind POST /slack/events."""
    handler = AsyncSlackRequestHandler(app)
    api = FastAPI()

    @api.post("/slack/events")
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    _ = events
    with TestClient(api) as client:
        yield client
