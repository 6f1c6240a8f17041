"""Six lines to say that work for this person with what is in the store now."""

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from memory.tables.booking import (
    Booking,
    BookingStaff,
    ClosedDay,
    Occupancy,
    OpeningHours,
    Service,
    Staff,
)
from memory.tables.leads import Customer, Lead
from tools.kit import Context
from tools.scope import sees_booking
from tools.values.moments import say_date
from tools.values.workdays import is_working_day

COUNT = 6
START = dt.time(10)  # when the example of a booking begins
ROOM = dt.timedelta(hours=5)  # how much is kept free behind it, however long the job
LOOKED_AT = 40  # days

Line = tuple[str, str]
_FOR_ALL: Sequence[Line] = (
    ("what do you offer", "hvad tilbyder I"),
    ("free times for {service} next week", "ledige tider til {service} næste uge"),
)
_LINES: Mapping[str, Sequence[Line]] = {
    "office": (
        ("find leads in {city}", "find leads i {city}"),
        ("book {customer} for {service} on {when}", "book {customer} til {service} {when}"),
        ("show the bookings of this week", "vis bookinger i denne uge"),
        ("move booking {booking} to {then}", "flyt booking {booking} til {then}"),
        ("what is waiting for approval", "hvad venter på godkendelse"),
        ("show {customer}", "vis {customer}"),
        ("free times for {service} next week", "ledige tider til {service} næste uge"),
        ("find leads", "find leads"),
        ("find customers in {place}", "find kunder i {place}"),
        # What a firm without customers can begin with.
        ("new lead Karen Lund 20 12 34 56", "nyt lead Karen Lund 20 12 34 56"),
        ("what do you offer", "hvad tilbyder I"),
    ),
    "crew": (
        ("show my bookings this week", "vis mine bookinger i denne uge"),
        ("show my bookings tomorrow", "vis mine bookinger i morgen"),
        ("show my bookings today", "vis mine bookinger i dag"),
        ("complete booking {begun}", "meld booking {begun} udført"),
        *_FOR_ALL,
        ("show my bookings next week", "vis mine bookinger i næste uge"),
        ("free times this week", "ledige tider i denne uge"),
    ),
    "customer": (
        ("show my bookings", "vis mine bookinger"),
        ("book me for {service} on {when}", "book mig til {service} {when}"),
        ("move booking {booking} to {then}", "flyt booking {booking} til {then}"),
        ("cancel booking {booking}", "aflys booking {booking}"),
        *_FOR_ALL,
        ("free times tomorrow", "ledige tider i morgen"),
        ("free times this week", "ledige tider i denne uge"),
    ),
    "bookkeeper": (
        ("show {customer}", "vis {customer}"),
        ("find customers in {place}", "find kunder i {place}"),
        ("find customers", "find kunder"),
        *_FOR_ALL,
        ("free times tomorrow", "ledige tider i morgen"),
        ("free times this week", "ledige tider i denne uge"),
    ),
    "public": (
        *_FOR_ALL,
        ("free times tomorrow", "ledige tider i morgen"),
        ("what does {service} cost", "hvad koster {service}"),
        ("free times this week", "ledige tider i denne uge"),
        ("free times next week", "ledige tider næste uge"),
    ),
}
_KIND = {
    "owner": "office",
    "staff": "office",
    "system": "office",
    "crew": "crew",
    "customer": "customer",
    "bookkeeper": "bookkeeper",
}


def examples_for(ctx: Context) -> tuple[str, ...]:
    """At most six lines in the reader's language; a line whose record is not there is left out."""
    facts = _facts(ctx)
    said: list[str] = []
    for pair in _LINES[_KIND.get(ctx.actor.role, "public")]:
        line = ctx.say(*pair)
        if all("{" + name + "}" not in line for name in _NAMES if name not in facts):
            said.append(line.format_map(facts))
    return tuple(said[:COUNT])


_NAMES = ("city", "place", "customer", "service", "when", "then", "booking", "begun")


def _facts(ctx: Context) -> dict[str, str]:
    """What the lines may name, from the store; a name without a record is left out."""
    session = ctx.session
    service = session.scalars(_usual_service()).first()
    found: dict[str, str | None] = {
        "service": ctx.say(service.name_en, service.name_da).lower() if service else None,
        **_bookings(ctx, service),
    }
    if ctx.actor.role in ("owner", "staff", "bookkeeper", "system"):
        customer = sa.select(Customer).where(
            Customer.merged_into.is_(None), Customer.street.is_not(None)
        )
        row = session.scalars(customer.order_by(Customer.number).limit(1)).first()
        found["customer"] = row.name if row else None
        found["place"] = row.city if row else None
        cities = sa.select(Lead.city).where(Lead.city.is_not(None)).group_by(Lead.city)
        ranked = cities.order_by(sa.func.count().desc(), Lead.city).limit(1)
        found["city"] = session.scalars(ranked).first()
    return {name: value for name, value in found.items() if value}


def _usual_service() -> sa.Select[Service]:
    booked = sa.select(sa.func.count()).where(Booking.service_id == Service.id).scalar_subquery()
    return sa.select(Service).where(Service.active).order_by(booked.desc(), Service.code).limit(1)


def _bookings(ctx: Context, service: Service | None) -> dict[str, str | None]:
    """A booking ahead and when its people could do it instead, and one that has begun; only what this person sees."""
    own = sa.select(Booking).where(sees_booking(ctx), Booking.status == "confirmed")
    latest = own.order_by(Booking.starts_at.desc(), Booking.number).limit(1)
    ahead = ctx.session.scalars(latest.where(Booking.starts_at > ctx.now)).first()
    begun = ctx.session.scalars(latest.where(Booking.starts_at <= ctx.now)).first()
    people = _people(ctx)
    skilled = [
        each for each in people if not each.skills or (service and each.skills.get(service.code))
    ]
    return {
        "booking": str(ahead.number) if ahead else None,
        "begun": str(begun.number) if begun else None,
        "when": _time(ctx, skilled, everybody=False),
        "then": _time(ctx, _doing(ctx, ahead, people), everybody=True) if ahead else None,
    }


def _people(ctx: Context) -> list[Staff]:
    return list(ctx.session.scalars(sa.select(Staff).where(Staff.active).order_by(Staff.name)))


def _doing(ctx: Context, booking: Booking, people: Sequence[Staff]) -> list[Staff]:
    doing = sa.select(BookingStaff.staff_id).where(BookingStaff.booking_id == booking.id)
    ids = set(ctx.session.scalars(doing))
    return [person for person in people if person.id in ids]


def _time(ctx: Context, people: Sequence[Staff], *, everybody: bool) -> str | None:
    """The first working day from tomorrow on which they (all, or one of them) are free from ten on."""
    rows = ctx.session.scalars(sa.select(OpeningHours))
    week = {int(row.id): [[row.opens, row.closes]] for row in rows if row.opens and row.closes}
    closed = set(ctx.session.scalars(sa.select(ClosedDay.id)))
    enough = len(people) if everybody else 1
    for away in range(1, LOOKED_AT):
        day = ctx.today + dt.timedelta(days=away)
        works = is_working_day(day, country=ctx.firm.country) and day.isoformat() not in closed
        if not works or not people or not _covers(week.get(day.weekday())):
            continue
        if len(_free(ctx, people, day)) >= enough:
            return say_date(day, ctx.language) + ctx.say(" at 10:00", " kl. 10:00")
    return None


def _free(ctx: Context, people: Sequence[Staff], day: dt.date) -> list[Staff]:
    start = dt.datetime.combine(day, START, ctx.firm.zone).astimezone(dt.UTC)
    taken = sa.select(Occupancy.resource_no).where(
        Occupancy.live, Occupancy.blocks_from < start + ROOM, Occupancy.blocks_to > start
    )
    busy = set(ctx.session.scalars(taken))
    return [
        person
        for person in people
        if person.resource_no not in busy
        and (person.hours is None or _covers(person.hours.get(str(day.weekday()))))
    ]


def _covers(spans: Sequence[Sequence[str]] | None) -> bool:
    """Whether these hours of a day leave room for the example."""
    return any(opens <= "10:00" and closes >= "15:00" for opens, closes in spans or ())
