"""Two web processes and a worker on one PostgreSQL store: one conversation, one effect."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.processes.house import (
    FIRM,
    OWNER,
    SECRET,
    Door,
    Started,
    friday,
    serving_all,
    started,
    token,
)

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@dataclass
class Office:
    """A firm with two doors and one worker behind them."""

    url: str
    a: Door
    b: Door
    worker: Started

    def count(self, question: str, *given: str) -> Any:
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            row = connection.execute(question, given).fetchone()
        return row and row[0]


@pytest.fixture(scope="module")
def office(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Everything is started at the same moment, on an empty database."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "firm.yaml").write_text(FIRM)
    common = {"FRIDAY_DATABASE_URL": shared_url, "FRIDAY_SECRET_KEY": SECRET}
    web = common | {"FRIDAY_ROLE": "web"}
    those = [web | {"FRIDAY_EXECUTOR_ID": name} for name in ("web-a", "web-b")]
    with (
        started(folder / "work", "agent.cli", "work", **common, FRIDAY_EXECUTOR_ID="w") as worker,
        serving_all(folder, *those) as (a, b),
    ):
        founded = friday(folder, "init", "firm.yaml", **common)
        assert founded.returncode == 0, founded.stderr
        key = token(folder, OWNER, **common)
        yield Office(shared_url, Door(a.address, key), Door(b.address, key), worker)


@pytest.fixture(scope="module")
def customer(office: Office) -> str:
    """A customer's name."""
    office.a.run("create_lead", name="Ulla Test", email="ulla@mail.example")
    office.a.run("convert_lead", lead="Ulla Test")
    changed = office.a.run(
        "update_customer", customer="Ulla Test", address="Havnegade 1, 8000 Aarhus C"
    )
    assert office.a.settled(changed) == "done"
    return "Ulla Test"


def slot(office: Office, days: int) -> str:
    """A free time from that many days ahead on, as ISO 8601."""
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    found = office.a.run("find_slots", service="Standard clean", **{"from": day.isoformat()})
    return found["slots"][0]["start"]


def said(start: str) -> str:
    """The same as people write it."""
    return start[:16].replace("T", " at ")


def booking(office: Office, customer: str, start: str) -> dict[str, Any]:
    return office.a.run("book", customer=customer, service="Standard clean", start=start)


def test_what_is_approved_at_one_door_is_done_once_by_the_worker(
    office: Office, customer: str
) -> None:
    proposal = booking(office, customer, slot(office, 2))

    status, _ = office.a.approve(proposal)
    ended = office.b.settled(proposal)

    ran = "select executor_id from dbos.workflow_status where workflow_uuid = %s"
    effects = "select count(*) from effects where proposal_id = %s"
    assert (status, ended) == (200, "done")
    assert office.count(ran, f"effect:{proposal['id']}") == "w"
    assert office.count(effects, proposal["id"]) == 1
    assert office.worker.process.poll() is None, office.worker.printed


def test_both_doors_listen_to_the_store(office: Office) -> None:
    listening = "select count(*) from pg_stat_activity where query = 'LISTEN friday_events'"

    assert office.count(f"{listening} and datname = current_database()") == 3


def test_what_happens_at_one_door_is_seen_at_the_other_at_once(
    office: Office, customer: str
) -> None:
    line = f"book {customer} for a standard clean on {said(slot(office, 4))}"
    conversation = office.a.say("find services")["conversationId"]
    with office.b.following(conversation) as tail:
        tail.wait(lambda event: event["kind"] == "done")

        office.a.say("find leads", conversationId=conversation)
        message = tail.wait(lambda event: event.get("text") == "find leads")

        made = office.a.say(line, conversationId=conversation)
        status, _ = office.a.approve(made["proposals"][0])
        outcome = tail.wait(lambda e: (e["kind"], e.get("what")) == ("decision", "done"))

    assert status == 200
    assert message < 2
    assert outcome < 2
    assert [event["seq"] for event in tail.events] == list(range(1, len(tail.events) + 1))


def test_a_conversation_begun_at_one_door_goes_on_at_the_other(
    office: Office, customer: str
) -> None:
    when = said(slot(office, 6))

    asked = office.a.say(f"book {customer} for a standard clean")
    answered = office.b.say(when, conversationId=asked["conversationId"])

    assert asked["form"]["missing"], asked
    assert answered["conversationId"] == asked["conversationId"]
    assert [each["tool"] for each in answered["proposals"]] == ["book"], answered["text"]


def test_one_message_sent_to_both_doors_at_once_is_one_message(office: Office) -> None:
    def send(number: int) -> Any:
        door = (office.a, office.b)[number % 2]
        return door.say("find services", clientMessageId=f"once-{number // 8}")

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(send, range(40)))

    turns = "select count(*) from turns where client_message_id like 'once-%%'"
    assert office.count(turns) == 5
    assert len({reply["conversationId"] for reply in replies}) == 5
    assert len({reply["messageId"] for reply in replies}) == 5
    assert {reply["text"] for reply in replies} == {"1 service: Standard clean."}


def test_messages_sent_to_both_doors_at_once_are_answered_in_order(office: Office) -> None:
    conversation = office.a.say("find services")["conversationId"]
    lines = [("find services", "find leads")[number % 2] for number in range(12)]

    def send(number: int) -> Any:
        door = (office.a, office.b)[number // 2 % 2]
        return door.say(lines[number], conversationId=conversation)

    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(send, range(12)))

    given = {"conversationId": conversation, "limit": 1000}
    events = office.b.query("chat.history", given)
    asked = [e["turnId"] for e in events if e["kind"] == "message" and e["role"] == "user"]
    ended = [e["turnId"] for e in events if e["kind"] == "done"]
    assert ended == asked
    assert len(ended) == 13
    assert {reply["state"] for reply in replies} == {"answered"}
    assert [reply["steps"][0]["tool"] for reply in replies] == [
        line.replace(" ", "_") for line in lines
    ]


def test_approving_at_both_doors_at_once_performs_once(office: Office, customer: str) -> None:
    proposal = booking(office, customer, slot(office, 8))

    with ThreadPoolExecutor(8) as pool:
        doors = [office.a, office.b] * 4
        votes = list(pool.map(lambda door: door.approve(proposal)[0], doors))

    effects = "select count(*) from effects where proposal_id = %s"
    assert sorted(votes) == [200] + [409] * 7
    assert office.b.settled(proposal) == "done"
    assert office.count(effects, proposal["id"]) == 1
