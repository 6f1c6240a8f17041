"""The rules of booking over a session: who is free when, and which rows take a person's time."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.booking import (
    Booking,
    BookingStaff,
    ClosedDay,
    Occupancy,
    OpeningHours,
    Service,
    Staff,
)
from memory.tables.leads import Customer, Lead, LeadChange
from tools.booking import rules
from tools.booking.rules import Calendar, Span
from tools.kit import Firm

NOTICE_HOURS = 24  # how late a customer may still cancel freely, unless the firm says otherwise
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Diary:
    """Who works when over some days, and when they are taken, by resource number."""

    calendar: Calendar
    people: tuple[Staff, ...]
    busy: Mapping[int, tuple[Span, ...]]

    def openings(self, person: Staff, day: dt.date) -> list[Span]:
        """When this person works on `day`."""
        return rules.openings(day, self.calendar, rules.hours_of(person.hours))

    def jobs_on(self, person: Staff, day: dt.date) -> int:
        """How many jobs this person has on `day`."""
        whole = Span(
            rules.instant(day, dt.time(), self.calendar.zone),
            rules.instant(day + DAY, dt.time(), self.calendar.zone),
        )
        return sum(1 for span in self.busy.get(person.resource_no, ()) if span.overlaps(whole))

    def is_free(self, person: Staff, job: Span, *, buffer: dt.timedelta) -> bool:
        """Whether this person works then and has nothing else."""
        return rules.is_free(
            job,
            buffer=buffer,
            opened=self.openings(person, _day_of(job, self.calendar)),
            busy=self.busy.get(person.resource_no, ()),
        )


@dataclass(frozen=True)
class Job:
    """What has to fit somewhere: a service, its length in minutes and how many people it takes."""

    service: Service
    minutes: int
    crew: int

    @property
    def lasts(self) -> dt.timedelta:
        """How long it takes on site."""
        return dt.timedelta(minutes=self.minutes)

    @property
    def buffer(self) -> dt.timedelta:
        """The time that its people need behind it."""
        return dt.timedelta(minutes=self.service.buffer_minutes)

    @property
    def price_minor(self) -> int:
        """What it costs, in the mode (with or without VAT) of its service."""
        return rules.price_of_job(
            persons=self.crew, minutes=self.minutes, hourly_minor=self.service.price_minor
        )

    def at(self, start: dt.datetime) -> Span:
        """The job when it starts then."""
        return Span(start, start + self.lasts)


@dataclass(frozen=True)
class Slot:
    """A time at which a job fits, with the people who would do it."""

    span: Span
    people: tuple[Staff, ...]


@dataclass(frozen=True)
class Visit:
    """A booking with the rows around it."""

    booking: Booking
    customer: Customer
    service: Service
    people: tuple[Staff, ...]

    @property
    def minutes(self) -> int:
        """The agreed length on site."""
        return int((self.booking.ends_at - self.booking.starts_at).total_seconds()) // 60

    @property
    def span(self) -> Span:
        """From its agreed start to its agreed end."""
        return Span(self.booking.starts_at, self.booking.ends_at)


def job_of(
    service: Service,
    *,
    hours: Decimal | None = None,
    m2: int | None = None,
    crew: int | None = None,
) -> Job:
    """The job that these wishes make of a service."""
    people = crew or service.crew
    minutes = rules.minutes_of_job(
        hours=hours,
        m2=m2,
        hours_per_m2=Decimal(service.hours_per_m2) if service.hours_per_m2 else None,
        default_minutes=service.minutes,
        usual_crew=service.crew,
        crew=people,
    )
    return Job(service=service, minutes=minutes, crew=people)


def calendar_of(session: TenantSession, firm: Firm) -> Calendar:
    """The firm's opening hours and closed days as they are now."""
    week = {
        int(row.id): [(rules.clock(row.opens), rules.clock(row.closes))]
        for row in session.scalars(sa.select(OpeningHours))
        if row.opens and row.closes
    }
    closed = {
        dt.date.fromisoformat(row.id): row.reason or ""
        for row in session.scalars(sa.select(ClosedDay))
    }
    return Calendar(zone=firm.zone, country=firm.country, week=week, closed=closed)


def diary(
    session: TenantSession,
    firm: Firm,
    *,
    first: dt.date,
    last: dt.date,
    without: str | None = None,
) -> Diary:
    """Everybody's time from `first` to `last`, both included; `without` is a booking that does not count."""
    since = rules.instant(first, dt.time(), firm.zone)
    until = rules.instant(last + DAY, dt.time(), firm.zone)
    taken = sa.select(Occupancy.resource_no, Occupancy.blocks_from, Occupancy.blocks_to).where(
        Occupancy.live, Occupancy.blocks_from < until, Occupancy.blocks_to > since
    )
    if without is not None:
        taken = taken.where(Occupancy.booking_id != without)
    busy: dict[int, tuple[Span, ...]] = {}
    for resource, start, end in session.execute(taken.order_by(Occupancy.blocks_from)):
        busy[resource] = (*busy.get(resource, ()), Span(start, end))
    people = session.scalars(sa.select(Staff).where(Staff.active).order_by(Staff.name))
    return Diary(calendar=calendar_of(session, firm), people=tuple(people), busy=busy)


def is_skilled(person: Staff, service: Service) -> bool:
    """Whether this person does this service; nobody's skills listed means everything."""
    return not person.skills or bool(person.skills.get(service.code))


def free_people(page: Diary, job: Job, start: dt.datetime) -> list[Staff]:
    """Who could do the job then: fewest jobs that day first, then by name."""
    span = job.at(start)
    day = _day_of(span, page.calendar)
    free = [
        person
        for person in page.people
        if is_skilled(person, job.service) and page.is_free(person, span, buffer=job.buffer)
    ]
    return sorted(free, key=lambda person: (page.jobs_on(person, day), person.name))


def team(free: Sequence[Staff], *, crew: int, among: Collection[str] = ()) -> tuple[Staff, ...]:
    """`crew` people out of those who are free, everybody in `among` (ids) for sure; empty when there are too few."""
    named = [person for person in free if person.id in among]
    others = [person for person in free if person.id not in among]
    chosen = [*named, *others][:crew]
    return tuple(chosen) if len(named) == len(among) and len(chosen) == crew else ()


def slots_on(
    page: Diary, job: Job, day: dt.date, *, after: dt.datetime, among: Collection[str] = ()
) -> Iterator[Slot]:
    """The times of `day`, later than `after`, at which enough people are free, and everybody in `among`."""
    crew = max(job.crew, len(among))
    opened = rules.openings(day, page.calendar)
    for start in rules.starts(day, page.calendar.zone, opened, lasts=job.lasts):
        if start <= after:
            continue
        if people := team(free_people(page, job, start), crew=crew, among=among):
            yield Slot(span=job.at(start), people=people)


def _day_of(span: Span, calendar: Calendar) -> dt.date:
    return span.start.astimezone(calendar.zone).date()


def occupy(
    session: TenantSession,
    firm: Firm,
    booking: Booking,
    people: Iterable[Staff],
    *,
    buffer: dt.timedelta,
) -> None:
    """Take these people's time for a booking, in the order of their numbers so that two crews cannot deadlock.

    Raises IntegrityError (see memory.store.is_overlap) when one of them has just been taken.
    """
    for person in sorted(people, key=lambda each: each.resource_no):
        session.add(BookingStaff(id=new_id("bst"), booking_id=booking.id, staff_id=person.id))
        session.add(
            Occupancy(
                id=new_id("occ"),
                booking_id=booking.id,
                tenant_no=firm.number,
                resource_no=person.resource_no,
                blocks_from=booking.starts_at,
                blocks_to=booking.ends_at + buffer,
                live=True,
            )
        )
        session.flush()


def vacate(session: TenantSession, booking: Booking) -> None:
    """Give back the time of whoever does a booking, and who that was."""
    for table in (Occupancy, BookingStaff):
        session.execute(sa.delete(table).where(table.booking_id == booking.id))


def release(session: TenantSession, booking: Booking) -> None:
    """Let a booking no longer take time; who was to do it stays on record."""
    session.execute(
        sa.update(Occupancy).where(Occupancy.booking_id == booking.id).values(live=False)
    )


def visits(session: TenantSession, chosen: sa.Select[Booking]) -> list[Visit]:
    """The bookings of a query, in its order, with their customers, services and people."""
    bookings = list(session.scalars(chosen))
    customers = _by_id(session, Customer, {row.customer_id for row in bookings})
    services = _by_id(session, Service, {row.service_id for row in bookings})
    people = _people_of(session, [row.id for row in bookings])
    return [
        Visit(
            booking=row,
            customer=customers[row.customer_id],
            service=services[row.service_id],
            people=tuple(people.get(row.id, ())),
        )
        for row in bookings
    ]


def visit_of(session: TenantSession, booking: Booking) -> Visit:
    """One booking with the rows around it."""
    [found] = visits(session, sa.select(Booking).where(Booking.id == booking.id))
    return found


RowT = TypeVar("RowT", Customer, Service)


def _by_id(session: TenantSession, table: type[RowT], ids: Collection[str]) -> dict[str, RowT]:
    return {row.id: row for row in session.scalars(sa.select(table).where(table.id.in_(ids)))}


def _people_of(session: TenantSession, ids: Sequence[str]) -> dict[str, list[Staff]]:
    rows = session.execute(
        sa.select(BookingStaff.booking_id, Staff)
        .join(Staff, Staff.id == BookingStaff.staff_id)
        .where(BookingStaff.booking_id.in_(ids))
        .order_by(Staff.name)
    )
    found: dict[str, list[Staff]] = {}
    for booking_id, person in rows:
        found.setdefault(booking_id, []).append(person)
    return found


def win_leads(
    session: TenantSession, customer_id: str, *, actor_id: str, cause: str, now: dt.datetime
) -> list[str]:
    """A customer's open leads are won with the first completed booking; gives their names."""
    still_open = ("new", "contacted", "quoted", "scheduled")
    leads = session.scalars(
        sa.select(Lead).where(Lead.customer_id == customer_id, Lead.status.in_(still_open))
    ).all()
    for lead in leads:
        session.add(
            LeadChange(
                id=new_id("lch"),
                lead_id=lead.id,
                before=lead.status,
                after="won",
                actor_id=actor_id,
                cause=cause,
                at=now,
            )
        )
        lead.status, lead.updated_at = "won", now
        lead.version += 1
    return [lead.name for lead in leads]
