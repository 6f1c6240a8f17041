"""The grammar of days counted from today: "in two days", "om 14 dage", "3 weeks ago"."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from tools.values.dates import DayRead, number
from tools.values.readings import Day
from tools.values.tokens import Tokens
from tools.values.vocabulary import DAY_UNITS, MONTH_UNITS, NUMBERS


def amount(t: Tokens, i: int) -> int | None:
    """A small count in digits or words at token `i`."""
    value = number(t, i, digits=3)
    return value if value is not None else NUMBERS.get(t.words[i])


def shifted(day: date, count: int, unit: str) -> date | None:
    """`day` moved by that many units, or None when the unit is not one of days, weeks, months or
    years.
    """
    if unit in DAY_UNITS:
        return day + timedelta(days=count * DAY_UNITS[unit])
    if unit in MONTH_UNITS:
        return day + relativedelta(months=count * MONTH_UNITS[unit])
    return None


def read_ahead(t: Tokens, i: int, today: date) -> DayRead | None:
    """in two days, om 14 dage, om en uge, tirsdag om en uge."""
    count = amount(t, i + 1)
    day = shifted(today, count, t.words[i + 2]) if count is not None else None
    return (Day(first=day), i + 3) if day else None


def read_ago(t: Tokens, i: int, today: date) -> DayRead | None:
    """two weeks ago, for 3 dage siden, a week from now."""
    start = i + 1 if t.words[i] == "for" else i
    count = amount(t, start)
    if count is None:
        return None
    tail = t.words[start + 2]
    if tail in ("ago", "siden"):
        day = shifted(today, -count, t.words[start + 1])
        return (Day(first=day), start + 3) if day else None
    if tail == "from" and t.words[start + 3] in ("now", "today"):
        day = shifted(today, count, t.words[start + 1])
        return (Day(first=day), start + 4) if day else None
    return None
