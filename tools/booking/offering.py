"""Which day and which time, where what was said leaves it open: only ones for which the firm is open are offered."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.booking import rules
from tools.booking.openness import days_from, open_days, open_starts
from tools.booking.service import DAY, Diary, Job, Slot, diary, slots_on
from tools.errors import Choice, Unclear
from tools.kit import Context
from tools.times import as_wire
from tools.values.moments import Moment, as_instant, read_moment, say_date, say_instant

REACH = 14  # days to look for another time on each side of the one that was wanted
OFFERED = 3
MORNING = dt.time(9)


@dataclass(frozen=True)
class Wish:
    """A job that wants a start. `call` is the tool call that asks for it with other arguments.

    `among` are the ids of those who must do it; `without` is a booking whose own time does not count (it moves).
    """

    job: Job
    call: Callable[[str, dict[str, object]], Choice]
    among: frozenset[str] = frozenset()
    without: str | None = None

    @property
    def crew(self) -> int:
        """How many people it takes."""
        return max(self.job.crew, len(self.among))


def page_around(ctx: Context, start: dt.datetime, *, without: str | None = None) -> Diary:
    """The diary from REACH days before an instant to REACH days after."""
    day = start.astimezone(ctx.firm.zone).date()
    reach = DAY * REACH
    return diary(ctx.session, ctx.firm, first=day - reach, last=day + reach, without=without)


def free_near(ctx: Context, wish: Wish, wanted: dt.datetime, page: Diary) -> list[Slot]:
    """The three free times closest to `wanted`: on its day if it has them, else on the days around it."""
    middle = wanted.astimezone(ctx.firm.zone).date()
    free: dict[dt.datetime, Slot] = {}
    for away in range(REACH + 1):
        for day in {middle + DAY * away, middle - DAY * away}:
            for slot in slots_on(page, wish.job, day, after=ctx.now, among=wish.among):
                free[slot.span.start] = slot
        if len(free) >= OFFERED:
            break
    return [free[start] for start in rules.nearest(wanted, free, count=OFFERED)]


def offers(ctx: Context, wish: Wish, wanted: dt.datetime) -> tuple[Choice, ...]:
    """The free times near an instant, as calls that can be pressed."""
    page = page_around(ctx, wanted, without=wish.without)
    return tuple(
        at_start(ctx, wish, slot.span.start) for slot in free_near(ctx, wish, wanted, page)
    )


def spread(free: Sequence[dt.datetime], *, count: int) -> list[dt.datetime]:
    """At most `count` of these instants, evenly over the whole range."""
    if len(free) <= count:
        return list(free)
    return [free[step * (len(free) - 1) // (count - 1)] for step in range(count)]


def at_start(ctx: Context, wish: Wish, start: dt.datetime) -> Choice:
    choice = wish.call(said_start(ctx, start), {"start": as_wire(ctx, start)})
    return choice


def _reading(ctx: Context, wish: Wish, words: str) -> Choice:
    """One way to read what was said: the words themselves stand in for an instant that lacks its time."""
    moment = read_moment(words, now=ctx.now, zone=ctx.firm.zone)
    if moment is None or moment.problems or wants_time(moment) or moment.date is None:
        return wish.call(words, {"start": words})
    start = as_instant(moment, now=ctx.now, zone=ctx.firm.zone, language=ctx.language)
    return at_start(ctx, wish, start)


def open_readings(
    ctx: Context, wish: Wish, moment: Moment, said: Sequence[str]
) -> Sequence[Choice]:
    """The ways to read what was said, and the next days where it named none or one that has passed.

    Only ones for which the firm is open; where there are none, the free times around.
    """
    page, at = page_around(ctx, ctx.now, without=wish.without), _clock_of(moment)
    read = [(words, read_moment(words, now=ctx.now, zone=ctx.firm.zone)) for words in said]
    found = [
        choice for words, one in read if (choice := _open_reading(ctx, wish, page, words, one))
    ]
    nameless = moment.date is None and not moment.problems
    if nameless or any(one.kind == "past" for one in moment.problems):
        found = [*_next_days(ctx, wish, page, at), *found]
    if not found:
        named = next((one.date for _, one in read if one and one.date), ctx.today)
        wanted = rules.instant(max(named, ctx.today), at or MORNING, ctx.firm.zone)
        return offers(ctx, wish, max(wanted, ctx.now))
    return list({choice.label: choice for choice in found}.values())[:OFFERED]


def _open_reading(
    ctx: Context, wish: Wish, page: Diary, words: str, moment: Moment | None
) -> Choice | None:
    """One reading, or the nearest open day to it; None when there is none near it."""
    if _is_open(ctx, wish, page, moment) or moment is None or moment.date is None:
        return _reading(ctx, wish, words)
    at = _clock_of(moment)
    for away in (-1, 1, -2, 2, -3, 3):
        day = moment.date + DAY * away
        if at is None:
            if day >= ctx.today and open_days(page, [day]):
                return _on(ctx, wish, day)
        elif starts := open_starts(page, wish.job, at, [day], after=ctx.now):
            return at_start(ctx, wish, starts[0])
    return None


def _is_open(ctx: Context, wish: Wish, page: Diary, moment: Moment | None) -> bool:
    if moment is None or moment.date is None:
        return True
    at = _clock_of(moment)
    if at is None:
        return bool(open_days(page, [moment.date]))
    return bool(open_starts(page, wish.job, at, [moment.date], after=ctx.now))


def _clock_of(moment: Moment) -> dt.time | None:
    return None if moment.part else moment.time


def _next_days(ctx: Context, wish: Wish, page: Diary, at: dt.time | None) -> list[Choice]:
    """The next two days on which the firm is open, at that time where there is one."""
    days = days_from(ctx.today, REACH)
    if at is not None:
        starts = open_starts(page, wish.job, at, days, after=ctx.now)
        return [at_start(ctx, wish, start) for start in starts[:2]]
    return [_on(ctx, wish, day) for day in open_days(page, days)[:2]]


def _on(ctx: Context, wish: Wish, day: dt.date) -> Choice:
    return wish.call(say_date(day, ctx.language), {"start": day.isoformat()})


def which_day(ctx: Context, wish: Wish, moment: Moment) -> Unclear | None:
    """Of several days: which one, among those that have a free time. None when there is none."""
    first = max(moment.date or ctx.today, ctx.today)
    last = min(moment.until_date or first, first + DAY * REACH)
    days = days_from(first, (last - first).days + 1)
    page = page_around(ctx, rules.instant(first, MORNING, ctx.firm.zone), without=wish.without)
    if moment.time is not None:
        starts = open_starts(page, wish.job, moment.time, days, after=ctx.now)
        choices = [at_start(ctx, wish, start) for start in starts]
    else:
        free = (
            day
            for day in days
            if any(slots_on(page, wish.job, day, after=ctx.now, among=wish.among))
        )
        choices = [_on(ctx, wish, day) for day in free]
    said = f"{say_date(first, ctx.language)} – {say_date(last, ctx.language)}"
    message = ctx.say(f"Which day ({said})?", f"Hvilken dag ({said})?")
    return asked(message, choices) if choices else None


def wants_time(moment: Moment) -> bool:
    """A day, a week or a part of a day: something is still to be chosen."""
    several = moment.until_date is not None and moment.until_date != moment.date
    no_time = moment.time is None or moment.part is not None
    return moment.date is not None and moment.exact is None and (no_time or several)


def which_time(ctx: Context, wish: Wish, moment: Moment) -> Unclear:
    first = max(moment.date or ctx.today, ctx.today)
    last = min(moment.until_date or first, first + DAY * REACH)
    since = rules.instant(first, moment.time or MORNING, ctx.firm.zone)
    page = page_around(ctx, since, without=wish.without)
    free = [
        slot.span.start
        for away in range(max((last - first).days, 0) + 1)
        for slot in slots_on(page, wish.job, first + DAY * away, after=ctx.now, among=wish.among)
        if _in_part(moment, slot.span.start.astimezone(ctx.firm.zone).time())
    ]
    shown = say_date(first, ctx.language)
    if not free:
        message = ctx.say(f"Nothing is free on {shown}.", f"Der er ikke noget ledigt {shown}.")
        near = free_near(ctx, wish, max(since, ctx.now), page)
        return asked(message, [at_start(ctx, wish, slot.span.start) for slot in near])
    message = ctx.say(f"At what time on {shown}?", f"På hvilket tidspunkt {shown}?")
    return asked(message, [at_start(ctx, wish, start) for start in spread(free, count=OFFERED)])


def _in_part(moment: Moment, at: dt.time) -> bool:
    if moment.part is None or moment.time is None or moment.until_time is None:
        return True
    return moment.time <= at < moment.until_time


def said_start(ctx: Context, start: dt.datetime) -> str:
    return say_instant(start, ctx.firm.zone, ctx.language)


def asked(message: str, choices: Sequence[Choice] = ()) -> Unclear:
    return Unclear(message, choices=choices, fields={"start": message})
