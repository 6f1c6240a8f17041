"""An allergy is kept on a yes, and on nothing else."""

import pytest

from memory.tables.facts import Fact
from tools.desk.remembering import Remember
from tools.errors import Conflict, Unclear

NUTS = "Jens Nygaard is allergic to nuts"


@pytest.mark.parametrize(
    "consent",
    [
        "Jens, on the phone today",
        "he agreed on 12 november",
        "han sagde ja den 12. november",
        "yes, he did",
        "hans kone, på telefonen i går",
        "Jens selv",
        "det har han",
    ],
)
def test_a_yes_is_kept_with_it(desk, consent):
    receipt = desk.do(Remember(fact=NUTS, consent=consent))

    assert desk.row(Fact, receipt.record["fact"]).consent == consent


@pytest.mark.parametrize(
    "consent",
    [
        "hmm",
        "ja",
        "aner det ikke",
        "don't know",
        "hvorfor det?",
        "skip it",
        "what is bo allergic to",
        "did he agree?",
        "maybe he said yes",
        "find leads",
        "show bookings today",
        "Book Jens on Friday",
        "han er allergisk",
    ],
)
def test_what_is_no_yes_is_asked_about_again(desk, consent):
    with pytest.raises(Unclear) as asked:
        desk.resolve(Remember(fact=NUTS, consent=consent))

    assert consent in asked.value.fields["consent"]
    assert desk.rows(Fact) == []


@pytest.mark.parametrize(
    "consent",
    ["hun har ikke sagt ja", "no she did not agree", "he refused", "he hasn't agreed yet"],
)
def test_a_no_drops_it(desk, consent):
    with pytest.raises(Conflict):
        desk.resolve(Remember(fact=NUTS, consent=consent))


@pytest.mark.parametrize(
    ("words", "told", "consent"),
    [
        (f"{NUTS}, he agreed on 12 november", NUTS, "he agreed on 12 november"),
        (f"{NUTS} and he said yes today", NUTS, "he said yes today"),
        (
            "Jens Nygaard ikke tåler duft, og han har givet samtykke i dag",
            "Jens Nygaard ikke tåler duft",
            "han har givet samtykke i dag",
        ),
    ],
)
def test_a_consent_in_the_same_sentence_counts(desk, words, told, consent):
    receipt = desk.do(Remember(fact=words))

    fact = desk.row(Fact, receipt.record["fact"])
    assert (fact.key, fact.value, fact.consent) == ("allergy", told, consent)


@pytest.mark.parametrize(
    "more",
    ["but the dog may come in", "men hunden må gerne være inde", "and agreed to pay by card"],
)
def test_what_else_is_allowed_is_no_consent(desk, more):
    with pytest.raises(Unclear):
        desk.resolve(Remember(fact=f"{NUTS}, {more}"))


def test_a_refusal_in_the_same_sentence_drops_it(desk):
    with pytest.raises(Conflict):
        desk.resolve(Remember(fact=f"{NUTS} but has not agreed"))


def test_not_to_tolerate_something_is_an_allergy(desk):
    with pytest.raises(Unclear) as asked:
        desk.resolve(Remember(fact="Jens Nygaard ikke tåler duft"))

    assert "consent" in asked.value.fields
