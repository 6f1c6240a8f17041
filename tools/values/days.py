"""The grammar of days in words: "i morgen", "next Tuesday", "om 14 dage", "tirsdag i næste uge"."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from tools.values.counted import read_ago, read_ahead
from tools.values.dates import (
    DayRead,
    month_of,
    number,
    read_month,
    read_month_first,
    read_number_date,
    read_week,
    week_of,
)
from tools.values.readings import Day, Problem
from tools.values.tokens import Tokens
from tools.values.vocabulary import (
    COMING,
    LAST,
    LAST_WEEKDAYS,
    MONTH,
    MONTHS,
    NEXT,
    NUMBERS,
    ORDINALS,
    PARTS,
    SHORT_WEEKDAYS,
    SINCE,
    THIS,
    WEEK,
    WEEKDAYS,
    WEEKEND,
)

_OFFSETS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("the", "day", "after", "tomorrow"), 2),
    (("day", "after", "tomorrow"), 2),
    (("the", "day", "before", "yesterday"), -2),
    (("day", "before", "yesterday"), -2),
    (("i", "overmorgen"), 2),
    (("iovermorgen",), 2),
    (("overmorgen",), 2),
    (("i", "morgen"), 1),
    (("imorgen",), 1),
    (("tomorrow",), 1),
    (("tmrw",), 1),
    (("i", "dag"), 0),
    (("idag",), 0),
    (("today",), 0),
    (("i", "gaar"), -1),
    (("igaar",), -1),
    (("yesterday",), -1),
    (("i", "forgaars"), -2),
)
_ON = frozenset(("on", "paa"))
_DEFINITE_PARTS = frozenset(("morgenen", "formiddagen", "eftermiddagen", "aftenen", "natten"))
_DEN = frozenset(("den", "d", "the"))


def read_day(t: Tokens, i: int, today: date) -> DayRead | None:
    """The day, week or month said from token `i` on, and the token after it."""
    word = t.words[i]
    if word.isdecimal():
        if not t.fresh(i):
            return None
        marked = t.words[i - 1] in _DEN or t.words[i - 1] in _ON
        return read_number_date(t, i, today, marked=marked) or read_ago(t, i, today)
    for rule in _RULES.get(word, ()):
        read = rule(t, i, today)
        if read:
            return read
    return None


def next_weekday(weekday: int, *, after: date) -> date:
    """The first day with that weekday strictly after `after`."""
    return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _fixed(t: Tokens, i: int, today: date) -> DayRead | None:
    for phrase, days in _OFFSETS:
        if t.words[i] == phrase[0] and t.words[i : i + len(phrase)] == phrase:
            return Day(first=today + timedelta(days=days)), i + len(phrase)
    return None


def _today_part(t: Tokens, i: int, today: date) -> DayRead | None:
    """tonight, this afternoon, i aften, i eftermiddag."""
    if t.words[i] == "tonight":
        return Day(first=today, part="evening"), i + 1
    part = PARTS.get(t.words[i + 1])
    if part is None or t.words[i + 1] in _DEFINITE_PARTS:
        return None
    return Day(first=today, part=part), i + 2


def weekday_at(t: Tokens, i: int, *, marked: bool) -> int | None:
    """The weekday named at `i`; short names count only beside a mark of time."""
    word = t.words[i]
    if word in WEEKDAYS:
        return WEEKDAYS[word]
    short = SHORT_WEEKDAYS.get(word)
    if short is None:
        return None
    after = t.words[i + 2] if t.words[i + 1] == "." else t.words[i + 1]
    timed = after in ("kl", "klokken", "at", "den", "d", "uge") or after.isdecimal()
    return short if marked or (timed and word not in ("tor", "sat")) else None


def _plain_weekday(t: Tokens, i: int, today: date) -> DayRead | None:
    """Friday: the first one after today. Said on a Friday, today is the other reading."""
    weekday = weekday_at(t, i, marked=t.words[i - 1] in _ON)
    if weekday is None or _is_nth(t, i):
        return None
    j = i + 2 if t.words[i + 1] == "." and t.words[i] in SHORT_WEEKDAYS else i + 1
    if t.words[i - 1] in SINCE:
        return Day(first=next_weekday(weekday, after=today - timedelta(days=8))), j
    with_date = _weekday_and_date(t, i, j, weekday, today)
    if with_date:
        return with_date
    of_week = _of_week(t, j, weekday, today)
    if of_week:
        return of_week
    also = today if weekday == today.weekday() else None
    return Day(first=next_weekday(weekday, after=today), also=also, weekday=weekday), j


def _is_nth(t: Tokens, i: int) -> bool:
    """ "the first Monday in December" is not the next Monday: better unread than wrong."""
    month = t.words[i + 3] if t.words[i + 2] == "the" else t.words[i + 2]
    counted = t.words[i - 1] in ORDINALS or t.words[i - 1] in LAST
    return counted and t.words[i + 1] in ("i", "in", "of") and (month in MONTHS or month in MONTH)


def _weekday_and_date(t: Tokens, i: int, j: int, weekday: int, today: date) -> DayRead | None:
    """Tuesday 24 November, tirsdag den 24. november: both must agree."""
    k = j + 1 if t.words[j] == "," else j
    k = _past_den(t, k)
    if t.words[k].isdecimal():
        read = read_number_date(t, k, today, marked=True) if _a_date_follows(t, k) else None
    else:
        read = read_month_first(t, k, today)
    if read is None or read[0].last is not None:
        return None
    day, end = read
    if day.first is None or day.first.weekday() == weekday:
        return replace(day, weekday=weekday), end
    before, after = (
        day.first - timedelta(days=(day.first.weekday() - weekday) % 7),
        next_weekday(weekday, after=day.first),
    )
    dates = tuple(d for d in (day.first, before, after) if d >= today)
    problem = Problem("weekday_mismatch", t.slice(i, end), dates=dates)
    return Day(first=day.first, later=day.later, problem=problem), end


def _past_den(t: Tokens, j: int) -> int:
    """Past "den", "d.", "the" at `j`, if it is there."""
    if t.words[j] not in _DEN and not (t.words[j] == "." and t.words[j - 1] == "d"):
        return j
    return j + 2 if t.words[j] == "d" and t.words[j + 1] == "." else j + 1


def _a_date_follows(t: Tokens, k: int) -> bool:
    """ "tirsdag 8.30" is a time, "tirsdag 24.11" a date: a month must be possible."""
    mark = t.words[k + 1]
    if mark == "-":
        return t.words[k + 3] == "-"
    if mark != "." or not t.words[k + 2].isdecimal() or not t.glued(k + 1):
        return mark != ":"
    month = number(t, k + 2)
    return month is not None and 1 <= month <= 12 and t.words[k + 2] != "00"


def _of_week(t: Tokens, j: int, weekday: int, today: date) -> DayRead | None:
    """tirsdag i næste uge, Tuesday next week, tirsdag uge 48, fredag i denne uge."""
    k = j
    while t.words[k] in ("i", "in", "of", ",") and k < j + 2:
        k += 1
    read = read_week(t, k, today) or _modified(t, k, today, units=WEEK)
    if read is None:
        return None
    week, end = read
    if week.first is None:
        return read
    chosen = week.first + timedelta(days=weekday)
    later = week.later + timedelta(days=weekday) if week.later else None
    return Day(first=chosen, week=None, later=later, weekday=weekday), end


def _next_or_last(t: Tokens, i: int, today: date) -> DayRead | None:
    """next Tuesday, this Friday, på kommende mandag, last week, næste måned."""
    weekday = weekday_at(t, i + 1, marked=True)
    if weekday is not None:
        return None if _is_nth(t, i + 1) else (_modified_weekday(t.words[i], weekday, today), i + 2)
    return _modified(t, i, today, units=WEEK | MONTH | WEEKEND)


def _modified_weekday(word: str, weekday: int, today: date) -> Day:
    monday = _monday(today)
    this = monday + timedelta(days=weekday)
    if word in COMING:
        return Day(first=next_weekday(weekday, after=today), weekday=weekday)
    if word in THIS:
        return Day(first=this, later=this + timedelta(days=7), weekday=weekday)
    if word in LAST:
        recent = next_weekday(weekday, after=today - timedelta(days=8))
        before = this - timedelta(days=7)
        return Day(first=recent, also=before if before != recent else None, weekday=weekday)
    # "Next Tuesday" is the Tuesday of the following ISO week. Where that weekday is still ahead in
    # this week, or today is Sunday, people disagree: the other day goes along so that the card can
    # show which one is meant.
    chosen = this + timedelta(days=7)
    also = this if this > today else chosen + timedelta(days=7) if today.weekday() == 6 else None
    return Day(first=chosen, also=also, weekday=weekday)


def _modified(t: Tokens, i: int, today: date, *, units: frozenset[str]) -> DayRead | None:
    word, unit = t.words[i], t.words[i + 1]
    if unit not in units:
        return None
    steps = 1 if word in NEXT or word in COMING else 0 if word in THIS else -1
    if steps == -1 and word not in LAST:
        return None
    if unit in MONTH:
        return month_of(today.year, today.month + steps), i + 2
    monday = _monday(today) + timedelta(days=7 * steps)
    if unit in WEEKEND:
        later = monday + timedelta(days=12)
        return Day(
            first=monday + timedelta(days=5), last=later - timedelta(days=6), later=later
        ), i + 2
    year, week, _ = monday.isocalendar()
    if weekday := _weekday_inside(t, i + 2):
        return Day(first=monday + timedelta(days=weekday[0]), weekday=weekday[0]), weekday[1]
    return week_of(year, week), i + 2


def _weekday_inside(t: Tokens, j: int) -> tuple[int, int] | None:
    """næste uge tirsdag, next week on Tuesday."""
    k = j + 1 if t.words[j] in _ON else j
    weekday = WEEKDAYS.get(t.words[k])
    return None if weekday is None else (weekday, k + 1)


def _week(t: Tokens, i: int, today: date) -> DayRead | None:
    read = read_week(t, i, today)
    if read is None:
        return None
    day, end = read
    inside = _weekday_inside(t, end)
    if inside is None or day.first is None:
        return read
    return Day(first=day.first + timedelta(days=inside[0]), weekday=inside[0]), inside[1]


def _weekend(t: Tokens, i: int, today: date) -> DayRead | None:
    """i weekenden, at the weekend."""
    if t.words[i + 1] != "weekenden" and t.words[i : i + 2] != ("the", "weekend"):
        return None
    saturday = _monday(today) + timedelta(days=5)
    return Day(first=saturday, last=saturday + timedelta(days=1)), i + 2


def _last_weekday(t: Tokens, i: int, today: date) -> DayRead | None:
    """i tirsdags."""
    weekday = LAST_WEEKDAYS.get(t.words[i + 1])
    if weekday is None:
        return None
    return Day(first=next_weekday(weekday, after=today - timedelta(days=8))), i + 2


def _in_month(t: Tokens, i: int, today: date) -> DayRead | None:
    """in December, i marts 2027, since June."""
    read = read_month(t, i + 1, today, backward=t.words[i] in SINCE)
    return read if read and not t.words[read[1]].isdecimal() else None


def _marked_day(t: Tokens, i: int, today: date) -> DayRead | None:
    """den 3., the 24th, d. 24. november, på mandag, on Monday the 23rd."""
    j = _past_den(t, i + 1 if t.words[i] in _ON else i)
    if t.words[j].isdecimal() or t.words[j] in ORDINALS:
        return read_number_date(t, j, today, marked=True)
    if t.words[j] in _ON or t.words[j] in _DEN or j != i + 1:
        return None
    return read_day(t, j, today)


_Rule = Callable[[Tokens, int, date], DayRead | None]
_RULES: dict[str, tuple[_Rule, ...]] = {
    **dict.fromkeys(MONTHS, (read_month_first,)),
    **dict.fromkeys((*WEEKDAYS, *SHORT_WEEKDAYS), (_plain_weekday,)),
    **dict.fromkeys(NUMBERS, (read_ago,)),
    **dict.fromkeys(WEEK, (_week,)),
    **dict.fromkeys((*NEXT, *LAST, *COMING), (_next_or_last,)),
    **dict.fromkeys(THIS, (_next_or_last, _today_part)),
    **dict.fromkeys(SINCE, (_in_month,)),
    **dict.fromkeys([phrase[0] for phrase, _ in _OFFSETS], (_fixed,)),
    "mar": (read_month_first,),
    "tonight": (_today_part,),
    "i": (_fixed, _last_weekday, _weekend, _today_part, _in_month),
    "in": (read_ahead, _in_month),
    "for": (read_ago, _in_month),
    "om": (read_ahead,),
    "the": (_fixed, _weekend, _marked_day),
    **dict.fromkeys((*_ON, "den", "d"), (_marked_day,)),
}
STARTERS = frozenset(_RULES)
