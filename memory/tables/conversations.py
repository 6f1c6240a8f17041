"""Conversations, their turns, their events in order, and what people uploaded."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, Json, TenantOwned, belongs_to, key


class Conversation(TenantOwned, Base):
    """One thread with one owner: a user, or an anonymous visitor known by a sign-in."""

    __tablename__ = "conversations"
    __table_args__ = (sa.Index("ix_conversations_owner", "tenant_id", "owner_id", "updated_at"),)

    id: Mapped[str] = key()
    owner_id: Mapped[str] = mapped_column(sa.String(64))
    channel: Mapped[str] = mapped_column(sa.String(16))
    language: Mapped[str | None] = mapped_column(sa.String(2))
    title: Mapped[str | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class Turn(TenantOwned, Base):
    """One message being answered, held by whoever has its lease.

    `history` is the turn's pydantic-ai messages; `memo` what the embedded model keeps between
    turns.
    """

    __tablename__ = "turns"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "conversation_id", "client_message_id"),
        sa.Index("ix_turns_conversation", "tenant_id", "conversation_id", "number"),
        sa.Index("ix_turns_state", "state", "lease_until"),
        sa.Index("ix_turns_finished", "tenant_id", "finished_at"),
        belongs_to("conversation_id", "conversations", ondelete="CASCADE"),
    )

    id: Mapped[str] = key()
    conversation_id: Mapped[str] = mapped_column(sa.String(64))
    number: Mapped[int]
    client_message_id: Mapped[str] = mapped_column(sa.String(128))
    cause: Mapped[str] = mapped_column(sa.String(16))  # message | decision
    actor_id: Mapped[str] = mapped_column(sa.String(64))
    actor: Mapped[dict[str, Any]]
    text: Mapped[str | None]
    state: Mapped[str] = mapped_column(sa.String(16), default="waiting")
    lease_owner: Mapped[str | None]
    lease_until: Mapped[dt.datetime | None]
    stop_asked: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    language: Mapped[str | None] = mapped_column(sa.String(2))
    model: Mapped[str | None]
    history: Mapped[list[Any] | None] = mapped_column(Json)
    memo: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class Event(TenantOwned, Base):
    """One thing that happened in a conversation. `body` is what is shown; it may be blanked by an
    erasure.
    """

    __tablename__ = "events"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "conversation_id", "seq"),
        belongs_to("conversation_id", "conversations", ondelete="CASCADE"),
    )

    id: Mapped[str] = key()
    conversation_id: Mapped[str] = mapped_column(sa.String(64))
    seq: Mapped[int]
    turn_id: Mapped[str | None] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(16))
    body: Mapped[dict[str, Any] | None]
    seen: Mapped[list[Any] | None] = mapped_column(Json)
    created_at: Mapped[dt.datetime]


class Upload(TenantOwned, Base):
    """A file that somebody gave, kept as bytes with its hash."""

    __tablename__ = "uploads"

    id: Mapped[str] = key()
    owner_id: Mapped[str] = mapped_column(sa.String(64))
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[dt.datetime]
