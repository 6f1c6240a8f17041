"""Approved work is run by the job runtime, once, soon, and again after a crash."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent.jobs import ExecutorLease, Jobs, Round, Step, Work
from memory.store import Store, open_store
from tests.gate.conftest import prepare
from tests.gate.world import MoveLead, World
from tools.errors import Conflict

pytestmark = pytest.mark.slow


@pytest.fixture
def store(databases, tmp_path: Path) -> Iterator[Store]:
    url = databases.like("gate", prepare)
    opened = open_store(url, data_dir=tmp_path)
    yield opened
    opened.close()
    databases.drop(url)


def until(settled: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not settled() and time.monotonic() < end:
        time.sleep(0.02)
    return settled()


class Running:
    """A world whose approved proposals are run by real jobs."""

    def __init__(self, store: Store, **more: object) -> None:
        self.world = World(store)
        self.ran: list[tuple[str, str, str]] = []
        self.jobs = Jobs(
            store=store,
            work=Work(
                execute=self.world.gate.executor.execute,
                jobs={"greet": lambda tenant, id: self.ran.append(("greet", tenant, id))},
                operations={"move": (self.step("one"), self.step("two"), self.step("three"))},
                rounds=(Round("often", "* * * * * *", lambda: self.ran.append(("round", "", ""))),),
            ),
            **more,  # pyright: ignore
        )

    def step(self, name: str) -> Step:
        def do(tenant_id: str, id: str) -> None:
            self.ran.append((name, tenant_id, id))
            if name == "three" and id == "bad":
                raise RuntimeError("step three")

        return Step(name, do, lambda tenant, id: self.ran.append((f"undo {name}", tenant, id)))

    def enqueueing(self) -> World:
        world = World(self.world.store)
        parts = world.gate._parts
        object.__setattr__(parts, "enqueue", self.jobs.enqueue)
        return world


@pytest.fixture
def running(store: Store) -> Iterator[Running]:
    made = Running(store)
    made.jobs.start()
    yield made
    made.jobs.stop()


def test_an_approved_proposal_is_executed_without_anybodys_help(running: Running) -> None:
    world = running.enqueueing()
    proposal = world.propose(MoveLead(lead="lead_1", status="won"))

    world.approve(proposal)

    assert until(lambda: world.row(proposal).status == "done")
    assert world.notes() == ["moved to won"]


def test_a_rolled_back_approval_leaves_no_job(running: Running) -> None:
    store = running.world.store

    with suppress(ZeroDivisionError), store.session("t1") as session:
        running.jobs.enqueue(session, "t1", "prop_nowhere")
        _ = 1 / 0
    with store.session("t1") as session:
        running.jobs.enqueue_job(session, "t1", "greet", "after")

    assert until(lambda: ("greet", "t1", "after") in running.ran)
    assert running.jobs._client.list_workflows(workflow_ids=["effect:prop_nowhere"]) == []


def test_the_same_job_twice_is_one_job(running: Running) -> None:
    with running.world.store.session("t1") as session:
        running.jobs.enqueue_job(session, "t1", "greet", "once")
    with running.world.store.session("t1") as session:
        running.jobs.enqueue_job(session, "t1", "greet", "once")
        running.jobs.enqueue_job(session, "t1", "greet", "last")

    wanted = {("greet", "t1", "once"), ("greet", "t1", "last")}
    assert until(lambda: wanted <= set(running.ran))
    assert running.ran.count(("greet", "t1", "once")) == 1


def test_an_operation_runs_its_steps_in_order(running: Running) -> None:
    with running.world.store.session("t1") as session:
        running.jobs.enqueue_operation(session, "t1", "move", "good")

    assert until(lambda: ("three", "t1", "good") in running.ran)
    steps = [name for name, _, id in running.ran if id == "good"]
    assert steps == ["one", "two", "three"]


def test_an_operation_that_fails_is_undone_in_reverse(running: Running) -> None:
    with running.world.store.session("t1") as session:
        running.jobs.enqueue_operation(session, "t1", "move", "bad")

    assert until(lambda: ("undo one", "t1", "bad") in running.ran)
    steps = [name for name, _, id in running.ran if id == "bad"]
    assert steps == ["one", "two", "three", "undo two", "undo one"]


def test_rounds_come_by_the_clock(running: Running) -> None:
    assert until(lambda: ("round", "", "") in running.ran, 20)


def test_what_finished_recently_is_not_forgotten(running: Running) -> None:
    with running.world.store.session("t1") as session:
        running.jobs.enqueue_job(session, "t1", "greet", "kept")
    assert until(lambda: ("greet", "t1", "kept") in running.ran)

    assert running.jobs.forget() == 0


def test_a_process_without_the_lock_runs_no_jobs(store: Store) -> None:
    jobs = Running(store, holds=lambda: False).jobs

    with pytest.raises(Conflict, match="Another process"):
        jobs.start()

    jobs.stop()


def test_enqueueing_needs_no_running_jobs_only_prepared_tables(store: Store) -> None:
    made = Running(store)
    made.jobs.prepare()
    world = made.enqueueing()
    proposal = world.propose(MoveLead(lead="lead_1", status="won"))

    world.approve(proposal)
    waiting = world.row(proposal).status
    made.jobs.start()
    done = until(lambda: world.row(proposal).status == "done")
    made.jobs.stop()

    assert (waiting, done) == ("approved", True)


def test_what_is_enqueued_while_it_rests_waits_for_the_next_start(store: Store) -> None:
    made = Running(store)
    made.jobs.start()
    made.jobs.rest()
    with store.session("t1") as session:
        made.jobs.enqueue_job(session, "t1", "greet", "late")
    made.jobs.stop()
    ran_before = list(made.ran)

    again = Running(store)
    again.jobs.start()
    ran = until(lambda: ("greet", "t1", "late") in again.ran)
    again.jobs.stop()

    assert ("greet", "t1", "late") not in ran_before
    assert ran


@pytest.mark.postgres
def test_one_executor_name_belongs_to_one_process(postgres_url: str) -> None:
    lease = ExecutorLease(postgres_url, "host-a")

    with pytest.raises(Conflict, match="host-a"):
        ExecutorLease(postgres_url, "host-a")
    lease.release()
    again = ExecutorLease(postgres_url, "host-a")
    again.release()
