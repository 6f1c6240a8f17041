"""Learns the linear model and counts the chains: `python -m agent.models.offline.fitting KEY MATERIAL.json INTO.npz`.

Only here is scikit-learn imported: it is large, and answering never needs it.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agent.models.offline.counting import Counts, count
from agent.models.offline.features import features, number_of
from agent.models.offline.generating import Sample
from agent.models.offline.learning import Material
from agent.models.offline.weights import Weights

_SEEN_AT_LEAST = 2
_PENALTY = 1.0  # found by leaving each author of phrases out in turn


def fit(samples: Sequence[Sample], counts: Counts, key: str) -> Weights:
    """One-against-the-rest classifiers over the features that at least two samples have."""
    from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs]
    from sklearn.svm import LinearSVC  # pyright: ignore[reportMissingTypeStubs]

    seen = [{number_of(name) for name in features(sample.words)} for sample in samples]
    often = Counter(number for each in seen for number in each)
    numbers = sorted(number for number, count in often.items() if count >= _SEEN_AT_LEAST)
    places = {number: place for place, number in enumerate(numbers)}
    starts, columns, values = [0], list[int](), list[float]()
    for each in seen:
        found = sorted(places[number] for number in each if number in places)
        columns += found
        values += [max(1, len(found)) ** -0.5] * len(found)
        starts.append(len(columns))
    matrix = csr_matrix(
        (np.array(values, np.float32), np.array(columns), np.array(starts)),
        shape=(len(seen), len(numbers)),
    )
    # Its stubs leave the types of what was learnt open.
    model: Any = LinearSVC(C=_PENALTY, random_state=0)
    model.fit(matrix, [sample.tool for sample in samples])
    return Weights(
        key=key,
        classes=tuple(str(name) for name in model.classes_),
        numbers=np.array(numbers, np.uint32),
        matrix=np.ascontiguousarray(model.coef_.T, dtype=np.float16),
        bias=np.asarray(model.intercept_, dtype=np.float32),
        counts=counts,
    )


def main(arguments: Sequence[str]) -> None:
    """Learn from a file of Material and write the weights."""
    key, told, into = arguments
    material = Material.model_validate_json(Path(told).read_text(encoding="utf-8"))
    phrases = material.phrases()
    fit(material.samples(phrases), count(phrases), key).save(Path(into))


if __name__ == "__main__":
    main(sys.argv[1:])
