"""PostgreSQL's guards: two roles, row-level security that binds the owner too, an exclusion
constraint, triggers.
"""

import sqlalchemy as sa

from memory.guards_texts import DIGEST, FUNCTION, HAS_TRIGRAMS, INDEX, postgresql_function
from memory.guards_words import POSTGRESQL_TRIGGERS, postgresql_statements
from memory.tables.registry import METADATA, shared_tables, tenant_tables

OVERLAP = "ex_booking_overlap"
ROLES = ("friday_app", "friday_system")
CURRENT = "current_setting('app.tenant_id', true)"
TRIGGERS = {
    "guard_audit": ("audit", "UPDATE OR DELETE", "ROW", "friday_keep_audit"),
    "guard_audit_truncate": ("audit", "TRUNCATE", "STATEMENT", "friday_keep_audit"),
    "guard_occupancy_turns": ("occupancy", "INSERT OR UPDATE", "ROW", "friday_take_turns"),
    "guard_tenants_demo": ("tenants", "UPDATE", "ROW", "friday_keep_demo"),
}
FUNCTIONS = """
CREATE OR REPLACE FUNCTION friday_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.payload IS NULL OR NEW.payload IS NOT DISTINCT FROM OLD.payload)
       AND (NEW.salt IS NULL OR NEW.salt IS NOT DISTINCT FROM OLD.salt)
       AND to_jsonb(NEW) - 'payload' - 'salt' = to_jsonb(OLD) - 'payload' - 'salt' THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM tenants t WHERE t.id = OLD.tenant_id AND t.demo) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit_append_only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION friday_keep_demo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.demo IS DISTINCT FROM OLD.demo THEN
    RAISE EXCEPTION 'demo_is_for_ever' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- Two transactions whose rows exclude each other would each wait for the other's end, and one would
-- die of a deadlock instead of hearing that the time is taken. A firm's bookings therefore queue.
CREATE OR REPLACE FUNCTION friday_take_turns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(252361, NEW.tenant_no);
  RETURN NEW;
END $$;
"""
# Roles belong to the whole server, where another database may be migrating too; both losers of
# that race are harmless.
ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  IF NOT pg_has_role(session_user, '{role}', 'MEMBER') THEN
    EXECUTE format('GRANT {role} TO %I', session_user);
  END IF;
EXCEPTION WHEN unique_violation OR internal_error THEN NULL;
END $$;
"""
EXCLUSION = f"""
ALTER TABLE occupancy ADD CONSTRAINT {OVERLAP} EXCLUDE USING gist (
  int4range(tenant_no, tenant_no, '[]') WITH &&,
  int4range(resource_no, resource_no, '[]') WITH &&,
  tstzrange(blocks_from, blocks_to, '[)') WITH &&
) WHERE (live)
"""


def install(connection: sa.Connection) -> None:
    """Create roles, grants, policies, triggers and the exclusion constraint on the tables that
    exist.
    """
    tables = set(sa.inspect(connection).get_table_names())
    _run(connection, *(ROLE.format(role=role) for role in ROLES))
    _open_schemas(connection)
    for table in sorted(tables & set(METADATA.tables)):
        _run(connection, *_policies(table))
    if "occupancy" in tables and OVERLAP in missing(connection):
        _run(connection, EXCLUSION)
    if {"audit", "occupancy", "tenants"} <= tables:
        _run(connection, FUNCTIONS, *_trigger_statements())
    if {"customers", "leads"} <= tables:
        _run(connection, *postgresql_statements())
    if "texts" in tables and connection.exec_driver_sql(HAS_TRIGRAMS).scalar_one():
        schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        _run(connection, INDEX, postgresql_function(schema))


def missing(connection: sa.Connection) -> list[str]:
    """The names of policies, triggers and constraints that are absent, and of tables without
    forced row security.
    """
    present = set(
        connection.exec_driver_sql(
            """
            SELECT 'forced ' || relname FROM pg_class
             WHERE relnamespace = current_schema()::regnamespace
               AND relrowsecurity AND relforcerowsecurity
            UNION ALL
            SELECT tablename || '.' || policyname FROM pg_policies
             WHERE schemaname = current_schema()
            UNION ALL
            SELECT conname FROM pg_constraint
             WHERE connamespace = current_schema()::regnamespace AND contype = 'x'
            UNION ALL
            SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE c.relnamespace = current_schema()::regnamespace AND t.tgenabled IN ('O', 'A')
            UNION ALL
            SELECT proname || ' ' || obj_description(oid, 'pg_proc') FROM pg_proc
             WHERE pronamespace = current_schema()::regnamespace
            """
        ).scalars()
    )
    expected = _expected()
    if connection.exec_driver_sql(HAS_TRIGRAMS).scalar_one():
        expected.add(f"{FUNCTION} {DIGEST}")
    return sorted(expected - present)


def _expected() -> set[str]:
    expected = {
        OVERLAP,
        *TRIGGERS,
        *POSTGRESQL_TRIGGERS,
        "tenants.tenant_reads",
        "tenants.tenant_updates",
    }
    expected |= {f"forced {table}" for table in METADATA.tables}
    expected |= {f"{table}.system_everything" for table in METADATA.tables}
    expected |= {f"{table}.tenant_isolation" for table in tenant_tables()}
    return expected


def _run(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _open_schemas(connection: sa.Connection) -> None:
    """Let both roles into our schema and into the one that the job library fills by itself, later
    and as this login.
    """
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    both = ", ".join(ROLES)
    _run(
        connection,
        f"GRANT USAGE ON SCHEMA {schema} TO {both}",
        "CREATE SCHEMA IF NOT EXISTS dbos",
        f"GRANT USAGE ON SCHEMA dbos TO {both}",
    )
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        _run(
            connection,
            f"GRANT ALL ON ALL {kind} IN SCHEMA dbos TO {both}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA dbos GRANT ALL ON {kind} TO {both}",
        )


def _policies(table: str) -> list[str]:
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"REVOKE ALL ON {table} FROM {', '.join(ROLES)}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO friday_system",
        *_policy(table, "system_everything", "ALL TO friday_system USING (true) WITH CHECK (true)"),
    ]
    if table == "tenants":
        own = f"id = {CURRENT}"
        return [
            *statements,
            f"GRANT SELECT, UPDATE ON {table} TO friday_app",
            *_policy(table, "tenant_reads", f"SELECT TO friday_app USING ({own})"),
            *_policy(
                table, "tenant_updates", f"UPDATE TO friday_app USING ({own}) WITH CHECK ({own})"
            ),
        ]
    if table in shared_tables():
        # Readable and always empty, as on SQLite: there is no policy.
        return [*statements, f"GRANT SELECT ON {table} TO friday_app"]
    own = f"tenant_id = {CURRENT}"
    return [
        *statements,
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO friday_app",
        *_policy(table, "tenant_isolation", f"ALL TO friday_app USING ({own}) WITH CHECK ({own})"),
    ]


def _policy(table: str, name: str, rule: str) -> list[str]:
    return [
        f"DROP POLICY IF EXISTS {name} ON {table}",
        f"CREATE POLICY {name} ON {table} FOR {rule}",
    ]


def _trigger_statements() -> list[str]:
    statements: list[str] = []
    for name, (table, when, level, function) in TRIGGERS.items():
        statements += [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {function}()",
        ]
    return statements
