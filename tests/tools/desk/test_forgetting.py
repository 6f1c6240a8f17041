"""Forgetting takes the fact that the words fit, and otherwise asks."""

import pytest

from memory.tables.facts import Fact
from tools.desk.forgetting import Forget
from tools.desk.remembering import Remember
from tools.errors import NotFound, Unclear
from tools.kit import Actor

PAYS = "Jens Nygaard betaler med mobilepay"
STAFF = Actor("fjord", "usr_bo", "staff", "Bo Lund", "en")


def kept(desk) -> set[str]:
    return {fact.value for fact in desk.rows(Fact) if fact.forgotten_at is None}


def asked(desk, tool: Forget, *, actor: Actor | None = None) -> Unclear:
    with pytest.raises(Unclear) as raised:
        desk.resolve(tool, **({"actor": actor} if actor else {}))
    return raised.value


@pytest.mark.parametrize(
    "words",
    [
        "Jens Nygaard har en kat",
        "the door code at jens nygaard",
        "dørkoden hos Jens Nygaard",
        "Jens Nygaard pays by card",
        "Jens Nygaard betaler ikke med mobilepay",
    ],
)
def test_another_fact_than_the_one_that_is_meant_stays(desk, words):
    desk.do(Remember(fact=PAYS))

    question = asked(desk, Forget(fact=words))

    assert kept(desk) == {PAYS}
    assert [choice.label for choice in question.choices] == [PAYS]


@pytest.mark.parametrize(
    "words",
    [
        "Jens Nygaard pays with mobilepay",
        "how Jens Nygaard pays",
        "betalingen hos Jens Nygaard",
        "what I said about the payment at Jens Nygaard",
        "Jens Nygaards mobilpay",
    ],
)
def test_the_fact_that_is_meant_goes(desk, words):
    desk.do(Remember(fact=PAYS))

    desk.do(Forget(fact=words))

    assert kept(desk) == set()


def test_a_cat_is_no_dog(desk):
    desk.do(Remember(fact="Jens Nygaard has a dog"))

    asked(desk, Forget(fact="Jens Nygaard har en kat"))

    assert kept(desk) == {"Jens Nygaard has a dog"}


def test_the_one_that_fits_goes_and_the_others_stay(desk):
    desk.do(Remember(fact="Jens Nygaard has a dog"))
    desk.do(Remember(fact=PAYS))

    desk.do(Forget(fact="hunden hos Jens Nygaard"))

    assert kept(desk) == {PAYS}


@pytest.mark.parametrize(
    "words",
    [
        "aldrig at Jens Nygaard har hund",
        "ikke at Jens Nygaard har hund",
        "never forget that Jens Nygaard har hund",
        "you must never forget that Jens Nygaard har hund",
        "never Jens Nygaard har hund",
    ],
)
def test_never_forget_forgets_nothing_and_offers_to_remember(desk, words):
    desk.do(Remember(fact="Jens Nygaard har hund"))

    question = asked(desk, Forget(fact=words))

    assert kept(desk) == {"Jens Nygaard har hund"}
    assert {choice.tool for choice in question.choices} <= {"remember", "forget"}


def test_never_forget_a_code_leaves_no_button_with_the_code(desk):
    question = asked(desk, Forget(fact="never forget that the door code at Jens is 471199"))

    assert question.choices == ()


@pytest.mark.parametrize(
    "words", ["everything", "all facts", "alle fakta", "alt", "everything you know"]
)
def test_everything_about_somebody_shows_the_facts_and_how_to_erase(desk, words):
    desk.do(Remember(fact=PAYS))
    desk.do(Remember(fact="Jens Nygaard has a dog"))

    question = asked(desk, Forget(fact=words, about="Jens Nygaard"))

    assert [choice.tool for choice in question.choices] == ["forget", "forget", "erase_customer"]
    assert question.choices[-1].args == {"customer": "cus_jens"}


def test_the_office_is_not_offered_to_erase(desk):
    desk.do(Remember(fact=PAYS))

    question = asked(desk, Forget(fact="everything", about="Jens Nygaard"), actor=STAFF)

    assert {choice.tool for choice in question.choices} == {"forget"}


def test_that_alone_asks_which_one(desk):
    desk.do(Remember(fact=PAYS))

    assert [choice.label for choice in asked(desk, Forget(fact="that")).choices] == [PAYS]


def test_where_nothing_is_known_it_says_so(desk):
    with pytest.raises(NotFound) as raised:
        desk.resolve(Forget(fact="the parrot", about="Jens Nygaard"))

    assert "Jens Nygaard" in raised.value.message
