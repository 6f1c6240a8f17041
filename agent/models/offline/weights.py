"""What was learnt, as numpy arrays: which features speak for which tool. Files hold numbers and words only."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from numpy.lib.format import write_array

from agent.models.offline.counting import Counts

FORMAT = "4"
"""Part of every key: another way of learning makes earlier files worthless."""
Numbers = npt.NDArray[np.float32] | npt.NDArray[np.float16]


@dataclass(frozen=True)
class Weights:
    """A linear model: `matrix[feature, class]` and `bias[class]`; `numbers` are the features' own, in order."""

    key: str
    classes: tuple[str, ...]
    numbers: npt.NDArray[np.uint32]
    matrix: Numbers
    bias: npt.NDArray[np.float32]
    counts: Counts

    def scores(self, features: Iterable[int]) -> npt.NDArray[np.float32]:
        """One number per class, the larger the likelier; features that were never learnt count for nothing."""
        places, found = found_at(self.numbers, np.fromiter(features, np.uint32))
        rows = places[found]
        if not len(rows):
            return self.bias
        total = self.matrix[rows].sum(axis=0, dtype=np.float32)
        return total / np.float32(np.sqrt(len(rows))) + self.bias

    def save(self, path: Path) -> None:
        """Write it so that a reader sees either the whole file or none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        started = path.with_suffix(".part")
        arrays = {
            "key": np.array(self.key),
            "classes": np.array(self.classes),
            "numbers": self.numbers,
            "matrix": self.matrix.astype(np.float16),
            "bias": self.bias.astype(np.float32),
            "counts": np.fromiter(self.counts.to_bytes(), np.uint8),
        }
        # As `np.savez_compressed`, in a quarter of its time for a twentieth more.
        with zipfile.ZipFile(started, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w") as entry:
                    write_array(entry, array, allow_pickle=False)
        started.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Weights | None":
        """The weights in a file; None when it is not there or not one of ours. Nothing in it is ever executed."""
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                return cls(
                    key=str(file["key"]),
                    classes=tuple(str(name) for name in file["classes"]),
                    numbers=file["numbers"],
                    matrix=file["matrix"],
                    bias=file["bias"],
                    counts=Counts.from_bytes(file["counts"].tobytes()),
                )
        except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
            return None


# The types of this differ between the versions of numpy that Python 3.11 and 3.13 get.
_places = cast(Callable[[Any, Any], npt.NDArray[np.intp]], vars(np)["searchsorted"])


def found_at(
    numbers: npt.NDArray[np.uint32], wanted: npt.NDArray[np.uint32]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where each of `wanted` is among `numbers`, and whether it is there at all."""
    places = np.minimum(_places(numbers, wanted), len(numbers) - 1)
    return places, numbers[places] == wanted


def key_of(parts: Sequence[object]) -> str:
    """A name for what is learnt from: the same material, the same key."""
    content = json.dumps([FORMAT, *parts], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:24]
