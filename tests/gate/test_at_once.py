"""Two actions on one customer, executed at the same moment on PostgreSQL, wait for each other and never deadlock."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from psycopg.errors import DeadlockDetected
from sqlalchemy.engine import ExceptionContext

from agent.gate import Gate, Registry
from memory.store import Store, open_store
from memory.tables.gate import Proposal
from memory.tables.identity import User
from tests.gate.world import KEYS
from tests.tools.booking.conftest import ANNA, JENS, LONG_AGO, NOW, fill
from tools.booking.actions import Book
from tools.catalog import DOMAINS
from tools.kit import Action, Actor
from tools.leads.customer_actions import UpdateCustomer

pytestmark = pytest.mark.postgres
ROUNDS = 50
FIRST_MONDAY = dt.date(2026, 11, 30)


def prepare(url: str, folder: Path) -> None:
    fill(url, folder)
    store = open_store(url, data_dir=folder)
    with store.session("fjord") as session:
        session.add_all(
            User(
                id=each.id,
                email=f"{each.id}@fjord.example",
                name=each.name,
                role=each.role,
                customer_id=each.customer_id,
                created_at=LONG_AGO,
            )
            for each in (ANNA, JENS)
        )
    store.close()


class Office:
    """The real trades behind a gate, and every deadlock that the database reported."""

    def __init__(self, store: Store) -> None:
        self.deadlocks: list[str] = []
        sa.event.listen(store.engine, "handle_error", self._look)
        self.gate = Gate(
            store=store,
            registry=Registry(DOMAINS),
            keys=KEYS,
            clock=lambda: NOW,
            ports={},
            enqueue=lambda session, tenant_id, proposal_id: None,
            on_decided=lambda session, proposal, what: None,
        )

    def _look(self, context: ExceptionContext) -> None:
        if isinstance(context.original_exception, DeadlockDetected):
            self.deadlocks.append(str(context.original_exception))

    def approved(self, actor: Actor, action: Action) -> Proposal:
        asked = self.gate.propose(actor, action, origin="form")
        return self.gate.decide(
            actor, asked.id, digest=asked.digest, decision="approve", channel="api"
        )

    def at_once(self, *proposals: Proposal) -> list[str]:
        together = Barrier(len(proposals))

        def execute(proposal: Proposal) -> str:
            together.wait()
            return self.gate.executor.execute(proposal.tenant_id, proposal.id)

        with ThreadPoolExecutor(len(proposals)) as threads:
            return list(threads.map(execute, proposals))


@pytest.fixture
def office(postgres_server, tmp_path: Path) -> Iterator[Office]:
    url = postgres_server.like("busy_office", lambda url: prepare(url, tmp_path))
    store = open_store(url, data_dir=tmp_path)
    yield Office(store)
    store.close()
    postgres_server.drop(url)


def test_a_booking_and_a_change_of_its_customer_never_deadlock(office: Office) -> None:
    ended: set[tuple[str, ...]] = set()
    for place in range(ROUNDS):
        day = FIRST_MONDAY + dt.timedelta(weeks=place // 4, days=place % 4)
        book = Book(customer="cus_jens", service="svc_windows", start=f"{day.isoformat()} 09:00")
        change = UpdateCustomer(email=f"jens{place}@nygaard.example", phone=f"2012 34{place:02}")
        booked = office.approved(ANNA, book)
        changed = office.approved(JENS, change)
        ended.add(tuple(office.at_once(booked, changed)))

    assert office.deadlocks == []
    assert ended <= {("done", "done"), ("stale", "done"), ("done", "stale")}
