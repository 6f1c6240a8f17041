"""What comes in at Slack's door: junk, both ways in, and people who are told by themselves."""

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from agent.channels.slack.listeners.events import KINDS
from agent.firms.demo.seed import TENANT
from agent.identity.people import as_actor
from memory.tables.gate import Proposal
from memory.tables.identity import User as Row
from memory.tables.slack import SlackArrival, SlackTeam
from tests.channels.slack.conftest import Office, opened
from tests.fakes.slack.doors import Envelopes, SignedPosts, signature
from tests.fakes.slack.driver import People
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shapes import manifest_faults
from tests.fakes.slack.workspace import Workspace
from tests.support.friday import Clock
from tools.booking.actions import Book

ROOT = Path(__file__).parents[3]
LARGE = b'{"a": "' + b"x" * 5_000_000 + b'"}'
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"\xff\xfe\x00", b"[1, 2]", b"null", b'"words"', b"{}", b"ssl_check=1"],
)
def test_what_slack_did_not_sign_is_refused(office: Office, body: bytes) -> None:
    door = office.people.door
    assert isinstance(door, SignedPosts)

    for headers in (
        {},
        {"x-slack-request-timestamp": "abc", "x-slack-signature": "v0=00"},
        {"x-slack-request-timestamp": "1", "x-slack-signature": "ø"},
        signature(body, "another secret", at=door.now()),
        signature(body, door.secret, at=door.now() - 301),
    ):
        sent = {name: value.encode("utf-8") for name, value in {**JSON, **headers}.items()}
        assert door.raw(body, sent).status == 401  # pyright: ignore[reportArgumentType]


def test_what_is_too_large_is_refused_before_it_is_looked_at(office: Office) -> None:
    door = office.people.door
    assert isinstance(door, SignedPosts)

    assert door.raw(LARGE, JSON).status == 413
    assert door.post(LARGE, JSON).status == 413


@pytest.mark.parametrize(
    "body", [b"not json", b"\xff\xfe\x00", b"[1, 2]", b"null", b'"words"', b"{}"]
)
def test_signed_junk_is_no_error_of_ours(office: Office, body: bytes) -> None:
    door = office.people.door
    assert isinstance(door, SignedPosts)

    assert door.post(body, JSON).status < 500


def test_slack_finds_out_that_the_address_is_ours(office: Office) -> None:
    door = office.people.door
    assert isinstance(door, SignedPosts)

    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    assert door.post(body, JSON).status == 200


def test_an_event_of_a_workspace_that_is_not_ours_is_left_alone(office: Office) -> None:
    other = office.workspace.add_team("Somebody Else")
    event = {
        "type": "message",
        "user": "U1",
        "text": "hi",
        "ts": "1.2",
        "channel": "D1",
        "channel_type": "im",
    }
    assert office.people.event(event, team_id=office.workspace.team.id).answer.ok

    payload = dict(office.people.sent[-1], team_id=other.id, event_id="EvOther")
    assert office.people.door.deliver("event", payload).ok
    with office.app.store.system() as session:
        assert (
            session.scalar(sa.select(sa.func.count()).where(SlackArrival.team_id == other.id)) == 0
        )


def test_tokens_are_sealed_and_words_are_not_kept_twice(office: Office) -> None:
    office.ask(office.anna, "find leads in Aarhus")

    with office.app.store.system() as session:
        [team] = session.scalars(sa.select(SlackTeam))
        assert team.bot_token
        assert office.workspace.bot.value not in team.bot_token
    office.slack.until(lambda: all(row.done_at for row in arrivals(office)))
    assert [row.body for row in arrivals(office)] == [None]


def arrivals(office: Office) -> list[SlackArrival]:
    with office.app.store.system() as session:
        return list(session.scalars(sa.select(SlackArrival)))


def test_over_a_socket_it_is_the_same(tmp_path: Path, slack_seed: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(slack_seed, folder)
    with FakeSlack(Workspace()) as slack:
        anna = slack.workspace.add_user("Anna", email="anna@demo.example", locale="en-GB")
        token = SecretStr(slack.workspace.app_token.value)
        with opened(folder, slack, Clock(), slack_signing_secret=None, slack_app_token=token) as (
            _,
            http,
        ):
            slack.until(lambda: slack.sockets.open)
            people = People(slack, Envelopes(slack))
            said = people.say(anna, None, "find leads in Aarhus")
            found = slack.until(
                lambda: slack.workspace.from_bot(slack.workspace.dm(anna), thread=said.ts)
            )
            assert "Mette Holm" in found[0].shown
            # Without a signing secret there is no door for posts.
            assert http.post("/slack/events", content=b"{}").status_code in (404, 405)


def request_of_a_customer(office: Office) -> str:
    """Jens asks for a booking in the widget: the office has to say yes."""
    with office.app.store.reading(TENANT) as session:
        jens = session.scalars(sa.select(Row).where(Row.email == "jens@demo.example")).one()
    action = Book.model_validate(
        {
            "customer": "Jens Nygaard",
            "service": "standard clean",
            "start": "2026-11-24T10:00:00+01:00",
        }
    )
    made = office.app.gate.propose(as_actor(jens, channel="widget"), action, origin="form")
    assert made.status == "pending"
    return made.id


def test_an_approver_is_told_by_direct_message_and_decides_there(office: Office) -> None:
    id = request_of_a_customer(office)

    card = office.slack.until(
        lambda: next(
            (m for m in office.workspace.from_bot(office.dm(office.anna)) if id in str(m.blocks)),
            None,
        ),
        seconds=15,
    )
    assert "Jens Nygaard" in card.shown
    assert office.people.press(office.anna, card, "friday_approve").ok

    office.slack.until(lambda: status_of(office, id) == "done", seconds=10)
    office.slack.until(lambda: "Done" in card.shown)
    assert [
        m for m in office.workspace.from_bot(office.dm(office.jonas)) if id in str(m.blocks)
    ] == []


def test_nobody_is_told_at_night(office: Office) -> None:
    office.clock.ahead(hours=14)  # 23:00 in Copenhagen
    id = request_of_a_customer(office)
    office.people.open_home(office.anna)
    office.slack.until(lambda: office.slack.asked("views.publish"))

    office.slack.until(
        lambda: office.clock.ahead(seconds=0) is None and len(office.slack.calls) > 2
    )
    from time import sleep

    sleep(6)
    assert [
        m for m in office.workspace.from_bot(office.dm(office.anna)) if id in str(m.blocks)
    ] == []

    office.clock.ahead(hours=9)
    office.slack.until(
        lambda: [
            m for m in office.workspace.from_bot(office.dm(office.anna)) if id in str(m.blocks)
        ],
        seconds=15,
    )


def status_of(office: Office, id: str) -> str:
    with office.app.store.reading(TENANT) as session:
        return session.get_one(Proposal, (TENANT, id)).status


def test_the_manifest_is_one_that_slack_takes() -> None:
    manifest = json.loads((ROOT / "docs" / "slack-manifest.json").read_text("utf-8"))

    assert manifest_faults(manifest) == []
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == {
        *(set(KINDS) - {"message"}), "message.im", "message.channels", "message.groups",
    }  # fmt: skip
