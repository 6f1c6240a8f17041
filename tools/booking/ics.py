"""Bookings as iCalendar: one for a customer's mail, and feeds for the firm and its people."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Literal

import icalendar
import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.booking import Booking, BookingStaff, CalendarFeed
from memory.tables.identity import User
from tools.booking.service import Visit, visits
from tools.kit import OFFICE, Firm

PRODUCT = "-//Friday//Bookings//EN"
PAST = dt.timedelta(days=60)  # a feed reaches this far back …
AHEAD = dt.timedelta(days=400)  # … and this far ahead, so that it stays small for years
_STATUS = {"held": "TENTATIVE", "cancelled": "CANCELLED", "no_show": "CANCELLED"}


def uid_of(booking_id: str) -> str:
    """A booking's calendar UID: the same through every change of it."""
    return f"{booking_id}@friday"


def invitation(visit: Visit, *, firm: Firm, language: Literal["en", "da"]) -> str:
    """One booking for its customer, as a published calendar: no attendees, so nobody is asked to answer."""
    return _calendar([_event(visit, _title(visit, firm.name, language), firm)]).decode()


def feed(session: TenantSession, firm: Firm, staff_id: str | None, now: dt.datetime) -> bytes:
    """The firm's bookings, or one person's, around `now`: what was cancelled says so."""
    chosen = (
        sa.select(Booking)
        .where(Booking.starts_at >= now - PAST, Booking.starts_at < now + AHEAD)
        .order_by(Booking.starts_at, Booking.id)
    )
    if staff_id is not None:
        own = sa.select(BookingStaff.booking_id).where(BookingStaff.staff_id == staff_id)
        chosen = chosen.where(Booking.id.in_(own))
    events = [
        _event(visit, _title(visit, visit.customer.name, firm.language), firm)
        for visit in visits(session, chosen)
    ]
    return _calendar(events, name=firm.name)


def create_feed(
    session: TenantSession, *, owner_id: str, staff_id: str | None, now: dt.datetime
) -> tuple[CalendarFeed, str]:
    """A new secret address for the firm's calendar or one person's: the row, and the token that is shown once."""
    token = secrets.token_urlsafe(24)
    row = CalendarFeed(
        id=new_id("cal"),
        owner_id=owner_id,
        staff_id=staff_id,
        token_hash=_hash(token),
        created_at=now,
    )
    session.add(row)
    return row, token


def find_feed(session: TenantSession, token: str) -> CalendarFeed | None:
    """The feed that a token opens while its owner may still see it: the office any, others their own.

    The session is a system one: the token alone says whose it is.
    """
    owner = (User.tenant_id == CalendarFeed.tenant_id) & (User.id == CalendarFeed.owner_id)
    allowed = sa.or_(User.role.in_(OFFICE), User.staff_id == CalendarFeed.staff_id)
    return session.scalars(
        sa.select(CalendarFeed)
        .join(User, owner)
        .where(CalendarFeed.token_hash == _hash(token), User.suspended_at.is_(None), allowed)
    ).one_or_none()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _title(visit: Visit, with_whom: str, language: str) -> str:
    named = visit.service.name_da if language == "da" else visit.service.name_en
    return f"{named} #{visit.booking.number} – {with_whom}"


def _event(visit: Visit, title: str, firm: Firm) -> icalendar.Event:
    booking = visit.booking
    event = icalendar.Event()
    _put(event, "uid", booking.uid)
    _put(event, "sequence", booking.sequence)
    _put(event, "dtstamp", booking.updated_at)
    _put(event, "dtstart", booking.starts_at.astimezone(firm.zone))
    _put(event, "dtend", booking.ends_at.astimezone(firm.zone))
    _put(event, "summary", title)
    _put(event, "location", booking.address)
    _put(event, "description", ", ".join(person.name for person in visit.people))
    _put(event, "status", _STATUS.get(booking.status, "CONFIRMED"))
    if email := firm.settings.get("email"):
        _put(event, "organizer", f"mailto:{email}")
    return event


def _put(component: icalendar.Component, name: str, value: object) -> None:
    component.add(name, value)  # pyright: ignore[reportUnknownMemberType] its values are untyped


def _calendar(events: Iterable[icalendar.Event], *, name: str | None = None) -> bytes:
    calendar = icalendar.Calendar()
    _put(calendar, "prodid", PRODUCT)
    _put(calendar, "version", "2.0")
    _put(calendar, "method", "PUBLISH")
    if name:
        _put(calendar, "x-wr-calname", name)
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()
