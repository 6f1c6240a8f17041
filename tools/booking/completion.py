"""Saying that a job is done, with the hours that it really took."""

from typing import ClassVar, Self

from memory.tables.base import new_id
from memory.tables.leads import Note
from tools.booking import rules, shown
from tools.booking.changes import refuse_unless, touch
from tools.booking.service import Visit, release, win_leads
from tools.booking.which import find_visit
from tools.cards import Preview
from tools.errors import Rejected
from tools.kit import Action, Context, Effect, Receipt, Role
from tools.policy import Policy, auto
from tools.refs import BookingRef, Hours, Text


class CompleteBooking(Action):
    """Say that a job is done, with the hours that it really took."""

    booking: BookingRef
    """Which: its number, or the customer's name."""

    hours: Hours | None = None
    """The hours it took on site. Left out: as planned."""

    note: Text | None = None
    """What happened, for the office."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "crew"})
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto()
    minutes_saved: ClassVar[int] = 2

    def resolve(self, ctx: Context) -> Self:
        visit = find_visit(ctx, self.booking, begun=True)
        refuse_unless(ctx, visit, "completed")
        if visit.booking.starts_at > ctx.now:
            at = shown.when(ctx, visit.booking.starts_at, visit.booking.ends_at)
            message = ctx.say(
                f"Booking #{visit.booking.number} has not begun: {at}.",
                f"Booking #{visit.booking.number} er ikke begyndt: {at}.",
            )
            raise Rejected(message, fields={"booking": message})
        return self.model_copy(update={"booking": visit.booking.id})

    def preview(self, ctx: Context) -> Preview:
        visit = find_visit(ctx, self.booking)
        minutes = self._minutes(visit)
        took, planned = (shown.hours(each, ctx.language) for each in (minutes, visit.minutes))
        number = visit.booking.number
        return Preview(
            title=ctx.say(
                f"Complete booking #{number} for {visit.customer.name}",
                f"Meld booking #{number} for {visit.customer.name} udført",
            ),
            lines=(
                shown.line(ctx, "Customer", "Kunde", visit.customer.name),
                shown.line(
                    ctx,
                    "Status",
                    "Status",
                    shown.status_name("completed", ctx.language),
                    before=shown.status_name(visit.booking.status, ctx.language),
                ),
                shown.line(ctx, "Hours", "Timer", took, before=planned),
                *((shown.line(ctx, "Note", "Note", self.note),) if self.note else ()),
            ),
            warnings=self._overrun(ctx, visit),
            preconditions=shown.visit_must_stay(ctx, visit),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        visit = find_visit(ctx, self.booking)
        refuse_unless(ctx, visit, "completed")
        booking = visit.booking
        booking.status, booking.actual_minutes = "completed", self._minutes(visit)
        touch(booking, ctx.now)
        release(ctx.session, booking)
        if self.note:
            ctx.session.add(
                Note(
                    id=new_id("note"),
                    about_kind="booking",
                    about_id=booking.id,
                    text=self.note,
                    source="staff",
                    author=ctx.actor.name,
                    at=ctx.now,
                )
            )
        won = win_leads(
            ctx.session,
            booking.customer_id,
            actor_id=ctx.actor.id,
            cause=f"booking #{booking.number} completed",
            now=ctx.now,
        )
        ctx.session.flush()
        won_lines = (shown.line(ctx, "Lead won", "Lead vundet", ", ".join(won)),) if won else ()
        took = shown.line(ctx, "Hours", "Timer", shown.hours(self._minutes(visit), ctx.language))
        overran = tuple(
            shown.line(ctx, "Overrun", "Overskredet", warning)
            for warning in self._overrun(ctx, visit)
        )
        return Receipt(
            title=ctx.say(
                f"Completed booking #{booking.number}", f"Booking #{booking.number} er meldt udført"
            ),
            lines=(*shown.visit_lines(ctx, visit), took, *overran, *won_lines),
            record={"booking": booking.id},
            reference=f"#{booking.number}",
            follow_up=(shown.invoicing(ctx, visit),),
        )

    def _minutes(self, visit: Visit) -> int:
        return visit.minutes if self.hours is None else int(self.hours * 60)

    def _overrun(self, ctx: Context, visit: Visit) -> tuple[str, ...]:
        if not rules.overran(visit.minutes, self._minutes(visit)):
            return ()
        warning = ctx.say(
            f"At least an hour over the agreed time: call {visit.customer.name}.",
            f"Mindst en time over det aftalte: ring til {visit.customer.name}.",
        )
        return (warning,)
