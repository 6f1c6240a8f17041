"""SQLite's guards: triggers, all named `guard_…`.

`current_tenant()` is a function that our connections define; it answers NULL in a system session.
A program that opens the file without it cannot write to our tables at all.
"""

import sqlalchemy as sa

from memory.guards_words import sqlite_triggers
from memory.tables.registry import METADATA, shared_tables, tenant_tables

OVERLAP = "ex_booking_overlap"
CROSS_TENANT = "cross_tenant"
AUDIT = "audit_append_only"
DEMO = "demo_is_for_ever"
ERASABLE = ("payload", "salt")


def install(connection: sa.Connection) -> None:
    """Drop every guard and create it anew, on the tables that exist."""
    for name in _installed(connection):
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    tables = set(sa.inspect(connection).get_table_names())
    for table, triggers in _triggers().items():
        if table in tables:
            for sql in triggers.values():
                connection.exec_driver_sql(sql)


def missing(connection: sa.Connection) -> list[str]:
    """The names of triggers that are absent or differ."""
    installed = _installed(connection)
    return sorted(
        name
        for triggers in _triggers().values()
        for name, sql in triggers.items()
        if installed.get(name) != sql
    )


def _installed(connection: sa.Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master "
        "WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
    )
    return {str(name): str(sql) for name, sql in rows}


def _triggers() -> dict[str, dict[str, str]]:
    """Table → trigger's name → SQL."""
    found = {table: _owned(table, "tenant_id") for table in tenant_tables()}
    found |= {table: _system_only(table) for table in shared_tables()}
    found["tenants"] = _own_tenant() | _lasting_demo()
    found["occupancy"] |= _no_overlap()
    found["audit"] |= _append_only()
    found["texts"] |= _indexed()
    for table, triggers in sqlite_triggers().items():
        found[table] |= triggers
    return found


def _trigger(name: str, when: str, table: str, condition: str, error: str) -> dict[str, str]:
    return {
        name: f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{error}'); END"
    }


def _foreign(*columns: str) -> str:
    differs = " OR ".join(f"{column} IS NOT current_tenant()" for column in columns)
    return f"current_tenant() IS NOT NULL AND ({differs})"


def _owned(table: str, column: str) -> dict[str, str]:
    old, new = f"OLD.{column}", f"NEW.{column}"
    name = f"guard_{table}_tenant"
    return {
        **_trigger(f"{name}_insert", "INSERT", table, _foreign(new), CROSS_TENANT),
        **_trigger(f"{name}_update", "UPDATE", table, _foreign(old, new), CROSS_TENANT),
        **_trigger(f"{name}_delete", "DELETE", table, _foreign(old), CROSS_TENANT),
    }


def _system_only(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for when in ("INSERT", "UPDATE", "DELETE"):
        name = f"guard_{table}_tenant_{when.lower()}"
        found |= _trigger(name, when, table, "current_tenant() IS NOT NULL", CROSS_TENANT)
    return found


def _own_tenant() -> dict[str, str]:
    update = _owned("tenants", "id")["guard_tenants_tenant_update"]
    return _system_only("tenants") | {"guard_tenants_tenant_update": update}


def _lasting_demo() -> dict[str, str]:
    return _trigger("guard_tenants_demo", "UPDATE", "tenants", "NEW.demo IS NOT OLD.demo", DEMO)


def _no_overlap() -> dict[str, str]:
    taken = (
        "NEW.live AND EXISTS (SELECT 1 FROM occupancy o WHERE o.tenant_id = NEW.tenant_id "
        "AND o.resource_no = NEW.resource_no AND o.live AND o.blocks_from < NEW.blocks_to "
        "AND o.blocks_to > NEW.blocks_from{but})"
    )
    insert = taken.format(but="")
    update = taken.format(but=" AND o.id IS NOT OLD.id")
    return {
        **_trigger("guard_occupancy_overlap_insert", "INSERT", "occupancy", insert, OVERLAP),
        **_trigger("guard_occupancy_overlap_update", "UPDATE", "occupancy", update, OVERLAP),
    }


def _append_only() -> dict[str, str]:
    chained = [
        column.name for column in METADATA.tables["audit"].columns if column.name not in ERASABLE
    ]
    changes = [f"NEW.{name} IS NOT OLD.{name}" for name in chained]
    rewrites = [f"(NEW.{name} IS NOT NULL AND NEW.{name} IS NOT OLD.{name})" for name in ERASABLE]
    keeps = "NOT EXISTS (SELECT 1 FROM tenants t WHERE t.id = OLD.tenant_id AND t.demo)"
    return {
        **_trigger("guard_audit_update", "UPDATE", "audit", " OR ".join(changes + rewrites), AUDIT),
        **_trigger("guard_audit_delete", "DELETE", "audit", keeps, AUDIT),
    }


def _indexed() -> dict[str, str]:
    """The trigram index holds what the table holds. A row gets its number here: SQLite's own row
    numbers change when the file is packed, and a second column cannot count by itself.
    """
    add = "INSERT INTO texts_fts (rowid, folded) SELECT number, folded FROM texts WHERE rowid = NEW.rowid"
    remove = (
        "INSERT INTO texts_fts (texts_fts, rowid, folded) VALUES ('delete', OLD.number, OLD.folded)"
    )
    number = (
        "UPDATE texts SET number = (SELECT coalesce(max(number), 0) + 1 FROM texts) "
        "WHERE rowid = NEW.rowid"
    )
    name = "guard_texts_index"
    return {
        f"{name}_insert": f"CREATE TRIGGER {name}_insert AFTER INSERT ON texts BEGIN {number}; {add}; END",
        f"{name}_update": f"CREATE TRIGGER {name}_update AFTER UPDATE OF folded ON texts "
        f"BEGIN {remove}; {add}; END",
        f"{name}_delete": f"CREATE TRIGGER {name}_delete AFTER DELETE ON texts BEGIN {remove}; END",
    }
