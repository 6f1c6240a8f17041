"""A tiny office behind the real store, gate and conversations: what the tests of the agent play with."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import sqlalchemy as sa
from pydantic_ai.models import Model

from agent.assistant import Assistant
from agent.conversations import Conversations
from agent.gate import Gate, Registry
from agent.models.offline import Understanding, read_phrasebook
from agent.settings import Keys
from agent.toolset import Toolset
from memory.store import Store
from memory.tables.base import new_id
from memory.tables.booking import Booking, Service
from memory.tables.gate import Proposal
from memory.tables.identity import User
from memory.tables.leads import Customer, Lead, Note
from tools.cards import Card, Line, Preview, TableCard
from tools.errors import Rejected
from tools.kit import Action, Actor, Context, Domain, Effect, Query, Quoted, Receipt, Result
from tools.lookup import find_customer, find_lead, find_service
from tools.policy import auto, confirm
from tools.refs import CustomerRef, LeadRef, Search, ServiceRef, Text, When, slots
from tools.values.instants import as_instant
from tools.values.moments import read_moment
from tools.values.text import fold

MONDAY = dt.datetime(2026, 11, 16, 9, 2, tzinfo=dt.UTC)  # 10:02 in Copenhagen
LATER = {"Invoicing": ("invoice", "faktura")}
PHRASES = Path(__file__).with_name("office.yaml")


class FoundLeads(Result):
    names: tuple[str, ...]

    def as_card(self) -> Card:
        return TableCard(title="Leads", columns=("Name",))


class FindLeads(Query):
    """Find leads."""

    query: Search | None = None
    status: Literal["new", "won", "lost"] | None = None

    def run(self, ctx: Context) -> FoundLeads:
        rows = sa.select(Lead).order_by(Lead.number)
        if self.query:
            rows = rows.where(Lead.folded_city == fold(self.query))
        if self.status:
            rows = rows.where(Lead.status == self.status)
        names = tuple(lead.name for lead in ctx.session.scalars(rows))
        told = ", ".join(names)
        return FoundLeads(
            summary=ctx.say(f"{len(names)} leads: {told}.", f"{len(names)} leads: {told}."),
            names=names,
        )


class ShownLead(Result):
    lead: str
    note: Quoted | None
    city: str | None = None

    def as_card(self) -> None:
        return None


class ShowLead(Query):
    """Show one lead."""

    lead: LeadRef

    def run(self, ctx: Context) -> ShownLead:
        row = find_lead(ctx, self.lead)
        note = ctx.session.scalar(sa.select(Note.text).where(Note.about_id == row.id))
        return ShownLead(
            summary=ctx.say(f"{row.name}, {row.status}.", f"{row.name}, {row.status}."),
            lead=row.name,
            note=Quoted(text=note, source="third_party", by="a visitor") if note else None,
            city=row.city,
        )


class Book(Action):
    """Book a customer for a service."""

    effect: ClassVar = Effect.REVERSIBLE
    policy: ClassVar = confirm()

    customer: CustomerRef
    service: ServiceRef
    start: When

    def resolve(self, ctx: Context) -> Self:
        zone = ctx.firm.zone
        moment = read_moment(self.start, now=ctx.now, zone=zone)
        if moment is None:
            raise Rejected(f"“{self.start}” is no time.", fields={"start": "no time"})
        start = as_instant(moment, now=ctx.now, zone=zone, language=ctx.language)
        update = {
            "customer": find_customer(ctx, self.customer).id,
            "service": find_service(ctx, self.service).id,
            "start": start.astimezone(zone).isoformat(),
        }
        return self.model_copy(update=update)

    def preview(self, ctx: Context) -> Preview:
        customer, service = self._rows(ctx)
        title = ctx.say(
            f"Book {customer.name}, {service.name_en}, {self.start[:16]}",
            f"Book {customer.name}, {service.name_da}, {self.start[:16]}",
        )
        return Preview(title=title, lines=(Line(label="Customer", value=customer.name),))

    def perform(self, ctx: Context, key: str) -> Receipt:
        customer, service = self._rows(ctx)
        begins = dt.datetime.fromisoformat(self.start)
        number = (ctx.session.scalar(sa.select(sa.func.max(Booking.number))) or 0) + 1
        booking = Booking(
            id=new_id("bkg"),
            tenant_id=ctx.firm.id,
            number=number,
            customer_id=customer.id,
            service_id=service.id,
            starts_at=begins,
            ends_at=begins + dt.timedelta(hours=2),
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
        title = ctx.say(f"Booked: {customer.name}", f"Booket: {customer.name}")
        return Receipt(title=title, record={"booking": booking.id})

    def _rows(self, ctx: Context) -> tuple[Customer, Service]:
        customer = ctx.session.fetch(Customer, self.customer)
        service = ctx.session.fetch(Service, self.service)
        assert customer is not None
        assert service is not None
        return customer, service


class AddNote(Action):
    """Add a note to a lead."""

    effect: ClassVar = Effect.INTERNAL
    policy: ClassVar = auto()

    lead: LeadRef
    text: Text

    def resolve(self, ctx: Context) -> Self:
        return self.model_copy(update={"lead": find_lead(ctx, self.lead).id})

    def preview(self, ctx: Context) -> Preview:
        return Preview(title=f"Note: {self.text}")

    def perform(self, ctx: Context, key: str) -> Receipt:
        ctx.session.add(note_on(self.lead, self.text, tenant_id=ctx.firm.id, at=ctx.now))
        return Receipt(title=ctx.say(f"Noted: {self.text}", f"Noteret: {self.text}"))


class WipeLead(Action):
    """Wipe a lead for ever."""

    effect: ClassVar = Effect.IRREVERSIBLE
    policy: ClassVar = confirm()
    roles: ClassVar = frozenset({"owner"})

    lead: LeadRef

    def resolve(self, ctx: Context) -> Self:
        return self.model_copy(update={"lead": find_lead(ctx, self.lead).id})

    def preview(self, ctx: Context) -> Preview:
        return Preview(title="Wipe a lead")

    def perform(self, ctx: Context, key: str) -> Receipt:
        return Receipt(title="Wiped")


TRADE = Domain(
    name="office",
    title_en="Office",
    title_da="Kontor",
    queries=(FindLeads, ShowLead),
    actions=(Book, AddNote, WipeLead),
    examples=PHRASES,
)


def note_on(lead_id: str, text: str, *, tenant_id: str, at: dt.datetime) -> Note:
    """A note row."""
    return Note(
        id=new_id("note"),
        tenant_id=tenant_id,
        about_kind="lead",
        about_id=lead_id,
        text=text,
        source="third_party",
        author="visitor",
        at=at,
    )


def make_assistant(
    *,
    store: Store,
    gate: Gate,
    later: Mapping[str, tuple[str, ...]],
    model: Model[Any] | None = None,
) -> Assistant:
    """The assistant over every tool of the gate's registry, with the phrases of their trades."""
    registry = gate.registry
    tools = {name: registry.tool(name) for name in registry.names()}
    planner = Understanding(
        read_phrasebook([d.examples for d in registry.domains if d.examples is not None]),
        slots={name: slots(tool) for name, tool in tools.items()},
        kinds={name: "lookup" if issubclass(t, Query) else "action" for name, t in tools.items()},
        later=later,
    ).planner
    words = planner.words
    toolset = Toolset(gate=gate, registry=registry, words=words)
    return Assistant(toolset=toolset, planner=planner, words=words, store=store, model=model)


@dataclass
class Office:
    """One process. `run_approved` performs what was approved; `now` can be moved."""

    store: Store
    model: Model[Any] | None = None
    now: dt.datetime = MONDAY
    executor_id: str = "one"
    domains: Sequence[Domain] = (TRADE,)
    later: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: LATER)
    ports: Mapping[type[Any], object] = field(default_factory=dict[type[Any], object])
    queue: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def __post_init__(self) -> None:
        self.gate = Gate(
            store=self.store,
            registry=Registry(self.domains),
            keys=Keys(current=b"a secret of the tests", current_id="k1"),
            clock=lambda: self.now,
            ports=self.ports,
            enqueue=lambda session, tenant_id, id: self.queue.append((tenant_id, id)),
            on_decided=lambda session, proposal, what: self.talk.on_decided(
                session, proposal, what
            ),
        )
        self.assistant = make_assistant(
            store=self.store, gate=self.gate, later=self.later, model=self.model
        )
        self.talk = Conversations(
            store=self.store,
            gate=self.gate,
            assistant=self.assistant,
            clock=lambda: self.now,
            executor_id=self.executor_id,
        )

    def run_approved(self) -> None:
        """Perform everything that was approved."""
        while self.queue:
            self.gate.executor.execute(*self.queue.pop(0))

    def proposals(self) -> list[Proposal]:
        """Every proposal of the firm, oldest first."""
        with self.store.reading("t1") as session:
            return list(session.scalars(sa.select(Proposal).order_by(Proposal.created_at)))

    def bookings(self) -> int:
        """How many bookings there are."""
        with self.store.reading("t1") as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Booking)) or 0


def person(id: str = "anna", role: str = "staff", **more: Any) -> Actor:
    """Somebody of firm t1 who has a user row."""
    facts: dict[str, Any] = {"name": id.title(), "language": "en", "channel": "api", **more}
    return Actor(tenant_id="t1", id=id, role=role, **facts)  # pyright: ignore[reportArgumentType]


def furnish(store: Store) -> None:
    """People, two leads, a customer and a service for firm t1."""
    with store.session("t1") as session:
        for id, role in (("olga", "owner"), ("anna", "staff"), ("carl", "crew")):
            session.add(
                User(
                    tenant_id="t1",
                    id=id,
                    email=f"{id}@x.example",
                    name=id.title(),
                    role=role,
                    created_at=MONDAY,
                )
            )
        session.add(_customer("cus_1", 1, "Jens Nygaard"))
        session.add(_service("svc_1", "standard", "standard clean", "standardrengøring"))
        session.add(_service("svc_2", "deep", "deep clean", "hovedrengøring"))
        session.add(_lead("lead_1", 1, "Mette Holm", "Aarhus"))
        session.add(_lead("lead_2", 2, "Peter Lund", "Odense"))


def _customer(id: str, number: int, name: str) -> Customer:
    return Customer(
        tenant_id="t1",
        id=id,
        number=number,
        kind="private",
        name=name,
        folded_name=fold(name),
        created_at=MONDAY,
        updated_at=MONDAY,
    )


def _service(id: str, code: str, english: str, danish: str) -> Service:
    return Service(
        tenant_id="t1",
        id=id,
        code=code,
        name_en=english,
        name_da=danish,
        price_minor=34900,
        minutes=120,
    )


def _lead(id: str, number: int, name: str, city: str) -> Lead:
    return Lead(
        tenant_id="t1",
        id=id,
        number=number,
        name=name,
        folded_name=fold(name),
        city=city,
        folded_city=fold(city),
        status="new",
        source="Leadmail",
        received_at=MONDAY,
        created_at=MONDAY,
        updated_at=MONDAY,
    )
