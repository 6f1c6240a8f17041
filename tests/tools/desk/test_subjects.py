"""Whom a sentence is about: the person who is named, never another who shares a word."""

import datetime as dt

import pytest

from memory.tables.facts import Fact
from memory.tables.leads import Customer
from tools.desk.remembering import Remember
from tools.errors import Unclear
from tools.values.text import fold

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def customer(id: str, number: int, name: str) -> Customer:
    return Customer(
        id=id, number=number, name=name, folded_name=fold(name), created_at=NOW, updated_at=NOW
    )


def told_of(desk, words: str) -> str:
    receipt = desk.do(Remember(fact=words))
    return desk.row(Fact, receipt.record["fact"]).subject_id


def asked(desk, words: str) -> list[str]:
    with pytest.raises(Unclear) as raised:
        desk.resolve(Remember(fact=words))
    assert "about" in raised.value.fields
    return [str(choice.args["about"]) for choice in raised.value.choices]


@pytest.mark.parametrize(
    "words",
    [
        "Jens Hansen betaler kontant",
        "jens hansen betaler kontant",
        "Jens Hansens hund bider",
        "the neighbour of Jens Hansen has a dog",
    ],
)
def test_a_name_that_nobody_has_is_asked_about(desk, words):
    assert asked(desk, words) == ["cus_jens", "fjord"]
    assert desk.rows(Fact) == []


def test_who_shares_the_last_name_is_another_person(desk):
    assert asked(desk, "Kirsten Holm has a dog") == ["lead_1", "fjord"]


def test_a_name_that_shares_nothing_with_anybody_is_asked_about_too(desk):
    assert asked(desk, "Xenia Blix has a dog") == ["fjord"]


def test_the_answer_says_whom_it_is_about(desk):
    receipt = desk.do(Remember(fact="Xenia Blix has a dog", about="fjord"))

    assert desk.row(Fact, receipt.record["fact"]).subject_kind == "firm"


@pytest.mark.parametrize(
    "words",
    [
        "jens only wants mail",
        "jens' dog bites",
        "hos jens er der en hund",
        "Hr Nygaard has a dog",
        "Jens Tuesday mornings",
        "Customer Jens Nygaard has a dog",
        "jens nygaard has a dog",
    ],
)
def test_one_known_name_is_enough(desk, words):
    assert told_of(desk, words) == "cus_jens"


def test_a_first_name_in_small_letters_that_several_have_is_asked_about(desk):
    desk.add(customer("cus_other", 99, "Jens Lund"))

    assert sorted(asked(desk, "jens only wants mail")) == ["cus_jens", "cus_other"]


@pytest.mark.parametrize("words", ["she has a cat", "det: hun har en kat", "hans hund bider"])
def test_somebody_without_a_name_is_asked_about(desk, words):
    assert asked(desk, words) == []


@pytest.mark.parametrize(
    "words",
    [
        "Anna Holm has her own keys",
        "Fjordglimt lukker i juli",
        "the van is in the workshop on Mondays",
        "brug altid Persil Color til hvidt",
        "vi holder fri den 24. december",
    ],
)
def test_colleagues_things_and_the_firm_are_the_firms(desk, words):
    assert told_of(desk, words) == "fjord"
