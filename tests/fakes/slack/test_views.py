"""Modals and homes of the fake: triggers, hashes, stacks, and what does not fit."""

from typing import Any

from tests.fakes.slack.conftest import Caller, Clock
from tests.fakes.slack.echo import HOME, MODAL
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import User


def test_a_trigger_opens_one_modal(slack: FakeSlack, call: Caller, mette: User) -> None:
    trigger = slack.workspace.trigger(mette.id)

    opened = call("views_open", trigger_id=trigger.id, view=MODAL)
    again = call("views_open", trigger_id=trigger.id, view=MODAL)
    modal = slack.workspace.modal(mette)
    assert modal
    assert modal.id == opened["view"]["id"]
    assert again["error"] == "exchanged_trigger_id"


def test_a_trigger_lives_three_seconds(
    slack: FakeSlack, call: Caller, mette: User, clock: Clock
) -> None:
    trigger = slack.workspace.trigger(mette.id)
    clock.now += 3.1

    refused = call("views_open", trigger_id=trigger.id, view=MODAL)
    assert refused["error"] == "expired_trigger_id"
    unknown = call("views_open", trigger_id="1.2.3", view=MODAL)
    assert unknown["error"] == "invalid_trigger_id"


def test_a_refused_modal_does_not_use_the_trigger_up(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    trigger = slack.workspace.trigger(mette.id)
    long: dict[str, Any] = {**MODAL, "title": {"type": "plain_text", "text": "t" * 25}}

    refused = call("views_open", trigger_id=trigger.id, view=long)
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title]"
    ]
    assert call("views_open", trigger_id=trigger.id, view=MODAL)["ok"]


def test_an_update_with_an_old_hash_is_refused(slack: FakeSlack, call: Caller, mette: User) -> None:
    trigger = slack.workspace.trigger(mette.id)
    view = call("views_open", trigger_id=trigger.id, view=MODAL)["view"]
    given = {"view_id": view["id"], "hash": view["hash"], "view": MODAL}

    assert call("views_update", **given)["ok"]
    assert call("views_update", **given)["error"] == "hash_conflict"
    slack.workspace.views[view["id"]].open = False
    assert call("views_update", view_id=view["id"], view=MODAL)["error"] == "not_found"


def test_three_modals_stand_on_each_other_and_no_more(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    space = slack.workspace
    view = call("views_open", trigger_id=space.trigger(mette.id).id, view=MODAL)["view"]["id"]

    answers = [
        call("views_push", trigger_id=space.trigger(mette.id, view=view).id, view=MODAL)
        for _ in range(3)
    ]
    assert [answer.get("error") for answer in answers] == [None, None, "push_limit_reached"]
    assert answers[0]["view"]["previous_view_id"] == view


def test_a_home_is_published_under_its_hash(slack: FakeSlack, call: Caller, mette: User) -> None:
    first = call("views_publish", user_id=mette.id, view=HOME)["view"]["hash"]

    assert call("views_publish", user_id=mette.id, view=HOME, hash=first)["ok"]
    late = call("views_publish", user_id=mette.id, view=HOME, hash=first)
    assert late["error"] == "hash_conflict"
    assert call("views_publish", user_id="U0", view=HOME)["error"] == "user_not_found"


def test_a_modal_with_inputs_needs_its_submit(slack: FakeSlack, call: Caller, mette: User) -> None:
    mute = {name: value for name, value in MODAL.items() if name != "submit"}
    refused = call("views_open", trigger_id=slack.workspace.trigger(mette.id).id, view=mute)

    assert "`submit` is required" in refused["response_metadata"]["messages"][0]


def test_a_home_takes_a_hundred_blocks_and_none_of_messages(call: Caller, mette: User) -> None:
    many = {"type": "home", "blocks": [{"type": "divider"}] * 101}
    markdown = {"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}

    refused = call("views_publish", user_id=mette.id, view=many)
    assert "no more than 100" in refused["response_metadata"]["messages"][0]
    refused = call("views_publish", user_id=mette.id, view=markdown)
    assert "only messages" in refused["response_metadata"]["messages"][0]
