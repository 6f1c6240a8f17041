"""What the firm sells, and who works there."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

import sqlalchemy as sa
from pydantic import Field

from memory.tables.base import new_id
from memory.tables.booking import Service, Staff
from tools.cards import Preview
from tools.contacts import email_of
from tools.desk import shown
from tools.desk.reading import refused, week_of
from tools.desk.rules import (
    Week,
    both_names,
    code_of,
)
from tools.errors import Unclear
from tools.kit import Action, Context, Effect, Receipt, Role, Steers
from tools.lookup import find_service
from tools.policy import Policy, confirm
from tools.refs import Amount, Email, Hours, Name
from tools.values.money import as_minor, from_minor, say_money
from tools.values.text import fold

OWNER: frozenset[Role] = frozenset({"owner"})


class SaveService(Action):
    """Add a service, or change the one of that name: price per person and hour, and usual length."""

    name: Name
    """Its name; "English / Dansk" gives both."""

    price: Amount
    """What one person costs an hour."""

    duration: Hours | None = None
    """How long it usually takes, in hours. Left out: as before; a new one needs it."""

    crew: Annotated[int, Field(ge=1, le=10), Steers()] | None = None
    """How many people it usually takes."""

    prices_include_vat: bool | None = None
    """Whether the price is with VAT. Left out: as before, and with VAT for a new one."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = confirm()
    minutes_saved: ClassVar[int] = 3

    def resolve(self, ctx: Context) -> Self:
        if self.duration is None and _service_called(ctx, self.name) is None:
            message = ctx.say(
                f"How many hours does “{self.name}” usually take?",
                f"Hvor mange timer tager “{self.name}” normalt?",
            )
            raise Unclear(message, fields={"duration": message})
        return self

    def preview(self, ctx: Context) -> Preview:
        row = _service_called(ctx, self.name)
        new, old = self._lines_of(ctx, self._values(ctx, row)), self._lines_of(ctx, _kept(row))
        english, _ = both_names(self.name)
        title = ctx.say(f"Change the service “{english}”", f"Ret ydelsen “{self.name}”")
        if row is None:
            title = ctx.say(f"Add the service “{self.name}”", f"Opret ydelsen “{self.name}”")
        return Preview(
            title=title,
            lines=tuple(
                shown.line(ctx, *labels, value, before=old.get(labels))
                for labels, value in new.items()
            ),
            preconditions=(shown.must_stay(row, "version", label=self.name),) if row else (),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        row = _service_called(ctx, self.name)
        values, before = self._values(ctx, row), _undoable(ctx, row)
        if row is None:
            taken = frozenset(ctx.session.scalars(sa.select(Service.code)))
            row = Service(id=new_id("svc"), code=code_of(both_names(self.name)[0], taken))
            row.name_en, row.name_da = both_names(self.name)
            ctx.session.add(row)
        else:
            row.version += 1
        for field, value in values.items():
            setattr(row, field, value)
        ctx.session.flush()
        return Receipt(
            title=ctx.say(f"Saved the service “{row.name_en}”", f"Gemte ydelsen “{row.name_da}”"),
            lines=tuple(
                shown.line(ctx, *labels, value)
                for labels, value in self._lines_of(ctx, values).items()
            ),
            record={"service": row.id},
            before=before,
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        return SaveService.model_validate(receipt.before) if receipt.before else None

    def _values(self, ctx: Context, row: Service | None) -> dict[str, Any]:
        kept = _kept(row)
        vat = self.prices_include_vat
        return {
            "price_minor": as_minor(self.price, ctx.firm.currency),
            "minutes": kept.get("minutes", 60)
            if self.duration is None
            else int(self.duration * 60),
            "crew": self.crew or kept.get("crew", 1),
            "prices_include_vat": kept.get("prices_include_vat", True) if vat is None else vat,
            "active": True,
        }

    def _lines_of(self, ctx: Context, values: dict[str, Any]) -> dict[tuple[str, str], str]:
        if not values:
            return {}
        vat = ctx.say("yes", "ja") if values["prices_include_vat"] else ctx.say("no", "nej")
        return {
            ("Price per hour", "Timepris"): say_money(
                values["price_minor"], ctx.firm.currency, ctx.language
            ),
            ("Usually takes", "Tager normalt"): f"{values['minutes']} min",
            ("People", "Personer"): str(values["crew"]),
            ("Price includes VAT", "Pris er inkl. moms"): vat,
        }


def _service_called(ctx: Context, name: str) -> Service | None:
    """The service of exactly that name (either language), code or id."""
    wanted = {fold(part) for part in (name, *both_names(name))}
    rows = ctx.session.scalars(sa.select(Service).order_by(Service.code))
    return next(
        (row for row in rows if wanted & {fold(row.name_en), fold(row.name_da), row.code}), None
    )


def _kept(row: Service | None) -> dict[str, Any]:
    fields = ("price_minor", "minutes", "crew", "prices_include_vat", "active")
    return {field: getattr(row, field) for field in fields} if row else {}


def _undoable(ctx: Context, row: Service | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "name": row.name_en,
        "price": str(from_minor(row.price_minor, ctx.firm.currency)),
        "duration": str((Decimal(row.minutes) / 60).quantize(Decimal("0.01"))),
        "crew": row.crew,
        "prices_include_vat": row.prices_include_vat,
    }


class SaveStaff(Action):
    """Add an employee who does jobs, or change the one of that name."""

    name: Name
    """The employee's name."""

    email: Email | None = None
    """Where they get mail, and sign in once invited."""

    hours: Annotated[str, Steers(), Field(max_length=200)] | None = None
    """When they work: "mon-thu 8-15, fri 8-12". Left out: the firm's opening hours."""

    skills: Annotated[str, Steers(), Field(max_length=400)] | None = None
    """The services they do, with commas. Left out: every service."""

    roles: ClassVar[frozenset[Role]] = OWNER
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = confirm()
    minutes_saved: ClassVar[int] = 3

    def resolve(self, ctx: Context) -> Self:
        email = email_of(self.email) if self.email else None
        if self.email and email is None:
            raise refused(ctx, "email", self.email)
        skills = [find_service(ctx, part, field="skills").code for part in _parts(self.skills)]
        week = week_of(ctx, self.hours, field="hours") if self.hours else None
        return self.model_copy(
            update={
                "email": email,
                "skills": ", ".join(skills) or None,
                "hours": shown.week_words(ctx, week) if week else None,
            }
        )

    def preview(self, ctx: Context) -> Preview:
        row = _person_called(ctx, self.name)
        lines = [shown.line(ctx, "Name", "Navn", self.name)]
        if self.email:
            lines.append(
                shown.line(ctx, "E-mail", "E-mail", self.email, before=row.email if row else None)
            )
        week = week_of(ctx, self.hours, field="hours") if self.hours else None
        if week:
            lines += shown.week_lines(ctx, week, as_week(row.hours) if row else {})
        if self.skills:
            old = ", ".join(row.skills) if row else None
            lines.append(shown.line(ctx, "Does", "Udfører", self.skills, before=old))
        verb = ctx.say("Add", "Opret") if row is None else ctx.say("Change", "Ret")
        return Preview(
            title=f"{verb} {self.name}",
            lines=tuple(lines),
            preconditions=(shown.must_stay(row, "version", label=self.name),) if row else (),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        row = _person_called(ctx, self.name)
        if row is None:
            last = ctx.session.scalar(sa.select(sa.func.max(Staff.resource_no))) or 0
            row = Staff(id=new_id("stf"), name=self.name, resource_no=last + 1, skills={})
            ctx.session.add(row)
        else:
            row.version += 1
        row.active = True
        row.email = self.email or row.email
        if self.hours:
            week = week_of(ctx, self.hours, field="hours")
            row.hours = {str(day): [list(span)] for day, span in week.items() if span}
        if self.skills:
            row.skills = dict.fromkeys(_parts(self.skills), True)
        ctx.session.flush()
        return Receipt(
            title=ctx.say(f"Saved {row.name}", f"Gemte {row.name}"), record={"staff": row.id}
        )


def _person_called(ctx: Context, name: str) -> Staff | None:
    rows = ctx.session.scalars(sa.select(Staff).order_by(Staff.resource_no))
    return next((row for row in rows if fold(row.name) == fold(name)), None)


def _parts(words: str | None) -> list[str]:
    return [part.strip() for part in (words or "").replace(" og ", ",").split(",") if part.strip()]


def as_week(hours: dict[str, Any] | None) -> Week:
    """Stored hours of a person as a week; a day with several spans shows its outer times."""
    return {int(day): (spans[0][0], spans[-1][1]) for day, spans in (hours or {}).items() if spans}
