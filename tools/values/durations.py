"""Reads and says lengths of time: "2 hours", "2,5 timer", "halvanden time", "90 minutes"."""

import re
from datetime import timedelta
from decimal import Decimal

from tools.values.spans import Found, found
from tools.values.text import Language, fold
from tools.values.vocabulary import NUMBERS

_LONGEST = 20_000
_WORDS = "|".join(sorted((w for w in NUMBERS if len(w) > 1), key=len, reverse=True)) + "|a"
_AMOUNT = rf"\d{{1,4}}(?:[.,]\d{{1,2}})?|{_WORDS}"
_MINUTES_BY_UNIT: tuple[tuple[str, int], ...] = (
    ("timers", 60),
    ("timer", 60),
    ("times", 60),
    ("time", 60),
    ("hours", 60),
    ("hour", 60),
    ("hrs", 60),
    ("hr", 60),
    ("minutters", 1),
    ("minutter", 1),
    ("minut", 1),
    ("minutes", 1),
    ("minute", 1),
    ("mins", 1),
    ("min", 1),
    ("days", 1440),
    ("day", 1440),
    ("dage", 1440),
    ("dags", 1440),
    ("weeks", 10080),
    ("week", 10080),
    ("uger", 10080),
    ("ugers", 10080),
)
_UNITS: dict[str, int] = dict(_MINUTES_BY_UNIT)
_UNIT = "|".join(unit for unit, _ in _MINUTES_BY_UNIT)
_MORE = (
    r"(?:\s{0,3}(?P<half>and\s+a\s+half|og\s+en\s+halv))?"
    rf"\s{{0,3}}[-\s]?(?P<unit>{_UNIT})\b"
    r"(?:\s{0,3}(?P<half2>and\s+a\s+half|og\s+en\s+halv)\b)?"
    rf"(?:\s{{0,3}}(?:and|og)?\s{{1,3}}(?P<more>\d{{1,2}}|{_WORDS})\s{{0,3}}(?P<minutes>min(?:utter|utes|ute|ut|s)?)\b)?"
)
_PATTERN = re.compile(
    rf"(?<![\w.,:/-])(?:(?P<amount>{_AMOUNT}){_MORE}"
    r"|(?P<oneandhalf>halvanden\s+time|one\s+and\s+a\s+half\s+hours?|an?\s+hour\s+and\s+a\s+half)\b"
    r"|(?P<halfhour>half\s+an\s+hour|a\s+half\s+hour|(?:en\s+)?halv\s+time)\b"
    r"|(?P<quarter>(?:et\s+)?kvarter|a\s+quarter\s+of\s+an\s+hour)\b"
    r"|(?P<hours>\d{1,2})\s?(?:h|t)\s?(?P<rest>\d{1,2})?\s?(?:m|min)?\b)",
    re.IGNORECASE,
)
# "in two days" and "2 days ago" are moments, not lengths.
_MOMENT_BEFORE = re.compile(r"\b(?:in|om)\s+$", re.IGNORECASE)
_MOMENT_AFTER = re.compile(r"\s+(?:ago|siden|from\s+now)\b", re.IGNORECASE)
# "et kvarter i tre" is a time of day.
_CLOCK_AFTER = re.compile(r"\s+(?:over|i|past|to)\s+\w", re.IGNORECASE)


def find_durations(text: str) -> list[Found[timedelta]]:
    """Every length of time in `text`, left to right."""
    read = text[:_LONGEST]
    return [
        found(_length(match), text, match.start(), match.end())
        for match in _PATTERN.finditer(read)
        if not _is_a_moment(read, match)
    ]


def read_duration(text: str) -> timedelta | None:
    """The length of time that the whole of `text` says, or None."""
    match = _PATTERN.fullmatch(text.strip()[:60])
    return _length(match) if match else None


def _is_a_moment(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 10) : match.start()]
    if _MOMENT_BEFORE.search(before) or _MOMENT_AFTER.match(text, match.end()):
        return True
    return bool(match["quarter"] and _CLOCK_AFTER.match(text, match.end()))


def _length(match: re.Match[str]) -> timedelta:
    if match["oneandhalf"]:
        return timedelta(minutes=90)
    if match["halfhour"]:
        return timedelta(minutes=30)
    if match["quarter"]:
        return timedelta(minutes=15)
    if match["hours"]:
        return timedelta(hours=int(match["hours"]), minutes=int(match["rest"] or 0))
    amount = _number(match["amount"])
    if match["half"] or match["half2"]:
        amount += Decimal("0.5")
    minutes = amount * _UNITS[match["unit"].lower()]
    if match["more"]:
        minutes += _number(match["more"])
    return timedelta(seconds=int(minutes * 60))


def _number(word: str) -> Decimal:
    if word[0].isdecimal():
        return Decimal(word.replace(",", "."))
    return Decimal(NUMBERS[fold(word)])


def say_duration(length: timedelta, language: Language) -> str:
    """ "2 hours 30 minutes" / "2 timer 30 minutter"; whole minutes."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    one_hour, many_hours = ("hour", "hours") if language == "en" else ("time", "timer")
    one_minute, many_minutes = ("minute", "minutes") if language == "en" else ("minut", "minutter")
    said = f"{hours} {one_hour if hours == 1 else many_hours}" if hours else ""
    if minutes or not hours:
        said += f" {minutes} {one_minute if minutes == 1 else many_minutes}"
    return said.strip()
