"""Turns a moment that was read into the instant, day or span it stands for, or asks what was
meant.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tools.errors import Choice, Rejected, Unclear
from tools.values.readings import Moment, Problem, ProblemKind
from tools.values.saying import say_clock, say_date, say_instant, say_time
from tools.values.text import Language

_CLOCK_KINDS: frozenset[ProblemKind] = frozenset(("past", "dst_gap", "dst_twice"))
_RECENT = timedelta(days=31)

_SENTENCES: dict[Language, dict[ProblemKind, str]] = {
    "en": {
        "no_such_date": "There is no such date as “{said}”.",
        "no_such_time": "“{said}” is not a time of day: hours go from 0 to 23 and minutes to 59.",
        "no_such_week": "There is no such week as “{said}”.",
        "weekday_mismatch": "“{said}” does not fit: {day} is a {weekday}.",
        "past": "“{said}” has already passed.",
        "backwards": "“{said}” ends before it begins.",
        "dst_gap": "“{said}” does not exist: the clocks go forward that night.",
        "dst_twice": "“{said}” comes twice: the clocks go back that night.",
    },
    "da": {
        "no_such_date": "Datoen “{said}” findes ikke.",
        "no_such_time": "“{said}” er ikke et klokkeslæt: timer går fra 0 til 23, minutter til 59.",
        "no_such_week": "Ugen “{said}” findes ikke.",
        "weekday_mismatch": "“{said}” passer ikke: {day} er en {weekday}.",
        "past": "“{said}” er allerede passeret.",
        "backwards": "“{said}” slutter, før det begynder.",
        "dst_gap": "“{said}” findes ikke: urene stilles frem den nat.",
        "dst_twice": "“{said}” kommer to gange: urene stilles tilbage den nat.",
    },
}
_DID_YOU_MEAN: dict[Language, str] = {"en": " Which did you mean?", "da": " Hvad mente du?"}


def as_instant(moment: Moment, *, now: datetime, zone: ZoneInfo, language: Language) -> datetime:
    """The instant (UTC) that the moment begins at. Raises Unclear with choices, or Rejected,
    rather than guess.
    """
    problems = moment.problems or clock_problems(
        moment, _said(moment, language), later=None, now=now, zone=zone
    )
    if problems:
        raise _asked(problems, moment, zone, language)
    if moment.exact:
        return moment.exact.astimezone(UTC)
    day = _one_day(moment, now=now, zone=zone, language=language)
    if moment.time is None or moment.part:
        raise _which_time(moment, day, zone, language)
    return datetime.combine(day, moment.time, zone).astimezone(UTC)


def as_date(moment: Moment, *, now: datetime, zone: ZoneInfo, language: Language) -> date:
    """The one day of the moment, past or to come. Raises Unclear or Rejected rather than guess."""
    _refuse_impossible(moment, zone, language)
    return _one_day(moment, now=now, zone=zone, language=language)


def as_span(
    moment: Moment, *, now: datetime, zone: ZoneInfo, language: Language
) -> tuple[datetime, datetime]:
    """From (included) and until (excluded) in UTC: a day, a week, a range; a time without an end
    runs to midnight.

    The past is allowed: this is for looking things up. Raises Unclear or Rejected rather than
    guess.
    """
    _refuse_impossible(moment, zone, language)
    if moment.date is None:
        raise _which_day(moment, now=now, zone=zone, language=language)
    last = moment.until_date or moment.date
    start = moment.exact or datetime.combine(moment.date, moment.time or time(0), zone)
    if moment.until_time is not None:
        end = datetime.combine(last, moment.until_time, zone)
    else:
        end = datetime.combine(last + timedelta(days=1), time(0), zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def clock_problems(
    moment: Moment, said: str, *, later: date | None, now: datetime, zone: ZoneInfo
) -> tuple[Problem, ...]:
    """What the calendar and the clock of `zone` say against a moment: backwards, past, in a DST
    gap, twice.

    `later` is the day to offer when the day has passed.
    """
    day, at = moment.date, moment.time
    last = moment.until_date or day
    if day and last and last < day:
        return (Problem("backwards", said, dates=(last, day)),)
    if at and moment.until_time and not moment.part and last == day and moment.until_time <= at:
        return (Problem("backwards", said),)
    if day is None:
        return ()
    if _has_passed(moment, now=now, zone=zone):
        return (Problem("past", said, dates=_after_past(day, later, now.astimezone(zone).date())),)
    if at is None or moment.part or moment.exact:
        return ()
    early, late = (datetime.combine(day, at, zone).replace(fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return ()
    if _on_the_clock(early, zone).time() != at:
        around = (_on_the_clock(late, zone), _on_the_clock(early, zone))
        return (Problem("dst_gap", said, instants=around),)
    return (Problem("dst_twice", said, instants=(early, late)),)


def _on_the_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """The same instant as the wall clock shows it; differs from a wall time that does not exist."""
    return instant.astimezone(UTC).astimezone(zone)


def _has_passed(moment: Moment, *, now: datetime, zone: ZoneInfo) -> bool:
    local = now.astimezone(zone)
    last = moment.until_date or moment.date
    if moment.exact:
        return moment.exact < now - timedelta(minutes=1)
    if last is None or last != local.date():
        return last is not None and last < local.date()
    at = moment.until_time if moment.part else moment.time
    if at is None or moment.date != local.date():
        return False
    return datetime.combine(last, at, zone).astimezone(UTC) < now


def _after_past(day: date, later: date | None, today: date) -> tuple[date, ...]:
    if later and later >= today:
        return (later,)
    if day == today:
        return (today + timedelta(days=1), today + timedelta(days=7))
    if today - day <= _RECENT:
        return (day + timedelta(days=((today - day).days // 7 + 1) * 7),)
    for year in (today.year, today.year + 1):
        leap_safe = day.replace(year=year, day=min(day.day, 28) if day.month == 2 else day.day)
        if leap_safe >= today:
            return (leap_safe,)
    return ()


def _refuse_impossible(moment: Moment, zone: ZoneInfo, language: Language) -> None:
    problems = tuple(p for p in moment.problems if p.kind not in _CLOCK_KINDS)
    if problems:
        raise _asked(problems, moment, zone, language)


def _asked(
    problems: Sequence[Problem], moment: Moment, zone: ZoneInfo, language: Language
) -> Rejected:
    """The first problem as a sentence, with the ways out of all of them."""
    problem = problems[0]
    weekday, _, day = say_date(moment.date or date.min, language).partition(" ")
    sentence = _SENTENCES[language][problem.kind].format(
        said=problem.said, day=day.removeprefix("d. "), weekday=weekday
    )
    labels = dict.fromkeys(
        label for each in problems for label in _alternatives(each, moment, zone, language)
    )
    choices = [Choice(label) for label in labels]
    if not choices:
        return Rejected(sentence)
    return Unclear(sentence + _DID_YOU_MEAN[language], choices=choices)


def _alternatives(
    problem: Problem, moment: Moment, zone: ZoneInfo, language: Language
) -> list[str]:
    week = "uge {1} {0}" if language == "da" else "week {1} {0}"
    return [
        *(_said_day(day, moment, zone, language) for day in problem.dates),
        *(week.format(*number) for number in problem.weeks),
        *(say_instant(instant, zone, language) for instant in problem.instants),
    ]


def _said_day(day: date, moment: Moment, zone: ZoneInfo, language: Language) -> str:
    if moment.time is None or moment.part:
        return say_date(day, language)
    return say_instant(datetime.combine(day, moment.time, zone), zone, language)


def _said(moment: Moment, language: Language) -> str:
    day = say_date(moment.date, language) if moment.date else ""
    return f"{day} {say_clock(moment.time, language) if moment.time else ''}".strip()


def _one_day(moment: Moment, *, now: datetime, zone: ZoneInfo, language: Language) -> date:
    if moment.date is None:
        raise _which_day(moment, now=now, zone=zone, language=language)
    several = moment.until_date and moment.until_date != moment.date
    if several and (moment.time is None or moment.week):
        assert moment.until_date
        raise _which_of(moment.date, moment.until_date, moment, now, zone, language)
    return moment.date


def _which_day(moment: Moment, *, now: datetime, zone: ZoneInfo, language: Language) -> Unclear:
    today = now.astimezone(zone).date()
    days: Sequence[date] = (today, today + timedelta(days=1))
    if moment.time and datetime.combine(today, moment.time, zone) <= now:
        days = (today + timedelta(days=1), today + timedelta(days=2))
    sentence = "Which day?" if language == "en" else "Hvilken dag?"
    if moment.time:
        at = say_clock(moment.time, language)
        sentence = f"Which day {at}?" if language == "en" else f"Hvilken dag {at}?"
    return Unclear(
        sentence, choices=[Choice(_said_day(day, moment, zone, language)) for day in days]
    )


def _which_of(
    first: date, last: date, moment: Moment, now: datetime, zone: ZoneInfo, language: Language
) -> Unclear:
    today = now.astimezone(zone).date()
    length = min((last - first).days + 1, 14)
    days = [first + timedelta(days=n) for n in range(length)]
    offered = [d for d in days if d >= today and d.weekday() < 5][:5]
    said = f"{say_date(first, language)} – {say_date(last, language)}"
    sentence = f"Which day ({said})?" if language == "en" else f"Hvilken dag ({said})?"
    return Unclear(
        sentence, choices=[Choice(_said_day(day, moment, zone, language)) for day in offered]
    )


def _which_time(moment: Moment, day: date, zone: ZoneInfo, language: Language) -> Unclear:
    said = say_date(day, language)
    hours: range = range(0)
    if moment.time and moment.until_time:
        hours = range(moment.time.hour, moment.until_time.hour)
    instants = [datetime.combine(day, time(hour), zone) for hour in hours]
    between = ""
    if moment.time and moment.until_time and moment.part:
        joint = " and " if language == "en" else " og "
        between = f" {say_time(moment.time)}{joint}{say_time(moment.until_time)}"
        between = (" between" if language == "en" else " mellem") + between
    sentence = f"What time on {said}{between}?"
    if language == "da":
        sentence = f"Hvad tid {said}{between}?"
    return Unclear(sentence, choices=[Choice(say_instant(at, zone, language)) for at in instants])
