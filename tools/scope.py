"""Which customers, leads and bookings an actor may see, as conditions that every lookup carries."""

import sqlalchemy as sa

from memory.tables.booking import Booking, BookingStaff
from memory.tables.leads import Customer
from tools.kit import Context
from tools.policy import Role

OFFICE_ROLES: frozenset[Role] = frozenset({"owner", "staff", "system"})


def sees_customer(ctx: Context) -> sa.ColumnElement[bool]:
    """The customers that this actor may see, as a condition."""
    match ctx.actor.role:
        case "owner" | "staff" | "bookkeeper" | "system":
            return sa.true()
        case "customer":
            return Customer.id == (ctx.actor.customer_id or "")
        case "crew":
            return Customer.id.in_(sa.select(Booking.customer_id).where(_own_job(ctx)))
        case _:
            return sa.false()


def sees_lead(ctx: Context) -> sa.ColumnElement[bool]:
    """Leads belong to the office."""
    return sa.true() if ctx.actor.role in OFFICE_ROLES else sa.false()


def sees_booking(ctx: Context) -> sa.ColumnElement[bool]:
    """The office sees every booking, a customer its own, the crew their own jobs."""
    match ctx.actor.role:
        case "owner" | "staff" | "bookkeeper" | "system":
            return sa.true()
        case "customer":
            return Booking.customer_id == (ctx.actor.customer_id or "")
        case "crew":
            return _own_job(ctx)
        case _:
            return sa.false()


def _own_job(ctx: Context) -> sa.ColumnElement[bool]:
    mine = sa.select(BookingStaff.booking_id).where(
        BookingStaff.staff_id == (ctx.actor.staff_id or "")
    )
    return Booking.id.in_(mine)
