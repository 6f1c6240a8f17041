"""Durable background work: the only module that imports dbos.

Three generic workflows (effect, job, operation) take `(tenant, name, id)` and run what the composition root gave
for that name. On SQLite one process runs them; on PostgreSQL any number, each with an executor id of its own.
"""

import datetime as dt
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy.exc import DBAPIError

from memory.store import Store, TenantSession, jobs_engine
from tools.errors import Conflict

_log = logging.getLogger(__name__)

NAME = "friday"
VERSION = "friday-1"
"""Pinned: with another version everything that is queued or paused would be stranded. Bump it deliberately."""

EFFECTS = "effects"
WORK = "work"
_KEPT = dt.timedelta(days=7)
"""How long finished workflows are remembered; a proposal's own result is in the gate's tables."""
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_LEASE_CLASS = 0x0DB05
"""The first half of the advisory locks' keys, so that they collide with nobody else's."""

Execute = Callable[[str, str], str]
"""(tenant id, proposal id) → the proposal's status; safe to call again."""

Run = Callable[[str, str], object]
"""(tenant id, id): one piece of background work; safe to call again."""


@dataclass(frozen=True)
class Round:
    """What is done over and over: a cron line (UTC) of five fields, or six with seconds in front."""

    name: str
    every: str
    run: Callable[[], object]


@dataclass(frozen=True)
class Step:
    """One step of an operation. `undo` takes it back when a later one fails."""

    name: str
    do: Run
    undo: Run | None = None


@dataclass(frozen=True)
class Work:
    """Everything that workflows can be asked to run, by name."""

    execute: Execute
    jobs: Mapping[str, Run] = field(default_factory=dict[str, Run])
    operations: Mapping[str, Sequence[Step]] = field(default_factory=dict[str, Sequence[Step]])
    rounds: Sequence[Round] = ()


class Jobs:
    """The job runtime of this process. Enqueueing works from the beginning, running from `start` to `stop`.

    `holds` says whether this process may run jobs: on SQLite, whether it has the lock of the data directory.
    """

    def __init__(
        self,
        *,
        store: Store,
        work: Work,
        executor_id: str = "local",
        holds: Callable[[], bool] = lambda: True,
        poll_seconds: float = 0.2,
        threads: int = 16,
    ) -> None:
        self._store = store
        self._work = work
        self._executor_id = executor_id
        self._holds = holds
        self._poll = poll_seconds
        self._threads = threads
        self._engine = jobs_engine(store.url)
        self._client = _client(self._engine)
        self._lease: ExecutorLease | None = None
        self._started = False

    def prepare(self) -> None:
        """Make the library's own tables, for a process that enqueues and does not run."""
        DBOS.migrate(self._store.url)

    def start(self) -> None:
        """Run what is queued, what a crash interrupted, and the rounds. Raises Conflict where another process does."""
        if not self._holds():
            raise Conflict("Another process runs the jobs of this data directory.")
        if self._store.dialect == "postgresql":
            self._lease = ExecutorLease(self._store.url, self._executor_id)
        DBOS(config=self._config())
        tick = self._register()
        DBOS.launch()
        DBOS.register_queue(EFFECTS, worker_concurrency=8, polling_interval_sec=self._poll)
        DBOS.register_queue(WORK, worker_concurrency=4, polling_interval_sec=max(self._poll, 0.5))
        DBOS.apply_schedules(
            [
                {
                    "schedule_name": each.name,
                    "workflow_fn": tick,
                    "schedule": each.every,
                    "context": each.name,
                }
                for each in (
                    *self._work.rounds,
                    Round("forget_finished", "17 3 * * *", self.forget),
                )
            ]
        )
        if self._lease is not None:
            # The public way (resume_workflows) would clear deadlines and change the queue.
            recover = DBOS._recover_pending_workflows  # pyright: ignore[reportPrivateUsage]
            self._lease.watch(recover)
        self._started = True

    def rest(self) -> None:
        """Let what is under way finish (10 s at most) and run nothing more; what is enqueued now waits."""
        if self._started:
            self._started = False
            DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=10)

    def stop(self) -> None:
        """`rest`, and give everything back."""
        self.rest()
        if self._lease is not None:
            self._lease.release()
            self._lease = None
        self._client.destroy()
        self._engine.dispose()

    def enqueue(self, session: TenantSession, tenant_id: str, proposal_id: str) -> None:
        """Execute the proposal once this transaction commits; a second time is the same job."""
        self._put(
            session, "effect", EFFECTS, f"effect:{proposal_id}", tenant_id, "effect", proposal_id
        )

    def enqueue_job(self, session: TenantSession, tenant_id: str, name: str, id: str) -> None:
        """Run a trade's job once this transaction commits; the same name and id is the same job."""
        self._put(session, "job", WORK, f"job:{tenant_id}:{name}:{id}", tenant_id, name, id)

    def enqueue_operation(self, session: TenantSession, tenant_id: str, name: str, id: str) -> None:
        """Run an operation's steps once this transaction commits, undoing them in reverse when one fails."""
        key = f"operation:{tenant_id}:{name}:{id}"
        self._put(session, "operation", WORK, key, tenant_id, name, id)

    def _put(self, session: TenantSession, workflow: str, queue: str, key: str, *args: str) -> None:
        self._client.enqueue_in_transaction(
            session,
            {
                "workflow_name": workflow,
                "queue_name": queue,
                "app_version": VERSION,
                "workflow_id": key,
            },
            *args,
        )

    def forget(self) -> int:
        """Delete what finished a week ago: the library keeps everything otherwise. Returns how many."""
        before = (dt.datetime.now(dt.UTC) - _KEPT).isoformat()
        old = self._client.list_workflows(
            status=_FINISHED, completed_before=before, limit=5000, load_input=False
        )
        self._client.delete_workflows([each.workflow_id for each in old])
        return len(old)

    def _config(self) -> DBOSConfig:
        return {
            "name": NAME,
            "system_database_engine": self._engine,
            "executor_id": self._executor_id,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "max_executor_threads": self._threads,
            "notification_listener_polling_interval_sec": 1.0,
            "scheduler_polling_interval_sec": 5.0,
        }

    def _register(self) -> Callable[[dt.datetime, Any], None]:
        work = self._work

        def effect(tenant_id: str, name: str, id: str) -> str:
            return work.execute(tenant_id, id)

        def job(tenant_id: str, name: str, id: str) -> None:
            work.jobs[name](tenant_id, id)

        def operation(tenant_id: str, name: str, id: str) -> str:
            return _through(work.operations[name], tenant_id, id)

        def round(at: dt.datetime, name: Any) -> None:
            for each in (*work.rounds, Round("forget_finished", "", self.forget)):
                if each.name == name:
                    each.run()

        for workflow in (effect, job, operation):
            DBOS.workflow(name=workflow.__name__, max_recovery_attempts=50)(workflow)
        return DBOS.workflow(name="round")(round)


def _through(steps: Sequence[Step], tenant_id: str, id: str) -> str:
    """Each step once, its end on record; when one fails, those before it are undone in reverse."""
    done: list[Step] = []
    try:
        for step in steps:
            DBOS.run_step({"name": step.name}, _quietly(step.do), tenant_id, id)
            done.append(step)
    except Exception:
        for step in reversed(done):
            if step.undo is not None:
                DBOS.run_step({"name": f"undo {step.name}"}, _quietly(step.undo), tenant_id, id)
        raise
    return "done"


def _quietly(run: Run) -> Callable[[str, str], None]:
    """A step's answer is what it wrote to the store; nothing of it goes into the library's tables."""

    def step(tenant_id: str, id: str) -> None:
        run(tenant_id, id)

    return step


def _client(engine: sa.Engine) -> DBOSClient:
    return DBOSClient(
        system_database_engine=engine,
        application_name=NAME,
        serializer=DBOSPortableJSONSerializer(),
        lazy=True,
    )


class ExecutorLease:
    """Holds this executor's name on PostgreSQL, and takes over the work of executors that died.

    The server is the failure detector: a session's advisory lock vanishes with its process or host. The connection
    must be a direct one, not through a pooler.
    """

    def __init__(self, url: str, executor_id: str, *, interval: float = 5.0) -> None:
        self._id = executor_id
        self._interval = interval
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        dsn = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(
            dsn,
            autocommit=True,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )
        if not self._lock(executor_id):
            self._connection.close()
            raise Conflict(
                f"Another process runs the jobs as “{executor_id}” (FRIDAY_EXECUTOR_ID)."
            )

    def watch(self, recover: Callable[[list[str]], object]) -> None:
        """Look every few seconds for work whose executor is gone."""
        self._thread = threading.Thread(target=self._loop, args=(recover,), daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Stop looking and let go of the name."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._connection.close()

    def take_over(self, recover: Callable[[list[str]], object]) -> list[str]:
        """One look: the executors whose interrupted work was begun again here."""
        running = self._connection.execute(
            "select distinct executor_id from dbos.workflow_status"
            " where status = 'PENDING' and executor_id <> %s",
            (self._id,),
        ).fetchall()
        taken: list[str] = []
        for (other,) in running:
            if self._lock(other):
                try:
                    recover([other])
                    taken.append(other)
                finally:
                    self._connection.execute(
                        "select pg_advisory_unlock(%s, %s)", (_LEASE_CLASS, _lock_key(other))
                    )
        return taken

    def _loop(self, recover: Callable[[list[str]], object]) -> None:
        while not self._stopped.wait(self._interval):
            try:
                self.take_over(recover)
            except DBAPIError as error:
                # The library's own connection failed: the work waits for the next look.
                _log.warning("taking over work failed, trying again: %s", type(error).__name__)
            except psycopg.OperationalError:
                # Our own lease went with the connection: somebody may already do our work, so we end at once.
                os._exit(70)

    def _lock(self, executor_id: str) -> bool:
        row = self._connection.execute(
            "select pg_try_advisory_lock(%s, %s)", (_LEASE_CLASS, _lock_key(executor_id))
        ).fetchone()
        return row is not None and bool(row[0])


def _lock_key(executor_id: str) -> int:
    return int.from_bytes(hashlib.sha256(executor_id.encode()).digest()[:4], "big", signed=True)
