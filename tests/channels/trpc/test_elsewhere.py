"""“Never mind” and “undo” in a conversation leave what was asked for in another one alone, and ask which is meant."""

from tests.support.friday import Friday

BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"


def test_never_mind_leaves_the_card_of_another_conversation_alone(fresh: Friday) -> None:
    made = fresh.say(BOOK)["proposals"][0]

    reply = fresh.say("never mind")

    assert fresh.query("approvals.get", {"id": made["id"]})["status"] == "pending"
    assert made["id"] in [each["args"].get("proposal") for each in reply["choices"]]


def test_never_mind_takes_back_what_was_asked_for_here(fresh: Friday) -> None:
    asked = fresh.say(BOOK)

    fresh.say("never mind", conversationId=asked["conversationId"])

    made = fresh.query("approvals.get", {"id": asked["proposals"][0]["id"]})
    assert made["status"] == "cancelled"


def test_undo_asks_which_one_from_elsewhere(fresh: Friday) -> None:
    fresh.say("note on Jens Nygaard: wants keys")

    reply = fresh.say("undo")

    assert (reply["proposals"], reply["choices"][0]["tool"]) == ([], "undo")
