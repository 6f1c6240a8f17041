"""When a firm works, when people are free, how long a job takes and what it costs: pure, with no store in sight."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from tools.values.workdays import public_holidays

Status = Literal["held", "confirmed", "in_progress", "completed", "cancelled", "no_show"]
Hours = Sequence[tuple[dt.time, dt.time]]
"""Wall-time intervals of one day, in order; none means closed. 00:00 as an end is midnight after the day."""

LIVE: frozenset[str] = frozenset({"held", "confirmed", "in_progress"})
"""The states in which a booking takes its people's time."""

NEXT: Mapping[str, frozenset[str]] = {
    "held": frozenset({"confirmed", "cancelled"}),
    "confirmed": frozenset({"in_progress", "completed", "cancelled", "no_show"}),
    "in_progress": frozenset({"completed"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
    "no_show": frozenset(),
}

HALF_HOUR = dt.timedelta(minutes=30)
OVERRUN = dt.timedelta(hours=1)  # past this the person who ordered is called before work goes on


@dataclass(frozen=True, order=True)
class Span:
    """From one instant up to, not including, another: two spans that only touch do not overlap."""

    start: dt.datetime
    end: dt.datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share any instant."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Span") -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Calendar:
    """The firm's own week (0 Monday) and the dates on which it is closed besides public holidays."""

    zone: ZoneInfo
    country: str
    week: Mapping[int, Hours]
    closed: Mapping[dt.date, str] = field(default_factory=dict[dt.date, str])


def public_holiday(day: dt.date, *, country: str, language: str = "en") -> str | None:
    """The name of the public holiday on `day`, or None. Unknown countries have none."""
    return public_holidays(country, day.year, language).get(day)


def why_closed(day: dt.date, calendar: Calendar, *, language: str = "en") -> str | None:
    """Why nobody works on `day`: a holiday's name, the firm's own reason, "" without one; None when it is open."""
    if day in calendar.closed:
        return calendar.closed[day]
    if named := public_holiday(day, country=calendar.country, language=language):
        return named
    return None if calendar.week.get(day.weekday()) else ""


def instant(day: dt.date, at: dt.time, zone: ZoneInfo, *, late: bool = False) -> dt.datetime:
    """The UTC instant of a wall time. A wall time that comes twice is its first, or with `late` its second coming."""
    return dt.datetime.combine(day, at, zone).replace(fold=int(late)).astimezone(dt.UTC)


def exists(day: dt.date, at: dt.time, zone: ZoneInfo) -> bool:
    """Whether clocks show this time on this day at all (spring skips an hour)."""
    return instant(day, at, zone).astimezone(zone).time() == at


def twice(day: dt.date, at: dt.time, zone: ZoneInfo) -> bool:
    """Whether clocks show this time twice on this day (autumn repeats an hour)."""
    return exists(day, at, zone) and instant(day, at, zone) != instant(day, at, zone, late=True)


def openings(
    day: dt.date, calendar: Calendar, own: Mapping[int, Hours] | None = None
) -> list[Span]:
    """When work may be done on `day`: the firm's hours, cut to a person's own where they have some."""
    if why_closed(day, calendar) is not None:
        return []
    firm = _spans(day, calendar.week[day.weekday()], calendar.zone)
    if own is None:
        return firm
    return intersection(firm, _spans(day, own.get(day.weekday(), ()), calendar.zone))


def _spans(day: dt.date, hours: Hours, zone: ZoneInfo) -> list[Span]:
    spans: list[Span] = []
    for opens, closes in hours:
        last = day + dt.timedelta(days=1) if closes == dt.time() else day
        spans.append(Span(instant(day, opens, zone), instant(last, closes, zone, late=True)))
    return [span for span in spans if span.start < span.end]


def intersection(left: Iterable[Span], right: Sequence[Span]) -> list[Span]:
    """What both cover, in order."""
    shared = [Span(max(a.start, b.start), min(a.end, b.end)) for a in left for b in right]
    return sorted(span for span in shared if span.start < span.end)


def is_free(
    job: Span, *, buffer: dt.timedelta, opened: Iterable[Span], busy: Iterable[Span]
) -> bool:
    """Whether a job fits: wholly inside the hours, and clear of `busy` with its own buffer behind it.

    The buffer may reach past closing time: it is the way home.
    """
    blocked = Span(job.start, job.end + buffer)
    inside = any(span.holds(job) for span in opened)
    return inside and not any(blocked.overlaps(other) for other in busy)


def starts(
    day: dt.date, zone: ZoneInfo, opened: Iterable[Span], *, lasts: dt.timedelta
) -> Iterator[dt.datetime]:
    """The whole and half hours of `day` at which a job of this length fits the hours, as UTC instants in order."""
    midnight = instant(day, dt.time(), zone)
    for span in opened:
        at = midnight + -((midnight - span.start) // HALF_HOUR) * HALF_HOUR
        while at + lasts <= span.end:
            yield at
            at += HALF_HOUR


def minutes_of_job(
    *,
    hours: Decimal | None,
    m2: int | None,
    hours_per_m2: Decimal | None,
    default_minutes: int,
    usual_crew: int,
    crew: int,
) -> int:
    """How long a job takes on site, in minutes: the hours that were said, else m² x coefficient, else the default.

    Coefficient and default hold for the service's usual crew; another crew shares the same work.
    Everything but said hours is rounded to whole half hours, at least one.
    """
    if hours is not None:
        return int((hours * 60).to_integral_value(ROUND_HALF_UP))
    usual = Decimal(default_minutes)
    if m2 is not None and hours_per_m2 is not None:
        usual = m2 * hours_per_m2 * 60
    halves = usual * usual_crew / crew / 30
    rounding = ROUND_HALF_UP if crew == usual_crew else ROUND_CEILING
    return max(1, int(halves.to_integral_value(rounding))) * 30


def price_of_job(*, persons: int, minutes: int, hourly_minor: int) -> int:
    """What a job costs in minor units: persons x hours x the price of an hour, rounded half up."""
    exact = Decimal(persons) * minutes * hourly_minor / 60
    return int(exact.to_integral_value(ROUND_HALF_UP))


def may_become(before: str, after: Status) -> bool:
    """Whether a booking may move from one status to another."""
    return after in NEXT.get(before, frozenset())


def inside_notice(start: dt.datetime, *, now: dt.datetime, hours: int) -> bool:
    """Whether it is too late to cancel freely: less than `hours` before the start."""
    return start - now < dt.timedelta(hours=hours)


def overran(planned_minutes: int, actual_minutes: int) -> bool:
    """Whether a job took at least an hour longer than agreed."""
    return dt.timedelta(minutes=actual_minutes - planned_minutes) >= OVERRUN


def nearest(
    wanted: dt.datetime, free: Iterable[dt.datetime], *, count: int = 3
) -> list[dt.datetime]:
    """The free instants closest to the one that was wanted, in order of time; of two equally close the later."""
    closest = sorted(set(free), key=lambda at: (abs(at - wanted), wanted - at))
    return sorted(closest[:count])


def clock(text: str) -> dt.time:
    """ "08:30" → 08:30; "24:00" is midnight. Raises ValueError otherwise."""
    return dt.time() if text == "24:00" else dt.time.fromisoformat(text)


def hours_of(kept: Mapping[str, Sequence[Sequence[str]]] | None) -> dict[int, Hours] | None:
    """A person's own hours as they are stored (`{"0": [["08:00", "17:00"]]}`), or None for the firm's."""
    if kept is None:
        return None
    return {
        int(day): [(clock(opens), clock(closes)) for opens, closes in spans]
        for day, spans in kept.items()
    }
