"""How bookings read to a person: money, spans and lengths as text, and what must still be so when they are made."""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

import sqlalchemy as sa

from memory.tables.booking import Service, Staff
from memory.tables.leads import Customer, CustomerEmail
from tools.booking.service import Visit
from tools.cards import Figure, Line, Option, Precondition
from tools.kit import Context
from tools.values.moments import say_span
from tools.values.money import say_money

Language = Literal["en", "da"]

STATUSES: dict[str, tuple[str, str]] = {
    "held": ("held", "reserveret"),
    "confirmed": ("confirmed", "bekræftet"),
    "in_progress": ("in progress", "i gang"),
    "completed": ("completed", "udført"),
    "cancelled": ("cancelled", "aflyst"),
    "no_show": ("no-show", "udeblevet"),
}


def service_name(service: Service, language: Language) -> str:
    """A service's name in that language."""
    return service.name_da if language == "da" else service.name_en


def status_name(status: str, language: Language) -> str:
    """A status as people say it."""
    return STATUSES[status][language == "da"]


def names(people: Iterable[Staff]) -> str:
    """ "Anna Holm, Jonas Krogh"."""
    return ", ".join(person.name for person in people)


def hours(minutes: int, language: Language) -> str:
    """ "2.5 h" / "2,5 t"."""
    plain = f"{(Decimal(minutes) / 60).quantize(Decimal('0.01')).normalize():f}"
    return f"{plain.replace('.', ',')} t" if language == "da" else f"{plain} h"


def price(minor: int, *, currency: str, language: Language, with_vat: bool) -> str:
    """ "1.047,00 kr. inkl. moms" / "DKK 1,047.00 incl. VAT"."""
    vat = {
        ("da", True): "inkl. moms",
        ("da", False): "ekskl. moms",
        ("en", True): "incl. VAT",
        ("en", False): "excl. VAT",
    }[language, with_vat]
    return f"{say_money(minor, currency, language)} {vat}"


def when(ctx: Context, start: dt.datetime, end: dt.datetime) -> str:
    """A span on the firm's clock, in the reader's language."""
    return say_span(start, end, ctx.firm.zone, ctx.language)


def total(ctx: Context, minor: int) -> Figure:
    """The figure that policies and people look at."""
    shown = say_money(minor, ctx.firm.currency, ctx.language)
    return Figure(name="total", amount=minor, unit=ctx.firm.currency, shown=shown)


def line(ctx: Context, en: str, da: str, value: str, *, before: str | None = None) -> Line:
    """One line of a preview; without `before` when nothing changed."""
    return Line(label=ctx.say(en, da), value=value, before=None if before == value else before)


def address_of(customer: Customer) -> str | None:
    """Where a customer lives, on one line, or None when the street is not known."""
    if not customer.street:
        return None
    town = " ".join(part for part in (customer.postal_code, customer.city) if part)
    return ", ".join(part for part in (customer.street, town) if part)


def main_email(ctx: Context, customer: Customer) -> str | None:
    """The address that this customer is written to."""
    row = _main_email_row(ctx, customer)
    return row.email if row else None


def _main_email_row(ctx: Context, customer: Customer) -> CustomerEmail | None:
    own = sa.select(CustomerEmail).where(CustomerEmail.customer_id == customer.id)
    return ctx.session.scalars(own.order_by(CustomerEmail.main.desc(), CustomerEmail.id)).first()


def must_stay(
    row: Customer | CustomerEmail | Service | Staff,
    field: str,
    *,
    label: str,
    shown: str | None = None,
) -> Precondition:
    """That a field of a row is still what it is now."""
    value = getattr(row, field)
    return Precondition(
        table=row.__tablename__,
        row=row.id,
        field=field,
        value=json.dumps(value, ensure_ascii=False),
        label=label,
        shown=str(value) if shown is None else shown,
    )


def visit_must_stay(ctx: Context, visit: Visit) -> tuple[Precondition, ...]:
    """That nobody has changed a booking meanwhile."""
    booking = visit.booking
    numbered = ctx.say(f"Booking #{booking.number}", f"Booking #{booking.number}")
    shown = {
        "status": status_name(booking.status, ctx.language),
        "version": when(ctx, booking.starts_at, booking.ends_at),
    }
    return tuple(
        Precondition(
            table="bookings",
            row=booking.id,
            field=field,
            value=json.dumps(getattr(booking, field)),
            label=numbered,
            shown=shown[field],
        )
        for field in ("status", "version")
    )


def customer_must_stay(ctx: Context, customer: Customer) -> tuple[Precondition, ...]:
    """That the customer, and the address that the mail goes to, are still those that were shown.

    The version stands for what has no row to look at yet, such as a first e-mail address.
    """
    mail, row = ctx.say("Mail to", "Mail til"), _main_email_row(ctx, customer)
    record = ctx.say("Customer record", "Kundekort")
    recipient = (
        (
            must_stay(row, "email", label=mail),
            must_stay(row, "main", label=mail, shown=row.email),
        )
        if row
        else ()
    )
    return (
        must_stay(customer, "name", label=ctx.say("Customer", "Kunde")),
        *recipient,
        must_stay(customer, "version", label=record, shown=f"version {customer.version}"),
    )


def service_must_stay(ctx: Context, service: Service) -> tuple[Precondition, ...]:
    """That a service is still called and priced as it was shown, and takes as much time behind a job."""
    vat, named = ctx.say("Price includes VAT", "Pris er inkl. moms"), ctx.say("Service", "Ydelse")
    with_vat = ctx.say("yes", "ja") if service.prices_include_vat else ctx.say("no", "nej")
    buffer = ctx.say("Time behind the job", "Tid efter opgaven")
    behind = f"{service.buffer_minutes} min"
    return (
        must_stay(service, "name_en", label=named),
        must_stay(service, "name_da", label=named),
        must_stay(service, "prices_include_vat", label=vat, shown=with_vat),
        must_stay(service, "buffer_minutes", label=buffer, shown=behind),
    )


def people_must_stay(ctx: Context, people: Iterable[Staff]) -> tuple[Precondition, ...]:
    """That those who do the job still work here, under the names that were shown."""
    return tuple(
        each
        for person in people
        for each in (
            must_stay(person, "active", label=person.name),
            must_stay(person, "name", label=ctx.say("Who", "Hvem")),
        )
    )


def letter_must_stay(ctx: Context, visit: Visit) -> tuple[Precondition, ...]:
    """That a booking, and all that the mail about it says and where it goes, is still as it was shown."""
    return (
        *visit_must_stay(ctx, visit),
        *customer_must_stay(ctx, visit.customer),
        *service_must_stay(ctx, visit.service),
    )


def visit_lines(ctx: Context, visit: Visit) -> tuple[Line, ...]:
    """A booking as facts."""
    booking, language = visit.booking, ctx.language
    cost = price(
        booking.price_minor,
        currency=ctx.firm.currency,
        language=language,
        with_vat=visit.service.prices_include_vat,
    )
    return (
        line(ctx, "Customer", "Kunde", visit.customer.name),
        line(ctx, "Service", "Ydelse", service_name(visit.service, language)),
        line(ctx, "When", "Hvornår", when(ctx, booking.starts_at, booking.ends_at)),
        line(ctx, "Who", "Hvem", names(visit.people)),
        line(ctx, "Where", "Hvor", booking.address),
        line(ctx, "Price", "Pris", cost),
    )


def invoicing(ctx: Context, visit: Visit) -> Option:
    """The draft of an invoice for the job, as the step that usually comes next."""
    name = visit.customer.name
    label = ctx.say(f"Draft the invoice for {name}", f"Lav fakturakladden til {name}")
    args: dict[str, object] = {"customer": name, "bookings": f"#{visit.booking.number}"}
    return Option(label=label, tool="draft_invoice", args=args)
