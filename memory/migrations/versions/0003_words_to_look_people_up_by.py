"""Words that leads and customers are looked up by, indexed, and indexes that answer lists in their order."""

import sqlalchemy as sa
from alembic import op

from memory.guards_words import postgresql_statements, sqlite_row, sqlite_words

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None

TABLES = ("leads", "customers")
INDEXES = {
    "leads": {
        "ix_leads_city": ["tenant_id", "folded_city", "received_at", "status", "source"],
        "ix_leads_status": ["tenant_id", "status", "received_at", "folded_city", "source"],
        "ix_leads_source": ["tenant_id", "source", "received_at", "status", "folded_city"],
    },
    "customers": {
        "ix_customers_folded": ["tenant_id", "folded_name", "number", "merged_into"],
        "ix_customers_city": ["tenant_id", "city", "folded_name", "number", "merged_into"],
    },
    # With the customer in it, or SQLite prefers the unique index and reads all of a tenant's.
    "customer_emails": {"ix_customer_emails_email": ["tenant_id", "email", "customer_id"]},
    "customer_phones": {"ix_customer_phones_phone": ["tenant_id", "phone", "customer_id"]},
}
BEFORE = {
    "leads": {
        "ix_leads_city": ["tenant_id", "folded_city"],
        "ix_leads_status": ["tenant_id", "status", "received_at"],
        "ix_leads_source": [],
    },
    "customers": {
        "ix_customers_folded": ["tenant_id", "folded_name"],
        "ix_customers_city": ["tenant_id", "city"],
    },
    "customer_emails": {"ix_customer_emails_email": ["tenant_id", "email"]},
    "customer_phones": {"ix_customer_phones_phone": ["tenant_id", "phone"]},
}
# As for texts: a trusted extension that a server may not have.
POSTGRESQL_INDEX = """
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX gin_leads_words ON leads USING gin (words gin_trgm_ops);
  CREATE INDEX gin_customers_words ON customers USING gin (words gin_trgm_ops);
EXCEPTION
  WHEN insufficient_privilege OR undefined_file OR undefined_object OR feature_not_supported
  THEN RAISE NOTICE 'pg_trgm is not available';
END $$
"""


def upgrade() -> None:
    """Go to this revision."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        op.add_column(table, sa.Column("words", sa.String(), nullable=True))
        if sqlite:
            op.execute(
                f"CREATE VIRTUAL TABLE {table}_fts USING fts5(words, content='', tokenize='trigram')"
            )
            op.execute(f"UPDATE {table} SET words = {sqlite_words(table)}")
            op.execute(
                f"INSERT INTO {table}_fts (rowid, words) SELECT {sqlite_row(table)}, words "
                f"FROM {table} WHERE words IS NOT NULL"
            )
    if not sqlite:
        for statement in postgresql_statements():
            op.get_bind().exec_driver_sql(statement, execution_options={"no_parameters": True})
        for table in TABLES:
            op.execute(f"UPDATE {table} SET words = NULL")  # the trigger fills it
        op.execute(POSTGRESQL_INDEX)
    _reindex(INDEXES)


def downgrade() -> None:
    """Go back."""
    connection = op.get_bind()
    _reindex(BEFORE)
    if connection.dialect.name == "sqlite":
        # They name the column; the guards that belong to the older tables are put back at the end.
        named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard%'"
        for name in connection.exec_driver_sql(named).scalars().all():
            op.execute(f"DROP TRIGGER {name}")
        for table in TABLES:
            op.execute(f"DROP TABLE {table}_fts")
    else:
        for function in ("friday_lead_words", "friday_customer_words", "friday_contact_words"):
            op.execute(f"DROP FUNCTION {function}() CASCADE")
    for table in TABLES:
        op.drop_column(table, "words")


def _reindex(indexes: dict[str, dict[str, list[str]]]) -> None:
    for table, each in indexes.items():
        for name, columns in each.items():
            op.execute(f"DROP INDEX IF EXISTS {name}")
            if columns:
                op.create_index(name, table, columns)
