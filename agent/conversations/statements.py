"""The statements of every turn, built once over the tables: the mapped classes cost four times as much per statement.

Each names the tenant itself, as `run` demands, so they may be used in a tenant's session.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.conversations import Conversation, Event, Turn
from memory.tables.registry import METADATA

_CONVERSATIONS = METADATA.tables[Conversation.__tablename__]
_EVENTS = METADATA.tables[Event.__tablename__]
_TURNS = METADATA.tables[Turn.__tablename__]
_CHECKED = {"tenant_checked": True}


def _given(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(f"given_{name}")


def _values(*names: str) -> dict[str, sa.BindParameter[Any]]:
    return {name: _given(name) for name in names}


TAKE = (
    sa.update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.tenant_id == _given("tenant"), _CONVERSATIONS.c.id == _given("id"))
    .values(
        last_seq=_CONVERSATIONS.c.last_seq + _given("count"),
        updated_at=_given("updated_at"),
    )
    .returning(_CONVERSATIONS.c.last_seq)
)
"""`count` new places of a conversation."""

SPEAK = (
    sa.update(_CONVERSATIONS)
    .where(
        _CONVERSATIONS.c.tenant_id == _given("tenant"),
        _CONVERSATIONS.c.id == _given("id"),
        _CONVERSATIONS.c.owner_id == _given("owner"),
    )
    .values(
        last_seq=_CONVERSATIONS.c.last_seq + 1,
        updated_at=_given("updated_at"),
        language=sa.func.coalesce(_given("language"), _CONVERSATIONS.c.language),
    )
    .returning(_CONVERSATIONS.c.last_seq, _CONVERSATIONS.c.language)
)
"""One new place of one's own conversation."""

UNSPEAK = (
    sa.update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.tenant_id == _given("tenant"), _CONVERSATIONS.c.id == _given("id"))
    .values(last_seq=_CONVERSATIONS.c.last_seq - 1)
)
"""Gives the place back: events have no gaps."""

KNOWN = sa.select(_TURNS.c.id, _TURNS.c.number).where(
    _TURNS.c.tenant_id == _given("tenant"),
    _TURNS.c.conversation_id == _given("conversation"),
    _TURNS.c.client_message_id == _given("client"),
)
"""The turn of a client's message."""

RECENT = (
    sa.select(_TURNS.c.id, _TURNS.c.state, _TURNS.c.cause, _TURNS.c.memo)
    .where(
        _TURNS.c.tenant_id == _given("tenant"), _TURNS.c.conversation_id == _given("conversation")
    )
    .order_by(_TURNS.c.number.desc())
    .limit(20)
)
"""The last turns of a conversation, newest first."""

WAITING = (
    sa.select(_TURNS.c.id)
    .where(
        _TURNS.c.tenant_id == _given("tenant"),
        _TURNS.c.conversation_id == _given("conversation"),
        _TURNS.c.number > _given("number"),
        _TURNS.c.state == "waiting",
    )
    .limit(1)
)
"""Whether a turn waits behind another one: the many before it are not looked through."""

FINISH = (
    sa.update(_TURNS)
    .where(
        _TURNS.c.tenant_id == _given("tenant"),
        _TURNS.c.id == _given("id"),
        _TURNS.c.state == "running",
        _TURNS.c.lease_owner == _given("executor"),
        _TURNS.c.attempts == _given("attempts"),
    )
    .values(
        lease_owner=None,
        lease_until=None,
        **_values("state", "model", "history", "memo", "error", "finished_at"),
    )
    .returning(_TURNS.c.id)
)
"""The end of a turn, for whoever still has its lease."""

ADD_CONVERSATION, ADD_TURN, ADD_EVENTS = (
    sa.insert(_CONVERSATIONS),
    sa.insert(_TURNS),
    sa.insert(_EVENTS),
)


def run(session: TenantSession, statement: sa.Executable, **given: Any) -> sa.Result[Any]:
    """Execute one of the statements for the session's tenant."""
    params = {f"given_{name}": value for name, value in given.items()}
    params["given_tenant"] = session.tenant_id
    return session.execute(statement, params, execution_options=_CHECKED)


def add(session: TenantSession, statement: sa.Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of the session's tenant."""
    owned = [{"tenant_id": session.tenant_id, **row} for row in rows]
    session.execute(statement, owned, execution_options=_CHECKED)
