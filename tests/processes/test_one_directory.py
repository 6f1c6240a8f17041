"""One process has a data directory; the others go through it, or say why they cannot."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.app import create_app, prepare, utc_now
from tests.processes.house import Door, Started, friday, serving, token
from tests.support.friday import copied, opened, settings_in
from tools.errors import Conflict

pytestmark = pytest.mark.slow
ANNA = "anna@demo.example"


@dataclass
class House:
    """The demo firm's server, and a door to it."""

    folder: Path
    server: Started
    door: Door


@pytest.fixture(scope="module")
def house(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = copied(demo_folder, tmp_path_factory.mktemp("house"))
    with serving(folder) as server:
        yield House(folder, server, Door(server.address, token(folder, ANNA)))


def book(start: str) -> str:
    return f"book Jens Nygaard for a standard clean on {start[:16].replace('T', ' at ')}\n"


def free_time(door: Door) -> str:
    found = door.run("find_slots", service="standard clean", **{"from": "tomorrow"})
    return found["slots"][0]["start"]


def test_a_second_server_is_refused_in_one_sentence(house: House) -> None:
    second = friday(house.folder, "serve")

    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.startswith("Another Friday is running on ")
    assert house.server.address in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_an_app_without_the_lock_does_not_start_jobs(house: House) -> None:
    settings = settings_in(house.folder)
    app = create_app(settings, store=prepare(settings))

    async def run() -> None:
        async with app.running():
            raise AssertionError("it runs")

    with pytest.raises(Conflict, match="Another process runs the jobs"):
        app.jobs.start()
    with pytest.raises(Conflict, match="Another Friday is running"):
        asyncio.run(run())
    app.jobs.stop()
    app.store.close()


def test_chat_goes_through_the_running_server(house: House) -> None:
    lines = f"find leads in Aarhus\n{book(free_time(house.door))}a\n/quit\n"

    told = friday(house.folder, "chat", "--as", ANNA, given=lines)

    assert told.returncode == 0, told.stderr
    assert "leads in Aarhus" in told.stdout
    assert "✓" in told.stdout.partition("[a]pprove")[2], told.stdout
    assert house.server.process.poll() is None
    done = house.door.query("approvals.list", {"status": "done"})
    assert [each["tool"] for each in done][:1] == ["book"]


def test_chat_whose_input_ends_at_a_card_leaves_it_waiting(house: House) -> None:
    told = friday(house.folder, "chat", "--as", ANNA, given=book(free_time(house.door)))

    assert (told.returncode, told.stderr) == (0, "")
    assert "[a]pprove" in told.stdout
    pending = house.door.query("approvals.list", {"status": "pending"})
    assert "book" in [each["tool"] for each in pending]


def test_chat_without_a_server_brings_its_own(demo_folder: Path, tmp_path: Path) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    with opened(folder, now=utc_now()) as there:
        given = {"service": "standard clean", "from": "tomorrow"}
        start = there.query("booking.slots", given)["slots"][-1]["start"]

    lines = f"find leads in Aarhus\n{book(start)}a\n"
    told = friday(folder, "chat", "--as", ANNA, given=lines)

    assert told.returncode == 0, told.stderr
    assert "leads in Aarhus" in told.stdout
    assert "✓" in told.stdout.partition("[a]pprove")[2], told.stdout
    assert not (folder / ".address").exists()


def test_a_second_server_on_the_same_database_is_refused_whatever_its_data_directory(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    database = f"sqlite:///{house.folder / 'friday.sqlite'}"

    second = friday(tmp_path / "elsewhere", "serve", FRIDAY_DATABASE_URL=database)

    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith("Another Friday is running on ")
    assert house.server.address in second.stderr
