"""A code told is remembered, a wish to be reminded is answered honestly, and a note is named by its words too."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from agent.gate.registry import Registry
from agent.models.offline import Heard, Named
from agent.models.offline.hearing import Language
from agent.models.offline.plans import Call, Plan, Said
from agent.wiring import make_understanding
from tools.catalog import DOMAINS
from tools.values.access import mask_codes, new_place
from tools.values.text import fold

NOW = dt.datetime(2026, 11, 16, 9, 2, tzinfo=dt.UTC)
PLANNER = make_understanding(Registry(DOMAINS)).planner
PEOPLE = {fold(name) for name in ("Jens Nygaard", "Jens")}


def known(candidates: Sequence[str]) -> Sequence[Named]:
    return [Named("customer", said) for said in candidates if said in PEOPLE]


def planned(text: str, language: Language = "en") -> Plan:
    """As a message is planned once the vault has its codes."""
    kept = mask_codes(text, lambda _: new_place()[1])
    heard = Heard(kept, language, NOW, ZoneInfo("Europe/Copenhagen"), named=known)
    return PLANNER.plan(heard, frozenset(PLANNER.slots))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the door code at Jens Nygaard's is 4417", "en"),
        ("koden hos Jens er 4417#", "da"),
        ("new door code for Jens Nygaard: 4417", "en"),
        ("nøglen hos Jens Nygaard ligger under måtten", "da"),
    ],
)
def test_a_code_that_is_told_is_remembered(text: str, language: Language) -> None:
    plan = planned(text, language)

    assert isinstance(plan, Call)
    assert plan.tool == "remember"
    assert "••••" in str(plan.args["fact"])


@pytest.mark.parametrize(
    "text",
    [
        "what is the door code at Jens Nygaard's",
        "is the door code at Jens Nygaard's 4417?",
        "hvad er koden hos Jens",
    ],
)
def test_a_code_that_is_asked_for_is_looked_up(text: str) -> None:
    plan = planned(text)

    assert isinstance(plan, Call)
    assert plan.tool == "show_access"


def test_a_code_beside_a_job_does_not_hide_the_job() -> None:
    plan = planned("book Jens Nygaard on Tuesday at 10, the door code is 4417")

    assert isinstance(plan, Said)
    assert plan.form is not None
    assert plan.form[0] == "book"


@pytest.mark.parametrize(
    "text",
    [
        "remind me to call Jens tomorrow",
        "remind me tomorrow at 9 to call Jens",
        "can you set a reminder for tomorrow",
    ],
)
def test_a_wish_to_be_reminded_is_answered_honestly(text: str) -> None:
    plan = planned(text)

    assert isinstance(plan, Said)
    assert plan.text.startswith("Reminding you is not something I can do yet.")


@pytest.mark.parametrize(
    "text",
    ["husk mig på at ringe til Jens i morgen", "mind mig lige om at ringe til Jens i morgen"],
)
def test_it_is_answered_in_danish_too(text: str) -> None:
    plan = planned(text, "da")

    assert isinstance(plan, Said)
    assert plan.text.startswith("At minde dig om noget kan jeg ikke endnu.")


def test_what_was_said_once_is_still_recalled() -> None:
    plan = planned("remind me what Jens said about the dog")

    assert isinstance(plan, Call)
    assert plan.tool == "recall"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("remove the note about the ladder on Jens Nygaard", "the ladder on Jens Nygaard"),
        ("remove the ladder note from Jens Nygaard", "ladder note from Jens Nygaard"),
        ("fjern noten om hunden på Jens", "hunden på Jens"),
        ("remove the note on Jens Nygaard", "Jens Nygaard"),
    ],
)
def test_the_words_of_a_note_stay_with_it(text: str, note: str) -> None:
    plan = planned(text)

    assert isinstance(plan, Call)
    assert (plan.tool, plan.args["note"]) == ("remove_note", note)
    assert PLANNER.focus(Heard(text, "en", NOW, ZoneInfo("UTC")), plan)["person"].startswith("Jens")
