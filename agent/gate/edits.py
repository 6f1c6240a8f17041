"""What an editor's words for a time mean on a card that has one: what they leave out stays as the card says it."""

import datetime as dt
from typing import Any

from tools.kit import Action, Context
from tools.refs import slots
from tools.values.moments import read_moment
from tools.values.text import fold
from tools.values.vocabulary import COMING, LAST, MONTH, NEXT, THIS, WEEK, WEEKDAYS

_COUNTED = NEXT | THIS | COMING | LAST | WEEK | MONTH
"""Words after which a weekday is counted from today, whatever the card shows."""


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
    if same := _in_that_week(ctx, words, there.date()):
        return f"{same.isoformat()} {moment.time or there:%H:%M}"
    one_day = moment.until_date in (None, moment.date)
    if moment.time is None and one_day:
        return f"{moment.date.isoformat()} {there:%H:%M}"
    return words


def _in_that_week(ctx: Context, words: str, day: dt.date) -> dt.date | None:
    """The day that a weekday means to somebody who looks at a card of that week.

    None where more than a weekday and an hour is said, or where that day is over.
    """
    said = fold(words).split()
    named = [WEEKDAYS[word.strip(".,!?")] for word in said if word.strip(".,!?") in WEEKDAYS]
    if len(named) != 1 or _COUNTED & set(said):
        return None
    without = " ".join(word for word in said if word.strip(".,!?") not in WEEKDAYS)
    rest = read_moment(without, now=ctx.now, zone=ctx.firm.zone)
    if rest is not None and (rest.date or rest.until_time or rest.problems):
        return None
    same = day + dt.timedelta(days=named[0] - day.weekday())
    return same if same >= ctx.now.astimezone(ctx.firm.zone).date() else None


def _instant(old: object) -> dt.datetime | None:
    """The instant that the card shows; None where it shows words."""
    try:
        found = dt.datetime.fromisoformat(str(old))
    except ValueError:
        return None
    return found if found.tzinfo else None
