"""The core cases pass, and a case that should fail does."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.settings import Settings
from evals.cli import app
from evals.running import CORE, run
from tools.errors import Rejected

OFFLINE = Settings(model="offline")
WRONG = """
name: wrong
evaluators: [Answers, OnlyTheseChanges, AuditHolds]
cases:
- name: books although nothing may change
  inputs:
    actor: anna
    steps:
    - say: book Jens Nygaard for a standard clean next Tuesday at 10
      expect: {calls: [{tool: find_leads}], says: [no such words], language: da}
    - approve: book
- name: approves what nobody proposed
  inputs:
    actor: anna
    steps: [{approve: book}]
"""


def wrong(folder: Path) -> Path:
    file = folder / "wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    return file


@pytest.mark.slow
def test_the_twelve_core_cases_pass() -> None:
    outcome = run(CORE, settings=OFFLINE)

    assert [(each.name, each.faults) for each in outcome.results if not each.passed] == []
    assert len(outcome.results) == 12
    assert outcome.ok


def test_what_should_not_be_is_named(tmp_path: Path) -> None:
    outcome = run(wrong(tmp_path), settings=OFFLINE)

    booked, approved = outcome.results
    told = " ".join(booked.faults)
    assert not outcome.ok
    assert 'step 1: calls: ["book' in told
    assert "'no such words' was not said" in told
    assert "answered in en" in told
    assert "bookings: 1 rows added instead of 0" in told
    assert "1 letters left instead of 0" in told
    assert approved.faults == (
        "it broke: LookupError: nobody proposed book, so there is nothing to decide",
    )


def test_the_command_ends_with_an_error_below_the_pass_mark(tmp_path: Path) -> None:
    asked = CliRunner().invoke(app, ["run", str(wrong(tmp_path)), "--json"])

    told = json.loads(asked.stdout)
    assert asked.exit_code == 1
    assert (told["passed"], told["cases"], told["ok"]) == (0, 2, False)


def test_a_lower_pass_mark_can_be_named(tmp_path: Path) -> None:
    asked = CliRunner().invoke(app, ["run", str(wrong(tmp_path)), "--pass-mark", "0"])

    assert asked.exit_code == 0
    assert "0 of 2 passed, 0 must" in asked.stdout


@pytest.mark.parametrize(
    "content", ["cases: 1", "name: x\ncases: [{inputs: {actor: nobody, steps: []}}]"]
)
def test_a_file_that_holds_no_cases_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(Rejected, match="not a file of cases"):
        run(file, settings=OFFLINE)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        run(tmp_path / "none.yaml", settings=OFFLINE)
