"""A real Socket Mode client takes envelopes, acknowledges them, and comes back when it is told to."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.conftest import Caller
from tests.fakes.slack.doors import Envelopes
from tests.fakes.slack.driver import People
from tests.fakes.slack.echo import Heard, create_echo
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import User


@contextmanager
def connected(slack: FakeSlack, heard: Heard) -> Generator[None]:
    """The small app on a socket, in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def connect() -> AsyncSocketModeHandler:
        client = AsyncWebClient(base_url=slack.api)
        token = slack.workspace.app_token.value
        handler = AsyncSocketModeHandler(create_echo(slack, heard), token, web_client=client)
        await handler.connect_async()
        return handler

    handler = asyncio.run_coroutine_threadsafe(connect(), loop).result(5)
    try:
        slack.until(lambda: slack.sockets.open)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(ended(handler), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def ended(handler: AsyncSocketModeHandler) -> None:
    """Closes it, and waits for the tasks that it leaves behind after a reconnection."""
    await handler.close_async()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture
def socket_people(slack: FakeSlack, heard: Heard) -> Generator[People]:
    with connected(slack, heard):
        yield People(slack, Envelopes(slack))


def test_a_message_goes_out_and_its_answer_comes_back(socket_people: People, mette: User) -> None:
    said = socket_people.say(mette, None, "hej")

    assert said.events[0].answer.ok
    space = socket_people.slack.workspace
    answer = socket_people.slack.until(lambda: space.from_bot(said.message.channel))[0]
    assert answer.thread == said.ts


def test_a_repeated_event_says_which_attempt_it_is(
    socket_people: People, mette: User, heard: Heard
) -> None:
    first = socket_people.say(mette, None, "hej").events[0]
    socket_people.again(first, attempt=2, reason="timeout")

    socket_people.slack.until(lambda: len(heard.events) == 2)
    envelope = socket_people.slack.sockets.sent[-1]
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (2, "timeout")


def test_the_errors_of_a_modal_come_with_the_acknowledgement(
    socket_people: People, mette: User
) -> None:
    slack = socket_people.slack
    said = socket_people.say(mette, None, "hej")
    card = slack.until(lambda: slack.workspace.from_bot(said.message.channel))[0]
    socket_people.press(mette, card, "edit")
    slack.until(lambda: slack.workspace.modal(mette))

    answer = socket_people.submit(mette, amount="many")
    assert answer.errors == {"amount": "A number, please."}


def test_it_comes_back_on_another_connection_when_it_is_told_to(
    socket_people: People, mette: User
) -> None:
    slack = socket_people.slack
    slack.do(slack.sockets.disconnect())

    slack.until(lambda: slack.sockets.open)
    assert socket_people.say(mette, None, "hej").events[0].answer.ok
    assert len(slack.asked("apps.connections.open", ok=True)) == 2


def test_it_comes_back_when_its_connection_ends(socket_people: People, mette: User) -> None:
    slack = socket_people.slack
    slack.do(slack.sockets.drop())

    slack.until(lambda: slack.sockets.open)
    assert socket_people.say(mette, None, "hej").events[0].answer.ok


def test_nobody_hears_where_nobody_is_connected(slack: FakeSlack, mette: User) -> None:
    people = People(slack, Envelopes(slack))

    answer = people.say(mette, None, "hej").events[0].answer
    assert answer.status == 0


def test_only_an_app_token_opens_a_socket(slack: FakeSlack, call: Caller) -> None:
    bot = slack.workspace.bot.value

    refused = call("apps_connections_open", app_token=bot)
    assert refused["error"] == "not_allowed_token_type"
    assert call("apps_connections_open", app_token=slack.workspace.app_token.value)["ok"]
