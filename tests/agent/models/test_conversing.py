"""A conversation with the embedded model, turn by turn: forms, corrections, digressions, choices, and odd words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, ToolReturnPart

from agent.gate import Registry
from agent.models.offline import Heard, Named
from agent.models.offline.asking import only_looks
from agent.models.offline.forms import completed
from agent.models.offline.model import OfflineModel
from agent.models.offline.plans import Call, Plan, Said
from agent.wiring import make_understanding
from tools.catalog import DOMAINS

NOW = dt.datetime(2026, 11, 16, 9, 2, tzinfo=dt.UTC)  # a Monday
ZONE = ZoneInfo("Europe/Copenhagen")
REGISTRY = Registry(DOMAINS)
PLANNER = make_understanding(REGISTRY).planner
RECORDS: Mapping[str, tuple[str, ...]] = {
    "jens nygaard": ("customer",),
    "nordlys cafe": ("customer",),
    "booking aps": ("customer",),
    "approve all": ("lead",),
    "mette holm": ("lead",),
    "maria": ("staff",),
    "standard clean": ("service",),
    "standardrengoering": ("service",),
}


def known(candidates: Sequence[str]) -> list[Named]:
    """The names among them that the records have."""
    return [Named(kind, name) for name in candidates for kind in RECORDS.get(name, ())]


class Talk:
    """One conversation; every lookup and action that is called answers “Done.”."""

    def __init__(self, role: str = "staff", language: str = "en") -> None:
        self.role = role
        self.language = language
        self.now = NOW
        self.memo: dict[str, Any] = {}
        self.offered = frozenset(
            tool.tool_name()
            for tool in REGISTRY.for_role(role)  # pyright: ignore[reportArgumentType]
        )

    def heard(self, text: str) -> Heard:
        """What is heard of a message now."""
        language = "da" if self.language == "da" else "en"
        return Heard(
            text, language, self.now, ZONE, role=self.role, memo=dict(self.memo), named=known
        )

    def says(self, text: str) -> Plan:
        """The plan for one message. What it keeps is there for the next one."""
        plan = PLANNER.plan(self.heard(text), self.offered)
        model = OfflineModel(PLANNER, self.heard(text), turn=text)
        reply = model.respond([], self.offered)
        calls = [part for part in reply.parts if isinstance(part, ToolCallPart)]
        if calls:
            returned = [
                ToolReturnPart(call.tool_name, {"summary": "Done."}, call.tool_call_id)
                for call in calls
            ]
            reply = model.respond([ModelRequest(parts=returned)], self.offered)
        self.memo = dict((reply.metadata or {})["memo"])
        return plan

    def reply(self, text: str) -> str:
        """The words of the reply."""
        plan = self.says(text)
        return plan.text if isinstance(plan, Said) else ""


def called(plan: Plan) -> tuple[str, dict[str, Any]]:
    """The tool and arguments of a plan that calls one."""
    assert isinstance(plan, Call), plan
    return plan.tool, dict(plan.args)


def asked(plan: Plan) -> str:
    """The words of a plan that says something."""
    assert isinstance(plan, Said), plan
    return plan.text


def test_what_is_missing_is_asked_for_one_at_a_time() -> None:
    talk = Talk()

    assert asked(talk.says("book a standard clean")) == "Which customer is it for?"
    assert asked(talk.says("Jens Nygaard")) == "When should it start?"
    tool, args = called(talk.says("next Tuesday at 10"))

    assert tool == "book"
    assert args == {
        "customer": "Jens Nygaard",
        "service": "standard clean",
        "start": "next Tuesday at 10",
    }


def test_an_answer_is_corrected() -> None:
    talk = Talk()
    talk.says("book a standard clean on Friday at 10")

    assert asked(talk.says("no, Thursday at 10")).endswith("Which customer is it for?")
    assert called(talk.says("Jens Nygaard"))[1]["start"] == "Thursday at 10"


def test_a_look_up_between_question_and_answer_is_answered_and_the_question_asked_again() -> None:
    talk = Talk()
    talk.says("book Jens Nygaard next Tuesday at 10")

    plan = talk.says("show services")

    assert called(plan) == ("find_services", {})
    assert isinstance(plan, Call)
    assert plan.then == "Which service?"
    assert called(talk.says("standard clean"))[0] == "book"


def test_another_request_is_not_taken_for_the_answer() -> None:
    talk = Talk()
    assert asked(talk.says("cancel a booking")) == "Which booking?"

    assert called(talk.says("move booking 39 to Friday at 12")) == (
        "reschedule_booking",
        {"booking": "39", "start": "Friday at 12"},
    )


@pytest.mark.parametrize("said", ["what time is it", "hvad er klokken", "how are you doing today?"])
def test_a_question_is_not_taken_for_a_name(said: str) -> None:
    talk = Talk()
    talk.says("cancel a booking")

    assert asked(talk.says(said)).endswith("Which booking?")
    assert called(talk.says("39")) == ("cancel_booking", {"booking": "39"})


@pytest.mark.parametrize(("word", "language"), [("never mind", "en"), ("glem det", "da")])
def test_a_form_can_be_dropped(word: str, language: str) -> None:
    talk = Talk(language=language)
    talk.says("cancel a booking")

    assert "dropped" in talk.reply(word) or language == "da"
    assert "form" not in talk.memo


def test_an_answer_after_an_hour_is_told_that_it_is_too_late() -> None:
    talk = Talk()
    talk.says("book Jens Nygaard next Tuesday at 10")
    talk.now += dt.timedelta(minutes=61)

    assert "more than an hour old" in talk.reply("blue curtains")
    assert "form" not in talk.memo


def test_an_answer_within_the_hour_is_taken() -> None:
    talk = Talk()
    talk.says("book Jens Nygaard next Tuesday at 10")
    talk.now += dt.timedelta(minutes=59)

    assert called(talk.says("standard clean"))[0] == "book"


def test_several_requests_are_asked_about() -> None:
    plan = Talk().says("show services and cancel booking 12")

    assert isinstance(plan, Said)
    assert [option.tool for option in plan.options] == ["find_services", "cancel_booking"]


def test_the_other_one_is_the_choice_that_was_not_pressed() -> None:
    talk = Talk()
    services = {"label": "Show services", "tool": "find_services", "args": {}}
    bookings = {"label": "Show bookings", "tool": "find_bookings", "args": {}}
    talk.memo = {"at": NOW.isoformat(), "choices": [services, bookings]}

    assert called(talk.says("1"))[0] == "find_services"
    assert called(talk.says("no, the other one"))[0] == "find_bookings"


def test_her_is_the_person_who_was_spoken_of_last() -> None:
    talk = Talk()
    talk.says("show customer Jens Nygaard")

    assert called(talk.says("book her for a standard clean next Tuesday at 10"))[1]["customer"] == (
        "Jens Nygaard"
    )


def test_his_booking_is_that_of_the_person_who_was_spoken_of() -> None:
    talk = Talk()
    talk.says("show customer Jens Nygaard")

    assert called(talk.says("cancel his booking on Thursday")) == (
        "cancel_booking",
        {"booking": "Jens Nygaard's booking on Thursday"},
    )


def test_who_was_spoken_of_is_booked_and_the_rest_asked_for() -> None:
    talk = Talk()
    talk.says("show customer Jens Nygaard")

    assert asked(talk.says("book him next Tuesday at 10")) == "Which service?"
    assert called(talk.says("standard clean"))[1] == {
        "customer": "Jens Nygaard",
        "service": "standard clean",
        "start": "next Tuesday at 10",
    }


def test_her_is_asked_about_where_nobody_was_spoken_of() -> None:
    assert asked(Talk().says("book her for a standard clean next Tuesday at 10")).startswith(
        "Which customer"
    )


@pytest.mark.parametrize(
    "said",
    [
        "book everyone for a standard clean on Tuesday at 10",
        "book alle til standardrengøring på tirsdag kl. 10",
    ],
)
def test_everyone_is_not_a_customer(said: str) -> None:
    assert asked(Talk("owner").says(said)).startswith("I take one at a time.")


@pytest.mark.parametrize("said", ["show booking 38", "vis booking 38"])
def test_a_booking_is_not_a_customer_of_that_number(said: str) -> None:
    plan = Talk().says(said)

    tools = [plan.tool] if isinstance(plan, Call) else [option.tool for option in plan.options]

    assert not (isinstance(plan, Call) and "customer" in plan.args)
    assert all(tool is None or PLANNER.kinds[tool] == "lookup" for tool in tools)


def test_a_customer_may_be_called_like_a_thing() -> None:
    assert called(Talk().says("show Booking ApS")) == ("show_customer", {"customer": "Booking ApS"})


def test_a_lead_may_be_called_like_a_command() -> None:
    assert called(Talk().says("show lead Approve All")) == ("show_lead", {"lead": "Approve All"})


def test_the_name_of_a_service_is_not_a_customer() -> None:
    tool, args = called(
        Talk().says("book a standard clean next Tuesday at 10 for Nordlys Café with Maria")
    )

    assert tool == "book"
    assert args == {
        "service": "standard clean",
        "start": "next Tuesday at 10",
        "customer": "Nordlys Café",
        "staff": "Maria",
    }


def test_an_address_is_not_part_of_a_name() -> None:
    tool, args = called(Talk().says("create lead Karen Lund, karen@lund.example, 20 12 34 57"))

    assert tool == "create_lead"
    assert args == {"name": "Karen Lund", "email": "karen@lund.example", "phone": "20 12 34 57"}


@pytest.mark.parametrize("said", ["-500 kr", "−500 kr", "minus 500 kr"])
def test_an_amount_keeps_its_minus(said: str) -> None:
    _, args = called(Talk("owner").says(f"set the price of standard clean to {said}"))

    assert args["price"] == said


def test_a_booking_is_named_by_its_customer_and_its_time() -> None:
    assert called(Talk().says("cancel Jens Nygaard's booking on Thursday")) == (
        "cancel_booking",
        {"booking": "Jens Nygaard's booking on Thursday"},
    )
    assert called(Talk().says("flyt Jens Nygaards tid på torsdag til fredag kl. 9")) == (
        "reschedule_booking",
        {"booking": "Jens Nygaards tid på torsdag", "start": "fredag kl. 9"},
    )


@pytest.mark.parametrize(
    ("first", "then", "start"),
    [
        ("next Tuesday", "at 10", "next Tuesday at 10"),
        ("half past two", "on Monday", "on Monday at 14:30"),
        ("week 48", "at 10", "week 48 at 10"),
        ("Sunday at 10", "Monday", "Monday at 10:00"),
        ("Tuesday", "Wednesday at 9", "Wednesday at 9"),
    ],
)
def test_a_day_and_an_hour_may_be_said_one_after_the_other(
    first: str, then: str, start: str
) -> None:
    assert completed(first, then, Talk().heard("")) == start


def test_a_time_that_the_tool_refused_is_completed() -> None:
    talk = Talk()
    args = {"customer": "Jens Nygaard", "service": "standard clean"}
    form = {"tool": "book", "args": args, "missing": "start", "before": "next Tuesday"}
    talk.memo = {"at": NOW.isoformat(), "form": form}

    assert called(talk.says("at 10"))[1]["start"] == "next Tuesday at 10"


@pytest.mark.parametrize(
    "said",
    [
        "do not cancel booking 36",
        "please don't book Jens Nygaard on Tuesday at 10",
        "aflys ikke booking 36",
        "du skal ikke flytte booking 36 til fredag",
    ],
)
def test_what_shall_not_be_done_is_not_proposed(said: str) -> None:
    language = "da" if "ikke" in said else "en"
    assert asked(Talk(language=language).says(said)) in (
        "All right: nothing is done.",
        "Det er i orden: der bliver ikke gjort noget.",
    )


@pytest.mark.parametrize(
    "said",
    [
        "why was booking 36 cancelled",
        "what happened to booking 36?",
        "hvorfor blev booking 36 aflyst",
        "who approved booking 41",
    ],
)
def test_a_question_about_what_was_done_proposes_nothing(said: str) -> None:
    plan = Talk("owner").says(said)
    tools = [plan.tool] if isinstance(plan, Call) else [option.tool for option in plan.options]

    assert all(tool is None or PLANNER.kinds[tool] == "lookup" for tool in tools)


def test_a_question_with_a_request_behind_it_is_a_request() -> None:
    assert only_looks("why was it cancelled?")
    assert not only_looks("why was it cancelled? book Jens Nygaard again on Tuesday")


@pytest.mark.parametrize(
    ("said", "trade"),
    [
        ("lav et tilbud til Mette Holm", "Quotes"),
        ("make a quote for Mette Holm", "Quotes"),
        ("read my mail", "Reading and answering e-mail"),
        ("svar på min mail", "Reading and answering e-mail"),
        ("send Jens Nygaard an invoice", "Invoicing"),
    ],
)
def test_a_trade_that_is_not_there_yet_is_named(said: str, trade: str) -> None:
    assert asked(Talk().says(said)).startswith(f"{trade} is not something I can do yet.")


@pytest.mark.parametrize(
    "said",
    [
        "change Jens Nygaard's address to Nygade 3, 8240 Risskov",
        "Jens Nygaard has a new address: Nygade 3, 8240 Risskov",
        "Jens Nygaard flytter til Nygade 3, 8240 Risskov",
    ],
)
def test_a_postcode_is_part_of_an_address(said: str) -> None:
    assert called(Talk().says(said)) == (
        "update_customer",
        {"customer": "Jens Nygaard", "address": "Nygade 3, 8240 Risskov"},
    )


def test_words_around_a_new_name_are_not_part_of_it() -> None:
    _, args = called(Talk().says("create a lead for Ole Olsen, phone 20 12 34 58"))

    assert args == {"name": "Ole Olsen", "phone": "20 12 34 58"}


@pytest.mark.parametrize(("said", "role"), [("kontor", "staff"), ("bogholder", "bookkeeper")])
def test_a_role_is_said_in_danish(said: str, role: str) -> None:
    talk = Talk("owner", "da")
    talk.says("inviter bo@firm.example")

    assert called(talk.says(said)) == ("invite_user", {"email": "bo@firm.example", "role": role})


def test_a_long_message_is_read_like_a_short_one() -> None:
    words = "we have a small flat and would like to have it cleaned every week " * 120

    plan = Talk().says(f"add a note to Jens Nygaard: {words}")

    tool, args = called(plan)
    assert tool == "add_note"
    assert str(args["text"]).strip() == words.strip()


@pytest.mark.parametrize("said", ["find new leads in Aarhus", "vis nye leads i Aarhus"])
def test_a_look_up_drops_nothing_that_narrows_it(said: str) -> None:
    assert called(Talk().says(said)) == ("find_leads", {"status": "new", "query": "Aarhus"})


def test_a_slash_command_takes_the_rest_as_its_arguments() -> None:
    assert called(Talk().says("/find_leads Aarhus")) == ("find_leads", {"query": "Aarhus"})
    assert called(Talk().says("/find-leads")) == ("find_leads", {})
    assert called(Talk().says("/cancel_booking 12")) == ("cancel_booking", {"booking": "12"})


def test_a_slash_command_that_is_not_there_is_not_a_command() -> None:
    assert not isinstance(Talk("visitor").says("/find_leads Aarhus"), Call)


def test_a_visitor_is_not_told_about_tools_of_the_office() -> None:
    assert called(Talk("visitor").says("do you clean windows"))[0] == "find_services"


@pytest.mark.parametrize(
    "said",
    ["", "🧽🧽🧽", "​‍", "\u202e\u2066", "?!?!", "kl 25", "1e309 kr", "a" * 100_000, "x " * 5_000],
)
def test_odd_messages_start_nothing(said: str) -> None:
    plan = Talk("owner").says(said)

    assert isinstance(plan, Said)
    assert plan.text


def test_the_answers_to_one_turn_are_the_same_every_time() -> None:
    first, again = (Talk().says("show booking 38") for _ in range(2))

    assert first == again


def test_a_reply_without_a_call_is_words() -> None:
    reply = OfflineModel(PLANNER, Talk().heard("hello"), turn="1").respond([], frozenset())

    assert isinstance(reply, ModelResponse)
    assert [type(part) for part in reply.parts] == [TextPart]


def test_a_visitor_who_asks_for_what_the_office_does_leaves_a_message() -> None:
    talk = Talk("visitor")

    first = talk.says("book a standard clean for Jens Nygaard tomorrow at 10")
    tool, args = called(talk.says("Karen Lund"))

    assert asked(first).startswith("That is for the office to do: I pass your message on.")
    assert tool == "create_lead"
    assert args == {
        "name": "Karen Lund",
        "message": "book a standard clean for Jens Nygaard tomorrow at 10",
    }
