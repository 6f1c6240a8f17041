"""How leads and customers are shown: addresses, dates, counts, names of services, and lines of facts."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from memory.tables.booking import Booking, Service
from memory.tables.facts import Fact
from memory.tables.identity import User
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead, LeadChange
from tools.cards import Line, Option, Source
from tools.errors import Unclear
from tools.kit import Context, Quoted
from tools.leads.rules import STATUS_NAMES
from tools.leads.service import notes_about
from tools.values.money import say_money
from tools.values.phones import say_phone
from tools.values.saying import say_date, say_instant

_SOURCES: dict[str, Source] = {
    "system": "system",
    "staff": "staff",
    "customer": "customer",
    "third_party": "third_party",
}
_BOOKINGS_SHOWN = 6
_FACTS_SHOWN = 10


class FoundBooking(BaseModel):
    """A booking in the story of a customer."""

    model_config = ConfigDict(frozen=True)

    id: str
    number: int
    service: str
    starts_at: dt.datetime
    status: str


def count_of(
    ctx: Context, count: int, one: str, many: str, en: str, flere: str, *, more: bool = False
) -> str:
    """“1 lead”, “3 leads”, “no leads”, “more than 500 leads”, in the reader's language."""
    if more:
        return ctx.say(f"more than {count:,} {many}", f"flere end {count} {flere}")
    if count == 0:
        return ctx.say(f"no {many}", f"ingen {flere}")
    return ctx.say(
        f"{count:,} {one if count == 1 else many}", f"{count} {en if count == 1 else flere}"
    )


def date_shown(ctx: Context, instant: dt.datetime) -> str:
    """The date on the firm's calendar."""
    return say_date(instant.astimezone(ctx.firm.zone).date(), ctx.language)


def status_shown(ctx: Context, status: str) -> str:
    """A status in the reader's language."""
    english, danish = STATUS_NAMES.get(status, (status, status))
    return ctx.say(english, danish)


def money_shown(ctx: Context, minor: int) -> str:
    """An amount of the firm's currency."""
    return say_money(minor, ctx.firm.currency, ctx.language)


def phone_shown(ctx: Context, phone: str | None, *, valid: bool = True) -> str:
    """A number as people write it; one that is not valid as it was given."""
    if not phone or not valid or not phone.startswith("+"):
        return phone or ""
    return say_phone(phone, region=ctx.firm.country)


def address_of(row: Customer | Lead) -> str:
    """Street, postal code and city on one line."""
    place = " ".join(part for part in (row.postal_code, row.city) if part)
    return ", ".join(part for part in (row.street, place) if part)


def services_of(ctx: Context) -> Sequence[Service]:
    """What the firm sells."""
    return ctx.session.scalars(sa.select(Service)).all()


def service_name(ctx: Context, services: Sequence[Service]) -> Callable[[str | None], str | None]:
    """From a service's code, or the words that a lead used, to what the reader calls it."""
    names = {service.code: ctx.say(service.name_en, service.name_da) for service in services}
    return lambda code: names.get(code, code) if code else None


def contact_points(
    ctx: Context, customer_ids: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The e-mails and phones of these customers, the main ones first."""
    return (
        _points(ctx, CustomerEmail, "email", customer_ids),
        _points(ctx, CustomerPhone, "phone", customer_ids),
    )


def _points(
    ctx: Context, model: type[Any], column: str, customer_ids: Sequence[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    points = sa.select(model.customer_id, getattr(model, column))
    mine = points.where(model.customer_id.in_(customer_ids))
    for customer_id, point in ctx.session.execute(mine.order_by(model.main.desc(), model.id)):
        found.setdefault(customer_id, []).append(point)
    return found


def bookings_of(ctx: Context, customer: Customer) -> list[FoundBooking]:
    """The bookings nearest to now, the last first."""
    near = (
        sa.select(Booking, Service)
        .join_from(Booking, Service, Booking.service_id == Service.id)
        .where(Booking.customer_id == customer.id)
        .order_by(Booking.starts_at.desc())
        .limit(_BOOKINGS_SHOWN)
    )
    return [
        FoundBooking(
            id=booking.id,
            number=booking.number,
            service=ctx.say(service.name_en, service.name_da),
            starts_at=booking.starts_at,
            status=booking.status,
        )
        for booking, service in ctx.session.execute(near)
    ]


def notes_of(ctx: Context, about: list[tuple[str, str]]) -> list[Quoted]:
    """The notes about these records, newest first, each with whose words it holds."""
    return [
        Quoted(text=note.text, source=_SOURCES.get(note.source, "third_party"), by=note.author)
        for note in notes_about(ctx.session, about)
    ]


def lead_lines(ctx: Context, lead: Lead, notes: Sequence[Quoted]) -> tuple[Line, ...]:
    """A lead as facts, its message and notes labelled with whose words they are."""
    assignee = ctx.session.fetch(User, lead.assignee_id) if lead.assignee_id else None
    known = [
        (ctx.say("Status", "Status"), status_shown(ctx, lead.status)),
        (ctx.say("Why it was lost", "Hvorfor det blev tabt"), lead.lost_reason),
        (ctx.say("Source", "Kilde"), lead.source),
        (
            ctx.say("Received", "Modtaget"),
            say_instant(lead.received_at, ctx.firm.zone, ctx.language),
        ),
        (ctx.say("E-mail", "E-mail"), lead.email),
        (ctx.say("Phone", "Telefon"), phone_shown(ctx, lead.phone, valid=lead.phone_valid)),
        (ctx.say("Address", "Adresse"), address_of(lead)),
        (ctx.say("Service", "Ydelse"), service_name(ctx, services_of(ctx))(lead.service)),
        (ctx.say("Square metres", "Kvadratmeter"), str(lead.m2) if lead.m2 else None),
        (
            ctx.say("Value", "Værdi"),
            money_shown(ctx, lead.value_minor) if lead.value_minor else None,
        ),
        (ctx.say("Assigned to", "Ansvarlig"), assignee.name if assignee else None),
    ]
    lines = [Line(label=label, value=value) for label, value in known if value]
    if lead.message:
        label = ctx.say("Message", "Besked")
        lines.append(Line(label=label, value=lead.message, source="third_party"))
    lines += _note_lines(ctx, notes)
    lines += _history(ctx, lead)
    return tuple(lines)


def _history(ctx: Context, lead: Lead) -> list[Line]:
    moved = sa.select(LeadChange).where(LeadChange.lead_id == lead.id)
    changes = ctx.session.scalars(moved.order_by(LeadChange.at.desc()).limit(5))
    return [
        Line(
            label=date_shown(ctx, change.at),
            value=status_shown(ctx, change.after),
            before=change.before,
        )
        for change in changes
    ]


def customer_lines(
    ctx: Context,
    customer: Customer,
    emails: Sequence[str],
    phones: Sequence[str],
    bookings: Sequence[FoundBooking],
    notes: Sequence[Quoted],
    facts: Sequence[Line] = (),
) -> tuple[Line, ...]:
    """A customer's record, what is remembered of them, and the notes labelled with whose words they are."""
    business = ctx.say("business", "erhverv")
    known = [
        (ctx.say("Kind", "Type"), business if customer.kind == "business" else None),
        ("CVR", customer.cvr),
        (ctx.say("Address", "Adresse"), address_of(customer)),
        (ctx.say("Phone", "Telefon"), ", ".join(phone_shown(ctx, phone) for phone in phones)),
        ("E-mail", ", ".join(emails)),
        (ctx.say("Square metres", "Kvadratmeter"), str(customer.m2) if customer.m2 else None),
    ]
    lines = [Line(label=label, value=value) for label, value in known if value]
    for booking in bookings:
        when = say_instant(booking.starts_at, ctx.firm.zone, ctx.language)
        value = f"{booking.service}, {when}, {booking_status_shown(ctx, booking.status)}"
        lines.append(Line(label=f"Booking {booking.number}", value=value))
    return (*lines, *facts, *_note_lines(ctx, notes))


def remembered_of(ctx: Context, about: Sequence[tuple[str, str]]) -> list[Fact]:
    """What is remembered of these records and still holds, newest first; never how to get in."""
    same = [sa.and_(Fact.subject_kind == kind, Fact.subject_id == id) for kind, id in about]
    rows = sa.select(Fact).where(
        sa.or_(*same),
        Fact.key != "access",
        Fact.superseded_by.is_(None),
        Fact.forgotten_at.is_(None),
        sa.or_(Fact.valid_until.is_(None), Fact.valid_until > ctx.now),
    )
    newest = rows.order_by(Fact.created_at.desc(), Fact.id).limit(_FACTS_SHOWN)
    return list(ctx.session.scalars(newest))


def remembered_lines(ctx: Context, facts: Sequence[Fact]) -> list[Line]:
    """Each fact with who said it."""
    return [
        Line(
            label=ctx.say(f"Remembered {number}", f"Husket {number}"),
            value=f"{fact.value} · {fact.said_by}, {date_shown(ctx, fact.created_at)}",
            source="staff",
        )
        for number, fact in enumerate(facts, start=1)
    ]


def remembered_options(ctx: Context, facts: Sequence[Fact]) -> list[Option]:
    """Buttons to change each fact or to have it forgotten. Numbers and no words: what is pressed is a message."""
    options: list[Option] = []
    for number, fact in enumerate(facts, start=1):
        edit, forget = (
            ctx.say(f"Edit {number}", f"Ret {number}"),
            ctx.say(f"Forget {number}", f"Glem {number}"),
        )
        about: dict[str, object] = {"about": fact.subject_id, "replaces": fact.id}
        options.append(Option(label=edit, tool="remember", args=about))
        options.append(Option(label=forget, tool="forget", args={"fact": fact.id}))
    return options


_BOOKING_STATUS: dict[str, tuple[str, str]] = {
    "held": ("held", "reserveret"),
    "confirmed": ("confirmed", "bekræftet"),
    "in_progress": ("in progress", "i gang"),
    "completed": ("completed", "udført"),
    "cancelled": ("cancelled", "aflyst"),
    "no_show": ("no show", "ikke hjemme"),
}


def booking_status_shown(ctx: Context, status: str) -> str:
    """A booking's status in the reader's language."""
    return ctx.say(*_BOOKING_STATUS.get(status, (status, status)))


def _note_lines(ctx: Context, notes: Sequence[Quoted]) -> list[Line]:
    label = ctx.say("Note by", "Note af")
    return [Line(label=f"{label} {one.by}", value=one.text, source=one.source) for one in notes]


def which_customer(ctx: Context) -> Unclear:
    """The question for the customer that was not named."""
    message = ctx.say("Which customer?", "Hvilken kunde?")
    return Unclear(message, fields={"customer": message})
