"""Learns the linear model and counts the chains: `python -m agent.models.offline.fitting KEY MATERIAL INTO [START]`."""

import gc
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from agent.models.offline.counting import Counts, count
from agent.models.offline.features import features
from agent.models.offline.generating import Sample
from agent.models.offline.learning import Material
from agent.models.offline.separating import Planes, Sentence, separate
from agent.models.offline.weights import Weights, found_at

_SEEN_AT_LEAST = 2
_numpy = cast(Any, np)
"""For functions whose types its stubs leave open."""


def fit(samples: Sequence[Sample], counts: Counts, key: str, start: Weights | None) -> Weights:
    """One-against-the-rest classifiers over the features that at least two samples have."""
    classes = sorted({sample.tool for sample in samples})
    numbers, sentences = _sentences(samples, classes)
    shape = len(numbers) + 1, len(classes)
    known = set(start.classes) if start else set[str]()
    new = frozenset(place for place, name in enumerate(classes) if name not in known)
    before = _as_before(start, numbers, classes) if start else None
    planes = separate(sentences, shape, before, new)
    return Weights(
        key=key,
        classes=tuple(classes),
        numbers=numbers,
        matrix=planes[:-1].astype(np.float16),
        bias=planes[-1],
        counts=counts,
    )


def _sentences(
    samples: Sequence[Sample], classes: Sequence[str]
) -> tuple[npt.NDArray[np.uint32], list[Sentence]]:
    """The features that count, in order, and the samples as places among them."""
    seen = [features(sample.words) for sample in samples]
    sizes = [len(each) for each in seen]
    every = np.fromiter(itertools.chain.from_iterable(seen), np.uint32, sum(sizes))
    numbers, places, often = _numpy.unique(every, return_inverse=True, return_counts=True)
    counts = often >= _SEEN_AT_LEAST
    counted = counts[places]
    places = (_numpy.cumsum(counts) - 1)[places[counted]]
    ends = _numpy.cumsum(counted)[_numpy.cumsum(sizes) - 1]
    labels = {name: place for place, name in enumerate(classes)}
    bias = np.array([counts.sum()])
    rows = [_numpy.concatenate((each, bias)) for each in _numpy.split(places, ends[:-1])]
    values = {size: _values(size) for size in set(map(len, rows))}
    return numbers[counts], [
        Sentence(each, values[len(each)], labels[sample.tool])
        for each, sample in zip(rows, samples, strict=True)
    ]


def _values(size: int) -> npt.NDArray[np.float32]:
    """All features of a sentence count the same, and together as much as the bias does."""
    values = np.full(size, max(1, size - 1) ** -0.5, np.float32)
    values[-1] = 1
    return values


def _as_before(start: Weights, numbers: npt.NDArray[np.uint32], classes: Sequence[str]) -> Planes:
    """What was learnt before, in the places of these features and classes; zero where it knows nothing."""
    planes = np.zeros((len(numbers) + 1, len(classes)), np.float32)
    places, found = found_at(start.numbers, numbers)
    for place, name in enumerate(classes):
        if name in start.classes:
            column = start.classes.index(name)
            planes[:-1, place] = _numpy.where(found, start.matrix[places, column], 0)
            planes[-1, place] = start.bias[column]
    return planes


def main(arguments: Sequence[str]) -> None:
    """Learn from a file of Material, beginning from the weights in START if there are any, and write the weights."""
    gc.disable()  # this process ends before there is anything worth collecting
    key, told, into, *start = arguments
    material = Material.model_validate_json(Path(told).read_text(encoding="utf-8"))
    phrases = material.phrases()
    before = Weights.load(Path(start[0])) if start else None
    fit(material.samples(phrases), count(phrases), key, before).save(Path(into))


if __name__ == "__main__":
    main(sys.argv[1:])
