"""Phrases that people taught by pressing a button."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "taught_phrases",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("taught_by_id", sa.String(length=64), nullable=False),
        sa.Column("taught_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reverted_by_id", sa.String(length=64), nullable=True),
        sa.Column("reverted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_taught_phrases")),
    )
    op.create_index("ix_taught_phrases_created", "taught_phrases", ["tenant_id", "created_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("taught_phrases")
