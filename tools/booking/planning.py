"""From words to a start that can be kept: a free instant inside the hours, or a question with free ones to press."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import replace

from memory.tables.booking import Staff
from tools.booking import rules, shown
from tools.booking.offering import (
    MORNING,
    Wish,
    asked,
    offers,
    open_readings,
    said_start,
    wants_time,
    which_day,
    which_time,
)
from tools.booking.openness import fits
from tools.booking.service import (
    Diary,
    diary,
    free_people,
    is_skilled,
    team,
)
from tools.errors import Rejected, Unclear
from tools.kit import Context
from tools.lookup import find_staff
from tools.times import as_wire
from tools.values.moments import (
    Moment,
    as_instant,
    find_moments,
    read_moment,
    say_date,
    say_time,
)

HORIZON = dt.timedelta(days=400)  # further ahead nobody's week is known
_JOINTS = re.compile(r"\s*(?:,|&|\+|\band\b|\bog\b)\s*", re.IGNORECASE)


def people_named(ctx: Context, words: str | None) -> list[Staff]:
    """The people that `words` name, once each: "Anna", "Anna and Jonas", ids with commas."""
    said = [part for part in _JOINTS.split(words or "") if part]
    return list({row.id: row for row in (find_staff(ctx, part) for part in said)}.values())


def moment_in(ctx: Context, words: str, *, field: str = "start") -> Moment:
    """The moment that `words` say, problems and all. Raises Rejected when they say none, or several."""
    read = read_moment(words, now=ctx.now, zone=ctx.firm.zone)
    inside = [] if read else find_moments(words, now=ctx.now, zone=ctx.firm.zone)
    if read or len(inside) == 1:
        return read or inside[0].value
    message = ctx.say(
        f"I cannot read “{words[:80]}” as a date and time; try “Tuesday at 10”.",
        f"Jeg kan ikke læse “{words[:80]}” som dato og tid; prøv “tirsdag kl. 10”.",
    )
    raise Rejected(message, fields={field: message})


def settle(
    ctx: Context, wish: Wish, words: str, *, now_at: dt.datetime | None = None
) -> tuple[dt.datetime, tuple[Staff, ...]]:
    """The instant (UTC) that `words` mean for this wish, and who does it then.

    A booking that moves is `now_at` a time, which fills in where the words name only a day or only a time.

    Raises Rejected or Unclear, with free alternatives as complete calls, when that cannot be kept.
    """
    moment = moment_in(ctx, words)
    if now_at is not None:
        moment = _filled(moment, now_at.astimezone(ctx.firm.zone))
    if wants_time(moment) and not moment.problems:
        several = moment.until_date not in (None, moment.date) and moment.part is None
        raise (several and which_day(ctx, wish, moment)) or which_time(ctx, wish, moment)
    try:
        start = as_instant(moment, now=ctx.now, zone=ctx.firm.zone, language=ctx.language)
    except Unclear as error:
        choices = open_readings(ctx, wish, moment, [choice.label for choice in error.choices])
        raise asked(error.message, choices) from error
    except Rejected as error:
        raise Rejected(error.message, fields={"start": error.message}) from error
    _refuse_other_length(ctx, wish, moment)
    page = _day_page(ctx, wish, start)
    _refuse_outside(ctx, wish, start, page)
    return start, settle_people(ctx, wish, start, page)


def settle_people(
    ctx: Context, wish: Wish, start: dt.datetime, page: Diary | None = None
) -> tuple[Staff, ...]:
    """Who does the job then: those who were named, and as many more as it takes. Raises Unclear when they cannot."""
    page = page or _day_page(ctx, wish, start)
    _refuse_unskilled(ctx, wish, page)
    free = free_people(page, wish.job, start)
    if people := team(free, crew=wish.crew, among=wish.among):
        return people
    raise _not_free(ctx, wish, page, start, free)


def _day_page(ctx: Context, wish: Wish, start: dt.datetime) -> Diary:
    """The diary of one day: all that it takes when the answer is yes."""
    day = start.astimezone(ctx.firm.zone).date()
    return diary(ctx.session, ctx.firm, first=day, last=day, without=wish.without)


def length_said(moment: Moment) -> int | None:
    """The minutes of “10-12” on one day; None where no end was said."""
    one_day = moment.until_date in (None, moment.date)
    if moment.part or not one_day or moment.time is None or moment.until_time is None:
        return None
    began, ended = moment.time, moment.until_time
    return (ended.hour - began.hour) * 60 + ended.minute - began.minute


def _refuse_other_length(ctx: Context, wish: Wish, moment: Moment) -> None:
    """An end that was said and would not be kept is not dropped in silence."""
    minutes = length_said(moment)
    if minutes is None or minutes == wish.job.minutes:
        return
    hours = shown.hours(wish.job.minutes, ctx.language)
    message = ctx.say(
        f"The job takes {hours}, which is not what “{say_time(moment.time or MORNING)}–"
        f"{say_time(moment.until_time or MORNING)}” is. Say only when it starts, or how many hours it should take.",
        f"Opgaven tager {hours}, og det passer ikke med “{say_time(moment.time or MORNING)}–"
        f"{say_time(moment.until_time or MORNING)}”. Sig kun, hvornår den starter, eller hvor længe den skal vare.",
    )
    raise Rejected(message, fields={"start": message})


def _filled(moment: Moment, there: dt.datetime) -> Moment:
    """ "Thursday" keeps the time of day, "at 11" keeps the day."""
    if moment.date is None and moment.time is not None and moment.week is None:
        return replace(moment, date=there.date())
    one_day = moment.until_date is None or moment.until_date == moment.date
    if moment.date is not None and moment.time is None and one_day:
        return replace(moment, time=there.time())
    return moment


def _refuse_outside(ctx: Context, wish: Wish, start: dt.datetime, page: Diary) -> None:
    if start - ctx.now > HORIZON:
        message = ctx.say(
            f"{said_start(ctx, start)} is too far ahead: bookings are taken up to {HORIZON.days} days ahead.",
            f"{said_start(ctx, start)} er for langt ude i fremtiden: der kan bookes {HORIZON.days} dage frem.",
        )
        raise Rejected(message, fields={"start": message})
    if not fits(page, wish.job, start):
        raise asked(_why_not(ctx, wish, start, page), offers(ctx, wish, start))


def _why_not(ctx: Context, wish: Wish, start: dt.datetime, page: Diary) -> str:
    zone = ctx.firm.zone
    day = start.astimezone(zone).date()
    why = rules.why_closed(day, page.calendar, language=ctx.language)
    if why is not None:
        shown, because = say_date(day, ctx.language), f" ({why})" if why else ""
        return ctx.say(
            f"{ctx.firm.name} is closed on {shown}{because}.",
            f"{ctx.firm.name} har lukket {shown}{because}.",
        )
    hours = ", ".join(
        f"{say_time(span.start.astimezone(zone).time())}–{say_time(span.end.astimezone(zone).time())}"
        for span in rules.openings(day, page.calendar)
    )
    ends = say_time(wish.job.at(start).end.astimezone(zone).time())
    return ctx.say(
        f"{said_start(ctx, start)}–{ends} is outside the opening hours of that day ({hours}).",
        f"{said_start(ctx, start)}–{ends} er uden for dagens åbningstid ({hours}).",
    )


def _refuse_unskilled(ctx: Context, wish: Wish, page: Diary) -> None:
    service = wish.job.service
    unable = [p.name for p in page.people if p.id in wish.among and not is_skilled(p, service)]
    if unable:
        message = ctx.say(
            f"{unable[0]} does not do “{service.name_en}”.",
            f"{unable[0]} udfører ikke “{service.name_da}”.",
        )
        raise Rejected(message, fields={"staff": message})


def _not_free(
    ctx: Context, wish: Wish, page: Diary, start: dt.datetime, free: Collection[Staff]
) -> Unclear:
    shown = said_start(ctx, start)
    ids = {person.id for person in free}
    busy = [p.name for p in page.people if p.id in wish.among and p.id not in ids]
    choices = [*offers(ctx, wish, start)]
    if busy:
        names = ", ".join(busy)
        instead = list(free)[: wish.crew]
        if len(instead) == wish.crew:
            others = ", ".join(person.name for person in instead)
            again: dict[str, object] = {
                "start": as_wire(ctx, start),
                "staff": ", ".join(person.id for person in instead),
            }
            choices.insert(0, wish.call(f"{others}, {shown}", again))
        message = ctx.say(f"{names} is not free {shown}.", f"{names} er ikke ledig {shown}.")
    elif wish.crew > 1:
        message = ctx.say(
            f"Only {len(free)} of the {wish.crew} people it takes are free {shown}.",
            f"Kun {len(free)} af de {wish.crew} personer, der skal bruges, er ledige {shown}.",
        )
    else:
        message = ctx.say(f"Nobody is free {shown}.", f"Ingen er ledig {shown}.")
    return asked(message, choices)
