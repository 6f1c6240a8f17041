"""Indexes in the order of a list that hold the words, so that looking through a list reads no other row."""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: None = None
depends_on: None = None

# Named as what only one kind of database has: PostgreSQL keeps no long text in such an index, and answers
# from its trigrams.
INDEXES = {
    "walk_leads": "leads (tenant_id, received_at DESC, number, words)",
    "walk_customers": "customers (tenant_id, folded_name, number, merged_into, words)",
}


def upgrade() -> None:
    """Go to this revision."""
    if op.get_bind().dialect.name == "sqlite":
        for name, of in INDEXES.items():
            op.execute(f"CREATE INDEX {name} ON {of}")


def downgrade() -> None:
    """Go back."""
    for name in INDEXES:
        op.execute(f"DROP INDEX IF EXISTS {name}")
