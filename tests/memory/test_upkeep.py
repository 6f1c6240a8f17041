"""What keeps texts and vectors true while nobody looks."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from memory.recall import search
from memory.store import Store
from memory.tables.conversations import Conversation, Event, Turn
from memory.tables.identity import User
from memory.tables.leads import Note
from memory.tables.texts import Text
from memory.upkeep import WORTH, compare, embed_new, index_talk, rebuild
from memory.vectors import CharHash, Matrix, Vectors
from tests.memory.rows import a_note
from tests.support.stores import EPOCH, tamper


class Meaning(CharHash):
    """Says of itself that it knows meanings, so that it is used however few texts there are."""

    semantic = True


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[Vectors]:
    opened = Vectors(Meaning(64), folder=tmp_path / "chroma")
    yield opened
    opened.close()


def a_turn(id: str, said: str, answered: str, *, owner: str = "usr_anna") -> list[object]:
    conversation = Conversation(
        id=f"c_{id}", owner_id=owner, channel="web", created_at=EPOCH, updated_at=EPOCH
    )
    turn = Turn(
        id=id, conversation_id=f"c_{id}", number=1, client_message_id=id, cause="message",
        actor_id=owner, actor={}, text=said, state="answered", created_at=EPOCH, finished_at=EPOCH,
    )  # fmt: skip
    body = {"role": "assistant", "text": answered}
    event = Event(
        id=f"e_{id}", conversation_id=f"c_{id}", seq=2, turn_id=id, kind="message", body=body,
        created_at=EPOCH,
    )  # fmt: skip
    return [conversation, turn, event]


def add(store: Store, *rows: object) -> None:
    with store.session("t1") as session:
        session.add_all(rows)


def find(store: Store, query: str, *roles: str) -> list[str]:
    with store.reading("t1") as session:
        hits = search(session, query, roles=roles or ["office"], now=EPOCH)
    return [hit.record_id for hit in hits]


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def test_a_colleagues_talk_is_found_by_the_colleague_only(store: Store) -> None:
    anna = User(id="usr_anna", email="a@demo.example", name="Anna", role="staff", created_at=EPOCH)
    add(store, anna, *a_turn("trn_1", "what about the parrot", "It bites."))

    assert index_talk(store) == 1

    assert find(store, "parrot", "office", "usr_anna") == ["trn_1"]
    assert find(store, "bites", "usr_anna") == ["trn_1"]
    assert find(store, "parrot", "office", "usr_mette") == []


def test_what_a_visitor_said_is_found_by_the_office(store: Store) -> None:
    add(store, *a_turn("trn_1", "what about the parrot", "It bites.", owner="sig_1"))
    index_talk(store)

    assert find(store, "parrot") == ["trn_1"]


def test_a_turn_is_indexed_once_and_late_ones_are_not_forgotten(store: Store) -> None:
    add(store, *a_turn("trn_1", "the parrot", "It bites."))
    assert index_talk(store) == 1
    assert index_talk(store) == 0

    late = a_turn("trn_2", "the dog", "It barks.", owner="sig_1")
    late[1].finished_at = EPOCH - dt.timedelta(minutes=5)  # pyright: ignore
    add(store, *late)

    assert index_talk(store) == 1
    assert find(store, "dog") == ["trn_2"]


def test_new_texts_get_vectors_once(store: Store, vectors: Vectors) -> None:
    add(store, *(a_note(f"n{each}", text=f"dog number {each}") for each in range(150)))

    assert embed_new(store, vectors) == 150
    assert embed_new(store, vectors) == 0
    assert len(vectors.ids("t1")) == 150


def test_a_changed_text_gets_a_new_vector(store: Store, vectors: Vectors) -> None:
    add(store, a_note("n1", text="dog"))
    embed_new(store, vectors)
    with store.session("t1") as session:
        session.get_one(Note, ("t1", "n1")).text = "cat"

    assert embed_new(store, vectors) == 1


def test_letters_alone_do_not_load_chroma_for_a_few_texts(store: Store, tmp_path: Path) -> None:
    letters = Vectors(CharHash(), folder=tmp_path / "chroma")
    add(store, a_note("n1", text="dog"))

    assert embed_new(store, letters) == 0

    assert not letters.open
    assert WORTH > 1


def test_a_busy_folder_is_left_alone(store: Store, vectors: Vectors, tmp_path: Path) -> None:
    vectors.put("t1", ["x"], ["x"])
    second = Vectors(Meaning(64), folder=tmp_path / "chroma")
    add(store, a_note("n1", text="dog"))

    assert embed_new(store, second) == 0


def test_the_nightly_comparison_repairs_both_sides(store: Store, vectors: Vectors) -> None:
    add(store, a_note("n1", text="dog"), a_note("n2", text="cat"))
    embed_new(store, vectors)
    with store.reading("t1") as session:
        ids = set(session.scalars(sa.select(Text.id)))
    vectors.remove("t1", sorted(ids)[:1])
    vectors.put("t1", ["stray"], ["bird"])
    vectors.put("gone tenant", ["a"], ["bird"])

    assert compare(store, vectors) == (1, 1)

    assert vectors.ids("t1") == ids
    assert vectors.ids("gone tenant") == set()
    assert compare(store, vectors) == (0, 0)


def test_vectors_that_are_gone_altogether_are_made_anew(
    store: Store, vectors: Vectors, tmp_path: Path
) -> None:
    add(store, a_note("n1", text="dog"), a_note("n2", text="cat"))
    embed_new(store, vectors)
    vectors.erase()

    assert compare(store, vectors) == (2, 0)

    assert embed_new(store, vectors) == 2
    assert compare(store, vectors) == (0, 0)


class Slow(Meaning):
    """Something happens while it makes vectors."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__(64)
        self.meanwhile = meanwhile

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.meanwhile()
        return super().embed(texts)


def test_what_is_erased_while_its_vector_is_made_has_none(store: Store, tmp_path: Path) -> None:
    add(store, a_note("n1", text="dog"), a_note("n2", text="cat"))

    def erase() -> None:
        with store.session("t1") as session:
            session.execute(sa.delete(Note).where(Note.id == "n1"))

    vectors = Vectors(Slow(erase), folder=tmp_path / "chroma")
    embed_new(store, vectors)

    assert len(vectors.ids("t1")) == 1
    vectors.close()


def test_everything_can_be_rebuilt_from_the_records(store: Store, vectors: Vectors) -> None:
    add(store, a_note("n1", text="the parrot bites"), a_note("n2", text="the dog barks"))
    embed_new(store, vectors)
    tamper(store, "DELETE FROM texts WHERE record_id = 'n1'")
    tamper(store, "DELETE FROM notes WHERE id = 'n2'")
    assert find(store, "dog") == ["n2"]

    assert rebuild(store, vectors, tell=quiet) == 1

    assert find(store, "parrot") == ["n1"]
    assert find(store, "dog") == []
    assert len(vectors.ids("t1")) == 1
