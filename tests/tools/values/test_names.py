"""Names of known records in queries and sentences."""

import pytest

from tools.values.names import (
    Ambiguous,
    Match,
    Matched,
    Nothing,
    best_matches,
    find_names,
    score,
)

PEOPLE = [
    (1, "Jens Nygaard"),
    (2, "Mette Holm"),
    (3, "Peter Lund"),
    (4, "Petra Lund"),
    (5, "Nordlys Café"),
    (6, "Søren Østergaard"),
]
FIRST = ["Jens", "Mette", "Anna", "Peter", "Søren", "Kirsten", "Lars", "Bjørn", "Åse", "Ole"]
LAST = [
    a + b + c
    for a in ("Ny", "Øster", "Vester", "Lund", "Holm")
    for b in ("", "gaard", "bak", "hol", "sø")
    for c in ("", "berg", "by", "sen")
]


def test_spelling_with_and_without_danish_letters_is_the_same_name():
    assert score("Soeren Oestergaard", "Søren Østergård") == 100.0


def test_one_name_that_stands_out_is_matched():
    assert best_matches("jens nygard", PEOPLE) == Matched(
        Match(1, "Jens Nygaard", pytest.approx(95.6, abs=0.1))
    )


def test_an_exact_name_wins_over_a_near_one():
    assert best_matches("Peter Lund", PEOPLE) == Matched(Match(3, "Peter Lund", 100.0))


def test_two_of_the_same_name_are_ambiguous():
    answer = best_matches("mette holm", [*PEOPLE, (7, "Mette Holm")])

    assert isinstance(answer, Ambiguous)
    assert [match.id for match in answer.matches] == [2, 7]


def test_two_near_names_are_ambiguous():
    assert isinstance(best_matches("Petr Lund", PEOPLE), Ambiguous)


@pytest.mark.parametrize("query", ["zzz", "", "Jens"])
def test_no_near_name_is_nothing(query: str):
    assert best_matches(query, PEOPLE) == Nothing()


@pytest.mark.parametrize(
    ("sentence", "said", "how", "ids"),
    [
        ("book Jens Nygaard for a standard clean next Tuesday at 10", "Jens Nygaard", "exact", [1]),
        ("book jens nygaard til standardrengøring", "jens nygaard", "exact", [1]),
        ("show soeren oestergaard", "soeren oestergaard", "exact", [6]),
        ("send til NORDLYS CAFE", "NORDLYS CAFE", "exact", [5]),
        ("Jens Nygaards bookinger", "Jens Nygaard", "exact", [1]),
        ("convert Mette Holm's lead", "Mette Holm", "exact", [2]),
        ("book Jens Nygard i morgen", "Jens Nygard", "close", [1]),
        ("vis Nordlys", "Nordlys", "part", [5]),
        ("ring til Nygaard", "Nygaard", "part", [1]),
        ("skriv til Lund", "Lund", "part", [4, 3]),
    ],
)
def test_a_mention_is_found(sentence: str, said: str, how: str, ids: list[int]):
    hits = find_names(sentence, PEOPLE)

    assert [(hit.text, hit.value.how) for hit in hits] == [(said, how)]
    assert sorted(match.id for match in hits[0].value.matches) == sorted(ids)


@pytest.mark.parametrize(
    "sentence", ["find leads in Aarhus", "hvad koster vinduespudsning", "help", "", "show cafe"]
)
def test_a_sentence_without_names_mentions_nobody(sentence: str):
    assert find_names(sentence, PEOPLE) == []
