"""What the date and clock grammars produce: a moment as it was said, with what is wrong with it."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from tools.values.vocabulary import Part

ProblemKind = Literal[
    "no_such_date",
    "no_such_time",
    "no_such_week",
    "weekday_mismatch",
    "past",
    "backwards",
    "dst_gap",
    "dst_twice",
]


@dataclass(frozen=True)
class Problem:
    """Why a moment cannot be taken as it was said, and what may have been meant (nearest first)."""

    kind: ProblemKind
    said: str
    dates: tuple[dt.date, ...] = ()
    weeks: tuple[tuple[int, int], ...] = ()
    instants: tuple[dt.datetime, ...] = ()
    """Aware, in the zone that the moment was read in."""


@dataclass(frozen=True)
class Moment:
    """A point or a range of time in a person's words, on the wall clock of the zone it was read in.

    `until_date` is the last day, included; `until_time` the end, excluded. `week` is (ISO year, ISO
    week), with `date` and `until_date` its Monday and Sunday. `part` says that `time` and
    `until_time` come from a word such as "afternoon". `also` is the other day that people mean by
    the same words. `exact` is set when the words name one instant (an offset, "in two hours"), also
    where the wall clock is ambiguous.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    until_date: dt.date | None = None
    until_time: dt.time | None = None
    week: tuple[int, int] | None = None
    part: Part | None = None
    also: dt.date | None = None
    exact: dt.datetime | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or days up to `last`, as the date grammar read it. `later` is what to offer when it
    has passed.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    week: tuple[int, int] | None = None
    also: dt.date | None = None
    later: dt.date | None = None
    weekday: int | None = None
    part: Part | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, or times up to `until`, as the clock grammar read it.

    `days` is 1 where the clock shows the start of the next day ("kl. 24"). `offset` is minutes from
    UTC.
    """

    start: dt.time | None = None
    until: dt.time | None = None
    part: Part | None = None
    days: int = 0
    until_days: int = 0
    offset: int | None = None
    problem: Problem | None = None
