"""Reads opening hours as people write them, in English and Danish: "man-fre 8-16, lør 9-13"."""

import re
from typing import Literal

from tools.errors import Rejected
from tools.values.text import fold

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: tuple[Day, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
Week = dict[Day, tuple[str, str]]

_BEGINNINGS: dict[str, int] = {
    **{day[:3]: number for number, day in enumerate(DAYS)},
    **{name: number for number, name in enumerate(("man", "tir", "ons", "tor", "fre"))},
    **{"loer": 5, "lor": 5, "soen": 6, "son": 6},
}
_SPANS = {
    **dict.fromkeys(("hverdage", "weekdays"), (0, 4)),
    **dict.fromkeys(("hver dag", "alle dage", "every day", "daily"), (0, 6)),
}
_TIME = r"(\d{1,2})(?:[:.](\d\d))?"
_PART = re.compile(
    rf"(?P<days>[^\d]+?)[\s:]*(?:kl\.?\s*|from\s+|fra\s+)?{_TIME}\s*(?:-|–|to|til)\s*(?:kl\.?\s*)?{_TIME}"
)


def read_week(text: str) -> Week:
    """When the firm opens and closes on each day that is named. Raises Rejected."""
    week: Week = {}
    for part in re.split(r"\s*[,;]\s*", text.strip().lower().rstrip(".")):
        found = _PART.fullmatch(part)
        if found is None:
            raise Rejected(f"{part!r} is not a day and two times.")
        opens, closes = _clock(found[2], found[3]), _clock(found[4], found[5])
        if opens >= closes:
            raise Rejected(f"{part!r} closes before it opens.")
        first, last = _days(found["days"].strip())
        week |= {day: (opens, closes) for day in DAYS[first : last + 1]}
    return week


def _clock(hour: str, minute: str | None) -> str:
    if int(hour) > 23 or int(minute or 0) > 59:
        raise Rejected(f"{hour}:{minute or '00'} is no time of the day.")
    return f"{int(hour):02}:{minute or '00'}"


def _days(said: str) -> tuple[int, int]:
    if said in _SPANS:
        return _SPANS[said]
    first, *rest = re.split(r"\s*(?:-|–|\bto\b|\btil\b)\s*", said)
    if len(rest) > 1:
        raise Rejected(f"{said!r} is not a day or two.")
    begins = _day(first)
    ends = _day(rest[0]) if rest else begins
    if ends < begins:
        raise Rejected(f"{said!r} runs backwards.")
    return begins, ends


def _day(said: str) -> int:
    folded = fold(said).rstrip(".")
    for beginning, number in _BEGINNINGS.items():
        if folded.startswith(beginning):
            return number
    raise Rejected(f"{said!r} is no day.")
