"""A furnished workspace with its server, and the small app on the other side of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.doors import SignedPosts
from tests.fakes.slack.driver import People
from tests.fakes.slack.echo import Heard, create_echo, serving_echo
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, User
from tests.fakes.slack.workspace import Workspace

Json = dict[str, Any]
Caller = Callable[..., Json]


@dataclass
class Clock:
    """A clock that tests move."""

    now: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[FakeSlack]:
    with FakeSlack(Workspace(now=clock)) as slack:
        yield slack


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.workspace.bot.value, base_url=slack.api)


@pytest.fixture
def call(client: AsyncWebClient) -> Caller:
    """Calls a method of the SDK's client, and answers with what Slack said, good or bad."""

    async def answered(name: str, /, **given: Any) -> Json:
        method: Callable[..., Awaitable[Any]] = getattr(client, name)
        try:
            return (await method(**given)).data
        except SlackApiError as error:
            refused: Any = error.response
            return refused.data

    def run(name: str, /, **given: Any) -> Json:
        return asyncio.run(answered(name, **given))

    return run


@pytest.fixture
def mette(slack: FakeSlack) -> User:
    return slack.workspace.add_user("Mette Holm", email="mette@nordhavn.example")


@pytest.fixture
def ops(slack: FakeSlack, mette: User) -> Channel:
    return slack.workspace.add_channel("ops", mette)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def people(slack: FakeSlack, heard: Heard) -> Iterator[People]:
    with serving_echo(create_echo(slack, heard)) as http:
        yield People(slack, SignedPosts(http))
