"""A furnished workspace with its server, and the small app on the other side of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.doors import SignedPosts
from tests.fakes.slack.driver import People
from tests.fakes.slack.echo import Heard, create_echo, serving_echo
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, User
from tests.fakes.slack.workspace import Workspace


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
