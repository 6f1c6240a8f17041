"""An installation in a process of its own that can be told where to die: run as a program by the crash tests.

`python crashing.py URL DATA_DIR PROVIDER_URL KEYS DIE_AT PROPOSAL` approves when the proposal is pending, runs the
jobs, prints the status once it has settled, and ends. DIE_AT names the point at which it kills itself.
"""

import datetime as dt
import http.client
import json
import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlparse

import sqlalchemy as sa
from sqlalchemy import event

from agent.gate import Gate, Registry, Retry
from agent.jobs import Jobs, Work
from memory.store import TenantSession, open_store
from memory.tables.gate import Proposal
from tests.gate.world import ANNA, KEYS, MONDAY, TRADE, Charging
from tools.errors import Conflict, Unavailable

SETTLED = ("done", "failed", "unknown", "stale", "cancelled", "expired")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class HttpCharging(Charging):
    """The adapter of the fake provider; its process may be told to die before or after the call."""

    def __init__(self, address: str, *, honours_keys: bool, die_at: str) -> None:
        self.honours_keys = honours_keys
        self.host = urlparse(address).netloc
        self.die_at = die_at

    def charge(self, key: str, amount: str) -> str:
        if self.die_at == "before-call":
            die()
        headers = {"Idempotency-Key": key} if self.honours_keys else {}
        status, answer = self._ask("POST", "/charges", {"amount": amount, "note": key}, headers)
        if self.die_at == "after-call":
            die()
        if status != 200:
            raise Unavailable(f"The provider answered {status}.", sent="no")
        return answer["id"]

    def find(self, key: str) -> str | None:
        _, answer = self._ask("GET", f"/charges?note={quote(key)}", None, {})
        return answer["ids"][0] if answer["ids"] else None

    def _ask(
        self, method: str, path: str, body: object, headers: dict[str, str]
    ) -> tuple[int, dict]:
        connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable("The provider did not answer.", sent="maybe") from error
        finally:
            connection.close()


def main(url: str, data_dir: str, provider: str, keys: str, die_at: str, proposal_id: str) -> None:
    store = open_store(url, data_dir=Path(data_dir))
    port = HttpCharging(provider, honours_keys=keys == "keys", die_at=die_at)
    jobs: Jobs | None = None
    told: list[str] = []

    def enqueue(session: TenantSession, tenant_id: str, id: str) -> None:
        assert jobs is not None
        jobs.enqueue(session, tenant_id, id)
        if die_at == "before-approval-commits":
            die()

    def on_decided(session: TenantSession, proposal: Proposal, what: str) -> None:
        told.append(what)
        if what == "done" and die_at == "before-checkpoint":
            # The effect is made and its record is written, but not committed.
            event.listen(session, "before_commit", lambda _: die())

    gate = Gate(
        store=store,
        registry=Registry((TRADE,)),
        keys=KEYS,
        clock=lambda: MONDAY + dt.timedelta(minutes=1),
        ports={Charging: port},
        enqueue=enqueue,
        on_decided=on_decided,
        retry=Retry(attempts=2, first=0.01, most=0.02),
    )

    def execute(tenant_id: str, id: str) -> str:
        status = gate.executor.execute(tenant_id, id)
        if die_at == "after-record":
            die()
        return status

    jobs = Jobs(store=store, work=Work(execute=execute), executor_id="local", poll_seconds=0.05)
    jobs.start()
    approve(gate, store, proposal_id)
    print(wait(store, proposal_id), flush=True)  # noqa: T201
    jobs.stop()
    store.close()


def approve(gate: Gate, store, proposal_id: str) -> None:
    with store.reading("t1") as session:
        proposal = gate.get(session, ANNA, proposal_id)
    if proposal.status != "pending":
        return
    try:
        gate.decide(ANNA, proposal_id, digest=proposal.digest, decision="approve", channel="api")
    except Conflict:
        return


def wait(store, proposal_id: str) -> str:
    end = time.monotonic() + 20
    status = ""
    while time.monotonic() < end and status not in SETTLED:
        time.sleep(0.05)
        with store.reading("t1") as session:
            rows = sa.select(Proposal.status).where(Proposal.id == proposal_id)
            status = session.scalar(rows) or ""
    time.sleep(0.3)  # long enough for a second effect, if there were to be one
    return status


if __name__ == "__main__":
    main(*sys.argv[1:])
