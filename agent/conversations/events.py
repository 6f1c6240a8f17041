"""Events of a conversation: appended in one order per conversation, and read back from any place in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from agent.conversations import statements
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.conversations import Conversation, Event, Turn
from tools.cards import Shown
from tools.errors import NotFound
from tools.kit import Actor

CHANNEL = "friday_events"
"""What PostgreSQL is told with NOTIFY: "tenant:conversation"."""
STOP = ":stop"
"""Follows it when a turn there is to stop."""


class EventOut(Shown):
    """One event as clients get it. `id` is its place in the conversation, to resume from."""

    id: int
    kind: str
    turn_id: str | None
    body: dict[str, Any]
    at: dt.datetime


@dataclass(frozen=True)
class Draft:
    """An event that is not stored yet."""

    kind: str
    body: Mapping[str, Any]
    seen: Sequence[Any] | None = field(default=None)


def take(session: TenantSession, conversation_id: str, count: int, *, now: dt.datetime) -> int:
    """The last of `count` new places in the conversation. Locks it until the commit; NotFound when it is not there."""
    given = {"id": conversation_id, "count": count, "updated_at": now}
    last = statements.run(session, statements.TAKE, **given).scalar_one_or_none()
    if last is None:
        raise NotFound("There is no such conversation.")
    return last


def append(
    session: TenantSession,
    conversation_id: str,
    turn_id: str | None,
    drafts: Sequence[Draft],
    *,
    now: dt.datetime,
    first: int | None = None,
) -> list[EventOut]:
    """Store events in order; `first` is their first place when it was taken already."""
    if not drafts:
        return []
    if first is None:
        first = take(session, conversation_id, len(drafts), now=now) - len(drafts) + 1
    rows = [
        {
            "id": new_id("evt"),
            "conversation_id": conversation_id,
            "seq": seq,
            "turn_id": turn_id,
            "kind": draft.kind,
            "body": dict(draft.body),
            "seen": list(draft.seen) if draft.seen else None,
            "created_at": now,
        }
        for seq, draft in enumerate(drafts, start=first)
    ]
    statements.add(session, statements.ADD_EVENTS, rows)
    tell(session, conversation_id)
    return [
        EventOut(id=seq, kind=draft.kind, turn_id=turn_id, body=dict(draft.body), at=now)
        for seq, draft in enumerate(drafts, start=first)
    ]


def tell(session: TenantSession, conversation_id: str, what: str = "") -> None:
    """Wake whoever listens in other processes, when this transaction commits; `what` says more than "look"."""
    if session.get_bind().dialect.name == "postgresql":
        note = f"{session.tenant_id}:{conversation_id}{what}"
        session.execute(sa.select(sa.func.pg_notify(CHANNEL, note)))


def read_after(
    session: TenantSession, conversation_id: str, after: int, *, limit: int = 500
) -> list[EventOut]:
    """Events behind place `after`, oldest first."""
    rows = session.scalars(
        sa.select(Event)
        .where(Event.conversation_id == conversation_id, Event.seq > after)
        .order_by(Event.seq)
        .limit(limit)
    )
    return [_out(row) for row in rows]


def of_turn(session: TenantSession, turn: Turn) -> list[EventOut]:
    """The events of one turn, oldest first."""
    rows = session.scalars(
        sa.select(Event)
        .where(
            Event.conversation_id == turn.conversation_id,
            Event.seq >= turn.number,
            Event.turn_id == turn.id,
        )
        .order_by(Event.seq)
    )
    return [_out(row) for row in rows]


def owned(session: TenantSession, actor: Actor, conversation_id: str) -> Conversation:
    """The actor's own conversation. Somebody else's is NotFound, like one that does not exist."""
    found = session.fetch(Conversation, conversation_id)
    if found is None or found.owner_id != actor.id:
        raise NotFound("There is no such conversation.")
    return found


def drop_old_deltas(session: TenantSession, *, before: dt.datetime) -> None:
    """Pieces of text are kept only until everybody has read the whole."""
    session.execute(
        sa.delete(Event)
        .where(Event.kind == "delta", Event.created_at < before)
        .execution_options(synchronize_session=False)
    )


def _out(row: Event) -> EventOut:
    return EventOut(
        id=row.seq, kind=row.kind, turn_id=row.turn_id, body=row.body or {}, at=row.created_at
    )
