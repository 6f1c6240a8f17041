"""What importing a lead file would do: which rows are new, there already, the same person twice, or bad."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.booking import Booking, Service
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, ImportRow, Lead
from tools.kit import Context
from tools.leads.fields import Why
from tools.leads.files import LeadFile
from tools.leads.rows import BadRow, LeadRow, read_row
from tools.leads.rules import same_email_key
from tools.values.text import fold

CHUNK = 5_000

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Repeated:
    """A good row whose person is there already: in the store, or on an earlier line of the file."""

    row: LeadRow
    field: str
    why: Why
    lead_id: str | None = None


@dataclass
class Known:
    """What the store already has of a file's rows, read in a number of queries that does not grow with the rows."""

    hashes: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    external: dict[str, str] = field(default_factory=dict[str, str])
    emails: dict[str, str] = field(default_factory=dict[str, str])
    phones: dict[str, str] = field(default_factory=dict[str, str])
    customers: dict[str, str] = field(default_factory=dict[str, str])
    bookings: set[str] = field(default_factory=set[str])
    services: dict[str, Service] = field(default_factory=dict[str, Service])


@dataclass(frozen=True)
class ImportPlan:
    """The dry run. `stored` are the hashes that import_rows has, so that nothing is stored twice."""

    total: int
    new: tuple[LeadRow, ...]
    there: int
    repeated: tuple[Repeated, ...]
    bad: tuple[BadRow, ...]
    unknown_columns: tuple[str, ...]
    known: Known

    def unknown_services(self) -> tuple[LeadRow, ...]:
        """Rows whose bookings cannot be taken, because the firm has no such service."""
        return tuple(
            row for row in self.new if row.bookings and service_of(self.known, row) is None
        )


def plan_import(ctx: Context, file: LeadFile) -> ImportPlan:
    """Read every row and compare it with the store; changes nothing."""
    read = [
        read_row(row, now=ctx.now, zone=ctx.firm.zone, country=ctx.firm.country)
        for row in file.rows
    ]
    good = [row for row in read if isinstance(row, LeadRow)]
    known = look_up(ctx.session, read, good)
    sorter = _Sorter(known)
    for row in good:
        sorter.take(row)
    return ImportPlan(
        total=len(read),
        new=tuple(sorter.new),
        there=sorter.there,
        repeated=tuple(sorter.repeated),
        bad=tuple(row for row in read if isinstance(row, BadRow)),
        unknown_columns=file.unknown_columns,
        known=known,
    )


def service_of(known: Known, row: LeadRow) -> Service | None:
    """The firm's service that a row names, by code or by name in either language."""
    return known.services.get(fold(row.service or ""))


class _Sorter:
    """Sorts good rows, in the order of the file, into new, there already, and repeated."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.new: list[LeadRow] = []
        self.there = 0
        self.repeated: list[Repeated] = []
        self._lines: dict[str, int] = {}

    def take(self, row: LeadRow) -> None:
        if self.known.hashes.get((row.dataset, row.hash)):
            self.there += 1
            return
        repeated = self._repeats(row)
        if repeated:
            self.repeated.append(repeated)
            return
        self.new.append(row)
        for key in _keys(row):
            self._lines.setdefault(key, row.line)

    def _repeats(self, row: LeadRow) -> Repeated | None:
        for key in _keys(row):
            if key in self._lines:
                line = self._lines[key]
                why = (f"is on line {line} already", f"står allerede på linje {line}")
                return Repeated(row, _FIELDS[key.partition(":")[0]], why)
        there = (
            ("id", self.known.external.get(row.external_id or "")),
            ("contact.email", self.known.emails.get(row.email or "")),
            ("contact.phone", self.known.phones.get(row.phone or "") if row.phone_valid else None),
        )
        for path, lead_id in there:
            if lead_id:
                why = ("belongs to a lead that is there already", "hører til et lead, der findes")
                return Repeated(row, path, why, lead_id)
        return None


_FIELDS = {"id": "id", "email": "contact.email", "phone": "contact.phone"}


def _keys(row: LeadRow) -> list[str]:
    keys = [f"id:{row.external_id}"] if row.external_id else []
    if row.email:
        keys.append(f"email:{same_email_key(row.email)}")
    if row.phone and row.phone_valid:
        keys.append(f"phone:{row.phone}")
    return keys


def look_up(
    session: TenantSession, read: Sequence[LeadRow | BadRow], good: Sequence[LeadRow]
) -> Known:
    """What the store has of these rows."""
    known = Known()
    for chunk in chunks(row.hash for row in read):
        stored = sa.select(ImportRow.dataset, ImportRow.row_hash, ImportRow.state)
        for dataset, row_hash, state in session.execute(
            stored.where(ImportRow.row_hash.in_(chunk))
        ):
            known.hashes[dataset, row_hash] = state
    emails = [row.email for row in good if row.email]
    phones = [row.phone for row in good if row.phone and row.phone_valid]
    _look_up_leads(session, known, good, emails, phones)
    _look_up_customers(session, known, emails, phones)
    for chunk in chunks(one.external_id for row in good for one in row.bookings):
        found = sa.select(Booking.external_id).where(Booking.external_id.in_(chunk))
        known.bookings.update(id_ for id_ in session.scalars(found) if id_)
    for service in session.scalars(sa.select(Service)):
        for name in (service.code, service.name_en, service.name_da):
            known.services[fold(name)] = service
    return known


def _look_up_leads(
    session: TenantSession,
    known: Known,
    good: Sequence[LeadRow],
    emails: list[str],
    phones: list[str],
) -> None:
    for chunk in chunks(row.external_id for row in good if row.external_id):
        found = sa.select(Lead.external_id, Lead.id).where(Lead.external_id.in_(chunk))
        known.external.update((key, id_) for key, id_ in session.execute(found) if key)
    for chunk in chunks(emails):
        found = sa.select(Lead.email, Lead.id).where(Lead.email.in_(chunk))
        known.emails.update((key, id_) for key, id_ in session.execute(found) if key)
    for chunk in chunks(phones):
        found = sa.select(Lead.phone, Lead.id).where(Lead.phone.in_(chunk), Lead.phone_valid)
        known.phones.update((key, id_) for key, id_ in session.execute(found) if key)


def _look_up_customers(
    session: TenantSession, known: Known, emails: list[str], phones: list[str]
) -> None:
    """Customers by address and number; one that several customers share says nothing."""
    kept = Customer.merged_into.is_(None)
    for chunk in chunks(emails):
        found = sa.select(CustomerEmail.email, CustomerEmail.customer_id).join_from(
            CustomerEmail, Customer, CustomerEmail.customer_id == Customer.id
        )
        _unshared(known, session.execute(found.where(CustomerEmail.email.in_(chunk), kept)))
    for chunk in chunks(phones):
        found = sa.select(CustomerPhone.phone, CustomerPhone.customer_id).join_from(
            CustomerPhone, Customer, CustomerPhone.customer_id == Customer.id
        )
        valid = found.where(CustomerPhone.phone.in_(chunk), CustomerPhone.valid, kept)
        _unshared(known, session.execute(valid))


def _unshared(known: Known, pairs: Iterable[tuple[str, str]]) -> None:
    owners: dict[str, set[str]] = {}
    for key, customer_id in pairs:
        owners.setdefault(key, set()).add(customer_id)
    known.customers.update((key, ids.pop()) for key, ids in owners.items() if len(ids) == 1)


def chunks(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
    """The items without repeats, in lists that one statement can take."""
    once = list(dict.fromkeys(items))
    for start in range(0, len(once), CHUNK):
        yield once[start : start + CHUNK]
