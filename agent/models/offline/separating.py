"""Finds the planes that part each class of sentences from all others, from planes that parted nearly the same ones.

Support vectors with a squared hinge, solved in their dual: one sentence after the other is given the pull on the planes
that suits it best, for all classes at once. At the end a sentence's pull is twice what it lacks to its side, so planes
found before tell how hard each sentence pulled, and only what is new has to find its place (Hsieh et al., 2008,
https://www.csie.ntu.edu.tw/~cjlin/papers/cddual.pdf).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Planes = npt.NDArray[np.float32]
"""`planes[feature, class]`; the last row is the bias."""

_PENALTY = 1.0  # found by leaving each author of phrases out in turn
_SOFTNESS = np.float32(0.5 / _PENALTY)
_STILL, _STILL_ENOUGH = 0.002, 0.05
"""A sentence whose pull changes by less has found its place: from nothing, and from planes that were found so exactly.

Planes that are less exact tell too little of the pulls to begin from.
"""
_ROUNDS = 40


@dataclass(frozen=True)
class Sentence:
    """The rows of its features in the planes, the bias' last; how much each counts; and its class."""

    rows: npt.NDArray[np.intp]
    values: npt.NDArray[np.float32]
    label: int


def separate(
    sentences: Sequence[Sentence], shape: tuple[int, int], start: Planes | None, new: frozenset[int]
) -> Planes:
    """Planes of `shape`. `start` has the same shape; classes in `new` it knows nothing of.

    The same arguments give the same planes.
    """
    planes = np.zeros(shape, np.float32)
    pulls = np.zeros((len(sentences), shape[1]), np.float32)
    if start is not None:
        _pull_as_before(sentences, start, new, planes, pulls)
    _settle(sentences, planes, pulls, _STILL if start is None else _STILL_ENOUGH)
    return planes


def _pull_as_before(
    sentences: Sequence[Sentence],
    start: Planes,
    new: frozenset[int],
    planes: Planes,
    pulls: Planes,
) -> None:
    """Give every sentence the pull that it had when `start` was found; those that are gone pull no more."""
    fresh = sorted(new)
    for place, each in enumerate(sentences):
        if each.label in new:
            continue
        lacks = _lacks(each, start.take(each.rows, 0))
        pull = np.maximum(lacks / _SOFTNESS, 0)
        pull[fresh] = 0
        pulls[place] = pull
        planes[each.rows] += each.values[:, None] * _signed(-pull, each.label)


def _settle(sentences: Sequence[Sentence], planes: Planes, pulls: Planes, still: float) -> None:
    """Let every sentence pull, round after round, until none changes; those that are still are left in peace."""
    rng = np.random.default_rng(0)
    sizes = [np.float32(1 / (each.values @ each.values + _SOFTNESS)) for each in sentences]
    moving = list(range(len(sentences)))
    for _ in range(_ROUNDS):
        moved: list[int] = []
        rng.shuffle(moving)
        for place in moving:
            each, before = sentences[place], pulls[place]
            here = planes.take(each.rows, 0)
            wanted = before + (_lacks(each, here) - _SOFTNESS * before) * sizes[place]
            pull = np.maximum(wanted, 0)
            change = before - pull
            if max(change.max(), -change.min()) < still:
                continue
            pulls[place] = pull
            planes[each.rows] = here + each.values[:, None] * _signed(change, each.label)
            moved.append(place)
        if not moved:
            return
        moving = moved


def _lacks(sentence: Sentence, here: Planes) -> Planes:
    """How far the sentence is, for every class, from being on its side by a margin of one."""
    return 1 + _signed(sentence.values @ here, sentence.label)


def _signed(numbers: Planes, label: int) -> Planes:
    """`numbers`, with the other sign for the sentence's own class: the one that it belongs to."""
    numbers[label] = -numbers[label]
    return numbers
