"""Everything that the firm's records hold of one person: gathered, counted, and blanked."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

import sqlalchemy as sa

from memory.tables.booking import Booking
from memory.tables.conversations import Upload
from memory.tables.facts import Fact, HandedCode
from memory.tables.identity import SignIn, SignInLink, User
from memory.tables.leads import (
    Consent,
    Customer,
    CustomerEmail,
    CustomerPhone,
    ImportRow,
    Lead,
    LeadChange,
    Mail,
    Note,
)
from tools.desk.uploaded import cut_out
from tools.kit import Context
from tools.values.emails import find_emails
from tools.values.phones import find_phones, say_phone
from tools.values.text import fold

_NAMES = frozenset(("name", "navn", "fullname", "fuldenavn", "kontakt", "kunde"))
"""What the column of the name is called in imported files."""
_SHORTEST_STREET = 6
_NOBODY = "friday.invalid"


def _many() -> list[Any]:
    return []


@dataclass
class Person:
    """One person as customer, lead and user, with all that hangs on them."""

    customers: list[Customer]
    leads: list[Lead]
    emails: list[CustomerEmail] = field(default_factory=_many)
    phones: list[CustomerPhone] = field(default_factory=_many)
    users: list[User] = field(default_factory=_many)
    bookings: list[Booking] = field(default_factory=_many)
    notes: list[Note] = field(default_factory=_many)
    mails: list[Mail] = field(default_factory=_many)
    facts: list[Fact] = field(default_factory=_many)
    consents: list[Consent] = field(default_factory=_many)
    imported: list[ImportRow] = field(default_factory=_many)
    uploads: list[Upload] = field(default_factory=_many)

    @property
    def name(self) -> str:
        """What they are called."""
        return (self.customers or self.leads)[0].name

    @property
    def ids(self) -> frozenset[str]:
        """The ids by which conversations and proposals name them."""
        rows = (*self.customers, *self.leads, *self.users, *self.bookings, *self.facts)
        return frozenset(row.id for row in rows)


def words_of(ctx: Context, person: Person) -> frozenset[str]:
    """Names, addresses and numbers that are theirs and nobody else's, as people write them."""
    country = ctx.firm.country
    rows = (*person.customers, *person.leads)
    names = {row.name for row in (*rows, *person.users)}
    streets = {row.street for row in rows if len(row.street or "") >= _SHORTEST_STREET}
    emails = _addresses(person)
    numbers = {row.phone for row in (*person.phones, *person.leads, *person.users) if row.phone}
    for row in person.imported:
        names |= set(_named_in(row.raw))
        emails |= {one.value for one in find_emails(row.raw)}
        numbers |= {one.value for one in find_phones(row.raw, region=country)}
    names -= _shared(ctx, person, "name", names)
    streets -= _shared(ctx, person, "street", streets)
    emails -= _elsewhere(ctx, person, CustomerEmail, CustomerEmail.email, emails)
    numbers -= _elsewhere(ctx, person, CustomerPhone, CustomerPhone.phone, numbers)
    said = names | streets | emails | {w for number in numbers for w in _ways(number, country)}
    return frozenset(each for each in said if each)


def _shared(ctx: Context, person: Person, column: str, values: Collection[Any]) -> set[Any]:
    """Of these the ones that another customer or lead has too: they say nothing about this person alone."""
    found: set[Any] = set()
    for model, own in ((Customer, person.customers), (Lead, person.leads)):
        kept: Any = getattr(model, column)
        others = sa.select(kept).where(
            sa.func.lower(kept).in_([str(each).lower() for each in values]),
            model.id.not_in([row.id for row in own]),
        )
        folded = {fold(str(each)) for each in ctx.session.scalars(others)}
        found |= {each for each in values if fold(str(each)) in folded}
    return found


def _elsewhere(
    ctx: Context, person: Person, model: Any, column: Any, values: Collection[Any]
) -> set[Any]:
    mine = [row.id for row in person.customers]
    others = sa.select(column).where(column.in_(sorted(values)), model.customer_id.not_in(mine))
    return set(ctx.session.scalars(others))


def gather(ctx: Context, customer: Customer | None, lead: Lead | None) -> Person:
    """All of the person who is this customer, or this lead that is no customer yet."""
    customers = _customers(ctx, customer)
    person = Person(customers=customers, leads=[])
    mine = [row.id for row in customers]
    person.emails = _rows(ctx, CustomerEmail, CustomerEmail.customer_id.in_(mine))
    person.phones = _rows(ctx, CustomerPhone, CustomerPhone.customer_id.in_(mine))
    addresses = {row.email for row in person.emails}
    if lead is not None and lead.email:
        addresses.add(lead.email.lower())
    person.leads = _leads(ctx, mine, addresses, lead)
    person.users = _rows(ctx, User, User.customer_id.in_(mine), User.role == "customer")
    person.bookings = _rows(ctx, Booking, Booking.customer_id.in_(mine))
    about = {
        "customer": mine,
        "lead": [row.id for row in person.leads],
        "booking": [row.id for row in person.bookings],
    }
    person.notes = _rows(ctx, Note, _about(Note.about_kind, Note.about_id, about))
    person.consents = _rows(ctx, Consent, _about(Consent.about_kind, Consent.about_id, about))
    person.facts = _rows(ctx, Fact, _about(Fact.subject_kind, Fact.subject_id, about))
    theirs = sa.func.lower(Mail.to).in_(sorted(_addresses(person)))
    person.mails = _rows(ctx, Mail, _about(Mail.about_kind, Mail.about_id, about) | theirs)
    linked = ImportRow.lead_id.in_(about["lead"]) | ImportRow.customer_id.in_(mine)
    person.imported = _rows(ctx, ImportRow, linked, ImportRow.raw != "")
    person.imported += _unlinked(ctx, person)
    person.uploads = _rows(ctx, Upload, Upload.id.in_(_holding(ctx, person)))
    return person


def _rows(ctx: Context, model: Any, *where: sa.ColumnElement[bool]) -> list[Any]:
    return list(ctx.session.scalars(sa.select(model).where(*where).order_by(model.id)))


def _about(kind: Any, id: Any, about: Mapping[str, Sequence[str]]) -> sa.ColumnElement[bool]:
    return sa.or_(*(sa.and_(kind == name, id.in_(ids)) for name, ids in about.items()))


def _customers(ctx: Context, customer: Customer | None) -> list[Customer]:
    """The customer, and all that were merged into it."""
    found = [customer] if customer else []
    for row in found:
        found += _rows(ctx, Customer, Customer.merged_into == row.id)
    return found


def _leads(
    ctx: Context, customers: Sequence[str], addresses: Collection[str], lead: Lead | None
) -> list[Lead]:
    same = sa.func.lower(Lead.email).in_(sorted(addresses)) & Lead.customer_id.is_(None)
    found: list[Lead] = _rows(ctx, Lead, Lead.customer_id.in_(customers) | same)
    return found if lead is None or lead in found else [lead, *found]


def _addresses(person: Person) -> set[str]:
    rows = (*person.emails, *person.leads, *person.users)
    return {row.email.lower() for row in rows if row.email}


def _unlinked(ctx: Context, person: Person) -> list[ImportRow]:
    """Rows of files that were refused or known already, and hold an address or number of this person."""
    keys = {*_addresses(person), *(row.phone for row in person.phones if row.valid)}
    keys |= {row.phone for row in person.leads if row.phone and row.phone_valid}
    if not keys:
        return []
    hints = {key.lstrip("+")[-8:] if key.startswith("+") else key for key in keys}
    alike = sa.or_(*(ImportRow.raw.ilike(f"%{hint}%") for hint in sorted(hints)))
    loose = ImportRow.lead_id.is_(None) & ImportRow.customer_id.is_(None)
    refused = ImportRow.state != "imported"
    known = {row.id for row in person.imported}
    found: list[ImportRow] = _rows(ctx, ImportRow, alike, loose | refused)
    return [row for row in found if row.id not in known]


def _holding(ctx: Context, person: Person) -> list[str]:
    """The ids of files that they gave, or that hold a row of theirs."""
    owned = sa.select(Upload.id).where(Upload.owner_id.in_([row.id for row in person.users]))
    found = list(ctx.session.scalars(owned))
    words = words_of(ctx, person)
    for id in ctx.session.scalars(sa.select(Upload.id)).all():
        content = ctx.session.scalar(sa.select(Upload.content).where(Upload.id == id))
        if id not in found and content and cut_out(content, words, _raws(person)) is not None:
            found.append(id)
    return found


def _raws(person: Person) -> frozenset[str]:
    return frozenset(row.raw for row in person.imported)


def _named_in(raw: str) -> Iterator[str]:
    """The names in an imported row."""
    try:
        kept = json.loads(raw)
    except ValueError:
        return
    for key, value in _members(kept):
        if re.sub(r"\W", "", fold(key)) in _NAMES and isinstance(value, str):
            yield value


def _members(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, member in cast("dict[str, Any]", value).items():
            yield key, member
            yield from _members(member)


def _ways(number: str, country: str) -> set[str]:
    """A phone number as people write it; a raw one only as it stands."""
    if not number.startswith("+"):
        return {number}
    shown = say_phone(number, region=country)
    return {number, shown, re.sub(r"\W", "", shown), number.lstrip("+")}


def blank_records(ctx: Context, person: Person) -> None:
    """Take the person out of every record.

    Bookings keep when, what, by whom and for how much, which the accounts need.
    """
    words, raws = words_of(ctx, person), _raws(person)
    for row in person.uploads:
        _cut(ctx, row, person, words, raws)
    for row in person.imported:
        # Its hash stays, so that the same file does not bring the person back.
        row.raw, row.problems = "", {}
    _blank_users(ctx, person)
    _blank_them(ctx, person)
    for row in person.bookings:
        row.address, row.m2, row.note, row.cancel_reason = "", None, None, None
        row.version, row.updated_at = row.version + 1, ctx.now
    for row in person.facts:
        row.value = row.sealed = row.excerpt = row.consent = None
        row.forgotten_at = row.forgotten_at or ctx.now
    for row in person.consents:
        row.evidence = None
    for row in (*person.emails, *person.phones, *person.notes, *person.mails):
        ctx.session.delete(row)
    ctx.session.flush()


def _blank_them(ctx: Context, person: Person) -> None:
    nobody = "Slettet" if ctx.firm.language == "da" else "Erased"
    for row in (*person.customers, *person.leads):
        row.name, row.folded_name = f"{nobody} {row.number}", fold(f"{nobody} {row.number}")
        row.cvr = row.street = row.postal_code = row.city = row.m2 = None
        row.version, row.updated_at = row.version + 1, ctx.now
    for row in person.customers:
        row.frequency = None
    for row in person.leads:
        row.email = row.phone = row.folded_city = row.message = row.lost_reason = None
        row.source_detail, row.job, row.pipeline = {}, {}, {}
    moves = sa.update(LeadChange).where(LeadChange.lead_id.in_([row.id for row in person.leads]))
    ctx.session.execute(moves.values(cause=None))


def _cut(
    ctx: Context, row: Upload, person: Person, words: frozenset[str], raws: frozenset[str]
) -> None:
    left = None if row.owner_id in person.ids else cut_out(row.content, words, raws)
    if left is None:
        ctx.session.delete(row)
        return
    row.content, row.size, row.sha256 = left, len(left), sha256(left).hexdigest()


def _blank_users(ctx: Context, person: Person) -> None:
    """Nobody signs in as them any more, and no address of theirs is left."""
    ids, addresses = [row.id for row in person.users], _addresses(person)
    for row in person.users:
        row.email, row.name, row.phone = f"{row.id}@{_NOBODY}", "", None
        row.suspended_at = row.suspended_at or ctx.now
    links = SignInLink.user_id.in_(ids) | SignInLink.email.in_(sorted(addresses))
    ctx.session.execute(sa.delete(SignInLink).where(links))
    ctx.session.execute(sa.delete(HandedCode).where(HandedCode.owner_id.in_(ids)))
    open_ones = sa.update(SignIn).where(SignIn.user_id.in_(ids), SignIn.revoked_at.is_(None))
    ctx.session.execute(open_ones.values(revoked_at=ctx.now))
