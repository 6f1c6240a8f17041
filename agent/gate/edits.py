"""What an editor's words for a time mean on a card that has one: what they leave out stays as the card says it."""

import datetime as dt
from typing import Any

from tools.kit import Action, Context
from tools.refs import slots
from tools.values.moments import read_moment


def filled_in(
    ctx: Context, tool: type[Action], before: dict[str, Any], changes: dict[str, Any]
) -> dict[str, Any]:
    """The changes, with the card's own day for a time without one and its own time for a day without one."""
    return {name: _filled(ctx, tool, name, before.get(name), changes[name]) for name in changes}


def _filled(ctx: Context, tool: type[Action], name: str, old: object, words: object) -> object:
    slot = slots(tool).get(name)
    if slot is None or slot.kind != "when" or not isinstance(words, str):
        return words
    card = _instant(old)
    moment = read_moment(words, now=ctx.now, zone=ctx.firm.zone)
    if card is None or moment is None or moment.problems or moment.exact:
        return words
    there = card.astimezone(ctx.firm.zone)
    if moment.date is None:
        return f"{there.date().isoformat()} {words}"
    one_day = moment.until_date in (None, moment.date)
    if moment.time is None and one_day:
        return f"{moment.date.isoformat()} {there:%H:%M}"
    return words


def _instant(old: object) -> dt.datetime | None:
    """The instant that the card shows; None where it shows words."""
    try:
        found = dt.datetime.fromisoformat(str(old))
    except ValueError:
        return None
    return found if found.tzinfo else None
