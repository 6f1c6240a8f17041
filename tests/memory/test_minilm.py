"""An embedder that knows meanings, and the way from one embedder to another."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memory.minilm import MiniLM, NoModel
from memory.recall import search
from memory.store import Store
from memory.upkeep import compare, embed_new, rebuild
from memory.vectors import CharHash, Vectors
from tests.memory.rows import a_note
from tests.support.minilm import put_model
from tests.support.stores import EPOCH


@pytest.fixture
def model(tmp_path: Path) -> MiniLM:
    return MiniLM(put_model(tmp_path / "minilm"))


@pytest.fixture
def vectors(model: MiniLM, tmp_path: Path) -> Iterator[Vectors]:
    opened = Vectors(model, folder=tmp_path / "chroma")
    yield opened
    opened.close()


def test_a_vector_has_length_one_and_words_of_one_meaning_point_the_same_way(model: MiniLM) -> None:
    dog, hound, invoice = model.embed(["Dog", "hound", "the invoice"])

    assert np.linalg.norm(dog) == pytest.approx(1, abs=1e-5)
    assert dog @ hound > 0.9
    assert dog @ invoice == pytest.approx(0, abs=1e-5)


def test_how_many_are_read_at_once_changes_nothing(model: MiniLM) -> None:
    texts = [f"dog {'hound ' * number}" for number in range(40)]

    together = model.embed(texts)

    assert np.allclose(together, [model.embed([text])[0] for text in texts], atol=1e-6)


def test_an_empty_text_is_no_error(model: MiniLM) -> None:
    assert model.embed(["", " "]).tolist() == [[0, 0], [0, 0]]
    assert model.embed([]).shape == (0, 2)


def test_other_weights_have_another_name(model: MiniLM, tmp_path: Path) -> None:
    folder = put_model(tmp_path / "other")
    weights = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(weights.replace(b"\xcd\xcc\xcc\x3d", b"\xcd\xcc\x4c\x3e"))

    assert model.name.startswith("minilm-")
    assert MiniLM(folder).name != model.name


def test_what_no_word_shares_is_found_by_its_meaning(store: Store, vectors: Vectors) -> None:
    with store.session("t1") as session:
        session.add_all([a_note("n1", text="invoice"), a_note("n2", text="hound")])
    embed_new(store, vectors)

    with store.reading("t1") as session:
        hits = search(session, "doggy dog", roles=["office"], now=EPOCH, vectors=vectors)

    assert hits[0].record_id == "n2"


def test_another_embedder_makes_its_own_vectors_and_the_old_ones_go(
    store: Store, model: MiniLM, tmp_path: Path
) -> None:
    with store.session("t1") as session:
        session.add_all([a_note("n1", text="dog"), a_note("n2", text="invoice")])
    letters = Vectors(CharHash(64), folder=tmp_path / "chroma")
    letters.put("t0", ["x"], ["so that there are some"])
    assert embed_new(store, letters) == 2
    letters.close()

    meanings = Vectors(model, folder=tmp_path / "chroma")

    assert embed_new(store, meanings) == 2
    assert embed_new(store, meanings) == 0
    assert len(meanings.ids("t1")) == 2
    assert compare(store, meanings) == (0, 0)
    assert meanings.drop_others(["t1", "t2"]) == 0
    meanings.close()


def test_making_everything_anew_takes_the_other_embedders_vectors_away(
    store: Store, vectors: Vectors, tmp_path: Path
) -> None:
    letters = Vectors(CharHash(64), folder=tmp_path / "chroma")
    letters.put("t1", ["x"], ["dog"])
    letters.close()

    rebuild(store, vectors, tell=lambda _what, _done, _total: None)

    assert vectors.drop_others(["t1", "t2"]) == 0


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    folder = put_model(tmp_path / "minilm")
    (folder / name).unlink()

    with pytest.raises(NoModel, match=rf"{name} is missing: put .* FRIDAY_MINILM_DIR"):
        MiniLM(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_spoilt_file_is_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    folder = put_model(tmp_path / "minilm")
    (folder / name).write_bytes(b"version https://git-lfs.github.com/spec/v1")

    with pytest.raises(NoModel, match="not a model that can be read"):
        MiniLM(folder)
