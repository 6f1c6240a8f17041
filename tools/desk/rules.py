"""Weeks and firms in words: pure readers of "mon-fri 8-17, sat 8-15" and of what a firm may say of itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from stdnum.dk import cvr
from stdnum.exceptions import ValidationError

from tools.contacts import email_of, phone_of
from tools.values.text import clean, fold
from tools.values.vocabulary import SHORT_WEEKDAYS, WEEKDAYS

FirmField = Literal["name", "address", "phone", "email", "language", "zone", "cvr", "notice_hours"]
Week = Mapping[int, tuple[str, str] | None]
"""Weekday (0 Monday) → opening and closing time, or None for closed."""

COLUMNS: frozenset[str] = frozenset({"name", "language", "zone", "cvr"})
"""The fields that are columns of the tenant; the others are settings."""

_GROUPS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("weekdays", "weekday", "hverdage", "hverdag"), (0, 1, 2, 3, 4)),
    **dict.fromkeys(("weekend", "weekends", "weekenden", "weekender"), (5, 6)),
    **dict.fromkeys(("daily", "everyday", "dagligt"), (0, 1, 2, 3, 4, 5, 6)),
}
_RANGE = frozenset(("-", "–", "to", "til", "through"))
_CLOSED = frozenset(("closed", "lukket", "shut"))
_FILLING = frozenset(
    (",", ";", "and", "og", "from", "fra", "on", "paa", "kl", ".", "at", ":", "open")
)
_FILLING_DA = frozenset(("aabent", "aaben", "the", "hours"))
_TOKEN = re.compile(r"\d{1,2}(?:[:.]\d{2})?|[a-z]+|[-–,;:.]")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_LANGUAGES = {
    **dict.fromkeys(("da", "danish", "dansk"), "da"),
    **dict.fromkeys(("en", "english", "engelsk"), "en"),
}


_FIELDS: Mapping[str, FirmField] = {
    **dict.fromkeys(("navn", "company name", "firmanavn"), "name"),
    **dict.fromkeys(("adresse", "street"), "address"),
    **dict.fromkeys(("telefon", "telefonnummer", "phone number", "tlf", "nummer"), "phone"),
    **dict.fromkeys(("e-mail", "mail", "mailadresse", "e-mailadresse", "e-mail address"), "email"),
    **dict.fromkeys(("sprog",), "language"),
    **dict.fromkeys(("tidszone", "time zone", "timezone"), "zone"),
    **dict.fromkeys(("cvr-nummer", "cvr number", "vat number"), "cvr"),
    **dict.fromkeys(("notice", "notice hours", "notice period", "varsel"), "notice_hours"),
}
_ROLES: Mapping[str, str] = {
    **dict.fromkeys(("ejer",), "owner"),
    **dict.fromkeys(("office", "kontor", "kontoret", "administrator"), "staff"),
    **dict.fromkeys(("medarbejder", "assistent", "cleaner", "worker"), "crew"),
    **dict.fromkeys(("bogholder", "accountant"), "bookkeeper"),
    **dict.fromkeys(("forhandler",), "reseller"),
    **dict.fromkeys(("kunde",), "customer"),
}


def read_field(said: object) -> object:
    """A field of the firm as people call it ("telefon"), by its name; anything else unchanged."""
    return _FIELDS.get(fold(said), fold(said)) if isinstance(said, str) else said


def read_role(said: object) -> object:
    """A role as people call it ("bogholder"), by its name; anything else unchanged."""
    return _ROLES.get(fold(said), fold(said)) if isinstance(said, str) else said


class NotAWeek(ValueError):
    """These words do not say which days have which hours."""


@dataclass
class _Reading:
    """Where a reader of week words is."""

    week: dict[int, tuple[str, str] | None] = field(
        default_factory=dict[int, tuple[str, str] | None]
    )
    days: list[int] = field(default_factory=list[int])
    times: list[str] = field(default_factory=list[str])
    ranged: bool = False


def read_week(words: str) -> Week:
    """The weekdays that `words` name, with their hours; a day without hours is closed. Raises NotAWeek."""
    plain = fold(words).replace("every day", "daily").replace("alle dage", "daily")
    reading = _Reading()
    for token in _TOKEN.findall(plain.replace("hver dag", "daily")):
        _take(reading, token)
    if reading.times or not (reading.days or reading.week):
        raise NotAWeek(words)
    reading.week.update(dict.fromkeys(reading.days))
    return reading.week


def _take(reading: _Reading, token: str) -> None:
    if (days := _days(token)) is not None:
        _add_days(reading, days)
    elif token[0].isdigit():
        _add_time(reading, token)
    elif token in _RANGE:
        reading.ranged = True
    elif token in _CLOSED:
        reading.week.update(dict.fromkeys(reading.days))
        reading.days = []
    elif token not in _FILLING and token not in _FILLING_DA:
        raise NotAWeek(token)


def _days(token: str) -> tuple[int, ...] | None:
    if token in _GROUPS:
        return _GROUPS[token]
    number = WEEKDAYS.get(token, WEEKDAYS.get(token.removesuffix("s"), SHORT_WEEKDAYS.get(token)))
    return None if number is None else (number,)


def _add_days(reading: _Reading, days: tuple[int, ...]) -> None:
    if reading.times:
        raise NotAWeek("a time without its end")
    if reading.ranged and reading.days:
        last = reading.days[-1]
        days = tuple((last + step) % 7 for step in range(1, (days[0] - last) % 7 + 1))
    reading.ranged = False
    reading.days += [day for day in days if day not in reading.days]


def _add_time(reading: _Reading, token: str) -> None:
    reading.times.append(as_clock(token))
    if len(reading.times) < 2:
        return
    opens, closes = reading.times
    if not reading.days or opens >= closes:
        raise NotAWeek(f"{opens}-{closes}")
    reading.week.update(dict.fromkeys(reading.days, (opens, closes)))
    reading.days, reading.times, reading.ranged = [], [], False


def as_clock(token: str) -> str:
    """ "8" → "08:00", "8.30" → "08:30", "24" → "24:00". Raises NotAWeek for no time of day."""
    match = _TIME.fullmatch(token)
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if (hour, minute) != (24, 0) and not (hour < 24 and minute < 60):
        raise NotAWeek(token)
    return f"{hour:02}:{minute:02}"


def firm_value(name: FirmField, words: str, *, country: str) -> str | int | None:
    """What is stored for a field of the firm, or None when `words` cannot be its value."""
    plain = " ".join(clean(words).split())
    match name:
        case "name" | "address":
            return plain[:200] or None
        case "phone":
            return phone_of(plain, country)
        case "email":
            return email_of(plain)
        case "language":
            return _LANGUAGES.get(fold(plain))
        case "zone":
            return _zone(plain)
        case "cvr":
            return _cvr(plain)
        case "notice_hours":
            return _notice(plain)


def _zone(plain: str) -> str | None:
    try:
        return ZoneInfo(plain).key
    except (ValueError, OSError):  # unknown, malformed, or a folder of zones
        return None


def _cvr(plain: str) -> str | None:
    try:
        return str(cvr.validate(plain))
    except ValidationError:
        return None


def _notice(plain: str) -> int | None:
    digits = re.match(r"(\d{1,3})\s*(?:h|t|hours?|timers?)?$", plain.casefold())
    hours = int(digits[1]) if digits else -1
    return hours if 0 <= hours <= 336 else None


def code_of(name: str, taken: frozenset[str]) -> str:
    """A short code for a new service: its folded name, with a number behind it where that is taken."""
    base = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:32] or "service"
    numbered = (f"{base}-{number}" for number in range(2, 1000))
    return base if base not in taken else next(code for code in numbered if code not in taken)


def both_names(name: str) -> tuple[str, str]:
    """ "Carpet clean / Tæpperens" is both names; one name is both."""
    english, _, danish = (part.strip() for part in name.partition(" / "))
    return english, danish or english
