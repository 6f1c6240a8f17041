"""Moves the demo firm's own rows to the current week, whole weeks at a time, and leaves what people made alone."""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from agent.firms.demo.seed import DEMO, TENANT, ZONE, monday_of
from memory.store import Store, TenantSession
from memory.tables.booking import Booking, BookingStaff, Occupancy, Staff
from memory.tables.identity import Tenant
from memory.tables.leads import Lead, Note


def roll(store: Store, *, now: dt.datetime) -> int:
    """Bring the rows that nobody has touched to this week; gives the number of weeks they moved."""
    monday = monday_of(now)
    with store.session(TENANT) as session:
        tenant = session.scalars(sa.select(Tenant).where(Tenant.id == TENANT)).one()
        seeded = dt.date.fromisoformat(str(tenant.settings["demo_monday"]))
        weeks = (monday - seeded).days // 7
        if weeks <= 0:
            return 0
        _bookings(session, weeks)
        _leads(session, weeks)
        for note in session.scalars(sa.select(Note).where(Note.origin == DEMO)):
            note.at = later(note.at, weeks)
    # The tenant's row is only written across tenants: firms may not change their own settings here.
    with store.system() as session:
        tenant = session.scalars(sa.select(Tenant).where(Tenant.id == TENANT)).one()
        tenant.settings = {**tenant.settings, "demo_monday": monday.isoformat()}
    return weeks


def later(instant: dt.datetime, weeks: int, zone: ZoneInfo = ZONE) -> dt.datetime:
    """The same wall time some weeks on, whatever the clocks did in between."""
    local = instant.astimezone(zone)
    day = local.date() + dt.timedelta(weeks=weeks)
    return dt.datetime.combine(day, local.time(), zone).astimezone(dt.UTC)


def _bookings(session: TenantSession, weeks: int) -> None:
    untouched = sa.select(Booking).where(Booking.origin == DEMO, Booking.version == 1)
    rows = session.scalars(untouched.order_by(Booking.starts_at.desc())).all()
    ours = {row.id for row in rows}
    for row in rows:
        lasts = row.ends_at - row.starts_at
        starts = later(row.starts_at, weeks)
        if _taken(session, row.id, starts, starts + lasts, ours):
            continue
        row.starts_at, row.ends_at = starts, starts + lasts
        row.created_at = later(row.created_at, weeks)
        for taken in session.scalars(sa.select(Occupancy).where(Occupancy.booking_id == row.id)):
            taken.blocks_from, taken.blocks_to = starts, starts + lasts
        # The latest first, and one by one: the guard against double booking looks at every row.
        session.flush()


def _taken(
    session: TenantSession, booking: str, starts: dt.datetime, ends: dt.datetime, ours: set[str]
) -> bool:
    """Whether somebody's own booking now stands where a demo row would go."""
    people = (
        sa.select(Staff.resource_no)
        .join(BookingStaff, BookingStaff.staff_id == Staff.id)
        .where(BookingStaff.booking_id == booking)
    )
    found = session.scalars(
        sa.select(Occupancy.booking_id).where(
            Occupancy.live.is_(True),
            Occupancy.resource_no.in_(people),
            Occupancy.blocks_from < ends,
            Occupancy.blocks_to > starts,
        )
    )
    return any(other not in ours for other in found)


def _leads(session: TenantSession, weeks: int) -> None:
    untouched = sa.select(Lead).where(Lead.origin == DEMO, Lead.version == 1)
    for row in session.scalars(untouched):
        row.received_at = later(row.received_at, weeks)
        row.last_inbound_at = row.last_inbound_at and later(row.last_inbound_at, weeks)
        row.last_outbound_at = row.last_outbound_at and later(row.last_outbound_at, weeks)
        row.created_at = later(row.created_at, weeks)
