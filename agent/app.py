"""The composition root: settings and providers go in, a whole Friday comes out."""

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from pydantic_ai.models import Model
from sqlalchemy.dialects import postgresql, sqlite

from agent.beside import Beside
from agent.channels.http import access, docs, files, problems, site, status
from agent.channels.http.hosts import LocalOnly
from agent.channels.http.straight import Straight
from agent.channels.trpc.backend import Backend, Caller, authenticator
from agent.channels.trpc.openapi import openapi_paths
from agent.channels.trpc.procedures import Router
from agent.channels.trpc.protocol import trpc_app
from agent.channels.trpc.router import friday_router
from agent.channels.trpc.settings import Wiring
from agent.codes import Codes
from agent.conversations import Conversations
from agent.gate.contexts import firm_of
from agent.gate.gate import Gate
from agent.gate.registry import Registry
from agent.identity.limits import Limits
from agent.identity.links import Links
from agent.identity.people import People
from agent.jobs import Jobs
from agent.lock import DataLock
from agent.models.offline import Understanding
from agent.settings import Keys, Settings, load_keys
from agent.uploads import Uploads
from agent.vault import KeyVault
from agent.wiring import (
    GateApprovals,
    Late,
    LinkInvitations,
    executor_id,
    make_conversations,
    make_jobs,
    make_understanding,
    make_vectors,
)
from memory.reach import Reach, VectorsBusy
from memory.recall import NearestTexts
from memory.store import Store, migrate, open_store, prove_isolation
from memory.tables.identity import KeptFact
from memory.vectors import Vectors
from tools.booking.ics import feed, find_feed
from tools.catalog import DOMAINS
from tools.desk.ports import Approvals, Forgetting, Invitations, Vault
from tools.errors import Conflict
from tools.kit import Domain
from tools.mail import MailPort, Outbox

VERSION = "0.1.0"
FINGERPRINT = "secret_key"
COMPUTING = {"sqlite": 2, "postgresql": 4}
"""Turns computed at a time: two threads of one interpreter get in each other's way, unless a server is waited for."""
Clock = Callable[[], dt.datetime]
Providers = Mapping[type[Any], object]


def utc_now() -> dt.datetime:
    """The real clock."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class App:
    """One installation in one process. `asgi` serves it, and its lifespan starts and stops what works behind it."""

    settings: Settings
    keys: Keys
    clock: Clock
    store: Store
    registry: Registry
    gate: Gate
    conversations: Conversations
    understanding: Understanding
    people: People
    links: Links
    jobs: Jobs
    router: Router
    asgi: FastAPI
    lock: DataLock | None
    vectors: Vectors | None
    beside: Sequence[Beside] = ()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Jobs and conversations at work; on leaving, what is under way is finished first.

        Raises Conflict where another process has the data directory, or this executor's name.
        """
        runs_jobs = self.settings.embedded or self.settings.role == "all"
        with self._locked():
            await anyio.to_thread.run_sync(self.jobs.start if runs_jobs else self.jobs.prepare)
            await self.conversations.start()
            self.understanding.refresh_behind()
            for channel in self.beside:
                await channel.start()
            try:
                yield
            finally:
                for channel in self.beside:
                    await channel.stop()
                await self.conversations.close()
                await anyio.to_thread.run_sync(self.jobs.stop)
                if self.vectors is not None:
                    await anyio.to_thread.run_sync(self.vectors.close)

    @contextlib.contextmanager
    def _locked(self) -> Generator[None]:
        """The data directory's lock, unless whoever made this app holds it already."""
        if self.lock is None or self.lock.held:
            yield
            return
        self.lock.take()
        try:
            yield
        finally:
            self.lock.release()


def prepare(settings: Settings) -> Store:
    """The store, migrated and proven safe. Raises Conflict when the secret key is not this store's."""
    store = open_store(settings.store_url, data_dir=settings.data_dir)
    try:
        migrate(store)
        prove_isolation(store)
        _check_key(store, load_keys(settings))
    except BaseException:
        store.close()
        raise
    return store


def _check_key(store: Store, keys: Keys) -> None:
    with store.system() as session:
        # Several processes may be the first at the same moment: one of them writes, the others compare.
        insert = sqlite.insert if store.dialect == "sqlite" else postgresql.insert
        mine = insert(KeptFact).values(name=FINGERPRINT, value=keys.current_id)
        session.execute(mine.on_conflict_do_nothing())
        kept = session.get_one(KeptFact, FINGERPRINT)
        if kept.value in keys.old:
            kept.value = keys.current_id
        elif kept.value != keys.current_id:
            raise Conflict(
                "FRIDAY_SECRET_KEY is not the one that this database was first used with. "
                "Set the same one everywhere, or give the earlier one as FRIDAY_SECRET_KEY_OLD. "
                "Where it was never set, it is in the file secret_key of the data directory."
            )


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    model: Model[Any] | None = None,
    providers: Providers | None = None,
    domains: Sequence[Domain] = DOMAINS,
    store: Store | None = None,
    lock: DataLock | None = None,
) -> App:
    """Everything wired together and nothing started yet. What is not given comes from the settings.

    With an embedded store the jobs only start while this process holds the data directory's lock: `lock`, or one
    that `running` takes.
    """
    if settings.embedded:
        lock = lock or DataLock(*settings.folders)
    store = store or prepare(settings)
    keys = load_keys(settings)
    vectors = make_vectors(settings, store)
    registry = Registry(domains)
    limits = Limits()
    people = People(store=store, keys=keys, clock=clock)
    links = Links(
        store=store, people=people, limits=limits, clock=clock, base_url=settings.base_url
    )
    ports: dict[type[Any], object] = {
        MailPort: Outbox(settings.data_dir / "outbox"),
        Invitations: LinkInvitations(links),
        Vault: KeyVault(keys),
        **(providers or {}),
    }
    if vectors is not None:
        ports[NearestTexts] = vectors
    late = Late(limits, clock)
    gate = Gate(
        store=store,
        registry=registry,
        keys=keys,
        clock=clock,
        ports=ports,
        enqueue=late.enqueue,
        on_decided=late.on_decided,
    )
    # The desk's tools look back at the gate that runs them: the one port that closes a circle.
    ports[Approvals] = GateApprovals(gate)
    understanding = make_understanding(registry, cache=settings.data_dir / "learnt.npz")
    conversations = make_conversations(
        settings,
        store=store,
        gate=gate,
        registry=registry,
        understanding=understanding,
        clock=clock,
        model=model,
    )
    ports[Forgetting] = conversations.forgetting
    jobs = make_jobs(
        settings,
        store=store,
        gate=gate,
        conversations=conversations,
        clock=clock,
        ports=ports,
        holds=lambda: lock is None or lock.held,
        vectors=vectors,
    )
    late.bind(jobs, conversations)
    backend = Backend(
        store=store,
        gate=gate,
        registry=registry,
        conversations=conversations,
        people=people,
        links=links,
        limits=limits,
        uploads=Uploads(store=store, limits=limits, clock=clock),
        clock=clock,
    )
    app = App(
        settings=settings,
        keys=keys,
        clock=clock,
        store=store,
        registry=registry,
        gate=gate,
        conversations=conversations,
        understanding=understanding,
        people=people,
        links=links,
        jobs=jobs,
        router=friday_router(backend),
        asgi=FastAPI(
            title="Friday",
            version=VERSION,
            summary="An operations agent you chat with.",
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        ),
        lock=lock,
        vectors=vectors,
        beside=_beside(settings, backend, keys),
    )
    _mount(app, backend)
    return app


def _mount(app: App, backend: Backend) -> None:
    asgi = app.asgi

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with app.running():
            yield

    asgi.router.lifespan_context = lifespan
    problems.install(asgi)
    asgi.include_router(site.routes())
    asgi.include_router(status.routes(app.store, _checks(app.store, app.settings), VERSION))
    asgi.include_router(files.routes(app.people, backend.uploads, _feeds(app.store, app.clock)))
    codes = Codes(store=app.store, gate=app.gate, keys=app.keys, clock=app.clock)
    asgi.include_router(access.routes(app.people, codes))
    for channel in app.beside:
        asgi.include_router(channel.routes())
    docs.install(asgi, lambda: openapi_paths(app.router))
    # Inside of the host check, and in front of FastAPI's own layers, which none of its calls needs.
    wiring = Wiring(computing=COMPUTING[app.store.dialect])
    procedures = trpc_app(app.router, authenticator(app.people), wiring, is_known=_is_known)
    asgi.add_middleware(Straight, prefix="/trpc", to=procedures)
    if not app.settings.is_open:
        asgi.add_middleware(LocalOnly)


def _beside(settings: Settings, backend: Backend, keys: Keys) -> list[Beside]:
    """The channels that the settings ask for. Loaded only then: Slack's libraries take 20 MB."""
    if not settings.slack:
        return []
    from agent.channels.slack.opening import open_slack

    return [open_slack(settings, backend, vault=KeyVault(keys), executor=executor_id(settings))]


def _is_known(caller: Caller) -> bool:
    return caller.somebody is not None


# What a route is made of outlives the application in FastAPI's own caches: the store, and nothing larger.
def _checks(store: Store, settings: Settings) -> Mapping[str, Callable[[], str]]:
    def answers() -> str:
        store.ping()
        return store.dialect

    def data_dir() -> str:
        probe = settings.data_dir / ".writable"
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)
        return "writable"

    checks = {"store": answers, "data": data_dir, "model": lambda: settings.model}
    if settings.chroma_url and settings.embeddings != "off":
        checks["vectors"] = _vectors_check(Reach(settings.chroma_url))
    return checks


def _vectors_check(server: Reach) -> Callable[[], str]:
    def answers() -> str:
        try:
            server.probe()
        except VectorsBusy as error:  # search works without, so that nobody need be sent elsewhere
            return f"{error} Until then search goes by words."
        return "chroma"

    return answers


def _feeds(store: Store, clock: Clock) -> Callable[[str], bytes | None]:
    def read(token: str) -> bytes | None:
        with store.system() as session:
            row = find_feed(session, token)
        if row is None:
            return None
        with store.reading(row.tenant_id) as session:
            return feed(session, firm_of(session), row.staff_id, clock())

    return read
