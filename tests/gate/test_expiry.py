"""How long a proposal waits, who is reminded, and what is told at the end."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from agent.gate.expiry import Calendar, later, window
from memory.tables.booking import ClosedDay
from memory.tables.gate import Proposal
from tests.gate.world import ANNA, JENS, SYSTEM, AskForVisit, MoveLead, World
from tools.errors import Conflict

ZONE = ZoneInfo("Europe/Copenhagen")
EIGHT_TO_FOUR = {day: (dt.time(8), dt.time(16)) for day in range(5)}
WIN = MoveLead(lead="lead_1", status="won")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-16T10:02", 4, "2026-11-16T14:02"),
        ("2026-11-16T14:00", 4, "2026-11-17T10:00"),
        ("2026-11-20T15:00", 4, "2026-11-23T11:00"),  # over a weekend
        ("2026-11-21T12:00", 4, "2026-11-23T12:00"),  # from a Saturday
        ("2026-11-16T06:00", 8, "2026-11-16T16:00"),  # before opening, until closing
        ("2026-12-23T15:00", 2, "2026-12-24T09:00"),
        ("2026-12-24T15:00", 2, "2026-12-28T09:00"),  # the 25th is a public holiday
        ("2027-03-26T08:00", 1, "2027-03-30T09:00"),  # Good Friday, the clocks, Easter Monday
    ],
)
def test_opening_hours_count_when_somebody_else_decides(start: str, hours: int, end: str) -> None:
    calendar = Calendar(zone=ZONE, hours=EIGHT_TO_FOUR, country="DK")

    assert later(at(start), dt.timedelta(hours=hours), calendar) == at(end)


def test_closed_days_do_not_count() -> None:
    calendar = Calendar(zone=ZONE, hours=EIGHT_TO_FOUR, closed={dt.date(2026, 11, 17)})

    assert later(at("2026-11-16T15:00"), dt.timedelta(hours=2), calendar) == at("2026-11-18T09:00")


@pytest.mark.parametrize(
    "calendar",
    [
        None,
        Calendar(zone=ZONE, hours={}),
        Calendar(zone=ZONE, hours={0: (dt.time(16), dt.time(8))}),
    ],
)
def test_a_firm_that_never_opens_waits_by_the_clock(calendar: Calendar | None) -> None:
    start = at("2026-11-16T10:00")

    assert later(start, dt.timedelta(hours=4), calendar) == start + dt.timedelta(hours=4)


def test_the_reminder_comes_at_half_time_of_the_hours_that_count() -> None:
    calendar = Calendar(zone=ZONE, hours=EIGHT_TO_FOUR)

    found = window(at("2026-11-16T14:00"), dt.timedelta(hours=4), calendar)

    assert (found.warn_at, found.expires_at) == (at("2026-11-16T16:00"), at("2026-11-17T10:00"))


def test_one_reminder_then_the_end_and_both_are_told(world: World) -> None:
    proposal = world.propose(WIN)

    world.later(hours=1)
    early = world.gate.sweep()
    world.later(hours=1)
    reminded = [world.gate.sweep(), world.gate.sweep()]
    world.later(hours=2)
    ended = world.gate.sweep()

    assert (early, reminded, ended) == (0, [1, 0], 1)
    assert [what for _, what in world.told] == ["proposed", "warning", "expired"]
    assert world.trail(proposal) == ["proposed", "warned", "expired"]
    assert world.row(proposal).status == "expired"


def test_a_vote_after_the_end_is_too_late_even_before_any_sweep(world: World) -> None:
    proposal = world.propose(WIN)
    world.later(hours=4)

    with pytest.raises(Conflict, match="This ran out at 14:02"):
        world.approve(proposal)

    assert world.row(proposal).status == "expired"
    assert world.told[-1] == (proposal.id, "expired")


def test_what_expired_is_asked_for_again_with_one_click(world: World) -> None:
    proposal = world.propose(WIN)
    world.later(hours=4)
    world.gate.sweep()

    again = world.gate.repropose(ANNA, proposal.id)

    assert (again.status, again.supersedes) == ("pending", proposal.id)


def test_a_review_waits_in_opening_hours_and_closed_days_do_not_count(world: World) -> None:
    with world.store.session("t1") as session:
        session.add(ClosedDay(id="2026-11-17"))
    world.now = at("2026-11-16T15:00")

    review = world.propose(AskForVisit(lead="lead_1"), JENS)
    scheduled = world.propose(WIN, SYSTEM, origin="system")

    assert review.expires_at == scheduled.expires_at == at("2026-11-18T11:00")


def test_what_was_decided_is_neither_reminded_nor_expired(world: World) -> None:
    proposal = world.propose(WIN)
    world.approve(proposal, decision="deny")
    world.later(hours=10)

    assert world.gate.sweep() == 0
    with world.store.session("t1") as session:
        row = session.fetch(Proposal, proposal.id)
    assert row.status == "denied"
