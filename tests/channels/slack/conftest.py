"""Friday with a Slack on loopback: the demo firm's people in a workspace, and their clicks."""

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic_ai.models import Model
from starlette.testclient import TestClient

from agent.app import App, create_app
from tests.fakes.slack.doors import SignedPosts
from tests.fakes.slack.driver import People
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, Message, User
from tests.fakes.slack.workspace import SIGNING_SECRET, Workspace
from tests.support.friday import Clock, seed_demo, settings_in


@dataclass
class Office:
    """The demo firm in a workspace."""

    slack: FakeSlack
    people: People
    app: App
    clock: Clock
    owner: User
    anna: User
    jonas: User
    ops: Channel

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    def dm(self, user: User) -> Channel:
        return self.workspace.dm(user)

    def answer(self, where: Channel, *, thread: str, count: int = 1) -> list[Message]:
        """So many messages of the bot's in a thread, oldest first."""

        def found() -> list[Message]:
            posts = self.workspace.from_bot(where, thread=thread)
            return posts if len(posts) >= count else []

        return self.slack.until(found)

    def ask(
        self, user: User, text: str, *, where: Channel | None = None, count: int = 1
    ) -> list[Message]:
        """What comes back to a message that begins a thread."""
        said = self.people.say(user, where, text)
        return self.answer(where or self.dm(user), thread=said.ts, count=count)

    def card(self, user: User, text: str, *, where: Channel | None = None) -> Message:
        """The proposal that a message leads to: the message that can be approved."""
        self.ask(user, text, where=where, count=1)
        place = where or self.dm(user)
        return self.slack.until(
            lambda: next(
                (m for m in self.workspace.from_bot(place) if "friday_approve" in str(m.blocks)),
                None,
            )
        )


@pytest.fixture(scope="session")
def slack_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo firm, to be copied."""
    folder = tmp_path_factory.mktemp("slack-seed")
    seed_demo(folder)
    return folder


@contextmanager
def opened(
    folder: Path, slack: FakeSlack, clock: Clock, model: Model[Any] | None = None, **more: Any
) -> Generator[tuple[App, TestClient]]:
    """An installation that is running, with that Slack in its settings."""
    given = {
        "slack_signing_secret": SecretStr(SIGNING_SECRET),
        "slack_bot_token": SecretStr(slack.workspace.bot.value),
        "slack_api_url": slack.api,
    }
    settings = settings_in(folder, **(given | more))
    app = create_app(settings, clock=clock, model=model)
    with TestClient(app.asgi, base_url="http://127.0.0.1", client=("127.0.0.1", 5000)) as http:
        slack.until(lambda: slack.asked("auth.test", ok=True))
        yield app, http
    app.store.close()


@pytest.fixture
def office(tmp_path: Path, slack_seed: Path) -> Iterator[Office]:
    folder = tmp_path / "data"
    shutil.copytree(slack_seed, folder)
    clock = Clock()
    with FakeSlack(Workspace()) as slack:
        space = slack.workspace
        owner, anna, jonas = (
            space.add_user(name, email=f"{name.lower()}@demo.example", locale="en-GB")
            for name in ("Owner", "Anna", "Jonas")
        )
        ops = space.add_channel("ops", owner, anna, jonas, private=True)
        with opened(folder, slack, clock) as (app, http):
            people = People(slack, SignedPosts(http))
            yield Office(slack, people, app, clock, owner, anna, jonas, ops)
