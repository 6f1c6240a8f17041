"""Puts the demo firm back to how it was, in an idle store or under a running server."""

import datetime as dt

import sqlalchemy as sa

from agent.conversations import Conversations
from agent.firms.demo.seed import TENANT, seed
from agent.firms.demo.waiting import leave_waiting
from agent.gate.gate import Gate
from memory.store import Store
from memory.tables.base import Base
from memory.tables.identity import Tenant
from tools.errors import Conflict

STOP_SECONDS = 5.0
"""How long turns that are being answered have to end before their rows go."""


def reset(store: Store, gate: Gate, conversations: Conversations, *, now: dt.datetime) -> None:
    """Stop what the demo firm is doing, remove all its rows, seed it anew, and wake whoever follows it.

    Other firms are left alone. `now` chooses the week. Raises Conflict on PostgreSQL, and when the firm of that
    id is no demo.
    """
    if store.dialect != "sqlite":
        raise Conflict("The demo firm lives in an embedded store only (no FRIDAY_DATABASE_URL).")
    with store.system() as session:
        demo = session.scalar(sa.select(Tenant.demo).where(Tenant.id == TENANT))
    if demo is False:
        raise Conflict(f"The firm {TENANT!r} is no demo, so it is not put back.")
    if demo:
        conversations.stop_firm(TENANT, seconds=STOP_SECONDS)
        _remove(store)
    seed(store, now=now)
    leave_waiting(store, gate, now=now)
    conversations.wake.notify_tenant(TENANT)


def _remove(store: Store) -> None:
    """Every row of the demo firm, children first."""
    with store.system() as session:
        for table in reversed(Base.metadata.sorted_tables):
            column = table.c.get("tenant_id")
            if column is not None:
                session.execute(sa.delete(table).where(column == TENANT))
        session.execute(sa.delete(Tenant).where(Tenant.id == TENANT, Tenant.demo.is_(True)))
