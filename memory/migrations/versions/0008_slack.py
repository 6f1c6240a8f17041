"""Slack: workspaces, people, threads and cards."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: None = None
depends_on: None = None

_TENANT = ("tenant_id", sa.String(length=40), False)
_ID = ("id", sa.String(length=64), False)
_WHEN = sa.DateTime(timezone=True)


def _columns(*named: tuple[str, sa.types.TypeEngine[Any], bool]) -> list[sa.Column[Any]]:
    return [
        sa.Column(name, kind, nullable=nullable) for name, kind, nullable in (_TENANT, _ID, *named)
    ]


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "slack_teams",
        *_columns(
            ("name", sa.String(), False),
            ("bot_user", sa.String(length=32), False),
            ("bot_id", sa.String(length=32), False),
            ("bot_token", sa.String(), True),
            ("installed_at", _WHEN, False),
            ("ended_at", _WHEN, True),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_slack_teams")),
    )
    op.create_index("ix_slack_teams_id", "slack_teams", ["id"], unique=True)
    op.create_table(
        "slack_members",
        *_columns(
            ("team_id", sa.String(length=32), False),
            ("member", sa.String(length=32), False),
            ("user_id", sa.String(length=64), True),
            ("refused", sa.String(length=16), True),
            ("language", sa.String(length=2), False),
            ("checked_at", _WHEN, False),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_slack_members")),
        _reference("slack_members", "user_id", "users"),
    )
    op.create_index("ix_slack_members_user", "slack_members", ["tenant_id", "user_id"])
    op.create_table(
        "slack_threads",
        *_columns(
            ("team_id", sa.String(length=32), False),
            ("channel", sa.String(length=32), False),
            ("thread_ts", sa.String(length=32), False),
            ("member", sa.String(length=32), False),
            ("user_id", sa.String(length=64), False),
            ("conversation_id", sa.String(length=64), False),
            ("public", sa.Boolean(), False),
            ("posted_seq", sa.Integer(), False),
            ("poster", sa.String(), True),
            ("posting_until", _WHEN, True),
            ("failures", sa.Integer(), False),
            ("created_at", _WHEN, False),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_slack_threads")),
        sa.UniqueConstraint(
            "tenant_id", "team_id", "channel", "thread_ts", "user_id",
            name=op.f("uq_slack_threads_tenant_id_team_id_channel_thread_ts_user_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "conversation_id", name=op.f("uq_slack_threads_tenant_id_conversation_id")
        ),
        _reference("slack_threads", "conversation_id", "conversations", ondelete="CASCADE"),
    )  # fmt: skip
    op.create_table(
        "slack_cards",
        *_columns(
            ("proposal_id", sa.String(length=64), False),
            ("team_id", sa.String(length=32), False),
            ("channel", sa.String(length=32), False),
            ("ts", sa.String(length=32), False),
            ("user_id", sa.String(length=64), False),
            ("public", sa.Boolean(), False),
            ("shown", sa.String(length=40), False),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_slack_cards")),
        sa.UniqueConstraint(
            "tenant_id", "team_id", "channel", "ts",
            name=op.f("uq_slack_cards_tenant_id_team_id_channel_ts"),
        ),
        _reference("slack_cards", "proposal_id", "proposals", ondelete="CASCADE"),
    )  # fmt: skip
    op.create_index("ix_slack_cards_proposal", "slack_cards", ["tenant_id", "proposal_id"])
    op.create_table(
        "slack_arrivals",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("arrived_at", _WHEN, nullable=False),
        sa.Column("held_until", _WHEN, nullable=True),
        sa.Column("done_at", _WHEN, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_slack_arrivals")),
    )
    op.create_index("ix_slack_arrivals_open", "slack_arrivals", ["done_at", "held_until"])


def _reference(
    table: str, column: str, other: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{other}.tenant_id", f"{other}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}"),
        ondelete=ondelete,
        deferrable=True,
        initially="DEFERRED",
    )


def downgrade() -> None:
    """Go back."""
    for table in ("slack_arrivals", "slack_cards", "slack_threads", "slack_members", "slack_teams"):
        op.drop_table(table)
