"""`friday taught` as a person runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.firms.demo.seed import TENANT
from agent.models.offline import Lesson
from agent.taught import Taught
from tests.support.friday import FRIDAY, copied, opened
from tools.kit import Actor

pytestmark = pytest.mark.slow
ANNA = Actor(tenant_id=TENANT, id="usr_anna", role="staff", name="Anna", language="en")
RING = Lesson(("ring", "to", "<name>"), "show_customer", "ring to <name>")


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    """A demo firm in which one phrase was taught."""
    into = copied(demo_folder, tmp_path / "data")
    with opened(into) as friday, friday.app.store.session(TENANT) as session:
        Taught(friday.app.store, {}).learn(session, ANNA, RING, now=FRIDAY)
    return into


def command(folder: Path, *asked: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRIDAY_")}
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", "taught", *asked],
        env=kept | {"FRIDAY_DATA_DIR": str(folder), "FRIDAY_PORT": "0"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_phrase_is_listed_and_taken_back(folder: Path) -> None:
    [one] = json.loads(command(folder, "list", "--json").stdout)["phrases"]

    gone = command(folder, "revert", one["id"])

    assert (one["wording"], one["label"], one["by"]) == (
        "ring to [name]",
        "Show a customer",
        "Anna",
    )
    assert gone.stdout == "“ring to [name]” is unlearnt.\n"
    assert command(folder, "list").stdout == "Nothing has been learnt from buttons yet.\n"


def test_a_wrong_id_is_told_in_one_sentence(folder: Path) -> None:
    failed = command(folder, "revert", "tau_none")

    assert failed.returncode == 1
    assert failed.stderr == "There is no such phrase. It may have been taken back already.\n"
