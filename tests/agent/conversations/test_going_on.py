"""A talk goes on: in the language of each message, while cards wait, and with the plan once they are decided."""

import asyncio
from dataclasses import replace

import pytest

from agent.conversations.events import EventOut
from agent.replies import Reply
from tests.agent.office import TRADE, Book, Office, person
from tools.cards import Option
from tools.kit import Context, Receipt

BOOKING = "book Jens Nygaard for a standard clean next Tuesday at 10"
BOTH = f"{BOOKING} and find leads in Odense"


class Talk:
    """One conversation of Anna's."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.id: str | None = None

    def say(self, text: str) -> Reply:
        reply = asyncio.run(self.office.talk.converse(person(), text=text, conversation_id=self.id))
        self.id = reply.conversation_id
        return reply

    def approve(self) -> list[EventOut]:
        """Approve the one card on its button, have it performed, and see what the talk says to it."""
        one = next(each for each in self.office.proposals() if each.status == "pending")
        self.office.gate.decide(
            person(), one.id, digest=one.digest, decision="approve", channel="page"
        )
        before = self.events()[-1].id
        self.office.run_approved()
        return [event for event in self.events() if event.id > before]

    def events(self) -> list[EventOut]:
        return self.office.talk.history(person(), self.id or "")


@pytest.fixture
def talk(office: Office) -> Talk:
    return Talk(office)


def told(events: list[EventOut]) -> str:
    return next(event.body["text"] for event in events if event.kind == "message")


def offered(events: list[EventOut]) -> list[str]:
    return [
        o["label"] for event in events if event.kind == "choices" for o in event.body["options"]
    ]


def test_every_answer_is_in_the_language_of_its_message(talk: Talk) -> None:
    replies = [
        talk.say(text) for text in ("hej", "hello", "tak", "qwerty uiop zxcv", "hvad kan du")
    ]

    assert [reply.language for reply in replies] == ["da", "en", "da", "da", "da"]


def test_a_typed_yes_is_answered_in_its_language(talk: Talk) -> None:
    talk.say(BOOKING)

    assert talk.say("ja tak").text.startswith("Godkendt: ")


def test_chat_goes_on_while_a_card_waits(talk: Talk) -> None:
    first = talk.say(BOOKING)
    second = talk.say("find leads in Odense")
    third = talk.say("yes")

    assert first.proposals[0].status == "pending"
    assert second.text == "1 leads: Peter Lund."
    assert third.text.startswith("Approved: Book Jens Nygaard")


def test_whoever_was_booked_is_still_he_after_the_yes(talk: Talk) -> None:
    talk.say(BOOKING)
    talk.say("yes")

    again = talk.say("book him for a deep clean next Wednesday at 13")

    assert [proposal.tool for proposal in again.proposals] == ["book"]
    assert "Jens Nygaard" in again.proposals[0].card.preview.title


def test_the_rest_of_a_message_stays_in_sight_and_is_offered_again(talk: Talk) -> None:
    asked = talk.say(BOTH)
    proposed = talk.say(asked.choices[0].label)

    after = talk.approve()

    assert [len(asked.choices), len(proposed.proposals)] == [2, 1]
    assert [option.tool for option in proposed.choices] == ["find_leads"]
    assert told(after) == (f"Booked: Jens Nygaard\nShall I go on with “{asked.choices[1].label}”?")
    assert offered(after) == [asked.choices[1].label]


@pytest.mark.parametrize("answer", ["yes", "1", "Find leads: Odense"])
def test_what_is_offered_can_be_said_or_pressed(talk: Talk, answer: str) -> None:
    talk.say(talk.say(BOTH).choices[0].label)
    talk.approve()

    assert talk.say(answer).text == "1 leads: Peter Lund."


def test_what_is_offered_can_be_declined(talk: Talk) -> None:
    talk.say(talk.say(BOTH).choices[0].label)
    talk.approve()

    assert talk.say("no thanks").text == "All right."


def test_a_request_that_was_taken_up_meanwhile_is_not_offered_again(talk: Talk) -> None:
    asked = talk.say(BOTH)
    talk.say(asked.choices[0].label)
    talk.say(asked.choices[1].label)

    after = talk.approve()

    assert (told(after), offered(after)) == ("Booked: Jens Nygaard", [])


def test_a_question_that_waits_for_its_answer_is_not_pushed_aside(talk: Talk) -> None:
    asked = talk.say(BOTH)
    talk.say(asked.choices[0].label)
    talk.say("book Jens Nygaard for a deep clean")

    after = talk.approve()
    answered = talk.say("next Wednesday at 13")

    assert offered(after) == [asked.choices[1].label]
    assert [proposal.tool for proposal in answered.proposals] == ["book"]


class Eager(Book):
    """Book a customer for a service."""

    @classmethod
    def tool_name(cls) -> str:
        return "book"

    def perform(self, ctx: Context, key: str) -> Receipt:
        done = super().perform(ctx, key)
        steps = (
            Option(label=ctx.say("Find new leads", "Find nye leads"), tool="find_leads"),
            Option(label="Wipe the lead", tool="wipe_lead"),
            Option(label="Draft the invoice", tool="draft_invoice"),
        )
        return done.model_copy(update={"follow_up": steps})


def test_what_usually_comes_next_is_offered_where_it_exists_for_this_person(
    office: Office,
) -> None:
    actions = (Eager, *TRADE.actions[1:])
    talk = Talk(Office(office.store, domains=(replace(TRADE, actions=actions),)))
    talk.say("book Jens Nygaard til en standardrengøring på tirsdag kl. 10")

    after = talk.approve()

    assert offered(after) == ["Find nye leads"]
    assert told(after) == "Booket: Jens Nygaard\nSkal jeg gå videre med “Find nye leads”?"
    assert talk.say("ja").text.startswith("2 leads")


def test_a_button_with_a_name_is_not_offered_where_its_words_would_be_read_anew(
    office: Office,
) -> None:
    actions = (Eager, *TRADE.actions[1:])
    talk = Talk(Office(office.store, domains=(replace(TRADE, actions=actions),)))
    talk.say(BOOKING)
    talk.say("book Jens Nygaard for a deep clean")

    after = talk.approve()

    assert (told(after), offered(after)) == ("Booked: Jens Nygaard", [])
