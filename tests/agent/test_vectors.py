"""Which vectors there are and where they are kept, as the settings name it."""

from pathlib import Path

import pytest
from rich.console import Console

from agent.app import create_app
from agent.commands.remembering import reindex
from agent.settings import read_settings
from agent.wiring import make_vectors
from memory.store import Store
from tests.support.friday import opened, seed_demo, settings_in
from tests.support.minilm import put_model
from tools.errors import Conflict, Rejected

NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "address", ["chroma:8000", "10.0.0.5", "http://", "ftp://a", "http://a:8000/api/v2"]
)
def test_a_chroma_address_that_is_not_whole_is_refused_with_an_example(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("FRIDAY_CHROMA_URL", address)

    with pytest.raises(Rejected, match=r"FRIDAY_CHROMA_URL write .* http://10\.0\.0\.5:8000"):
        read_settings()


def test_health_stays_well_and_says_that_search_goes_by_words(tmp_path: Path) -> None:
    seed_demo(tmp_path)

    with opened(tmp_path, chroma_url=NOBODY) as friday:
        answer = friday.http.get("/health")

    told = {part["name"]: part for part in answer.json()["parts"]}["vectors"]
    assert (answer.status_code, told["ok"]) == (200, True)
    assert f"{NOBODY} does not answer" in told["detail"]
    assert told["detail"].endswith("search goes by words.")


def test_a_question_is_answered_without_the_server(tmp_path: Path) -> None:
    seed_demo(tmp_path)

    with opened(tmp_path, chroma_url=NOBODY) as friday:
        found = friday.mutate("tools.run", {"tool": "recall", "args": {"query": "zebra"}})

    assert "result" in found


def test_reindex_says_which_server_does_not_answer(tmp_path: Path) -> None:
    seed_demo(tmp_path)

    with pytest.raises(Conflict, match="correct FRIDAY_CHROMA_URL"):
        reindex(settings_in(tmp_path, chroma_url=NOBODY), Console(quiet=True))


def test_letters_are_the_default_and_off_is_none(store: Store, tmp_path: Path) -> None:
    made = make_vectors(settings_in(tmp_path), store)

    assert made is not None
    assert (made.name, made.semantic) == ("charhash-1024", False)
    assert make_vectors(settings_in(tmp_path, embeddings="off"), store) is None


def test_minilm_is_read_from_the_data_directory_or_a_named_folder(
    store: Store, tmp_path: Path
) -> None:
    put_model(tmp_path / "minilm")
    named = put_model(tmp_path / "elsewhere")

    here = make_vectors(settings_in(tmp_path, embeddings="minilm"), store)
    there = make_vectors(
        settings_in(tmp_path / "data", embeddings="minilm", minilm_dir=named), store
    )

    assert here is not None
    assert there is not None
    assert here.semantic
    assert here.name == there.name


def test_minilm_without_its_files_is_refused_before_anything_starts(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(Rejected, match=r"FRIDAY_EMBEDDINGS is minilm, but .* is missing"):
        create_app(settings_in(tmp_path, embeddings="minilm"), store=store)
