"""What Friday says of itself: in one language at a time, and with examples that work when they are typed."""

from typing import Any

import pytest

from tests.support.friday import Friday, found_other


def said_in(friday: Friday, token: str, text: str, **more: Any) -> Any:
    status, reply = friday.post("chat.send", {"message": text, **more}, token=token)
    assert status == 200, reply
    return reply


def answered(reply: Any) -> bool:
    """Something was looked up or proposed, and nothing failed."""
    return bool(reply["steps"]) and all(step["ok"] for step in reply["steps"])


@pytest.mark.parametrize("word", ["help", "hjælp"])
@pytest.mark.parametrize("who", ["owner", "anna", "jonas", "regnskab", "jens", "visitor"])
def test_every_example_works_when_it_is_typed(fresh: Friday, who: str, word: str) -> None:
    token = fresh.token(who)

    card = said_in(fresh, token, word)["cards"][0]
    lines = [option["label"] for option in card["options"]]
    failed = [line for line in lines if not answered(said_in(fresh, token, line))]

    assert (len(lines), failed) == (6, [])


@pytest.mark.parametrize("word", ["help", "hjælp"])
def test_a_firm_that_is_empty_has_six_examples_too(fresh: Friday, word: str) -> None:
    token = found_other(fresh)[1]

    card = said_in(fresh, token, word)["cards"][0]
    lines = [option["label"] for option in card["options"]]
    failed = [line for line in lines if not answered(said_in(fresh, token, line))]

    assert (len(lines), failed) == (6, [])


def test_one_service_is_no_plural(fresh: Friday) -> None:
    token = found_other(fresh)[1]

    assert said_in(fresh, token, "what do you offer")["text"].startswith("1 service: ")


def test_a_trade_that_is_not_there_is_named_in_the_language_of_the_answer(fresh: Friday) -> None:
    english = fresh.say("show invoice 1003")["text"]
    danish = fresh.say("vis faktura 1003")["text"]

    assert english.startswith("Invoicing is not something I can do yet.")
    assert danish.startswith("Fakturering kan jeg ikke endnu.")


def test_turning_down_every_choice_is_answered_shortly(fresh: Friday) -> None:
    token = fresh.token("anna")
    offered = said_in(fresh, token, "why was booking 36 cancelled")
    last = offered["choices"][-1]["label"]

    reply = said_in(fresh, token, last, conversationId=offered["conversationId"])

    assert reply["text"].startswith("Then please say it in other words, for example: “")
    assert reply["text"].count("“") == 2
