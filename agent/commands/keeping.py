"""Commands that only open the store: founding, bearers, the audit check, the router's types."""

import contextlib
import datetime as dt
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import typer

from agent.app import Clock, create_app, prepare, utc_now
from agent.channels.trpc.typescript import export_declarations
from agent.channels.trpc.typescript import export_router as export_ts
from agent.firms.founding import found, read_firm_file
from agent.firms.questions import ask_for_firm
from agent.gate.audit import verify
from agent.identity.bearers import LIFETIME
from agent.identity.people import SCRIPT, People, SignInKind
from agent.settings import Settings, load_keys
from memory.store import Store
from memory.tables.identity import Tenant, User
from tools.errors import NotFound, Rejected
from tools.values.emails import read_email

DEMO_OWNER = "owner@demo.example"


def found_firm(settings: Settings, file: Path | None) -> dict[str, Any]:
    """Found a firm from a file or by asking."""
    firm = read_firm_file(file) if file else ask_for_firm(_prompt, partial(typer.echo, err=True))
    with contextlib.closing(prepare(settings)) as store:
        tenant_id = found(store, firm, now=utc_now())
    return {
        "tenant": tenant_id,
        "message": f"{firm.name} is founded. Start it with `friday serve`; sign in as {firm.owner}.",
    }


def _prompt(question: str, default: str) -> str:
    # A question mark at the end needs no colon behind it.
    ends = " " if question.endswith("?") and not default else ": "
    told = bool(default)
    return str(typer.prompt(question, default=default, show_default=told, prompt_suffix=ends))


def token(settings: Settings, email: str, tenant: str, *, clock: Clock = utc_now) -> dict[str, Any]:
    """A bearer for scripts. Raises NotFound, or Rejected when the address is in several firms."""
    with contextlib.closing(prepare(settings)) as store:
        user = find_user(store, email, tenant)
        bearer, expires_at = _signed_in(settings, store, user, "script", SCRIPT, clock)
    return {"token": bearer, "expiresAt": expires_at.isoformat(), "message": bearer}


def sit_down(settings: Settings, email: str, *, clock: Clock) -> str:
    """A bearer for the person at this keyboard: whoever reads the data directory may sign in as anybody in it.

    Without an address it is the only owner. The caller ends the sign-in; left alone it runs out in hours.
    Raises NotFound, or Rejected when it is not clear who is meant.
    """
    with contextlib.closing(prepare(settings)) as store:
        user = find_user(store, email) if email else only_owner(store)
        return _signed_in(settings, store, user, "person", LIFETIME, clock)[0]


def _signed_in(
    settings: Settings,
    store: Store,
    user: User,
    kind: SignInKind,
    lifetime: dt.timedelta,
    clock: Clock,
) -> tuple[str, dt.datetime]:
    people = People(store=store, keys=load_keys(settings), clock=clock)
    with store.session(user.tenant_id) as session:
        return people.sign_in(session, user, kind=kind, lifetime=lifetime)


def only_owner(store: Store) -> User:
    """The owner of this store's firm. Raises NotFound without one, Rejected with the addresses of several."""
    owners = (
        sa.select(User, Tenant.name)
        .join(Tenant, Tenant.id == User.tenant_id)
        .where(User.role == "owner", User.suspended_at.is_(None))
        .order_by(User.created_at)
    )
    with store.system() as session:
        found_owners = [(row[0], str(row[1])) for row in session.execute(owners)]
    if not found_owners:
        raise NotFound("There is no firm here yet: found one with `friday init`.")
    if len(found_owners) > 1:
        each = ", ".join(f"`--as {user.email}` ({firm})" for user, firm in found_owners[:5])
        raise Rejected(f"There are several owners here: say who you are, with {each}.")
    return found_owners[0][0]


def find_user(store: Store, email: str, tenant: str = "") -> User:
    """The active user with that address, in that firm when one is named."""
    wanted = read_email(email)
    query = (
        sa.select(User)
        .join(Tenant, Tenant.id == User.tenant_id)
        .where(User.email == wanted, User.suspended_at.is_(None))
    )
    if tenant:
        query = query.where(sa.or_(Tenant.id == tenant, Tenant.name == tenant))
    with store.system() as session:
        found_users = session.scalars(query).all()
    if not found_users:
        raise NotFound(f"Nobody with the address {wanted} may sign in here.")
    if len(found_users) > 1:
        raise Rejected(f"{wanted} is in several firms: name one with --tenant.")
    return found_users[0]


def audit_verify(settings: Settings) -> dict[str, Any]:
    """Check each firm's chain from its first row to its head."""
    keys = load_keys(settings)
    broken: list[dict[str, Any]] = []
    with contextlib.closing(prepare(settings)) as store:
        with store.system() as session:
            tenants = session.execute(sa.select(Tenant.id, Tenant.name)).all()
        for tenant_id, name in tenants:
            with store.reading(tenant_id) as session:
                found_broken = verify(session, keys)
            if found_broken:
                broken.append({"firm": name, "seq": found_broken.seq, "why": found_broken.why})
    told = "; ".join(f"{each['firm']}: row {each['seq']} {each['why']}" for each in broken)
    return {
        "ok": not broken,
        "firms": len(tenants),
        "broken": broken,
        "message": f"Broken: {told}" if broken else f"{len(tenants)} chain(s) whole.",
    }


def export_router(*, declarations: bool) -> str:
    """The router's types; they are the same for every installation."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url="")
        app = create_app(settings)
        with contextlib.closing(app.store):
            return export_declarations(app.router) if declarations else export_ts(app.router)
