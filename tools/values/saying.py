"""Says dates and times to a person, in words that the readers take back as the same instant."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from tools.values.text import Language

_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
}
_MONTHS: dict[Language, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "da": (
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ),
}


def say_date(day: date, language: Language) -> str:
    """ "Tuesday 24 November 2026" / "tirsdag d. 24. november 2026"."""
    weekday, month = _WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language == "da":
        return f"{weekday} d. {day.day}. {month} {day.year}"
    return f"{weekday} {day.day} {month} {day.year}"


def say_time(at: time) -> str:
    """ "10:00": the same in both languages."""
    return f"{at.hour:02}:{at.minute:02}"


def say_clock(at: time, language: Language) -> str:
    """ "at 10:00" / "kl. 10:00"."""
    return f"kl. {say_time(at)}" if language == "da" else f"at {say_time(at)}"


def say_instant(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """ "Tuesday 24 November 2026 at 10:00" / "tirsdag d. 24. november 2026 kl. 10:00", on the clock
    of `zone`.

    In the hour that comes twice in autumn the offset is said too: "at 02:30 (UTC+2)".
    """
    there = instant.astimezone(zone)
    said = f"{say_date(there.date(), language)} {say_clock(there.time(), language)}"
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    return f"{said} ({_offset(there)})" if twice else said


def _offset(there: datetime) -> str:
    offset = there.utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def say_span(start: datetime, end: datetime, zone: ZoneInfo, language: Language) -> str:
    """ "Tuesday 24 November 2026 at 10:00–12:00", with the second date where the days differ."""
    last = end.astimezone(zone)
    if start.astimezone(zone).date() == last.date():
        return f"{say_instant(start, zone, language)}–{say_time(last.time())}"
    joint = " til " if language == "da" else " to "
    return say_instant(start, zone, language) + joint + say_instant(end, zone, language)
