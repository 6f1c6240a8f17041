"""Vectors on a real Chroma server: shared by processes, and sometimes not there."""

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from secrets import token_hex
from threading import Thread

import pytest
import sqlalchemy as sa

from memory.erasing import scrub
from memory.installation import installation_of
from memory.recall import search
from memory.store import Store
from memory.tables.leads import Note
from memory.tables.texts import Text
from memory.upkeep import compare, embed_new, rebuild
from memory.vectors import CharHash, Vectors, VectorsBusy
from tests.memory.rows import a_note
from tests.support.chroma import CannotRun, ChromaServer
from tests.support.stores import EPOCH

WRITER = """
import pathlib, sys
from memory.vectors import CharHash, Vectors
url, owner, first = sys.argv[1:]
vectors = Vectors(CharHash(64), folder=pathlib.Path("/nowhere"), url=url, owner=owner)
for number in range(int(first), int(first) + 30):
    vectors.put("t1", [f"x{number}"], [f"dog number {number}"])
"""


class Meaning(CharHash):
    """Says of itself that it knows meanings, so that it is asked every time."""

    semantic = True


Opening = Callable[..., Vectors]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("chroma") / "data")
    try:
        server.start()
    except CannotRun as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Chroma server could be started: {error}")
    yield server
    server.stop()


@pytest.fixture
def server(shared: ChromaServer) -> Iterator[ChromaServer]:
    """The same for a test that stops it."""
    yield shared
    shared.stop()
    shared.start()


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Opening]:
    """Opens vectors on a server, as another process or installation would; all are closed in the end."""
    opened: list[Vectors] = []
    mine = f"f{token_hex(4)}"

    def one(url: str, owner: str = mine) -> Vectors:
        made = Vectors(Meaning(64), folder=tmp_path / "chroma", url=url, owner=owner)
        opened.append(made)
        return made

    yield one
    for each in opened:
        each.close()


@pytest.fixture
def vectors(shared: ChromaServer, opening: Opening) -> Vectors:
    return opening(shared.url)


def add(store: Store, *rows: object) -> None:
    with store.session("t1") as session:
        session.add_all(rows)


def find(store: Store, query: str, vectors: Vectors) -> list[str]:
    with store.reading("t1") as session:
        hits = search(session, query, roles=["office"], now=EPOCH, vectors=vectors)
    return [hit.record_id for hit in hits]


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def test_the_nearest_text_is_found_and_tenants_are_apart(vectors: Vectors) -> None:
    vectors.put("t1", ["a", "b"], ["the dog bites", "an invoice is late"])
    vectors.put("t2", ["c"], ["the dog bites"])

    assert vectors.nearest("t1", "dogs", 1) == ["a"]
    assert vectors.nearest("t2", "dogs", 9) == ["c"]
    vectors.remove("t1", ["a"])
    vectors.drop("t2")
    assert (vectors.ids("t1"), vectors.ids("t2")) == ({"b"}, set())


def test_texts_are_embedded_compared_and_made_anew(store: Store, vectors: Vectors) -> None:
    add(store, a_note("n1", text="the dog barks"), a_note("n2", text="the cat sleeps"))
    assert embed_new(store, vectors) == 2
    with store.reading("t1") as session:
        ids = set(session.scalars(sa.select(Text.id)))
    vectors.remove("t1", sorted(ids)[:1])
    vectors.put("t1", ["stray"], ["bird"])

    assert compare(store, vectors) == (1, 1)
    assert vectors.ids("t1") == ids
    assert rebuild(store, vectors, tell=quiet) == 2
    assert vectors.ids("t1") == ids


def test_a_slip_that_only_the_vectors_know_is_found(store: Store, vectors: Vectors) -> None:
    add(store, a_note("n1", text="the parrot"))
    embed_new(store, vectors)

    assert find(store, "xparro", vectors) == ["n1"]


def test_many_vectors_are_listed_and_removed_at_once(vectors: Vectors) -> None:
    ids = [f"x{number}" for number in range(1500)]
    vectors.put("t1", ids, ids)

    assert vectors.ids("t1") == set(ids)
    vectors.remove("t1", ids)
    assert vectors.ids("t1") == set()


def test_two_processes_lose_none_of_each_others_vectors(
    shared: ChromaServer, opening: Opening
) -> None:
    owner = f"f{token_hex(4)}"
    given = [sys.executable, "-c", WRITER, shared.url, owner]
    writers = [
        subprocess.Popen([*given, first], cwd=Path(__file__).parents[2]) for first in ("0", "30")
    ]

    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]

    vectors = opening(shared.url, owner)
    assert len(vectors.ids("t1")) == 60
    assert vectors.nearest("t1", "dog number 37", 1) == ["x37"]


def test_what_another_process_dropped_is_no_error(shared: ChromaServer, opening: Opening) -> None:
    one, other = opening(shared.url), opening(shared.url)
    one.put("t1", ["a"], ["dog"])

    other.erase()

    assert one.nearest("t1", "dog", 1) == []
    one.put("t1", ["b"], ["dog"])
    assert other.nearest("t1", "dog", 1) == ["b"]


def test_erasing_leaves_another_installations_vectors_alone(
    shared: ChromaServer, opening: Opening
) -> None:
    ours, theirs = opening(shared.url), opening(shared.url, "another")
    ours.put("t1", ["a"], ["dog"])
    theirs.put("t1", ["b"], ["dog"])

    assert ours.drop_others(["t1"]) == 0
    ours.erase()

    assert (ours.ids("t1"), theirs.ids("t1")) == (set(), {"b"})


def test_erasing_removes_the_folder_from_before_there_was_a_server(
    store: Store, vectors: Vectors, tmp_path: Path
) -> None:
    before = Vectors(Meaning(64), folder=tmp_path / "chroma")
    before.put("t1", ["a"], ["dog"])
    before.close()
    vectors.put("t1", ["a"], ["dog"])

    scrub(store, vectors)

    assert not (tmp_path / "chroma").exists()
    assert vectors.ids("t1") == set()


def test_without_the_server_search_goes_by_words_and_the_log_says_so_once(
    store: Store, server: ChromaServer, opening: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = opening(server.url)
    add(store, a_note("n1", text="the parrot bites"))
    embed_new(store, vectors)
    server.stop()

    with caplog.at_level(logging.WARNING, "memory"):
        found = [find(store, "parrot", vectors) for _ in range(3)]

    assert found == [["n1"]] * 3
    told = [each.getMessage() for each in caplog.records]
    assert len(told) == 1
    assert "does not answer" in told[0]
    assert "search goes by words" in told[0]


def test_a_server_that_was_never_there_is_the_same(store: Store, opening: Opening) -> None:
    vectors = opening("http://127.0.0.1:9")
    add(store, a_note("n1", text="the parrot bites"))

    assert find(store, "parrot", vectors) == ["n1"]
    assert embed_new(store, vectors) == 0
    assert not vectors.open


def test_without_the_server_nothing_is_rebuilt_by_halves(store: Store, opening: Opening) -> None:
    vectors = opening("http://127.0.0.1:9")
    add(store, a_note("n1", text="the parrot bites"))
    with store.session("t1") as session:
        session.execute(sa.delete(Text))

    with pytest.raises(VectorsBusy, match=r"http://127\.0\.0\.1:9 does not answer"):
        rebuild(store, vectors, tell=quiet)

    with store.reading("t1") as session:
        assert list(session.scalars(sa.select(Text.id))) == []


def test_what_could_not_be_erased_is_erased_when_the_server_is_back(
    store: Store, server: ChromaServer, opening: Opening
) -> None:
    vectors = opening(server.url)
    add(store, a_note("n1", text="the parrot bites"))
    embed_new(store, vectors)
    server.stop()
    with store.session("t1") as session:
        session.execute(sa.delete(Note))
    with pytest.raises(VectorsBusy):
        scrub(store, vectors)

    server.start()
    scrub(store, vectors)

    assert vectors.ids("t1") == set()


def test_a_server_that_is_back_is_asked_again(server: ChromaServer, opening: Opening) -> None:
    vectors = opening(server.url)
    vectors.put("t1", ["a"], ["dog"])
    server.stop()
    assert vectors.nearest("t1", "dog", 1) == []

    server.start()
    vectors.put("t1", ["b"], ["cat"])

    assert vectors.nearest("t1", "dog", 1) == ["a"]


def test_a_server_that_hangs_does_not_hold_up_searches(store: Store, opening: Opening) -> None:
    add(store, a_note("n1", text="the parrot bites"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        vectors = opening(f"http://127.0.0.1:{silent.getsockname()[1]}")

        began = time.monotonic()
        found = [find(store, "parrot", vectors) for _ in range(3)]

    assert found == [["n1"]] * 3
    assert time.monotonic() - began < 10


class NotChroma(BaseHTTPRequestHandler):
    """Answers everything as another program would, or a proxy before one."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Welcome</html>")

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def test_something_else_at_the_address_is_a_server_that_does_not_answer(opening: Opening) -> None:
    with HTTPServer(("127.0.0.1", 0), NotChroma) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        vectors = opening(f"http://127.0.0.1:{other.server_port}")

        assert vectors.nearest("t1", "dog", 1) == []
        with pytest.raises(VectorsBusy, match="correct FRIDAY_CHROMA_URL"):
            vectors.put("t1", ["a"], ["dog"])
        other.shutdown()


def test_an_installation_keeps_its_name(store: Store) -> None:
    assert installation_of(store) == installation_of(store)
    assert len(installation_of(store)) == 9
