"""kill -9 at five points, on both stores, with and without idempotency keys: one effect, or a visible unknown."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.jobs import Jobs, Work
from memory.store import Store, open_store
from tests.fakes.provider import Fault, Provider, serving
from tests.gate.conftest import prepare
from tests.gate.world import ANNA, HUNDRED, Charge, World

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@dataclass
class Installation:
    """A store, a provider, and processes that come and go."""

    url: str
    data_dir: Path
    store: Store
    world: World
    provider: Provider
    proposal_id: str = ""

    def run(self, die_at: str = "") -> subprocess.CompletedProcess[str]:
        keys = "keys" if self.provider.honours_keys else "none"
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.gate.crashing",
                self.url,
                str(self.data_dir),
                self.provider.address,
                keys,
                die_at,
                self.proposal_id,
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
            capture_output=True,
            timeout=90,
            check=False,
        )

    def status(self) -> str:
        with self.store.reading("t1") as session:
            return self.world.gate.get(session, ANNA, self.proposal_id).status


@pytest.fixture(params=["keys", "no keys"])
def installation(
    request: pytest.FixtureRequest, databases, tmp_path: Path
) -> Iterator[Installation]:
    url = databases.like("gate", prepare)
    store = open_store(url, data_dir=tmp_path)
    jobs = Jobs(store=store, work=Work(execute=lambda tenant, id: ""))
    jobs.prepare()
    jobs.stop()
    world = World(store)
    with serving(Provider(honours_keys=request.param == "keys")) as provider:
        made = Installation(url, tmp_path, store, world, provider)
        made.proposal_id = world.propose(Charge(lead="lead_1", amount=HUNDRED)).id
        yield made
    store.close()
    databases.drop(url)


def test_killed_before_the_approval_commits_it_is_still_pending_and_can_be_approved(
    installation: Installation,
) -> None:
    killed = installation.run("before-approval-commits")
    waiting, charged = installation.status(), len(installation.provider.charges)
    again = installation.run()

    assert killed.returncode == -signal.SIGKILL
    assert (waiting, charged) == ("pending", 0)
    assert again.stdout.strip() == "done", again.stderr
    assert len(installation.provider.charges) == 1


@pytest.mark.parametrize(
    "die_at", ["before-call", "after-call", "before-checkpoint", "after-record"]
)
def test_killed_while_it_is_performed_there_is_exactly_one_effect(
    installation: Installation, die_at: str
) -> None:
    killed = installation.run(die_at)
    again = installation.run()

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert again.stdout.strip() == "done", again.stderr
    assert len(installation.provider.charges) == 1
    assert installation.world.notes() == ["charged 100"]
    assert installation.world.effects() == ["done"]


@pytest.mark.parametrize(
    ("fault", "with_keys", "without"),
    [
        ("429", "done", "done"),
        ("500", "done", "done"),
        ("timeout", "done", "unknown"),
        ("timeout-after-commit", "done", "unknown"),
    ],
)
def test_a_provider_that_misbehaves_charges_once_or_the_outcome_is_visibly_unknown(
    installation: Installation, fault: Fault, with_keys: str, without: str
) -> None:
    installation.provider.plan = [fault]

    ended = installation.run()

    wanted = with_keys if installation.provider.honours_keys else without
    assert ended.stdout.strip() == wanted, ended.stderr
    assert len(installation.provider.charges) <= 1
