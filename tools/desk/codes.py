"""Codes to people's doors: put into the vault before anything is stored, and shown to whoever has a job there."""

import datetime as dt

import sqlalchemy as sa

from memory.tables.booking import Booking, BookingStaff
from memory.tables.facts import Fact, HandedCode
from memory.tables.leads import Customer
from tools.desk.ports import Vault
from tools.errors import Forbidden, NotFound
from tools.kit import Context
from tools.values.access import PLACE, mask_codes, new_place
from tools.values.text import fold

KEPT_FOR = dt.timedelta(days=1)
"""A code that nobody asked to remember is gone after that."""
_THERE = ("confirmed", "in_progress", "completed")


def put_away(ctx: Context, text: str) -> str:
    """The text with an id in the place of each code, which is sealed under that id. Nothing is committed."""

    def hand_over(code: str) -> str:
        ctx.session.execute(
            sa.delete(HandedCode).where(HandedCode.created_at < ctx.now - KEPT_FOR),
            execution_options={"synchronize_session": False},
        )
        id, place = new_place()
        sealed = ctx[Vault].seal(ctx.firm.id, code.strip())
        row = HandedCode(id=id, owner_id=ctx.actor.id, sealed=sealed, created_at=ctx.now)
        ctx.session.add(row)
        ctx.session.flush()
        return place

    return mask_codes(text, hand_over)


def handed(ctx: Context, words: str) -> list[HandedCode]:
    """The codes whose ids stand in the words, of this person's own and not yet gone, in order."""
    rows = [ctx.session.fetch(HandedCode, id) for id in PLACE.findall(words)]
    own = [row for row in rows if row is not None and row.owner_id == ctx.actor.id]
    return [row for row in own if row.created_at >= ctx.now - KEPT_FOR]


def may_see_codes(ctx: Context, customer: Customer) -> bool:
    """The owner may; everybody else on a day on which they have a job at the customer's address."""
    if ctx.actor.role == "owner":
        return True
    if ctx.actor.role not in ("staff", "crew") or not ctx.actor.staff_id:
        return False
    midnight = dt.datetime.combine(ctx.today, dt.time(), ctx.firm.zone)
    tomorrow = dt.datetime.combine(ctx.today + dt.timedelta(days=1), dt.time(), ctx.firm.zone)
    mine = sa.select(BookingStaff.booking_id).where(BookingStaff.staff_id == ctx.actor.staff_id)
    jobs = sa.select(Booking.address).where(
        Booking.customer_id == customer.id,
        Booking.id.in_(mine),
        Booking.status.in_(_THERE),
        Booking.starts_at < tomorrow,
        Booking.ends_at > midnight,
    )
    street = fold(customer.street or "")
    return any(street in fold(address) for address in ctx.session.scalars(jobs))


def open_code(ctx: Context, fact_id: str) -> tuple[Fact, str]:
    """A code's fact and the code itself. Raises NotFound, and Forbidden for who has no job there today."""
    fact = ctx.session.fetch(Fact, fact_id)
    if fact is None or fact.sealed is None or not _holds(ctx, fact):
        raise NotFound(ctx.say("There is no such code.", "Den kode findes ikke."))
    customer = ctx.session.fetch(Customer, fact.subject_id)
    owner = ctx.actor.role == "owner"
    if not owner and (customer is None or not may_see_codes(ctx, customer)):
        raise not_today(ctx)
    return fact, ctx[Vault].open(ctx.firm.id, fact.sealed)


def _holds(ctx: Context, fact: Fact) -> bool:
    ended = fact.valid_until is not None and fact.valid_until <= ctx.now
    return not (ended or fact.superseded_by or fact.forgotten_at)


def not_today(ctx: Context) -> Forbidden:
    """Why somebody does not get to see a code."""
    return Forbidden(
        ctx.say(
            "A code is shown to the owner, and to whoever has a job at that address today.",
            "En kode vises til ejeren og til den, der har en opgave på adressen i dag.",
        )
    )
