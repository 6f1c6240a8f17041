"""Vectors of letters, and the collections that they are kept in."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memory.vectors import CharHash, Vectors, VectorsBusy

SHOWN = "from memory.vectors import CharHash; print(CharHash(8).embed(['Nøglen']).tolist())"
SECOND = """
import pathlib, sys
from memory.vectors import CharHash, Vectors, VectorsBusy
try:
    Vectors(CharHash(), folder=pathlib.Path(sys.argv[1])).put("t1", ["a"], ["dog"])
except VectorsBusy as error:
    print(error)
"""
UNLOADED = """
import sys, pathlib
from memory.recall import search
from memory.vectors import CharHash, Vectors
assert Vectors(CharHash(), folder=pathlib.Path(sys.argv[1])).nearest("t1", "dog", 3) == []
print([name for name in sys.modules if name.startswith("chromadb")])
"""


def run(script: str, *given: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *given],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[Vectors]:
    opened = Vectors(CharHash(), folder=tmp_path / "chroma")
    yield opened
    opened.close()


def test_a_vector_has_length_one_and_like_words_point_the_same_way() -> None:
    dog, dogs, invoice = CharHash().embed(["the dog", "the dogs", "invoice"])

    assert np.linalg.norm(dog) == pytest.approx(1, abs=1e-5)
    assert dog @ dogs > 0.5 > dog @ invoice


def test_another_process_makes_the_same_vector() -> None:
    assert run(SHOWN) == str(CharHash(8).embed(["Nøglen"]).tolist())


def test_an_empty_text_is_no_error() -> None:
    assert not CharHash().embed([""]).any()


def test_the_nearest_text_is_found(vectors: Vectors) -> None:
    vectors.put("t1", ["a", "b"], ["the dog bites", "an invoice is late"])

    assert vectors.nearest("t1", "dogs", 1) == ["a"]


def test_tenants_have_collections_of_their_own(vectors: Vectors) -> None:
    vectors.put("t1", ["a"], ["the dog bites"])
    vectors.put("t2", ["b"], ["the dog bites"])

    assert vectors.nearest("t1", "dog", 9) == ["a"]
    vectors.drop("t1")
    assert (vectors.ids("t1"), vectors.ids("t2")) == (set(), {"b"})


def test_what_is_removed_or_of_a_gone_tenant_is_gone(vectors: Vectors) -> None:
    vectors.put("t1", ["a", "b"], ["dog", "cat"])
    vectors.put("t2", ["c"], ["bird"])

    vectors.remove("t1", ["a"])

    assert vectors.ids("t1") == {"b"}
    assert vectors.drop_others(["t1"]) == 1


def test_vectors_are_still_there_after_closing(vectors: Vectors, tmp_path: Path) -> None:
    vectors.put("t1", ["a"], ["dog"])
    vectors.close()

    again = Vectors(CharHash(), folder=tmp_path / "chroma")

    assert again.nearest("t1", "dog", 1) == ["a"]
    again.close()


def test_a_second_process_is_told_in_one_sentence(vectors: Vectors, tmp_path: Path) -> None:
    vectors.put("t1", ["a"], ["dog"])

    assert "Another process has the vectors" in run(SECOND, str(tmp_path / "chroma"))


def test_a_second_opener_finds_nothing_and_cannot_write(vectors: Vectors, tmp_path: Path) -> None:
    vectors.put("t1", ["a"], ["dog"])
    second = Vectors(CharHash(), folder=tmp_path / "chroma")

    assert second.nearest("t1", "dog", 1) == []
    with pytest.raises(VectorsBusy):
        second.put("t1", ["b"], ["cat"])


def test_searching_without_vectors_does_not_load_chroma(tmp_path: Path) -> None:
    assert run(UNLOADED, str(tmp_path / "chroma")) == "[]"
