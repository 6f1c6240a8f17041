"""The demo firm's bookings 1 to 40, as days and times relative to a Monday."""

import random
from dataclasses import dataclass
from typing import Literal

from agent.firms.demo.cast import JENS, SEED, Somebody

# Tuesdays from nine to three stay free from this week on: the examples book there.
KEPT_FREE = (1, range(9, 15))
STARTS = (8, 10, 12, 14)


@dataclass(frozen=True)
class Job:
    """A booking before it is a row: `week` 0 is this one, `weekday` 0 is Monday, `hour` is local time."""

    number: int
    customer: int
    service: int
    staff: int
    week: int
    weekday: int
    hour: int
    status: Literal["completed", "confirmed", "cancelled"]


def jobs(customers: list[Somebody]) -> list[Job]:
    """Forty: Jens on Thursdays at nine, the others over eight past and three coming weeks; nobody is in two places."""
    draw = random.Random(SEED + 2)
    # A slot is two hours and more: jobs of one person start four hours apart at the least.
    taken: set[tuple[int, int, int, int]] = set()
    made: list[Job] = []
    for week in (*range(-8, 0), *range(0, 3)):
        status: Literal["completed", "confirmed"] = "completed" if week < 0 else "confirmed"
        made.append(Job(0, JENS, 0, 0, week, 3, 9, status))
        taken |= {(week, 3, hour, 0) for hour in STARTS}
    while len(made) < 40:
        week, weekday = draw.randrange(-8, 3), draw.randrange(0, 5)
        staff, hour = draw.randrange(0, 4), draw.choice((8, 12))
        slot = (week, weekday, hour, staff)
        if slot in taken or _kept_free(week, weekday, hour):
            continue
        taken.add(slot)
        customer = draw.randrange(2, len(customers) + 1)
        service = 3 if customers[customer - 1].cvr else draw.choice((0, 0, 0, 1, 4))
        past = "cancelled" if draw.random() < 0.08 else "completed"
        made.append(
            Job(0, customer, service, staff, week, weekday, hour, past if week < 0 else "confirmed")
        )
    made.sort(key=lambda job: (job.week, job.weekday, job.hour, job.staff))
    return [Job(number, *_rest(job)) for number, job in enumerate(made, 1)]


def _kept_free(week: int, weekday: int, hour: int) -> bool:
    # A job from eight may last until noon, so the whole morning counts.
    day, hours = KEPT_FREE
    return week >= 0 and weekday == day and (hour in hours or hour + 4 > hours.start)


def _rest(
    job: Job,
) -> tuple[int, int, int, int, int, int, Literal["completed", "confirmed", "cancelled"]]:
    return job.customer, job.service, job.staff, job.week, job.weekday, job.hour, job.status
