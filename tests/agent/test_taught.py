"""Taught phrases in the store: who may teach, what holds in which firm, and that every process sees every change."""

import datetime as dt

import pytest
import sqlalchemy as sa

from agent.models.offline import Lesson, Overlay
from agent.taught import TEACHERS, Taught, marked
from memory.store import Store
from memory.tables.taught import TaughtPhrase
from tests.support.stores import EPOCH
from tools.errors import Forbidden, NotFound
from tools.kit import Actor
from tools.policy import Role

RING = Lesson(("ring", "to", "<name>"), "show_customer", "ring to <name>")
FISH = Lesson(("fish", "out", "<name>"), "show_lead", "fish out <name>")
TOOLS = frozenset({"show_customer", "show_lead", "book"})


def person(role: Role = "staff", tenant_id: str = "t1", **more: object) -> Actor:
    given: dict[str, object] = {"id": f"usr_{role}", "name": role.title(), "language": "en"}
    return Actor(tenant_id=tenant_id, role=role, **given | more)  # pyright: ignore[reportArgumentType]


def learn(
    store: Store, taught: Taught, lesson: Lesson, actor: Actor | None = None, after: int = 0
) -> None:
    actor = actor or person()
    with store.session(actor.tenant_id) as session:
        taught.learn(session, actor, lesson, now=EPOCH + dt.timedelta(minutes=after))


def rows(store: Store, tenant_id: str = "t1") -> list[TaughtPhrase]:
    with store.reading(tenant_id) as session:
        return list(session.scalars(sa.select(TaughtPhrase).order_by(TaughtPhrase.created_at)))


def means(overlay: Overlay, lesson: Lesson) -> list[str]:
    return [found.tool for found, _ in overlay.near(lesson.words, TOOLS)]


@pytest.fixture
def taught(store: Store) -> Taught:
    return Taught(store, {})


@pytest.mark.parametrize("role", sorted(TEACHERS))
def test_whoever_works_here_teaches(store: Store, taught: Taught, role: Role) -> None:
    learn(store, taught, RING, person(role))

    assert [row.taught_by_id for row in rows(store)] == [f"usr_{role}"]


@pytest.mark.parametrize("role", ["customer", "visitor", "reseller"])
def test_nobody_from_outside_teaches(store: Store, taught: Taught, role: Role) -> None:
    learn(store, taught, RING, person(role))

    assert rows(store) == []


@pytest.mark.parametrize("kind", ["key", "system"])
def test_no_program_teaches(store: Store, taught: Taught, kind: str) -> None:
    learn(store, taught, RING, person("owner", kind=kind))

    assert rows(store) == []


def test_it_holds_in_its_own_firm_only(store: Store, taught: Taught) -> None:
    learn(store, taught, RING)

    assert means(taught.overlay("t1"), RING) == ["show_customer"]
    assert means(taught.overlay("t2"), RING) == []


def test_two_firms_that_learnt_at_the_same_moment_keep_to_their_own(
    store: Store, taught: Taught
) -> None:
    learn(store, taught, RING)
    learn(store, taught, Lesson(RING.words, "book", RING.wording), person(tenant_id="t2"))

    assert means(taught.overlay("t1"), RING) == ["show_customer"]
    assert means(taught.overlay("t2"), RING) == ["book"]


def test_another_process_knows_it_at_once(store: Store, taught: Taught) -> None:
    other = Taught(store, {})
    assert means(other.overlay("t1"), RING) == []

    learn(store, taught, RING)

    assert means(other.overlay("t1"), RING) == ["show_customer"]


def test_another_process_unlearns_it_at_once(store: Store, taught: Taught) -> None:
    other = Taught(store, {})
    learn(store, taught, RING)
    assert means(other.overlay("t1"), RING) == ["show_customer"]

    with store.session("t1") as session:
        taught.revert(session, person(), rows(store)[0].id, now=EPOCH)

    assert means(other.overlay("t1"), RING) == []


def test_nothing_is_made_anew_while_nothing_changes(store: Store, taught: Taught) -> None:
    learn(store, taught, RING)

    assert taught.overlay("t1") is taught.overlay("t1")


def test_a_blanked_row_is_not_used_any_more(store: Store, taught: Taught) -> None:
    learn(store, taught, RING)
    assert means(taught.overlay("t1"), RING) == ["show_customer"]

    with store.session("t1") as session:
        session.scalars(sa.select(TaughtPhrase)).one().words = ""

    assert means(taught.overlay("t1"), RING) == []


def test_the_same_again_is_one_row_and_another_tool_takes_its_place(
    store: Store, taught: Taught
) -> None:
    learn(store, taught, RING)
    learn(store, taught, RING, after=1)
    learn(store, taught, Lesson(RING.words, "book", RING.wording), after=2)

    assert [(row.tool, row.reverted_at is None) for row in rows(store)] == [
        ("show_customer", False),
        ("book", True),
    ]
    assert means(taught.overlay("t1"), RING) == ["book"]


def test_what_was_taken_back_can_be_taught_again(store: Store, taught: Taught) -> None:
    learn(store, taught, RING)
    with store.session("t1") as session:
        taught.revert(session, person(), rows(store)[0].id, now=EPOCH)

    learn(store, taught, RING, after=1)

    assert means(taught.overlay("t1"), RING) == ["show_customer"]


def test_the_list_has_what_holds_the_newest_first(store: Store, taught: Taught) -> None:
    learn(store, taught, RING)
    learn(store, taught, FISH, after=1)

    with store.reading("t1") as session:
        assert [row.tool for row in taught.phrases(session, person("owner"))] == [
            "show_lead",
            "show_customer",
        ]


@pytest.mark.parametrize("role", ["crew", "bookkeeper", "customer", "visitor", "reseller"])
def test_only_the_office_sees_the_list(store: Store, taught: Taught, role: Role) -> None:
    with store.reading("t1") as session, pytest.raises(Forbidden):
        taught.phrases(session, person(role))


def test_another_firms_row_is_not_there(store: Store, taught: Taught) -> None:
    learn(store, taught, RING)
    id = rows(store)[0].id

    with store.session("t2") as session, pytest.raises(NotFound):
        taught.revert(session, person("owner", "t2"), id, now=EPOCH)

    assert rows(store)[0].reverted_at is None


def test_marks_are_told_in_the_readers_language() -> None:
    assert marked("ring to <name> at <when>", "en") == "ring to [name] at [time]"
    assert marked("ring til <name> <when>", "da") == "ring til [navn] [tid]"
    assert marked("is 3 <4> 5", "en") == "is 3 <4> 5"
