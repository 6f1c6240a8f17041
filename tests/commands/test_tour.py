"""The tour on days that are special, twice in a row on the same data."""

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from agent.commands.talking import tour
from tests.support.friday import settings_in

DAYS = [
    *(f"2026-11-{day}T09:00+01:00" for day in range(16, 23)),
    "2026-12-24T10:00+01:00",
    "2026-12-25T10:00+01:00",
    "2026-12-26T10:00+01:00",
    "2027-03-26T10:00+01:00",
    "2027-03-28T01:30+01:00",
    "2026-10-25T02:30+01:00",
]


def played(folder: Path, now: str) -> str:
    """What a tour in this process printed. Raises Conflict when it does not go as it should."""
    console = Console(file=io.StringIO(), record=True, width=140)
    asyncio.run(tour(settings_in(folder, port=0), console, now=now))
    return console.export_text()


@pytest.mark.slow
@pytest.mark.usefixtures("logs_put_back")
@pytest.mark.parametrize("now", DAYS)
def test_the_tour_works_on_any_day_and_twice(tmp_path: Path, now: str) -> None:
    first = played(tmp_path, now)
    second = played(tmp_path, now)

    assert "proposed nothing" in first
    assert "proposed nothing" in second
