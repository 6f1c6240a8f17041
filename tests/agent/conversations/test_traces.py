"""What counts as a trace of something that goes, and what does not."""

import datetime as dt

import pytest

from agent.conversations.traces import GONE, Search
from memory.store import Store
from memory.tables.leads import Note
from tests.memory.rows import a_note
from tools.desk.ports import Traces

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "said",
    [
        "Jens Nygaard called",
        "jens nygaard's door",
        "Jens\nNygaard",
        "mail from “Jens, Nygaard”",
        {"history": [{"args": {"customer": "Jens Nygaard"}}]},
        {"Jens Nygaard": 1},
    ],
    ids=str,
)
def test_words_stand_together_however_they_are_spelt(said: object) -> None:
    assert Search(Traces(words=frozenset({"Jens Nygaard"}))).in_words(said)


@pytest.mark.parametrize("said", ["Jens Nygaardsen called", "Jens and Nygaard", "Jens", None, 7])
def test_others_with_longer_names_are_not_meant(said: object) -> None:
    assert not Search(Traces(words=frozenset({"Jens Nygaard"}))).in_words(said)


def test_a_short_word_alone_says_nothing() -> None:
    assert Search(Traces(words=frozenset({"dog"}))).words is None


def test_an_id_is_not_found_in_a_longer_one() -> None:
    search = Search(Traces(ids=frozenset({"cus_1"})))

    assert search.in_ids({"customer": "cus_1"}, "customer=cus_1,")
    assert not search.in_ids("cus_12", "xcus_1")


def test_only_the_words_go() -> None:
    search = Search(Traces(words=frozenset({"has a dog"})))

    assert search.without({"a": ["Jens has a dog.", 1]}) == {"a": [f"Jens {GONE}.", 1]}


@pytest.mark.parametrize("name", ["Søren Ærø", "20 12 34 56", "Åå Øø"])
def test_rows_are_found_in_letters_of_any_alphabet(store: Store, name: str) -> None:
    with store.session("t1") as session:
        session.add_all([a_note("n1", text=f"rang {name} op"), a_note("n2", text="rang Per op")])

    with store.reading("t1") as session:
        found = Search(Traces(words=frozenset({name}))).rows(session, Note, ("text",))

    assert [row.id for row in found] == ["n1"]


def test_any_number_of_traces_can_be_looked_for(store: Store) -> None:
    with store.session("t1") as session:
        session.add_all(a_note(f"n{at}", text=f"about bok_{at}") for at in range(300))

    wanted = frozenset(f"bok_{at}" for at in range(250))
    with store.reading("t1") as session:
        assert len(Search(Traces(ids=wanted)).rows(session, Note, ("text",))) == 250
