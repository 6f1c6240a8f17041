"""A whole Friday with the demo firm in it, for tests that come in through a door."""

import datetime as dt
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.testclient import TestClient

from agent.app import App, create_app, prepare
from agent.commands.running import furnish_demo
from agent.firms.demo.seed import TENANT
from agent.firms.founding import found, read_firm
from agent.settings import Settings
from memory.tables.identity import Tenant, User

FRIDAY = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)  # 09:00 in Copenhagen
OTHER_FIRM = {
    "name": "Vestfjord VVS",
    "services": [{"name": "Plumbing", "price": "500"}],
    "staff": ["Vera Vest"],
    "owner": "vera@vestfjord.example",
}


@dataclass
class Clock:
    """A clock that tests move."""

    now: dt.datetime = FRIDAY

    def __call__(self) -> dt.datetime:
        return self.now

    def ahead(self, **by: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**by)


@dataclass
class Friday:
    """One installation and a door to it. Calls come from 127.0.0.1 unless `http` is another one."""

    app: App
    http: TestClient
    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    def token(self, who: str = "owner") -> str:
        """A bearer of a demo user by the first part of the address, or of a new `visitor`."""
        if who == "visitor":
            return self.app.people.visit("demo")[0]
        if who not in self.tokens:
            self.tokens[who] = self.sign_in(f"{who}@demo.example", TENANT)
        return self.tokens[who]

    def sign_in(self, email: str, tenant_id: str) -> str:
        """A bearer of any user."""
        with self.app.store.session(tenant_id) as session:
            user = session.scalars(sa.select(User).where(User.email == email)).one()
            return self.app.people.sign_in(
                session, user, kind="person", lifetime=dt.timedelta(hours=12)
            )[0]

    def post(self, path: str, given: Any = None, *, token: str = "") -> tuple[int, Any]:
        """A mutation: the status, and the data or the error's shape."""
        content = b"" if given is None else json.dumps(given).encode()
        headers = {"content-type": "application/json", **bearer(token)}
        return answered(self.http.post(f"/trpc/{path}", content=content, headers=headers))

    def get(self, path: str, given: Any = None, *, token: str = "") -> tuple[int, Any]:
        """A query: the same."""
        params = {} if given is None else {"input": json.dumps(given)}
        return answered(self.http.get(f"/trpc/{path}", params=params, headers=bearer(token)))

    def mutate(self, path: str, given: Any = None, *, who: str = "owner") -> Any:
        """The data of a mutation that works."""
        status, data = self.post(path, given, token=self.token(who))
        assert status == 200, data
        return data

    def query(self, path: str, given: Any = None, *, who: str = "owner") -> Any:
        """The data of a query that works."""
        status, data = self.get(path, given, token=self.token(who))
        assert status == 200, data
        return data

    def say(self, text: str, *, who: str = "anna", **more: Any) -> Any:
        """The reply to a message."""
        return self.mutate("chat.send", {"message": text, **more}, who=who)

    def stream(self, path: str, given: Mapping[str, Any], *, token: str) -> list[dict[str, Any]]:
        """Every event of a subscription that ends, as {kind, id, data}."""
        params = {"input": json.dumps(given)}
        headers = {"accept": "text/event-stream", **bearer(token)}
        answer = self.http.get(f"/trpc/{path}", params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        return [event for block in answer.text.split("\n\n") if (event := _event(block))]

    def settled(self, proposal_id: str, *, who: str = "owner") -> Any:
        """The proposal once its execution has ended."""
        for _ in range(400):
            made = self.query("approvals.get", {"id": proposal_id}, who=who)
            if made["status"] not in ("approved", "executing"):
                return made
            time.sleep(0.02)
        raise AssertionError(f"{proposal_id} is still {made['status']}")


def bearer(token: str) -> dict[str, str]:
    """The header, or none."""
    return {"authorization": f"Bearer {token}"} if token else {}


def answered(response: Any) -> tuple[int, Any]:
    """Status, and what is inside the envelope."""
    body = response.json()
    if "error" in body:
        return response.status_code, body["error"]
    return response.status_code, body.get("result", {}).get("data")


def _event(block: str) -> dict[str, Any] | None:
    event: dict[str, Any] = {"kind": "message", "id": "", "data": None}
    for line in block.splitlines():
        name, _, value = line.partition(":")
        if name in ("event", "id", "data"):
            event["kind" if name == "event" else name] = value.removeprefix(" ")
    if event["data"] is None:
        return None
    event["data"] = json.loads(event["data"]) if event["data"] else None
    return event


def settings_in(folder: Path, **more: Any) -> Settings:
    """Settings of nobody's environment."""
    return Settings(_env_file=None, data_dir=folder, **more)  # pyright: ignore[reportCallIssue]


def seed_demo(folder: Path, now: dt.datetime = FRIDAY) -> None:
    """A data directory with the demo firm as it is in that week."""
    settings = settings_in(folder)
    store = prepare(settings)
    furnish_demo(create_app(settings, clock=Clock(now), store=store))
    store.close()


@contextmanager
def running(folder: Path, *, now: dt.datetime = FRIDAY, **more: Any) -> Iterator[Friday]:
    """Friday at work over a data directory (or a `database_url`), its jobs too."""
    settings = settings_in(folder, **more)
    clock = Clock(now)
    store = prepare(settings)
    app = create_app(settings, clock=clock, store=store)
    with door(app) as http:
        yield Friday(app, http, clock)
    store.close()


@contextmanager
def opened(folder: Path, *, now: dt.datetime = FRIDAY, **more: Any) -> Iterator[Friday]:
    """The same without its jobs: it starts faster, several may live at once, nothing approved can be done."""
    clock = Clock(now)
    settings = settings_in(folder, **more)
    store = prepare(settings)
    app = create_app(settings, clock=clock, store=store)
    yield Friday(app, door(app), clock)
    store.close()


def door(app: App, *, address: str = "127.0.0.1") -> TestClient:
    """A client that calls from that network address."""
    return TestClient(
        app.asgi,
        base_url="http://127.0.0.1:8000",
        client=(address, 50_000),
        raise_server_exceptions=False,
    )


def copied(template: Path, folder: Path) -> Path:
    """A copy of a data directory that nobody has open."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return folder


def found_other(friday: Friday) -> tuple[str, str]:
    """A second firm: its tenant's id and its owner's bearer."""
    with friday.app.store.system() as session:
        there = session.scalar(sa.select(Tenant.id).where(Tenant.name == OTHER_FIRM["name"]))
    tenant_id = there or found(friday.app.store, read_firm(OTHER_FIRM), now=friday.clock())
    return tenant_id, friday.sign_in(str(OTHER_FIRM["owner"]), tenant_id)
