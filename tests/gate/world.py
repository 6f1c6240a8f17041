"""A small firm with a trade of its own, behind a real gate: what the gate's tests play with."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

import sqlalchemy as sa

from agent.gate import Gate, Registry, Retry
from agent.settings import Keys
from memory.store import Store, TenantSession, next_number
from memory.tables.base import new_id
from memory.tables.booking import Booking, Occupancy, OpeningHours, Service
from memory.tables.conversations import Conversation
from memory.tables.gate import AuditRow, EffectRow, Proposal
from memory.tables.identity import PolicyRule, Tenant, User
from memory.tables.leads import Customer, Lead, Note
from tools.cards import Figure, Line, Precondition, Preview
from tools.errors import Choice, Stale, Unavailable
from tools.kit import (
    Action,
    Actor,
    CannotTell,
    Context,
    DidNotHappen,
    Domain,
    Effect,
    Query,
    Receipt,
    Result,
)
from tools.policy import auto, confirm, instant, review
from tools.refs import Amount, LeadRef, Text, When

MONDAY = dt.datetime(2026, 11, 16, 9, 2, tzinfo=dt.UTC)  # 10:02 in Copenhagen
KEYS = Keys(current=b"a secret of the tests", current_id="k1")


class FindLeads(Query):
    """Find leads."""

    def run(self, ctx: Context) -> Result:
        return Result(summary=f"{len(list(ctx.session.scalars(sa.select(Lead))))} leads")


class _OnLead(Action):
    effect: ClassVar = Effect.INTERNAL
    policy: ClassVar = confirm()

    lead: LeadRef

    def resolve(self, ctx: Context) -> Self:
        found = ctx.session.fetch(Lead, self.lead) or ctx.session.scalar(
            sa.select(Lead).where(Lead.name == self.lead)
        )
        return self.model_copy(update={"lead": found.id if found else self.lead})

    def row(self, ctx: Context) -> Lead:
        found = ctx.session.fetch(Lead, self.lead)
        assert found is not None
        return found

    def preview(self, ctx: Context) -> Preview:
        return Preview(title=f"{self.tool_name()} {self.row(ctx).name}")

    def noted(self, ctx: Context, text: str) -> Receipt:
        note = Note(
            id=new_id("note"),
            tenant_id=ctx.firm.id,
            about_kind="lead",
            about_id=self.lead,
            text=text,
            source="staff",
            author=ctx.actor.id,
            at=ctx.now,
        )
        ctx.session.add(note)
        ctx.session.flush()
        return Receipt(title=text, record={"note": note.id})


class WriteNote(_OnLead):
    """Write a note about a lead."""

    policy: ClassVar = auto()
    roles: ClassVar = frozenset({"owner", "staff", "crew"})

    text: Text

    def perform(self, ctx: Context, key: str) -> Receipt:
        return self.noted(ctx, self.text)

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return RemoveNote(lead=self.lead, text=receipt.record["note"])


class RemoveNote(_OnLead):
    """Remove a note."""

    text: Text

    def perform(self, ctx: Context, key: str) -> Receipt:
        ctx.session.delete(ctx.session.fetch(Note, self.text))
        return Receipt(title="Removed")


class MoveLead(_OnLead):
    """Move a lead to another status."""

    status: Literal["contacted", "won", "lost"]

    def preview(self, ctx: Context) -> Preview:
        row = self.row(ctx)
        return Preview(
            title=f"Move {row.name}",
            lines=(Line(label="Status", value=self.status, before=row.status),),
            preconditions=(
                Precondition(
                    table="leads",
                    row=row.id,
                    field="status",
                    value=f'"{row.status}"',
                    label="Status",
                    shown=row.status.title(),
                ),
            ),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        self.row(ctx).status = self.status
        return self.noted(ctx, f"moved to {self.status}")


class Pay(_OnLead):
    """Pay somebody."""

    policy: ClassVar = confirm().above("total", limit="pay_limit", then=review("owner"))
    lifetime: ClassVar = dt.timedelta(hours=24)

    amount: Amount

    def preview(self, ctx: Context) -> Preview:
        total = Figure(
            name="total", amount=int(self.amount * 100), unit="DKK", shown=f"{self.amount} kr."
        )
        return Preview(title=f"Pay {self.row(ctx).name}", figures=(total,))

    def perform(self, ctx: Context, key: str) -> Receipt:
        return self.noted(ctx, f"paid {self.amount}")


class AskForVisit(_OnLead):
    """A customer asks for something that the office looks at."""

    policy: ClassVar = review("staff")
    roles: ClassVar = frozenset({"owner", "staff", "customer", "visitor"})

    def perform(self, ctx: Context, key: str) -> Receipt:
        return self.noted(ctx, "visit")


class StopAll(_OnLead):
    """Stop everything."""

    policy: ClassVar = instant()

    def perform(self, ctx: Context, key: str) -> Receipt:
        return self.noted(ctx, "stopped")


class Break(_OnLead):
    """Break in the middle."""

    how: Text = "fault"

    def perform(self, ctx: Context, key: str) -> Receipt:
        self.noted(ctx, "half done")
        ctx.session.after_commit(lambda: WOKEN.append(key))
        if self.how == "stale":
            raise Stale("It moved.", choices=(Choice(label="Later"),))
        raise RuntimeError("a fault in a trade")


WOKEN: list[str] = []


class Reserve(_OnLead):
    """Take a resource for an hour."""

    at: When

    def begins(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)

    def preview(self, ctx: Context) -> Preview:
        taken = sa.select(Occupancy).where(Occupancy.live, Occupancy.blocks_from == self.begins())
        if ctx.session.scalar(taken) is not None:
            later = (self.begins() + dt.timedelta(hours=1)).isoformat()
            choice = Choice(
                label="An hour later", tool="reserve", args={"lead": self.lead, "at": later}
            )
            raise Stale("That hour is taken.", choices=(choice,))
        return Preview(title=f"Reserve {self.at}")

    def perform(self, ctx: Context, key: str) -> Receipt:
        booking = Booking(
            id=new_id("bkg"),
            tenant_id=ctx.firm.id,
            number=next_number(ctx.session, "bookings"),
            customer_id="cus_1",
            service_id="svc_1",
            starts_at=self.begins(),
            ends_at=self.begins() + dt.timedelta(hours=1),
            zone="Europe/Copenhagen",
            address="Here",
            price_minor=0,
            status="confirmed",
            uid=key,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ctx.session.add(booking)
        ctx.session.flush()
        ctx.session.add(
            Occupancy(
                id=new_id("occ"),
                tenant_id=ctx.firm.id,
                booking_id=booking.id,
                tenant_no=ctx.firm.number,
                resource_no=1,
                blocks_from=booking.starts_at,
                blocks_to=booking.ends_at,
            )
        )
        ctx.session.flush()
        return Receipt(title="Reserved", record={"booking": booking.id})


class Charging:
    """The port of the tests: charges an amount under a key."""

    remote = True
    honours_keys = False

    def charge(self, key: str, amount: str) -> str:
        raise NotImplementedError

    def find(self, key: str) -> str | None:
        raise NotImplementedError


class Charge(_OnLead):
    """Charge through a provider."""

    effect: ClassVar = Effect.IRREVERSIBLE
    calls: ClassVar = (Charging,)

    amount: Amount

    def perform(self, ctx: Context, key: str) -> Receipt:
        reference = ctx[Charging].charge(key, str(self.amount))
        return self.charged(ctx, reference)

    def charged(self, ctx: Context, reference: str) -> Receipt:
        receipt = self.noted(ctx, f"charged {self.amount}")
        return receipt.model_copy(update={"reference": reference})

    def reconcile(self, ctx: Context, key: str) -> Receipt | DidNotHappen | CannotTell:
        reference = ctx[Charging].find(key)
        return self.charged(ctx, reference) if reference else DidNotHappen()


class ChargeAtOnce(Charge):
    """Charge without asking."""

    policy: ClassVar = auto()


TRADE = Domain(
    name="tests",
    title_en="Tests",
    title_da="Prøver",
    queries=(FindLeads,),
    actions=(
        WriteNote,
        RemoveNote,
        MoveLead,
        Pay,
        AskForVisit,
        StopAll,
        Break,
        Reserve,
        Charge,
        ChargeAtOnce,
    ),
)


@dataclass
class Till(Charging):
    """A provider in the same process whose next answers can be planned: "ok", or an Unavailable to raise."""

    honours_keys: bool = False
    plan: list[Exception] = field(default_factory=list)
    charged: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    silent: bool = False

    def charge(self, key: str, amount: str) -> str:
        self.calls.append(key)
        fault = self.plan.pop(0) if self.plan else None
        if not (isinstance(fault, Unavailable) and fault.sent == "no"):
            self.charged.setdefault(key, f"ch_{len(self.charged) + 1}")
        if fault is not None:
            raise fault
        return self.charged[key]

    def find(self, key: str) -> str | None:
        if self.silent:
            raise Unavailable("The till does not answer.")
        return self.charged.get(key)


@dataclass
class World:
    """One gate over one store. `now` can be moved; `queue` and `told` hold what the gate handed on."""

    store: Store
    till: Till = field(default_factory=Till)
    now: dt.datetime = MONDAY
    keys: Keys = KEYS
    queue: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate = Gate(
            store=self.store,
            registry=Registry((TRADE,)),
            keys=self.keys,
            clock=lambda: self.now,
            ports={Charging: self.till},
            enqueue=lambda session, tenant_id, proposal_id: session.after_commit(
                lambda: self.queue.append((tenant_id, proposal_id))
            ),
            on_decided=lambda session, proposal, what: self.told.append((proposal.id, what)),
            retry=Retry(attempts=3, first=0.001, most=0.002),
        )

    def propose(self, action: Action, actor: Actor | None = None, **how: Any) -> Proposal:
        return self.gate.propose(actor or ANNA, action, **{"origin": "form", **how})

    def approve(self, proposal: Proposal, actor: Actor | None = None, **how: Any) -> Proposal:
        return self.gate.decide(
            actor or ANNA,
            proposal.id,
            **{"digest": proposal.digest, "decision": "approve", "channel": "api", **how},
        )

    def execute(self, proposal: Proposal) -> str:
        return self.gate.executor.execute(proposal.tenant_id, proposal.id)

    def perform(self, action: Action, actor: Actor | None = None, **how: Any) -> Proposal:
        """Propose, approve and execute."""
        proposal = self.propose(action, actor, **how)
        self.approve(proposal, actor)
        self.execute(proposal)
        return self.row(proposal)

    def row(self, proposal: Proposal) -> Proposal:
        with self.store.reading(proposal.tenant_id) as session:
            return self.gate.get(session, OWNER, proposal.id)

    def later(self, **span: float) -> None:
        self.now += dt.timedelta(**span)

    def notes(self) -> list[str]:
        with self.store.reading("t1") as session:
            return sorted(session.scalars(sa.select(Note.text)))

    def effects(self) -> list[str]:
        with self.store.reading("t1") as session:
            return sorted(session.scalars(sa.select(EffectRow.state)))

    def trail(self, proposal: Proposal) -> list[str]:
        rows = sa.select(AuditRow.event).where(AuditRow.subject == proposal.id)
        with self.store.reading("t1") as session:
            return list(session.scalars(rows.order_by(AuditRow.seq)))

    def change(self, model: Any, id: str, **columns: Any) -> None:
        with self.store.session("t1") as session:
            row = session.get(Tenant, id) if model is Tenant else session.fetch(model, id)
            for name, value in columns.items():
                setattr(row, name, value)

    def rule(self, tool: str, decision: str, **columns: Any) -> None:
        given = {"role": None, "policy": None, "created_at": MONDAY, **columns}
        with self.store.session("t1") as session:
            session.add(PolicyRule(id=new_id("rule"), tool=tool, decision=decision, **given))


def person(id: str, role: Any, name: str, **more: Any) -> Actor:
    return Actor(
        **{"tenant_id": "t1", "id": id, "role": role, "name": name, "language": "en", **more}
    )


OWNER = person("usr_owner", "owner", "Olga")
ANNA = person("usr_anna", "staff", "Anna")
BO = person("usr_bo", "staff", "Bo", language="da")
JONAS = person("usr_jonas", "crew", "Jonas")
JENS = person("usr_jens", "customer", "Jens", customer_id="cus_1")
PIA = person("usr_pia", "customer", "Pia")
VISITOR = person("sig_1", "visitor", "Visitor")
SYSTEM = person("system", "system", "Friday", kind="system")
STRANGER = person("usr_x", "owner", "Xenia", tenant_id="t2")


def fill(store: Store) -> None:
    """Two firms; the first has people, a customer, a service, opening hours and two leads."""
    with store.system() as session:
        for number in (1, 2):
            session.add(
                Tenant(
                    id=f"t{number}",
                    number=number,
                    name=f"Firm {number}",
                    site_key=f"site-{number}",
                    limits={"pay_limit": 1_000_000},
                    created_at=MONDAY,
                )
            )
    with store.session("t1") as session:
        session.add_all(_people())
        session.add(_customer(session))
        session.add(
            Service(
                id="svc_1",
                code="std",
                name_en="Standard clean",
                name_da="Standardrengøring",
                price_minor=34900,
                minutes=60,
            )
        )
        session.add_all(
            OpeningHours(id=str(day), opens="08:00", closes="16:00") for day in range(5)
        )
        session.add_all(_conversation(id, ANNA) for id in ("con_1", "con_2", "cnv_1"))
        session.flush()
        session.add_all(
            _lead(number, name) for number, name in ((1, "Mette Holm"), (2, "Peter Lund"))
        )


def _people() -> list[User]:
    everybody = (OWNER, ANNA, BO, JONAS, JENS, PIA)
    return [
        User(
            id=each.id,
            email=f"{each.name.lower()}@demo.example",
            name=each.name,
            role=each.role,
            created_at=MONDAY,
            customer_id=each.customer_id,
        )
        for each in everybody
    ]


def _conversation(id: str, owner: Actor) -> Conversation:
    return Conversation(
        id=id, owner_id=owner.id, channel="api", created_at=MONDAY, updated_at=MONDAY
    )


def _customer(session: TenantSession) -> Customer:
    return Customer(
        id="cus_1",
        number=1,
        name="Jens Nygaard",
        folded_name="jens nygaard",
        created_at=MONDAY,
        updated_at=MONDAY,
    )


def _lead(number: int, name: str) -> Lead:
    return Lead(
        id=f"lead_{number}",
        number=number,
        name=name,
        folded_name=name.lower(),
        source="web",
        received_at=MONDAY,
        created_at=MONDAY,
        updated_at=MONDAY,
    )


HUNDRED = Decimal(100)
