"""Messages of the fake: what stands in a channel afterwards, and what is refused."""

from typing import Any

from tests.fakes.slack.conftest import Caller
from tests.fakes.slack.echo import CARD
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, User


def test_a_posted_message_stands_in_its_channel(
    slack: FakeSlack, call: Caller, ops: Channel
) -> None:
    posted = call("chat_postMessage", channel=ops.id, text="hej", blocks=CARD)

    (message,) = slack.workspace.from_bot(ops)
    assert message.ts == posted["ts"]
    assert message.shown == "Send it?\nApprove\nEdit…"
    assert all(block["block_id"] for block in message.blocks)


def test_a_message_to_a_person_opens_their_direct_messages(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    posted = call("chat_postMessage", channel=mette.id, text="hej")

    assert posted["channel"] == slack.workspace.dm(mette).id


def test_an_update_without_blocks_takes_them_away(
    slack: FakeSlack, call: Caller, ops: Channel
) -> None:
    ts = call("chat_postMessage", channel=ops.id, text="hej", blocks=CARD)["ts"]
    call("chat_update", channel=ops.id, ts=ts, text="| a | b |")

    (message,) = slack.workspace.from_bot(ops)
    assert message.shown == "| a | b |"
    assert message.versions[0]["shown"].startswith("Send it?")


def test_an_update_is_limited_in_escaped_bytes(call: Caller, ops: Channel) -> None:
    ts = call("chat_postMessage", channel=ops.id, text="hej")["ts"]

    assert call("chat_update", channel=ops.id, ts=ts, text="a" * 4000)["ok"]
    assert call("chat_update", channel=ops.id, ts=ts, text="<" * 1001)["error"] == "msg_too_long"
    assert call("chat_update", channel=ops.id, ts=ts, text="ø" * 2001)["error"] == "msg_too_long"


def test_only_its_own_message_can_be_changed_or_deleted(
    slack: FakeSlack, call: Caller, ops: Channel, mette: User
) -> None:
    space = slack.workspace
    ts = call("chat_postMessage", channel=ops.id, text="hej")["ts"]
    space.posts[ops.id, ts].user = mette.id

    update = call("chat_update", channel=ops.id, ts=ts, text="x")
    assert update["error"] == "cant_update_message"
    assert call("chat_delete", channel=ops.id, ts=ts)["error"] == "cant_delete_message"


def test_a_deleted_message_is_gone(slack: FakeSlack, call: Caller, ops: Channel) -> None:
    ts = call("chat_postMessage", channel=ops.id, text="hej")["ts"]
    call("chat_delete", channel=ops.id, ts=ts)

    assert slack.workspace.from_bot(ops) == []
    assert call("chat_delete", channel=ops.id, ts=ts)["error"] == "message_not_found"


def test_an_ephemeral_is_for_one_person(
    slack: FakeSlack, call: Caller, ops: Channel, mette: User
) -> None:
    call("chat_postEphemeral", channel=ops.id, user=mette.id, text="only you")

    assert slack.workspace.messages(ops) == []
    assert slack.workspace.messages(ops, only_for=mette)[0].shown == "only you"


def test_an_ephemeral_needs_its_reader_in_the_channel(
    slack: FakeSlack, call: Caller, ops: Channel
) -> None:
    other = slack.workspace.add_user("Bo Lund")
    refused = call("chat_postEphemeral", channel=ops.id, user=other.id, text="only you")

    assert refused["error"] == "user_not_in_channel"


def test_replies_are_those_of_the_thread(call: Caller, ops: Channel) -> None:
    root = call("chat_postMessage", channel=ops.id, text="root")["ts"]
    call("chat_postMessage", channel=ops.id, text="reply", thread_ts=root)
    call("chat_postMessage", channel=ops.id, text="another root")

    replies = call("conversations_replies", channel=ops.id, ts=root)["messages"]
    history = call("conversations_history", channel=ops.id)["messages"]
    assert [m["text"] for m in replies] == ["root", "reply"]
    assert [m["text"] for m in history] == ["another root", "root"]


def test_pages_follow_a_cursor(call: Caller, ops: Channel) -> None:
    for text in "abc":
        call("chat_postMessage", channel=ops.id, text=text)

    first = call("conversations_history", channel=ops.id, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = call("conversations_history", channel=ops.id, limit=2, cursor=cursor)
    assert [m["text"] for m in first["messages"] + rest["messages"]] == ["c", "b", "a"]


def test_the_places_that_the_app_may_not_write_in(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    space = slack.workspace
    public = space.add_channel("public", mette, with_bot=False)
    private = space.add_channel("private", mette, private=True, with_bot=False)
    old = space.add_channel("old", mette)
    old.archived = True

    assert call("chat_postMessage", channel=public.id, text="x")["error"] == "not_in_channel"
    assert call("chat_postMessage", channel=private.id, text="x")["error"] == "channel_not_found"
    assert call("chat_postMessage", channel=old.id, text="x")["error"] == "is_archived"
    assert call("chat_postMessage", channel="C0", text="x")["error"] == "channel_not_found"


def test_a_message_must_say_something(call: Caller, ops: Channel) -> None:
    blank: dict[str, Any] = {"channel": ops.id, "text": " ", "blocks": []}
    assert call("api_call", api_method="chat.postMessage", json=blank)["error"] == "no_text"
    assert call("chat_postMessage", channel=ops.id, text="x" * 40_001)["error"] == "msg_too_long"
    both = call("chat_postMessage", channel=ops.id, text="x", markdown_text="y")
    assert both["error"] == "markdown_text_conflict"


def test_a_reaction_can_be_given_once(slack: FakeSlack, call: Caller, ops: Channel) -> None:
    ts = call("chat_postMessage", channel=ops.id, text="hej")["ts"]
    call("reactions_add", channel=ops.id, timestamp=ts, name="eyes")
    again = call("reactions_add", channel=ops.id, timestamp=ts, name="eyes")

    assert again["error"] == "already_reacted"
    assert slack.workspace.from_bot(ops)[0].reactions[0][1] == "eyes"


def test_a_permalink_is_of_a_message_that_is_there(call: Caller, ops: Channel) -> None:
    ts = call("chat_postMessage", channel=ops.id, text="hej")["ts"]

    link = call("chat_getPermalink", channel=ops.id, message_ts=ts)["permalink"]
    assert link.endswith(f"/{ops.id}/p{ts.replace('.', '')}")
    missing = call("chat_getPermalink", channel=ops.id, message_ts="1.2")
    assert missing["error"] == "message_not_found"
