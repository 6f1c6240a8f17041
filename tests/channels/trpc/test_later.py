"""What begins in a thread and ends on the event loop: the same answers as any other procedure."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from starlette.testclient import TestClient

from agent.channels.trpc.procedures import Later, mutation
from tests.channels.trpc.example import Nap, library, library_app
from tools.errors import Conflict

HEADERS = {"content-type": "application/json"}


class Kitchen:
    """Cooks in threads, counts how many at a time, and lets some dishes rest on the loop."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def cook(self, _caller: object, given: Nap) -> str | Later[str]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.02)
        with self._lock:
            self._now -= 1

        async def rest() -> str:
            await anyio.sleep(given.seconds)
            if given.seconds == 0.25:
                raise Conflict("It burnt.")
            return f"rested in {threading.current_thread().name}"

        return "eaten at once" if given.seconds == 0 else Later(rest)


def dish(seconds: float) -> dict[str, object]:
    return {"seconds": seconds, "name": "soup"}


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
def client(kitchen: Kitchen) -> Iterator[TestClient]:
    cooks = mutation(
        "cook", kitchen.cook, input=Nap, output=str, auth=False, summary="Cooks", computes=True
    )
    with TestClient(library_app(library(cooks), computing=2)) as client:
        yield client


def test_the_rest_runs_on_the_event_loop(client: TestClient) -> None:
    at_once, later = (
        client.post("/trpc/cook", json=dish(seconds), headers=HEADERS).json()["result"]["data"]
        for seconds in (0, 0.01)
    )

    assert at_once == "eaten at once"
    assert later.startswith("rested in")
    assert "worker" not in later.casefold()


def test_what_goes_wrong_later_is_told_like_any_other_error(client: TestClient) -> None:
    answer = client.post("/trpc/cook", json=dish(0.25), headers=HEADERS)

    assert answer.status_code == 409
    assert answer.json()["error"]["data"]["code"] == "CONFLICT"
    assert answer.json()["error"]["message"] == "It burnt."


def test_a_batch_waits_for_all_of_its_rests(client: TestClient) -> None:
    given = {"0": dish(0), "1": dish(0.25), "2": dish(0.01)}
    answer = client.post("/trpc/cook,cook,cook?batch=1", json=given, headers=HEADERS)

    assert answer.status_code == 207
    assert [("result" in each) for each in answer.json()] == [True, False, True]


def test_few_of_those_that_compute_run_at_a_time(client: TestClient, kitchen: Kitchen) -> None:
    def cook(_: int) -> int:
        return client.post("/trpc/cook", json=dish(0), headers=HEADERS).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(cook, range(16))) == [200] * 16
    assert kitchen.most == 2
