"""The edit form speaks of people and times in words, and a preview in the language of whoever reads it."""

from typing import Any

import pytest
import sqlalchemy as sa

from memory.tables.gate import Proposal
from memory.tables.identity import User
from tests.support.friday import Friday

BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"


def proposed(friday: Friday) -> Any:
    return friday.say(BOOK)["proposals"][0]


def reads_danish(friday: Friday, email: str) -> None:
    with friday.app.store.session("demo") as session:
        user = session.scalars(sa.select(User).where(User.email == email)).one()
        user.language = "da"


def form(friday: Friday, made: Any, who: str = "anna") -> dict[str, Any]:
    found = friday.query("approvals.form", {"id": made["id"]}, who=who)
    return {field["name"]: field for field in found["fields"]}


def test_the_form_names_records_and_times_as_people_do(fresh: Friday) -> None:
    fields = form(fresh, proposed(fresh))

    assert fields["customer"]["value"] == "Jens Nygaard"
    assert fields["service"]["value"] == "Standard clean"
    assert fields["start"]["value"] == "Tuesday 24 November 2026 at 10:00"
    assert fields["hours"]["value"] == "1.5"
    assert "_" not in fields["staff"]["value"]
    assert fields["staff"]["label"] == "Employee"


def test_what_is_written_into_the_form_is_resolved_and_the_rest_stays(fresh: Friday) -> None:
    made = proposed(fresh)
    changed = {"start": "Tuesday 24 November 2026 at 13:00", "staff": "Jonas"}
    vote = {"id": made["id"], "digest": made["digest"], "decision": "edit", "args": changed}

    edited = fresh.mutate("approvals.decide", vote, who="anna")

    assert edited["args"]["customer"] == made["args"]["customer"]
    assert edited["args"]["start"] == "2026-11-24T13:00:00+01:00"
    assert form(fresh, edited)["staff"]["value"].startswith("Jonas")


def test_the_form_is_in_its_readers_language(fresh: Friday) -> None:
    made = proposed(fresh)
    reads_danish(fresh, "owner@demo.example")

    fields = form(fresh, made, who="owner")

    assert fields["start"]["value"] == "tirsdag d. 24. november 2026 kl. 10:00"
    assert (fields["hours"]["value"], fields["customer"]["label"]) == ("1,5", "Kunde")


def test_a_choice_comes_with_what_people_call_its_values(fresh: Friday) -> None:
    made = fresh.say("mark lead Mette Holm as quoted")["proposals"][0]

    status = form(fresh, made)["status"]

    assert {"value": "quoted", "label": "quoted"} in status["options"]


def test_a_colleague_reads_the_preview_in_their_own_language(fresh: Friday) -> None:
    made = proposed(fresh)
    reads_danish(fresh, "owner@demo.example")

    read = fresh.query("approvals.get", {"id": made["id"]}, who="owner")

    assert made["preview"]["title"].startswith("Book Standard clean for")
    assert read["preview"]["title"].startswith("Book Standardrengøring til Jens Nygaard, tirsdag")
    assert read["digest"] == made["digest"]


def test_words_changed_in_the_other_language_are_not_voted_on(fresh: Friday) -> None:
    made = proposed(fresh)
    with fresh.app.store.session("demo") as session:
        row = session.get_one(Proposal, ("demo", made["id"]))
        kept = row.preview or {}
        row.preview = {**kept, "translated": {**kept["translated"], "title": "Andet"}}
    vote = {"id": made["id"], "digest": made["digest"], "decision": "approve"}

    status, error = fresh.post("approvals.decide", vote, token=fresh.token("owner"))

    assert (status, error["data"]["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("kl. 12", "2026-11-24T12:00:00+01:00"),
        ("13:30", "2026-11-24T13:30:00+01:00"),
        ("torsdag", "2026-11-26T10:00:00+01:00"),
        ("next Thursday at 9", "2026-11-26T09:00:00+01:00"),
    ],
)
def test_what_an_edit_leaves_out_of_a_time_stays_as_the_card_says_it(
    friday: Friday, written: str, start: str
) -> None:
    made = proposed(friday)
    vote = {"id": made["id"], "digest": made["digest"], "decision": "edit"}

    edited = friday.mutate("approvals.decide", {**vote, "args": {"start": written}}, who="anna")

    assert edited["args"]["start"] == start
