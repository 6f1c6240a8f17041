"""The proposals that wait in a fresh demo: a customer's wish to move a booking, and one that a mail tried to steer."""

import datetime as dt

import sqlalchemy as sa

from agent.firms.demo import cast
from agent.firms.demo.seed import NORDLYS_MAIL, TENANT, ZONE
from agent.gate.gate import Gate
from agent.gate.provenance import Seen
from agent.identity.people import as_actor
from memory.store import Store
from memory.tables.booking import Booking
from memory.tables.gate import Proposal
from memory.tables.identity import User
from tools.errors import Rejected
from tools.kit import Actor

DAYS_TRIED = 8


def leave_waiting(store: Store, gate: Gate, *, now: dt.datetime) -> None:
    """Propose both, as Jens and as the owner, where they never were or nobody came to decide them in time.

    Each is asked for through the gate like any other. What somebody decided is left alone.
    """
    gate.sweep(now)
    if _missed(store, "usr_jens", "reschedule_booking"):
        _move_request(store, gate, now=now)
    if _missed(store, "usr_owner", "update_customer"):
        _steered(store, gate)


def _missed(store: Store, requester: str, tool: str) -> bool:
    latest = (
        sa.select(Proposal.status)
        .where(Proposal.requester_id == requester, Proposal.tool == tool)
        .order_by(Proposal.created_at.desc())
        .limit(1)
    )
    with store.reading(TENANT) as session:
        return session.scalar(latest) in (None, "expired")


def _actor(store: Store, who: str) -> Actor:
    with store.reading(TENANT) as session:
        user = session.scalars(sa.select(User).where(User.id == f"usr_{who}")).one()
        return as_actor(user, channel="widget" if who == "jens" else "api")


def _move_request(store: Store, gate: Gate, *, now: dt.datetime) -> None:
    with store.reading(TENANT) as session:
        coming = (
            sa.select(Booking)
            .where(
                Booking.customer_id == f"cus_{cast.JENS}",
                Booking.status == "confirmed",
                Booking.starts_at > now + dt.timedelta(days=3),
            )
            .order_by(Booking.starts_at)
        )
        booking = session.scalar(coming.limit(1))
    if booking is None:
        return
    jens = _actor(store, "jens")
    day = booking.starts_at.astimezone(ZONE).date()
    for later in range(1, DAYS_TRIED):
        wanted = dt.datetime.combine(day + dt.timedelta(days=later), dt.time(11), ZONE)
        action = gate.registry.read_action(
            "reschedule_booking", {"booking": str(booking.number), "start": wanted.isoformat()}
        )
        try:
            gate.propose(jens, action, origin="form")
        except Rejected:
            # A Sunday, a holiday or a full day: Jens would ask for the next one.
            continue
        return


def _steered(store: Store, gate: Gate) -> None:
    action = gate.registry.read_action(
        "update_customer",
        {"customer": "Nordlys Café", "email": "faktura@nordlys-betaling.example"},
    )
    gate.propose(
        _actor(store, "owner"),
        action,
        origin="model",
        said=("Bring Nordlys Café up to date from their last note",),
        seen=(
            Seen(
                value=NORDLYS_MAIL, source="third_party", whole=False, where="note of Nordlys Café"
            ),
        ),
    )
