"""Services, staff, opening hours, bookings, and the rows that say which resource is taken when."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from memory.tables.base import Base, TenantOwned, belongs_to, key


class Service(TenantOwned, Base):
    """Something the firm sells, with its name in both languages. A job lasts m² x coefficient
    hours, else the default.
    """

    __tablename__ = "services"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    id: Mapped[str] = key()
    code: Mapped[str]
    name_en: Mapped[str]
    name_da: Mapped[str]
    price_minor: Mapped[int]  # per person and hour, in minor units
    prices_include_vat: Mapped[bool] = mapped_column(default=True)
    minutes: Mapped[int]  # the default length
    hours_per_m2: Mapped[str | None]  # a decimal, kept as text
    crew: Mapped[int] = mapped_column(default=1)
    buffer_minutes: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    origin: Mapped[str] = mapped_column(sa.String(16), default="person")
    version: Mapped[int] = mapped_column(default=1)


class Staff(TenantOwned, Base):
    """A person who does the jobs. `resource_no` is the number that occupancy is counted by."""

    __tablename__ = "staff"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "resource_no"),
        sa.UniqueConstraint("tenant_id", "name"),
    )

    id: Mapped[str] = key()
    resource_no: Mapped[int]
    name: Mapped[str]
    email: Mapped[str | None]
    # weekday (0 Monday) → [["08:00", "17:00"], …]; None: the firm's hours
    hours: Mapped[dict[str, Any] | None]
    # service code → true; empty: every service
    skills: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    origin: Mapped[str] = mapped_column(sa.String(16), default="person")
    version: Mapped[int] = mapped_column(default=1)


class OpeningHours(TenantOwned, Base):
    """The firm's hours on one weekday (0 Monday), or closed."""

    __tablename__ = "opening_hours"

    id: Mapped[str] = key()  # the weekday, "0" to "6"
    opens: Mapped[str | None] = mapped_column(sa.String(5))
    closes: Mapped[str | None] = mapped_column(sa.String(5))


class ClosedDay(TenantOwned, Base):
    """A date on which the firm is closed besides public holidays."""

    __tablename__ = "closed_days"

    id: Mapped[str] = key()  # the date, ISO 8601
    reason: Mapped[str | None]


class Booking(TenantOwned, Base):
    """A job at a place and time; the agreed local time and its zone are kept beside the instants."""

    __tablename__ = "bookings"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "number"),
        sa.Index("ix_bookings_start", "tenant_id", "starts_at"),
        sa.Index("ix_bookings_customer", "tenant_id", "customer_id", "starts_at"),
        belongs_to("customer_id", "customers"),
        belongs_to("service_id", "services"),
        sa.UniqueConstraint("tenant_id", "external_id"),
    )

    id: Mapped[str] = key()
    number: Mapped[int]
    customer_id: Mapped[str] = mapped_column(sa.String(64))
    service_id: Mapped[str] = mapped_column(sa.String(64))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    zone: Mapped[str]
    address: Mapped[str]
    m2: Mapped[int | None]
    persons: Mapped[int] = mapped_column(default=1)
    price_minor: Mapped[int]
    # held | confirmed | in_progress | completed | cancelled | no_show
    status: Mapped[str] = mapped_column(sa.String(16))
    cancel_reason: Mapped[str | None]
    actual_minutes: Mapped[int | None]
    note: Mapped[str | None]
    uid: Mapped[str]  # the calendar UID, stable over changes
    sequence: Mapped[int] = mapped_column(default=0)
    external_id: Mapped[str | None]
    origin: Mapped[str] = mapped_column(sa.String(16), default="person")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class BookingStaff(TenantOwned, Base):
    """Who does a booking."""

    __tablename__ = "booking_staff"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "booking_id", "staff_id"),
        sa.Index("ix_booking_staff_staff", "tenant_id", "staff_id"),
        belongs_to("booking_id", "bookings", ondelete="CASCADE"),
        belongs_to("staff_id", "staff"),
    )

    id: Mapped[str] = key()
    booking_id: Mapped[str] = mapped_column(sa.String(64))
    staff_id: Mapped[str] = mapped_column(sa.String(64))


class Occupancy(TenantOwned, Base):
    """One resource taken from one instant to another (half-open, buffers included) while `live`.

    No two live rows of a tenant's resource may overlap: PostgreSQL's exclusion constraint and
    SQLite's triggers, both named ex_booking_overlap, refuse the second one.
    """

    __tablename__ = "occupancy"
    __table_args__ = (
        sa.Index("ix_occupancy_resource", "tenant_id", "resource_no", "blocks_from"),
        sa.CheckConstraint("blocks_from < blocks_to", name="forward"),
        belongs_to("booking_id", "bookings", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tenant_no"],
            ["tenants.id", "tenants.number"],
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    id: Mapped[str] = key()
    booking_id: Mapped[str] = mapped_column(sa.String(64))
    tenant_no: Mapped[int]  # the tenant's number: a range of it excludes without any extension
    resource_no: Mapped[int]
    blocks_from: Mapped[dt.datetime]
    blocks_to: Mapped[dt.datetime]
    live: Mapped[bool] = mapped_column(default=True)


class CalendarFeed(TenantOwned, Base):
    """A secret address at which a calendar can be read as .ics; only the hash of its token is
    kept.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (sa.Index("ix_calendar_feeds_token_hash", "token_hash", unique=True),)

    id: Mapped[str] = key()
    owner_id: Mapped[str] = mapped_column(sa.String(64))
    staff_id: Mapped[str | None] = mapped_column(sa.String(64))
    token_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
