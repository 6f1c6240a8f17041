"""Which tools a sentence may mean, likeliest first: the linear model's scores as chances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.models.offline.features import features
from agent.models.offline.weights import Weights

_SHARPNESS = 6.0
"""Turns distances from the planes into chances that hold: found by leaving each author of phrases out in turn."""


@dataclass(frozen=True)
class Ranked:
    """A tool, or "none" for what asks for nothing, and the chance that it is meant."""

    tool: str
    chance: float


def rank(weights: Weights, words: Sequence[str]) -> list[Ranked]:
    """Every class with its chance."""
    scores = weights.scores(features(words)) * _SHARPNESS
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    found = [
        Ranked(tool, float(chance)) for tool, chance in zip(weights.classes, chances, strict=True)
    ]
    return sorted(found, key=lambda ranked: -ranked.chance)
