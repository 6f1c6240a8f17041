"""On which days, and from which instants, the firm is open for a job: what may be offered before anybody is asked."""

import datetime as dt
from collections.abc import Iterable

from tools.booking import rules
from tools.booking.service import DAY, Diary, Job


def fits(page: Diary, job: Job, start: dt.datetime) -> bool:
    """Whether the firm is open for all of the job from then on."""
    opened = rules.openings(start.astimezone(page.calendar.zone).date(), page.calendar)
    return any(span.holds(job.at(start)) for span in opened)


def open_days(page: Diary, days: Iterable[dt.date]) -> list[dt.date]:
    """Those of the days on which the firm works."""
    return [day for day in days if rules.why_closed(day, page.calendar) is None]


def open_starts(
    page: Diary, job: Job, at: dt.time, days: Iterable[dt.date], *, after: dt.datetime
) -> list[dt.datetime]:
    """That time of day on each of the days that has it and on which the job fits into the hours."""
    zone = page.calendar.zone
    starts = [rules.instant(day, at, zone) for day in days if rules.exists(day, at, zone)]
    return [start for start in starts if start > after and fits(page, job, start)]


def days_from(first: dt.date, count: int) -> list[dt.date]:
    """That many days, the first one included."""
    return [first + DAY * away for away in range(count)]
