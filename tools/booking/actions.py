"""Booking a job: who, what, when, by whom and for how much, settled before anybody is asked to approve."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Self

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.exc import IntegrityError

from memory.store import is_overlap, next_number
from memory.tables.base import new_id
from memory.tables.booking import Booking, Service, Staff
from memory.tables.leads import Customer
from tools.booking import letters, rules, shown
from tools.booking.changes import CancelBooking
from tools.booking.ics import uid_of
from tools.booking.offering import Wish, offers
from tools.booking.planning import length_said, moment_in, people_named, settle
from tools.booking.rules import Span
from tools.booking.service import (
    DAY,
    Job,
    diary,
    free_people,
    job_of,
    occupy,
    visit_of,
)
from tools.cards import Precondition, Preview
from tools.errors import Choice, NotFound, Rejected, Stale
from tools.kit import Action, Context, Effect, Receipt, Role, Steers
from tools.lookup import find_customer, find_service
from tools.policy import Policy, confirm, review
from tools.refs import Address, CustomerRef, Hours, ServiceRef, StaffRef, Text, When
from tools.times import as_wire
from tools.values.moments import read_moment


@dataclass(frozen=True)
class Plan:
    """A resolved booking with the rows that it names."""

    customer: Customer
    job: Job
    people: tuple[Staff, ...]
    span: Span
    address: str

    @property
    def service(self) -> Service:
        """What is done."""
        return self.job.service


class Book(Action):
    """Book a job for a customer, who gets a mail when it is approved. Use `find_slots` first when no time was said."""

    customer: CustomerRef
    """Who it is for: a name, number, e-mail or phone; "me" for a customer's own."""

    service: ServiceRef
    """What is to be done: the service's name or code."""

    start: When
    """When it starts, in the words that were used: "next Tuesday at 10"."""

    staff: StaffRef | None = None
    """Who does it; several names with commas. Left out: the first who is free and can."""

    crew: Annotated[int, Field(ge=1, le=10), Steers()] | None = None
    """How many people. Left out: what the service usually takes."""

    hours: Hours | None = None
    """Hours on site. Left out: by the square metres, else the service's usual length."""

    m2: Annotated[int, Field(ge=1, le=100_000), Steers()] | None = None
    """Square metres. Left out: what is on record for the customer."""

    address: Address | None = None
    """Where. Left out: the customer's own address."""

    note: Text | None = None
    """What whoever does the job should know."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "customer"})
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = confirm().for_role(("customer", "visitor"), review("staff"))
    minutes_saved: ClassVar[int] = 6

    def resolve(self, ctx: Context) -> Self:
        customer = find_customer(ctx, self.customer)
        service = find_service(ctx, self.service)
        named = people_named(ctx, self.staff)
        m2 = self.m2 or customer.m2
        crew = max(self.crew or service.crew, len(named))
        hours = self.hours or self._hours_said(ctx)
        job = job_of(service, hours=hours, m2=m2, crew=crew)
        ids = {"customer": customer.id, "service": service.id}
        known = self.model_copy(update={**ids, "hours": hours})
        wish = Wish(job=job, call=known.again, among=frozenset(person.id for person in named))
        start, people = settle(ctx, wish, self.start)
        return known.model_copy(
            update={
                "start": as_wire(ctx, start),
                "staff": ", ".join(person.id for person in people),
                "crew": len(people),
                "hours": hours or Decimal(job.minutes) / 60,
                "m2": m2,
                "address": self.address or _address(ctx, customer),
            }
        )

    def _hours_said(self, ctx: Context) -> Decimal | None:
        """The length of a start that has an end: “10-12”."""
        minutes = length_said(moment_in(ctx, self.start))
        return round(Decimal(minutes) / 60, 2) if minutes and minutes > 0 else None

    def again(self, label: str, changed: dict[str, object]) -> Choice:
        """The same wish with other arguments, as a button."""
        return Choice(label=label, tool=self.tool_name(), args={**self.as_args(), **changed})

    def preview(self, ctx: Context) -> Preview:
        plan = self._plan(ctx)
        named = shown.service_name(plan.service, ctx.language)
        at = shown.when(ctx, plan.span.start, plan.span.end)
        lines = [
            shown.line(ctx, "Customer", "Kunde", plan.customer.name),
            shown.line(ctx, "Service", "Ydelse", named),
            shown.line(ctx, "When", "Hvornår", at),
            shown.line(ctx, "Who", "Hvem", shown.names(plan.people)),
            shown.line(ctx, "Where", "Hvor", plan.address),
            shown.line(ctx, "Price", "Pris", self._price(ctx, plan)),
        ]
        if self.note:
            said = shown.line(ctx, "Note", "Note", self.note)
            own = ctx.actor.role == "customer"
            lines.append(said.model_copy(update={"source": "customer" if own else "staff"}))
        email = shown.main_email(ctx, plan.customer)
        return Preview(
            title=ctx.say(
                f"Book {named} for {plan.customer.name}, {at}",
                f"Book {named} til {plan.customer.name}, {at}",
            ),
            lines=tuple(lines),
            figures=(shown.total(ctx, plan.job.price_minor),),
            recipients=(email,) if email else (),
            warnings=tuple(self._warnings(ctx, plan, email)),
            preconditions=self._preconditions(ctx, plan),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        plan = self._plan(ctx)
        if not self._still_free(ctx, plan):
            raise self._taken(ctx, plan)
        try:
            with ctx.session.begin_nested():
                booking = self._insert(ctx, plan)
        except IntegrityError as error:
            if not is_overlap(error):
                raise
            raise self._taken(ctx, plan) from error
        visit = visit_of(ctx.session, booking)
        letters.write(ctx, visit, letter="booking_confirmed", key=key)
        at = shown.when(ctx, booking.starts_at, booking.ends_at)
        return Receipt(
            title=ctx.say(
                f"Booked #{booking.number}: {plan.customer.name}, {at}",
                f"Booket #{booking.number}: {plan.customer.name}, {at}",
            ),
            lines=shown.visit_lines(ctx, visit),
            record={"booking": booking.id},
            reference=f"#{booking.number}",
            follow_up=(shown.invoicing(ctx, visit),),
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        booking = ctx.session.fetch(Booking, receipt.record.get("booking", ""))
        if booking is None or not rules.may_become(booking.status, "cancelled"):
            return None
        return CancelBooking(booking=booking.id) if booking.starts_at > ctx.now else None

    def _plan(self, ctx: Context) -> Plan:
        """The rows that the resolved arguments name. Raises NotFound when one of them has gone."""
        customer = find_customer(ctx, self.customer)
        service = find_service(ctx, self.service)
        people = tuple(people_named(ctx, self.staff))
        job = job_of(service, hours=self.hours, m2=self.m2, crew=len(people))
        moment = read_moment(self.start, now=ctx.now, zone=ctx.firm.zone)
        if moment is None or moment.exact is None or not people or self.address is None:
            raise NotFound(
                ctx.say("This booking is not settled yet.", "Bookingen er ikke klar endnu.")
            )
        span = job.at(moment.exact)
        return Plan(customer=customer, job=job, people=people, span=span, address=self.address)

    def _price(self, ctx: Context, plan: Plan) -> str:
        cost = shown.price(
            plan.job.price_minor,
            currency=ctx.firm.currency,
            language=ctx.language,
            with_vat=plan.service.prices_include_vat,
        )
        return f"{cost} ({plan.job.crew} × {shown.hours(plan.job.minutes, ctx.language)})"

    def _warnings(self, ctx: Context, plan: Plan, email: str | None) -> list[str]:
        found: list[str] = []
        if numbers := _same_day(ctx, plan):
            listed = ", ".join(f"#{number}" for number in numbers)
            found.append(
                ctx.say(
                    f"{plan.customer.name} already has a booking that day: {listed}.",
                    f"{plan.customer.name} har allerede en booking den dag: {listed}.",
                )
            )
        if ctx.actor.role in ("customer", "visitor"):
            found += _unusual(ctx, plan)
        if email is None:
            found.append(
                ctx.say(
                    f"{plan.customer.name} has no e-mail address: no confirmation will be sent.",
                    f"{plan.customer.name} har ingen e-mailadresse: der sendes ingen bekræftelse.",
                )
            )
        return found

    def _preconditions(self, ctx: Context, plan: Plan) -> tuple[Precondition, ...]:
        service, customer = plan.service, plan.customer
        hourly = shown.total(ctx, service.price_minor).shown
        price, length = (
            ctx.say("Price per hour", "Timepris"),
            ctx.say("Usual length", "Normal varighed"),
        )
        minutes = shown.hours(service.minutes, ctx.language)
        by_size = ctx.say("Hours per m²", "Timer pr. m²")
        size_shown = service.hours_per_m2 or "—"
        address = ctx.say("Address", "Adresse")
        fields = ("street", "postal_code", "city")
        return (
            shown.must_stay(service, "price_minor", label=price, shown=hourly),
            shown.must_stay(service, "minutes", label=length, shown=minutes),
            shown.must_stay(service, "hours_per_m2", label=by_size, shown=size_shown),
            shown.must_stay(service, "active", label=shown.service_name(service, ctx.language)),
            *shown.service_must_stay(ctx, service),
            *shown.people_must_stay(ctx, plan.people),
            *(shown.must_stay(customer, field, label=address) for field in fields),
            *shown.customer_must_stay(ctx, customer),
        )

    def _still_free(self, ctx: Context, plan: Plan) -> bool:
        """Read again inside the writing transaction: hours, holidays and other bookings may have changed."""
        day = plan.span.start.astimezone(ctx.firm.zone).date()
        page = diary(ctx.session, ctx.firm, first=day - DAY, last=day + DAY)
        free = {person.id for person in free_people(page, plan.job, plan.span.start)}
        return plan.span.start > ctx.now and all(person.id in free for person in plan.people)

    def _insert(self, ctx: Context, plan: Plan) -> Booking:
        booking_id = new_id("bok")
        booking = Booking(
            id=booking_id,
            number=next_number(ctx.session, "booking"),
            customer_id=plan.customer.id,
            service_id=plan.service.id,
            starts_at=plan.span.start,
            ends_at=plan.span.end,
            zone=ctx.firm.zone.key,
            address=plan.address,
            m2=self.m2,
            persons=len(plan.people),
            price_minor=plan.job.price_minor,
            status="confirmed",
            note=self.note,
            uid=uid_of(booking_id),
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ctx.session.add(booking)
        ctx.session.flush()
        occupy(ctx.session, ctx.firm, booking, plan.people, buffer=plan.job.buffer)
        return booking

    def _taken(self, ctx: Context, plan: Plan) -> Stale:
        """The time went to somebody else, or passed: the nearest free ones instead, whoever has them."""
        anybody = self.model_copy(update={"staff": None})
        wish = Wish(job=plan.job, call=anybody.again)
        at = shown.when(ctx, plan.span.start, plan.span.end)
        message = ctx.say(
            f"{at} is no longer free. Nothing was booked.",
            f"{at} er ikke længere ledig. Der er ikke booket noget.",
        )
        return Stale(message, choices=offers(ctx, wish, max(plan.span.start, ctx.now)))


def _same_day(ctx: Context, plan: Plan) -> list[int]:
    """The numbers of the bookings that this customer has on that day."""
    day = plan.span.start.astimezone(ctx.firm.zone).date()
    own = sa.select(Booking.number).where(
        Booking.customer_id == plan.customer.id,
        Booking.status.in_(rules.LIVE),
        Booking.starts_at >= rules.instant(day, dt.time(), ctx.firm.zone),
        Booking.starts_at < rules.instant(day + DAY, dt.time(), ctx.firm.zone),
    )
    return list(ctx.session.scalars(own.order_by(Booking.number)))


def _unusual(ctx: Context, plan: Plan) -> list[str]:
    """What somebody outside the firm wishes otherwise than the firm would do it: for whoever reviews it to see."""
    found: list[str] = []
    usual = job_of(plan.service, m2=plan.customer.m2)
    if plan.job.minutes * plan.job.crew < usual.minutes * usual.crew:
        asked, normal = (
            f"{job.crew} × {shown.hours(job.minutes, ctx.language)}" for job in (plan.job, usual)
        )
        found.append(
            ctx.say(
                f"Shorter than usual: {asked} instead of {normal}.",
                f"Kortere end normalt: {asked} i stedet for {normal}.",
            )
        )
    known = shown.address_of(plan.customer)
    if known is not None and plan.address != known:
        found.append(
            ctx.say(
                f"Not at the customer's own address ({known}).",
                f"Ikke på kundens egen adresse ({known}).",
            )
        )
    return found


def _address(ctx: Context, customer: Customer) -> str:
    found = shown.address_of(customer)
    if found is None:
        message = ctx.say(
            f"{customer.name} has no address on record: say where.",
            f"{customer.name} har ingen adresse: sig, hvor det er.",
        )
        raise Rejected(message, fields={"address": message})
    return found
