"""Proposals in Slack: seen, approved, edited, denied, by the right person and once."""

import datetime as dt
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from agent.firms.demo.seed import TENANT
from agent.identity.people import as_actor
from memory.tables.booking import Booking
from memory.tables.gate import Proposal, Vote
from memory.tables.identity import User as Row
from tests.channels.slack.conftest import Office, opened
from tests.fakes.slack.doors import Answer, SignedPosts
from tests.fakes.slack.driver import People
from tests.fakes.slack.elements import Element, elements, inputs
from tests.fakes.slack.faults import HangsUp
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Message, User, View
from tests.fakes.slack.workspace import Workspace
from tests.support.friday import Clock

TUESDAY_AT_TEN = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"


def proposal(office: Office) -> Proposal:
    with office.app.store.reading(TENANT) as session:
        return (
            session.scalars(
                sa.select(Proposal)
                .where(Proposal.channel == "slack")
                .order_by(Proposal.created_at.desc())
            ).first()
            or Proposal()
        )


def ended(office: Office, status: str) -> Proposal:
    office.slack.until(lambda: proposal(office).status == status, seconds=10)
    return proposal(office)


def status_of(office: Office, id: str) -> str:
    with office.app.store.reading(TENANT) as session:
        return session.get_one(Proposal, (TENANT, id)).status


def waiting_red(office: Office) -> Proposal:
    """The demo firm's proposal with an argument out of somebody else's text."""
    with office.app.store.reading(TENANT) as session:
        rows = session.scalars(sa.select(Proposal).where(Proposal.status == "pending"))
        return next(row for row in rows if "TEXT" in str(row.provenance))


def about(where: View, id: str, action: str) -> Element:
    """The button of a home that is about one of its proposals."""
    found = elements(where.blocks)
    return next(e for e in found if e.action_id == action and id in str(e.given.get("value")))


def told_alone(office: Office, card: Message, user: User) -> str:
    found = office.slack.until(lambda: office.workspace.messages(card.channel, only_for=user))
    return found[-1].shown


def test_an_approved_booking_is_made_once_and_every_part_says_so(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    assert "Jens Nygaard" in card.shown
    assert "Tuesday 24 November 2026" in card.shown
    assert "Waits for a decision" in card.shown

    assert office.people.press(office.anna, card, "friday_approve").ok

    done = ended(office, "done")
    office.slack.until(lambda: "friday_approve" not in str(card.blocks))
    office.slack.until(lambda: "Done" in card.shown)
    thread = office.slack.until(
        lambda: [
            m
            for m in office.workspace.from_bot(card.channel, thread=card.thread)
            if "Booked" in m.shown
        ]
    )
    assert thread
    with office.app.store.reading(TENANT) as session:
        [vote] = session.scalars(sa.select(Vote).where(Vote.proposal_id == done.id))
        assert (vote.channel, vote.voter_name) == ("slack", "Anna Krogh")
        bookings = sa.select(sa.func.count(Booking.id)).where(Booking.starts_at == TUESDAY_AT_TEN)
        assert session.scalar(bookings) == 1


def test_a_button_says_which_card_and_version_and_nothing_else(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    button = office.people.find(card, "friday_approve")

    made = proposal(office)
    assert button.given["value"] == f'{{"id": "{made.id}", "v": 1}}'
    assert button.given["confirm"]


def test_a_double_click_and_a_race_of_three_are_one_decision(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    approve = office.people.find(card, "friday_approve")
    who = [office.anna, office.anna, office.owner, office.anna]

    def press(user: User) -> Answer:
        return office.people.press(user, card, approve)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, who))

    assert all(answer.ok for answer in answers)
    done = ended(office, "done")
    with office.app.store.reading(TENANT) as session:
        assert len(session.scalars(sa.select(Vote).where(Vote.proposal_id == done.id)).all()) == 1
    assert "Anna" in told_alone(office, card, office.anna)


def test_an_outsider_is_refused_and_told(office: Office) -> None:
    stranger = office.workspace.add_user("Nobody", email="nobody@example.com")
    office.ops.members.add(stranger.id)
    bot = office.workspace.bot.user
    card = office.card(office.anna, f"<@{bot}> {BOOK}", where=office.ops)

    office.people.press(stranger, card, "friday_approve")
    assert "Fjordglimt Rengøring" in told_alone(office, card, stranger)
    office.people.press(office.jonas, card, "friday_approve")
    assert told_alone(office, card, office.jonas)
    assert proposal(office).status == "pending"


def test_a_role_that_was_taken_away_decides_nothing_any_more(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    with office.app.store.session(TENANT) as session:
        session.scalars(sa.select(Row).where(Row.email == "anna@demo.example")).one().role = "crew"

    office.people.press(office.anna, card, "friday_approve")

    assert told_alone(office, card, office.anna)
    assert proposal(office).status == "pending"


def test_an_edit_shows_the_fields_refuses_what_is_wrong_and_makes_a_new_version(
    office: Office,
) -> None:
    card = office.card(office.anna, BOOK)
    old = office.people.find(card, "friday_approve")
    office.people.press(office.anna, card, "friday_edit")
    modal = office.slack.until(lambda: office.workspace.modal(office.anna))

    refused = office.people.submit(office.anna, modal, start="30 February at 10")
    assert list(refused.errors) == ["start"]
    assert "February" in refused.errors["start"]
    changed = office.people.submit(office.anna, modal, start="next Tuesday at 13")
    assert changed.action is None, changed.body

    office.slack.until(lambda: "13:00" in card.shown)
    assert proposal(office).version == 2
    office.people.press(office.anna, card, old)
    assert "changed" in told_alone(office, card, office.anna)
    assert proposal(office).status == "pending"
    office.people.press(office.anna, card, "friday_approve")
    ended(office, "done")


def test_a_dialog_of_an_older_version_says_so(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    office.people.press(office.anna, card, "friday_edit")
    modal = office.slack.until(lambda: office.workspace.modal(office.anna))
    office.people.say(office.anna, None, "make it 13", thread=card.thread)
    office.slack.until(lambda: proposal(office).version == 2)

    refused = office.people.submit(office.anna, modal, start="next Tuesday at 14")

    assert "changed" in next(iter(refused.errors.values()))
    assert proposal(office).version == 2


def test_a_no_takes_a_reason_and_the_thread_hears_it(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    office.people.press(office.anna, card, "friday_deny")
    office.slack.until(lambda: office.workspace.modal(office.anna))
    office.people.submit(office.anna, reason="They are on holiday")

    ended(office, "denied")
    office.slack.until(lambda: "Turned down" in card.shown)
    office.slack.until(
        lambda: any(
            "on holiday" in m.shown
            for m in office.workspace.from_bot(card.channel, thread=card.thread)
        )
    )


def test_a_typed_yes_in_the_thread_is_a_vote(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    office.people.say(office.anna, None, "yes", thread=card.thread)

    ended(office, "done")
    office.slack.until(lambda: "Done" in card.shown)


def test_what_is_red_needs_a_tick_for_each(office: Office) -> None:
    red = waiting_red(office)
    office.people.open_home(office.owner)
    home = office.slack.until(lambda: office.workspace.home(office.owner))
    assert "somebody else's text" in home.shown
    approve = about(home, red.id, "friday_approve")
    assert "confirm" not in approve.given

    office.people.press(office.owner, home, approve)
    modal = office.slack.until(lambda: office.workspace.modal(office.owner))
    with pytest.raises(AssertionError, match="must be filled in"):
        office.people.submit(office.owner, modal)  # Slack's own client asks for the tick
    assert status_of(office, red.id) == "pending"
    ticked = {block["block_id"]: ["0"] for block, _ in inputs(modal.blocks)}
    assert office.people.submit(office.owner, modal, **ticked).action is None

    office.slack.until(lambda: status_of(office, red.id) not in ("pending",))


def test_a_card_from_before_a_restart_still_works(tmp_path: Path, slack_seed: Path) -> None:
    folder, clock = tmp_path / "data", Clock()
    shutil.copytree(slack_seed, folder)
    with FakeSlack(Workspace()) as slack:
        anna = slack.workspace.add_user("Anna", email="anna@demo.example", locale="en-GB")

        def office(app: object, http: TestClient) -> Office:
            people = People(slack, SignedPosts(http))
            return Office(slack, people, app, clock, anna, anna, anna, slack.workspace.dm(anna))  # pyright: ignore

        with opened(folder, slack, clock) as (app, http):
            card = office(app, http).card(anna, BOOK)
        with opened(folder, slack, clock) as (app, http):
            again = office(app, http)
            assert again.people.press(anna, card, "friday_approve").ok
            ended(again, "done")
            slack.until(lambda: "Done" in card.shown)


def test_what_was_said_before_a_crash_is_answered_after_it(
    tmp_path: Path, slack_seed: Path
) -> None:
    folder, clock = tmp_path / "data", Clock()
    shutil.copytree(slack_seed, folder)
    with FakeSlack(Workspace()) as slack:
        anna = slack.workspace.add_user("Anna", email="anna@demo.example", locale="en-GB")
        slack.faults.always["chat.postMessage"] = HangsUp()
        with opened(folder, slack, clock) as (_, http):
            said = People(slack, SignedPosts(http)).say(anna, None, "find leads in Aarhus")
            slack.until(lambda: slack.asked("chat.postMessage"), seconds=10)
        slack.faults.always.clear()
        clock.ahead(minutes=10)
        with opened(folder, slack, clock):
            found = slack.until(
                lambda: slack.workspace.from_bot(slack.workspace.dm(anna), thread=said.ts),
                seconds=10,
            )
            assert "Mette Holm" in found[0].shown


def test_an_expired_card_offers_to_propose_it_again(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    office.clock.ahead(hours=30)
    office.app.gate.sweep()
    office.slack.until(lambda: "Expired" in card.shown)

    office.people.press(office.anna, card, "friday_again")

    office.slack.until(
        lambda: any(
            "friday_approve" in str(m.blocks)
            for m in office.workspace.from_bot(card.channel, thread=card.thread)
        )
    )


def test_a_decision_made_elsewhere_updates_the_card_and_the_thread(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    made = proposal(office)
    with office.app.store.reading(TENANT) as session:
        anna = session.scalars(sa.select(Row).where(Row.email == "anna@demo.example")).one()
    office.app.gate.decide(
        as_actor(anna, channel="api"),
        made.id,
        digest=made.digest,
        decision="approve",
        channel="api",
    )

    office.slack.until(lambda: "Done" in card.shown, seconds=10)


def test_in_an_open_channel_a_card_is_a_hint_and_shows_itself_to_who_asks(office: Office) -> None:
    town = office.workspace.add_channel("town", office.anna, office.owner)
    bot = office.workspace.bot.user
    office.people.say(office.anna, town, f"<@{bot}> {BOOK}")
    hint = office.slack.until(
        lambda: next(
            (m for m in office.workspace.from_bot(town) if "friday_show" in str(m.blocks)), None
        )
    )
    assert "Jens" not in hint.shown

    office.people.press(office.anna, hint, "friday_show")
    [shown] = office.slack.until(lambda: office.workspace.messages(town, only_for=office.anna))
    assert "Jens Nygaard" in shown.shown
    office.people.press(office.anna, shown, "friday_approve")
    ended(office, "done")


def test_the_home_shows_what_waits_and_the_day_and_its_buttons_work(office: Office) -> None:
    office.card(office.anna, BOOK)
    office.people.open_home(office.anna)
    home = office.slack.until(lambda: office.workspace.home(office.anna))
    assert "Waiting for you" in home.shown
    assert "Jens Nygaard" in home.shown
    assert "Today" in home.shown

    mine = about(home, proposal(office).id, "friday_approve")
    assert office.people.press(office.anna, home, mine).ok
    ended(office, "done")
    office.slack.until(lambda: mine.given["value"] not in str(office.workspace.home(office.anna)))
