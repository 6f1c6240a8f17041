"""Thirty events a second for a minute: none is lost, none is answered twice, and Slack never waits for its receipt."""

import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from agent.firms.demo.seed import TENANT
from memory.tables.identity import User as Row
from tests.channels.slack.conftest import Office
from tests.fakes.slack.driver import Said

PEOPLE, RATE, SECONDS = 60, 30, 60


@pytest.mark.slow
def test_none_is_lost_at_thirty_events_a_second(office: Office) -> None:
    with office.app.store.session(TENANT) as session:
        session.add_all(
            Row(
                id=f"usr_many{n}", email=f"many{n}@demo.example", name=f"Many {n}", role="staff",
                language="en", created_at=office.clock(),
            )
            for n in range(PEOPLE)
        )  # fmt: skip
    users = [
        office.workspace.add_user(f"Many {n}", email=f"many{n}@demo.example", locale="en-GB")
        for n in range(PEOPLE)
    ]
    began, asked = time.monotonic(), list[Future[Said]]()
    with ThreadPoolExecutor(32) as pool:
        for place in range(RATE * SECONDS):
            time.sleep(max(0.0, began + place / RATE - time.monotonic()))
            if place % (RATE * 30) == 0:
                office.clock.ahead(minutes=2)  # sixty messages a minute are a person's limit
            asked.append(pool.submit(office.people.say, users[place % PEOPLE], None, "help"))
        said = [each.result() for each in asked]

    receipts = [each.events[0].answer for each in said]
    assert all(receipt.ok for receipt in receipts)

    def all_answered() -> bool:
        return len(answers(office, said)) == len(said)

    office.slack.until(all_answered, seconds=120)
    time.sleep(2)
    assert set(answers(office, said).values()) == {1}


def answers(office: Office, said: list[Said]) -> dict[str, int]:
    """How many messages stand behind each question that has one."""
    mine = {each.ts for each in said}
    found: dict[str, int] = {}
    bot = office.workspace.bot.user
    for message in list(office.workspace.posts.values()):
        if message.user == bot and message.thread in mine:
            found[message.thread] = found.get(message.thread, 0) + 1
    return found
