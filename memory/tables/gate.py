"""Proposals, votes, effects and the audit chain."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, Json, TenantOwned, belongs_to, key


class Proposal(TenantOwned, Base):
    """An action somebody asked for: what would run, what was shown, who may decide, and what
    became of it.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        sa.Index("ix_proposals_status", "tenant_id", "status", "created_at"),
        sa.Index("ix_proposals_conversation", "tenant_id", "conversation_id", "status"),
        sa.Index("ix_proposals_tool", "tenant_id", "tool", "requester_id", "created_at"),
        sa.Index("ix_proposals_expiry", "status", "expires_at"),
        sa.Index("ix_proposals_place", "tenant_id", "place"),
    )

    id: Mapped[str] = key()
    place: Mapped[int] = mapped_column(default=0)  # counts up in the order they were made in
    version: Mapped[int] = mapped_column(default=1)
    tool: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(16))
    effect: Mapped[str] = mapped_column(sa.String(16))
    args: Mapped[dict[str, Any] | None]
    asked: Mapped[dict[str, Any] | None]  # the arguments before they were resolved
    preview: Mapped[dict[str, Any] | None]
    preconditions: Mapped[list[Any]] = mapped_column(Json)
    provenance: Mapped[list[Any] | None] = mapped_column(Json)
    outcome: Mapped[dict[str, Any]]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    requester_kind: Mapped[str] = mapped_column(sa.String(8))  # person | key | system
    requester_id: Mapped[str] = mapped_column(sa.String(64))
    requester_role: Mapped[str] = mapped_column(sa.String(16))
    requester_name: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(2))
    channel: Mapped[str] = mapped_column(sa.String(16))
    conversation_id: Mapped[str | None] = mapped_column(sa.String(64))
    turn_id: Mapped[str | None] = mapped_column(sa.String(64))
    digest: Mapped[str]
    nonce: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    warn_at: Mapped[dt.datetime | None]
    warned_at: Mapped[dt.datetime | None]
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str | None]  # the name that the second approver is shown
    finished_at: Mapped[dt.datetime | None]
    result: Mapped[dict[str, Any] | None]
    # {message, moved, choices} of a stale, failed or unknown one
    problem: Mapped[dict[str, Any] | None]
    supersedes: Mapped[str | None] = mapped_column(sa.String(64))
    undoes: Mapped[str | None] = mapped_column(sa.String(64))


class Vote(TenantOwned, Base):
    """One person's decision on one version of a proposal, bound to the digest of what they saw."""

    __tablename__ = "votes"
    __table_args__ = (
        sa.Index("ix_votes_proposal", "tenant_id", "proposal_id"),
        belongs_to("proposal_id", "proposals"),
    )

    id: Mapped[str] = key()
    proposal_id: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    voter_id: Mapped[str] = mapped_column(sa.String(64))  # a user's id, or "policy"
    voter_name: Mapped[str]
    voter_role: Mapped[str] = mapped_column(sa.String(16))
    decision: Mapped[str] = mapped_column(sa.String(8))
    digest: Mapped[str]
    reason: Mapped[str | None]
    confirmed: Mapped[list[Any]] = mapped_column(Json)
    typed: Mapped[str | None]
    # reason, confirmed, typed and salt can be erased; the digest covers their salted HMAC
    salt: Mapped[str | None]
    words_mac: Mapped[str]
    channel: Mapped[str] = mapped_column(sa.String(16))
    created_at: Mapped[dt.datetime]


class EffectRow(TenantOwned, Base):
    """The ledger of effects, a row per key: committed as `started` before a provider is called."""

    __tablename__ = "effects"

    id: Mapped[str] = key()  # the idempotency key, `effect:<proposal id>`
    proposal_id: Mapped[str] = mapped_column(sa.String(64))
    tool: Mapped[str]
    state: Mapped[str] = mapped_column(sa.String(16))  # ready | started | done | failed | unknown
    attempts: Mapped[int] = mapped_column(default=0)
    receipt: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class AuditRow(TenantOwned, Base):
    """One entry of a tenant's audit chain. `payload` can be erased; the chain covers its salted
    HMAC.
    """

    __tablename__ = "audit"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "seq"),
        sa.Index("ix_audit_subject", "tenant_id", "subject"),
    )

    id: Mapped[str] = key()
    seq: Mapped[int]
    at: Mapped[dt.datetime]
    actor_id: Mapped[str]
    on_behalf_of: Mapped[str | None]
    channel: Mapped[str] = mapped_column(sa.String(16))
    event: Mapped[str]  # proposed | approved | denied | executing | done | …
    tool: Mapped[str | None]
    subject: Mapped[str | None]  # the proposal's id, or the record's
    outcome: Mapped[str | None]
    payload: Mapped[dict[str, Any] | None]
    salt: Mapped[str | None]
    payload_mac: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class AuditHead(TenantOwned, Base):
    """The last hash of a tenant's chain; locked last in a transaction."""

    __tablename__ = "audit_heads"

    id: Mapped[str] = key()  # always "head"
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(default="")
