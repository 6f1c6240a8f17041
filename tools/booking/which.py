"""Which booking is meant: a number, a customer's name, a time, or several of these ("Jens Nygaard's on Friday")."""

import datetime as dt
import re

import sqlalchemy as sa

from memory.tables.booking import Booking
from memory.tables.leads import Customer
from tools.booking.rules import LIVE
from tools.booking.service import DAY, Visit, visit_of
from tools.errors import NotFound, Rejected
from tools.kit import Context
from tools.lookup import find_booking, find_customer
from tools.matching import SHOWN, Hits, every, is_id, number_in, only
from tools.scope import sees_booking
from tools.values.moments import Moment, find_moments, say_instant
from tools.values.spans import Found

_FILLING = re.compile(
    r"\b(?:the|my|our|his|her|on|at|for|with|of|in|booking|bookings|appointment|job|visit|clean|cleaning"
    r"|min|mit|mine|vores|den|det|på|kl|hos|til|af|i|bookingen|aftale|aftalen|besøg|besøget|rengøring"
    r"|rengøringen|bestilling|bestillingen|tid|tiden)\b\.?|[’']s\b|[’'](?=\s|$)",
    re.IGNORECASE,
)


def find_visit(ctx: Context, words: str, *, begun: bool = False) -> Visit:
    """The one booking that `words` name, among those this actor may see.

    `begun` looks for one that has started, otherwise for one that has not ended. Raises NotFound or Unclear.
    """
    if is_id(words) or number_in(words) is not None:
        return visit_of(ctx.session, find_booking(ctx, words))
    moments = find_moments(words, now=ctx.now, zone=ctx.firm.zone)
    name = _name_in(words, moments)
    if number_in(name) is not None:  # "12 with": never a customer of that number
        return visit_of(ctx.session, find_booking(ctx, name))
    own = ctx.actor.role in ("customer", "crew")
    if not moments and not name and not own:
        return visit_of(ctx.session, find_booking(ctx, words))
    chosen = sa.select(Booking).where(sees_booking(ctx), Booking.status.in_(LIVE))
    customer: Customer | None = None
    if name:
        customer = _customer(ctx, name)
        chosen = chosen.where(Booking.customer_id == customer.id)
    chosen = chosen.where(_in_time(ctx, moments, begun=begun))
    order = Booking.starts_at.desc() if begun else Booking.starts_at.asc()
    hits = Hits(every(ctx, chosen.order_by(order).limit(1 if begun and not moments else SHOWN + 1)))
    if customer is not None and not hits:
        raise _none_of(ctx, customer, timed=bool(moments), begun=begun)
    row = only(ctx, hits, words, kind="booking", field="booking", shown=lambda it: _shown(ctx, it))
    return visit_of(ctx.session, row)


def _name_in(words: str, moments: list[Found[Moment]]) -> str:
    """What is left of `words` without times and filling words."""
    for moment in reversed(moments):
        words = f"{words[: moment.start]} {words[moment.end :]}"
    return " ".join(_FILLING.sub(" ", words).split()).strip(" ,.")


def _customer(ctx: Context, name: str) -> Customer:
    """The customer of that name; in Danish it may carry the s of a genitive ("Jens Nygaards")."""
    try:
        return find_customer(ctx, name, field="booking")
    except NotFound:
        if not name.endswith("s"):
            raise
        return find_customer(ctx, name[:-1], field="booking")


def _none_of(ctx: Context, customer: Customer, *, timed: bool, begun: bool) -> NotFound:
    """That a customer has no such booking, in words that say which ones were looked at."""
    if timed:
        message = ctx.say(
            f"{customer.name} has no booking then.",
            f"{customer.name} har ingen booking på det tidspunkt.",
        )
    elif begun:
        message = ctx.say(
            f"{customer.name} has no booking that has begun.",
            f"{customer.name} har ingen booking, der er begyndt.",
        )
    else:
        message = ctx.say(
            f"{customer.name} has no booking ahead.", f"{customer.name} har ingen booking forude."
        )
    return NotFound(message, fields={"booking": message})


def _in_time(ctx: Context, moments: list[Found[Moment]], *, begun: bool) -> sa.ColumnElement[bool]:
    if not moments:
        return Booking.starts_at <= ctx.now if begun else Booking.ends_at > ctx.now
    moment = moments[0].value
    if len(moments) > 1 or (moment.date is None and moment.exact is None):
        message = ctx.say("Which day do you mean?", "Hvilken dag mener du?")
        raise Rejected(message, fields={"booking": message})
    if moment.exact is not None:
        return Booking.starts_at == moment.exact
    first = moment.date or ctx.today
    if moment.time is not None and moment.part is None:
        return Booking.starts_at == _instant(ctx, first, moment.time)
    last = moment.until_date or first
    return sa.and_(
        Booking.starts_at >= _instant(ctx, first, dt.time()),
        Booking.starts_at < _instant(ctx, last + DAY, dt.time()),
    )


def _instant(ctx: Context, day: dt.date, at: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, at, ctx.firm.zone).astimezone(dt.UTC)


def _shown(ctx: Context, row: Booking) -> str:
    customer = ctx.session.fetch(Customer, row.customer_id)
    named = customer.name if customer else ""
    return f"#{row.number} {named}, {say_instant(row.starts_at, ctx.firm.zone, ctx.language)}"
