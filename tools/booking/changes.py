"""Moving and cancelling a booking that stands."""

import datetime as dt
from typing import ClassVar, Self

from sqlalchemy.exc import IntegrityError

from memory.store import is_overlap
from memory.tables.booking import Booking
from tools.booking import letters, rules, shown
from tools.booking.offering import Wish, offers
from tools.booking.planning import people_named, settle, settle_people
from tools.booking.service import (
    DAY,
    NOTICE_HOURS,
    Job,
    Visit,
    diary,
    free_people,
    occupy,
    release,
    vacate,
    visit_of,
)
from tools.booking.which import find_visit
from tools.cards import Preview
from tools.errors import Choice, Conflict, Rejected, Stale
from tools.kit import Action, Context, Effect, Receipt, Role
from tools.policy import Policy, confirm, review
from tools.refs import BookingRef, StaffRef, Text, When
from tools.times import as_wire, instant_of


class RescheduleBooking(Action):
    """Move a booking to another time, or give it to other people. The customer gets a mail with the new time."""

    booking: BookingRef
    """Which: its number, or the customer's name and day: "Jens Nygaard's booking on Friday"."""

    start: When | None = None
    """The new start: "Thursday at 11"; only a day keeps the time, only a time keeps the day."""

    staff: StaffRef | None = None
    """Who does it from now on; several names with commas. Left out: the same people."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "customer"})
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = confirm().for_role("customer", review("staff"))
    minutes_saved: ClassVar[int] = 5

    def resolve(self, ctx: Context) -> Self:
        visit = find_visit(ctx, self.booking)
        refuse_unless(ctx, visit, "cancelled")
        _refuse_past(ctx, visit, "moved", "flyttes")
        if self.start is None and self.staff is None:
            message = ctx.say(
                "Say the new time or who should do it.",
                "Sig den nye tid, eller hvem der skal gøre det.",
            )
            raise Rejected(message, fields={"start": message})
        known = self.model_copy(update={"booking": visit.booking.id})
        wish = known._wish(ctx, visit)
        start = visit.booking.starts_at
        if self.start is None:
            people = settle_people(ctx, wish, start)
        else:
            start, people = settle(ctx, wish, self.start, now_at=start)
        unchanged = {person.id for person in people} == {person.id for person in visit.people}
        if start == visit.booking.starts_at and unchanged:
            message = ctx.say("That is how it is booked already.", "Sådan er den allerede booket.")
            raise Rejected(message, fields={"start": message})
        ids = ", ".join(person.id for person in people)
        return known.model_copy(update={"start": as_wire(ctx, start), "staff": ids})

    def again(self, label: str, changed: dict[str, object]) -> Choice:
        """The same move with other arguments, as a button."""
        return Choice(label=label, tool=self.tool_name(), args={**self.as_args(), **changed})

    def preview(self, ctx: Context) -> Preview:
        visit = find_visit(ctx, self.booking)
        start, people = self._start(ctx, visit), people_named(ctx, self.staff)
        span = _job(visit).at(start)
        booking = visit.booking
        before = shown.when(ctx, booking.starts_at, booking.ends_at)
        at = shown.when(ctx, span.start, span.end)
        who = shown.names(sorted(people, key=lambda person: person.name))
        email = shown.main_email(ctx, visit.customer)
        return Preview(
            title=ctx.say(
                f"Move booking #{booking.number} for {visit.customer.name} to {at}",
                f"Flyt booking #{booking.number} for {visit.customer.name} til {at}",
            ),
            lines=(
                shown.line(ctx, "Customer", "Kunde", visit.customer.name),
                shown.line(
                    ctx, "Service", "Ydelse", shown.service_name(visit.service, ctx.language)
                ),
                shown.line(ctx, "When", "Hvornår", at, before=before),
                shown.line(ctx, "Who", "Hvem", who, before=shown.names(visit.people)),
                shown.line(ctx, "Where", "Hvor", booking.address),
            ),
            recipients=(email,) if email else (),
            preconditions=(
                *shown.letter_must_stay(ctx, visit),
                *shown.people_must_stay(ctx, people),
            ),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        visit = find_visit(ctx, self.booking)
        refuse_unless(ctx, visit, "cancelled")
        _refuse_past(ctx, visit, "moved", "flyttes")
        before = shown.when(ctx, visit.booking.starts_at, visit.booking.ends_at)
        kept = {
            "start": as_wire(ctx, visit.booking.starts_at),
            "staff": ", ".join(person.id for person in visit.people),
        }
        self._move(ctx, visit)
        moved = visit_of(ctx.session, visit.booking)
        letters.write(ctx, moved, letter="booking_moved", key=key, before=before)
        at = shown.when(ctx, moved.booking.starts_at, moved.booking.ends_at)
        return Receipt(
            title=ctx.say(
                f"Moved booking #{moved.booking.number} to {at}",
                f"Flyttede booking #{moved.booking.number} til {at}",
            ),
            lines=shown.visit_lines(ctx, moved),
            record={"booking": moved.booking.id},
            before=kept,
            reference=f"#{moved.booking.number}",
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        before = receipt.before
        if not before or dt.datetime.fromisoformat(before["start"]) <= ctx.now:
            return None
        return RescheduleBooking(booking=self.booking, start=before["start"], staff=before["staff"])

    def _wish(self, ctx: Context, visit: Visit) -> Wish:
        named = people_named(ctx, self.staff) or [each for each in visit.people if each.active]
        among = frozenset(person.id for person in named)
        return Wish(job=_job(visit), call=self.again, among=among, without=visit.booking.id)

    def _start(self, ctx: Context, visit: Visit) -> dt.datetime:
        if self.start is None:
            return visit.booking.starts_at
        return instant_of(ctx, self.start, field="start").astimezone(dt.UTC)

    def _move(self, ctx: Context, visit: Visit) -> None:
        job, start = _job(visit), self._start(ctx, visit)
        people = people_named(ctx, self.staff)
        day = start.astimezone(ctx.firm.zone).date()
        page = diary(
            ctx.session, ctx.firm, first=day - DAY, last=day + DAY, without=visit.booking.id
        )
        free = {person.id for person in free_people(page, job, start)}
        if start <= ctx.now or not all(person.id in free for person in people):
            raise self._taken(ctx, visit, start)
        booking = visit.booking
        try:
            with ctx.session.begin_nested():
                vacate(ctx.session, booking)
                booking.starts_at, booking.ends_at = start, start + job.lasts
                booking.persons = len(people)
                touch(booking, ctx.now)
                ctx.session.flush()
                occupy(ctx.session, ctx.firm, booking, people, buffer=job.buffer)
        except IntegrityError as error:
            if not is_overlap(error):
                raise
            raise self._taken(ctx, visit, start) from error

    def _taken(self, ctx: Context, visit: Visit, start: dt.datetime) -> Stale:
        message = ctx.say(
            "The new time is no longer free. Nothing was moved.",
            "Den nye tid er ikke længere ledig. Der er ikke flyttet noget.",
        )
        wanted = max(start, ctx.now)
        return Stale(message, choices=offers(ctx, self._wish(ctx, visit), wanted))


class CancelBooking(Action):
    """Cancel a booking and free its time. The customer gets a mail."""

    booking: BookingRef
    """Which: its number, or the customer's name and day: "Jens Nygaard's booking on Friday"."""

    reason: Text | None = None
    """Why, as it is told to the customer."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "customer"})
    effect: ClassVar[Effect] = Effect.REVERSIBLE
    policy: ClassVar[Policy] = confirm().for_role(
        "customer", confirm().when("notice", "inside", review("staff"))
    )
    minutes_saved: ClassVar[int] = 4

    def resolve(self, ctx: Context) -> Self:
        visit = find_visit(ctx, self.booking)
        refuse_unless(ctx, visit, "cancelled")
        _refuse_past(ctx, visit, "cancelled", "aflyses")
        return self.model_copy(update={"booking": visit.booking.id})

    def preview(self, ctx: Context) -> Preview:
        visit = find_visit(ctx, self.booking)
        booking = visit.booking
        late = rules.inside_notice(booking.starts_at, now=ctx.now, hours=notice_hours(ctx))
        lines = [
            *shown.visit_lines(ctx, visit),
            shown.line(
                ctx,
                "Status",
                "Status",
                shown.status_name("cancelled", ctx.language),
                before=shown.status_name(booking.status, ctx.language),
            ),
        ]
        if self.reason:
            lines.append(shown.line(ctx, "Reason", "Årsag", self.reason))
        late_warning = ctx.say(
            f"It starts in less than {notice_hours(ctx)} hours: inside the notice period.",
            f"Den begynder om mindre end {notice_hours(ctx)} timer: inden for varslet.",
        )
        email = shown.main_email(ctx, visit.customer)
        at = shown.when(ctx, booking.starts_at, booking.ends_at)
        return Preview(
            title=ctx.say(
                f"Cancel booking #{booking.number} for {visit.customer.name}, {at}",
                f"Aflys booking #{booking.number} for {visit.customer.name}, {at}",
            ),
            lines=tuple(lines),
            recipients=(email,) if email else (),
            warnings=(late_warning,) if late else (),
            preconditions=shown.letter_must_stay(ctx, visit),
            facts={"notice": "inside" if late else "outside"},
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        visit = find_visit(ctx, self.booking)
        refuse_unless(ctx, visit, "cancelled")
        _refuse_past(ctx, visit, "cancelled", "aflyses")
        booking = visit.booking
        booking.status, booking.cancel_reason = "cancelled", self.reason
        touch(booking, ctx.now)
        release(ctx.session, booking)
        ctx.session.flush()
        letters.write(ctx, visit, letter="booking_cancelled", key=key, reason=self.reason or "")
        return Receipt(
            title=ctx.say(
                f"Cancelled booking #{booking.number}", f"Aflyste booking #{booking.number}"
            ),
            lines=shown.visit_lines(ctx, visit),
            record={"booking": booking.id},
            reference=f"#{booking.number}",
        )


def _refuse_past(ctx: Context, visit: Visit, english: str, danish: str) -> None:
    """Raise Conflict when the visit is over: it can no longer be `english`."""
    booking = visit.booking
    if booking.ends_at <= ctx.now:
        raise Conflict(
            ctx.say(
                f"Booking #{booking.number} has taken place and cannot be {english}.",
                f"Booking #{booking.number} har fundet sted og kan ikke {danish}.",
            )
        )


def notice_hours(ctx: Context) -> int:
    """How many hours before the start a customer may still cancel freely."""
    return int(ctx.firm.settings.get("notice_hours", NOTICE_HOURS))


def _job(visit: Visit) -> Job:
    """The agreed job, as long and with as many people as it was booked."""
    return Job(service=visit.service, minutes=visit.minutes, crew=visit.booking.persons)


def touch(booking: Booking, now: dt.datetime) -> None:
    """Mark a booking as changed, for whoever looked at it and for calendars."""
    booking.version += 1
    booking.sequence += 1
    booking.updated_at = now


def refuse_unless(ctx: Context, visit: Visit, after: rules.Status) -> None:
    """Raise Conflict when the booking may not move to that status any more."""
    booking = visit.booking
    if not rules.may_become(booking.status, after):
        status = shown.status_name(booking.status, ctx.language)
        raise Conflict(
            ctx.say(
                f"Booking #{booking.number} is already {status}.",
                f"Booking #{booking.number} er allerede {status}.",
            )
        )
