"""The embedded model's weights: of today's phrases, learnt without a trace of their own, and nothing but numbers."""

from pathlib import Path

import numpy as np
import pytest

from agent.gate.registry import Registry
from agent.models.offline.features import features
from agent.models.offline.generating import NONE
from agent.models.offline.learning import SHIPPED, Material, learn
from agent.models.offline.phrases import Both, ToolWords
from agent.models.offline.ranking import rank
from agent.models.offline.weights import Weights
from agent.wiring import make_understanding
from tools.catalog import DOMAINS

LABEL = Both(en="x", da="x")
FEW = Material(
    lines=(
        ("find_leads", "show me the leads"),
        ("find_leads", "which leads are new"),
        ("book", "book a clean for the customer"),
        ("book", "please book the customer in"),
    ),
    nothing=("what a lovely day", "such a lovely day it is"),
    words={"find_leads": ToolWords(label=LABEL), "book": ToolWords(label=LABEL)},
    slots={"find_leads": {}, "book": {}},
)


def test_the_shipped_weights_are_of_the_phrases_that_are_shipped() -> None:
    assert not make_understanding(Registry(DOMAINS)).stale, "run: make learn"


@pytest.mark.slow
def test_what_was_learnt_ranks_its_own_tool_first(tmp_path: Path) -> None:
    weights = learn(FEW, "few", tmp_path / "few.npz")

    assert weights is not None
    assert rank(weights, ["show", "the", "leads"])[0].tool == "find_leads"
    assert rank(weights, ["book", "the", "customer"])[0].tool == "book"
    assert rank(weights, ["a", "lovely", "day"])[0].tool == NONE


@pytest.mark.slow
def test_the_same_phrases_give_the_same_weights(tmp_path: Path) -> None:
    first, second = (learn(FEW, "few", tmp_path / name) for name in ("a.npz", "b.npz"))

    assert first is not None
    assert second is not None
    assert np.array_equal(first.matrix, second.matrix)


@pytest.mark.slow
def test_a_slip_of_the_pen_costs_little(tmp_path: Path) -> None:
    weights = learn(FEW, "few", tmp_path / "few.npz")

    assert weights is not None
    assert rank(weights, ["shw", "the", "laeds"])[0].tool == "find_leads"


def test_a_file_that_is_not_ours_is_not_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.npz"
    bad.write_bytes(b"PK\x03\x04 not really")
    pickled = tmp_path / "pickled.npz"
    with pickled.open("wb") as file:
        np.savez(file, key=np.array([{"a": 1}], dtype=object))

    assert Weights.load(bad) is None
    assert Weights.load(pickled) is None
    assert Weights.load(tmp_path / "none.npz") is None


@pytest.mark.slow
def test_weights_of_other_phrases_still_serve_and_are_learnt_anew(tmp_path: Path) -> None:
    understanding = make_understanding(Registry(DOMAINS[:1]), cache=tmp_path / "learnt.npz")

    assert understanding.stale
    assert understanding.refresh()
    assert not understanding.stale
    assert Weights.load(tmp_path / "learnt.npz") is not None


def test_sentences_of_any_length_have_bounded_features() -> None:
    assert len(features(["word"] * 100_000)) < 200
    shipped = Weights.load(SHIPPED)
    assert shipped is not None
    assert len(rank(shipped, [])) == len(shipped.classes)
