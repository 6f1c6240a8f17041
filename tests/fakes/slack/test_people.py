"""What people do in the fake reaches a real app of Bolt's, and what that does reaches them."""

import httpx
import pytest

from tests.fakes.slack.doors import SignedPosts, signature
from tests.fakes.slack.driver import People
from tests.fakes.slack.echo import Heard
from tests.fakes.slack.state import Channel, User


def test_a_direct_message_is_answered_in_its_thread(people: People, mette: User) -> None:
    said = people.say(mette, None, "hej")

    space = people.slack.workspace
    answer = people.slack.until(lambda: space.from_bot(said.message.channel))[0]
    assert answer.thread == said.ts
    assert answer.shown == "Send it?\nApprove\nEdit…"


def test_a_mention_in_a_channel_makes_two_events_with_one_ts(
    people: People, mette: User, ops: Channel, heard: Heard
) -> None:
    said = people.say(mette, ops, f"<@{people.slack.workspace.bot.user}> hej")

    people.slack.until(lambda: len(heard.events) == 2)
    assert {event["type"] for event in heard.events} == {"app_mention", "message"}
    assert {event["ts"] for event in heard.events} == {said.ts}
    assert len({delivered.event_id for delivered in said.events}) == 2


def test_an_event_can_be_sent_again_as_slack_does(
    people: People, mette: User, ops: Channel, heard: Heard
) -> None:
    first = people.say(mette, ops, "hej").events[0]
    again = people.again(first)

    people.slack.until(lambda: len(heard.events) == 2)
    assert again.payload == first.payload
    assert again.answer.ok


def test_a_pressed_button_brings_its_value_and_its_message(
    people: People, mette: User, heard: Heard
) -> None:
    said = people.say(mette, None, "hej")
    card = people.slack.until(lambda: people.slack.workspace.from_bot(said.message.channel))[0]

    answer = people.press(mette, card, "Approve")

    assert answer.ok
    body = people.slack.until(lambda: heard.actions)[0]
    assert body["actions"][0]["value"] == "p1"
    assert body["message"]["ts"] == card.ts
    assert body["user"]["id"] == mette.id


def test_a_modal_keeps_open_with_errors_and_closes_when_it_is_right(
    people: People, mette: User, heard: Heard
) -> None:
    space = people.slack.workspace
    said = people.say(mette, None, "hej")
    card = people.slack.until(lambda: space.from_bot(said.message.channel))[0]
    people.press(mette, card, "edit")
    modal = people.slack.until(lambda: space.modal(mette))

    refused = people.submit(mette, modal, amount="many")
    assert refused.errors == {"amount": "A number, please."}
    assert space.modal(mette) is modal

    assert people.submit(mette, modal).action is None
    assert space.modal(mette) is None
    assert heard.submitted[-1]["state"]["values"]["amount"]["amount"]["value"] == "500"


def test_a_home_is_published_when_it_is_opened(people: People, mette: User) -> None:
    people.open_home(mette)

    home = people.slack.until(lambda: people.slack.workspace.home(mette))
    assert "Send it?" in home.shown
    assert people.press(mette, home, "approve").ok


def test_an_uninstalled_app_hears_it_and_its_token_is_over(people: People, heard: Heard) -> None:
    people.uninstall()

    people.slack.until(lambda: len(heard.events) == 2)
    assert people.slack.workspace.bot.revoked


def test_what_the_client_would_not_send_is_an_error_of_the_test(
    people: People, mette: User
) -> None:
    said = people.say(mette, None, "hej")
    card = people.slack.until(lambda: people.slack.workspace.from_bot(said.message.channel))[0]

    with pytest.raises(AssertionError, match="only \\['approve', 'edit'\\]"):
        people.press(mette, card, "reject")


def test_a_pressed_old_card_is_what_it_was(people: People, mette: User, heard: Heard) -> None:
    space = people.slack.workspace
    said = people.say(mette, None, "hej")
    card = people.slack.until(lambda: space.from_bot(said.message.channel))[0]
    button = people.find(card, "approve")
    card.blocks = []

    assert people.press(mette, card, button).ok
    assert people.slack.until(lambda: heard.actions)[0]["actions"][0]["value"] == "p1"


def test_an_edit_and_a_deletion_are_hidden_events(
    people: People, mette: User, ops: Channel, heard: Heard
) -> None:
    message = people.say(mette, ops, "hej").message
    people.edit(mette, message, "hej igen")
    people.delete(mette, message)

    people.slack.until(lambda: len(heard.events) == 3)
    assert heard.events[1]["message"]["text"] == "hej igen"
    assert heard.events[2]["deleted_ts"] == message.ts
    assert people.slack.workspace.messages(ops) == []


def test_a_response_url_answers_the_one_who_acted_five_times(
    people: People, mette: User, heard: Heard
) -> None:
    said = people.say(mette, None, "hej")
    card = people.slack.until(lambda: people.slack.workspace.from_bot(said.message.channel))[0]
    people.press(mette, card, "approve")
    url = people.slack.until(lambda: heard.actions)[0]["response_url"]

    answers = [httpx.post(url, json={"text": "Not you."}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [404]
    seen = people.slack.workspace.messages(card.channel, only_for=mette)
    assert [message.shown for message in seen] == ["Not you."] * 5


def test_what_is_not_signed_is_refused(people: People) -> None:
    door = people.door
    assert isinstance(door, SignedPosts)

    unsigned = door.raw(b"{}", {"content-type": "application/json"})
    old = door.raw(b"{}", signature(b"{}", at=door.now() - 301))
    wrong = door.raw(b"{}", signature(b"{}", "another secret", at=door.now()))
    assert [unsigned.status, old.status, wrong.status] == [401, 401, 401]
