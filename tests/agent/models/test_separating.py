"""Planes that part classes of sentences are the same, found from nothing or from planes that were found before."""

import subprocess
import sys
from collections.abc import Sequence

import numpy as np

from agent.models.offline.counting import count
from agent.models.offline.fitting import fit
from agent.models.offline.generating import Sample
from agent.models.offline.ranking import rank
from agent.models.offline.separating import Sentence, separate
from agent.models.offline.weights import Weights

SAID = {
    "find_leads": ["show new leads", "list leads please", "which leads came in", "leads today"],
    "book": ["book clean today", "book customer in", "put clean in", "book which day"],
    "none": ["lovely day today", "such lovely rain", "rain came in", "lovely which"],
}
SAMPLES = [
    Sample(tool, tuple(text.split()), ("",) * len(text.split()))
    for tool, said in SAID.items()
    for text in said
]
HEAVY = "sqlalchemy", "pydantic_ai", "sklearn", "asyncio"


def learnt(samples: Sequence[Sample], start: Weights | None = None) -> Weights:
    return fit(samples, count([]), "some", start)


def test_every_sentence_is_on_its_own_side() -> None:
    weights = learnt(SAMPLES)

    assert [rank(weights, each.words)[0].tool for each in SAMPLES] == [s.tool for s in SAMPLES]


def test_the_planes_are_those_of_least_length_and_lack() -> None:
    one, other = (Sentence(np.array([row, 2]), np.ones(2, np.float32), row) for row in (0, 1))

    planes = separate([one, one, other, other], (3, 2), None, frozenset())

    # By hand: a sentence that is 0.8 on its side lacks 0.2 and so pulls 0.4; two of them make a plane of 0.8.
    assert np.abs(planes - np.array([[0.8, -0.8], [-0.8, 0.8], [0, 0]])).max() < 0.05


def test_new_sentences_and_tools_are_learnt_from_where_others_were_left() -> None:
    start = learnt([each for each in SAMPLES if each.tool != "book"][:-1])

    weights = learnt(SAMPLES, start)

    assert weights.classes == ("book", "find_leads", "none")
    assert np.abs(weights.matrix - learnt(SAMPLES).matrix).max() < 0.1


def test_what_is_no_longer_said_is_forgotten() -> None:
    odd = Sample("book", ("lovely", "rain"), ("", ""))
    start = learnt([*SAMPLES, odd, odd, odd])

    weights = learnt(SAMPLES, start)

    assert rank(start, ["lovely", "rain"])[0].tool == "book"
    assert rank(weights, ["lovely", "rain"])[0].tool == "none"


def test_learning_loads_no_store_and_no_framework() -> None:
    asked = (
        f"import sys, agent.models.offline.fitting; print([n for n in {HEAVY} if n in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
