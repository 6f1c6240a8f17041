"""How the desk's previews are put together."""

import json
from collections.abc import Mapping
from typing import Any

from memory.tables.booking import Service, Staff
from memory.tables.identity import Tenant, User
from tools.cards import Line, Precondition
from tools.desk.rules import Week
from tools.kit import Context
from tools.labels import choice_label
from tools.policy import Role

WEEKDAYS = (
    ("Monday", "mandag"),
    ("Tuesday", "tirsdag"),
    ("Wednesday", "onsdag"),
    ("Thursday", "torsdag"),
    ("Friday", "fredag"),
    ("Saturday", "lørdag"),
    ("Sunday", "søndag"),
)
EVENTS: Mapping[str, tuple[str, str]] = {
    "pending": ("waiting", "venter"),
    "proposed": ("proposed", "foreslået"),
    "edited": ("edited", "rettet"),
    "approved": ("approved", "godkendt"),
    "denied": ("denied", "afvist"),
    "withdrawn": ("withdrawn", "trukket tilbage"),
    "cancelled": ("cancelled", "annulleret"),
    "superseded": ("replaced", "erstattet"),
    "expired": ("expired", "udløbet"),
    "warned": ("reminded", "påmindet"),
    "executing": ("being done", "udføres"),
    "done": ("done", "udført"),
    "failed": ("failed", "mislykket"),
    "stale": ("out of date", "forældet"),
    "unknown": ("outcome unknown", "udfald ukendt"),
    "reconciled": ("cleared up", "afklaret"),
    "tampered": ("tampered with", "manipuleret"),
    "erased": ("erased", "slettet"),
    "shown": ("shown", "vist"),
}
CHANNELS: Mapping[str, tuple[str, str]] = {
    "api": ("page or terminal", "side eller terminal"),
    "widget": ("website", "hjemmeside"),
}


def event(ctx: Context, name: str) -> str:
    """An event of the audit trail as people say it."""
    return ctx.say(*EVENTS.get(name, (name, name)))


def channel(ctx: Context, name: str) -> str:
    """The way by which somebody came."""
    return ctx.say(*CHANNELS.get(name, (name, name)))


def line(ctx: Context, en: str, da: str, value: str, *, before: str | None = None) -> Line:
    """One line of a preview; without `before` when nothing changed."""
    return Line(label=ctx.say(en, da), value=value, before=None if before == value else before)


def weekday(ctx: Context, day: int) -> str:
    """A weekday's name."""
    return ctx.say(*WEEKDAYS[day])


def role_name(ctx: Context, role: Role | str) -> str:
    """A role as people say it."""
    return choice_label(role, ctx.language)


def hours_text(ctx: Context, hours: tuple[str, str] | None) -> str:
    """ "08:00–17:00", or closed."""
    return f"{hours[0]}–{hours[1]}" if hours else ctx.say("closed", "lukket")


def week_lines(ctx: Context, week: Week, before: Week) -> tuple[Line, ...]:
    """One line for each day that is said, with what it was."""
    return tuple(
        line(
            ctx,
            *WEEKDAYS[day],
            hours_text(ctx, hours),
            before=hours_text(ctx, before.get(day)),
        )
        for day, hours in sorted(week.items())
    )


def week_words(ctx: Context, week: Week) -> str:
    """A week on one line, as read_week takes it back."""
    return ", ".join(
        f"{weekday(ctx, day)} {hours_text(ctx, hours)}" for day, hours in sorted(week.items())
    )


def must_stay(row: Tenant | User | Service | Staff, field: str, *, label: str) -> Precondition:
    """That a field of a row is still what it is now."""
    value: Any = getattr(row, field)
    return Precondition(
        table=row.__tablename__,
        row=row.id,
        field=field,
        value=json.dumps(value, ensure_ascii=False, sort_keys=True),
        label=label,
        shown="—" if value is None else str(value),
    )
