"""What people fill in, and what a modal becomes by the answer of an app."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes.slack.doors import Answer, Kind, Retry
from tests.fakes.slack.driver import People
from tests.fakes.slack.echo import MODAL
from tests.fakes.slack.methods.views import make_modal
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import User, View

Json = dict[str, Any]


@dataclass
class Says:
    """A door behind which everything is answered with the same."""

    answer: Json = field(default_factory=dict[str, Any])
    got: list[Json] = field(default_factory=list[Json])

    def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        self.got.append(payload)
        return Answer(200, self.answer)


@pytest.fixture
def modal(slack: FakeSlack, mette: User) -> View:
    words = [{"type": "plain_text", "text": text} for text in ("Yes", "No")]
    choice = {
        "type": "static_select",
        "action_id": "choice",
        "options": [{"text": text, "value": text["text"].lower()} for text in words],
    }
    day = {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-23"}
    elements = {"choice": choice, "day": day}
    blocks = [
        {"type": "input", "block_id": f"{name}-block", "label": words[0], "element": element}
        for name, element in elements.items()
    ]
    payload = {**MODAL, "blocks": blocks, "notify_on_close": True}
    return make_modal(slack.workspace, payload, mette.id, slack.workspace.team.id)


def test_fields_are_sent_in_the_form_of_their_elements(
    slack: FakeSlack, mette: User, modal: View
) -> None:
    door = Says()
    People(slack, door).submit(mette, modal, choice="no")

    values = door.got[0]["view"]["state"]["values"]
    assert values["choice-block"]["choice"]["selected_option"]["value"] == "no"
    assert values["day-block"]["day"]["selected_date"] == "2026-11-23"
    assert not modal.open


def test_what_slack_would_not_let_them_send_is_an_error_of_the_test(
    slack: FakeSlack, mette: User, modal: View
) -> None:
    people = People(slack, Says())

    with pytest.raises(AssertionError, match="choice must be filled in"):
        people.submit(mette, modal)
    with pytest.raises(AssertionError, match="choice offers"):
        people.submit(mette, modal, choice="perhaps")
    with pytest.raises(AssertionError, match="the modal has no"):
        people.submit(mette, modal, choice="no", colour="red")


def test_an_answer_updates_the_modal(slack: FakeSlack, mette: User, modal: View) -> None:
    old = modal.hash
    answer = {"response_action": "update", "view": MODAL}
    People(slack, Says(answer)).submit(mette, modal, choice="no")

    assert modal.open
    assert modal.hash != old
    assert [block["block_id"] for block in modal.blocks] == ["amount"]


def test_an_answer_puts_another_modal_on_top(slack: FakeSlack, mette: User, modal: View) -> None:
    answer = {"response_action": "push", "view": MODAL}
    People(slack, Says(answer)).submit(mette, modal, choice="no")

    top = slack.workspace.modal(mette)
    assert top
    assert top.previous == modal.id


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "update", "view": {**MODAL, "titel": "x"}},
        {"response_action": "errors", "errors": {"nowhere": "Wrong."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "explode"},
    ],
)
def test_an_answer_that_slack_would_refuse_is_an_error_of_the_test(
    slack: FakeSlack, mette: User, modal: View, answer: Json
) -> None:
    with pytest.raises(AssertionError):
        People(slack, Says(answer)).submit(mette, modal, choice="no")


def test_closing_is_told_where_it_was_asked_for(slack: FakeSlack, mette: User, modal: View) -> None:
    door = Says()
    People(slack, door).close(mette, modal)

    assert door.got[0]["type"] == "view_closed"
    assert slack.workspace.modal(mette) is None
