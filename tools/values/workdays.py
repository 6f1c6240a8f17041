"""Which days an office works, from the public calendar."""

import datetime as dt
import importlib.util
import sys
from collections.abc import Mapping
from functools import cache
from types import ModuleType

import holidays

_SUPPORTED = {"en": "en_US", "da": "da"}
"""The languages that the Danish calendar's names come in."""


@cache
def public_holidays(country: str, year: int, language: str = "en") -> Mapping[dt.date, str]:
    """Dates and names of a country's (ISO code) public holidays; a country that is not known has none."""
    _load_single_countries()
    spoken = _SUPPORTED[language] if country == "DK" else None
    try:
        return dict(holidays.country_holidays(country, years=year, language=spoken))
    except NotImplementedError:
        return {}


@cache
def _load_single_countries() -> None:
    # The package imports all its 250 countries with the first one (8 MB); its own loader then asks for one of them
    # by name, so an empty package in its place is enough.
    name = "holidays.countries"
    spec = importlib.util.find_spec(name)
    if name in sys.modules or spec is None or not spec.submodule_search_locations:
        return
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package


def is_working_day(day: dt.date, *, country: str = "DK") -> bool:
    """Monday to Friday and no public holiday of that country (ISO code)."""
    return day.weekday() < 5 and day not in public_holidays(country, day.year)


def next_working_day(after: dt.date, *, country: str = "DK") -> dt.date:
    """The first working day strictly after `after`."""
    day = after + dt.timedelta(days=1)
    while not is_working_day(day, country=country):
        day += dt.timedelta(days=1)
    return day
