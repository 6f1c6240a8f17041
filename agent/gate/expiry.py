"""How long a proposal waits: by the clock for its requester, in opening hours for somebody else."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.booking import ClosedDay, OpeningHours
from tools.kit import Firm
from tools.values.workdays import is_working_day

_HORIZON = 120
"""Days to look for opening hours in; a firm that opens on none of them waits by the clock."""


@dataclass(frozen=True)
class Calendar:
    """When somebody is there to decide: hours by weekday (0 Monday), except on closed dates and public holidays."""

    zone: ZoneInfo
    hours: Mapping[int, tuple[dt.time, dt.time]]
    closed: Collection[dt.date] = ()
    country: str | None = None

    def span(self, day: dt.date) -> tuple[dt.datetime, dt.datetime] | None:
        """The opening of that day in UTC, or None when the firm is closed."""
        hours = self.hours.get(day.weekday())
        if hours is None or day in self.closed or _holiday(day, self.country):
            return None
        opens, closes = (
            dt.datetime.combine(day, time, self.zone).astimezone(dt.UTC) for time in hours
        )
        return (opens, closes) if opens < closes else None


def _holiday(day: dt.date, country: str | None) -> bool:
    """A public holiday on a weekday; a firm that opens at the weekend does so by its own hours."""
    return country is not None and day.weekday() < 5 and not is_working_day(day, country=country)


def later(start: dt.datetime, span: dt.timedelta, calendar: Calendar | None) -> dt.datetime:
    """The instant at which `span` of open time has passed since `start`; plain time without a calendar."""
    if calendar is None or not calendar.hours:
        return start + span
    left = span
    day = start.astimezone(calendar.zone).date()
    for _ in range(_HORIZON):
        opening = calendar.span(day)
        if opening is not None:
            begins = max(opening[0], start)
            if begins < opening[1] and left <= opening[1] - begins:
                return begins + left
            left -= max(opening[1] - begins, dt.timedelta())
        day += dt.timedelta(days=1)
    return start + span


@dataclass(frozen=True)
class Window:
    """When a proposal runs out, and when whoever should decide is reminded."""

    warn_at: dt.datetime
    expires_at: dt.datetime


def window(now: dt.datetime, lifetime: dt.timedelta, calendar: Calendar | None) -> Window:
    """Half of the lifetime, and all of it."""
    return Window(
        warn_at=later(now, lifetime / 2, calendar), expires_at=later(now, lifetime, calendar)
    )


def calendar_of(session: TenantSession, firm: Firm) -> Calendar:
    """The firm's opening hours and closed days from the store."""
    hours = {
        int(row.id): (dt.time.fromisoformat(row.opens), dt.time.fromisoformat(row.closes))
        for row in session.scalars(sa.select(OpeningHours))
        if row.opens and row.closes
    }
    closed = frozenset(
        dt.date.fromisoformat(day) for day in session.scalars(sa.select(ClosedDay.id))
    )
    return Calendar(zone=firm.zone, hours=hours, closed=closed, country=firm.country)
