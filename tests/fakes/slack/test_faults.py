"""What is planned to go wrong goes wrong for the real client, and once."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio
import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.conftest import Caller
from tests.fakes.slack.faults import Errors, Fails, HangsUp, RateLimited, Slow
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, User


def test_a_rate_limit_is_waited_out_by_the_handler_of_the_sdk(
    slack: FakeSlack, client: AsyncWebClient, ops: Channel
) -> None:
    slack.faults.add("chat.postMessage", RateLimited(seconds=1))
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))

    begun = time.monotonic()
    asyncio.run(client.chat_postMessage(channel=ops.id, text="hej"))
    assert time.monotonic() - begun >= 1
    assert [call.status for call in slack.asked("chat.postMessage")] == [429, 200]
    assert len(slack.workspace.from_bot(ops)) == 1


def test_without_a_handler_a_rate_limit_is_an_error(
    slack: FakeSlack, client: AsyncWebClient, ops: Channel
) -> None:
    slack.faults.add("chat.postMessage", RateLimited(seconds=30))

    with pytest.raises(SlackApiError) as refused:
        asyncio.run(client.chat_postMessage(channel=ops.id, text="hej"))
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers["Retry-After"] == "30"


def test_a_server_error_after_the_deed_doubles_a_message_that_is_retried(
    slack: FakeSlack, client: AsyncWebClient, ops: Channel
) -> None:
    slack.faults.add("chat.postMessage", Fails(500, done=True))
    client.retry_handlers.append(AsyncServerErrorRetryHandler(max_retry_count=1))

    asyncio.run(client.chat_postMessage(channel=ops.id, text="hej"))
    assert len(slack.workspace.from_bot(ops)) == 2


def test_a_connection_that_ends_is_a_connection_error(
    slack: FakeSlack, client: AsyncWebClient, ops: Channel
) -> None:
    slack.faults.add("chat.postMessage", HangsUp(done=True))
    client.retry_handlers.clear()

    with pytest.raises(aiohttp.ServerDisconnectedError):
        asyncio.run(client.chat_postMessage(channel=ops.id, text="hej"))
    assert len(slack.workspace.from_bot(ops)) == 1


def test_an_error_is_answered_so_many_times(slack: FakeSlack, call: Caller, mette: User) -> None:
    slack.faults.add("users.info", Errors("fatal_error"), times=2)

    answers = [call("users_info", user=mette.id) for _ in range(3)]
    assert [answer.get("error") for answer in answers] == ["fatal_error", "fatal_error", None]


def test_a_method_can_always_be_slow(slack: FakeSlack, call: Caller, mette: User) -> None:
    slack.faults.always["users.info"] = Slow(0.2)

    begun = time.monotonic()
    assert call("users_info", user=mette.id)["ok"]
    assert time.monotonic() - begun >= 0.2
