"""The schema comes up, matches the models, goes down, and survives several processes at once."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from memory.guards import missing_guards
from memory.store import Store, StoreUnsafe, migrate, open_store
from memory.tables.identity import Counter
from memory.tables.registry import METADATA
from memory.upgrade import alembic_config, latest_revision, revision_of
from tests.support.stores import fresh_store, make_tenant

MIGRATE = """
import pathlib, sys
from memory.store import migrate, open_store
store = open_store(sys.argv[1], data_dir=pathlib.Path(sys.argv[2]))
migrate(store)
store.close()
"""


def our_tables(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names()) & set(METADATA.tables)


def test_up_check_down_up_check(store: Store) -> None:
    with store.engine.begin() as connection:
        command.check(alembic_config(connection))
        command.downgrade(alembic_config(connection), "base")
        assert our_tables(connection) == set()
    migrate(store)

    with store.engine.begin() as connection:
        command.check(alembic_config(connection))
        assert our_tables(connection) == set(METADATA.tables)
        assert missing_guards(connection) == []


def test_the_file_names_say_which_revision_is_the_latest() -> None:
    heads = ScriptDirectory.from_config(alembic_config()).get_heads()

    assert heads == [latest_revision()]


def test_an_empty_database_gets_the_latest_revision(store_url: str, tmp_path: Path) -> None:
    store = open_store(store_url, data_dir=tmp_path)

    migrate(store)

    with store.engine.connect() as connection:
        assert revision_of(connection) == latest_revision()
        assert missing_guards(connection) == []
    store.close()


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.session("t1") as session:
        session.add(Counter(id="a", value=7))

    migrate(store)

    with store.reading("t1") as session:
        assert session.get_one(Counter, ("t1", "a")).value == 7


def test_a_lost_guard_is_put_back(store: Store) -> None:
    lose = {
        "sqlite": "DROP TRIGGER guard_audit_delete",
        "postgresql": "ALTER TABLE audit DISABLE TRIGGER guard_audit",
    }
    with store.engine.begin() as connection:
        connection.exec_driver_sql(lose[store.dialect])

    migrate(store)

    with store.engine.connect() as connection:
        assert missing_guards(connection) == []


def test_three_processes_may_migrate_at_once(store_url: str, tmp_path: Path) -> None:
    run = [sys.executable, "-W", "error", "-c", MIGRATE, store_url, str(tmp_path)]
    root = Path(__file__).parents[2]

    processes = [
        subprocess.Popen(run, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    problems = [process.communicate(timeout=120)[1] for process in processes]

    assert problems == ["", "", ""]
    store = open_store(store_url, data_dir=tmp_path)
    with store.engine.connect() as connection:
        assert revision_of(connection) == latest_revision()
        assert missing_guards(connection) == []
    store.close()


def test_an_old_sqlite_file_is_copied_first_and_five_copies_stay(sqlite_url: str) -> None:
    store = fresh_store(sqlite_url)
    make_tenant(store)

    copies = [go_back_and_migrate(store) for _ in range(7)]
    store.close()

    assert [len(names) for names in copies] == [1, 2, 3, 4, 5, 5, 5]
    assert not set(copies[6]) & set(copies[1])


def go_back_and_migrate(store: Store) -> list[Path]:
    """The copies beside the file, after it was taken back to the beginning and migrated anew."""
    with store.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    migrate(store)
    file = Path(store.engine.url.database or "")
    return sorted(file.parent.glob(f"{file.stem}.before-*"))


def test_a_database_from_a_newer_version_is_left_alone(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreUnsafe, match="9999"):
        migrate(store)

    with store.engine.connect() as connection:
        assert our_tables(connection) == set(METADATA.tables)


def test_the_job_librarys_tables_are_left_alone(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (id integer)")
        command.check(alembic_config(connection))
        command.downgrade(alembic_config(connection), "base")
    migrate(store)

    with store.engine.connect() as connection:
        assert "workflow_status" in sa.inspect(connection).get_table_names()
