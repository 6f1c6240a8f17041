"""What people say of time, as this firm's calendar means it; every failure names the argument."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from tools.errors import Choice, Rejected, Unclear
from tools.kit import Context
from tools.values.moments import Moment, as_date, as_instant, as_span, read_moment

T = TypeVar("T")


def instant_of(ctx: Context, words: str, *, field: str) -> dt.datetime:
    """The instant that `words` name, in the firm's zone. Asks (Unclear) rather than guess."""
    return _read(ctx, words, field, as_instant).astimezone(ctx.firm.zone)


def day_of(ctx: Context, words: str, *, field: str) -> dt.date:
    """The day that `words` name, past or to come."""
    return _read(ctx, words, field, as_date)


def span_of(ctx: Context, words: str, *, field: str) -> tuple[dt.datetime, dt.datetime]:
    """From (included) and until (excluded), UTC: a day, a week or a range, past or to come."""
    return _read(ctx, words, field, as_span)


def as_wire(ctx: Context, instant: dt.datetime) -> str:
    """The canonical spelling of an instant: "2026-11-24T10:00:00+01:00"."""
    return instant.astimezone(ctx.firm.zone).isoformat(timespec="seconds")


def _read(ctx: Context, words: str, field: str, take: Callable[..., T]) -> T:
    moment: Moment | None = read_moment(words, now=ctx.now, zone=ctx.firm.zone)
    if moment is None:
        message = ctx.say(
            f"“{words[:80]}” is not a time that I can read; try “tomorrow at 10”.",
            f"“{words[:80]}” er ikke et tidspunkt, jeg kan læse; prøv “i morgen kl. 10”.",
        )
        raise Rejected(message, fields={field: message})
    try:
        return take(moment, now=ctx.now, zone=ctx.firm.zone, language=ctx.language)
    except Unclear as error:
        choices = [Choice(label=one.label, args={field: one.label}) for one in error.choices]
        raise Unclear(error.message, choices=choices, fields={field: error.message}) from error
    except Rejected as error:
        raise Rejected(error.message, fields={field: error.message}) from error
