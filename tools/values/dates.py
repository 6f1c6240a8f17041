"""The grammar of calendar dates and weeks: "24.12.2026", "den 3.", "December 24th", "uge 48"."""

from calendar import monthrange
from datetime import date, timedelta

from tools.values.readings import Day, Problem
from tools.values.tokens import Tokens
from tools.values.vocabulary import (
    MONTHS,
    ORDINAL_ENDS,
    ORDINALS,
    SHIELD_AFTER,
    SHIELD_BEFORE,
    TO,
    WEEK,
)

# A date without a year that passed at most this long ago was probably meant, and is refused as
# past; one that passed longer ago means next year ("3. januar" said in November).
_JUST_PASSED = timedelta(days=180)
_FAR_AHEAD = timedelta(days=270)
_HALVES = frozenset(("am", "pm", "a", "p"))
_YEARS = range(1900, 2200)

DayRead = tuple[Day, int]


def valid(year: int, month: int, day: int) -> date | None:
    """That date, or None where the calendar has none."""
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def placed(day: int, month: int, year: int | None, *, today: date, said: str) -> Day | None:
    """The date with these numbers; without a year the one that is meant on `today`. None: not a
    date at all.
    """
    if not 1 <= month <= 12 and 1 <= day <= 12:
        return _swapped(day, month, year, today=today, said=said)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    if year is not None:
        exact = valid(year, month, day)
        return Day(first=exact) if exact else _no_such_date(month, year, said=said)
    this_year, next_year = valid(today.year, month, day), valid(today.year + 1, month, day)
    if this_year is None:
        passed = date(today.year, month, 1) < today.replace(day=1)
        if passed and next_year:
            return Day(first=next_year)
        return _no_such_date(month, today.year + passed, said=said)
    if this_year < today - _JUST_PASSED and next_year:
        return Day(first=next_year)
    if this_year > today + _FAR_AHEAD:
        return Day(first=this_year, also=valid(today.year - 1, month, day))
    return Day(first=this_year, later=next_year)


def _no_such_date(month: int, year: int, *, said: str) -> Day:
    last = date(year, month, monthrange(year, month)[1])
    return Day(problem=Problem("no_such_date", said, dates=(last, last + timedelta(days=1))))


def _swapped(day: int, month: int, year: int | None, *, today: date, said: str) -> Day | None:
    """ "12/24": no 24th month, though the American order would make a date of it."""
    other = placed(month, day, year, today=today, said=said) if 12 < month <= 31 else None
    if other is None:
        return None
    dates = (other.first,) if other.first else other.problem.dates if other.problem else ()
    return Day(problem=Problem("no_such_date", said, dates=dates))


def number(t: Tokens, i: int, *, digits: int = 2) -> int | None:
    """The number at token `i` when it has at most so many digits."""
    word = t.words[i]
    return int(word) if word.isdecimal() and len(word) <= digits else None


def year_at(t: Tokens, i: int) -> tuple[int | None, int]:
    """A four-digit year at token `i` and the token after it; (None, i) when there is none."""
    word = t.words[i]
    if len(word) == 4 and word.isdecimal() and int(word) in _YEARS:
        return int(word), i + 1
    return None, i


def read_number_date(t: Tokens, i: int, today: date, *, marked: bool) -> DayRead | None:
    """A date that begins with a digit. `marked`: a word before it says that a day follows."""
    return (
        _iso(t, i, today)
        or _with_month_name(t, i, today)
        or _with_marks(t, i, today, marked=marked)
        or (_day_of_month(t, i, today) if marked else None)
    )


def _iso(t: Tokens, i: int, today: date) -> DayRead | None:
    """2026-12-24, also 2026/12/24."""
    year, j = year_at(t, i)
    mark = t.words[j]
    if year is None or mark not in ("-", "/") or t.words[j + 2] != mark:
        return None
    month, day = number(t, j + 1), number(t, j + 3)
    if month is None or day is None or not (t.glued(i) and t.glued(j) and t.glued(j + 2)):
        return None
    read = placed(day, month, year, today=today, said=t.slice(i, j + 4))
    return (read, j + 4) if read else None


def _with_month_name(t: Tokens, i: int, today: date) -> DayRead | None:
    """24. december 2026, 24th of December, 24.-26. december."""
    day, j = _day_number(t, i)
    if day is None:
        return None
    if t.words[j] in TO:
        last, k = _day_number(t, j + 1)
        month = MONTHS.get(t.words[k])
        if last is not None and month:
            return _span(t, i, k, (day, last, month), today)
    if t.words[j] == "of":
        j += 1
    month = MONTHS.get(t.words[j])
    if month is None or (t.words[j] == "mar" and t.words[j + 1].isdecimal() and len(t) > j + 4):
        return None
    j = _past_abbreviation(t, j)
    year, j = _year_after(t, j)
    read = placed(day, month, year, today=today, said=t.slice(i, j))
    return (read, j) if read else None


def _span(t: Tokens, i: int, k: int, numbers: tuple[int, int, int], today: date) -> DayRead | None:
    first_day, last_day, month = numbers
    year, j = _year_after(t, _past_abbreviation(t, k))
    said = t.slice(i, j)
    first = placed(first_day, month, year, today=today, said=said)
    last = placed(last_day, month, year, today=today, said=said)
    if first is None or last is None or first.problem or last.problem:
        return (last, j) if last and last.problem else (first, j) if first else None
    if first.first and last.first and last.first < first.first:
        return Day(problem=Problem("backwards", said, dates=(last.first, first.first))), j
    return Day(first=first.first, last=last.first, later=first.later), j


def _past_abbreviation(t: Tokens, j: int) -> int:
    """Past the month's name at `j` and the dot that shortens it, never the dot that ends the
    sentence.
    """
    short = len(t.words[j]) <= 4 and t.words[j + 1] == "." and t.glued(j)
    return j + 2 if short and t.words[j + 2] else j + 1


def _year_after(t: Tokens, j: int) -> tuple[int | None, int]:
    comma = t.words[j] == ","
    year, k = year_at(t, j + comma)
    return (year, k) if year is not None else (None, j)


def _day_number(t: Tokens, i: int) -> tuple[int | None, int]:
    """24, 24., 24th: the number and the token after it."""
    if t.words[i] in ORDINALS:
        return ORDINALS[t.words[i]], i + 1
    day = number(t, i)
    if day is None:
        return None, i
    if t.glued(i) and (t.words[i + 1] in ORDINAL_ENDS or t.words[i + 1] == "."):
        return day, i + 2
    return day, i + 1


def _with_marks(t: Tokens, i: int, today: date, *, marked: bool) -> DayRead | None:
    """3/12, 24.12., 24.12.2026, 24-12-2026, day before month as in Denmark and Britain."""
    mark = t.words[i + 1]
    day, month = number(t, i), number(t, i + 2)
    if mark not in ("/", ".", "-") or day is None or month is None:
        return None
    if not (t.glued(i) and t.glued(i + 1)):
        return None
    if t.words[i + 3] == mark and t.glued(i + 2) and t.words[i + 4].isdecimal():
        year, j = _marked_year(t, i + 3)
    else:
        year, j = None, _end_without_year(t, i, month, marked=marked)
    if j is None or (not marked and _shielded(t, i, j)):
        return None
    read = placed(day, month, year, today=today, said=t.slice(i, j))
    return (read, j) if read else None


def _marked_year(t: Tokens, j: int) -> tuple[int | None, int | None]:
    """The year behind the mark at `j` and the token after it; (None, None) when these are other
    digits.
    """
    digits = t.words[j + 1]
    year = int(digits) + (2000 if len(digits) == 2 else 0) if len(digits) in (2, 4) else 0
    goes_on = t.glued(j + 1) and t.words[j + 2] in (t.words[j], "/") and t.words[j + 3].isdecimal()
    if year not in _YEARS or not t.glued(j) or goes_on:
        return None, None
    return year, j + 2


def _end_without_year(t: Tokens, i: int, month: int, *, marked: bool) -> int | None:
    """The token after "24.12" or "24.12." when that is a date and not a time, a price or a
    version.
    """
    mark, j = t.words[i + 1], i + 3
    if mark == "." and (month > 12 or t.words[j] in _HALVES):
        return None  # 8.30 is a time
    if not marked and not _looks_like_a_date(t, i, mark):
        return None
    dotted = mark == "." and t.words[j] == "." and t.glued(i + 2) and t.words[j + 1]
    return j + 1 if dotted else j


def _shielded(t: Tokens, i: int, j: int) -> bool:
    return t.words[i - 1] in SHIELD_BEFORE or t.words[j] in SHIELD_AFTER


def _looks_like_a_date(t: Tokens, i: int, mark: str) -> bool:
    """Without a year "24.12" may be a price or a version: two digits each, a dot after, or a time
    beside it.
    """
    if mark == "/":
        return True
    if mark == "-":
        return False
    whole = len(t) <= 4 and i == 0
    dotted = t.words[i + 3] == "." and t.glued(i + 2)
    timed = t.words[i + 3] in ("kl", "klokken", "at", "om")
    two_digits = len(t.words[i]) == 2 and len(t.words[i + 2]) == 2
    return whole or dotted or timed or two_digits


def _day_of_month(t: Tokens, i: int, today: date) -> DayRead | None:
    """den 3., the 3rd: the next day with that number, today included."""
    day, j = _day_number(t, i)
    if day is None or not 1 <= day <= 31 or j == i + 1:
        return None
    if t.words[j - 1] == "." and t.glued(j - 1) and t.words[j].isdecimal():
        return None
    return next_day_number(day, today=today, said=t.slice(i, j)), j


def next_day_number(day: int, *, today: date, said: str) -> Day:
    """The first date on or after `today` with this day of the month; the 31st of a short month is
    a problem.
    """
    this_month = valid(today.year, today.month, day)
    if this_month and this_month >= today:
        return Day(first=this_month)
    if this_month is None:
        return _no_such_date(today.month, today.year, said=said)
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    next_month = valid(year, month, day)
    return Day(first=next_month) if next_month else _no_such_date(month, year, said=said)


def read_month_first(t: Tokens, i: int, today: date) -> DayRead | None:
    """December 24th, Dec. 24, 2026."""
    month = MONTHS.get(t.words[i])
    if month is None:
        return None
    j = _past_abbreviation(t, i)
    day = number(t, j)
    if day is None or t.words[j + 1] in (":", "/") or t.words[j + 1] in SHIELD_AFTER:
        return None
    j += 2 if t.glued(j) and t.words[j + 1] in ORDINAL_ENDS else 1
    year, j = _year_after(t, j)
    read = placed(day, month, year, today=today, said=t.slice(i, j))
    return (read, j) if read else None


def read_month(t: Tokens, i: int, today: date, *, backward: bool) -> DayRead | None:
    """The whole month named at `i`, year or not; `backward`: the latest that has begun."""
    month = MONTHS.get(t.words[i])
    if month is None:
        return None
    year, j = _year_after(t, i + 1)
    if year is not None:
        return month_of(year, month), j
    if backward:
        return month_of(today.year - (month > today.month), month), j
    passed = (today.month - month) if month < today.month else 0
    return month_of(today.year + (passed > 6), month), j


def month_of(year: int, month: int) -> Day:
    """All days of that month; months count on past December."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return Day(first=date(year, month, 1), last=date(year, month, monthrange(year, month)[1]))


def read_week(t: Tokens, i: int, today: date) -> DayRead | None:
    """Week 48, uge 48, uge 48 2026: an ISO week."""
    if t.words[i] not in WEEK:
        return None
    j = i + 2 if t.words[i + 1] in ("number", "nr", "nummer", "no") else i + 1
    j += t.words[j] == "."
    week = number(t, j)
    if week is None:
        return None
    end = j + 1
    k = end + 1 if t.words[end] in ("of", "i", "in", ",", "/") else end
    year, k = year_at(t, k)
    if year is not None:
        end = k
    return week_day(week, year, today=today, said=t.slice(i, end)), end


def week_day(week: int, year: int | None, *, today: date, said: str) -> Day:
    """That ISO week; without a year the one that is meant on `today`, by the same rule as dates."""
    this_year, this_week, _ = today.isocalendar()
    chosen = year if year is not None else this_year
    passed = year is None and week < this_week
    if passed and week <= this_week - 26:
        chosen, passed = this_year + 1, False
    weeks_in_year = date(chosen, 12, 28).isocalendar().week
    if not 1 <= week <= weeks_in_year:
        nearest = ((chosen, weeks_in_year), (chosen + 1, 1))
        return Day(problem=Problem("no_such_week", said, weeks=nearest))
    day = week_of(chosen, week)
    later = week_of(chosen + 1, week).first if passed and week <= 52 else None
    return Day(first=day.first, last=day.last, week=day.week, later=later)


def week_of(year: int, week: int) -> Day:
    """Monday to Sunday of an ISO week that exists."""
    monday = date.fromisocalendar(year, week, 1)
    return Day(first=monday, last=monday + timedelta(days=6), week=(year, week))
