"""Leads and customers in the store: who is the same person, new ones, changes, and a lead becoming a customer."""

from dataclasses import dataclass

import sqlalchemy as sa

from memory.store import TenantSession, next_number
from memory.tables.base import new_id
from memory.tables.identity import Counter
from memory.tables.leads import (
    Customer,
    CustomerEmail,
    CustomerPhone,
    Lead,
    LeadChange,
    Note,
)
from tools.errors import Conflict
from tools.kit import Context
from tools.leads.rules import Status, match_score, may_move
from tools.values.text import fold

_SHOWN = 10


@dataclass(frozen=True)
class Same:
    """Records that share an address or a number with somebody, and how sure it is that they are one person."""

    leads: tuple[Lead, ...]
    customers: tuple[tuple[Customer, int], ...]

    def surely(self) -> tuple[Customer, ...]:
        """The customers that are linked without asking."""
        return tuple(customer for customer, score in self.customers if score >= 90)


def same_person(
    session: TenantSession, *, email: str | None, phone: str | None, besides: str | None = None
) -> Same:
    """Leads and customers with this e-mail (normalised) or phone (E.164); `besides` is a lead to leave out."""
    addresses = _spellings(email) if email else []
    leads: list[Lead] = []
    if addresses or phone:
        alike = sa.or_(Lead.email.in_(addresses), sa.and_(Lead.phone == phone, Lead.phone_valid))
        found = sa.select(Lead).where(alike, Lead.id != (besides or ""))
        leads = list(session.scalars(found.order_by(Lead.received_at).limit(_SHOWN)))
    return Same(leads=tuple(leads), customers=_same_customers(session, addresses, phone))


def _spellings(email: str) -> list[str]:
    local, _, domain = email.partition("@")
    return list(dict.fromkeys((email, f"{local.partition('+')[0] or local}@{domain}")))


def _same_customers(
    session: TenantSession, addresses: list[str], phone: str | None
) -> tuple[tuple[Customer, int], ...]:
    by_email = set(
        session.scalars(
            sa.select(CustomerEmail.customer_id).where(CustomerEmail.email.in_(addresses))
        )
        if addresses
        else ()
    )
    by_phone = set(
        session.scalars(
            sa.select(CustomerPhone.customer_id).where(
                CustomerPhone.phone == phone, CustomerPhone.valid
            )
        )
        if phone
        else ()
    )
    if not by_email | by_phone:
        return ()
    found = sa.select(Customer).where(
        Customer.id.in_(by_email | by_phone), Customer.merged_into.is_(None)
    )
    return tuple(
        (
            customer,
            match_score(
                same_email=customer.id in by_email,
                same_phone=customer.id in by_phone,
                phone_shared=len(by_phone) > 1,
                same_name=False,
                same_postal=False,
            ),
        )
        for customer in session.scalars(found.order_by(Customer.number).limit(_SHOWN))
    )


def namesakes(session: TenantSession, lead: Lead) -> list[Customer]:
    """Customers of the lead's name at the lead's postal code: worth a look, never linked by that alone."""
    if not lead.postal_code:
        return []
    found = sa.select(Customer).where(
        Customer.folded_name == lead.folded_name,
        Customer.postal_code == lead.postal_code,
        Customer.merged_into.is_(None),
    )
    return list(session.scalars(found.limit(_SHOWN)))


def take_numbers(session: TenantSession, series: str, count: int) -> int:
    """The first of `count` numbers in a row. The counter's row stays locked until the commit."""
    first = next_number(session, series)
    if count > 1:
        session.execute(
            sa.update(Counter)
            .where(Counter.id == series)
            .values(value=Counter.value + (count - 1))
            .execution_options(synchronize_session=False)
        )
    return first


def add_lead(
    ctx: Context,
    *,
    name: str,
    email: str | None,
    phone: str | None,
    source: str,
    message: str | None,
) -> Lead:
    """A new lead. One that is surely a customer is linked to it; another lead of the same person is remembered."""
    same = same_person(ctx.session, email=email, phone=phone)
    surely = same.surely()
    detail: dict[str, object] = {"channel": ctx.actor.channel}
    if same.leads:
        detail["same_as"] = [lead.id for lead in same.leads]
    lead = Lead(
        id=new_id("lead"),
        number=next_number(ctx.session, "lead"),
        name=name,
        folded_name=fold(name),
        email=email,
        phone=phone,
        phone_valid=phone is not None,
        status="new",
        source=source,
        source_detail=detail,
        message=message,
        customer_id=surely[0].id if len(surely) == 1 else None,
        origin="person",
        received_at=ctx.now,
        last_inbound_at=ctx.now if not ctx.actor.office else None,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    ctx.session.add(lead)
    ctx.session.flush()
    _log(ctx, lead, before=None, after="new", cause=source)
    return lead


def move_lead(ctx: Context, lead: Lead, after: Status, *, cause: str | None) -> None:
    """Take a lead to another status, on record. Raises Conflict when it may not go there from where it is now."""
    if not may_move(lead.status, after):
        raise Conflict(
            ctx.say(
                f"{lead.name} is {lead.status} and cannot become {after}.",
                f"{lead.name} er {lead.status} og kan ikke blive {after}.",
            )
        )
    before, lead.status = lead.status, after
    lead.lost_reason = cause if after == "lost" else None
    _log(ctx, lead, before=before, after=after, cause=cause)


def _log(ctx: Context, lead: Lead, *, before: str | None, after: str, cause: str | None) -> None:
    ctx.session.add(
        LeadChange(
            id=new_id("chg"),
            lead_id=lead.id,
            before=before,
            after=after,
            actor_id=ctx.actor.id,
            cause=cause,
            at=ctx.now,
        )
    )


def touch(ctx: Context, row: Lead | Customer) -> None:
    """Mark a row as changed now."""
    row.version += 1
    row.updated_at = ctx.now


def customer_of(ctx: Context, lead: Lead) -> Customer:
    """The customer that this lead is: the one it is linked to, the one it surely is, or a new one."""
    if lead.customer_id:
        linked = ctx.session.fetch(Customer, lead.customer_id)
        if linked:
            return linked
    phone = lead.phone if lead.phone_valid else None
    surely = same_person(ctx.session, email=lead.email, phone=phone, besides=lead.id).surely()
    customer = surely[0] if len(surely) == 1 else _new_customer(ctx, lead)
    lead.customer_id = customer.id
    touch(ctx, lead)
    return customer


def _new_customer(ctx: Context, lead: Lead) -> Customer:
    customer = Customer(
        id=new_id("cus"),
        number=next_number(ctx.session, "customer"),
        name=lead.name,
        folded_name=lead.folded_name,
        kind=lead.kind,
        cvr=lead.cvr,
        street=lead.street,
        postal_code=lead.postal_code,
        city=lead.city,
        m2=lead.m2,
        frequency=lead.job.get("frequency"),
        language=ctx.firm.language,
        origin="person",
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    ctx.session.add(customer)
    ctx.session.flush()
    if lead.email:
        set_email(ctx.session, customer, lead.email)
    if lead.phone:
        set_phone(ctx.session, customer, lead.phone, valid=lead.phone_valid)
    return customer


def main_email(session: TenantSession, customer_id: str) -> CustomerEmail | None:
    """The address that mail to this customer goes to."""
    found = sa.select(CustomerEmail).where(CustomerEmail.customer_id == customer_id)
    return session.scalars(found.order_by(CustomerEmail.main.desc(), CustomerEmail.id)).first()


def main_phone(session: TenantSession, customer_id: str) -> CustomerPhone | None:
    """The number that this customer is called at."""
    found = sa.select(CustomerPhone).where(CustomerPhone.customer_id == customer_id)
    return session.scalars(found.order_by(CustomerPhone.main.desc(), CustomerPhone.id)).first()


def set_email(session: TenantSession, customer: Customer, email: str) -> None:
    """Make `email` the main address: in place of the old one, unless it is one of the customer's already."""
    rows = list(
        session.scalars(sa.select(CustomerEmail).where(CustomerEmail.customer_id == customer.id))
    )
    chosen = next((row for row in rows if row.email == email), None)
    chosen = chosen or next((row for row in rows if row.main), None)
    for row in rows:
        row.main = row is chosen
    if chosen is None:
        chosen = CustomerEmail(id=new_id("eml"), customer_id=customer.id, email=email)
        session.add(chosen)
    if chosen.email != email:
        chosen.email, chosen.verified = email, False


def set_phone(session: TenantSession, customer: Customer, phone: str, *, valid: bool) -> None:
    """Make `phone` the main number: in place of the old one, unless it is one of the customer's already."""
    rows = list(
        session.scalars(sa.select(CustomerPhone).where(CustomerPhone.customer_id == customer.id))
    )
    chosen = next((row for row in rows if row.phone == phone), None)
    chosen = chosen or next((row for row in rows if row.main), None)
    for row in rows:
        row.main = row is chosen
    if chosen is None:
        chosen = CustomerPhone(id=new_id("tel"), customer_id=customer.id, phone=phone)
        session.add(chosen)
    chosen.phone, chosen.valid = phone, valid


def add_note(ctx: Context, *, kind: str, about_id: str, text: str) -> Note:
    """A note in the words of whoever writes it; only the firm's own people write as staff."""
    note = Note(
        id=new_id("note"),
        about_kind=kind,
        about_id=about_id,
        text=text,
        source="staff",
        author=ctx.actor.name,
        at=ctx.now,
    )
    ctx.session.add(note)
    ctx.session.flush()
    return note


def notes_about(
    session: TenantSession, about: list[tuple[str, str]], *, limit: int = 20
) -> list[Note]:
    """The latest notes about any of these (kind, id), newest first."""
    if not about:
        return []
    any_of = sa.or_(
        *(sa.and_(Note.about_kind == kind, Note.about_id == id_) for kind, id_ in about)
    )
    return list(
        session.scalars(sa.select(Note).where(any_of).order_by(Note.at.desc()).limit(limit))
    )
