"""When the firm is open, and how it is reached."""

import datetime as dt
import re
from typing import Annotated, ClassVar, Self

import sqlalchemy as sa
from pydantic import BeforeValidator, Field

from memory.tables.booking import ClosedDay, OpeningHours
from memory.tables.identity import Tenant
from tools.cards import Preview
from tools.desk import shown
from tools.desk.reading import refused
from tools.desk.rules import COLUMNS, FirmField, NotAWeek, Week, firm_value, read_field, read_week
from tools.errors import Choice, Rejected, Unclear
from tools.kit import Action, Context, Effect, Receipt, Role, Steers
from tools.policy import Policy, confirm
from tools.refs import Search
from tools.times import day_of
from tools.values.moments import read_moment, say_date

OWNER: frozenset[Role] = frozenset({"owner"})


_CLOSING = re.compile(
    r"\s*(?:(?:we|vi)\s+)?(?:(?:are|will be|is|er|holder|har|have)\s+)?"
    r"(?:closed?|lukker?|lukket|(?P<opens>open|åbner?|åbent?))\s+(?:again\s+|igen\s+)?(?:on\s+|på\s+)?",
    re.IGNORECASE,
)
"""What comes before a date that is said to be closed or open."""


class SetOpeningHours(Action):
    """Set the firm's opening hours of some weekdays, or close (or open again) one date."""

    days: Annotated[str, Steers(), Field(min_length=1, max_length=200)]
    """"mon-fri 8-17, sat 8-15"; a weekday or a date alone together with `closed`."""

    closed: bool | None = None
    """True closes those days; false opens a date again."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = confirm()
    minutes_saved: ClassVar[int] = 2

    def resolve(self, ctx: Context) -> Self:
        week = self._week()
        if week is not None:
            return self.model_copy(update={"days": shown.week_words(ctx, week)})
        says = _CLOSING.match(self.days)
        said = self.days[says.end() :] if says else self.days
        if self.closed is None and read_moment(said, now=ctx.now, zone=ctx.firm.zone) is None:
            raise refused(ctx, "days", self.days)
        day = day_of(ctx, said, field="days")
        if day < ctx.today:
            message = ctx.say("That date has passed.", "Den dato er passeret.")
            raise Rejected(message, fields={"days": message})
        if self.closed is None and says is None:
            raise _which(ctx, day)
        closed = not says["opens"] if says and self.closed is None else self.closed
        return self.model_copy(update={"days": day.isoformat(), "closed": closed})

    def preview(self, ctx: Context) -> Preview:
        week = self._week()
        if week is not None:
            lines = shown.week_lines(ctx, week, _opening_hours(ctx))
            return Preview(
                title=ctx.say("Change the opening hours", "Ret åbningstiderne"), lines=lines
            )
        named = say_date(dt.date.fromisoformat(self.days), ctx.language)
        title = ctx.say(f"Close on {named}", f"Luk {named}")
        if not self.closed:
            title = ctx.say(f"Open again on {named}", f"Åbn igen {named}")
        return Preview(title=title)

    def perform(self, ctx: Context, key: str) -> Receipt:
        week = self._week()
        before = {"days": shown.week_words(ctx, _opening_hours(ctx))}
        if week is None:
            before = {"days": self.days, "closed": not self.closed}
            self._set_date(ctx)
        else:
            for day, hours in week.items():
                _set_weekday(ctx, day, hours)
        ctx.session.flush()
        title = ctx.say("Changed the opening hours", "Rettede åbningstiderne")
        return Receipt(title=title, record={"days": self.days}, before=before)

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return (
            SetOpeningHours.model_validate(receipt.before) if receipt.before.get("days") else None
        )

    def _week(self) -> Week | None:
        """The weekdays that are said, or None for a date."""
        try:
            week = read_week(self.days)
        except NotAWeek:
            return None
        return dict.fromkeys(week) if self.closed else week

    def _set_date(self, ctx: Context) -> None:
        row = ctx.session.fetch(ClosedDay, self.days)
        if self.closed and row is None:
            ctx.session.add(ClosedDay(id=self.days, reason=None))
        elif not self.closed and row is not None:
            ctx.session.delete(row)


def _opening_hours(ctx: Context) -> Week:
    rows = ctx.session.scalars(sa.select(OpeningHours).order_by(OpeningHours.id))
    return {
        int(row.id): (row.opens, row.closes) if row.opens and row.closes else None for row in rows
    }


def _which(ctx: Context, day: dt.date) -> Unclear:
    """Whether a date alone is one to be closed or open on."""
    named = say_date(day, ctx.language)
    labels = {
        True: ctx.say(f"Close on {named}", f"Luk {named}"),
        False: ctx.say(f"Open again on {named}", f"Åbn igen {named}"),
    }
    choices = tuple(
        Choice(label, tool="set_opening_hours", args={"days": day.isoformat(), "closed": closed})
        for closed, label in labels.items()
    )
    message = ctx.say(f"What about {named}?", f"Hvad med {named}?")
    return Unclear(message, choices=choices, fields={"days": message})


def _set_weekday(ctx: Context, day: int, hours: tuple[str, str] | None) -> None:
    row = ctx.session.fetch(OpeningHours, str(day))
    if row is None:
        row = OpeningHours(id=str(day))
        ctx.session.add(row)
    row.opens, row.closes = hours or (None, None)


class SetFirm(Action):
    """Change one thing about the firm: its name, address, phone, e-mail, language, zone, CVR or notice hours."""

    field: Annotated[FirmField, BeforeValidator(read_field)]
    """Which thing."""

    value: Search
    """What it becomes."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = confirm()

    def resolve(self, ctx: Context) -> Self:
        value = firm_value(self.field, self.value, country=ctx.firm.country)
        if value is None:
            raise refused(ctx, "value", self.value)
        return self.model_copy(update={"value": str(value)})

    def preview(self, ctx: Context) -> Preview:
        row = tenant_of(ctx)
        old = _firm_field(row, self.field)
        changed = shown.line(ctx, self.field, self.field, self.value, before=old or "—")
        kept = "settings" if self.field not in COLUMNS else self.field
        return Preview(
            title=ctx.say(f"Set the firm's {self.field}", f"Ret firmaets {self.field}"),
            lines=(changed,),
            preconditions=(shown.must_stay(row, kept, label=self.field),),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        row = tenant_of(ctx)
        old = _firm_field(row, self.field)
        value = firm_value(self.field, self.value, country=ctx.firm.country)
        if self.field in COLUMNS:
            setattr(row, self.field, value)
        else:
            row.settings = {**row.settings, self.field: value}
        ctx.session.flush()
        return Receipt(
            title=ctx.say(f"Set {self.field}", f"Rettede {self.field}"),
            lines=(shown.line(ctx, self.field, self.field, self.value, before=old),),
            record={"tenant": row.id},
            before={"value": old} if old else {},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        old = receipt.before.get("value")
        return SetFirm(field=self.field, value=old) if old else None


def tenant_of(ctx: Context) -> Tenant:
    """The firm's own row."""
    return ctx.session.scalars(sa.select(Tenant)).one()


def _firm_field(row: Tenant, name: FirmField) -> str | None:
    value = getattr(row, name) if name in COLUMNS else row.settings.get(name)
    return None if value is None else str(value)
