"""What people look up about leads and customers."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, ClassVar

import sqlalchemy as sa
from pydantic import BeforeValidator, Field

from memory.tables.leads import Customer, Lead
from tools.cards import Cell
from tools.kit import Context, Query, Quoted, Role
from tools.leads.finding import (
    customers_buying,
    customers_in,
    customers_like,
    from_source,
    leads_like,
    without_little,
)
from tools.leads.paging import CUSTOMERS, LEADS, Among, Page, Wanted
from tools.leads.results import (
    FoundCustomer,
    FoundCustomers,
    FoundLead,
    FoundLeads,
    ShownCustomer,
    ShownLead,
)
from tools.leads.rules import Status, read_status
from tools.leads.showing import (
    address_of,
    bookings_of,
    contact_points,
    count_of,
    customer_lines,
    date_shown,
    lead_lines,
    notes_of,
    phone_shown,
    remembered_lines,
    remembered_of,
    remembered_options,
    service_name,
    services_of,
    status_shown,
    which_customer,
)
from tools.lookup import find_customer, find_lead, find_service
from tools.refs import City, CustomerRef, Day, LeadRef, Search, ServiceRef
from tools.scope import sees_customer
from tools.times import span_of
from tools.values.text import fold

_BOOKS: frozenset[Role] = frozenset({"owner", "staff", "bookkeeper"})
_BOOKS_AND_SELF: frozenset[Role] = frozenset({"owner", "staff", "bookkeeper", "customer"})

Limit = Annotated[int, Field(ge=1, le=100)]


class FindLeads(Query):
    """Find leads by words (name, city, source, service, e-mail, phone), status, source or date."""

    query: Search | None = None
    """A city, a name, a source, a service, an e-mail or a phone number."""

    status: Annotated[Status | None, BeforeValidator(read_status)] = None
    source: Search | None = None
    """Where the leads came from, such as Leadmail."""

    since: Day | None = None
    """Only those received since then: "Monday", "1 November", "last week"."""

    limit: Limit = 20

    def run(self, ctx: Context) -> FoundLeads:
        """Leads, newest first."""
        services = services_of(ctx)
        wanted = leads_like(ctx, self.query, services) if self.query else Wanted()
        if self.status:
            wanted = wanted.narrowed(Wanted(among=(Among(Lead.status, [self.status]),)))
        if self.source:
            wanted = wanted.narrowed(from_source(ctx.session, self.source))
        if self.since:
            wanted = wanted.narrowed(Wanted(since=_beginning(ctx, self.since)))
        names = service_name(ctx, services)
        return _leads_found(ctx, self, LEADS.page(ctx, wanted, self.limit), names)


def _beginning(ctx: Context, since: str) -> dt.datetime:
    """“Since Monday” means the one that has been, although a weekday otherwise is the coming one."""
    begins = span_of(ctx, since, field="since")[0]
    ahead = begins - ctx.now
    return (
        begins - dt.timedelta(weeks=1)
        if dt.timedelta() < ahead <= dt.timedelta(weeks=1)
        else begins
    )


def _leads_found(
    ctx: Context,
    asked: FindLeads,
    page: Page[Lead],
    names: Callable[[str | None], str | None],
) -> FoundLeads:
    leads = page.rows
    status = f"{status_shown(ctx, asked.status)} " if asked.status else ""
    one, many = f"{status}lead", f"{status}leads"
    counted = count_of(ctx, page.total, one, many, one, many, more=page.more)
    where = _where(ctx, asked, leads)
    summary = f"{counted}{where}."
    if page.total > len(leads):
        summary += ctx.say(f" The newest {len(leads)}:", f" De nyeste {len(leads)}:")
    columns = ("#", ctx.say("Name", "Navn"), ctx.say("City", "By"), ctx.say("Service", "Ydelse"))
    columns += (ctx.say("Source", "Kilde"), "Status", ctx.say("Received", "Modtaget"))
    return FoundLeads(
        summary=summary[0].upper() + summary[1:],
        title=f"Leads{where}",
        columns=columns,
        rows=tuple(
            (
                Cell(text=str(lead.number)),
                Cell(text=lead.name, source="third_party"),
                Cell(text=lead.city or ""),
                Cell(text=names(lead.service) or ""),
                Cell(text=lead.source),
                Cell(text=status_shown(ctx, lead.status)),
                Cell(text=date_shown(ctx, lead.received_at)),
            )
            for lead in leads
        ),
        leads=tuple(
            FoundLead(
                id=lead.id,
                number=lead.number,
                name=lead.name,
                city=lead.city,
                status=lead.status,
                source=lead.source,
                service=names(lead.service),
                email=lead.email,
                phone=lead.phone,
                received_at=lead.received_at,
                message=quoted(lead),
            )
            for lead in leads
        ),
        total=page.total,
        more=page.more,
    )


def quoted(lead: Lead) -> Quoted | None:
    """What the lead wrote."""
    if not lead.message:
        return None
    return Quoted(text=lead.message, source="third_party", by=lead.name)


def _where(ctx: Context, asked: FindLeads, leads: list[Lead]) -> str:
    said = ""
    if asked.query:
        said += _place_or_words(ctx, asked.query, [lead.city for lead in leads])
    if asked.source:
        said += ctx.say(f" from {asked.source}", f" fra {asked.source}")
    if asked.since:
        said += ctx.say(" since ", " siden ") + date_shown(ctx, _beginning(ctx, asked.since))
    return said


def _place_or_words(ctx: Context, query: str, cities: list[str | None]) -> str:
    plain = without_little(query)
    folded = fold(plain)
    if any(city and (fold(city) + " ").startswith(f"{folded} ") for city in cities):
        return ctx.say(f" in {plain}", f" i {plain}")
    return ctx.say(f" for “{plain}”", f" for “{plain}”")


class ShowLead(Query):
    """Show one lead with its contact details, history, message and notes; use it to summarise a lead."""

    lead: LeadRef
    """The lead: its name, number, e-mail, phone or id."""

    def run(self, ctx: Context) -> ShownLead:
        """The lead and its notes."""
        lead = find_lead(ctx, self.lead)
        notes = notes_of(ctx, [("lead", lead.id)])
        noted = count_of(ctx, len(notes), "note", "notes", "note", "noter")
        place = ctx.say(f" in {lead.city}", f" i {lead.city}") if lead.city else ""
        received = date_shown(ctx, lead.received_at)
        summary = ctx.say(
            f"{lead.name} is a lead{place} from {lead.source}, {lead.status}, received {received}, "
            f"with {noted}.",
            f"{lead.name} er et lead{place} fra {lead.source}, {status_shown(ctx, lead.status)}, "
            f"modtaget {received}, med {noted}.",
        )
        return ShownLead(
            summary=summary,
            id=lead.id,
            number=lead.number,
            name=lead.name,
            status=lead.status,
            email=lead.email,
            phone=lead.phone,
            city=lead.city,
            customer_id=lead.customer_id,
            message=quoted(lead),
            notes=tuple(notes),
            lines=lead_lines(ctx, lead, notes),
        )


class FindCustomers(Query):
    """Find customers by words (name, address, e-mail, phone), city, or the service that they have booked."""

    roles: ClassVar[frozenset[Role]] = _BOOKS

    query: Search | None = None
    city: City | None = None
    service: ServiceRef | None = None
    limit: Limit = 20

    def run(self, ctx: Context) -> FoundCustomers:
        """Customers by name."""
        wanted = Wanted(always=(sees_customer(ctx), Customer.merged_into.is_(None)))
        where = ""
        if self.query:
            wanted = wanted.narrowed(customers_like(ctx, self.query))
            where += ctx.say(f" for “{self.query}”", f" for “{self.query}”")
        if self.city:
            wanted = wanted.narrowed(customers_in(ctx.session, self.city))
            where += ctx.say(f" in {self.city}", f" i {self.city}")
        if self.service:
            service = find_service(ctx, self.service)
            wanted = wanted.narrowed(Wanted(others=(customers_buying(service),)))
            where += ctx.say(f" with {service.name_en}", f" med {service.name_da}")
        page = CUSTOMERS.page(ctx, wanted, self.limit)
        rows = page.rows
        emails, phones = contact_points(ctx, [row.id for row in rows])
        counted = count_of(
            ctx, page.total, "customer", "customers", "kunde", "kunder", more=page.more
        )
        summary = counted + where + "."
        return FoundCustomers(
            summary=summary[0].upper() + summary[1:],
            title=ctx.say("Customers", "Kunder") + where,
            columns=(
                "#",
                ctx.say("Name", "Navn"),
                ctx.say("Address", "Adresse"),
                ctx.say("Phone", "Telefon"),
                "E-mail",
            ),
            customers=tuple(
                FoundCustomer(
                    id=row.id,
                    number=row.number,
                    name=row.name,
                    kind=row.kind,
                    address=address_of(row),
                    city=row.city,
                    email=next(iter(emails.get(row.id, ())), None),
                    phone=next(iter(phones.get(row.id, ())), None),
                    phone_shown=phone_shown(ctx, next(iter(phones.get(row.id, ())), None)),
                )
                for row in rows
            ),
            total=page.total,
            more=page.more,
        )


class ShowCustomer(Query):
    """Show one customer with contact details, bookings and notes. A customer sees its own record."""

    roles: ClassVar[frozenset[Role]] = _BOOKS_AND_SELF

    customer: CustomerRef | None = None
    """The customer: name, number, e-mail, phone or id. A customer may leave it out."""

    def run(self, ctx: Context) -> ShownCustomer:
        """The customer, its bookings and its notes."""
        customer = find_customer(ctx, own_or_said(ctx, self.customer))
        emails, phones = contact_points(ctx, [customer.id])
        bookings = bookings_of(ctx, customer)
        ahead = sum(one.starts_at > ctx.now and one.status == "confirmed" for one in bookings)
        about = [("customer", customer.id)]
        mine = sa.select(Lead.id).where(Lead.customer_id == customer.id).limit(5)
        about += [("lead", lead_id) for lead_id in ctx.session.scalars(mine)]
        # What the office writes about a customer is not for the customer to read.
        own = ctx.actor.role == "customer"
        notes = [] if own else notes_of(ctx, about)
        known = remembered_of(ctx, about) if ctx.actor.office else []
        facts = remembered_lines(ctx, known)
        coming = count_of(ctx, ahead, "booking", "bookings", "booking", "bookinger")
        summary = ctx.say(
            f"{customer.name} is customer {customer.number} with {coming} ahead.",
            f"{customer.name} er kunde {customer.number} med {coming} forude.",
        )
        email_list, phone_list = emails.get(customer.id, []), phones.get(customer.id, [])
        return ShownCustomer(
            summary=summary,
            id=customer.id,
            number=customer.number,
            name=customer.name,
            address=address_of(customer),
            emails=tuple(email_list),
            phones=tuple(phone_list),
            bookings=tuple(bookings),
            notes=tuple(notes),
            lines=customer_lines(ctx, customer, email_list, phone_list, bookings, notes, facts),
            options=tuple(remembered_options(ctx, known)),
        )


def own_or_said(ctx: Context, words: str | None) -> str:
    """The customer that was said, or a customer's own record. Asks when there is neither."""
    if words:
        return words
    if ctx.actor.role == "customer" and ctx.actor.customer_id:
        return ctx.actor.customer_id
    raise which_customer(ctx)
