"""Slack: workspaces that Friday is installed in, their people, and where conversations and cards stand there."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, Json, TenantOwned, belongs_to, key


class SlackTeam(TenantOwned, Base):
    """A workspace of the firm's; `id` is Slack's team id, and belongs to one firm of the installation.

    `bot_token` is sealed by the vault, and null once Slack has revoked it.
    """

    __tablename__ = "slack_teams"
    __table_args__ = (sa.Index("ix_slack_teams_id", "id", unique=True),)

    id: Mapped[str] = key()
    name: Mapped[str]
    bot_user: Mapped[str] = mapped_column(sa.String(32))
    bot_id: Mapped[str] = mapped_column(sa.String(32))
    bot_token: Mapped[str | None]
    installed_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class SlackMember(TenantOwned, Base):
    """A person of a workspace, and who that is here; `id` is "team:user".

    Without `user_id` they are nobody here, and `refused` says why. Asked of Slack again after a day.
    """

    __tablename__ = "slack_members"
    __table_args__ = (
        sa.Index("ix_slack_members_user", "tenant_id", "user_id"),
        belongs_to("user_id", "users"),
    )

    id: Mapped[str] = key()
    team_id: Mapped[str] = mapped_column(sa.String(32))
    member: Mapped[str] = mapped_column(sa.String(32))
    user_id: Mapped[str | None] = mapped_column(sa.String(64))
    refused: Mapped[str | None] = mapped_column(sa.String(16))
    language: Mapped[str] = mapped_column(sa.String(2))
    checked_at: Mapped[dt.datetime]


class SlackThread(TenantOwned, Base):
    """One person's conversation in one thread. `posted_seq`: the last event that Slack has been told.

    Whoever posts holds `poster` until `posting_until`, so that two processes never post the same.
    """

    __tablename__ = "slack_threads"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "team_id", "channel", "thread_ts", "user_id"),
        sa.UniqueConstraint("tenant_id", "conversation_id"),
        belongs_to("conversation_id", "conversations", ondelete="CASCADE"),
    )

    id: Mapped[str] = key()
    team_id: Mapped[str] = mapped_column(sa.String(32))
    channel: Mapped[str] = mapped_column(sa.String(32))
    thread_ts: Mapped[str] = mapped_column(sa.String(32))
    member: Mapped[str] = mapped_column(sa.String(32))
    user_id: Mapped[str] = mapped_column(sa.String(64))
    conversation_id: Mapped[str] = mapped_column(sa.String(64))
    public: Mapped[bool] = mapped_column(default=False)
    posted_seq: Mapped[int] = mapped_column(default=0)
    poster: Mapped[str | None]
    posting_until: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]


class SlackCard(TenantOwned, Base):
    """A message that shows a proposal; `shown` is the version and state that it shows ("2:pending")."""

    __tablename__ = "slack_cards"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "team_id", "channel", "ts"),
        sa.Index("ix_slack_cards_proposal", "tenant_id", "proposal_id"),
        belongs_to("proposal_id", "proposals", ondelete="CASCADE"),
    )

    id: Mapped[str] = key()
    proposal_id: Mapped[str] = mapped_column(sa.String(64))
    team_id: Mapped[str] = mapped_column(sa.String(32))
    channel: Mapped[str] = mapped_column(sa.String(32))
    ts: Mapped[str] = mapped_column(sa.String(32))
    user_id: Mapped[str] = mapped_column(sa.String(64))
    public: Mapped[bool] = mapped_column(default=False)
    shown: Mapped[str] = mapped_column(sa.String(40))


class SlackArrival(TenantOwned, Base):
    """An event, kept before Slack is told that it arrived; `id` is what its repetitions and twins have in common.

    Whoever works on it holds it until `held_until`. `body` is blanked once that is done.
    """

    __tablename__ = "slack_arrivals"
    __table_args__ = (sa.Index("ix_slack_arrivals_open", "done_at", "held_until"),)

    id: Mapped[str] = mapped_column(sa.String(160), primary_key=True, sort_order=-1)
    team_id: Mapped[str] = mapped_column(sa.String(32))
    body: Mapped[dict[str, Any] | None] = mapped_column(Json)
    attempts: Mapped[int] = mapped_column(default=0)
    arrived_at: Mapped[dt.datetime]
    held_until: Mapped[dt.datetime | None]
    done_at: Mapped[dt.datetime | None]
