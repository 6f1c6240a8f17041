"""`friday memory reindex` as a person runs it."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.commands.test_commands import serving
from tests.processes.house import friday
from tests.support.friday import copied

pytestmark = pytest.mark.slow


def emptied(folder: Path) -> None:
    """The texts are lost, as after a restore from before there were any."""
    engine = sa.create_engine(f"sqlite:///{folder / 'friday.sqlite'}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.create_function("current_tenant", 0, lambda: None)
        connection.exec_driver_sql("DELETE FROM texts")


def test_reindex_makes_the_texts_anew(demo_folder: Path, tmp_path: Path) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    emptied(folder)

    done = friday(folder, "memory", "reindex", "--json")

    assert (done.returncode, json.loads(done.stdout)["texts"] > 50) == (0, True)


def test_reindex_refuses_while_a_server_runs(demo_folder: Path, tmp_path: Path) -> None:
    folder = copied(demo_folder, tmp_path / "data")

    with serving(folder):
        done = friday(folder, "memory", "reindex")

    assert done.returncode == 1
    assert "Another Friday is running" in done.stderr
    assert "Traceback" not in done.stderr
