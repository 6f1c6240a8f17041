"""Servers and workers: what happens between the command line and a running process."""

import contextlib
import datetime as dt
import os
import socket
from collections.abc import Callable, Generator

import sqlalchemy as sa
from rich.console import Console

from agent import logs
from agent.app import App, create_app, prepare, utc_now
from agent.commands.hosting import host, labour
from agent.firms.demo.rolling import roll
from agent.firms.demo.seed import TENANT, seed
from agent.firms.demo.waiting import leave_waiting
from agent.lock import DataLock
from agent.settings import Settings
from memory.store import Store
from memory.tables.identity import Tenant, User
from tools.errors import Conflict, Rejected


def be_quiet() -> None:
    """Libraries that announce themselves are asked not to."""
    os.environ.setdefault("PYDANTIC_AI_NO_BANNER", "1")
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")


def clock_at(now: str | None) -> Callable[[], dt.datetime]:
    """The real clock, or one that started at an ISO instant just now. Raises Rejected."""
    if now is None:
        return utc_now
    try:
        start = dt.datetime.fromisoformat(now)
    except ValueError as error:
        raise Rejected(
            f"--now {now!r} is no ISO instant such as 2026-11-23T09:00+01:00."
        ) from error
    if start.tzinfo is None:
        start = start.replace(tzinfo=dt.UTC)
    ahead = start - utc_now()
    return lambda: utc_now() + ahead


def serve(settings: Settings, console: Console, *, now: str | None) -> None:
    """Until it is interrupted: the page, the API and, with an embedded store, the jobs."""
    clock = clock_at(now)
    logs.set_up(settings.data_dir)
    with holding(settings) as lock, listening_on(settings) as listening:
        settings = reached_at(settings, listening, lock)
        with contextlib.closing(prepare(settings)) as store:
            app = create_app(settings, clock=clock, store=store, lock=lock)
            refuse_strangers(store, settings)
            if not settings.is_open:
                furnish_demo(app)
            _announce(app, console)
            host(app, listening)


def work(settings: Settings) -> None:
    """Only the jobs, for as long as it lives. Raises Rejected with an embedded store."""
    if settings.embedded:
        raise Rejected(
            "`friday work` needs PostgreSQL (FRIDAY_DATABASE_URL). With SQLite, `friday serve` does the jobs."
        )
    logs.set_up(settings.data_dir)
    app = create_app(settings.model_copy(update={"role": "all"}))
    with contextlib.closing(app.store):
        labour(app)


@contextlib.contextmanager
def holding(settings: Settings) -> Generator[DataLock | None]:
    """The data directory's lock while the block runs; PostgreSQL needs none."""
    if not settings.embedded:
        yield None
        return
    lock = DataLock(*settings.folders)
    lock.take()
    try:
        yield lock
    finally:
        lock.release()


def reached_at(settings: Settings, listening: socket.socket, lock: DataLock | None) -> Settings:
    """The settings with the port that was got, written down for other commands."""
    settings = settings.model_copy(update={"port": int(listening.getsockname()[1])})
    if lock is not None:
        lock.listens_on(f"http://{_reachable(settings.host)}:{settings.port}")
    return settings


def _reachable(host: str) -> str:
    """A name under which a process of this machine reaches a server that listens on `host`."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1" if host == "0.0.0.0" else "[::1]"
    return f"[{host}]" if ":" in host else host


def furnish_demo(app: App, *, anyway: bool = False) -> None:
    """Seed an empty embedded store with the demo firm, or bring the demo firm that is there to this week.

    `anyway` seeds it beside other firms.
    """
    now = app.clock()
    with app.store.system() as session:
        tenants = session.scalars(sa.select(Tenant.id)).all()
    if TENANT in tenants:
        roll(app.store, now=now)
    elif app.settings.embedded and (anyway or not tenants):
        seed(app.store, now=now)
    else:
        return
    leave_waiting(app.store, app.gate, now=now)


def refuse_strangers(store: Store, settings: Settings) -> None:
    """The demo firm lets anybody in, so it is only served to this machine. Raises Conflict."""
    with store.system() as session:
        demo = session.scalar(sa.select(Tenant.id).where(Tenant.demo.is_(True)))
    if demo and settings.is_open:
        where = settings.public_url or settings.host
        raise Conflict(
            f"The demo firm is in this store, so Friday does not serve {where}. Use FRIDAY_HOST=127.0.0.1 "
            "without FRIDAY_PUBLIC_URL, or a data directory of its own for your firm (FRIDAY_DATA_DIR)."
        )


def listening_on(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say. Raises Conflict when that port cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server(
            (settings.host, settings.port), family=family, backlog=2048
        )
    except OSError as error:
        raise Conflict(
            f"Port {settings.port} on {settings.host} cannot be had ({error.strerror}). "
            "Choose another one with FRIDAY_PORT, or another address with FRIDAY_HOST."
        ) from error
    # Connections inherit it. asyncio only sets it on sockets that name their protocol, and without it every
    # answer of two segments waits 40 ms for the client's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _announce(app: App, console: Console) -> None:
    """Where it is, and a link to sign in with: whoever reads this terminal owns the store anyway."""
    with app.store.system() as session:
        owners = session.execute(
            sa.select(User.tenant_id, User.id, Tenant.name)
            .join(Tenant, Tenant.id == User.tenant_id)
            .where(User.role == "owner", User.suspended_at.is_(None))
            .order_by(User.created_at)
        ).all()
    console.print(f"\nFriday is on {app.settings.base_url}", markup=False, highlight=False)
    for tenant_id, user_id, firm in owners[:3]:
        with app.store.session(tenant_id) as session:
            user = session.fetch(User, user_id)
            link = app.links.make(session, user) if user else ""
        console.print(
            f"Sign in as the owner of {firm} (15 minutes, once): {link}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    if not owners:
        console.print("There is no firm here yet: found one with `friday init`.", markup=False)
    console.print("Stop with Ctrl-C.\n", markup=False)
