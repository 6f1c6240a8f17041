"""Looking for free times."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, ClassVar

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from memory.tables.booking import Booking, Service
from tools.booking import rules, shown
from tools.booking.planning import people_named
from tools.booking.service import DAY, Job, Slot, diary, job_of, slots_on
from tools.cards import Card, ChoicesCard, Option
from tools.errors import Rejected
from tools.kit import EVERYONE, Context, Query, Result, Role
from tools.lookup import find_service
from tools.refs import Day, Hours, ServiceRef, StaffRef
from tools.times import as_wire, span_of
from tools.values.moments import say_date, say_instant

SEARCHED = 60  # days to look for a free time before giving up
OFFERED = 5
NOON = dt.time(12)


class SlotFound(BaseModel):
    """A free time: its start and end with offset, as people say it, and who would come."""

    model_config = ConfigDict(frozen=True)

    start: str
    end: str
    when: str
    staff: str


class SlotsFound(Result):
    """Free times for one service, the earliest first."""

    service: str
    slots: tuple[SlotFound, ...]
    title: str
    bookable: bool

    def as_card(self) -> Card | None:
        """Buttons that start a booking at one of the times."""
        options = tuple(
            Option(
                label=f"{slot.when} ({slot.staff})",
                tool="book" if self.bookable else None,
                args={"service": self.service, "start": slot.start} if self.bookable else {},
            )
            for slot in self.slots
        )
        return ChoicesCard(title=self.title, options=options) if options else None


class FindSlots(Query):
    """Find the next free times for a service, by who is free and can do it."""

    service: ServiceRef | None = None
    """What is to be done. Left out: what is booked most."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    """The day or period to look in: "tomorrow", "next week", "Friday afternoon"."""

    to: Day | None = None
    """The last day to look at."""

    staff: StaffRef | None = None
    """Only when this person is free."""

    hours: Hours | None = None
    """How long the job takes on site."""

    roles: ClassVar[frozenset[Role]] = EVERYONE

    def run(self, ctx: Context) -> SlotsFound:
        service = find_service(ctx, self.service) if self.service else _usual_service(ctx)
        people = people_named(ctx, self.staff)
        job = job_of(service, hours=self.hours, crew=max(service.crew, len(people)))
        among = frozenset(person.id for person in people)
        since, until = period_of(ctx, self.from_, self.to, days=SEARCHED)
        slots = _some_slots(ctx, job, among, since=since, until=until)
        named = shown.service_name(service, ctx.language)
        summary = _slots_summary(ctx, job, slots, named)
        if not slots:
            slots = _some_slots(ctx, job, among, since=until, until=until + DAY * SEARCHED)
            summary = _later_summary(ctx, slots, since, named)
        return SlotsFound(
            summary=summary,
            service=service.id,
            slots=tuple(_slot(ctx, slot) for slot in slots),
            title=ctx.say(f"Free times: {named}", f"Ledige tider: {named}"),
            bookable=ctx.actor.role in ("owner", "staff", "customer"),
        )


def _usual_service(ctx: Context) -> Service:
    """The service that is booked most."""
    booked = sa.select(sa.func.count()).where(Booking.service_id == Service.id).scalar_subquery()
    order = sa.select(Service).where(Service.active).order_by(booked.desc(), Service.code)
    found = ctx.session.scalars(order.limit(1)).first()
    if found is None:
        raise Rejected(ctx.say("There are no services yet.", "Der er ingen ydelser endnu."))
    return found


def _some_slots(
    ctx: Context, job: Job, among: frozenset[str], *, since: dt.datetime, until: dt.datetime
) -> list[Slot]:
    """Up to five free times, at most two a day: the first of the morning and of the afternoon."""
    zone = ctx.firm.zone
    since = max(since, ctx.now)
    first, last = (
        since.astimezone(zone).date(),
        (until - dt.timedelta(seconds=1)).astimezone(zone).date(),
    )
    last = min(last, first + DAY * SEARCHED)
    page = diary(ctx.session, ctx.firm, first=first, last=max(first, last))
    chosen: list[Slot] = []
    for away in range((last - first).days + 1):
        day = first + DAY * away
        free = [
            slot
            for slot in slots_on(page, job, day, after=ctx.now, among=among)
            if since <= slot.span.start and slot.span.end <= until
        ]
        chosen += _morning_and_afternoon(free, ctx)
        if len(chosen) >= OFFERED:
            break
    return chosen[:OFFERED]


def _morning_and_afternoon(free: Sequence[Slot], ctx: Context) -> list[Slot]:
    late = [slot for slot in free if slot.span.start.astimezone(ctx.firm.zone).time() >= NOON]
    return list({slot.span.start: slot for slot in (*free[:1], *late[:1])}.values())


def _slot(ctx: Context, slot: Slot) -> SlotFound:
    return SlotFound(
        start=as_wire(ctx, slot.span.start),
        end=as_wire(ctx, slot.span.end),
        when=shown.when(ctx, slot.span.start, slot.span.end),
        staff=shown.names(slot.people),
    )


def _slots_summary(ctx: Context, job: Job, slots: Sequence[Slot], named: str) -> str:
    length = shown.hours(job.minutes, ctx.language)
    times = "; ".join(say_instant(slot.span.start, ctx.firm.zone, ctx.language) for slot in slots)
    return ctx.say(
        f"Free for {named} ({length}): {times}.", f"Ledigt til {named} ({length}): {times}."
    )


def _later_summary(ctx: Context, slots: Sequence[Slot], since: dt.datetime, named: str) -> str:
    day = say_date(since.astimezone(ctx.firm.zone).date(), ctx.language)
    if not slots:
        return ctx.say(
            f"Nothing is free for {named} then or in the weeks after.",
            f"Der er ikke noget ledigt til {named} da eller i ugerne efter.",
        )
    first = say_instant(slots[0].span.start, ctx.firm.zone, ctx.language)
    return ctx.say(
        f"Nothing is free for {named} in the period from {day}. The first free time after it is {first}.",
        f"Der er ikke noget ledigt til {named} i perioden fra {day}. Den første ledige tid derefter er {first}.",
    )


def period_of(
    ctx: Context, first: str | None, last: str | None, *, days: int
) -> tuple[dt.datetime, dt.datetime]:
    """From and until in UTC: what was said, else `days` from the start of today."""
    since = rules.instant(ctx.today, dt.time(), ctx.firm.zone)
    until = since + DAY * days
    if first:
        since, until = span_of(ctx, first, field="from")
    if last:
        until = span_of(ctx, last, field="to")[1]
    if until <= since:
        message = ctx.say(
            "The period ends before it begins.", "Perioden slutter, før den begynder."
        )
        raise Rejected(message, fields={"to": message})
    return since, until
