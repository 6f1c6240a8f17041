"""`friday erase` and `friday memory scrub` as a person runs them."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.test_commands import serving
from tests.processes.house import friday
from tests.support.friday import copied

pytestmark = pytest.mark.slow

NAME = "Mette Holm"


def holding(folder: Path) -> list[str]:
    """The files in which the name stands, and on which the server may be working."""
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.is_file() and NAME.encode() in path.read_bytes()
    )


def test_a_person_is_erased_by_typing_the_name(demo_folder: Path, tmp_path: Path) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    assert holding(folder) == ["friday.sqlite"]

    left = friday(folder, "erase", NAME, given="\n")
    wrong = friday(folder, "erase", NAME, "--typed", "Mette")
    done = friday(folder, "erase", NAME, "--typed", NAME, "--json")

    assert (left.returncode, "Leads" in left.stdout, "Nothing was erased" in left.stdout) == (
        1, True, True,
    )  # fmt: skip
    assert (wrong.returncode, NAME in wrong.stderr, "Traceback" in wrong.stderr) == (1, True, False)
    assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "done")
    assert holding(folder) == []
    assert friday(folder, "audit", "verify").returncode == 0


def test_a_running_server_cleans_up_by_itself(demo_folder: Path, tmp_path: Path) -> None:
    folder = copied(demo_folder, tmp_path / "data")

    with serving(folder):
        assert friday(folder, "erase", NAME, "--typed", NAME).returncode == 0
        deadline = time.monotonic() + 90
        while waits(folder) and time.monotonic() < deadline:
            time.sleep(0.5)
        refused = friday(folder, "memory", "scrub")

        assert holding(folder) == []
    assert (refused.returncode, "Another Friday is running" in refused.stderr) == (1, True)


def waits(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "friday.sqlite")) as connection:
        return bool(connection.execute("SELECT count(*) FROM erasures").fetchone()[0])


def test_scrubbing_is_safe_at_any_time(demo_folder: Path, tmp_path: Path) -> None:
    folder = copied(demo_folder, tmp_path / "data")

    done = friday(folder, "memory", "scrub", "--json")

    assert (done.returncode, json.loads(done.stdout)["finished"]) == (0, 0)
