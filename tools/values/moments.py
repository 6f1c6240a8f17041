"""Reads moments (dates, times, ranges) out of a person's sentence, and says them back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from tools.values.clocks import STARTERS as CLOCK_STARTERS
from tools.values.clocks import part_clock, read_clock
from tools.values.counted import amount
from tools.values.days import STARTERS as DAY_STARTERS
from tools.values.days import next_weekday, read_day
from tools.values.instants import as_date, as_instant, as_span, clock_problems
from tools.values.readings import Clock, Day, Moment, Problem, ProblemKind
from tools.values.saying import say_date, say_instant, say_span, say_time
from tools.values.spans import Found, found
from tools.values.tokens import Tokens, tokenise
from tools.values.vocabulary import MINUTE_UNITS, TO

__all__ = [
    "Moment",
    "Problem",
    "ProblemKind",
    "as_date",
    "as_instant",
    "as_span",
    "find_moments",
    "read_moment",
    "say_date",
    "say_instant",
    "say_span",
    "say_time",
]

# Longer texts are pasted documents: their first pages are read, so that a turn stays short.
_LONGEST = 20_000
_STARTERS = CLOCK_STARTERS | DAY_STARTERS
_BETWEEN = frozenset((",", "i", "om", "d", "den", "t", "the", "time", "tid", "kl"))
_CONNECTORS = frozenset((",", "on", "paa", "den", "d", "the", "i"))
_NOW = frozenset(("now", "nu"))
_LEADS = frozenset(
    ("from", "fra", "since", "siden", "until", "til", "by", "senest", "i", "in", "after", "efter")
)
_FROM = frozenset(("from", "fra", "between", "mellem"))

_Point = tuple[Day | None, Clock | None, int]


def find_moments(text: str, *, now: datetime, zone: ZoneInfo) -> list[Found[Moment]]:
    """Every moment in `text`, left to right. `now` is aware; days and hours are those of `zone`.

    What cannot be (30 February, a Monday that is a Tuesday) or has passed is returned with its
    problems.
    """
    t = tokenise(text[:_LONGEST])
    local = now.astimezone(zone)
    moments: list[Found[Moment]] = []
    i = 0
    while i < len(t):
        word = t.words[i]
        read = None
        if word in _STARTERS or word[0].isdecimal():
            read = _read(t, i, local, zone, loose=False)
        if read is None:
            i += 1
            continue
        moment, end = read
        moments.append(found(moment, text, t.starts[i], t.ends[end - 1]))
        i = end
    return moments


def read_moment(text: str, *, now: datetime, zone: ZoneInfo) -> Moment | None:
    """The moment that the whole of `text` says, or None. Looser than a sentence: "10-12", "8.30"
    and "now" count.
    """
    t = tokenise(text.strip()[:200])
    local = now.astimezone(zone)
    if len(t) == 0:
        return None
    if t.words[0] in _NOW and len(t) == 1:
        return _exactly(now, zone)
    read = _read(t, 0, local, zone, loose=True)
    if read is None and t.words[0] in _LEADS:
        read = _read(t, 1, local, zone, loose=True)
    if read is None:
        return None
    moment, end = read
    return moment if all(word in (".", "!", "?", ",") for word in t.words[end : len(t)]) else None


def _read(
    t: Tokens, i: int, local: datetime, zone: ZoneInfo, *, loose: bool
) -> tuple[Moment, int] | None:
    exact = _in_hours(t, i, local, zone)
    if exact:
        return exact
    today = local.date()
    point = _point(t, i, today, loose=loose)
    if point is None and t.words[i] in _FROM:
        point = _point(t, i + 1, today, loose=False)
        if point and not _is_range(t, point):
            point = None
    if point is None:
        return None
    day, clock, end = point
    until = _until_point(t, point, today, between=t.words[i] in ("between", "mellem"))
    if until:
        end = until[2]
    if until is None and clock is None and day and day.part:
        clock = part_clock(day.part)
    return _moment(t.slice(i, end), day, clock, until, local=local, zone=zone), end


def _is_range(t: Tokens, point: _Point) -> bool:
    day, clock, end = point
    return day is not None and (
        t.words[end] in (*TO, "and", "og") or (clock is not None and clock.until is not None)
    )


def _in_hours(t: Tokens, i: int, local: datetime, zone: ZoneInfo) -> tuple[Moment, int] | None:
    """in 2 hours, om 30 minutter, om en time: an instant, to the minute."""
    if t.words[i] not in ("in", "om"):
        return None
    half = t.words[i + 1 : i + 3] == ("en", "halv") or t.words[i + 1 : i + 3] == ("half", "an")
    count = 1 if half else amount(t, i + 1)
    unit = MINUTE_UNITS.get(t.words[i + 3 if half else i + 2])
    if count is None or unit is None or len(t.words[i + 2]) == 1:
        return None
    minutes = 30 if half else count * unit
    return _exactly(local + timedelta(0), zone, minutes=minutes), i + 4 if half else i + 3


def _exactly(instant: datetime, zone: ZoneInfo, *, minutes: int = 0) -> Moment:
    there = (instant.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone)
    there = there.replace(second=0, microsecond=0)
    return Moment(date=there.date(), time=there.time().replace(fold=0), exact=there)


def _point(t: Tokens, i: int, today: date, *, loose: bool) -> _Point | None:
    """A day, a clock, or both in either order."""
    day_read = read_day(t, i, today)
    if day_read:
        return _clock_behind(t, day_read[0], day_read[1])
    clock_read = read_clock(t, i, loose=loose)
    if clock_read is None:
        # "10-12 på tirsdag": the day behind makes a time of bare digits.
        bare = read_clock(t, i, loose=True) if t.words[i].isdecimal() else None
        behind = _day_behind(t, bare[1], today) if bare else None
        return (behind[0], bare[0], behind[1]) if bare and behind else None
    _, clock, end = _after_part(t, Day(), clock_read)
    behind = _day_behind(t, end, today)
    if behind is None:
        return None, clock, end
    day, end = behind
    if clock and clock.part:
        _, more, last = _clock_behind(t, replace(day, part=clock.part), end)
        if more and not more.part:
            return day, more, last
    return day, clock, end


def _clock_behind(t: Tokens, day: Day, end: int) -> _Point:
    """The time said behind a day: "tirsdag kl. 10", "tomorrow morning at 8", "2026-11-24T10:00"."""
    j = end
    while t.words[j] in _BETWEEN and j < end + 2:
        read = read_clock(t, j, loose=True)
        if read:
            return _after_part(t, day, read)
        j += 2 if t.words[j] == "d" and t.words[j + 1] == "." else 1
    if t.words[j] in TO:
        return day, None, end
    read = read_clock(t, j, loose=t.words[end] != ",")
    return _after_part(t, day, read) if read else (day, None, end)


def _after_part(t: Tokens, day: Day, read: tuple[Clock, int]) -> _Point:
    """ "i morgen formiddag kl. 10": the exact time wins over the part of the day, which settles its
    half.
    """
    clock, end = read
    part = clock.part or day.part
    j = end + 1 if t.words[end] == "," else end
    more = read_clock(t, j, loose=True) if clock.part else None
    if more is None or more[0].part or more[0].start is None:
        return day, clock if clock.part else _in_part(clock, part), end
    return day, _in_part(more[0], part), more[1]


def _in_part(clock: Clock, part: str | None) -> Clock:
    if part in ("afternoon", "evening") and clock.start and 1 <= clock.start.hour < 12:
        return replace(clock, start=clock.start.replace(hour=clock.start.hour + 12))
    if part in ("morning", "forenoon", "night") and clock.start and 13 <= clock.start.hour <= 18:
        return replace(clock, start=clock.start.replace(hour=clock.start.hour - 12))
    return clock


def _day_behind(t: Tokens, end: int, today: date) -> tuple[Day, int] | None:
    """The day said behind a time: "kl. 10 på tirsdag", "10:00 tomorrow"."""
    j = end
    read = read_day(t, j, today)
    while read is None and t.words[j] in _CONNECTORS and j < end + 2:
        j += 1
        read = read_day(t, j, today)
    return read if read and read[0].week is None else None


def _until_point(t: Tokens, point: _Point, today: date, *, between: bool) -> _Point | None:
    """What a range of days ends with: "mandag til onsdag", "fra mandag kl. 9 til onsdag kl. 12"."""
    day, _, end = point
    if day is None or day.first is None or day.last is not None:
        return None
    if t.words[end] not in TO and not (between and t.words[end] in ("and", "og")):
        return None
    second = _point(t, end + 1, today, loose=True)
    if second is None or (second[0] and (second[0].last or second[0].first is None)):
        return None
    if second[0] is None and point[1] is None:
        return None
    return second


def _moment(
    said: str,
    day: Day | None,
    clock: Clock | None,
    until: _Point | None,
    *,
    local: datetime,
    zone: ZoneInfo,
) -> Moment:
    first = day.first if day else None
    last = day.last if day else None
    start, until_time = (clock.start, clock.until) if clock else (None, None)
    problems = [p for p in (day and day.problem, clock and clock.problem) if p]
    if clock and clock.until_days and first:
        last = first + timedelta(days=clock.until_days)
    if clock and clock.days and first:
        first += timedelta(days=clock.days)
    if until:
        until_day, until_clock, _ = until
        last = _last_day(first, until_day) if until_day else last
        until_time = until_clock.start if until_clock else None
        problems += [
            p for p in (until_day and until_day.problem, until_clock and until_clock.problem) if p
        ]
    moment = Moment(
        date=first,
        time=start,
        until_date=last,
        until_time=until_time,
        week=day.week if day else None,
        part=clock.part if clock and clock.until else None,
        also=day.also if day else None,
        problems=tuple(problems),
    )
    if clock and clock.offset is not None and first and start and not problems:
        return _at_offset(moment, clock.offset, said, local=local, zone=zone)
    later = day.later if day else None
    return replace(
        moment,
        problems=(*problems, *clock_problems(moment, said, later=later, now=local, zone=zone)),
    )


def _last_day(first: date | None, until: Day) -> date | None:
    """ "friday to tuesday": the second weekday is counted from the first day."""
    if first and until.first and until.weekday is not None and until.problem is None:
        plain = until.first < first or until.first > first + timedelta(days=7)
        return next_weekday(until.weekday, after=first) if plain else until.first
    return until.first


def _at_offset(
    moment: Moment, offset: int, said: str, *, local: datetime, zone: ZoneInfo
) -> Moment:
    assert moment.date is not None
    assert moment.time is not None
    there = datetime.combine(moment.date, moment.time, timezone(timedelta(minutes=offset)))
    exact = _exactly(there, zone)
    return replace(exact, problems=clock_problems(exact, said, later=None, now=local, zone=zone))
