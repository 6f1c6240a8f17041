"""A customer's notice period counts when the yes is carried out, not only when it was asked about."""

import datetime as dt

import sqlalchemy as sa

from agent.firms.demo.seed import TENANT
from memory.tables.booking import Booking
from tests.support.friday import Friday

LATER = dt.timedelta(hours=3)


def coming(fresh: Friday) -> Booking:
    """Jens Nygaard's next visit."""
    with fresh.app.store.reading(TENANT) as session:
        found = (
            sa.select(Booking)
            .where(Booking.customer_id == "cus_1", Booking.starts_at > fresh.clock())
            .order_by(Booking.starts_at)
        )
        return session.scalars(found.limit(1)).one()


def test_a_cancellation_that_came_inside_the_notice_period_needs_the_office(fresh: Friday) -> None:
    fresh.app.jobs.prepare()
    booking = coming(fresh)
    fresh.clock.now = booking.starts_at - dt.timedelta(hours=24, minutes=1)
    run = {"tool": "cancel_booking", "args": {"booking": booking.id}}
    asked = fresh.mutate("tools.run", run, who="jens")["proposal"]

    fresh.clock.now += LATER
    vote = {"id": asked["id"], "digest": asked["digest"], "decision": "approve"}
    fresh.mutate("approvals.decide", vote, who="jens")
    status = fresh.app.gate.executor.execute(TENANT, asked["id"])
    again = fresh.mutate("approvals.repropose", {"id": asked["id"]}, who="jens")

    assert asked["card"]["decidable"]
    assert status == "stale"
    assert (again["status"], again["card"]["decidable"]) == ("pending", False)
