"""Texts that can be searched, with a trigram index where the database has one."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None

SQLITE_INDEX = """
CREATE VIRTUAL TABLE texts_fts USING fts5(
  folded, content='texts', content_rowid='number', tokenize='trigram'
)
"""
# A trusted extension, which the database's owner may create; where that is refused, or the server
# does not have it, search reads the tenant's rows instead.
POSTGRESQL_INDEX = """
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX gin_texts_folded ON texts USING gin (folded gin_trgm_ops);
EXCEPTION
  WHEN insufficient_privilege OR undefined_file OR undefined_object OR feature_not_supported
  THEN RAISE NOTICE 'pg_trgm is not available';
END $$
"""


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "texts",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("about_kind", sa.String(length=12), nullable=True),
        sa.Column("about_id", sa.String(length=64), nullable=True),
        sa.Column("readers", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("embedded_as", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_texts")),
    )
    op.create_index("ix_texts_about", "texts", ["tenant_id", "about_kind", "about_id"])
    op.create_index("ix_texts_number", "texts", ["number"], unique=True)
    op.create_index("ix_texts_embedded_as", "texts", ["tenant_id", "embedded_as"])
    op.create_index("ix_texts_kind", "texts", ["tenant_id", "kind", "changed_at"])
    op.create_index("ix_turns_finished", "turns", ["tenant_id", "finished_at"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(SQLITE_INDEX if sqlite else POSTGRESQL_INDEX)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_turns_finished", "turns")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE texts_fts")
    op.drop_table("texts")
