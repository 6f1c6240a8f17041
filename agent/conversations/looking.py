"""What people see of their conversations: a list of them, and the reply that one message got."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from agent.conversations.events import EventOut
from agent.replies import Reply, assemble
from memory.store import TenantSession
from memory.tables.conversations import Conversation
from tools.cards import Shown
from tools.kit import Actor


class ConversationOut(Shown):
    """A conversation in a list."""

    id: str
    title: str
    channel: str
    updated_at: dt.datetime
    last_seq: int


def conversations_of(session: TenantSession, actor: Actor, *, limit: int) -> list[ConversationOut]:
    """The actor's own conversations, the latest first."""
    rows = (
        sa.select(Conversation)
        .where(Conversation.owner_id == actor.id)
        .order_by(Conversation.updated_at.desc())
        .limit(limit)
    )
    return [
        ConversationOut(
            id=row.id,
            title=row.title or "",
            channel=row.channel,
            updated_at=row.updated_at,
            last_seq=row.last_seq,
        )
        for row in session.scalars(rows)
    ]


def reply_from(
    conversation_id: str,
    turn_id: str,
    number: int,
    language: str | None,
    events: Sequence[EventOut],
) -> Reply:
    """The reply that the events of one turn amount to."""
    return assemble(
        conversation_id=conversation_id,
        turn_id=turn_id,
        message_id=f"{conversation_id}:{number}",
        language="da" if language == "da" else "en",
        events=[(event.kind, event.body) for event in sorted(events, key=lambda e: e.id)],
    )
