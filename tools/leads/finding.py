"""Finds leads and customers by words: a place, an address, a number, a source, a service, or parts of a name."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from memory.seeking import Sought, part_of, values_of
from memory.store import TenantSession
from memory.tables.booking import Booking, Service
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead
from memory.words import fold as fold_words
from tools.contacts import email_of, phone_of
from tools.kit import Context
from tools.leads.paging import Among, Wanted
from tools.values.text import fold

Condition = sa.ColumnElement[bool]

_LITTLE = frozenset(
    ("in", "i", "fra", "from", "via", "at", "paa", "the", "and", "og", "with", "med")
)
_MOST_WORDS = 6
_LONGEST_NUMBER = 9
_MOST_OWNERS = 1_000


def leads_like(ctx: Context, query: str, services: Sequence[Service]) -> Wanted:
    """The leads that `query` means. A place, an address or a number is taken as such when a lead has it."""
    folded = fold(without_little(query))
    if not folded:
        return Wanted()
    email, phone = email_of(query), phone_of(query, ctx.firm.country)
    if email:
        return Wanted(exact=Lead.email == email)
    if phone:
        return Wanted(exact=Lead.phone == phone)
    cities = [
        city for city in values_of(ctx.session, Lead.folded_city) if is_in_place(city, folded)
    ]
    if cities:
        return Wanted(among=(Among(Lead.folded_city, cities),))
    sources = [source for source in values_of(ctx.session, Lead.source) if fold(source) == folded]
    if sources:
        return Wanted(among=(Among(Lead.source, sources),))
    codes = service_codes(services)
    return Wanted(words=tuple(_lead_word(word, codes) for word in _words(query)))


def _lead_word(word: str, codes: dict[str, str]) -> Sought:
    sold = [f"={fold_words(code)}=" for code, known in codes.items() if word in known]
    return Sought((part_of(word), *sold))


def customers_like(ctx: Context, query: str) -> Wanted:
    """The customers that `query` means."""
    if not fold(without_little(query)):
        return Wanted()
    email, phone = email_of(query), phone_of(query, ctx.firm.country)
    if email:
        return _owners(ctx.session, CustomerEmail.customer_id, CustomerEmail.email == email)
    if phone:
        return _owners(ctx.session, CustomerPhone.customer_id, CustomerPhone.phone == phone)
    return Wanted(words=tuple(_customer_word(word) for word in _words(query)))


def _customer_word(word: str) -> Sought:
    number = (f"#{int(word)}#",) if word.isdecimal() and len(word) <= _LONGEST_NUMBER else ()
    return Sought((part_of(word), *number))


def customers_in(session: TenantSession, city: str) -> Wanted:
    """Customers in a city, whatever its spelling: "Århus" is Aarhus, and Aarhus C lies in it."""
    wanted = fold(without_little(city))
    known = values_of(session, Customer.city)
    return Wanted(
        among=(Among(Customer.city, [name for name in known if is_in_place(fold(name), wanted)]),)
    )


def customers_buying(service: Service) -> Condition:
    """Customers who have booked a service, cancelled bookings aside."""
    booked = sa.select(Booking.customer_id).where(
        Booking.service_id == service.id, Booking.status != "cancelled"
    )
    return Customer.id.in_(booked)


def is_in_place(city: str, folded: str) -> bool:
    """In that city or a district of it: "aarhus" takes "aarhus c" in, and "aars" does not take "aarslev"."""
    return city == folded or city.startswith(f"{folded} ")


def from_source(session: TenantSession, words: str) -> Wanted:
    """Leads whose source is, or holds, what was said."""
    wanted = fold(without_little(words))
    known = {source: fold(source) for source in values_of(session, Lead.source)}
    exact = [source for source, folded in known.items() if folded == wanted]
    named = exact or [source for source, folded in known.items() if wanted in folded]
    return Wanted(among=(Among(Lead.source, named),))


def service_codes(services: Sequence[Service]) -> dict[str, str]:
    """The codes of the firm's services, with the words that they are known by."""
    return {
        service.code: fold(f"{service.code} {service.name_en} {service.name_da}")
        for service in services
    }


def without_little(words: str) -> str:
    """“in Aarhus” → “Aarhus”."""
    parts = words.split()
    while len(parts) > 1 and fold(parts[0]) in _LITTLE:
        parts = parts[1:]
    return " ".join(parts)


def _words(query: str) -> list[str]:
    folded = fold_words(without_little(query))
    return [word for word in folded.split()[:_MOST_WORDS] if word not in _LITTLE] or [folded]


def _owners(
    session: TenantSession, column: InstrumentedAttribute[str], condition: Condition
) -> Wanted:
    """The customers of an address or a number, by id: there is hardly ever more than one."""
    ids = session.scalars(sa.select(column).where(condition).limit(_MOST_OWNERS)).all()
    return Wanted(exact=Customer.id.in_(ids))
