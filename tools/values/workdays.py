"""Which days an office works, from the public calendar."""

from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays


@lru_cache(maxsize=32)
def _holidays(country: str, year: int) -> HolidayBase:
    return country_holidays(country, years=year)


def is_working_day(day: date, *, country: str = "DK") -> bool:
    """Monday to Friday and no public holiday of that country (ISO code)."""
    return day.weekday() < 5 and day not in _holidays(country, day.year)


def next_working_day(after: date, *, country: str = "DK") -> date:
    """The first working day strictly after `after`."""
    day = after + timedelta(days=1)
    while not is_working_day(day, country=country):
        day += timedelta(days=1)
    return day
