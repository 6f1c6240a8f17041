"""A server that is told to stop does so soon, whatever hangs on it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from memory.store import open_store
from memory.tables.conversations import Turn
from tests.fakes.openai import FakeOpenAI, Planned
from tests.processes.house import Door, serving, token
from tests.support.friday import copied, settings_in

pytestmark = pytest.mark.slow
SOON = 8.0
"""Two seconds where nothing else runs; the rest is for machines where many other processes work."""


@dataclass
class Thinking(FakeOpenAI):
    """Answers its second question only when it is told to."""

    thinks: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def next(self, request: dict[str, Any]) -> Planned:
        if self.asked:
            self.thinks.set()
            self.over.wait(120)
        return super().next(request)

    def __exit__(self, *_: object) -> None:
        self.over.set()
        super().__exit__()


def test_it_stops_at_once_while_clients_follow_and_are_told_to_come_back(
    demo_folder: Path, tmp_path: Path
) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    with serving(folder) as server:
        anna = Door(server.address, token(folder, "anna@demo.example"))
        conversation = anna.say("help")["conversationId"]
        with anna.following(conversation) as tail, anna.following(conversation) as other:
            tail.wait(lambda event: event["kind"] == "done")
            seconds = server.end()
            rest, others = list(tail.lines), list(other.lines)

    assert server.process.returncode == 0, server.told()
    assert seconds < SOON
    assert "event: serialized-error" in rest
    assert "event: serialized-error" in others
    assert "SERVICE_UNAVAILABLE" in "".join(rest)
    assert "Exception" not in server.told()


def test_it_stops_within_its_grace_while_a_client_follows_and_a_turn_runs(
    demo_folder: Path, tmp_path: Path
) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    with (
        Thinking() as model,
        serving(
            folder,
            FRIDAY_MODEL="openai/loopback",
            FRIDAY_MODEL_API_BASE=model.url,
            FRIDAY_MODEL_API_KEY="sk-loopback",
        ) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        anna = Door(server.address, token(folder, "anna@demo.example"))
        conversation = anna.say("hello there, how is the weather?")["conversationId"]
        with anna.following(conversation) as tail:
            tail.wait(lambda event: event["kind"] == "done")
            asked = pool.submit(anna.post, "chat.send", {"message": "and tomorrow?"})
            assert model.thinks.wait(30), server.told()
            seconds = server.end()
        status, reply = asked.result(10)

    store = open_store(settings_in(folder).store_url, data_dir=folder)
    with store.system() as session:
        states = session.scalars(sa.select(Turn.state).order_by(Turn.created_at)).all()
    store.close()
    assert server.process.returncode == 0, server.told()
    assert seconds < SOON
    assert (status, reply["state"]) == (200, "stopped")
    assert states[-2:] == ["answered", "stopped"]
    assert "Exception" not in server.told()
