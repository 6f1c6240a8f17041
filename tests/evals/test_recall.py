"""Search finds the right one of 300 texts, on both databases, by words alone."""

import pytest

from evals.recalling import read_cases, recall


def test_the_cases_are_300_texts_and_60_answerable_questions() -> None:
    texts, questions = read_cases()

    assert (len(texts), len(questions)) == (300, 60)
    assert {each.answer for each in questions} <= texts.keys()


@pytest.mark.slow
def test_three_of_four_answers_are_among_the_first_five(store_url: str) -> None:
    outcome = recall(store_url)

    assert outcome.share >= 0.75, outcome.as_json()
    assert outcome.by_kind["lexical"] == outcome.by_kind["number"] == 1
