"""Reads the words of the desk's arguments, or says what would be right."""

from tools.desk.rules import NotAWeek, Week, read_week
from tools.errors import Rejected
from tools.kit import Context


def week_of(ctx: Context, words: str, *, field: str) -> Week:
    """The week that `words` say. Raises Rejected."""
    try:
        return read_week(words)
    except NotAWeek as error:
        raise refused(ctx, field, words) from error


def refused(ctx: Context, field: str, words: str) -> Rejected:
    """That these words do not fit an argument, naming it."""
    message = ctx.say(
        f"“{words[:80]}” does not fit “{field}”; hours are said like “mon-fri 8-17, sat 8-15”."
        if field in ("hours", "days")
        else f"“{words[:80]}” does not fit “{field}”.",
        f"“{words[:80]}” passer ikke til “{field}”; tider siges som “man-fre 8-17, lør 8-15”."
        if field in ("hours", "days")
        else f"“{words[:80]}” passer ikke til “{field}”.",
    )
    return Rejected(message, fields={field: message})
