"""Looking at what is sold, and into the diary."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import sqlalchemy as sa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from memory.tables.booking import Booking, BookingStaff, Service
from tools.booking import shown
from tools.booking.free_times import period_of
from tools.booking.planning import people_named
from tools.booking.service import Visit, visits
from tools.cards import Card, Cell, Moment, TableCard, TimelineCard
from tools.kit import EVERYONE, Context, From, Query, Result, Role
from tools.lookup import find_customer
from tools.matching import called
from tools.refs import CustomerRef, Day, Search, StaffRef
from tools.scope import sees_booking
from tools.times import as_wire
from tools.values.moments import say_date, say_instant, say_time
from tools.values.text import fold

Status = Literal["held", "confirmed", "in_progress", "completed", "cancelled", "no_show"]
AHEAD = 14  # days that a look at the diary covers unless a period is said
SHOWN = 50
_BEGINNING = 4  # letters that two words must share to be near each other


def read_status(said: object) -> object:
    """A status as people say it ("aflyste", "in progress"), by its name; anything else unchanged."""
    if not isinstance(said, str):
        return said
    plain = fold(said)
    for status, names in shown.STATUSES.items():
        if plain == status or any(plain.startswith(fold(name)[:-1]) for name in names):
            return status
    return plain


class Found(BaseModel):
    """A row of a result."""

    model_config = ConfigDict(frozen=True)


class ServiceFound(Found):
    """A service as it is sold: names, price per person and hour as text, usual length in minutes."""

    id: str
    code: str
    name: str
    price: str
    minutes: int
    crew: int


class ServicesFound(Result):
    """The firm's services."""

    services: tuple[ServiceFound, ...]
    title: str
    columns: tuple[str, ...]

    def as_card(self) -> Card | None:
        """A table of names, prices and lengths."""
        rows = tuple(
            (Cell(text=row.name), Cell(text=row.price), Cell(text=f"{row.minutes} min"))
            for row in self.services
        )
        return TableCard(title=self.title, columns=self.columns, rows=rows, total=len(rows))


class FindServices(Query):
    """List what the firm offers, with prices and usual lengths."""

    query: Search | None = None
    """Words of the service's name."""

    roles: ClassVar[frozenset[Role]] = EVERYONE

    def run(self, ctx: Context) -> ServicesFound:
        every = list(
            ctx.session.scalars(sa.select(Service).where(Service.active).order_by(Service.code))
        )
        rows, like = every, True
        if self.query:
            rows = list(called(every, self.query, lambda row: (row.name_en, row.name_da)).rows)
            rows = rows or nearest_services(every, self.query)
            rows, like = rows or every, bool(rows)
        found = tuple(_service(ctx, row) for row in rows)
        summary = _counted(ctx, len(found))
        if found:
            summary += ": " + ", ".join(row.name for row in found)
        if self.query and like and len(found) == 1:
            summary = _costs(ctx, found[0])
        if not like:
            told = ctx.say(
                f"No service is called “{self.query}”.", f"Ingen ydelse hedder “{self.query}”."
            )
            summary = f"{told} {summary}"
        return ServicesFound(
            summary=f"{summary}.",
            services=found,
            title=ctx.say("Services", "Ydelser"),
            columns=(
                ctx.say("Service", "Ydelse"),
                ctx.say("Per person and hour", "Pr. person og time"),
                ctx.say("Usually", "Normalt"),
            ),
        )


def nearest_services(services: Sequence[Service], query: str) -> list[Service]:
    """The services whose names share the most word beginnings with the query: “windows” is near “window cleaning”."""
    said = [word for word in fold(query).split() if len(word) >= _BEGINNING]

    def shared(row: Service) -> int:
        names = f"{fold(row.name_en)} {fold(row.name_da)}".split()
        return sum(any(name[:_BEGINNING] == word[:_BEGINNING] for name in names) for word in said)

    most = max((shared(row) for row in services), default=0)
    return [row for row in services if most and shared(row) == most]


def _costs(ctx: Context, row: ServiceFound) -> str:
    """The price first: it is what is asked for when one service is named."""
    hours = shown.hours(row.minutes, ctx.language)
    return ctx.say(
        f"{row.name} costs {row.price} an hour per person, and usually takes {hours}",
        f"{row.name} koster {row.price} i timen pr. person og tager normalt {hours}",
    )


def _counted(ctx: Context, count: int) -> str:
    if count == 1:
        return ctx.say("1 service", "1 ydelse")
    return ctx.say(f"{count} services", f"{count} ydelser")


def _service(ctx: Context, row: Service) -> ServiceFound:
    return ServiceFound(
        id=row.id,
        code=row.code,
        name=shown.service_name(row, ctx.language),
        price=shown.price(
            row.price_minor,
            currency=ctx.firm.currency,
            language=ctx.language,
            with_vat=row.prices_include_vat,
        ),
        minutes=row.minutes,
        crew=row.crew,
    )


class BookingFound(Found):
    """One booking: instants with offset, and as people say them."""

    id: str
    number: int
    customer_id: str
    customer: Annotated[str, From("customer")]
    service: str
    start: str
    end: str
    when: str
    staff: str
    address: Annotated[str, From("customer")]
    status: str
    status_shown: str
    note: Annotated[str | None, From("customer")]


class BookingsFound(Result):
    """Bookings in order of time. `total` counts those of the whole period, also where fewer are shown."""

    bookings: tuple[BookingFound, ...]
    total: int
    title: str
    columns: tuple[str, ...]
    one_day: bool

    def as_card(self) -> Card | None:
        """A timeline for one day, a table for several."""
        if not self.bookings:
            return None
        if self.one_day:
            moments = tuple(
                Moment(
                    at=f"{_clock(row.start)}–{_clock(row.end)}",
                    title=f"#{row.number} {row.customer}",
                    text=", ".join((row.service, row.staff, row.address, row.status_shown)),
                )
                for row in self.bookings
            )
            return TimelineCard(title=self.title, moments=moments)
        rows = tuple(
            tuple(
                Cell(text=text)
                for text in (
                    f"#{row.number}",
                    row.when,
                    row.customer,
                    row.service,
                    row.staff,
                    row.status_shown,
                )
            )
            for row in self.bookings
        )
        return TableCard(title=self.title, columns=self.columns, rows=rows, total=self.total)


class FindBookings(Query):
    """Look in the diary: bookings of a period, a customer, an employee or a status. Otherwise the next two weeks."""

    customer: CustomerRef | None = None
    """Only this customer's."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    """The day or period: "tomorrow", "this week"; with `to` the first day."""

    to: Day | None = None
    """The last day."""

    staff: StaffRef | None = None
    """Only what this person does."""

    status: Annotated[Status | None, BeforeValidator(read_status)] = None
    """Only bookings in this status."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "crew", "customer"})

    def run(self, ctx: Context) -> BookingsFound:
        since, until = period_of(ctx, self.from_, self.to, days=AHEAD)
        chosen = sa.select(Booking).where(
            sees_booking(ctx), Booking.starts_at >= since, Booking.starts_at < until
        )
        chosen = self._narrowed(ctx, chosen)
        total = ctx.session.scalar(chosen.with_only_columns(sa.func.count(Booking.id))) or 0
        rows = visits(ctx.session, chosen.order_by(Booking.starts_at, Booking.number).limit(SHOWN))
        period = _said_period(ctx, since, until)
        return BookingsFound(
            summary=_bookings_summary(ctx, rows, total, period),
            bookings=tuple(_booking(ctx, visit) for visit in rows),
            total=total,
            title=ctx.say(f"Bookings {period}", f"Bookinger {period}"),
            columns=(
                ctx.say("No.", "Nr."),
                ctx.say("When", "Hvornår"),
                ctx.say("Customer", "Kunde"),
                ctx.say("Service", "Ydelse"),
                ctx.say("Who", "Hvem"),
                "Status",
            ),
            one_day=until - since <= dt.timedelta(hours=25),
        )

    def _narrowed(self, ctx: Context, chosen: sa.Select[Booking]) -> sa.Select[Booking]:
        if self.customer:
            chosen = chosen.where(Booking.customer_id == find_customer(ctx, self.customer).id)
        if self.staff:
            ids = [person.id for person in people_named(ctx, self.staff)]
            theirs = sa.select(BookingStaff.booking_id).where(BookingStaff.staff_id.in_(ids))
            chosen = chosen.where(Booking.id.in_(theirs))
        if self.status:
            return chosen.where(Booking.status == self.status)
        return chosen.where(Booking.status != "cancelled")


def _booking(ctx: Context, visit: Visit) -> BookingFound:
    row = visit.booking
    return BookingFound(
        id=row.id,
        number=row.number,
        customer_id=visit.customer.id,
        customer=visit.customer.name,
        service=shown.service_name(visit.service, ctx.language),
        start=as_wire(ctx, row.starts_at),
        end=as_wire(ctx, row.ends_at),
        when=shown.when(ctx, row.starts_at, row.ends_at),
        staff=shown.names(visit.people),
        address=row.address,
        status=row.status,
        status_shown=shown.status_name(row.status, ctx.language),
        note=row.note,
    )


def _bookings_summary(ctx: Context, rows: Sequence[Visit], total: int, period: str) -> str:
    if not rows:
        return ctx.say(f"No bookings {period}.", f"Ingen bookinger {period}.")
    first = rows[0]
    at = say_instant(first.booking.starts_at, ctx.firm.zone, ctx.language)
    count = ctx.say(
        f"{total} booking{'' if total == 1 else 's'} {period}.",
        f"{total} booking{'' if total == 1 else 'er'} {period}.",
    )
    number = first.booking.number
    return count + ctx.say(
        f" First: #{number}, {first.customer.name}, {at}.",
        f" Først: #{number}, {first.customer.name}, {at}.",
    )


def _said_period(ctx: Context, since: dt.datetime, until: dt.datetime) -> str:
    zone = ctx.firm.zone
    first = since.astimezone(zone).date()
    last = (until - dt.timedelta(seconds=1)).astimezone(zone).date()
    start, end = say_date(first, ctx.language), say_date(last, ctx.language)
    if first == last:
        return ctx.say(f"on {start}", start)
    return ctx.say(f"from {start} to {end}", f"fra {start} til {end}")


def _clock(wire: str) -> str:
    return say_time(dt.datetime.fromisoformat(wire).time())
