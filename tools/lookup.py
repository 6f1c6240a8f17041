"""From words to a record that this actor may see, by its id, number, address or name."""

import re
from dataclasses import dataclass

import sqlalchemy as sa

from memory.tables.booking import Booking, Service, Staff
from memory.tables.conversations import Upload
from memory.tables.gate import Proposal
from memory.tables.identity import User
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead
from tools.contacts import email_of, phone_of
from tools.errors import Choice, NotFound, Unclear
from tools.kit import Context
from tools.matching import SHOWN, Hits, called, every, is_id, named, number_in, numbered, only
from tools.scope import OFFICE_ROLES, sees_booking, sees_customer, sees_lead
from tools.values.text import fold

_SELF = frozenset(
    ("me", "myself", "i", "my", "mine", "mig", "mig selv", "jeg", "min", "us", "we", "os", "vi")
)
_LIVE = ("held", "confirmed", "in_progress")
_BOOKING_SAID = re.compile(r"\s*(booking|aftale|bestilling)", re.IGNORECASE)
_LEAD_SAID = re.compile(r"\s*(lead|emne)\b", re.IGNORECASE)
_NOUN_SAID = re.compile(
    r"(?:the\s+)?(?:customer|kunden?|lead(?:et)?|emnet?)\s+(?=\D)", re.IGNORECASE
)
_CUSTOMER_SAID = re.compile(r"\s*(customer|kunde)\b", re.IGNORECASE)


@dataclass(frozen=True)
class About:
    """What a note is about: the kind of record, its id, and what people call it."""

    kind: str
    id: str
    shown: str


def means_oneself(words: str) -> bool:
    """Whether these words are what people call themselves: "me", "mig"."""
    return fold(words) in _SELF


def find_customer(ctx: Context, words: str, *, field: str = "customer") -> Customer:
    """The customer that `words` name, by id, number, e-mail, phone or name.

    A customer that was merged into another leads to the one that was kept.
    """
    allowed, words = sees_customer(ctx), _without_noun(words)
    if ctx.actor.role == "customer" and means_oneself(words):
        words = ctx.actor.customer_id or words
    rows = Hits(numbered(ctx, Customer, words, allowed))
    hits = rows or _customers_at(ctx, words, allowed) or named(ctx, Customer, words, allowed)
    if not hits or not hits.sure:
        _offer_lead(ctx, words, field)
    found = only(ctx, hits, words, kind="customer", field=field, shown=show_customer_name)
    return _kept(ctx, found)


def find_lead(ctx: Context, words: str, *, field: str = "lead") -> Lead:
    """The lead that `words` name: id, number, e-mail, phone or name."""
    allowed, words = sees_lead(ctx), _without_noun(words)
    hits = (
        Hits(numbered(ctx, Lead, words, allowed))
        or _leads_at(ctx, words, allowed)
        or named(ctx, Lead, words, allowed)
    )
    return only(ctx, hits, words, kind="lead", field=field, shown=show_lead_name)


def find_booking(ctx: Context, words: str, *, field: str = "booking", live: bool = True) -> Booking:
    """The booking that `words` name: id or number, or a customer who has one booking ahead.

    With `live` False a customer's name means the latest booking that has begun.
    """
    allowed = sees_booking(ctx)
    rows = numbered(ctx, Booking, words, allowed)
    if not rows and not is_id(words) and number_in(words) is None:
        customer = find_customer(ctx, words, field=field)
        rows = _bookings_of(ctx, customer, allowed, live=live)
    return only(
        ctx,
        Hits(rows),
        words,
        kind="booking",
        field=field,
        shown=lambda row: _show_booking(ctx, row),
    )


def find_service(ctx: Context, words: str, *, field: str = "service") -> Service:
    """The active service that `words` name, by id, code, or name in either language."""
    known = every(ctx, sa.select(Service).where(Service.active).order_by(Service.code))
    rows = [row for row in known if words == row.id or fold(words) == fold(row.code)]
    hits = Hits(rows) or called(known, words, lambda row: (row.name_en, row.name_da))
    return only(
        ctx,
        hits,
        words,
        kind="service",
        field=field,
        shown=lambda row: ctx.say(row.name_en, row.name_da),
        instead=known,
    )


def find_staff(ctx: Context, words: str, *, field: str = "staff") -> Staff:
    """The active employee that `words` name: id, e-mail, number or name; "me" is one's own row."""
    known = every(ctx, sa.select(Staff).where(Staff.active).order_by(Staff.resource_no))
    if means_oneself(words) and ctx.actor.staff_id:
        words = ctx.actor.staff_id
    wanted = words.strip().casefold()
    rows = [
        row
        for row in known
        if wanted in (row.id, str(row.resource_no), (row.email or row.id).casefold())
    ]
    hits = Hits(rows) or called(known, words, lambda row: (row.name,))
    return only(
        ctx, hits, words, kind="staff", field=field, shown=lambda row: row.name, instead=known
    )


def find_user(ctx: Context, words: str, *, field: str = "user") -> User:
    """The user that `words` name, by id, e-mail or name.

    People outside the office find only themselves.
    """
    statement = sa.select(User).order_by(User.name)
    if ctx.actor.role not in OFFICE_ROLES:
        statement = statement.where(User.id == ctx.actor.id)
    known = every(ctx, statement)
    if means_oneself(words):
        words = ctx.actor.id
    wanted = words.strip().casefold()
    rows = [row for row in known if wanted in (row.id, row.email.casefold())]
    hits = Hits(rows) or called(known, words, lambda row: (row.name,))
    return only(
        ctx, hits, words, kind="user", field=field, shown=lambda row: f"{row.name}, {row.email}"
    )


def find_proposal(ctx: Context, words: str, *, field: str = "proposal") -> Proposal:
    """The proposal with that id, when this actor asked for it or belongs to the office."""
    row = ctx.session.fetch(Proposal, words.strip())
    office = ctx.actor.role in OFFICE_ROLES
    rows = [row] if row and (office or row.requester_id == ctx.actor.id) else []
    return only(
        ctx, Hits(rows), words, kind="proposal", field=field, shown=lambda found: found.tool
    )


def find_upload(ctx: Context, words: str, *, field: str = "upload") -> Upload:
    """The actor's own file with that id, else their latest of that name.

    The office also finds the file of a customer or colleague, but only by its id: names are anybody's to choose.
    """
    own = Upload.owner_id == ctx.actor.id
    by_id = Upload.id == words
    theirs = by_id if ctx.actor.role in OFFICE_ROLES else sa.and_(by_id, own)
    statement = sa.select(Upload).where(sa.or_(theirs, sa.and_(Upload.filename == words, own)))
    statement = statement.order_by(by_id.desc())
    rows = every(ctx, statement.order_by(Upload.created_at.desc()).limit(1))
    return only(ctx, Hits(rows), words, kind="upload", field=field, shown=lambda row: row.filename)


def find_about(ctx: Context, words: str, *, field: str = "about") -> About:
    """The customer, lead or booking that `words` name; what fits several is asked about."""
    found, unclear = _abouts(ctx, words, field, named=False)
    if not found and not unclear:
        # “Booking ApS” is a firm's name, though it begins like what is no person.
        found, unclear = _abouts(ctx, words, field, named=True)
    if not found and unclear:
        raise unclear[0]
    return only(ctx, Hits(found), words, kind="about", field=field, shown=lambda one: one.shown)


def _abouts(
    ctx: Context, words: str, field: str, *, named: bool
) -> tuple[list[About], list[Unclear]]:
    """What the words name, and what they name unclearly. `named`: whatever word they begin with is part of a name."""
    found: list[About] = []
    unclear: list[Unclear] = []
    for find in (_about_booking, _about_customer, _about_lead):
        try:
            about = find(ctx, words, field, named)
        except NotFound:
            continue
        except Unclear as error:
            unclear.append(error)
            continue
        if about:
            found.append(about)
    return found, unclear


def _about_booking(ctx: Context, words: str, field: str, named: bool) -> About | None:
    # A bare name means the person; a booking is meant when its id is given or the word is said.
    if named or not (is_id(words) or _BOOKING_SAID.match(words)):
        return None
    row = find_booking(ctx, words, field=field)
    return About(kind="booking", id=row.id, shown=_show_booking(ctx, row))


def _about_customer(ctx: Context, words: str, field: str, named: bool) -> About | None:
    if not named and (_BOOKING_SAID.match(words) or _LEAD_SAID.match(words)):
        return None
    row = find_customer(ctx, words, field=field)
    return About(kind="customer", id=row.id, shown=show_customer_name(row))


def _about_lead(ctx: Context, words: str, field: str, named: bool) -> About | None:
    if not named and (_BOOKING_SAID.match(words) or _CUSTOMER_SAID.match(words)):
        return None
    row = find_lead(ctx, words, field=field)
    if row.customer_id and not is_id(words):
        return None  # the same person, who was found as a customer already
    return About(kind="lead", id=row.id, shown=show_lead_name(row))


def _customers_at(ctx: Context, words: str, allowed: sa.ColumnElement[bool]) -> Hits[Customer]:
    email, phone = email_of(words), phone_of(words, ctx.firm.country)
    if email:
        owner = sa.select(CustomerEmail.customer_id).where(CustomerEmail.email == email)
    elif phone:
        owner = sa.select(CustomerPhone.customer_id).where(CustomerPhone.phone == phone)
    else:
        return Hits([])
    found = sa.select(Customer).where(Customer.id.in_(owner), Customer.merged_into.is_(None))
    return Hits(every(ctx, found.where(allowed).limit(SHOWN + 1)))


def _leads_at(ctx: Context, words: str, allowed: sa.ColumnElement[bool]) -> Hits[Lead]:
    email, phone = email_of(words), phone_of(words, ctx.firm.country)
    if not email and not phone:
        return Hits([])
    same = Lead.email == email if email else Lead.phone == phone
    newest = Lead.received_at.desc()
    found = sa.select(Lead).where(same, allowed).order_by(newest).limit(SHOWN + 1)
    return Hits(every(ctx, found))


def _without_noun(words: str) -> str:
    """“lead Mette Holm” → “Mette Holm”."""
    return _NOUN_SAID.sub("", words.strip(), count=1)


def _offer_lead(ctx: Context, words: str, field: str) -> None:
    """A name that only a lead has is answered with the way to make a customer of it."""
    leads = named(ctx, Lead, words, sees_lead(ctx)).rows
    waiting = [lead for lead in leads if fold(lead.name) == fold(words) and not lead.customer_id]
    if len(waiting) != 1:
        return
    message = ctx.say(
        f"{waiting[0].name} is a lead and not a customer yet.",
        f"{waiting[0].name} er et lead og ikke kunde endnu.",
    )
    label = ctx.say(f"Make {waiting[0].name} a customer", f"Gør {waiting[0].name} til kunde")
    args = {"lead": waiting[0].id}
    show = ctx.say(f"Show lead {waiting[0].name}", f"Vis lead {waiting[0].name}")
    choices = (
        Choice(label, tool="convert_lead", args=args),
        Choice(show, tool="show_lead", args=args),
    )
    raise Unclear(message, choices=choices, fields={field: message})


def _kept(ctx: Context, customer: Customer) -> Customer:
    """The customer that this one was merged into, if it was."""
    for _ in range(5):
        into = ctx.session.fetch(Customer, customer.merged_into) if customer.merged_into else None
        if into is None:
            return customer
        customer = into
    return customer


def _bookings_of(
    ctx: Context, customer: Customer, allowed: sa.ColumnElement[bool], *, live: bool
) -> list[Booking]:
    its = sa.select(Booking).where(Booking.customer_id == customer.id, allowed)
    if live:
        ahead = its.where(Booking.status.in_(_LIVE), Booking.ends_at > ctx.now)
        return every(ctx, ahead.order_by(Booking.starts_at).limit(SHOWN + 1))
    begun = its.where(Booking.status != "cancelled", Booking.starts_at <= ctx.now)
    return every(ctx, begun.order_by(Booking.starts_at.desc()).limit(1))


def show_customer_name(row: Customer) -> str:
    """A customer as it is offered in a choice; the number in it finds the same row again."""
    place = ", ".join(part for part in (row.street, row.city) if part)
    return f"{row.name} #{row.number}" + (f", {place}" if place else "")


def show_lead_name(row: Lead) -> str:
    """A lead as it is offered in a choice."""
    return f"{row.name} #{row.number}" + (f", {row.city}" if row.city else "")


def _show_booking(ctx: Context, row: Booking) -> str:
    customer = ctx.session.fetch(Customer, row.customer_id)
    start = row.starts_at.astimezone(ctx.firm.zone)
    return f"#{row.number} {customer.name if customer else ''}, {start:%d.%m.%Y %H:%M}"
