"""Questions, denials and conditions name an action without wanting it; wishes in the shape of a question want it."""

import pytest

from agent.models.offline.asking import doubtful, forbids, only_looks
from agent.models.offline.doubts import Doubts
from agent.models.offline.grammar import Match


@pytest.mark.parametrize(
    "text",
    [
        "don't suspend Anna",
        "never suspend jonas",
        "Please do not cancel booking 38",
        "du skal ikke lukke anna ude",
        "I må ikke aflyse noget",
        "frys ikke noget",
        "husk ikke at Jens Nygaard har en kat",
        "don't undo",
        "lad være med at flytte booking 38",
    ],
)
def test_what_is_forbidden_is_forbidden_whatever_the_verb(text: str) -> None:
    assert forbids(text)


@pytest.mark.parametrize(
    "text",
    [
        "don't forget to book Jens on Tuesday",
        "glem ikke at booke Jens på tirsdag",
        "I don't know the address",
        "cancel booking 38",
        "Jens kan ikke på tirsdag, flyt ham til onsdag",
    ],
)
def test_a_not_that_forbids_nothing_is_let_be(text: str) -> None:
    assert not forbids(text)


@pytest.mark.parametrize(
    "text",
    [
        "er jonas lukket ude?",
        "har du lukket anna ude?",
        "Did you suspend Anna?",
        "can jonas suspend users?",
        "what happens if I freeze everything",
        "hvad sker der hvis jeg fryser alt",
        "er booking 34 udført?",
        "has booking 35 been completed?",
        "is Jens Nygaard's phone 22334455?",
        "er mette holm blevet kunde",
        "hvem fjernede noten på jens nygaard",
        "should I cancel booking 39?",
        "if Jens calls then cancel booking 39",
        "are we open monday 8-16?",
    ],
)
def test_a_question_about_what_is_only_looks(text: str) -> None:
    assert only_looks(text)


@pytest.mark.parametrize(
    "text",
    [
        "can you move booking 38 to Friday at 10?",
        "can booking 19 be pushed to Thursday at 10?",
        "kan booking 19 flyttes til torsdag kl. 10?",
        "could we book Jens on Tuesday?",
        "kan du aflyse booking 39?",
        "er det muligt at flytte min tid til fredag?",
        "is it possible to move my visit to Friday?",
        "har I tid til at komme på tirsdag?",
        "er forhindret på tirsdag",
        "skal have flyttet min tid",
        "how about Tuesday at 10?",
        "was it cancelled? book her again on Tuesday",
        "have Jonas do the windows on Tuesday",
    ],
)
def test_a_wish_in_the_shape_of_a_question_is_a_wish(text: str) -> None:
    assert not only_looks(text)


@pytest.mark.parametrize(
    ("text", "dictated"),
    [
        ("booking 34 is not done", ""),
        ("booking 33 er ikke færdig", ""),
        ("Jens Nygaard's phone is not 40506071", ""),
        ("kan jeg fryse alt?", ""),
        ("can I freeze everything", ""),
        ("ulla dahl er ikke kunde mere", ""),
        ("do not note on Jens: call first", "call first"),
    ],
)
def test_what_is_done_doubts_is_asked_about_first_where_it_is_denied_or_asked(
    text: str, dictated: str
) -> None:
    assert doubtful(text, dictated)


@pytest.mark.parametrize(
    ("text", "dictated"),
    [
        ("add a note to Jens: do not call before ten", "do not call before ten"),
        ("husk at Pia Dahl ikke vil ringes op", "Pia Dahl ikke vil ringes op"),
        ("kan jeg få noteret på Mette: ring først", "ring først"),
        ("don't forget to note on Mette: call first", "call first"),
        ("booking 34 is done", ""),
        ("freeze everything", ""),
        ("never mind", ""),
        ("kan peter lund ikke blive oprettet som kunde", ""),
    ],
)
def test_a_not_that_is_dictated_leaves_no_doubt(text: str, dictated: str) -> None:
    assert not doubtful(text, dictated)


def test_a_button_does_not_teach_what_would_freeze_the_firm() -> None:
    doubts = Doubts({"freeze": "instant", "complete_booking": "auto"})

    assert not doubts.may_be_taught("freeze", "jonas er syg i dag")
    assert not doubts.may_be_taught("complete_booking", "booking 34 is not done")
    assert doubts.may_be_taught("complete_booking", "34 er klaret")
    assert doubts.may_be_taught("book", "sæt Jens på tirsdag")


def test_what_takes_something_back_may_be_asked_for_with_a_not() -> None:
    doubts = Doubts({"withdraw": "instant"}, frozenset({"withdraw"}))

    assert doubts.takes_back(Match("withdraw", {}, 2))
    assert not doubts.takes_back(Match("freeze", {}, 2))
    assert not doubts.asks_first("lad være alligevel", Match("withdraw", {}, 2), {}, {})
    assert doubts.asks_first("can I take it back?", Match("withdraw", {}, 0), {}, {})
