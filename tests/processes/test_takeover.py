"""A worker that dies in the middle: the next one finds its work by the lease, and settles it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.app import App
from agent.firms.founding import found, read_firm_file
from agent.identity.people import as_actor
from memory.tables.gate import Proposal
from memory.tables.identity import User
from memory.tables.leads import Note
from tests.fakes.provider import Provider
from tests.fakes.provider import serving as providing
from tests.gate.world import HUNDRED
from tests.processes.house import FIRM, SECRET, Started, started, until
from tests.processes.slow_trade import ChargeCareless, ChargeHonouring, charging_app
from tests.support.friday import settings_in
from tools.kit import Action, Actor
from tools.leads.actions import CreateLead

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
LEAD = "Ulla Test"


@dataclass
class Slow(Provider):
    """Makes its first charge at once and never answers it; lists its charges from a later time on."""

    lists: bool = False
    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def post(self, body: dict[str, str], key: str | None) -> tuple[int, dict[str, str]] | None:
        answer = super().post(body, key)
        if self.begun.is_set():
            return answer
        self.begun.set()
        self.over.wait(120)
        return None

    def find(self, note: str) -> list[str]:
        return super().find(note) if self.lists else []


@dataclass
class Firm:
    """A firm with two approved charges, which worker one began and worker two found."""

    app: App
    owner: Actor
    honouring: Slow
    careless: Slow
    workers: list[Started] = field(default_factory=list)
    proposals: dict[str, str] = field(default_factory=dict)

    def approve(self, action: Action) -> None:
        proposal = self.app.gate.propose(self.owner, action, origin="form")
        digest = proposal.digest
        self.app.gate.decide(
            self.owner, proposal.id, digest=digest, decision="approve", channel="api"
        )
        self.proposals[action.tool_name()] = proposal.id

    def status(self, tool: str) -> str:
        with self.app.store.reading(self.owner.tenant_id) as session:
            row = session.fetch(Proposal, self.proposals[tool])
            return row.status if row else ""

    def settled(self) -> bool:
        return all(self.status(tool) not in ("approved", "executing") for tool in self.proposals)

    def notes(self) -> int:
        with self.app.store.reading(self.owner.tenant_id) as session:
            return len(session.scalars(sa.select(Note).where(Note.text == "charged 100")).all())


def founded(app: App, folder: Path) -> Actor:
    """The owner of a new firm with one lead."""
    (folder / "firm.yaml").write_text(FIRM)
    tenant_id = found(app.store, read_firm_file(folder / "firm.yaml"), now=app.clock())
    with app.store.reading(tenant_id) as session:
        owner = as_actor(session.scalars(sa.select(User)).one(), channel="api")
    app.gate.propose(owner, CreateLead(name=LEAD), origin="form")
    return owner


@pytest.fixture(scope="module")
def firm(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """Worker one is killed while both providers are charging; worker two is there already."""
    folder = tmp_path_factory.mktemp("takeover")
    common = {"FRIDAY_DATABASE_URL": shared_url, "FRIDAY_SECRET_KEY": SECRET}
    honouring, careless = Slow(honours_keys=True), Slow()
    with ExitStack() as stack:
        addresses = [stack.enter_context(providing(each)).address for each in (honouring, careless)]
        stack.callback(honouring.over.set)
        stack.callback(careless.over.set)
        settings = settings_in(folder, database_url=shared_url, secret_key=SECRET)
        app = charging_app(settings, *addresses)
        stack.callback(app.store.close)
        app.jobs.prepare()
        stack.callback(app.jobs.stop)
        made = Firm(app, founded(app, folder), honouring, careless)
        made.approve(ChargeHonouring(lead=LEAD, amount=HUNDRED))
        made.approve(ChargeCareless(lead=LEAD, amount=HUNDRED))
        for name, ready in (("one", honouring.begun.is_set), ("two", lambda: led(app))):
            program = ("tests.processes.slow_trade", *addresses)
            worker = started(folder / name, *program, **common, FRIDAY_EXECUTOR_ID=name)
            made.workers.append(stack.enter_context(worker))
            assert until(ready), made.workers[-1].printed
        assert careless.begun.wait(20)
        made.workers[0].kill()
        assert until(made.settled), made.workers[1].printed
        yield made


def led(app: App) -> bool:
    """Whether two processes hold their names."""
    held = "select count(*) from pg_locks where locktype = 'advisory' and objsubid = 2"
    with app.store.engine.connect() as connection:
        return connection.exec_driver_sql(held).scalar_one() == 2


def test_with_a_provider_that_honours_keys_the_next_worker_repeats_the_call(firm: Firm) -> None:
    assert firm.status("charge_honouring") == "done"
    assert (firm.honouring.posts, len(firm.honouring.charges)) == (2, 1)
    assert firm.notes() == 1


def test_without_keys_it_is_visibly_unknown_until_the_provider_can_tell(firm: Firm) -> None:
    waiting = firm.status("charge_careless")

    firm.careless.lists = True
    proposal = firm.app.gate.reconcile(firm.owner, firm.proposals["charge_careless"])

    assert (waiting, proposal.status) == ("unknown", "done")
    assert (firm.careless.posts, len(firm.careless.charges)) == (1, 1)
    assert firm.notes() == 2


def test_a_worker_ends_when_it_is_told_to(firm: Firm) -> None:
    seconds = firm.workers[1].end()

    assert firm.workers[1].process.returncode == 0, firm.workers[1].told()
    assert seconds < 10
