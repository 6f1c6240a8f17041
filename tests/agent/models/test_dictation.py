"""What a person dictates is kept as it was typed, and what is said beside a request is put where it belongs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic_ai.messages import ModelRequest, ToolCallPart, ToolReturnPart

from agent.gate import Registry
from agent.models.offline import Heard, Named
from agent.models.offline.clauses import remark
from agent.models.offline.dictation import dictates
from agent.models.offline.focus import focus_shown
from agent.models.offline.model import OfflineModel
from agent.models.offline.plans import Call, Plan, Said
from agent.models.offline.several import parts_of
from agent.wiring import make_understanding
from tools.catalog import DOMAINS

NOW = dt.datetime(2026, 11, 16, 9, 2, tzinfo=dt.UTC)  # a Monday
ZONE = ZoneInfo("Europe/Copenhagen")
REGISTRY = Registry(DOMAINS)
PLANNER = make_understanding(REGISTRY).planner
RECORDS: Mapping[str, str] = {
    "jens nygaard": "customer",
    "jens nygaards": "customer",
    "erik eriksen": "customer",
    "pia dahl": "customer",
    "standard clean": "service",
    "standardrengoering": "service",
}


def known(candidates: Sequence[str]) -> list[Named]:
    """The names among them that the records have."""
    return [Named(RECORDS[name], name) for name in candidates if name in RECORDS]


def plan(
    text: str, focus: Mapping[str, str] | None = None, form: Mapping[str, Any] | None = None
) -> Plan:
    """What the owner's message means."""
    memo: dict[str, Any] = {"focus": dict(focus or {}), "form": form}
    heard = Heard(text, "en", NOW, ZONE, "owner", memo=memo, named=known)
    return PLANNER.plan(heard, frozenset(t.tool_name() for t in REGISTRY.for_role("owner")))


def called(
    text: str, focus: Mapping[str, str] | None = None, form: Mapping[str, Any] | None = None
) -> tuple[str, dict[str, Any]]:
    """The tool and arguments that the message calls."""
    found = plan(text, focus, form)
    assert isinstance(found, Call), found
    return found.tool, dict(found.args)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "notér på Erik Eriksen, at konen gerne vil have vinduerne pudset udvendigt",
            "konen gerne vil have vinduerne pudset udvendigt",
        ),
        ("noter på Jens Nygaard: SOMMER vil have besøg", "SOMMER vil have besøg"),
        (
            'note on Jens Nygaard: remember that he said "no dogs" at all',
            'remember that he said "no dogs" at all',
        ),
        ("note on Jens Nygaard that the gate is broken", "the gate is broken"),
        ("note on Jens Nygaard SUMMER wants a visit", "SUMMER wants a visit"),
        ('noter på Erik Eriksen: "kun om morgenen"', "kun om morgenen"),
    ],
)
def test_a_note_says_what_was_dictated_word_for_word(text: str, kept: str) -> None:
    tool, args = called(text)

    assert tool == "add_note"
    assert args["text"] == kept


def test_a_fact_goes_to_the_end_of_the_message() -> None:
    _, args = called("husk om Pia Dahl: hun har en kat, og hun vil have besøg. Ring først!")

    assert args == {
        "about": "Pia Dahl",
        "fact": "hun har en kat, og hun vil have besøg. Ring først!",
    }


def test_dictated_words_are_not_taken_apart_into_requests() -> None:
    assert parts_of("noter på Pia Dahl: hun flytter og så vil hun have vinduerne pudset") == []
    assert parts_of("vis bookinger i morgen og så vis leads i Aarhus") != []


def test_words_after_a_command_that_names_nobody_are_not_dictated() -> None:
    assert dictates("vis bookinger: i morgen") is None
    assert dictates("Pia Dahl has a cat, remember that") is None


@pytest.mark.parametrize(
    "text",
    [
        "cancel booking 37 and tell erik we are sorry",
        "aflys booking 37 uden at give besked",
    ],
)
def test_what_goes_on_behind_a_cancellation_is_no_reason(text: str) -> None:
    assert called(text) == ("cancel_booking", {"booking": "37"})


def test_a_request_behind_a_cancellation_is_taken_on_its_own() -> None:
    found = plan("cancel booking 37 and then show me leads in Aarhus")

    assert isinstance(found, Said)
    assert [option.tool for option in found.options] == ["cancel_booking", "find_leads"]


def test_a_reason_is_kept_without_its_because() -> None:
    _, args = called("aflys booking 39 fordi kunden er syg")

    assert args == {"booking": "39", "reason": "kunden er syg"}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ret Pia Dahls mail til pia@dahl", "pia@dahl"),
        ("change Pia Dahl's email to pia.dahl", "pia.dahl"),
    ],
)
def test_a_bad_address_is_never_a_name(text: str, address: str) -> None:
    tool, args = called(text)

    assert tool == "update_customer"
    assert args["email"] == address
    assert "name" not in args


def test_a_clause_that_says_neither_hours_nor_booking_is_the_note() -> None:
    _, args = called("faerdig med booking 33, 3 timer, vinduet var knust, og nøglen mangler")

    assert args == {
        "booking": "33",
        "hours": "3 timer",
        "note": "vinduet var knust, og nøglen mangler",
    }


def test_thanks_and_requests_are_no_remarks() -> None:
    assert remark({"booking": "33"}, "done with 33, many thanks") is None
    assert remark({"booking": "33"}, "done with 33, show me the next one") is None
    assert remark({"booking": "33"}, "can you close 33, his phone is dead") is None
    assert remark({"booking": "33"}, "done with 33, the key is gone, thanks") == "the key is gone"


def test_thanks_at_the_end_are_no_note() -> None:
    assert called("booking 33 er færdig, tak for i dag") == ("complete_booking", {"booking": "33"})


def test_so_many_people_are_a_crew() -> None:
    _, args = called("book Jens Nygaard til standardrengøring tirsdag kl 8 med 2 mand i 3 timer")

    assert (args["crew"], args["hours"]) == ("2", "3 timer")
    assert "staff" not in args


def test_a_labelled_source_is_the_source() -> None:
    _, args = called("new lead Ida Bach, 20112299, kilde: messen")

    assert args == {"name": "Ida Bach", "phone": "20112299", "source": "messen"}


def test_what_a_new_lead_wants_is_its_message() -> None:
    _, args = called("opret lead Ib Ny, 20112297, vil have tilbud på vinduespudsning")

    assert args["name"] == "Ib Ny"
    assert args["message"] == "vil have tilbud på vinduespudsning"


def test_a_lead_is_lost_for_the_reason_behind_the_comma() -> None:
    tool, args = called("lead 3 er tabt, for dyrt")

    assert tool == "update_lead"
    assert args == {"lead": "3", "status": "lost", "lost_reason": "for dyrt"}


def test_recall_by_its_own_name_looks_for_what_follows() -> None:
    assert called("recall pia") == ("recall", {"query": "pia"})


def test_a_lead_that_was_just_made_is_whom_we_talk_of() -> None:
    made = plan("new lead: Hanne Vester 22334412")
    heard = Heard("", "en", NOW, ZONE)

    focus = PLANNER.focus(heard, made)

    assert called("make her a customer", focus) == ("convert_lead", {"lead": "Hanne Vester"})


def test_the_only_booking_shown_is_the_one_we_talk_of() -> None:
    focus = focus_shown({"booking": "12"}, {"bookings": [{"id": "bok_37"}], "total": 1})

    assert called("cancel it", focus) == ("cancel_booking", {"booking": "bok_37"})


def test_what_a_lookup_showed_is_kept_for_the_next_message() -> None:
    heard = Heard("show bookings for Erik Eriksen", "en", NOW, ZONE, "owner", named=known)
    model = OfflineModel(PLANNER, heard)
    called = model.respond([], frozenset({"find_bookings"})).parts[0]
    assert isinstance(called, ToolCallPart)
    found = {"summary": "1 booking.", "bookings": [{"id": "bok_37"}], "total": 1}
    returned = ToolReturnPart(called.tool_name, found, called.tool_call_id)

    reply = model.respond([ModelRequest(parts=[returned])], frozenset({"find_bookings"}))

    assert (reply.metadata or {})["memo"]["focus"]["booking"] == "bok_37"


def test_of_several_bookings_shown_none_is_pointed_at() -> None:
    found = {"bookings": [{"id": "bok_37"}, {"id": "bok_38"}], "total": 2}

    assert focus_shown({}, found) == {}


def test_a_number_means_the_record_that_was_shown_for_it() -> None:
    shown = focus_shown({"person": "number 3"}, {"id": "cus_3", "name": "Klinik Åbyhøj"})

    assert shown == {"person": "cus_3"}
    assert isinstance(plan("make her a customer", shown), Said)


def test_a_name_stays_as_it_was_said() -> None:
    assert focus_shown({"person": "Pia Dahl"}, {"id": "cus_34"}) == {"person": "Pia Dahl"}


def test_his_booking_is_that_of_the_person_we_talk_of() -> None:
    _, args = called("aflys hans booking", {"person": "Erik Eriksen"})

    assert args == {"booking": "Erik Eriksen"}


def test_an_address_in_the_answer_for_a_name_is_no_part_of_it() -> None:
    form: dict[str, Any] = {"tool": "create_lead", "args": {}, "missing": "name"}

    _, args = called("Ole Ny, ole@ny", form=form)

    assert args == {"name": "Ole Ny", "email": "ole@ny"}


def test_a_note_without_a_marker_read_for_it_is_found_behind_the_name() -> None:
    _, args = called("tilføj en note til Pia Dahl om at hun ikke vil have besøg, når det regner")

    assert args == {"about": "Pia Dahl", "text": "hun ikke vil have besøg, når det regner"}
