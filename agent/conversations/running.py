"""Has held turns answered in this process: one after the other in a conversation, many conversations at a time."""

import asyncio
import datetime as dt
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from agent.conversations import turns
from agent.conversations.answering import Answering
from agent.conversations.askers import actor_now, refuse
from agent.conversations.events import drop_old_deltas
from agent.conversations.stopping import stop_all
from agent.conversations.turns import Held
from agent.conversations.wake import Wake
from memory.store import Store
from memory.tables.conversations import Turn

log = logging.getLogger(__name__)

HEARTBEAT = 5.0
DELTAS_KEPT = dt.timedelta(hours=1)
WORKERS = 4
"""Threads for turns of the embedded model: they compute, so that more of them would only wait for each other."""


class Running:
    """The turns that this process holds. `embedded`: a turn takes a thread for milliseconds, else it waits."""

    def __init__(
        self,
        *,
        store: Store,
        answering: Answering,
        wake: Wake,
        clock: Callable[[], dt.datetime],
        executor_id: str,
        embedded: bool,
    ) -> None:
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="friday-turn")
        self._store = store
        self._answering = answering
        self._wake = wake
        self._clock = clock
        self._executor = executor_id
        self._embedded = embedded
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends: dict[str, Future[None]] = {}
        self._held: dict[str, Held] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lock = threading.Lock()
        self._beating: asyncio.Task[None] | None = None
        wake.on_stop = self._find_stopped

    async def start(self) -> None:
        """Keep leases while turns run, and take over what was left behind."""
        self._loop = asyncio.get_running_loop()
        self._beating = asyncio.create_task(self._beat())

    async def wind_up(self, seconds: float) -> None:
        """Let models that are being waited for answer within that time; the others' turns end as stopped."""
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def close(self) -> None:
        """Stop. A model that is being waited for is cancelled and its turn ends as stopped."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(self.pool.shutdown, wait=True, cancel_futures=True)

    def hold(self, held: Held) -> None:
        """This process has the turn's lease from now on."""
        with self._lock:
            self._held[held.id] = held
            self._ends[held.id] = Future()

    def begin(self, held: Held, *, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Have a held turn answered without waiting for it."""
        loop = loop or self._loop
        if self._embedded:
            self.pool.submit(self.answer_here, held)
        elif loop is not None and loop.is_running():
            asyncio.run_coroutine_threadsafe(self._answer(held), loop)
        else:
            threading.Thread(target=asyncio.run, args=(self._answer(held),), daemon=True).start()

    def answer_here(self, held: Held) -> None:
        """Answer with the embedded model, in this thread."""
        try:
            self._answering.answer_here(held)
        finally:
            self._over(held)

    def end_of(self, turn_id: str) -> Future[None] | None:
        """Done when the turn has ended; None when this process does not hold it."""
        return self._ends.get(turn_id)

    def answered_now(self, tenant_id: str, conversation_id: str) -> Held | None:
        """The turn of the conversation that this process is answering."""
        mine = (tenant_id, conversation_id)
        with self._lock:
            held = list(self._held.values())
        return next((h for h in held if (h.tenant_id, h.conversation_id) == mine), None)

    def take_next(self, tenant_id: str, conversation_id: str) -> bool:
        """Take the conversation's next turn, if there is one that nobody holds, and have it answered."""
        now = self._clock()
        with self._store.session(tenant_id) as session:
            turn = turns.claim_next(session, conversation_id, executor=self._executor, now=now)
            if turn is None:
                return False
            stored = turns.actor_from(turn.actor)
            actor = actor_now(session, stored)
            held = turns.as_held(session, turn, actor or stored)
            if actor is None:
                refuse(session, held, executor=self._executor, now=now)
        if actor is None:
            log.info("turn %s is not answered: who asked may not sign in any more", held.id)
            self._wake.notify(f"{tenant_id}:{conversation_id}")
            return held.more and self.take_next(tenant_id, conversation_id)
        self.hold(held)
        self.begin(held)
        return True

    def cancel(self, turn_id: str) -> None:
        """End the turn: it does nothing more, and a model is no longer waited for."""
        if (held := self._held.get(turn_id)) is not None:
            held.stop.set()
        task = self._tasks.get(turn_id)
        if task is not None:
            task.get_loop().call_soon_threadsafe(task.cancel)

    def stop_firm(self, tenant_id: str, *, seconds: float) -> None:
        """Ask every turn of one firm to stop, and wait that long for those that this process answers."""
        open_ones = sa.select(Turn.conversation_id).where(Turn.state.in_(turns.OPEN)).distinct()
        now = self._clock()
        with self._store.session(tenant_id) as session:
            asked = [
                turn_id
                for conversation_id in session.scalars(open_ones).all()
                for turn_id in stop_all(session, conversation_id, now=now)
            ]
        ends = [end for turn_id in asked if (end := self.end_of(turn_id)) is not None]
        for turn_id in asked:
            self.cancel(turn_id)
        wait(ends, timeout=seconds)

    def sweep(self) -> int:
        """Take over turns that nobody answers: leases that ran out, and turns that wait behind nothing."""
        now = self._clock()
        late = sa.and_(Turn.state == "running", Turn.lease_until < now)
        with self._store.system() as session:
            rows = session.execute(
                sa.select(Turn.tenant_id, Turn.conversation_id)
                .where(sa.or_(late, Turn.state == "waiting"))
                .distinct()
                .limit(200)
            ).all()
            drop_old_deltas(session, before=now - DELTAS_KEPT)
        return sum(self.take_next(row.tenant_id, row.conversation_id) for row in rows)

    async def _answer(self, held: Held) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks[held.id] = task
        try:
            await self._answering.answer(held)
        finally:
            self._tasks.pop(held.id, None)
            await asyncio.to_thread(self._over, held)

    def _over(self, held: Held) -> None:
        """The turn has ended here: tell who waits, and take the conversation's next."""
        with self._lock:
            self._held.pop(held.id, None)
            ended = self._ends.pop(held.id, None)
        if ended is not None and not ended.done():
            ended.set_result(None)
        self._wake.notify(f"{held.tenant_id}:{held.conversation_id}")
        if held.more:
            self.take_next(held.tenant_id, held.conversation_id)

    async def _beat(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._renew)
                await asyncio.to_thread(self.sweep)
            except SQLAlchemyError as error:
                log.warning("keeping turns alive failed, trying again: %s", type(error).__name__)
            await asyncio.sleep(HEARTBEAT)

    def _find_stopped(self) -> None:
        """Another process was asked to stop a turn, which may be one of ours."""
        try:
            self._renew()
        except SQLAlchemyError as error:
            log.warning("a stop is found later: %s", type(error).__name__)

    def _renew(self) -> None:
        by_tenant: dict[str, list[str]] = {}
        for held in list(self._held.values()):
            by_tenant.setdefault(held.tenant_id, []).append(held.id)
        for tenant_id, ids in by_tenant.items():
            with self._store.session(tenant_id) as session:
                asked = turns.renew(session, ids, executor=self._executor, now=self._clock())
            for turn_id in asked:
                self.cancel(turn_id)
