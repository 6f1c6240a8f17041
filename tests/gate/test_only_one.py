"""Of many who do the same at the same moment one gets it, on both kinds of store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa

from memory.tables.gate import Proposal
from tests.gate.world import ANNA, MoveLead, World, WriteNote
from tools.errors import ToolError

WIN = MoveLead(lead="lead_1", status="won")
MANY = 12


def outcome(act: Callable[[], Proposal]) -> str:
    try:
        return act().status
    except ToolError as error:
        return type(error).__name__


def at_once(*acts: Callable[[], Proposal]) -> list[str]:
    together = Barrier(len(acts))

    def begin(act: Callable[[], Proposal]) -> str:
        together.wait()
        return outcome(act)

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(begin, acts))


def pending(world: World) -> int:
    waiting = sa.select(sa.func.count()).where(Proposal.status == "pending")
    with world.store.reading("t1") as session:
        return session.scalar(waiting.select_from(Proposal)) or 0


def test_of_many_who_undo_at_once_one_has_it_undone(world: World) -> None:
    world.rule("remove_note", "allow")
    done = world.propose(WriteNote(lead="lead_1", text="Called"))

    ended = at_once(*[lambda: world.gate.undo(ANNA, done.id)] * MANY)

    assert ended == ["Conflict"] * (MANY - 1) + ["done"]
    assert world.notes() == []


def test_of_many_who_ask_again_at_once_one_makes_the_next(world: World) -> None:
    denied = world.propose(WIN)
    world.approve(denied, decision="deny")

    ended = at_once(*[lambda: world.gate.repropose(ANNA, denied.id)] * MANY)

    assert ended == ["Conflict"] * (MANY - 1) + ["pending"]
    assert pending(world) == 1


def test_of_approving_and_asking_again_at_once_one_counts(world: World) -> None:
    proposals = [world.propose(WIN) for _ in range(8)]

    for proposal in proposals:
        at_once(
            lambda proposal=proposal: world.approve(proposal),
            lambda proposal=proposal: world.gate.repropose(ANNA, proposal.id),
        )
    ended = [world.row(proposal).status for proposal in proposals]

    assert set(ended) <= {"approved", "superseded"}
    assert pending(world) == ended.count("superseded")
